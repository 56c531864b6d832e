/* SPDX-License-Identifier: MIT */
/* cansim: host buses without a terminal interface, and small tools. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/main.h"
#include "scenarios/scenario.h"
#include "scenarios/text.h"

static void run_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "Without --log, --events, --pcapng, --explain and --vcd a trace of frames and notable "
        "events goes to standard output. Exit status: 0 the run ended, 2 unusable input or usage, "
        "3 socket in use, "
        "disk full and the like, 130 interrupted. All keys of a scenario, those "
        "of a fault among them: cansim help scenario");
}

static void serve_help(void)
{
    printf("\nPrograms join with: cansim-attach -- PROGRAM ...\n");
}

static void explain_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "A FRAME is written as in can-utils: 123#DEADBEEF, 12345678#R8, 123##1AABB (CAN FD; the "
        "digit: 1 BRS, 2 ESI). - reads frames from "
        "standard input, one a line.");
}

static void wire_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "A FILE is JSON, plain or gzipped; - is standard input. A line for every element that "
        "fails, then how many passed and failed. Exit status: 0 all passed, 1 some failed, 2 "
        "unusable input. The form of the file: man cansim-wire");
}

static void bench_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "A bus that is always busy, with 2, 8 and 32 nodes: whole frames and bit by bit, CAN FD, "
        "few and many identifiers, what a long bus time leaves in memory, and how fast CANopen is "
        "decoded, next to tshark where that is installed. In turn: one node "
        "at a time has a frame; all contend: every node always has one queued. Times are CPU time "
        "of one core, of the quickest of many slices; ns/frame/node is ns/frame over the number "
        "of nodes. Nothing else runs: no log, no window.");
}

static const struct cs_command commands[] = {
    {"run", "FILE", "run a scenario (- is standard input)", cs_run_options, 1, 1, cs_main_run,
     run_help},
    {"test", "DIR|FILE...", "run scenarios as tests, several at a time", cs_test_options, 1,
     1000000, cs_main_test, cs_main_test_help},
    {"serve", "", "host empty buses until interrupted", cs_serve_options, 0, 0, cs_main_serve,
     serve_help},
    {"guest", "ACTION [ARG...]", "start a QEMU guest on a bus, or build one", cs_guest_options, 1,
     1000000, cs_main_guest, cs_main_guest_help},
    {"explain", "FRAME...", "show a frame's bits on the wire", cs_explain_options, 1, 1000000,
     cs_main_explain, explain_help},
    {"check", "FILE...", "say what is wrong with scenarios, EDS, DCF, XDD", cs_check_options, 1,
     1000000, cs_main_check, NULL},
    {"wire", "FILE...", "run scripts of one controller on a scripted wire", cs_wire_options, 1,
     1000000, cs_main_wire, wire_help},
    {"bench", "", "measure how fast the engines are on this machine", cs_bench_options, 0, 0,
     cs_main_bench, bench_help},
    {"decode", "FILE...", "say what the frames of a log or of a running host mean",
     cs_decode_options, 0, 1000000, cs_main_decode, cs_main_decode_help},
    {"convert", "IN... OUT", "write logs in another format, several by time as one",
     cs_convert_options, 0, 1000000, cs_main_convert, cs_main_convert_help},
    {"schema", "", "print the JSON Schema of scenarios, for editors", cs_schema_options, 0, 0,
     cs_main_schema, NULL},
    {"diff", "FILE FILE", "compare two logs or files of events by what they mean", cs_diff_options,
     0, 1000000, cs_main_diff, cs_main_diff_help},
    {"plugins", "[NAME]", "list decoders, nodes and log formats, or tell about one",
     cs_plugins_options, 0, 1, cs_main_plugins, NULL},
    {"fault", "ACTION...", "arm, list or clear faults of a running host", cs_fault_options, 1,
     1000000, cs_main_fault, cs_main_fault_help},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int cs_main_complain(const struct cs_error *error)
{
    char sentence[CS_ERROR_SENTENCE_MAX];

    if (error->text[0] != '\0')
        fprintf(stderr, "cansim: %s\n", cs_error_sentence(error, sentence));
    return error->status;
}

bool cs_main_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");

    return (no_color == NULL || no_color[0] == '\0') && isatty(fd);
}

static const struct cs_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static void general_help(void)
{
    printf("cansim " CANSIM_VERSION ": CAN buses in user space\n\n"
           "Usage: cansim COMMAND ...\n"
           "       cansim --scenario FILE ...   (the same as cansim run FILE ...)\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-10s %-10s %s\n", commands[i].name, commands[i].operands, commands[i].summary);
    printf("  %-10s %-10s %s\n", "help", "[COMMAND]", "show the options of a command");
    printf("  %-10s %-10s %s\n", "help", "scenario", "show the keys of a scenario file");
    printf("  %-10s %-10s %s\n", "help", "devices", "show the devices for guests");
    printf("\n  --help, --version\n");
}

static void command_help(const struct cs_command *command)
{
    printf("Usage: cansim %s [OPTION]...%s%s\n%c%s.\n\n", command->name,
           command->operands[0] != '\0' ? " " : "", command->operands,
           command->summary[0] - 'a' + 'A', command->summary + 1);
    cs_options_help(command->options);
    if (command->more_help != NULL)
        command->more_help();
}

static int unknown_command(const char *name)
{
    const char *names[N_COMMANDS + 2];
    struct cs_error error;

    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    names[N_COMMANDS] = "help";
    names[N_COMMANDS + 1] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    if (nearest != NULL)
        cs_error_set(&error, CS_STATUS_INPUT, "%s: is no command, did you mean \"%s\"?", name,
                     nearest);
    else
        cs_error_set(&error, CS_STATUS_INPUT, "%s: is no command, see \"cansim --help\"", name);
    return cs_main_complain(&error);
}

static int help(int argc, char **argv)
{
    if (argc < 1 || strcmp(argv[0], "help") == 0) {
        general_help();
        return CS_STATUS_OK;
    }
    if (strcmp(argv[0], "scenario") == 0) {
        cs_scenario_help(stdout);
        return CS_STATUS_OK;
    }
    if (strcmp(argv[0], "devices") == 0) {
        cs_main_devices_help();
        return CS_STATUS_OK;
    }
    const struct cs_command *command = find_command(argv[0]);
    if (command == NULL)
        return unknown_command(argv[0]);
    command_help(command);
    return CS_STATUS_OK;
}

static int dispatch(const struct cs_command *command, int argc, char **argv)
{
    struct cs_args args;
    struct cs_error error;

    memset(&args, 0, sizeof(args));
    if (cs_options_parse(command, argc, argv, &args, &error) != 0)
        return cs_main_complain(&error);
    if (args.help) {
        command_help(command);
        return CS_STATUS_OK;
    }
    return command->run(&args);
}

static int choose(int argc, char **argv)
{
    struct cs_error error;

    if (argc < 2) {
        cs_error_set(&error, CS_STATUS_INPUT,
                     "must have a command, got none, see \"cansim --help\"");
        return cs_main_complain(&error);
    }
    if (strcmp(argv[1], "help") == 0)
        return help(argc - 2, argv + 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(0, NULL);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("cansim " CANSIM_VERSION "\n");
        return CS_STATUS_OK;
    }
    if (argv[1][0] == '-')
        return dispatch(&commands[0], argc - 1, argv + 1);
    const struct cs_command *command = find_command(argv[1]);
    return command != NULL ? dispatch(command, argc - 2, argv + 2) : unknown_command(argv[1]);
}

/* Where a caller closed one of them, the next file that is opened would take its place and be
 * written to by mistake. */
static void keep_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
            _exit(CS_STATUS_ENVIRONMENT);
    }
}

int main(int argc, char **argv)
{
    struct cs_error error;

    keep_standard_files();
    signal(SIGPIPE, SIG_IGN); /* a write tells; sockets and pipes come and go */
    int status = choose(argc, argv);
    if (fflush(stdout) != 0 && errno != EPIPE && status == CS_STATUS_OK) {
        cs_error_set(&error, CS_STATUS_ENVIRONMENT, "standard output: cannot be written: %s",
                     strerror(errno));
        status = cs_main_complain(&error);
    }
    return status;
}
