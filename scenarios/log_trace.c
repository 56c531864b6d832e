/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "scenarios/choose.h"
#include "scenarios/log.h"
#include "scenarios/text.h"
#include "simcore/fault.h"
#include "simcore/wire.h"

#define NODE_WIDTH 12
#define BOLD       "\033[1m"
#define RED        "\033[31m"
#define YELLOW     "\033[33m"
#define CYAN       "\033[36m"
#define DIM        "\033[2m"
#define RESET      "\033[0m"

static void put_color(struct cs_trace *trace, const char *color)
{
    if (trace->color)
        cs_out_text(&trace->log.out, color);
}

/* Field names are identifiers; people read words. */
static void put_words(struct cs_out *out, const char *name)
{
    for (; *name != '\0'; name++)
        cs_out_char(out, *name == '_' ? ' ' : *name);
}

static void put_head(struct cs_trace *trace, const struct cs_event *event)
{
    struct cs_out *out = &trace->log.out;
    const struct cs_bus *bus = cs_sim_bus(trace->log.sim, event->bus);
    char name[CS_NAME_MAX];

    put_color(trace, DIM);
    char seconds[24];
    int n = snprintf(seconds, sizeof(seconds), "%lld", (long long)(event->at_ps / CS_PS_PER_S));
    for (; n < 4; n++)
        cs_out_char(out, ' ');
    cs_out_text(out, seconds);
    cs_out_char(out, '.');
    cs_out_u64_wide(out, (uint64_t)(event->at_ps % CS_PS_PER_S / CS_PS_PER_US), 6);
    put_color(trace, RESET);
    cs_out_text(out, "  ");
    cs_out_padded(out, cs_bus_name(bus), 5);
    cs_out_char(out, ' ');
    snprintf(name, sizeof(name), "%s",
             event->node == CS_NO_NODE ? "" : cs_bus_node_name(bus, event->node));
    cs_text_clean(name);
    cs_out_padded(out, name, NODE_WIDTH);
    cs_out_text(out, "  ");
}

/* Severities of a decoder: info, note, warning, error. */
static const char *color_of(int severity)
{
    static const char *const colors[] = {DIM, CYAN, YELLOW, RED};

    return colors[severity < 0 ? 0 : severity > 3 ? 3 : severity];
}

static void put_said(struct cs_trace *trace, const struct cs_live_said *said)
{
    struct cs_out *out = &trace->log.out;
    char text[600];

    snprintf(text, sizeof(text), "%s%s%s", said->protocol, said->protocol[0] != '\0' ? " " : "",
             said->summary);
    cs_text_clean(text);
    put_color(trace, color_of(said->severity));
    cs_out_text(out, text);
    put_color(trace, RESET);
}

/* In one column behind classic frames, whatever their length. */
static void put_decoded(struct cs_trace *trace, const struct cs_frame *frame,
                        const struct cs_live_said *said)
{
    unsigned used = frame->len > 0 ? 1u + 3u * frame->len : 0;

    if ((frame->flags & CS_FRAME_RTR) != 0)
        used = sizeof("  remote request") - 1;
    for (; used < 25; used++)
        cs_out_char(&trace->log.out, ' ');
    cs_out_text(&trace->log.out, "  ");
    put_said(trace, said);
}

static void put_frame(struct cs_trace *trace, const struct cs_event *event)
{
    struct cs_out *out = &trace->log.out;
    const struct cs_frame *f = event->frame;
    bool ext = (f->flags & CS_FRAME_EXT) != 0;

    put_head(trace, event);
    put_color(trace, BOLD);
    cs_out_printf(out, ext ? "%08X" : "     %03X", (unsigned)f->id);
    put_color(trace, RESET);
    if ((f->flags & CS_FRAME_FD) != 0)
        cs_out_printf(out, "  [%02u] FD%s%s", f->len, (f->flags & CS_FRAME_BRS) != 0 ? " BRS" : "",
                      (f->flags & CS_FRAME_ESI) != 0 ? " ESI" : "");
    else
        cs_out_printf(out, "  [%u]", f->dlc);
    if ((f->flags & CS_FRAME_RTR) != 0)
        cs_out_text(out, "  remote request");
    else if (f->len > 0)
        cs_out_char(out, ' ');
    for (unsigned i = 0; i < f->len; i++)
        cs_out_printf(out, " %02X", f->data[i]);
    if (trace->live != NULL && cs_live_frame(trace->live) != NULL)
        put_decoded(trace, f, cs_live_frame(trace->live));
    cs_out_line(out);
}

static void put_error(struct cs_trace *trace, const struct cs_event *event)
{
    struct cs_out *out = &trace->log.out;

    put_head(trace, event);
    put_color(trace, RED);
    if (event->error == CS_ERROR_OTHER) {
        cs_out_text(out, "dominant bits after its ");
    } else {
        put_words(out, cs_error_name((enum cs_error_kind)event->error));
        cs_out_text(out, " error in ");
    }
    put_words(out, cs_field_name((enum cs_field)event->field));
    cs_out_printf(out, ", bit %u, as %s: TEC %u, REC %u", event->bit,
                  event->tx ? "transmitter" : "receiver", event->tec, event->rec);
    put_color(trace, RESET);
    cs_out_line(out);
}

static void put_state(struct cs_trace *trace, const struct cs_event *event)
{
    struct cs_out *out = &trace->log.out;

    put_head(trace, event);
    put_color(trace, YELLOW);
    cs_out_text(out, "is now ");
    put_words(out, cs_state_name((enum cs_node_state)event->state));
    cs_out_printf(out, ": TEC %u, REC %u", event->tec, event->rec);
    put_color(trace, RESET);
    cs_out_line(out);
}

static void put_result(struct cs_trace *trace, const struct cs_event *event, const char *what)
{
    struct cs_out *out = &trace->log.out;
    char text[CS_FRAME_TEXT_MAX] = "";

    if (event->frame != NULL)
        cs_frame_format(event->frame, text);
    put_head(trace, event);
    put_color(trace, RED);
    cs_out_printf(out, "%s %s: ", what, text);
    put_words(out, cs_tx_result_name((enum cs_tx_result)event->result));
    put_color(trace, RESET);
    cs_out_line(out);
}

static void put_word(struct cs_trace *trace, const struct cs_event *event, const char *word)
{
    char text[256];

    snprintf(text, sizeof(text), "%s", word);
    cs_text_clean(text);
    put_head(trace, event);
    put_color(trace, CYAN);
    cs_out_text(&trace->log.out, text);
    put_color(trace, RESET);
    cs_out_line(&trace->log.out);
}

static void put_fault(struct cs_trace *trace, const struct cs_event *event)
{
    char text[300];

    trace->fired = event->stage == CS_FAULT_FIRED ? event->fault : 0;
    snprintf(text, sizeof(text), "fault %d %s: %s", (int)event->fault,
             cs_fault_stage_name((enum cs_fault_stage)event->stage),
             event->text != NULL ? event->text : "");
    put_word(trace, event, text);
}

static bool same_error(const struct cs_event *a, const struct cs_event *b)
{
    return a->kind == b->kind && a->bus == b->bus && a->node == b->node && a->error == b->error &&
           a->field == b->field && a->bit == b->bit && a->tx == b->tx;
}

/* Which repeated error's latest is the oldest: its index, or n_errors where none is left. */
static unsigned oldest_repeated(const struct cs_trace *trace)
{
    unsigned oldest = trace->n_errors;

    for (unsigned i = 0; i < trace->n_errors; i++) {
        if (trace->repeats[i] > 0 &&
            (oldest == trace->n_errors || trace->errors[i].at_ps < trace->errors[oldest].at_ps))
            oldest = i;
    }
    return oldest;
}

void cs_log_trace_end(struct cs_trace *trace)
{
    unsigned i;

    while ((i = oldest_repeated(trace)) < trace->n_errors) {
        const struct cs_event *last = &trace->errors[i];
        put_head(trace, last);
        cs_out_printf(&trace->log.out, "and %llu more such error%s: TEC %u, REC %u",
                      (unsigned long long)trace->repeats[i], trace->repeats[i] == 1 ? "" : "s",
                      last->tec, last->rec);
        cs_out_line(&trace->log.out);
        trace->repeats[i] = 0;
    }
    trace->n_errors = 0;
}

static void trace_error(struct cs_trace *trace, const struct cs_event *event)
{
    unsigned i = 0;

    while (i < trace->n_errors && !same_error(&trace->errors[i], event))
        i++;
    if (i < trace->n_errors) {
        trace->repeats[i]++;
        trace->errors[i] = *event;
        return;
    }
    if (i == CS_TRACE_ERRORS || oldest_repeated(trace) < trace->n_errors)
        cs_log_trace_end(trace);
    put_error(trace, event);
    trace->repeats[trace->n_errors] = 0;
    trace->errors[trace->n_errors++] = *event;
}

void cs_log_trace_live(void *ctx, const struct cs_live_said *said)
{
    struct cs_trace *trace = ctx;
    const struct cs_event at = {
        .at_ps = said->at_ps, .bus = (uint16_t)said->bus, .node = CS_NO_NODE};

    if (said->event != NULL) { /* behind the frame */
        cs_choose_hear(trace->filter, said);
        return;
    }
    if (!cs_choose_said(trace->filter, trace->log.sim, said))
        return;
    cs_log_trace_end(trace);
    put_head(trace, &at);
    put_said(trace, said);
    cs_out_line(&trace->log.out);
}

void cs_log_trace(void *ctx, const struct cs_event *event)
{
    struct cs_trace *trace = ctx;

    if (!cs_choose_event(trace->filter, trace->log.sim, event))
        return;
    /* A fault that fires often is told once. */
    if (event->kind == CS_EV_FAULT && event->stage == CS_FAULT_FIRED &&
        event->fault == trace->fired)
        return;
    switch (event->kind) {
    case CS_EV_ERROR:
        trace_error(trace, event);
        return;
    case CS_EV_FRAME:
    case CS_EV_STATE:
    case CS_EV_DROPPED:
    case CS_EV_REFUSED:
    case CS_EV_ATTACH:
    case CS_EV_DETACH:
    case CS_EV_NOTE:
    case CS_EV_FAULT:
        cs_log_trace_end(trace);
        break;
    default:
        return;
    }
    if (event->kind == CS_EV_FRAME)
        put_frame(trace, event);
    else if (event->kind == CS_EV_STATE)
        put_state(trace, event);
    else if (event->kind == CS_EV_DROPPED)
        put_result(trace, event, "gave up");
    else if (event->kind == CS_EV_REFUSED)
        put_result(trace, event, "could not queue");
    else if (event->kind == CS_EV_ATTACH)
        put_word(trace, event, "joins");
    else if (event->kind == CS_EV_DETACH)
        put_word(trace, event, "leaves");
    else if (event->kind == CS_EV_FAULT)
        put_fault(trace, event);
    else
        put_word(trace, event, event->text != NULL ? event->text : "");
}
