/* SPDX-License-Identifier: MIT */
/* How bus time follows the wall. One invariant: only advance() runs the sim, and it always returns
 * within about SLICE_NS, so that signals, clients and keys get their turn however busy the buses
 * are. No timer runs where nothing is going to happen. */
#include "scenarios/session_internal.h"
#include "scenarios/wall.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS  INT64_C(10000000)
#define STUCK_PS  CS_PS_PER_S
#define CHUNK_PS  CS_PS_PER_MS
#define NS_PER_S  INT64_C(1000000000)
#define COARSE_NS INT64_C(1000000) /* nobody outside can tell: one wake-up serves a millisecond */
#define STEP_MAX  1000000

static bool running(const struct cs_session *session)
{
    return session->started && !session->paused && !session->waiting && !session->finished;
}

static int64_t end_ps(const struct cs_session *session)
{
    int64_t duration_ps = session->duration_ps;
    int64_t end = duration_ps > 0 && duration_ps < CS_TIME_END ? duration_ps : CS_TIME_END;

    return session->hold_ps < end ? session->hold_ps : end;
}

/* Where bus time should be: 1 ns at 1000 permille is 1000 ps, so ns * permille is ps. */
static int64_t due_ps(const struct cs_session *session)
{
    int64_t end = end_ps(session);

    if (session->speed_permille == 0) {
        /* Without an end, time does not run away from somebody who may still bring something. */
        bool idle = session->duration_ps == 0 && session->hold_ps == CS_NEVER &&
                    cs_sim_next_ps(session->sim) == CS_NEVER;
        return idle ? cs_sim_now_ps(session->sim) : end;
    }
    int64_t elapsed = cs_wall_ns() - session->base_ns;
    if (elapsed < 0)
        elapsed = 0;
    if (elapsed > (end - session->base_ps) / session->speed_permille)
        return end;
    return session->base_ps + elapsed * session->speed_permille;
}

void cs_session_clock_rebase(struct cs_session *session)
{
    session->base_ps = cs_sim_now_ps(session->sim);
    session->base_ns = cs_wall_ns();
}

/* Not beyond an instant at which time alone decides what is expected. */
static void run_until(struct cs_session *session, int64_t until_ps)
{
    int64_t decides_ps = cs_expect_next_ps(session->expect);

    if (decides_ps < until_ps && decides_ps > cs_sim_now_ps(session->sim))
        until_ps = decides_ps;
    cs_sim_run_until(session->sim, until_ps);
    cs_expect_time(session->expect, cs_sim_now_ps(session->sim));
}

/* Run towards `until_ps`, for a slice at most. */
static void advance(struct cs_session *session, int64_t until_ps)
{
    int64_t stop_ns = cs_wall_ns() + SLICE_NS;

    if (session->inside)
        return;
    session->inside = true;
    while (cs_sim_now_ps(session->sim) < until_ps || cs_sim_next_ps(session->sim) <= until_ps) {
        int64_t next = cs_sim_next_ps(session->sim), chunk = cs_sim_now_ps(session->sim);
        if (next > until_ps && until_ps >= CS_TIME_END)
            break; /* nothing is left: time stands where that happened */
        chunk = chunk < until_ps - CHUNK_PS ? chunk + CHUNK_PS : until_ps;
        if (next > chunk)
            chunk = next < until_ps ? next : until_ps;
        run_until(session, chunk);
        if (session->failed || session->paused || cs_expect_wants_stop(session->expect) ||
            cs_wall_ns() >= stop_ns)
            break;
    }
    session->inside = false;
}

/* Nothing will happen any more but that frames are repeated which nobody acknowledges: no timer
 * runs, and none got across for a second. */
static bool is_stuck(struct cs_session *session)
{
    int64_t now = cs_sim_now_ps(session->sim);
    uint64_t frames = 0;

    for (unsigned i = 0; i < cs_sim_bus_count(session->sim); i++) {
        struct cs_stats_bus bus;
        cs_stats_bus(session->stats, i, &bus);
        frames += bus.frames;
    }
    if (frames != session->frames || cs_sim_timers(session->sim) > 0) {
        session->frames = frames;
        session->frames_ps = now;
    }
    session->stuck = now - session->frames_ps >= STUCK_PS;
    return session->stuck;
}

/* A link that is only the programs' is as good as none when they have ended and left. */
static bool others_may_come(const struct cs_session *session)
{
    if (!session->private_link || session->n_guests > 0 || session->n_devices > 0)
        return cs_session_is_open(session);
    return cs_session_programs_busy(session) || cs_session_clients(session) > 0;
}

static bool over(struct cs_session *session)
{
    int64_t now = cs_sim_now_ps(session->sim), next = cs_sim_next_ps(session->sim);

    if (session->failed || now >= CS_TIME_END)
        return true;
    if (cs_session_guests_done(session) || cs_session_programs_over(session) ||
        cs_expect_wants_stop(session->expect))
        return true;
    if (session->duration_ps > 0)
        return now >= session->duration_ps && next > session->duration_ps;
    /* Nothing is left to happen, and nobody could bring anything. */
    return !others_may_come(session) && !session->tui && (next == CS_NEVER || is_stuck(session));
}

void cs_session_finish(struct cs_session *session)
{
    if (session->finished)
        return;
    session->finished = true;
    cs_session_monitor_changed(session);
    if (!session->failed) {
        cs_expect_finish(session->expect, cs_sim_now_ps(session->sim));
        cs_session_guests_judge(session);
    }
    if (session->error.status == CS_STATUS_OK && cs_expect_failed(session->expect) > 0)
        session->error.status = CS_STATUS_EXPECTATION;
    cs_session_flush(session, &session->error);
    cs_session_clock_run(session);
    if (session->done != NULL)
        session->done(session->done_ctx, session->error.status);
}

static void set_deadline(struct cs_session *session, int64_t at_ns)
{
    struct itimerspec t;

    if (at_ns == session->deadline_ns)
        return;
    session->deadline_ns = at_ns;
    memset(&t, 0, sizeof(t));
    if (at_ns != CS_NEVER) {
        t.it_value.tv_sec = at_ns / NS_PER_S;
        t.it_value.tv_nsec = at_ns % NS_PER_S;
    }
    timerfd_settime(session->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* When the paced clock has to wake up next, CLOCK_MONOTONIC; CS_NEVER: not by itself. */
static int64_t next_wake_ns(const struct cs_session *session)
{
    int64_t next = cs_sim_next_ps(session->sim), now = cs_wall_ns();
    int64_t permille = session->speed_permille, decides = cs_expect_next_ps(session->expect);

    next = decides < next ? decides : next;
    if (session->duration_ps > 0 && next > session->duration_ps)
        next = session->duration_ps;
    if (session->hold_ps < next)
        next = session->hold_ps;
    if (next == CS_NEVER)
        return CS_NEVER;
    int64_t wait = next > session->base_ps ? next - session->base_ps : 0;
    int64_t at = session->base_ns + wait / permille + (wait % permille != 0);
    /* What came due while the last of it ran does not count as late. */
    if (at > now - COARSE_NS && at < now + COARSE_NS && cs_session_clients(session) == 0)
        at = now + COARSE_NS;
    return at;
}

void cs_session_clock_run(struct cs_session *session)
{
    int64_t wake_ns = CS_NEVER;
    bool again = false;

    if (session->failed && session->started && !session->finished) {
        again = true;
    } else if (running(session)) {
        if (over(session))
            again = true;
        else if (session->speed_permille > 0)
            wake_ns = next_wake_ns(session);
        else /* as fast as possible, unless only somebody from outside could go on */
            again = cs_sim_next_ps(session->sim) != CS_NEVER || session->duration_ps > 0 ||
                    session->hold_ps != CS_NEVER;
    }
    if (again)
        ev_timer_start(session->loop, &session->again);
    else
        ev_timer_stop(session->loop, &session->again);
    set_deadline(session, wake_ns);
}

/* Where it is to be held; what is over is not held any more. */
static void hold(struct cs_session *session)
{
    if (cs_sim_now_ps(session->sim) < session->hold_ps ||
        cs_sim_next_ps(session->sim) <= session->hold_ps)
        return;
    session->hold_ps = CS_NEVER;
    cs_session_pause(session, true);
    session->held(session->held_ctx);
}

void cs_session_pause_at(struct cs_session *session, int64_t at_ps, void (*held)(void *ctx),
                         void *ctx)
{
    session->hold_ps = at_ps;
    session->held = held;
    session->held_ctx = ctx;
    cs_session_clock_run(session);
}

/* The loop's turn: a slice, the end where it is reached, and the next wake-up. */
static void turn(struct cs_session *session)
{
    if (session->failed) { /* even while paused */
        cs_session_finish(session);
        return;
    }
    if (running(session)) {
        int64_t due = due_ps(session);
        if (session->speed_permille > 0) {
            int64_t lag_ns = (due - cs_sim_now_ps(session->sim)) / session->speed_permille;
            if (cs_sim_next_ps(session->sim) <= due && lag_ns > session->lag_max_ns)
                session->lag_max_ns = lag_ns;
        }
        advance(session, due);
        if (running(session) && over(session)) {
            cs_session_finish(session);
            return;
        }
        if (running(session))
            hold(session);
    }
    cs_session_clock_run(session);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    turn(timer->data);
}

static void on_deadline(struct ev_loop *loop, ev_io *io, int events)
{
    uint64_t expirations;

    (void)loop;
    (void)events;
    if (read(io->fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
        return;
    ((struct cs_session *)io->data)->deadline_ns = CS_NEVER; /* it has gone off */
    turn(io->data);
}

int cs_session_clock_init(struct cs_session *session)
{
    session->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (session->timer_fd < 0)
        return -errno;
    session->deadline_ns = session->hold_ps = CS_NEVER;
    ev_io_init(&session->deadline, on_deadline, session->timer_fd, EV_READ);
    session->deadline.data = session;
    ev_io_start(session->loop, &session->deadline);
    ev_timer_init(&session->again, on_again, 0., 0.);
    session->again.data = session;
    return 0;
}

void cs_session_clock_fini(struct cs_session *session)
{
    if (session->timer_fd < 0)
        return;
    ev_timer_stop(session->loop, &session->again);
    ev_io_stop(session->loop, &session->deadline);
    close(session->timer_fd);
    session->timer_fd = -1;
}

void cs_session_sync(struct cs_session *session)
{
    if (running(session) && session->speed_permille > 0)
        advance(session, due_ps(session));
}

void cs_session_kick(struct cs_session *session)
{
    if (!session->inside)
        cs_session_clock_run(session);
}

void cs_session_pause(struct cs_session *session, bool paused)
{
    if (paused == session->paused)
        return;
    if (paused)
        cs_session_sync(session);
    session->paused = paused;
    if (!paused)
        session->pause_reason = NULL;
    cs_session_clock_rebase(session);
    cs_session_clock_run(session);
    cs_session_monitor_changed(session);
}

bool cs_session_paused(const struct cs_session *session)
{
    return session->paused;
}

void cs_session_on_pause(struct cs_session *session, bool (*ask)(void *ctx, const char *text),
                         void *ctx)
{
    session->ask_pause = ask;
    session->ask_ctx = ctx;
}

const char *cs_session_pause_reason(const struct cs_session *session)
{
    return session->pause_reason;
}

/* At this very instant, wherever the sim is to run to. */
void cs_session_pause_asked(void *ctx, const char *text)
{
    struct cs_session *session = ctx;

    if (session->ask_pause == NULL || !session->ask_pause(session->ask_ctx, text))
        return;
    session->paused = true;
    session->pause_reason = text != NULL ? text : "";
    cs_sim_stop(session->sim);
    cs_session_monitor_changed(session);
}

static bool step_once(struct cs_session *session)
{
    int64_t next = cs_sim_next_ps(session->sim);

    if (next == CS_NEVER || next > end_ps(session) || session->inside)
        return false;
    session->inside = true;
    run_until(session, next);
    session->inside = false;
    return true;
}

void cs_session_step(struct cs_session *session)
{
    if (session->started && session->paused && !session->finished)
        step_once(session);
}

void cs_session_step_by(struct cs_session *session, int64_t span_ps)
{
    int64_t to_ps = cs_sim_now_ps(session->sim) + span_ps;

    if (!session->started || !session->paused || session->finished || session->inside)
        return;
    session->inside = true;
    run_until(session, to_ps < end_ps(session) ? to_ps : end_ps(session));
    session->inside = false;
}

static void see_frame(void *ctx, const struct cs_event *event)
{
    bool *seen = ctx;

    if (event->kind == CS_EV_FRAME || event->kind == CS_EV_ERROR_FRAME)
        *seen = true;
}

void cs_session_step_frame(struct cs_session *session)
{
    bool seen = false;

    if (!session->started || !session->paused || session->finished ||
        cs_sim_observe(session->sim, see_frame, &seen) != 0)
        return;
    for (int i = 0; i < STEP_MAX && !seen; i++) {
        if (!step_once(session))
            break;
    }
    cs_sim_unobserve(session->sim, see_frame, &seen);
}

void cs_session_set_speed(struct cs_session *session, uint32_t permille)
{
    cs_session_sync(session);
    session->speed_permille = permille;
    session->auto_speed = false;
    cs_session_clock_rebase(session);
    cs_session_clock_run(session);
    cs_session_monitor_changed(session);
}

uint32_t cs_session_speed(const struct cs_session *session)
{
    return session->speed_permille;
}
