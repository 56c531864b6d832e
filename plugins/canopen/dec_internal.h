/* SPDX-License-Identifier: MIT */
/* dec_internal.h - the CANopen decoder's state; dec_*.c alone include it.
 * One struct co_dec for each bus. Memory is taken when something is seen for the first time (a
 * node, a PDO, an SDO channel, an object), never for each frame, and each kind has a limit; what is
 * beyond it is decoded without state. Texts that fields point to as name or label live until
 * close(). */
#ifndef CANSIM_PLUGINS_CANOPEN_DEC_INTERNAL_H
#define CANSIM_PLUGINS_CANOPEN_DEC_INTERNAL_H

#include "plugins/canopen/dec_line.h"
#include "plugins/canopen/dict.h"
#include "plugins/canopen/sdo_watch.h"

#define CO_NODES        128 /* 1..127; 0 stands for nobody */
#define CO_PDO_NUMBERS  512
#define CO_MAP_MAX      64
#define CO_DEC_PDOS     4096
#define CO_DEC_CHANNELS 512  /* SDO channels beside the default ones */
#define CO_DEC_EXT      1024 /* 29-bit identifiers with a meaning; a power of two */
#define CO_DEC_OBJECTS  1024 /* of each node, as far as seen */
#define CO_DEC_LABELS   8192
#define CO_DEC_EMCY     16
#define CO_DEC_SDO_LOG  100 /* conversations that are remembered */
#define CO_DEC_MASTERS  8
#define CO_OBJECT_KEEP  46         /* bytes of a seen value */
#define CO_ID_EXT       (1u << 31) /* in identifiers of this decoder: 29 bits */
#define CO_ID_NONE      UINT32_MAX
#define CO_PS_PER_MS    INT64_C(1000000000)
#define CO_PS_PER_US    INT64_C(1000000)
#define CO_PS_PER_S     INT64_C(1000000000000)

/* Where the decoder knows something from. */
enum co_source {
    CO_FROM_NOTHING,
    CO_FROM_DEFAULT, /* the predefined connection set, a profile */
    CO_FROM_EDS,
    CO_FROM_SEEN,    /* measured */
    CO_FROM_UPLOAD,  /* somebody read it */
    CO_FROM_DOWNLOAD /* somebody wrote it */
};

/* What an identifier stands for. */
enum co_service {
    CO_UNUSED,
    CO_NMT,
    CO_FLYING,
    CO_SYNC,
    CO_TIME,
    CO_EMCY,
    CO_HEARTBEAT, /* and boot-up and guarding */
    CO_SDO_REQUEST,
    CO_SDO_RESPONSE,
    CO_LSS,
    CO_SERVICES
};

struct co_pdo;
struct co_node;
struct co_dec;

/* A service comes before the PDOs that have the same identifier. */
struct co_slot {
    uint8_t service; /* enum co_service */
    uint8_t node;
    uint8_t dflt_pdo;   /* predefined: 1..4 TPDO, 5..8 RPDO of `node`, not met yet; 0: none */
    bool learned;       /* not of the predefined connection set */
    uint16_t channel;   /* SDO: 0 the node's default one, else number in dec->channels + 1 */
    struct co_pdo *pdo; /* first of those with this identifier, the one to decode by */
};

struct co_ext {
    uint32_t id; /* CO_ID_NONE: free */
    struct co_slot slot;
};

/* One mapped object. */
struct co_map {
    uint16_t index;
    uint8_t sub;
    uint8_t class_; /* enum co_type_class */
    uint8_t n_bits;
    uint8_t meaning; /* enum co_meaning */
    uint16_t type;
    uint16_t first_bit;
    bool dummy;        /* 0001h..001Fh: room in an RPDO */
    const char *name;  /* "o6041_00" */
    const char *label; /* "Statusword" */
};

struct co_pdo {
    struct co_pdo *next_same; /* with the same identifier */
    struct co_pdo *next;      /* of the node, by direction and number */
    struct co_node *node;
    uint16_t number; /* 1..512 */
    bool tx;
    bool listed;        /* in a slot */
    bool before_reset;  /* learned, and the node was reset since: it may hold no more */
    uint8_t cob_source; /* enum co_source */
    uint8_t map_source;
    uint8_t comm_source; /* of type and times */
    uint32_t cob;        /* as in object 1400h/1800h sub 1: valid, RTR, frame bits */
    bool have_type, have_inhibit, have_event;
    uint8_t type;
    uint16_t inhibit_100us, event_ms;
    /* As in 1600h/1A00h. */
    bool have_count;
    uint8_t count; /* sub 0; 254, 255: MPDO */
    uint64_t have_entry;
    uint32_t entries[CO_MAP_MAX];
    /* Derived of it. */
    struct co_map map[CO_MAP_MAX];
    uint8_t n_map;
    uint16_t mapped_bits;
    bool map_complete; /* all that count says is known */
    /* What was seen. */
    uint64_t frames, last_frame, rtr_frame;
    int64_t last_ps, period_ps;
    uint8_t last_len, last_data[8];
    char name[8];   /* "TPDO512" */
    char title[24]; /* "node 127 TPDO512: " */
    uint8_t title_len;
};

struct co_emcy {
    int64_t at_ps;
    uint64_t frame;
    uint16_t code;
    uint8_t reg;
    uint8_t bytes[5];
};

/* A value that an SDO transfer showed. */
struct co_seen {
    uint16_t index;
    uint8_t sub;
    uint8_t written; /* last by a download */
    uint32_t len;    /* in all */
    uint64_t frame;
    uint8_t bytes[CO_OBJECT_KEEP];
};

/* An SDO conversation that is over. */
struct co_sdo_said {
    int64_t began_ps, took_ps; /* took 0: its beginning was not seen */
    uint64_t frame;            /* the last */
    uint32_t abort_code, len;
    uint16_t index;
    uint8_t sub, node, outcome; /* enum co_sdo_outcome */
    bool read, block, by_client, have_object;
    uint8_t bytes[24]; /* the value's first */
};

struct co_heart {
    int64_t last_ps; /* last heartbeat or boot-up; -1: none */
    uint64_t last_frame;
    int64_t declared_ps; /* object 1017h, 0: does not send, -1: not known */
    uint8_t declared_source;
    int64_t consumer_ps; /* shortest of those who watch it (1016h), 0: none known */
    int64_t interval_ps; /* between the last two, 0 */
    int64_t period_ps;   /* of two like intervals, 0 */
    bool beats;          /* it sends heartbeats, not only a boot-up */
    bool lost;
    int64_t lost_ps;
    uint64_t count;
};

struct co_guard {
    int64_t asked_ps, answered_ps; /* -1: never */
    uint64_t asked_frame, answered_frame;
    bool pending; /* a request has no answer yet */
    bool have_toggle;
    uint8_t toggle; /* the next one's */
    int64_t interval_ps;
    int64_t guard_ps; /* object 100Ch, -1: not known */
    int life;         /* object 100Dh, -1: not known */
    bool lost;
};

struct co_channel {
    struct co_node *server;
    struct co_sdo_watch *watch;
    uint32_t request, response; /* identifiers, CO_ID_NONE: not known */
    uint8_t client;             /* node-ID, 0: not known */
    uint8_t owner;              /* whose object it was learned from */
    uint16_t object;            /* 1200h.. or 1280h.. */
};

struct co_node {
    struct co_dec *dec;
    uint8_t id;
    bool seen;        /* not only described by a file */
    unsigned profile; /* 0: not known */
    struct co_dict *dict;
    char title[12];   /* "node 127" */
    char key[10];     /* \"node_127\" */
    bool profile_set; /* by the user */
    uint8_t title_len;
    int state;          /* -1: not known */
    bool state_certain; /* told by the node, not only commanded */
    bool saved;         /* parameters were stored (1010h) since they were learned */
    uint64_t reset_frame;
    struct co_heart heart;
    struct co_guard guard;
    uint32_t emcy_id; /* CO_ID_NONE: predefined alone */
    struct co_emcy emcy[CO_DEC_EMCY];
    uint64_t n_emcy; /* in all; the ring's next place is n_emcy % CO_DEC_EMCY */
    bool in_error;   /* an EMCY, and no reset since */
    uint64_t boots, sdo_aborts;
    struct co_pdo *pdos;
    struct co_sdo_watch *sdo;  /* of the default channel; NULL until used */
    struct co_sdo_names names; /* of its server */
    struct co_seen *objects;   /* by index and sub */
    unsigned n_objects, objects_room;
    bool objects_full;
};

struct co_sync {
    uint64_t count, last_frame;
    int64_t last_ps, interval_ps;
    int64_t declared_ps; /* object 1006h, 0: not known */
    int overflow;        /* object 1019h, -1: not known */
    int last_counter;    /* -1: none yet */
    int top;             /* where it went back to 1 last, 0: never */
    uint64_t gaps;
};

/* What LSS services have shown so far. */
struct co_lss_seen {
    uint64_t request_frame; /* the master's last, 0: none */
    int64_t request_ps;
    uint8_t request_cs;    /* its command specifier */
    uint8_t mode;          /* 0 not known, 1 waiting (all), 2 configuration (all), 3 one slave */
    uint8_t have;          /* bit n: selective[n] was said */
    uint32_t selective[4]; /* vendor, product, revision, serial: switch state selective */
    uint32_t identify[6];  /* vendor, product, revision low and high, serial low and high */
    uint8_t have_identify; /* bit n */
    uint32_t found[4];     /* by fastscan */
    uint8_t have_found;    /* bit n: found[n] is complete */
    uint8_t scan_bit, scan_sub, scan_next;
    bool scanning, scan_pending;
    uint8_t node_id; /* these were configured last */
    uint16_t bit_table, bit_index;
    bool have_node_id, have_bit_timing;
};

struct co_master {
    int16_t transmitter; /* index of the host's node, or CANSIM_NO_NODE */
    uint8_t node;        /* by flying master, 0: not known */
    uint8_t priority;
    uint64_t commands;
    int64_t last_ps;
};

struct co_labels {
    char **texts; /* open hash */
    unsigned n;
};

struct co_dec {
    const struct cansim_host *host;
    struct co_slot slots[2048];
    struct co_ext ext[CO_DEC_EXT];
    unsigned n_ext;
    struct co_node *nodes[CO_NODES]; /* NULL: not met */
    /* Next deadline of each node: heartbeat at [id], guarding at [128 + id]; CANSIM_NEVER. */
    int64_t due_ps[2 * CO_NODES];
    int64_t next_ps;
    bool next_stale;
    unsigned profile;
    unsigned n_pdos;
    struct co_channel *channels[CO_DEC_CHANNELS];
    unsigned n_channels;
    struct co_sync sync;
    struct co_lss_seen lss;
    struct co_master masters[CO_DEC_MASTERS];
    unsigned n_masters;
    uint8_t active_master; /* by flying master negotiation */
    uint64_t flying_frame; /* last request of it */
    uint64_t lost_frame;   /* last heartbeat of the node that was lost last */
    struct co_sdo_said sdo_log[CO_DEC_SDO_LOG];
    uint64_t n_sdo_log; /* in all; a ring */
    uint64_t n_frames, n_foreign;
    struct co_labels labels;
    char summary[480];
};

/* ---- dec.c: identifiers and nodes -------------------------------------------------------------
 */

extern const struct cansim_decoder co_decoder;

/* The node, made where it is not there yet; NULL: id out of 1..127 or no memory. */
struct co_node *co_dec_node(struct co_dec *dec, unsigned id);
/* The slot of an identifier (CO_ID_EXT: 29 bits); NULL: none. `make` a 29-bit one if need be. */
struct co_slot *co_dec_slot(struct co_dec *dec, uint32_t id, bool make);
/* Give an identifier a service. False: reserved for another one, or no room. */
bool co_dec_serve(struct co_dec *dec, uint32_t id, enum co_service service, unsigned node,
                  unsigned channel);
/* A deadline changed; heartbeat, or guarding. */
void co_dec_due(struct co_dec *dec, unsigned node, bool guard, int64_t at_ps);
/* One copy of a text that lives until close(). */
const char *co_dec_label(struct co_dec *dec, const char *text);
static inline uint32_t co_dec_id(const struct cansim_frame *frame)
{
    return frame->flags & CANSIM_FRAME_EXT ? frame->id | CO_ID_EXT : frame->id;
}
/* An identifier of a COB-ID object: bit 29 tells its length. */
static inline uint32_t co_cob_id(uint32_t cob)
{
    return cob & (1u << 29) ? (cob & 0x1FFFFFFFu) | CO_ID_EXT : cob & 0x7FFu;
}

/* ---- what all services use --------------------------------------------------------------------
 */

static inline bool co_wants(const struct cansim_sink *sink, unsigned want)
{
    return sink != NULL && (sink->want & want) != 0;
}
static inline void co_event(struct cansim_sink *sink, const char *name, int subject, uint64_t value)
{
    if (sink != NULL)
        sink->event(sink, name, subject, value);
}
static inline void co_link(struct cansim_sink *sink, int kind, uint64_t frame)
{
    if (sink != NULL && frame != 0)
        sink->link(sink, kind, frame);
}
/* "node 5: " in dec->summary; the rest is the caller's. */
struct co_line co_dec_summary(struct co_dec *dec, const struct co_node *node);
/* A frame whose length is not what the service needs: summary, field, severity ERROR. */
void co_dec_wrong_length(struct co_dec *dec, const struct co_node *node, const char *protocol,
                         const struct cansim_frame *frame, unsigned want_min, unsigned want_max,
                         struct cansim_sink *sink);
/* A remote frame where there is to be none. */
void co_dec_wrong_rtr(struct co_dec *dec, const struct co_node *node, const char *protocol,
                      const struct cansim_frame *frame, struct cansim_sink *sink);

/* ---- the services; each is told a frame that is its own ----------------------------------------
 */

void co_dec_nmt(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_flying(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_sync(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_time(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_emcy(struct co_node *node, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_heartbeat(struct co_node *node, const struct cansim_frame *frame,
                      struct cansim_sink *sink);
void co_dec_guard(struct co_node *node, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_dec_sdo(struct co_dec *dec, const struct co_slot *slot, const struct cansim_frame *frame,
                struct cansim_sink *sink);
void co_dec_pdo(struct co_dec *dec, struct co_pdo *pdo, const struct cansim_frame *frame,
                struct cansim_sink *sink);
/* dec_lss.c: 7E4h and 7E5h. */
void co_dec_lss(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink);
void co_lss_model(const struct co_lss_seen *seen, struct cansim_sink *sink);

/* A UINT field with severity; text may be NULL. */
void co_put_uint(struct cansim_sink *sink, const char *name, const char *label, uint64_t value,
                 int severity, const char *text);
void co_put_time(struct cansim_sink *sink, const char *name, const char *label, int64_t ps);
void co_put_text(struct cansim_sink *sink, const char *name, const char *label, const char *text);

/* ---- dec_heart.c: time alone ------------------------------------------------------------------
 */

void co_heart_lost(struct co_node *node, int64_t at_ps, struct cansim_sink *sink);
void co_guard_lost(struct co_node *node, int64_t at_ps, struct cansim_sink *sink);
/* How long a heartbeat may be missing, 0: not known. */
int64_t co_heart_limit(const struct co_node *node);
void co_heart_plan(struct co_node *node);
void co_guard_plan(struct co_node *node);
/* It sent a boot-up, or was commanded to reset. */
void co_dec_restarted(struct co_node *node);

/* ---- dec_pdo_conf.c ----------------------------------------------------------------------------
 */

/* NULL: too many, or no memory. A new one has nothing but its number. */
struct co_pdo *co_pdo_get(struct co_node *node, bool tx, unsigned number);
struct co_pdo *co_pdo_find(const struct co_node *node, bool tx, unsigned number);
/* The predefined one of a slot. */
struct co_pdo *co_pdo_default(struct co_dec *dec, struct co_slot *slot);
/* Object 1400h..1BFFh has a value. */
void co_pdo_learn(struct co_node *node, unsigned index, unsigned sub, uint64_t value,
                  enum co_source source);
/* As the node's file says; also after a reset. */
void co_pdo_from_dict(struct co_node *node);
void co_pdo_restarted(struct co_node *node);
const char *co_map_name(struct co_dec *dec, unsigned index, unsigned sub);
const char *co_map_label(const struct co_node *node, unsigned index, unsigned sub);
/* Names and types may be others now. */
void co_pdo_remap(struct co_node *node);

/* ---- dec_learn.c -------------------------------------------------------------------------------
 */

/* A value of an object became known. */
void co_dec_learn(struct co_node *node, unsigned index, unsigned sub, const uint8_t *value,
                  size_t len, size_t kept, enum co_source source, uint64_t frame);
/* What the node's file says of objects that matter to the decoder. */
void co_dec_learn_dict(struct co_node *node);
const struct co_seen *co_dec_seen(const struct co_node *node, unsigned index, unsigned sub);
/* A number that was seen or, else, is in the node's file. */
bool co_dec_number(const struct co_node *node, unsigned index, unsigned sub, uint64_t *value);

enum co_meaning {
    CO_MEANS_NOTHING,
    CO_MEANS_STATUSWORD,
    CO_MEANS_CONTROLWORD,
    CO_MEANS_MODE,
    CO_MEANS_REQUEST_NMT
};
/* What kind of object it is, and its value's words: NULL, none. */
enum co_meaning co_meaning_of(unsigned profile, unsigned index, unsigned sub);
const char *co_meaning_text(enum co_meaning meaning, uint64_t value);

/* ---- dec_sdo.c ---------------------------------------------------------------------------------
 */

/* A server's or client's SDO parameter (1200h..12FFh) has a value. */
void co_sdo_learn(struct co_node *node, unsigned index, unsigned sub, uint64_t value);

/* ---- dec_settings.c, dec_model.c ----------------------------------------------------------------
 */

extern const struct cansim_setting_row co_dec_settings[];
int co_dec_configure(struct co_dec *dec, const struct cansim_setting *settings, size_t n, char *why,
                     size_t why_size);
void co_dec_model(struct co_dec *dec, int64_t at_ps, struct cansim_sink *sink);
/* Of it what is of the whole network, with node 0, or how one node is: without its objects and
 * conversations. */
void co_dec_model_part(const struct co_dec *dec, unsigned node, int64_t at_ps,
                       struct cansim_sink *sink);

/* ---- dec_pages.c, dec_page_node.c --------------------------------------------------------------
 */

extern const struct cansim_page *const co_dec_pages[];
extern const struct cansim_table *const co_node_sections[];

#endif
