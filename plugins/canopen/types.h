/* SPDX-License-Identifier: MIT */
/* types.h - the static data types of CANopen (CiA 301, 7.4.7.1) and their values.
 * A value is bytes as on the wire: little-endian, strings without a final NUL. */
#ifndef CANSIM_PLUGINS_CANOPEN_TYPES_H
#define CANSIM_PLUGINS_CANOPEN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/cansim_plugin.h"

enum co_type {
    CO_TYPE_NONE = 0,
    CO_BOOLEAN = 0x01,
    CO_INTEGER8 = 0x02,
    CO_INTEGER16 = 0x03,
    CO_INTEGER32 = 0x04,
    CO_UNSIGNED8 = 0x05,
    CO_UNSIGNED16 = 0x06,
    CO_UNSIGNED32 = 0x07,
    CO_REAL32 = 0x08,
    CO_VISIBLE_STRING = 0x09,
    CO_OCTET_STRING = 0x0A,
    CO_UNICODE_STRING = 0x0B,
    CO_TIME_OF_DAY = 0x0C,
    CO_TIME_DIFFERENCE = 0x0D,
    CO_DOMAIN = 0x0F,
    CO_INTEGER24 = 0x10,
    CO_REAL64 = 0x11,
    CO_INTEGER40 = 0x12,
    CO_INTEGER48 = 0x13,
    CO_INTEGER56 = 0x14,
    CO_INTEGER64 = 0x15,
    CO_UNSIGNED24 = 0x16,
    CO_UNSIGNED40 = 0x18,
    CO_UNSIGNED48 = 0x19,
    CO_UNSIGNED56 = 0x1A,
    CO_UNSIGNED64 = 0x1B,
};

enum co_type_class {
    CO_CLASS_NONE, /* not a known type */
    CO_CLASS_BOOL,
    CO_CLASS_INT,
    CO_CLASS_UINT,
    CO_CLASS_REAL,
    CO_CLASS_TEXT,  /* VISIBLE_STRING */
    CO_CLASS_UTF16, /* UNICODE_STRING */
    CO_CLASS_BYTES, /* OCTET_STRING, DOMAIN */
    CO_CLASS_TIME,  /* TIME_OF_DAY, TIME_DIFFERENCE: 6 bytes */
};

struct co_type_info {
    uint16_t type;
    uint8_t class_;   /* enum co_type_class */
    uint8_t bits;     /* on the wire; 0: any length; BOOLEAN 1 */
    const char *name; /* "UNSIGNED16" */
};

const struct co_type_info *co_type_info(unsigned type); /* NULL: not known */
/* Bytes of a value of fixed length (BOOLEAN 1), 0 where any length will do. */
unsigned co_type_size(unsigned type);

uint64_t co_get_le(const uint8_t *bytes, size_t len); /* len 0..8 */
void co_put_le(uint8_t *bytes, size_t len, uint64_t value);

/* Read a value as a person writes it (decimal, 0x.., a number with sign, true/false, text; bytes as
 * hex digits) into `bytes`. Returns its length, -EINVAL, -ERANGE or -ENOSPC. */
long co_value_parse(unsigned type, const char *text, uint8_t *bytes, size_t size);
/* The same backwards. Returns the length, cut to fit. An unknown type is shown as hex. */
size_t co_value_format(unsigned type, const uint8_t *bytes, size_t len, char *text, size_t size);
/* Fill in kind, value, len, base of a field; `bytes` must live as long as the field is used. Where
 * the length is wrong for the type it is shown as bytes with severity CANSIM_ERROR. */
void co_value_field(unsigned type, const uint8_t *bytes, size_t len, struct cansim_field *field);

#endif
