/* SPDX-License-Identifier: MIT */
/* places.h - where the values of a tree stand in the files from which it came. */
#ifndef CANSIM_SCENARIOS_PLACES_H
#define CANSIM_SCENARIOS_PLACES_H

#include "scenarios/json.h"

struct cs_places; /* opaque */

struct cs_place {
    const char *file;      /* as it was named; lives as long as the places */
    unsigned line, column; /* from 1, of the value; columns count characters */
    unsigned key_line, key_column;
};

struct cs_places *cs_places_create(void); /* NULL: no memory */
void cs_places_free(struct cs_places *places);

/* A tree from cs_json_parse_spots() of that text. 0 or -1: no memory. */
int cs_places_add(struct cs_places *places, const char *file, const char *text, size_t len,
                  const cJSON *tree, const struct cs_json_spots *spots);
/* `to` stands where `from` does, and all below it that is below both. 0 or -1. */
int cs_places_copy(struct cs_places *places, const cJSON *from, const cJSON *to);
/* It was told already that this value is wrong: what follows from that is not to be told. */
void cs_places_set_told(struct cs_places *places, const cJSON *item);
bool cs_places_is_told(const struct cs_places *places, const cJSON *item);
/* False: it is of no file. */
bool cs_places_find(const struct cs_places *places, const cJSON *item, struct cs_place *place);

#endif
