/* SPDX-License-Identifier: MIT */
/* What happened before a failure. The latest events are kept as they come, a copy each; lines are
 * made of them only when something has failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect_internal.h"
#include "scenarios/log.h"
#include "scenarios/log_life.h"
#include "scenarios/text.h"

#define KEPT       512 /* events */
#define LINES      8   /* of the trace */
#define LINE_SIZE  240
#define BLOCKS     2 /* of the life of frames */
#define BLOCK_SIZE 4000
#define TEXT_SIZE  200
#define DETAIL     (1u << CS_EV_ACKED | 1u << CS_EV_RECEIVED) /* only where others want them */
#define OF_NO_NODE \
    (1u << CS_EV_ERROR_FRAME | 1u << CS_EV_LOST | 1u << CS_EV_NOTE | 1u << CS_EV_FAULT)

struct kept {
    struct cs_event event;
    struct cs_frame frame;
    char text[TEXT_SIZE]; /* the event's, or what a decoder said of the frame */
};

/* A node as it was before the oldest event that is kept. */
struct was {
    bool known;
    uint8_t state;
    uint16_t tec, rec;
    int64_t since_ps;
};

struct expect_past {
    struct cs_sim *sim;
    unsigned n_buses;
    struct was *was; /* n_buses * CS_BUS_MAX_NODES */
    unsigned first, n;
    bool forgot; /* some are not kept any more */
    struct kept kept[KEPT];
};

static void look_around(struct expect_past *past)
{
    struct cs_node_status status;

    for (unsigned b = 0; b < past->n_buses; b++) {
        const struct cs_bus *bus = cs_sim_bus(past->sim, b);
        for (int i = 0; i < cs_bus_node_limit(bus); i++) {
            if (cs_bus_node_status(bus, i, &status) == 0)
                past->was[b * CS_BUS_MAX_NODES + (unsigned)i] =
                    (struct was){.known = true,
                                 .state = (uint8_t)status.state,
                                 .tec = status.tec,
                                 .rec = status.rec};
        }
    }
}

struct expect_past *expect_past_create(struct cs_sim *sim)
{
    struct expect_past *past = calloc(1, sizeof(*past));

    if (past == NULL)
        return NULL;
    past->sim = sim;
    past->n_buses = cs_sim_bus_count(sim);
    past->was = calloc((size_t)past->n_buses * CS_BUS_MAX_NODES, sizeof(*past->was));
    if (past->was == NULL) {
        free(past);
        return NULL;
    }
    look_around(past);
    return past;
}

void expect_past_free(struct expect_past *past)
{
    if (past != NULL)
        free(past->was);
    free(past);
}

static bool is_of_node(const struct cs_event *event)
{
    return (OF_NO_NODE >> event->kind & 1u) == 0 && event->node >= 0 &&
           event->node < CS_BUS_MAX_NODES;
}

/* The oldest one goes: what it told of its node is still known. */
static void forget(struct expect_past *past, const struct cs_event *event)
{
    past->forgot = true;
    if (!is_of_node(event))
        return;
    struct was *was = &past->was[event->bus * CS_BUS_MAX_NODES + (unsigned)event->node];
    if (!was->known || was->state != event->state)
        was->since_ps = event->at_ps;
    was->known = event->kind != CS_EV_DETACH;
    was->state = event->state;
    was->tec = event->tec;
    was->rec = event->rec;
}

void expect_past_add(struct expect_past *past, const struct cs_event *event,
                     const struct cs_live_said *said)
{
    if ((DETAIL >> event->kind & 1u) != 0)
        return;
    if (past->n == KEPT) {
        forget(past, &past->kept[past->first].event);
        past->first = (past->first + 1) % KEPT;
        past->n--;
    }
    struct kept *kept = &past->kept[(past->first + past->n++) % KEPT];
    kept->event = *event;
    kept->text[0] = '\0';
    if (event->frame != NULL)
        memcpy(&kept->frame, event->frame, offsetof(struct cs_frame, data) + event->frame->len);
    if (event->text != NULL)
        snprintf(kept->text, sizeof(kept->text), "%s", event->text);
    else if (said != NULL)
        snprintf(kept->text, sizeof(kept->text), "%s%s%s", said->protocol,
                 said->protocol[0] != '\0' ? " " : "", said->summary);
}

/* As it was told. */
static struct cs_event again(const struct kept *kept)
{
    struct cs_event event = kept->event;

    if (event.frame != NULL)
        event.frame = &kept->frame;
    if (event.text != NULL)
        event.text = kept->text;
    return event;
}

/* ---- the trace ------------------------------------------------------------------------------- */

struct lines {
    char line[LINES][LINE_SIZE];
    unsigned n; /* all that there were */
};

static void add_lines(struct lines *lines, struct cs_out *out, const char *said)
{
    const char *text, *end;
    size_t len = cs_out_take(out, &text);

    for (; len > 0 && (end = memchr(text, '\n', len)) != NULL; text = end + 1) {
        size_t n = (size_t)(end - text);
        len -= n + 1;
        snprintf(lines->line[lines->n++ % LINES], LINE_SIZE, "%.*s%s%s", (int)n, text,
                 said[0] != '\0' ? "  " : "", said);
    }
}

static void tell_trace(struct expect_past *past, FILE *to)
{
    struct cs_trace trace = {.log = {.sim = past->sim}};
    struct lines *lines = calloc(1, sizeof(*lines));

    if (lines == NULL || cs_out_memory(&trace.log.out) != 0) {
        free(lines);
        return;
    }
    for (unsigned i = 0; i < past->n; i++) {
        const struct kept *kept = &past->kept[(past->first + i) % KEPT];
        struct cs_event event = again(kept);
        cs_log_trace(&trace, &event);
        add_lines(lines, &trace.log.out, event.kind == CS_EV_FRAME ? kept->text : "");
    }
    cs_log_trace_end(&trace);
    add_lines(lines, &trace.log.out, "");
    cs_out_discard(&trace.log.out);
    for (unsigned i = lines->n > LINES ? lines->n - LINES : 0; i < lines->n; i++) {
        cs_text_clean(lines->line[i % LINES]);
        fprintf(to, "%s\n", lines->line[i % LINES]);
    }
    free(lines);
}

/* ---- the life of frames ---------------------------------------------------------------------- */

struct blocks {
    char needle[16]; /* what a block must have; "": all */
    unsigned skip;   /* the first ones, whose beginning is not kept */
    char block[BLOCKS][BLOCK_SIZE];
    unsigned n;
};

static void add_block(struct blocks *blocks, const char *text, size_t len)
{
    char *block = blocks->block[blocks->n % BLOCKS];

    for (; len > 0 && *text == '\n'; len--)
        text++;
    if (memmem(text, len, "start of frame", strlen("start of frame")) == NULL)
        return;
    if (blocks->skip > 0) {
        blocks->skip--;
        return;
    }
    if (memmem(text, len, blocks->needle, strlen(blocks->needle)) == NULL)
        return;
    len = len < BLOCK_SIZE - 1 ? len : BLOCK_SIZE - 1;
    memcpy(block, text, len);
    block[len] = '\0';
    blocks->n++;
}

/* Paragraphs have empty lines between them. */
static void add_blocks(struct blocks *blocks, struct cs_out *out)
{
    const char *text, *end;
    size_t len = cs_out_take(out, &text);

    while (len > 0 && (end = memmem(text, len, "\n\n", 2)) != NULL) {
        add_block(blocks, text, (size_t)(end - text) + 1);
        len -= (size_t)(end - text) + 2;
        text = end + 2;
    }
    if (len > 1)
        add_block(blocks, text, len);
}

static void tell_nodes(const struct expect_past *past, struct cs_life *life)
{
    for (unsigned b = 0; b < past->n_buses; b++) {
        for (unsigned i = 0; i < CS_BUS_MAX_NODES; i++) {
            const struct was *was = &past->was[b * CS_BUS_MAX_NODES + i];
            if (was->known)
                cs_log_life_knows(life, &(struct cs_event){.at_ps = was->since_ps,
                                                           .bus = (uint16_t)b,
                                                           .node = (int16_t)i,
                                                           .state = was->state,
                                                           .tec = was->tec,
                                                           .rec = was->rec});
        }
    }
}

static void tell_life(struct expect_past *past, const struct cs_match *match, FILE *to)
{
    struct cs_life life = {.log = {.sim = past->sim}};
    struct blocks *blocks = calloc(1, sizeof(*blocks));

    if (blocks == NULL || cs_out_memory(&life.log.out) != 0 || cs_log_life_begin(&life) != 0) {
        cs_out_discard(&life.log.out);
        free(blocks);
        return;
    }
    if (match != NULL && match->ext >= 0 && match->id_mask == 0 && match->id_low == match->id_high)
        snprintf(blocks->needle, sizeof(blocks->needle), match->ext == 1 ? "%08X#" : "%03X#",
                 (unsigned)match->id_low);
    blocks->skip = past->forgot ? past->n_buses : 0;
    tell_nodes(past, &life);
    for (unsigned i = 0; i < past->n; i++) {
        struct cs_event event = again(&past->kept[(past->first + i) % KEPT]);
        cs_log_life(&life, &event);
        add_blocks(blocks, &life.log.out);
    }
    cs_log_life_end(&life);
    add_blocks(blocks, &life.log.out);
    cs_out_discard(&life.log.out);
    unsigned most = match != NULL ? BLOCKS : 1;
    for (unsigned i = blocks->n > most ? blocks->n - most : 0; i < blocks->n; i++)
        fprintf(to, "\n%s", blocks->block[i % BLOCKS]);
    free(blocks);
}

char *expect_past_tell(struct expect_past *past, const struct cs_match *match)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return NULL;
    tell_trace(past, to);
    tell_life(past, match, to);
    fclose(to);
    return text;
}
