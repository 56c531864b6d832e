/* SPDX-License-Identifier: MIT */
/* dec_heart.c - boot-up, heartbeat and node guarding (CiA 301, 7.2.8.3), and their absence.
 * All three have one identifier. A byte is an answer of guarding where a request is open, or where
 * bit 7 was seen since the boot-up; else it is a heartbeat. */
#include "plugins/canopen/dec_internal.h"

static const char *state_name(unsigned state)
{
    const char *name = co_nmt_state_name(state);

    return name != NULL ? name : "unknown state";
}

static bool state_is_known(unsigned state)
{
    return state == 4 || state == 5 || state == 127;
}

/* ---- deadlines --------------------------------------------------------------------------------
 */

static int64_t later(int64_t at_ps, int64_t by_ps)
{
    return at_ps > INT64_MAX - 1 - by_ps ? CANSIM_NEVER : at_ps + by_ps;
}

/* A file's period counts only as far as the node keeps to it: it may be configured otherwise. */
int64_t co_heart_limit(const struct co_node *node)
{
    const struct co_heart *heart = &node->heart;
    int64_t period_ps = heart->period_ps;

    if (heart->consumer_ps > 0)
        return heart->consumer_ps;
    if (heart->declared_ps > 0 &&
        (heart->declared_source != CO_FROM_EDS || heart->declared_ps > period_ps))
        period_ps = heart->declared_ps;
    return period_ps <= 0 || heart->declared_ps == 0 ? 0
           : period_ps > INT64_MAX / 2               ? INT64_MAX
                                                     : 2 * period_ps;
}

void co_heart_plan(struct co_node *node)
{
    struct co_heart *heart = &node->heart;
    int64_t limit_ps = heart->beats && !heart->lost ? co_heart_limit(node) : 0;

    co_dec_due(node->dec, node->id, false,
               limit_ps > 0 ? later(heart->last_ps, limit_ps) : CANSIM_NEVER);
}

static int64_t guard_limit(const struct co_guard *guard)
{
    if (guard->guard_ps > 0 && guard->life > 0)
        return guard->guard_ps * guard->life;
    return guard->interval_ps > INT64_MAX / 2 ? INT64_MAX : 2 * guard->interval_ps;
}

void co_guard_plan(struct co_node *node)
{
    struct co_guard *guard = &node->guard;
    int64_t limit_ps = guard->asked_ps >= 0 && !guard->lost ? guard_limit(guard) : 0;
    int64_t since_ps = guard->answered_ps >= 0 ? guard->answered_ps : guard->asked_ps;

    co_dec_due(node->dec, node->id, true, limit_ps > 0 ? later(since_ps, limit_ps) : CANSIM_NEVER);
}

static void tell_lost(struct co_node *node, const char *protocol, const char *what,
                      int64_t since_ps, int64_t at_ps, struct cansim_sink *sink)
{
    struct co_dec *dec = node->dec;

    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, node);
        co_line_add(&line, what);
        co_line_add(&line, " lost, none for ");
        co_line_time(&line, at_ps - since_ps);
        sink->summary(sink, protocol, CANSIM_WARNING, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        co_put_uint(sink, "node", "Node", node->id, CANSIM_WARNING, NULL);
        co_put_time(sink, "age", "Last one ago", at_ps - since_ps);
    }
}

void co_heart_lost(struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    struct co_heart *heart = &node->heart;

    heart->lost = true;
    heart->lost_ps = at_ps;
    node->dec->lost_frame = heart->last_frame;
    if (sink == NULL)
        return;
    tell_lost(node, "HB", "heartbeat", heart->last_ps, at_ps, sink);
    co_event(sink, "canopen.heartbeat.lost", node->id,
             (uint64_t)((at_ps - heart->last_ps) / CO_PS_PER_MS));
    co_link(sink, CANSIM_LINK_CAUSED_BY, heart->last_frame);
}

void co_guard_lost(struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    struct co_guard *guard = &node->guard;
    int64_t since_ps = guard->answered_ps >= 0 ? guard->answered_ps : guard->asked_ps;

    guard->lost = true;
    node->dec->lost_frame = guard->answered_frame;
    if (sink == NULL)
        return;
    tell_lost(node, "GUARD", "guarding", since_ps, at_ps, sink);
    co_event(sink, "canopen.guard.lost", node->id, (uint64_t)((at_ps - since_ps) / CO_PS_PER_MS));
    co_link(sink, CANSIM_LINK_CAUSED_BY, guard->answered_frame);
}

void co_dec_restarted(struct co_node *node)
{
    struct co_heart *heart = &node->heart;
    struct co_guard *guard = &node->guard;

    heart->beats = false;
    heart->lost = false;
    heart->interval_ps = 0;
    heart->period_ps = 0;
    if (heart->declared_source >= CO_FROM_UPLOAD && !node->saved) {
        heart->declared_ps = -1;
        heart->declared_source = CO_FROM_NOTHING;
    }
    guard->have_toggle = false;
    guard->toggle = 0;
    guard->pending = false;
    guard->lost = false;
    guard->asked_ps = -1;
    guard->answered_ps = -1;
    guard->interval_ps = 0;
    if (!node->saved) {
        guard->guard_ps = -1;
        guard->life = -1;
    }
    node->in_error = false;
    co_pdo_restarted(node);
    co_dec_learn_dict(node);
    co_heart_plan(node);
    co_guard_plan(node);
}

/* ---- frames -----------------------------------------------------------------------------------
 */

/* "heartbeat, operational (was pre-operational)". */
static void tell_state(struct co_node *node, const char *protocol, const char *what, int severity,
                       unsigned state, int before, const char *odd, struct cansim_sink *sink)
{
    struct co_dec *dec = node->dec;
    struct co_line line = co_dec_summary(dec, node);

    co_line_add(&line, what);
    co_line_add(&line, state_name(state));
    if (before >= 0) {
        co_line_add(&line, " (was ");
        co_line_add(&line, before == 0 ? "initialising" : state_name((unsigned)before));
        co_line_char(&line, ')');
    }
    if (odd != NULL) {
        co_line_add(&line, ", ");
        co_line_add(&line, odd);
    }
    sink->summary(sink, protocol, severity, dec->summary);
}

static void put_state(struct co_node *node, unsigned byte, int severity, struct cansim_sink *sink)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_UINT,
                                 .severity = (uint8_t)severity,
                                 .n_bits = 7,
                                 .name = "state",
                                 .label = "State",
                                 .text = state_name(byte & 0x7F)};

    cansim_put_uint(sink, "node", "Node", node->id, 0, 0, 0, NULL);
    field.value.u = byte & 0x7F;
    sink->field(sink, &field);
}

static void boot_up(struct co_node *node, const struct cansim_frame *frame,
                    struct cansim_sink *sink)
{
    struct co_dec *dec = node->dec;
    uint64_t reset_frame = node->reset_frame;

    co_dec_restarted(node);
    node->boots++;
    node->reset_frame = 0;
    node->state = 127; /* it goes there by itself: CiA 301, 7.3.2.2 */
    node->state_certain = false;
    node->heart.last_ps = frame->at_ps;
    node->heart.last_frame = frame->number;
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, node);
        co_line_add(&line, "boot-up");
        sink->summary(sink, "NMT", CANSIM_NOTE, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS))
        put_state(node, 0, CANSIM_NOTE, sink);
    co_event(sink, "canopen.boot", node->id, 0);
    co_link(sink, CANSIM_LINK_CAUSED_BY, reset_frame);
}

/* Returns the state before, -1 where it did not change or was not known. */
static int new_state(struct co_node *node, unsigned state, bool *changed)
{
    int before = node->state;

    *changed = !node->state_certain || before != (int)state;
    node->state = (int)state;
    node->state_certain = true;
    return before != (int)state ? before : -1;
}

static void measure(struct co_heart *heart, int64_t at_ps)
{
    int64_t interval_ps = heart->beats ? at_ps - heart->last_ps : 0;

    if (interval_ps > 0 && heart->interval_ps > 0) {
        int64_t less = interval_ps < heart->interval_ps ? interval_ps : heart->interval_ps;
        int64_t more = interval_ps < heart->interval_ps ? heart->interval_ps : interval_ps;
        if (more - less <= less / 4)
            heart->period_ps = more;
    }
    heart->interval_ps = interval_ps > 0 ? interval_ps : 0;
    heart->last_ps = at_ps;
    heart->beats = true;
    heart->count++;
}

static void heartbeat(struct co_node *node, const struct cansim_frame *frame,
                      struct cansim_sink *sink)
{
    struct co_heart *heart = &node->heart;
    unsigned state = frame->data[0];
    int severity = state_is_known(state) ? CANSIM_INFO : CANSIM_ERROR;
    bool back = heart->lost, changed;
    int before = new_state(node, state, &changed);

    if (back)
        heart->interval_ps = 0; /* how long it was away is no period */
    measure(heart, frame->at_ps);
    if (back)
        heart->interval_ps = 0;
    heart->lost = false;
    heart->last_frame = frame->number;
    co_heart_plan(node);
    if (sink == NULL)
        return;
    if (severity == CANSIM_INFO && (changed || back))
        severity = CANSIM_NOTE;
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        tell_state(node, "HB", "heartbeat, ", severity, state, before, back ? "back again" : NULL,
                   sink);
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        put_state(node, state, severity, sink);
        if (heart->interval_ps > 0)
            co_put_time(sink, "interval", "Since the last one", heart->interval_ps);
    }
    co_event(sink, "canopen.heartbeat", node->id, state);
    if (changed)
        co_event(sink, "canopen.nmt.state", node->id, state);
    if (back)
        co_event(sink, "canopen.heartbeat.back", node->id, state);
}

static void guard_answer(struct co_node *node, const struct cansim_frame *frame,
                         struct cansim_sink *sink)
{
    struct co_guard *guard = &node->guard;
    unsigned state = frame->data[0] & 0x7F, toggle = frame->data[0] >> 7;
    bool wrong = guard->have_toggle && toggle != guard->toggle, changed, back = guard->lost;
    int before = new_state(node, state, &changed);
    int severity = wrong || !state_is_known(state) ? CANSIM_ERROR
                   : changed || back               ? CANSIM_NOTE
                                                   : CANSIM_INFO;
    uint64_t request = guard->pending ? guard->asked_frame : 0;

    guard->have_toggle = true;
    guard->toggle = (uint8_t)(toggle ^ 1);
    guard->pending = false;
    guard->lost = false;
    guard->answered_ps = frame->at_ps;
    guard->answered_frame = frame->number;
    co_guard_plan(node);
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        tell_state(node, "GUARD", "guarding, ", severity, state, before,
                   wrong  ? "toggle bit not alternated"
                   : back ? "back again"
                          : NULL,
                   sink);
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        put_state(node, state, state_is_known(state) ? CANSIM_INFO : CANSIM_ERROR, sink);
        struct cansim_field field = {.size = sizeof(field),
                                     .kind = CANSIM_UINT,
                                     .severity = wrong ? CANSIM_ERROR : CANSIM_INFO,
                                     .first_bit = 7,
                                     .n_bits = 1,
                                     .name = "toggle",
                                     .label = "Toggle bit",
                                     .text = wrong ? "not alternated" : NULL};
        field.value.u = toggle;
        sink->field(sink, &field);
    }
    co_link(sink, CANSIM_LINK_ANSWERS, request);
    co_event(sink, "canopen.guard", node->id, state);
    if (wrong)
        co_event(sink, "canopen.guard.toggle", node->id, toggle);
    if (changed)
        co_event(sink, "canopen.nmt.state", node->id, state);
    if (back)
        co_event(sink, "canopen.guard.back", node->id, state);
}

void co_dec_heartbeat(struct co_node *node, const struct cansim_frame *frame,
                      struct cansim_sink *sink)
{
    const struct co_guard *guard = &node->guard;

    if (frame->len != 1)
        co_dec_wrong_length(node->dec, node, "HB", frame, 1, 1, sink);
    else if (frame->data[0] == 0)
        boot_up(node, frame, sink);
    else if (guard->pending || guard->have_toggle || frame->data[0] >= 0x80)
        guard_answer(node, frame, sink);
    else
        heartbeat(node, frame, sink);
}

void co_dec_guard(struct co_node *node, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_guard *guard = &node->guard;
    struct co_dec *dec = node->dec;
    bool unanswered = guard->pending;
    int severity = unanswered ? CANSIM_WARNING : CANSIM_INFO;

    guard->interval_ps = guard->asked_ps >= 0 ? frame->at_ps - guard->asked_ps : 0;
    if (guard->interval_ps < 0)
        guard->interval_ps = 0;
    guard->asked_ps = frame->at_ps;
    guard->asked_frame = frame->number;
    guard->pending = true;
    if (dec->due_ps[CO_NODES + node->id] == CANSIM_NEVER)
        co_guard_plan(node);
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, node);
        co_line_add(&line, unanswered ? "guarding request, the last one was not answered"
                                      : "guarding request");
        sink->summary(sink, "GUARD", severity, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        cansim_put_uint(sink, "node", "Node", node->id, 0, 0, 0, NULL);
        co_put_uint(sink, "request", "Request", 1, severity, unanswered ? "repeated" : NULL);
    }
    co_event(sink, "canopen.guard.request", node->id, 0);
}
