/* SPDX-License-Identifier: MIT */
#include "scenarios/places.h"

#include <stdlib.h>
#include <string.h>

struct spot {
    const cJSON *item; /* NULL: free */
    unsigned file;
    unsigned line, column, key_line, key_column;
    bool told;
};

struct cs_places {
    char **files;
    unsigned n_files;
    struct spot *spot; /* by the item's address; never full */
    size_t n, room;    /* a power of two */
};

struct cs_places *cs_places_create(void)
{
    return calloc(1, sizeof(struct cs_places));
}

void cs_places_free(struct cs_places *places)
{
    if (places == NULL)
        return;
    while (places->n_files > 0)
        free(places->files[--places->n_files]);
    free(places->files);
    free(places->spot);
    free(places);
}

static struct spot *slot_of(const struct cs_places *places, const cJSON *item)
{
    size_t at = (size_t)(((uintptr_t)item >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20);

    for (;; at++) {
        struct spot *spot = &places->spot[at & (places->room - 1)];
        if (spot->item == NULL || spot->item == item)
            return spot;
    }
}

static struct spot *find(const struct cs_places *places, const cJSON *item)
{
    struct spot *spot = places != NULL && places->room > 0 ? slot_of(places, item) : NULL;

    return spot != NULL && spot->item != NULL ? spot : NULL;
}

static int grow(struct cs_places *places)
{
    struct spot *const old = places->spot;
    const size_t n_old = places->room, room = n_old == 0 ? 256 : n_old * 2;
    struct spot *const more = calloc(room, sizeof(*more));

    if (more == NULL)
        return -1;
    places->spot = more;
    places->room = room;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].item != NULL)
            *slot_of(places, old[i].item) = old[i];
    }
    free(old);
    return 0;
}

static int put(struct cs_places *places, const struct spot *spot)
{
    if (places->n * 2 >= places->room && grow(places) != 0)
        return -1;
    struct spot *slot = slot_of(places, spot->item);
    places->n += slot->item == NULL;
    *slot = *spot;
    return 0;
}

/* Goes through the text once: spots come in its order. */
struct walk {
    const char *text;
    size_t at;
    unsigned line, column;
    const struct cs_json_spots *spots;
    size_t next;
    unsigned file;
};

static void go_to(struct walk *w, size_t at)
{
    for (; w->at < at; w->at++) {
        const unsigned char c = (unsigned char)w->text[w->at];
        if (c == '\n') {
            w->line++;
            w->column = 1;
        } else if ((c & 0xC0u) != 0x80) {
            w->column++;
        }
    }
}

static int add_below(struct cs_places *places, struct walk *w, const cJSON *item)
{
    if (w->next >= w->spots->n)
        return 0;
    const struct cs_json_spot *spot = &w->spots->spot[w->next++];
    struct spot place = {.item = item, .file = w->file};

    go_to(w, spot->key);
    place.key_line = w->line;
    place.key_column = w->column;
    go_to(w, spot->value);
    place.line = w->line;
    place.column = w->column;
    if (put(places, &place) != 0)
        return -1;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (add_below(places, w, child) != 0)
            return -1;
    }
    return 0;
}

int cs_places_add(struct cs_places *places, const char *file, const char *text, size_t len,
                  const cJSON *tree, const struct cs_json_spots *spots)
{
    const size_t mark = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    char **files = realloc(places->files, (places->n_files + 1) * sizeof(*files));

    if (files == NULL)
        return -1;
    places->files = files;
    if ((files[places->n_files] = strdup(file)) == NULL)
        return -1;
    struct walk w = {
        .text = text + mark, .line = 1, .column = 1, .spots = spots, .file = places->n_files++};
    return add_below(places, &w, tree);
}

int cs_places_copy(struct cs_places *places, const cJSON *from, const cJSON *to)
{
    const struct spot *spot = find(places, from);
    if (spot != NULL) {
        struct spot place = *spot;
        place.item = to;
        if (put(places, &place) != 0)
            return -1;
    }
    const cJSON *a = from->child, *b = to->child;
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        if (cs_places_copy(places, a, b) != 0)
            return -1;
    }
    return 0;
}

void cs_places_set_told(struct cs_places *places, const cJSON *item)
{
    struct spot *spot = find(places, item);

    if (spot != NULL)
        spot->told = true;
}

bool cs_places_is_told(const struct cs_places *places, const cJSON *item)
{
    const struct spot *spot = find(places, item);

    return spot != NULL && spot->told;
}

bool cs_places_find(const struct cs_places *places, const cJSON *item, struct cs_place *place)
{
    const struct spot *spot = find(places, item);

    if (spot == NULL)
        return false;
    *place = (struct cs_place){.file = places->files[spot->file],
                               .line = spot->line,
                               .column = spot->column,
                               .key_line = spot->key_line,
                               .key_column = spot->key_column};
    return true;
}
