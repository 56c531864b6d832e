/* SPDX-License-Identifier: MIT */
/* The file of --decoded: what the decoder says, a JSON object a line, as "cansim decode --json".
 * The line is put together in memory that is taken once. */
#include <errno.h>
#include <stdlib.h>

#include "plugins/decode.h"
#include "scenarios/session_internal.h"

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_session *session = ctx;

    if (session->line == NULL)
        return;
    rewind(session->line);
    cs_decode_json(said->said, 0, session->line);
    if (fflush(session->line) != 0)
        return;
    cs_out_write(&session->decoded.out, session->line_text, session->line_len);
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
