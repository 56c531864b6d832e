/* SPDX-License-Identifier: MIT */
/* view_transmit_words.c - the list of frames and files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/transmit.h"

static unsigned buses_of(const struct cs_tui *tui, struct cs_send_bus buses[CS_SIM_MAX_BUSES])
{
    for (unsigned b = 0; b < tui->n_buses; b++)
        buses[b] = (struct cs_send_bus){tui->bus[b].name, tui->bus[b].bitrate_bps,
                                        tui->bus[b].data_bitrate_bps};
    return tui->n_buses;
}

/* The file that was read or written last, where none is named. */
static const char *file_of(struct cs_transmit *t, const char *rest, char *why, size_t why_size)
{
    if (*rest)
        return rest;
    if (!t->file[0])
        snprintf(why, why_size, "the name of a file is missing");
    return t->file[0] ? t->file : NULL;
}

static int write_file(struct cs_tui *tui, bool whole, const char *rest, char *why, size_t why_size)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_send_bus buses[CS_SIM_MAX_BUSES];
    struct cs_send_item items[CS_SENDERS];
    const char *file = whole && !*rest ? NULL : file_of(t, rest, why, why_size);
    struct cs_error error = {0};
    char sentence[CS_ERROR_SENTENCE_MAX];
    const unsigned n = t->list.n;

    if (!n || !file) {
        if (!n)
            snprintf(why, why_size, "there is no frame in the list");
        else if (whole)
            snprintf(why, why_size, "the name of a file is missing");
        return -1;
    }
    for (unsigned i = 0; i < n; i++)
        items[i] = t->list.frame[i].item;
    if (cs_send_file_write(file, whole, buses, buses_of(tui, buses), items, n, &error) != 0) {
        snprintf(why, why_size, "%s", cs_error_sentence(&error, sentence));
        return -1;
    }
    cs_tui_say(tui, false,
               whole ? "%s: %u frame%s as a scenario: cansim run sends them"
                     : "%s: %u frame%s, of use to a scenario as well",
               file, n, n == 1 ? "" : "s");
    if (!whole && file != t->file)
        snprintf(t->file, sizeof t->file, "%s", file);
    return 0;
}

static int save(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    return write_file(tui, false, rest, why, why_size);
}

static int export(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    return write_file(tui, true, rest, why, why_size);
}

/* Nothing is sent because a file was read: what is periodic in it is held. */
static int load(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_send_bus buses[CS_SIM_MAX_BUSES];
    struct cs_send_item items[CS_SENDERS];
    const char *file = file_of(t, rest, why, why_size);
    struct cs_error error = {0};
    char sentence[CS_ERROR_SENTENCE_MAX];
    unsigned on = 0;
    int n = file ? cs_send_file_read(file, buses, buses_of(tui, buses), items, &error) : -1;

    if (n < 0) {
        if (file)
            snprintf(why, why_size, "%s", cs_error_sentence(&error, sentence));
        return -1;
    }
    if (cs_transmit_keep(tui, t->rows.sel, "reading a file") != 0) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    t->list.n = 0;
    for (int i = 0; i < n; i++) {
        cs_frame_list_add(&t->list, (unsigned)i, &items[i]);
        on += items[i].on;
    }
    t->rows = (struct cs_list){0};
    t->held = on > 0;
    if (file != t->file)
        snprintf(t->file, sizeof t->file, "%s", file);
    cs_transmit_sync(tui);
    if (on)
        cs_tui_say(tui, false, "%d frame%s, %u periodic and held: T lets %s go on", n,
                   n == 1 ? "" : "s", on, on == 1 ? "it" : "them");
    else
        cs_tui_say(tui, false, "%d frame%s: s sends the selected one", n, n == 1 ? "" : "s");
    return 0;
}

const struct cs_word cs_transmit_words[CS_TRANSMIT_WORDS] = {
    {"transmit-save", "[FILE]", "write the list of frames; a scenario can include it", save, NULL},
    {"transmit-load", "[FILE]", "read such a list, or a scenario's periodic nodes", load, NULL},
    {"transmit-export", "FILE", "write it as a scenario of its own", export, NULL},
};
