/* SPDX-License-Identifier: MIT */
/* proto_internal.h - what the files of the codec share. Every read goes through cs_proto_take(). */
#ifndef CANSIM_QEMU_LINK_PROTO_INTERNAL_H
#define CANSIM_QEMU_LINK_PROTO_INTERNAL_H

#include "qemu-link/proto_msg.h"

struct cs_proto_writer {
    uint8_t *at;
};

struct cs_proto_reader {
    const uint8_t *at;
    size_t left;
    const char *message;
    char *why;
    size_t why_size;
};

uint64_t cs_proto_get_le(const uint8_t *from, unsigned bytes);
void cs_proto_write_le(struct cs_proto_writer *w, uint64_t value, unsigned bytes);
void cs_proto_write_zero(struct cs_proto_writer *w, size_t bytes);
void cs_proto_write_name(struct cs_proto_writer *w, const char *name);

/* The next bytes of the message, NULL: it has fewer. */
const uint8_t *cs_proto_take(struct cs_proto_reader *r, size_t bytes);
/* Both return -EPROTO. */
__attribute__((format(printf, 2, 3))) int cs_proto_refuse(const struct cs_proto_reader *r,
                                                          const char *fmt, ...);
int cs_proto_too_short(const struct cs_proto_reader *r, const char *field);
int cs_proto_copy_name(const struct cs_proto_reader *r, const char *field, const uint8_t *at,
                       char *name);

void cs_proto_write_filters(struct cs_proto_writer *w, const struct cs_proto_msg *msg);
void cs_proto_write_buses(struct cs_proto_writer *w, const struct cs_proto_msg *msg);
void cs_proto_write_edges(struct cs_proto_writer *w, const struct cs_proto_msg *msg);
int cs_proto_read_filters(struct cs_proto_reader *r, const struct cs_proto_field *field,
                          struct cs_proto_msg *msg);
int cs_proto_read_buses(struct cs_proto_reader *r, const struct cs_proto_field *field,
                        struct cs_proto_msg *msg);
int cs_proto_read_edges(struct cs_proto_reader *r, const struct cs_proto_field *field,
                        struct cs_proto_msg *msg);

#endif
