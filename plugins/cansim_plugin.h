/* SPDX-License-Identifier: MIT */
/* cansim_plugin.h - all that a plugin of cansim needs: decoders, nodes and log formats.
 *
 * A plugin is a shared object that exports one constant, `cansim_plugin`. Nothing of it is called
 * before magic, ABI and sizes have been checked. The interface only grows: a struct gets new
 * members at its end, and `size`, its first member, tells how many of them its maker knew; who
 * reads a struct of the other side looks at no member that lies beyond. Numbers of enumerations
 * are never used again for something else.
 *
 * All calls come from one thread. No function keeps a pointer that it was given beyond its return,
 * but for the host's structs, which live from open() to close(), and for the names, labels and
 * units of fields, which the plugin keeps valid until close(). Time is bus time in picoseconds.
 * Nothing may block, and nothing is to allocate for each frame. C and C++ can include this. */
#ifndef CANSIM_PLUGIN_H
#define CANSIM_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CANSIM_PLUGIN_MAGIC 0x4E504E43u /* "CNPN" */
#define CANSIM_PLUGIN_ABI   1u
#define CANSIM_NEVER        INT64_MAX
#define CANSIM_NO_NODE      (-1)
#define CANSIM_LATER        (-2) /* there is nothing yet */

/* Does the maker of *object, a struct cansim_..., know that member? */
#define CANSIM_KNOWS(object, type, member) \
    ((object)->size >= offsetof(type, member) + sizeof((object)->member))

/* ---- frames ---------------------------------------------------------------------------------- */

enum cansim_frame_flag {
    CANSIM_FRAME_EXT = 1 << 0, /* 29-bit identifier */
    CANSIM_FRAME_RTR = 1 << 1, /* remote frame: no data */
    CANSIM_FRAME_FD = 1 << 2,
    CANSIM_FRAME_BRS = 1 << 3,
    CANSIM_FRAME_ESI = 1 << 4,
};

struct cansim_frame {
    uint32_t size;
    uint32_t id;
    uint8_t flags; /* enum cansim_frame_flag */
    uint8_t dlc;   /* as sent, 0..15 */
    uint8_t len;   /* bytes in data, 0..64; 0 in a remote frame */
    uint8_t zero;
    uint16_t bus;     /* index; a decoder sees one bus only */
    int16_t node;     /* index of the transmitter, or CANSIM_NO_NODE: not known */
    int64_t start_ps; /* SOF; where a log does not tell it, at_ps */
    int64_t at_ps;    /* end of EOF */
    uint64_t number;  /* 1, 2, 3 ... over all buses: what links name */
    uint8_t data[64];
};

/* ---- fields: what a decoder says, never text for a screen ------------------------------------ */

enum cansim_value {
    CANSIM_NONE, /* only a name: a heading */
    CANSIM_UINT, /* value.u */
    CANSIM_INT,  /* value.i */
    CANSIM_REAL, /* value.real */
    CANSIM_BOOL, /* value.u */
    CANSIM_TIME, /* value.i, picoseconds of bus time, or between two */
    CANSIM_TEXT, /* value.bytes, `len` bytes, UTF-8 */
    CANSIM_BYTES /* value.bytes, `len` bytes */
};

enum cansim_base { CANSIM_DEC, CANSIM_HEX, CANSIM_BIN };

enum cansim_severity {
    CANSIM_INFO,
    CANSIM_NOTE,    /* rare, worth a look: boot-up, state changes */
    CANSIM_WARNING, /* allowed, but somebody is not content: an SDO abort, an EMCY */
    CANSIM_ERROR    /* against the protocol: wrong toggle bit, wrong length, CRC */
};

struct cansim_field {
    uint32_t size;
    uint8_t kind;       /* enum cansim_value */
    uint8_t base;       /* enum cansim_base of UINT */
    uint8_t digits;     /* at least so many, of HEX and BIN */
    uint8_t severity;   /* enum cansim_severity of this field */
    uint16_t first_bit; /* in the frame's data: 8 * byte + bit, bit 0 is the byte's lowest */
    uint16_t n_bits;    /* 0: not in this frame */
    const char *name;   /* for programs: lower case, digits and '_', such as "cob_id" */
    const char *label;  /* for people; NULL: the name */
    const char *unit;   /* NULL: none */
    const char *text;   /* what the value means: an enumeration's word; NULL: nothing */
    union {
        uint64_t u;
        int64_t i;
        double real;
        const void *bytes;
    } value;
    uint32_t len; /* of TEXT and BYTES */
};

enum cansim_link {
    CANSIM_LINK_ANSWERS,     /* this frame answers frame n */
    CANSIM_LINK_CONTINUES,   /* it goes on with the conversation that frame n began */
    CANSIM_LINK_RETRANSMITS, /* it says again what frame n said */
    CANSIM_LINK_CAUSED_BY    /* such as an EMCY by the loss of what frame n was the last of */
};

enum cansim_want {
    CANSIM_WANT_SUMMARY = 1 << 0,
    CANSIM_WANT_FIELDS = 1 << 1,
};

/* Where a decoder puts what it found; the host's. open() and close() nest at most 16 deep; what is
 * beyond the host's room (4096 fields) is left out, counted and shown. */
struct cansim_sink {
    uint32_t size;
    uint32_t want; /* enum cansim_want; what is not wanted may be told or not */
    void *ctx;
    void (*field)(struct cansim_sink *sink, const struct cansim_field *field);
    void (*open)(struct cansim_sink *sink, const struct cansim_field *field); /* has parts */
    void (*close)(struct cansim_sink *sink);
    /* Protocol's part and one line without it: "SDO", "node 5 read 1018.1 vendor: 0x123". The last
     * one counts; the frame's severity is the highest that was said. */
    void (*summary)(struct cansim_sink *sink, const char *protocol, int severity, const char *text);
    void (*link)(struct cansim_sink *sink, int kind, uint64_t number);
    /* Something that is decoded of this frame has a name of its own that filters and expectations
     * can ask for: "canopen.sdo.abort", with what it is about: node-ID (-1: none), and a number
     * such as the abort code. */
    void (*event)(struct cansim_sink *sink, const char *name, int subject, uint64_t value);
};

/* Short forms for the fields that are met most. */
static inline void cansim_put_uint(struct cansim_sink *sink, const char *name, const char *label,
                                   uint64_t value, unsigned hex_digits, unsigned first_bit,
                                   unsigned n_bits, const char *text)
{
    struct cansim_field field;

    memset(&field, 0, sizeof(field));
    field.size = sizeof(field);
    field.kind = CANSIM_UINT;
    field.base = hex_digits != 0 ? CANSIM_HEX : CANSIM_DEC;
    field.digits = (uint8_t)hex_digits;
    field.first_bit = (uint16_t)first_bit;
    field.n_bits = (uint16_t)n_bits;
    field.name = name;
    field.label = label;
    field.text = text;
    field.value.u = value;
    sink->field(sink, &field);
}

static inline void cansim_put_bytes(struct cansim_sink *sink, int kind, const char *name,
                                    const char *label, const void *bytes, size_t len,
                                    unsigned first_bit)
{
    struct cansim_field field;

    memset(&field, 0, sizeof(field));
    field.size = sizeof(field);
    field.kind = (uint8_t)kind;
    field.first_bit = (uint16_t)first_bit;
    field.n_bits = (uint16_t)(first_bit + 8 * len <= 512 ? 8 * len : 0);
    field.name = name;
    field.label = label;
    field.value.bytes = bytes;
    field.len = (uint32_t)len;
    sink->field(sink, &field);
}

/* ---- settings -------------------------------------------------------------------------------- */

enum cansim_setting_kind {
    CANSIM_SET_TEXT,
    CANSIM_SET_NUMBER, /* a JSON number, or its text on a command line */
    CANSIM_SET_BOOL,   /* "true" or "false" */
    CANSIM_SET_TIME,   /* "10ms"; handed over as decimal picoseconds */
    CANSIM_SET_FILE,   /* relative to the file that names it; handed over as it can be opened */
};

/* A row for each key that there is; ends with a row without a path. What is not in the table is
 * refused by the host, with the nearest name. */
struct cansim_setting_row {
    const char *path; /* "eds", or within arrays and objects "signals/#/object"; # is an index */
    int kind;         /* enum cansim_setting_kind */
    bool required;    /* within what it is a part of */
    const char *form; /* "1..127" */
    const char *dflt; /* for help; NULL: none */
    const char *help;
};

struct cansim_setting {
    const char *path; /* "eds", "signals/0/object"; in the order of the file */
    const char *value;
};

/* ---- what all kinds have from the host --------------------------------------------------------
 */

struct cansim_host {
    uint32_t size;
    void *ctx;
    const char *version;  /* of cansim */
    const char *bus_name; /* "can0" */
    uint32_t bitrate_bps; /* 0: not known */
    /* One sentence for people about something odd, such as in an EDS; open() may call it. */
    void (*say)(void *ctx, int severity, const char *text);
};

/* ---- pages: what a decoder knows, as tables for people ----------------------------------------
 */

enum cansim_column_kind {
    CANSIM_COLUMN_TEXT,   /* from the left */
    CANSIM_COLUMN_NUMBER, /* from the right */
    CANSIM_COLUMN_STATE,  /* a word in the colour of its severity; INFO is good news */
    CANSIM_COLUMN_BAR,    /* REAL, 0 to 1, as a bar; in the colour of its severity */
};

struct cansim_column {
    const char *title;
    int kind;             /* enum cansim_column_kind */
    int width, max_width; /* characters; wider than `width` only where there is room */
    int rank; /* 0: always there; where it is narrow those of the highest rank go first */
};

/* Something that a person can have done from a table: a key, and the command for the actor (see
 * struct cansim_decoder). In the command "{row}" stands for the first cell of the page's row,
 * "{word}" for that of the selected row of a section, both up to a blank; at "{ask}" a person goes
 * on to type. */
struct cansim_action {
    char key; /* a letter */
    const char *label, *help;
    const char *command;
};

struct cansim_table {
    uint32_t size;
    const char *title;
    const char *empty;                   /* what to do where there are no rows */
    const struct cansim_column *columns; /* ends with one without title; NULL: lines, see below */
    /* Each row is open(), a field for each column in order, close(); of the row's own field the
     * value.u is what it is known by. Without columns: any tree, drawn as lines "label value".
     * `row` is that of the page where this is one of its sections, else 0. */
    void (*rows)(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink);
    const struct cansim_action *actions; /* ends with one without key; NULL: none */
};

/* A list, and behind each of its rows further tables. */
struct cansim_page {
    uint32_t size;
    const char *name; /* "network" */
    const struct cansim_table *list;
    const struct cansim_table *const *sections; /* ends with NULL; NULL: none */
};

/* ---- decoders -------------------------------------------------------------------------------- */

/* One instance for each bus, from its first frame on. Same frames: same output, byte for byte. */
struct cansim_decoder {
    uint32_t size;
    const char *name;                          /* for --as: "canopen" */
    const char *title;                         /* "CANopen (CiA 301, 302, 305, 306, 401, 402)" */
    const struct cansim_setting_row *settings; /* NULL: none */
    /* 0 and *state, or -1 with one sentence: "5=drive.eds: line 12: must be ..." */
    int (*open)(void **state, const struct cansim_host *host, const struct cansim_setting *settings,
                size_t n_settings, char *why, size_t why_size);
    void (*close)(void *state);
    /* A valid frame of the bus, in order. 1: it belongs to this protocol, and was told to the sink;
     * 0: it does not. `sink` is NULL where only the state is to follow. */
    int (*frame)(void *state, const struct cansim_frame *frame, struct cansim_sink *sink);
    /* When time alone has something to tell (a heartbeat that is missing), CANSIM_NEVER; NULL:
     * never.
     */
    int64_t (*next)(void *state);
    /* It is now at_ps >= next(): tell that one thing. Called before a frame of that or a later
     * time.
     */
    void (*time)(void *state, int64_t at_ps, struct cansim_sink *sink);
    /* All that is known at at_ps as a tree, such as the network's nodes; NULL: nothing. */
    void (*model)(void *state, int64_t at_ps, struct cansim_sink *sink);

    /* Members since cansim 0.1.0's first decoders end here; those that follow may be missing. */

    const struct cansim_page *const *pages; /* ends with NULL; NULL: none */
    /* The node type whose commands do what a person asks for on these pages. It is opened with
     * `actor_settings` (ends with one without path; NULL: none), and where it knows "eds/#" with
     * the decoder's files, and sends from the host's own controller; what it notes is the answer.
     * NULL: nothing can be asked for. */
    const char *actor;
    const struct cansim_setting *actor_settings;
};

/* ---- nodes ----------------------------------------------------------------------------------- */

enum cansim_bus_state {
    CANSIM_ERROR_ACTIVE,
    CANSIM_ERROR_PASSIVE,
    CANSIM_BUS_OFF,
};

/* What a node can do; the first member's `ctx` is not for these, `ctx` here is. */
struct cansim_node_host {
    uint32_t size;
    const struct cansim_host *host;
    void *ctx;
    const char *name; /* of the node */
    int64_t (*now)(void *ctx);
    /* Queue a frame (id, flags, dlc or len, data; the rest is not looked at). 0, -EINVAL, -ENOSPC
     * (queue full), -ENETDOWN (bus-off, or not on the bus), -EPERM (listen-only). */
    int (*send)(void *ctx, const struct cansim_frame *frame, uint64_t cookie);
    int (*abort)(void *ctx, uint64_t cookie); /* number of frames given up */
    /* The node's one timer: timer() runs at at_ps, or now where that is past. CANSIM_NEVER stops.
     */
    void (*set_timer)(void *ctx, int64_t at_ps);
    uint64_t (*random)(void *ctx); /* of a stream of the node's own, from the seed */
    /* A sentence in the event stream, as of a scenario's note. */
    void (*note)(void *ctx, int severity, const char *text);
    /* Another nominal bit rate from the next quiet moment on. 0 or -EINVAL. */
    int (*set_bitrate)(void *ctx, uint32_t bitrate_bps);
};

struct cansim_node_type {
    uint32_t size;
    const char *name;  /* "type" in a scenario: "canopen" */
    const char *title; /* "CANopen device from an EDS" */
    const struct cansim_setting_row *settings;
    const struct cansim_setting_row *commands; /* for help: path is the form "emcy CODE [REG]" */
    int (*open)(void **state, const struct cansim_node_host *host,
                const struct cansim_setting *settings, size_t n_settings, char *why,
                size_t why_size);
    void (*close)(void *state);
    void (*attached)(void *state, int64_t at_ps); /* power on: it joined the bus */
    void (*detached)(void *state, int64_t at_ps); /* power off; its timer is stopped */
    void (*frame)(void *state, const struct cansim_frame *frame); /* received; never its own */
    /* A frame of its own is over: result 0 sent, else given up. */
    void (*sent)(void *state, uint64_t cookie, int result, int64_t at_ps);
    void (*timer)(void *state, int64_t at_ps);
    void (*bus_state)(void *state, int bus_state, int64_t at_ps); /* enum cansim_bus_state */
    /* What the timeline or a person tells it. 0 or -1 with one sentence. */
    int (*command)(void *state, int64_t at_ps, const char *text, char *why, size_t why_size);
    /* How it is, as a tree; NULL: nothing. */
    void (*model)(void *state, int64_t at_ps, struct cansim_sink *sink);
};

/* ---- log formats ----------------------------------------------------------------------------- */

struct cansim_input {
    uint32_t size;
    void *ctx;
    /* Up to n bytes; 0 at the end, -1 where reading failed (the host tells); CANSIM_LATER, of a log
     * that grows, to a format that waits. */
    long (*read)(void *ctx, void *bytes, size_t n);
    /* One sentence about what of the log was left out, such as packets that are no CAN frames. */
    void (*say)(void *ctx, const char *text);
};

struct cansim_output {
    uint32_t size;
    void *ctx;
    int (*write)(void *ctx, const void *bytes, size_t n); /* 0 or -1 (the host tells) */
};

struct cansim_log_frame {
    uint32_t size;
    struct cansim_frame *frame; /* the caller's; number and node are not touched by readers */
    const char *bus_name;       /* valid until the next call; never NULL */
    /* No data frame: `frame` holds its time, and where the log tells what it was (len 8, else 0)
     * the class bits of Linux's can/error.h in `id` and its 8 bytes in `data`. */
    bool error_frame;
    int64_t epoch_s; /* at_ps counts from here, in seconds since 1970; 0: bus time */
    /* As the log says it: where logs are not in order, it may be less than that of the frame
     * before; at_ps never is. Writers look at at_ps alone. */
    int64_t stamp_ps;
    const char *comment; /* of the log about this frame, valid as bus_name is; NULL: none */
};

struct cansim_format {
    uint32_t size;
    const char *name;       /* "candump" */
    const char *title;      /* "can-utils' candump -L" */
    const char *extensions; /* "log,txt" */
    /* How sure it is, 0..100, from the first bytes (at most 4096) of a file. */
    int (*probe)(const void *head, size_t n);
    int (*open)(void **state, const struct cansim_input *input, char *why, size_t why_size);
    /* 1 and *frame, 0 at the end, -1 with a sentence that begins with the place: "12: must ..." */
    int (*read)(void *state, struct cansim_log_frame *frame, char *why, size_t why_size);
    void (*close)(void *state);
    /* NULL: it cannot be written. */
    int (*create)(void **state, const struct cansim_output *output, char *why, size_t why_size);
    /* 0; 1 where a part of it, or all of it, cannot be written in this format, with a few words of
     * which frames that are: "error frames left out"; -1 with a sentence. What one call writes
     * leaves by one call of the output, and is complete. */
    int (*write)(void *state, const struct cansim_log_frame *frame, char *why, size_t why_size);
    int (*finish)(void *state, char *why, size_t why_size); /* also frees */
    /* Logs can be followed while they grow: where its input says CANSIM_LATER, read() says the
     * same, and the next one goes on with what was there already. */
    bool waits;
};

/* ---- the plugin ------------------------------------------------------------------------------ */

struct cansim_plugin {
    uint32_t magic; /* CANSIM_PLUGIN_MAGIC */
    uint32_t abi;   /* CANSIM_PLUGIN_ABI */
    uint32_t size;
    const char *name; /* lower case, digits, '_' and '-', at most 31 */
    const char *version;
    const char *about;
    const char *license;
    const struct cansim_decoder *const *decoders; /* each ends with NULL; NULL: none */
    const struct cansim_node_type *const *nodes;
    const struct cansim_format *const *formats;
};

#define CANSIM_PLUGIN_SYMBOL "cansim_plugin"
#if defined(__GNUC__)
#define CANSIM_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define CANSIM_PLUGIN_EXPORT
#endif

#ifdef __cplusplus
}
#endif

#endif
