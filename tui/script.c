/* SPDX-License-Identifier: MIT */
/* script.c - see script.h. */
#include "tui/script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simcore/units.h"
#include "tui/keys.h"

static int take_wait(struct cs_script_step *step, const char *word)
{
    step->what = CS_SCRIPT_WAIT;
    return cs_units_parse_time(word, &step->wait_ps) == 0 && step->wait_ps >= 0 ? 0 : -EINVAL;
}

static int take_shot(struct cs_script_step *step, const char *word)
{
    const char *dot = strrchr(word, '.');

    step->what = CS_SCRIPT_SHOT;
    snprintf(step->file, sizeof step->file, "%s", word);
    return dot && (!strcmp(dot, ".svg") || !strcmp(dot, ".png") || !strcmp(dot, ".txt")) ? 0
                                                                                         : -EINVAL;
}

static const struct {
    const char *word;
    int (*take)(struct cs_script_step *step, const char *word);
} words[] = {
    {"<wait ", take_wait},
    {"<shot ", take_shot},
};

/* 1: it was a word, 0: it is none, or -EINVAL. */
static int take_word(const char **script, struct cs_script_step *step)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t len = strlen(words[i].word);
        char value[CS_SCRIPT_FILE];

        if (strncmp(*script, words[i].word, len) != 0)
            continue;
        const size_t n = strcspn(*script + len, ">");
        if ((*script)[len + n] != '>' || n == 0 || n >= sizeof value)
            return -EINVAL;
        memcpy(value, *script + len, n);
        value[n] = '\0';
        if (words[i].take(step, value) < 0)
            return -EINVAL;
        *script += len + n + 1;
        return 1;
    }
    return 0;
}

int cs_script_next(const char **script, struct cs_script_step *step)
{
    const int word = take_word(script, step);

    if (word != 0)
        return word;
    step->what = CS_SCRIPT_KEY;
    step->key = cs_key_script_next(script);
    if (step->key == CS_KEY_NONE)
        return 0;
    return step->key > 0 ? 1 : -EINVAL;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Without comments and line ends, in place. */
static void join_lines(char *text)
{
    const char *from = text;

    while (*from) {
        const size_t len = strcspn(from, "\r\n");
        if (*from != '#') {
            memmove(text, from, len);
            text += len;
        }
        from += len;
        from += strspn(from, "\r\n");
    }
    *text = '\0';
}

static int load_file(const char *name, char *text, char *why, size_t why_size)
{
    FILE *file = fopen(name, "re");
    size_t n;
    int error;

    if (!file) {
        snprintf(why, why_size, "%s: %s", name, strerror(errno));
        return -1;
    }
    n = fread(text, 1, CS_SCRIPT_MAX, file);
    error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        snprintf(why, why_size, "%s: %s", name, strerror(error));
    else if (n == CS_SCRIPT_MAX)
        snprintf(why, why_size, "%s: expected less than %d bytes of keys, got more", name,
                 CS_SCRIPT_MAX);
    else if (memchr(text, 0, n))
        snprintf(why, why_size, "%s: expected keys as text, got a byte that is 0", name);
    else {
        text[n] = '\0';
        join_lines(text);
        return 0;
    }
    return -1;
}

/* No keys that somebody would press are likely to have a dot and to name a file as well. */
static bool names_a_file(const char *value)
{
    struct stat st;

    return strchr(value, '.') && stat(value, &st) == 0 && S_ISREG(st.st_mode);
}

int cs_script_load(const char *value, char *text, char *why, size_t why_size)
{
    const bool at_sign = value[0] == '@' && value[1];
    const char *at = text;
    struct cs_script_step step;
    int more;

    if (at_sign || names_a_file(value)) {
        if (load_file(value + at_sign, text, why, why_size) != 0)
            return -1;
    } else if (snprintf(text, CS_SCRIPT_MAX, "%s", value) >= CS_SCRIPT_MAX) {
        snprintf(why, why_size, "expected less than %d bytes of keys, got more", CS_SCRIPT_MAX);
        return -1;
    }
    while ((more = cs_script_next(&at, &step)) > 0)
        ;
    if (more == 0)
        return 0;
    snprintf(why, why_size,
             "expected keys by names such as <Enter> <Up> <F1> <lt>, <wait 500ms> or "
             "<shot FILE.svg>, got \"%.40s\"",
             at);
    return -1;
}
