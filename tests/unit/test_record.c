/* SPDX-License-Identifier: MIT */
/* Whatever is done to the buses, what was recorded of it comes to the same events, byte for byte.
 * Each run is made from a seed; `test_record SEED [N]` runs that one, or N from there on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenarios/log.h"
#include "scenarios/nodes.h"
#include "scenarios/record.h"
#include "simcore/rng.h"
#include "simcore/tap.h"

#define CLIENTS 6
#define RUNS    2000

/* A run of a scenario: its buses, its nodes, and the events as the file has them. */
struct run {
    struct cs_scenario *scenario;
    struct cs_sim *sim;
    struct cs_nodes *nodes;
    struct cs_log log;
    int memory;
};

static void open_run(struct run *run, const char *name, const char *text)
{
    struct cs_error error = {0};
    char path[64];

    memset(run, 0, sizeof(*run));
    run->scenario = cs_scenario_parse(name, text, strlen(text), &error);
    if (run->scenario == NULL)
        fail_msg("%s\n%s", error.text, text);
    run->sim = cs_sim_create(run->scenario->seed);
    for (unsigned i = 0; i < run->scenario->n_buses; i++) {
        const struct cs_scenario_bus *bus = &run->scenario->buses[i];
        struct cs_bus_config config = {
            .name = bus->name, .fd = bus->fd, .timing = &bus->timing.timing};
        assert_int_equal(cs_sim_add_bus(run->sim, &config), (int)i);
    }
    run->nodes = cs_nodes_create(run->sim, run->scenario, NULL, NULL, &error);
    assert_non_null(run->nodes);
    run->memory = memfd_create("events", MFD_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", run->memory);
    assert_int_equal(cs_out_open(&run->log.out, path, NULL, &error), 0);
    run->log.sim = run->sim;
    cs_sim_observe(run->sim, cs_log_events, &run->log);
    assert_int_equal(cs_nodes_start(run->nodes, &error), 0);
}

/* The events so far, to be freed. */
static char *take_events(struct run *run)
{
    off_t len;

    cs_out_flush(&run->log.out);
    len = lseek(run->memory, 0, SEEK_END);
    char *text = calloc(1, (size_t)len + 1);
    assert_int_equal(pread(run->memory, text, (size_t)len, 0), len);
    return text;
}

static void close_run(struct run *run)
{
    cs_sim_unobserve(run->sim, cs_log_events, &run->log);
    cs_out_close(&run->log.out);
    cs_out_discard(&run->log.out);
    close(run->memory);
    cs_sim_destroy(run->sim);
    cs_nodes_destroy(run->nodes);
    cs_scenario_free(run->scenario);
}

/* ---- somebody outside -------------------------------------------------------------------------
 */

struct outside;

struct client {
    struct outside *all;
    struct cs_bus *bus;
    int node; /* CS_NO_NODE */
    bool leaves;
    unsigned answers; /* frames that it still answers from its callbacks */
};

struct outside {
    struct run *run;
    struct cs_rng rng;
    struct client clients[CLIENTS];
    int faults[64];
    unsigned n_faults;
    bool reacts; /* from callbacks as well */
};

static unsigned upto(struct outside *o, unsigned n)
{
    return (unsigned)(cs_rng_next(&o->rng) % n);
}

static void random_frame(struct outside *o, const struct client *client, struct cs_frame *frame)
{
    struct cs_node_status status;
    char text[200], why[200];
    int n;

    cs_bus_node_status(client->bus, client->node, &status);
    if (status.fd >= CS_FD_ISO && upto(o, 3) == 0)
        n = snprintf(text, sizeof(text), "%03X##%u", 0x100 + upto(o, 8), upto(o, 2));
    else if (upto(o, 4) == 0)
        n = snprintf(text, sizeof(text), "%08X#", 0x4000000 + upto(o, 3));
    else
        n = snprintf(text, sizeof(text), "%03X#", 0x100 + upto(o, 8));
    for (unsigned i = upto(o, 9); i > 0; i--)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%02X", upto(o, 256));
    assert_int_equal(cs_frame_parse(text, frame, why, sizeof(why)), 0);
}

static uint64_t random_cookie(struct outside *o)
{
    return upto(o, 8) == 0 ? UINT64_C(0xFFFFFFFFFFFF0000) + upto(o, 4) : upto(o, 4);
}

static void send(struct outside *o, const struct client *client)
{
    struct cs_frame frame;

    random_frame(o, client, &frame);
    cs_bus_submit(client->bus, client->node, &frame, random_cookie(o));
}

static void answer(struct client *client)
{
    if (!client->all->reacts || client->answers == 0 || client->leaves)
        return;
    client->answers--;
    if (upto(client->all, 8) == 0)
        cs_bus_set_mode(client->bus, client->node, CS_MODE_LISTEN_ONLY * upto(client->all, 2));
    else if (upto(client->all, 8) == 0)
        cs_bus_abort(client->bus, client->node, random_cookie(client->all));
    else
        send(client->all, client);
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    if (rx->frame->data[0] & 1)
        answer(ctx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    if (done->result != CS_TX_DETACHED)
        answer(ctx);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct client *client = ctx;

    if (event->kind != CS_EV_STATE || event->state != CS_STATE_BUS_OFF || !client->all->reacts)
        return;
    cs_bus_set_mode(client->bus, client->node, CS_MODE_NORMAL);
    cs_bus_recover(client->bus, client->node);
}

static void on_detached(void *ctx)
{
    struct client *client = ctx;

    client->node = CS_NO_NODE;
    client->leaves = false;
}

static const struct cs_controller_ops ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = on_detached,
};
/* As those of programs that want to know nothing. */
static const struct cs_controller_ops few_ops = {.detached = on_detached};

static const struct cs_timing *random_timing(struct outside *o, struct cs_timing *timing)
{
    static const uint32_t rates[] = {500000, 500000, 500000, 250000};

    memset(timing, 0, sizeof(*timing));
    if (upto(o, 2) == 0)
        cs_bit_timing_fill(&timing->nominal, rates[upto(o, 4)], 600 + upto(o, 30) * 10, 1);
    else
        timing->nominal = (struct cs_bit_timing){
            .bitrate_bps = 500000,
            .clock_hz = 16000000,
            .brp = 2,
            .prop_seg = (uint16_t)upto(o, 8),
            .phase_seg1 = 8,
            .sjw = 1,
        };
    if (timing->nominal.clock_hz > 0)
        timing->nominal.phase_seg2 = (uint16_t)(16 - 9 - timing->nominal.prop_seg);
    if (timing->nominal.clock_hz > 0 && timing->nominal.phase_seg2 == 0)
        timing->nominal.phase_seg2 = 1, timing->nominal.phase_seg1 = 7;
    if (upto(o, 3) == 0)
        cs_bit_timing_fill(&timing->data, 2000000, 0, 0);
    timing->drift_ppb = upto(o, 4) == 0 ? (int32_t)upto(o, 2000000) - 1000000 : 0;
    timing->tdc = (uint8_t)(upto(o, 6) == 0 ? upto(o, 4) : 0);
    timing->tdc_offset = timing->tdc == CS_TDC_FIXED ? 10 : 0;
    return timing;
}

static unsigned random_filters(struct outside *o, struct cs_filter filters[2])
{
    for (unsigned i = 0; i < 2; i++)
        filters[i] = (struct cs_filter){
            .id = 0x100 + upto(o, 8),
            .id_mask = upto(o, 2) == 0 ? 0x7FF : 0x7FC,
            .flags = (uint8_t)upto(o, 4),
            .flags_mask = (uint8_t)upto(o, 4),
        };
    return upto(o, 3);
}

static void attach(struct outside *o, struct client *client)
{
    static const char *const names[] = {"client", "console", "tool", "a"};
    struct cs_timing timing;
    struct cs_filter filters[2];
    struct cs_controller_config config = {
        .name = names[upto(o, 4)],
        .via = "link",
        .bitrate_bps = upto(o, 8) == 0 ? 250000 : 0,
        .timing = upto(o, 3) == 0 ? random_timing(o, &timing) : NULL,
        .fd = (enum cs_fd)(upto(o, 3) == 0 ? upto(o, CS_FD_COUNT) : CS_FD_BUS),
        .protocol_exception_off = upto(o, 5) == 0,
        .delay_ps = upto(o, 6) == 0 ? upto(o, 300000) : 0,
        .mode = upto(o, 5) == 0 ? upto(o, CS_MODE_ALL + 1) : CS_MODE_NORMAL,
        .order = (enum cs_tx_order)upto(o, 2),
        .tx_queue_len = upto(o, 3) == 0 ? 1 + upto(o, 4) : 0,
        .recovery_ps = upto(o, 3) == 0   ? CS_RECOVERY_MANUAL
                       : upto(o, 2) == 0 ? upto(o, 3) * CS_PS_PER_MS
                                         : 0,
        .filters = filters,
        .n_filters = random_filters(o, filters),
        .ops = upto(o, 2) == 0 ? &ops : &few_ops,
        .ctx = client,
    };

    client->all = o;
    client->bus = cs_sim_bus(o->run->sim, upto(o, 3) / 2);
    client->leaves = false;
    client->answers = 20;
    client->node = cs_bus_attach(client->bus, &config);
    if (client->node < 0)
        client->node = CS_NO_NODE;
}

/* ---- what it does -----------------------------------------------------------------------------
 */

static void arm(struct outside *o)
{
    static const char *const texts[] = {
        "flip field=crc index=3",
        "flip field=data from=%s count=2",
        "unplug node=%s for=200us",
        "noise ber=0.001 for=300us",
        "short for=90us after=13us",
        "reset node=%s",
        "bitrate node=%s bitrate=250k",
        "babble node=%s frame=000# for=1ms",
        "no-ack node=%s",
        "drift node=%s ppm=500",
        "delay node=%s delay=70us count=3",
        "lose node=%s",
        "stuck-dominant node=%s for=1ms",
        "cable node=%s delay=100ns",
    };
    struct cs_bus *bus = cs_sim_bus(o->run->sim, upto(o, 2));
    const char *node = cs_bus_node_name(bus, (int)upto(o, 5));
    struct cs_fault_spec spec;
    char text[200], why[300];

    snprintf(text, sizeof(text), texts[upto(o, sizeof(texts) / sizeof(texts[0]))], node);
    if (cs_fault_parse(text, &spec, why, sizeof(why)) != 0)
        return;
    int id = cs_fault_arm(bus, &spec, why, sizeof(why));
    if (id > 0 && o->n_faults < 64)
        o->faults[o->n_faults++] = id;
}

static void clear(struct outside *o)
{
    if (upto(o, 4) == 0)
        cs_fault_clear_all(cs_sim_bus(o->run->sim, upto(o, 2)));
    else if (o->n_faults > 0)
        cs_fault_clear(cs_sim_bus(o->run->sim, upto(o, 2)), o->faults[upto(o, o->n_faults)]);
}

static void say(struct outside *o, const struct client *client)
{
    struct cs_event event = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = "so \"it\" is\t\\"};

    if (client->node != CS_NO_NODE) {
        event.kind = CS_EV_LOST;
        event.bus = (uint16_t)cs_bus_index(client->bus);
        event.node = (int16_t)client->node;
        event.n_bits = (uint16_t)upto(o, 100);
    }
    cs_sim_publish(o->run->sim, &event);
}

static void act_on(struct outside *o, struct client *client)
{
    struct cs_timing timing;
    struct cs_filter filters[2];
    unsigned n;

    switch (upto(o, 16)) {
    case 0:
        client->leaves = true;
        cs_bus_detach(client->bus, client->node);
        break;
    case 1:
        cs_bus_remove(client->bus, client->node);
        break;
    case 2:
        cs_bus_set_mode(client->bus, client->node, upto(o, 3) == 0 ? upto(o, CS_MODE_ALL + 1) : 0);
        break;
    case 3:
        cs_bus_reset(client->bus, client->node);
        break;
    case 4:
        cs_bus_recover(client->bus, client->node);
        break;
    case 5:
        cs_bus_freeze(client->bus, client->node);
        break;
    case 6:
        cs_bus_set_counters(client->bus, client->node, upto(o, 4) == 0 ? 256 : upto(o, 256),
                            upto(o, 256));
        break;
    case 7:
        cs_bus_set_timing(client->bus, client->node, random_timing(o, &timing));
        break;
    case 8:
        n = random_filters(o, filters);
        cs_bus_set_filters(client->bus, client->node, filters, n);
        break;
    case 9:
        cs_bus_abort(client->bus, client->node, random_cookie(o));
        break;
    default:
        send(o, client);
        break;
    }
}

static void act(struct outside *o)
{
    struct client *client = &o->clients[upto(o, CLIENTS)];
    unsigned what = upto(o, 24);

    if (what == 0)
        arm(o);
    else if (what == 1)
        clear(o);
    else if (what == 2)
        say(o, client);
    else if (client->node == CS_NO_NODE)
        attach(o, client);
    else if (!client->leaves)
        act_on(o, client);
}

/* Go on: to where something happens, just before or after it, or anywhere; or not at all. */
static void go_on(struct outside *o)
{
    struct cs_sim *sim = o->run->sim;
    int64_t now = cs_sim_now_ps(sim), next = cs_sim_next_ps(sim);

    if (next == CS_NEVER || next > now + CS_PS_PER_MS)
        next = now;
    switch (upto(o, 8)) {
    case 0:
        return;
    case 1:
        next = now;
        break;
    case 2:
    case 3:
        break;
    case 4:
        next = next > now ? next - 1 : next;
        break;
    case 5:
        next += upto(o, 3);
        break;
    default:
        next = now + upto(o, 200000000);
        break;
    }
    cs_sim_run_until(sim, next);
}

static const char base[] =
    "{\"title\": \"base\", \"seed\": \"18446744073709551615\", \"comment\": \"mine\",\n"
    "\"link\": true, \"speed\": 1,\n"
    "\"buses\": {\"can0\": {\"fd\": true, \"data_bitrate\": \"2M\"}, \"can1\": \"500k\"},\n"
    "\"nodes\": {\n"
    "  \"a\": {\"bus\": \"can0\", \"type\": \"periodic\", \"frame\": \"103#0102\", "
    "\"period\": \"500us\"},\n"
    "  \"b\": {\"bus\": \"can0\", \"type\": \"random\", \"rate\": 500, \"ids\": \"100-107\"},\n"
    "  \"c\": {\"bus\": \"can1\"},\n"
    "  \"tool\": {\"bus\": \"can1\", \"type\": \"attached\"}},\n"
    "\"faults\": [\"flip field=data from=b every=7 bus=can0\"],\n"
    "\"timeline\": [\n"
    "  {\"at\": \"3ms\", \"note\": \"mid\"},\n"
    "  {\"at\": \"1ms\", \"detach\": \"c\"}, {\"at\": \"1ms\", \"attach\": \"c\"},\n"
    "  {\"at\": \"2ms\", \"node\": \"c\", \"send\": [\"101#\", \"102#\"]}]}\n";

/* First line in which they differ. */
static void compare(uint64_t seed, const char *was, const char *is, const char *scenario)
{
    unsigned line = 1;
    const char *a = was, *b = is;

    if (strcmp(was, is) == 0)
        return;
    for (; *a != '\0' && *a == *b; a++, b++) {
        if (*a == '\n') {
            line++;
            was = a + 1;
            is = b + 1;
        }
    }
    fprintf(stderr, "%s\n", scenario);
    fail_msg("seed %" PRIu64 ", events line %u:\n  %.*s\nbut replayed:\n  %.*s", seed, line,
             (int)strcspn(was, "\n"), was, (int)strcspn(is, "\n"), is);
}

static char *write_record(const struct cs_record *record)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    assert_int_equal(cs_record_write(record, to, "again.json"), 0);
    fclose(to);
    return text;
}

static char *play(const char *scenario, struct cs_record_config *config, char **again)
{
    struct run run;
    struct cs_record *record;

    open_run(&run, "again.json", scenario);
    if (config != NULL) {
        config->sim = run.sim;
        config->scenario = run.scenario;
        config->nodes = run.nodes;
        record = cs_record_create(config);
        cs_record_start(record);
    }
    cs_sim_run_until(run.sim, run.scenario->duration_ps);
    char *events = take_events(&run);
    if (config != NULL) {
        *again = write_record(record);
        cs_record_destroy(record);
    }
    close_run(&run);
    return events;
}

/* Returns the events, to be freed. */
static char *run_seed(uint64_t seed, bool reacts)
{
    struct run run;
    struct outside o = {.run = &run, .reacts = reacts};
    char *was, *is, *scenario;

    open_run(&run, "base.json", base);
    cs_rng_init(&o.rng, seed, "outside");
    for (unsigned i = 0; i < CLIENTS; i++)
        o.clients[i].node = CS_NO_NODE;
    const struct cs_record_config config = {
        .sim = run.sim, .scenario = run.scenario, .nodes = run.nodes};
    struct cs_record *record = cs_record_create(&config);
    cs_record_start(record);
    for (unsigned i = upto(&o, 4); i > 0; i--)
        act(&o); /* before the clock starts */
    for (unsigned i = 20 + upto(&o, 100); i > 0; i--) {
        go_on(&o);
        for (unsigned n = upto(&o, 3); n > 0; n--)
            act(&o);
    }
    int64_t now = cs_sim_now_ps(run.sim);
    cs_sim_run_until(run.sim, now > CS_PS_PER_US ? now : CS_PS_PER_US);
    was = take_events(&run);
    scenario = write_record(record);
    cs_record_destroy(record);
    close_run(&run);
    is = play(scenario, NULL, NULL);
    compare(seed, was, is, scenario);
    free(is);
    free(scenario);
    return was;
}

static uint64_t first_seed = 1;
static uint64_t n_seeds = RUNS;

static void random_actions_replay_to_the_same_events(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++)
        free(run_seed(first_seed + i, false));
}

static void answers_from_callbacks_replay_to_the_same_events(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++)
        free(run_seed(first_seed + i, true));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_actions_replay_to_the_same_events),
        cmocka_unit_test(answers_from_callbacks_replay_to_the_same_events),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        n_seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
