/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "plugins/decode.h"
#include "simcore/frame.h"
#include "simcore/sim.h"

void cs_decode_seconds(int64_t at_ps, int64_t epoch_s, char *text)
{
    snprintf(text, 40, "%" PRId64 ".%012" PRId64, epoch_s + at_ps / CS_PS_PER_S,
             at_ps % CS_PS_PER_S);
}

static void put_string(const char *key, const char *text, FILE *to)
{
    fprintf(to, ",\"%s\":", key);
    if (text != NULL)
        cs_tree_json_string(text, strlen(text), to);
    else
        fputs("null", to);
}

static void put_frame(const struct cansim_frame *frame, FILE *to)
{
    const struct cs_frame f = cs_plugins_frame(frame);
    char text[CS_FRAME_TEXT_MAX];

    cs_frame_format(&f, text);
    fprintf(to, ",\"frame\":\"%s\"", text);
}

static void put_links(const struct cs_tree *tree, FILE *to)
{
    fputs(",\"links\":[", to);
    for (unsigned i = 0; i < tree->n_links; i++)
        fprintf(to, "%s{\"kind\":\"%s\",\"number\":%" PRIu64 "}", i > 0 ? "," : "",
                cs_link_name(tree->links[i].kind), tree->links[i].number);
    fputs("],\"events\":[", to);
    for (unsigned i = 0; i < tree->n_events; i++) {
        const struct cs_tree_event *event = &tree->events[i];
        fputs(i > 0 ? ",{\"name\":" : "{\"name\":", to);
        cs_tree_json_string(event->name, strlen(event->name), to);
        fprintf(to, ",\"subject\":%d,\"value\":", event->subject);
        /* Beyond 2^53 as text, as in fields. */
        fprintf(to, event->value > UINT64_C(9007199254740992) ? "\"%" PRIu64 "\"}" : "%" PRIu64 "}",
                event->value);
    }
    fputc(']', to);
}

void cs_decode_json(const struct cs_decode_said *said, int64_t epoch_s, FILE *to)
{
    const struct cs_tree *tree = said->tree;
    bool known = said->decoder != NULL;
    char seconds[40];

    cs_decode_seconds(said->at_ps, epoch_s, seconds);
    if (said->frame != NULL)
        fprintf(to, "{\"number\":%" PRIu64, said->frame->number);
    else
        fputs("{\"number\":null", to);
    fprintf(to, ",\"time\":\"%s\"", seconds);
    put_string("bus", said->bus_name, to);
    if (said->frame != NULL)
        put_frame(said->frame, to);
    else
        fputs(",\"frame\":null", to);
    put_string("decoder", known ? said->decoder->name : NULL, to);
    put_string("protocol", known ? tree->protocol : NULL, to);
    put_string("severity", known ? cs_severity_name(tree->severity) : NULL, to);
    put_string("summary", known ? tree->summary : NULL, to);
    put_links(tree, to);
    fputs(",\"fields\":", to);
    cs_tree_json(tree, to);
    if (tree->left_out > 0)
        fprintf(to, ",\"left_out\":%u", tree->left_out);
    fputc('}', to);
}
