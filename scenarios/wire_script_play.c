/* SPDX-License-Identifier: MIT */
/* Playing a script: the tester's driver and monitor, and what each operation does.
 *
 * The driver is a timer that moves from edge to edge; the monitor is the record of all edges of TX,
 * compared afterwards. Whatever starts them comes from a timer as well, so that the instants are
 * exact. */
#include "scenarios/wire_script_iut.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/wire_script_signal.h"

#define TRIGGER_DRIVER_START 6
#define TRIGGER_TX_FALLING   4
/* What the controller answers comes so much later. */
#define ANSWER_PS (2 * CS_IUT_DELAY_PS)
/* A controller that does not begin to send within this long never will. */
#define WAIT_PS INT64_C(10000000000)

enum side_state { SIDE_OFF, SIDE_WAITS, SIDE_RUNS };

struct cs_script_player {
    const struct cs_script *script;
    struct cs_iut iut;
    bool ready; /* set up, and no element failed since */
    struct cs_signal_track drive_track, expect_track;
    struct cs_signal driven, seen;
    unsigned next_edge; /* of `driven` */
    enum side_state driver, monitor;
    int64_t driver_ps, monitor_ps; /* began to run */
    int trigger;
    bool driver_waits;
    struct cs_timer edge_timer, trigger_timer;
    int tec, rec; /* at the latest look */
    struct cs_signal_difference difference;
    struct cs_script_result *result;
    const char *part; /* "setup " or "" */
    unsigned op;      /* index of the operation at hand */
    enum cs_script_op_kind op_kind;
};

/* An element failed; only the first reason is told. Returns -1. */
static int fail(struct cs_script_player *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct cs_script_player *p, const char *format, ...)
{
    va_list args;

    if (!p->result->failed) {
        size_t size = sizeof(p->result->text);
        int n = snprintf(p->result->text, size, "%soperation %u, %s: ", p->part, p->op,
                         cs_script_op_name(p->op_kind));
        va_start(args, format);
        vsnprintf(p->result->text + n, size - (size_t)n, format, args);
        va_end(args);
        p->result->failed = true;
    }
    return -1;
}

/* ---- driver and monitor -------------------------------------------------------------------- */

static void drive_next(struct cs_script_player *p)
{
    struct cs_sim *sim = p->iut.sim;
    int64_t now = cs_sim_now_ps(sim);

    while (p->next_edge < p->driven.n && p->driven.edges[p->next_edge].at_ps <= now) {
        cs_bus_drive(p->iut.bus, p->driven.edges[p->next_edge].level);
        p->next_edge++;
    }
    if (p->next_edge < p->driven.n)
        cs_timer_start(sim, &p->edge_timer, p->driven.edges[p->next_edge].at_ps);
}

static void edge_due(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    drive_next(ctx);
}

static void driver_runs(struct cs_script_player *p)
{
    p->driver = SIDE_RUNS;
    p->driver_ps = cs_sim_now_ps(p->iut.sim);
    cs_signal_restart(&p->driven, p->driver_ps);
    p->next_edge = p->driven.n;
    cs_track_edges(&p->drive_track, p->driver_ps, &p->driven);
    drive_next(p);
}

static void monitor_runs(struct cs_script_player *p)
{
    p->monitor = SIDE_RUNS;
    p->monitor_ps = cs_sim_now_ps(p->iut.sim);
    if (p->driver == SIDE_WAITS)
        driver_runs(p);
}

static void trigger_due(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    monitor_runs(ctx);
}

static void tx_seen(void *ctx, int64_t at_ps, unsigned level)
{
    struct cs_script_player *p = ctx;

    cs_signal_add(&p->seen, at_ps, level);
    if (level == 0 && p->monitor == SIDE_WAITS && p->trigger == TRIGGER_TX_FALLING &&
        p->trigger_timer.heap_pos == 0)
        cs_timer_start(p->iut.sim, &p->trigger_timer, at_ps);
}

static void start_driver(struct cs_script_player *p)
{
    int64_t now = cs_sim_now_ps(p->iut.sim);

    if (p->monitor == SIDE_WAITS && p->trigger == TRIGGER_DRIVER_START)
        cs_timer_start(p->iut.sim, &p->trigger_timer, now + ANSWER_PS);
    p->driver = SIDE_WAITS;
    if (!p->driver_waits || p->monitor == SIDE_RUNS)
        driver_runs(p);
}

static void start_monitor(struct cs_script_player *p)
{
    cs_signal_restart(&p->seen, cs_sim_now_ps(p->iut.sim));
    p->monitor = SIDE_WAITS;
    if (p->trigger != TRIGGER_DRIVER_START && p->trigger != TRIGGER_TX_FALLING)
        monitor_runs(p);
}

/* Run until this side is over. */
static int wait_side(struct cs_script_player *p, const enum side_state *side, const int64_t *start,
                     const struct cs_signal_track *track, const char *what)
{
    struct cs_sim *sim = p->iut.sim;
    int64_t limit = cs_sim_now_ps(sim) + WAIT_PS;

    if (*side == SIDE_OFF)
        return fail(p, "the %s is waited for and was not started", what);
    while (*side == SIDE_WAITS && cs_sim_now_ps(sim) < limit)
        cs_iut_run(&p->iut, cs_sim_now_ps(sim) + p->iut.bit_ps);
    if (*side == SIDE_WAITS)
        return fail(p, "expected the controller to begin a frame, seen recessive TX for 10 ms");
    int64_t end = *start + cs_track_length_ps(track);
    if (end > cs_sim_now_ps(sim))
        cs_iut_run(&p->iut, end);
    return 0;
}

static int wait_monitor(struct cs_script_player *p)
{
    return wait_side(p, &p->monitor, &p->monitor_ps, &p->expect_track, "monitor");
}

static int wait_driver(struct cs_script_player *p)
{
    return wait_side(p, &p->driver, &p->driver_ps, &p->drive_track, "driver");
}

static void stop_tester(struct cs_script_player *p)
{
    if (p->iut.sim != NULL) {
        cs_timer_stop(p->iut.sim, &p->edge_timer);
        cs_timer_stop(p->iut.sim, &p->trigger_timer);
    }
    p->driver = p->monitor = SIDE_OFF;
}

static void forget_sequences(struct cs_script_player *p)
{
    p->drive_track.n = p->expect_track.n = 0;
}

static int check_monitor(struct cs_script_player *p)
{
    static const char *const levels[] = {"dominant", "recessive"};
    struct cs_signal_difference *d = &p->difference;

    if (p->monitor != SIDE_RUNS)
        return fail(p, "the monitor is checked and did not run");
    if (p->seen.lost || p->driven.lost)
        return fail(p, "TX has more edges than can be kept");
    d->what = NULL;
    if (!cs_track_differs(&p->expect_track, &p->seen, p->monitor_ps, p->iut.tq_ps, d)) {
        stop_tester(p);
        forget_sequences(p);
        return 0;
    }
    int64_t ns = d->offset_ps / CS_PS_PER_NS, into = d->into_ps / CS_PS_PER_NS;
    const char *field = d->what != NULL ? cs_script_kind_name(d->what->kind) : "no bit";
    return fail(p, "bit %u (%s) at %lld.%03lld us, %lld ns into it: expected %s TX, seen %s",
                d->bit, field, (long long)(ns / 1000), (long long)(ns % 1000), (long long)into,
                levels[d->level], levels[!d->level]);
}

/* ---- operations ---------------------------------------------------------------------------- */

typedef int op_fn(struct cs_script_player *p, const struct cs_script_op *op);

static void look(struct cs_script_player *p)
{
    struct cs_node_status status;

    cs_iut_status(&p->iut, &status);
    p->tec = status.tec;
    p->rec = status.rec;
}

static int after(struct cs_script_player *p, int ret, const char *why)
{
    return ret != 0 ? fail(p, "%s", why) : 0;
}

static int do_configure(struct cs_script_player *p, const struct cs_script_op *op)
{
    struct cs_iut_config *config = &p->iut.config;

    switch (op->kind) {
    case CS_SCRIPT_BIT_TIMING:
        config->timing = op->timing;
        break;
    case CS_SCRIPT_SSP:
        config->ssp = op->value;
        config->ssp_offset = op->offset;
        break;
    case CS_SCRIPT_CAN_VERSION:
        config->version = op->value;
        break;
    case CS_SCRIPT_PROTOCOL_EXCEPTION:
        config->exception = op->value != 0;
        break;
    case CS_SCRIPT_RESTRICTED:
        config->restricted = op->value != 0;
        break;
    default:
        config->one_shot = op->value != 0;
        break;
    }
    p->iut.stale = true;
    return 0;
}

static int do_feedback(struct cs_script_player *p, const struct cs_script_op *op)
{
    p->iut.config.feedback = op->value != 0;
    if (p->iut.sim != NULL)
        cs_bus_set_loop(p->iut.bus, p->iut.node, op->value != 0);
    return 0;
}

static int do_disable(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    stop_tester(p);
    cs_iut_disable(&p->iut);
    return 0;
}

static int do_enable(struct cs_script_player *p, const struct cs_script_op *op)
{
    char why[CS_IUT_WHY];
    unsigned level = p->driven.n > 0 ? p->driven.edges[p->driven.n - 1].level : 1;

    (void)op;
    stop_tester(p);
    if (cs_iut_enable(&p->iut, why) != 0)
        return fail(p, "%s", why);
    p->seen.n = 0;
    cs_bus_drive(p->iut.bus, level);
    look(p);
    return 0;
}

static int do_set_state(struct cs_script_player *p, const struct cs_script_op *op)
{
    static const int counters[][CS_IUT_COUNTERS] = {{0, 0}, {150, 150}, {256, 0}};
    char why[CS_IUT_WHY];

    return after(
        p, cs_iut_set_counters(&p->iut, counters[op->value][0], counters[op->value][1], why), why);
}

static int do_set_counter(struct cs_script_player *p, const struct cs_script_op *op)
{
    bool tec = op->kind == CS_SCRIPT_SET_TEC;
    char why[CS_IUT_WHY];

    return after(p, cs_iut_set_counters(&p->iut, tec ? op->value : -1, tec ? -1 : op->value, why),
                 why);
}

static int do_wait_error_active(struct cs_script_player *p, const struct cs_script_op *op)
{
    char why[CS_IUT_WHY];

    (void)op;
    return after(p, cs_iut_wait_error_active(&p->iut, why), why);
}

static int do_reintegrate(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    cs_iut_reintegrate(&p->iut);
    return 0;
}

static int do_send(struct cs_script_player *p, const struct cs_script_op *op)
{
    char why[CS_IUT_WHY];

    return after(p, cs_iut_send(&p->iut, &op->frame, why), why);
}

static int do_lt(struct cs_script_player *p, const struct cs_script_op *op)
{
    if (cs_track_add(&p->drive_track, &op->drive_rx) != 0 ||
        cs_track_add(&p->expect_track, &op->expect_tx) != 0)
        return fail(p, "not enough memory for the sequences");
    return 0;
}

static int do_start_monitor(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    start_monitor(p);
    return 0;
}

static int do_start_driver(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    start_driver(p);
    return 0;
}

static int do_wait_monitor(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    return wait_monitor(p);
}

static int do_wait_driver(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    return wait_driver(p);
}

static int do_run(struct cs_script_player *p, const struct cs_script_op *op)
{
    if (op->monitor)
        start_monitor(p);
    if (op->driver)
        start_driver(p);
    if (op->monitor && wait_monitor(p) != 0)
        return -1;
    return op->driver ? wait_driver(p) : 0;
}

static int do_check_monitor(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)op;
    return check_monitor(p);
}

static int do_check_rx_frame(struct cs_script_player *p, const struct cs_script_op *op)
{
    char expected[CS_FRAME_TEXT_MAX], got[CS_FRAME_TEXT_MAX];
    struct cs_frame frame;

    cs_frame_format(&op->frame, expected);
    if (p->iut.overrun)
        return fail(p, "expected the frame %.150s, more than %u were received before", expected,
                    CS_IUT_RX_FRAMES);
    if (!cs_iut_take(&p->iut, &frame))
        return fail(p, "expected the frame %.150s, received none", expected);
    if (cs_frame_equal(&frame, &op->frame))
        return 0;
    cs_frame_format(&frame, got);
    return fail(p, "expected the frame %.150s, received %.150s", expected, got);
}

static int do_check_no_rx_frame(struct cs_script_player *p, const struct cs_script_op *op)
{
    char got[CS_FRAME_TEXT_MAX];
    struct cs_frame frame;

    (void)op;
    if (!cs_iut_take(&p->iut, &frame))
        return 0;
    cs_frame_format(&frame, got);
    return fail(p, "expected no frame, received %.150s", got);
}

static int do_check_delta(struct cs_script_player *p, const struct cs_script_op *op)
{
    bool tec = op->kind == CS_SCRIPT_CHECK_TEC_DELTA;
    int *counter = tec ? &p->tec : &p->rec;
    int was = *counter;
    struct cs_node_status status;

    cs_iut_status(&p->iut, &status);
    *counter = tec ? status.tec : status.rec;
    if (*counter - was == op->value)
        return 0;
    return fail(p, "expected %s to change by %+d from %d, it is %d", tec ? "TEC" : "REC", op->value,
                was, *counter);
}

static int do_trigger(struct cs_script_player *p, const struct cs_script_op *op)
{
    p->trigger = op->value;
    return 0;
}

static int do_driver_waits(struct cs_script_player *p, const struct cs_script_op *op)
{
    p->driver_waits = op->value != 0;
    return 0;
}

/* What the recording environment said of its own configuration. */
static int do_nothing(struct cs_script_player *p, const struct cs_script_op *op)
{
    (void)p;
    (void)op;
    return 0;
}

enum needs {
    NEEDS_NOTHING = 0,
    NEEDS_IUT = 1 << 0,  /* an enabled controller with its present configuration */
    LOOKS_AFTER = 1 << 1 /* the counters are looked at afterwards */
};

static const struct {
    op_fn *run;
    unsigned needs;
} rows[CS_SCRIPT_OP_COUNT] = {
    [CS_SCRIPT_BIT_TIMING] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_CAN_VERSION] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_SSP] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_PROTOCOL_EXCEPTION] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_RESTRICTED] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_ONE_SHOT] = {do_configure, NEEDS_NOTHING},
    [CS_SCRIPT_DISABLE] = {do_disable, NEEDS_NOTHING},
    [CS_SCRIPT_ENABLE] = {do_enable, NEEDS_NOTHING},
    [CS_SCRIPT_SET_STATE] = {do_set_state, NEEDS_IUT | LOOKS_AFTER},
    [CS_SCRIPT_SET_REC] = {do_set_counter, NEEDS_IUT | LOOKS_AFTER},
    [CS_SCRIPT_SET_TEC] = {do_set_counter, NEEDS_IUT | LOOKS_AFTER},
    [CS_SCRIPT_WAIT_ERROR_ACTIVE] = {do_wait_error_active, NEEDS_IUT | LOOKS_AFTER},
    [CS_SCRIPT_POLL_STATE] = {do_wait_error_active, NEEDS_IUT | LOOKS_AFTER},
    [CS_SCRIPT_REINTEGRATE] = {do_reintegrate, NEEDS_IUT},
    [CS_SCRIPT_IUT_SEND] = {do_send, NEEDS_IUT},
    [CS_SCRIPT_LT] = {do_lt, NEEDS_NOTHING},
    [CS_SCRIPT_RUN] = {do_run, NEEDS_IUT},
    [CS_SCRIPT_DRIVER_START] = {do_start_driver, NEEDS_IUT},
    [CS_SCRIPT_DRIVER_WAIT] = {do_wait_driver, NEEDS_IUT},
    [CS_SCRIPT_MONITOR_START] = {do_start_monitor, NEEDS_IUT},
    [CS_SCRIPT_MONITOR_WAIT] = {do_wait_monitor, NEEDS_IUT},
    [CS_SCRIPT_CHECK_MONITOR] = {do_check_monitor, NEEDS_IUT},
    [CS_SCRIPT_CHECK_RX_FRAME] = {do_check_rx_frame, NEEDS_NOTHING},
    [CS_SCRIPT_CHECK_NO_RX_FRAME] = {do_check_no_rx_frame, NEEDS_NOTHING},
    [CS_SCRIPT_CHECK_REC_DELTA] = {do_check_delta, NEEDS_IUT},
    [CS_SCRIPT_CHECK_TEC_DELTA] = {do_check_delta, NEEDS_IUT},
    [CS_SCRIPT_TX_TO_RX_FEEDBACK] = {do_feedback, NEEDS_NOTHING},
    [CS_SCRIPT_MONITOR_TRIGGER] = {do_trigger, NEEDS_NOTHING},
    [CS_SCRIPT_DRIVER_WAITS] = {do_driver_waits, NEEDS_NOTHING},
    [CS_SCRIPT_ASSERT] = {do_nothing, NEEDS_NOTHING},
};

/* A controller that was made anew knows nothing of what the tester had begun. */
static int refresh(struct cs_script_player *p)
{
    char why[CS_IUT_WHY];

    stop_tester(p);
    if (cs_iut_refresh(&p->iut, why) != 0)
        return fail(p, "%s", why);
    p->seen.n = 0;
    look(p);
    return 0;
}

static int play_op(struct cs_script_player *p, const struct cs_script_op *op)
{
    if ((rows[op->kind].needs & NEEDS_IUT) != 0) {
        if (p->iut.sim == NULL)
            return fail(p, "the controller is not enabled");
        if (p->iut.stale && refresh(p) != 0)
            return -1;
    }
    int ret = rows[op->kind].run(p, op);
    if (ret == 0 && (rows[op->kind].needs & LOOKS_AFTER) != 0)
        look(p);
    return ret;
}

static int play_ops(struct cs_script_player *p, const struct cs_script_ops *ops, const char *part)
{
    int ret = 0;

    p->part = part;
    for (unsigned i = 0; i < ops->n_ops && ret == 0; i++) {
        p->op = i;
        p->op_kind = ops->ops[i].kind;
        ret = play_op(p, &ops->ops[i]);
    }
    return ret;
}

/* ---- elements ------------------------------------------------------------------------------ */

static int set_up(struct cs_script_player *p)
{
    cs_iut_fini(&p->iut);
    cs_iut_init(&p->iut);
    p->iut.tx = tx_seen;
    p->iut.ctx = p;
    memset(&p->edge_timer, 0, sizeof(p->edge_timer));
    memset(&p->trigger_timer, 0, sizeof(p->trigger_timer));
    p->edge_timer.fn = edge_due;
    p->trigger_timer.fn = trigger_due;
    p->edge_timer.ctx = p->trigger_timer.ctx = p;
    p->driven.n = p->seen.n = 0;
    p->driver = p->monitor = SIDE_OFF;
    p->trigger = TRIGGER_DRIVER_START;
    p->driver_waits = false;
    return play_ops(p, &p->script->setup, "setup ");
}

struct cs_script_player *cs_script_player_create(const struct cs_script *script)
{
    struct cs_script_player *p = calloc(1, sizeof(*p));

    if (p != NULL) {
        p->script = script;
        cs_iut_init(&p->iut);
    }
    return p;
}

void cs_script_player_destroy(struct cs_script_player *p)
{
    if (p == NULL)
        return;
    cs_iut_fini(&p->iut);
    cs_signal_fini(&p->driven);
    cs_signal_fini(&p->seen);
    cs_track_fini(&p->drive_track);
    cs_track_fini(&p->expect_track);
    free(p);
}

void cs_script_play(struct cs_script_player *p, unsigned index, struct cs_script_result *result)
{
    memset(result, 0, sizeof(*result));
    p->result = result;
    p->difference.what = NULL;
    if (p->ready || set_up(p) == 0) {
        stop_tester(p);
        forget_sequences(p);
        if (p->iut.sim != NULL)
            look(p);
        play_ops(p, &p->script->elems[index].ops, "");
    }
    p->ready = !result->failed;
    p->result = NULL;
}

void cs_script_show(const struct cs_script_player *p, struct cs_out *out)
{
    if (p->monitor == SIDE_RUNS)
        cs_track_show(&p->expect_track, &p->driven, &p->seen, p->monitor_ps, &p->difference, out);
}
