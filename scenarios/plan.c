/* SPDX-License-Identifier: MIT */
/* plan.c - see plan.h. */
#include "scenarios/plan.h"

#include <stdlib.h>
#include <string.h>

void cs_plan_clear(struct cs_plan *plan)
{
    for (unsigned i = 0; i < plan->n; i++)
        for (unsigned t = 0; t < CS_PLAN_TEXT_COUNT; t++)
            free(plan->rows[i].text[t]);
    free(plan->rows);
    *plan = (struct cs_plan){0};
}

static bool grow(struct cs_plan *plan)
{
    const unsigned room = plan->room ? plan->room * 2 : 64;
    struct cs_plan_row *rows;

    if (plan->n == CS_PLAN_MAX)
        return false;
    rows = realloc(plan->rows, room * sizeof *rows);
    if (!rows)
        return false;
    plan->rows = rows;
    plan->room = room;
    return true;
}

struct cs_plan_row *cs_plan_add(struct cs_plan *plan, enum cs_plan_kind kind)
{
    struct cs_plan_row *row;

    if (plan->n == CS_PLAN_MAX || (plan->n == plan->room && !grow(plan))) {
        plan->more++;
        return NULL;
    }
    if (!plan->count[kind]++)
        plan->first[kind] = plan->n;
    row = &plan->rows[plan->n++];
    *row = (struct cs_plan_row){
        .kind = (uint8_t)kind, .at_ps = -1, .until_ps = -1, .version = plan->version + 1};
    return row;
}

void cs_plan_set(struct cs_plan_row *row, enum cs_plan_text which, const char *text)
{
    free(row->text[which]);
    row->text[which] = text && *text ? strdup(text) : NULL;
}

const char *cs_plan_text(const struct cs_plan_row *row, enum cs_plan_text which)
{
    return row->text[which] ? row->text[which] : "";
}

struct cs_plan_row *cs_plan_at(const struct cs_plan *plan, enum cs_plan_kind kind, unsigned i)
{
    return &plan->rows[plan->first[kind] + i];
}
