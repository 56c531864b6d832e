/* SPDX-License-Identifier: MIT */
/* cansim decode --link: a listener on each bus of a running host. What they hear is put in order of
 * bus time as far as it has come. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/cansim_client.h"
#include "scenarios/main_decode.h"
#include "scenarios/text.h"

struct listener {
    struct cs_client *client;
    bool have, ended;
    struct cs_client_event event;
    int bus; /* of the decoder, -1: no frame yet */
};

struct live {
    struct cs_decoding *d;
    struct listener listeners[CS_CLIENT_MAX_BUSES];
    unsigned n;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* They interrupt the waiting alone. */
static void catch_signals(sigset_t *waiting)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigset_t blocked;

    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int fail(struct cs_decoding *d, int err, const char *why)
{
    return cs_error_set(&d->error, err == -EINVAL ? CS_STATUS_INPUT : CS_STATUS_ENVIRONMENT, "%s",
                        why);
}

static int check_buses(struct cs_decoding *d, const struct cs_client_bus *buses, unsigned n)
{
    for (unsigned i = 0; i < d->args->n_buses; i++) {
        bool found = false;
        for (unsigned k = 0; k < n; k++)
            found |= strcmp(buses[k].name, d->args->buses[i].name) == 0;
        if (!found)
            return cs_error_set(&d->error, CS_STATUS_INPUT,
                                "--bus: must be a bus of the host, got \"%s\"",
                                d->args->buses[i].name);
    }
    return 0;
}

static int join(struct live *live)
{
    struct cs_decoding *d = live->d;
    struct cs_client_bus buses[CS_CLIENT_MAX_BUSES];
    char why[300] = "";
    int n = cs_client_topology(d->args->link, buses, CS_CLIENT_MAX_BUSES, why, sizeof(why));

    if (n < 0)
        return fail(d, n, why);
    if (n > CS_CLIENT_MAX_BUSES)
        n = CS_CLIENT_MAX_BUSES;
    if (check_buses(d, buses, (unsigned)n) != 0)
        return -1;
    for (int i = 0; i < n; i++) {
        const struct cs_client_options options = {
            .address = d->args->link,
            .bus = buses[i].name,
            .name = "decode",
            .mode = CS_MODE_LISTEN_ONLY,
            .want = CS_CLIENT_WANT_RX,
            .fd = buses[i].fd ? CS_FD_BUS : CS_FD_TOLERANT,
        };
        if (!cs_decoding_has_bus(d, buses[i].name))
            continue;
        struct listener *l = &live->listeners[live->n];
        int err = cs_client_connect(&l->client, &options, why, sizeof(why));
        if (err != 0)
            return fail(d, err, why);
        l->bus = -1;
        live->n++;
    }
    return 0;
}

static int hear(struct live *live, struct listener *l)
{
    const struct cs_client_event *event = &l->event;
    struct cs_decoding *d = live->d;
    struct cansim_frame frame = {.size = sizeof(frame)};
    char why[400];

    if (l->bus < 0)
        l->bus = cs_decode_bus(d->decode, cs_client_bus(l->client),
                               cs_client_bitrate_bps(l->client), why, sizeof(why));
    if (l->bus < 0)
        return cs_error_set(&d->error, CS_STATUS_INPUT, "%s", why);
    frame.id = event->frame.id;
    frame.flags = event->frame.flags;
    frame.dlc = event->frame.dlc;
    frame.len = event->frame.len;
    frame.bus = (uint16_t)l->bus;
    frame.node = event->from;
    frame.start_ps = event->start_ps;
    frame.at_ps = event->at_ps;
    memcpy(frame.data, event->frame.data, sizeof(frame.data));
    cs_decode_frame(d->decode, &frame);
    return 0;
}

/* The next frame of one bus into its place; other things are told at once. */
static void fetch(struct listener *l)
{
    char text[300];

    while (!l->have && !l->ended && cs_client_next(l->client, &l->event) == 1) {
        switch (l->event.kind) {
        case CS_CLIENT_RX:
            l->have = true;
            break;
        case CS_CLIENT_LOST:
            fprintf(stderr, "cansim: %s: %llu frames lost, they came faster than they were read\n",
                    cs_client_bus(l->client), (unsigned long long)l->event.count);
            break;
        case CS_CLIENT_CLOSED:
            l->ended = true;
            snprintf(text, sizeof(text), "%s",
                     l->event.text != NULL ? l->event.text : "the host ended");
            cs_text_clean(text);
            fprintf(stderr, "cansim: %s: %s\n", cs_client_bus(l->client), text);
            break;
        default:
            break;
        }
    }
}

/* All that has come, in order of time. 0 or -1. */
static int hear_all(struct live *live)
{
    while (!live->d->closed) {
        struct listener *first = NULL;
        for (unsigned i = 0; i < live->n; i++) {
            struct listener *l = &live->listeners[i];
            fetch(l);
            if (l->have && (first == NULL || l->event.at_ps < first->event.at_ps))
                first = l;
        }
        if (first == NULL)
            return 0;
        first->have = false;
        if (hear(live, first) != 0)
            return -1;
    }
    return 0;
}

static int wait_for_more(struct live *live, const sigset_t *waiting)
{
    struct pollfd fds[CS_CLIENT_MAX_BUSES];
    nfds_t n = 0;

    for (unsigned i = 0; i < live->n; i++) {
        const struct listener *l = &live->listeners[i];
        if (l->ended)
            continue;
        fds[n].fd = cs_client_fd(l->client);
        fds[n++].events = (short)(POLLIN | (cs_client_wants_write(l->client) ? POLLOUT : 0));
    }
    if (n == 0)
        return 0;
    if (ppoll(fds, n, NULL, waiting) < 0 && errno != EINTR)
        return cs_error_set(&live->d->error, CS_STATUS_ENVIRONMENT, "poll: %s", strerror(errno));
    return 1;
}

int cs_decoding_live(struct cs_decoding *d)
{
    struct live live = {.d = d};
    sigset_t waiting;
    int ret = join(&live);

    if (ret == 0) {
        catch_signals(&waiting);
        do {
            ret = hear_all(&live);
            if (ret == 0)
                ret = wait_for_more(&live, &waiting);
        } while (ret > 0 && !interrupted && !d->closed);
        sigprocmask(SIG_SETMASK, &waiting, NULL);
    }
    for (unsigned i = 0; i < live.n; i++)
        cs_client_close(live.listeners[i].client);
    if (ret >= 0 && interrupted)
        d->error.status = CS_STATUS_INTERRUPTED;
    return ret < 0 ? -1 : 0;
}
