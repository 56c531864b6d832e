/* SPDX-License-Identifier: MIT */
/* query_many.c - the steps of a query, asked of what is known of many items: of each term, whether
 * it may hold for one of them, and whether it may not. "Certainly not" is always true. */
#include <ctype.h>
#include <string.h>

#include "scenarios/query_internal.h"
#include "simcore/event.h"
#include "simcore/frame.h"

#define DEPTH 64 /* more than parentheses allow */
#define YES   1u
#define NO    2u
#define BOTH  (YES | NO)

#define ERROR_BIT (UINT32_C(1) << CS_EV_ERROR)
#define STATE_BIT (UINT32_C(1) << CS_EV_STATE)

/* ---- sets ------------------------------------------------------------------------------------ */

static void set_add(uint64_t set[4], unsigned what)
{
    set[what / 64 & 3] |= UINT64_C(1) << what % 64;
}

static bool set_has(const uint64_t set[4], unsigned what)
{
    return set[what / 64 & 3] >> what % 64 & 1;
}

static bool sets_meet(const uint64_t a[4], const uint64_t b[4])
{
    return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

static uint32_t bit32(unsigned what)
{
    return UINT32_C(1) << (what < 31 ? what : 31);
}

static unsigned hash(uint32_t what)
{
    return what * UINT32_C(2654435761) >> 24;
}

/* Of a word up to a blank, small letters as large ones. */
static unsigned hash_word(const char *word)
{
    uint32_t sum = 5381;

    for (; *word != '\0' && *word != ' '; word++)
        sum = sum * 33 + (uint32_t)tolower((unsigned char)*word);
    return hash(sum);
}

/* ---- filling in ------------------------------------------------------------------------------ */

void cs_query_many_init(struct cs_query_many *many)
{
    *many = (struct cs_query_many){
        .first_ps = INT64_MAX,
        .last_ps = INT64_MIN,
        .since_min_ps = INT64_MAX,
        .since_max_ps = INT64_MIN,
        .id_min = UINT32_MAX,
        .tec_min = UINT16_MAX,
        .rec_min = UINT16_MAX,
    };
}

static void add_frame(struct cs_query_many *many, const struct cs_query_item *item)
{
    const uint32_t id = item->id;

    many->id_min = id < many->id_min ? id : many->id_min;
    many->id_max = id > many->id_max ? id : many->id_max;
    if (id <= CS_ID_MAX_BASE)
        many->base[id / 64] |= UINT64_C(1) << id % 64;
    for (unsigned m = 0; id > CS_ID_MAX_BASE && m < 3; m++)
        set_add(many->more[m], hash(id >> 8 * m));
    many->flags |= (uint8_t)item->flags;
    many->lack |= (uint8_t)~item->flags;
    many->lens |= UINT64_C(1) << (item->len < 63 ? item->len : 63);
    many->dlcs |= bit32(item->dlc);
    for (unsigned i = 0; i < 8 && i < item->len; i++)
        set_add(many->bytes[i], item->data[i]);
}

static void add_counters(struct cs_query_many *many, const struct cs_query_item *item)
{
    const uint16_t tec = (uint16_t)item->tec, rec = (uint16_t)item->rec;

    many->tec_min = tec < many->tec_min ? tec : many->tec_min;
    many->tec_max = tec > many->tec_max ? tec : many->tec_max;
    many->rec_min = rec < many->rec_min ? rec : many->rec_min;
    many->rec_max = rec > many->rec_max ? rec : many->rec_max;
    if (item->kind == CS_EV_ERROR)
        many->errors |= bit32(item->error);
    if (item->kind == CS_EV_STATE)
        many->states |= bit32(item->state);
}

void cs_query_many_add(struct cs_query_many *many, const struct cs_query_item *item, unsigned bus,
                       unsigned node, unsigned events)
{
    many->first_ps = item->at_ps < many->first_ps ? item->at_ps : many->first_ps;
    many->last_ps = item->at_ps > many->last_ps ? item->at_ps : many->last_ps;
    if (item->since_ps >= 0) {
        many->since_min_ps =
            item->since_ps < many->since_min_ps ? item->since_ps : many->since_min_ps;
        many->since_max_ps =
            item->since_ps > many->since_max_ps ? item->since_ps : many->since_max_ps;
    }
    many->kinds |= bit32((unsigned)item->kind);
    many->buses |= bit32(bus);
    set_add(many->nodes, node);
    set_add(many->events, events);
    many->others |= !item->has_frame;
    if (item->has_frame)
        add_frame(many, item);
    if (item->has_counters)
        add_counters(many, item);
    many->text |= item->said[0] != '\0';
    if (item->decoded)
        set_add(many->decoders, hash_word(item->said));
}

/* ---- identifiers ----------------------------------------------------------------------------- */

/* Beyond 11 bits: the finest set in which so few are to be looked for that it tells something. */
static bool more_has(const struct cs_query_many *many, uint32_t low, uint32_t high)
{
    for (unsigned i = 0; i < 3; i++) {
        const uint32_t from = low >> 8 * i, n = (high >> 8 * i) - from + 1;
        if (n > 64)
            continue;
        for (uint32_t k = 0; k < n; k++) {
            if (set_has(many->more[i], hash(from + k)))
                return true;
        }
        return false;
    }
    return true;
}

bool cs_query_many_has(const struct cs_query_many *many, uint32_t low, uint32_t high)
{
    low = low > many->id_min ? low : many->id_min;
    high = high < many->id_max ? high : many->id_max;
    if (low > high)
        return false;
    for (uint32_t id = low; id <= high && id <= CS_ID_MAX_BASE; id = (id | 63) + 1) {
        uint64_t word = many->base[id / 64] >> id % 64;
        if (high - id < 63)
            word &= (UINT64_C(1) << (high - id + 1)) - 1;
        if (word != 0)
            return true;
    }
    if (high <= CS_ID_MAX_BASE)
        return false;
    return more_has(many, low > CS_ID_MAX_BASE ? low : CS_ID_MAX_BASE + 1, high);
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool asks_for(const struct cs_query_step *step, enum cs_query_names what)
{
    static const uint8_t fields[] = {[CS_QUERY_NAMES_BUS] = QUERY_BUS,
                                     [CS_QUERY_NAMES_NODE] = QUERY_NODE,
                                     [CS_QUERY_NAMES_EVENT] = QUERY_EVENT};

    return step->op == QUERY_TERM && step->field == fields[what];
}

static bool is_named(const struct cs_query_step *step)
{
    return asks_for(step, CS_QUERY_NAMES_BUS) || asks_for(step, CS_QUERY_NAMES_NODE) ||
           asks_for(step, CS_QUERY_NAMES_EVENT);
}

bool cs_query_asks(const struct cs_query *query, enum cs_query_names what)
{
    for (unsigned i = 0; i < query->n; i++) {
        if (asks_for(&query->steps[i], what))
            return true;
    }
    return false;
}

void cs_query_name(const struct cs_query *query, struct cs_query_named *named,
                   enum cs_query_names what, unsigned slot, const char *name)
{
    const struct cs_query_item item = {.bus = name, .node = name, .events = name, .said = ""};

    for (unsigned i = 0, k = 0; i < query->n && k < CS_QUERY_NAMED; i++) {
        const struct cs_query_step *step = &query->steps[i];
        if (asks_for(step, what))
            set_add(query_ask_words(query, step, &item) ? named->term[k].yes : named->term[k].no,
                    slot);
        k += is_named(step);
    }
}

/* What the term that is number `k` of those that ask for names says of items. */
static unsigned of_names(const struct cs_query *q, const struct cs_query_step *step,
                         const struct cs_query_named *named, unsigned k,
                         const struct cs_query_many *many)
{
    const uint64_t buses[4] = {many->buses};
    const uint64_t *set = step->field == QUERY_BUS    ? buses
                          : step->field == QUERY_NODE ? many->nodes
                                                      : many->events;
    const char *word = q->bytes + step->first, *end = word + step->n;
    unsigned may = 0;

    if (k >= CS_QUERY_NAMED)
        return BOTH;
    may |= sets_meet(set, named->term[k].yes) ? YES : 0;
    may |= sets_meet(set, named->term[k].no) ? NO : 0;
    for (; step->field == QUERY_EVENT && word < end; word += strlen(word) + 1) {
        if (set_has(many->decoders, hash_word(word))) /* or by the beginning of what is said */
            may |= step->negate ? NO : YES;
    }
    return may;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static unsigned turned(const struct cs_query_step *step, unsigned may)
{
    return step->negate ? (may & YES ? NO : 0) | (may & NO ? YES : 0) : may;
}

#define NO_TOP 256u

/* Those of a set; the numbers from `top` on have one bit. */
static unsigned of_set(const struct cs_query *q, const struct cs_query_step *step,
                       const uint64_t set[4], unsigned top)
{
    uint64_t wanted[4] = {0};
    unsigned may = 0;

    for (unsigned i = 0; i < step->n; i++) {
        const int64_t low = q->ranges[step->first + i].low, high = q->ranges[step->first + i].high;
        const unsigned end = high > 255 ? 255 : (unsigned)(high < 0 ? 0 : high);
        for (unsigned v = low < 0 ? 0 : (unsigned)(low > 256 ? 256 : low); high >= 0 && v <= end;
             v++)
            set_add(wanted, v);
    }
    for (unsigned w = 0; w < 4; w++) {
        may |= set[w] & wanted[w] ? YES : 0;
        may |= set[w] & ~wanted[w] ? NO : 0;
    }
    return top != NO_TOP && set_has(set, top) ? BOTH : turned(step, may);
}

static unsigned of_bits(const struct cs_query *q, const struct cs_query_step *step, uint64_t bits,
                        unsigned top)
{
    const uint64_t set[4] = {bits};

    return of_set(q, step, set, top);
}

/* Those that are low..high; low > high: none. */
static unsigned of_span(const struct cs_query *q, const struct cs_query_step *step, int64_t low,
                        int64_t high)
{
    bool some = false, all = false;

    if (low > high)
        return 0;
    for (unsigned i = 0; i < step->n; i++) {
        const int64_t from = q->ranges[step->first + i].low, to = q->ranges[step->first + i].high;
        some |= from <= high && to >= low && from <= to;
        all |= from <= low && to >= high;
    }
    return turned(step, (some ? YES : 0) | (all ? 0 : NO));
}

static unsigned of_ids(const struct cs_query *q, const struct cs_query_step *step,
                       const struct cs_query_many *many)
{
    bool some = step->negate && many->id_min <= many->id_max;

    for (unsigned i = 0; i < step->n && !some; i++) {
        const int64_t low = q->ranges[step->first + i].low, high = q->ranges[step->first + i].high;
        some = low <= UINT32_MAX && high >= 0 && low <= high &&
               cs_query_many_has(many, low < 0 ? 0 : (uint32_t)low,
                                 high > UINT32_MAX ? UINT32_MAX : (uint32_t)high);
    }
    return some ? BOTH : NO;
}

/* ---- data ------------------------------------------------------------------------------------ */

static bool is_longer(const struct cs_query_many *many, unsigned than)
{
    return many->lens >> (than >= 62 ? 63 : than + 1) != 0;
}

static bool has_byte(const uint64_t set[4], uint8_t mask, uint8_t value)
{
    if (mask == 0xff)
        return set_has(set, value);
    for (unsigned v = 0; v < 256; v++) {
        if ((v & mask) == value && set_has(set, v))
            return true;
    }
    return false;
}

static unsigned of_data(const struct cs_query *q, const struct cs_query_step *step,
                        const struct cs_query_many *many)
{
    const uint8_t *pair = (const uint8_t *)q->bytes + step->first;
    const unsigned n = step->n / 2u;

    if (many->lens == 0)
        return NO;
    if (step->negate)
        return BOTH;
    if (step->high == UINT16_MAX && n < 63 && !(many->lens >> n & 1))
        return NO;
    if (n > 0 && !is_longer(many, step->low + n - 1))
        return NO;
    for (unsigned i = 0; i < n && step->low + i < 8; i++) {
        if (!has_byte(many->bytes[step->low + i], pair[2 * i], pair[2 * i + 1]))
            return NO;
    }
    return BOTH;
}

static unsigned of_byte(const struct cs_query *q, const struct cs_query_step *step,
                        const struct cs_query_many *many)
{
    if (!is_longer(many, step->low))
        return NO;
    return step->low < 8 ? of_set(q, step, many->bytes[step->low], NO_TOP) | NO : BOTH;
}

/* ---- terms ----------------------------------------------------------------------------------- */

static unsigned of_number(const struct cs_query *q, const struct cs_query_step *step,
                          const struct cs_query_many *many)
{
    const unsigned uncounted = many->kinds & ~(ERROR_BIT | STATE_BIT) ? NO : 0;
    const unsigned frameless = many->others ? NO : 0;

    switch (step->field) {
    case QUERY_LEN:
        return of_bits(q, step, many->lens, 63) | frameless;
    case QUERY_DLC:
        return of_bits(q, step, many->dlcs, 31) | frameless;
    case QUERY_TEC:
        return of_span(q, step, many->tec_min, many->tec_max) | uncounted;
    case QUERY_REC:
        return of_span(q, step, many->rec_min, many->rec_max) | uncounted;
    case QUERY_TIME:
        return of_span(q, step, many->first_ps, many->last_ps);
    case QUERY_DT: /* it is forgotten when the frame before is */
        return of_span(q, step, many->since_min_ps, many->since_max_ps) | NO;
    case QUERY_KIND:
        return of_bits(q, step, many->kinds, 31);
    case QUERY_ERROR:
        return of_bits(q, step, many->errors, 31) | (many->kinds & ~ERROR_BIT ? NO : 0);
    case QUERY_STATE:
        return of_bits(q, step, many->states, 31) | (many->kinds & ~STATE_BIT ? NO : 0);
    default:
        return BOTH;
    }
}

static unsigned of_term(const struct cs_query *q, const struct cs_query_step *step,
                        const struct cs_query_many *many)
{
    const uint32_t errors = ERROR_BIT | UINT32_C(1) << CS_EV_ERROR_FRAME;

    switch (step->field) {
    case QUERY_ID:
        return of_ids(q, step, many);
    case QUERY_BYTE:
        return of_byte(q, step, many);
    case QUERY_DATA:
        return of_data(q, step, many);
    case QUERY_TEXT:
        return step->negate || many->text ? BOTH : NO;
    case QUERY_FLAG:
        return (many->flags & step->low ? YES : 0) |
               (many->others || many->lack & step->low ? NO : 0);
    case QUERY_ANY_ERROR:
        return (many->kinds & errors ? YES : 0) | (many->kinds & ~errors ? NO : 0);
    default:
        return of_number(q, step, many);
    }
}

bool cs_query_may(const struct cs_query *q, const struct cs_query_named *named,
                  const struct cs_query_many *many)
{
    unsigned stack[DEPTH + 1] = {BOTH}, n = 0, k = 0; /* stack[n] is the last */

    for (unsigned at = 0; at < q->n; at++) {
        const struct cs_query_step *step = &q->steps[at];
        const unsigned last = stack[n];
        if (step->op == QUERY_TERM && n == DEPTH)
            return true; /* never where it was parsed */
        if (step->op == QUERY_TERM) {
            stack[++n] =
                is_named(step) ? of_names(q, step, named, k, many) : of_term(q, step, many);
            k += is_named(step);
        } else if (step->op == QUERY_NOT) {
            stack[n] = (last & YES ? NO : 0) | (last & NO ? YES : 0);
        } else if (step->op == QUERY_AND || step->op == QUERY_OR) {
            const unsigned all = last & stack[n - 1], any = last | stack[n - 1];
            n--;
            stack[n] = step->op == QUERY_AND ? (all & YES) | (any & NO) : (any & YES) | (all & NO);
        }
    }
    return stack[n] & YES;
}
