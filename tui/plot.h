/* SPDX-License-Identifier: MIT */
/* plot.h - what is plotted: values out of frames, decoded fields, loads and error counters. Every
 * event counts (cs_plots_event), whether somebody looks or not. */
#ifndef CANSIM_TUI_PLOT_H
#define CANSIM_TUI_PLOT_H

#include "simcore/sim.h"
#include "tui/plot_ring.h"
#include "tui/ring.h"

#define CS_PLOTS_MAX      16
#define CS_PLOT_NAME      40
#define CS_PLOT_TEXT      160 /* its text form */
#define CS_PLOT_WORDS     24
#define CS_PLOT_KNOWN_MAX 2048
#define CS_PLOT_WINDOW_PS (CS_PS_PER_S / 10) /* over which loads and rates are taken */

struct cs_tui;

enum cs_plot_kind {
    CS_PLOT_BITS,   /* of a frame's data */
    CS_PLOT_FIELD,  /* what the decoder says of frames with an identifier */
    CS_PLOT_LOAD,   /* of a bus, percent */
    CS_PLOT_RATE,   /* frames a second */
    CS_PLOT_ERRORS, /* error frames a second */
    CS_PLOT_TEC,    /* of a node */
    CS_PLOT_REC,
    CS_PLOT_KINDS
};

enum cs_plot_shape { CS_SHAPE_AUTO, CS_SHAPE_CURVE, CS_SHAPE_STEPS, CS_SHAPE_BANDS, CS_SHAPES };

/* What a value means. */
struct cs_plot_word {
    double value;
    char text[24];
};

struct cs_plot_spec {
    uint8_t kind; /* enum cs_plot_kind */
    uint16_t bus;
    uint32_t id;
    bool ext;
    uint16_t first, bits; /* as in a DBC: first is the lowest bit, with `motorola` the highest */
    bool motorola, is_signed;
    double factor, offset;
    char field[64]; /* path of a decoded field */
    char node[CS_NAME_MAX];
    char name[CS_PLOT_NAME], unit[12];
    struct cs_plot_word words[CS_PLOT_WORDS]; /* given, or learnt from the decoder */
    unsigned n_words;
};

struct cs_plot {
    struct cs_plot_spec spec;
    struct cs_plot_ring ring;
    uint8_t style, shape; /* enum cs_style, enum cs_plot_shape */
    int16_t node;         /* index of spec.node; CS_NO_NODE: not there now */
    bool fixed;           /* the scale */
    double low, high;
    int64_t window; /* loads and rates: number of the newest window */
    int64_t sum[2]; /* of it and the one before, by number % 2 */
};

/* A field that the decoder has told of. */
struct cs_plot_known {
    uint16_t bus;
    uint32_t id;
    bool ext;
    char field[64], label[32], protocol[16];
};

struct cs_plots {
    struct cs_plot *plot[CS_PLOTS_MAX]; /* in the order of the screen */
    unsigned n;
    unsigned fields;             /* that are decoded */
    bool collect;                /* fields that are new become known */
    struct cs_plot_known *known; /* CS_PLOT_KNOWN_MAX */
    unsigned n_known;
    uint16_t *hash; /* index + 1 into known, 2 * CS_PLOT_KNOWN_MAX places */
};

/* Returns 0 or -ENOMEM. */
int cs_plots_init(struct cs_plots *plots);
void cs_plots_fini(struct cs_plots *plots);

/* One more, below the others, with what the trace still has of it. 0, -ENOSPC, -EEXIST or -ENOMEM.
 */
int cs_plots_add(struct cs_tui *tui, const struct cs_plot_spec *spec);
void cs_plots_remove(struct cs_plots *plots, unsigned index);
/* Change places with the next (by = 1) or the one before (-1); false at the ends. */
bool cs_plots_move(struct cs_plots *plots, unsigned index, int by);
/* The one that plots the same; -1: none. */
int cs_plots_find(const struct cs_plots *plots, const struct cs_plot_spec *spec);

/* What is plotted, and how it is drawn: to undo what was done to it. */
struct cs_plots_kept {
    unsigned n;
    int sel;
    struct cs_plot_kept {
        struct cs_plot_spec spec;
        uint8_t shape;
        bool fixed;
        double low, high;
    } plot[CS_PLOTS_MAX];
};
/* Before an edit, in a word or two. */
void cs_plots_keep(struct cs_tui *tui, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Time begins anew: what is plotted stays, without values. */
void cs_plots_restart(struct cs_plots *plots);

/* `name` is that of a node which joins, CS_EV_ATTACH; else it is not looked at. */
void cs_plots_event(struct cs_plots *plots, const struct cs_event *event, const char *name);
/* A number that the decoder told of a frame. */
struct cs_plot_number {
    const char *protocol, *field, *label; /* "SDO", its path, its name for people (NULL: none) */
    const char *unit, *meaning;           /* NULL: none */
    double value;
};
void cs_plots_field(struct cs_plots *plots, const struct cs_event *event,
                    const struct cs_plot_number *number);
/* Others for what decoders tell, without values: fields become known there, and the same decoded
 * fields are plotted. 0 or -ENOMEM, after it cs_plots_fini() all the same. */
int cs_plots_like(struct cs_plots *to, const struct cs_plots *from);
/* What is known, and the values of decoded fields, are those of `from` from now on. */
void cs_plots_take_fields(struct cs_plots *plots, struct cs_plots *from);
/* It is that time: loads go on where nothing happens, nodes are found by their names. */
void cs_plots_refresh(struct cs_tui *tui);

/* "123@can0 8:16 le signed *0.1 +5 name=rpm unit=1/min words=0:off,1:on", "185 FIELD", "load BUS",
 * "rate BUS", "errors BUS", "tec NODE@BUS", "rec NODE@BUS". Returns 0, or -EINVAL with one
 * sentence. */
int cs_plot_parse(const struct cs_tui *tui, const char *text, struct cs_plot_spec *spec, char *why,
                  size_t why_size);
/* The text that gives it again. */
char *cs_plot_format(const struct cs_tui *tui, const struct cs_plot_spec *spec,
                     char text[CS_PLOT_TEXT]);
/* The bits' value in a frame's data; false where the data do not reach so far. */
bool cs_plot_bits(const struct cs_plot_spec *spec, const uint8_t *data, unsigned len,
                  double *value);

/* How it is drawn: never CS_SHAPE_AUTO. */
enum cs_plot_shape cs_plot_shape(const struct cs_plot *plot);
/* The word of a value; NULL: it has none. */
const char *cs_plot_word(const struct cs_plot *plot, double value);

#endif
