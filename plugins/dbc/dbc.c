/* SPDX-License-Identifier: MIT */
/* dbc.c - which message a frame is, and the bits of its signals. */
#include "plugins/dbc/dbc.h"

#include <stdlib.h>

#define DEEP 8 /* signals that select signals that select ... */

static void free_message(struct dbc_message *message)
{
    for (unsigned i = 0; i < message->n_signals; i++) {
        struct dbc_signal *signal = &message->signals[i];
        for (unsigned k = 0; k < signal->n_words; k++)
            free(signal->words[k].text);
        free(signal->words);
        free(signal->range);
        free(signal->name);
        free(signal->label);
        free(signal->unit);
    }
    free(message->signals);
    free(message->name);
    free(message->event);
}

void dbc_fini(struct dbc *dbc)
{
    for (unsigned i = 0; i < dbc->n; i++)
        free_message(&dbc->messages[i]);
    free(dbc->messages);
    free(dbc->hash);
    *dbc = (struct dbc){0};
}

struct dbc_message *dbc_find(const struct dbc *dbc, uint32_t id, bool ext)
{
    const uint32_t places = 2 * DBC_MESSAGES_MAX;
    uint32_t at = ((id * 2u + ext) * UINT32_C(0x9e3779b1) >> 13) % places;

    for (; dbc->hash != NULL && dbc->hash[at] != 0; at = (at + 1) % places) {
        struct dbc_message *message = &dbc->messages[dbc->hash[at] - 1];
        if (message->id == id && message->ext == ext)
            return message;
    }
    return NULL;
}

/* Bits are taken from the highest down: with `big` to the right and on in the next byte, else down
 * and on in the byte before. */
bool dbc_raw(const struct dbc_signal *signal, const uint8_t *data, unsigned len, int64_t *raw)
{
    unsigned at = signal->big ? signal->first : signal->first + signal->bits - 1u;
    uint64_t value = 0;

    for (unsigned i = 0; i < signal->bits; i++) {
        if (at / 8 >= len)
            return false;
        value = value << 1 | ((unsigned)data[at / 8] >> (at % 8) & 1u);
        if (!signal->big)
            at--;
        else
            at = at % 8 == 0 ? at + 15 : at - 1;
    }
    if (signal->is_signed && signal->bits > 0 && signal->bits < 64 &&
        value >> (signal->bits - 1) & 1u)
        value |= ~UINT64_C(0) << signal->bits;
    *raw = (int64_t)value;
    return true;
}

bool dbc_there(const struct dbc_message *message, const struct dbc_signal *signal,
               const uint8_t *data, unsigned len)
{
    int64_t raw;

    for (unsigned deep = 0; signal->by >= 0; deep++) {
        const struct dbc_signal *by = &message->signals[signal->by];
        bool selected = false;
        if (deep == DEEP || !dbc_raw(by, data, len, &raw))
            return false;
        for (unsigned i = 0; i < signal->n_ranges; i++)
            selected |=
                (uint64_t)raw >= signal->range[i].low && (uint64_t)raw <= signal->range[i].high;
        if (!selected)
            return false;
        signal = by;
    }
    return true;
}

const char *dbc_word(const struct dbc_signal *signal, int64_t raw)
{
    unsigned low = 0, high = signal->n_words;

    while (low < high) {
        const unsigned mid = (low + high) / 2;
        if (signal->words[mid].value == raw)
            return signal->words[mid].text;
        if (signal->words[mid].value < raw)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
