/* SPDX-License-Identifier: MIT */
#include "scenarios/nodes_delay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool before(const struct cs_delayed *a, const struct cs_delayed *b)
{
    return a->at_ps != b->at_ps ? a->at_ps < b->at_ps : a->order < b->order;
}

static void sift_up(struct cs_delay_line *line, const struct cs_delayed *one)
{
    unsigned i = line->n++;

    for (; i > 0 && before(one, &line->item[(i - 1) / 2]); i = (i - 1) / 2)
        line->item[i] = line->item[(i - 1) / 2];
    line->item[i] = *one;
}

static void drop_first(struct cs_delay_line *line)
{
    const struct cs_delayed last = line->item[--line->n];
    unsigned i = 0;

    for (;;) {
        unsigned child = 2 * i + 1;
        if (child + 1 < line->n && before(&line->item[child + 1], &line->item[child]))
            child++;
        if (child >= line->n || before(&last, &line->item[child]))
            break;
        line->item[i] = line->item[child];
        i = child;
    }
    line->item[i] = last;
}

static void tell(struct cs_delay_line *line, const char *what, uint64_t number)
{
    char text[120];
    int n = snprintf(text, sizeof(text), "%s: %" PRIu64 " ", line->what, number);

    snprintf(text + n, sizeof(text) - (size_t)n, "%s", what);
    line->note(line->ctx, text);
}

static void lose(struct cs_delay_line *line)
{
    line->lost++;
    if (!line->full)
        tell(line, "wait already, one more is lost", line->n);
    line->full = true;
}

/* There is room again: the notes come in pairs, however much is lost. */
static void recover(struct cs_delay_line *line)
{
    if (line->full)
        tell(line, "were lost", line->lost);
    line->full = false;
    line->lost = 0;
}

static void on_time(void *ctx, struct cs_timer *timer)
{
    struct cs_delay_line *line = ctx;
    int64_t now = cs_sim_now_ps(line->sim);

    while (line->n > 0 && line->item[0].at_ps <= now) {
        const struct cs_frame frame = line->item[0].frame;
        drop_first(line);
        line->due(line->ctx, &frame);
    }
    if (line->n <= line->size / 2)
        recover(line);
    if (line->n > 0)
        cs_timer_start(line->sim, timer, line->item[0].at_ps);
}

int cs_delay_open(struct cs_delay_line *line, struct cs_sim *sim, unsigned size)
{
    line->sim = sim;
    line->size = size;
    line->timer.fn = on_time;
    line->timer.ctx = line;
    line->item = calloc(size, sizeof(*line->item));
    return line->item != NULL ? cs_timer_reserve(sim, &line->timer) : -1;
}

void cs_delay_close(struct cs_delay_line *line)
{
    free(line->item);
    line->item = NULL;
}

bool cs_delay_put(struct cs_delay_line *line, const struct cs_frame *frame, int64_t at_ps)
{
    if (line->n == line->size) {
        lose(line);
        return false;
    }
    sift_up(line, &(struct cs_delayed){.at_ps = at_ps, .order = line->order++, .frame = *frame});
    if (line->item[0].order == line->order - 1)
        cs_timer_start(line->sim, &line->timer, at_ps);
    return true;
}

void cs_delay_clear(struct cs_delay_line *line)
{
    line->n = 0;
    line->lost = 0;
    line->full = false;
    cs_timer_stop(line->sim, &line->timer);
}
