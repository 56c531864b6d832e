/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "scenarios/main.h"
#include "scenarios/text.h"
#include "scenarios/wire_script.h"

struct playing {
    const struct cs_args *args;
    struct cs_out out;
    char only_variant[CS_SCRIPT_NAME_MAX]; /* "" all */
    uint64_t only_elem;
    bool have_only_elem;
    unsigned passed, failed;
};

/* "VARIANT", "VARIANT/ELEM" or "/ELEM". */
static int parse_only(struct playing *p, struct cs_error *error)
{
    const char *text = p->args->only;

    if (text == NULL)
        return 0;
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    bool good = len < sizeof(p->only_variant) && (len > 0 || slash != NULL);
    if (good && slash != NULL) {
        p->have_only_elem = true;
        good = cs_text_number(slash + 1, &p->only_elem) == 0;
    }
    if (!good)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--only: must be VARIANT, VARIANT/ELEM or /ELEM, got \"%s\"", text);
    memcpy(p->only_variant, text, len);
    return 0;
}

static bool wanted(const struct playing *p, const struct cs_script_elem *elem)
{
    if (p->only_variant[0] != '\0' && strcmp(p->only_variant, elem->variant) != 0)
        return false;
    return !p->have_only_elem || p->only_elem == elem->number;
}

static void play_file(struct playing *p, const char *file, const struct cs_script *script,
                      struct cs_script_player *player)
{
    for (unsigned i = 0; i < script->n_elems; i++) {
        const struct cs_script_elem *elem = &script->elems[i];
        struct cs_script_result result;

        if (!wanted(p, elem))
            continue;
        cs_script_play(player, i, &result);
        if (result.failed)
            p->failed++;
        else
            p->passed++;
        if (!result.failed && !p->args->verbose)
            continue;
        cs_out_printf(&p->out, "%s: %s/%u: %s", file, elem->variant, elem->number,
                      result.failed ? result.text : "passed");
        cs_out_line(&p->out);
        if (result.failed && p->args->waves)
            cs_script_show(player, &p->out);
    }
}

static int play_script(struct playing *p, const char *file, const struct cs_script *script,
                       struct cs_error *error)
{
    struct cs_script_player *player = cs_script_player_create(script);

    if (player == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory to play it", file);
    play_file(p, file, script, player);
    cs_script_player_destroy(player);
    return 0;
}

/* Nothing is half-done: every file is read before the first is played. */
static int play_all(struct playing *p, struct cs_script **scripts, struct cs_error *error)
{
    char **files = p->args->operands;

    for (unsigned i = 0; i < p->args->n_operands; i++) {
        scripts[i] = cs_script_read(files[i], error);
        if (scripts[i] == NULL)
            return -1;
    }
    for (unsigned i = 0; i < p->args->n_operands; i++) {
        if (scripts[i] != NULL && play_script(p, files[i], scripts[i], error) != 0)
            return -1;
    }
    return 0;
}

int cs_main_wire(const struct cs_args *args)
{
    struct playing p = {.args = args};
    struct cs_error error = {.status = CS_STATUS_OK};

    if (parse_only(&p, &error) != 0 || cs_out_open(&p.out, "-", NULL, &error) != 0)
        return cs_main_complain(&error);
    struct cs_script **scripts = calloc(args->n_operands, sizeof(struct cs_script *));
    int ret = scripts != NULL ? play_all(&p, scripts, &error)
                              : cs_error_set(&error, CS_STATUS_ENVIRONMENT, "not enough memory");
    for (unsigned i = 0; scripts != NULL && i < args->n_operands; i++)
        cs_script_free(scripts[i]);
    free(scripts);
    if (ret == 0 && args->only != NULL && p.passed + p.failed == 0)
        ret = cs_error_set(&error, CS_STATUS_INPUT,
                           "--only: must name elements of the scripts, got \"%s\"", args->only);
    if (ret == 0) {
        cs_out_printf(&p.out, "%u passed, %u failed", p.passed, p.failed);
        cs_out_line(&p.out);
        error.status = p.failed > 0 ? CS_STATUS_EXPECTATION : CS_STATUS_OK;
    }
    if (cs_out_close(&p.out) != 0 && ret == 0)
        cs_out_explain(&p.out, &error);
    cs_out_discard(&p.out);
    return cs_main_complain(&error);
}
