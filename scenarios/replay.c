/* SPDX-License-Identifier: MIT */
#include "scenarios/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input.h"
#include "simcore/sim.h"

#define MAX_PS (9000000 * CS_PS_PER_S) /* of one log, about 104 days */

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
    const char *path;
    size_t room, bytes_room;
    bool have_first, passed; /* a frame of that interface was there */
    int64_t first_ps, last_ps;
    struct cs_error *error;
};

/* Room for one more frame, and for what it may hold. 0 or -1. */
static int make_room(struct loading *l)
{
    struct cs_replay *replay = l->replay;

    if (replay->n_frames == CS_REPLAY_FRAMES_MAX)
        return cs_error_set(l->error, CS_STATUS_INPUT, "%s: must have at most %d frames, has more",
                            l->path, CS_REPLAY_FRAMES_MAX);
    if (replay->n_frames == l->room) {
        size_t room = l->room == 0 ? 256 : l->room * 2;
        struct cs_replay_frame *more = realloc(replay->frames, room * sizeof(*more));
        if (more == NULL)
            return cs_error_set(l->error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", l->path);
        replay->frames = more;
        l->room = room;
    }
    if (replay->n_bytes + CS_FRAME_MAX_DATA > l->bytes_room) {
        size_t room = l->bytes_room == 0 ? 2048 : l->bytes_room * 2;
        uint8_t *more = realloc(replay->bytes, room);
        if (more == NULL)
            return cs_error_set(l->error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", l->path);
        replay->bytes = more;
        l->bytes_room = room;
    }
    return 0;
}

static bool is_one_of(const struct cs_match_list *list, const struct cs_frame *frame)
{
    for (unsigned i = 0; i < list->n; i++) {
        if (cs_match_frame(&list->match[i], frame))
            return true;
    }
    return list->n == 0;
}

/* 1 it is sent, 0 not, -1 it cannot be. */
static int rewrite(struct loading *l, struct cs_frame *frame)
{
    const struct cs_replay *replay = l->replay;
    char text[CS_FRAME_TEXT_MAX];

    for (unsigned i = 0; i < replay->n_rewrites; i++) {
        const struct cs_replay_rewrite *one = &replay->rewrites[i];
        if (!is_one_of(&one->ids, frame))
            continue;
        if (one->drop)
            return 0;
        cs_frame_format(frame, text);
        if (!cs_change_apply(&one->change, frame))
            return cs_error_set(l->error, CS_STATUS_INPUT,
                                "%s: frame %s must have an identifier after rewrite %u, has none "
                                "of so many bits",
                                l->path, text, i);
        return 1;
    }
    return 1;
}

static int add_frame(struct loading *l, int64_t at_ps, const struct cs_frame *frame)
{
    struct cs_replay *replay = l->replay;

    if (make_room(l) != 0)
        return -1;
    /* Logs of several interfaces are not always in order: what comes late goes out at once. */
    if (at_ps > l->last_ps)
        l->last_ps = at_ps;
    struct cs_replay_frame *f = &replay->frames[replay->n_frames++];
    f->at_ps = l->last_ps;
    f->id = frame->id;
    f->flags = frame->flags;
    f->dlc = frame->dlc;
    f->len = frame->len;
    f->zero = 0;
    f->data = replay->n_bytes;
    memcpy(replay->bytes + replay->n_bytes, frame->data, f->len);
    replay->n_bytes += f->len;
    replay->has_fd |= (f->flags & CS_FRAME_FD) != 0;
    return 0;
}

/* One frame of the log: 0 or -1. */
static int take(struct loading *l, const struct cansim_log_frame *log)
{
    struct cs_replay *replay = l->replay;
    const int64_t at = log->stamp_ps;

    if (!l->have_first) {
        l->have_first = true;
        l->first_ps = at;
    }
    if (at - l->first_ps > MAX_PS)
        return cs_error_set(l->error, CS_STATUS_INPUT,
                            "%s: must end within 100 days of its first frame", l->path);
    if (replay->interface != NULL && strcmp(replay->interface, log->bus_name) != 0)
        return 0;
    if (log->error_frame) {
        replay->skipped++;
        return 0;
    }
    l->passed = true;
    struct cs_frame frame = cs_plugins_frame(log->frame);
    if (!is_one_of(&replay->ids, &frame))
        return 0;
    int ret = rewrite(l, &frame);
    return ret <= 0 ? ret : add_frame(l, at - l->first_ps, &frame);
}

static int load_frames(struct loading *l, struct cs_input *input)
{
    const struct cs_replay *replay = l->replay;
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .bus_name = ""};
    char why[600];
    int ret;

    for (;;) {
        ret = cs_input_read(input, &log, why, sizeof(why));
        if (ret < 0)
            return cs_error_set(l->error, CS_STATUS_INPUT, "%s", why);
        if (ret == 0)
            break;
        if (take(l, &log) != 0)
            return -1;
    }
    if (replay->n_frames > 0)
        return 0;
    if (l->passed)
        return cs_error_set(
            l->error, CS_STATUS_INPUT,
            "%s: must have frames that are sent, \"ids\" and \"rewrite\" leave none", l->path);
    if (replay->interface != NULL)
        return cs_error_set(l->error, CS_STATUS_INPUT,
                            "%s: must have frames of the interface \"%s\", got none", l->path,
                            replay->interface);
    return cs_error_set(l->error, CS_STATUS_INPUT, "%s: must have frames, got none", l->path);
}

int cs_replay_load(struct cs_replay *replay, const struct cs_plugins *plugins, const char *path,
                   struct cs_file_id *id, struct cs_error *error)
{
    struct loading l = {.replay = replay, .path = path, .error = error};
    char why[600];
    struct cs_input *input = cs_input_open(plugins, path, NULL, why, sizeof(why));

    /* Of a text that is no log, the line that is wrong is better told than that it is none. */
    if (input == NULL)
        input = cs_input_open(plugins, path, "candump", why, sizeof(why));
    if (input == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    cs_file_identify(path, id);
    int ret = load_frames(&l, input);
    cs_input_close(input);
    return ret;
}

void cs_replay_free(struct cs_replay *replay)
{
    for (unsigned i = 0; i < replay->n_rewrites; i++)
        free(replay->rewrites[i].ids.match);
    free(replay->rewrites);
    free(replay->ids.match);
    free(replay->frames);
    free(replay->bytes);
    replay->rewrites = NULL;
    replay->ids.match = NULL;
    replay->frames = NULL;
    replay->bytes = NULL;
    replay->n_frames = replay->n_rewrites = 0;
}
