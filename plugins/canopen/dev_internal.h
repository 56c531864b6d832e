/* SPDX-License-Identifier: MIT */
/* dev_internal.h - the parts of the simulated device; nobody else includes it.
 * A part has a deadline, which is CANSIM_NEVER while it has nothing to do; the node's one timer
 * runs at the nearest. */
#ifndef CANSIM_PLUGINS_CANOPEN_DEV_INTERNAL_H
#define CANSIM_PLUGINS_CANOPEN_DEV_INTERNAL_H

#include "plugins/canopen/device.h"
#include "plugins/canopen/od.h"

#define PS_PER_US INT64_C(1000000)
#define PS_PER_MS INT64_C(1000000000)
#define PS_PER_S  INT64_C(1000000000000)

#define DEV_UNCONFIGURED  255
#define DEV_MAX_PDO       512
#define DEV_MAX_CONSUMERS 127
#define DEV_MAX_SIGNALS   64
#define DEV_MAX_ABORTS    8
#define DEV_401_INPUTS    64 /* analogue ones with a delta */
#define DEV_DELAYED       16 /* SDO answers that wait, "slow" */

enum dev_nmt { DEV_INITIALISING = 0, DEV_STOPPED = 4, DEV_OPERATIONAL = 5, DEV_PREOP = 127 };

enum dev_timer {
    DEV_T_HEARTBEAT,
    DEV_T_GUARD,
    DEV_T_CONSUMER,
    DEV_T_SYNC,
    DEV_T_TIME,
    DEV_T_SDO,
    DEV_T_EMCY,
    DEV_T_SIGNAL,
    DEV_T_MOTION,
    DEV_T_BEHAVE,
    DEV_T_LSS,
    DEV_T_PDO,
    DEV_T_COUNT
};

/* What a frame of its own was, for sent(). */
enum dev_cookie { DEV_C_OTHER, DEV_C_BLOCK };

struct dev_pdo {
    bool valid;
    uint32_t cob; /* identifier, CANSIM_COB_EXT for 29 bits */
    uint8_t type;
    uint8_t n;
    uint8_t bits;
    uint8_t start; /* SYNC start value */
    uint8_t count; /* SYNCs since it was sent */
    bool started;
    bool pending; /* something changed */
    bool have;    /* RPDO: data for the next SYNC */
    uint16_t inhibit_100us, event_ms;
    int64_t allowed_ps, event_ps;
    uint8_t data[8];
    struct {
        uint32_t entry; /* CO_OD_NONE: a dummy */
        uint8_t bits;
    } map[64];
};

#define DEV_COB_EXT 0x20000000u

struct dev_sdo {
    int state; /* dev_sdo.c */
    uint32_t entry;
    uint16_t index;
    uint8_t sub, toggle;
    bool crc;
    uint8_t block_size, seq, last_ok, pst;
    uint32_t size, at, sent_from;
    bool have_size, last;
    int64_t due_ps;
    uint8_t *buffer; /* CO_OD_MAX_VALUE */
    uint32_t len;
};

struct dev_signal {
    uint32_t entry;
    int kind;
    int64_t low, high, period_ps, every_ps, next_ps, start_ps;
    int64_t value;
};

struct dev_lss {
    bool configuration; /* else waiting */
    unsigned select;    /* parts of the selective switch that agreed */
    unsigned identify;
    uint8_t fast_sub;
    uint8_t pending_id, pending_rate;
    uint8_t stored_id;
    bool have_stored_id, have_rate;
    uint8_t stored_rate;
    bool have_stored_rate, rate_known; /* rate_known: pending_rate was given since power on */
    int64_t at_ps[2];                  /* activate bit timing: change, then go on */
    bool silent;
};

struct dev_behave {
    struct {
        uint16_t index;
        int sub; /* -1: any */
        uint32_t code;
        unsigned left; /* 0: endless */
    } aborts[DEV_MAX_ABORTS];
    unsigned n_aborts;
    unsigned toggles, lose, crcs;
    bool silent;
    int64_t silent_until_ps;
    int64_t slow_ps, late_ps;
    unsigned late;
    bool no_heartbeat;
    int pdo_len[DEV_MAX_PDO]; /* 0: right */
    struct {
        int64_t at_ps;
        struct cansim_frame frame;
        uint64_t cookie;
    } delayed[DEV_DELAYED];
    unsigned n_delayed;
};

struct dev_402 {
    bool on;
    int state;
    uint16_t control;
    int64_t position_u, velocity_m, target_u; /* micro-increments, milli-increments a second */
    int64_t next_position;
    bool moving, have_target, next_set, homing;
    int64_t step_ps;
    bool limited; /* the last set-point was cut to the limits */
};

struct co_device {
    const struct cansim_node_host *host;
    struct co_dict *dict;
    struct co_od od;
    unsigned profile;
    uint8_t node_id, power_on_id; /* DEV_UNCONFIGURED: none */
    bool powered, auto_start;
    enum dev_nmt state;
    int64_t due_ps[DEV_T_COUNT];
    unsigned lost; /* frames for which the queue had no room */
    /* Error control. */
    int64_t heartbeat_ps;
    uint8_t guard_toggle;
    int64_t life_ps;
    bool guarded;
    struct {
        uint8_t node;
        int64_t time_ps, due_ps;
        bool lost;
    } consumers[DEV_MAX_CONSUMERS];
    unsigned n_consumers;
    /* SYNC. */
    uint32_t sync_cob;
    int64_t sync_period_ps, last_sync_ps;
    uint8_t sync_counter;
    /* TIME: what its clock said at a moment of bus time, in ms since 1984-01-01. */
    uint32_t time_cob;
    int64_t clock_ms, clock_at_ps, time_period_ps;
    bool produces_time;
    /* EMCY. */
    uint8_t error_register;
    int64_t emcy_allowed_ps;
    struct cansim_frame emcy_waiting[8];
    unsigned n_emcy;
    struct dev_pdo *rpdo, *tpdo;
    unsigned n_rpdo, n_tpdo;
    uint16_t rpdo_of[2048]; /* by identifier: number of an RPDO + 1 */
    struct dev_sdo sdo;
    struct dev_signal signals[DEV_MAX_SIGNALS];
    unsigned n_signals;
    struct dev_lss lss;
    struct dev_behave behave;
    struct dev_402 drive;
    int64_t told[DEV_401_INPUTS]; /* 401: what PDOs said of analogue inputs */
    uint8_t seen[DEV_401_INPUTS]; /* 401: digital inputs before they changed */
    /* Store: values of the whole dictionary, by entry; NULL where not saved. */
    uint8_t **stored;
    uint32_t *stored_len;
    bool restore[2]; /* communication, application: defaults at the next reset */
    struct {
        uint32_t entry;
        uint8_t bytes[256];
        uint32_t len;
    } * presets; /* "set" */
    unsigned n_presets;
    bool silent_changes; /* od.changed makes no event */
};

/* device.c */
void dev_arm(struct co_device *dev);
int64_t dev_now(const struct co_device *dev);
void dev_send(struct co_device *dev, uint32_t cob, const uint8_t *data, unsigned len, bool rtr,
              uint64_t cookie);
void dev_note(struct co_device *dev, int severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void dev_power_on(struct co_device *dev);
uint32_t dev_type_cob(uint32_t value); /* of an entry such as 1005h: with DEV_COB_EXT */

/* dev_nmt.c */
void dev_nmt_enter(struct co_device *dev, enum dev_nmt state);
void dev_nmt_reset(struct co_device *dev, bool application);
void dev_nmt_frame(struct co_device *dev, const struct cansim_frame *frame);
void dev_nmt_guard(struct co_device *dev); /* the remote frame */
void dev_nmt_heard(struct co_device *dev, unsigned node, unsigned state);
void dev_nmt_configure(struct co_device *dev);
void dev_nmt_error(struct co_device *dev); /* 1029h:1 */
void dev_heartbeat_timer(struct co_device *dev);
void dev_guard_timer(struct co_device *dev);
void dev_consumer_timer(struct co_device *dev);

/* dev_sdo.c, dev_sdo_block.c */
void dev_sdo_frame(struct co_device *dev, const uint8_t *d, unsigned len);
void dev_sdo_timer(struct co_device *dev);
void dev_sdo_reset(struct co_device *dev);
void dev_sdo_answer(struct co_device *dev, const uint8_t d[8], uint64_t cookie);
void dev_sdo_abort(struct co_device *dev, uint32_t code);
void dev_sdo_busy(struct co_device *dev); /* the client has a second for its next frame */
uint32_t dev_sdo_open(struct co_device *dev, const uint8_t *d, bool write);
uint32_t dev_sdo_read(struct co_device *dev);
uint32_t dev_sdo_write(struct co_device *dev);
bool dev_sdo_block(struct co_device *dev, const uint8_t *d);
void dev_sdo_block_sent(struct co_device *dev);
enum { DEV_SDO_IDLE, DEV_SDO_DOWN, DEV_SDO_UP, DEV_SDO_BLOCK };

/* dev_write.c: what a write brings with it. 0 or an abort code. */
uint32_t dev_write(struct co_device *dev, uint32_t entry, const uint8_t *bytes, size_t len);

/* dev_pdo.c, dev_pdo_config.c */
int dev_pdo_create(struct co_device *dev);
void dev_pdo_configure(struct co_device *dev);
void dev_pdo_configure_one(struct co_device *dev, bool tx, unsigned number);
uint32_t dev_pdo_check(struct co_device *dev, unsigned index, unsigned sub, uint64_t value);
void dev_pdo_frame(struct co_device *dev, struct dev_pdo *pdo, const struct cansim_frame *frame);
bool dev_pdo_rtr(struct co_device *dev, const struct cansim_frame *frame);
void dev_pdo_sync(struct co_device *dev, unsigned counter);
void dev_pdo_changed(struct co_device *dev, uint32_t entry);
void dev_pdo_start(struct co_device *dev); /* operational */
void dev_pdo_stop(struct co_device *dev);
void dev_pdo_timer(struct co_device *dev);
void dev_pdo_due(struct co_device *dev);
struct dev_pdo *dev_pdo_find(struct co_device *dev, const struct cansim_frame *frame);

/* dev_emcy.c */
void dev_emcy(struct co_device *dev, unsigned code, unsigned reg_bits, const uint8_t info[5]);
void dev_emcy_clear(struct co_device *dev, unsigned reg_bits);
void dev_emcy_timer(struct co_device *dev);

/* dev_sync.c */
void dev_sync_configure(struct co_device *dev);
void dev_sync_frame(struct co_device *dev, const struct cansim_frame *frame);
void dev_sync_timer(struct co_device *dev);
void dev_time_configure(struct co_device *dev);
void dev_time_frame(struct co_device *dev, const struct cansim_frame *frame);
void dev_time_timer(struct co_device *dev);
int64_t dev_time_ms(const struct co_device *dev, int64_t at_ps);

/* dev_store.c */
uint32_t dev_store_write(struct co_device *dev, unsigned index, unsigned sub, uint64_t value);
void dev_store_load(struct co_device *dev, unsigned low, unsigned high);
void dev_store_free(struct co_device *dev);

/* dev_lss.c */
void dev_lss_frame(struct co_device *dev, const struct cansim_frame *frame);
void dev_lss_timer(struct co_device *dev);
void dev_lss_power_on(struct co_device *dev); /* with what was stored */

/* dev_signal.c */
void dev_signal_start(struct co_device *dev);
void dev_signal_timer(struct co_device *dev);
int dev_signal_kind(const char *name); /* -1: not known */

/* dev_402.c, dev_401.c */
void dev_402_reset(struct co_device *dev);
void dev_402_written(struct co_device *dev, unsigned index);
void dev_402_timer(struct co_device *dev);
void dev_402_fault(struct co_device *dev, unsigned code);
void dev_401_comm_error(struct co_device *dev);
/* Is a change of that object to make a TPDO go? */
bool dev_401_wants(struct co_device *dev, uint32_t entry);
void dev_401_start(struct co_device *dev); /* operational: PDOs tell of all inputs */

/* dev_command.c, dev_behave.c */
int dev_command(struct co_device *dev, const char *text, char *why, size_t why_size);
extern const struct cansim_setting_row dev_commands[];
bool dev_behave_abort(struct co_device *dev, unsigned index, unsigned sub, uint32_t *code);
bool dev_behave_silent(struct co_device *dev);
void dev_behave_timer(struct co_device *dev);
bool dev_behave_delay(struct co_device *dev, const struct cansim_frame *frame, uint64_t cookie);

/* dev_settings.c */
extern const struct cansim_setting_row dev_settings[];
int dev_settings_read(struct co_device *dev, const struct cansim_setting *settings, size_t n,
                      char *why, size_t why_size);
/* "6064" or "6064:01", "0x6064:1". 0 or -1. */
int dev_parse_object(const char *text, unsigned *index, int *sub);

/* dev_model.c */
void dev_model(struct co_device *dev, int64_t at_ps, struct cansim_sink *sink);

#endif
