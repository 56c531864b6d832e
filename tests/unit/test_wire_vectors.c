/* SPDX-License-Identifier: MIT */
/* The encoder and the decoder against frames of an independent encoder. They lie beside the
 * repository (or where CANSIM_SHARED says) and are not part of it; without them nothing is tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/wire.h"

static cJSON *vectors;

static bool load(void)
{
    const char *shared = getenv("CANSIM_SHARED");
    char path[512];

    snprintf(path, sizeof(path), "%s/vectors/wire_sample.json",
             shared && *shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("1..0 # SKIP no %s\n", path);
        return false;
    }
    size_t room = 4 << 20, n = 0;
    char *text = malloc(room);
    if (text) {
        n = fread(text, 1, room, file);
        vectors = cJSON_ParseWithLength(text, n);
    }
    free(text);
    fclose(file);
    return true;
}

static unsigned number(const cJSON *vector, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(vector, key);
    assert_true(cJSON_IsNumber(item));
    return (unsigned)item->valueint;
}

static const char *text(const cJSON *vector, const char *key)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(vector, key));
    return value ? value : "";
}

static bool is(const cJSON *vector, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItem(vector, key));
}

static void frame_of(const cJSON *vector, struct cs_frame *frame)
{
    const char *data = text(vector, "data");

    memset(frame, 0, sizeof(*frame));
    frame->id = (uint32_t)strtoul(text(vector, "id"), NULL, 16);
    frame->flags =
        (uint8_t)((is(vector, "ide") ? CS_FRAME_EXT : 0) | (is(vector, "rtr") ? CS_FRAME_RTR : 0) |
                  (is(vector, "fd") ? CS_FRAME_FD : 0) | (is(vector, "brs") ? CS_FRAME_BRS : 0) |
                  (is(vector, "esi") ? CS_FRAME_ESI : 0));
    frame->dlc = (uint8_t)number(vector, "dlc");
    frame->len = (uint8_t)(strlen(data) / 2);
    assert_true(frame->len <= CS_FRAME_MAX_DATA);
    for (unsigned i = 0; i < frame->len; i++) {
        char digits[3] = {data[2 * i], data[2 * i + 1], '\0'};
        frame->data[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

/* From the sample point of BRS to that of the CRC delimiter the second rate applies. */
static char rate_of(const struct cs_wire *wire, unsigned i)
{
    if (wire->brs == 0 || i < wire->brs || i > wire->crc_delim) {
        return 'N';
    }
    return i == wire->brs ? 'B' : i == wire->crc_delim ? 'C' : 'D';
}

static void check_one(const cJSON *vector)
{
    char bits[CS_WIRE_MAX_BITS + 1] = "", kinds[CS_WIRE_MAX_BITS + 1] = "";
    char rates[CS_WIRE_MAX_BITS + 1] = "";
    uint8_t levels[CS_WIRE_MAX_BITS];
    struct cs_frame frame, back;
    struct cs_wire wire;
    unsigned at, n_dynamic = 0, n_fixed = 0;

    frame_of(vector, &frame);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        bool stuff = cs_wire_is_stuff(&wire, i), fixed = wire.fixed && i >= wire.fixed;
        levels[i] = (uint8_t)(i == wire.ack_slot ? number(vector, "ack") : cs_wire_level(&wire, i));
        bits[i] = (char)('0' + levels[i]);
        kinds[i] = !stuff ? 'n' : fixed ? 'f' : 'd';
        rates[i] = rate_of(&wire, i);
        n_dynamic += stuff && !fixed;
        n_fixed += stuff && fixed;
    }
    assert_string_equal(bits, text(vector, "wire"));
    assert_string_equal(kinds, text(vector, "kinds"));
    assert_string_equal(rates, text(vector, "rates"));
    assert_int_equal(wire.n_bits, number(vector, "len_wire"));
    assert_int_equal(wire.n_unstuffed, number(vector, "len_unstuffed"));
    assert_int_equal(wire.n_stuff, n_dynamic + n_fixed);
    assert_int_equal(n_dynamic, number(vector, "n_dyn_stuff"));
    assert_int_equal(n_fixed, number(vector, "n_fixed_stuff"));
    assert_int_equal(wire.crc_bits, number(vector, "crc_len"));
    assert_int_equal(wire.crc, strtoul(text(vector, "crc"), NULL, 16));
    assert_int_equal(wire.stuff_count, strtoul(text(vector, "stuff_count"), NULL, 2));
    assert_int_equal(cs_wire_decode(levels, wire.n_bits, &back, &at),
                     number(vector, "ack") ? CS_WIRE_ACK_ERROR : CS_WIRE_OK);
    assert_int_equal(at, wire.n_bits);
    assert_true(cs_frame_equal(&frame, &back));
}

static void check_all(void **state)
{
    const cJSON *vector;
    unsigned n_fd = 0;

    (void)state;
    assert_true(cJSON_GetArraySize(vectors) > 0);
    cJSON_ArrayForEach(vector, vectors)
    {
        n_fd += is(vector, "fd");
        check_one(vector);
    }
    assert_true(n_fd > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_all),
    };

    if (!load()) {
        return 0;
    }
    int failed = cmocka_run_group_tests_name("wire vectors", tests, NULL, NULL);
    cJSON_Delete(vectors);
    return failed;
}
