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
#include "tui/widgets.h"

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

/* Fields of more than one bit, and the number by which the standard counts their bits down. */
static const struct {
    bool many;
    uint8_t first; /* ID.28, ID.17; 0: counted up from 0 */
} shapes[CS_FIELD_COUNT] = {
    [CS_FIELD_ID] = {true, 28},           [CS_FIELD_ID_EXT] = {true, 17},
    [CS_FIELD_DLC] = {true, 0},           [CS_FIELD_DATA] = {true, 0},
    [CS_FIELD_STUFF_COUNT] = {true, 0},   [CS_FIELD_CRC] = {true, 0},
    [CS_FIELD_EOF] = {true, 0},           [CS_FIELD_INTERMISSION] = {true, 0},
    [CS_FIELD_SUSPEND] = {true, 0},       [CS_FIELD_ERROR_FLAG] = {true, 0},
    [CS_FIELD_ERROR_DELIM] = {true, 0},   [CS_FIELD_OVERLOAD_FLAG] = {true, 0},
    [CS_FIELD_OVERLOAD_DELIM] = {true, 0}};

const char *cs_place_text(unsigned field, unsigned index, bool stuff, char *text, size_t size)
{
    const char *name = cs_field_name((enum cs_field)field);
    const char *after = stuff ? " stuff" : "";

    if (field < CS_FIELD_COUNT && shapes[field].first && index <= shapes[field].first)
        snprintf(text, size, "ID.%u%s", shapes[field].first - index, after);
    else if (field < CS_FIELD_COUNT && shapes[field].many)
        snprintf(text, size, "%s %u%s", name, index, after);
    else
        snprintf(text, size, "%s%s", name, after);
    return blanks(text);
}

void cs_error_words(unsigned error, unsigned level, bool tx, char *text, size_t size)
{
    static const char *const words[CS_ERROR_COUNT][2] = {
        /* as it sampled dominant, recessive */
        [CS_ERROR_BIT] = {"it sent recessive and saw dominant",
                          "it sent dominant and saw recessive"},
        [CS_ERROR_STUFF] = {"six dominant bits in a row where stuffing applies",
                            "six recessive bits in a row where stuffing applies"},
        [CS_ERROR_CRC] = {"the CRC of what it received is another than the one sent",
                          "the CRC of what it received is another than the one sent"},
        [CS_ERROR_FORM] = {"a bit of fixed form was dominant", "a bit of fixed form was recessive"},
        [CS_ERROR_ACK] = {"nobody acknowledged", "nobody acknowledged"},
        [CS_ERROR_OTHER] = {"dominant bits went on after its flag",
                            "dominant bits went on after its flag"},
    };

    snprintf(text, size, "%s, as %s",
             error < CS_ERROR_COUNT && words[error][0] ? words[error][level != 0] : "no error",
             tx ? "transmitter" : "receiver");
}

static void say_arb_lost(const struct cs_tui *tui, const struct cs_row *row, char *text,
                         size_t size)
{
    char place[48];
    const char *peer = row->peer == CS_NAME_NONE ? "" : cs_tui_who(tui, row->peer);

    snprintf(place, sizeof place, "bit %u", row->bit);
    if (row->field != CS_FIELD_IDLE)
        cs_place_text(row->field, row->index, row->stuff, place, sizeof place);
    snprintf(text, size, "lost arbitration%s%s at %s", *peer ? " to " : "", peer, place);
}

/* A log may not tell the counters. */
static bool counted(const struct cs_row *row)
{
    return row->node >= 0 || row->tec || row->rec;
}

static void say_error(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    const char *error = cs_error_name((enum cs_error_kind)row->error);
    char place[48];

    (void)tui;
    cs_place_text(row->field, row->index, row->stuff, place, sizeof place);
    if (row->error == CS_ERROR_OTHER)
        snprintf(text, size, "dominant after flag, ");
    else /* "ack error at ack" would say it twice. */
        snprintf(text, size, "%s error%s%s, ", error, strcmp(error, place) != 0 ? " at " : "",
                 strcmp(error, place) != 0 ? place : "");
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, size - used, "%s", row->tx ? "tx" : "rx");
    if (counted(row))
        snprintf(text + used, size - used, ", TEC %u REC %u", row->tec, row->rec);
}

static void say_error_frame(const struct cs_tui *tui, const struct cs_row *row, char *text,
                            size_t size)
{
    (void)tui;
    if (row->n_bits)
        snprintf(text, size, "error frame, %u bits of bus time", row->n_bits);
    else
        snprintf(text, size, "error frame"); /* of a log */
}

static void say_overload(const struct cs_tui *tui, const struct cs_row *row, char *text,
                         size_t size)
{
    char place[48];

    (void)tui;
    cs_place_text(row->field, row->index, row->stuff, place, sizeof place);
    snprintf(text, size, "overload flag, asked for at %s", place);
}

static void say_state(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    char state[24];

    (void)tui;
    /* After joining, and after recovery from bus-off. */
    if (row->state == CS_STATE_ERROR_ACTIVE && !row->tec && !row->rec && counted(row)) {
        snprintf(text, size, "→ takes part, error active");
        return;
    }
    cs_state_text(row->state, state, sizeof state);
    if (!counted(row))
        snprintf(text, size, "→ %s", state);
    else
        snprintf(text, size, "→ %s, TEC %u REC %u", cs_state_text(row->state, state, sizeof state),
                 row->tec, row->rec);
}

static void say_attach(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    char mode[48];

    (void)tui;
    if (row->mode)
        snprintf(text, size, "joined, %s", cs_mode_text(row->mode, mode, sizeof mode));
    else
        snprintf(text, size, "joined");
}

static void say_detach(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    (void)tui;
    (void)row;
    snprintf(text, size, "left");
}

static void say_config(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    char mode[48];

    (void)tui;
    snprintf(text, size, "set to %s", cs_mode_text(row->mode, mode, sizeof mode));
}

static void say_refused(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    (void)tui;
    snprintf(text, size, "not queued: %s", cs_tx_result_name((enum cs_tx_result)row->result));
    blanks(text);
}

static void say_dropped(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    (void)tui;
    snprintf(text, size, "given up: %s", cs_tx_result_name((enum cs_tx_result)row->result));
    blanks(text);
}

static void say_lost(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    (void)tui;
    snprintf(text, size, "client was too slow: %" PRIu32 " events lost", row->count);
}

static void say_note(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    (void)tui;
    snprintf(text, size, "%s", row->has_frame ? "" : row->data);
}

static void say_fault(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    /* The row holds the beginning only. */
    const struct cs_tui_fault *fault = cs_fault_list_find(&tui->fault_list, row->fault);

    snprintf(text, size, "fault %d %s: %s", (int)row->fault,
             cs_fault_stage_name((enum cs_fault_stage)row->stage), fault ? fault->text : row->data);
}

static const struct {
    void (*say)(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size);
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
    [CS_EV_OVERLOAD] = {say_overload, CS_STYLE_DIM},
    [CS_EV_STATE] = {say_state, CS_STYLE_GOOD},
    [CS_EV_LOST] = {say_lost, CS_STYLE_WARN},
    [CS_EV_NOTE] = {say_note, CS_STYLE_INFO},
    [CS_EV_FAULT] = {say_fault, CS_STYLE_FAULT},
};

uint8_t cs_row_style(const struct cs_row *row)
{
    if (row->kind == CS_EV_STATE && row->state == CS_STATE_ERROR_PASSIVE)
        return CS_STYLE_HIGH;
    if (row->kind == CS_EV_STATE && row->state == CS_STATE_BUS_OFF)
        return CS_STYLE_BAD;
    if (row->kind == CS_EV_FAULT && row->stage == CS_FAULT_FIRED)
        return CS_STYLE_FIRED;
    return row->kind < CS_EV_KIND_COUNT ? kinds[row->kind].style : CS_STYLE_DIM;
}

const char *cs_row_meaning(const struct cs_row *row)
{
    const char *said = row->data + CS_ROW_SAID;
    const size_t word = strcspn(said, " ");
    char protocol[CS_TUI_BUS_NAME * 2];

    if (!word || !said[word] || word >= sizeof protocol)
        return said;
    memcpy(protocol, said, word);
    protocol[word] = '\0';
    return strstr(said + word, protocol) ? said + word + 1 : said;
}

const char *cs_row_text(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    text[0] = '\0';
    if (row->kind >= CS_EV_KIND_COUNT || !kinds[row->kind].say)
        return text;
    kinds[row->kind].say(tui, row, text, size);
    return text;
}

static void frame_detail(const struct cs_tui *tui, const struct cs_row *row, char *text,
                         size_t size)
{
    const struct cs_tui_bus *bus = &tui->bus[row->bus < tui->n_buses ? row->bus : 0];
    bool two = row->flags & CS_FRAME_BRS;
    struct cs_frame frame;
    char form[CS_FRAME_TEXT_MAX], rate[CS_NUMBER_MAX], facts[160];
    int64_t us = (row->at_ps - row->start_ps) / CS_PS_PER_US;

    cs_row_frame(row, &frame);
    cs_frame_format(&frame, form);
    if (!row->attempt) /* of a log */
        snprintf(facts, sizeof facts, "%u bits", row->n_bits);
    else
        snprintf(facts, sizeof facts,
                 "%u bits, %" PRId64 " µs at %s · attempt %u · waited %" PRId64 " µs", row->n_bits,
                 us, cs_text_rates(bus->bitrate_bps, two ? bus->data_bitrate_bps : 0, rate),
                 row->attempt, (row->start_ps - row->queued_ps) / CS_PS_PER_US);
    /* What the row has no room for comes first; a long frame would leave none for the rest. */
    if (row->said && row->data[CS_ROW_SAID])
        snprintf(text, size, "%s · %s", cs_row_meaning(row), facts);
    else if (row->len > 16)
        snprintf(text, size, "%u bytes · %s · %s", row->len, facts, form);
    else
        snprintf(text, size, "%s · %s", form, facts);
}

void cs_row_detail(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    struct cs_frame frame;
    char form[CS_FRAME_TEXT_MAX], say[CS_FAULT_TEXT_MAX + 64], words[128];

    if (row->kind == CS_EV_FRAME) {
        frame_detail(tui, row, text, size);
        return;
    }
    cs_row_text(tui, row, say, sizeof say);
    if (row->kind == CS_EV_ERROR) {
        cs_error_words(row->error, row->level, row->tx, words, sizeof words);
        snprintf(say + strlen(say), sizeof say - strlen(say), " · %s", words);
    }
    if (cs_row_frame(row, &frame) && cs_frame_format(&frame, form))
        snprintf(text, size, "%s · %s", form, say);
    else
        snprintf(text, size, "%s", say);
    if (row->attempt)
        snprintf(text + strlen(text), size - strlen(text), " · attempt %u", row->attempt);
    if ((row->kind == CS_EV_REFUSED || row->kind == CS_EV_DROPPED) && row->result == CS_TX_BUS_OFF)
        snprintf(text + strlen(text), size - strlen(text), " · :node %.40s tells why",
                 cs_tui_who(tui, row->who));
}
