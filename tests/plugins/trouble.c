/* SPDX-License-Identifier: MIT */
/* trouble.c - a plugin for tests: a node that does what no node should, 1 ms after it has joined.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/cansim_plugin.h"

struct trouble {
    const struct cansim_node_host *host;
    const char *kind;
};

static const struct cansim_setting_row settings[] = {
    {"kind", CANSIM_SET_TEXT, true, NULL, NULL, "crash, exit, close, hang or print"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static int trouble_open(void **state, const struct cansim_node_host *host,
                        const struct cansim_setting *given, size_t n, char *why, size_t why_size)
{
    struct trouble *t = calloc(1, sizeof(*t));

    if (t == NULL || n != 1) {
        snprintf(why, why_size, "not enough memory");
        free(t);
        return -1;
    }
    t->host = host;
    t->kind = given[0].value;
    *state = t;
    return 0;
}

static void trouble_close(void *state)
{
    free(state);
}

static void trouble_attached(void *state, int64_t at_ps)
{
    const struct trouble *t = state;

    t->host->set_timer(t->host->ctx, at_ps + INT64_C(1000000000));
}

static void trouble_timer(void *state, int64_t at_ps)
{
    const struct trouble *t = state;

    (void)at_ps;
    if (strcmp(t->kind, "crash") == 0) {
        signal(SIGSEGV, SIG_DFL); /* also where a sanitizer would catch it */
        raise(SIGSEGV);
    } else if (strcmp(t->kind, "exit") == 0) {
        _exit(0);
    } else if (strcmp(t->kind, "close") == 0) {
        for (int fd = 3; fd < 64; fd++)
            close(fd);
        for (;;)
            pause();
    } else if (strcmp(t->kind, "hang") == 0) {
        for (;;)
            pause();
    }
    puts("a plugin says something");
    fflush(stdout);
}

static const struct cansim_node_type trouble = {
    .size = sizeof(trouble),
    .name = "trouble",
    .title = "does what no node should",
    .settings = settings,
    .open = trouble_open,
    .close = trouble_close,
    .attached = trouble_attached,
    .timer = trouble_timer,
};

static const struct cansim_node_type *const nodes[] = {&trouble, NULL};

extern const struct cansim_plugin cansim_plugin;
CANSIM_PLUGIN_EXPORT const struct cansim_plugin cansim_plugin = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(struct cansim_plugin),
    .name = "trouble",
    .version = "1",
    .about = "for tests",
    .license = "MIT",
    .nodes = nodes,
};
