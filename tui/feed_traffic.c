/* SPDX-License-Identifier: MIT */
/* feed_traffic.c - what the statistics view shows, from the counts of a sim. */
#include "tui/feed.h"

static void refresh_points(struct cs_feed *feed, unsigned b, struct cs_traffic *traffic)
{
    const enum cs_stats_grain grain = feed->tui->traffic_grain;
    const int64_t now = cs_sim_now_ps(feed->sim);
    const int64_t first = feed->from_ps / cs_stats_grain_ps(grain);
    const int64_t last = now / cs_stats_grain_ps(grain), tenth = now / (CS_PS_PER_S / 10);
    struct cs_stats_point point;

    traffic->n_points = 0;
    for (int64_t number = first > last - CS_STATS_HISTORY ? first : last - CS_STATS_HISTORY + 1;
         number <= last; number++)
        if (cs_stats_history(feed->stats, b, grain, number, &point))
            traffic->point[traffic->n_points++] = point;
    traffic->errors_per_s = 0;
    for (int64_t number = tenth - 9; number <= tenth; number++)
        if (cs_stats_history(feed->stats, b, CS_STATS_100MS, number, &point))
            traffic->errors_per_s += point.error_frames;
}

static void refresh_tops(struct cs_feed *feed, unsigned b, struct cs_traffic *traffic)
{
    const struct cs_stats_id *stat;

    traffic->n_ids = traffic->n_nodes = 0;
    for (unsigned i = 0; (stat = cs_stats_id(feed->stats, b, i)) != NULL; i++) {
        struct cs_traffic_top item = {.id = stat->last.id,
                                      .flags = stat->last.flags,
                                      .who = cs_feed_who(feed, b, stat->node),
                                      .did = *cs_stats_id_since(feed->stats, b, i)};
        cs_traffic_rank(traffic->ids, &traffic->n_ids, &item);
    }
    for (int i = 0; i < CS_BUS_MAX_NODES; i++) {
        const struct cs_stats_talker *did = cs_stats_node_since(feed->stats, b, i);
        if (did && did->frames)
            cs_traffic_rank(traffic->nodes, &traffic->n_nodes,
                            &(struct cs_traffic_top){.who = cs_feed_who(feed, b, i), .did = *did});
    }
}

void cs_feed_traffic(struct cs_feed *feed)
{
    for (unsigned b = 0; b < feed->tui->n_buses; b++) {
        struct cs_traffic *traffic = &feed->tui->traffic[b];
        if (!cs_stats_wait(feed->stats, b, 0)) /* it is not known yet */
            continue;
        cs_stats_since(feed->stats, b, &traffic->since);
        for (unsigned p = 0; p < CS_STATS_PRIORITIES; p++)
            traffic->wait[p] = *cs_stats_wait(feed->stats, b, p);
        refresh_points(feed, b, traffic);
        refresh_tops(feed, b, traffic);
    }
}
