/* SPDX-License-Identifier: MIT */
/* child.h - another program as a child of this one, with its input and output in pipes. It leads a
 * process group of its own, so that a Ctrl-C at the terminal is ours to act upon and what it starts
 * ends with it; it dies with this process.
 * Invariant: an ended child is not reaped before its group has been cleared, so that the number
 * that signals are sent to is nobody else's. */
#ifndef CANSIM_SCENARIOS_CHILD_H
#define CANSIM_SCENARIOS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct cs_child {
    pid_t pid;   /* and its group's; 0: none */
    int pid_fd;  /* readable when it has ended; -1: that was seen, or it never began */
    int in, out; /* non-blocking, whoever has started it closes them; -1: none */
};
#define CS_CHILD_NONE ((struct cs_child){.pid_fd = -1, .in = -1, .out = -1})

/* What it is started with; all of it is made before, for a child may not allocate. */
struct cs_child_plan {
    const char *path; /* without "/": looked for in PATH, where `environment` is NULL */
    char *const *words;
    char *const *environment; /* NULL: ours */
    const char *folder;       /* NULL: the present one */
    const char *input;        /* all of its standard input, less than any pipe takes; NULL: none */
    bool talks;               /* in place of it: what is written to `in` */
    bool alone;               /* it inherits no other descriptor */
};

/* 0 when it has become that program; else an errno, and nothing is left. */
int cs_child_start(struct cs_child *child, const struct cs_child_plan *plan);
/* To all of its group; nothing where it has ended. */
void cs_child_signal(const struct cs_child *child, int number);
void cs_child_ask_to_end(const struct cs_child *child); /* SIGTERM, also where it is held */
/* Wait for its end and see it: its exit status, 128 + N by signal N, 255 where nobody knows. */
int cs_child_see_end(struct cs_child *child);
/* It ends now, with all that it has left behind; once it has ended, what is left. */
void cs_child_clear(struct cs_child *child);

#endif
