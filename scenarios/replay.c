/* SPDX-License-Identifier: MIT */
#include "scenarios/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"

#define MAX_SECONDS 9000000 /* of one log, about 104 days */

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
