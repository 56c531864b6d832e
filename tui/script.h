/* SPDX-License-Identifier: MIT */
/* script.h - what is done before a picture is taken: keys, as keys.h writes them, and between them
 * "<wait 500ms>" (bus time goes on by so much) and "<shot FILE>" (a picture on the way). */
#ifndef CANSIM_TUI_SCRIPT_H
#define CANSIM_TUI_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#define CS_SCRIPT_MAX  (64 * 1024)
#define CS_SCRIPT_FILE 256

struct cs_script_step {
    enum { CS_SCRIPT_KEY, CS_SCRIPT_WAIT, CS_SCRIPT_SHOT } what;
    int32_t key;
    int64_t wait_ps;
    char file[CS_SCRIPT_FILE];
};

/* The next step; moves *script on. Returns 1, 0 at the end, or -EINVAL: *script stays where it is
 * no step. */
int cs_script_next(const char **script, struct cs_script_step *step);

/* Take a script as an option gives it: itself, or the name of a file with it (after '@', or with a
 * dot), whose line ends count for nothing and whose lines that begin with '#' are comments. `text`
 * holds CS_SCRIPT_MAX bytes. Returns 0, or -1 with one sentence, without an end, in `why`. */
int cs_script_load(const char *value, char *text, char *why, size_t why_size);

#endif
