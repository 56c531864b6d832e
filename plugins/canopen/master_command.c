/* SPDX-License-Identifier: MIT */
/* master_command.c - the language of scripts and commands. Parsing needs the slaves' dictionaries
 * alone, so that a script is refused when it is loaded, not when it runs. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "plugins/canopen/master_int.h"
#include "simcore/units.h"

#define MAX_WORDS 16
#define FILL_MAX  (1u << 20)

const struct cansim_setting_row master_commands[] = {
    {"read NODE INDEX[:SUB] [TYPE] [= VALUE | = abort CODE]", CANSIM_SET_TEXT, false, NULL, NULL,
     "SDO upload; index and sub-index are hexadecimal; another outcome is an error"},
    {"write NODE INDEX[:SUB] VALUE [TYPE] [= abort CODE]", CANSIM_SET_TEXT, false, NULL, NULL,
     "SDO download; VALUE fill:N is N bytes of a pattern; text with spaces is in quotes"},
    {"block-read NODE INDEX[:SUB] [TYPE] [= VALUE | = abort CODE]", CANSIM_SET_TEXT, false, NULL,
     NULL, "read by block transfer, where the slave knows it"},
    {"block-write NODE INDEX[:SUB] VALUE [TYPE] [= abort CODE]", CANSIM_SET_TEXT, false, NULL, NULL,
     "write by block transfer, where the slave knows it"},
    {"nmt start|stop|preop|reset|reset-comm NODE|all", CANSIM_SET_TEXT, false, NULL, NULL,
     "NMT command"},
    {"boot [NODE]", CANSIM_SET_TEXT, false, NULL, NULL,
     "boot a slave, or all as when the master was attached"},
    {"lss switch waiting|config", CANSIM_SET_TEXT, false, NULL, NULL, "switch state global"},
    {"lss switch VENDOR PRODUCT REVISION SERIAL", CANSIM_SET_TEXT, false, NULL, NULL,
     "switch state selective"},
    {"lss inquire", CANSIM_SET_TEXT, false, NULL, NULL, "identity and node-ID of the slave"},
    {"lss identify", CANSIM_SET_TEXT, false, NULL, NULL, "is there a slave without node-ID?"},
    {"lss node-id N", CANSIM_SET_TEXT, false, NULL, NULL, "1..127, or 255 for none"},
    {"lss bitrate RATE", CANSIM_SET_TEXT, false, NULL, NULL, "bit timing of the standard table"},
    {"lss activate TIME", CANSIM_SET_TEXT, false, NULL, NULL,
     "activate bit timing; the master changes too"},
    {"lss store", CANSIM_SET_TEXT, false, NULL, NULL, "store the configuration"},
    {"lss fastscan [FIRST [store]]", CANSIM_SET_TEXT, false, NULL, NULL,
     "find a slave without node-ID; with FIRST give all such slaves FIRST, FIRST + 1 ..."},
    {"sync", CANSIM_SET_TEXT, false, NULL, NULL, "one SYNC"},
    {"time", CANSIM_SET_TEXT, false, NULL, NULL, "one TIME"},
    {"send ID#DATA", CANSIM_SET_TEXT, false, NULL, NULL, "any frame, such as an RPDO: 205#0102"},
    {"wait TIME|booted", CANSIM_SET_TEXT, false, NULL, NULL,
     "for so long, or until the slaves are booted or have failed"},
    {NULL, 0, false, NULL, NULL, NULL},
};

/* ---- words ----------------------------------------------------------------------------------- */

static int number(const char *text, int base, uint64_t most, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, base);
    return errno != 0 || end == text || *end != '\0' || text[0] == '-' || *value > most ? -1 : 0;
}

static int say(char *why, size_t why_size, const char *what, const char *must, const char *got)
{
    (void)snprintf(why, why_size, "%s must be %s, got \"%s\"", what, must, got);
    return -1;
}

/* Cut `text` at blanks; what is in double quotes is one word. Returns the number of words, or -1
 * where they are too many or a quote is left open. */
static int split(char *text, char **words)
{
    int n = 0;

    for (char *p = text; *p != '\0';) {
        while (*p == ' ' || *p == '\t')
            p++;
        if (*p == '\0')
            break;
        if (n == MAX_WORDS)
            return -1;
        if (*p == '"') {
            words[n++] = ++p;
            p = strchr(p, '"');
            if (p == NULL)
                return -1;
        } else {
            words[n++] = p;
            p += strcspn(p, " \t");
        }
        if (*p != '\0')
            *p++ = '\0';
    }
    return n;
}

static int parse_node(const char *word, unsigned *node, char *why, size_t why_size)
{
    uint64_t value;

    if (number(word, 0, 127, &value) != 0 || value == 0)
        return say(why, why_size, "the node", "1..127", word);
    *node = (unsigned)value;
    return 0;
}

/* ---- SDO ------------------------------------------------------------------------------------- */

static int parse_object(struct master_command *command, const char *word, char *why,
                        size_t why_size)
{
    char index[16] = "", sub[16] = "0";
    uint64_t i, s;
    const char *colon = strchr(word, ':');
    size_t n = colon != NULL ? (size_t)(colon - word) : strlen(word);

    if (n >= sizeof(index) || (colon != NULL && strlen(colon + 1) >= sizeof(sub)))
        return say(why, why_size, "the object", "INDEX or INDEX:SUB in hexadecimal", word);
    memcpy(index, word, n);
    if (colon != NULL)
        memcpy(sub, colon + 1, strlen(colon + 1) + 1);
    if (number(index, 16, 0xFFFF, &i) != 0 || number(sub, 16, 0xFF, &s) != 0)
        return say(why, why_size, "the object", "INDEX or INDEX:SUB in hexadecimal", word);
    command->index = (uint16_t)i;
    command->sub = (uint8_t)s;
    return 0;
}

/* CiA 309's short names, and CiA 301's long ones. */
static unsigned type_of(const char *word)
{
    static const struct {
        const char *name;
        uint16_t type;
    } names[] = {
        {"b", CO_BOOLEAN},         {"u8", CO_UNSIGNED8},    {"u16", CO_UNSIGNED16},
        {"u24", CO_UNSIGNED24},    {"u32", CO_UNSIGNED32},  {"u40", CO_UNSIGNED40},
        {"u48", CO_UNSIGNED48},    {"u56", CO_UNSIGNED56},  {"u64", CO_UNSIGNED64},
        {"i8", CO_INTEGER8},       {"i16", CO_INTEGER16},   {"i24", CO_INTEGER24},
        {"i32", CO_INTEGER32},     {"i40", CO_INTEGER40},   {"i48", CO_INTEGER48},
        {"i56", CO_INTEGER56},     {"i64", CO_INTEGER64},   {"r32", CO_REAL32},
        {"r64", CO_REAL64},        {"t", CO_TIME_OF_DAY},   {"td", CO_TIME_DIFFERENCE},
        {"vs", CO_VISIBLE_STRING}, {"os", CO_OCTET_STRING}, {"us", CO_UNICODE_STRING},
        {"d", CO_DOMAIN},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(names[i].name, word) == 0)
            return names[i].type;
    }
    for (unsigned type = 1; type <= CO_UNSIGNED64; type++) {
        const struct co_type_info *info = co_type_info(type);
        if (info != NULL && strcasecmp(info->name, word) == 0)
            return type;
    }
    return CO_TYPE_NONE;
}

unsigned master_command_type(const struct master_command *command)
{
    const struct master_slave *slave = command->master->slaves[command->node];
    const struct co_dict *dict = slave == NULL        ? NULL
                                 : slave->dcf != NULL ? slave->dcf
                                                      : slave->eds;

    return command->type != CO_TYPE_NONE ? command->type
                                         : co_object_type(dict, 0, command->index, command->sub);
}

static int parse_fill(struct master_command *command, const char *word, char *why, size_t why_size)
{
    uint64_t n;

    if (number(word + 5, 0, FILL_MAX, &n) != 0)
        return say(why, why_size, "the value", "fill:0..fill:1048576", word);
    command->value = malloc((size_t)n + 1);
    if (command->value == NULL)
        return say(why, why_size, "the value", "small enough for memory", word);
    for (size_t i = 0; i < n; i++)
        command->value[i] = (uint8_t)(i + i / 256);
    command->value_len = (size_t)n;
    return 0;
}

static int parse_value(struct master_command *command, const char *word, char *why, size_t why_size)
{
    unsigned type = master_command_type(command);
    size_t room = 2 * strlen(word) + 16; /* UTF-16 is the longest */
    const struct co_type_info *info = co_type_info(type);
    long len;

    if (strncmp(word, "fill:", 5) == 0)
        return parse_fill(command, word, why, why_size);
    if (info == NULL) {
        (void)snprintf(why, why_size, "the type of %04X:%02X is not known: add it, such as u16",
                       command->index, command->sub);
        return -1;
    }
    command->value = malloc(room);
    if (command->value == NULL)
        return say(why, why_size, "the value", "small enough for memory", word);
    len = co_value_parse(type, word, command->value, room);
    if (len < 0)
        return say(why, why_size, "the value", info->name, word);
    command->value_len = (size_t)len;
    return 0;
}

/* What is left of a read or write is `[TYPE] [= VALUE]`. An empty `why`: the form tells. */
static int parse_rest(struct master_command *command, char **words, unsigned n, bool may_have_value,
                      char *why, size_t why_size)
{
    uint64_t code;
    const char *expected = NULL;

    if (n != 0 && strcmp(words[0], "=") != 0) {
        command->type = (uint16_t)type_of(words[0]);
        if (command->type == CO_TYPE_NONE)
            return say(why, why_size, "the type", "such as u16 or UNSIGNED16", words[0]);
        words++;
        n--;
    }
    if (n == 0)
        return 0;
    if (n == 3 && strcmp(words[1], "abort") == 0) {
        if (number(words[2], 0, UINT32_MAX, &code) != 0)
            return say(why, why_size, "the abort code", "a number such as 0x06090011", words[2]);
        command->want = WANT_ABORT;
        command->want_abort = (uint32_t)code;
        return 0;
    }
    if (n != 2 || !may_have_value)
        return -1;
    expected = words[1];
    command->want = WANT_VALUE;
    return parse_value(command, expected, why, why_size);
}

static int parse_sdo(struct master_command *command, char **words, unsigned n, char *why,
                     size_t why_size)
{
    bool write = strcmp(words[0], "write") == 0 || strcmp(words[0], "block-write") == 0;

    if (n < (write ? 4u : 3u))
        return -1;
    command->block = strncmp(words[0], "block", 5) == 0;
    command->flag = write;
    if (parse_node(words[1], &command->node, why, why_size) != 0 ||
        parse_object(command, words[2], why, why_size) != 0)
        return -1;
    if (!write)
        return parse_rest(command, words + 3, n - 3, true, why, why_size);
    /* "u16 6" is meant as "6 u16". */
    if (n >= 5 && type_of(words[3]) != CO_TYPE_NONE && type_of(words[4]) == CO_TYPE_NONE &&
        strcmp(words[4], "=") != 0) {
        char *type = words[3];
        words[3] = words[4];
        words[4] = type;
    }
    if (parse_rest(command, words + 4, n - 4, false, why, why_size) != 0)
        return -1;
    return parse_value(command, words[3], why, why_size);
}

/* ---- the others ------------------------------------------------------------------------------ */

static int parse_nmt(struct master_command *command, char **words, unsigned n, char *why,
                     size_t why_size)
{
    static const struct {
        const char *word;
        unsigned command;
    } commands[] = {{"start", NMT_START},
                    {"stop", NMT_STOP},
                    {"preop", NMT_PREOP},
                    {"reset", NMT_RESET},
                    {"reset-comm", NMT_RESET_COMM}};

    if (n != 3)
        return -1;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(words[1], commands[i].word) == 0)
            command->arg = commands[i].command;
    }
    if (command->arg == 0)
        return -1;
    if (strcmp(words[2], "all") == 0)
        return 0;
    return parse_node(words[2], &command->node, why, why_size);
}

static int parse_boot(struct master_command *command, char **words, unsigned n, char *why,
                      size_t why_size)
{
    if (n > 2)
        return -1;
    if (n == 1)
        return 0;
    if (parse_node(words[1], &command->node, why, why_size) != 0)
        return -1;
    if (command->node == command->master->node_id)
        return say(why, why_size, "the node", "a slave", words[1]);
    return 0;
}

static int parse_alone(struct master_command *command, char **words, unsigned n, char *why,
                       size_t why_size)
{
    (void)command;
    (void)words;
    (void)why;
    (void)why_size;
    return n == 1 ? 0 : -1;
}

static int parse_wait(struct master_command *command, char **words, unsigned n, char *why,
                      size_t why_size)
{
    if (n != 2)
        return -1;
    command->flag = strcmp(words[1], "booted") == 0;
    if (command->flag)
        return 0;
    if (cs_units_parse_time(words[1], &command->wait_ps) != 0 || command->wait_ps < 0)
        return say(why, why_size, "the time", "such as 10ms", words[1]);
    return 0;
}

static int parse_send(struct master_command *command, char **words, unsigned n, char *why,
                      size_t why_size)
{
    struct cansim_frame *frame = &command->frame;
    char *data;
    size_t digits;
    uint64_t id, byte;

    if (n != 2)
        return -1;
    data = strchr(words[1], '#');
    if (data == NULL)
        return say(why, why_size, "the frame", "ID#DATA", words[1]);
    *data++ = '\0';
    digits = strlen(data);
    if (number(words[1], 16, 0x1FFFFFFF, &id) != 0)
        return say(why, why_size, "the identifier", "0..7FF or eight digits", words[1]);
    frame->size = sizeof(*frame);
    frame->id = (uint32_t)id;
    if (id > 0x7FF || strlen(words[1]) == 8)
        frame->flags = CANSIM_FRAME_EXT;
    if (strcmp(data, "R") == 0) {
        frame->flags |= CANSIM_FRAME_RTR;
        return 0;
    }
    if (digits % 2 != 0 || digits > 16)
        return say(why, why_size, "the data", "R or 0..8 bytes in hexadecimal", data);
    for (size_t i = 0; i < digits / 2; i++) {
        char pair[3] = {data[2 * i], data[2 * i + 1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || number(pair, 16, 0xFF, &byte) != 0)
            return say(why, why_size, "the data", "R or 0..8 bytes in hexadecimal", data);
        frame->data[i] = (uint8_t)byte;
    }
    frame->dlc = (uint8_t)(digits / 2);
    frame->len = frame->dlc;
    return 0;
}

/* ---- LSS ------------------------------------------------------------------------------------- */

static int parse_switch(struct master_command *command, char **words, unsigned n, char *why,
                        size_t why_size)
{
    uint64_t value;

    if (n == 1 && (strcmp(words[0], "waiting") == 0 || strcmp(words[0], "config") == 0)) {
        command->job = CO_LSS_SWITCH_GLOBAL;
        command->arg = words[0][0] == 'c';
        return 0;
    }
    if (n != 4)
        return -1;
    command->job = CO_LSS_SWITCH_SELECTIVE;
    for (unsigned i = 0; i < 4; i++) {
        if (number(words[i], 0, UINT32_MAX, &value) != 0)
            return say(why, why_size, "the address", "four numbers of 32 bits", words[i]);
        command->address[i] = (uint32_t)value;
    }
    return 0;
}

static int parse_lss_arg(struct master_command *command, const char *word, char *why,
                         size_t why_size)
{
    uint64_t value = 0;
    int row;

    switch (command->job) {
    case CO_LSS_NODE_ID:
        if (number(word, 0, 255, &value) != 0 || value == 0 || (value > 127 && value != 255))
            return say(why, why_size, "the node-ID", "1..127 or 255", word);
        break;
    case CO_LSS_BIT_TIMING:
        if (cs_units_parse_rate(word, &command->rate_bps) != 0)
            return say(why, why_size, "the bit rate", "such as 250k", word);
        row = co_lss_bit_timing(command->rate_bps);
        if (row < 0)
            return say(why, why_size, "the bit rate", "10k, 20k, 50k, 125k, 250k, 500k, 800k or 1M",
                       word);
        value = (uint64_t)row;
        break;
    case CO_LSS_ACTIVATE:
        if (cs_units_parse_time(word, &command->wait_ps) != 0 || command->wait_ps < 0 ||
            command->wait_ps / INT64_C(1000000000) > 65535)
            return say(why, why_size, "the delay", "0..65535ms", word);
        value = (uint64_t)(command->wait_ps / INT64_C(1000000000));
        break;
    default: /* fastscan */
        if (number(word, 0, 127, &value) != 0 || value == 0)
            return say(why, why_size, "the first node-ID", "1..127", word);
        break;
    }
    command->arg = (uint32_t)value;
    return 0;
}

static int parse_lss(struct master_command *command, char **words, unsigned n, char *why,
                     size_t why_size)
{
    static const struct {
        const char *word;
        enum co_lss_job job;
        unsigned least, most; /* words after it */
    } jobs[] = {
        {"inquire", CO_LSS_INQUIRE, 0, 0},   {"identify", CO_LSS_IDENTIFY, 0, 0},
        {"node-id", CO_LSS_NODE_ID, 1, 1},   {"bitrate", CO_LSS_BIT_TIMING, 1, 1},
        {"activate", CO_LSS_ACTIVATE, 1, 1}, {"store", CO_LSS_STORE, 0, 0},
        {"fastscan", CO_LSS_FASTSCAN, 0, 2},
    };

    if (n < 2)
        return -1;
    if (strcmp(words[1], "switch") == 0)
        return parse_switch(command, words + 2, n - 2, why, why_size);
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        if (strcmp(words[1], jobs[i].word) != 0)
            continue;
        if (n - 2 < jobs[i].least || n - 2 > jobs[i].most)
            return -1;
        command->job = jobs[i].job;
        if (n == 4 && strcmp(words[3], "store") != 0)
            return -1;
        command->flag = n == 4;
        return n > 2 ? parse_lss_arg(command, words[2], why, why_size) : 0;
    }
    return -1;
}

/* ---- all ------------------------------------------------------------------------------------- */

static const struct master_verb verbs[] = {
    {"read", parse_sdo, master_run_sdo},       {"write", parse_sdo, master_run_sdo},
    {"block-read", parse_sdo, master_run_sdo}, {"block-write", parse_sdo, master_run_sdo},
    {"nmt", parse_nmt, master_run_nmt},        {"boot", parse_boot, master_run_boot},
    {"lss", parse_lss, master_run_lss},        {"sync", parse_alone, master_run_sync},
    {"time", parse_alone, master_run_time},    {"send", parse_send, master_run_send},
    {"wait", parse_wait, master_run_wait},
};

/* "must be A or B" of all the forms that begin with `word`. */
static void forms(const char *word, char *why, size_t why_size)
{
    size_t n = strlen(word), at = 0;
    const char *between = "must be ";

    for (const struct cansim_setting_row *row = master_commands; row->path != NULL; row++) {
        if (strncmp(row->path, word, n) != 0 || (row->path[n] != ' ' && row->path[n] != '\0'))
            continue;
        if (at < why_size)
            at += (size_t)snprintf(why + at, why_size - at, "%s\"%s\"", between, row->path);
        between = " or ";
    }
}

static int parse_words(struct master_command *command, char **words, unsigned n, char *why,
                       size_t why_size)
{
    if (n == 0) {
        (void)snprintf(why, why_size, "must be a command, got nothing");
        return -1;
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(words[0], verbs[i].word) != 0)
            continue;
        command->verb = &verbs[i];
        why[0] = '\0';
        if (verbs[i].parse(command, words, n, why, why_size) == 0)
            return 0;
        if (why[0] == '\0')
            forms(verbs[i].word, why, why_size);
        return -1;
    }
    (void)snprintf(why, why_size,
                   "\"%s\" is not a command: read, write, block-read, block-write, nmt, boot, lss, "
                   "sync, time, send or wait",
                   words[0]);
    return -1;
}

void master_command_free(struct master_command *command)
{
    free(command->text);
    free(command->value);
    memset(command, 0, sizeof(*command));
}

int master_command_parse(struct master *master, struct master_command *command, const char *text,
                         char *why, size_t why_size)
{
    char *words[MAX_WORDS] = {NULL}, *copy = strdup(text);
    int64_t at_ps = command->at_ps;
    int n, ret = -1;

    master_command_free(command);
    command->master = master;
    command->at_ps = at_ps;
    command->wake_at = CANSIM_NEVER;
    command->text = strdup(text);
    if (copy == NULL || command->text == NULL) {
        (void)snprintf(why, why_size, "out of memory");
    } else {
        n = split(copy, words);
        if (n < 0)
            (void)snprintf(why, why_size, "must be at most %d words, each quote closed", MAX_WORDS);
        else
            ret = parse_words(command, words, (unsigned)n, why, why_size);
    }
    free(copy);
    if (ret != 0)
        master_command_free(command);
    else if (command->node != 0 && master_slave_get(master, command->node) == NULL) {
        (void)snprintf(why, why_size, "out of memory");
        master_command_free(command);
        return -1;
    }
    return ret;
}
