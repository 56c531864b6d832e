/* SPDX-License-Identifier: MIT */
/* tui.c - the model's life, and what keys do that no view owns. */
#include "tui/tui.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/context.h"
#include "tui/job.h"
#include "tui/keymap.h"
#include "tui/messages.h"
#include "tui/query_row.h"
#include "tui/setup.h"
#include "tui/view.h"
#include "tui/widgets.h"

const struct cs_view *const cs_views[] = {
    &cs_view_trace,    &cs_view_ids,      &cs_view_nodes,    &cs_view_faults,  &cs_view_devices,
    &cs_view_wire,     &cs_view_transmit, &cs_view_network,  &cs_view_signals, &cs_view_stats,
    &cs_view_scenario, &cs_view_why,      &cs_view_messages,
};
const unsigned cs_n_views = sizeof cs_views / sizeof *cs_views;

static const struct cs_overlay *const overlays[CS_OVERLAY_COUNT] = {
    [CS_OVERLAY_INJECT] = &cs_overlay_inject,       [CS_OVERLAY_FILTER] = &cs_overlay_filter,
    [CS_OVERLAY_HELP] = &cs_overlay_help,           [CS_OVERLAY_FAULT] = &cs_overlay_fault,
    [CS_OVERLAY_PROMPT] = &cs_overlay_prompt,       [CS_OVERLAY_ROW] = &cs_overlay_row,
    [CS_OVERLAY_SAVE] = &cs_overlay_save,           [CS_OVERLAY_SEND] = &cs_overlay_send,
    [CS_OVERLAY_PRESETS] = &cs_overlay_presets,     [CS_OVERLAY_SEARCH] = &cs_overlay_search,
    [CS_OVERLAY_PLOT] = &cs_overlay_plot,           [CS_OVERLAY_COLOURS] = &cs_overlay_colours,
    [CS_OVERLAY_LIKE] = &cs_overlay_like,           [CS_OVERLAY_SETUP] = &cs_overlay_setup,
    [CS_OVERLAY_BOOKMARKS] = &cs_overlay_bookmarks,
};

_Static_assert(sizeof cs_views / sizeof *cs_views <= CS_TUI_VIEWS_MAX, "room for views");

const struct cs_overlay *cs_overlay_of(enum cs_tui_overlay overlay)
{
    return overlays[overlay];
}

/* ---- views ----------------------------------------------------------------------------------- */

void *cs_view_state(const struct cs_tui *tui, const struct cs_view *view)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v] == view)
            return tui->state[v];
    return NULL;
}

int cs_view_find(const char *name)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        if (!strcasecmp(cs_views[v]->name, name) || !strcasecmp(cs_views[v]->title, name))
            return (int)v;
    return -1;
}

int cs_tui_init(struct cs_tui *tui, const struct cs_host *host, uint32_t ring_rows)
{
    *tui =
        (struct cs_tui){.host = host, .theme = &cs_theme_dark, .trace.follow = true, .dirty = true};
    tui->nodes_room = CS_SIM_MAX_BUSES * CS_BUS_MAX_NODES;
    tui->nodes = calloc(tui->nodes_room, sizeof *tui->nodes);
    tui->air = calloc(1, sizeof *tui->air);
    tui->edges = calloc(1, sizeof *tui->edges);
    tui->traffic = calloc(CS_SIM_MAX_BUSES, sizeof *tui->traffic);
    tui->setup = calloc(1, sizeof *tui->setup);
    if (!tui->setup || !tui->nodes || !tui->air || !tui->edges || !tui->traffic ||
        cs_tui_ring_init(&tui->ring, ring_rows ? ring_rows : CS_TUI_ROWS_DFLT) ||
        cs_names_init(&tui->names) || cs_ids_init(&tui->ids) ||
        cs_fault_list_init(&tui->fault_list) || cs_plots_init(&tui->plots) ||
        cs_contexts_init(tui)) {
        cs_tui_fini(tui);
        return -ENOMEM;
    }
    return 0;
}

void cs_tui_fini(struct cs_tui *tui)
{
    cs_tui_end_job(tui);
    cs_tui_ring_fini(&tui->ring);
    cs_names_fini(&tui->names);
    cs_ids_fini(&tui->ids);
    cs_fault_list_fini(&tui->fault_list);
    cs_plots_fini(&tui->plots);
    cs_contexts_fini(tui);
    cs_plan_clear(&tui->plan);
    cs_colours_fini(&tui->colours);
    cs_fields_fini(&tui->fields);
    cs_undo_fini(&tui->undo);
    cs_memory_fini(&tui->memory);
    free(tui->nodes);
    free(tui->air);
    free(tui->edges);
    tui->air = NULL;
    tui->edges = NULL;
    free(tui->traffic);
    free(tui->setup);
    tui->setup = NULL;
    tui->nodes = NULL;
    tui->traffic = NULL;
}

int cs_tui_restart(struct cs_tui *tui)
{
    int ret;

    cs_undo_restart(&tui->undo);
    cs_tui_end_job(tui);
    cs_tui_ring_clear(&tui->ring);
    cs_ids_fini(&tui->ids);
    cs_fault_list_fini(&tui->fault_list);
    cs_plan_clear(&tui->plan);
    cs_plots_restart(&tui->plots);
    tui->info = (struct cs_tui_info){0};
    tui->progress[0] = '\0';
    tui->n_nodes = tui->n_devices = 0;
    tui->fd = tui->ext = false;
    tui->faults.sel_id = 0;
    tui->overlay = CS_OVERLAY_NONE;
    tui->dirty = true;
    ret = cs_ids_init(&tui->ids);
    if (cs_fault_list_init(&tui->fault_list) < 0)
        ret = -ENOMEM;
    return cs_contexts_restart(tui) < 0 ? -ENOMEM : ret;
}

void cs_tui_forget_pages(struct cs_tui *tui)
{
    const int v = cs_view_find("network");

    if (v >= 0 && cs_view_restart(tui, (unsigned)v) < 0)
        tui->quit = true;
}

void cs_tui_resize(struct cs_tui *tui, int width, int height)
{
    tui->width = width;
    tui->height = height;
    tui->dirty = true;
}

void cs_tui_refresh(struct cs_tui *tui)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const unsigned panes = cs_tui_panes(tui);
    unsigned needs = overlay ? overlay->needs : 0;

    tui->pane_view[tui->focus] = tui->view;
    for (unsigned p = 0; p < panes; p++)
        needs |= cs_views[tui->pane_view[p]]->needs;
    if (tui->memory.n_late > 0) /* plots of nodes wait for them */
        needs |= CS_NEEDS_NODES;
    tui->host->ops->refresh(tui->host->ctx, tui, needs);
    cs_memory_settle(tui);
    cs_messages_look(tui);
    cs_tui_work(tui, CS_TUI_WORK_ROWS);
    for (unsigned p = 0; p < panes; p++) {
        cs_context_enter(tui, p);
        if (cs_views[tui->pane_view[p]]->refresh)
            cs_views[tui->pane_view[p]]->refresh(tui);
    }
    cs_context_enter(tui, tui->focus);
}

void cs_tui_say(struct cs_tui *tui, bool bad, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(tui->message, sizeof tui->message, format, ap);
    va_end(ap);
    tui->message_bad = bad;
    tui->off_who = CS_NAME_NONE;
    cs_messages_said(tui, bad, tui->message);
    tui->dirty = true;
}

const char *cs_tui_who(const struct cs_tui *tui, uint32_t who)
{
    const char *text = cs_names_text(&tui->names, who);

    return text ? text : "?";
}

/* ---- keys ------------------------------------------------------------------------------------ */

bool cs_bindings_run(const struct cs_binding *bindings, unsigned n, struct cs_tui *tui, int32_t key)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < CS_BINDING_KEYS; k++)
            if (bindings[i].keys[k] == key && bindings[i].run) {
                bindings[i].run(tui, bindings[i].arg);
                return true;
            }
    return false;
}

/* One that does nothing is said to; that is no message to keep. */
static void show_view_of_key(struct cs_tui *tui, int32_t key)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->keys[0] == key || cs_views[v]->keys[1] == key) {
            cs_tui_show_view(tui, v);
            return;
        }
    if (key > ' ' && key < 127) {
        snprintf(tui->message, sizeof tui->message, "%c does nothing here: ? tells all keys",
                 (char)key);
        tui->message_bad = false;
    }
}

/* What the key stands for; in there keys stand for themselves. */
static bool play_own(struct cs_tui *tui, int32_t key)
{
    const char *keys = tui->keymap && !tui->playing
                           ? cs_keymap_find(tui->keymap, key, cs_views[tui->view]->name)
                           : NULL;
    int32_t each;

    if (!keys)
        return false;
    tui->playing = true;
    while ((each = cs_key_script_next(&keys)) > 0)
        cs_tui_key(tui, each);
    tui->playing = false;
    return true;
}

/* As the message says, whatever else the key is for in this view. */
static bool tell_why_off(struct cs_tui *tui, int32_t key)
{
    const uint32_t who = tui->message[0] && tui->message_bad ? tui->off_who : CS_NAME_NONE;
    const struct cs_view *view = cs_views[tui->view];

    tui->off_who = CS_NAME_NONE;
    if (who == CS_NAME_NONE || key != cs_view_why.keys[0] || tui->overlay != CS_OVERLAY_NONE ||
        (view->types && view->types(tui)))
        return false;
    tui->message[0] = '\0';
    tui->dirty = true;
    cs_why_named(tui, cs_tui_who(tui, who), tui->off_bus);
    return true;
}

void cs_tui_key(struct cs_tui *tui, int32_t key)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const struct cs_view *view = cs_views[tui->view];

    if (key == CS_KEY_NONE || (cs_trace_hunt_stop(tui) && key == CS_KEY_ESC))
        return;
    if (tell_why_off(tui, key))
        return;
    tui->message[0] = '\0';
    tui->dirty = true;
    if (key != CS_KEY_CTRL_C && !overlay && !(view->types && view->types(tui)) &&
        play_own(tui, key))
        return;
    if (key == CS_KEY_CTRL_C) {
        tui->quit = true;
    } else if (overlay) {
        if (!(overlay->first && overlay->first(tui, key)) &&
            !cs_bindings_run(overlay->bindings, overlay->n_bindings, tui, key) && overlay->key)
            overlay->key(tui, key);
    } else if (!(view->key && view->key(tui, key)) &&
               !cs_bindings_run(view->bindings, view->n_bindings, tui, key) &&
               !cs_bindings_run(cs_global_bindings, cs_n_global_bindings, tui, key)) {
        show_view_of_key(tui, key);
    }
}

static void cycle_view(struct cs_tui *tui, int by)
{
    cs_tui_show_view(tui, (tui->view + cs_n_views + (unsigned)by) % cs_n_views);
}

static void next_pane(struct cs_tui *tui, int by)
{
    const unsigned panes = cs_tui_panes(tui);

    if (panes == 1)
        cs_tui_say(tui, false, "there is one pane: | makes more");
    cs_tui_focus(tui, (tui->focus + panes + (unsigned)by) % panes);
}

static void next_split(struct cs_tui *tui, int by)
{
    cs_tui_split(tui,
                 (enum cs_tui_split)((int)(tui->split + CS_SPLIT_COUNT) + by) % CS_SPLIT_COUNT);
}

static void full_screen(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_tui_split(tui, CS_SPLIT_NONE);
}

void cs_tui_open(struct cs_tui *tui, int overlay)
{
    if (overlay == CS_OVERLAY_INJECT && tui->info.log[0]) {
        cs_tui_say(tui, false, "this is a log: there is no bus to send on");
        return;
    }
    tui->overlay = (enum cs_tui_overlay)overlay;
    if (overlay == CS_OVERLAY_HELP)
        tui->help_top = 0;
    tui->help_finds = false;
    cs_textfield_set(&tui->help_find, "");
    if (overlay == CS_OVERLAY_SETUP)
        cs_setup_open(tui);
    if (overlay == CS_OVERLAY_FILTER) {
        cs_textfield_set(&tui->filter_field, tui->filter.text);
        snprintf(tui->filter_before, sizeof tui->filter_before, "%s", tui->filter.text);
    }
    if (overlay == CS_OVERLAY_SEARCH)
        cs_textfield_set(&tui->filter_field, cs_trace_searched(tui));
    tui->filter_completion.on = false;
    tui->memory.filter.at = tui->memory.search.at = 0;
    if (overlay == CS_OVERLAY_PROMPT) {
        cs_textfield_set(&tui->prompt.field, "");
        tui->prompt.recall = 0;
    }
    tui->form.completion.on = tui->prompt.completion.on = false;
    /* Keys may come before the next screen does. */
    if (overlay != CS_OVERLAY_NONE && cs_overlay_of(tui->overlay)->needs)
        cs_tui_refresh(tui);
}

static bool ended(struct cs_tui *tui)
{
    if (tui->info.log[0]) {
        cs_tui_say(tui, false, "this is a log: nothing runs here, arrows and PgUp go through it");
        return true;
    }
    if (tui->info.finished)
        cs_tui_say(tui, false, "the scenario is over: :rerun runs it again, q quits");
    return tui->info.finished;
}

bool cs_tui_denied(struct cs_tui *tui)
{
    if (tui->info.denied[0])
        cs_tui_say(tui, true, "%.150s", tui->info.denied);
    return tui->info.denied[0] != '\0';
}

static void toggle_pause(struct cs_tui *tui, int unused)
{
    const bool paused = !tui->info.paused;

    (void)unused;
    if (ended(tui) || cs_tui_denied(tui))
        return;
    tui->host->ops->pause(tui->host->ctx, paused);
    tui->info.paused = paused;
    if (tui->info.paused)
        cs_tui_say(tui, false,
                   "bus time stands still, nothing is lost: on by . event, n frame, , bit");
}

/* A bit of the bus that is looked at. */
static void step_bit(struct cs_tui *tui)
{
    const struct cs_row *row = tui->trace.follow ? NULL : cs_trace_selected(tui);

    if (!tui->host->ops->step_bit)
        cs_tui_say(tui, true, "this host does not step by bits; . steps, n goes one frame on");
    else
        tui->host->ops->step_bit(tui->host->ctx, row && row->bus < tui->n_buses ? row->bus : 0);
}

void cs_tui_step(struct cs_tui *tui, int by)
{
    if (by != CS_STEP_BIT && cs_trace_step(tui, by == CS_STEP_FRAME))
        return;
    if (ended(tui) || cs_tui_denied(tui))
        return;
    if (!tui->info.paused) {
        toggle_pause(tui, 0);
        return;
    }
    if (by == CS_STEP_BIT)
        step_bit(tui);
    else if (by == CS_STEP_FRAME)
        tui->host->ops->step_frame(tui->host->ctx);
    else
        tui->host->ops->step(tui->host->ctx);
}

/* Thousandths; 0 = as fast as the machine goes is the last. */
static const uint32_t speeds[] = {1,    2,    5,    10,    20,    50,    100,    200,     500,
                                  1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000, 0};

void cs_tui_change_speed(struct cs_tui *tui, int by)
{
    int n = sizeof speeds / sizeof *speeds, at = 0;
    char text[CS_NUMBER_MAX];

    if (tui->info.log[0] && ended(tui))
        return;
    while (at < n - 1 && speeds[at] != tui->info.speed_permille &&
           (tui->info.speed_permille == 0 || speeds[at] < tui->info.speed_permille))
        at++;
    /* Between two steps, down goes to the lower and up to the upper one. */
    if (by < 0 || speeds[at] == tui->info.speed_permille)
        at += by;
    if (at < 0 || at >= n || cs_tui_denied(tui))
        return;
    tui->host->ops->set_speed(tui->host->ctx, speeds[at]);
    tui->info.speed_permille = speeds[at];
    cs_tui_say(tui, false, "speed %s", cs_text_speed(speeds[at], text));
}

static void show_all(struct cs_tui *tui, int unused)
{
    (void)unused;
    const char *given_up = tui->job ? tui->job->given_up : NULL;
    if (cs_tui_end_job(tui)) {
        cs_tui_say(tui, false, "%s", given_up ? given_up : "given up, and nothing was written");
        return;
    }
    if (!tui->filter.n)
        return;
    cs_tui_filter_now(tui, "", NULL, 0);
    cs_tui_say(tui, false, "all is shown again");
}

int cs_tui_reconnect(struct cs_tui *tui)
{
    char told[CS_TUI_MESSAGE_MAX] = "the host is this program: there is nothing to connect to";
    int ret = 0;

    if (tui->host->ops->reconnect)
        ret = tui->host->ops->reconnect(tui->host->ctx, told, sizeof told);
    cs_tui_say(tui, ret != 0, "%s", told);
    return ret;
}

static void reconnect(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_tui_reconnect(tui);
}

static void quit(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->quit = true;
}

static void suspend(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->suspend = true;
}

static void take_picture(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->picture[0] = '\0';
    tui->take_picture = true;
}

static void repaint(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->repaint = true;
}

const struct cs_binding cs_global_bindings[] = {
    {{CS_KEY_SPACE},
     "pause",
     "pause: stop bus time, and let it go on; nothing is lost",
     toggle_pause,
     0},
    {{'i'}, "inject", "inject: send a frame of your own", cs_tui_open, CS_OVERLAY_INJECT},
    {{'.'},
     NULL,
     "while paused, or in the past: step to the next thing that happens",
     cs_tui_step,
     CS_STEP_EVENT},
    {{','}, NULL, "while paused: on by one bit of the bus", cs_tui_step, CS_STEP_BIT},
    {{'n'},
     NULL,
     "while paused, or in the past: step to the next frame",
     cs_tui_step,
     CS_STEP_FRAME},
    {{'/'},
     "filter",
     "filter: show only what passes, such as id=180-1ff and data[0]>3",
     cs_tui_open,
     CS_OVERLAY_FILTER},
    {{'w'},
     NULL,
     "save what was done as a scenario that does it again",
     cs_tui_open,
     CS_OVERLAY_SAVE},
    {{CS_KEY_ESC},
     NULL,
     "close, or end the filter: show all again; give up an export",
     show_all,
     0},
    {{'+', '='},
     "faster",
     "speed: let bus time pass faster than the clock",
     cs_tui_change_speed,
     1},
    {{'-'}, "slower", "speed: slower, down to ×0.001", cs_tui_change_speed, -1},
    {{'|'}, NULL, "panes: divide the screen for two views, three, four, one", next_split, 1},
    {{'o', 'O'}, NULL, "to the next pane", next_pane, 1},
    {{'z'}, NULL, "the view with the focus alone, on all of the screen", full_screen, 0},
    {{CS_KEY_TAB}, NULL, "next view", cycle_view, 1},
    {{CS_KEY_BACKTAB}, NULL, "view before", cycle_view, -1},
    {{'u'}, NULL, "take back what was changed last in this view", cs_undo_go, 1},
    {{'U'}, NULL, "do again what was taken back", cs_undo_go, 0},
    {{CS_KEY_F12},
     NULL,
     "screenshot: this screen as a picture, cansim-1.svg and so on",
     take_picture,
     0},
    {{CS_KEY_F1 + 1}, NULL, "setup: colours, drawing, layout, keys", cs_tui_open, CS_OVERLAY_SETUP},
    {{CS_KEY_CTRL_R}, NULL, "connect again to a host that went away", reconnect, 0},
    {{CS_KEY_CTRL_L}, NULL, "write the screen anew", repaint, 0},
    {{CS_KEY_CTRL_Z}, NULL, "back to the shell; fg returns", suspend, 0},
    {{':'},
     "cmd",
     "command: type what is to be done, words, faults; a list shows what fits",
     cs_tui_open,
     CS_OVERLAY_PROMPT},
    {{'?', CS_KEY_F1, 'h'}, "help", "these pages", cs_tui_open, CS_OVERLAY_HELP},
    {{'q', CS_KEY_F1 + 9}, "quit", "leave, at once; so does ^C", quit, 0},
};
const unsigned cs_n_global_bindings = sizeof cs_global_bindings / sizeof *cs_global_bindings;
