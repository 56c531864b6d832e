/* SPDX-License-Identifier: MIT */
/* tree.h - what a decoder said of one frame, kept: a sink with memory, written out as text or JSON.
 * Its memory is taken once; a frame after that costs no allocation. */
#ifndef CANSIM_PLUGINS_TREE_H
#define CANSIM_PLUGINS_TREE_H

#include <stdio.h>

#include "plugins/cansim_plugin.h"

#define CS_TREE_FIELDS  4096
#define CS_TREE_DEPTH   16
#define CS_TREE_SUMMARY 512
#define CS_TREE_LINKS   8
#define CS_TREE_EVENTS  8

struct cs_tree_field {
    struct cansim_field field; /* text and bytes point into the tree's own memory */
    uint16_t depth;            /* 0: at the top */
    bool open;                 /* has parts: those that follow with a greater depth */
};

struct cs_tree_link {
    int kind;
    uint64_t number;
};

struct cs_tree_event {
    const char *name;
    int subject;
    uint64_t value;
};

struct cs_tree {
    struct cansim_sink sink; /* give this to a decoder */
    struct cs_tree_field *fields;
    unsigned n_fields, max_fields, left_out;
    unsigned depth;
    unsigned skipped; /* open() calls within something that was left out */
    int severity;
    char protocol[32];
    char summary[CS_TREE_SUMMARY];
    struct cs_tree_link links[CS_TREE_LINKS];
    unsigned n_links;
    struct cs_tree_event events[CS_TREE_EVENTS];
    unsigned n_events;
    char *bytes; /* texts and bytes of fields */
    size_t n_bytes, room;
};

/* 0 or -ENOMEM. `max_fields`: CS_TREE_FIELDS for a frame, more for a model. */
int cs_tree_init(struct cs_tree *tree, unsigned max_fields, size_t max_bytes);
void cs_tree_fini(struct cs_tree *tree);
void cs_tree_clear(struct cs_tree *tree); /* before each frame */

/* The value alone as text, with its unit and meaning: "0x1018", "1200 rpm", "5 (operational)".
 * Returns its length, cut to fit. */
size_t cs_tree_value(const struct cansim_field *field, char *text, size_t size);
/* Lines "label: value", each `indent` columns in and two more for each depth. */
void cs_tree_text(const struct cs_tree *tree, unsigned indent, FILE *to);
/* The fields as one JSON array of {"name","label","value","unit","text","severity",
 * "bits":[first,number],"fields"}; whole numbers beyond 2^53 are strings, times "123ps". */
void cs_tree_json(const struct cs_tree *tree, FILE *to);
/* A JSON string, quotes included; what is no UTF-8 becomes U+FFFD. */
void cs_tree_json_string(const char *text, size_t n, FILE *to);
/* The first field with that path ("sdo/index"), NULL: none. */
const struct cansim_field *cs_tree_find(const struct cs_tree *tree, const char *path);

/* "info", "note", "warning", "error". */
const char *cs_severity_name(int severity);
const char *cs_link_name(int kind); /* "answers", "continues", "retransmits", "caused_by" */

#endif
