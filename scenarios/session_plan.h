/* SPDX-License-Identifier: MIT */
/* session_plan.h - the plan of a session's scenario: its rows made once, then brought up to date.
 */
#ifndef CANSIM_SCENARIOS_SESSION_PLAN_H
#define CANSIM_SCENARIOS_SESSION_PLAN_H

#include "scenarios/session.h"
#include "scenarios/plan.h"

void cs_session_plan(struct cs_session *session, struct cs_plan *plan);

/* What an action does, and who does it, in a few words. Return text. */
struct cs_action;
struct cs_scenario;
const char *cs_action_words(const struct cs_scenario *scenario, const struct cs_action *action,
                            char *text, size_t size);
const char *cs_action_who(const struct cs_scenario *scenario, const struct cs_action *action,
                          char *text, size_t size);
/* When an action with conditions comes: "after frame "123" from "ecu", every 10ms, 3 times". */
const char *cs_action_when(const struct cs_action *action, struct cs_sim *sim, char *text,
                           size_t size);

#endif
