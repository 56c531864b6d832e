/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "scenarios/main.h"
#include "scenarios/scenario.h"
#include "scenarios/session.h"

static void say(void *ctx, const char *text)
{
    const struct cs_args *args = ctx;

    if (!args->quiet)
        fprintf(stderr, "cansim: %s\n", text);
}

int cs_main_check(const struct cs_args *args)
{
    struct cs_args copy = *args;
    int status = CS_STATUS_OK;

    for (unsigned i = 0; i < args->n_operands; i++) {
        struct cs_error error;
        struct cs_scenario *scenario = cs_scenario_load(args->operands[i], &args->plugins, &error);
        if (scenario == NULL) {
            if (cs_main_complain(&error) > status)
                status = error.status;
            continue;
        }
        if (cs_session_check_link(scenario, &error) != 0 ||
            cs_session_check_devices(scenario, &error) != 0 ||
            cs_session_check_nodes(scenario, say, &copy, &error) != 0)
            status = cs_main_complain(&error) > status ? error.status : status;
        else if (!args->quiet)
            printf("%s: ok: %u bus%s, %u node%s, %u action%s\n", scenario->file, scenario->n_buses,
                   scenario->n_buses == 1 ? "" : "es", scenario->n_nodes,
                   scenario->n_nodes == 1 ? "" : "s", scenario->n_actions,
                   scenario->n_actions == 1 ? "" : "s");
        cs_scenario_free(scenario);
    }
    return status;
}
