/* SPDX-License-Identifier: MIT */
/* sja1000_internal.h - what the chip is made of; for sja1000*.c only. The data sheet is that of
 * 2000 Jan 04; section numbers are its. */
#ifndef CANSIM_QEMU_LINK_SJA1000_INTERNAL_H
#define CANSIM_QEMU_LINK_SJA1000_INTERNAL_H

#include "qemu-link/dev_port.h"
#include "qemu-link/sja1000.h"

#define FIFO_BYTES    64u
#define RAM_BYTES     80u /* the FIFO, the transmit buffer, three free ones */
#define TX_BUFFER     64u /* its place in the RAM */
#define MESSAGE_BYTES 13u /* the longest message in a buffer */
#define WARNING_LIMIT 96u
#define PASSIVE_LIMIT 127u
#define RECOVERY_TEC  127u /* TXERR counts down from here */

enum mod_bit {
    MOD_RM = 1 << 0,
    MOD_LOM = 1 << 1,
    MOD_STM = 1 << 2,
    MOD_AFM = 1 << 3,
    MOD_SM = 1 << 4
};
#define MOD_IN_RESET ((unsigned)(MOD_LOM | MOD_STM | MOD_AFM)) /* written in reset mode only */

enum cmr_bit {
    CMR_TR = 1 << 0,
    CMR_AT = 1 << 1,
    CMR_RRB = 1 << 2,
    CMR_CDO = 1 << 3,
    CMR_SRR = 1 << 4,
    CMR_GTS = 1 << 4
};

enum sr_bit {
    SR_RBS = 1 << 0,
    SR_DOS = 1 << 1,
    SR_TBS = 1 << 2,
    SR_TCS = 1 << 3,
    SR_RS = 1 << 4,
    SR_TS = 1 << 5,
    SR_ES = 1 << 6,
    SR_BS = 1 << 7
};

/* Of IR and IER. */
enum ir_bit {
    IR_RI = 1 << 0,
    IR_TI = 1 << 1,
    IR_EI = 1 << 2,
    IR_DOI = 1 << 3,
    IR_WUI = 1 << 4,
    IR_EPI = 1 << 5,
    IR_ALI = 1 << 6,
    IR_BEI = 1 << 7
};

#define CDR_PELICAN   0x80u
#define CDR_ALWAYS    0x07u /* written in operating mode too */
#define CDR_IN_RESET  0xEFu
#define CR_KEPT       0x5Eu /* interrupt enables, and a bit without a meaning */
#define CR_ALWAYS_ONE 0x20u

struct cs_sja1000 {
    struct cs_port *port;
    void (*irq)(void *ctx, bool active);
    void *ctx;
    uint32_t osc_hz;
    bool irq_active;

    bool reset_mode, asleep;
    uint8_t mod; /* MOD_IN_RESET */
    uint8_t cr;  /* CR_KEPT */
    uint8_t ir;  /* without RI in PeliCAN mode, which is a level there */
    uint8_t ier, btr0, btr1, ocr, alc, ecc, ewlr, cdr;
    uint8_t rxerr, txerr;    /* while it recovers: see cs_sja_txerr() */
    uint8_t filter[8];       /* ACR0..3, AMR0..3 */
    bool alc_held, ecc_held; /* captured and not yet read */
    bool bs, es, tcs, tbs, dos;
    bool passive; /* as told by EPI */

    /* Bus-off: the port has a controller that is off or on its way there. */
    bool recovering; /* the port counts; TXERR follows it */
    bool off_due;    /* bus-off already, but its controller has yet to join and go there */
    bool force_off;  /* TXERR was written 255: off when reset mode is left */
    bool off_over;   /* TXERR was written less: on when reset mode is left */

    /* The request: while tbs is 0. */
    uint64_t cookie;
    bool single_shot, self_reception;
    bool held; /* not with the port: it is off, bus-off, or listens only */
    struct cs_frame tx;

    uint8_t ram[RAM_BYTES];
    uint8_t rbsa;        /* of the first message */
    uint8_t used, count; /* bytes and messages in the FIFO */
    uint64_t overruns;
};

static inline bool cs_sja_is_pelican(const struct cs_sja1000 *chip)
{
    return chip->cdr & CDR_PELICAN;
}

/* ---- sja1000.c: reset mode, errors, sleep, interrupts */
void cs_sja_enter_reset(struct cs_sja1000 *chip); /* asked for by the host */
void cs_sja_leave_reset(struct cs_sja1000 *chip);
void cs_sja_sleep(struct cs_sja1000 *chip); /* may be refused */
void cs_sja_wake(struct cs_sja1000 *chip);
uint8_t cs_sja_txerr(const struct cs_sja1000 *chip);
uint8_t cs_sja_sr(const struct cs_sja1000 *chip);
/* Set an interrupt bit where it is enabled. */
void cs_sja_raise(struct cs_sja1000 *chip, unsigned bit);
uint8_t cs_sja_ir(const struct cs_sja1000 *chip);
void cs_sja_update_irq(struct cs_sja1000 *chip);

/* ---- sja1000_tx.c */
void cs_sja_command(struct cs_sja1000 *chip, unsigned bits);
void cs_sja_submit_held(struct cs_sja1000 *chip);
void cs_sja_attempt_lost(struct cs_sja1000 *chip); /* the present attempt fails */
void cs_sja_confirmed(struct cs_sja1000 *chip, const struct cs_tx_done *done);

/* ---- sja1000_fifo.c */
void cs_sja_fifo_clear(struct cs_sja1000 *chip);
void cs_sja_fifo_put(struct cs_sja1000 *chip, const struct cs_frame *frame);    /* one received */
void cs_sja_fifo_shadow(struct cs_sja1000 *chip, const struct cs_frame *frame); /* one sent */
void cs_sja_fifo_release(struct cs_sja1000 *chip);
/* From the transmit buffer. */
void cs_sja_tx_frame(const struct cs_sja1000 *chip, struct cs_frame *frame);

/* ---- sja1000_filter.c */
bool cs_sja_accepts(const struct cs_sja1000 *chip, const struct cs_frame *frame);

/* ---- sja1000_regs.c, sja1000_basic.c: the registers of either mode */
struct cs_sja_reg {
    uint8_t first, last;
    uint16_t byte; /* CS_SJA_BYTE(): where `first` is kept */
    struct {
        uint8_t (*read)(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address);
        void (*write)(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                      uint8_t value);
    } operating, reset; /* NULL: reads as nothing, writes are lost */
};
#define CS_SJA_BYTE(member) ((uint16_t)offsetof(struct cs_sja1000, member))

extern const struct cs_sja_reg cs_sja_basic_regs[]; /* end with read and write NULL */

uint8_t cs_sja_get(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address);
void cs_sja_put(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                uint8_t value);
uint8_t cs_sja_get_sr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address);
void cs_sja_put_cdr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                    uint8_t value);
void cs_sja_put_tx(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                   uint8_t value);
uint8_t cs_sja_get_rx(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address);

#endif
