/* SPDX-License-Identifier: MIT */
/* What programs and guests print, and how they end: told from outside, not by events. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_internal.h"
#include "scenarios/text.h"

struct program {
    uint64_t lines;
    char last[120];
};

static void fail_end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct program *p = item->own;

    if (item->def->of.program.output == NULL)
        expect_fail(e, item, at_ps, "it has not ended");
    else if (p->lines == 0)
        expect_fail(e, item, at_ps, "it printed nothing");
    else
        expect_fail(e, item, at_ps, "%llu other line%s, the last \"%s\"",
                    (unsigned long long)p->lines, p->lines == 1 ? "" : "s", p->last);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct program *p = item->own;

    if (!item->def->of.program.never) {
        fail_end(e, item, at_ps);
        return;
    }
    expect_saw(item, "%llu other line%s", (unsigned long long)p->lines, p->lines == 1 ? "" : "s");
    expect_pass(e, item, at_ps);
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_expect_program *p = &def->of.program;
    const char *what = p->guest ? "guest" : "program";

    (void)e;
    if (p->output != NULL)
        expect_add(text, size, "%s \"%s\" %sprints \"%s\"", what, p->name, p->never ? "never " : "",
                   p->output);
    else
        expect_add(text, size, "%s \"%s\" ends with status %lld", what, p->name,
                   (long long)p->status);
}

const struct expect_kind expect_program = {
    .own_size = sizeof(struct program),
    .end = end,
    .say = say,
};

static bool is_about(const struct expect_item *item, const char *name)
{
    return item->def->kind == CS_EXPECT_PROGRAM && expect_is_open(item) &&
           strcmp(item->def->of.program.name, name) == 0;
}

void cs_expect_program_line(struct cs_expect *e, const char *name, const char *line)
{
    char at[40];

    for (unsigned i = 0; e != NULL && !e->over && i < e->n; i++) {
        struct expect_item *item = &e->items[i];
        const struct cs_expect_program *def = &item->def->of.program;
        struct program *p = item->own;
        int64_t now = cs_sim_now_ps(e->sim);
        if (!is_about(item, name) || def->output == NULL)
            continue;
        if (!cs_text_is_like(def->output, line)) {
            p->lines++;
            snprintf(p->last, sizeof(p->last), "%s", line);
            continue;
        }
        if (def->never) {
            expect_fail(e, item, now, "at %s \"%.200s\"", expect_instant(now, at), line);
        } else {
            expect_saw(item, "at %s \"%.200s\"", expect_instant(now, at), line);
            expect_pass(e, item, now);
        }
    }
}

void cs_expect_program_exit(struct cs_expect *e, const char *name, int status)
{
    for (unsigned i = 0; e != NULL && !e->over && i < e->n; i++) {
        struct expect_item *item = &e->items[i];
        int64_t now = cs_sim_now_ps(e->sim);
        if (!is_about(item, name))
            continue;
        if (item->def->of.program.output != NULL) {
            end(e, item, now); /* nothing more comes */
        } else if (status == item->def->of.program.status) {
            expect_saw(item, "status %d", status);
            expect_pass(e, item, now);
        } else {
            expect_fail(e, item, now, "status %d", status);
        }
    }
}

bool cs_expect_awaits_exit(const struct cs_expect *e, const char *name)
{
    for (unsigned i = 0; e != NULL && !e->over && i < e->n; i++) {
        if (is_about(&e->items[i], name) && e->items[i].def->of.program.output == NULL)
            return true;
    }
    return false;
}
