/* SPDX-License-Identifier: MIT */
/* sja1000.c - the chip's life: reset mode, the controller on the bus, errors, sleep, interrupts.
 * Invariant: in reset mode the port is off, but for bus-off: then it keeps its controller, which
 * stays off until reset mode is left. Errors are judged in operating mode only. */
#include "qemu-link/sja1000_internal.h"

#include <stdlib.h>

#include "simcore/ecc.h"
#include "simcore/wire.h"

#define BUS_OFF_TEC 256u

/* ---- interrupts (6.3.6, 6.4.6) -------------------------------------------------------------- */

static unsigned enabled(const struct cs_sja1000 *chip)
{
    /* In the control register they are one place higher; waking up cannot be disabled there. */
    return cs_sja_is_pelican(chip) ? chip->ier : (chip->cr >> 1 & 0x0Fu) | IR_WUI;
}

uint8_t cs_sja_ir(const struct cs_sja1000 *chip)
{
    const bool receive = cs_sja_is_pelican(chip) && chip->count && chip->ier & IR_RI;

    return (uint8_t)(chip->ir | (receive ? IR_RI : 0));
}

void cs_sja_update_irq(struct cs_sja1000 *chip)
{
    const bool active = cs_sja_ir(chip) != 0;

    if (active == chip->irq_active)
        return;
    chip->irq_active = active;
    chip->irq(chip->ctx, active);
}

void cs_sja_raise(struct cs_sja1000 *chip, unsigned bit)
{
    if (cs_sja_is_pelican(chip) && bit == IR_RI)
        return;
    chip->ir |= (uint8_t)(bit & enabled(chip));
    cs_sja_update_irq(chip);
}

/* ---- errors (6.4.8 to 6.4.12) --------------------------------------------------------------- */

static void judge(struct cs_sja1000 *chip)
{
    const unsigned limit = cs_sja_is_pelican(chip) ? chip->ewlr : WARNING_LIMIT;
    const bool es = chip->txerr >= limit || chip->rxerr >= limit;
    const bool passive = chip->txerr > PASSIVE_LIMIT || chip->rxerr > PASSIVE_LIMIT;

    if (es != chip->es) {
        chip->es = es;
        cs_sja_raise(chip, IR_EI);
    }
    if (passive != chip->passive) {
        chip->passive = passive;
        cs_sja_raise(chip, IR_EPI);
    }
}

static unsigned recovery_left(const struct cs_sja1000 *chip)
{
    struct cs_node_status status;

    cs_port_look(chip->port, &status);
    return status.recovery_runs < RECOVERY_TEC ? RECOVERY_TEC - status.recovery_runs : 0;
}

/* A recovery that was interrupted went on from txerr. */
uint8_t cs_sja_txerr(const struct cs_sja1000 *chip)
{
    return chip->recovering ? (uint8_t)recovery_left(chip) : chip->txerr;
}

static void on_counters(struct cs_sja1000 *chip, const struct cs_event *event)
{
    if (chip->reset_mode || chip->bs)
        return;
    chip->txerr = (uint8_t)(event->tec < UINT8_MAX ? event->tec : UINT8_MAX);
    chip->rxerr = (uint8_t)event->rec;
    judge(chip);
}

static void on_lost_arbitration(struct cs_sja1000 *chip, const struct cs_event *event)
{
    cs_sja_attempt_lost(chip);
    if (chip->alc_held || !cs_sja_is_pelican(chip))
        return;
    chip->alc_held = true;
    chip->alc = cs_alc_of(event);
    cs_sja_raise(chip, IR_ALI);
}

static void on_error(struct cs_sja1000 *chip, const struct cs_event *event)
{
    /* What follows in its error frame concerns an attempt that has failed already. */
    if (event->tx && event->field <= CS_FIELD_EOF)
        cs_sja_attempt_lost(chip);
    if (chip->ecc_held || !cs_sja_is_pelican(chip))
        return;
    chip->ecc_held = true;
    chip->ecc = cs_ecc_of(event);
    cs_sja_raise(chip, IR_BEI);
}

/* ---- reset mode (6.3.2, 6.4.2) -------------------------------------------------------------- */

/* What is set when reset mode begins, whoever asked for it; the rest stays. */
static void set_reset_values(struct cs_sja1000 *chip)
{
    chip->reset_mode = true;
    chip->asleep = chip->recovering = chip->force_off = chip->off_over = false;
    chip->tbs = true;
    chip->held = chip->dos = false;
    /* Their interrupts are gone, and with them whoever would read what was captured. */
    chip->alc_held = chip->ecc_held = false;
    chip->ir &= IR_EI;
    cs_sja_fifo_clear(chip);
    cs_sja_update_irq(chip);
}

void cs_sja_enter_reset(struct cs_sja1000 *chip)
{
    if (chip->reset_mode)
        return;
    if (!chip->bs) {
        cs_port_off(chip->port);
    } else if (chip->recovering) {
        chip->txerr = cs_sja_txerr(chip);
        cs_port_freeze(chip->port);
    }
    set_reset_values(chip);
}

static void bus_off(struct cs_sja1000 *chip)
{
    chip->bs = chip->es = true;
    chip->passive = false;
    chip->txerr = RECOVERY_TEC;
    chip->rxerr = 0;
    set_reset_values(chip);
    cs_sja_raise(chip, IR_EI);
}

static void bus_on(struct cs_sja1000 *chip)
{
    chip->bs = chip->es = chip->recovering = false;
    chip->txerr = chip->rxerr = 0;
    cs_sja_raise(chip, IR_EI);
}

/* SAM takes the middle of three samples, which makes no difference here. */
static void timing_of(const struct cs_sja1000 *chip, struct cs_bit_timing *timing)
{
    const unsigned sjw = 1u + (chip->btr0 >> 6), seg2 = 1u + (chip->btr1 >> 4 & 7u);

    *timing = (struct cs_bit_timing){
        .clock_hz = chip->osc_hz / 2,
        .brp = (uint16_t)(1 + (chip->btr0 & 0x3F)),
        .phase_seg1 = (uint16_t)(1 + (chip->btr1 & 0x0F)),
        .phase_seg2 = (uint16_t)seg2,
        .sjw = (uint16_t)(sjw < seg2 ? sjw : seg2),
    };
}

static void join(struct cs_sja1000 *chip, unsigned tec, unsigned rec)
{
    const unsigned mod = cs_sja_is_pelican(chip) ? chip->mod : 0;
    struct cs_port_config config = {
        .fd = CS_FD_CLASSIC,
        .mode = mod & MOD_LOM   ? CS_MODE_LISTEN_ONLY
                : mod & MOD_STM ? CS_MODE_LOOPBACK
                                : CS_MODE_NORMAL,
        .order = CS_TX_FIFO,
        .tx_queue_len = 1,
        .recovery_ps = CS_RECOVERY_MANUAL,
        .tec = tec,
        .rec = rec,
    };

    timing_of(chip, &config.timing.nominal);
    chip->off_due = false;
    /* With a timing that no controller here can have it stays off, waiting for the bus. */
    cs_port_on(chip->port, &config);
}

/* A controller that is bus-off without having erred: it becomes so when it has joined. */
static void join_off(struct cs_sja1000 *chip)
{
    join(chip, 0, 0);
    chip->off_due = true;
    cs_port_set_counters(chip->port, BUS_OFF_TEC, 0);
}

static void start_recovery(struct cs_sja1000 *chip)
{
    chip->recovering = cs_port_recover(chip->port) == 0;
}

void cs_sja_leave_reset(struct cs_sja1000 *chip)
{
    const bool was_off = chip->bs;

    if (!chip->reset_mode)
        return;
    chip->reset_mode = false;
    if (chip->force_off) {
        bus_off(chip);
        join_off(chip);
        return;
    }
    if (was_off && !chip->off_over) {
        start_recovery(chip);
        if (!chip->recovering) /* its controller is not off yet, or not there */
            join_off(chip);
        return;
    }
    chip->bs = false;
    join(chip, chip->txerr, chip->rxerr);
    if (was_off)
        cs_sja_raise(chip, IR_EI);
    judge(chip);
}

static void on_state(struct cs_sja1000 *chip, const struct cs_event *event)
{
    const bool off = event->state == CS_STATE_BUS_OFF;

    if (chip->off_due) {
        chip->off_due = !off;
        if (off && !chip->reset_mode)
            start_recovery(chip);
    } else if (off) {
        bus_off(chip);
    } else if (chip->recovering) {
        bus_on(chip);
        cs_sja_submit_held(chip);
    } else if (chip->bs) {
        /* Not its host, but somebody else has brought it back. */
        bus_on(chip);
        cs_port_off(chip->port);
    }
}

/* ---- status (6.3.5, 6.4.5) ------------------------------------------------------------------ */

/* RS and TS; both: it waits for the bus to be idle. */
static unsigned activity(const struct cs_sja1000 *chip)
{
    struct cs_node_status status;

    if (chip->asleep)
        return 0;
    cs_port_look(chip->port, &status);
    if (chip->reset_mode || !status.attached || status.state == CS_STATE_INTEGRATING ||
        status.state == CS_STATE_BUS_OFF)
        return SR_RS | SR_TS;
    return (status.sending ? SR_TS : 0u) | (status.receiving ? SR_RS : 0u);
}

uint8_t cs_sja_sr(const struct cs_sja1000 *chip)
{
    unsigned busy = activity(chip);

    if (busy == (SR_RS | SR_TS) && !cs_sja_is_pelican(chip))
        busy = 0; /* where waiting is not told */
    return (uint8_t)((chip->count ? SR_RBS : 0u) | (chip->dos ? SR_DOS : 0u) |
                     (chip->tbs ? SR_TBS : 0u) | (chip->tcs ? SR_TCS : 0u) |
                     (chip->es ? SR_ES : 0u) | (chip->bs ? SR_BS : 0u) | busy);
}

/* ---- sleep (6.3.4, 6.4.3) ------------------------------------------------------------------- */

static void awake(struct cs_sja1000 *chip)
{
    chip->asleep = false;
    cs_sja_raise(chip, IR_WUI);
}

void cs_sja_wake(struct cs_sja1000 *chip)
{
    if (!chip->asleep)
        return;
    cs_port_wake(chip->port);
    awake(chip);
}

void cs_sja_sleep(struct cs_sja1000 *chip)
{
    if (chip->reset_mode || chip->asleep)
        return;
    if (chip->irq_active || !chip->tbs || activity(chip)) {
        cs_sja_raise(chip, IR_WUI);
        return;
    }
    chip->asleep = true;
    cs_port_sleep(chip->port);
}

static void on_woken(void *ctx)
{
    awake(ctx);
}

/* ---- what the bus tells --------------------------------------------------------------------- */

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct cs_sja1000 *chip = ctx;

    /* Its own messages come with their confirmation, where they were asked for. */
    if (!chip->reset_mode && !rx->own)
        cs_sja_fifo_put(chip, rx->frame);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    cs_sja_confirmed(ctx, done);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    static void (*const handlers[CS_EV_KIND_COUNT])(struct cs_sja1000 *,
                                                    const struct cs_event *) = {
        [CS_EV_ARB_LOST] = on_lost_arbitration,
        [CS_EV_ERROR] = on_error,
        [CS_EV_COUNTERS] = on_counters,
        [CS_EV_STATE] = on_state,
    };

    if (event->kind < CS_EV_KIND_COUNT && handlers[event->kind])
        handlers[event->kind](ctx, event);
}

static const struct cs_port_ops port_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .woken = on_woken,
};

/* ---- life ----------------------------------------------------------------------------------- */

struct cs_sja1000 *cs_sja1000_create(const struct cs_link_host *host,
                                     const struct cs_sja1000_config *config)
{
    struct cs_sja1000 *chip = calloc(1, sizeof(*chip));

    if (!chip)
        return NULL;
    chip->irq = config->irq;
    chip->ctx = config->ctx;
    chip->osc_hz = config->osc_hz;
    chip->port = cs_port_create(host, config->bus, config->name, config->via, &port_ops, chip);
    if (!chip->port) {
        free(chip);
        return NULL;
    }
    cs_sja1000_reset(chip);
    return chip;
}

void cs_sja1000_destroy(struct cs_sja1000 *chip)
{
    if (!chip)
        return;
    cs_port_destroy(chip->port);
    free(chip);
}

/* What the data sheet's tables of reset values mark with X keeps what it had. */
void cs_sja1000_reset(struct cs_sja1000 *chip)
{
    cs_port_off(chip->port);
    chip->mod = chip->ir = chip->cdr = 0;
    chip->alc = chip->ecc = chip->rbsa = 0;
    chip->alc_held = chip->ecc_held = false;
    chip->bs = chip->es = chip->passive = false;
    chip->tcs = true;
    chip->ewlr = WARNING_LIMIT;
    chip->rxerr = chip->txerr = 0;
    set_reset_values(chip);
}

bool cs_sja1000_irq(const struct cs_sja1000 *chip)
{
    return chip->irq_active;
}

int cs_sja1000_node(const struct cs_sja1000 *chip)
{
    return cs_port_node(chip->port);
}

const char *cs_sja1000_name(const struct cs_sja1000 *chip)
{
    return cs_port_name(chip->port);
}

uint64_t cs_sja1000_overruns(const struct cs_sja1000 *chip)
{
    return chip->overruns;
}
