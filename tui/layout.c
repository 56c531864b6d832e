/* SPDX-License-Identifier: MIT */
/* layout.c - what surrounds every view: title, buses, tabs, one line of detail, footer.
 *
 *   title line              name, clock, speed, clients
 *   buses                   load, frames and errors, in one or a few lines
 *   tabs ─────────────      and a few words of the view
 *   body                    the view's
 *   detail                  a message, or what the selected row is
 *   footer                  keys */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/context.h"
#include "tui/job.h"
#include "tui/keymap.h"
#include "tui/panes.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BUS_MIN_WIDTH 39

static unsigned buses_per_line(const struct cs_tui *tui)
{
    unsigned most = (unsigned)tui->width / BUS_MIN_WIDTH;

    return tui->n_buses < most ? tui->n_buses : most;
}

static int bus_lines(const struct cs_tui *tui)
{
    if (tui->choice.meters == CS_METERS_OFF)
        return 0;
    unsigned per_line = buses_per_line(tui), most = tui->height < 40 ? 2 : 4;
    unsigned lines = per_line ? (tui->n_buses + per_line - 1) / per_line : 0;

    return (int)(lines > most ? most : lines);
}

struct cs_rect cs_tui_content(const struct cs_tui *tui)
{
    int top = 2 + bus_lines(tui);

    return (struct cs_rect){0, top, tui->width, tui->height - top - 2};
}

static int put_right(struct cs_canvas *canvas, int end, uint8_t style, const char *text)
{
    int x = end - cs_text_width(text);

    cs_canvas_put(canvas, x, 0, style, text);
    return x;
}

static void draw_title(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_tui_info *info = &tui->info;
    bool good =
        info->growing || (!info->gone && !info->finished && !info->paused && !info->waiting[0]);
    char text[64], title[264], buf[CS_NUMBER_MAX];
    int x = tui->width - 1;

    cs_canvas_fill(canvas, (struct cs_rect){0, 0, tui->width, 1}, CS_STYLE_BAR, ' ');
    if (info->link[0] && !info->gone) {
        snprintf(text, sizeof text, "%u client%s", info->clients, info->clients == 1 ? "" : "s");
        x = put_right(canvas, x, info->clients ? CS_STYLE_BAR : CS_STYLE_BAR_DIM, text) - 2;
    }
    if (info->remote[0] && info->denied[0] && !info->gone)
        x = put_right(canvas, x, CS_STYLE_BAR_WARN, "read-only") - 2;
    if (info->missed) {
        snprintf(text, sizeof text, "%s lost", cs_text_count(info->missed, 5, buf));
        x = put_right(canvas, x, CS_STYLE_BAR_WARN, text) - 2;
    }
    if (tui->job) {
        snprintf(text, sizeof text, "%s %u %%", tui->job->what, tui->job->permille / 10);
        x = put_right(canvas, x, CS_STYLE_BAR_WARN, text) - 2;
    }
    if (info->log[0])
        snprintf(text, sizeof text, "%s %s", info->growing ? "▶" : "■", info->log);
    else if (info->gone)
        snprintf(text, sizeof text, "■ host gone");
    else if (info->finished)
        snprintf(text, sizeof text, "■ over");
    else if (info->paused)
        snprintf(text, sizeof text, "‖ paused");
    else if (info->waiting[0])
        snprintf(text, sizeof text, "‖ waiting");
    else
        snprintf(text, sizeof text, "▶ %s", cs_text_speed(info->speed_permille, buf));
    x = put_right(canvas, x, good ? CS_STYLE_BAR_GOOD : CS_STYLE_BAR_WARN, text) - 2;
    if (info->duration_ps) {
        cs_text_clock(info->duration_ps, buf);
        if (strstr(buf, ".000"))
            *strstr(buf, ".000") = '\0'; /* what has no fraction shows none */
        snprintf(text, sizeof text, " of %s", buf);
        x = put_right(canvas, x, CS_STYLE_BAR_DIM, text);
    }
    cs_text_clock(info->now_ps, text);
    if (info->paused && !info->finished) /* steps are small */
        snprintf(text + strlen(text), 8, "%03u", (unsigned)(info->now_ps / CS_PS_PER_US % 1000));
    x = put_right(canvas, x, CS_STYLE_BAR, text) - 2;
    cs_canvas_put(canvas, 1, 0, CS_STYLE_BAR_NAME, "cansim");
    if (info->remote[0])
        snprintf(title, sizeof title, "%s · %s", info->remote, info->title);
    else
        snprintf(title, sizeof title, "%s", info->title);
    if (cs_text_width(title) <= x - 9)
        cs_canvas_put(canvas, 9, 0, CS_STYLE_BAR, title);
    else
        cs_canvas_field(canvas, 9, 0, x - 9, false, CS_STYLE_BAR, title);
}

/* "" where it is not known. */
static const char *rates_of(const struct cs_tui_bus *bus, char *buf)
{
    buf[0] = '\0';
    return bus->rate_unknown ? buf : cs_text_rates(bus->bitrate_bps, bus->data_bitrate_bps, buf);
}

static void draw_bus(const struct cs_tui *tui, struct cs_canvas *canvas,
                     const struct cs_tui_bus *bus, struct cs_rect at)
{
    const struct cs_stats_bus *s = &bus->stats;
    char text[64], buf[CS_NUMBER_MAX];
    int name = 4, rate = 0, x = at.x, end = at.x + at.w, wide;
    uint8_t style = s->load_permille >= 800   ? CS_STYLE_BAD
                    : s->load_permille >= 500 ? CS_STYLE_WARN
                                              : CS_STYLE_GOOD;

    for (unsigned b = 0; b < tui->n_buses; b++) {
        int n = (int)strlen(tui->bus[b].name), r;
        name = n > name ? n : name;
        r = (int)strlen(rates_of(&tui->bus[b], buf));
        rate = r > rate ? r : rate;
    }
    name = name < at.w - 30 ? name : at.w - 30;
    cs_canvas_field(canvas, x, at.y, name, false, CS_STYLE_BRIGHT, bus->name);
    x = cs_canvas_field(canvas, x + name + 1, at.y, rate, true, CS_STYLE_DIM, rates_of(bus, buf));
    snprintf(text, sizeof text, "%s err", cs_text_count(s->error_frames, 3, buf));
    wide = cs_text_width(text) < 8 ? 8 : cs_text_width(text) + 1;
    end -= wide;
    cs_canvas_field(canvas, end, at.y, wide, true, s->error_frames ? CS_STYLE_BAD : CS_STYLE_FAINT,
                    text);
    end -= 7;
    snprintf(text, sizeof text, "%s/s", cs_text_count(s->frames_per_s, 5, buf));
    cs_canvas_field(canvas, end, at.y, 7, true, s->frames_per_s ? CS_STYLE_TEXT : CS_STYLE_FAINT,
                    text);
    if (bus->rate_unknown)
        return; /* nor is its load */
    end -= 7;
    cs_canvas_field(canvas, end, at.y, 6, true, CS_STYLE_BRIGHT,
                    cs_text_permille(s->load_permille, buf));
    if (tui->choice.meters == CS_METERS_BARS)
        cs_gauge(canvas, x + 1, at.y, end - x - 1, style, s->load_permille, 1000);
}

static void draw_buses(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    int per_line = (int)buses_per_line(tui), lines = bus_lines(tui);
    int width = per_line ? (tui->width - 2 - 3 * (per_line - 1)) / per_line : 0;
    int shown = per_line * lines;

    for (int b = 0; b < (int)tui->n_buses && b < shown; b++) {
        int x = 1 + b % per_line * (width + 3), y = 1 + b / per_line;
        if (b % per_line)
            cs_canvas_put(canvas, x - 2, y, CS_STYLE_FAINT, "│");
        if (b == shown - 1 && (int)tui->n_buses > shown)
            cs_canvas_printf(canvas, x, y, CS_STYLE_DIM, "… %d more buses",
                             (int)tui->n_buses - shown + 1);
        else
            draw_bus(tui, canvas, &tui->bus[b], (struct cs_rect){x, y, width, 1});
    }
}

static const char *tab_title(const struct cs_view *view, bool brief)
{
    return brief && view->brief ? view->brief : view->title;
}

/* How much of the tabs is shown: lines between them and titles, brief titles, or without lines; in
 * the end some have only their keys, but each can be seen and clicked on. */
struct tabs {
    bool brief, tight;
    bool bare[CS_TUI_VIEWS_MAX]; /* only its key */
    int x[CS_TUI_VIEWS_MAX + 1]; /* of each, and behind the last */
};

static int tab_width(const struct tabs *tabs, unsigned v)
{
    char name[CS_KEY_NAME_MAX];
    int width = cs_text_width(cs_key_name(cs_views[v]->keys[0], name)) + (tabs->tight ? 1 : 3);

    return tabs->bare[v] ? width : width + 1 + cs_text_width(tab_title(cs_views[v], tabs->brief));
}

static int tabs_width(const struct tabs *tabs)
{
    int width = 0;

    for (unsigned v = 0; v < cs_n_views; v++)
        width += tab_width(tabs, v);
    return width;
}

/* The first ones keep their titles as long as there is room, the one with the focus always. */
static void bare_tabs(const struct cs_tui *tui, int room, struct tabs *tabs)
{
    for (unsigned v = cs_n_views; v-- > 0 && tabs_width(tabs) > room;)
        tabs->bare[v] = v != tui->view;
}

static void fit_tabs(const struct cs_tui *tui, int room, struct tabs *tabs)
{
    *tabs = (struct tabs){0};
    tabs->brief = tabs_width(tabs) > room;
    tabs->tight = tabs_width(tabs) > room;
    bare_tabs(tui, room, tabs);
    tabs->x[0] = 1;
    for (unsigned v = 0; v < cs_n_views; v++)
        tabs->x[v + 1] = tabs->x[v] + tab_width(tabs, v);
}

/* The words of a view at the right end of its line. */
static int status_text(const struct cs_tui *tui, unsigned view, char *text, size_t size)
{
    text[0] = '\0';
    if (cs_views[view]->status)
        cs_views[view]->status(tui, text, size);
    return cs_text_width(text);
}

static void tabs_of(const struct cs_tui *tui, struct tabs *tabs)
{
    char text[128];
    int width = tui->split == CS_SPLIT_NONE ? status_text(tui, tui->view, text, sizeof text) : 0;

    fit_tabs(tui, tui->width - width - 4, tabs);
}

static void draw_tab(struct cs_canvas *canvas, const struct tabs *tabs, unsigned v, int y, bool on)
{
    const char *title = tabs->bare[v] ? "" : tab_title(cs_views[v], tabs->brief);
    const char *blank = *title ? " " : "";
    const int x = tabs->tight ? tabs->x[v] - 1 : tabs->x[v];
    char name[CS_KEY_NAME_MAX];

    cs_key_name(cs_views[v]->keys[0], name);
    cs_canvas_printf(canvas, x, y, on ? CS_STYLE_TAB_ON : CS_STYLE_TAB, " %s%s%s ", name, blank,
                     title);
    if (!on && tabs->tight)
        cs_canvas_put(canvas, x + 1, y, CS_STYLE_KEY, name);
}

static void draw_tabs(const struct cs_tui *tui, struct cs_canvas *canvas, int y)
{
    char text[128] = "";
    struct tabs tabs;

    cs_canvas_fill(canvas, (struct cs_rect){0, y, tui->width, 1}, CS_STYLE_FAINT, 0x2500);
    tabs_of(tui, &tabs);
    if (tabs.tight)
        cs_canvas_fill(canvas, (struct cs_rect){0, y, tabs.x[cs_n_views], 1}, CS_STYLE_TAB, ' ');
    for (unsigned v = 0; v < cs_n_views; v++)
        draw_tab(canvas, &tabs, v, y, v == tui->view);
    if (tui->split == CS_SPLIT_NONE && status_text(tui, tui->view, text, sizeof text))
        cs_canvas_printf(canvas, tui->width - 3 - cs_text_width(text), y, CS_STYLE_DIM, " %s ",
                         text);
}

int cs_tab_at(const struct cs_tui *tui, int x, int y)
{
    struct tabs tabs;

    if (y != cs_tui_content(tui).y - 1)
        return -1;
    tabs_of(tui, &tabs);
    for (unsigned v = 0; v < cs_n_views; v++)
        if (x >= tabs.x[v] && x < tabs.x[v + 1])
            return (int)v;
    return -1;
}

/* The title of a pane, and what its view says. */
static void draw_pane_title(const struct cs_tui *tui, struct cs_canvas *canvas, unsigned pane)
{
    const struct cs_rect at = cs_pane_outer(tui, pane);
    const struct cs_view *view = cs_views[tui->pane_view[pane]];
    char text[128];
    int width = status_text(tui, tui->pane_view[pane], text, sizeof text);

    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    cs_canvas_printf(canvas, at.x + 1, at.y, pane == tui->focus ? CS_STYLE_TAB_ON : CS_STYLE_TAB,
                     " %s ", view->title);
    if (width && width + cs_text_width(view->title) + 8 <= at.w)
        cs_canvas_printf(canvas, at.x + at.w - 3 - width, at.y, CS_STYLE_DIM, " %s ", text);
    if (at.x > 0)
        cs_canvas_fill(canvas, (struct cs_rect){at.x - 1, at.y, 1, at.h}, CS_STYLE_FAINT, 0x2502);
}

static void draw_panes(struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_rect content = cs_tui_content(tui);

    tui->pane_view[tui->focus] = tui->view;
    for (unsigned p = 0; p < cs_tui_panes(tui); p++) {
        cs_context_enter(tui, p);
        const struct cs_rect at = cs_tui_pane(tui, tui->at);
        if (at.w <= 0 || at.h <= 0)
            continue;
        if (at.y > content.y)
            draw_pane_title(tui, canvas, tui->at);
        struct cs_canvas part = cs_canvas_part(canvas, at);
        cs_views[tui->pane_view[tui->at]]->draw(tui, &part, (struct cs_rect){0, 0, at.w, at.h});
    }
    cs_context_enter(tui, tui->focus);
}

/* The key that does it now; in overlays keys stand for themselves. */
static const char *binding_key(const struct cs_tui *tui, const struct cs_binding *binding,
                               char name[CS_KEY_NAME_MAX])
{
    const struct cs_keymap *map = tui->overlay == CS_OVERLAY_NONE ? tui->keymap : NULL;

    return cs_key_name(
        cs_keymap_best(map, binding->keys, CS_BINDING_KEYS, cs_views[tui->view]->name), name);
}

static int binding_width(const struct cs_tui *tui, const struct cs_binding *binding)
{
    char name[CS_KEY_NAME_MAX];

    return cs_text_width(binding_key(tui, binding, name)) + cs_text_width(binding->label) + 3;
}

static int put_binding(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y,
                       const struct cs_binding *binding)
{
    char name[CS_KEY_NAME_MAX];

    x = cs_canvas_put(canvas, x, y, CS_STYLE_BAR_KEY, binding_key(tui, binding, name));
    return cs_canvas_put(canvas, x + 1, y, CS_STYLE_BAR, binding->label) + 2;
}

/* What of the footer is where; drawn, or looked for. */
struct footer {
    struct cs_canvas *canvas; /* NULL: look for `at` */
    int at;
    int32_t found;
};

static int put_bindings(const struct cs_tui *tui, struct footer *footer, int x, int end,
                        const struct cs_binding *bindings, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const int width = bindings[i].label ? binding_width(tui, &bindings[i]) : 0;
        if (!width || x + width - 2 > end)
            continue;
        if (footer->canvas)
            put_binding(tui, footer->canvas, x, footer->canvas->height - 1, &bindings[i]);
        else if (footer->at >= x && footer->at < x + width - 2)
            footer->found = bindings[i].keys[0];
        x += width;
    }
    return x;
}

/* What the first keys are then; tui.c has what they do. */
static const struct cs_binding while_paused[] = {
    {{CS_KEY_SPACE}, "go", NULL, NULL, 0},
    {{'.'}, "step", NULL, NULL, 0},
    {{'n'}, "next frame", NULL, NULL, 0},
};

/* Nothing runs there. */
static const struct cs_binding in_log[] = {{{'/'}, "filter", NULL, NULL, 0}};

static const struct cs_binding host_gone[] = {
    {{CS_KEY_CTRL_R}, "connect again", NULL, NULL, 0},
    {{'/'}, "filter", NULL, NULL, 0},
};

/* Those of a dialog; where there is no room for all, the way out keeps the corner. */
static void put_dialog(const struct cs_tui *tui, struct footer *footer,
                       const struct cs_overlay *overlay)
{
    const struct cs_binding *out = NULL;
    int width = 0, end = tui->width - 1;

    for (unsigned i = 0; i < overlay->n_bindings; i++) {
        const struct cs_binding *binding = &overlay->bindings[i];
        width += binding->label ? binding_width(tui, binding) : 0;
        if (binding->label && binding->keys[0] == CS_KEY_ESC)
            out = binding;
    }
    if (out && width - 1 > end) {
        end -= binding_width(tui, out);
        put_bindings(tui, footer, end + 2, tui->width, out, 1);
    }
    put_bindings(tui, footer, 1, end, overlay->bindings, overlay->n_bindings);
}

static void go_over_footer(const struct cs_tui *tui, struct footer *footer)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const struct cs_view *view = cs_views[tui->view];
    /* Commands, help and quit come last in their table and keep their corner. */
    const struct cs_binding *corner = &cs_global_bindings[cs_n_global_bindings - 3];
    int end = tui->width + 1, x = 1;

    if (overlay) {
        put_dialog(tui, footer, overlay);
        return;
    }
    for (int i = 0; i < 3; i++)
        end -= binding_width(tui, &corner[i]);
    put_bindings(tui, footer, end, tui->width, corner, 3);
    /* Pause and inject come first, then what is the view's own, then the rest. */
    const bool over = tui->info.log[0] || tui->info.finished;
    if (over)
        x = put_bindings(tui, footer, x, end - 2, in_log, 1);
    else if (tui->info.gone)
        x = put_bindings(tui, footer, x, end - 2, host_gone, 2);
    else if (tui->info.paused)
        x = put_bindings(tui, footer, x, end - 2, while_paused, 3);
    else
        x = put_bindings(tui, footer, x, end - 2, cs_global_bindings, 2);
    x = put_bindings(tui, footer, x, end - 2, view->bindings, view->n_bindings);
    if (!over)
        put_bindings(tui, footer, x, end - 2, cs_global_bindings + 2, cs_n_global_bindings - 5);
}

static void draw_footer(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    struct footer footer = {.canvas = canvas};

    cs_canvas_fill(canvas, (struct cs_rect){0, tui->height - 1, tui->width, 1}, CS_STYLE_BAR, ' ');
    go_over_footer(tui, &footer);
}

int32_t cs_footer_at(const struct cs_tui *tui, int x, int y)
{
    struct footer footer = {.at = x, .found = CS_KEY_NONE};

    if (y == tui->height - 1)
        go_over_footer(tui, &footer);
    return footer.found;
}

static void draw_too_small(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    char text[64];
    int x;

    snprintf(text, sizeof text, "%dx%d needed, this is %dx%d", CS_TUI_MIN_WIDTH, CS_TUI_MIN_HEIGHT,
             tui->width, tui->height);
    x = (tui->width - (int)strlen(text)) / 2;
    cs_canvas_put(canvas, x > 0 ? x : 0, tui->height / 2, CS_STYLE_WARN, text);
}

/* What was said last, what is waited for, or what the selected row is. */
static void draw_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int y)
{
    const struct cs_view *view = cs_views[tui->view];
    char text[192];

    if (tui->progress[0]) {
        cs_canvas_field(canvas, 1, y, tui->width - 2, false, CS_STYLE_WARN, tui->progress);
    } else if (tui->message[0]) {
        cs_canvas_field(canvas, 1, y, tui->width - 2, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    } else if (tui->info.waiting[0]) {
        snprintf(text, sizeof text, "the clock waits until these have joined: %s",
                 tui->info.waiting);
        cs_canvas_field(canvas, 1, y, tui->width - 2, false, CS_STYLE_WARN, text);
    } else if (tui->info.pause[0]) {
        cs_canvas_field(canvas, 1, y, tui->width - 2, false, CS_STYLE_WARN, tui->info.pause);
    } else if (view->detail) {
        view->detail(tui, canvas, 1, y);
    }
}

void cs_tui_draw(struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);

    cs_canvas_clear(canvas);
    if (tui->width < CS_TUI_MIN_WIDTH || tui->height < CS_TUI_MIN_HEIGHT) {
        draw_too_small(tui, canvas);
        return;
    }
    draw_title(tui, canvas);
    draw_buses(tui, canvas);
    draw_tabs(tui, canvas, cs_tui_content(tui).y - 1);
    draw_panes(tui, canvas);
    draw_detail(tui, canvas, tui->height - 2);
    draw_footer(tui, canvas);
    if (overlay)
        overlay->draw(tui, canvas);
}
