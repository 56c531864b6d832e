/* SPDX-License-Identifier: MIT */
/* Whatever is done to the buses, what was recorded of it comes to the same events, byte for byte.
 * Each run is made from a seed; `test_record SEED [N]` runs that one, or N from there on. */
#include "tests/unit/test_record.h"

#define RUNS 1000

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
static char *run_seed(uint64_t seed, bool reacts, bool devices)
{
    struct run run;
    struct outside o = {.run = &run, .reacts = reacts, .devices = devices};
    char *was, *is, *scenario;

    open_run(&run, "base.json", base);
    cs_rng_init(&o.rng, seed, "outside");
    for (unsigned i = 0; i < CLIENTS; i++)
        o.clients[i].node = CS_NO_NODE;
    const struct cs_record_config config = {
        .sim = run.sim, .scenario = run.scenario, .nodes = run.nodes};
    struct cs_record *record = cs_record_create(&config);
    cs_record_start(record);
    if (devices)
        open_channels(&o);
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
    if (devices)
        close_channels(&o);
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
        free(run_seed(first_seed + i, false, false));
}

static void answers_from_callbacks_replay_to_the_same_events(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++)
        free(run_seed(first_seed + i, true, false));
}

static void devices_replay_to_the_same_events(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++)
        free(run_seed(first_seed + i, false, true));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_actions_replay_to_the_same_events),
        cmocka_unit_test(answers_from_callbacks_replay_to_the_same_events),
        cmocka_unit_test(devices_replay_to_the_same_events),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        n_seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
