/* SPDX-License-Identifier: MIT */
#include "scenarios/when.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define TIME_MAX (2400 * 3600 * CS_PS_PER_S)

/* The condition of an action, made when its first key is read. */
static struct cs_when *when_of(struct cs_reader *r, struct cs_action *action)
{
    if (action->when == NULL) {
        action->when = calloc(1, sizeof(*action->when));
        if (action->when == NULL)
            cs_reader_no_memory(r);
        else
            action->when->until_ps = CS_NEVER;
    }
    return action->when;
}

int cs_when_read_after(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_when *when = when_of(r, dest);

    if (when == NULL)
        return -1;
    when->has_after = true;
    return cs_trigger_read(r, item, &when->after);
}

static int read_time(struct cs_reader *r, const cJSON *item, int64_t low, int64_t *ps)
{
    const struct cs_key row = {.name = "", .type = CS_KEY_TIME, .min = low, .max = TIME_MAX};

    return cs_keys_read_value(r, &row, item, ps);
}

int cs_when_read_delay(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_when *when = when_of(r, dest);

    return when != NULL ? read_time(r, item, 0, &when->delay_ps) : -1;
}

int cs_when_read_every(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_when *when = when_of(r, dest);

    return when != NULL ? read_time(r, item, CS_SCENARIO_PERIOD_MIN, &when->every_ps) : -1;
}

int cs_when_read_count(struct cs_reader *r, const cJSON *item, void *dest)
{
    const struct cs_key row = {
        .name = "", .type = CS_KEY_INT, .min = 1, .max = INT64_C(1000000000)};
    struct cs_when *when = when_of(r, dest);

    return when != NULL ? cs_keys_read_value(r, &row, item, &when->count) : -1;
}

int cs_when_read_each(struct cs_reader *r, const cJSON *item, void *dest)
{
    const struct cs_key row = {.name = "", .type = CS_KEY_BOOL};
    struct cs_when *when = when_of(r, dest);

    return when != NULL ? cs_keys_read_value(r, &row, item, &when->each) : -1;
}

int cs_when_read_until(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_when *when = when_of(r, dest);
    int64_t at_ps;

    if (when == NULL || cs_trigger_read_or_time(r, item, TIME_MAX, &when->until, &at_ps) != 0)
        return -1;
    when->has_until = at_ps < 0;
    when->until_ps = at_ps < 0 ? CS_NEVER : at_ps;
    return 0;
}

/* ---- variables ------------------------------------------------------------------------------- */

/* The index of a variable, which is there from its first name on. -1 with a sentence. */
static int variable(struct cs_reader *r, const char *name)
{
    struct cs_scenario *scenario = r->ctx;

    for (unsigned i = 0; i < scenario->n_variables; i++) {
        if (strcmp(scenario->variables[i], name) == 0)
            return (int)i;
    }
    if (!cs_text_is_identifier(name))
        return cs_reader_fail(
            r, "must be named by at most 40 letters, digits and '_', a letter first");
    if (scenario->n_variables == CS_VARIABLES)
        return cs_reader_fail(r, "must be one of at most %d variables", CS_VARIABLES);
    scenario->variables[scenario->n_variables] = name;
    return (int)scenario->n_variables++;
}

int cs_when_read_if(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_when *when = when_of(r, dest);
    const cJSON *child;
    int ret = 0;

    if (when == NULL)
        return -1;
    const int n = cJSON_IsObject(item) ? cJSON_GetArraySize(item) : 0;
    if (n < 1 || n > CS_WHEN_TESTS)
        return cs_reader_must_be(r, item, "an object of 1..%d variables and " CS_BOUNDS_FORM,
                                 CS_WHEN_TESTS);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_test *test = &when->tests[when->n_tests];
        const size_t mark = cs_reader_enter(r, child->string);
        const int index = variable(r, child->string);
        if (index < 0 || cs_bounds_read(r, child, 0, CS_VARIABLE_LIMIT, &test->bounds) != 0)
            ret = -1;
        else {
            test->variable = (unsigned)index;
            when->n_tests++;
        }
        cs_reader_leave(r, mark);
    }
    return ret;
}

/* 3, or "+1" and "-1". */
int cs_when_read_set(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;
    const cJSON *child = cJSON_IsObject(item) ? item->child : NULL;
    const char *text = child != NULL && cJSON_IsString(child) ? child->valuestring : "";
    struct cs_assignment *set = &action->set;

    if (child == NULL || child->next != NULL)
        return cs_reader_must_be(r, item, "an object of one variable and its value");
    const size_t mark = cs_reader_enter(r, child->string);
    const int index = variable(r, child->string);
    int ret = index < 0 ? -1 : 0;
    const size_t digits = strspn(text + (text[0] != '\0'), "0123456789");
    set->relative = (text[0] == '+' || text[0] == '-') && digits > 0 && digits <= 12 &&
                    text[1 + digits] == '\0';
    if (set->relative)
        set->value = strtoll(text, NULL, 10);
    else if (ret == 0 && (cs_reader_integer(child, &set->value) != 0 ||
                          set->value > CS_VARIABLE_LIMIT || set->value < 0))
        ret = cs_reader_must_be(r, child,
                                "a whole number 0..10^12, or \"+1\" or \"-1\" and the like");
    set->variable = (unsigned)(index < 0 ? 0 : index);
    cs_reader_leave(r, mark);
    return ret == 0 ? cs_action_set_kind(r, action, CS_ACTION_SET) : -1;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static int read_group(struct cs_reader *r, const cJSON *item, struct cs_action *action, bool choose)
{
    const int n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 0;
    const cJSON *child;
    unsigned i = 0;
    int ret = 0;

    if (!cJSON_IsArray(item) || n < (choose ? 1 : 0) || n > CS_GROUP_ACTIONS)
        return cs_reader_must_be(r, item, "an array of %d..%d actions without a time",
                                 choose ? 1 : 0, CS_GROUP_ACTIONS);
    if (cs_action_set_kind(r, action, CS_ACTION_GROUP) != 0)
        return -1;
    action->group = calloc(1, sizeof(*action->group));
    if (action->group == NULL ||
        (action->group->action = calloc((size_t)n + 1, sizeof(*action->group->action))) == NULL)
        return cs_reader_no_memory(r);
    action->group->choose = choose;
    cJSON_ArrayForEach(child, item)
    {
        struct cs_action *one = &action->group->action[action->group->n++];
        const size_t mark = cs_reader_enter_index(r, i++);
        one->order = action->order;
        if (cs_scenario_read_action(r, child, one, false) != 0)
            ret = -1;
        else if (one->when != NULL && (one->when->has_after || one->when->every_ps > 0))
            ret = cs_reader_fail(r, "must have no \"after\" and \"every\" of its own here");
        cs_reader_leave(r, mark);
    }
    return ret;
}

int cs_when_read_do(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_group(r, item, dest, false);
}

int cs_when_read_choose(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_group(r, item, dest, true);
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool cs_when_has_moments(const struct cs_action *action)
{
    return action->when != NULL && (action->when->has_after || action->when->every_ps > 0);
}

int cs_when_finish(struct cs_reader *r, const struct cs_action *action, bool has_at)
{
    const struct cs_when *when = action->when;

    if (when == NULL)
        return 0;
    if (when->has_after && has_at)
        return cs_scenario_fail_at(r, "at", "does not go with \"after\": use \"delay\"");
    if (!when->has_after && (when->each || when->delay_ps > 0))
        return cs_reader_fail(r, "must have \"after\" beside \"each\" and \"delay\", got none");
    if (when->every_ps == 0 && !when->has_after &&
        (when->count > 0 || when->has_until || when->until_ps != CS_NEVER))
        return cs_reader_fail(r, "must have \"every\" or \"after\" beside \"count\" and \"until\", "
                                 "got none");
    if (cs_when_has_moments(action) && cs_action_has_place(action))
        return cs_reader_fail(r,
                              "must have no \"late\", \"amid\" and \"turn\" beside \"after\" and "
                              "\"every\"");
    return 0;
}

void cs_when_free(struct cs_action *action)
{
    for (unsigned i = 0; action->group != NULL && i < action->group->n; i++)
        cs_scenario_free_action(&action->group->action[i]);
    if (action->group != NULL)
        free(action->group->action);
    free(action->group);
    free(action->when);
}
