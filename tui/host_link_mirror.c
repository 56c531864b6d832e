/* SPDX-License-Identifier: MIT */
/* host_link_mirror.c - a sim whose buses have no controllers; its time and its events are those of
 * the host. So whatever reads a sim's events works in a window as it does in the host itself:
 * counts, decoders, plots, what is on the wire. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/follow.h"
#include "scenarios/session_live.h"
#include "tui/host_link.h"

#define BITRATE  500000     /* of a bus that tells none that can be */
#define FILE_MAX (16 << 20) /* bytes of a file that the host names */

/* ---- buses ----------------------------------------------------------------------------------- */

static int add_bus_of(const struct cs_tui_bus *from, const char *name, struct cs_sim *sim)
{
    struct cs_bus_config config = {
        .name = name, .fd = from->fd, .timing = &from->timing, .bitrate_bps = from->bitrate_bps};
    int ret = cs_sim_add_bus(sim, &config);

    if (ret != -EINVAL)
        return ret;
    config.timing = NULL;
    config.data_bitrate_bps = from->data_bitrate_bps;
    ret = cs_sim_add_bus(sim, &config);
    if (ret != -EINVAL)
        return ret;
    config.bitrate_bps = BITRATE;
    config.data_bitrate_bps = 0;
    return cs_sim_add_bus(sim, &config);
}

/* Buses up to that one, whatever the host says of them. 0 or -1. */
static int add_buses(const struct cs_tui *tui, struct cs_sim *sim, unsigned end)
{
    char name[CS_TUI_BUS_NAME];

    for (unsigned b = cs_sim_bus_count(sim); b < end; b++) {
        if (add_bus_of(&tui->bus[b], tui->bus[b].name, sim) >= 0)
            continue;
        snprintf(name, sizeof name, "bus.%u", b % 100);
        if (add_bus_of(&tui->bus[b], name, sim) < 0)
            return -1;
    }
    return 0;
}

/* ---- decoders -------------------------------------------------------------------------------- */

/* The host may be on another machine, or not tell the truth. */
static bool is_there(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= FILE_MAX;
}

/* "can0:5=drive.eds", "can0:drive.dbc", "drive.dbc". */
static bool is_file(const char *eds)
{
    const char *path = strchr(eds, '='), *behind_bus = strchr(eds, ':');

    if (path)
        return is_there(path + 1);
    return is_there(eds) || (behind_bus && is_there(behind_bus + 1));
}

void cs_host_link_decoder(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    static const char eds[] = "eds=";
    char *file;

    if (msg->active)
        snprintf(link->says, sizeof link->says, "%s", msg->name);
    if (strncmp(msg->option, eds, strlen(eds)) != 0 || link->n_eds == CS_LIVE_EDS ||
        !is_file(msg->option + strlen(eds)))
        return;
    for (unsigned i = 0; i < link->n_eds; i++)
        if (!strcmp(link->eds[i], msg->option + strlen(eds)))
            return;
    file = strdup(msg->option + strlen(eds));
    if (file)
        link->eds[link->n_eds++] = file;
    if (link->decoding.lenient)
        link->decoding.n_eds = link->n_eds;
}

void cs_host_link_forget_decoders(struct cs_host_link *link)
{
    while (link->n_eds > 0)
        free(link->eds[--link->n_eds]);
    link->says[0] = '\0';
    if (link->decoding.lenient)
        link->decoding.n_eds = 0;
}

/* As the person wants it: what cannot be used is an error. */
static void be_own(struct cs_host_link *link)
{
    const struct cs_host_link_config *c = &link->config;

    link->decoding.as = c->as ? c->as : "canopen";
    link->decoding.eds = c->eds;
    link->decoding.n_eds = c->n_eds;
    link->decoding.told = link->decoding.lenient = false;
}

/* As the host has it, as far as that is possible here. What it says itself of frames counts; the
 * decoder here tells the fields. */
static void be_as_the_host(struct cs_host_link *link)
{
    link->decoding.as = !link->decodes ? NULL : link->says[0] ? link->says : "canopen";
    link->decoding.eds = (const char *const *)link->eds;
    link->decoding.n_eds = link->n_eds;
    link->decoding.told = link->decodes;
    link->decoding.lenient = true;
}

static int open_decoders(struct cs_host_link *link, bool own, struct cs_error *error)
{
    link->decoding.plugins = link->config.plugins;
    link->decoding.pages = CS_PAGES_ALWAYS;
    if (own)
        be_own(link);
    else
        be_as_the_host(link);
    if (cs_decoding_begin(&link->decoding, &link->feed, link->sim, error) == 0)
        return 0;
    if (!link->decoding.text[0])
        return -1;
    cs_tui_say(link->tui, true, "%.150s", error->text); /* it was chosen here: as without that */
    link->decoding.text[0] = '\0';
    *error = (struct cs_error){0};
    return cs_decoding_begin(&link->decoding, &link->feed, link->sim, error);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static int open_all(struct cs_host_link *link, int64_t at_ps, bool own, struct cs_error *error)
{
    link->sim = cs_sim_create(0);
    if (!link->sim)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (at_ps > 0)
        cs_sim_run_until(link->sim, at_ps);
    if (add_buses(link->tui, link->sim, link->tui->n_buses) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "the host has no buses that can be");
    link->stats = cs_stats_create(link->sim);
    if (!link->stats)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (open_decoders(link, own, error) != 0)
        return -1;
    if (cs_feed_init(&link->feed, link->tui, link->sim, link->stats) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    return 0;
}

/* What is on the wire is not known any more. */
void cs_host_link_miss(struct cs_host_link *link)
{
    for (unsigned b = 0; b < CS_SIM_MAX_BUSES; b++)
        link->tui->air->bus[b] = (struct cs_air_bus){.deaf = true};
}

static void clear(struct cs_host_link *link)
{
    if (link->feed.sim)
        cs_feed_fini(&link->feed);
    cs_decoding_end(&link->decoding, link->tui);
    if (link->stats)
        cs_stats_destroy(link->stats);
    if (link->sim)
        cs_sim_destroy(link->sim);
    link->stats = NULL;
    link->sim = link->feed.sim = NULL;
    link->feed.live = NULL;
    link->feed.heard = NULL;
}

int cs_host_link_mirror(struct cs_host_link *link, int64_t at_ps)
{
    const bool own = link->config.as || link->config.n_eds > 0;
    struct cs_error error;

    if (link->sim || link->failed)
        return link->sim ? 0 : -1;
    cs_host_link_miss(link);
    link->tui->info.from_ps = at_ps;
    if (open_all(link, at_ps, own, &link->error) == 0)
        return 0;
    clear(link);
    link->failed = !own || open_all(link, at_ps, false, &error) != 0;
    if (link->failed)
        clear(link);
    return link->failed ? -1 : 0;
}

void cs_host_link_mirror_end(struct cs_host_link *link)
{
    for (unsigned i = 0; i < link->tui->n_nodes; i++)
        link->tui->nodes[i].history = NULL;
    if (link->decoding.follow)
        cs_tui_forget_pages(link->tui);
    clear(link);
    cs_histories_fini(&link->feed.histories);
    link->feed = (struct cs_feed){0};
    link->failed = false;
    link->error = (struct cs_error){0};
}

/* ---- events ---------------------------------------------------------------------------------- */

void cs_host_link_time(struct cs_host_link *link, int64_t now_ps)
{
    if (link->sim && now_ps > cs_sim_now_ps(link->sim))
        cs_sim_run_until(link->sim, now_ps);
}

/* Known where the host tells it, and the attempt was seen from its start on. */
static void hear(struct cs_air_bus *air, const struct cs_proto_msg *msg)
{
    air->deaf = !cs_proto_set_read(msg->acks, air->acks.word) ||
                !cs_proto_set_read(msg->receives, air->receives.word);
}

void cs_host_link_publish(struct cs_host_link *link, const struct cs_event *event,
                          const struct cs_proto_msg *msg)
{
    const struct cs_feed_said said = {msg->severity - 1, msg->spec};

    if (cs_host_link_mirror(link, event->at_ps) != 0 ||
        add_buses(link->tui, link->sim, event->bus + 1u) != 0)
        return;
    cs_host_link_time(link, event->at_ps);
    link->feed.word = link->feed.told && msg->severity > 0 ? &said : NULL;
    if (event->kind == CS_EV_FRAME)
        hear(&link->tui->air->bus[event->bus], msg);
    cs_sim_publish(link->sim, event);
    link->tui->air->bus[event->bus].deaf = true;
    link->feed.word = NULL;
}

/* ---- the life of frames ---------------------------------------------------------------------- */

/* Nodes with the names and at the places that they have in the host; they do nothing. */
static int name_nodes(const struct cs_host_link *link, struct cs_sim *sim, unsigned b)
{
    const uint32_t *who = link->feed.who[b];
    struct cs_bus *bus = cs_sim_bus(sim, b);
    struct cs_controller_config config = {.tx_queue_len = 1};
    unsigned end = CS_BUS_MAX_NODES;

    while (end > 0 && who[end - 1] == CS_NAME_NONE)
        end--;
    for (unsigned i = 0; i < end; i++) {
        const char *name = cs_names_text(&link->tui->names, who[i]);
        config.name = name && *name ? name : "?";
        if (cs_bus_attach(bus, &config) != (int)i)
            return -1;
    }
    for (unsigned i = 0; i < end; i++)
        if (who[i] == CS_NAME_NONE)
            cs_bus_remove(bus, (int)i);
    return 0;
}

static bool speaks_of(const struct cs_past *past, unsigned bus)
{
    for (unsigned i = 0; i < past->n_events; i++)
        if (past->events[i].bus == bus)
            return true;
    return false;
}

int cs_host_link_tell(struct cs_host_link *link, const struct cs_past *past, char *text,
                      size_t size)
{
    struct cs_feed feed = {.sim = link->sim ? cs_sim_create(0) : NULL};
    int ret = feed.sim ? 0 : -ENOMEM;

    if (ret == 0)
        cs_sim_run_until(feed.sim, cs_sim_now_ps(link->sim));
    if (ret == 0 && add_buses(link->tui, feed.sim, cs_sim_bus_count(link->sim)) != 0)
        ret = -ENOMEM;
    for (unsigned b = 0; ret == 0 && b < cs_sim_bus_count(feed.sim); b++)
        if (speaks_of(past, b) && name_nodes(link, feed.sim, b) != 0)
            ret = -ENOMEM;
    if (ret == 0)
        ret = cs_feed_tell(&feed, past, text, size);
    cs_sim_destroy(feed.sim);
    return ret;
}
