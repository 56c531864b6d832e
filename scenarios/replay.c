/* SPDX-License-Identifier: MIT */
#include "scenarios/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"

#define MAX_SECONDS 9000000 /* of one log, about 104 days */

/* "(SECONDS.FRACTION)" at *text, which moves behind it. Seconds and picoseconds apart: an epoch in
 * picoseconds does not fit. */
static int parse_stamp(const char **text, int64_t *seconds, int64_t *fraction_ps)
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

/* The next word at *text into `word`. */
static int parse_word(const char **text, char *word, size_t size)
{
    size_t n = 0;

    *text += strspn(*text, " \t");
    while (**text != '\0' && strchr(" \t\r\n", **text) == NULL) {
        if (n + 1 == size)
            return -1;
        word[n++] = *(*text)++;
    }
    word[n] = '\0';
    return n > 0 ? 0 : -1;
}

/* candump writes error frames with identifiers above 29 bits. */
static bool is_error_frame(const char *text)
{
    return strcspn(text, "#") == 8 && text[0] >= '2' && text[0] <= '3' &&
           strspn(text, "0123456789abcdefABCDEF") == 8;
}

int cs_candump_parse(const char *line, struct cs_candump_line *out, char *why, size_t why_size)
{
    char word[CS_FRAME_TEXT_MAX + 64], reason[160];
    int64_t fraction;

    memset(out, 0, sizeof(*out));
    line += strspn(line, " \t");
    if (parse_stamp(&line, &out->seconds, &fraction) != 0) {
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
    if (!out->error_frame && cs_frame_parse(word, &out->frame, reason, sizeof(reason)) != 0) {
        snprintf(why, why_size, "%s", reason);
        return -1;
    }
    line += strspn(line, " \t");
    if ((*line == 'R' || *line == 'T') && strchr(" \t\r\n", line[1]) != NULL)
        line++; /* candump -x: the direction */
    line += strspn(line, " \t\r\n");
    if (*line != '\0') {
        snprintf(why, why_size, "must end after the frame");
        return -1;
    }
    return 0;
}

void cs_replay_frame(const struct cs_replay *replay, size_t index, struct cs_frame *frame)
{
    const struct cs_replay_frame *packed = &replay->frames[index];

    memset(frame, 0, sizeof(*frame));
    frame->id = packed->id;
    frame->flags = packed->flags;
    frame->dlc = packed->dlc;
    frame->len = packed->len;
    memcpy(frame->data, replay->bytes + packed->data, packed->len);
}

struct loading {
    struct cs_replay *replay;
    size_t room, bytes_room;
    bool have_first;
    int64_t first_s, first_ps, last_ps;
};

/* Room for one more frame, and for what it may hold. 0 or -1. */
static int make_room(struct loading *l)
{
    struct cs_replay *replay = l->replay;

    if (replay->n_frames == l->room) {
        size_t room = l->room == 0 ? 256 : l->room * 2;
        struct cs_replay_frame *more = realloc(replay->frames, room * sizeof(*more));
        if (more == NULL)
            return -1;
        replay->frames = more;
        l->room = room;
    }
    if (replay->n_bytes + CS_FRAME_MAX_DATA > l->bytes_room) {
        size_t room = l->bytes_room == 0 ? 2048 : l->bytes_room * 2;
        uint8_t *more = realloc(replay->bytes, room);
        if (more == NULL)
            return -1;
        replay->bytes = more;
        l->bytes_room = room;
    }
    return 0;
}

/* 0, -1 with a reason, -2 no memory. */
static int add_line(struct loading *l, const struct cs_candump_line *line, char *why,
                    size_t why_size)
{
    struct cs_replay *replay = l->replay;

    if (!l->have_first) {
        l->have_first = true;
        l->first_s = line->seconds;
        l->first_ps = line->fraction_ps;
    }
    if (line->seconds - l->first_s > MAX_SECONDS || l->first_s - line->seconds > MAX_SECONDS) {
        snprintf(why, why_size, "must be within 100 days of the first line");
        return -1;
    }
    if (replay->interface != NULL && strcmp(replay->interface, line->interface) != 0)
        return 0;
    if (line->error_frame) {
        replay->skipped++;
        return 0;
    }
    if (make_room(l) != 0)
        return -2;
    /* Logs of several interfaces are not always in order: what comes late goes out at once. */
    int64_t at = (line->seconds - l->first_s) * CS_PS_PER_S + line->fraction_ps - l->first_ps;
    if (at > l->last_ps)
        l->last_ps = at;
    struct cs_replay_frame *f = &replay->frames[replay->n_frames++];
    f->at_ps = l->last_ps;
    f->id = line->frame.id;
    f->flags = line->frame.flags;
    f->dlc = line->frame.dlc;
    f->len = line->frame.len;
    f->zero = 0;
    f->data = replay->n_bytes;
    memcpy(replay->bytes + replay->n_bytes, line->frame.data, f->len);
    replay->n_bytes += f->len;
    replay->has_fd |= (f->flags & CS_FRAME_FD) != 0;
    return 0;
}

static int load_text(struct cs_replay *replay, const char *path, char *text, size_t len,
                     struct cs_error *error)
{
    struct loading l = {.replay = replay};
    struct cs_candump_line line;
    char why[300];
    unsigned number = 0;

    for (char *p = text; p < text + len;) {
        char *end = memchr(p, '\n', (size_t)(text + len - p));
        char *next = end != NULL ? end + 1 : text + len;
        if (end != NULL)
            *end = '\0';
        number++;
        if (strlen(p) != (size_t)(next - p) - (end != NULL))
            return cs_error_set(error, CS_STATUS_INPUT, "%s:%u: must be text, got a NUL byte", path,
                                number);
        if (p[strspn(p, " \t\r")] != '\0') {
            int ret = cs_candump_parse(p, &line, why, sizeof(why));
            if (ret == 0)
                ret = add_line(&l, &line, why, sizeof(why));
            if (ret == -2)
                return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", path);
            if (ret != 0)
                return cs_error_set(error, CS_STATUS_INPUT, "%s:%u: %s", path, number, why);
        }
        p = next;
    }
    if (replay->n_frames == 0 && replay->interface != NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s: must have frames of the interface \"%s\", got none", path,
                            replay->interface);
    if (replay->n_frames == 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: must have frames, got none", path);
    return 0;
}

int cs_replay_load(struct cs_replay *replay, const char *path, struct cs_file_id *id,
                   struct cs_error *error)
{
    size_t len;
    char *text = cs_file_read(path, &len, id, error);

    if (text == NULL)
        return -1;
    int ret = load_text(replay, path, text, len, error);
    free(text);
    return ret;
}

void cs_replay_free(struct cs_replay *replay)
{
    free(replay->frames);
    free(replay->bytes);
    replay->frames = NULL;
    replay->bytes = NULL;
    replay->n_frames = 0;
}
