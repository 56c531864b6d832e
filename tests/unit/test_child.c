/* SPDX-License-Identifier: MIT */
/* Children: what they are started with, their ends, and that nothing of them is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "scenarios/child.h"

static void start(struct cs_child *child, const char *script, struct cs_child_plan plan)
{
    char *words[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script,
                     NULL};

    if (plan.path == NULL)
        plan.path = "sh";
    plan.words = words;
    assert_int_equal(cs_child_start(child, &plan), 0);
    assert_true(child->pid > 0 && child->pid_fd >= 0);
}

/* All that it says until nobody writes any more, or until it has said a line. */
static void listen_to(struct cs_child *child, bool line, char *text, size_t size)
{
    struct pollfd fd = {.fd = child->out, .events = POLLIN};
    size_t used = 0;
    ssize_t n = 1;

    while (n > 0 && used + 1 < size && !(line && used > 0 && text[used - 1] == '\n')) {
        assert_int_equal(poll(&fd, 1, 20000), 1);
        n = read(child->out, text + used, size - 1 - used);
        used += n > 0 ? (size_t)n : 0;
    }
    text[used] = '\0';
}

static void end(struct cs_child *child)
{
    cs_child_clear(child);
    assert_int_equal(child->pid, 0);
    if (child->in >= 0)
        close(child->in);
    if (child->out >= 0)
        close(child->out);
}

static void says(const char *script, struct cs_child_plan plan, const char *expected, int status)
{
    struct cs_child child;
    char text[400];

    start(&child, script, plan);
    listen_to(&child, false, text, sizeof(text));
    assert_string_equal(text, expected);
    assert_int_equal(cs_child_see_end(&child), status);
    assert_int_equal(child.pid_fd, -1);
    end(&child);
}

static void it_has_what_it_is_given(void **state)
{
    char *const environment[] = {(char *)(uintptr_t) "A=b", NULL};
    const struct cs_child_plan plans[] = {
        {.input = "in\n", .folder = "/"},
        {.path = "/bin/sh", .environment = environment},
        {.alone = true},
        {.alone = false},
    };
    const int fd = open("/dev/null", O_RDONLY);

    (void)state;
    char script[80];
    says("cat; pwd; echo error >&2", plans[0], "in\n/\nerror\n", 0);
    says("echo $A-$HOME; cat", plans[1], "b-\n", 0);
    snprintf(script, sizeof(script), "(: <&%d) 2>/dev/null && echo there; exit 5", fd);
    says(script, plans[2], "", 5);
    says(script, plans[3], "there\n", 5);
    close(fd);
}

static void how_it_ends_is_seen(void **state)
{
    const struct cs_child_plan plan = {.input = NULL};

    (void)state;
    says("exit 255", plan, "", 255);
    says("kill -SEGV $$", plan, "", 128 + SIGSEGV);
}

static void it_can_be_talked_to(void **state)
{
    struct cs_child child;
    char text[40];

    (void)state;
    start(&child, "read -r line; echo \"<$line>\"", (struct cs_child_plan){.talks = true});
    assert_int_equal(read(child.out, text, sizeof(text)), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(write(child.in, "hello\n", 6), 6);
    listen_to(&child, false, text, sizeof(text));
    assert_string_equal(text, "<hello>\n");
    assert_int_equal(cs_child_see_end(&child), 0);
    end(&child);
}

static void what_cannot_be_started_leaves_nothing(void **state)
{
    char *words[] = {(char *)(uintptr_t) "x", NULL};
    const struct {
        struct cs_child_plan plan;
        int err;
    } rows[] = {
        {{.path = "/nonexistent/x"}, ENOENT},
        {{.path = "no-such-program-anywhere"}, ENOENT},
        {{.path = "/bin/sh", .folder = "/nonexistent"}, ENOENT},
        {{.path = "/", .environment = words}, EACCES},
    };
    struct cs_child child;

    (void)state;
    const int before = dup(0);
    close(before);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_child_plan plan = rows[i].plan;
        plan.words = words;
        assert_int_equal(cs_child_start(&child, &plan), rows[i].err);
        assert_int_equal(child.pid, 0);
        assert_true(child.pid_fd == -1 && child.in == -1 && child.out == -1);
    }
    const int after = dup(0);
    close(after);
    assert_int_equal(after, before); /* descriptors */
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 200; i++) {
        char path[60], text[400] = "";
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        const int fd = open(path, O_RDONLY);
        if (fd < 0)
            return true;
        const ssize_t n = read(fd, text, sizeof(text) - 1);
        close(fd);
        if (n <= 0 || strstr(text, ") Z ") != NULL)
            return true;
        usleep(50000);
    }
    return false;
}

/* Also when it has ended itself, and one that is held and does not listen. */
static void what_it_has_started_ends_with_it(void **state)
{
    struct cs_child child;
    char text[40];

    (void)state;
    for (int ended = 0; ended < 2; ended++) {
        start(&child, ended ? "sleep 1000 & echo $!" : "sleep 1000 & echo $!; wait",
              (struct cs_child_plan){.input = NULL});
        listen_to(&child, true, text, sizeof(text));
        const pid_t other = (pid_t)strtol(text, NULL, 10);
        assert_true(other > 0 && kill(other, 0) == 0);
        if (ended)
            assert_int_equal(cs_child_see_end(&child), 0);
        assert_int_equal(kill(other, 0), 0);
        end(&child);
        assert_true(is_gone(other));
    }
}

static void one_that_is_held_is_asked_to_end(void **state)
{
    struct cs_child child;
    char text[40];

    (void)state;
    start(&child, "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done",
          (struct cs_child_plan){.input = NULL});
    listen_to(&child, true, text, sizeof(text));
    cs_child_signal(&child, SIGSTOP);
    cs_child_ask_to_end(&child);
    assert_int_equal(cs_child_see_end(&child), 9);
    cs_child_signal(&child, SIGKILL); /* nothing: it has ended */
    end(&child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_what_it_is_given),
        cmocka_unit_test(how_it_ends_is_seen),
        cmocka_unit_test(it_can_be_talked_to),
        cmocka_unit_test(what_cannot_be_started_leaves_nothing),
        cmocka_unit_test(what_it_has_started_ends_with_it),
        cmocka_unit_test(one_that_is_held_is_asked_to_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
