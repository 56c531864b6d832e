/* SPDX-License-Identifier: MIT */
/* master_int.h - the state of a master node, for master*.c alone. */
#ifndef CANSIM_PLUGINS_CANOPEN_MASTER_INT_H
#define CANSIM_PLUGINS_CANOPEN_MASTER_INT_H

#include "plugins/canopen/dict.h"
#include "plugins/canopen/lss_master.h"
#include "plugins/canopen/sdo_client.h"

#define MASTER_NODES      128 /* node-IDs and 0 */
#define MASTER_STEPS      4096
#define MASTER_AT_ONCE    16 /* commands from outside that run at the same time */
#define MASTER_NOTE       400
#define MASTER_NMT_UNSEEN 0xFF

enum nmt_command {
    NMT_START = 1,
    NMT_STOP = 2,
    NMT_PREOP = 128,
    NMT_RESET = 129,
    NMT_RESET_COMM = 130,
};

enum nmt_state { NMT_BOOT_UP = 0, NMT_STOPPED = 4, NMT_OPERATIONAL = 5, NMT_PRE_OPERATIONAL = 127 };

/* Which of several: the words are in master_settings.c. */
enum master_whom { WHOM_ALL, WHOM_EACH, WHOM_NONE };
enum master_loss { LOSS_NONE, LOSS_STOP, LOSS_RESET };
enum master_download { DOWNLOAD_DIFFERS, DOWNLOAD_ALL, DOWNLOAD_NEVER };

/* ---- configuration: what is to be written into a slave, in order ------------------------------
 */

struct config_step {
    uint16_t index;
    uint8_t sub;
    bool own; /* the value is in `bytes`, else the dictionary's */
    uint8_t bytes[4];
    const uint8_t *data; /* where it is not `own` */
    size_t len;
};

struct config_plan {
    struct config_step *steps;
    unsigned n, room;
};

/* Plan the writes of `dcf`; `eds` (or NULL) tells what a slave has anyway, unless `all`.
 * 0 or -ENOMEM. */
int config_plan_make(struct config_plan *plan, const struct co_dict *dcf, const struct co_dict *eds,
                     bool all, unsigned node_id);
void config_plan_free(struct config_plan *plan);

/* ---- slaves ---------------------------------------------------------------------------------- */

enum boot_step {
    BOOT_OFF,
    BOOT_RESET, /* the slave was reset: its boot-up is awaited */
    BOOT_TYPE,  /* these five read an object and compare */
    BOOT_VENDOR,
    BOOT_PRODUCT,
    BOOT_REVISION,
    BOOT_SERIAL,
    BOOT_STATE, /* keep-alive: does it live, and how? */
    BOOT_DATE,
    BOOT_TIME,
    BOOT_CONFIGURE,
    BOOT_CONTROL, /* 1017h, or 100Ch and 100Dh */
    BOOT_LIFE,
    BOOT_WATCH, /* the first heartbeat or the first answer is awaited */
    BOOT_RETRY, /* nobody answered; a pause */
    BOOT_DONE,
    BOOT_FAILED,
    BOOT_N_STEPS
};

enum watch_kind { WATCH_OFF, WATCH_HEARTBEAT, WATCH_GUARD };

struct master_slave {
    struct master *master;
    uint8_t node_id;
    bool listed; /* in the settings: it is booted */

    /* Settings. */
    char *dcf_file, *eds_file;
    struct co_dict *dcf, *eds;
    struct config_plan plan;
    bool mandatory, keep_alive;
    bool have_expected[5]; /* device type, vendor, product, revision, serial */
    uint32_t expected[5];
    int64_t heartbeat_ps, heartbeat_timeout_ps, guard_ps;
    unsigned life_factor;
    int64_t boot_timeout_ps;
    enum master_loss on_loss;
    enum master_download download;

    struct co_sdo_client *client;

    /* Boot. */
    enum boot_step boot;
    unsigned boot_run; /* which attempt a transfer belongs to */
    char error;        /* 'A'..'O', 0: none; CiA 302-2 */
    uint32_t abort_code;
    bool date_differs;
    bool was_operational;
    bool tried; /* it has answered, or has once failed to */
    unsigned plan_at;
    int64_t boot_began, boot_at;

    /* Watch. */
    enum watch_kind watch;
    uint8_t nmt_state;
    int64_t heard_at; /* CANSIM_NEVER: not yet */
    int64_t watch_at, guard_at;
    bool lost;
    bool have_toggle, toggle;
};

/* ---- commands -------------------------------------------------------------------------------- */

struct master_command;

struct master_verb {
    const char *word;
    /* words[0] is the verb. 0 or -1 with a sentence; an empty one: the form tells. */
    int (*parse)(struct master_command *command, char **words, unsigned n, char *why,
                 size_t why_size);
    void (*run)(struct master_command *command, int64_t at_ps);
};

extern const struct cansim_setting_row master_commands[]; /* forms, for help */

enum command_want { WANT_ANYTHING, WANT_VALUE, WANT_ABORT };

struct master_command {
    struct master *master;
    const struct master_verb *verb;
    bool used, in_script;
    char *text;
    int64_t at_ps; /* of a script's step: not before */

    unsigned node;
    uint16_t index;
    uint8_t sub;
    uint16_t type;
    bool block;
    enum command_want want;
    uint32_t want_abort;
    uint8_t *value;
    size_t value_len;
    uint32_t arg; /* NMT command, node-ID, bit timing ... */
    bool flag;    /* fastscan: also store; wait: until booted */
    enum co_lss_job job;
    uint32_t address[4]; /* LSS; fastscan: the slave found last */
    unsigned found;      /* fastscan: slaves so far */
    uint32_t rate_bps;   /* LSS bitrate */
    unsigned phase;      /* of those that take several steps */
    int64_t wait_ps, wake_at;
    bool waits; /* for something that other parts do: looked at after each event */
    struct cansim_frame frame;
};

/* ---- the master ------------------------------------------------------------------------------ */

struct master {
    const struct cansim_node_host *host;
    bool attached;
    int64_t timer_at;

    /* Settings. */
    unsigned node_id;
    bool boot;
    enum master_whom reset, start;
    enum master_loss on_loss;
    int64_t sdo_timeout_ps, lss_timeout_ps, heartbeat_ps, sync_ps, time_ps;
    uint32_t sync_id;
    unsigned sync_overflow, time_days, block_size;

    uint8_t nmt_state;
    int64_t heartbeat_at, sync_at, time_at;
    unsigned sync_counter;
    bool started, start_failed; /* the slaves; a mandatory one could not be booted */

    struct master_slave *slaves[MASTER_NODES]; /* by node-ID; NULL: nothing to do with it */
    struct co_lss_master lss;

    struct master_command *steps;
    unsigned n_steps, step;
    bool step_runs;
    uint32_t lss_rate_bps; /* what slaves were last told, for activation */
    unsigned n_failed;     /* steps and commands that did not end as they were to */
    struct master_command at_once[MASTER_AT_ONCE];
};

/* master.c */
int master_send(struct master *master, const struct cansim_frame *frame, uint64_t cookie);
void master_send_bytes(struct master *master, unsigned id, const uint8_t *bytes, unsigned len);
void master_send_nmt(struct master *master, unsigned command, unsigned node_id);
void master_send_time(struct master *master, int64_t at_ps);
void master_send_sync(struct master *master);
void master_note(struct master *master, int severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The slave with that node-ID; made where there is none yet. NULL: no memory. */
struct master_slave *master_slave_get(struct master *master, unsigned node_id);

/* master_settings.c */
extern const struct cansim_setting_row master_settings[];
int master_settings_read(struct master *master, const struct cansim_setting *settings, size_t n,
                         char *why, size_t why_size);

/* master_boot.c */
void master_boot_start(struct master *master, int64_t at_ps); /* NMT start-up */
void master_boot_slave(struct master_slave *slave, int64_t at_ps);
void master_boot_heard(struct master_slave *slave, unsigned state, int64_t at_ps);
void master_boot_time(struct master_slave *slave, int64_t at_ps);
bool master_boot_over(const struct master_slave *slave);
bool master_boots(const struct master *master); /* some slave is on its way */
const char *master_boot_word(enum boot_step step);
const char *master_boot_error(char error);

/* master_watch.c */
void master_watch_start(struct master_slave *slave, int64_t at_ps);
void master_watch_stop(struct master_slave *slave);
void master_watch_frame(struct master_slave *slave, const struct cansim_frame *frame);
void master_watch_time(struct master_slave *slave, int64_t at_ps);
int64_t master_watch_next(const struct master_slave *slave);

/* master_command.c */
int master_command_parse(struct master *master, struct master_command *command, const char *text,
                         char *why, size_t why_size);
void master_command_free(struct master_command *command);
unsigned master_command_type(const struct master_command *command);

/* master_script.c */
void master_script_start(struct master *master);
void master_script_stop(struct master *master);
void master_script_time(struct master *master, int64_t at_ps);
int64_t master_script_next(const struct master *master);
/* A command is over: `ok` as it was to end. */
void master_command_done(struct master_command *command, bool ok);
/* Parse and begin. 0 or -1 with a sentence. */
int master_run_text(struct master *master, const char *text, int64_t at_ps, char *why,
                    size_t why_size);

/* master_run.c, master_run_lss.c: what the verbs do */
void master_run_sdo(struct master_command *command, int64_t at_ps);
void master_run_nmt(struct master_command *command, int64_t at_ps);
void master_run_boot(struct master_command *command, int64_t at_ps);
void master_run_sync(struct master_command *command, int64_t at_ps);
void master_run_time(struct master_command *command, int64_t at_ps);
void master_run_send(struct master_command *command, int64_t at_ps);
void master_run_wait(struct master_command *command, int64_t at_ps);
void master_run_lss(struct master_command *command, int64_t at_ps);
/* Its time has come, or what it waits for may have happened. */
void master_run_again(struct master_command *command, int64_t at_ps);

/* master_model.c */
void master_model(struct master *master, int64_t at_ps, struct cansim_sink *sink);

#endif
