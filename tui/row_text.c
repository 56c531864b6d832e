/* SPDX-License-Identifier: MIT */
/* row_text.c - one function for each kind of event, found by table. */
#include "tui/row_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/bus.h"
#include "simcore/sim.h"
#include "simcore/units.h"
#include "simcore/wire.h"
#include "tui/theme.h"

static const char *blanks(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

const char *cs_mode_text(unsigned mode, char *text, size_t size)
{
    size_t at = 0;

    snprintf(text, size, "%s", cs_mode_name(CS_MODE_NORMAL));
    for (unsigned bit = 1; bit <= CS_MODE_ALL; bit <<= 1)
        if (mode & bit)
            at += (size_t)snprintf(text + at, size - at, "%s%s", at ? ", " : "",
                                   cs_mode_name((enum cs_mode)bit));
    return text;
}

const char *cs_state_text(unsigned state, char *text, size_t size)
{
    snprintf(text, size, "%s", cs_state_name((enum cs_node_state)state));
    return blanks(text);
}

static void say_arb_lost(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "lost arbitration at bit %u", row->bit);
}

static void say_error(const struct cs_row *row, char *text, size_t size)
{
    const char *error = cs_error_name((enum cs_error_kind)row->error);
    const char *field = cs_field_name((enum cs_field)row->field);

    /* "ack error in ack" would say it twice. */
    if (strcmp(error, field) != 0)
        snprintf(text, size, "%s error in %s, bit %u, TEC %u REC %u", error, field, row->bit,
                 row->tec, row->rec);
    else
        snprintf(text, size, "%s error at bit %u, TEC %u REC %u", error, row->bit, row->tec,
                 row->rec);
    blanks(text);
}

static void say_error_frame(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "error frame, %u bits of bus time", row->n_bits);
}

static void say_state(const struct cs_row *row, char *text, size_t size)
{
    char state[24];

    /* After joining, and after recovery from bus-off. */
    if (row->state == CS_STATE_ERROR_ACTIVE && !row->tec && !row->rec) {
        snprintf(text, size, "→ takes part, error active");
        return;
    }
    snprintf(text, size, "→ %s, TEC %u REC %u", cs_state_text(row->state, state, sizeof state),
             row->tec, row->rec);
}

static void say_attach(const struct cs_row *row, char *text, size_t size)
{
    char mode[48];

    if (row->mode)
        snprintf(text, size, "joined, %s", cs_mode_text(row->mode, mode, sizeof mode));
    else
        snprintf(text, size, "joined");
}

static void say_detach(const struct cs_row *row, char *text, size_t size)
{
    (void)row;
    snprintf(text, size, "left");
}

static void say_config(const struct cs_row *row, char *text, size_t size)
{
    char mode[48];

    snprintf(text, size, "set to %s", cs_mode_text(row->mode, mode, sizeof mode));
}

static void say_refused(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "not queued: %s", cs_tx_result_name((enum cs_tx_result)row->result));
    blanks(text);
}

static void say_dropped(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "given up: %s", cs_tx_result_name((enum cs_tx_result)row->result));
    blanks(text);
}

static void say_lost(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "client was too slow: %" PRIu32 " events lost", row->count);
}

static void say_note(const struct cs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s", row->has_frame ? "" : row->data);
}

static const struct {
    void (*say)(const struct cs_row *row, char *text, size_t size);
    uint8_t style;
} kinds[CS_EV_KIND_COUNT] = {
    [CS_EV_ATTACH] = {say_attach, CS_STYLE_INFO},
    [CS_EV_DETACH] = {say_detach, CS_STYLE_INFO},
    [CS_EV_CONFIG] = {say_config, CS_STYLE_INFO},
    [CS_EV_REFUSED] = {say_refused, CS_STYLE_WARN},
    [CS_EV_ARB_LOST] = {say_arb_lost, CS_STYLE_ARB},
    [CS_EV_DROPPED] = {say_dropped, CS_STYLE_WARN},
    [CS_EV_ERROR] = {say_error, CS_STYLE_BAD},
    [CS_EV_ERROR_FRAME] = {say_error_frame, CS_STYLE_DIM},
    [CS_EV_STATE] = {say_state, CS_STYLE_GOOD},
    [CS_EV_LOST] = {say_lost, CS_STYLE_WARN},
    [CS_EV_NOTE] = {say_note, CS_STYLE_INFO},
};

uint8_t cs_row_style(const struct cs_row *row)
{
    if (row->kind == CS_EV_STATE && row->state == CS_STATE_ERROR_PASSIVE)
        return CS_STYLE_HIGH;
    if (row->kind == CS_EV_STATE && row->state == CS_STATE_BUS_OFF)
        return CS_STYLE_BAD;
    return row->kind < CS_EV_KIND_COUNT ? kinds[row->kind].style : CS_STYLE_DIM;
}

const char *cs_row_text(const struct cs_row *row, char *text, size_t size)
{
    text[0] = '\0';
    if (row->kind >= CS_EV_KIND_COUNT || !kinds[row->kind].say)
        return text;
    kinds[row->kind].say(row, text, size);
    return text;
}

static void frame_detail(const struct cs_row *row, uint32_t bitrate_bps, char *text, size_t size)
{
    struct cs_frame frame;
    char form[CS_FRAME_TEXT_MAX], span[32];
    int64_t us = (row->at_ps - row->start_ps) / CS_PS_PER_US;

    cs_row_frame(row, &frame);
    cs_frame_format(&frame, form);
    snprintf(text, size, "%s · %u bits, %" PRId64 " µs at %s · attempt %u · waited %" PRId64 " µs",
             form, row->n_bits, us, cs_units_format_rate(bitrate_bps, span, sizeof span),
             row->attempt, (row->start_ps - row->queued_ps) / CS_PS_PER_US);
}

void cs_row_detail(const struct cs_row *row, uint32_t bitrate_bps, char *text, size_t size)
{
    struct cs_frame frame;
    char form[CS_FRAME_TEXT_MAX], say[128];

    if (row->kind == CS_EV_FRAME) {
        frame_detail(row, bitrate_bps, text, size);
        return;
    }
    cs_row_text(row, say, sizeof say);
    if (row->kind == CS_EV_ERROR)
        snprintf(say + strlen(say), sizeof say - strlen(say), " as %s",
                 row->tx ? "transmitter" : "receiver");
    if (cs_row_frame(row, &frame) && cs_frame_format(&frame, form))
        snprintf(text, size, "%s · %s", form, say);
    else
        snprintf(text, size, "%s", say);
    if (row->attempt)
        snprintf(text + strlen(text), size - strlen(text), " · attempt %u", row->attempt);
}
