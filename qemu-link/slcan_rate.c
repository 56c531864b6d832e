/* SPDX-License-Identifier: MIT */
/* slcan_rate.c - bit rates as the serial adapters' commands have them. */
#include "qemu-link/slcan_internal.h"

#include <string.h>

#define SJA1000_HZ 8000000u   /* half of its 16 MHz */
#define MCP2515_HZ 12000000u  /* half of USBtin's 24 MHz */
#define STM32G4_HZ 160000000u /* CANable 2 */

/* LAWICEL's; the last is CANable's and python-can's. */
static const uint32_t codes[] = {10000,  20000,  50000,  100000,  125000,
                                 250000, 500000, 800000, 1000000, 83333};
/* CANable's, in Mbit/s but for the first. */
static const uint32_t data_codes[] = {500000,  1000000, 2000000, 3000000, 4000000,
                                      5000000, 6000000, 7000000, 8000000};

static bool read_code(const char *arg, size_t len, const uint32_t *rates, size_t n,
                      struct cs_bit_timing *timing)
{
    if (len != 1 || arg[0] < '0' || (size_t)(arg[0] - '0') >= n)
        return false;
    cs_bit_timing_fill(timing, rates[arg[0] - '0'], CS_SAMPLE_DFLT, 0);
    return true;
}

bool cs_slcan_read_code(const char *arg, size_t len, struct cs_bit_timing *timing)
{
    return read_code(arg, len, codes, sizeof(codes) / sizeof(codes[0]), timing);
}

bool cs_slcan_read_data_code(const char *arg, size_t len, struct cs_bit_timing *timing)
{
    return read_code(arg, len, data_codes, sizeof(data_codes) / sizeof(data_codes[0]), timing);
}

int cs_slcan_code_of(uint32_t bitrate_bps)
{
    for (int i = 0; i < 9; i++)
        if (codes[i] == bitrate_bps)
            return i;
    return -1;
}

/* Clock, and brp, the quanta before and after the sample point, sjw. */
static bool fill(struct cs_bit_timing *timing, uint32_t clock_hz, const uint32_t parts[4])
{
    if (parts[0] == 0 || parts[1] == 0 || parts[2] == 0 || parts[3] == 0)
        return false;
    *timing = (struct cs_bit_timing){
        .clock_hz = clock_hz,
        .brp = (uint16_t)parts[0],
        .phase_seg1 = (uint16_t)parts[1],
        .phase_seg2 = (uint16_t)parts[2],
        .sjw = (uint16_t)(parts[3] < parts[2] ? parts[3] : parts[2]),
    };
    timing->bitrate_bps = cs_bit_timing_bitrate(timing);
    return true;
}

/* BTR0 and BTR1 of an SJA1000. */
static bool fill_sja1000(uint32_t value, struct cs_bit_timing *timing)
{
    const uint32_t parts[4] = {1 + (value >> 8 & 0x3F), 1 + (value & 0x0F), 1 + (value >> 4 & 7),
                               1 + (value >> 14)};

    return fill(timing, SJA1000_HZ, parts);
}

/* CNF1, CNF2 and CNF3 of an MCP2515. Without BTLMODE the second phase is as long as the first,
 * but at least 2. */
static bool fill_mcp2515(uint32_t value, struct cs_bit_timing *timing)
{
    const uint32_t phase1 = 1 + (value >> 11 & 7);
    const uint32_t phase2 = value >> 15 & 1 ? 1 + (value & 7) : phase1;
    const uint32_t parts[4] = {1 + (value >> 16 & 0x3F), 1 + (value >> 8 & 7) + phase1,
                               phase2 < 2 ? 2 : phase2, 1 + (value >> 22)};

    return fill(timing, MCP2515_HZ, parts);
}

static bool fill_stm32(uint32_t value, struct cs_bit_timing *timing)
{
    const uint32_t parts[4] = {value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF};

    return fill(timing, STM32G4_HZ, parts);
}

/* Whose registers they are is told by their number. */
bool cs_slcan_read_btr(const char *arg, size_t len, struct cs_bit_timing *timing)
{
    uint32_t value;

    if (len > 8 || !cs_slcan_read_hex(arg, len, &value))
        return false;
    switch (len) {
    case 4:
        return fill_sja1000(value, timing);
    case 6:
        return fill_mcp2515(value, timing);
    case 8:
        return fill_stm32(value, timing);
    default:
        return false;
    }
}

bool cs_slcan_read_data_btr(const char *arg, size_t len, struct cs_bit_timing *timing)
{
    uint32_t value;

    return len == 8 && cs_slcan_read_hex(arg, len, &value) && fill_stm32(value, timing);
}
