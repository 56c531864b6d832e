/* SPDX-License-Identifier: MIT */
/* pcapng.h - numbers of the pcapng file format (draft-ietf-opsawg-pcapng) that reader and writer of
 * captures share. A file is a sequence of blocks: type, length, body, length once more. */
#ifndef CANSIM_PLUGINS_PCAPNG_H
#define CANSIM_PLUGINS_PCAPNG_H

#include "plugins/packet.h"

#define CS_PCAPNG_MAGIC 0x1A2B3C4Du /* in a section header, in the byte order of what follows */

enum cs_pcapng_block {
    CS_PCAPNG_INTERFACE = 1,
    CS_PCAPNG_PACKET = 2, /* obsolete */
    CS_PCAPNG_SIMPLE = 3,
    CS_PCAPNG_ENHANCED = 6,
    CS_PCAPNG_SECTION = 0x0A0D0D0A, /* the same in both byte orders */
};

enum cs_pcapng_option {
    CS_PCAPNG_END = 0,
    CS_PCAPNG_COMMENT = 1,
    CS_PCAPNG_USERAPPL = 4, /* of a section */
    CS_PCAPNG_IF_NAME = 2,  /* of an interface: this and the following */
    CS_PCAPNG_IF_TSRESOL = 9,
    CS_PCAPNG_IF_TSOFFSET = 14,
};

#define CS_PCAPNG_COMMENT_MAX 400 /* with its NUL; what is longer is cut */

/* The reader's part of the format (struct cansim_format). */
int cs_pcapng_probe(const void *head, size_t n);
int cs_pcapng_open(void **state, const struct cansim_input *input, char *why, size_t why_size);
int cs_pcapng_read(void *state, struct cansim_log_frame *out, char *why, size_t why_size);
void cs_pcapng_close(void *state);

#endif
