/* SPDX-License-Identifier: MIT */
/* wire_script_read.h - between the files that read a script: a place in the JSON, and values. */
#ifndef CANSIM_SCENARIOS_WIRE_SCRIPT_READ_H
#define CANSIM_SCENARIOS_WIRE_SCRIPT_READ_H

#include <stddef.h>
#include <cjson/cJSON.h>

#include "scenarios/wire_script.h"

struct cs_script_reader {
    const char *file;
    char path[256]; /* JSON pointer to the value at hand */
    size_t len;
    uint64_t bits, cycles; /* of the element at hand, the longer way */
    uint64_t all_cycles;   /* of all elements */
    struct cs_error *error;
};

/* Step into a member or an element, and back to where `len` was. Returns that `len`. */
size_t cs_script_enter(struct cs_script_reader *r, const char *name);
size_t cs_script_enter_index(struct cs_script_reader *r, unsigned index);
void cs_script_leave(struct cs_script_reader *r, size_t len);

/* "FILE: PATH: must be EXPECTED, got …" with a short form of the value (NULL: nothing). -1. */
int cs_script_must_be(struct cs_script_reader *r, const char *expected, const cJSON *got);
int cs_script_no_memory(struct cs_script_reader *r);

/* A value itself, and a member by its name. 0 or -1 with the error. */
int cs_script_number(struct cs_script_reader *r, const cJSON *value, long min, long max,
                     long *number);
int cs_script_member(struct cs_script_reader *r, const cJSON *object, const char *name, long min,
                     long max, long *number);
int cs_script_text(struct cs_script_reader *r, const cJSON *object, const char *name,
                   const char **text);
/* A member that must be an array; *array becomes it. */
int cs_script_array(struct cs_script_reader *r, const cJSON *object, const char *name,
                    const cJSON **array);

/* One operation (wire_script_ops.c); cs_script_op_fini() whatever it returned. */
int cs_script_read_op(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op);
void cs_script_op_fini(struct cs_script_op *op);

/* "drive_rx" or "expect_tx" (wire_script_wave.c). */
int cs_script_read_wave(struct cs_script_reader *r, const cJSON *json, const char *name,
                        struct cs_script_wave *wave);
void cs_script_wave_fini(struct cs_script_wave *wave);

#endif
