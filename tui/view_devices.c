/* SPDX-License-Identifier: MIT */
/* view_devices.c - hardware for guests and programs outside: one line each, and below it what to
 * give to the peer of the selected one, whole, so that it can be copied from the screen. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define OPTION_LINES_MAX 8

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_name(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_NODE,
                    ((const struct cs_tui_device *)item)->name);
}

static void cell_model(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT,
                    ((const struct cs_tui_device *)item)->model);
}

static void cell_driver(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM,
                    ((const struct cs_tui_device *)item)->driver);
}

static void cell_peer(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_device *device = item;
    const char *text = !device->plugged ? "unplugged" : device->connected ? "connected" : "waits";

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false,
                    !device->plugged    ? CS_STYLE_WARN
                    : device->connected ? CS_STYLE_GOOD
                                        : CS_STYLE_DIM,
                    text);
}

static const char *state_of(const struct cs_tui_port *port)
{
    static const char *const states[] = {"active", "passive", "bus-off", "joining"};

    return port->state < 4 ? states[port->state] : "?";
}

/* "can0 500k active 0/0" for each channel. */
static void cell_channels(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                          const void *item)
{
    const struct cs_tui_device *device = item;
    char text[256] = "", rate[CS_NUMBER_MAX];
    size_t used = 0;

    (void)tui;
    for (unsigned i = 0; i < device->n_ports && used < sizeof text; i++) {
        const struct cs_tui_port *port = &device->port[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "", port->bus);
        if (used >= sizeof text)
            break;
        if (!port->on)
            used += (size_t)snprintf(text + used, sizeof text - used, " off");
        else
            used += (size_t)snprintf(text + used, sizeof text - used, " %s %s %u/%u",
                                     cs_text_rates(port->bitrate_bps, port->data_bitrate_bps, rate),
                                     state_of(port), port->tec, port->rec);
    }
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT, text);
}

static int most_channels(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w;
}

#define COUNT(member, style) \
    .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_device, member, style)

static const struct cs_column columns[] = {
    CS_COLUMN("device", 12, 24, false, 0, .cell = cell_name),
    CS_COLUMN("model", 9, 10, false, 0, .cell = cell_model),
    CS_COLUMN("driver", 10, 11, false, 3, .cell = cell_driver),
    CS_COLUMN("peer", 9, 9, false, 0, .cell = cell_peer),
    CS_COLUMN("channels (TEC/REC)", 24, 24, false, 0, .cell = cell_channels, .most = most_channels),
    CS_COLUMN("peers", 5, 6, true, 2, COUNT(connections, CS_STYLE_TEXT)),
    CS_COLUMN("refused", 7, 7, true, 4, COUNT(refused, CS_STYLE_WARN)),
    CS_COLUMN("broken", 6, 6, true, 4, COUNT(protocol_errors, CS_STYLE_BAD)),
    CS_COLUMN("lost", 6, 7, true, 1, COUNT(lost, CS_STYLE_WARN)),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

/* ---- drawing --------------------------------------------------------------------------------- */

static const struct cs_tui_device *selected(const struct cs_tui *tui)
{
    return tui->devices_list.sel < (int)tui->n_devices ? &tui->devices[tui->devices_list.sel]
                                                       : NULL;
}

/* Bytes of the line that `text` begins with: no more than `width` characters, none of them in
 * part, and words whole where they fit a line. */
static size_t line_len(const char *text, int width)
{
    const char *at = text, *space = NULL;

    for (int x = 0; *at != '\0' && x < width; x++) {
        if (*at == ' ' && at > text)
            space = at;
        cs_utf8_next(&at);
    }
    if (*at != '\0' && *at != ' ' && space != NULL)
        at = space;
    return (size_t)(at - text);
}

/* Lines that the option takes at a width; drawn where there is a canvas. */
static int wrap(const char *text, int width, struct cs_canvas *canvas, int x, int y, int most)
{
    int lines = 0;

    while (*text != '\0' && lines < most) {
        const size_t n = line_len(text, width);
        if (canvas != NULL)
            cs_canvas_printf(canvas, x, y + lines, CS_STYLE_BRIGHT, "%.*s", (int)n, text);
        lines++;
        text += n;
        text += strspn(text, " ");
    }
    return lines;
}

static int option_lines(const struct cs_tui *tui)
{
    const struct cs_tui_device *device = selected(tui);

    return device ? wrap(device->option, cs_tui_body(tui).w - 2, NULL, 0, 0, OPTION_LINES_MAX) : 0;
}

static int channel_lines(const struct cs_tui *tui)
{
    const struct cs_tui_device *device = selected(tui);

    return device ? (int)device->n_ports : 0;
}

static int page_of(const struct cs_tui *tui)
{
    const int page = cs_tui_body(tui).h - 3 - channel_lines(tui) - option_lines(tui);

    return page > 0 ? page : 1;
}

static void refresh(struct cs_tui *tui)
{
    cs_list_clamp(&tui->devices_list, (int)tui->n_devices, page_of(tui));
}

static void draw_empty(struct cs_canvas *canvas, struct cs_rect body)
{
    static const char *const lines[] = {
        "no device: QEMU guests and other programs get one by an option such as",
        "--usb pcanfd:can0=/tmp/guest1.usb   --card kvaser:can0=/tmp/guest1.vfu",
        "--slcan can0=pty        or by the key \"devices\" of a scenario",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cs_canvas_put(canvas, body.x + 4, body.y + body.h / 2 - 1 + (int)i, CS_STYLE_DIM, lines[i]);
}

static void draw_channels(const struct cs_tui_device *device, struct cs_canvas *canvas, int x,
                          int y)
{
    char rate[CS_NUMBER_MAX];

    for (unsigned i = 0; i < device->n_ports; i++) {
        const struct cs_tui_port *port = &device->port[i];
        if (port->on)
            cs_canvas_printf(canvas, x, y + (int)i, CS_STYLE_TEXT, "%s: %s, %s, TEC %u, REC %u",
                             port->bus,
                             cs_text_rates(port->bitrate_bps, port->data_bitrate_bps, rate),
                             state_of(port), port->tec, port->rec);
        else
            cs_canvas_printf(canvas, x, y + (int)i, CS_STYLE_DIM, "%s: off", port->bus);
    }
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_list *list = &tui->devices_list;
    const int lines = option_lines(tui), channels = channel_lines(tui), page = page_of(tui);
    struct cs_columns_layout layout;

    if (tui->n_devices == 0) {
        draw_empty(canvas, body);
        return;
    }
    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    for (int i = 0; i < page && list->top + i < (int)tui->n_devices; i++) {
        cs_columns_row(tui, columns, N_COLUMNS, canvas, body.y + 1 + i, &layout,
                       &tui->devices[list->top + i]);
        if (list->top + i == list->sel)
            cs_canvas_select(canvas, (struct cs_rect){body.x, body.y + 1 + i, body.w, 1});
    }
    const int y = body.y + body.h - lines - channels - 2;
    cs_canvas_fill(canvas, (struct cs_rect){body.x, y, body.w, 1}, CS_STYLE_FAINT, 0x2500);
    draw_channels(selected(tui), canvas, body.x + 1, y + 1);
    cs_canvas_put(canvas, body.x + 1, y + channels + 1, CS_STYLE_COLUMN, "for its peer:");
    wrap(selected(tui)->option, body.w - 2, canvas, body.x + 1, y + channels + 2, lines);
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    unsigned connected = 0;

    for (unsigned i = 0; i < tui->n_devices; i++)
        connected += tui->devices[i].connected;
    if (tui->n_devices)
        snprintf(text, size, "%u of %u connected", connected, tui->n_devices);
    else
        snprintf(text, size, "%s", "");
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_tui_device *device = selected(tui);
    char text[512];

    if (!device)
        return;
    snprintf(text, sizeof text,
             "%s · %" PRIu64 " peers, %" PRIu64 " turned away, %" PRIu64
             " broke the protocol, %" PRIu64 " lost · at %.200s",
             device->kind, device->connections, device->refused, device->protocol_errors,
             device->lost, device->path);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void move(struct cs_tui *tui, int by)
{
    cs_list_move(&tui->devices_list, by, (int)tui->n_devices, page_of(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (page_of(tui) - 1));
}

static void plug(struct cs_tui *tui, int unused)
{
    const struct cs_tui_device *device = selected(tui);

    (void)unused;
    if (!device) {
        cs_tui_say(tui, false, "there is no device");
        return;
    }
    if (cs_tui_denied(tui))
        return;
    const bool plugged = !device->plugged;
    const int error =
        tui->host->ops->plug(tui->host->ctx, (unsigned)tui->devices_list.sel, plugged);
    if (error == -EOPNOTSUPP)
        cs_tui_say(tui, true, "%s is a card: it cannot be pulled out of a running guest",
                   device->name);
    else if (error)
        cs_tui_say(tui, true, "%s cannot be plugged: %s", device->name, strerror(-error));
    else
        cs_tui_say(tui, false, "%s is %s", device->name, plugged ? "plugged in" : "pulled out");
}

static const struct cs_binding bindings[] = {
    {{'p'}, "plug", "plug the selected device in, or pull it out", plug, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a device, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first device", move, -CS_TUI_DEVICES},
    {{CS_KEY_END, 'G'}, NULL, "to the last", move, CS_TUI_DEVICES},
};

const struct cs_view cs_view_devices = {
    .name = "devices",
    .keys = {'5', CS_KEY_F1 + 5},
    .help = "cards and adapters for guests",
    .title = "Devices",
    .brief = "Devs",
    .needs = CS_NEEDS_DEVICES,
    .refresh = refresh,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
