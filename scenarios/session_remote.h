/* SPDX-License-Identifier: MIT */
/* session_remote.h - what windows elsewhere have of a session for themselves: frames that they let
 * be sent, answers to what they asked for, and how much of the scenario they know. */
#ifndef CANSIM_SCENARIOS_SESSION_REMOTE_H
#define CANSIM_SCENARIOS_SESSION_REMOTE_H

#include "scenarios/session_internal.h"

/* qemu-link/link_server.h */
struct cs_link_plan;
struct cs_link_plan_row;
struct cs_link_request;
struct cs_link_sent;

/* These return 0 or -errno, with one sentence in `why` where there is one to say. */
int cs_session_remote_sender(struct cs_session *session, const struct cs_link_request *request,
                             char *why, size_t why_size);
int cs_session_remote_send_now(struct cs_session *session, const struct cs_link_request *request,
                               char *why, size_t why_size);
int cs_session_remote_ask(struct cs_session *session, const struct cs_link_request *request,
                          char *why, size_t why_size);

bool cs_session_remote_sent(struct cs_session *session, uint64_t who, unsigned slot,
                            struct cs_link_sent *sent);
/* The window is gone, and so is what it had. */
void cs_session_remote_left(struct cs_session *session, uint64_t who);

void cs_session_remote_plan(struct cs_session *session, struct cs_link_plan *out);
bool cs_session_remote_plan_row(const struct cs_session *session, unsigned index,
                                struct cs_link_plan_row *out);

void cs_session_remote_fini(struct cs_session *session); /* after the sim's last run */

#endif
