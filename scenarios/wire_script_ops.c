/* SPDX-License-Identifier: MIT */
/* The operations of a script: a row each tells what values it has and their range. */
#include "scenarios/wire_script_read.h"

#include <stdlib.h>
#include <string.h>

#include "simcore/event.h"

enum values {
    VALUES_NONE,
    VALUES_V, /* "v": min..max */
    VALUES_STATE,
    VALUES_TIMING,
    VALUES_SSP,
    VALUES_FRAME,
    VALUES_RUN,
    VALUES_LT,
    VALUES_COUNT
};

static const struct {
    const char *name;
    enum values values;
    long min, max;
} rows[CS_SCRIPT_OP_COUNT] = {
    [CS_SCRIPT_BIT_TIMING] = {"bit_timing", VALUES_TIMING, 0, 0},
    [CS_SCRIPT_CAN_VERSION] = {"can_version", VALUES_V, 0, 2},
    [CS_SCRIPT_SSP] = {"ssp", VALUES_SSP, 0, 2},
    [CS_SCRIPT_PROTOCOL_EXCEPTION] = {"protocol_exception", VALUES_V, 0, 1},
    [CS_SCRIPT_RESTRICTED] = {"restricted_operation", VALUES_V, 0, 1},
    [CS_SCRIPT_ONE_SHOT] = {"one_shot", VALUES_V, 0, 1},
    [CS_SCRIPT_DISABLE] = {"disable", VALUES_NONE, 0, 0},
    [CS_SCRIPT_ENABLE] = {"enable", VALUES_NONE, 0, 0},
    [CS_SCRIPT_SET_STATE] = {"set_state", VALUES_STATE, 0, 0},
    [CS_SCRIPT_SET_REC] = {"set_rec", VALUES_V, 0, 255},
    [CS_SCRIPT_SET_TEC] = {"set_tec", VALUES_V, 0, 256},
    [CS_SCRIPT_WAIT_ERROR_ACTIVE] = {"wait_error_active", VALUES_NONE, 0, 0},
    [CS_SCRIPT_POLL_STATE] = {"poll_state", VALUES_NONE, 0, 0},
    [CS_SCRIPT_REINTEGRATE] = {"reintegrate", VALUES_NONE, 0, 0},
    [CS_SCRIPT_IUT_SEND] = {"iut_send", VALUES_FRAME, 0, 0},
    [CS_SCRIPT_LT] = {"lt", VALUES_LT, 0, 0},
    [CS_SCRIPT_RUN] = {"run", VALUES_RUN, 0, 0},
    [CS_SCRIPT_DRIVER_START] = {"driver_start", VALUES_NONE, 0, 0},
    [CS_SCRIPT_DRIVER_WAIT] = {"driver_wait", VALUES_NONE, 0, 0},
    [CS_SCRIPT_MONITOR_START] = {"monitor_start", VALUES_NONE, 0, 0},
    [CS_SCRIPT_MONITOR_WAIT] = {"monitor_wait", VALUES_NONE, 0, 0},
    [CS_SCRIPT_CHECK_MONITOR] = {"check_monitor", VALUES_NONE, 0, 0},
    [CS_SCRIPT_CHECK_RX_FRAME] = {"check_rx_frame", VALUES_FRAME, 0, 0},
    [CS_SCRIPT_CHECK_NO_RX_FRAME] = {"check_no_rx_frame", VALUES_NONE, 0, 0},
    [CS_SCRIPT_CHECK_REC_DELTA] = {"check_rec_delta", VALUES_V, -255, 255},
    [CS_SCRIPT_CHECK_TEC_DELTA] = {"check_tec_delta", VALUES_V, -256, 256},
    [CS_SCRIPT_TX_TO_RX_FEEDBACK] = {"tx_to_rx_feedback", VALUES_V, 0, 1},
    [CS_SCRIPT_MONITOR_TRIGGER] = {"monitor_trigger", VALUES_V, 0, 6},
    [CS_SCRIPT_DRIVER_WAITS] = {"driver_waits_for_monitor", VALUES_V, 0, 1},
    [CS_SCRIPT_ASSERT] = {"assert", VALUES_NONE, 0, 0},
};

const char *cs_script_op_name(enum cs_script_op_kind kind)
{
    return rows[kind].name;
}

typedef int read_fn(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op);

static int read_none(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    (void)r;
    (void)json;
    (void)op;
    return 0;
}

static int read_v(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    const cJSON *flag = cJSON_GetObjectItemCaseSensitive(json, "v");
    long value = 0;

    if (cJSON_IsBool(flag) && rows[op->kind].max == 1) {
        op->value = cJSON_IsTrue(flag);
        return 0;
    }
    if (cs_script_member(r, json, "v", rows[op->kind].min, rows[op->kind].max, &value) != 0)
        return -1;
    op->value = (int)value;
    return 0;
}

static int read_state(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    const char *text = "";

    if (cs_script_text(r, json, "state", &text) != 0)
        return -1;
    for (int i = CS_STATE_ERROR_ACTIVE; i <= CS_STATE_BUS_OFF; i++) {
        op->value = i;
        if (strcmp(text, cs_state_name((enum cs_node_state)i)) == 0)
            return 0;
    }
    cs_script_enter(r, "state");
    return cs_script_must_be(r, "error_active, error_passive or bus_off",
                             cJSON_GetObjectItemCaseSensitive(json, "state"));
}

static int read_segments(struct cs_script_reader *r, const cJSON *json, const char *name,
                         uint16_t segments[5])
{
    const cJSON *array = NULL, *item;
    size_t was;
    unsigned n = 0;

    if (cs_script_array(r, json, name, &array) != 0)
        return -1;
    was = cs_script_enter(r, name);
    if (cJSON_GetArraySize(array) != 5)
        return cs_script_must_be(r, "[brp, prop, ph1, ph2, sjw]", array);
    cJSON_ArrayForEach(item, array)
    {
        long value = 0;
        size_t here = cs_script_enter_index(r, n);
        if (cs_script_number(r, item, 0, 1024, &value) != 0)
            return -1;
        segments[n++] = (uint16_t)value;
        cs_script_leave(r, here);
    }
    cs_script_leave(r, was);
    return 0;
}

static int read_timing(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    if (read_segments(r, json, "nom", op->timing.nominal) != 0)
        return -1;
    return read_segments(r, json, "data", op->timing.data);
}

static int read_ssp(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    long type = 0, offset = 0;

    if (cs_script_member(r, json, "type", rows[op->kind].min, rows[op->kind].max, &type) != 0 ||
        cs_script_member(r, json, "offset", 0, 1023, &offset) != 0)
        return -1;
    op->value = (int)type;
    op->offset = (unsigned)offset;
    return 0;
}

/* Hex digits of data bytes: as many as the DLC tells are looked at, none of a remote frame's. */
static int read_data(struct cs_script_reader *r, const cJSON *json, struct cs_frame *frame)
{
    static const char digits[] = "0123456789abcdef", both[] = "0123456789abcdefABCDEF";
    const char *text = "";

    if (cs_script_text(r, json, "data", &text) != 0)
        return -1;
    if ((frame->flags & CS_FRAME_RTR) != 0)
        return 0;
    frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, (frame->flags & CS_FRAME_FD) != 0);
    size_t n = strlen(text);
    if (n < 2u * frame->len || n > 2u * CS_FRAME_MAX_DATA || n % 2 != 0 ||
        strspn(text, both) != n) {
        cs_script_enter(r, "data");
        return cs_script_must_be(r, "two hex digits for each byte that the DLC tells",
                                 cJSON_GetObjectItemCaseSensitive(json, "data"));
    }
    for (unsigned i = 0; i < 2u * frame->len; i++) {
        int digit = (int)(strchr(digits, text[i] | 0x20) - digits);
        frame->data[i / 2] = (uint8_t)(frame->data[i / 2] << 4 | digit);
    }
    return 0;
}

static const struct {
    const char *name;
    uint8_t flag;
} frame_flags[] = {
    {"ide", CS_FRAME_EXT}, {"rtr", CS_FRAME_RTR}, {"fd", CS_FRAME_FD},
    {"brs", CS_FRAME_BRS}, {"esi", CS_FRAME_ESI},
};

static int read_frame(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, "frame");
    struct cs_frame *frame = &op->frame;
    long number = 0;

    cs_script_enter(r, "frame");
    if (!cJSON_IsObject(value))
        return cs_script_must_be(r, "an object", value);
    for (size_t i = 0; i < sizeof(frame_flags) / sizeof(frame_flags[0]); i++) {
        if (cs_script_member(r, value, frame_flags[i].name, 0, 1, &number) != 0)
            return -1;
        frame->flags |= number != 0 ? frame_flags[i].flag : 0;
    }
    if ((frame->flags & CS_FRAME_FD) == 0)
        frame->flags &= (uint8_t) ~(unsigned)(CS_FRAME_BRS | CS_FRAME_ESI);
    else if ((frame->flags & CS_FRAME_RTR) != 0)
        return cs_script_must_be(r, "no remote frame in CAN FD", value);
    long max_id = (frame->flags & CS_FRAME_EXT) != 0 ? (long)CS_ID_MAX_EXT : (long)CS_ID_MAX_BASE;
    if (cs_script_member(r, value, "id", 0, max_id, &number) != 0)
        return -1;
    frame->id = (uint32_t)number;
    if (cs_script_member(r, value, "dlc", 0, 15, &number) != 0)
        return -1;
    frame->dlc = (uint8_t)number;
    return read_data(r, value, frame);
}

static int read_run(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    static const char *const names[] = {"driver", "monitor"};
    bool *flags[] = {&op->driver, &op->monitor};

    for (unsigned i = 0; i < 2; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, names[i]);
        if (!cJSON_IsBool(value)) {
            cs_script_enter(r, names[i]);
            return cs_script_must_be(r, "true or false", value);
        }
        *flags[i] = cJSON_IsTrue(value);
    }
    return 0;
}

static int read_lt(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    if (cs_script_read_wave(r, json, "drive_rx", &op->drive_rx) != 0 ||
        cs_script_read_wave(r, json, "expect_tx", &op->expect_tx) != 0)
        return -1;
    bool drive = op->drive_rx.cycles > op->expect_tx.cycles;
    uint64_t cycles = drive ? op->drive_rx.cycles : op->expect_tx.cycles;
    r->cycles += cycles;
    r->all_cycles += cycles;
    drive = op->drive_rx.n_bits > op->expect_tx.n_bits;
    r->bits += drive ? op->drive_rx.n_bits : op->expect_tx.n_bits;
    if (r->all_cycles > CS_SCRIPT_ALL_CYCLES)
        return cs_script_must_be(r, "at most 20000000000 cycles in all elements", json);
    if (r->cycles > CS_SCRIPT_MAX_CYCLES)
        return cs_script_must_be(r, "at most 2000000000 cycles in one element", json);
    if (r->bits > CS_SCRIPT_MAX_BITS)
        return cs_script_must_be(r, "at most 2000000 bits in one element", json);
    return 0;
}

static read_fn *const readers[VALUES_COUNT] = {
    [VALUES_NONE] = read_none,     [VALUES_V] = read_v,     [VALUES_STATE] = read_state,
    [VALUES_TIMING] = read_timing, [VALUES_SSP] = read_ssp, [VALUES_FRAME] = read_frame,
    [VALUES_RUN] = read_run,       [VALUES_LT] = read_lt,
};

int cs_script_read_op(struct cs_script_reader *r, const cJSON *json, struct cs_script_op *op)
{
    const char *name = "";

    if (!cJSON_IsObject(json))
        return cs_script_must_be(r, "an object", json);
    if (cs_script_text(r, json, "op", &name) != 0)
        return -1;
    for (unsigned i = 0; i < CS_SCRIPT_OP_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            op->kind = (enum cs_script_op_kind)i;
            return readers[rows[i].values](r, json, op);
        }
    }
    cs_script_enter(r, "op");
    return cs_script_must_be(r, "an operation such as lt, run or check_monitor",
                             cJSON_GetObjectItemCaseSensitive(json, "op"));
}

void cs_script_op_fini(struct cs_script_op *op)
{
    cs_script_wave_fini(&op->drive_rx);
    cs_script_wave_fini(&op->expect_tx);
}
