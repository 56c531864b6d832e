/* SPDX-License-Identifier: MIT */
/* master_settings.c - the settings of a master: one table tells the host what there is, a second
 * one where it goes. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/canopen/master_int.h"

#define MS_PS INT64_C(1000000000)

const struct cansim_setting_row master_settings[] = {
    {"node_id", CANSIM_SET_NUMBER, false, "0..127", "127",
     "node-ID of the master; 0: none, it sends neither boot-up nor heartbeat"},
    {"boot", CANSIM_SET_BOOL, false, "true, false", "true", "boot the slaves when it is attached"},
    {"reset", CANSIM_SET_TEXT, false, "all, each, none", "all",
     "before booting: reset communication of all nodes, of each slave, or of none"},
    {"start", CANSIM_SET_TEXT, false, "all, each, none", "all",
     "once booted: start all slaves together, each on its own, or none"},
    {"on_loss", CANSIM_SET_TEXT, false, "none, stop, reset", "none",
     "when a slave's heartbeat is lost: nothing, stop all nodes, reset that node"},
    {"heartbeat", CANSIM_SET_TIME, false, "1ms..65535ms", NULL, "period of its own heartbeat"},
    {"sync/period", CANSIM_SET_TIME, true, "100us..1h", NULL, "it produces SYNC"},
    {"sync/overflow", CANSIM_SET_NUMBER, false, "0, 2..240", "0",
     "highest value of the SYNC counter; 0: no counter"},
    {"sync/cob_id", CANSIM_SET_NUMBER, false, "1..0x7FF", "0x80", "COB-ID of SYNC"},
    {"time/period", CANSIM_SET_TIME, true, "1ms..24h", NULL, "it produces TIME"},
    {"time/days", CANSIM_SET_NUMBER, false, "0..65535", "0",
     "days since 1984-01-01 when bus time is 0"},
    {"sdo_timeout", CANSIM_SET_TIME, false, "1ms..1h", "500ms", "for an answer of an SDO server"},
    {"block_size", CANSIM_SET_NUMBER, false, "1..127", "127",
     "segments per block of a block upload"},
    {"lss_timeout", CANSIM_SET_TIME, false, "1ms..10s", "10ms", "for an answer of an LSS slave"},
    {"eds/#", CANSIM_SET_TEXT, false, "[BUS:]NODE=FILE", NULL,
     "EDS, DCF or XDD of a node that is no slave: types for reading and writing"},
    {"slaves/#/node_id", CANSIM_SET_NUMBER, true, "1..127", NULL, "node-ID of the slave"},
    {"slaves/#/dcf", CANSIM_SET_FILE, false, "FILE", NULL,
     "DCF or XDC: its parameter values are written into the slave"},
    {"slaves/#/eds", CANSIM_SET_FILE, false, "FILE", NULL,
     "EDS or XDD: types and defaults; what the DCF has in common with it is not written"},
    {"slaves/#/download", CANSIM_SET_TEXT, false, "differs, all, never", "differs",
     "write the DCF when its date (1020h) differs and what differs from the EDS; all; never"},
    {"slaves/#/mandatory", CANSIM_SET_BOOL, false, "true, false", "true",
     "without it the network is not started"},
    {"slaves/#/keep_alive", CANSIM_SET_BOOL, false, "true, false", "false",
     "not reset and not configured where it is operational"},
    {"slaves/#/device_type", CANSIM_SET_NUMBER, false, "0..0xFFFFFFFF", NULL, "expected 1000h"},
    {"slaves/#/vendor", CANSIM_SET_NUMBER, false, "0..0xFFFFFFFF", NULL, "expected 1018h:01"},
    {"slaves/#/product", CANSIM_SET_NUMBER, false, "0..0xFFFFFFFF", NULL, "expected 1018h:02"},
    {"slaves/#/revision", CANSIM_SET_NUMBER, false, "0..0xFFFFFFFF", NULL, "expected 1018h:03"},
    {"slaves/#/serial", CANSIM_SET_NUMBER, false, "0..0xFFFFFFFF", NULL, "expected 1018h:04"},
    {"slaves/#/heartbeat", CANSIM_SET_TIME, false, "1ms..65535ms", NULL,
     "written into 1017h and watched; without it as the DCF says"},
    {"slaves/#/heartbeat_timeout", CANSIM_SET_TIME, false, "1ms..10m", NULL,
     "without a heartbeat: lost; 1.5 times the period unless given"},
    {"slaves/#/guard_time", CANSIM_SET_TIME, false, "1ms..65535ms", NULL,
     "written into 100Ch; the master asks that often"},
    {"slaves/#/life_factor", CANSIM_SET_NUMBER, false, "1..255", "3",
     "written into 100Dh; so many guard times without an answer: lost"},
    {"slaves/#/boot_timeout", CANSIM_SET_TIME, false, "0..1h", "10s",
     "a slave that does not answer is asked again for so long; 0: for ever"},
    {"slaves/#/on_loss", CANSIM_SET_TEXT, false, "none, stop, reset", NULL,
     "as on_loss, for this slave"},
    {"script/#/at", CANSIM_SET_TIME, false, "TIME", NULL, "bus time before which the step waits"},
    {"script/#/do", CANSIM_SET_TEXT, true, "COMMAND", NULL,
     "what is done, once the step before is over; see the commands"},
    {NULL, 0, false, NULL, NULL, NULL},
};

enum field_kind { FIELD_NUMBER, FIELD_U32, FIELD_TIME, FIELD_BOOL, FIELD_WORD, FIELD_FILE };

struct field_row {
    const char *path; /* below "slaves/#/" where it is a slave's */
    size_t offset;
    int64_t least, most;
    const char *const *words; /* of WORD: their places are the values */
    enum field_kind kind;
    int have; /* of U32: index into have_expected, or -1 */
};

static const char *const whom_words[] = {"all", "each", "none", NULL};
static const char *const loss_words[] = {"none", "stop", "reset", NULL};
static const char *const download_words[] = {"differs", "all", "never", NULL};

#define IN_MASTER(member) offsetof(struct master, member)
#define IN_SLAVE(member)  offsetof(struct master_slave, member)
#define U32_MAX           INT64_C(0xFFFFFFFF)

static const struct field_row master_fields[] = {
    {"node_id", IN_MASTER(node_id), 0, 127, NULL, FIELD_NUMBER, -1},
    {"boot", IN_MASTER(boot), 0, 0, NULL, FIELD_BOOL, -1},
    {"reset", IN_MASTER(reset), 0, 0, whom_words, FIELD_WORD, -1},
    {"start", IN_MASTER(start), 0, 0, whom_words, FIELD_WORD, -1},
    {"on_loss", IN_MASTER(on_loss), 0, 0, loss_words, FIELD_WORD, -1},
    {"heartbeat", IN_MASTER(heartbeat_ps), MS_PS, 65535 * MS_PS, NULL, FIELD_TIME, -1},
    {"sync/period", IN_MASTER(sync_ps), MS_PS / 10, 3600000 * MS_PS, NULL, FIELD_TIME, -1},
    {"sync/overflow", IN_MASTER(sync_overflow), 0, 240, NULL, FIELD_NUMBER, -1},
    {"sync/cob_id", IN_MASTER(sync_id), 1, 0x7FF, NULL, FIELD_U32, -1},
    {"time/period", IN_MASTER(time_ps), MS_PS, 86400000 * MS_PS, NULL, FIELD_TIME, -1},
    {"time/days", IN_MASTER(time_days), 0, 65535, NULL, FIELD_NUMBER, -1},
    {"sdo_timeout", IN_MASTER(sdo_timeout_ps), MS_PS, 3600000 * MS_PS, NULL, FIELD_TIME, -1},
    {"block_size", IN_MASTER(block_size), 1, 127, NULL, FIELD_NUMBER, -1},
    {"lss_timeout", IN_MASTER(lss_timeout_ps), MS_PS, 10000 * MS_PS, NULL, FIELD_TIME, -1},
    {NULL, 0, 0, 0, NULL, 0, -1},
};

static const struct field_row slave_fields[] = {
    {"dcf", IN_SLAVE(dcf_file), 0, 0, NULL, FIELD_FILE, -1},
    {"eds", IN_SLAVE(eds_file), 0, 0, NULL, FIELD_FILE, -1},
    {"download", IN_SLAVE(download), 0, 0, download_words, FIELD_WORD, -1},
    {"mandatory", IN_SLAVE(mandatory), 0, 0, NULL, FIELD_BOOL, -1},
    {"keep_alive", IN_SLAVE(keep_alive), 0, 0, NULL, FIELD_BOOL, -1},
    {"device_type", IN_SLAVE(expected[0]), 0, U32_MAX, NULL, FIELD_U32, 0},
    {"vendor", IN_SLAVE(expected[1]), 0, U32_MAX, NULL, FIELD_U32, 1},
    {"product", IN_SLAVE(expected[2]), 0, U32_MAX, NULL, FIELD_U32, 2},
    {"revision", IN_SLAVE(expected[3]), 0, U32_MAX, NULL, FIELD_U32, 3},
    {"serial", IN_SLAVE(expected[4]), 0, U32_MAX, NULL, FIELD_U32, 4},
    {"heartbeat", IN_SLAVE(heartbeat_ps), MS_PS, 65535 * MS_PS, NULL, FIELD_TIME, -1},
    {"heartbeat_timeout", IN_SLAVE(heartbeat_timeout_ps), MS_PS, 600000 * MS_PS, NULL, FIELD_TIME,
     -1},
    {"guard_time", IN_SLAVE(guard_ps), MS_PS, 65535 * MS_PS, NULL, FIELD_TIME, -1},
    {"life_factor", IN_SLAVE(life_factor), 1, 255, NULL, FIELD_NUMBER, -1},
    {"boot_timeout", IN_SLAVE(boot_timeout_ps), 0, 3600000 * MS_PS, NULL, FIELD_TIME, -1},
    {"on_loss", IN_SLAVE(on_loss), 0, 0, loss_words, FIELD_WORD, -1},
    {NULL, 0, 0, 0, NULL, 0, -1},
};

static const char *form_of(const char *path)
{
    for (const struct cansim_setting_row *row = master_settings; row->path != NULL; row++) {
        const char *tail = strchr(row->path, '#');
        if (strcmp(row->path, path) == 0 ||
            (tail != NULL && tail[1] == '/' && strcmp(tail + 2, path) == 0))
            return row->form;
    }
    return "known";
}

static int refuse(const char *path, const char *form, const char *value, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%s: must be %s, got \"%s\"", path, form, value);
    return -1;
}

static int read_number(const char *text, int64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoll(text, &end, 0);
    return errno != 0 || end == text || *end != '\0' ? -1 : 0;
}

static int read_word(const char *const *words, const char *text, void *to)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            memcpy(to, &i, sizeof(i)); /* enumerations without negative values: unsigned int */
            return 0;
        }
    }
    return -1;
}

/* -1: the value will not do. */
static int put(const struct field_row *row, const char *text, void *base)
{
    char *to = (char *)base + row->offset;
    int64_t number = 0;
    unsigned narrow;
    uint32_t wide;

    switch (row->kind) {
    case FIELD_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return -1;
        *(bool *)(void *)to = text[0] == 't';
        return 0;
    case FIELD_WORD:
        return read_word(row->words, text, to);
    case FIELD_FILE:
        free(*(char **)(void *)to);
        *(char **)(void *)to = strdup(text);
        return *(char **)(void *)to == NULL ? -1 : 0;
    default:
        break;
    }
    if (read_number(text, &number) != 0 || number < row->least || number > row->most)
        return -1;
    narrow = (unsigned)number;
    wide = (uint32_t)number;
    if (row->kind == FIELD_TIME)
        memcpy(to, &number, sizeof(number));
    else if (row->kind == FIELD_U32)
        memcpy(to, &wide, sizeof(wide));
    else
        memcpy(to, &narrow, sizeof(narrow));
    return 0;
}

static const struct field_row *field(const struct field_row *rows, const char *path)
{
    for (; rows->path != NULL; rows++) {
        if (strcmp(rows->path, path) == 0)
            return rows;
    }
    return NULL;
}

/* "slaves/3/vendor" begins with `array` and an index: the rest, else NULL. */
static const char *within(const char *path, const char *array, unsigned long *index)
{
    size_t n = strlen(array);
    char *end;

    if (strncmp(path, array, n) != 0 || path[n] != '/' || path[n + 1] < '0' || path[n + 1] > '9')
        return NULL;
    *index = strtoul(path + n + 1, &end, 10);
    return *end == '/' ? end + 1 : NULL;
}

/* ---- slaves ---------------------------------------------------------------------------------- */

struct reading {
    struct master *master;
    const struct cansim_setting *settings;
    size_t n;
    char *why;
    size_t why_size;
};

static int add_slave(struct reading *r, const struct cansim_setting *setting, unsigned long index,
                     uint8_t *node_ids, size_t room)
{
    struct master_slave *slave;
    int64_t id = 0;

    if (read_number(setting->value, &id) != 0 || id < 1 || id > 127)
        return refuse(setting->path, "1..127", setting->value, r->why, r->why_size);
    if (id == r->master->node_id)
        return refuse(setting->path, "another node-ID than the master's", setting->value, r->why,
                      r->why_size);
    if (index >= room || r->master->slaves[id] != NULL)
        return refuse(setting->path, "a node-ID that no other slave has", setting->value, r->why,
                      r->why_size);
    slave = master_slave_get(r->master, (unsigned)id);
    if (slave == NULL) {
        (void)snprintf(r->why, r->why_size, "%s: out of memory", setting->path);
        return -1;
    }
    slave->listed = true;
    slave->mandatory = true;
    slave->on_loss = r->master->on_loss;
    node_ids[index] = (uint8_t)id;
    return 0;
}

static int read_slave(struct reading *r, const struct cansim_setting *setting,
                      struct master_slave *slave, const char *path)
{
    const struct field_row *row = field(slave_fields, path);

    if (strcmp(path, "node_id") == 0)
        return 0;
    if (row == NULL)
        return refuse(setting->path, "known", setting->value, r->why, r->why_size);
    if (put(row, setting->value, slave) != 0)
        return refuse(setting->path, form_of(path), setting->value, r->why, r->why_size);
    if (row->have >= 0)
        slave->have_expected[row->have] = true;
    return 0;
}

static int read_slaves(struct reading *r)
{
    uint8_t node_ids[MASTER_NODES] = {0};
    unsigned long index = 0;

    for (size_t i = 0; i < r->n; i++) {
        const char *rest = within(r->settings[i].path, "slaves", &index);
        if (rest != NULL && strcmp(rest, "node_id") == 0 &&
            add_slave(r, &r->settings[i], index, node_ids, MASTER_NODES) != 0)
            return -1;
    }
    for (size_t i = 0; i < r->n; i++) {
        const char *rest = within(r->settings[i].path, "slaves", &index);
        if (rest == NULL)
            continue;
        if (index >= MASTER_NODES || node_ids[index] == 0)
            return refuse(r->settings[i].path, "of a slave with a node_id", r->settings[i].value,
                          r->why, r->why_size);
        if (read_slave(r, &r->settings[i], r->master->slaves[node_ids[index]], rest) != 0)
            return -1;
    }
    return 0;
}

/* A heartbeat that the DCF configures is watched like one that the settings ask for. */
static void heartbeat_of_dcf(struct master_slave *slave)
{
    const struct co_object *object = co_dict_find(slave->dcf, 0x1017, 0);

    if (slave->heartbeat_ps == 0 && slave->guard_ps == 0 && object != NULL && object->have_value &&
        object->value_len == 2)
        slave->heartbeat_ps = (int64_t)co_get_le(object->value, 2) * MS_PS;
}

struct naming {
    const struct cansim_host *host;
    const char *file;
};

static void tell_odd(void *ctx, unsigned line, const char *text)
{
    const struct naming *naming = ctx;
    char sentence[MASTER_NOTE];

    if (naming->host->say == NULL)
        return;
    if (line != 0)
        (void)snprintf(sentence, sizeof(sentence), "%s:%u: %s", naming->file, line, text);
    else
        (void)snprintf(sentence, sizeof(sentence), "%s: %s", naming->file, text);
    naming->host->say(naming->host->ctx, CANSIM_WARNING, sentence);
}

static int load_files(struct master_slave *slave, char *why, size_t why_size)
{
    struct naming naming = {slave->master->host->host, slave->eds_file};
    struct co_dict_options options = {.node_id = slave->node_id, .odd = tell_odd, .ctx = &naming};

    if (slave->eds_file != NULL) {
        slave->eds = co_dict_load(slave->eds_file, &options, why, why_size);
        if (slave->eds == NULL)
            return -1;
    }
    naming.file = slave->dcf_file;
    if (slave->dcf_file != NULL) {
        slave->dcf = co_dict_load(slave->dcf_file, &options, why, why_size);
        if (slave->dcf == NULL)
            return -1;
        if (config_plan_make(&slave->plan, slave->dcf, slave->eds, slave->download == DOWNLOAD_ALL,
                             slave->node_id) != 0) {
            (void)snprintf(why, why_size, "%s: out of memory", slave->dcf_file);
            return -1;
        }
        heartbeat_of_dcf(slave);
    }
    if (slave->heartbeat_timeout_ps == 0)
        slave->heartbeat_timeout_ps = slave->heartbeat_ps + slave->heartbeat_ps / 2;
    return 0;
}

/* "can0:5=drive.eds"; that of another bus is nothing. */
static int read_eds(struct reading *r, const struct cansim_setting *setting)
{
    const char *value = setting->value, *bus = r->master->host->host->bus_name;
    const char *equals = strchr(value, '='), *colon = strchr(value, ':');
    const char *digits = colon != NULL && equals != NULL && colon < equals ? colon + 1 : value;
    char *end;
    unsigned long id = strtoul(digits, &end, 10);

    if (equals == NULL || end != equals || end == digits || id < 1 || id > 127 || equals[1] == '\0')
        return refuse(setting->path, "[BUS:]NODE=FILE with NODE 1..127", value, r->why,
                      r->why_size);
    if (digits != value && bus != NULL &&
        (strlen(bus) != (size_t)(colon - value) || memcmp(bus, value, strlen(bus)) != 0))
        return 0;
    struct master_slave *slave = master_slave_get(r->master, (unsigned)id);
    if (slave == NULL || slave->eds_file != NULL)
        return slave != NULL ? 0 : refuse(setting->path, "small", value, r->why, r->why_size);
    slave->eds_file = strdup(equals + 1);
    return 0;
}

/* ---- script ---------------------------------------------------------------------------------- */

static int read_step(struct reading *r, const struct cansim_setting *setting, unsigned long index,
                     const char *path)
{
    struct master *master = r->master;
    struct master_command *step;
    char why[300];
    int64_t at = 0;

    if (index >= MASTER_STEPS) {
        (void)snprintf(r->why, r->why_size, "%s: at most %d steps", setting->path, MASTER_STEPS);
        return -1;
    }
    step = &master->steps[index];
    if (strcmp(path, "at") == 0) {
        if (read_number(setting->value, &at) != 0 || at < 0)
            return refuse(setting->path, "a time", setting->value, r->why, r->why_size);
        step->at_ps = at;
    } else if (strcmp(path, "do") == 0) {
        if (master_command_parse(master, step, setting->value, why, sizeof(why)) != 0) {
            (void)snprintf(r->why, r->why_size, "%s: %s", setting->path, why);
            return -1;
        }
        step->in_script = true;
    } else {
        return refuse(setting->path, "known", setting->value, r->why, r->why_size);
    }
    return 0;
}

static int read_script(struct reading *r)
{
    struct master *master = r->master;
    unsigned long index = 0, n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (within(r->settings[i].path, "script", &index) != NULL && index >= n)
            n = index + 1;
    }
    if (n == 0)
        return 0;
    if (n > MASTER_STEPS)
        n = MASTER_STEPS;
    master->steps = calloc(n, sizeof(*master->steps));
    if (master->steps == NULL) {
        (void)snprintf(r->why, r->why_size, "script: out of memory");
        return -1;
    }
    master->n_steps = (unsigned)n;
    for (size_t i = 0; i < r->n; i++) {
        const char *rest = within(r->settings[i].path, "script", &index);
        if (rest != NULL && read_step(r, &r->settings[i], index, rest) != 0)
            return -1;
    }
    for (unsigned i = 0; i < master->n_steps; i++) {
        if (master->steps[i].verb == NULL) {
            (void)snprintf(r->why, r->why_size, "script/%u/do: must be there", i);
            return -1;
        }
    }
    return 0;
}

/* ---- all ------------------------------------------------------------------------------------- */

static void defaults(struct master *master)
{
    master->node_id = 127;
    master->boot = true;
    master->sync_id = 0x80;
    master->sdo_timeout_ps = 500 * MS_PS;
    master->lss_timeout_ps = 10 * MS_PS;
    master->block_size = 127;
}

int master_settings_read(struct master *master, const struct cansim_setting *settings, size_t n,
                         char *why, size_t why_size)
{
    struct reading r = {master, settings, n, why, why_size};
    unsigned long index = 0;

    defaults(master);
    for (size_t i = 0; i < n; i++) {
        const char *path = settings[i].path;
        const struct field_row *row = field(master_fields, path);
        if (within(path, "slaves", &index) != NULL || within(path, "script", &index) != NULL)
            continue;
        if (strncmp(path, "eds/", 4) == 0) {
            if (read_eds(&r, &settings[i]) != 0)
                return -1;
            continue;
        }
        if (row == NULL)
            return refuse(path, "known", settings[i].value, why, why_size);
        if (put(row, settings[i].value, master) != 0 ||
            (row->offset == IN_MASTER(sync_overflow) && master->sync_overflow == 1))
            return refuse(path, form_of(path), settings[i].value, why, why_size);
    }
    if (read_slaves(&r) != 0)
        return -1;
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        if (master->slaves[id] != NULL && load_files(master->slaves[id], why, why_size) != 0)
            return -1;
    }
    return read_script(&r);
}
