/* SPDX-License-Identifier: MIT */
/* overlay_plot.c - choose what is plotted: what is typed narrows the list, or is itself what
 * ":plot" takes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/decoding.h"
#include "tui/view.h"
#include "tui/view_signals.h"
#include "tui/widgets.h"

/* ---- what there is --------------------------------------------------------------------------- */

struct search {
    const struct cs_tui *tui;
    const char *filter;
    struct cs_signals_state *state;
};

/* Each word of the filter is somewhere in it, whatever its case. */
static bool passes(const char *filter, const char *text, const char *help)
{
    char word[64];
    size_t len;

    for (filter += strspn(filter, " "); *filter; filter += len + strspn(filter + len, " ")) {
        len = strcspn(filter, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, filter);
        if (!strcasestr(text, word) && !strcasestr(help, word))
            return false;
    }
    return true;
}

static void offer(struct search *search, const char *text, const char *help)
{
    struct cs_signals_state *state = search->state;
    struct cs_choice *choice;

    if (!passes(search->filter, text, help))
        return;
    if (state->n_choices == CS_CHOICES) {
        state->more++;
        return;
    }
    choice = &state->choices[state->n_choices++];
    snprintf(choice->text, sizeof choice->text, "%s", text);
    snprintf(choice->help, sizeof choice->help, "%s", help);
}

static const char *at_bus(const struct cs_tui *tui, unsigned bus, char *text, size_t size)
{
    snprintf(text, size, "%s%s", tui->n_buses > 1 ? "@" : "",
             tui->n_buses > 1 ? tui->bus[bus].name : "");
    return text;
}

static void offer_bytes(struct search *search, uint32_t id, uint8_t flags, unsigned bus,
                        unsigned len, const uint8_t *data, uint64_t which, const char *of)
{
    char text[96], help[64], at[CS_TUI_BUS_NAME + 2];

    if (flags & CS_FRAME_RTR || bus >= search->tui->n_buses)
        return;
    for (unsigned i = 0; i < len; i++) {
        if (!(which >> i & 1))
            continue;
        snprintf(text, sizeof text,
                 flags & CS_FRAME_EXT ? "%08" PRIX32 "%s %u:8" : "%03" PRIX32 "%s %u:8", id,
                 at_bus(search->tui, bus, at, sizeof at), 8 * i);
        snprintf(help, sizeof help, "%s byte %u, now %u", of, i, data[i]);
        offer(search, text, help);
    }
}

/* What is selected in the trace comes first, all its bytes. */
static void offer_selected(struct search *search)
{
    const struct cs_row *row = search->tui->trace.follow ? NULL : cs_trace_selected(search->tui);
    const struct cs_ids_state *by_id = &search->tui->by_id;

    if (row && row->has_frame)
        offer_bytes(search, row->id, row->flags, row->bus, row->len, (const uint8_t *)row->data,
                    UINT64_MAX, "selected in the trace:");
    if (by_id->pinned && by_id->pin < search->tui->ids.n) {
        const struct cs_tui_id *item = &search->tui->ids.items[by_id->pin];
        offer_bytes(search, item->stat.last.id, item->stat.last.flags, item->bus,
                    item->stat.last.len, item->stat.last.data, UINT64_MAX, "selected identifier:");
    }
}

static void offer_fields(struct search *search)
{
    const struct cs_plots *plots = &search->tui->plots;
    char text[96], help[64], at[CS_TUI_BUS_NAME + 2];

    for (unsigned i = 0; i < plots->n_known; i++) {
        const struct cs_plot_known *known = &plots->known[i];
        snprintf(text, sizeof text, known->ext ? "%08" PRIX32 "%s %s" : "%03" PRIX32 "%s %s",
                 known->id, at_bus(search->tui, known->bus, at, sizeof at), known->field);
        snprintf(help, sizeof help, "decoded: %s %s", known->protocol, known->label);
        offer(search, text, help);
    }
}

static void offer_sources(struct search *search)
{
    static const struct {
        const char *name, *help;
    } of_bus[] = {{"load", "load of the bus in percent"},
                  {"rate", "frames a second"},
                  {"errors", "error frames a second"}};
    const struct cs_tui *tui = search->tui;
    char text[96], at[CS_TUI_BUS_NAME + 2];

    for (size_t s = 0; s < sizeof of_bus / sizeof *of_bus; s++)
        for (unsigned b = 0; b < tui->n_buses; b++) {
            snprintf(text, sizeof text, "%s %s", of_bus[s].name, tui->bus[b].name);
            offer(search, text, of_bus[s].help);
        }
    for (int rec = 0; rec < 2; rec++)
        for (unsigned i = 0; i < tui->n_nodes; i++) {
            if (tui->nodes[i].bus >= tui->n_buses)
                continue;
            snprintf(text, sizeof text, "%s %s%s", rec ? "rec" : "tec", tui->nodes[i].status.name,
                     at_bus(tui, tui->nodes[i].bus, at, sizeof at));
            offer(search, text, rec ? "receive error counter" : "transmit error counter");
        }
}

/* Of every identifier the bytes that have ever changed. */
static void offer_ids(struct search *search)
{
    const struct cs_ids *ids = &search->tui->ids;

    for (uint32_t i = 0; i < ids->n; i++) {
        const struct cs_tui_id *item = &ids->items[i];
        uint64_t changed = 0;
        char of[48] = "moves:";
        if (item->who != CS_NAME_NONE)
            snprintf(of, sizeof of, "%.24s, moves:", cs_tui_who(search->tui, item->who));
        for (unsigned byte = 0; byte < CS_FRAME_MAX_DATA; byte++)
            changed |= (uint64_t)(item->seen && item->changed_ps[byte] >= 0) << byte;
        offer_bytes(search, item->stat.last.id, item->stat.last.flags, item->bus,
                    item->stat.last.len, item->stat.last.data, changed, of);
    }
}

/* What could be plotted that has all words of `filter` in it. */
static void find_choices(const struct cs_tui *tui, const char *filter,
                         struct cs_signals_state *state)
{
    struct search search = {tui, filter, state}, all = {tui, "", state};
    struct cs_plot_spec spec;
    char why[128];
    const bool typed = cs_plot_parse(tui, filter, &spec, why, sizeof why) == 0;

    state->n_choices = state->more = 0;
    if (typed && spec.kind != CS_PLOT_FIELD)
        offer(&all, filter, "as typed");
    offer_selected(&search);
    offer_fields(&search);
    offer_sources(&search);
    offer_ids(&search);
    /* Any word may be a field that is still to come. */
    if (typed && spec.kind == CS_PLOT_FIELD && tui->decoded)
        offer(&all, filter, "as typed");
}

void cs_signals_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    *from = 0;
    find_choices(tui, "", state);
    for (int i = 0; i < state->n_choices && offers->n < CS_OFFERS; i++)
        if (!strncasecmp(state->choices[i].text, rest, strlen(rest)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%.63s",
                     state->choices[i].text);
}

/* ---- the overlay ----------------------------------------------------------------------------- */

static int page(const struct cs_tui *tui)
{
    return tui->height - 12 < 4 ? 4 : tui->height - 12;
}

static void look_again(struct cs_tui *tui)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    find_choices(tui, state->field.text, state);
    cs_list_clamp(&state->list, state->n_choices, page(tui));
}

void cs_signals_choose(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    (void)unused;
    cs_textfield_set(&state->field, "");
    state->list = (struct cs_list){0};
    if (tui->decoded && !tui->plots.n_known)
        cs_redecode_fields(tui);
    cs_tui_open(tui, CS_OVERLAY_PLOT);
    look_again(tui);
}

static void draw_choices(const struct cs_tui *tui, const struct cs_signals_state *state,
                         struct cs_canvas *canvas, struct cs_rect at)
{
    const int left = at.w * 11 / 20;

    for (int i = 0; i < at.h && state->list.top + i < state->n_choices; i++) {
        const struct cs_choice *choice = &state->choices[state->list.top + i];
        cs_canvas_field(canvas, at.x, at.y + i, left, false, CS_STYLE_ID, choice->text);
        cs_canvas_field(canvas, at.x + left + 1, at.y + i, at.w - left - 1, false, CS_STYLE_DIM,
                        choice->help);
        if (state->list.top + i == state->list.sel)
            cs_canvas_select(canvas, (struct cs_rect){at.x, at.y + i, at.w, 1});
    }
    if (!state->n_choices)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_WARN,
                        "nothing has all these words; or type such as 123 8:16 le signed *0.1");
    else if (!tui->decoded && !state->field.len && at.h > state->n_choices)
        cs_canvas_field(canvas, at.x, at.y + at.h - 1, at.w, false, CS_STYLE_DIM,
                        "after :decode canopen there are also the fields that a decoder finds");
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    const int w = tui->width < 104 ? tui->width - 6 : 98, h = page(tui) + 4;
    const struct cs_rect box = {(tui->width - w) / 2, (tui->height - h) / 2, w, h};
    char count[32];

    cs_canvas_box(canvas, box, "What is to be plotted");
    draw_choices(tui, state, canvas, (struct cs_rect){box.x + 2, box.y + 3, w - 4, page(tui)});
    snprintf(count, sizeof count, " %d of %d ", state->n_choices ? state->list.sel + 1 : 0,
             state->n_choices + state->more);
    cs_canvas_put(canvas, box.x + w - 3 - (int)strlen(count), box.y + h - 1, CS_STYLE_DIM, count);
    if (tui->message[0])
        cs_canvas_field(canvas, box.x + 2, box.y + 2, w - 4, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    cs_canvas_put(canvas, box.x + 2, box.y + 1, CS_STYLE_BRIGHT, "/ ");
    cs_textfield_draw(&state->field, canvas, box.x + 4, box.y + 1, w - 6);
}

static void key(struct cs_tui *tui, int32_t code)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    if (cs_textfield_key(&state->field, code))
        state->list = (struct cs_list){0};
    look_again(tui);
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    cs_list_move(&state->list, by, state->n_choices, page(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * page(tui));
}

/* Enter closes, Insert stays for more. */
static void choose(struct cs_tui *tui, int stay)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    char why[CS_TUI_MESSAGE_MAX], text[96];

    if (!state->n_choices) {
        struct cs_plot_spec spec;
        if (cs_plot_parse(tui, state->field.text, &spec, why, sizeof why))
            cs_tui_say(tui, true, "%s", why);
        return;
    }
    snprintf(text, sizeof text, "%s", state->choices[state->list.sel].text);
    if (cs_signals_plot(tui, text, why, sizeof why)) {
        cs_tui_say(tui, true, "%s", why);
        return;
    }
    cs_tui_say(tui, false, "%s is plotted", text);
    if (!stay)
        tui->overlay = CS_OVERLAY_NONE;
}

/* What is chosen goes into the line, to be gone on with. */
static void complete(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    (void)unused;
    if (!state->n_choices)
        return;
    cs_textfield_set(&state->field, state->choices[state->list.sel].text);
    state->list = (struct cs_list){0};
    look_again(tui);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "plot it", "plot what is selected, or what is typed", choose, 0},
    {{CS_KEY_INSERT}, "and more", "plot it, and stay for more", choose, 1},
    {{CS_KEY_TAB}, "complete", "take it into the line, to be gone on with", complete, 0},
    {{CS_KEY_DOWN}, "down", "one down", move, 1},
    {{CS_KEY_UP}, "up", "one up", move, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_plot = {
    .title = "Choose what is plotted",
    .needs = CS_NEEDS_NODES | CS_NEEDS_IDS | CS_NEEDS_PLOTS,
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
