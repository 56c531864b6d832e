/* SPDX-License-Identifier: MIT */
/* sdo_watch_internal.h - the parts of the SDO watch; nobody else includes it. */
#ifndef CANSIM_PLUGINS_CANOPEN_SDO_WATCH_INTERNAL_H
#define CANSIM_PLUGINS_CANOPEN_SDO_WATCH_INTERNAL_H

#include "plugins/canopen/sdo_watch.h"
#include "plugins/canopen/text.h"

enum sdo_state {
    SDO_IDLE,
    SDO_DOWN_INIT,     /* the client asked to write */
    SDO_DOWN_SEGMENTS, /* ... in segments */
    SDO_UP_INIT,       /* the client asked to read */
    SDO_UP_SEGMENTS,
    SDO_BLOCK_DOWN_INIT,
    SDO_BLOCK_DOWN,     /* the client's segments come; the server acknowledges sub-blocks */
    SDO_BLOCK_DOWN_END, /* all are acknowledged: the client says the end, the server confirms */
    SDO_BLOCK_UP_INIT,
    SDO_BLOCK_UP_START, /* the server answered: the client is to start */
    SDO_BLOCK_UP,
    SDO_BLOCK_UP_END,
};

/* Segments of a sub-block, by sequence number. */
struct sdo_segments {
    uint64_t frames[128]; /* that carried them; 0: not seen */
    uint64_t before[128]; /* that carried the same, not acknowledged; 0: none */
};

struct co_sdo_watch {
    unsigned node_id;
    struct co_sdo_names names;
    enum sdo_state state;
    bool in_step; /* the last request was seen, and what came since fits it */
    bool upload;
    bool expedited; /* DOWN_INIT: the value was in the request */
    bool asked;     /* the client's turn is over: the server is to answer */
    bool have_object;
    uint16_t index;
    uint8_t sub;
    bool have_size;
    uint32_t size;  /* as indicated */
    uint8_t toggle; /* expected next */
    uint64_t first_frame, client_frame, server_frame;
    int64_t began_ps;
    /* Blocks. */
    bool client_crc, server_crc;
    uint8_t block_size;            /* segments of this sub-block */
    uint8_t last_seq;              /* highest of this sub-block, 0: none yet */
    bool last_seen;                /* the one that says it is the last */
    bool ended;                    /* the end was said: it is to be confirmed */
    size_t sub_start;              /* bytes before this sub-block */
    bool holes;                    /* segments that were acknowledged were not seen */
    struct sdo_segments *segments; /* NULL until the first block transfer */
    uint16_t crc;                  /* as said at the end */
    /* The value. */
    uint8_t *data;
    size_t room, len;
    bool no_memory;
};

/* One frame at work. */
struct sdo_frame {
    struct co_sdo_watch *w;
    const struct cansim_frame *frame;
    struct cansim_sink *sink; /* NULL: only the state */
    struct co_sdo_told *told;
    bool response;
    const uint8_t *d; /* 8 bytes, those that are missing are 0 */
    unsigned have;    /* so many are not missing */
    int severity;
    struct co_text line;
    const char *remarks[8]; /* what is wrong or odd: they end the line */
    unsigned n_remarks;
};

/* sdo_watch_say.c: what is told. `text` NULL: nothing more. */
void sdo_command(struct sdo_frame *f, const char *text);
void sdo_say_object(struct sdo_frame *f);
/* `text` lives as long as the frame is at work. */
void sdo_problem(struct sdo_frame *f, const char *text); /* against the protocol */
void sdo_odd(struct sdo_frame *f, const char *text);     /* a warning */
unsigned sdo_type(const struct co_sdo_watch *w);         /* of the object, CO_TYPE_NONE */
void sdo_say_value(struct sdo_frame *f, const uint8_t *value, size_t len, size_t total,
                   unsigned first_bit);
void sdo_line(struct sdo_frame *f, const char *text);
void sdo_line_object(struct sdo_frame *f);
void sdo_link(struct sdo_frame *f, enum cansim_link kind, uint64_t number);
void sdo_uint(struct sdo_frame *f, const char *name, const char *label, uint64_t value,
              unsigned hex_digits, unsigned first_bit, unsigned n_bits);

/* sdo_watch.c */
void sdo_keep(struct co_sdo_watch *w, size_t at, const uint8_t *bytes, size_t len);
void sdo_begin(struct sdo_frame *f, enum sdo_state state, bool upload);
void sdo_done(struct sdo_frame *f, const uint8_t *value, size_t kept, size_t len);
void sdo_broken(struct sdo_frame *f, const char *why);
/* There is no transfer that it could belong to: wrong only where its start would have been seen. */
void sdo_stray(struct sdo_frame *f);
bool sdo_names_request(struct sdo_frame *f);

/* sdo_watch_block.c: true where the frame belongs to a block transfer that is under way. */
bool sdo_block_client(struct sdo_frame *f);
bool sdo_block_server(struct sdo_frame *f);
void sdo_block_begin_download(struct sdo_frame *f);
void sdo_block_begin_upload(struct sdo_frame *f);
void sdo_block_stray(struct sdo_frame *f);

#endif
