/* SPDX-License-Identifier: MIT */
/* How controllers and what is done to them stand in a scenario. Invariant: what is read from it is
 * what was written, to the last digit. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/record_internal.h"
#include "simcore/units.h"
#include "simcore/words.h"

#define JSON_INTEGER_MAX (UINT64_C(1) << 53)

static bool make_room(struct cs_record_text *text, size_t n)
{
    size_t room = text->room > 0 ? text->room : 256;

    while (room - text->len < n)
        room *= 2;
    if (room > text->room) {
        char *more = realloc(text->text, room);
        if (more == NULL) {
            text->failed = true;
            return false;
        }
        text->text = more;
        text->room = room;
    }
    return !text->failed;
}

void cs_record_printf(struct cs_record_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !make_room(text, (size_t)n + 1))
        return;
    va_start(args, format);
    vsnprintf(text->text + text->len, (size_t)n + 1, format, args);
    va_end(args);
    text->len += (size_t)n;
}

static void quote(struct cs_record_text *text, const char *string, bool value)
{
    size_t left = strlen(string);

    cs_record_printf(text, "\"");
    while (left > 0) {
        size_t len = cs_text_utf8(string, left);
        if (len == 0) {
            cs_record_printf(text, "\\ufffd");
            len = 1;
        } else if ((unsigned char)*string < 0x20 || *string == 0x7F) {
            cs_record_printf(text, "\\u%04x", (unsigned)*string);
        } else {
            if (value && strncmp(string, "${", 2) == 0)
                cs_record_printf(text, "$");
            cs_record_printf(text, "%s%.*s", *string == '"' || *string == '\\' ? "\\" : "",
                             (int)len, string);
        }
        string += len;
        left -= len;
    }
    cs_record_printf(text, "\"");
}

void cs_record_quote(struct cs_record_text *text, const char *string)
{
    quote(text, string, true);
}

void cs_record_name(struct cs_record_text *text, const char *string)
{
    quote(text, string, false);
}

void cs_record_cookie(struct cs_record_text *text, uint64_t cookie)
{
    const char *quote = cookie < JSON_INTEGER_MAX ? "" : "\"";

    cs_record_printf(text, "%s%" PRIu64 "%s", quote, cookie, quote);
}

void cs_record_mode(struct cs_record_text *text, unsigned mode)
{
    const char *joint = "";

    if (mode == CS_MODE_NORMAL) {
        cs_record_printf(text, "\"%s\"", cs_mode_name(CS_MODE_NORMAL));
        return;
    }
    cs_record_printf(text, "[");
    for (unsigned bit = 1; bit <= CS_MODE_ALL; bit <<= 1) {
        if ((mode & bit) == 0)
            continue;
        cs_record_printf(text, "%s\"%s\"", joint, cs_mode_name((enum cs_mode)bit));
        joint = ", ";
    }
    cs_record_printf(text, "]");
}

static void put_segments(struct cs_record_text *text, const char *name,
                         const struct cs_bit_timing *t)
{
    cs_record_printf(text, "\"%s\": {", name);
    if (t->clock_hz > 0)
        cs_record_printf(text, "\"clock\": %" PRIu32 ", \"brp\": %u", t->clock_hz, t->brp);
    else
        cs_record_printf(text, "\"bitrate\": %" PRIu32, t->bitrate_bps);
    cs_record_printf(text,
                     ", \"prop_seg\": %u, \"phase_seg1\": %u, \"phase_seg2\": %u, \"sjw\": %u}",
                     t->prop_seg, t->phase_seg1, t->phase_seg2, t->sjw);
}

void cs_record_timing(struct cs_record_text *text, const struct cs_timing *timing)
{
    static const char *const tdc[] = {
        [CS_TDC_AUTO] = "auto", [CS_TDC_OFF] = "off", [CS_TDC_ON] = "on", [CS_TDC_FIXED] = "fixed"};

    cs_record_printf(text, "{");
    put_segments(text, "nominal", &timing->nominal);
    if (cs_bit_timing_bitrate(&timing->data) > 0) {
        cs_record_printf(text, ", ");
        put_segments(text, "data", &timing->data);
    }
    if (timing->tdc != CS_TDC_AUTO || timing->tdc_offset > 0)
        cs_record_printf(text, ", \"tdc\": \"%s\", \"tdc_offset\": %u", tdc[timing->tdc],
                         timing->tdc_offset);
    cs_record_printf(text, "}");
}

void cs_record_filters(struct cs_record_text *text, const struct cs_filter *filters, unsigned n)
{
    cs_record_printf(text, "[");
    for (unsigned i = 0; i < n; i++)
        cs_record_printf(text, "%s\"%08" PRIX32 ":%08" PRIX32 ":%02X:%02X\"", i > 0 ? ", " : "",
                         filters[i].id & CS_ID_MAX_EXT, filters[i].id_mask & CS_ID_MAX_EXT,
                         filters[i].flags, filters[i].flags_mask);
    cs_record_printf(text, "]");
}

/* ---- an action --------------------------------------------------------------------------------
 */

/* What is drawn from a choice depends on how many there are: nothing is something. */
static cJSON *nothing(void)
{
    cJSON *action = cJSON_CreateObject();

    if (cJSON_AddArrayToObject(action, "do") != NULL)
        return action;
    cJSON_Delete(action);
    return NULL;
}

static bool is_about_others(const struct cs_action *action)
{
    return action->device >= 0 || action->program >= 0;
}

/* 0 or -1: no memory. */
static int leave_others(const struct cs_action *action, cJSON *item)
{
    const struct cs_group *group = action->group;

    if (group == NULL)
        return 0;
    cJSON *array = cJSON_GetObjectItemCaseSensitive(item, group->choose ? "choose" : "do");
    cJSON *next, *one = array->child;
    for (unsigned i = 0; i < group->n; i++, one = next) {
        next = one->next;
        if (leave_others(&group->action[i], one) != 0)
            return -1;
        if (!is_about_others(&group->action[i]))
            continue;
        cJSON *in_place = nothing();
        if (in_place == NULL)
            return -1;
        cJSON_ReplaceItemViaPointer(array, one, in_place);
    }
    return 0;
}

cJSON *cs_record_action(const struct cs_action *action)
{
    cJSON *copy = is_about_others(action) ? NULL : cJSON_Duplicate(action->item, 1);

    if (copy == NULL || leave_others(action, copy) == 0)
        return copy;
    cJSON_Delete(copy);
    return NULL;
}

/* ---- a node -----------------------------------------------------------------------------------
 */

static void put_time(struct cs_record_text *text, const char *key, int64_t ps)
{
    char time[40];

    cs_record_printf(text, ", \"%s\": \"%s\"", key, cs_units_format_time(ps, time, sizeof(time)));
}

static void put_clock(struct cs_record_text *text, const struct cs_bus *bus,
                      const struct cs_controller_config *config)
{
    if (config->timing != NULL) {
        cs_record_printf(text, ", \"timing\": ");
        cs_record_timing(text, config->timing);
        if (config->timing->drift_ppb != 0)
            cs_record_printf(text, ", \"drift\": \"%" PRId32 "ppb\"", config->timing->drift_ppb);
    } else if (config->bitrate_bps != 0 && config->bitrate_bps != cs_bus_bitrate_bps(bus)) {
        cs_record_printf(text, ", \"bitrate\": %" PRIu32, config->bitrate_bps);
    }
}

void cs_record_node(struct cs_record_text *text, const struct cs_bus *bus,
                    const struct cs_controller_config *config)
{
    cs_record_printf(text, "{\"bus\": \"%s\", \"as\": ", cs_bus_name(bus));
    cs_record_quote(text, config->name);
    cs_record_printf(text, ", \"absent\": true");
    if (config->mode != CS_MODE_NORMAL) {
        cs_record_printf(text, ", \"mode\": ");
        cs_record_mode(text, config->mode);
    }
    put_clock(text, bus, config);
    if (config->fd != CS_FD_BUS)
        cs_record_printf(text, ", \"fd\": \"%s\"", cs_fd_name(config->fd));
    if (config->protocol_exception_off)
        cs_record_printf(text, ", \"protocol_exception\": false");
    if (config->delay_ps > 0)
        put_time(text, "delay", config->delay_ps);
    if (config->tx_queue_len > 0 && config->tx_queue_len != CS_TX_QUEUE_DFLT)
        cs_record_printf(text, ", \"tx_queue\": %u", config->tx_queue_len);
    if (config->order == CS_TX_FIFO)
        cs_record_printf(text, ", \"tx_order\": \"fifo\"");
    if (config->recovery_ps == CS_RECOVERY_MANUAL)
        cs_record_printf(text, ", \"recovery\": \"manual\"");
    else if (config->recovery_ps > 0)
        put_time(text, "recovery", config->recovery_ps);
    if (config->n_filters > 0) {
        cs_record_printf(text, ", \"filters\": ");
        cs_record_filters(text, config->filters, config->n_filters);
    }
    cs_record_printf(text, "}");
}
