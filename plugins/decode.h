/* SPDX-License-Identifier: MIT */
/* decode.h - decoders that follow buses: one instance of each for each bus, from the bus's first
 * frame on. A frame is told to the decoders in their order until one takes it; the others follow it
 * for their state alone. What time alone tells comes before the frame at or after it.
 * Costs no allocation for each frame. */
#ifndef CANSIM_PLUGINS_DECODE_H
#define CANSIM_PLUGINS_DECODE_H

#include "plugins/plugins.h"
#include "plugins/tree.h"

#define CS_DECODE_BUSES    64
#define CS_DECODE_DECODERS 8
#define CS_DECODE_SETTINGS 256

struct cs_decode; /* opaque */

/* What was said. Valid within the callback. */
struct cs_decode_said {
    const struct cansim_decoder *decoder; /* NULL: none took the frame */
    const struct cansim_frame *frame;     /* NULL: said by time alone */
    const struct cs_tree *tree;           /* empty where no decoder took the frame */
    const char *bus_name;
    unsigned bus;
    int64_t at_ps;
};

struct cs_decode_setting {
    const char *bus; /* for the bus of that name alone; NULL: all */
    const char *path, *value;
};

struct cs_decode_config {
    const struct cs_plugins *plugins; /* stays until cs_decode_destroy() */
    const char *const *names;         /* of decoders, in their order */
    unsigned n_names;                 /* 0: all that there are, at most CS_DECODE_DECODERS */
    /* Each goes to those of the decoders that know it; at most CS_DECODE_SETTINGS. "eds" is
     * "eds/0", "eds/1" ... where a decoder has an array of that name. Copied. */
    const struct cs_decode_setting *settings;
    unsigned n_settings;
    unsigned want; /* enum cansim_want */
    /* Each frame, and what time tells; may be NULL. */
    void (*said)(void *ctx, const struct cs_decode_said *said);
    /* A decoder found something odd, such as in an EDS; may be NULL. */
    void (*say)(void *ctx, const char *decoder, const char *bus_name, int severity,
                const char *text);
    void *ctx;
};

/* The path of the setting that a file beside a log or a scenario is, by its name: "dbc" of a DBC
 * file, else "eds". */
const char *cs_decode_file_path(const char *file);

/* Every decoder is opened once for a try, so that unusable settings are told here: NULL with one
 * sentence. */
struct cs_decode *cs_decode_create(const struct cs_decode_config *config, char *why,
                                   size_t why_size);
void cs_decode_destroy(struct cs_decode *decode);
/* From the next frame on something else is wanted: enum cansim_want. */
void cs_decode_want(struct cs_decode *decode, unsigned want);

/* The bus's number, made where the name is new: >= 0, or -1 with one sentence. Without a name, as
 * one of "", it is a bus like others. bitrate_bps 0: not known. */
int cs_decode_bus(struct cs_decode *decode, const char *name, uint32_t bitrate_bps, char *why,
                  size_t why_size);
/* `frame->bus` is a number from cs_decode_bus(); `number` and `size` are filled in. Time that goes
 * back stands still. Returns the decoder that took it, NULL: none. */
const struct cansim_decoder *cs_decode_frame(struct cs_decode *decode, struct cansim_frame *frame);
/* No frame up to at_ps: what time tells. */
void cs_decode_time(struct cs_decode *decode, int64_t at_ps);

unsigned cs_decode_buses(const struct cs_decode *decode);
const char *cs_decode_bus_name(const struct cs_decode *decode, unsigned bus);
/* The decoders that are asked, by number until NULL. */
const struct cansim_decoder *cs_decode_decoder(const struct cs_decode *decode, unsigned index);
/* All that decoder `index` knows of a bus, now: 0 and the tree filled in, -1 where it has no model.
 */
int cs_decode_model(struct cs_decode *decode, unsigned bus, unsigned index, struct cs_tree *tree);
/* A page of decoder `index`, by number until NULL. */
const struct cansim_page *cs_decode_page(const struct cs_decode *decode, unsigned index,
                                         unsigned number);
/* The rows of one of its tables, as of a bus at at_ps; `row` as in struct cansim_table. */
void cs_decode_rows(struct cs_decode *decode, unsigned bus, unsigned index,
                    const struct cansim_table *table, uint64_t row, int64_t at_ps,
                    struct cs_tree *tree);

/* One JSON object without a line's end: {"number","time","bus","frame","decoder","protocol",
 * "severity","summary","links","events","fields"}; seconds as text to the ps, `epoch_s` added. What
 * there is none of is null. */
void cs_decode_json(const struct cs_decode_said *said, int64_t epoch_s, FILE *to);
/* Seconds with 12 places; `text` has room for 40 bytes. */
void cs_decode_seconds(int64_t at_ps, int64_t epoch_s, char *text);

#endif
