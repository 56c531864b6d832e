/* SPDX-License-Identifier: MIT */
/* What `cansim decode` writes: a line for each frame, or a JSON object. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/main_decode.h"
#include "scenarios/text.h"

#define FRAME_COLUMNS    25 /* an extended frame with 8 bytes */
#define PROTOCOL_COLUMNS 8
#define DIM              "\033[2m"
#define RESET            "\033[0m"
#define MODEL_FIELDS     200000
#define MODEL_BYTES      ((size_t)8 << 20)

/* ---- --only ---------------------------------------------------------------------------------- */

static bool is_word(const char *word, size_t len, const char *name)
{
    return strncasecmp(word, name, len) == 0 && name[len] == '\0';
}

/* "canopen.sdo" is also "canopen.sdo.abort". */
static bool is_event(const char *word, size_t len, const char *name)
{
    return strncasecmp(word, name, len) == 0 && (name[len] == '\0' || name[len] == '.');
}

static bool fits_word(const char *word, size_t len, const struct cs_decode_said *said)
{
    const struct cs_tree *tree = said->tree;

    for (int severity = CANSIM_NOTE; severity <= CANSIM_ERROR; severity++) {
        if (is_word(word, len, cs_severity_name(severity)) && tree->severity >= severity)
            return true;
    }
    for (unsigned i = 0; i < tree->n_events; i++) {
        if (is_event(word, len, tree->events[i].name))
            return true;
    }
    return is_word(word, len, tree->protocol) || is_word(word, len, said->decoder->name);
}

static bool wanted(const struct cs_decoding *d, const struct cs_decode_said *said)
{
    const char *word = d->args->only;

    if (word == NULL)
        return true;
    while (said->decoder != NULL && *word != '\0') {
        size_t len = strcspn(word, ",");
        if (len > 0 && fits_word(word, len, said))
            return true;
        word += len + (word[len] == ',');
    }
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Severities: info, note, warning, error. */
static const char *color_of(int severity)
{
    static const char *const colors[] = {"", "\033[36m", "\033[33m", "\033[31m"};

    return colors[severity < 0 ? 0 : severity > 3 ? 3 : severity];
}

static void put_meaning(const struct cs_decoding *d, const struct cs_tree *tree)
{
    char text[CS_TREE_SUMMARY + 40];

    snprintf(text, sizeof(text), "%-*s %s", PROTOCOL_COLUMNS, tree->protocol, tree->summary);
    cs_text_clean(text);
    printf("  %s%s%s", d->color ? color_of(tree->severity) : "", text, d->color ? RESET : "");
}

static void put_text(const struct cs_decoding *d, const struct cs_decode_said *said)
{
    char seconds[40], frame[CS_FRAME_TEXT_MAX] = "-", bus[64];

    cs_decode_seconds(said->at_ps, d->epoch_s, seconds);
    seconds[strlen(seconds) - 6] = '\0'; /* to the microsecond */
    snprintf(bus, sizeof(bus), "%s", said->bus_name);
    cs_text_clean(bus);
    if (said->frame != NULL) {
        const struct cs_frame f = cs_plugins_frame(said->frame);
        cs_frame_format(&f, frame);
    }
    printf("%s%11s%s  %-5s ", d->color ? DIM : "", seconds, d->color ? RESET : "", bus);
    if (said->decoder == NULL) {
        printf("%s\n", frame);
        return;
    }
    printf("%-*s", FRAME_COLUMNS, frame);
    put_meaning(d, said->tree);
    putchar('\n');
    if (d->args->verbose)
        cs_tree_text(said->tree, 20, stdout);
}

/* ---------------------------------------------------------------------------------------------- */

static void look_after(struct cs_decoding *d)
{
    if (d->live)
        fflush(stdout);
    if (!ferror(stdout) || d->closed)
        return;
    d->closed = true;
    if (errno != EPIPE)
        cs_error_set(&d->error, CS_STATUS_ENVIRONMENT, "standard output: cannot be written: %s",
                     strerror(errno));
}

void cs_decoding_said(void *ctx, const struct cs_decode_said *said)
{
    struct cs_decoding *d = ctx;

    const bool passes = cs_choose_decoded(d->filter, said);

    if (d->closed || !passes || !wanted(d, said))
        return;
    if (d->args->json) {
        cs_decode_json(said, d->epoch_s, stdout);
        putchar('\n');
    } else {
        put_text(d, said);
    }
    look_after(d);
}

static void put_model(const struct cs_decoding *d, unsigned bus, const char *decoder,
                      const struct cs_tree *tree)
{
    const char *name = cs_decode_bus_name(d->decode, bus);
    char clean[64];

    if (d->args->json) {
        fputs("{\"bus\":", stdout);
        cs_tree_json_string(name, strlen(name), stdout);
        printf(",\"decoder\":\"%s\",\"network\":", decoder);
        cs_tree_json(tree, stdout);
        fputs("}\n", stdout);
        return;
    }
    snprintf(clean, sizeof(clean), "%s", name);
    cs_text_clean(clean);
    printf("\n%s, %s:\n", clean, decoder);
    cs_tree_text(tree, 2, stdout);
}

void cs_decoding_network(struct cs_decoding *d)
{
    const struct cansim_decoder *decoder;
    struct cs_tree tree;

    if (cs_tree_init(&tree, MODEL_FIELDS, MODEL_BYTES) != 0) {
        cs_error_set(&d->error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return;
    }
    for (unsigned bus = 0; bus < cs_decode_buses(d->decode); bus++) {
        for (unsigned i = 0; (decoder = cs_decode_decoder(d->decode, i)) != NULL; i++) {
            if (cs_decode_model(d->decode, bus, i, &tree) == 0 && tree.n_fields > 0)
                put_model(d, bus, decoder->name, &tree);
        }
    }
    cs_tree_fini(&tree);
    look_after(d);
}
