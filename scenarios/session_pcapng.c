/* SPDX-License-Identifier: MIT */
/* The event stream as a capture for Wireshark: every valid frame, with its transmitter as comment,
 * and every error frame as SocketCAN tells it, with who saw which error first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugins/plugins.h"
#include "scenarios/session_internal.h"
#include "simcore/error_frame.h"
#include "simcore/wire.h"

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct cs_capture *capture = ctx;

    cs_out_write(&capture->log.out, bytes, n);
    cs_out_record(&capture->log.out);
    return capture->log.out.error != 0 ? -1 : 0;
}

/* Errors of the log's file reach the session through the log; nothing else can go wrong, but for
 * what is finer than a nanosecond. */
static void write_frame(struct cs_capture *capture, const struct cs_event *event,
                        struct cansim_frame *frame, bool error_frame, const char *comment)
{
    const struct cansim_format *format = cs_plugin_pcapng.formats[0];
    const struct cansim_log_frame log = {
        .size = sizeof(log),
        .frame = frame,
        .bus_name = cs_bus_name(cs_sim_bus(capture->log.sim, event->bus)),
        .error_frame = error_frame,
        .comment = comment,
    };
    char why[200];

    frame->size = sizeof(*frame);
    frame->at_ps = event->at_ps;
    format->write(capture->writer, &log, why, sizeof(why));
}

static const char *name_of(const struct cs_capture *capture, const struct cs_event *event, int node)
{
    return node == CS_NO_NODE ? "nobody"
                              : cs_bus_node_name(cs_sim_bus(capture->log.sim, event->bus), node);
}

static void on_frame(struct cs_capture *capture, const struct cs_event *event)
{
    const struct cs_frame *from = event->frame;
    struct cansim_frame frame = {
        .id = from->id, .flags = from->flags, .dlc = from->dlc, .len = from->len};
    char comment[CS_NAME_MAX + 20];

    memcpy(frame.data, from->data, from->len);
    snprintf(comment, sizeof(comment), "sent by %s", name_of(capture, event, event->node));
    write_frame(capture, event, &frame, false, comment);
}

/* What is known of the error that this frame is for: the transmitter's view, else the first one. */
static void on_error_frame(struct cs_capture *capture, const struct cs_event *event)
{
    struct cs_event *error = &capture->error[event->bus];
    struct cs_error_frame linux_frame;
    struct cansim_frame frame = {.dlc = 8, .len = 8};
    char comment[CS_NAME_MAX + 80] = "";

    cs_error_frame_of(error, &linux_frame);
    frame.id = linux_frame.classes;
    memcpy(frame.data, linux_frame.data, 8);
    if (error->error != CS_ERROR_NONE)
        snprintf(comment, sizeof(comment), "%s error in %s, seen by %s",
                 cs_error_name((enum cs_error_kind)error->error),
                 cs_field_name((enum cs_field)error->field), name_of(capture, event, error->node));
    write_frame(capture, event, &frame, true, comment[0] != '\0' ? comment : NULL);
    *error = (struct cs_event){.error = CS_ERROR_NONE};
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_capture *capture = ctx;
    struct cs_event *error = &capture->error[event->bus];

    if (event->kind == CS_EV_FRAME && event->frame != NULL) {
        on_frame(capture, event);
    } else if (event->kind == CS_EV_ERROR_FRAME) {
        on_error_frame(capture, event);
    } else if (event->kind == CS_EV_ERROR &&
               (error->error == CS_ERROR_NONE || (event->tx && !error->tx))) {
        *error = *event;
        error->frame = NULL; /* valid only now */
        error->text = NULL;
    }
}

int cs_session_capture_start(struct cs_session *session)
{
    struct cs_capture *capture = &session->capture;
    const struct cansim_output to = {.size = sizeof(to), .ctx = capture, .write = on_write};
    char why[200];

    if (cs_plugin_pcapng.formats[0]->create(&capture->writer, &to, why, sizeof(why)) != 0)
        return capture->log.out.error != 0 ? -capture->log.out.error : -ENOMEM;
    return cs_sim_observe(session->sim, on_event, capture);
}

void cs_session_capture_end(struct cs_session *session)
{
    struct cs_capture *capture = &session->capture;
    char why[200];

    cs_sim_unobserve(session->sim, on_event, capture);
    if (capture->writer != NULL)
        cs_plugin_pcapng.formats[0]->finish(capture->writer, why, sizeof(why));
    capture->writer = NULL;
}
