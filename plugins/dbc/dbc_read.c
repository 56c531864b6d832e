/* SPDX-License-Identifier: MIT */
/* dbc_read.c - messages (BO_), signals (SG_), the words for their values (VAL_), which are real
 * numbers (SIG_VALTYPE_) and which are there for which values of another (SG_MUL_VAL_). What else
 * there may be is passed over. */
#include "plugins/dbc/dbc_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENDED UINT64_C(0x80000000)
#define NO_FRAME UINT64_C(0xC0000000) /* of signals that belong to no message */

static char *small(const char *before, const char *word)
{
    const size_t at = strlen(before), n = at + strlen(word) + 1;
    char *copy = malloc(n);

    if (copy != NULL) {
        snprintf(copy, n, "%s%s", before, word);
        for (char *c = copy + at; *c; c++)
            *c = (char)tolower((unsigned char)*c);
    }
    return copy;
}

/* ---- messages -------------------------------------------------------------------------------- */

static int identifier(struct dbc_reader *r, uint64_t *number)
{
    return dbc_whole(r, UINT32_MAX, number);
}

static struct dbc_message *message_of(const struct dbc_reader *r, uint64_t number)
{
    const bool ext = number & EXTENDED;
    struct dbc_message *message = dbc_find(r->dbc, (uint32_t)(number & ~EXTENDED), ext);

    /* Of a file before, it is as that file has it. */
    return message != NULL && message - r->dbc->messages >= (long)r->known ? message : NULL;
}

static int room(struct dbc_reader *r)
{
    struct dbc *dbc = r->dbc;

    if (dbc->hash == NULL)
        dbc->hash = calloc(2 * DBC_MESSAGES_MAX, sizeof(*dbc->hash));
    if (dbc->hash == NULL)
        return dbc_no_memory(r);
    if (dbc->n < r->room)
        return 0;
    if (dbc->n == DBC_MESSAGES_MAX)
        return dbc_refuse(r, "must be at most %u messages, got one more", DBC_MESSAGES_MAX);
    const unsigned more = r->room ? 2 * r->room : 64 + dbc->n;
    struct dbc_message *messages = realloc(dbc->messages, more * sizeof(*messages));
    if (messages == NULL)
        return dbc_no_memory(r);
    dbc->messages = messages;
    r->room = more;
    return 0;
}

static void put_in_hash(struct dbc *dbc, const struct dbc_message *message)
{
    const uint32_t places = 2 * DBC_MESSAGES_MAX;
    uint32_t at = ((message->id * 2u + message->ext) * UINT32_C(0x9e3779b1) >> 13) % places;

    while (dbc->hash[at] != 0)
        at = (at + 1) % places;
    dbc->hash[at] = (uint16_t)(message - dbc->messages + 1);
}

/* BO_ 201 Engine: 8 ECU */
static int read_message(struct dbc_reader *r)
{
    char name[DBC_WORD_MAX];
    uint64_t number, len;

    r->message = NULL;
    if (identifier(r, &number) != 0)
        return -1;
    dbc_take_word(r, name);
    if (name[0] == '\0' || !dbc_is(r, ':'))
        return dbc_refuse(r, "must be BO_ NUMBER NAME: LENGTH SENDER");
    if (dbc_whole(r, UINT16_MAX, &len) != 0)
        return -1;
    dbc_skip_line(r);
    const bool ext = number & EXTENDED;
    const uint64_t id = number & ~EXTENDED;
    if (number == NO_FRAME || dbc_find(r->dbc, (uint32_t)id, ext) != NULL)
        return 0;
    if (id > (ext ? 0x1fffffffu : 0x7ffu))
        return dbc_refuse(
            r, "%s: must be an identifier of 11 bits, or of 29 with bit 31 set, got %llu", name,
            (unsigned long long)number);
    if (room(r) != 0)
        return -1;
    struct dbc_message *message = &r->dbc->messages[r->dbc->n++];
    *message = (struct dbc_message){.id = (uint32_t)id, .ext = ext, .len = (unsigned)len};
    message->name = strdup(name);
    message->event = small("dbc.", name);
    put_in_hash(r->dbc, message);
    r->message = message;
    return message->name != NULL && message->event != NULL ? 0 : dbc_no_memory(r);
}

/* ---- signals --------------------------------------------------------------------------------- */

static struct dbc_signal *signal_of(struct dbc_message *message, const char *label)
{
    for (unsigned i = 0; message != NULL && i < message->n_signals; i++)
        if (strcmp(message->signals[i].label, label) == 0)
            return &message->signals[i];
    return NULL;
}

static struct dbc_signal *new_signal(struct dbc_reader *r, const char *label)
{
    struct dbc_message *message = r->message;
    struct dbc_signal *signals;

    if (message->n_signals == DBC_SIGNALS_MAX) {
        dbc_refuse(r, "must be at most %u signals in a message, got one more", DBC_SIGNALS_MAX);
        return NULL;
    }
    if (message->n_signals % 8 == 0) {
        signals = realloc(message->signals, (message->n_signals + 8) * sizeof(*signals));
        if (signals == NULL) {
            dbc_no_memory(r);
            return NULL;
        }
        message->signals = signals;
    }
    struct dbc_signal *signal = &message->signals[message->n_signals++];
    *signal = (struct dbc_signal){.by = -1, .name = small("", label), .label = strdup(label)};
    if (signal->name != NULL && signal->label != NULL)
        return signal;
    dbc_no_memory(r);
    return NULL;
}

static int add_range(struct dbc_reader *r, struct dbc_signal *signal, uint64_t low, uint64_t high)
{
    struct dbc_range *range =
        realloc(signal->range, (signal->n_ranges + 1) * sizeof(*signal->range));

    if (range == NULL)
        return dbc_no_memory(r);
    signal->range = range;
    signal->range[signal->n_ranges++] = (struct dbc_range){low, high};
    return 0;
}

/* "M": it selects; "m3": it is there for 3; "m3M": both. */
static int read_selection(struct dbc_reader *r, struct dbc_signal *signal)
{
    char text[DBC_WORD_MAX], *end;

    dbc_take_word(r, text);
    if (text[0] == '\0')
        return 0;
    end = text;
    if (text[0] == 'm' && isdigit((unsigned char)text[1])) {
        const uint64_t value = strtoull(text + 1, &end, 10);
        if (add_range(r, signal, value, value) != 0)
            return -1;
    }
    signal->selects = *end == 'M';
    end += signal->selects;
    return *end == '\0' ? 0
                        : dbc_refuse(r, "%s: must be M, m and a number, or nothing, got \"%.20s\"",
                                     signal->label, text);
}

/* 0|16@1+ (0.25,0) [0|8000] "rpm" */
static int read_layout(struct dbc_reader *r, struct dbc_signal *signal)
{
    uint64_t first, bits, order;
    double unused;
    bool plus;

    if (dbc_whole(r, 511, &first) != 0)
        return -1;
    if (!dbc_is(r, '|'))
        return dbc_refuse(r, "%s: must be FIRST|BITS", signal->label);
    if (dbc_whole(r, 64, &bits) != 0)
        return -1;
    if (bits == 0 || !dbc_is(r, '@'))
        return dbc_refuse(r, "%s: must be FIRST|BITS@ORDER with 1..64 bits", signal->label);
    if (dbc_whole(r, 1, &order) != 0)
        return -1;
    plus = dbc_is(r, '+');
    if (!plus && !dbc_is(r, '-'))
        return dbc_refuse(r, "%s: must be + or - after the order of bytes", signal->label);
    signal->first = (uint16_t)first;
    signal->bits = (uint16_t)bits;
    signal->big = order == 0;
    signal->is_signed = !plus;
    if (!dbc_is(r, '(') || dbc_number(r, &signal->factor) != 0 || !dbc_is(r, ',') ||
        dbc_number(r, &signal->offset) != 0 || !dbc_is(r, ')') || !dbc_is(r, '[') ||
        dbc_number(r, &unused) != 0 || !dbc_is(r, '|') || dbc_number(r, &unused) != 0 ||
        !dbc_is(r, ']'))
        return dbc_refuse(r, "%s: must be (FACTOR,OFFSET) [LEAST|MOST] \"UNIT\"", signal->label);
    return dbc_quoted(r, &signal->unit);
}

/* SG_ Speed m0 : 0|16@1+ (0.25,0) [0|8000] "rpm" cluster */
static int read_signal(struct dbc_reader *r)
{
    char label[DBC_WORD_MAX];

    if (r->message == NULL) {
        dbc_skip_line(r);
        return 0;
    }
    dbc_take_word(r, label);
    if (label[0] == '\0')
        return dbc_refuse(r, "must be SG_ NAME : FIRST|BITS@ORDER");
    struct dbc_signal *signal = new_signal(r, label);
    if (signal == NULL || read_selection(r, signal) != 0)
        return -1;
    if (!dbc_is(r, ':'))
        return dbc_refuse(r, "%s: must be SG_ NAME : FIRST|BITS@ORDER", label);
    if (read_layout(r, signal) != 0)
        return -1;
    dbc_skip_line(r);
    return 0;
}

/* ---- more of signals ------------------------------------------------------------------------- */

/* "201 Speed"; NULL where it is of none that is known, and -1 where it is wrong. */
static int which(struct dbc_reader *r, struct dbc_message **message, struct dbc_signal **signal)
{
    char label[DBC_WORD_MAX];
    uint64_t number;

    if (identifier(r, &number) != 0)
        return -1;
    dbc_take_word(r, label);
    *message = message_of(r, number);
    *signal = signal_of(*message, label);
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const struct dbc_word *x = a, *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

static int add_word(struct dbc_reader *r, struct dbc_signal *signal, double value, char *said)
{
    struct dbc_word *words = signal->words;

    if ((signal->n_words & (signal->n_words - 1)) == 0) {
        words = realloc(words, (signal->n_words ? 2 * signal->n_words : 1) * sizeof(*words));
        if (words == NULL) {
            free(said);
            return dbc_no_memory(r);
        }
        signal->words = words;
    }
    words[signal->n_words++] = (struct dbc_word){(int64_t)value, said};
    return 0;
}

/* VAL_ 416 Gear 0 "park" 1 "drive" ; */
static int read_words(struct dbc_reader *r)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    double value;
    char *said;

    if (!dbc_digit_next(r)) { /* of an environment variable */
        dbc_skip_line(r);
        return 0;
    }
    if (which(r, &message, &signal) != 0)
        return -1;
    while (!dbc_is(r, ';')) {
        if (dbc_number(r, &value) != 0 || dbc_quoted(r, &said) != 0)
            return -1;
        if (signal == NULL || value < -9.2e18 || value > 9.2e18)
            free(said);
        else if (add_word(r, signal, value, said) != 0)
            return -1;
    }
    if (signal != NULL && signal->n_words)
        qsort(signal->words, signal->n_words, sizeof(*signal->words), by_value);
    return 0;
}

/* SIG_VALTYPE_ 201 Speed : 1; */
static int read_kind(struct dbc_reader *r)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    uint64_t kind;

    if (!dbc_digit_next(r)) {
        dbc_skip_line(r);
        return 0;
    }
    if (which(r, &message, &signal) != 0)
        return -1;
    dbc_is(r, ':');
    if (dbc_whole(r, 3, &kind) != 0)
        return -1;
    dbc_skip_line(r);
    if (signal != NULL &&
        ((kind == 1 && signal->bits == 32) || (kind == 2 && signal->bits == 64))) {
        signal->real = kind == 1 ? DBC_FLOAT : DBC_DOUBLE;
        signal->is_signed = false; /* its sign is in its bits */
    }
    return 0;
}

/* SG_MUL_VAL_ 201 Sub Main 1-1, 3-5; */
static int read_ranges(struct dbc_reader *r)
{
    struct dbc_message *message;
    struct dbc_signal *signal, *by;
    char label[DBC_WORD_MAX];
    uint64_t low, high;

    if (!dbc_digit_next(r)) {
        dbc_skip_line(r);
        return 0;
    }
    if (which(r, &message, &signal) != 0)
        return -1;
    dbc_take_word(r, label);
    by = signal_of(message, label);
    if (signal != NULL && by != NULL && by != signal) {
        signal->by = (int)(by - message->signals);
        signal->n_ranges = 0;
    }
    do {
        if (dbc_whole(r, UINT64_MAX, &low) != 0)
            return -1;
        if (!dbc_is(r, '-'))
            return dbc_refuse(r, "must be a range such as 1-3");
        if (dbc_whole(r, UINT64_MAX, &high) != 0)
            return -1;
        if (signal != NULL && signal->by >= 0 && add_range(r, signal, low, high) != 0)
            return -1;
    } while (dbc_is(r, ','));
    dbc_skip_line(r);
    return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int statement(struct dbc_reader *r)
{
    static const struct {
        const char *word;
        int (*read)(struct dbc_reader *r);
        bool number; /* one follows, or it is only named */
    } statements[] = {
        {"BO_", read_message, true},        {"SG_", read_signal, false},
        {"VAL_", read_words, true},         {"SIG_VALTYPE_", read_kind, true},
        {"SG_MUL_VAL_", read_ranges, true},
    };
    char name[DBC_WORD_MAX];

    dbc_take_word(r, name);
    for (unsigned i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (strcmp(name, statements[i].word) != 0)
            continue;
        const char *next = r->at; /* in the list of NS_ words stand alone */
        while (next < r->end && (*next == ' ' || *next == '\t' || *next == '\r'))
            next++;
        if (next == r->end || *next == '\n')
            break;
        return statements[i].number && !dbc_digit_next(r) ? (dbc_skip_line(r), 0)
                                                          : statements[i].read(r);
    }
    dbc_skip_line(r);
    return 0;
}

/* Signals of "m3" belong to the one with "M". */
static void select_all(struct dbc_message *message)
{
    int by = -1;

    for (unsigned i = 0; i < message->n_signals && by < 0; i++)
        if (message->signals[i].selects && message->signals[i].n_ranges == 0)
            by = (int)i;
    for (unsigned i = 0; i < message->n_signals; i++)
        if (message->signals[i].n_ranges && message->signals[i].by < 0 && by != (int)i)
            message->signals[i].by = by;
}

static bool is_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        const unsigned char c = (unsigned char)text[i++];
        unsigned more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : 3;
        if (more == 3 && (c < 0xf0 || c > 0xf4))
            return false;
        for (; more > 0; more--, i++)
            if (i == len || ((unsigned char)text[i] & 0xc0) != 0x80)
                return false;
    }
    return true;
}

static char *to_utf8(const char *text, size_t *len)
{
    char *to = malloc(2 * *len + 1), *at = to;

    for (size_t i = 0; to != NULL && i < *len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c >= 0x80)
            *at++ = (char)(0xc0 | c >> 6);
        *at++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
    }
    *len = to != NULL ? (size_t)(at - to) : 0;
    return to;
}

int dbc_parse(struct dbc *dbc, const char *text, size_t len, const char *name, char *why,
              size_t why_size)
{
    struct dbc_reader r = {.dbc = dbc,
                           .name = name,
                           .line = 1,
                           .room = dbc->n,
                           .known = dbc->n,
                           .why = why,
                           .why_size = why_size};
    char *copy = is_utf8(text, len) ? NULL : to_utf8(text, &len);
    int ret = 0;

    r.at = copy != NULL ? copy : text;
    r.end = r.at + len;
    if (len >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    for (dbc_skip_space(&r); ret == 0 && r.at < r.end; dbc_skip_space(&r))
        ret = statement(&r);
    for (unsigned i = r.known; i < dbc->n; i++)
        select_all(&dbc->messages[i]);
    free(copy);
    if (ret == 0 && dbc->n == r.known && r.known == 0) {
        r.line = 1;
        ret = dbc_refuse(&r, "must have messages (BO_), is it a DBC file?");
    }
    return ret;
}

int dbc_read(struct dbc *dbc, const char *path, char *why, size_t why_size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;
    int ret = -1;

    if (file == NULL) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    text = malloc(DBC_FILE_MAX + 1);
    if (text != NULL)
        len = fread(text, 1, DBC_FILE_MAX + 1, file);
    if (text == NULL)
        snprintf(why, why_size, "%s: there is no memory left", path);
    else if (ferror(file))
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
    else if (len > DBC_FILE_MAX)
        snprintf(why, why_size, "%s: must have at most %u MiB", path, DBC_FILE_MAX >> 20);
    else
        ret = dbc_parse(dbc, text, len, path, why, why_size);
    free(text);
    fclose(file);
    return ret;
}
