/* SPDX-License-Identifier: MIT */
/* session_actor.h - a node type that sends from the session's own controller of a bus, and hears
 * what that receives. */
#ifndef CANSIM_SCENARIOS_SESSION_ACTOR_H
#define CANSIM_SCENARIOS_SESSION_ACTOR_H

#include "scenarios/session_internal.h"

struct cansim_node_type;
struct cansim_setting;
struct cs_actor; /* opaque */

/* What it says, to whoever asked. */
typedef void cs_actor_note_fn(struct cs_session *session, int severity, const char *text);

/* NULL with one sentence. The settings are those of the decoder, then `n_eds` files for "eds". */
struct cs_actor *cs_actor_create(struct cs_session *session, unsigned bus,
                                 const struct cansim_node_type *type,
                                 const struct cansim_setting *settings, const char *const *eds,
                                 unsigned n_eds, cs_actor_note_fn *note, char *why,
                                 size_t why_size);
void cs_actor_destroy(struct cs_actor *actor); /* before the sim goes; NULL is nothing */
const struct cansim_node_type *cs_actor_type(const struct cs_actor *actor);
/* 0, or -1 with one sentence. */
int cs_actor_command(struct cs_actor *actor, const char *text, char *why, size_t why_size);

/* What its controller tells; NULL is nobody. */
void cs_actor_received(struct cs_actor *actor, const struct cs_rx *rx);
void cs_actor_confirmed(struct cs_actor *actor, const struct cs_tx_done *done); /* of any cookie */

#endif
