/* SPDX-License-Identifier: MIT */
/* sja1000_tx.c - the command register and what becomes of a request (6.3.4, 6.4.4).
 * Invariant: while tbs is 0 there is one request, either `held` here or in the port's queue of one
 * under `cookie`. */
#include "qemu-link/sja1000_internal.h"

/* The transmit buffer is free again, sent or not. */
static void finish(struct cs_sja1000 *chip, bool sent)
{
    chip->tbs = true;
    chip->tcs = sent;
    chip->held = false;
    cs_sja_raise(chip, IR_TI);
}

static void submit(struct cs_sja1000 *chip)
{
    const bool mute = cs_sja_is_pelican(chip) && chip->mod & MOD_LOM;

    chip->held = mute || chip->bs || cs_port_submit(chip->port, &chip->tx, chip->cookie) != 0;
}

void cs_sja_submit_held(struct cs_sja1000 *chip)
{
    if (!chip->tbs && chip->held)
        submit(chip);
}

static void request(struct cs_sja1000 *chip, bool self_reception, bool single_shot)
{
    chip->tbs = chip->tcs = false;
    chip->self_reception = self_reception;
    chip->single_shot = single_shot;
    chip->cookie++;
    cs_sja_tx_frame(chip, &chip->tx);
    submit(chip);
}

/* What is on the wire goes on, for this once. */
static void abort_request(struct cs_sja1000 *chip)
{
    if (chip->tbs)
        return;
    if (chip->held)
        finish(chip, false);
    else
        cs_port_abort(chip->port, chip->cookie);
}

/* In reset mode all commands are absent. */
void cs_sja_command(struct cs_sja1000 *chip, unsigned bits)
{
    const bool pelican = cs_sja_is_pelican(chip);
    const bool send = bits & CMR_TR, self = pelican && bits & CMR_SRR;

    if (chip->reset_mode)
        return;
    if (bits & CMR_CDO)
        chip->dos = false;
    if (bits & CMR_RRB)
        cs_sja_fifo_release(chip);
    if ((send || self) && chip->tbs)
        request(chip, self && !send, bits & CMR_AT);
    else if (bits & CMR_AT)
        abort_request(chip);
    if (!pelican && bits & CMR_GTS)
        cs_sja_sleep(chip);
    else if (!pelican)
        cs_sja_wake(chip);
}

/* A port gives up a frame at the end of an attempt during which that was asked. */
void cs_sja_attempt_lost(struct cs_sja1000 *chip)
{
    if (!chip->tbs && !chip->held && chip->single_shot)
        cs_port_abort(chip->port, chip->cookie);
}

void cs_sja_confirmed(struct cs_sja1000 *chip, const struct cs_tx_done *done)
{
    const bool sent = done->result == CS_TX_OK;

    if (chip->reset_mode || chip->tbs || done->cookie != chip->cookie)
        return;
    if (sent && chip->self_reception)
        cs_sja_fifo_put(chip, &chip->tx);
    else if (sent)
        cs_sja_fifo_shadow(chip, &chip->tx);
    finish(chip, sent);
}
