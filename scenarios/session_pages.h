/* SPDX-License-Identifier: MIT */
/* session_pages.h - what decoders know of the buses, as tables, and what a person asks for on them.
 * All decoders that have pages, and need no settings, follow all buses of the session, for their
 * state alone, beside the one that says what frames mean. What is asked for is done by the
 * decoder's actor, a node type that sends and receives through the session's own controller
 * ("console"). */
#ifndef CANSIM_SCENARIOS_SESSION_PAGES_H
#define CANSIM_SCENARIOS_SESSION_PAGES_H

#include "scenarios/follow.h"
#include "scenarios/session.h"

/* Pages of each decoder for each bus; 0 where the session was not asked to have them. */
unsigned cs_session_pages(const struct cs_session *session);
/* What follows the buses; NULL: nothing. */
struct cs_follow *cs_session_follow(const struct cs_session *session);
/* The files by which it knows devices, as in struct cs_live_config. */
const char *const *cs_session_pages_eds(const struct cs_session *session, unsigned *n);

/* Ask the page's actor for something, such as "read 5 1018:01"; what comes of it is one of the
 * answers, later. 0, or -1 with one sentence. */
int cs_session_ask(struct cs_session *session, unsigned page, const char *text, char *why,
                   size_t why_size);
/* Sentences so far, of which the latest 64 are kept; NULL: it is not. */
uint64_t cs_session_answers(const struct cs_session *session);
const char *cs_session_answer(const struct cs_session *session, uint64_t number, int *severity);

#endif
