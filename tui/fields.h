/* SPDX-License-Identifier: MIT */
/* fields.h - what a person knows of the data of frames that no decoder does: bits with a name, a
 * scale and a unit, shown where a decoder's words would stand. Their text is that of plots. */
#ifndef CANSIM_TUI_FIELDS_H
#define CANSIM_TUI_FIELDS_H

#include "tui/plot.h"

#define CS_FIELDS_MAX 128

struct cs_own_field {
    char text[CS_PLOT_TEXT]; /* as it was typed */
    struct cs_plot_spec spec;
    bool set; /* in the settings */
};

struct cs_fields {
    struct cs_own_field *field[CS_FIELDS_MAX]; /* in the order in which they were given */
    unsigned n;
};

void cs_fields_fini(struct cs_fields *fields);

/* "185 0:16 signed *0.1 +5 name=Speed unit=km/h words=0:off,1:on", on whatever bus; "185 none"
 * takes all of an identifier away, "none" all. In the place of one with the same identifier and
 * name. 0; or -EINVAL, -ENOSPC or -ENOMEM with one sentence. */
int cs_fields_take(struct cs_fields *fields, const char *text, bool set, char *why,
                   size_t why_size);

/* "Speed=12.3 km/h, Gear=drive" of a frame; "" and false where nothing is known of it. */
bool cs_fields_text(const struct cs_fields *fields, uint32_t id, unsigned flags,
                    const uint8_t *data, unsigned len, char *text, size_t size);

/* "12.3 km/h" of one of them; false where the data end before it. */
bool cs_field_value(const struct cs_own_field *field, const uint8_t *data, unsigned len, char *text,
                    size_t size);

/* Behind ':'. */
int cs_fields_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size);

#endif
