/* SPDX-License-Identifier: MIT */
/* The file of --decoded: what the decoder says, a JSON object a line, as "cansim decode --json".
 * The line is put together in memory that is taken once. */
#include <errno.h>
#include <stdlib.h>

#include "plugins/tree.h"
#include "scenarios/session_internal.h"

static void put_head(struct cs_session *session, const struct cs_live_said *said)
{
    struct cs_out *out = &session->decoded.out;
    const struct cs_bus *bus = cs_sim_bus(session->sim, said->bus);
    char text[CS_FRAME_TEXT_MAX];

    cs_out_text(out, "{\"at_ps\":");
    cs_out_i64(out, said->at_ps);
    cs_out_text(out, ",\"bus\":");
    cs_out_json(out, cs_bus_name(bus));
    if (said->event != NULL) {
        cs_frame_format(said->event->frame, text);
        cs_out_text(out, ",\"number\":");
        cs_out_u64(out, said->number);
        cs_out_text(out, ",\"node\":");
        cs_out_json(out, cs_bus_node_name(bus, said->event->node));
        cs_out_text(out, ",\"frame\":");
        cs_out_json(out, text);
    }
    cs_out_text(out, ",\"protocol\":");
    cs_out_json(out, said->protocol);
    cs_out_text(out, ",\"severity\":");
    cs_out_json(out, cs_severity_name(said->severity));
    cs_out_text(out, ",\"summary\":");
    cs_out_json(out, said->summary);
    cs_out_text(out, ",\"fields\":");
}

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_session *session = ctx;

    if (session->line == NULL)
        return;
    rewind(session->line);
    cs_tree_json(said->tree, session->line);
    if (fflush(session->line) != 0)
        return;
    put_head(session, said);
    cs_out_write(&session->decoded.out, session->line_text, session->line_len);
    cs_out_text(&session->decoded.out, "}");
    cs_out_line(&session->decoded.out);
}

int cs_session_decoded_start(struct cs_session *session)
{
    session->line = open_memstream(&session->line_text, &session->line_len);
    return session->line != NULL ? cs_live_listen(session->live, on_said, session) : -ENOMEM;
}

void cs_session_decoded_end(struct cs_session *session)
{
    if (session->line != NULL)
        fclose(session->line);
    session->line = NULL;
    free(session->line_text);
    session->line_text = NULL;
}
