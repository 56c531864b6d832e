/* SPDX-License-Identifier: MIT */
/* overlay_send.c - the form for a frame of the list. What is typed is checked as it is typed, and
 * what the frame would be on the wire is shown. */
#include <stdio.h>
#include <string.h>

#include "tui/transmit.h"
#include "tui/widgets.h"

#define BOX_WIDTH   76
#define LABEL_WIDTH 9
#define VALUE_WIDTH 24
#define WIRE_LINES  5

static struct cs_send_form *form_of(const struct cs_tui *tui)
{
    return &cs_transmit_of(tui)->form;
}

/* What is edited, with what the form does not hold. */
static struct cs_send_item item_of(const struct cs_tui *tui)
{
    const struct cs_transmit *t = cs_transmit_of(tui);

    return t->form.edits >= 0 && t->form.edits < (int)t->list.n
               ? t->list.frame[t->form.edits].item
               : (struct cs_send_item){.send = {.burst = 1}};
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_buses(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y, int end)
{
    for (unsigned b = 0; b < tui->n_buses && x < end - CS_TUI_BUS_NAME; b++)
        x = cs_canvas_printf(canvas, x, y, b == form_of(tui)->bus ? CS_STYLE_TAB_ON : CS_STYLE_TAB,
                             " %s ", tui->bus[b].name) +
            1;
}

static void draw_row(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at, int row,
                     int wrong)
{
    const struct cs_send_form *form = form_of(tui);
    const struct cs_textfield *value = &form->value[row];
    const bool here = row == form->row;
    const int x = at.x + LABEL_WIDTH, hint = x + VALUE_WIDTH + 2;
    const int width = row == CS_SEND_FRAME ? at.w - LABEL_WIDTH : VALUE_WIDTH;

    cs_canvas_put(canvas, at.x, at.y,
                  row == wrong ? CS_STYLE_BAD
                  : here       ? CS_STYLE_BRIGHT
                               : CS_STYLE_DIM,
                  cs_send_row_names[row]);
    if (row == CS_SEND_BUS)
        draw_buses(tui, canvas, x, at.y, at.x + at.w);
    else if (here)
        cs_textfield_draw(value, canvas, x, at.y, width);
    else if (value->len)
        cs_textfield_show(value, canvas, x, at.y, width,
                          row == wrong ? CS_STYLE_BAD : CS_STYLE_TEXT);
    else
        cs_canvas_put(canvas, x, at.y, CS_STYLE_FAINT, "–");
    if (row > CS_SEND_BUS)
        cs_canvas_field(canvas, hint, at.y, at.x + at.w - hint, false,
                        here ? CS_STYLE_TEXT : CS_STYLE_FAINT, cs_send_row_hints[row]);
}

/* The frame alone: it is shown though something else is wrong. */
static bool frame_of(const struct cs_tui *tui, struct cs_frame *frame)
{
    char why[160];

    return cs_frame_parse(form_of(tui)->value[CS_SEND_FRAME].text, frame, why, sizeof why) == 0;
}

static int more_lines(const struct cs_tui *tui)
{
    const int most = tui->height - 4 - (CS_SEND_ROWS + WIRE_LINES + 4);
    struct cs_frame frame;
    int more = frame_of(tui, &frame) ? cs_frame_preview_more(&frame, BOX_WIDTH - 4) : 0;

    return more < most ? more : most > 0 ? most : 0;
}

static void draw_below(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       int wrong, const char *why)
{
    const struct cs_send_form *form = form_of(tui);
    struct cs_frame frame;

    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    at.y++;
    if (frame_of(tui, &frame))
        cs_frame_preview(tui, canvas, form->bus, &frame, (struct cs_rect){at.x, at.y, at.w, at.h});
    else
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM,
                        cs_send_row_hints[CS_SEND_FRAME]);
    at.y += at.h;
    if (tui->message[0])
        cs_canvas_field(canvas, at.x, at.y, at.w, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    else if (why && wrong == CS_SEND_FRAME && !form->value[CS_SEND_FRAME].len)
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM, "type the frame; Tab goes on");
    else if (why)
        cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_WARN, "%s: %.60s",
                         wrong >= 0 ? cs_send_row_names[wrong] : "all together", why);
    else
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM,
                      form->edits < 0 ? "Enter adds it to the list" : "Enter changes it");
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const int wire = WIRE_LINES + more_lines(tui), h = CS_SEND_ROWS + wire + 4;
    const struct cs_rect box = cs_box_place(tui, BOX_WIDTH, h, tui->height - 2 - h);
    struct cs_rect at = {box.x + 2, box.y + 1, box.w - 4, wire};
    struct cs_send_item item = item_of(tui);
    char why[160], title[64];
    int wrong;
    const bool bad = cs_send_form_read(form_of(tui), &item, &wrong, why, sizeof why) < 0;

    if (form_of(tui)->edits < 0)
        snprintf(title, sizeof title, "A new frame");
    else
        snprintf(title, sizeof title, "Change frame %d", form_of(tui)->edits + 1);
    cs_canvas_box(canvas, box, title);
    for (int row = 0; row < CS_SEND_ROWS; row++, at.y++)
        draw_row(tui, canvas, at, row, bad ? wrong : -1);
    draw_below(tui, canvas, at, wrong, bad ? why : NULL);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void take(struct cs_tui *tui, int unused)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    const bool anew = t->form.edits < 0 || t->form.edits >= (int)t->list.n;
    const int at = anew ? (t->list.n ? t->rows.sel + 1 : 0) : t->form.edits;
    struct cs_send_item item = item_of(tui);
    char why[120], name[64];
    int wrong;

    (void)unused;
    if (cs_send_form_read(&t->form, &item, &wrong, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "not yet: %s", why);
        t->form.row = wrong >= 0 ? wrong : t->form.row;
        return;
    }
    if (cs_transmit_keep(tui, at, anew ? "a new frame" : "an edit") != 0)
        return;
    if (!anew)
        t->list.frame[at].item = item;
    else if (cs_frame_list_add(&t->list, (unsigned)at, &item) != 0)
        return;
    t->rows.sel = at;
    cs_list_clamp(&t->rows, (int)t->list.n, cs_transmit_page(tui));
    tui->overlay = CS_OVERLAY_NONE;
    cs_transmit_sync(tui);
    cs_transmit_name(&t->list.frame[at], name, sizeof name);
    if (item.on)
        cs_tui_say(tui, false, "%s is changed and goes on", name);
    else
        cs_tui_say(tui, false, "%s: s sends it once, t again and again", name);
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_send_form *form = form_of(tui);

    form->row = (form->row + CS_SEND_ROWS + by) % CS_SEND_ROWS;
    /* There is nothing to choose from. */
    if (form->row == CS_SEND_BUS && tui->n_buses < 2)
        form->row += by;
}

static void choose_bus(struct cs_tui *tui, int by)
{
    struct cs_send_form *form = form_of(tui);

    if (tui->n_buses)
        form->bus = (form->bus + tui->n_buses + (unsigned)by) % tui->n_buses;
}

static void key(struct cs_tui *tui, int32_t code)
{
    struct cs_send_form *form = form_of(tui);

    if (form->row != CS_SEND_BUS)
        cs_textfield_key(&form->value[form->row], code);
    else if (code == CS_KEY_LEFT || code == CS_KEY_RIGHT || code == CS_KEY_SPACE)
        choose_bus(tui, code == CS_KEY_LEFT ? -1 : 1);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "take", "add or change the frame", take, 0},
    {{CS_KEY_TAB, CS_KEY_DOWN}, "next", "next field", move, 1},
    {{CS_KEY_BACKTAB, CS_KEY_UP}, NULL, "field before", move, -1},
    {{CS_KEY_RIGHT}, NULL, "on the field of the buses: the next one", NULL, 0},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_send = {
    .title = "A frame to send",
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
