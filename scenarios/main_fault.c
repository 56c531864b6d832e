/* SPDX-License-Identifier: MIT */
/* cansim fault: arm, list and clear faults of a running host. It asks without joining, so the bus
 * does not notice it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/cansim_client.h"
#include "scenarios/main.h"
#include "scenarios/text.h"

#define WHY_MAX CS_FAULT_TEXT_MAX

struct buses {
    struct cs_client_bus bus[CS_CLIENT_MAX_BUSES];
    unsigned n;
};

/* ---- what a person wrote --------------------------------------------------------------------- */

/* The words of a fault need no quotes: they are joined. */
static int join_words(const struct cs_args *args, unsigned first, char text[CS_FAULT_TEXT_MAX],
                      struct cs_error *error)
{
    size_t len = 0;

    text[0] = '\0';
    for (unsigned i = first; i < args->n_operands; i++) {
        const int n = snprintf(text + len, CS_FAULT_TEXT_MAX - len, "%s%s", len > 0 ? " " : "",
                               args->operands[i]);

        if (n < 0 || (size_t)n >= CS_FAULT_TEXT_MAX - len)
            return cs_error_set(error, CS_STATUS_INPUT, "fault: must have at most %d bytes",
                                CS_FAULT_TEXT_MAX - 1);
        len += (size_t)n;
    }
    return 0;
}

static int expect_operands(const struct cs_args *args, unsigned min, unsigned max, const char *form,
                           struct cs_error *error)
{
    if (args->n_operands < min)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "fault %s: must have the form \"cansim fault %s\"", args->operands[0],
                            form);
    if (args->n_operands > max)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "fault %s: must have the form \"cansim fault %s\", got \"%s\" as well",
                            args->operands[0], form, args->operands[max]);
    return 0;
}

/* ---- what the host says ---------------------------------------------------------------------- */

static int find_host(const struct cs_args *args, struct buses *buses, struct cs_error *error)
{
    char why[WHY_MAX] = "";
    const int n = cs_client_topology(args->link, buses->bus, CS_CLIENT_MAX_BUSES, why, sizeof(why));

    if (n < 0)
        return cs_error_set(error, n == -EINVAL ? CS_STATUS_INPUT : CS_STATUS_ENVIRONMENT, "%s",
                            why);
    buses->n = n < CS_CLIENT_MAX_BUSES ? (unsigned)n : CS_CLIENT_MAX_BUSES;
    return 0;
}

/* The host was there a moment ago: what it refuses now is what was asked for. */
static int ask(struct cs_client_fault_request *request, const struct cs_args *args,
               cs_client_fault_fn *each, void *ctx, struct cs_error *error)
{
    static const int persons[] = {EINVAL, ENOENT, EBUSY, ENOSPC};
    char why[WHY_MAX] = "";
    int err, status = CS_STATUS_ENVIRONMENT;

    request->address = args->link;
    err = cs_client_fault_ask(request, each, ctx, why, sizeof(why));
    if (err == 0)
        return 0;
    for (size_t i = 0; i < sizeof(persons) / sizeof(persons[0]); i++)
        if (err == -persons[i])
            status = CS_STATUS_INPUT;
    return cs_error_set(error, status, "fault %s: %s", args->operands[0], why);
}

static void show_armed(void *ctx, const struct cs_client_event *event)
{
    (void)ctx;
    printf("%d: %s\n", (int)event->fault, event->text);
}

static int arm(const struct cs_args *args, struct cs_error *error)
{
    char text[CS_FAULT_TEXT_MAX], why[WHY_MAX] = "";
    struct cs_client_fault_request request = {.op = CS_CLIENT_FAULT_OP_ARM, .text = text};
    struct cs_fault_spec spec;
    struct buses buses;

    if (expect_operands(args, 3, UINT32_MAX, "arm BUS FAULT", error) != 0 ||
        join_words(args, 2, text, error) != 0)
        return -1;
    request.bus = args->operands[1];
    if (cs_fault_parse(text, &spec, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "fault arm: %s", why);
    if (find_host(args, &buses, error) != 0)
        return -1;
    return ask(&request, args, show_armed, NULL, error);
}

struct listing {
    const char *bus;
    unsigned n;
};

static void show_entry(void *ctx, const struct cs_client_event *event)
{
    struct listing *listing = ctx;

    if (event->kind != CS_CLIENT_FAULT_ENTRY)
        return;
    if (listing->n++ == 0)
        printf("%-8s %4s  %-7s %9s %9s  %s\n", "BUS", "ID", "STATE", "MATCHED", "FIRED", "FAULT");
    printf("%-8s %4d  %-7s %9llu %9llu  %s\n", listing->bus, (int)event->fault,
           event->active ? "active" : "armed", (unsigned long long)event->matched,
           (unsigned long long)event->count, event->text);
}

static int list(const struct cs_args *args, struct cs_error *error)
{
    struct cs_client_fault_request request = {.op = CS_CLIENT_FAULT_OP_LIST};
    struct listing listing = {.n = 0};
    struct buses buses;
    int ret;

    if (expect_operands(args, 1, 2, "list [BUS]", error) != 0 ||
        find_host(args, &buses, error) != 0)
        return -1;
    if (args->n_operands == 2) {
        buses.n = 1;
        snprintf(buses.bus[0].name, sizeof(buses.bus[0].name), "%s", args->operands[1]);
    }
    for (unsigned i = 0; i < buses.n; i++) {
        request.bus = listing.bus = buses.bus[i].name;
        ret = ask(&request, args, show_entry, &listing, error);
        if (ret != 0)
            return ret;
    }
    if (listing.n == 0)
        printf("no faults\n");
    return 0;
}

static void count_cleared(void *ctx, const struct cs_client_event *event)
{
    *(uint64_t *)ctx += event->count;
}

static int clear(const struct cs_args *args, struct cs_error *error)
{
    struct cs_client_fault_request request = {.op = CS_CLIENT_FAULT_OP_CLEAR};
    uint64_t id = 0, cleared = 0;
    struct buses buses;
    int ret = 0;

    if (expect_operands(args, 2, 3, "clear ID|all [BUS]", error) != 0)
        return -1;
    if (strcmp(args->operands[1], "all") != 0 &&
        (cs_text_number(args->operands[1], &id) != 0 || id < 1 || id > INT32_MAX))
        return cs_error_set(error, CS_STATUS_INPUT,
                            "fault clear: must be \"all\" or a number of a fault, got \"%s\"",
                            args->operands[1]);
    if (find_host(args, &buses, error) != 0)
        return -1;
    request.id = (int)id;
    request.bus = args->n_operands == 3 ? args->operands[2] : NULL;
    if (id > 0 || request.bus != NULL)
        buses.n = 1;
    for (unsigned i = 0; ret == 0 && i < buses.n; i++) {
        if (id == 0 && args->n_operands == 2)
            request.bus = buses.bus[i].name;
        ret = ask(&request, args, count_cleared, &cleared, error);
    }
    if (ret == 0)
        printf("%llu cleared\n", (unsigned long long)cleared);
    return ret;
}

/* ---------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(const struct cs_args *args, struct cs_error *error);
} actions[] = {
    {"arm", arm},
    {"list", list},
    {"clear", clear},
};

#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))

int cs_main_fault(const struct cs_args *args)
{
    struct cs_error error = {.status = CS_STATUS_OK};
    const char *names[N_ACTIONS + 1] = {NULL};
    const char *nearest;

    for (size_t i = 0; i < N_ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(args->operands[0], actions[i].name) == 0) {
            actions[i].run(args, &error);
            return cs_main_complain(&error);
        }
    }
    nearest = cs_text_nearest(args->operands[0], names);
    cs_error_set(&error, CS_STATUS_INPUT, "fault: must be arm, list or clear, got \"%s\"%s%s%s",
                 args->operands[0], nearest ? ", did you mean " : "", nearest ? nearest : "",
                 nearest ? "?" : "");
    return cs_main_complain(&error);
}

void cs_main_fault_help(void)
{
    printf("\n  arm BUS FAULT        arm a fault; tells its number\n"
           "  list [BUS]           show those that are armed\n"
           "  clear ID|all [BUS]   take one back, or all of a bus or of the host\n\n"
           "Kinds of faults:\n");
    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT; i++) {
        printf("  %-22s ", cs_fault_name((enum cs_fault_kind)i));
        cs_text_wrap(stdout, 25, cs_fault_help((enum cs_fault_kind)i));
    }
    printf("\nTheir keys, KEY=VALUE:\n");
    for (unsigned i = 0; i < cs_fault_n_keys; i++) {
        char text[512];

        snprintf(text, sizeof(text), "%s (%s)", cs_fault_keys[i].help, cs_fault_keys[i].values);
        printf("  %-22s ", cs_fault_keys[i].name);
        cs_text_wrap(stdout, 25, text);
    }
    putchar('\n');
    cs_text_wrap(stdout, 0,
                 "Example: cansim fault arm can0 flip field=crc id=0x123 count=2. Exit status: 0 "
                 "done, 2 unusable input or usage, 3 no host.");
}
