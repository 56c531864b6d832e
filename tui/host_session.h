/* SPDX-License-Identifier: MIT */
/* host_session.h - the host that runs in this program: a session, seen through host.h. */
#ifndef CANSIM_TUI_HOST_SESSION_H
#define CANSIM_TUI_HOST_SESSION_H

#include "scenarios/session.h"
#include "tui/decoding.h"
#include "tui/feed.h"
#include "tui/host.h"

struct cs_host_session {
    struct cs_host host; /* for cs_tui_init() */
    struct cs_session *session;
    struct cs_feed feed;
    struct cs_tui *tui;          /* NULL: not begun */
    struct cs_decoding decoding; /* stays from run to run; cs_decoding_fini() in the end */
    bool finished;               /* set by whoever started the session */
    bool still;                  /* a picture: shown as if it ran at the clock's pace, and: */
    bool hold;                   /* time stands for it alone, nobody has paused */
};

/* Start to observe the session's sim for this model. Returns 0 or -ENOSPC. */
int cs_host_session_init(struct cs_host_session *hs, struct cs_session *session,
                         struct cs_tui *tui);
void cs_host_session_fini(struct cs_host_session *hs);

extern const struct cs_host_ops cs_host_session_ops; /* ctx: struct cs_host_session */

#endif
