/* SPDX-License-Identifier: MIT */
/* view_wire_fields.c - what the bits are called and what they mean. */
#include <ctype.h>
#include <stdarg.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/row_text.h"
#include "tui/view_wire.h"
#include "tui/widgets.h"

static const struct {
    const char *name, *brief; /* brief: at most 3 cells */
} names[CS_FIELD_COUNT] = {
    [CS_FIELD_IDLE] = {"idle", "-"},
    [CS_FIELD_SOF] = {"SOF", "SOF"},
    [CS_FIELD_ID] = {"ID", "ID"},
    [CS_FIELD_SRR] = {"SRR", "SRR"},
    [CS_FIELD_IDE] = {"IDE", "IDE"},
    [CS_FIELD_ID_EXT] = {"ID extension", "ext"},
    [CS_FIELD_RTR] = {"RTR", "RTR"},
    [CS_FIELD_R1] = {"r1", "r1"},
    [CS_FIELD_FDF] = {"FDF", "FDF"},
    [CS_FIELD_R0] = {"r0", "r0"},
    [CS_FIELD_BRS] = {"BRS", "BRS"},
    [CS_FIELD_ESI] = {"ESI", "ESI"},
    [CS_FIELD_DLC] = {"DLC", "DLC"},
    [CS_FIELD_DATA] = {"data", "dat"},
    [CS_FIELD_STUFF_COUNT] = {"stuff count", "SBC"},
    [CS_FIELD_CRC] = {"CRC", "CRC"},
    [CS_FIELD_CRC_DELIM] = {"CRC delimiter", "del"},
    [CS_FIELD_ACK] = {"ACK", "ACK"},
    [CS_FIELD_ACK_DELIM] = {"ACK delimiter", "del"},
    [CS_FIELD_EOF] = {"EOF", "EOF"},
    [CS_FIELD_INTERMISSION] = {"intermission", "IFS"},
    [CS_FIELD_SUSPEND] = {"suspend", "sus"},
    [CS_FIELD_ERROR_FLAG] = {"error flag", "err"},
    [CS_FIELD_ERROR_DELIM] = {"error delimiter", "del"},
    [CS_FIELD_OVERLOAD_FLAG] = {"overload flag", "ovl"},
    [CS_FIELD_OVERLOAD_DELIM] = {"overload delimiter", "del"},
};

static bool same_part(const struct cs_shot_bit *a, const struct cs_shot_bit *b)
{
    return a->field == b->field && (a->field != CS_FIELD_DATA || a->index / 8 == b->index / 8);
}

unsigned wire_part_first(const struct cs_shot *shot, unsigned bit)
{
    while (bit > 0 && bit < CS_SHOT_BITS && same_part(&shot->bit[bit - 1], &shot->bit[bit]))
        bit--;
    return bit;
}

unsigned wire_part_end(const struct cs_shot *shot, unsigned bit)
{
    unsigned end = bit + 1;

    while (end < shot->n_bits && same_part(&shot->bit[end], &shot->bit[bit]))
        end++;
    return end;
}

static const struct cs_shot_tx *main_tx(const struct cs_shot *shot)
{
    return shot->n_lanes && shot->lane[0].tx >= 0 ? &shot->tx[shot->lane[0].tx] : NULL;
}

/* The value of a part as sent, in hexadecimal; "" where it has none of interest. */
static void part_value(const struct cs_shot *shot, unsigned first, char *text, size_t size)
{
    const struct cs_shot_tx *tx = main_tx(shot);
    const struct cs_shot_bit *bit = &shot->bit[first];

    text[0] = '\0';
    if (!tx)
        return;
    if (bit->field == CS_FIELD_ID)
        snprintf(text, size, "%03" PRIX32,
                 tx->frame.flags & CS_FRAME_EXT ? tx->frame.id >> 18 : tx->frame.id);
    else if (bit->field == CS_FIELD_ID_EXT)
        snprintf(text, size, "%05" PRIX32, tx->frame.id & 0x3FFFF);
    else if (bit->field == CS_FIELD_DLC)
        snprintf(text, size, "%u", tx->frame.dlc);
    else if (bit->field == CS_FIELD_DATA && bit->index / 8 < tx->frame.len)
        snprintf(text, size, "%02X", tx->frame.data[bit->index / 8]);
    else if (bit->field == CS_FIELD_CRC)
        snprintf(text, size, "%0*" PRIX32, (tx->wire.crc_bits + 3) / 4, tx->wire.crc);
    else if (bit->field == CS_FIELD_STUFF_COUNT)
        snprintf(text, size, "%X", tx->wire.stuff_count);
}

void wire_part_name(const struct cs_shot *shot, unsigned bit, int room, char *text, size_t size)
{
    const struct cs_shot_bit *at = &shot->bit[bit];
    const char *name = at->field < CS_FIELD_COUNT ? names[at->field].name : "?";
    char value[16];

    part_value(shot, wire_part_first(shot, bit), value, sizeof value);
    if (at->field == CS_FIELD_DATA && room < 7)
        snprintf(text, size, "%s", value);
    else if (at->field == CS_FIELD_DATA)
        snprintf(text, size, "[%u] %s", at->index / 8u, value);
    else
        snprintf(text, size, "%s%s%s", name, value[0] ? " " : "", value);
    if (cs_text_width(text) > room && at->field != CS_FIELD_DATA)
        snprintf(text, size, "%s", cs_text_width(name) <= room ? name : names[at->field].brief);
}

void wire_names(const struct cs_shot *shot, unsigned bit, unsigned drives, char *text, size_t size)
{
    unsigned n = 0, told = 0;
    size_t at = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < shot->n_lanes; i++)
        n += drives >> cs_shot_drive(shot, &shot->lane[i], bit) & 1u;
    for (unsigned i = 0; i < shot->n_lanes && at < size; i++) {
        if (!(drives >> cs_shot_drive(shot, &shot->lane[i], bit) & 1u))
            continue;
        if (told == 4 && n > 5) {
            snprintf(text + at, size - at, " and %u more", n - told);
            return;
        }
        at += (size_t)snprintf(text + at, size - at, "%s%s",
                               !told           ? ""
                               : told + 1 == n ? " and "
                                               : ", ",
                               shot->lane[i].name);
        told++;
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

static const char *yes_no(const struct cs_shot *shot, unsigned bit, const char *dominant,
                          const char *recessive)
{
    return shot->bit[bit].level ? recessive : dominant;
}

static void id_words(const struct cs_shot *shot, char *text, size_t size)
{
    const struct cs_shot_tx *tx = main_tx(shot);

    if (tx && tx->frame.flags & CS_FRAME_EXT)
        snprintf(text, size, "of %08" PRIX32 ", extended", tx->frame.id);
    else if (tx)
        snprintf(text, size, "base identifier %" PRIu32, tx->frame.id);
}

static void ack_words(const struct cs_shot *shot, unsigned bit, char *text, size_t size)
{
    char who[96];

    wire_names(shot, bit, 1u << CS_DRIVE_ACK, who, sizeof who);
    if (who[0])
        snprintf(text, size, "by %.90s", who);
    else
        snprintf(text, size, "%s", yes_no(shot, bit, "acknowledged", "nobody acknowledges"));
}

static void flag_words(const struct cs_shot *shot, unsigned first, char *text, size_t size)
{
    char who[96], passive[64];
    unsigned end = wire_part_end(shot, first), n = 0;

    for (unsigned b = first; b < end; b++)
        n += !shot->bit[b].level;
    wire_names(shot, first, 1u << CS_DRIVE_FLAG, who, sizeof who);
    wire_names(shot, first, 1u << CS_DRIVE_PASSIVE, passive, sizeof passive);
    if (who[0])
        snprintf(text, size, "%u dominant, %.90s first", n, who);
    else if (passive[0])
        snprintf(text, size, "passive, of %.60s", passive);
    else
        snprintf(text, size, "%u dominant bits", n);
}

static void data_words(const struct cs_shot *shot, unsigned first, char *text, size_t size)
{
    const struct cs_shot_tx *tx = main_tx(shot);
    const unsigned at = shot->bit[first].index / 8;

    if (!tx || at >= tx->frame.len)
        return;
    snprintf(text, size, isprint(tx->frame.data[at]) ? "byte %u, %u '%c'" : "byte %u, %u", at,
             tx->frame.data[at], tx->frame.data[at]);
}

/* What a field says with its first bit. */
static const struct {
    const char *dominant, *recessive;
} meanings[CS_FIELD_COUNT] = {
    [CS_FIELD_SOF] = {"start of frame: all synchronize to its edge", "no start of frame"},
    [CS_FIELD_SRR] = {"base frame", "in place of RTR: base frames win"},
    [CS_FIELD_IDE] = {"base format, 11 bits", "extended format, 29 bits"},
    [CS_FIELD_RTR] = {"data frame", "remote request"},
    [CS_FIELD_FDF] = {"classic frame", "CAN FD frame"},
    [CS_FIELD_BRS] = {"one bit rate", "the data bit rate from its sample point on"},
    [CS_FIELD_ESI] = {"sender is error active", "sender is error passive"},
    [CS_FIELD_R0] = {"reserved", "reserved"},
    [CS_FIELD_R1] = {"reserved", "reserved"},
    [CS_FIELD_CRC_DELIM] = {"must be recessive", "fixed form"},
    [CS_FIELD_ACK_DELIM] = {"must be recessive", "fixed form"},
    [CS_FIELD_EOF] = {"must be recessive", "seven recessive bits: valid"},
    [CS_FIELD_INTERMISSION] = {"asks for an overload frame", "then the bus is free"},
    [CS_FIELD_SUSPEND] = {"another frame begins", "error passive: it lets others go first"},
    [CS_FIELD_ERROR_DELIM] = {"eight recessive bits", "eight recessive bits"},
    [CS_FIELD_OVERLOAD_DELIM] = {"eight recessive bits", "eight recessive bits"},
};

static void part_words(const struct cs_shot *shot, unsigned first, char *text, size_t size)
{
    const unsigned field = shot->bit[first].field;
    const char *word = yes_no(shot, first, meanings[field].dominant, meanings[field].recessive);

    text[0] = '\0';
    if (field == CS_FIELD_ID || field == CS_FIELD_ID_EXT)
        id_words(shot, text, size);
    else if (field == CS_FIELD_DATA)
        data_words(shot, first, text, size);
    else if (field == CS_FIELD_DLC && main_tx(shot))
        snprintf(text, size, "%u byte%s", main_tx(shot)->frame.len,
                 main_tx(shot)->frame.len == 1 ? "" : "s");
    else if (field == CS_FIELD_ACK)
        ack_words(shot, first, text, size);
    else if (field == CS_FIELD_ERROR_FLAG || field == CS_FIELD_OVERLOAD_FLAG)
        flag_words(shot, first, text, size);
    else if (field == CS_FIELD_CRC)
        snprintf(text, size, "over all before it");
    else if (word)
        snprintf(text, size, "%s", word);
}

static void draw_part(const struct cs_shot *shot, struct cs_canvas *canvas, struct cs_rect at,
                      unsigned first)
{
    const unsigned end = wire_part_end(shot, first);
    char text[160], bits[40], span[CS_NUMBER_MAX];
    unsigned stuff = 0;
    int n = 0, x = at.x;

    for (unsigned b = first; b < end; b++) {
        stuff += shot->bit[b].stuff;
        if (!shot->bit[b].stuff && n < (int)sizeof bits - 1)
            bits[n++] = shot->bit[b].level ? '1' : '0';
    }
    bits[n] = '\0';
    wire_part_name(shot, first, 19, text, sizeof text);
    x = cs_canvas_field(canvas, x, at.y, 19, false, CS_STYLE_TEXT, text) + 1;
    if (end - first > 1)
        snprintf(text, sizeof text, "%u-%u", first, end - 1);
    else
        snprintf(text, sizeof text, "%u", first);
    x = cs_canvas_field(canvas, x, at.y, 7, true, CS_STYLE_DIM, text) + 1;
    text[0] = '\0';
    if (stuff)
        snprintf(text, sizeof text, "+%us", stuff);
    x = cs_canvas_field(canvas, x, at.y, 4, false, CS_STYLE_HIGH, text) + 1;
    if (at.w >= 60)
        x = cs_canvas_field(canvas, x, at.y, at.w >= 96 ? 24 : 18, false, CS_STYLE_ID, bits) + 1;
    if (at.w >= 96)
        x = cs_canvas_field(canvas, x, at.y, 9, true, CS_STYLE_DIM,
                            cs_text_span(shot->bit[end].at_ps - shot->bit[first].at_ps, span)) +
            2;
    part_words(shot, first, text, sizeof text);
    cs_canvas_field(canvas, x, at.y, at.x + at.w - x, false, CS_STYLE_INFO, text);
}

void wire_draw_fields(const struct wire_state *wire, struct cs_canvas *canvas, struct cs_rect area)
{
    const struct cs_shot *shot = &wire->shot;
    unsigned cursor = wire_part_first(shot, (unsigned)wire->cursor), n = 0, at = 0, skip;
    const unsigned room = area.h > 1 ? (unsigned)area.h - 1 : 0;

    for (unsigned b = 0; b < shot->n_bits; b = wire_part_end(shot, b), n++)
        if (b == cursor)
            at = n;
    skip = at > room / 2 ? at - room / 2 : 0;
    skip = n > room && skip > n - room ? n - room : n <= room ? 0 : skip;
    cs_canvas_fill(canvas, (struct cs_rect){area.x, area.y, area.w, 1}, CS_STYLE_COLUMN, ' ');
    cs_canvas_put(canvas, area.x, area.y, CS_STYLE_COLUMN, "field");
    cs_canvas_field(canvas, area.x + 20, area.y, 7, true, CS_STYLE_COLUMN, "bits");
    cs_canvas_put(canvas, area.x + 28, area.y, CS_STYLE_COLUMN, "stuff");
    if (area.w >= 60)
        cs_canvas_put(canvas, area.x + 34, area.y, CS_STYLE_COLUMN, "sent");
    if (area.w >= 96)
        cs_canvas_field(canvas, area.x + 58, area.y, 9, true, CS_STYLE_COLUMN, "time");
    n = 0;
    for (unsigned b = 0; b < shot->n_bits && n < skip + room; b = wire_part_end(shot, b), n++) {
        struct cs_rect line = {area.x, area.y + 1 + (int)(n - skip), area.w, 1};
        if (n < skip)
            continue;
        draw_part(shot, canvas, line, b);
        if (b == cursor)
            cs_canvas_select(canvas, line);
    }
}

/* ---- the bit under the cursor ---------------------------------------------------------------- */

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list ap;

    va_start(ap, format);
    vsnprintf(text + used, size - used, format, ap);
    va_end(ap);
}

static void add_drivers(const struct cs_shot *shot, unsigned bit, char *text, size_t size)
{
    static const struct {
        unsigned drives;
        const char *does;
    } kinds[] = {
        {1u << CS_DRIVE_DOMINANT, "dominant"},
        {1u << CS_DRIVE_ACK, "acknowledged"},
        {1u << CS_DRIVE_FLAG, "flag"},
        {1u << CS_DRIVE_RECESSIVE, "recessive"},
        {1u << CS_DRIVE_PASSIVE, "passive flag"},
        {1u << CS_DRIVE_LOST, "loses here"},
    };
    char who[160];

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        wire_names(shot, bit, kinds[i].drives, who, sizeof who);
        if (who[0])
            add(text, size, " · %s: %.150s", kinds[i].does, who);
    }
}

static void add_errors(const struct cs_shot *shot, unsigned bit, char *text, size_t size)
{
    const char *kind = NULL;

    for (unsigned i = 0; i < shot->n_lanes; i++) {
        const struct cs_lane *lane = &shot->lane[i];
        if (lane->error != (int)bit)
            continue;
        if (!kind)
            add(text, size, " · %s error seen by",
                cs_error_name((enum cs_error_kind)lane->error_kind));
        add(text, size, "%s %s", kind ? "," : "", lane->name);
        kind = cs_error_name((enum cs_error_kind)lane->error_kind);
    }
}

/* The bus's sample point, and who has another one. */
static void add_samples(const struct cs_tui *tui, const struct cs_shot *shot, unsigned bit,
                        char *text, size_t size)
{
    const bool fast = shot->bit[bit].rate == 'D';
    const unsigned usual = fast ? shot->data_sample_permille : shot->sample_permille;
    char at[CS_NUMBER_MAX];

    add(text, size, " · sampled at %s", cs_text_permille(usual, at));
    for (unsigned i = 0; i < tui->n_nodes; i++) {
        const struct cs_tui_node *node = &tui->nodes[i];
        const struct cs_timing *timing = &node->status.timing;
        const unsigned own = cs_bit_timing_sample_permille(
            fast && timing->data.bitrate_bps ? &timing->data : &timing->nominal);
        if (node->bus == shot->bus && own != usual)
            add(text, size, ", by %s at %s", node->status.name, cs_text_permille(own, at));
    }
}

void wire_bit_words(const struct cs_tui *tui, const struct wire_state *wire, char *text,
                    size_t size)
{
    const struct cs_shot *shot = &wire->shot;
    const unsigned bit = (unsigned)wire->cursor;
    const struct cs_shot_bit *at = &shot->bit[bit];
    char place[48], span[CS_NUMBER_MAX];

    cs_place_text(at->field, at->index, false, place, sizeof place);
    snprintf(text, size, "%s%s · %s", at->stuff ? "stuff bit after " : "", place,
             at->level ? "recessive (1)" : "dominant (0)");
    add_drivers(shot, bit, text, size);
    add_errors(shot, bit, text, size);
    add(text, size, " · bit %u, %s after SOF", bit, cs_text_span(at->at_ps, span));
    if (wire->marked) {
        int64_t apart = shot->start_ps + at->at_ps - wire->mark_ps;
        add(text, size, " · %s%s", apart < 0 ? "-" : "+",
            cs_text_span(apart < 0 ? -apart : apart, span));
        if (wire->mark_bus == shot->bus && wire->mark_start_ps == shot->start_ps)
            add(text, size, " (%+d bits)", (int)bit - (int)wire->mark_bit);
        add(text, size, " from the mark");
    }
    add_samples(tui, shot, bit, text, size);
}
