/* SPDX-License-Identifier: MIT */
/* The frames of a run beside those of a recording. What differs is certain only at the end, for
 * frames may come in another order. */
#include <errno.h>
#include <stdio.h>

#include "scenarios/expect_internal.h"

#define TOLD 3 /* differences */

struct log {
    struct cs_diff *diff;
    struct cs_diff_input *golden;
    struct cs_error error; /* status OK: none */
    unsigned told;
    char text[EXPECT_SEEN - 60];
};

static int create(struct cs_expect *e, struct expect_item *item)
{
    const struct cs_expect_log *def = &item->def->of.log;
    struct log *l = item->own;

    l->diff = cs_diff_create(def->options);
    l->golden = cs_diff_open(e->scenario->plugins, def->path, NULL, &l->error);
    if (l->golden != NULL)
        l->error.status = CS_STATUS_OK;
    return l->diff != NULL ? 0 : -ENOMEM;
}

static void destroy(struct expect_item *item)
{
    struct log *l = item->own;

    cs_diff_close(l->golden);
    if (l->diff != NULL)
        cs_diff_destroy(l->diff);
}

static void fail_error(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct log *l = item->own;

    expect_fail(e, item, at_ps, "%s", l->error.text);
}

/* As far as the recording is to go on before the run. */
static int read_golden(struct log *l)
{
    while (l->error.status == CS_STATUS_OK && cs_diff_wants(l->diff) == 0) {
        if (cs_diff_read(l->golden, l->diff, 0, &l->error) < 0)
            break;
    }
    return l->error.status == CS_STATUS_OK ? 0 : -1;
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_event *event = now->event;
    struct log *l = item->own;

    if (event == NULL || event->kind != CS_EV_FRAME)
        return;
    if (read_golden(l) != 0)
        fail_error(e, item, now->at_ps);
    else if (cs_diff_frame(l->diff, 1, event->at_ps, true,
                           cs_bus_name(cs_sim_bus(e->sim, event->bus)), event->frame, false) != 0)
        expect_fail(e, item, now->at_ps, "not enough memory");
}

static void on_found(void *ctx, const struct cs_diff_found *found)
{
    struct log *l = ctx;

    if (l->told++ < TOLD)
        expect_add(l->text, sizeof(l->text), "; %s", found->text);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    struct log *l = item->own;
    struct cs_diff_summary summary;

    cs_diff_end(l->diff, 1);
    if (read_golden(l) != 0) {
        fail_error(e, item, at_ps);
        return;
    }
    if (cs_diff_report(l->diff, on_found, l, &summary) != 0)
        expect_fail(e, item, at_ps, "not enough memory");
    else if (summary.different > 0)
        expect_fail(e, item, at_ps, "%llu difference%s%s", (unsigned long long)summary.different,
                    summary.different == 1 ? "" : "s", l->text);
    else if (summary.same == 0)
        expect_fail(e, item, at_ps, "no frame in common");
    if (!expect_is_open(item))
        return;
    expect_saw(item, "%llu frame%s as recorded", (unsigned long long)summary.same,
               summary.same == 1 ? "" : "s");
    expect_pass(e, item, at_ps);
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    (void)e;
    expect_add(text, size, "frames as in %s", def->of.log.file);
}

const struct expect_kind expect_log = {
    .own_size = sizeof(struct log),
    .events = 1u << CS_EV_FRAME,
    .create = create,
    .destroy = destroy,
    .see = see,
    .end = end,
    .say = say,
};
