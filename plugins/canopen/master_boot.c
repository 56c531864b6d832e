/* SPDX-License-Identifier: MIT */
/* master_boot.c - CiA 302-2's "boot slave" and the start-up of the network. A step either waits
 * (for an SDO answer, a frame or boot_at) or lets the next one begin at once. */
#include <stdio.h>

#include "plugins/canopen/master_int.h"

#define SECOND_PS     INT64_C(1000000000000)
#define RESET_WAIT_PS (SECOND_PS / 2) /* for a boot-up; slaves that send none are asked then */
#define MS_PS         INT64_C(1000000000)
#define LONG_VALUE    64u /* bytes from which a block transfer is tried */

static void enter(struct master_slave *slave, enum boot_step step, int64_t at_ps);

const char *master_boot_word(enum boot_step step)
{
    static const char *const words[BOOT_N_STEPS] = {
        [BOOT_OFF] = "off",
        [BOOT_RESET] = "resetting",
        [BOOT_TYPE] = "checking device type",
        [BOOT_VENDOR] = "checking vendor",
        [BOOT_PRODUCT] = "checking product",
        [BOOT_REVISION] = "checking revision",
        [BOOT_SERIAL] = "checking serial number",
        [BOOT_STATE] = "checking state",
        [BOOT_DATE] = "checking configuration date",
        [BOOT_TIME] = "checking configuration time",
        [BOOT_CONFIGURE] = "configuring",
        [BOOT_CONTROL] = "setting error control",
        [BOOT_LIFE] = "setting life factor",
        [BOOT_WATCH] = "awaiting heartbeat",
        [BOOT_RETRY] = "not answering",
        [BOOT_DONE] = "booted",
        [BOOT_FAILED] = "failed",
    };

    return words[step];
}

/* CiA 302-2, table of the error status of "boot slave". */
const char *master_boot_error(char error)
{
    static const char *const texts['O' - 'A' + 1] = {
        ['A' - 'A'] = "the slave is not in the network list",
        ['B' - 'A'] = "no answer to the device type (1000h)",
        ['C' - 'A'] = "the device type (1000h) is not the expected one",
        ['D' - 'A'] = "the vendor-ID (1018h:01) is not the expected one",
        ['E' - 'A'] = "no heartbeat while its state was checked",
        ['F' - 'A'] = "no answer to node guarding",
        ['G' - 'A'] = "no program to compare with is given",
        ['H' - 'A'] = "the program's version differs and may not be updated",
        ['I' - 'A'] = "the program could not be updated",
        ['J' - 'A'] = "the configuration could not be written",
        ['K' - 'A'] = "no heartbeat once it was configured",
        ['L' - 'A'] = "the slave was operational",
        ['M' - 'A'] = "the product code (1018h:02) is not the expected one",
        ['N' - 'A'] = "the revision number (1018h:03) is not the expected one",
        ['O' - 'A'] = "the serial number (1018h:04) is not the expected one",
    };

    return error >= 'A' && error <= 'O' ? texts[error - 'A'] : "";
}

bool master_boot_over(const struct master_slave *slave)
{
    return slave->boot == BOOT_OFF || slave->boot == BOOT_DONE || slave->boot == BOOT_FAILED;
}

bool master_boots(const struct master *master)
{
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        const struct master_slave *slave = master->slaves[id];
        if (slave != NULL && !master_boot_over(slave))
            return true;
    }
    return false;
}

/* ---- start of the network -------------------------------------------------------------------- */

static void start_slaves(struct master *master, bool all_done)
{
    if (master->start == WHOM_ALL && all_done)
        master_send_nmt(master, NMT_START, 0);
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        const struct master_slave *slave = master->slaves[id];
        if (master->start == WHOM_ALL && !all_done && slave != NULL && slave->listed &&
            slave->boot == BOOT_DONE)
            master_send_nmt(master, NMT_START, id);
    }
    master->nmt_state = NMT_OPERATIONAL;
    master->started = true;
}

/* Start the network once no slave is left that could still be waited for. */
static void check_start(struct master *master)
{
    unsigned n = 0, done = 0;

    if (master->started || master->start_failed)
        return;
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        const struct master_slave *slave = master->slaves[id];
        if (slave == NULL || !slave->listed)
            continue;
        n++;
        done += slave->boot == BOOT_DONE;
        if (slave->mandatory && slave->boot == BOOT_FAILED) {
            master->start_failed = true;
            master_note(master, CANSIM_ERROR, "network not started: node %u is mandatory", id);
            return;
        }
        if (!master_boot_over(slave) && (slave->mandatory || !slave->tried))
            return;
    }
    start_slaves(master, n == done);
    master_note(master, CANSIM_NOTE, "network started: %u of %u slaves booted", done, n);
}

void master_boot_start(struct master *master, int64_t at_ps)
{
    bool keep = false;

    master->started = false;
    master->start_failed = false;
    master->nmt_state = NMT_PRE_OPERATIONAL;
    for (unsigned id = 1; id < MASTER_NODES; id++)
        keep |= master->slaves[id] != NULL && master->slaves[id]->keep_alive;
    if (master->reset == WHOM_ALL && !keep)
        master_send_nmt(master, NMT_RESET_COMM, 0);
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        struct master_slave *slave = master->slaves[id];
        bool reset;
        if (slave == NULL || !slave->listed)
            continue;
        reset = master->reset != WHOM_NONE && !slave->keep_alive;
        if (reset && (keep || master->reset == WHOM_EACH))
            master_send_nmt(master, NMT_RESET_COMM, id);
        slave->tried = false;
        slave->boot_began = at_ps;
        enter(slave, reset ? BOOT_RESET : BOOT_TYPE, at_ps);
    }
    check_start(master);
}

void master_boot_slave(struct master_slave *slave, int64_t at_ps)
{
    co_sdo_client_cancel(slave->client);
    master_watch_stop(slave);
    slave->boot_began = at_ps;
    if (slave->master->reset != WHOM_NONE && !slave->keep_alive) {
        master_send_nmt(slave->master, NMT_RESET_COMM, slave->node_id);
        enter(slave, BOOT_RESET, at_ps);
    } else {
        enter(slave, BOOT_TYPE, at_ps);
    }
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void done(struct master_slave *slave, int64_t at_ps)
{
    struct master *master = slave->master;

    (void)at_ps;
    slave->boot = BOOT_DONE;
    slave->boot_at = CANSIM_NEVER;
    slave->tried = true;
    slave->error = slave->was_operational ? 'L' : 0;
    master_note(master, CANSIM_NOTE, "node %u booted%s%s", slave->node_id,
                slave->error != 0 ? ", L: " : "",
                slave->error != 0 ? master_boot_error(slave->error) : "");
    if (!slave->was_operational &&
        (master->start == WHOM_EACH || (master->start == WHOM_ALL && master->started)))
        master_send_nmt(master, NMT_START, slave->node_id);
    if (slave->listed)
        check_start(master);
}

static void failed(struct master_slave *slave, char error, int64_t at_ps)
{
    bool again = error == 'B' && (slave->boot_timeout_ps == 0 ||
                                  at_ps - slave->boot_began < slave->boot_timeout_ps);
    bool news = !again || slave->error != 'B';
    char code[64] = "";

    master_watch_stop(slave);
    slave->error = error;
    slave->tried = true;
    slave->boot = again ? BOOT_RETRY : BOOT_FAILED;
    slave->boot_at = again ? at_ps + SECOND_PS : CANSIM_NEVER;
    if (slave->abort_code != 0)
        (void)snprintf(code, sizeof(code), " (abort %08Xh)", slave->abort_code);
    if (news)
        master_note(slave->master, slave->mandatory && !again ? CANSIM_ERROR : CANSIM_WARNING,
                    "node %u: boot error %c: %s%s%s", slave->node_id, error,
                    master_boot_error(error), code, again ? "; is asked again" : "");
    if (slave->listed)
        check_start(slave->master);
}

/* ---- steps with SDO transfers ---------------------------------------------------------------- */

static void answered(void *ctx, const struct co_sdo_result *result);

static bool read_object(struct master_slave *slave, unsigned index, unsigned sub, int64_t at_ps)
{
    struct co_sdo_request request = {
        .index = (uint16_t)index, .sub = (uint8_t)sub, .done = answered, .ctx = slave};

    slave->boot_at = CANSIM_NEVER;
    if (co_sdo_client_submit(slave->client, &request, at_ps) != 0)
        failed(slave, 'B', at_ps);
    return true;
}

static bool write_object(struct master_slave *slave, const struct config_step *step, char error,
                         int64_t at_ps)
{
    struct co_sdo_request request = {.index = step->index,
                                     .sub = step->sub,
                                     .write = true,
                                     .block = step->len >= LONG_VALUE,
                                     .data = step->own ? step->bytes : step->data,
                                     .len = step->len,
                                     .done = answered,
                                     .ctx = slave};

    slave->boot_at = CANSIM_NEVER;
    if (co_sdo_client_submit(slave->client, &request, at_ps) != 0)
        failed(slave, error, at_ps);
    return true;
}

static bool write_number(struct master_slave *slave, unsigned index, uint32_t value, size_t len,
                         char error, int64_t at_ps)
{
    struct config_step step = {.index = (uint16_t)index, .own = true, .len = len};

    co_put_le(step.bytes, len, value);
    return write_object(slave, &step, error, at_ps);
}

static bool check_number(struct master_slave *slave, int64_t at_ps)
{
    unsigned which = (unsigned)slave->boot - BOOT_TYPE;

    if (which == 0)
        return read_object(slave, 0x1000, 0, at_ps);
    return slave->have_expected[which] && read_object(slave, 0x1018, which, at_ps);
}

static bool check_state(struct master_slave *slave, int64_t at_ps)
{
    if (!slave->keep_alive || (slave->heartbeat_ps == 0 && slave->guard_ps == 0))
        return false;
    master_watch_start(slave, at_ps);
    slave->boot_at =
        at_ps + (slave->heartbeat_ps != 0 ? slave->heartbeat_timeout_ps
                                          : slave->guard_ps * (int64_t)slave->life_factor);
    return true;
}

static const struct co_object *verify_object(const struct master_slave *slave, unsigned sub)
{
    const struct co_object *object =
        slave->dcf == NULL ? NULL : co_dict_find(slave->dcf, 0x1020, sub);

    return object != NULL && object->have_value && object->value_len == 4 ? object : NULL;
}

static bool check_date(struct master_slave *slave, int64_t at_ps)
{
    unsigned sub = slave->boot == BOOT_DATE ? 1 : 2;

    if (sub == 1)
        slave->date_differs = false;
    if (slave->plan.n == 0 || slave->download == DOWNLOAD_NEVER || slave->date_differs)
        return false;
    if (slave->download == DOWNLOAD_ALL || verify_object(slave, sub) == NULL) {
        slave->date_differs = true;
        return false;
    }
    return read_object(slave, 0x1020, sub, at_ps);
}

static bool configure(struct master_slave *slave, int64_t at_ps)
{
    if (!slave->date_differs || slave->plan_at >= slave->plan.n)
        return false;
    return write_object(slave, &slave->plan.steps[slave->plan_at], 'J', at_ps);
}

static bool set_control(struct master_slave *slave, int64_t at_ps)
{
    if (slave->heartbeat_ps != 0)
        return write_number(slave, 0x1017, (uint32_t)(slave->heartbeat_ps / MS_PS), 2, 'K', at_ps);
    return slave->guard_ps != 0 &&
           write_number(slave, 0x100C, (uint32_t)(slave->guard_ps / MS_PS), 2, 'F', at_ps);
}

static bool set_life(struct master_slave *slave, int64_t at_ps)
{
    return slave->heartbeat_ps == 0 && slave->guard_ps != 0 &&
           write_number(slave, 0x100D, slave->life_factor, 1, 'F', at_ps);
}

static bool await_watch(struct master_slave *slave, int64_t at_ps)
{
    if (slave->heartbeat_ps == 0 && slave->guard_ps == 0)
        return false;
    master_watch_start(slave, at_ps);
    slave->boot_at =
        at_ps + (slave->heartbeat_ps != 0 ? slave->heartbeat_timeout_ps
                                          : slave->guard_ps * (int64_t)slave->life_factor);
    return true;
}

static bool await_reset(struct master_slave *slave, int64_t at_ps)
{
    slave->boot_at = at_ps + RESET_WAIT_PS;
    return true;
}

/* `error`: what a step ends with that gets no answer, an abort, or another value. */
static const struct {
    bool (*begin)(struct master_slave *slave, int64_t at_ps); /* true: it waits */
    char silent, other;
} steps[BOOT_N_STEPS] = {
    [BOOT_RESET] = {await_reset, 0, 0},         [BOOT_TYPE] = {check_number, 'B', 'C'},
    [BOOT_VENDOR] = {check_number, 'D', 'D'},   [BOOT_PRODUCT] = {check_number, 'M', 'M'},
    [BOOT_REVISION] = {check_number, 'N', 'N'}, [BOOT_SERIAL] = {check_number, 'O', 'O'},
    [BOOT_STATE] = {check_state, 'E', 0},       [BOOT_DATE] = {check_date, 0, 0},
    [BOOT_TIME] = {check_date, 0, 0},           [BOOT_CONFIGURE] = {configure, 'J', 'J'},
    [BOOT_CONTROL] = {set_control, 'K', 0},     [BOOT_LIFE] = {set_life, 'F', 0},
    [BOOT_WATCH] = {await_watch, 'K', 0},
};

static void enter(struct master_slave *slave, enum boot_step step, int64_t at_ps)
{
    if (step <= BOOT_TYPE) {
        slave->plan_at = 0;
        slave->was_operational = false;
        slave->abort_code = 0;
        if (slave->boot != BOOT_RETRY)
            slave->error = 0;
    }
    for (slave->boot = step; slave->boot < BOOT_RETRY; slave->boot++) {
        if (steps[slave->boot].begin(slave, at_ps))
            return;
    }
    done(slave, at_ps);
}

static char silent_error(const struct master_slave *slave)
{
    char error = steps[slave->boot].silent;

    if (slave->heartbeat_ps == 0 && (error == 'E' || error == 'K'))
        return 'F';
    return error;
}

static void number_read(struct master_slave *slave, const struct co_sdo_result *result,
                        int64_t at_ps)
{
    unsigned which = (unsigned)slave->boot - BOOT_TYPE;
    bool same = !slave->have_expected[which] ||
                (result->len == 4 && co_get_le(result->data, 4) == slave->expected[which]);

    if (!same)
        failed(slave, steps[slave->boot].other, at_ps);
    else
        enter(slave, slave->boot + 1, at_ps);
}

static void answered(void *ctx, const struct co_sdo_result *result)
{
    struct master_slave *slave = ctx;
    int64_t at_ps = slave->master->host->now(slave->master->host->ctx);
    const struct co_object *verify;

    if (result->cancelled)
        return;
    slave->abort_code = result->abort_code;
    if (result->abort_code != 0 && steps[slave->boot].silent != 0) {
        if (slave->boot == BOOT_CONFIGURE)
            master_note(slave->master, CANSIM_WARNING, "node %u: %04X:%02X could not be written",
                        slave->node_id, result->index, result->sub);
        failed(slave, silent_error(slave), at_ps);
        return;
    }
    if (slave->boot <= BOOT_SERIAL) {
        number_read(slave, result, at_ps);
        return;
    }
    if (slave->boot == BOOT_DATE || slave->boot == BOOT_TIME) {
        verify = verify_object(slave, slave->boot == BOOT_DATE ? 1 : 2);
        slave->date_differs = result->abort_code != 0 || result->len != 4 || verify == NULL ||
                              memcmp(result->data, verify->value, 4) != 0;
        slave->abort_code = 0;
    }
    if (slave->boot == BOOT_CONFIGURE && ++slave->plan_at < slave->plan.n)
        enter(slave, BOOT_CONFIGURE, at_ps);
    else
        enter(slave, slave->boot + 1, at_ps);
}

/* ---- frames and time ------------------------------------------------------------------------- */

void master_boot_heard(struct master_slave *slave, unsigned state, int64_t at_ps)
{
    if (state == NMT_BOOT_UP) {
        if (slave->boot == BOOT_RESET) {
            enter(slave, BOOT_TYPE, at_ps);
        } else if (slave->boot != BOOT_OFF) {
            co_sdo_client_cancel(slave->client);
            master_watch_stop(slave);
            slave->boot_began = at_ps;
            master_note(slave->master, CANSIM_NOTE, "node %u: boot-up", slave->node_id);
            enter(slave, BOOT_TYPE, at_ps);
        }
        return;
    }
    if (slave->boot == BOOT_WATCH) {
        done(slave, at_ps);
    } else if (slave->boot == BOOT_STATE) {
        slave->was_operational = state == NMT_OPERATIONAL;
        if (slave->was_operational)
            done(slave, at_ps);
        else
            enter(slave, BOOT_DATE, at_ps);
    }
}

void master_boot_time(struct master_slave *slave, int64_t at_ps)
{
    if (at_ps < slave->boot_at)
        return;
    slave->boot_at = CANSIM_NEVER;
    if (slave->boot == BOOT_RESET || slave->boot == BOOT_RETRY)
        enter(slave, BOOT_TYPE, at_ps);
    else
        failed(slave, silent_error(slave), at_ps);
}
