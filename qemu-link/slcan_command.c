/* SPDX-License-Identifier: MIT */
/* slcan_command.c - what the peer asks for: a row a command. Answers are CR, or BEL for what cannot
 * be done; `z` or `Z` and CR for a frame that was queued. */
#include "qemu-link/slcan_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BTR_CLOCK_HZ 8000000u /* half of 16 MHz */

enum answer { OK, NO, QUEUED, DONE, WAIT };

/* ---- numbers -----------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* `n` hex digits at `text`. False: they are not there. */
static bool read_hex(const char *text, size_t n, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        const int digit = hex_digit(text[i]);

        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* ---- settings ----------------------------------------------------------------------------------
 */

static enum answer set_rate(struct slcan *s, const char *arg, size_t len)
{
    static const uint32_t rates[] = {10000,  20000,  50000,  100000, 125000,
                                     250000, 500000, 800000, 1000000};

    if (s->open || len != 1 || arg[0] < '0' || arg[0] > '8')
        return NO;
    cs_bit_timing_fill(&s->nominal, rates[arg[0] - '0'], CS_SAMPLE_DFLT, 0);
    s->rate_set = true;
    return OK;
}

/* BTR0 and BTR1 of an SJA1000 at 16 MHz. */
static enum answer set_btr(struct slcan *s, const char *arg, size_t len)
{
    uint32_t btr;

    if (s->open || len != 4 || !read_hex(arg, 4, &btr))
        return NO;
    const unsigned sjw = 1 + (btr >> 14), seg2 = 1 + (btr >> 4 & 7);
    s->nominal = (struct cs_bit_timing){
        .clock_hz = BTR_CLOCK_HZ,
        .brp = (uint16_t)(1 + (btr >> 8 & 0x3F)),
        .phase_seg1 = (uint16_t)(1 + (btr & 0x0F)),
        .phase_seg2 = (uint16_t)seg2,
        .sjw = (uint16_t)(sjw < seg2 ? sjw : seg2),
    };
    s->rate_set = true;
    return OK;
}

/* The data phase, in Mbit/s. */
static enum answer set_data_rate(struct slcan *s, const char *arg, size_t len)
{
    if (s->open || len != 1 || arg[0] < '1' || arg[0] > '8')
        return NO;
    cs_bit_timing_fill(&s->data, (uint32_t)(arg[0] - '0') * 1000000, CS_SAMPLE_DFLT, 0);
    s->have_data = true;
    return OK;
}

static enum answer open_channel(struct slcan *s, bool listen_only)
{
    struct cs_bus *bus = cs_port_bus(s->port);
    const struct cs_timing *timing = cs_bus_timing(bus);
    struct cs_port_config config = {
        .fd = s->have_data ? CS_FD_ISO : CS_FD_BUS,
        .mode = listen_only ? CS_MODE_LISTEN_ONLY : CS_MODE_NORMAL,
        .order = CS_TX_FIFO,
        .tx_queue_len = SLCAN_QUEUE,
        .recovery_ps = CS_RECOVERY_MANUAL, /* closing and opening brings it back */
    };

    if (s->open || !s->device->plugged)
        return NO;
    config.timing.nominal = s->rate_set ? s->nominal : timing->nominal;
    if (s->have_data)
        config.timing.data = s->data;
    else if (cs_bit_timing_bitrate(&timing->data) >= cs_bit_timing_bitrate(&config.timing.nominal))
        config.timing.data = timing->data;
    if (cs_port_on(s->port, &config) != 0)
        return NO;
    s->open = true;
    s->listen_only = listen_only;
    s->queued = 0;
    s->state = 'a';
    s->flags = 0;
    return OK;
}

static enum answer do_open(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    return len == 0 ? open_channel(s, false) : NO;
}

static enum answer do_listen(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    return len == 0 ? open_channel(s, true) : NO;
}

static enum answer do_close(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    if (!s->open || len != 0)
        return NO;
    cs_port_off(s->port);
    s->open = false;
    s->queued = 0;
    return OK;
}

void cs_slcan_power_on(struct slcan *s)
{
    cs_port_off(s->port);
    s->open = s->listen_only = s->stamps = s->rate_set = s->have_data = s->held = false;
    s->single_filter = s->too_long = false;
    memset(s->code, 0, sizeof(s->code));
    memset(s->mask, 0xFF, sizeof(s->mask));
    s->queued = 0;
    s->flags = 0;
    s->state = 'a';
    s->line_len = s->in_at = s->in_end = 0;
    s->next_error_ps = 0;
}

static enum answer set_filter(const struct slcan *s, uint8_t bytes[4], const char *arg, size_t len)
{
    uint32_t value;

    if (s->open || len != 8 || !read_hex(arg, 8, &value))
        return NO;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    return OK;
}

static enum answer set_code(struct slcan *s, const char *arg, size_t len)
{
    return set_filter(s, s->code, arg, len);
}

static enum answer set_mask(struct slcan *s, const char *arg, size_t len)
{
    return set_filter(s, s->mask, arg, len);
}

static enum answer set_filter_mode(struct slcan *s, const char *arg, size_t len)
{
    if (s->open || len != 1 || (arg[0] != '0' && arg[0] != '1'))
        return NO;
    s->single_filter = arg[0] == '1';
    return OK;
}

static enum answer set_stamps(struct slcan *s, const char *arg, size_t len)
{
    if (s->open || len != 1 || (arg[0] != '0' && arg[0] != '1'))
        return NO;
    s->stamps = arg[0] == '1';
    return OK;
}

/* Speeds of the line, start-up modes, polling: accepted, and without a meaning here. */
static enum answer accept_it(struct slcan *s, const char *arg, size_t len)
{
    (void)s;
    (void)arg;
    return len <= 2 ? OK : NO;
}

/* ---- questions ---------------------------------------------------------------------------------
 */

static enum answer say(struct slcan *s, const char *text)
{
    cs_slcan_put(s, text, strlen(text));
    return DONE;
}

static enum answer tell_flags(struct slcan *s, const char *arg, size_t len)
{
    char text[8];

    (void)arg;
    if (!s->open || len != 0)
        return NO;
    snprintf(text, sizeof(text), "F%02X\r", s->flags);
    s->flags = 0;
    return say(s, text);
}

static enum answer tell_version(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    return len == 0 ? say(s, "V1013\r") : NO;
}

static enum answer tell_detail(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    return len == 0 ? say(s, "v1013\r") : NO;
}

static enum answer tell_serial(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    return len == 0 ? say(s, "NCS01\r") : NO;
}

/* ---- frames ------------------------------------------------------------------------------------
 */

static bool read_frame(char command, const char *arg, size_t len, struct cs_frame *frame)
{
    const bool ext = command == 'T' || command == 'R' || command == 'D' || command == 'B';
    const bool remote = command == 'r' || command == 'R';
    const bool brs = command == 'b' || command == 'B';
    const bool fd = brs || command == 'd' || command == 'D';
    const size_t id_len = ext ? 8 : 3;
    uint32_t id, dlc, byte;

    *frame = (struct cs_frame){0};
    if (len < id_len + 1 || !read_hex(arg, id_len, &id) || !read_hex(arg + id_len, 1, &dlc) ||
        id > (ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE) || (!fd && dlc > 8))
        return false;
    frame->id = id;
    frame->flags = (uint8_t)((ext ? CS_FRAME_EXT : 0) | (remote ? CS_FRAME_RTR : 0) |
                             (fd ? CS_FRAME_FD : 0) | (brs ? CS_FRAME_BRS : 0));
    frame->dlc = (uint8_t)dlc;
    frame->len = remote ? 0 : (uint8_t)cs_frame_dlc_to_len(dlc, fd);
    arg += id_len + 1;
    if (len - id_len - 1 != (size_t)2 * frame->len)
        return false;
    for (unsigned i = 0; i < frame->len; i++) {
        if (!read_hex(arg + (size_t)2 * i, 2, &byte))
            return false;
        frame->data[i] = (uint8_t)byte;
    }
    return true;
}

static enum answer send_frame(struct slcan *s, const char *arg, size_t len)
{
    struct cs_frame frame;

    if (!s->open || s->listen_only || !read_frame(s->line[0], arg, len, &frame))
        return NO;
    if (s->queued == SLCAN_QUEUE) {
        s->flags |= SLCAN_TX_FULL;
        return WAIT;
    }
    if (cs_port_submit(s->port, &frame, ++s->cookie) != 0)
        return NO;
    s->queued++;
    return QUEUED;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static const struct {
    char name;
    enum answer (*run)(struct slcan *s, const char *arg, size_t len);
} commands[] = {
    {'t', send_frame},      {'T', send_frame},  {'r', send_frame},    {'R', send_frame},
    {'d', send_frame},      {'D', send_frame},  {'b', send_frame},    {'B', send_frame},
    {'S', set_rate},        {'s', set_btr},     {'Y', set_data_rate}, {'O', do_open},
    {'L', do_listen},       {'C', do_close},    {'F', tell_flags},    {'V', tell_version},
    {'v', tell_detail},     {'N', tell_serial}, {'M', set_code},      {'m', set_mask},
    {'W', set_filter_mode}, {'Z', set_stamps},  {'U', accept_it},     {'Q', accept_it},
    {'X', accept_it},       {'P', accept_it},   {'A', accept_it},
};

bool cs_slcan_command(struct slcan *s)
{
    static const char bel = SLCAN_BEL;
    enum answer answer = NO;

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].name == s->line[0])
            answer = commands[i].run(s, s->line + 1, s->line_len - 1);
    switch (answer) {
    case OK:
        say(s, "\r");
        break;
    case NO:
        cs_slcan_put(s, &bel, 1);
        break;
    case QUEUED: /* upper case for extended identifiers */
        say(s, s->line[0] < 'a' ? "Z\r" : "z\r");
        break;
    default:
        break;
    }
    return answer != WAIT;
}
