/* SPDX-License-Identifier: MIT */
/* Programs that a scenario starts: their output, and how they end. Shells stand for programs; what
 * is waited for comes within milliseconds. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ev.h>

#include "scenarios/programs.h"
#include "simcore/sim.h"

#define LIMIT_S 20.

struct stage {
    struct ev_loop *loop;
    struct cs_program_def def;
    struct cs_programs *programs;
    char heard[8192]; /* all lines, "|" behind each */
    uint64_t lines, exits, ended;
    size_t longest;
    int restarts; /* to be done when it exits */
    int early;    /* the same, while bus time comes up to the present */
    struct cs_program_state state;
};

static void on_heard(void *ctx, unsigned program, const char *line,
                     const struct cs_program_state *state)
{
    struct stage *stage = ctx;
    const size_t len = line != NULL ? strlen(line) : 0;

    assert_int_equal(program, 0);
    assert_string_equal(state->name, "x");
    stage->state = *state;
    if (line == NULL) {
        assert_false(state->running);
        stage->exits++;
        return;
    }
    stage->lines++;
    stage->longest = len > stage->longest ? len : stage->longest;
    if (strlen(stage->heard) + len + 2 < sizeof(stage->heard))
        strcat(strcat(stage->heard, line), "|");
}

static void on_ended(void *ctx, unsigned program)
{
    struct stage *stage = ctx;
    struct cs_error error;

    (void)program;
    stage->ended++;
    if (stage->restarts-- > 0)
        assert_int_equal(cs_programs_start(stage->programs, 0, &error), 0);
    else
        ev_break(stage->loop, EVBREAK_ALL);
}

static int64_t on_now(void *ctx)
{
    struct stage *stage = ctx;
    struct cs_error error;

    if (stage->lines > 0 && stage->early-- > 0)
        assert_int_equal(cs_programs_start(stage->programs, 0, &error), 0);
    return 5;
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* The loop, until a program has ended or `limit_s` are over. */
static void run_for(struct stage *stage, double limit_s)
{
    ev_timer late;

    ev_timer_init(&late, on_late, limit_s, 0.);
    ev_timer_start(stage->loop, &late);
    ev_run(stage->loop, 0);
    ev_timer_stop(stage->loop, &late);
}

static struct stage *set_up(const char *script)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    const struct cs_programs_host host = {
        .file = "s.json",
        .link = "unix:/nowhere",
        .now_ps = on_now,
        .ended = on_ended,
        .loop = stage->loop = ev_loop_new(EVFLAG_AUTO),
        .ctx = stage,
    };

    stage->def = (struct cs_program_def){
        .name = "x", .words = {"sh", "-c", script}, .n_words = 3, .output_bytes = 65536};
    stage->programs = cs_programs_create(&stage->def, 1, &host);
    assert_non_null(stage->programs);
    assert_int_equal(cs_programs_listen(stage->programs, on_heard, stage), 0);
    return stage;
}

static void start(struct stage *stage)
{
    struct cs_error error = {0};

    if (cs_programs_start(stage->programs, 0, &error) != 0)
        fail_msg("%s", error.text);
}

static void tear_down(struct stage *stage)
{
    cs_programs_destroy(stage->programs);
    ev_loop_destroy(stage->loop);
    free(stage);
}

/* One that runs to its end. */
static struct stage *run(const char *script)
{
    struct stage *stage = set_up(script);

    start(stage);
    run_for(stage, LIMIT_S);
    assert_int_equal(stage->exits, 1);
    return stage;
}

/* ---- output and end ---------------------------------------------------------------------------
 */

static void lines_are_heard(void **state)
{
    struct stage *stage = run("echo one; echo two >&2; printf 'three\\r\\n\\nfour'; exit 3");
    size_t len;

    (void)state;
    assert_string_equal(stage->heard, "one|two|three||four|");
    assert_int_equal(stage->state.exit_status, 3);
    assert_int_equal(stage->state.lines, 5);
    assert_int_equal(stage->state.bytes, 4 + 4 + 7 + 1 + 4);
    assert_true(stage->state.exited && stage->state.started && !stage->state.stopped);
    assert_int_equal(stage->state.started_ps, 5);
    assert_string_equal(cs_programs_output(stage->programs, 0, &len), "one\ntwo\nthree\r\n\nfour");
    assert_int_equal(len, 20);
    assert_false(cs_programs_busy(stage->programs));
    tear_down(stage);
}

static void signals_have_a_status(void **state)
{
    struct stage *stage = run("kill -9 $$");

    (void)state;
    assert_int_equal(stage->state.exit_status, 128 + 9);
    assert_false(stage->state.killed);
    tear_down(stage);
}

static void long_lines_come_in_pieces(void **state)
{
    struct stage *stage = run("head -c 2500 /dev/zero | tr '\\0' a; echo; head -c 1000 /dev/zero");

    (void)state;
    assert_int_equal(stage->lines, 4);
    assert_int_equal(stage->longest, CS_PROGRAM_LINE_MAX);
    assert_int_equal(strlen(stage->heard), 3500 + 4);
    assert_non_null(strstr(stage->heard, "|???"));
    tear_down(stage);
}

static void the_last_output_is_kept(void **state)
{
    struct stage *stage = set_up("seq 1 5000; echo end");
    size_t len;

    (void)state;
    stage->def.output_bytes = 0;
    start(stage);
    run_for(stage, LIMIT_S);
    assert_int_equal(stage->lines, 5001);
    cs_programs_output(stage->programs, 0, &len);
    assert_int_equal(len, 0);
    assert_int_equal(stage->state.lost_bytes, stage->state.bytes);
    tear_down(stage);

    stage = run("seq 1 50000; echo end");
    const char *kept = cs_programs_output(stage->programs, 0, &len);
    assert_in_range(len, 65536 / 2, 65536);
    assert_string_equal(kept + len - 11, "\n50000\nend\n");
    assert_int_equal(stage->state.lost_bytes, stage->state.bytes - len);
    tear_down(stage);
}

/* Nothing is lost and nobody waits: the program does. */
static void a_flood_is_read_in_turns(void **state)
{
    struct stage *stage = set_up("yes");
    struct cs_program_state now;

    (void)state;
    start(stage);
    run_for(stage, 0.2);
    assert_true(cs_programs_state(stage->programs, 0, &now));
    assert_true(now.running && now.lines > 1000);
    assert_int_equal(now.lines, now.bytes / 2);
    assert_true(cs_programs_busy(stage->programs));
    cs_programs_stop(stage->programs, 0);
    run_for(stage, LIMIT_S);
    assert_int_equal(stage->state.exit_status, 128 + SIGTERM);
    assert_true(stage->state.stopped && !stage->state.killed);
    tear_down(stage);
}

/* ---- what it is started with ------------------------------------------------------------------
 */

static void it_has_input_folder_and_environment(void **state)
{
    struct stage *stage =
        set_up("cat; pwd; echo $A-${B-none}-$CANSIM_LINK; echo ${PATH%%:*}; ls /proc/$$/fd");
    char here[400], expected[1024];

    (void)state;
    setenv("B", "b", 1);
    stage->def.input = "in\nput\n";
    stage->def.cwd = "tests";
    stage->def.variable[0] = "A";
    stage->def.value[0] = "a b";
    stage->def.variable[1] = "B";
    stage->def.n_variables = 2;
    start(stage);
    run_for(stage, LIMIT_S);
    assert_non_null(getcwd(here, sizeof(here)));
    snprintf(expected, sizeof(expected), "in|put|%s/tests|a b-none-unix:/nowhere|", here);
    stage->heard[strlen(expected)] = '\0';
    assert_string_equal(stage->heard, expected);
    tear_down(stage);
}

static void no_descriptor_is_left_to_it(void **state)
{
    const int fd = dup(0);
    struct stage *stage = run("ls -l /proc/self/fd | wc -l");

    (void)state;
    assert_string_equal(stage->heard, "5|"); /* 0, 1, 2, the folder itself; "total" */
    close(fd);
    tear_down(stage);
}

static void what_cannot_be_started_is_told(void **state)
{
    static const struct {
        const char *word, *cwd, *text;
    } cases[] = {
        {"no-such-program", NULL,
         "s.json: /programs/x/command: \"no-such-program\" cannot be started: No such file or "
         "directory"},
        {"./tests", NULL,
         "s.json: /programs/x/command: \"./tests\" cannot be started: Permission denied"},
        {"sh", "no-such-folder",
         "s.json: /programs/x/cwd: \"no-such-folder\" cannot be entered: No such file or "
         "directory"},
        {"sh", "LICENSE",
         "s.json: /programs/x/cwd: \"LICENSE\" cannot be entered: Not a directory"},
    };
    struct stage *stage = set_up("true");
    struct cs_error error;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stage->def.words[0] = cases[i].word;
        stage->def.cwd = cases[i].cwd;
        assert_int_equal(cs_programs_check(&stage->def, 1, "s.json", &error), -1);
        assert_string_equal(error.text, cases[i].text);
        assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
        assert_int_equal(cs_programs_start(stage->programs, 0, &error), -1);
        assert_string_equal(error.text, cases[i].text);
    }
    assert_int_equal(stage->exits, 0);
    tear_down(stage);
}

/* ---- ending -----------------------------------------------------------------------------------
 */

static void one_that_ignores_sigterm_is_killed(void **state)
{
    struct stage *stage = set_up("trap '' TERM; echo up; while :; do sleep 0.05; done");

    (void)state;
    start(stage);
    run_for(stage, 0.3);
    assert_string_equal(stage->heard, "up|");
    cs_programs_stop(stage->programs, 0);
    run_for(stage, 1.);
    assert_int_equal(stage->exits, 0); /* it has 2 s */
    run_for(stage, LIMIT_S);
    assert_int_equal(stage->state.exit_status, 128 + SIGKILL);
    assert_true(stage->state.killed && stage->state.stopped);
    tear_down(stage);
}

static void one_that_is_held_ends(void **state)
{
    struct stage *stage = set_up("kill -STOP $$");

    (void)state;
    start(stage);
    run_for(stage, 0.3);
    assert_int_equal(stage->exits, 0);
    cs_programs_end(stage->programs);
    assert_int_equal(stage->state.exit_status, 128 + SIGTERM);
    assert_false(stage->state.killed);
    tear_down(stage);
}

static void a_timeout_ends_it(void **state)
{
    struct stage *stage = set_up("sleep 100");

    (void)state;
    stage->def.timeout_ps = 50 * CS_PS_PER_MS;
    start(stage);
    run_for(stage, LIMIT_S);
    assert_int_equal(stage->state.exit_status, 128 + SIGTERM);
    assert_true(stage->state.timed_out);
    assert_in_range(stage->state.wall_ms, 50, 2000);
    tear_down(stage);
}

static void last_words_are_heard(void **state)
{
    struct stage *stage = set_up("trap 'echo bye; exit 4' TERM; echo up; while :; do :; done");

    (void)state;
    start(stage);
    while (stage->lines == 0)
        run_for(stage, 0.05);
    cs_programs_end(stage->programs);
    assert_string_equal(stage->heard, "up|bye|");
    assert_int_equal(stage->exits, 1);
    assert_int_equal(stage->state.exit_status, 4);
    cs_programs_end(stage->programs);
    assert_int_equal(stage->exits, 1);
    tear_down(stage);
}

/* What it has started goes with the set, though it has ended before. */
static void nothing_is_left_behind(void **state)
{
    struct stage *stage = run("sleep 100 >/dev/null 2>&1 & echo $!");
    const pid_t pid = (pid_t)atoi(stage->heard);
    char path[40], stat[100] = "";

    (void)state;
    assert_int_equal(kill(pid, 0), 0);
    tear_down(stage);
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    for (int i = 0; i < 200; i++) {
        FILE *file = fopen(path, "r");
        if (file == NULL)
            return;
        if (fgets(stat, sizeof(stat), file) == NULL)
            stat[0] = '\0';
        fclose(file);
        if (strchr("ZX", strrchr(stat, ')')[2]) != NULL)
            return;
        usleep(10000);
    }
    fail_msg("still there: %s", stat);
}

static void it_can_start_again(void **state)
{
    struct stage *stage = set_up("echo go");
    struct cs_program_state now;

    (void)state;
    stage->restarts = 2;
    start(stage);
    run_for(stage, LIMIT_S);
    assert_string_equal(stage->heard, "go|go|go|");
    assert_int_equal(stage->exits, 3);
    cs_programs_state(stage->programs, 0, &now);
    assert_int_equal(now.lines, 3);
    tear_down(stage);

    /* when it has ended, before that is known */
    stage = set_up("echo go");
    stage->early = 1;
    start(stage);
    run_for(stage, LIMIT_S);
    run_for(stage, 0.5);
    assert_string_equal(stage->heard, "go|go|");
    assert_int_equal(stage->exits, 2);
    tear_down(stage);

    /* while it runs: nothing; while it is being stopped: as soon as it has ended */
    stage = set_up("echo go; exec sleep 100");
    start(stage);
    while (stage->lines < 1)
        run_for(stage, 0.05);
    start(stage);
    cs_programs_stop(stage->programs, 0);
    start(stage);
    assert_true(cs_programs_busy(stage->programs));
    while (stage->lines < 2)
        run_for(stage, 0.05);
    assert_int_equal(stage->exits, 1);
    cs_programs_stop(stage->programs, 0);
    start(stage);
    cs_programs_stop(stage->programs, 0); /* in the end: stopped */
    run_for(stage, LIMIT_S);
    run_for(stage, 0.1);
    assert_int_equal(stage->exits, 2);
    assert_false(cs_programs_busy(stage->programs));
    tear_down(stage);
}

static void signals_reach_it(void **state)
{
    struct stage *stage = set_up("trap 'echo usr1; exit 0' USR1; echo up; while :; do :; done");

    (void)state;
    cs_programs_signal(stage->programs, 0, SIGUSR1); /* it does not run */
    start(stage);
    while (stage->lines < 1)
        run_for(stage, 0.05);
    cs_programs_signal(stage->programs, 0, SIGUSR1);
    run_for(stage, LIMIT_S);
    assert_string_equal(stage->heard, "up|usr1|");
    assert_int_equal(stage->state.exit_status, 0);
    tear_down(stage);
}

static void hearers_are_limited(void **state)
{
    struct stage *stage = set_up("true");

    (void)state;
    for (int i = 1; i < CS_PROGRAMS_HEARERS; i++)
        assert_int_equal(cs_programs_listen(stage->programs, on_heard, stage), 0);
    assert_int_equal(cs_programs_listen(stage->programs, on_heard, stage), -ENOSPC);
    assert_int_equal(cs_programs_listen(NULL, on_heard, stage), -EINVAL);
    assert_int_equal(cs_programs_count(NULL), 0);
    tear_down(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_heard),
        cmocka_unit_test(signals_have_a_status),
        cmocka_unit_test(long_lines_come_in_pieces),
        cmocka_unit_test(the_last_output_is_kept),
        cmocka_unit_test(a_flood_is_read_in_turns),
        cmocka_unit_test(it_has_input_folder_and_environment),
        cmocka_unit_test(no_descriptor_is_left_to_it),
        cmocka_unit_test(what_cannot_be_started_is_told),
        cmocka_unit_test(one_that_ignores_sigterm_is_killed),
        cmocka_unit_test(one_that_is_held_ends),
        cmocka_unit_test(a_timeout_ends_it),
        cmocka_unit_test(last_words_are_heard),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(it_can_start_again),
        cmocka_unit_test(signals_reach_it),
        cmocka_unit_test(hearers_are_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
