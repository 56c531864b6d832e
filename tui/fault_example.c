/* SPDX-License-Identifier: MIT */
/* fault_example.c - a value for each key of a fault, as one could write it. */
#include <stdio.h>
#include <string.h>

#include "tui/tui.h"

#define ANY CS_FAULT_KIND_COUNT

static const struct {
    const char *key;
    unsigned kind; /* for it alone; the others come behind */
    const char *text;
} examples[] = {
    {"label", ANY, "mine"},
    {"field", CS_FAULT_WRONG_FORM, "crc_delim"},
    {"field", ANY, "crc"},
    {"index", CS_FAULT_WRONG_FORM, "0"},
    {"index", ANY, "3"},
    {"stuff", ANY, "yes"},
    {"bits", ANY, "2"},
    {"offset", ANY, "300ns"},
    {"width", ANY, "500ns"},
    {"ber", ANY, "0.01%"},
    {"ring", ANY, "400ns"},
    {"half", ANY, "100ns"},
    {"length", ANY, "40m"},
    {"delay", CS_FAULT_CABLE, "200ns"},
    {"delay", ANY, "5ms"},
    {"bitrate", ANY, "250k"},
    {"data_bitrate", ANY, "1M"},
    {"sample_point", ANY, "70%"},
    {"sjw", ANY, "4"},
    {"ppm", ANY, "5000"},
    {"mask", ANY, "0x1"},
    {"value", ANY, "9"},
    {"late_frame", ANY, "123#DEADBEEE"},
    {"after", ANY, "100ms"},
    {"ext", ANY, "no"},
    {"data", ANY, "01.??.FF"},
    {"direction", ANY, "tx"},
    {"nth", ANY, "3"},
    {"every", ANY, "5"},
    {"probability", ANY, "10%"},
    {"count", ANY, "3"},
    {"for", ANY, "500ms"},
};

/* A node of that bus: the one that is selected among the nodes, else the first. */
static const char *node_of(const struct cs_tui *tui, unsigned bus)
{
    const int sel = tui->nodes_list.sel;

    if (sel >= 0 && sel < (int)tui->n_nodes && tui->nodes[sel].bus == bus)
        return tui->nodes[sel].status.name;
    for (unsigned i = 0; i < tui->n_nodes; i++)
        if (tui->nodes[i].bus == bus)
            return tui->nodes[i].status.name;
    return "engine";
}

/* The newest frame of that bus: one that will come again, more often than not. */
static bool frame_of(const struct cs_tui *tui, unsigned bus, struct cs_frame *frame)
{
    for (uint64_t n = tui->ring.end, i = 0; n-- > tui->ring.first && i < 1000; i++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (row->kind == CS_EV_FRAME && row->bus == bus && row->len > 0 &&
            !(row->flags & (CS_FRAME_FD | CS_FRAME_RTR)) && cs_row_frame(row, frame))
            return true;
    }
    return false;
}

/* As the form's other frame, where it is there, but for its last bit. */
static void twin_of(const struct cs_fault_form *form, const char *other, char *text, size_t size)
{
    struct cs_frame frame;
    char late[CS_FRAME_TEXT_MAX], why[128];

    for (unsigned i = 0; i < form->n; i++) {
        if (strcmp(cs_fault_keys[form->key[i]].name, other) != 0 ||
            cs_frame_parse(form->value[i].text, &frame, why, sizeof why) < 0 || !frame.len)
            continue;
        frame.data[frame.len - 1] ^= 1;
        cs_frame_format(&frame, late);
        snprintf(text, size, "%s", late);
    }
}

char *cs_fault_example(const struct cs_tui *tui, const struct cs_fault_form *form,
                       const struct cs_fault_key *key, char *text, size_t size)
{
    const char *node = node_of(tui, form->bus);
    char form_text[CS_FRAME_TEXT_MAX] = "123#DEADBEEF";
    struct cs_frame frame = {.id = 0x123};
    const bool any = frame_of(tui, form->bus, &frame);

    text[0] = '\0';
    if (!strcmp(key->name, "node") || !strcmp(key->name, "from") || !strcmp(key->name, "nodes") ||
        !strcmp(key->name, "seen_by"))
        snprintf(text, size, "%s", node);
    else if (!strcmp(key->name, "when"))
        snprintf(text, size, "%s:error_active", node);
    else if (!strcmp(key->name, "id"))
        snprintf(text, size, frame.flags & CS_FRAME_EXT ? "0x%08X" : "0x%03X", frame.id);
    else if (!strcmp(key->name, "frame") && any)
        cs_frame_format(&frame, form_text);
    if (!strcmp(key->name, "frame"))
        snprintf(text, size, "%s", form_text);
    if (!strcmp(key->name, "late_frame"))
        twin_of(form, "frame", text, size);
    else if (!strcmp(key->name, "frame"))
        twin_of(form, "late_frame", text, size);
    for (size_t i = 0; !text[0] && i < sizeof examples / sizeof *examples; i++)
        if (!strcmp(examples[i].key, key->name) &&
            (examples[i].kind == ANY || examples[i].kind == form->kind))
            snprintf(text, size, "%s", examples[i].text);
    return text;
}

/* What the parser misses it names. */
static struct cs_textfield *missing(struct cs_fault_form *form, const char *why,
                                    const struct cs_fault_key **key)
{
    for (unsigned i = 0; i < form->n; i++) {
        char quoted[CS_NAME_MAX + 4];
        *key = &cs_fault_keys[form->key[i]];
        snprintf(quoted, sizeof quoted, "\"%s\"", (*key)->name);
        if (!form->value[i].len && strstr(why, quoted))
            return &form->value[i];
    }
    return NULL;
}

unsigned cs_fault_form_complete(const struct cs_tui *tui, struct cs_fault_form *form)
{
    struct cs_fault_spec spec;
    const struct cs_fault_key *key;
    struct cs_textfield *field;
    char why[256], text[CS_FRAME_TEXT_MAX];
    unsigned n = 0;
    int at;

    while (cs_fault_form_spec(form, &spec, &at, why, sizeof why) < 0 && at < 0 &&
           (field = missing(form, why, &key)) != NULL) {
        cs_textfield_set(field, cs_fault_example(tui, form, key, text, sizeof text));
        if (!field->len)
            break;
        n++;
    }
    return n;
}
