/* SPDX-License-Identifier: MIT */
/* decoding_word.c - ":decode" and how it is completed: names of decoders, "eds", then files, each
 * behind the node that they describe. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tui/decoding.h"
#include "tui/like.h"
#include "tui/view.h"

static struct cs_decoding *decoding_of(const struct cs_tui *tui)
{
    return tui->host->ops->decoding ? tui->host->ops->decoding(tui->host->ctx) : NULL;
}

int cs_decoding_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_decoding *d = decoding_of(tui);
    char text[CS_TUI_MESSAGE_MAX];

    if (!d || !d->feed || !d->feed->sim) {
        snprintf(why, why_size, "there is nothing here that could be decoded");
        return -1;
    }
    if (!*rest) {
        cs_decoding_tell(d, text, sizeof text);
        cs_tui_say(tui, false, "%s", text);
        return 0;
    }
    if (!strcmp(rest, "host")) {
        if (d->told)
            return cs_redecode(tui, d, "", NULL, why, why_size);
        snprintf(why, why_size, "no host elsewhere says what frames mean");
        return -1;
    }
    if (!strcmp(rest, "off") && !d->feed->live && !d->feed->told) {
        cs_redecode_end(tui); /* of one that is still under way */
        cs_tui_say(tui, false, "nobody says what frames mean");
        return 0;
    }
    return cs_redecode(tui, d, rest, NULL, why, why_size);
}

/* ---- where it would be of use ---------------------------------------------------------------- */

static bool is_heartbeat(const struct cs_row *row)
{
    const uint8_t state = (uint8_t)row->data[0] & 0x7f;

    return row->len == 1 && (state == 0 || state == 4 || state == 5 || state == 127);
}

static bool is_nmt(const struct cs_row *row)
{
    const uint8_t command = (uint8_t)row->data[0], node = (uint8_t)row->data[1];

    return row->len == 2 && node < 128 &&
           (command == 1 || command == 2 || (command >= 128 && command <= 130));
}

bool cs_like_canopen(const struct cs_tui *tui)
{
    const unsigned buses = tui->n_buses ? tui->n_buses : CS_SIM_MAX_BUSES; /* not told yet */
    const struct cs_row *row;

    for (unsigned b = 0; b < buses && !tui->decoded; b++) {
        row = cs_tui_ring_get(&tui->ring, cs_row_newest(&tui->ring, b, 0, 0));
        if (row && is_nmt(row))
            return true;
        for (uint32_t node = 1; node < 128; node++) {
            row = cs_tui_ring_get(&tui->ring, cs_row_newest(&tui->ring, b, 0x700 + node, 0));
            if (row && is_heartbeat(row))
                return true;
        }
    }
    return false;
}

/* ---- completion ------------------------------------------------------------------------------ */

static void offer(struct cs_offers *offers, const char *begun, const char *word)
{
    if (offers->n < CS_OFFERS && strlen(word) < sizeof offers->text[0] &&
        !strncasecmp(word, begun, strlen(begun)))
        snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", word);
}

static void offer_names(struct cs_decoding *d, const char *begun, struct cs_offers *offers)
{
    const char *name;

    for (unsigned i = 0; (name = cs_decoding_name(d, i)) != NULL; i++)
        offer(offers, begun, name);
    offer(offers, begun, "off");
    if (d->told)
        offer(offers, begun, "host");
}

static bool is_description(const char *name)
{
    static const char *const suffixes[] = {".eds", ".dcf", ".xdd", ".xdc"};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof suffixes / sizeof *suffixes; i++)
        if (!strcasecmp(dot, suffixes[i]))
            return true;
    return false;
}

static void sort(struct cs_offers *offers)
{
    char text[sizeof offers->text[0]];

    for (unsigned i = 1; i < offers->n; i++)
        for (unsigned k = i; k > 0 && strcmp(offers->text[k - 1], offers->text[k]) > 0; k--) {
            memcpy(text, offers->text[k], sizeof text);
            memcpy(offers->text[k], offers->text[k - 1], sizeof text);
            memcpy(offers->text[k - 1], text, sizeof text);
        }
}

/* What is in the folder of a path that is begun: folders, and files that describe devices. */
static void offer_files(const char *path, size_t folder_len, struct cs_offers *offers)
{
    const char *begun = path + folder_len;
    char folder[512], full[1024], name[300];
    struct dirent *entry;
    struct stat about;
    DIR *dir;

    snprintf(folder, sizeof folder, "%.*s", (int)folder_len, path);
    dir = opendir(folder_len ? folder : ".");
    while (dir && (entry = readdir(dir)) != NULL) {
        snprintf(full, sizeof full, "%s%s", folder, entry->d_name);
        if ((entry->d_name[0] == '.' && *begun != '.') || stat(full, &about) != 0 ||
            (!S_ISDIR(about.st_mode) && !is_description(entry->d_name)))
            continue;
        snprintf(name, sizeof name, "%s%s", entry->d_name, S_ISDIR(about.st_mode) ? "/" : "");
        offer(offers, begun, name);
    }
    if (dir)
        closedir(dir);
    sort(offers);
}

/* "5=folder/dri": what stands behind the last of "=" and "/". */
static void offer_described(const char *word, int at, int *from, struct cs_offers *offers)
{
    const char *path = strchr(word, '='), *slash;

    if (!path)
        return;
    path++;
    slash = strrchr(path, '/');
    *from = at + (int)((slash ? slash + 1 : path) - word);
    offer_files(path, slash ? (size_t)(slash + 1 - path) : 0, offers);
}

void cs_decoding_offers(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    struct cs_decoding *d = decoding_of(tui);
    const char *space = strchr(rest, ' '), *last = strrchr(rest, ' ');
    char name[32];

    *from = 0;
    if (!d)
        return;
    if (!space) {
        offer_names(d, rest, offers);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)(space - rest), rest);
    *from = (int)(last + 1 - rest);
    if (!cs_decoding_takes_eds(d, name))
        return;
    if (last == space)
        offer(offers, last + 1, "eds");
    else
        offer_described(last + 1, *from, from, offers);
}
