/* SPDX-License-Identifier: MIT */
/* Both directions walk over the same fields in the same order: walk() is the only place that knows
 * them. Bytes that end too early, or have too much, are refused. */
#include "scenarios/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VERDICTS 1000000
#define MAX_BUSES    1000

struct walk {
    bool reading;
    char *bytes;
    size_t at, len, room;
    int error; /* 0 or -errno */
};

static void *advance(struct walk *w, size_t n)
{
    if (w->error != 0)
        return NULL;
    if (w->reading ? n > w->len - w->at : n > w->room - w->at) {
        size_t room = (w->room + n) * 2;
        char *more = w->reading ? NULL : realloc(w->bytes, room);
        if (more == NULL) {
            w->error = w->reading ? -EINVAL : -ENOMEM;
            return NULL;
        }
        w->bytes = more;
        w->room = room;
    }
    w->at += n;
    return w->bytes + w->at - n;
}

static void plain(struct walk *w, void *value, size_t size)
{
    void *there = advance(w, size);

    if (there == NULL)
        return;
    if (w->reading)
        memcpy(value, there, size);
    else
        memcpy(there, value, size);
}

/* With its NUL; NULL is told by the length 0. */
static void text(struct walk *w, const char **value)
{
    uint32_t size = !w->reading && *value != NULL ? (uint32_t)strlen(*value) + 1 : 0;

    plain(w, &size, sizeof(size));
    char *there = size > 0 ? advance(w, size) : NULL;
    if (!w->reading) {
        if (there != NULL && *value != NULL)
            memcpy(there, *value, size);
        return;
    }
    if (there != NULL && there[size - 1] != '\0')
        w->error = -EINVAL;
    *value = there;
}

/* A text that is never NULL. */
static void full_text(struct walk *w, const char **value)
{
    text(w, value);
    if (*value == NULL)
        *value = "";
}

static void flag(struct walk *w, bool *value)
{
    uint8_t byte = *value;

    plain(w, &byte, sizeof(byte));
    *value = byte != 0;
}

/* The number of elements and, reading, memory for them. */
static void array(struct walk *w, unsigned *n, unsigned max, void **elements, size_t size)
{
    uint32_t count = *n;

    plain(w, &count, sizeof(count));
    if (!w->reading)
        return;
    *n = 0;
    *elements = NULL;
    if (w->error == 0 && count > max)
        w->error = -EINVAL;
    if (w->error != 0 || count == 0)
        return;
    *elements = calloc(count, size);
    if (*elements == NULL)
        w->error = -ENOMEM;
    else
        *n = count;
}

static void walk_bus(struct walk *w, struct cs_result_bus *bus)
{
    full_text(w, &bus->name);
    plain(w, &bus->frames, sizeof(bus->frames));
    plain(w, &bus->error_frames, sizeof(bus->error_frames));
    plain(w, &bus->load_permille, sizeof(bus->load_permille));
}

static void walk_verdict(struct walk *w, struct cs_verdict *v)
{
    full_text(w, &v->name);
    full_text(w, &v->place);
    full_text(w, &v->kind);
    full_text(w, &v->expected);
    full_text(w, &v->seen);
    text(w, &v->around);
    flag(w, &v->decided);
    flag(w, &v->passed);
    plain(w, &v->at_ps, sizeof(v->at_ps));
    plain(w, &v->window_from_ps, sizeof(v->window_from_ps));
}

static void walk(struct walk *w, struct cs_result *r)
{
    uint32_t state = (uint32_t)r->state;
    void *buses = r->buses, *verdicts = r->verdicts;

    plain(w, &state, sizeof(state));
    if (state >= CS_RESULT_STATES)
        w->error = -EINVAL;
    else
        r->state = (enum cs_result_state)state;
    full_text(w, &r->file);
    full_text(w, &r->title);
    full_text(w, &r->error);
    full_text(w, &r->artifacts);
    flag(w, &r->told_seed);
    plain(w, &r->seed, sizeof(r->seed));
    plain(w, &r->bus_ps, sizeof(r->bus_ps));
    plain(w, &r->wall_ms, sizeof(r->wall_ms));
    array(w, &r->n_buses, MAX_BUSES, &buses, sizeof(r->buses[0]));
    r->buses = buses;
    for (unsigned i = 0; i < r->n_buses && w->error == 0; i++)
        walk_bus(w, &r->buses[i]);
    array(w, &r->n_verdicts, MAX_VERDICTS, &verdicts, sizeof(r->verdicts[0]));
    r->verdicts = verdicts;
    for (unsigned i = 0; i < r->n_verdicts && w->error == 0; i++)
        walk_verdict(w, &r->verdicts[i]);
}

void *cs_result_pack(const struct cs_result *result, size_t *len)
{
    struct cs_result same = *result; /* writing changes nothing of what it points to */
    struct walk w = {.reading = false};

    walk(&w, &same);
    if (w.error != 0) {
        free(w.bytes);
        return NULL;
    }
    *len = w.at;
    return w.bytes;
}

int cs_result_unpack(struct cs_result *result, const void *bytes, size_t len)
{
    struct walk w = {.reading = true, .len = len};

    memset(result, 0, sizeof(*result));
    result->memory = w.bytes = malloc(len > 0 ? len : 1);
    if (w.bytes == NULL)
        return -ENOMEM;
    if (len > 0)
        memcpy(w.bytes, bytes, len);
    walk(&w, result);
    if (w.error == 0 && w.at != len)
        w.error = -EINVAL;
    if (w.error != 0)
        cs_result_free(result);
    return w.error;
}

int cs_result_copy(struct cs_result *to, const struct cs_result *from)
{
    size_t len;
    void *bytes = cs_result_pack(from, &len);
    int ret = bytes != NULL ? cs_result_unpack(to, bytes, len) : -ENOMEM;

    free(bytes);
    return ret;
}

void cs_result_free(struct cs_result *result)
{
    cs_result_fini(result);
    free(result->memory);
    memset(result, 0, sizeof(*result));
}
