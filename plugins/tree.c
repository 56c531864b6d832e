/* SPDX-License-Identifier: MIT */
/* tree.c - the sink with memory. Invariant: what does not fit is counted and left out whole, and
 * the parts of what was left out with it. */
#include "plugins/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *cs_severity_name(int severity)
{
    static const char *const names[] = {"info", "note", "warning", "error"};

    return severity >= 0 && severity <= CANSIM_ERROR ? names[severity] : "error";
}

const char *cs_link_name(int kind)
{
    static const char *const names[] = {"answers", "continues", "retransmits", "caused_by"};

    return kind >= 0 && kind <= CANSIM_LINK_CAUSED_BY ? names[kind] : "related";
}

/* A copy in the tree's own memory; NULL where there is no room. */
static const char *keep(struct cs_tree *tree, const void *from, size_t len)
{
    if (len + 1 > tree->room - tree->n_bytes)
        return NULL;
    char *to = tree->bytes + tree->n_bytes;
    memcpy(to, from, len);
    to[len] = '\0';
    tree->n_bytes += len + 1;
    return to;
}

static bool has_bytes(const struct cansim_field *field)
{
    return field->kind == CANSIM_TEXT || field->kind == CANSIM_BYTES;
}

static struct cs_tree_field *add(struct cs_tree *tree, const struct cansim_field *field)
{
    size_t before = tree->n_bytes;

    if (field->severity > tree->severity)
        tree->severity = field->severity;
    if (tree->n_fields == tree->max_fields) {
        tree->left_out++;
        return NULL;
    }
    struct cs_tree_field *kept = &tree->fields[tree->n_fields];
    size_t size = field->size < sizeof(kept->field) ? field->size : sizeof(kept->field);
    memset(&kept->field, 0, sizeof(kept->field));
    memcpy(&kept->field, field, size);
    bool fits = true;
    if (has_bytes(&kept->field)) {
        kept->field.value.bytes =
            keep(tree, kept->field.len != 0 ? kept->field.value.bytes : "", kept->field.len);
        fits = kept->field.value.bytes != NULL;
    }
    if (fits && kept->field.text != NULL) {
        kept->field.text = keep(tree, kept->field.text, strlen(kept->field.text));
        fits = kept->field.text != NULL;
    }
    if (!fits) {
        tree->n_bytes = before;
        tree->left_out++;
        return NULL;
    }
    kept->depth = (uint16_t)tree->depth;
    kept->open = false;
    tree->n_fields++;
    return kept;
}

static void on_field(struct cansim_sink *sink, const struct cansim_field *field)
{
    struct cs_tree *tree = sink->ctx;

    if (tree->skipped == 0)
        add(tree, field);
    else
        tree->left_out++;
}

static void on_open(struct cansim_sink *sink, const struct cansim_field *field)
{
    struct cs_tree *tree = sink->ctx;

    if (tree->skipped != 0 || tree->depth == CS_TREE_DEPTH) {
        tree->skipped++;
        tree->left_out++;
        return;
    }
    struct cs_tree_field *kept = add(tree, field);
    if (kept == NULL) {
        tree->skipped++;
        return;
    }
    kept->open = true;
    tree->depth++;
}

static void on_close(struct cansim_sink *sink)
{
    struct cs_tree *tree = sink->ctx;

    if (tree->skipped != 0)
        tree->skipped--;
    else if (tree->depth != 0)
        tree->depth--;
}

static void copy_text(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len >= size) {
        /* Whole characters: no lead byte without what follows it. */
        len = size - 1;
        while (len > 0 && ((unsigned char)from[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(to, from, len);
    to[len] = '\0';
}

static void on_summary(struct cansim_sink *sink, const char *protocol, int severity,
                       const char *text)
{
    struct cs_tree *tree = sink->ctx;

    copy_text(tree->protocol, sizeof(tree->protocol), protocol);
    copy_text(tree->summary, sizeof(tree->summary), text);
    if (severity > tree->severity)
        tree->severity = severity;
}

static void on_link(struct cansim_sink *sink, int kind, uint64_t number)
{
    struct cs_tree *tree = sink->ctx;

    if (tree->n_links == CS_TREE_LINKS) {
        tree->left_out++;
        return;
    }
    tree->links[tree->n_links++] = (struct cs_tree_link){kind, number};
}

static void on_event(struct cansim_sink *sink, const char *name, int subject, uint64_t value)
{
    struct cs_tree *tree = sink->ctx;

    if (tree->n_events == CS_TREE_EVENTS) {
        tree->left_out++;
        return;
    }
    tree->events[tree->n_events++] = (struct cs_tree_event){name, subject, value};
}

int cs_tree_init(struct cs_tree *tree, unsigned max_fields, size_t max_bytes)
{
    memset(tree, 0, sizeof(*tree));
    tree->sink = (struct cansim_sink){
        .size = sizeof(tree->sink),
        .want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS,
        .ctx = tree,
        .field = on_field,
        .open = on_open,
        .close = on_close,
        .summary = on_summary,
        .link = on_link,
        .event = on_event,
    };
    tree->max_fields = max_fields;
    tree->room = max_bytes;
    tree->fields = malloc((max_fields + 1) * sizeof(*tree->fields));
    tree->bytes = malloc(max_bytes + 1);
    if (tree->fields == NULL || tree->bytes == NULL) {
        cs_tree_fini(tree);
        return -ENOMEM;
    }
    return 0;
}

void cs_tree_fini(struct cs_tree *tree)
{
    free(tree->fields);
    free(tree->bytes);
    tree->fields = NULL;
    tree->bytes = NULL;
    tree->n_fields = tree->max_fields = 0;
}

void cs_tree_clear(struct cs_tree *tree)
{
    tree->n_fields = tree->left_out = tree->depth = tree->skipped = 0;
    tree->n_links = tree->n_events = 0;
    tree->n_bytes = 0;
    tree->severity = CANSIM_INFO;
    tree->protocol[0] = tree->summary[0] = '\0';
}

const struct cansim_field *cs_tree_find(const struct cs_tree *tree, const char *path)
{
    unsigned depth = 0;

    for (unsigned i = 0; i < tree->n_fields; i++) {
        const struct cs_tree_field *kept = &tree->fields[i];
        size_t len = strcspn(path, "/");
        if (kept->depth < depth)
            return NULL;
        if (kept->depth != depth || strlen(kept->field.name) != len ||
            memcmp(kept->field.name, path, len) != 0)
            continue;
        if (path[len] == '\0')
            return &kept->field;
        if (!kept->open)
            continue;
        path += len + 1;
        depth++;
    }
    return NULL;
}
