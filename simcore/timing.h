/* SPDX-License-Identifier: MIT */
/* timing.h - bit timing of one controller: bit rates, segments, clock drift, transceiver delay
 * compensation. ISO 11898-1:2015, 11.3. Integers only: the length of a bit is kept in units of
 * 2^-32 ps, so that a drift of parts per billion adds up exactly. */
#ifndef CANSIM_SIMCORE_TIMING_H
#define CANSIM_SIMCORE_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CS_BITRATE_MIN      10000u
#define CS_BITRATE_MAX      1000000u /* nominal */
#define CS_DATA_BITRATE_MAX 10000000u
/* What the registers of a controller can be set to, sensible or not: with a clock the nominal bit
 * rate may be as low or high as this. */
#define CS_CLOCKED_BITRATE_MIN 1000u
#define CS_CLOCKED_BITRATE_MAX CS_DATA_BITRATE_MAX
#define CS_CLOCK_MIN_HZ        1000000u
#define CS_CLOCK_MAX_HZ        1000000000u
#define CS_BRP_MAX             1024u
#define CS_BIT_TQ_MIN          3u
#define CS_BIT_TQ_MAX          1024u  /* time quanta in a bit */
#define CS_DRIFT_MAX_PPM       100000 /* 10 % */
#define CS_TDC_OFFSET_MAX      1023u  /* minimum time quanta, that is clock cycles */

/* One bit rate. The bit is 1 + prop_seg + phase_seg1 + phase_seg2 time quanta; the sample point is
 * between phase_seg1 and phase_seg2. A time quantum is brp / clock_hz; where clock_hz is 0 the bit
 * is exactly 1 / bitrate_bps (rounded to the picosecond) and the quantum its even part. */
struct cs_bit_timing {
    uint32_t bitrate_bps; /* given where clock_hz is 0; else what comes out, rounded */
    uint32_t clock_hz;    /* CS_CLOCK_MIN_HZ..CS_CLOCK_MAX_HZ, or 0 */
    uint16_t brp;         /* 1..CS_BRP_MAX with a clock */
    uint16_t prop_seg;    /* 0.. */
    uint16_t phase_seg1;  /* 0..; prop_seg + phase_seg1 >= 1 */
    uint16_t phase_seg2;  /* 1.. */
    uint16_t sjw;         /* 1..phase_seg2 */
};

enum cs_tdc_mode {
    CS_TDC_AUTO,  /* as a driver would choose: on where the data bit is short, sample point's offset
                   */
    CS_TDC_OFF,   /* the transmitter looks at its own bits at the normal sample point */
    CS_TDC_ON,    /* secondary sample point: measured delay + offset */
    CS_TDC_FIXED, /* secondary sample point: offset alone */
};

struct cs_timing {
    struct cs_bit_timing nominal;
    struct cs_bit_timing data; /* all 0: no second bit rate (BRS frames use the nominal one) */
    int32_t drift_ppb;   /* the clock is slow by so many parts per billion: + makes bits longer */
    uint8_t tdc;         /* enum cs_tdc_mode */
    uint16_t tdc_offset; /* clock cycles (ON, FIXED); without a clock data time quanta */
};

/* What the engines compute with. */
struct cs_bit_clock {
    uint64_t bit_q32; /* length of a bit in 2^-32 ps, drift included */
    uint16_t n_tq;    /* in a bit */
    uint16_t sample;  /* sync_seg + prop_seg + phase_seg1 */
    uint16_t sjw;
};

/* Sample point and SJW where nobody says: 87.5 % up to 500 kbit/s, 80 % up to 800 kbit/s, above it
 * 75 % (CiA 601-3), SJW half of phase_seg2. */
#define CS_SAMPLE_DFLT 0

/* Fill in a timing for a bit rate: CS_BIT_TQ_DFLT quanta without a clock, sample point (permille of
 * the bit, 10..990 or CS_SAMPLE_DFLT) rounded to a quantum, sjw (quanta, or 0: default) limited to
 * phase_seg2. */
#define CS_BIT_TQ_DFLT 80u
void cs_bit_timing_fill(struct cs_bit_timing *timing, uint32_t bitrate_bps,
                        unsigned sample_permille, unsigned sjw);

/* 0, or -EINVAL with one sentence in `why`. A nominal bit rate is CS_BITRATE_MIN..CS_BITRATE_MAX
 * (with a clock CS_CLOCKED_BITRATE_MIN..CS_CLOCKED_BITRATE_MAX), a data bit rate up to
 * CS_DATA_BITRATE_MAX and not below the nominal one. */
int cs_timing_check(const struct cs_timing *timing, char *why, size_t why_size);

unsigned cs_bit_timing_sample_permille(const struct cs_bit_timing *timing);
unsigned cs_bit_timing_tq(const struct cs_bit_timing *timing); /* quanta in a bit */
/* Bits per second, rounded; drift not included. */
uint32_t cs_bit_timing_bitrate(const struct cs_bit_timing *timing);
void cs_bit_timing_clock(const struct cs_bit_timing *timing, int32_t drift_ppb,
                         struct cs_bit_clock *clock);
bool cs_timing_equal(const struct cs_timing *a, const struct cs_timing *b);

#endif
