/* SPDX-License-Identifier: MIT */
/* overlay_inject.c - a dialog for one frame: what is typed is checked as it is typed, and what it
 * would be on the wire is shown before it is sent. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/wire.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH  76
#define BOX_HEIGHT 11 /* grows with the frame's bits */
#define BIT_LINES  3  /* lines of bits that it has room for */

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_buses(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y, int end)
{
    for (unsigned b = 0; b < tui->n_buses && x < end - CS_TUI_BUS_NAME; b++)
        x = cs_canvas_printf(canvas, x, y, b == tui->inject.bus ? CS_STYLE_TAB_ON : CS_STYLE_TAB,
                             " %s ", tui->bus[b].name) +
            1;
}

static uint8_t field_style(enum cs_field field)
{
    switch (field) {
    case CS_FIELD_ID:
    case CS_FIELD_ID_EXT:
        return CS_STYLE_ID;
    case CS_FIELD_DATA:
        return CS_STYLE_BRIGHT;
    case CS_FIELD_CRC:
        return CS_STYLE_ASCII;
    case CS_FIELD_DLC:
    case CS_FIELD_RTR:
        return CS_STYLE_RTR;
    default:
        return CS_STYLE_DIM;
    }
}

static void draw_bits(struct cs_canvas *canvas, const struct cs_wire *wire, struct cs_rect at)
{
    static const struct {
        const char *name;
        uint8_t style;
    } legend[] = {{"identifier", CS_STYLE_ID}, {"rtr, dlc", CS_STYLE_RTR},
                  {"data", CS_STYLE_BRIGHT},   {"crc", CS_STYLE_ASCII},
                  {"stuff bit", CS_STYLE_HOT}, {"framing", CS_STYLE_DIM}};
    unsigned room = (unsigned)(at.w * (at.h - 1));
    int x = at.x;

    for (unsigned i = 0; i < wire->n_bits && i < room; i++)
        cs_canvas_put_ch(canvas, at.x + (int)i % at.w, at.y + (int)i / at.w,
                         cs_wire_is_stuff(wire, i) ? CS_STYLE_HOT
                                                   : field_style(cs_wire_field_at(wire, i, NULL)),
                         '0' + cs_wire_level(wire, i));
    if (wire->n_bits > room)
        cs_canvas_put_ch(canvas, at.x + at.w - 1, at.y + at.h - 2, CS_STYLE_DIM, 0x2026);
    for (size_t i = 0; i < sizeof legend / sizeof *legend; i++)
        x = cs_canvas_put(canvas, x, at.y + at.h - 1, legend[i].style, legend[i].name) + 2;
}

/* From the sample point of a recessive BRS to that of the CRC delimiter the second rate holds:
 * together these two bits have one of each. */
static int64_t duration_of(const struct cs_tui_bus *bus, const struct cs_wire *wire)
{
    int64_t fast = wire->brs && bus->data_bitrate_bps ? wire->crc_delim - wire->brs : 0;
    int64_t ps = (wire->n_bits - fast) * CS_PS_PER_S / bus->bitrate_bps;

    return fast ? ps + fast * CS_PS_PER_S / bus->data_bitrate_bps : ps;
}

void cs_frame_preview(const struct cs_tui *tui, struct cs_canvas *canvas, unsigned on,
                      const struct cs_frame *frame, struct cs_rect at)
{
    const struct cs_tui_bus *bus = &tui->bus[on < tui->n_buses ? on : 0];
    struct cs_wire wire;
    char rate[CS_NUMBER_MAX], span[CS_NUMBER_MAX], text[160];
    bool refused = frame->flags & CS_FRAME_FD && !bus->fd;

    if (cs_wire_encode(frame, &wire) < 0)
        return;
    snprintf(text, sizeof text, "%s %s%s frame, dlc %u: %u bits (%u stuff bit%s), %s at %s",
             frame->flags & CS_FRAME_EXT ? "extended" : "base",
             frame->flags & CS_FRAME_FD ? "FD " : "",
             frame->flags & CS_FRAME_RTR ? "remote" : "data", frame->dlc, wire.n_bits, wire.n_stuff,
             wire.n_stuff == 1 ? "" : "s", cs_text_span(duration_of(bus, &wire), span),
             cs_text_rates(bus->bitrate_bps, wire.brs ? bus->data_bitrate_bps : 0, rate));
    cs_canvas_field(canvas, at.x, at.y, at.w, false, refused ? CS_STYLE_WARN : CS_STYLE_GOOD,
                    refused ? "this bus carries classic CAN frames only" : text);
    draw_bits(canvas, &wire, (struct cs_rect){at.x, at.y + 1, at.w, at.h - 1});
}

static void draw_examples(struct cs_canvas *canvas, int x, int y)
{
    static const char *const examples[][2] = {
        {"123#DEADBEEF", "base identifier, four bytes"},
        {"12345678#11.22", "extended identifier: eight digits"},
        {"123#R", "remote frame; 123#R8 asks for eight bytes"},
        {"123##1DEADBEEF", "CAN FD; 1: second bit rate (BRS), 2: ESI, 3: both"},
    };

    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        cs_canvas_put(canvas, x, y + (int)i, CS_STYLE_KEY, examples[i][0]);
        cs_canvas_put(canvas, x + 16, y + (int)i, CS_STYLE_DIM, examples[i][1]);
    }
}

int cs_frame_preview_more(const struct cs_frame *frame, int width)
{
    struct cs_wire wire;
    int lines;

    if (width < 1 || cs_wire_encode(frame, &wire) < 0)
        return 0;
    lines = (wire.n_bits + width - 1) / width - BIT_LINES;
    return lines < 0 ? 0 : lines;
}

/* Lines that the frame's bits need beyond the usual. */
static int more_lines(const struct cs_tui *tui, const struct cs_frame *frame)
{
    int lines = cs_frame_preview_more(frame, BOX_WIDTH - 4), most = tui->height - 5 - BOX_HEIGHT;

    return lines > most ? most : lines;
}

/* Nobody but the console is on the bus who would acknowledge. */
static bool is_alone(const struct cs_tui *tui, unsigned bus)
{
    for (unsigned i = 0; i < tui->n_nodes; i++) {
        const struct cs_node_status *status = &tui->nodes[i].status;
        if (tui->nodes[i].bus == bus && strcmp(status->name, "console") != 0 &&
            status->mode != CS_MODE_LISTEN_ONLY && status->state != CS_STATE_BUS_OFF)
            return false;
    }
    return !tui->info.remote[0];
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_inject_state *state = &tui->inject;
    struct cs_frame frame;
    char why[160];
    bool bad = cs_frame_parse(state->field.text, &frame, why, sizeof why) < 0;
    int more = bad ? 0 : more_lines(tui, &frame);
    struct cs_rect box =
        cs_box_place(tui, BOX_WIDTH, BOX_HEIGHT + more, tui->height - 2 - BOX_HEIGHT - more);
    int x = box.x + 2, y = box.y + 1, end = box.x + box.w - 2;

    cs_canvas_box(canvas, box, cs_overlay_inject.title);
    cs_canvas_put(canvas, x, y, CS_STYLE_DIM, "frame");
    cs_textfield_draw(&state->field, canvas, x + 7, y, end - x - 7);
    cs_canvas_put(canvas, x, y + 1, CS_STYLE_DIM, "on");
    draw_buses(tui, canvas, x + 7, y + 1, end);
    if (!state->field.len)
        draw_examples(canvas, x, y + 3);
    else if (bad)
        cs_canvas_field(canvas, x, y + 3, end - x, false, CS_STYLE_BAD, why);
    else
        cs_frame_preview(tui, canvas, state->bus, &frame,
                         (struct cs_rect){x, y + 3, end - x, 5 + more});
    if (!bad && !tui->message_bad && is_alone(tui, state->bus))
        cs_canvas_field(canvas, x, y + 8 + more, end - x, false, CS_STYLE_WARN,
                        "nobody else is there to acknowledge: it will be tried again and again");
    else if (tui->message[0])
        cs_canvas_field(canvas, x, y + 8 + more, end - x, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void remember(struct cs_inject_state *state)
{
    if (state->n_history && !strcmp(state->history[0], state->field.text))
        return;
    memmove(state->history[1], state->history[0], sizeof state->history - sizeof state->history[0]);
    memcpy(state->history[0], state->field.text, sizeof state->history[0]);
    state->n_history += state->n_history < CS_TUI_HISTORY;
}

const char *cs_inject_refusal(int error)
{
    switch (error) {
    case -ENOSPC:
        return "the console's queue is full: wait until the bus has taken some";
    case -ENETDOWN:
        return "the console is bus-off";
    case -EACCES:
        return "the host lets this window only watch";
    case -ETIMEDOUT:
        return "the host does not answer";
    case -EPERM:
        return "the console is listen-only";
    case -EROFS:
        return "this is a log, there is no bus";
    case -EOPNOTSUPP:
        return "this bus carries classic CAN frames only";
    default:
        return strerror(-error);
    }
}

static void send(struct cs_tui *tui, int unused)
{
    struct cs_inject_state *state = &tui->inject;
    struct cs_frame frame;
    char why[CS_TUI_MESSAGE_MAX];
    int error;

    (void)unused;
    if (cs_frame_parse(state->field.text, &frame, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "not sent: this is no frame yet");
        return;
    }
    remember(state);
    state->recall = 0;
    error = tui->host->ops->inject(tui->host->ctx, state->bus, &frame);
    if (error) {
        cs_tui_say(tui, true, "not sent: %s", cs_inject_refusal(error));
        return;
    }
    state->sent++;
    if (tui->info.paused)
        cs_tui_say(tui, false, "queued on %s; the bus is paused: close this and step with n",
                   tui->bus[state->bus].name);
    else
        cs_tui_say(tui, false, "queued on %s, %" PRIu64 " so far: Enter sends it again, Esc closes",
                   tui->bus[state->bus].name, state->sent);
}

static void next_bus(struct cs_tui *tui, int by)
{
    if (tui->n_buses)
        tui->inject.bus = (tui->inject.bus + tui->n_buses + (unsigned)by) % tui->n_buses;
}

static void recall(struct cs_tui *tui, int by)
{
    struct cs_inject_state *state = &tui->inject;
    int to = (int)state->recall + by;

    if (to < 0 || to > (int)state->n_history)
        return;
    if (state->recall == 0)
        memcpy(state->draft, state->field.text, sizeof state->draft);
    state->recall = (unsigned)to;
    cs_textfield_set(&state->field, to ? state->history[to - 1] : state->draft);
}

static void key(struct cs_tui *tui, int32_t code)
{
    cs_textfield_key(&tui->inject.field, code);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "send", "queue the frame", send, 0},
    {{CS_KEY_TAB}, "other bus", "choose the bus", next_bus, 1},
    {{CS_KEY_BACKTAB}, NULL, "choose the bus before", next_bus, -1},
    {{CS_KEY_UP}, "sent before", "call back what was sent before", recall, 1},
    {{CS_KEY_DOWN}, NULL, "and what was typed after it", recall, -1},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_inject = {
    .title = "Inject a frame",
    .needs = CS_NEEDS_NODES,
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
