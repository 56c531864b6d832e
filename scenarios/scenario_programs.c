/* SPDX-License-Identifier: MIT */
/* The key "programs": programs that the run starts and ends, and what the timeline does to them. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define PROGRAM(member) offsetof(struct cs_program_def, member)

#define WALL_MIN     CS_PS_PER_MS
#define WALL_MAX     (24 * 3600 * CS_PS_PER_S)
#define OUTPUT_MAX   16777216
#define NAME_BYTES   40
#define SIGNAL_COUNT 32

/* ---- keys with a form of their own -------------------------------------------------------------
 */

static int read_command(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key row = {.name = "", .type = CS_KEY_TEXT, .min = 0, .max = 4000};
    struct cs_program_def *program = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < 1 ||
        cJSON_GetArraySize(item) > CS_PROGRAM_WORDS)
        return cs_reader_must_be(r, item, "an array of 1..%d texts: the program and its arguments",
                                 CS_PROGRAM_WORDS);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, program->n_words);
        const char **word = &program->words[program->n_words];
        if (cs_keys_read_value(r, &row, child, word) != 0)
            ret = -1;
        else if (program->n_words == 0 && (*word)[0] == '\0')
            ret = cs_reader_must_be(r, child, "the name of a program");
        program->n_words++;
        cs_reader_leave(r, mark);
    }
    return ret;
}

static int read_variable(struct cs_reader *r, const cJSON *item, struct cs_program_def *program)
{
    static const struct cs_key row = {.name = "", .type = CS_KEY_TEXT, .min = 0, .max = 4000};
    const unsigned n = program->n_variables++;

    program->variable[n] = item->string;
    if (item->string[0] == '\0' || strchr(item->string, '=') != NULL)
        return cs_reader_fail(r, "must be named by at least a character and without \"=\"");
    if (cJSON_IsNull(item))
        return 0;
    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "a text, or null: without it");
    return cs_keys_read_value(r, &row, item, &program->value[n]);
}

static int read_env(struct cs_reader *r, const cJSON *item, void *dest)
{
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsObject(item) || cJSON_GetArraySize(item) > CS_PROGRAM_VARIABLES)
        return cs_reader_must_be(r, item, "an object of at most %d variables",
                                 CS_PROGRAM_VARIABLES);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_variable(r, child, dest) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static const struct cs_key program_rows[] = {
    {.name = "command",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .read = read_command,
     .form = "an array of texts",
     .help = "the program and its arguments, run without a shell; one with \"/\" is meant from its "
             "folder, others are looked for in PATH"},
    {.name = "cwd",
     .type = CS_KEY_TEXT,
     .offset = PROGRAM(cwd),
     .min = 1,
     .max = 4000,
     .help = "its folder, relative to that of the file that names it; default: that one"},
    {.name = "env",
     .type = CS_KEY_CUSTOM,
     .read = read_env,
     .form = "an object: name to text or null",
     .help = "variables of its environment; null: without it"},
    {.name = "attach",
     .type = CS_KEY_BOOL,
     .offset = PROGRAM(attach),
     .dflt = "true",
     .help = "its CAN sockets are on the buses (cansim-attach); false: it is run as it is"},
    {.name = "fd",
     .type = CS_KEY_CHOICE,
     .offset = PROGRAM(fd),
     .choices = cs_program_fds,
     .dflt = "\"bus\"",
     .help = "what its controllers know of CAN FD, as cansim-attach --fd"},
    {.name = "bitrate",
     .type = CS_KEY_RATE,
     .offset = PROGRAM(bitrate_bps),
     .min = CS_BITRATE_MIN,
     .max = CS_BITRATE_MAX,
     .help = "of its controllers; default: the bus's"},
    {.name = "absent",
     .type = CS_KEY_BOOL,
     .offset = PROGRAM(absent),
     .dflt = "false",
     .help = "not started before the timeline does"},
    {.name = "wait",
     .type = CS_KEY_CUSTOM,
     .offset = PROGRAM(wait_ps),
     .read = cs_scenario_read_wait,
     .form = "true, false or 0s..24h",
     .dflt = "false",
     .help = "the clock starts when it has opened a CAN socket; a time: wait at most so long"},
    {.name = "stdin",
     .type = CS_KEY_TEXT,
     .offset = PROGRAM(input),
     .min = 0,
     .max = CS_PROGRAM_STDIN_MAX,
     .help = "its standard input; default: empty"},
    {.name = "timeout",
     .type = CS_KEY_TIME,
     .offset = PROGRAM(timeout_ps),
     .min = WALL_MIN,
     .max = WALL_MAX,
     .help = "wall time after which it is ended"},
    {.name = "required",
     .type = CS_KEY_BOOL,
     .offset = PROGRAM(required),
     .dflt = "false",
     .help = "the run ends when it exits, and fails where its status is not 0"},
    {.name = "output",
     .type = CS_KEY_INT,
     .offset = PROGRAM(output_bytes),
     .min = 0,
     .max = OUTPUT_MAX,
     .dflt = "65536",
     .help = "bytes of its output that are kept, the last ones"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_program_keys = {
    .title = "A program that the run starts",
    .rows = program_rows,
};

/* As cansim-attach wants the names of controllers. */
static bool name_ok(const char *name)
{
    const size_t len = strlen(name);

    for (const char *c = name; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~')
            return false;
    }
    return len >= 1 && len <= NAME_BYTES;
}

static int read_program(struct cs_reader *r, const cJSON *item, struct cs_program_def *program)
{
    struct cs_scenario *scenario = r->ctx;
    struct cs_thing other;

    program->name = item->string;
    program->beside = cs_scenario_file_at(r, "cwd");
    if (!name_ok(item->string))
        return cs_reader_fail(r, "must be named by 1..%d ASCII characters without spaces",
                              NAME_BYTES);
    if (cs_scenario_find(scenario, item->string, &other) &&
        (other.kind != CS_THING_NODE || scenario->nodes[other.index].type != CS_NODE_ATTACHED))
        return cs_reader_fail(r, "must have a name of its own, there is a %s of this name",
                              cs_thing_names[other.kind]);
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object");
    if (cs_keys_read(r, item, &cs_scenario_program_keys, 0, program) != 0)
        return -1;
    if (program->attach)
        return 0;
    if (program->fd > 0)
        return cs_scenario_fail_at(r, "fd", "does not go with \"attach\": false");
    if (program->bitrate_bps > 0)
        return cs_scenario_fail_at(r, "bitrate", "does not go with \"attach\": false");
    if (program->wait_ps > 0)
        return cs_scenario_fail_at(r, "wait", "does not go with \"attach\": false");
    return 0;
}

int cs_scenario_read_programs(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;

    (void)dest;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object: name to program");
    if (cJSON_GetArraySize(item) > CS_PROGRAMS_MAX)
        return cs_reader_fail(r, "must be at most %d programs, got %d", CS_PROGRAMS_MAX,
                              cJSON_GetArraySize(item));
    scenario->programs = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*scenario->programs));
    if (scenario->programs == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_program(r, child, &scenario->programs[scenario->n_programs]) != 0)
            ret = -1;
        scenario->n_programs++;
        cs_reader_leave(r, mark);
    }
    return ret;
}

/* ---- the timeline ------------------------------------------------------------------------------
 */

/* `nodes`: or of a simulated node. */
static int no_such(struct cs_reader *r, const cJSON *item, bool nodes)
{
    const struct cs_scenario *scenario = r->ctx;
    const char *names[CS_PROGRAMS_MAX + CS_SCENARIO_BUS_NODES + 1];
    const char *what = nodes ? "program or simulated node" : "program";
    unsigned n = 0;

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "the name of a %s", what);
    for (; n < scenario->n_programs; n++)
        names[n] = scenario->programs[n].name;
    for (unsigned i = 0; nodes && i < scenario->n_nodes && i < CS_SCENARIO_BUS_NODES; i++) {
        if (scenario->nodes[i].type != CS_NODE_ATTACHED)
            names[n++] = scenario->nodes[i].name;
    }
    names[n] = NULL;
    const char *nearest = cs_text_nearest(item->valuestring, names);
    if (nearest != NULL)
        return cs_reader_must_be(r, item, "a %s of this scenario (did you mean \"%s\"?)", what,
                                 nearest);
    return cs_reader_must_be(r, item, "a %s of this scenario", what);
}

static bool is_program(struct cs_reader *r, const cJSON *item, struct cs_action *action)
{
    struct cs_thing thing;

    if (!cJSON_IsString(item) || !cs_scenario_find(r->ctx, item->valuestring, &thing) ||
        thing.kind != CS_THING_PROGRAM)
        return false;
    action->program = (int)thing.index;
    return true;
}

/* A place for an outside client may have the name of the program that takes it: that is meant. */
static int named_by(struct cs_reader *r, const cJSON *item, struct cs_action *action, int kind)
{
    struct cs_thing thing;

    if (cJSON_IsString(item) && cs_scenario_find(r->ctx, item->valuestring, &thing) &&
        thing.kind == CS_THING_NODE)
        return cs_action_set_node(r, item, action, kind);
    if (cs_action_set_kind(r, action, kind) != 0)
        return -1;
    return is_program(r, item, action) ? 0 : no_such(r, item, true);
}

int cs_action_read_start(struct cs_reader *r, const cJSON *item, void *dest)
{
    return named_by(r, item, dest, CS_ACTION_START);
}

int cs_action_read_stop(struct cs_reader *r, const cJSON *item, void *dest)
{
    return named_by(r, item, dest, CS_ACTION_STOP);
}

int cs_action_read_program(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (action->kind == CS_ACTION_START || action->kind == CS_ACTION_STOP)
        return cs_reader_fail(r, "goes with \"signal\" alone");
    return is_program(r, item, action) ? 0 : no_such(r, item, false);
}

int cs_action_read_signal(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;
    const char *name = cJSON_IsString(item) ? item->valuestring : "";

    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < SIGNAL_COUNT && name[0] != '\0'; i++) {
        const char *known = sigabbrev_np(i);
        if (known != NULL && strcmp(known, name) == 0)
            action->signal = i;
    }
    if (action->signal == 0)
        return cs_reader_must_be(r, item, CS_SIGNAL_FORM);
    return cs_action_set_kind(r, action, CS_ACTION_SIGNAL);
}

/* All keys of an action are read. */
int cs_action_check_program(struct cs_reader *r, const struct cs_action *action)
{
    if (action->kind == CS_ACTION_SIGNAL && action->program < 0)
        return cs_reader_fail(r, "must have the key \"program\", got none");
    if (action->program >= 0 && action->kind != CS_ACTION_SIGNAL &&
        action->kind != CS_ACTION_START && action->kind != CS_ACTION_STOP)
        return cs_scenario_fail_at(r, "program", "goes with \"signal\" alone");
    if ((action->program >= 0 || action->device >= 0) && cs_action_has_place(action))
        return cs_reader_fail(r, "must be about a node, with \"late\", \"amid\" or \"turn\"");
    if (action->program >= 0 && action->node >= 0)
        return cs_scenario_fail_at(r, "node", "does not go with a program");
    return 0;
}
