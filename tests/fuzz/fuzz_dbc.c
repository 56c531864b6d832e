/* SPDX-License-Identifier: MIT */
/* A DBC file from any bytes: what is read can be asked of any data, what cannot says why. */
#include <stdlib.h>
#include <string.h>

#include "plugins/dbc/dbc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct dbc_message *message, const uint8_t *data, unsigned len)
{
    int64_t raw;

    for (unsigned i = 0; i < message->n_signals; i++) {
        const struct dbc_signal *signal = &message->signals[i];
        if (strlen(signal->name) != strlen(signal->label) || signal->by >= (int)message->n_signals)
            abort();
        if (dbc_there(message, signal, data, len) && dbc_raw(signal, data, len, &raw))
            dbc_word(signal, raw);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned len = size < 64 ? (unsigned)size : 64;
    struct dbc dbc = {0};
    char why[300] = "";

    if (dbc_parse(&dbc, (const char *)data, size, "fuzz", why, sizeof(why)) != 0 && *why == '\0')
        abort();
    for (unsigned i = 0; i < dbc.n; i++) {
        const struct dbc_message *message = &dbc.messages[i];
        if (dbc_find(&dbc, message->id, message->ext) != message)
            abort();
        ask(message, data, len);
    }
    dbc_fini(&dbc);
    return 0;
}
