/* SPDX-License-Identifier: MIT */
/* view_ids_columns.c - the columns of the list by identifier, each with its order. */
#include <string.h>

#include "simcore/units.h"
#include "tui/spark.h"
#include "tui/view_ids.h"

/* ---- order ----------------------------------------------------------------------------------- */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* As arbitration has it: base before extended of an equal first part. */
static uint64_t priority(const struct cs_tui_id *item)
{
    const struct cs_frame *f = &item->stat.last;
    uint64_t base = f->flags & CS_FRAME_EXT ? f->id >> 18 : f->id;
    uint64_t rest = f->flags & CS_FRAME_EXT ? 1u << 19 | (f->id & 0x3ffff) : 0;

    return base << 21 | rest << 1 | (f->flags & CS_FRAME_RTR ? 1 : 0);
}

static int cmp_id(const void *a, const void *b)
{
    return by_number(priority(a), priority(b));
}

static int cmp_bus(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number(x->bus, y->bus);
}

static int cmp_node(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return x->bus != y->bus ? by_number(x->bus, y->bus) : x->stat.node - y->stat.node;
}

int cs_ids_by_priority(const struct cs_tui_id *a, const struct cs_tui_id *b)
{
    return cmp_id(a, b);
}

int cs_ids_by_bus(const struct cs_tui_id *a, const struct cs_tui_id *b)
{
    return cmp_bus(a, b);
}

static int cmp_said(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    const int order = strcmp(x->protocol, y->protocol);

    return order ? order : strcmp(x->said, y->said);
}

/* How far its periods are apart, relative to their mean; the worst first. */
static double jitter(const struct cs_tui_id *item)
{
    return item->mean_ps > 0 ? (double)(item->most_ps - item->least_ps) / (double)item->mean_ps
                             : -1;
}

static int cmp_jitter(const void *a, const void *b)
{
    const double x = jitter(a), y = jitter(b);

    return (y > x) - (y < x);
}

/* What changed last comes first. */
static int64_t changed_ps(const struct cs_tui_id *item)
{
    int64_t last = -1;

    for (unsigned i = 0; i < item->stat.last.len; i++)
        last = item->changed_ps[i] > last ? item->changed_ps[i] : last;
    return last;
}

static int cmp_changed(const void *a, const void *b)
{
    const int64_t x = changed_ps(a), y = changed_ps(b);

    return (y > x) - (y < x);
}

/* Those that should have come first, then what has been away for the longest time. */
static int cmp_age(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;

    return x->late != y->late ? y->late - x->late
                              : by_number((uint64_t)x->stat.last_ps, (uint64_t)y->stat.last_ps);
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    if (id->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[id->bus].name);
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_id(canvas, at, id->stat.last.id, id->stat.last.flags);
}

static void cell_node(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;

    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_NODE, cs_tui_who(tui, id->who));
}

static void cell_age(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const bool stale = cs_ids_stale(tui, item);
    int64_t age = cs_ids_now(tui) - ((const struct cs_tui_id *)item)->stat.last_ps;
    char buf[CS_NUMBER_MAX];

    if (age > 0)
        cs_canvas_field(canvas, at.x, at.y, at.w, true, stale ? CS_STYLE_WARN : CS_STYLE_DIM,
                        cs_text_span(age, buf));
}

static void cell_dlc(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_len(canvas, at, id->stat.last.flags, id->stat.last.dlc, id->stat.last.len);
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    (void)tui;
    cs_put_fd(canvas, at, ((const struct cs_tui_id *)item)->stat.last.flags);
}

static void cell_data(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;
    const struct cs_frame *f = &id->stat.last;
    uint64_t hot = 0, warm = 0;

    if (f->flags & CS_FRAME_RTR) {
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_RTR, "remote request");
        return;
    }
    for (unsigned i = 0; i < f->len; i++) {
        int64_t age = cs_ids_now(tui) - id->changed_ps[i];
        if (id->changed_ps[i] < 0)
            continue;
        hot |= (uint64_t)(age < IDS_HOT_PS) << i;
        warm |= (uint64_t)(age < IDS_WARM_PS) << i;
    }
    cs_put_data_as(canvas, at, tui->data_form, f->data, f->len, hot, warm, id->diff);
}

static void cell_ascii(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_ascii(canvas, at, id->stat.last.data, id->stat.last.len);
}

/* A flat line where it is regular; a tenth of the mean up or down takes all of the height, or what
 * there is where that is more. */
void cs_ids_put_periods(struct cs_canvas *canvas, struct cs_rect at, const struct cs_tui_id *item)
{
    const unsigned n = item->n_periods < CS_IDS_PERIODS ? item->n_periods : CS_IDS_PERIODS;
    int64_t values[CS_IDS_PERIODS], sum = 0, mean, reach;

    if (!n)
        return;
    for (unsigned i = 0; i < n; i++) {
        values[i] = item->period_ps[(item->n_periods - n + i) % CS_IDS_PERIODS];
        sum += values[i] / n;
    }
    mean = sum;
    reach = mean / 10;
    for (unsigned i = 0; i < n; i++) {
        const int64_t off = values[i] > mean ? values[i] - mean : mean - values[i];
        reach = off > reach ? off : reach;
    }
    cs_spark(canvas, at, reach > mean / 2 ? CS_STYLE_WARN : CS_STYLE_GOOD, NULL, values, n,
             mean - reach,
             mean < INT64_MAX / 8 && reach < INT64_MAX / 8 ? mean + reach * 4 / 3 : INT64_MAX);
}

static void cell_periods(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const void *item)
{
    (void)tui;
    cs_ids_put_periods(canvas, at, item);
}

static void cell_said(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;
    const int x = *id->protocol ? at.x + cs_text_width(id->protocol) + 1 : at.x;
    const struct cs_frame *f = &id->stat.last;
    char text[256];

    if (tui->fields.n &&
        cs_fields_text(&tui->fields, f->id, f->flags, f->data, f->len, text, sizeof text)) {
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT, text);
        return;
    }
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, id->protocol);
    if (at.x + at.w - x > 1)
        cs_canvas_field(canvas, x, at.y, at.x + at.w - x, false, CS_STYLE_TEXT, id->said);
}

/* Where requests have answers. */
static int want_answer(const struct cs_tui *tui)
{
    return tui->ids.answers ? 9 : 0;
}

/* Beside identifier and length. */
static int want_data(const struct cs_tui *tui)
{
    return cs_want_data(tui, cs_tui_body(tui).w - 13);
}

static int want_said(const struct cs_tui *tui)
{
    return tui->decoded || tui->fields.n ? 22 : 0;
}

const int cs_ids_column_id = 1;

#define OWN(form, member, style)    .number = CS_NUMBER(form, struct cs_tui_id, member, style)
#define NUMBER(form, member, style) .number = CS_NUMBER(form, struct cs_tui_id, stat.member, style)

const struct cs_column cs_ids_columns[IDS_COLUMNS] = {
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus, .compare = cmp_bus),
    CS_COLUMN("id", 4, 8, true, 0, .cell = cell_id, .wanted = cs_want_id, .compare = cmp_id),
    CS_COLUMN("node", 10, 10, false, 1, .cell = cell_node, .wanted = cs_want_node,
              .compare = cmp_node),
    CS_COLUMN("count", 8, 9, true, 1, OWN(CS_NUMBER_COUNT, count, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("per s", 6, 6, true, 1,
              .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_id, per_s, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("period", 9, 9, true, 1, NUMBER(CS_NUMBER_SPAN, period_ps, CS_STYLE_TEXT),
              .order = CS_ORDER_UP),
    CS_COLUMN("least", 9, 9, true, 3, OWN(CS_NUMBER_SPAN, least_ps, CS_STYLE_DIM),
              .order = CS_ORDER_UP),
    CS_COLUMN("mean", 9, 9, true, 4, OWN(CS_NUMBER_SPAN, mean_ps, CS_STYLE_DIM),
              .order = CS_ORDER_UP),
    CS_COLUMN("most", 9, 9, true, 3, OWN(CS_NUMBER_SPAN, most_ps, CS_STYLE_DIM),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("jitter", 12, 24, false, 2, .cell = cell_periods, .compare = cmp_jitter),
    CS_COLUMN("answer", 9, 9, true, 2, OWN(CS_NUMBER_SPAN, answer_ps, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN, .wanted = want_answer),
    CS_COLUMN("mean ans.", 9, 9, true, 5, OWN(CS_NUMBER_SPAN, answer_mean_ps, CS_STYLE_DIM),
              .name = "answer-mean", .order = CS_ORDER_DOWN, .wanted = want_answer),
    CS_COLUMN("slowest", 9, 9, true, 4, OWN(CS_NUMBER_SPAN, answer_most_ps, CS_STYLE_DIM),
              .order = CS_ORDER_DOWN, .wanted = want_answer),
    CS_COLUMN("changes", 7, 8, true, 6, OWN(CS_NUMBER_COUNT, changes, CS_STYLE_DIM),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("fd", 3, 3, false, 3, .cell = cell_fd, .wanted = cs_want_fd),
    CS_COLUMN(" n", 2, 2, true, 0, .cell = cell_dlc, .wanted = cs_want_len),
    CS_COLUMN("data", 23, 24, false, 0, .cell = cell_data, .wanted = want_data,
              .most = cs_most_data, .compare = cmp_changed),
    CS_COLUMN("meaning", 22, 56, false, 3, .cell = cell_said, .wanted = want_said,
              .compare = cmp_said),
    CS_COLUMN("text", 8, 10, false, 5, .cell = cell_ascii),
    CS_COLUMN("last seen", 9, 9, true, 4, .cell = cell_age, .compare = cmp_age),
};
const int cs_ids_n_columns = IDS_COLUMNS;
