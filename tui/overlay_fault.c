/* SPDX-License-Identifier: MIT */
/* overlay_fault.c - a form for one fault: a line for each key that its kind takes. What the fields
 * say is checked as it is typed, by the parser that reads them from a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/view.h"

#define NAME_WIDTH  13
#define VALUE_WIDTH 24
#define BOX_MAX     110
#define BELOW       6 /* lines below the fields: help, values, a rule, the text form, a sentence */

struct place {
    struct cs_rect box;
    int lines; /* of fields */
};

static int first_row(const struct cs_tui *tui)
{
    return tui->n_buses > 1 ? -1 : 0;
}

static struct place place_of(const struct cs_tui *tui)
{
    int rows = (int)tui->form.n - first_row(tui), most = tui->height - 4 - BELOW - 3;
    struct place place;

    place.lines = rows < most ? rows : most;
    place.box.w = tui->width - 4 < BOX_MAX ? tui->width - 4 : BOX_MAX;
    place.box.h = place.lines + BELOW + 3;
    place.box.x = (tui->width - place.box.w) / 2;
    place.box.y = tui->height - 1 - place.box.h; /* over the line of detail */
    return place;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_fault_form *form = &tui->form;
    int x = at.x + NAME_WIDTH;

    cs_canvas_put(canvas, at.x, at.y, form->row < 0 ? CS_STYLE_BRIGHT : CS_STYLE_DIM, "on");
    for (unsigned b = 0; b < tui->n_buses && x + CS_TUI_BUS_NAME < at.x + at.w; b++)
        x = cs_canvas_printf(canvas, x, at.y, b == form->bus ? CS_STYLE_TAB_ON : CS_STYLE_TAB,
                             " %s ", tui->bus[b].name) +
            1;
}

static void draw_row(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at, int row,
                     int wrong)
{
    const struct cs_fault_form *form = &tui->form;
    const struct cs_fault_key *key = &cs_fault_keys[form->key[row]];
    bool here = row == form->row;
    int hint = at.x + NAME_WIDTH + VALUE_WIDTH + 2;

    cs_canvas_field(canvas, at.x, at.y, NAME_WIDTH - 1, false,
                    row == wrong ? CS_STYLE_BAD
                    : here       ? CS_STYLE_BRIGHT
                                 : CS_STYLE_DIM,
                    key->name);
    if (here)
        cs_textfield_draw(&form->value[row], canvas, at.x + NAME_WIDTH, at.y, VALUE_WIDTH);
    else if (form->value[row].len)
        cs_textfield_show(&form->value[row], canvas, at.x + NAME_WIDTH, at.y, VALUE_WIDTH,
                          row == wrong ? CS_STYLE_BAD : CS_STYLE_TEXT);
    else
        cs_canvas_put(canvas, at.x + NAME_WIDTH, at.y, CS_STYLE_FAINT, "–");
    cs_canvas_field(canvas, hint, at.y, at.x + at.w - hint, false,
                    here ? CS_STYLE_TEXT : CS_STYLE_FAINT, key->values);
}

/* Text over as many lines as there are, broken at blanks. */
static void draw_wrapped(struct cs_canvas *canvas, struct cs_rect at, uint8_t style,
                         const char *text)
{
    for (int line = 0; line < at.h && *text; line++) {
        int n = (int)strlen(text), most = at.w;
        char part[CS_FAULT_TEXT_MAX];
        if (n > most && line + 1 < at.h) {
            for (n = most; n > 0 && text[n] != ' '; n--)
                ;
            n = n ? n : most;
        }
        snprintf(part, sizeof part, "%.*s", n, text);
        cs_canvas_field(canvas, at.x, at.y + line, at.w, false, style, part);
        text += n;
        text += *text == ' ';
    }
}

/* What the key under the cursor means, and what it may be. */
static void draw_help(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_fault_form *form = &tui->form;
    const struct cs_fault_key *key;
    struct cs_offers offers;
    int from;

    if (form->row < 0 || form->row >= (int)form->n) {
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_INFO, "the bus on which it is armed");
        return;
    }
    key = &cs_fault_keys[form->key[form->row]];
    cs_canvas_field(canvas, at.x, at.y++, at.w, false, CS_STYLE_INFO, key->help);
    if (form->completion.on) {
        cs_fault_offers(tui, form->bus, form->kind, key, form->completion.begun, &from, &offers);
        cs_completion_draw(&form->completion, &offers, canvas, at);
    } else {
        /* Its own line may have no room for all of the values. */
        const bool narrow = cs_text_width(key->values) > at.w - NAME_WIDTH - VALUE_WIDTH - 2;
        char text[512], example[CS_FRAME_TEXT_MAX];
        snprintf(text, sizeof text, "such as %s%s%s",
                 cs_fault_example(tui, form, key, example, sizeof example), narrow ? " · " : "",
                 narrow ? key->values : "");
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, text);
    }
}

static void draw_below(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const struct cs_fault_spec *spec, const char *why)
{
    char text[CS_FAULT_TEXT_MAX];

    draw_help(tui, canvas, at);
    at.y += 2;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    cs_fault_format(spec, text);
    draw_wrapped(canvas, (struct cs_rect){at.x, at.y + 1, at.w, 2},
                 why ? CS_STYLE_DIM : CS_STYLE_GOOD, text);
    at.y += 3;
    if (tui->message[0])
        cs_canvas_field(canvas, at.x, at.y, at.w, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    else if (why)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_WARN, why);
    else
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM, "Enter arms it");
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_fault_form *form = &tui->form;
    struct place place = place_of(tui);
    struct cs_rect at = {place.box.x + 2, place.box.y + 1, place.box.w - 4, 1};
    struct cs_fault_spec spec;
    char why[256], title[96];
    int wrong, rows = (int)form->n;
    bool bad = cs_fault_form_spec(form, &spec, &wrong, why, sizeof why) < 0;

    snprintf(title, sizeof title, "%s a fault: %s", form->replaces ? "Change" : "Arm",
             cs_fault_name((enum cs_fault_kind)form->kind));
    cs_canvas_box(canvas, place.box, title);
    cs_canvas_field(canvas, at.x, at.y++, at.w, false, CS_STYLE_DIM,
                    cs_fault_help((enum cs_fault_kind)form->kind));
    for (int i = 0; i < place.lines; i++, at.y++) {
        int row = form->top + i;
        if (row < 0)
            draw_bus(tui, canvas, at);
        else if (row < rows)
            draw_row(tui, canvas, at, row, wrong);
    }
    draw_below(tui, canvas, at, &spec, bad ? why : NULL);
    if (form->top > first_row(tui))
        cs_canvas_put(canvas, at.x + at.w - 10, place.box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
    if (form->top + place.lines < rows)
        cs_canvas_put(canvas, at.x + at.w - 10, at.y + 2, CS_STYLE_BOX_TITLE, " ↓ more ");
}

/* ---- keys ------------------------------------------------------------------------------------ */

void cs_fault_form_open(struct cs_tui *tui, unsigned kind)
{
    cs_fault_form_begin(&tui->form, kind);
    if (tui->form.bus >= tui->n_buses)
        tui->form.bus = 0;
    tui->form.top = first_row(tui);
    cs_tui_open(tui, CS_OVERLAY_FAULT);
}

void cs_fault_form_edit(struct cs_tui *tui, const struct cs_tui_fault *fault)
{
    if (cs_fault_form_fill(&tui->form, fault->text) < 0) {
        cs_tui_say(tui, true, "its text is not known in full");
        return;
    }
    tui->form.bus = fault->bus;
    tui->form.replaces = fault->live ? fault->id : 0;
    tui->form.top = first_row(tui);
    cs_tui_open(tui, CS_OVERLAY_FAULT);
}

static void arm(struct cs_tui *tui, int unused)
{
    struct cs_fault_spec spec;
    char why[CS_TUI_MESSAGE_MAX];
    int wrong;

    (void)unused;
    if (cs_fault_form_spec(&tui->form, &spec, &wrong, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "not armed: %s", why);
        if (wrong >= 0)
            tui->form.row = wrong;
        return;
    }
    if (cs_tui_rearm(tui, &tui->form.replaces, tui->form.bus, &spec) == 0)
        tui->overlay = CS_OVERLAY_NONE;
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_fault_form *form = &tui->form;
    int lines = place_of(tui).lines, first = first_row(tui), last = (int)form->n - 1;

    form->completion.on = false;
    if (by == 2 || by == -2)
        by = by / 2 * (lines - 1);
    form->row += by;
    form->row = form->row > last ? last : form->row;
    form->row = form->row < first ? first : form->row;
    if (form->top > form->row)
        form->top = form->row;
    if (form->top <= form->row - lines)
        form->top = form->row - lines + 1;
}

static void next_bus(struct cs_tui *tui, int by)
{
    if (tui->n_buses)
        tui->form.bus = (tui->form.bus + tui->n_buses + (unsigned)by) % tui->n_buses;
}

static void complete(struct cs_tui *tui, int by)
{
    struct cs_fault_form *form = &tui->form;
    const struct cs_fault_key *key;
    struct cs_offers offers;
    const char *begun;
    int from;

    if (form->row < 0 || form->row >= (int)form->n) {
        next_bus(tui, by);
        return;
    }
    key = &cs_fault_keys[form->key[form->row]];
    begun = cs_completion_begin(&form->completion, &form->value[form->row]);
    cs_fault_offers(tui, form->bus, form->kind, key, begun, &from, &offers);
    cs_completion_step(&form->completion, &form->value[form->row], from, &offers, by);
    if (!offers.n)
        cs_tui_say(tui, false, "nothing to complete here: %s", key->values);
}

/* What is needed and not there yet. */
static void example(struct cs_tui *tui, int unused)
{
    struct cs_fault_form *form = &tui->form;
    const unsigned n = cs_fault_form_complete(tui, form);

    (void)unused;
    form->completion.on = false;
    if (n == 0)
        cs_tui_say(tui, false, "nothing that it needs is missing");
    else
        cs_tui_say(tui, false, "%u field%s filled in: look at %s, then Enter arms it", n,
                   n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
}

static void key(struct cs_tui *tui, int32_t code)
{
    struct cs_fault_form *form = &tui->form;

    form->completion.on = false;
    if (form->row >= 0 && form->row < (int)form->n)
        cs_textfield_key(&form->value[form->row], code);
    else if (code == CS_KEY_LEFT || code == CS_KEY_RIGHT || code == CS_KEY_SPACE)
        next_bus(tui, code == CS_KEY_LEFT ? -1 : 1);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "arm", "arm the fault", arm, 0},
    {{CS_KEY_DOWN}, "next", "next field", move, 1},
    {{CS_KEY_UP}, NULL, "field before", move, -1},
    {{CS_KEY_PGDN}, NULL, "a page of fields down", move, 2},
    {{CS_KEY_PGUP}, NULL, "a page up", move, -2},
    {{CS_KEY_TAB},
     "complete",
     "complete names of nodes, fields and words; again: the next one",
     complete,
     1},
    {{CS_KEY_BACKTAB}, NULL, "the one before", complete, -1},
    {{CS_KEY_CTRL_E}, "example", "fill in what it needs, as an example", example, 0},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_fault = {
    .title = "Arm a fault",
    .needs = CS_NEEDS_NODES | CS_NEEDS_FAULTS,
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
