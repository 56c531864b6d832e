/* SPDX-License-Identifier: MIT */
/* fuzz_query.c - expressions of the filter language: one that can be asked, or a sentence. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/query.h"
#include "simcore/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t bytes[8] = {1, 2, 3};
    const struct cs_query_item item = {
        .kind = CS_EV_FRAME,
        .bus = "can0",
        .node = "drive",
        .has_frame = true,
        .id = 0x123,
        .len = 8,
        .data = bytes,
        .said = "SDO aborts",
        .decoded = true,
        .events = "canopen canopen.sdo.abort",
    };
    struct cs_query query = {.n = 0};
    char why[400] = "";
    char *text = malloc(size + 1);
    const char *const *words;
    int from = -1;

    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (cs_query_parse(text, &query, why, sizeof(why)) == 0) {
        cs_query_passes(&query, &item);
    } else if (strncmp(why, "column ", 7) != 0) {
        abort();
    }
    cs_query_next(text, &from, &words);
    if (from < 0 || (size_t)from > strlen(text)) {
        abort();
    }
    free(text);
    return 0;
}
