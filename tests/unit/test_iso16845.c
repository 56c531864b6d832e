/* SPDX-License-Identifier: MIT */
/* One controller on a scripted wire, bit by bit: sequences in the structure of ISO 16845-1:2016.
 * They lie beside the repository (or where CANSIM_SHARED says) and are not part of it; without them
 * this program says so and passes. A tester drives RX, one whole nominal bit at a time, and looks
 * at what the controller drives. Elements that need more than that are left out and counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/iut.h"

#define BIT_CYCLES  200 /* one nominal bit in the files' unit of 10 ns */
#define SLIP_CYCLES 4   /* a monitored bit is longer by the delay of the controller's input */
#define WAIT_BITS   4000
#define MAX_LT_BITS 8192

/* Why an element is not for this program. */
enum left_out { RUN_IT, SUB_BIT, LEFT_OUT_COUNT };
static const char *const left_out_names[LEFT_OUT_COUNT] = {
    [SUB_BIT] = "timing within a bit",
};

static struct totals {
    unsigned passed, failed, left_out[LEFT_OUT_COUNT];
} totals;

static struct iut iut;

static struct script {
    unsigned mode;           /* enum cs_mode */
    bool from_sof;           /* sequences start with the controller's SOF */
    char drive[MAX_LT_BITS]; /* '0', '1': what the next run puts on RX */
    char expect[MAX_LT_BITS];
    char seen[MAX_LT_BITS];
    size_t n_drive, n_expect;
    bool monitor_ok;
    unsigned next_rx;
    int last_tec, last_rec;
    struct cs_frame sent;   /* the last iut_send */
    unsigned off, in_a_row; /* bus-off: bits since then, recessive ones */
    unsigned again;         /* bits since it came back, 0 where nothing is to be sent again */
    char why[256];          /* first thing that went wrong in the element */
} script;

static void blame(const char *format, ...)
{
    va_list args;

    if (!script.why[0]) {
        va_start(args, format);
        vsnprintf(script.why, sizeof(script.why), format, args);
        va_end(args);
    }
}

/* ---- bus-off ------------------------------------------------------------------------------ */

#define ERROR_FRAME_REST 16 /* passive flag, delimiter, what is left of the intermission */

static void op_reintegrate(const cJSON *op)
{
    (void)op;
    iut.node->recovery_ps = CS_RECOVERY_MANUAL;
    script.off = script.in_a_row = script.again = 0;
}

/* The driver of the controller under test: after bus-off it lets the error frame end, waits for one
 * run of eleven recessive bits, asks to recover and then sends what was lost once more. */
static void after_bus_off(unsigned level)
{
    if (iut.node->waiting == WAIT_OFF) {
        script.in_a_row = level && script.off >= ERROR_FRAME_REST ? script.in_a_row + 1 : 0;
        script.off++;
        if (script.in_a_row == IDLE_BITS) {
            cs_node_request_recovery(iut.node);
            script.again = 1;
        }
    } else if (script.again && iut.node->waiting == WAIT_NONE && script.again++ == 2) {
        assert_int_equal(cs_bus_submit(iut.bus, 0, &script.sent, 0), 0);
        script.again = 0;
    }
}

static unsigned step(unsigned drive)
{
    bool off = iut.node->waiting == WAIT_OFF;
    unsigned out = iut_step(&iut, drive);

    if (off || script.again) {
        after_bus_off(drive);
    }
    return out;
}

/* ---- playing a sequence ------------------------------------------------------------------- */

static void look(void)
{
    script.last_tec = iut.node->tec;
    script.last_rec = iut.node->rec;
}

static void set_counters(int tec, int rec)
{
    assert_int_equal(cs_bus_set_counters(iut.bus, 0, (unsigned)tec, (unsigned)rec), 0);
    look();
}

static void play(void)
{
    size_t n = script.n_drive > script.n_expect ? script.n_drive : script.n_expect;
    size_t bad = n;

    if (script.from_sof) {
        for (unsigned i = 0; i < WAIT_BITS && !iut_about_to_send(&iut); i++) {
            step(1);
        }
    }
    for (size_t i = 0; i < n; i++) {
        script.seen[i] = (char)('0' + step(i < script.n_drive ? script.drive[i] == '1' : 1));
        if (bad == n && i < script.n_expect && script.seen[i] != script.expect[i]) {
            bad = i;
        }
    }
    script.seen[n] = 0;
    script.monitor_ok = bad == n;
    if (!script.monitor_ok) {
        blame("TX differs at bit %zu of %zu: expected %.24s, got %.24s", bad, n,
              script.expect + bad, script.seen + bad);
    }
    /* Let what is under way end, as the time between two sequences does. */
    for (unsigned i = 0; i < WAIT_BITS && !cs_mac_is_quiet(&iut.node->mac); i++) {
        if (!step(1)) {
            blame("dominant after the sequence");
        }
    }
    script.n_drive = script.n_expect = 0;
}

static void append(const cJSON *wave, char *to, size_t *n)
{
    const char *v = cJSON_GetStringValue(cJSON_GetObjectItem(wave, "v"));
    size_t len = v ? strlen(v) : 0;

    assert_true(*n + len < MAX_LT_BITS);
    if (len) {
        memcpy(to + *n, v, len);
    }
    *n += len;
    to[*n] = 0;
}

/* ---- operations --------------------------------------------------------------------------- */

static int number(const cJSON *op, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(op, key);
    return cJSON_IsNumber(item) ? item->valueint : 0;
}

static struct cs_frame frame_of(const cJSON *op)
{
    const cJSON *json = cJSON_GetObjectItem(op, "frame");
    const char *data = cJSON_GetStringValue(cJSON_GetObjectItem(json, "data"));
    struct cs_frame frame = {.id = (uint32_t)number(json, "id"),
                             .dlc = (uint8_t)number(json, "dlc")};
    bool fd = number(json, "fd");
    unsigned byte;

    frame.flags = (uint8_t)((number(json, "ide") ? CS_FRAME_EXT : 0) |
                            (number(json, "rtr") ? CS_FRAME_RTR : 0) | (fd ? CS_FRAME_FD : 0) |
                            (number(json, "brs") ? CS_FRAME_BRS : 0) |
                            (number(json, "esi") ? CS_FRAME_ESI : 0));
    frame.len = (uint8_t)(number(json, "rtr") ? 0 : cs_frame_dlc_to_len(frame.dlc, fd));
    for (unsigned i = 0; data && i < frame.len && sscanf(data + 2 * i, "%2x", &byte) == 1; i++) {
        frame.data[i] = (uint8_t)byte;
    }
    return frame;
}

static void op_nothing(const cJSON *op)
{
    (void)op;
}

static void op_enable(const cJSON *op)
{
    (void)op;
    iut_power_on(&iut, script.mode);
    look();
}

static void op_can_version(const cJSON *op)
{
    static const enum cs_fd versions[] = {CS_FD_CLASSIC, CS_FD_TOLERANT, CS_FD_ISO};
    iut.fd = versions[number(op, "v") % 3];
}

static void op_protocol_exception(const cJSON *op)
{
    iut.exception_off = !number(op, "v");
    if (iut.sim) {
        iut.node->exception_off = iut.exception_off;
    }
}

/* Takes effect at once where the controller runs already. */
static void op_restricted_operation(const cJSON *op)
{
    script.mode = number(op, "v") ? CS_MODE_RESTRICTED : CS_MODE_NORMAL;
    if (iut.sim) {
        iut.node->mode = script.mode;
    }
}

static void op_wait_error_active(const cJSON *op)
{
    (void)op;
    for (unsigned i = 0; i < WAIT_BITS && iut.node->state != CS_STATE_ERROR_ACTIVE; i++) {
        iut_step(&iut, 1);
    }
    if (iut.node->state != CS_STATE_ERROR_ACTIVE) {
        blame("never became error active");
    }
}

static void op_set_state(const cJSON *op)
{
    const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(op, "state"));
    bool passive = state && strcmp(state, "error_passive") == 0;

    set_counters(passive ? 150 : 0, 0);
    assert_int_equal(iut.node->state, passive ? CS_STATE_ERROR_PASSIVE : CS_STATE_ERROR_ACTIVE);
}

static void op_set_tec(const cJSON *op)
{
    set_counters(number(op, "v"), iut.node->rec);
}

static void op_set_rec(const cJSON *op)
{
    set_counters(iut.node->tec, number(op, "v"));
}

static void op_iut_send(const cJSON *op)
{
    script.sent = frame_of(op);
    assert_int_equal(cs_bus_submit(iut.bus, 0, &script.sent, 0), 0);
}

static void op_lt(const cJSON *op)
{
    append(cJSON_GetObjectItem(op, "drive_rx"), script.drive, &script.n_drive);
    append(cJSON_GetObjectItem(op, "expect_tx"), script.expect, &script.n_expect);
}

static void op_run(const cJSON *op)
{
    (void)op;
    play();
}

static void op_check_monitor(const cJSON *op)
{
    (void)op;
    if (!script.monitor_ok) {
        blame("TX differs");
    }
}

static void op_check_rx_frame(const cJSON *op)
{
    struct cs_frame frame = frame_of(op);

    if (script.next_rx >= iut.n_rx || script.next_rx >= IUT_MAX_RX) {
        blame("no frame received");
    } else if (!cs_frame_equal(&iut.rx[script.next_rx++], &frame)) {
        blame("another frame received");
    }
}

static void op_check_no_rx_frame(const cJSON *op)
{
    (void)op;
    if (script.next_rx != iut.n_rx) {
        blame("a frame received");
    }
}

static void op_check_rec_delta(const cJSON *op)
{
    int delta = iut.node->rec - script.last_rec;

    if (delta != number(op, "v")) {
        blame("REC changed by %d, expected %d", delta, number(op, "v"));
    }
    script.last_rec = iut.node->rec;
}

static void op_check_tec_delta(const cJSON *op)
{
    int delta = iut.node->tec - script.last_tec;

    if (delta != number(op, "v")) {
        blame("TEC changed by %d, expected %d", delta, number(op, "v"));
    }
    script.last_tec = iut.node->tec;
}

static void op_feedback(const cJSON *op)
{
    iut.feedback = number(op, "v");
}

static void op_trigger(const cJSON *op)
{
    script.from_sof = number(op, "v") == 4;
}

static void operate(const cJSON *op)
{
    static const struct {
        const char *name;
        void (*fn)(const cJSON *op);
    } rows[] = {
        {"lt", op_lt},
        {"run", op_run},
        {"monitor_wait", op_run}, /* all of the frames to send are queued by then */
        {"monitor_start", op_nothing},
        {"driver_start", op_nothing},
        {"driver_wait", op_nothing},
        {"driver_waits_for_monitor", op_nothing},
        {"monitor_trigger", op_trigger},
        {"tx_to_rx_feedback", op_feedback},
        {"check_monitor", op_check_monitor},
        {"check_rx_frame", op_check_rx_frame},
        {"check_no_rx_frame", op_check_no_rx_frame},
        {"check_rec_delta", op_check_rec_delta},
        {"check_tec_delta", op_check_tec_delta},
        {"iut_send", op_iut_send},
        {"set_state", op_set_state},
        {"set_tec", op_set_tec},
        {"set_rec", op_set_rec},
        {"enable", op_enable},
        {"wait_error_active", op_wait_error_active},
        {"reintegrate", op_reintegrate},
        {"disable", op_nothing},
        {"poll_state", op_nothing},
        {"bit_timing", op_nothing},
        {"can_version", op_can_version},
        {"protocol_exception", op_protocol_exception},
        {"restricted_operation", op_restricted_operation},
        {"ssp", op_nothing},
        {"assert", op_nothing},
    };
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(op, "op"));

    for (size_t i = 0; name && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            rows[i].fn(op);
            return;
        }
    }
    blame("unknown operation %s", name ? name : "(none)");
}

/* ---- which elements ----------------------------------------------------------------------- */

/* Classes x.7 and x.8 are about nothing else. */
static enum left_out judge(const char *test)
{
    return test[2] == '7' || test[2] == '8' ? SUB_BIT : RUN_IT;
}

/* ---- files -------------------------------------------------------------------------------- */

static void run_element(const char *test, const cJSON *elem)
{
    const char *variant = cJSON_GetStringValue(cJSON_GetObjectItem(elem, "variant"));
    const cJSON *op;

    script.why[0] = 0;
    iut.n_rx = script.next_rx = 0;
    look();
    cJSON_ArrayForEach(op, cJSON_GetObjectItem(elem, "ops"))
    {
        operate(op);
    }
    if (cs_txqueue_used(&iut.node->queue) > 0) {
        blame("a frame is still queued");
        cs_bus_abort(iut.bus, 0, 0);
    }
    if (!script.why[0]) {
        totals.passed++;
        return;
    }
    totals.failed++;
    print_message("# %s %s %d: %s\n", test, variant, number(elem, "elem"), script.why);
}

static cJSON *load(const char *path)
{
    static char text[4 << 20];
    char command[600];

    snprintf(command, sizeof(command), "gzip -dc <'%s'", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(text, 1, sizeof(text) - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    cJSON *json = cJSON_ParseWithLength(text, len);
    assert_non_null(json);
    return json;
}

static void run_file(const char *path)
{
    cJSON *json = load(path);
    const char *test = cJSON_GetStringValue(cJSON_GetObjectItem(json, "test")) + strlen("iso_");
    const cJSON *setup = cJSON_GetObjectItem(json, "setup");
    const cJSON *elem, *op;
    bool ready = false;

    cJSON_ArrayForEach(elem, cJSON_GetObjectItem(json, "elems"))
    {
        enum left_out left_out = judge(test);
        totals.left_out[left_out]++;
        if (left_out != RUN_IT) {
            continue;
        }
        if (!ready) {
            ready = true;
            iut.feedback = script.from_sof = false;
            iut.exception_off = iut.long_ack = true;
            script.mode = CS_MODE_NORMAL;
            cJSON_ArrayForEach(op, setup)
            {
                operate(op);
            }
        }
        run_element(test, elem);
    }
    if (iut.sim) {
        iut_power_off(&iut);
    }
    cJSON_Delete(json);
}

static const char *folder(void)
{
    static char path[512];
    const char *shared = getenv("CANSIM_SHARED");

    snprintf(path, sizeof(path), "%s/iso16845", shared && *shared ? shared : "../shared");
    return path;
}

/* All files of one clause, such as "7_1". */
static void run_clause(void **state)
{
    char pattern[600];
    glob_t files;

    snprintf(pattern, sizeof(pattern), "%s/iso_%s_*.json.gz", folder(), (const char *)*state);
    memset(&totals, 0, sizeof(totals));
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        run_file(files.gl_pathv[i]);
    }
    globfree(&files);
    print_message("# %s: %u elements ran, %u passed, %u failed", (const char *)*state,
                  totals.left_out[RUN_IT], totals.passed, totals.failed);
    for (int i = RUN_IT + 1; i < LEFT_OUT_COUNT; i++) {
        if (totals.left_out[i]) {
            print_message("; %u left out: %s", totals.left_out[i], left_out_names[i]);
        }
    }
    print_message("\n");
    assert_int_equal(totals.failed, 0);
}

int main(void)
{
    char pattern[600];
    glob_t files;

    snprintf(pattern, sizeof(pattern), "%s/iso_*.json.gz", folder());
    if (strchr(pattern, '\'') || glob(pattern, 0, NULL, &files)) {
        printf("1..0 # SKIP no vectors\n");
        return 0;
    }
    globfree(&files);
#define CLAUSE(text, number)                   \
    {                                          \
        text, run_clause, NULL, NULL, (char[]) \
        {                                      \
            number                             \
        }                                      \
    }
    const struct CMUnitTest tests[] = {
        CLAUSE("receiver_valid_frames", "7_1"),
        CLAUSE("receiver_error_detection", "7_2"),
        CLAUSE("receiver_active_error_frames", "7_3"),
        CLAUSE("receiver_overload_frames", "7_4"),
        CLAUSE("receiver_passive_state", "7_5"),
        CLAUSE("receiver_error_counters", "7_6"),
        CLAUSE("receiver_bit_timing", "7_7"),
        CLAUSE("receiver_fd_bit_timing", "7_8"),
        CLAUSE("transmitter_valid_frames", "8_1"),
        CLAUSE("transmitter_error_detection", "8_2"),
        CLAUSE("transmitter_active_error_frames", "8_3"),
        CLAUSE("transmitter_overload_frames", "8_4"),
        CLAUSE("transmitter_passive_state_and_bus_off", "8_5"),
        CLAUSE("transmitter_error_counters", "8_6"),
        CLAUSE("transmitter_bit_timing", "8_7"),
        CLAUSE("transmitter_fd_bit_timing", "8_8"),
        CLAUSE("both_error_counters", "9_6"),
    };
    return cmocka_run_group_tests_name("iso16845", tests, NULL, NULL);
}
