/* SPDX-License-Identifier: MIT */
/* A guest at work: its console, and the script that is followed there. A shell stands for QEMU;
 * what is waited for comes within milliseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <ev.h>

#include "scenarios/guest.h"
#include "scenarios/scenario.h"

#define LIMIT_S 20.

#define WAIT(text_)                         \
    {                                       \
        .kind = CS_STEP_WAIT, .text = text_ \
    }
#define TYPE(text_)                         \
    {                                       \
        .kind = CS_STEP_TYPE, .text = text_ \
    }
#define RUN(text_, expect_)                                    \
    {                                                          \
        .kind = CS_STEP_RUN, .text = text_, .expect = expect_, \
    }

/* A guest whose shell takes a line at a time; the second one has a terminal that echoes. */
#define SHELL "echo ready; while read -r line; do eval \"$line\" </dev/null; done"
#define ECHOING                                                                             \
    "echo ready; while read -r line; do printf '%s\\r\\n\\r\\n' \"$line\"; eval \"$line\" " \
    "</dev/null; done"

struct stage {
    struct ev_loop *loop;
    struct cs_guest_def def;
    struct cs_guest_step steps[40];
    struct cs_guest_command command;
    struct cs_guest *guest;
    int ended, status;
    char text[1024], acted[64];
    size_t n_output;
};

static void on_ended(void *ctx, int status, const char *text)
{
    struct stage *stage = ctx;

    stage->ended++;
    if (text != NULL) {
        stage->status = status;
        snprintf(stage->text, sizeof(stage->text), "%s", text);
    }
    ev_break(stage->loop, EVBREAK_ALL);
}

static void on_act(void *ctx, const struct cs_action *action)
{
    struct stage *stage = ctx;

    strcat(stage->acted, action->note);
}

static void on_output(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    ((struct stage *)ctx)->n_output += n;
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* Until it has said that it is through, has ended or has failed. */
static void turn(struct stage *stage)
{
    ev_timer late;

    ev_timer_init(&late, on_late, LIMIT_S, 0.);
    ev_timer_start(stage->loop, &late);
    ev_run(stage->loop, 0);
    ev_timer_stop(stage->loop, &late);
}

static void start(struct stage *stage, const char *program, const struct cs_guest_step *steps,
                  unsigned n)
{
    static char shell[] = "/bin/sh", option[] = "-c";
    const struct cs_guest_host host = {.loop = stage->loop,
                                       .file = "s.json",
                                       .act = on_act,
                                       .ended = on_ended,
                                       .output = on_output,
                                       .ctx = stage};
    struct cs_error error = {0};

    snprintf(stage->command.text, sizeof(stage->command.text), "%s", program);
    stage->command.words[0] = shell;
    stage->command.words[1] = option;
    stage->command.words[2] = stage->command.text;
    if (n > 0)
        memcpy(stage->steps, steps, n * sizeof(*steps));
    stage->def.name = "g";
    stage->def.steps = stage->steps;
    stage->def.n_steps = n;
    stage->guest = cs_guest_start(&stage->def, &stage->command, &host, &error);
    if (stage->guest == NULL)
        fail_msg("%s", error.text);
}

static void play(struct stage *stage, const char *program, const struct cs_guest_step *steps,
                 unsigned n)
{
    start(stage, program, steps, n);
    if (!cs_guest_done(stage->guest) && stage->ended == 0)
        turn(stage);
}

#define PLAY(stage, program, ...)                                             \
    do {                                                                      \
        const struct cs_guest_step steps_[] = {__VA_ARGS__};                  \
        play((stage), (program), steps_, sizeof(steps_) / sizeof(steps_[0])); \
    } while (0)

static void assert_well(const struct stage *stage)
{
    if (stage->text[0] != '\0')
        fail_msg("%s", stage->text);
    assert_true(cs_guest_done(stage->guest));
}

static void assert_failed(const struct stage *stage, const char *sentence)
{
    assert_int_equal(stage->status, CS_STATUS_EXPECTATION);
    if (strncmp(stage->text, sentence, strlen(sentence)) != 0)
        fail_msg("expected \"%s\", got \"%s\"", sentence, stage->text);
    assert_false(cs_guest_done(stage->guest));
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));

    *state = stage;
    if (stage != NULL)
        stage->loop = ev_loop_new(0);
    return stage != NULL && stage->loop != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    cs_guest_stop(stage->guest);
    ev_loop_destroy(stage->loop);
    free(stage);
    return 0;
}

/* ---- the console -------------------------------------------------------------------------------
 */

static void text_that_comes_in_pieces(void **state)
{
    PLAY(*state, "printf lo; sleep 0.05; printf gi; sleep 0.05; printf 'n: '; read x",
         WAIT("login: "), TYPE("root"));
    assert_well(*state);
}

/* The second one is another one, and what came before the first does not count. */
static void each_finds_what_comes_after_the_one_before(void **state)
{
    struct cs_guest_step again = WAIT("ping");
    struct stage *stage = *state;

    again.within_ps = 200 * CS_PS_PER_MS;
    PLAY(stage, "echo one ping two; exec sleep 60", WAIT("one"), WAIT("ping"), again);
    assert_failed(stage, "s.json: /guests/g/script/2/wait: waited 200ms for \"ping\"; its console "
                         "ends with \"one ping two|\"");
}

/* All reaches the file and the listener; the script looks at the last part of it. */
static void a_flood(void **state)
{
    struct stage *stage = *state;
    char path[] = "/tmp/cansim-console-XXXXXX";
    struct stat st;

    close(mkstemp(path));
    stage->def.console = path;
    PLAY(stage, "yes 'never stops' | head -c 8000000; echo; echo ready; read x", WAIT("\nready\n"));
    assert_int_equal(stat(path, &st), 0);
    unlink(path);
    assert_well(stage);
    assert_int_equal(st.st_size, 8000007);
    assert_int_equal(stage->n_output, 8000007);
}

static void bytes_that_are_no_text(void **state)
{
    PLAY(*state, "printf 'a\\0b\\377\\033[31mc'; read x", WAIT("a?b"), WAIT("c"));
    assert_well(*state);
}

static void a_file_that_cannot_be_written(void **state)
{
    struct stage *stage = *state;

    if (access("/dev/full", W_OK) != 0)
        skip();
    stage->def.console = "/dev/full";
    PLAY(stage, "echo hello; exec sleep 60", WAIT("never"));
    assert_int_equal(stage->status, CS_STATUS_ENVIRONMENT);
    assert_string_equal(stage->text, "/dev/full: cannot be written: No space left on device");
}

/* ---- commands ----------------------------------------------------------------------------------
 */

static void commands(void **state)
{
    struct cs_guest_step three = RUN("(exit 3)", NULL);

    three.status = 3;
    PLAY(*state, SHELL, WAIT("ready"), RUN("echo a; echo b", "a\nb"), three,
         RUN("for i in 1 2; do echo $i; done", "2"), RUN("! false", NULL));
    assert_well(*state);
}

static void a_wrong_status(void **state)
{
    PLAY(*state, SHELL, WAIT("ready"), RUN("echo hm; (exit 7)", NULL));
    assert_failed(*state, "s.json: /guests/g/script/1/run: \"echo hm; (exit 7)\" must end with "
                          "status 0, got 7; its console ends with \"ready|");
}

static void a_wrong_answer(void **state)
{
    PLAY(*state, SHELL, WAIT("ready"), RUN("echo before", NULL), RUN("echo hm", "before"));
    assert_failed(*state, "s.json: /guests/g/script/2/run: \"echo hm\" must say \"before\", and "
                          "does not");
}

/* What the terminal repeats of the line is neither the answer nor its end. */
static void an_echo_is_no_answer(void **state)
{
    PLAY(*state, ECHOING, WAIT("ready"), RUN("echo y\"e\"s", "yes"), RUN("true secret", "secret"));
    assert_failed(*state, "s.json: /guests/g/script/2/run: \"true secret\" must say \"secret\"");
}

static void more_output_than_is_kept(void **state)
{
    struct cs_guest_step status = RUN("yes | head -c 300000; echo last; (exit 2)", "last");

    status.status = 2;
    PLAY(*state, SHELL, WAIT("ready"), status, RUN("echo fine", "fine"));
    assert_well(*state);
}

static void until_it_is_so(void **state)
{
    struct cs_guest_step step = RUN("n=$((n + 1)); echo n=$n; test $n -ge 3", "n=3");

    step.repeat = true;
    PLAY(*state, SHELL, WAIT("ready"), step, RUN("echo $n", "3"));
    assert_well(*state);
}

static void never_so(void **state)
{
    struct cs_guest_step step = RUN("false", NULL);

    step.repeat = true;
    step.within_ps = 500 * CS_PS_PER_MS;
    PLAY(*state, SHELL, WAIT("ready"), step);
    assert_failed(*state, "s.json: /guests/g/script/1/run: waited 500ms for \"false\"");
}

/* A guest that reads nothing is told of, not written to for ever. */
static void nobody_reads(void **state)
{
    static char much[4001];
    struct cs_guest_step steps[40];
    const struct cs_guest_step one = TYPE(much);

    memset(much, 'x', sizeof(much) - 1);
    for (size_t i = 0; i < 40; i++)
        steps[i] = one;
    play(*state, "exec sleep 60", steps, 40);
    assert_non_null(
        strstr(((struct stage *)*state)->text, "/type: the guest does not read what is typed"));
}

/* ---- actions, pauses and ends ------------------------------------------------------------------
 */

static void in_turn(void **state)
{
    struct stage *stage = *state;
    struct cs_action a = {.note = "a"}, b = {.note = "b"};
    const double before = ev_time();

    PLAY(stage, SHELL, {.kind = CS_STEP_DO, .action = &a}, WAIT("ready"),
         {.kind = CS_STEP_PAUSE, .pause_ps = 50 * CS_PS_PER_MS},
         {.kind = CS_STEP_DO, .action = &b});
    assert_well(stage);
    assert_string_equal(stage->acted, "ab");
    assert_true(ev_time() - before >= 0.049);
}

static void the_end(void **state)
{
    struct stage *stage = *state;

    PLAY(stage, SHELL, WAIT("ready"), {.kind = CS_STEP_END});
    while (!cs_guest_gone(stage->guest))
        turn(stage);
    assert_well(stage);
}

static void it_ends_too_early(void **state)
{
    PLAY(*state, "echo panic; exit 3", WAIT("ready"));
    assert_failed(*state, "s.json: /guests/g/script/0/wait: QEMU ended with status 3 before this "
                          "step was through; its console ends with \"panic|\"");
}

static void it_is_killed(void **state)
{
    PLAY(*state, "echo ready; kill -SEGV $$", WAIT("ready"), WAIT("never"));
    assert_failed(*state, "s.json: /guests/g/script/1/wait: QEMU ended with signal 11 before");
}

/* Its last words count, however soon they are followed by the end. */
static void last_words(void **state)
{
    PLAY(*state, "head -c 60000 /dev/zero | tr '\\0' x; echo; echo goodbye", WAIT("goodbye"));
    assert_well(*state);
}

static void without_a_script(void **state)
{
    struct stage *stage = *state;

    play(stage, "true", NULL, 0);
    assert_true(cs_guest_gone(stage->guest));
    assert_string_equal(stage->text, "");
}

static void without_a_script_it_fails(void **state)
{
    struct stage *stage = *state;

    play(stage, "echo '-foo: invalid option' >&2; exit 1", NULL, 0);
    assert_true(cs_guest_gone(stage->guest));
    assert_string_equal(stage->text,
                        "s.json: /guests/g: QEMU ended with status 1; its console ends "
                        "with \"-foo: invalid option|\"");
}

static void a_qemu_that_is_not_there_is_told_at_once(void **state)
{
    static char gone[] = "/nonexistent/qemu";
    struct stage *stage = *state;
    const struct cs_guest_host host = {.loop = stage->loop, .ended = on_ended, .ctx = stage};
    struct cs_error error = {0};

    stage->def.name = "g";
    stage->command.words[0] = gone;
    assert_null(cs_guest_start(&stage->def, &stage->command, &host, &error));
    assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
    assert_string_equal(error.text, "guest \"g\": /nonexistent/qemu cannot be started: "
                                    "No such file or directory");
    assert_int_equal(stage->ended, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_that_comes_in_pieces),
        TEST(each_finds_what_comes_after_the_one_before),
        TEST(a_flood),
        TEST(bytes_that_are_no_text),
        TEST(a_file_that_cannot_be_written),
        TEST(commands),
        TEST(a_wrong_status),
        TEST(a_wrong_answer),
        TEST(an_echo_is_no_answer),
        TEST(more_output_than_is_kept),
        TEST(until_it_is_so),
        TEST(never_so),
        TEST(nobody_reads),
        TEST(in_turn),
        TEST(the_end),
        TEST(it_ends_too_early),
        TEST(it_is_killed),
        TEST(last_words),
        TEST(without_a_script),
        TEST(without_a_script_it_fails),
        TEST(a_qemu_that_is_not_there_is_told_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
