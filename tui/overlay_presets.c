/* SPDX-License-Identifier: MIT */
/* overlay_presets.c - a list of well-known troubles; Enter opens the form of the fault, filled in
 * for the node that is chosen. */
#include <stdio.h>
#include <string.h>

#include "tui/fault_presets.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH  76
#define NAME_WIDTH 20
#define BELOW      4      /* lines: a rule, the node, the fault, a message */
#define NOBODY     "NODE" /* where no node is chosen */

static const struct cs_tui_node *chosen(const struct cs_tui *tui)
{
    const unsigned at = tui->faults.preset_node;

    return at < tui->n_nodes ? &tui->nodes[at] : NULL;
}

static int lines_of(const struct cs_tui *tui)
{
    const int most = tui->height - 5 - BELOW - 2, all = (int)cs_n_fault_presets;

    return all < most ? all : most;
}

static char *text_of(const struct cs_tui *tui, const struct cs_fault_preset *preset, char *text,
                     size_t size)
{
    const struct cs_tui_node *node = chosen(tui);
    const unsigned bus = node && node->bus < tui->n_buses ? node->bus : 0;

    return cs_fault_preset_text(preset, node ? node->status.name : NOBODY,
                                tui->bus[bus].bitrate_bps, text, size);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_below(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_fault_preset *preset = &cs_fault_presets[tui->faults.presets.sel];
    const struct cs_tui_node *node = chosen(tui);
    char text[CS_FAULT_TEXT_MAX];
    int x;

    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    x = cs_canvas_put(canvas, at.x, at.y + 1, CS_STYLE_DIM, "node  ");
    if (!cs_fault_preset_has_node(preset))
        cs_canvas_put(canvas, x, at.y + 1, CS_STYLE_DIM, "none: it is about the whole bus");
    else if (!node)
        cs_canvas_put(canvas, x, at.y + 1, CS_STYLE_WARN, "nobody is on a bus yet");
    else {
        x = cs_canvas_put(canvas, x, at.y + 1, CS_STYLE_NODE, node->status.name);
        if (tui->n_buses > 1 && node->bus < tui->n_buses)
            x = cs_canvas_printf(canvas, x, at.y + 1, CS_STYLE_DIM, " on %s",
                                 tui->bus[node->bus].name);
        cs_canvas_put(canvas, x, at.y + 1, CS_STYLE_DIM, "   ← → choose another");
    }
    cs_canvas_put(canvas, at.x, at.y + 2, CS_STYLE_DIM, "fault");
    cs_canvas_field(canvas, at.x + 6, at.y + 2, at.w - 6, false, CS_STYLE_GOOD,
                    text_of(tui, preset, text, sizeof text));
    cs_canvas_field(canvas, at.x, at.y + 3, at.w, false,
                    tui->message_bad ? CS_STYLE_BAD : CS_STYLE_DIM,
                    tui->message[0] ? tui->message : "Enter opens its form, r arms it at once");
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_list *list = &tui->faults.presets;
    const int lines = lines_of(tui), h = lines + BELOW + 2;
    /* The screen may have grown since the list was moved. */
    const int last = (int)cs_n_fault_presets - lines, top = list->top < last ? list->top : last;
    const struct cs_rect box = cs_box_place(tui, BOX_WIDTH, h, tui->height - 2 - h);
    struct cs_rect at = {box.x + 2, box.y + 1, box.w - 4, BELOW};

    cs_canvas_box(canvas, box, cs_overlay_presets.title);
    for (int i = 0; i < lines; i++, at.y++) {
        const struct cs_fault_preset *preset = &cs_fault_presets[top + i];
        const bool here = top + i == list->sel;
        cs_canvas_put(canvas, at.x, at.y, here ? CS_STYLE_BRIGHT : CS_STYLE_FAULT, preset->name);
        cs_canvas_field(canvas, at.x + NAME_WIDTH, at.y, at.w - NAME_WIDTH, false,
                        here ? CS_STYLE_TEXT : CS_STYLE_DIM, preset->help);
        if (here)
            cs_canvas_select(canvas, (struct cs_rect){at.x - 1, at.y, at.w + 2, 1});
    }
    if (top > 0)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
    if (top + lines < (int)cs_n_fault_presets)
        cs_canvas_put(canvas, box.x + box.w - 12, at.y, CS_STYLE_BOX_TITLE, " ↓ more ");
    draw_below(tui, canvas, at);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move(struct cs_tui *tui, int by)
{
    cs_list_move(&tui->faults.presets, by, (int)cs_n_fault_presets, lines_of(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (lines_of(tui) - 1));
}

static void next_node(struct cs_tui *tui, int by)
{
    if (tui->n_nodes)
        tui->faults.preset_node =
            (tui->faults.preset_node + tui->n_nodes + (unsigned)by) % tui->n_nodes;
}

/* Where there is no node its field is left to the person. */
static void clear_nobody(struct cs_fault_form *form)
{
    for (unsigned i = 0; i < form->n; i++)
        if (!strcmp(form->value[i].text, NOBODY)) {
            cs_textfield_set(&form->value[i], "");
            form->row = (int)i;
        }
}

static void open_form(struct cs_tui *tui, int unused)
{
    const struct cs_fault_preset *preset = &cs_fault_presets[tui->faults.presets.sel];
    const struct cs_tui_node *node = chosen(tui);
    char text[CS_FAULT_TEXT_MAX];
    struct cs_tui_fault fault = {.bus = node ? node->bus : 0};

    (void)unused;
    snprintf(fault.text, sizeof fault.text, "%s", text_of(tui, preset, text, sizeof text));
    cs_fault_form_edit(tui, &fault);
    if (!node)
        clear_nobody(&tui->form);
}

static void arm(struct cs_tui *tui, int unused)
{
    const struct cs_fault_preset *preset = &cs_fault_presets[tui->faults.presets.sel];
    const struct cs_tui_node *node = chosen(tui);
    char text[CS_FAULT_TEXT_MAX], why[160];
    struct cs_fault_spec spec;

    (void)unused;
    if (!node && cs_fault_preset_has_node(preset))
        cs_tui_say(tui, true, "not armed: nobody is on a bus yet");
    else if (cs_fault_parse(text_of(tui, preset, text, sizeof text), &spec, why, sizeof why) < 0)
        cs_tui_say(tui, true, "not armed: %s", why);
    else if (cs_tui_arm(tui, node ? node->bus : 0, &spec) == 0)
        tui->overlay = CS_OVERLAY_NONE;
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "form", "the fault's form, filled in for the node", open_form, 0},
    {{'r'}, "arm", "arm it at once", arm, 0},
    {{CS_KEY_RIGHT, CS_KEY_TAB}, "node", "for the next node", next_node, 1},
    {{CS_KEY_LEFT, CS_KEY_BACKTAB}, NULL, "for the node before", next_node, -1},
    {{CS_KEY_DOWN, 'j'}, "next", "the next trouble", move, 1},
    {{CS_KEY_UP, 'k'}, NULL, "the one before", move, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_HOME, 'g'}, NULL, "the first", move, -1000},
    {{CS_KEY_END, 'G'}, NULL, "the last", move, 1000},
    {{CS_KEY_ESC, 'p'}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_presets = {
    .title = "Well-known troubles",
    .needs = CS_NEEDS_NODES | CS_NEEDS_FAULTS,
    .draw = draw,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
