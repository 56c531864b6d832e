/* SPDX-License-Identifier: MIT */
/* session_remote.c - see session_remote.h. */
#include "scenarios/session_remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-link/link_server.h"
#include "scenarios/plan.h"
#include "scenarios/session_pages.h"
#include "scenarios/session_plan.h"

#define WINDOWS 32 /* monitors of a host */

struct remote_senders {
    struct cs_session *session;
    uint64_t who;  /* 0: free */
    uint64_t base; /* what is added to the cookies */
    struct cs_senders *senders;
};

struct cs_session_remote {
    struct cs_plan plan;
    struct remote_senders of[WINDOWS];
    uint64_t bases; /* so far: cookies are never used again */
    struct {
        uint64_t who, token;
    } asked[WINDOWS]; /* without an answer so far, the latest last */
    unsigned n_asked, n_due;
    uint64_t last_who, last_token;
    char json[1536]; /* of a row, in one line */
};

static struct cs_session_remote *remote_of(struct cs_session *session)
{
    if (session->remote == NULL)
        session->remote = calloc(1, sizeof(*session->remote));
    return session->remote;
}

/* ---- frames that are sent ---------------------------------------------------------------------
 */

static int submit(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie)
{
    const struct remote_senders *own = ctx;
    struct cs_bus *at = cs_sim_bus(own->session->sim, bus);
    const int node = at != NULL ? cs_session_console(own->session, bus) : -EINVAL;

    return node < 0 ? node : cs_bus_submit(at, node, frame, own->base + cookie);
}

static struct remote_senders *senders_of(struct cs_session *session, uint64_t who)
{
    for (unsigned i = 0; session->remote != NULL && i < WINDOWS; i++)
        if (session->remote->of[i].who == who)
            return &session->remote->of[i];
    return NULL;
}

static struct remote_senders *new_senders(struct cs_session *session, uint64_t who)
{
    struct remote_senders *own = remote_of(session) != NULL ? senders_of(session, 0) : NULL;

    if (own == NULL)
        return NULL;
    own->session = session;
    own->senders = cs_senders_create(session->sim, submit, own);
    if (own->senders == NULL)
        return NULL;
    own->who = who;
    own->base = ++session->remote->bases * CS_SENDERS;
    return own;
}

/* What a file of them is checked for when it is read. */
static int check_counter(const struct cs_counter *c, char *why, size_t why_size)
{
    const int64_t all = c->bits >= 1 && c->bits <= 32 ? (INT64_C(1) << c->bits) - 1 : -1;

    if (c->byte >= 0 && c->byte <= 7 && all > 0 && c->low >= 0 && c->low <= c->first &&
        c->first <= c->high && c->high <= all && c->step >= -(int64_t)UINT32_MAX &&
        c->step <= UINT32_MAX)
        return 0;
    snprintf(why, why_size, "the counter does not fit its bits");
    return -EINVAL;
}

static int read_sender(const struct cs_link_sender *from, struct cs_send *send, char *why,
                       size_t why_size)
{
    *send = (struct cs_send){
        .bus = from->bus,
        .frame = from->frame,
        .period_ps = from->period_ps,
        .burst = from->burst,
        .gap_ps = from->gap_ps,
        .counts = from->counts,
        .counter = {.byte = from->counter.byte,
                    .bits = from->counter.bits,
                    .low = from->counter.low,
                    .high = from->counter.high,
                    .step = from->counter.step,
                    .first = from->counter.first,
                    .bounce = from->counter.bounces},
    };
    if (send->counts && check_counter(&send->counter, why, why_size) != 0)
        return -EINVAL;
    return cs_send_check(send, why, why_size);
}

int cs_session_remote_sender(struct cs_session *session, const struct cs_link_request *request,
                             char *why, size_t why_size)
{
    struct remote_senders *own = senders_of(session, request->who);
    struct cs_send send;

    if (request->slot >= CS_SENDERS) {
        snprintf(why, why_size, "a window has slots 0..%d", CS_SENDERS - 1);
        return -EINVAL;
    }
    if (request->sender == NULL)
        return own != NULL ? cs_senders_set(own->senders, request->slot, NULL, false) : 0;
    if (cs_sim_bus(session->sim, request->sender->bus) == NULL)
        return -ENOENT;
    if (read_sender(request->sender, &send, why, why_size) != 0)
        return -EINVAL;
    if (own == NULL && (own = new_senders(session, request->who)) == NULL)
        return -ENOMEM;
    cs_session_sync(session);
    const int ret = cs_senders_set(own->senders, request->slot, &send, request->on);
    cs_session_kick(session);
    return ret;
}

int cs_session_remote_send_now(struct cs_session *session, const struct cs_link_request *request,
                               char *why, size_t why_size)
{
    struct remote_senders *own = senders_of(session, request->who);
    struct cs_sent sent;

    if (own == NULL || !cs_senders_look(own->senders, request->slot, &sent)) {
        snprintf(why, why_size, "there is no frame in slot %u", request->slot);
        return -ENOENT;
    }
    cs_session_sync(session);
    const int ret = cs_senders_now(own->senders, request->slot);
    cs_session_kick(session);
    return ret;
}

bool cs_session_remote_sent(struct cs_session *session, uint64_t who, unsigned slot,
                            struct cs_link_sent *out)
{
    const struct remote_senders *own = senders_of(session, who);
    struct cs_sent sent;

    if (own == NULL || !cs_senders_look(own->senders, slot, &sent))
        return false;
    *out = (struct cs_link_sent){
        .running = sent.running,
        .last = sent.last,
        .error = sent.last == CS_SENT_REFUSED ? sent.error : 0,
        .result = sent.result,
        .queued = sent.queued,
        .sent = sent.sent,
        .failed = sent.failed,
        .refused = sent.refused,
        .sent_ps = sent.sent_ps,
    };
    return true;
}

void cs_session_remote_over(struct cs_session *session, const struct cs_tx_done *done)
{
    struct cs_tx_done of_slot = *done;

    for (unsigned i = 0; session->remote != NULL && i < WINDOWS; i++) {
        struct remote_senders *own = &session->remote->of[i];
        if (own->who == 0 || done->cookie <= own->base || done->cookie > own->base + CS_SENDERS)
            continue;
        of_slot.cookie = done->cookie - own->base;
        cs_senders_over(own->senders, &of_slot);
    }
}

static void forget_senders(struct remote_senders *own)
{
    for (unsigned slot = 0; slot < CS_SENDERS; slot++)
        cs_senders_set(own->senders, slot, NULL, false);
    cs_senders_destroy(own->senders);
    *own = (struct remote_senders){.who = 0};
}

/* ---- answers --------------------------------------------------------------------------------- */

static int page_for(const struct cs_session *session, unsigned bus, const char *decoder)
{
    const char *name = cs_bus_name(cs_sim_bus(session->sim, bus));
    struct cs_page_info info;

    for (unsigned i = 0; i < cs_session_pages(session); i++) {
        cs_follow_page(cs_session_follow(session), i, &info);
        if (info.can_ask && strcmp(info.decoder, decoder) == 0 && strcmp(info.bus, name) == 0)
            return (int)i;
    }
    return -1;
}

/* A host without a screen has none before somebody asks. */
static int need_pages(struct cs_session *session, char *why, size_t why_size)
{
    struct cs_session_config config = session->config;
    struct cs_error error = {0};

    if (session->pages != NULL)
        return 0;
    config.pages = true;
    if (cs_session_pages_open(session, &config, &error) == 0)
        return 0;
    cs_session_pages_close(session);
    snprintf(why, why_size, "%.250s", error.text);
    return -1;
}

static void forget_asked(struct cs_session_remote *remote, uint64_t who)
{
    unsigned n = 0;

    for (unsigned i = 0; i < remote->n_asked; i++)
        if (remote->asked[i].who != who)
            remote->asked[n++] = remote->asked[i];
    remote->n_asked = n;
}

int cs_session_remote_ask(struct cs_session *session, const struct cs_link_request *request,
                          char *why, size_t why_size)
{
    struct cs_session_remote *remote = remote_of(session);
    int page;

    if (remote == NULL)
        return -ENOMEM;
    if (cs_sim_bus(session->sim, request->bus) == NULL)
        return -ENOENT;
    if (need_pages(session, why, why_size) != 0)
        return -EIO;
    page = page_for(session, request->bus, request->decoder);
    if (page < 0) {
        snprintf(why, why_size, "nobody here can be asked in the name of \"%s\"", request->decoder);
        return -EOPNOTSUPP;
    }
    forget_asked(remote, request->who);
    if (remote->n_asked == WINDOWS)
        return -ENOSPC;
    /* The answer may come before this returns. */
    remote->asked[remote->n_asked].who = remote->last_who = request->who;
    remote->asked[remote->n_asked++].token = remote->last_token = request->token;
    remote->n_due++;
    if (cs_session_ask(session, (unsigned)page, request->text, why, why_size) == 0)
        return 0;
    forget_asked(remote, request->who);
    remote->n_due -= remote->n_due > 0;
    return -EINVAL;
}

/* Who works on the bus says what came of it, not for whom. So it is told to all who wait for an
 * answer, and when as many have come as were asked for nobody waits any more; what it says then is
 * for the one who asked last. */
void cs_session_remote_answer(struct cs_session *session, int severity, const char *text)
{
    struct cs_session_remote *remote = session->remote;

    if (remote == NULL || session->link == NULL)
        return;
    if (remote->n_asked == 0 && remote->last_who > 0)
        cs_link_server_answer(session->link, remote->last_who, remote->last_token, severity, text);
    for (unsigned i = 0; i < remote->n_asked; i++)
        cs_link_server_answer(session->link, remote->asked[i].who, remote->asked[i].token, severity,
                              text);
    if (remote->n_due > 0 && --remote->n_due == 0)
        remote->n_asked = 0;
}

void cs_session_remote_left(struct cs_session *session, uint64_t who)
{
    struct remote_senders *own = senders_of(session, who);

    if (session->remote == NULL)
        return;
    if (own != NULL)
        forget_senders(own);
    forget_asked(session->remote, who);
    if (session->remote->last_who == who)
        session->remote->last_who = 0;
    if (session->remote->n_asked == 0)
        session->remote->n_due = 0;
}

/* ---- the scenario ---------------------------------------------------------------------------- */

void cs_session_remote_plan(struct cs_session *session, struct cs_link_plan *out)
{
    struct cs_session_remote *remote = remote_of(session);

    if (remote == NULL)
        return;
    cs_session_plan(session, &remote->plan);
    *out = (struct cs_link_plan){
        .file = remote->plan.file,
        .version = remote->plan.version,
        .n = remote->plan.n,
        .more = remote->plan.more,
        .past = remote->plan.past,
        .held = remote->plan.held,
        .failed = remote->plan.failed,
    };
}

/* Line breaks and tabs are between the parts of a text, within strings they are written out. */
static const char *in_one_line(struct cs_session_remote *remote, const char *json)
{
    size_t n = 0;

    for (; *json != '\0' && n + 1 < sizeof(remote->json); json++)
        if (*json != '\n' && *json != '\t')
            remote->json[n++] = *json;
    remote->json[n] = '\0';
    return remote->json;
}

bool cs_session_remote_plan_row(const struct cs_session *session, unsigned index,
                                struct cs_link_plan_row *out)
{
    const struct cs_plan *plan = session->remote != NULL ? &session->remote->plan : NULL;

    if (plan == NULL || index >= plan->n)
        return false;
    const struct cs_plan_row *row = &plan->rows[index];
    *out = (struct cs_link_plan_row){
        .version = row->version,
        .kind = row->kind,
        .state = row->state,
        .line = row->line,
        .at_ps = row->at_ps,
        .until_ps = row->until_ps,
        .count = row->count,
        .fault = row->fault,
        .pending = row->pending,
        .when = cs_plan_text(row, CS_PLAN_WHEN),
        .who = cs_plan_text(row, CS_PLAN_WHO),
        .what = cs_plan_text(row, CS_PLAN_WHAT),
        .seen = cs_plan_text(row, CS_PLAN_SEEN),
        .place = cs_plan_text(row, CS_PLAN_PLACE),
        .json = in_one_line(session->remote, cs_plan_text(row, CS_PLAN_JSON)),
    };
    return true;
}

void cs_session_remote_fini(struct cs_session *session)
{
    struct cs_session_remote *remote = session->remote;

    if (remote == NULL)
        return;
    for (unsigned i = 0; i < WINDOWS; i++)
        if (remote->of[i].who > 0)
            forget_senders(&remote->of[i]);
    cs_plan_clear(&remote->plan);
    free(remote);
    session->remote = NULL;
}
