/* SPDX-License-Identifier: MIT */
/* What a name stands for: devices, guests, programs and nodes share one space of names, but that a
 * place for an outside client may be called as the one who takes it. */
#include <string.h>

#include "scenarios/scenario_read.h"

const char *const cs_thing_names[] = {
    [CS_THING_NODE] = "node",
    [CS_THING_DEVICE] = "device",
    [CS_THING_GUEST] = "guest",
    [CS_THING_PROGRAM] = "program",
};

static const char *name_of(const struct cs_scenario *s, enum cs_thing_kind kind, unsigned i)
{
    switch (kind) {
    case CS_THING_NODE:
        return i < s->n_nodes ? s->nodes[i].name : NULL;
    case CS_THING_DEVICE:
        return i < s->n_devices ? s->devices[i].name : NULL;
    case CS_THING_GUEST:
        return i < s->n_guests ? s->guests[i].name : NULL;
    case CS_THING_PROGRAM:
        return i < s->n_programs ? s->programs[i].name : NULL;
    }
    return NULL;
}

bool cs_scenario_find(const struct cs_scenario *scenario, const char *name, struct cs_thing *thing)
{
    static const enum cs_thing_kind kinds[] = {CS_THING_DEVICE, CS_THING_GUEST, CS_THING_PROGRAM,
                                               CS_THING_NODE};
    const char *other;

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (unsigned i = 0; (other = name_of(scenario, kinds[k], i)) != NULL; i++) {
            if (strcmp(other, name) == 0) {
                *thing = (struct cs_thing){kinds[k], i};
                return true;
            }
        }
    }
    return false;
}
