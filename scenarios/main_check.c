/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugins/canopen/dict_lint.h"
#include "scenarios/main.h"
#include "scenarios/scenario.h"
#include "scenarios/session.h"

static void say(void *ctx, const char *text)
{
    const struct cs_args *args = ctx;

    if (!args->quiet)
        fprintf(stderr, "cansim: %s\n", text);
}

/* A file that describes a CANopen device? Standard input and what cannot be read are scenarios. */
static bool is_dictionary(const char *file)
{
    char head[512];
    int fd = strcmp(file, "-") == 0 ? -1 : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof(head)) : -1;

    if (fd >= 0)
        close(fd);
    return n > 0 && co_dict_looks_like(head, (size_t)n);
}

static void tell_odd(void *ctx, unsigned line, const char *text)
{
    const char *file = ctx;

    if (line != 0)
        printf("%s:%u: %s\n", file, line, text);
    else
        printf("%s: %s\n", file, text);
}

static int check_dictionary(const struct cs_args *args, char *file)
{
    char about[80], why[400];
    struct cs_error error;
    unsigned n;

    if (co_dict_lint(file, tell_odd, file, &n, about, sizeof(about), why, sizeof(why)) != 0) {
        cs_error_set(&error, CS_STATUS_INPUT, "%s", why);
        return cs_main_complain(&error);
    }
    if (n != 0)
        printf("%s: usable: %s; %u thing%s odd\n", file, about, n, n == 1 ? " is" : "s are");
    else if (!args->quiet)
        printf("%s: ok: %s\n", file, about);
    return CS_STATUS_OK;
}

static int complain_all(const struct cs_error *first, struct cs_errors *errors)
{
    for (unsigned i = 0; i < errors->n; i++)
        cs_main_complain(&errors->error[i]);
    if (errors->n == 0)
        cs_main_complain(first);
    if (errors->more > 0)
        fprintf(stderr, "cansim: and %u more\n", errors->more);
    cs_errors_free(errors);
    return first->status;
}

static int check_scenario(const struct cs_args *args, const char *file)
{
    struct cs_args copy = *args;
    struct cs_errors errors = {.error = NULL};
    struct cs_error error;
    struct cs_scenario *scenario =
        cs_scenario_load_all(file, &args->plugins, &args->constants, &error, &errors);
    int status = CS_STATUS_OK;

    if (scenario == NULL)
        return complain_all(&error, &errors);
    if (cs_session_check_link(scenario, &error) != 0 ||
        cs_session_check_devices(scenario, &error) != 0 ||
        cs_session_check_nodes(scenario, say, &copy, &error) != 0) {
        cs_scenario_locate(scenario, &error);
        status = cs_main_complain(&error);
    } else if (!args->quiet)
        printf("%s: ok: %u bus%s, %u node%s, %u action%s\n", scenario->file, scenario->n_buses,
               scenario->n_buses == 1 ? "" : "es", scenario->n_nodes,
               scenario->n_nodes == 1 ? "" : "s", scenario->n_actions,
               scenario->n_actions == 1 ? "" : "s");
    cs_scenario_free(scenario);
    return status;
}

int cs_main_check(const struct cs_args *args)
{
    int status = CS_STATUS_OK;

    for (unsigned i = 0; i < args->n_operands; i++) {
        char *file = args->operands[i];
        int one = is_dictionary(file) ? check_dictionary(args, file) : check_scenario(args, file);
        status = one > status ? one : status;
    }
    return status;
}

int cs_main_schema(const struct cs_args *args)
{
    (void)args;
    cs_scenario_schema(stdout);
    return CS_STATUS_OK;
}
