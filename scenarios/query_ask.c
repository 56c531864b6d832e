/* SPDX-License-Identifier: MIT */
/* Does an item pass? What an item has not is as nothing: no comparison with it holds, != neither.
 */
#include <string.h>
#include <strings.h>

#include "scenarios/query_internal.h"
#include "simcore/event.h"

static bool among(const struct cs_query *q, const struct cs_query_step *step, int64_t value)
{
    for (unsigned i = 0; i < step->n; i++) {
        if (value >= q->ranges[step->first + i].low && value <= q->ranges[step->first + i].high)
            return !step->negate;
    }
    return step->negate;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* * stands for anything; small letters are as large ones. */
static bool is_like(const char *pattern, const char *text)
{
    const char *star = NULL, *from = text;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern != '\0' && lower(*pattern) == lower(*text)) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool ends_part(char c)
{
    return c == '\0' || c == ' ' || c == '.';
}

/* Are the parts of `word`, dots between, among those of the names, one behind the other? */
static bool has_event(const char *names, const char *word)
{
    const size_t n = strlen(word);

    for (const char *p = names; *p != '\0'; p++) {
        if ((p == names || p[-1] == ' ' || p[-1] == '.') && strncasecmp(p, word, n) == 0 &&
            ends_part(p[n]))
            return true;
    }
    return false;
}

static bool is_event(const struct cs_query_item *item, const char *word)
{
    const size_t n = strlen(word);

    if (item->decoded && strncasecmp(item->said, word, n) == 0 &&
        (item->said[n] == '\0' || item->said[n] == ' '))
        return true;
    return has_event(item->events, word);
}

static bool fits_word(const struct cs_query_item *item, unsigned field, const char *word)
{
    switch (field) {
    case QUERY_BUS:
        return is_like(word, item->bus);
    case QUERY_NODE:
        return is_like(word, item->node);
    case QUERY_EVENT:
        return is_event(item, word);
    default:
        return strcasestr(item->said, word) != NULL;
    }
}

bool query_ask_words(const struct cs_query *q, const struct cs_query_step *step,
                     const struct cs_query_item *item)
{
    const char *word = q->bytes + step->first, *end = word + step->n;

    for (; word < end; word += strlen(word) + 1) {
        if (fits_word(item, step->field, word))
            return !step->negate;
    }
    return step->negate;
}

static bool ask_data(const struct cs_query *q, const struct cs_query_step *step,
                     const struct cs_query_item *item)
{
    const uint8_t *pair = (const uint8_t *)q->bytes + step->first;
    const unsigned n = step->n / 2u;

    if (!item->has_frame || (step->high < UINT16_MAX - 1 && step->low + n > item->len))
        return false;
    if (step->high == UINT16_MAX ? item->len != n : item->len < step->low + n)
        return step->negate;
    for (unsigned i = 0; i < n; i++) {
        if ((item->data[step->low + i] & pair[2 * i]) != pair[2 * i + 1])
            return step->negate;
    }
    return !step->negate;
}

static bool ask_number(const struct cs_query *q, const struct cs_query_step *step,
                       const struct cs_query_item *item)
{
    switch (step->field) {
    case QUERY_ID:
        return item->has_frame && among(q, step, item->id);
    case QUERY_BYTE:
        return item->has_frame && step->low < item->len && among(q, step, item->data[step->low]);
    case QUERY_LEN:
        return item->has_frame && among(q, step, item->len);
    case QUERY_DLC:
        return item->has_frame && among(q, step, item->dlc);
    case QUERY_TEC:
        return item->has_counters && among(q, step, item->tec);
    case QUERY_REC:
        return item->has_counters && among(q, step, item->rec);
    case QUERY_TIME:
        return among(q, step, item->at_ps);
    case QUERY_DT:
        return item->since_ps >= 0 && among(q, step, item->since_ps);
    case QUERY_KIND:
        return among(q, step, item->kind);
    case QUERY_ERROR:
        return item->kind == CS_EV_ERROR && among(q, step, item->error);
    default:
        return item->kind == CS_EV_STATE && among(q, step, item->state);
    }
}

static bool ask(const struct cs_query *q, const struct cs_query_step *step,
                const struct cs_query_item *item)
{
    switch (step->field) {
    case QUERY_DATA:
        return ask_data(q, step, item);
    case QUERY_BUS:
    case QUERY_NODE:
    case QUERY_EVENT:
    case QUERY_TEXT:
        return query_ask_words(q, step, item);
    case QUERY_FLAG:
        return item->has_frame && (item->flags & step->low) != 0;
    case QUERY_ANY_ERROR:
        return item->kind == CS_EV_ERROR || item->kind == CS_EV_ERROR_FRAME;
    default:
        return ask_number(q, step, item);
    }
}

bool cs_query_passes(const struct cs_query *q, const struct cs_query_item *item)
{
    bool stack[CS_QUERY_STEPS + 1] = {true};
    unsigned n = 0; /* stack[n] is the last */

    for (unsigned at = 0; at < q->n; at++) {
        const struct cs_query_step *step = &q->steps[at];
        switch (step->op) {
        case QUERY_TERM:
            stack[++n] = ask(q, step, item);
            break;
        case QUERY_NOT:
            stack[n] = !stack[n];
            break;
        case QUERY_AND:
            n--;
            stack[n] = stack[n] && stack[n + 1];
            break;
        case QUERY_OR:
            n--;
            stack[n] = stack[n] || stack[n + 1];
            break;
        default:
            if (stack[n] == (step->op == QUERY_IF))
                at = step->low - 1u;
            break;
        }
    }
    return stack[n];
}
