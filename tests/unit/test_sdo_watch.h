/* SPDX-License-Identifier: MIT */
/* test_sdo_watch.h - an SDO channel of node 5, told frames written as text. */
#ifndef TEST_SDO_WATCH_H
#define TEST_SDO_WATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/sdo_watch.h"
#include "plugins/tree.h"

static inline const struct co_dict *no_dict(void *ctx)
{
    (void)ctx;
    return NULL;
}

static inline unsigned no_profile(void *ctx)
{
    (void)ctx;
    return 0;
}

struct talk {
    struct co_sdo_watch *watch;
    struct cs_tree tree;
    struct co_sdo_told told;
    uint64_t number;
    unsigned events;   /* of canopen.sdo.error */
    unsigned problems; /* frames with severity error */
};

static inline void start(struct talk *t)
{
    static const struct co_sdo_names names = {NULL, no_dict, no_profile, NULL};

    memset(t, 0, sizeof(*t));
    t->watch = co_sdo_watch_create(5, &names);
    assert_non_null(t->watch);
    assert_int_equal(cs_tree_init(&t->tree, 256, 100000), 0);
}

static inline void stop(struct talk *t)
{
    co_sdo_watch_destroy(t->watch);
    cs_tree_fini(&t->tree);
}

static inline void say_bytes(struct talk *t, bool response, const uint8_t *bytes, unsigned len)
{
    struct cansim_frame frame = {.size = sizeof(frame),
                                 .id = response ? 0x585 : 0x605,
                                 .len = (uint8_t)len,
                                 .dlc = (uint8_t)len,
                                 .number = ++t->number};

    memcpy(frame.data, bytes, len);
    cs_tree_clear(&t->tree);
    co_sdo_watch_frame(t->watch, response, &frame, &t->tree.sink, &t->told);
    t->problems += t->tree.severity == CANSIM_ERROR;
    for (unsigned i = 0; i < t->tree.n_events; i++)
        t->events += strcmp(t->tree.events[i].name, "canopen.sdo.error") == 0;
}

/* "> 40 18 10 01": the client; "<": the server. Short ones are filled up with 0; with a '.' at the
 * end they are sent as they are. */
static inline void say(struct talk *t, const char *text)
{
    uint8_t bytes[8] = {0};
    unsigned n = 0;
    char *end;

    for (const char *p = text + 1; n < 8; p = end) {
        unsigned long byte = strtoul(p, &end, 16);
        if (end == p)
            break;
        bytes[n++] = (uint8_t)byte;
    }
    say_bytes(t, text[0] == '<', bytes, strchr(text, '.') != NULL ? n : 8);
}

#endif
