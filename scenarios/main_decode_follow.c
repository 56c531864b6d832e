/* SPDX-License-Identifier: MIT */
/* cansim decode --follow: sleep until the file has grown. */
#include <signal.h>
#include <stdlib.h>

#include "scenarios/grow.h"
#include "scenarios/main_decode.h"

struct cs_follow {
    struct ev_loop *loop;
    struct cs_grow grow;
    ev_signal stop[2];
    bool interrupted;
};

static void on_more(void *ctx)
{
    (void)ctx; /* the loop has run once */
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    struct cs_follow *follow = w->data;

    (void)loop;
    (void)revents;
    follow->interrupted = true;
}

struct cs_follow *cs_follow_begin(struct cs_decoding *d, const char *path)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct cs_follow *follow = calloc(1, sizeof(*follow));

    if (follow != NULL)
        follow->loop = ev_loop_new(EVFLAG_AUTO);
    if (follow == NULL || follow->loop == NULL) {
        free(follow);
        cs_error_set(&d->error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    cs_grow_init(&follow->grow, follow->loop, on_more, follow);
    cs_grow_file(&follow->grow, path);
    for (int i = 0; i < 2; i++) {
        ev_signal_init(&follow->stop[i], on_signal, numbers[i]);
        follow->stop[i].data = follow;
        ev_signal_start(follow->loop, &follow->stop[i]);
    }
    return follow;
}

bool cs_follow_wait(struct cs_follow *follow, int pipe)
{
    cs_grow_pipe(&follow->grow, pipe);
    ev_run(follow->loop, EVRUN_ONCE);
    return !follow->interrupted;
}

void cs_follow_end(struct cs_follow *follow)
{
    if (follow == NULL)
        return;
    cs_grow_file(&follow->grow, NULL);
    cs_grow_pipe(&follow->grow, -1);
    for (int i = 0; i < 2; i++)
        ev_signal_stop(follow->loop, &follow->stop[i]);
    ev_loop_destroy(follow->loop);
    free(follow);
}
