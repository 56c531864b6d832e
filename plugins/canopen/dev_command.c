/* SPDX-License-Identifier: MIT */
/* dev_command.c - what the timeline or a person tells a device: one row for each command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dev_internal.h"
#include "simcore/units.h"

#define MAX_WORDS 12

struct command {
    struct co_device *dev;
    char text[256];
    const char *word[MAX_WORDS];
    unsigned n; /* without the command itself */
    char *why;
    size_t why_size;
};

const struct cansim_setting_row dev_commands[] = {
    {"set INDEX[:SUB] VALUE", 0, false, NULL, NULL, "give an object a value, as if from within"},
    {"emcy CODE [REGISTER [BYTES]]", 0, false, NULL, NULL,
     "an emergency, with bits of the error register and 5 bytes of one's own in hex"},
    {"emcy clear", 0, false, NULL, NULL, "no error any more"},
    {"fault CODE", 0, false, NULL, NULL, "402: the drive fails with this error code"},
    {"nmt start|stop|preop|reset|reset-comm", 0, false, NULL, NULL, "change its state by itself"},
    {"reset", 0, false, NULL, NULL, "as if its power had failed for a moment"},
    {"silence [TIME]", 0, false, NULL, NULL, "hear and say nothing, for so long or for good"},
    {"speak", 0, false, NULL, NULL,
     "end a silence, slow answers and all that was asked of this kind"},
    {"slow TIME", 0, false, NULL, NULL, "answer SDO requests so much later; 0ms: at once"},
    {"abort INDEX[:SUB] CODE [N]", 0, false, NULL, NULL,
     "abort the next N (default: all) accesses to an object with this code"},
    {"toggle [N]", 0, false, NULL, NULL, "the wrong toggle bit in the next N answers (1)"},
    {"heartbeat stop|go", 0, false, NULL, NULL, "leave out heartbeats"},
    {"heartbeat-late TIME [N]", 0, false, NULL, NULL,
     "the next N (1) heartbeats come so much late"},
    {"length TPDO BYTES", 0, false, NULL, NULL,
     "a TPDO (1, 2 ...) has another length; -1: the right one"},
    {"block-lose [N]", 0, false, NULL, NULL,
     "do not take the next N (1) segments of a block download"},
    {"crc-wrong [N]", 0, false, NULL, NULL,
     "the wrong CRC at the end of the next N (1) block uploads"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static int must_be(struct command *c, unsigned word, const char *form)
{
    snprintf(c->why, c->why_size, "must have %s, got \"%.60s\"", form,
             word < c->n ? c->word[word] : "");
    return -1;
}

static int get_number(struct command *c, unsigned word, uint64_t max, const char *form,
                      uint64_t *value)
{
    char *end;

    if (word >= c->n || c->word[word][0] < '0' || c->word[word][0] > '9')
        return must_be(c, word, form);
    *value = strtoull(c->word[word], &end, 0);
    return *end == '\0' && *value <= max ? 0 : must_be(c, word, form);
}

/* The optional count of a misbehaviour. */
static int get_count(struct command *c, unsigned word, unsigned dflt, unsigned *n)
{
    uint64_t value = dflt;

    if (word < c->n && get_number(c, word, 1000000, "a number 0..1000000", &value) != 0)
        return -1;
    *n = (unsigned)value;
    return 0;
}

static int get_time(struct command *c, unsigned word, int64_t *ps)
{
    if (word >= c->n || cs_units_parse_time(c->word[word], ps) != 0 || *ps < 0 ||
        *ps > 3600 * PS_PER_S)
        return must_be(c, word, "a time 0s..1h such as \"50ms\"");
    return 0;
}

static int get_object(struct command *c, unsigned word, unsigned *index, int *sub)
{
    if (word >= c->n || dev_parse_object(c->word[word], index, sub) != 0)
        return must_be(c, word, "an object such as 2000 or 1018:04");
    return 0;
}

static int do_set(struct command *c)
{
    uint8_t bytes[256];
    unsigned index;
    int sub;

    if (get_object(c, 0, &index, &sub) != 0)
        return -1;
    uint32_t entry = co_od_find(&c->dev->od, index, sub < 0 ? 0 : (unsigned)sub);
    if (entry == CO_OD_NONE)
        return must_be(c, 0, "an object that the EDS has");
    const struct co_type_info *info = co_type_info(co_od_object(&c->dev->od, entry)->type);
    long len = c->n < 2 ? -1
                        : co_value_parse(co_od_object(&c->dev->od, entry)->type, c->word[1], bytes,
                                         sizeof(bytes));
    if (len < 0)
        return must_be(c, 1, info != NULL ? info->name : "hex digits");
    co_od_put(&c->dev->od, entry, bytes, (size_t)len);
    return 0;
}

static int do_emcy(struct command *c)
{
    uint64_t code, bits = 1;
    uint8_t info[5] = {0};

    if (c->n == 1 && strcmp(c->word[0], "clear") == 0) {
        dev_emcy_clear(c->dev, 0xFF);
        return 0;
    }
    if (get_number(c, 0, 0xFFFF, "an error code 0..0xFFFF, or clear", &code) != 0 ||
        (c->n > 1 && get_number(c, 1, 255, "bits of the error register, 0..255", &bits) != 0))
        return -1;
    if (c->n > 2 && co_value_parse(CO_OCTET_STRING, c->word[2], info, sizeof(info)) < 0)
        return must_be(c, 2, "up to 5 bytes in hex digits");
    dev_emcy(c->dev, (unsigned)code, (unsigned)bits, info);
    return 0;
}

static int do_fault(struct command *c)
{
    uint64_t code;

    if (get_number(c, 0, 0xFFFF, "an error code 0..0xFFFF", &code) != 0)
        return -1;
    if (!c->dev->drive.on) {
        snprintf(c->why, c->why_size, "must be told to a drive (profile 402)");
        return -1;
    }
    dev_402_fault(c->dev, (unsigned)code);
    return 0;
}

static int do_nmt(struct command *c)
{
    static const struct {
        const char *word;
        enum dev_nmt state;
    } states[] = {{"start", DEV_OPERATIONAL}, {"stop", DEV_STOPPED}, {"preop", DEV_PREOP}};
    const char *word = c->n > 0 ? c->word[0] : "";

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(word, states[i].word) == 0) {
            dev_nmt_enter(c->dev, states[i].state);
            return 0;
        }
    }
    if (strcmp(word, "reset") != 0 && strcmp(word, "reset-comm") != 0)
        return must_be(c, 0, "start, stop, preop, reset or reset-comm");
    dev_nmt_reset(c->dev, word[5] == '\0');
    return 0;
}

static int do_reset(struct command *c)
{
    dev_power_on(c->dev);
    return 0;
}

static int do_silence(struct command *c)
{
    int64_t time = 0;

    if (c->n > 0 && get_time(c, 0, &time) != 0)
        return -1;
    c->dev->behave.silent = true;
    c->dev->behave.silent_until_ps = c->n > 0 ? dev_now(c->dev) + time : CANSIM_NEVER;
    dev_sdo_reset(c->dev);
    if (c->n > 0)
        c->dev->due_ps[DEV_T_BEHAVE] = c->dev->behave.silent_until_ps;
    return 0;
}

static int do_speak(struct command *c)
{
    memset(&c->dev->behave, 0, sizeof(c->dev->behave));
    c->dev->due_ps[DEV_T_BEHAVE] = CANSIM_NEVER;
    return 0;
}

static int do_slow(struct command *c)
{
    return get_time(c, 0, &c->dev->behave.slow_ps);
}

static int do_abort(struct command *c)
{
    struct dev_behave *b = &c->dev->behave;
    uint64_t code;
    unsigned index, left;
    int sub;

    if (get_object(c, 0, &index, &sub) != 0 ||
        get_number(c, 1, UINT32_MAX, "an abort code such as 0x06010000", &code) != 0 ||
        get_count(c, 2, 0, &left) != 0)
        return -1;
    if (b->n_aborts == DEV_MAX_ABORTS) {
        snprintf(c->why, c->why_size, "must be one of at most %d at a time", DEV_MAX_ABORTS);
        return -1;
    }
    b->aborts[b->n_aborts].index = (uint16_t)index;
    b->aborts[b->n_aborts].sub = sub;
    b->aborts[b->n_aborts].code = (uint32_t)code;
    b->aborts[b->n_aborts++].left = left;
    return 0;
}

static int do_toggle(struct command *c)
{
    return get_count(c, 0, 1, &c->dev->behave.toggles);
}

static int do_heartbeat(struct command *c)
{
    const char *word = c->n > 0 ? c->word[0] : "";

    if (strcmp(word, "stop") != 0 && strcmp(word, "go") != 0)
        return must_be(c, 0, "stop or go");
    c->dev->behave.no_heartbeat = word[0] == 's';
    return 0;
}

static int do_late(struct command *c)
{
    int64_t late;
    unsigned n;

    if (get_time(c, 0, &late) != 0 || get_count(c, 1, 1, &n) != 0)
        return -1;
    c->dev->behave.late_ps = late;
    c->dev->behave.late = n;
    return 0;
}

static int do_length(struct command *c)
{
    uint64_t number, len;

    if (get_number(c, 0, c->dev->n_tpdo, "the number of a TPDO that the EDS has", &number) != 0)
        return -1;
    if (number == 0)
        return must_be(c, 0, "the number of a TPDO that the EDS has");
    if (c->n > 1 && strcmp(c->word[1], "-1") == 0) {
        c->dev->behave.pdo_len[number - 1] = 0;
        return 0;
    }
    if (get_number(c, 1, 8, "0..8 bytes, or -1", &len) != 0)
        return -1;
    c->dev->behave.pdo_len[number - 1] = (int)len + 1;
    return 0;
}

static int do_lose(struct command *c)
{
    return get_count(c, 0, 1, &c->dev->behave.lose);
}

static int do_crc(struct command *c)
{
    return get_count(c, 0, 1, &c->dev->behave.crcs);
}

static const struct {
    const char *name;
    int (*run)(struct command *c);
    unsigned max;
} rows[] = {
    {"set", do_set, 2},       {"emcy", do_emcy, 3},           {"fault", do_fault, 1},
    {"nmt", do_nmt, 1},       {"reset", do_reset, 0},         {"silence", do_silence, 1},
    {"speak", do_speak, 0},   {"slow", do_slow, 1},           {"abort", do_abort, 3},
    {"toggle", do_toggle, 1}, {"heartbeat", do_heartbeat, 1}, {"heartbeat-late", do_late, 2},
    {"length", do_length, 2}, {"block-lose", do_lose, 1},     {"crc-wrong", do_crc, 1},
};

int dev_command(struct co_device *dev, const char *text, char *why, size_t why_size)
{
    struct command c = {.dev = dev, .why = why, .why_size = why_size};
    char *save = NULL, *word;

    if (strlen(text) >= sizeof(c.text)) {
        snprintf(why, why_size, "must be at most %zu bytes", sizeof(c.text) - 1);
        return -1;
    }
    memcpy(c.text, text, strlen(text) + 1);
    const char *name = strtok_r(c.text, " \t", &save);
    while (c.n < MAX_WORDS && (word = strtok_r(NULL, " \t", &save)) != NULL)
        c.word[c.n++] = word;
    for (size_t i = 0; name != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        if (c.n > rows[i].max) {
            snprintf(why, why_size, "must end after %u word%s, got \"%.60s\"", rows[i].max,
                     rows[i].max == 1 ? "" : "s", c.word[rows[i].max]);
            return -1;
        }
        return rows[i].run(&c);
    }
    snprintf(why, why_size,
             "must be a command such as \"emcy 0x1000\", got \"%.60s\", see cansim "
             "plugins canopen",
             text);
    return -1;
}
