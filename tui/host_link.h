/* SPDX-License-Identifier: MIT */
/* host_link.h - a host that runs elsewhere, seen through host.h over the link.
 * Events come by themselves; they become those of a sim of the window's own, which rows, counts,
 * decoders and plots follow. The state of nodes, faults, identifiers and devices is asked for while
 * a view needs it, and never twice at a time. What changes something waits for the host's answer,
 * for a moment at most. */
#ifndef CANSIM_TUI_HOST_LINK_H
#define CANSIM_TUI_HOST_LINK_H

#include "qemu-link/proto_msg.h"
#include "scenarios/error.h"
#include "scenarios/session_live.h"
#include "tui/decoding.h"
#include "tui/feed.h"
#include "tui/feed_row.h"
#include "scenarios/senders.h"
#include "tui/host.h"
#include "tui/tui.h"

#define CS_HOST_LINK_VIAS  32
#define CS_HOST_LINK_PAGES 64

struct cs_tui_pages; /* tui/pages.h */

/* A frame that the host sends for this window. */
struct cs_link_slot {
    bool there, run;
    struct cs_send send;
    struct cs_sent sent;
};

struct cs_monitor;

/* Decoders of the window's own. What it points to stays. */
struct cs_host_link_config {
    const struct cs_plugin_files *plugins; /* beside those built in */
    const char *as;                        /* NULL, and no files: as the host does */
    const char *const *eds;
    unsigned n_eds;
};

struct cs_host_link {
    struct cs_host host; /* for cs_tui_init() */
    struct cs_host_link_config config;
    struct cs_tui *tui;
    struct cs_monitor *monitor; /* NULL: the host went away */
    char address[128];          /* as it was given, "": the default */
    void (*wake)(void *ctx);    /* runs when the model becomes dirty; may be NULL */
    void (*moved)(void *ctx);   /* the descriptor is another one, or gone; may be NULL */
    void *ctx;                  /* of both */

    uint64_t run, seq; /* of the host, and of its latest event */
    bool any_seq;      /* there was one */
    bool same_run;     /* as before the connection was lost, where this was the latest event: */
    uint64_t before_seq;

    bool looking;        /* asked, not answered */
    bool news;           /* events since */
    bool gap;            /* a part of the answer was lost */
    bool unsure;         /* nodes may have come and gone unheard: ask for their names */
    unsigned asked, got; /* CS_NEEDS_...: of the question, of the last whole answer */
    uint64_t token;
    int64_t asked_ns;
    int64_t since_ps, next_since_ps; /* identifiers that changed since */
    unsigned n_nodes, n_devices;     /* of the answer so far */

    uint64_t wishes;  /* so far: their tokens */
    uint64_t awaited; /* of what was asked for, 0: nothing */
    bool answered;
    int result, fault;
    char answer[256];

    /* Since version 1.3 of the protocol. */
    unsigned minor;
    struct cs_link_slot slot[CS_SENDERS];
    bool looks_at_slots, asked_slots; /* somebody wants to know what came of them */
    struct {
        char decoder[32], bus[16];
    } page[CS_HOST_LINK_PAGES]; /* that can be asked on */
    unsigned n_pages;
    uint64_t n_answers; /* in all, the latest: */
    char page_answer[400];
    bool answer_bad;
    uint64_t plan_version, plan_next; /* that is known; of the answer under way */
    unsigned plan_rows, plan_past;    /* as the host said */
    uint64_t edge;                    /* number of the next one */
    int64_t again_until_ns; /* the host begins anew: connect again by then, 0: it does not */
    int64_t again_ns;       /* when that was tried last */

    char via[CS_HOST_LINK_VIAS][32]; /* ways in that nodes have */

    bool fresh;         /* the snapshot is under way */
    bool opening;       /* somebody waits for it */
    struct cs_sim *sim; /* host_link_mirror.c; NULL: not yet */
    struct cs_stats *stats;
    struct cs_decoding decoding;
    struct cs_feed feed;
    bool decodes, failed;  /* the host says what frames mean; there is no sim, nor will be */
    struct cs_error error; /* why what the configuration wants cannot be */
    char says[CS_NAME_MAX], *eds[CS_LIVE_EDS]; /* the host's decoder and files that are here */
    unsigned n_eds;
};

/* Connect; zero-initialise, then set `config`, `wake` and `moved` where wanted. `address`: NULL:
 * the default. Returns 0, or -1 with a sentence in `why` and an exit status in error.status. */
int cs_host_link_open(struct cs_host_link *link, struct cs_tui *tui, const char *address, char *why,
                      size_t why_size);
void cs_host_link_close(struct cs_host_link *link);

int cs_host_link_fd(const struct cs_host_link *link); /* -1: it is gone */
/* Take what has come; call it when the descriptor is readable. */
void cs_host_link_read(struct cs_host_link *link);
/* There is more to ask than the last answer told: refresh again soon. */
bool cs_host_link_pending(const struct cs_host_link *link);
/* Wait until the question under way is answered, at most so long: for pictures. */
void cs_host_link_settle(struct cs_host_link *link, int timeout_ms);

extern const struct cs_host_ops cs_host_link_ops; /* ctx: struct cs_host_link */

/* Ask for the rest of an answer. */
void cs_host_link_go_on(struct cs_host_link *link, uint32_t cursor);

/* host_link_take.c: one message of the host into the model. */
void cs_host_link_take(struct cs_host_link *link, const struct cs_proto_msg *msg);
/* A question begins, or the snapshot: what it brings is new. */
void cs_host_link_begin(struct cs_host_link *link);
/* Time goes back: another host than before. */
void cs_host_link_forget(struct cs_host_link *link, int64_t now_ps);

/* host_link_mirror.c: the sim that follows the host, from that time on; where it is there already,
 * nothing. 0 or -1. */
int cs_host_link_mirror(struct cs_host_link *link, int64_t at_ps);
void cs_host_link_mirror_end(struct cs_host_link *link);
/* An event of the host, told by that message; or that time without one. */
void cs_host_link_publish(struct cs_host_link *link, const struct cs_event *event,
                          const struct cs_proto_msg *msg);
void cs_host_link_time(struct cs_host_link *link, int64_t now_ps);
/* Events were lost. */
void cs_host_link_miss(struct cs_host_link *link);
/* The host names a decoder that it has; forget those of another. */
void cs_host_link_decoder(struct cs_host_link *link, const struct cs_proto_msg *msg);
void cs_host_link_forget_decoders(struct cs_host_link *link);
/* As tell() of host.h. */
int cs_host_link_tell(struct cs_host_link *link, const struct cs_past *past, char *text,
                      size_t size);

#endif
