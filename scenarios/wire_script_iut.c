/* SPDX-License-Identifier: MIT */
#include "scenarios/wire_script_iut.h"

#include <stdio.h>
#include <string.h>

#define CLOCK_HZ 100000000u
/* Longer than any recovery: 128 times 11 bits, and some to begin with. */
#define WAIT_BITS     2000
#define COUNTERS_BITS 30

void cs_iut_init(struct cs_iut *iut)
{
    static const struct cs_script_timing timing = {{2, 69, 10, 20, 5}, {2, 14, 5, 5, 5}};

    memset(iut, 0, sizeof(*iut));
    iut->config.timing = timing;
    iut->config.version = 2;
}

void cs_iut_disable(struct cs_iut *iut)
{
    cs_sim_destroy(iut->sim);
    iut->sim = NULL;
}

void cs_iut_fini(struct cs_iut *iut)
{
    cs_iut_disable(iut);
}

/* ---- what the controller tells ------------------------------------------------------------- */

static void received(void *ctx, const struct cs_rx *rx)
{
    struct cs_iut *iut = ctx;

    if (iut->n_received < CS_IUT_RX_FRAMES)
        iut->received[iut->n_received++] = *rx->frame;
    else
        iut->overrun = true;
}

/* Whoever drives this controller asks again for what bus-off took away. */
static void confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_iut *iut = ctx;

    if (done->result == CS_TX_BUS_OFF && iut->n_kept < CS_IUT_TX_FRAMES)
        iut->kept[iut->n_kept++] = *done->frame;
}

/* After bus-off its driver waits until the error frame is over and the bus was idle once, and asks
 * to recover then: 129 runs of 11 recessive bits altogether, as of the recorded controller. What
 * bus-off took away is sent again a bit after the recovery. */
#define ERROR_FRAME_BITS 16 /* flag, delimiter, what is left of an intermission */
#define IDLE_BITS        11

static void host_does(struct cs_iut *iut, enum cs_iut_host what, int64_t in_ps)
{
    iut->host = what;
    cs_timer_start(iut->sim, &iut->host_timer, cs_sim_now_ps(iut->sim) + in_ps);
}

/* Amid each bit. */
static void host_counts(struct cs_iut *iut)
{
    bool counts = iut->off_bits++ >= ERROR_FRAME_BITS && iut->wire != 0;

    iut->idle_bits = counts ? iut->idle_bits + 1 : 0;
    if (iut->idle_bits < IDLE_BITS)
        host_does(iut, CS_IUT_HOST_COUNTS, iut->bit_ps);
    else
        host_does(iut, CS_IUT_HOST_ASKS, iut->bit_ps / 2);
}

static void host_asks(struct cs_iut *iut)
{
    iut->reintegrate = cs_bus_recover(iut->bus, iut->node) != 0;
}

static void host_sends(struct cs_iut *iut)
{
    for (unsigned i = 0; i < iut->n_kept; i++)
        cs_bus_submit(iut->bus, iut->node, &iut->kept[i], 0);
    iut->n_kept = 0;
}

static void host_due(void *ctx, struct cs_timer *timer)
{
    static void (*const does[])(struct cs_iut *) = {
        [CS_IUT_HOST_COUNTS] = host_counts,
        [CS_IUT_HOST_ASKS] = host_asks,
        [CS_IUT_HOST_SENDS] = host_sends,
    };
    struct cs_iut *iut = ctx;

    (void)timer;
    does[iut->host](iut);
}

static void host_begins(struct cs_iut *iut)
{
    iut->off_bits = iut->idle_bits = 0;
    host_does(iut, CS_IUT_HOST_COUNTS, iut->bit_ps / 2);
}

static void told(void *ctx, const struct cs_event *event)
{
    struct cs_iut *iut = ctx;

    if (event->kind != CS_EV_STATE)
        return;
    if (event->state == CS_STATE_BUS_OFF && iut->reintegrate)
        host_begins(iut);
    else if (event->state == CS_STATE_ERROR_ACTIVE && iut->n_kept > 0)
        host_does(iut, CS_IUT_HOST_SENDS, iut->bit_ps);
}

static void probed(void *ctx, const struct cs_probe_event *event)
{
    struct cs_iut *iut = ctx;

    if (event->kind == CS_PROBE_WIRE)
        iut->wire = event->level;
    if (event->kind == CS_PROBE_TX && event->node == iut->node && iut->tx != NULL)
        iut->tx(iut->ctx, event->at_ps + CS_IUT_DELAY_PS, event->level);
}

static const struct cs_controller_ops ops = {
    .received = received, .confirmed = confirmed, .event = told};

/* ---- making one ---------------------------------------------------------------------------- */

static void fill_rate(const uint16_t segments[5], struct cs_bit_timing *timing)
{
    unsigned sjw = segments[4] < segments[3] ? segments[4] : segments[3];

    *timing = (struct cs_bit_timing){
        .clock_hz = CLOCK_HZ,
        .brp = segments[0],
        .prop_seg = segments[1],
        .phase_seg1 = segments[2],
        .phase_seg2 = segments[3],
        .sjw = (uint16_t)sjw,
    };
    timing->bitrate_bps = cs_bit_timing_bitrate(timing);
}

static int fill_timing(struct cs_iut *iut, struct cs_timing *timing, char *why)
{
    static const uint8_t tdc[] = {CS_TDC_OFF, CS_TDC_FIXED, CS_TDC_ON};
    const struct cs_iut_config *config = &iut->config;

    memset(timing, 0, sizeof(*timing));
    if (config->timing.nominal[0] == 0 || config->timing.data[0] == 0) {
        snprintf(why, CS_IUT_WHY, "the bit timing has a prescaler of 0");
        return -1;
    }
    fill_rate(config->timing.nominal, &timing->nominal);
    if (config->version == 2)
        fill_rate(config->timing.data, &timing->data);
    timing->tdc = tdc[config->ssp];
    timing->tdc_offset = (uint16_t)config->ssp_offset;
    iut->bit_ps =
        (int64_t)cs_bit_timing_tq(&timing->nominal) * timing->nominal.brp * CS_SCRIPT_CYCLE_PS;
    unsigned brp = timing->nominal.brp > timing->data.brp ? timing->nominal.brp : timing->data.brp;
    iut->tq_ps = brp * CS_SCRIPT_CYCLE_PS;
    return cs_timing_check(timing, why, CS_IUT_WHY) != 0 ? -1 : 0;
}

static int attach(struct cs_iut *iut, const struct cs_timing *timing)
{
    static const enum cs_fd versions[] = {CS_FD_CLASSIC, CS_FD_TOLERANT, CS_FD_ISO};
    const struct cs_iut_config *config = &iut->config;
    struct cs_bus_config bus = {.name = "wire", .fd = true, .timing = timing};
    struct cs_controller_config controller = {
        .name = "iut",
        .via = "script",
        .timing = timing,
        .fd = versions[config->version],
        .protocol_exception_off = !config->exception,
        .fd_long_ack = true,
        .delay_ps = CS_IUT_DELAY_PS,
        .mode = (config->restricted ? (unsigned)CS_MODE_RESTRICTED : 0u) |
                (config->one_shot ? (unsigned)CS_MODE_ONE_SHOT : 0u),
        .order = CS_TX_FIFO,
        .tx_queue_len = CS_IUT_TX_FRAMES,
        .recovery_ps = CS_RECOVERY_MANUAL,
        .ops = &ops,
        .ctx = iut,
    };

    int index = cs_sim_add_bus(iut->sim, &bus);
    if (index < 0)
        return index;
    iut->bus = cs_sim_bus(iut->sim, (unsigned)index);
    cs_bus_set_engine(iut->bus, CS_ENGINE_BIT);
    iut->node = cs_bus_attach(iut->bus, &controller);
    if (iut->node < 0)
        return iut->node;
    cs_sim_set_probe(iut->sim, probed, iut);
    return cs_bus_set_loop(iut->bus, iut->node, config->feedback);
}

int cs_iut_enable(struct cs_iut *iut, char *why)
{
    struct cs_timing timing;

    cs_iut_disable(iut);
    if (fill_timing(iut, &timing, why) != 0)
        return -1;
    iut->sim = cs_sim_create(0);
    int ret = iut->sim != NULL ? attach(iut, &timing) : -1;
    if (ret < 0) {
        snprintf(why, CS_IUT_WHY, "the controller cannot be made with this configuration");
        cs_iut_disable(iut);
        return -1;
    }
    iut->stale = iut->reintegrate = false;
    iut->n_kept = 0;
    iut->wire = 1;
    memset(&iut->host_timer, 0, sizeof(iut->host_timer));
    iut->host_timer.fn = host_due;
    iut->host_timer.ctx = iut;
    return 0;
}

int cs_iut_refresh(struct cs_iut *iut, char *why)
{
    struct cs_node_status status;

    if (iut->sim == NULL || !iut->stale)
        return 0;
    cs_iut_status(iut, &status);
    if (cs_iut_enable(iut, why) != 0)
        return -1;
    return cs_iut_set_counters(iut, status.tec, status.rec, why);
}

/* ---- using it ------------------------------------------------------------------------------ */

void cs_iut_run(struct cs_iut *iut, int64_t until_ps)
{
    cs_sim_run_until(iut->sim, until_ps);
}

void cs_iut_status(const struct cs_iut *iut, struct cs_node_status *status)
{
    memset(status, 0, sizeof(*status));
    cs_bus_node_status(iut->bus, iut->node, status);
}

int cs_iut_set_counters(struct cs_iut *iut, int tec, int rec, char *why)
{
    struct cs_node_status status;

    cs_iut_status(iut, &status);
    unsigned want_tec = tec >= 0 ? (unsigned)tec : status.tec;
    unsigned want_rec = rec >= 0 ? (unsigned)rec : status.rec;
    cs_bus_set_counters(iut->bus, iut->node, want_tec, want_rec);
    /* A controller that is busy takes them over when it is not. */
    for (unsigned i = 0; i < COUNTERS_BITS; i++) {
        cs_iut_status(iut, &status);
        if (status.tec == want_tec && status.rec == want_rec)
            return 0;
        cs_iut_run(iut, cs_sim_now_ps(iut->sim) + iut->bit_ps);
    }
    snprintf(why, CS_IUT_WHY, "TEC %u and REC %u cannot be set, they stay %u and %u", want_tec,
             want_rec, status.tec, status.rec);
    return -1;
}

int cs_iut_wait_error_active(struct cs_iut *iut, char *why)
{
    struct cs_node_status status;

    for (unsigned i = 0; i < WAIT_BITS; i++) {
        cs_iut_status(iut, &status);
        if (status.state == CS_STATE_ERROR_ACTIVE)
            return 0;
        cs_iut_run(iut, cs_sim_now_ps(iut->sim) + iut->bit_ps);
    }
    snprintf(why, CS_IUT_WHY, "expected error_active within %d bits, stays %s", WAIT_BITS,
             cs_state_name(status.state));
    return -1;
}

int cs_iut_send(struct cs_iut *iut, const struct cs_frame *frame, char *why)
{
    int ret = cs_bus_submit(iut->bus, iut->node, frame, 0);

    if (ret == 0)
        return 0;
    snprintf(why, CS_IUT_WHY, "the controller refuses the frame: %s", strerror(-ret));
    return -1;
}

void cs_iut_reintegrate(struct cs_iut *iut)
{
    struct cs_node_status status;

    cs_iut_status(iut, &status);
    iut->reintegrate = true;
    if (status.state == CS_STATE_BUS_OFF)
        host_begins(iut);
}

bool cs_iut_take(struct cs_iut *iut, struct cs_frame *frame)
{
    if (iut->n_received == 0)
        return false;
    *frame = iut->received[0];
    iut->n_received--;
    memmove(iut->received, iut->received + 1, iut->n_received * sizeof(*frame));
    return true;
}
