/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/life_internal.h"
#include "scenarios/text.h"
#include "simcore/wire.h"

#define SHOWN_BYTES 8 /* of a frame's data */

/* A field as people call it. */
struct field_words {
    const char *words; /* NULL: cs_field_name() */
    bool single;       /* one bit: it has no number */
    int8_t first_id;   /* number of its first identifier bit, 0: not an identifier */
};

static const struct field_words field_words[CS_FIELD_COUNT] = {
    [CS_FIELD_IDLE] = {"idle bus", true, 0},
    [CS_FIELD_SOF] = {"SOF", true, 0},
    [CS_FIELD_ID] = {"identifier", false, 28},
    [CS_FIELD_SRR] = {"SRR", true, 0},
    [CS_FIELD_IDE] = {"IDE", true, 0},
    [CS_FIELD_ID_EXT] = {"identifier extension", false, 17},
    [CS_FIELD_RTR] = {"RTR", true, 0},
    [CS_FIELD_R1] = {"r1", true, 0},
    [CS_FIELD_FDF] = {"FDF", true, 0},
    [CS_FIELD_R0] = {"r0", true, 0},
    [CS_FIELD_BRS] = {"BRS", true, 0},
    [CS_FIELD_ESI] = {"ESI", true, 0},
    [CS_FIELD_DLC] = {"DLC", false, 0},
    [CS_FIELD_DATA] = {"data", false, 0},
    [CS_FIELD_STUFF_COUNT] = {"stuff count", false, 0},
    [CS_FIELD_CRC] = {"CRC", false, 0},
    [CS_FIELD_CRC_DELIM] = {"CRC delimiter", true, 0},
    [CS_FIELD_ACK] = {"ACK slot", true, 0},
    [CS_FIELD_ACK_DELIM] = {"ACK delimiter", true, 0},
    [CS_FIELD_EOF] = {"EOF", false, 0},
    [CS_FIELD_INTERMISSION] = {"intermission", false, 0},
    [CS_FIELD_SUSPEND] = {"suspend transmission", false, 0},
    [CS_FIELD_ERROR_FLAG] = {"error flag", false, 0},
    [CS_FIELD_ERROR_DELIM] = {"error delimiter", false, 0},
    [CS_FIELD_OVERLOAD_FLAG] = {"overload flag", false, 0},
    [CS_FIELD_OVERLOAD_DELIM] = {"overload delimiter", false, 0},
};

void life_say(struct life_text *text, const char *format, ...)
{
    size_t room = sizeof(text->text) - text->used;
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text->text + text->used, room, format, args);
    va_end(args);
    if (n > 0)
        text->used += (size_t)n < room ? (size_t)n : room - 1;
}

void life_say_foreign(struct life_text *text, const char *foreign)
{
    char clean[400];

    snprintf(clean, sizeof(clean), "%s", foreign);
    cs_text_clean(clean);
    life_say(text, "%s%s", clean, strlen(foreign) >= sizeof(clean) ? " ..." : "");
}

void life_say_node(struct life_text *text, const struct cs_bus *bus, int node)
{
    const char *name = cs_bus_node_name(bus, node);

    if (!name[0]) { /* it has left since */
        life_say(text, "node %d", node);
        return;
    }
    life_say(text, "\"");
    life_say_foreign(text, name);
    life_say(text, "\"");
}

void life_say_nodes(struct life_text *text, const struct cs_bus *bus, const struct life_set *set)
{
    unsigned n = 0, told = 0;

    for (int i = 0; i < CS_BUS_MAX_NODES; i++)
        n += life_set_has(set, i);
    unsigned shown = n > LIFE_NAMES ? LIFE_NAMES : n;
    for (int i = 0; i < CS_BUS_MAX_NODES && told < shown; i++) {
        if (!life_set_has(set, i))
            continue;
        if (told > 0)
            life_say(text, told + 1 == n ? " and " : ", ");
        life_say_node(text, bus, i);
        told++;
    }
    if (n > shown)
        life_say(text, " and %u other nodes", n - shown);
}

void life_say_frame(struct life_text *text, const struct cs_frame *frame)
{
    char form[CS_FRAME_TEXT_MAX];
    size_t len = cs_frame_format(frame, form);

    if (frame->len <= SHOWN_BYTES || len < 2u * (frame->len - SHOWN_BYTES)) {
        life_say(text, "%s", form);
        return;
    }
    life_say(text, "%.*s... (%u bytes)", (int)(len - 2u * (frame->len - SHOWN_BYTES)), form,
             frame->len);
}

void life_say_try(struct life_text *text, unsigned attempt)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    bool teen = attempt % 100 / 10 == 1;

    life_say(text, "%u%s try", attempt, endings[!teen && attempt % 10 < 4 ? attempt % 10 : 0]);
}

void life_say_time(struct life_text *text, int64_t ps)
{
    static const struct {
        int64_t ps;
        const char *name;
    } units[] = {
        {CS_PS_PER_S, "s"}, {CS_PS_PER_MS, "ms"}, {CS_PS_PER_US, "us"}, {CS_PS_PER_NS, "ns"}};
    char digits[8] = "";

    for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (ps < units[i].ps && i + 1 < sizeof(units) / sizeof(units[0]))
            continue;
        /* Three decimals, cut off; none that say nothing. */
        snprintf(digits, sizeof(digits), ".%03d", (int)(ps % units[i].ps * 1000 / units[i].ps));
        for (size_t n = 4; n > 0 && (digits[n - 1] == '0' || digits[n - 1] == '.'); n--)
            digits[n - 1] = '\0';
        life_say(text, "%lld%s %s", (long long)(ps / units[i].ps), digits, units[i].name);
        return;
    }
}

void life_say_instant(struct life_text *text, int64_t at_ps)
{
    life_say(text, "%lld.%06lld s", (long long)(at_ps / CS_PS_PER_S),
             (long long)(at_ps % CS_PS_PER_S / CS_PS_PER_US));
}

void life_say_place(struct life_text *text, const struct cs_event *event)
{
    static const struct field_words unknown = {NULL, false, 0};
    const struct field_words *field =
        event->field < CS_FIELD_COUNT ? &field_words[event->field] : &unknown;
    const char *words =
        field->words != NULL ? field->words : cs_field_name((enum cs_field)event->field);

    life_say(text, "%s%s", event->stuff ? "the stuff bit after " : "", words);
    if (!field->single)
        life_say(text, " bit %u", event->index);
    if (field->first_id > 0 && event->index <= (unsigned)field->first_id)
        life_say(text, " (ID.%d, wire bit %u)", field->first_id - event->index, event->bit);
    else if (event->field == CS_FIELD_DATA)
        life_say(text, " (byte %u, wire bit %u)", event->index / 8u, event->bit);
    else if (event->field < CS_FIELD_INTERMISSION)
        life_say(text, " (wire bit %u)", event->bit);
}

const char *life_error_words(enum cs_error_kind kind)
{
    static const char *const words[CS_ERROR_COUNT] = {
        [CS_ERROR_NONE] = "error",
        [CS_ERROR_BIT] = "bit error",
        [CS_ERROR_STUFF] = "stuff error",
        [CS_ERROR_CRC] = "CRC error",
        [CS_ERROR_FORM] = "form error",
        [CS_ERROR_ACK] = "ACK error",
        [CS_ERROR_OTHER] = "dominant bits after its error flag",
    };
    return kind < CS_ERROR_COUNT ? words[kind] : "error";
}

const char *life_result_words(enum cs_tx_result result)
{
    static const char *const words[CS_TX_RESULT_COUNT] = {
        [CS_TX_OK] = "it was sent",
        [CS_TX_FAILED_ARB] = "it lost arbitration, and the node makes one attempt only",
        [CS_TX_FAILED_ERROR] = "an error, and the node makes one attempt only",
        [CS_TX_ABORTED] = "its owner took it back",
        [CS_TX_BUS_OFF] = "the node is bus-off",
        [CS_TX_DETACHED] = "the node left the bus",
        [CS_TX_QUEUE_FULL] = "the transmit queue is full",
        [CS_TX_READ_ONLY] = "the node only listens",
        [CS_TX_LOST] = "a fault lost it in the queue",
        [CS_TX_RESET] = "the controller was reset",
    };
    return result < CS_TX_RESULT_COUNT ? words[result] : "unknown reason";
}
