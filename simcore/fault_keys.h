/* SPDX-License-Identifier: MIT */
/* fault_keys.h - the tables behind the text form of faults. For simcore's own files only. */
#ifndef CANSIM_SIMCORE_FAULT_KEYS_H
#define CANSIM_SIMCORE_FAULT_KEYS_H

#include "simcore/fault.h"
#include "simcore/wire.h"

#define CS_FAULT_BIT(kind) (UINT32_C(1) << (kind))

/* What a kind does, and so how its trigger, `for` and `count` work. */
enum cs_fault_class {
    CS_FAULT_ON_WIRE,  /* hits bits of a frame that is being sent */
    CS_FAULT_ON_FRAME, /* changes what a node does with a frame */
    CS_FAULT_LASTING,  /* begins, and ends after `for` */
    CS_FAULT_INSTANT,  /* happens once */
};

struct cs_fault_kind_row {
    const char *name, *help;
    uint8_t class; /* enum cs_fault_class */
};
extern const struct cs_fault_kind_row cs_fault_kinds[CS_FAULT_KIND_COUNT];

/* Values of these mean: not given. */
#define CS_FAULT_COUNT_AUTO UINT32_MAX
#define CS_FAULT_VALUE_NONE UINT32_MAX

/* One key: where its value is in struct cs_fault_spec, and what it may be. */
struct cs_fault_row {
    const struct cs_fault_value *type;
    uint16_t offset;
    uint8_t size;
    int64_t min, max;
    uint32_t needed; /* bit set of kinds that do not do without it */
};
extern const struct cs_fault_row cs_fault_rows[]; /* beside cs_fault_keys[] */

/* A kind of value. read(): 0, or -EINVAL; then *why may hold a sentence of its own, else the
 * caller makes one of the row's `values`. write(): `text` has CS_FAULT_VALUE_MAX bytes. */
#define CS_FAULT_VALUE_MAX 544
struct cs_fault_value {
    int (*read)(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                char *why, size_t why_size);
    void (*write)(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text);
};

extern const struct cs_fault_value cs_fault_as_number, cs_fault_as_hex, cs_fault_as_time,
    cs_fault_as_rate, cs_fault_as_name, cs_fault_as_names, cs_fault_as_bool, cs_fault_as_id,
    cs_fault_as_ext, cs_fault_as_data, cs_fault_as_direction, cs_fault_as_when, cs_fault_as_field,
    cs_fault_as_permille, cs_fault_as_ppm, cs_fault_as_ppb, cs_fault_as_drift, cs_fault_as_metres,
    cs_fault_as_count, cs_fault_as_frame, cs_fault_as_late_frame;

/* The entry of a list of `n` names that is most like `word`, or -1: none is near. `name` gives the
 * i-th. */
int cs_fault_nearest(const char *word, unsigned n, const char *(*name)(const void *ctx, unsigned i),
                     const void *ctx);
/* Bits that a field has at most; 0: none can be named. */
unsigned cs_fault_field_bits(enum cs_field field);

/* Characters before the first that is one of `stops`, or all. */
size_t cs_fault_until(const char *text, const char *stops);
bool cs_fault_starts(const char *text, const char *with);

/* 1 to 8 hex digits, with or without 0x: returns how many, 0 where there are none or more. */
size_t cs_fault_hex_digits(const char **text, uint32_t *value);

/* Put in what was not given: trigger.frame, nth, every, count. */
void cs_fault_complete(struct cs_fault_spec *spec);

/* Write a sentence, and return -EINVAL. */
int cs_fault_refuse(char *why, size_t why_size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
