/* SPDX-License-Identifier: MIT */
/* fault_presets.h - well-known troubles by name, each a fault for a node. */
#ifndef CANSIM_TUI_FAULT_PRESETS_H
#define CANSIM_TUI_FAULT_PRESETS_H

#include "simcore/fault.h"

struct cs_fault_preset {
    const char *name;
    const char *help; /* one sentence */
    const char *text; /* a fault's text form; "%n" is the node, "%r" a bit rate that is wrong */
};

extern const struct cs_fault_preset cs_fault_presets[];
extern const unsigned cs_n_fault_presets;

/* Its text for a node of a bus. Returns text. */
char *cs_fault_preset_text(const struct cs_fault_preset *preset, const char *node,
                           uint32_t bitrate_bps, char *text, size_t size);
/* It is about one node. */
bool cs_fault_preset_has_node(const struct cs_fault_preset *preset);

#endif
