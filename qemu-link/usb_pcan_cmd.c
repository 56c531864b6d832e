/* SPDX-License-Identifier: MIT */
/* usb_pcan_cmd.c - the commands of the guest: registers, modes, filters.
 * A bit timing takes effect where the channel goes on; one that is on keeps its own until then. */
#include "qemu-link/usb_pcan.h"

#include <string.h>

static const uint32_t clocks_hz[] = {80000000, 60000000, 40000000, 30000000, 24000000, 20000000};

/* ---- bit timing --------------------------------------------------------------------------- */

static struct cs_bit_timing timing_of(uint32_t clock_hz, const struct pcan_segments *s)
{
    struct cs_bit_timing timing = {
        .clock_hz = clock_hz,
        .brp = (uint16_t)(s->brp + 1),
        .phase_seg1 = (uint16_t)(s->tseg1 + 1),
        .phase_seg2 = (uint16_t)(s->tseg2 + 1),
        .sjw = s->sjw < s->tseg2 ? (uint16_t)(s->sjw + 1) : (uint16_t)(s->tseg2 + 1),
    };

    timing.bitrate_bps = cs_bit_timing_bitrate(&timing);
    return timing;
}

/* Left over from an earlier use the second bit rate may be below the first: then it is not used. */
static void fill_timing(const struct pcan_channel *ch, struct cs_timing *timing)
{
    char why[128];

    *timing = (struct cs_timing){
        .nominal = timing_of(ch->clock_hz, &ch->slow),
        .data = timing_of(ch->clock_hz, &ch->fast),
    };
    if (cs_timing_check(timing, why, sizeof(why)) != 0)
        timing->data = (struct cs_bit_timing){0};
}

static void set_slow(struct pcan_channel *ch, const uint8_t *cmd)
{
    ch->ewl = cmd[2];
    ch->slow = (struct pcan_segments){
        .sjw = cmd[3] & 0x7F, /* the top bit: three samples a bit */
        .tseg2 = cmd[4] & 0x7F,
        .tseg1 = cmd[5],
        .brp = pcan_get16(cmd + 6) & 0x3FF,
    };
}

static void set_fast(struct pcan_channel *ch, const uint8_t *cmd)
{
    ch->fast = (struct pcan_segments){
        .sjw = cmd[3] & 0x0F,
        .tseg2 = cmd[4] & 0x0F,
        .tseg1 = cmd[5] & 0x1F,
        .brp = pcan_get16(cmd + 6) & 0x3FF,
    };
}

static void set_clock(struct pcan_channel *ch, const uint8_t *cmd)
{
    if (cmd[2] < sizeof(clocks_hz) / sizeof(clocks_hz[0]))
        ch->clock_hz = clocks_hz[cmd[2]];
}

/* ---- modes -------------------------------------------------------------------------------- */

static bool is_bus_off(const struct pcan_channel *ch)
{
    struct cs_node_status status;

    cs_port_look(ch->port, &status);
    return status.state == CS_STATE_BUS_OFF;
}

/* What was queued is lost, and answered. */
void cs_pcan_channel_off(struct pcan_channel *ch)
{
    cs_port_off(ch->port);
    ch->recovering = ch->overrun = ch->behind = false;
    ch->bits = ch->told_tec = ch->told_rec = 0;
    ch->failed_ps = -1;
    cs_pcan_forget_sent(ch);
}

/* One that is on stays on the bus, but for another timing; out of bus-off it comes by recovery. */
static void go_on(struct pcan_channel *ch, unsigned mode)
{
    struct cs_port_config config = {
        .fd = ch->iso ? CS_FD_ISO : CS_FD_NON_ISO,
        .mode = mode,
        .order = CS_TX_FIFO,
        .tx_queue_len = PCAN_SENT,
        .recovery_ps = CS_RECOVERY_MANUAL,
        .tec = ch->tec,
        .rec = ch->rec,
    };

    fill_timing(ch, &config.timing);
    if (cs_port_is_on(ch->port) && config.fd == ch->config.fd &&
        cs_timing_equal(&config.timing, &ch->config.timing)) {
        cs_port_set_mode(ch->port, mode);
        if (is_bus_off(ch) && !ch->recovering) {
            ch->recovering = true;
            cs_port_recover(ch->port);
        }
    } else {
        cs_pcan_channel_off(ch);
        ch->config = config;
        cs_port_on(ch->port, &config); /* where it cannot, a note tells why */
    }
    cs_pcan_tell_state(ch);
    cs_pcan_send(ch);
}

static void normal_mode(struct pcan_channel *ch, const uint8_t *cmd)
{
    (void)cmd;
    go_on(ch, CS_MODE_NORMAL);
}

static void listen_only_mode(struct pcan_channel *ch, const uint8_t *cmd)
{
    (void)cmd;
    go_on(ch, CS_MODE_LISTEN_ONLY);
}

static void reset_mode(struct pcan_channel *ch, const uint8_t *cmd)
{
    (void)cmd;
    cs_pcan_channel_off(ch);
}

static void write_counters(struct pcan_channel *ch, const uint8_t *cmd)
{
    const unsigned select = pcan_get16(cmd + 2);
    struct cs_node_status status;

    ch->tec = select & PCAN_SELECT_TEC ? cmd[4] : ch->tec;
    ch->rec = select & PCAN_SELECT_REC ? cmd[5] : ch->rec;
    cs_port_look(ch->port, &status);
    /* Recovery alone leads out of bus-off. */
    if (cs_port_is_on(ch->port) && status.state != CS_STATE_BUS_OFF)
        cs_port_set_counters(ch->port, select & PCAN_SELECT_TEC ? cmd[4] : status.tec,
                             select & PCAN_SELECT_REC ? cmd[5] : status.rec);
}

/* ---- the rest ----------------------------------------------------------------------------- */

static void set_row(struct pcan_channel *ch, unsigned row, const uint8_t *mask)
{
    if (row < PCAN_FILTER_ROWS)
        ch->accept[row] = pcan_get32(mask);
}

static void filter_std(struct pcan_channel *ch, const uint8_t *cmd)
{
    set_row(ch, pcan_get16(cmd + 2), cmd + 4);
}

static void set_std_filter(struct pcan_channel *ch, const uint8_t *cmd)
{
    set_row(ch, cmd[3], cmd + 4);
}

static void tx_abort(struct pcan_channel *ch, const uint8_t *cmd)
{
    (void)cmd;
    cs_pcan_abort(ch);
}

/* ERROR records are for all channels: Linux asks for them with the first one that it opens. */
static void option(struct pcan_channel *ch, const uint8_t *cmd, bool on)
{
    const unsigned options = pcan_get16(cmd + 2);

    if (options & PCAN_OPTION_ERROR)
        ch->pcan->wants_errors = on;
    if (options & PCAN_OPTION_ISO)
        ch->iso = on;
}

static void set_option(struct pcan_channel *ch, const uint8_t *cmd)
{
    option(ch, cmd, true);
}

static void clear_option(struct pcan_channel *ch, const uint8_t *cmd)
{
    option(ch, cmd, false);
}

static void rx_barrier(struct pcan_channel *ch, const uint8_t *cmd)
{
    (void)cmd;
    cs_pcan_tell_barrier(ch);
}

static void set_device_id(struct pcan_channel *ch, const uint8_t *cmd)
{
    ch->device_id = pcan_get32(cmd + 4);
}

/* NOP and LED do nothing; nor does what is not here. */
static const struct {
    uint16_t opcode;
    void (*run)(struct pcan_channel *ch, const uint8_t *cmd);
} commands[] = {
    {PCAN_CMD_RESET_MODE, reset_mode},
    {PCAN_CMD_NORMAL_MODE, normal_mode},
    {PCAN_CMD_LISTEN_ONLY_MODE, listen_only_mode},
    {PCAN_CMD_TIMING_SLOW, set_slow},
    {PCAN_CMD_TIMING_FAST, set_fast},
    {PCAN_CMD_SET_STD_FILTER, set_std_filter},
    {PCAN_CMD_FILTER_STD, filter_std},
    {PCAN_CMD_TX_ABORT, tx_abort},
    {PCAN_CMD_WR_ERR_CNT, write_counters},
    {PCAN_CMD_SET_OPTION, set_option},
    {PCAN_CMD_CLEAR_OPTION, clear_option},
    {PCAN_CMD_RX_BARRIER, rx_barrier},
    {PCAN_CMD_CLOCK, set_clock},
    {PCAN_CMD_DEVICE_ID, set_device_id},
};

static void run(struct pcan_channel *ch, unsigned opcode, const uint8_t *cmd)
{
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].opcode == opcode)
            commands[i].run(ch, cmd);
    }
}

void cs_pcan_commands(struct pcan *pcan, const uint8_t *data, size_t len)
{
    for (size_t at = 0; at + PCAN_CMD_SIZE <= len; at += PCAN_CMD_SIZE) {
        const unsigned word = pcan_get16(data + at);
        const unsigned opcode = word & 0x3FF, channel = word >> 12;

        if (opcode == PCAN_CMD_END)
            return;
        if (channel < pcan->n_channels)
            run(&pcan->channels[channel], opcode, data + at);
    }
}

/* As after power-on; who it is stays. */
void cs_pcan_reset_registers(struct pcan_channel *ch)
{
    ch->clock_hz = clocks_hz[0];
    ch->slow = (struct pcan_segments){.brp = 1, .tseg1 = 62, .tseg2 = 15, .sjw = 7}; /* 500k */
    ch->fast = (struct pcan_segments){.brp = 1, .tseg1 = 13, .tseg2 = 4, .sjw = 3};  /* 2M */
    ch->ewl = 96;
    ch->iso = true;
    ch->tec = ch->rec = 0;
    memset(ch->accept, 0xFF, sizeof(ch->accept));
}
