/* SPDX-License-Identifier: MIT */
/* query_could.c - the steps of a query, with sets of items in place of one: those for which a term
 * may hold, and those for which it may not. Sets only ever get too large. */
#include "scenarios/query_internal.h"
#include "simcore/event.h"
#include "simcore/frame.h"

#define DEPTH     64 /* more than parentheses allow */
#define ALL_KINDS ((UINT32_C(1) << CS_EV_KIND_COUNT) - 1)

_Static_assert(CS_EV_KIND_COUNT < 31, "a bit for each kind, and one for none");

struct sides {
    struct cs_query_could yes, no;
};

static const struct cs_query_could all = {.kinds = ALL_KINDS, .any_id = true};

static bool is_empty(const struct cs_query_could *set)
{
    return set->kinds == 0 || (!set->any_id && set->n == 0);
}

/* ---- sets ------------------------------------------------------------------------------------ */

static void join(struct cs_query_could *to, const struct cs_query_could *with)
{
    if (is_empty(with))
        return;
    if (is_empty(to)) {
        *to = *with;
        return;
    }
    to->kinds |= with->kinds;
    to->any_id |= with->any_id || to->n + with->n > CS_QUERY_COULD;
    for (unsigned i = 0; i < with->n && !to->any_id; i++)
        to->ids[to->n++] = with->ids[i];
    if (to->any_id)
        to->n = 0;
}

/* Where there is no room for all parts, one of the sets will do. */
static void meet_ids(struct cs_query_could *to, const struct cs_query_could *with)
{
    struct cs_query_could out = {.kinds = to->kinds};

    for (unsigned i = 0; i < to->n; i++) {
        for (unsigned k = 0; k < with->n; k++) {
            const uint32_t low =
                to->ids[i].low > with->ids[k].low ? to->ids[i].low : with->ids[k].low;
            const uint32_t high =
                to->ids[i].high < with->ids[k].high ? to->ids[i].high : with->ids[k].high;
            if (low > high)
                continue;
            if (out.n == CS_QUERY_COULD)
                return;
            out.ids[out.n].low = low;
            out.ids[out.n++].high = high;
        }
    }
    *to = out;
}

static void meet(struct cs_query_could *to, const struct cs_query_could *with)
{
    const uint32_t kinds = to->kinds & with->kinds;

    if (to->any_id)
        *to = *with;
    else if (!with->any_id)
        meet_ids(to, with);
    to->kinds = kinds;
}

/* ---- terms ----------------------------------------------------------------------------------- */

static void add_ids(struct cs_query_could *set, int64_t low, int64_t high)
{
    low = low < 0 ? 0 : low;
    high = high > CS_ID_MAX_EXT ? CS_ID_MAX_EXT : high;
    if (set->any_id || low > high)
        return;
    if (set->n == CS_QUERY_COULD) {
        set->any_id = true;
        set->n = 0;
        return;
    }
    set->ids[set->n].low = (uint32_t)low;
    set->ids[set->n++].high = (uint32_t)high;
}

static void of_ids(const struct cs_query *q, const struct cs_query_step *step, struct sides *s)
{
    s->yes.any_id = false;
    for (unsigned i = 0; i < step->n && !step->negate; i++)
        add_ids(&s->yes, q->ranges[step->first + i].low, q->ranges[step->first + i].high);
    if (step->negate)
        add_ids(&s->yes, 0, CS_ID_MAX_EXT);
}

static void of_kinds(const struct cs_query *q, const struct cs_query_step *step, struct sides *s)
{
    uint32_t kinds = 0;

    for (unsigned i = 0; i < step->n; i++) {
        for (unsigned kind = 0; kind < CS_EV_KIND_COUNT; kind++) {
            if (kind >= q->ranges[step->first + i].low && kind <= q->ranges[step->first + i].high)
                kinds |= UINT32_C(1) << kind;
        }
    }
    s->yes.kinds = step->negate ? ALL_KINDS & ~kinds : kinds;
    s->no.kinds = ALL_KINDS & ~s->yes.kinds;
}

static void of_term(const struct cs_query *q, const struct cs_query_step *step, struct sides *s)
{
    const uint32_t error = UINT32_C(1) << CS_EV_ERROR, state = UINT32_C(1) << CS_EV_STATE;

    s->yes = s->no = all;
    switch (step->field) {
    case QUERY_ID:
        of_ids(q, step, s);
        break;
    case QUERY_KIND:
        of_kinds(q, step, s);
        break;
    case QUERY_BYTE:
    case QUERY_LEN:
    case QUERY_DLC:
    case QUERY_DATA:
    case QUERY_FLAG: /* only of frames */
        s->yes.any_id = false;
        add_ids(&s->yes, 0, CS_ID_MAX_EXT);
        break;
    case QUERY_TEC:
    case QUERY_REC:
        s->yes.kinds = error | state;
        break;
    case QUERY_ERROR:
        s->yes.kinds = error;
        break;
    case QUERY_STATE:
        s->yes.kinds = state;
        break;
    case QUERY_ANY_ERROR:
        s->yes.kinds = error | UINT32_C(1) << CS_EV_ERROR_FRAME;
        s->no.kinds = ALL_KINDS & ~s->yes.kinds;
        break;
    default:
        break;
    }
}

/* ---------------------------------------------------------------------------------------------- */

/* What jumps over a side is left out: both sides are known anyway. */
static bool take_step(const struct cs_query *q, const struct cs_query_step *step,
                      struct sides stack[DEPTH], unsigned *n)
{
    struct cs_query_could swap;

    if (*n == DEPTH || (*n < 1 && step->op == QUERY_NOT) ||
        (*n < 2 && (step->op == QUERY_AND || step->op == QUERY_OR)))
        return false; /* never where it was parsed */
    if (step->op == QUERY_TERM) {
        of_term(q, step, &stack[(*n)++]);
    } else if (step->op == QUERY_NOT) {
        swap = stack[*n - 1].yes;
        stack[*n - 1].yes = stack[*n - 1].no;
        stack[*n - 1].no = swap;
    } else if (step->op == QUERY_AND) {
        --*n;
        meet(&stack[*n - 1].yes, &stack[*n].yes);
        join(&stack[*n - 1].no, &stack[*n].no);
    } else if (step->op == QUERY_OR) {
        --*n;
        join(&stack[*n - 1].yes, &stack[*n].yes);
        meet(&stack[*n - 1].no, &stack[*n].no);
    }
    return true;
}

void cs_query_could(const struct cs_query *q, struct cs_query_could *could)
{
    struct sides stack[DEPTH];
    unsigned n = 0;

    *could = all;
    for (unsigned at = 0; at < q->n; at++) {
        if (!take_step(q, &q->steps[at], stack, &n))
            return;
    }
    if (n > 0)
        *could = stack[0].yes;
    if (is_empty(could))
        could->kinds = 0;
}
