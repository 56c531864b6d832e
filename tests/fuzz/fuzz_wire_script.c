/* SPDX-License-Identifier: MIT */
/* fuzz_wire_script.c - scripts of one controller. Whatever is in them: a script, which ends however
 * it goes, or one sentence and status 2. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/wire_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Long sequences are legal, and too slow for a fuzzer. */
#define MAX_CYCLES 100000u

static bool is_short(const struct cs_script_ops *ops)
{
    uint64_t cycles = 0;

    for (unsigned i = 0; i < ops->n_ops; i++)
        cycles += ops->ops[i].drive_rx.cycles + ops->ops[i].expect_tx.cycles;
    return cycles <= MAX_CYCLES;
}

static void play(const struct cs_script *script)
{
    struct cs_script_player *player = cs_script_player_create(script);

    for (unsigned i = 0; player && i < script->n_elems && i < 4; i++) {
        struct cs_script_result result;

        if (!is_short(&script->elems[i].ops))
            continue;
        cs_script_play(player, i, &result);
        if (result.failed != (result.text[0] != '\0'))
            abort();
    }
    cs_script_player_destroy(player);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_error error = {0};
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct cs_script *script = cs_script_parse("fuzz.json", text, size, &error);
    if (!script && (!error.text[0] || error.status < 2 || error.status > 3))
        abort();
    if (script)
        play(script);
    cs_script_free(script);
    free(text);
    return 0;
}
