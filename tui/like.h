/* SPDX-License-Identifier: MIT */
/* like.h - what a row, an identifier or a node has that could be asked for: filters that it passes
 * itself, from which a person chooses one. */
#ifndef CANSIM_TUI_LIKE_H
#define CANSIM_TUI_LIKE_H

#include <stdbool.h>
#include <stdint.h>

#define CS_LIKE_MAX  32
#define CS_LIKE_EXPR 160

struct cs_row;
struct cs_tui;
struct cs_tui_id;
struct cs_tui_node;

struct cs_like {
    struct cs_like_item {
        char expr[CS_LIKE_EXPR];
        char help[48];
    } item[CS_LIKE_MAX];
    unsigned n;
    int sel, top;
    int conversation; /* the item that is one, -1: none */
    char of[64];      /* of what */
};

void cs_like_row(const struct cs_tui *tui, uint64_t number, struct cs_like *like);
void cs_like_id(const struct cs_tui *tui, const struct cs_tui_id *item, struct cs_like *like);
void cs_like_node(const struct cs_tui *tui, const struct cs_tui_node *node, struct cs_like *like);

/* Which identifier belongs to a frame by what is customary: its answer (by: 1), or that which it
 * answers (-1). False where there is none. */
bool cs_like_answer(uint32_t id, unsigned flags, uint32_t *other, int *by);

/* Nobody decodes, and some frames look like CANopen's: heartbeats, or NMT commands. */
bool cs_like_canopen(const struct cs_tui *tui);

/* Show what there is to choose from, where there is something. */
void cs_like_open(struct cs_tui *tui);

#endif
