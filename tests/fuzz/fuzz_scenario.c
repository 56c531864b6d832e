/* SPDX-License-Identifier: MIT */
/* fuzz_scenario.c - scenario files. Whatever is in them: a scenario, or one sentence and status 2.
 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_error error = {0};
    char *text = malloc(size + 1);

    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    struct cs_scenario *scenario = cs_scenario_parse("fuzz.json", text, size, &error);
    if (!scenario && (!error.text[0] || error.status < 2 || error.status > 3)) {
        abort();
    }
    cs_scenario_free(scenario);
    free(text);
    return 0;
}
