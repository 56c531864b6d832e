/* SPDX-License-Identifier: MIT */
#include "simcore/candump.h"

#include <stdio.h>
#include <string.h>

#include "simcore/sim.h"

int cs_candump_parse_time(const char **text, int64_t *seconds, int64_t *fraction_ps)
{
    const char *p = *text;
    unsigned digits = 0;

    if (*p++ != '(')
        return -1;
    *seconds = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (++digits > 15)
            return -1;
        *seconds = *seconds * 10 + (*p - '0');
    }
    if (digits == 0 || *p++ != '.')
        return -1;
    int64_t unit = CS_PS_PER_S / 10;
    *fraction_ps = 0;
    for (digits = 0; *p >= '0' && *p <= '9'; p++, digits++) {
        *fraction_ps += (*p - '0') * unit;
        unit /= 10;
    }
    if (digits == 0 || digits > 12 || *p++ != ')')
        return -1;
    *text = p;
    return 0;
}

static const char *past_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

static bool ends_word(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word at *text into `word`. */
static int parse_word(const char **text, char *word, size_t size)
{
    const char *p = past_blanks(*text);
    size_t n = 0;

    for (; !ends_word(p[n]); n++) {
        if (n + 1 == size)
            return -1;
        word[n] = p[n];
    }
    word[n] = '\0';
    *text = p + n;
    return n > 0 ? 0 : -1;
}

/* candump writes error frames with identifiers above 29 bits. */
static bool is_error_frame(const char *text)
{
    return text[0] >= '2' && text[0] <= '3' && strcspn(text, "#") == 8 &&
           strspn(text, "0123456789abcdefABCDEF") == 8;
}

/* What it tells, as far as it can be read: whoever wrote it, it is no frame to be sent. */
static void read_error_frame(char *word, struct cs_frame *frame)
{
    char why[8];

    word[0] = (char)(word[0] - '2' + '0'); /* without the flag a 29-bit identifier */
    if (cs_frame_parse(word, frame, why, sizeof(why)) != 0 || frame->flags != CS_FRAME_EXT ||
        frame->len != 8)
        memset(frame, 0, sizeof(*frame));
    frame->flags = 0;
}

int cs_candump_parse(const char *line, struct cs_candump_line *out, char *why, size_t why_size)
{
    char word[CS_FRAME_TEXT_MAX + 64], reason[160];
    int64_t fraction;

    memset(out, 0, sizeof(*out));
    line = past_blanks(line);
    if (cs_candump_parse_time(&line, &out->seconds, &fraction) != 0) {
        snprintf(why, why_size, "must begin with a time such as (12.345678)");
        return -1;
    }
    out->fraction_ps = fraction;
    if (parse_word(&line, out->interface, sizeof(out->interface)) != 0) {
        snprintf(why, why_size, "must name an interface of 1..31 bytes after the time");
        return -1;
    }
    if (parse_word(&line, word, sizeof(word)) != 0) {
        snprintf(why, why_size, "must have a frame such as 123#DEADBEEF after the interface");
        return -1;
    }
    out->error_frame = is_error_frame(word);
    if (out->error_frame) {
        read_error_frame(word, &out->frame);
    } else if (cs_frame_parse(word, &out->frame, reason, sizeof(reason)) != 0) {
        snprintf(why, why_size, "%s", reason);
        return -1;
    }
    line = past_blanks(line);
    if ((*line == 'R' || *line == 'T') && ends_word(line[1]))
        line++; /* candump -x: the direction */
    while (*line != '\0' && ends_word(*line))
        line++;
    if (*line != '\0') {
        snprintf(why, why_size, "must end after the frame");
        return -1;
    }
    return 0;
}
