/* SPDX-License-Identifier: MIT */
/* slcan_command.c - what the peer asks for: a row a command, which says when it may be given and
 * how long its argument is. Answers are CR, or BEL for what cannot be done; `z` or `Z` before the
 * CR for a frame that was queued.
 *
 * A frame that finds the controller's queue full holds up the line, so that nothing is lost while
 * the bus is busy; where no frame leaves for SLCAN_PATIENCE_PS it is answered with BEL, so that a
 * bus on which nothing goes does not keep the peer from closing the channel. */
#include "qemu-link/slcan_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum answer { OK, NO, QUEUED, DONE, WAIT };

/* ---- settings ---------------------------------------------------------------------------------*/

static enum answer set_rate(struct slcan *s, const char *arg, size_t len)
{
    if (!cs_slcan_read_code(arg, len, &s->nominal))
        return NO;
    s->rate_set = true;
    return OK;
}

static enum answer set_btr(struct slcan *s, const char *arg, size_t len)
{
    if (!cs_slcan_read_btr(arg, len, &s->nominal))
        return NO;
    s->rate_set = true;
    return OK;
}

static enum answer set_data_rate(struct slcan *s, const char *arg, size_t len)
{
    if (!cs_slcan_read_data_code(arg, len, &s->data))
        return NO;
    s->have_data = true;
    return OK;
}

static enum answer set_data_btr(struct slcan *s, const char *arg, size_t len)
{
    if (!cs_slcan_read_data_btr(arg, len, &s->data))
        return NO;
    s->have_data = true;
    return OK;
}

static enum answer set_bytes(uint8_t bytes[4], const char *arg)
{
    uint32_t value;

    if (!cs_slcan_read_hex(arg, 8, &value))
        return NO;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    return OK;
}

static enum answer set_flag(bool *flag, const char *arg, bool when_one)
{
    if (arg[0] != '0' && arg[0] != '1')
        return NO;
    *flag = (arg[0] == '1') == when_one;
    return OK;
}

static enum answer set_code(struct slcan *s, const char *arg, size_t len)
{
    if (len == 1) /* CANable: silent or not, when it is opened with O */
        return set_flag(&s->silent, arg, true);
    return len == 8 ? set_bytes(s->filter.code, arg) : NO;
}

static enum answer set_mask(struct slcan *s, const char *arg, size_t len)
{
    (void)len;
    return set_bytes(s->filter.mask, arg);
}

static enum answer set_filter_mode(struct slcan *s, const char *arg, size_t len)
{
    (void)len;
    return set_flag(&s->filter.single, arg, true);
}

static enum answer set_stamp(struct slcan *s, const char *arg, size_t len)
{
    (void)len;
    if (arg[0] < '0' || arg[0] > '2')
        return NO;
    s->stamp = (uint8_t)(arg[0] - '0');
    return OK;
}

static enum answer set_polling(struct slcan *s, const char *arg, size_t len)
{
    (void)len;
    return set_flag(&s->polling, arg, false);
}

/* The speed of the line, what happens at power-on: without a meaning here. */
static enum answer ignore(struct slcan *s, const char *arg, size_t len)
{
    (void)s;
    (void)len;
    return arg[0] >= '0' && arg[0] <= '6' ? OK : NO;
}

/* ---- on and off -------------------------------------------------------------------------------*/

static void forget_traffic(struct slcan *s)
{
    cs_timer_stop(s->device->host.sim, &s->patience);
    cs_timer_stop(s->device->host.sim, &s->errors_due);
    s->queued = s->n_polled = 0;
    s->stuck = false;
    s->state = 'a';
    s->flags = 0;
    s->errors = 0;
    s->errors_told_ps = INT64_MIN;
}

static enum answer open_channel(struct slcan *s, bool listen_only)
{
    const struct cs_timing *timing = cs_bus_timing(cs_port_bus(s->port));
    struct cs_port_config config = {
        .fd = s->have_data ? CS_FD_ISO : CS_FD_BUS,
        .mode = (listen_only ? CS_MODE_LISTEN_ONLY : 0u) | (s->one_shot ? CS_MODE_ONE_SHOT : 0u),
        .order = CS_TX_FIFO,
        .tx_queue_len = SLCAN_QUEUE,
        .recovery_ps = CS_RECOVERY_MANUAL, /* closing and opening brings it back */
    };

    if (!s->device->plugged)
        return NO;
    config.timing.nominal = s->rate_set ? s->nominal : timing->nominal;
    if (s->have_data)
        config.timing.data = s->data;
    else if (timing->data.phase_seg2 > 0 &&
             cs_bit_timing_bitrate(&timing->data) >= cs_bit_timing_bitrate(&config.timing.nominal))
        config.timing.data = timing->data;
    forget_traffic(s);
    if (cs_port_on(s->port, &config) != 0)
        return NO;
    s->open = true;
    s->listen_only = listen_only;
    return OK;
}

static enum answer do_open(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    return open_channel(s, s->silent);
}

static enum answer do_listen(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    return open_channel(s, true);
}

static enum answer do_close(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    cs_port_off(s->port);
    s->open = false;
    forget_traffic(s);
    return OK;
}

void cs_slcan_power_on(struct slcan *s)
{
    cs_port_off(s->port);
    forget_traffic(s);
    s->open = s->listen_only = s->silent = s->one_shot = s->polling = false;
    s->rate_set = s->have_data = s->held = s->too_long = false;
    s->stamp = SLCAN_NO_STAMP;
    s->filter = (struct slcan_filter){.mask = {0xFF, 0xFF, 0xFF, 0xFF}};
    s->line_len = s->in_at = s->in_end = 0;
}

/* ---- questions --------------------------------------------------------------------------------*/

static enum answer say(struct slcan *s, const char *text)
{
    cs_slcan_put(s, text, strlen(text));
    return DONE;
}

static enum answer tell_flags(struct slcan *s, const char *arg, size_t len)
{
    char text[8];

    (void)arg;
    (void)len;
    snprintf(text, sizeof(text), "F%02X\r", s->flags);
    s->flags = 0;
    return say(s, text);
}

static enum answer tell_version(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    return say(s, s->line[0] == 'V' ? "V1013\r" : "v1013\r");
}

static enum answer tell_serial(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    return say(s, "NCS01\r");
}

static enum answer poll_one(struct slcan *s, const char *arg, size_t len)
{
    (void)arg;
    (void)len;
    if (!s->polling)
        return NO;
    return cs_slcan_put_polled(s) ? DONE : OK;
}

static enum answer poll_all(struct slcan *s, const char *arg, size_t len)
{
    if (len == 1) /* CANable: repeat frames or not */
        return s->open ? NO : set_flag(&s->one_shot, arg, false);
    if (!s->polling || !s->open)
        return NO;
    while (cs_slcan_put_polled(s))
        ;
    return say(s, "A\r");
}

/* ---- frames -----------------------------------------------------------------------------------*/

static enum answer no_room(struct slcan *s)
{
    struct cs_sim *sim = s->device->host.sim;

    if (s->stuck) {
        s->flags |= SLCAN_TX_FULL;
        cs_slcan_error(s, SLCAN_E_TX_OVERRUN);
        return NO;
    }
    if (s->patience.heap_pos == 0)
        cs_timer_start(sim, &s->patience, cs_sim_now_ps(sim) + SLCAN_PATIENCE_PS);
    return WAIT;
}

static enum answer send_frame(struct slcan *s, const char *arg, size_t len)
{
    struct cs_frame frame;
    int ret;

    (void)arg;
    (void)len;
    if (s->listen_only || !cs_slcan_read_frame(s->line, s->line_len, &frame))
        return NO;
    if (s->queued == SLCAN_QUEUE)
        return no_room(s);
    ret = cs_port_submit(s->port, &frame, ++s->cookie);
    if (ret == -ENOSPC)
        s->flags |= SLCAN_TX_FULL;
    if (ret != 0)
        return NO;
    s->queued++;
    return s->polling ? OK : QUEUED;
}

/* ---- the table --------------------------------------------------------------------------------*/

enum when { ALWAYS, CLOSED, OPEN };

static const struct command {
    char name;
    uint8_t when;     /* enum when */
    uint8_t min, max; /* characters of the argument */
    enum answer (*run)(struct slcan *s, const char *arg, size_t len);
} commands[] = {
    {'t', OPEN, 4, 20, send_frame},     {'T', OPEN, 9, 25, send_frame},
    {'r', OPEN, 4, 4, send_frame},      {'R', OPEN, 9, 9, send_frame},
    {'d', OPEN, 4, 132, send_frame},    {'D', OPEN, 9, 137, send_frame},
    {'b', OPEN, 4, 132, send_frame},    {'B', OPEN, 9, 137, send_frame},
    {'S', CLOSED, 1, 1, set_rate},      {'s', CLOSED, 4, 8, set_btr},
    {'Y', CLOSED, 1, 1, set_data_rate}, {'y', CLOSED, 8, 8, set_data_btr},
    {'O', CLOSED, 0, 0, do_open},       {'L', CLOSED, 0, 0, do_listen},
    {'C', OPEN, 0, 0, do_close},        {'F', OPEN, 0, 0, tell_flags},
    {'V', ALWAYS, 0, 0, tell_version},  {'v', ALWAYS, 0, 0, tell_version},
    {'N', ALWAYS, 0, 0, tell_serial},   {'M', CLOSED, 1, 8, set_code},
    {'m', CLOSED, 8, 8, set_mask},      {'W', CLOSED, 1, 1, set_filter_mode},
    {'Z', CLOSED, 1, 1, set_stamp},     {'X', CLOSED, 1, 1, set_polling},
    {'P', OPEN, 0, 0, poll_one},        {'A', ALWAYS, 0, 1, poll_all},
    {'U', CLOSED, 1, 1, ignore},        {'Q', ALWAYS, 1, 1, ignore},
};

static enum answer run(struct slcan *s)
{
    const size_t len = s->line_len - 1;

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const struct command *command = &commands[i];

        if (command->name != s->line[0])
            continue;
        if (len < command->min || len > command->max ||
            (command->when != ALWAYS && s->open != (command->when == OPEN)))
            return NO;
        return command->run(s, s->line + 1, len);
    }
    return NO;
}

bool cs_slcan_command(struct slcan *s)
{
    const enum answer answer = run(s);

    switch (answer) {
    case OK:
        say(s, "\r");
        break;
    case NO:
        say(s, "\a");
        break;
    case QUEUED: /* upper case for extended identifiers */
        say(s, s->line[0] < 'a' ? "Z\r" : "z\r");
        break;
    default:
        break;
    }
    return answer != WAIT;
}
