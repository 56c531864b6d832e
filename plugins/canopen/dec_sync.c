/* SPDX-License-Identifier: MIT */
/* dec_sync.c - SYNC with its counter (CiA 301, 7.2.5) and TIME (7.2.6). */
#include "plugins/canopen/dec_internal.h"

/* A counter that goes back to 1 shows where it overflows; the first time that is believed. */
static int follow_counter(struct co_sync *sync, int counter)
{
    int last = sync->last_counter, top = sync->overflow > 1 ? sync->overflow : sync->top;
    int expected = last < 0 ? -1 : top > 1 && last >= top ? 1 : last + 1;

    sync->last_counter = counter;
    if (expected < 0 || counter == expected)
        return -1;
    if (counter == 1 && top == 0 && last >= 2) {
        sync->top = last;
        return -1;
    }
    if (sync->overflow <= 1 && top != 0 && counter == last + 1)
        sync->top = 0; /* so it was a gap then */
    sync->gaps++;
    return expected;
}

static void tell_sync(struct co_dec *dec, const struct cansim_frame *frame, int severity,
                      int expected, struct cansim_sink *sink)
{
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_line_begin(dec->summary, sizeof(dec->summary));
        co_line_bytes(&line, "SYNC", 4);
        if (frame->len == 1) {
            co_line_bytes(&line, " ", 1);
            co_line_uint(&line, frame->data[0]);
        }
        if (expected >= 0) {
            co_line_add(&line, ", expected ");
            co_line_uint(&line, (unsigned)expected);
        }
        sink->summary(sink, "SYNC", severity, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        if (frame->len == 1) {
            struct cansim_field field = {.size = sizeof(field),
                                         .kind = CANSIM_UINT,
                                         .severity = (uint8_t)severity,
                                         .n_bits = 8,
                                         .name = "counter",
                                         .label = "Counter",
                                         .text = expected >= 0 ? "not the next one" : NULL};
            field.value.u = frame->data[0];
            sink->field(sink, &field);
        }
        if (dec->sync.interval_ps > 0)
            co_put_time(sink, "interval", "Since the last one", dec->sync.interval_ps);
    }
}

void co_dec_sync(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_sync *sync = &dec->sync;
    int expected = -1, severity = CANSIM_INFO;

    if (frame->len > 1) {
        co_dec_wrong_length(dec, NULL, "SYNC", frame, 0, 1, sink);
        return;
    }
    sync->count++;
    sync->interval_ps = sync->last_ps >= 0 ? frame->at_ps - sync->last_ps : 0;
    sync->last_ps = frame->at_ps;
    sync->last_frame = frame->number;
    if (frame->len == 1)
        expected = follow_counter(sync, frame->data[0]);
    else
        sync->last_counter = -1;
    if (sink == NULL)
        return;
    if (expected >= 0)
        severity = CANSIM_WARNING;
    if (frame->len == 1 && (frame->data[0] == 0 || frame->data[0] > 240))
        severity = CANSIM_ERROR;
    tell_sync(dec, frame, severity, expected, sink);
    co_event(sink, "canopen.sync", -1, frame->len == 1 ? frame->data[0] : 0);
    if (expected >= 0)
        co_event(sink, "canopen.sync.gap", -1, frame->data[0]);
}

void co_dec_time(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    char date[64];

    if (frame->len != 6) {
        co_dec_wrong_length(dec, NULL, "TIME", frame, 6, 6, sink);
        return;
    }
    if (sink == NULL)
        return;
    unsigned ms = (unsigned)co_get_le(frame->data, 4) & 0x0FFFFFFFu;
    unsigned days = (unsigned)co_get_le(frame->data + 4, 2);
    int severity = ms < 86400000 ? CANSIM_INFO : CANSIM_WARNING;
    co_value_format(CO_TIME_OF_DAY, frame->data, 6, date, sizeof(date));
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, NULL);
        co_line_add(&line, date);
        if (severity != CANSIM_INFO)
            co_line_add(&line, ", more milliseconds than a day has");
        sink->summary(sink, "TIME", severity, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        struct cansim_field field = {.size = sizeof(field),
                                     .kind = CANSIM_UINT,
                                     .severity = (uint8_t)severity,
                                     .n_bits = 28,
                                     .name = "ms",
                                     .label = "Since midnight",
                                     .unit = "ms"};
        field.value.u = ms;
        sink->field(sink, &field);
        cansim_put_uint(sink, "days", "Days since 1984", days, 0, 32, 16, NULL);
        co_put_text(sink, "date", "Date", date);
    }
    co_event(sink, "canopen.time", -1, ms);
}
