/* SPDX-License-Identifier: MIT */
/* fuzz_candump.c - lines of candump logs. Whatever is in one: a frame that is one, or a reason. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_candump_line line;
    char why[80] = "";
    char *text = malloc(size + 1);

    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (cs_candump_parse(text, &line, why, sizeof(why)) != 0) {
        if (!why[0]) {
            abort();
        }
    } else if (line.seconds < 0 || line.fraction_ps < 0 || !line.interface[0] ||
               (!line.error_frame && cs_frame_check(&line.frame) != 0)) {
        abort();
    }
    free(text);
    return 0;
}
