/* SPDX-License-Identifier: MIT */
/* docs/link-protocol.md and the code say the same: tables of messages, names of values, and the
 * example session, which a live server answers byte for byte. */
#include "tests/unit/test_link.h"

#include "simcore/wire.h"

#include <inttypes.h>

#define DOC          "docs/link-protocol.md"
#define EPOCH_OFFSET 152

static char *doc;

static int load(void **state)
{
    FILE *file = fopen(DOC, "r");
    long size;

    (void)state;
    if (!file) {
        fprintf(stderr, "# no " DOC ": run this from the source folder\n");
        return -1;
    }
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    doc = calloc(1, (size_t)size + 1);
    if (fread(doc, 1, (size_t)size, file) != (size_t)size)
        return -1;
    return fclose(file);
}

static int unload(void **state)
{
    (void)state;
    free(doc);
    return 0;
}

static const char *after(const char *where, const char *what)
{
    const char *at = strstr(where, what);

    if (!at)
        fail_msg("%s lacks: %s", DOC, what);
    return at ? at + strlen(what) : "";
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');

    return end ? end + 1 : at + strlen(at);
}

/* Does the line at `at` start with `expected`? */
static void expect_line(const char *at, const char *expected)
{
    if (strncmp(at, expected, strlen(expected)) != 0)
        fail_msg("%s: expected \"%s\", got \"%.*s\"", DOC, expected, (int)strcspn(at, "\n"), at);
}

/* ---- messages -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned bytes;
    int64_t low, high; /* of the type itself */
} kinds[] = {
    [CS_PROTO_U8] = {"u8", 1, 0, UINT8_MAX},
    [CS_PROTO_U16] = {"u16", 2, 0, UINT16_MAX},
    [CS_PROTO_U32] = {"u32", 4, 0, UINT32_MAX},
    [CS_PROTO_U64] = {"u64", 8, 0, 0},
    [CS_PROTO_I16] = {"i16", 2, INT16_MIN, INT16_MAX},
    [CS_PROTO_I32] = {"i32", 4, INT32_MIN, INT32_MAX},
    [CS_PROTO_I64] = {"i64", 8, INT64_MIN, INT64_MAX},
    [CS_PROTO_ZERO] = {"zero", 0, 0, 0},
    [CS_PROTO_NAME] = {"name", CS_NAME_MAX, 0, 0},
    [CS_PROTO_FRAME] = {"frame", 0, 0, 0},
    [CS_PROTO_TIMING] = {"timing", 48, 0, 0},
    [CS_PROTO_TEXT] = {"text", 0, 0, 0},
    [CS_PROTO_FILTERS] = {"filters", 0, 0, 0},
    [CS_PROTO_BUSLIST] = {"buses", 0, 0, 0},
    [CS_PROTO_EDGELIST] = {"edges", 0, 0, 0},
};

static void legal_text(const struct cs_proto_field *field, char *text, size_t size)
{
    text[0] = '\0';
    if (field->kind == CS_PROTO_TEXT && field->high != 255)
        snprintf(text, size, "0..%" PRId64 " bytes", field->high);
    if (field->kind > CS_PROTO_I64)
        return;
    if (field->low == kinds[field->kind].low && field->high >= kinds[field->kind].high)
        snprintf(text, size, "any");
    else if (field->high == kinds[field->kind].high)
        snprintf(text, size, "%" PRId64 " and above", field->low);
    else
        snprintf(text, size, "%" PRId64 "..%" PRId64, field->low, field->high);
}

/* `moved`: something of no fixed length came before; the offset counts from its end. */
static unsigned expect_row(const char *at, unsigned offset, bool moved,
                           const struct cs_proto_field *field)
{
    char legal[64], row[256];
    const char *plus = moved ? "+" : "";

    legal_text(field, legal, sizeof(legal));
    if (field->kind == CS_PROTO_ZERO)
        snprintf(row, sizeof(row), "| %s%u | zero[%d] | `zero` |  | 0;", plus, offset,
                 (int)field->high);
    else
        snprintf(row, sizeof(row), "| %s%u | %s | `%s` | %s | ", plus, offset,
                 kinds[field->kind].name, field->name, legal);
    expect_line(at, row);
    return field->kind == CS_PROTO_ZERO ? (unsigned)field->high : kinds[field->kind].bytes;
}

static void message_tables_agree(void **state)
{
    const struct cs_proto_desc *desc;

    (void)state;
    for (unsigned i = 0; (desc = cs_proto_desc(i)); i++) {
        unsigned offset = CS_PROTO_HEADER_BYTES;
        bool moved = false;
        char head[64];
        const char *at;

        snprintf(head, sizeof(head), "\n### 0x%02X %s, from the %s\n", desc->type, desc->name,
                 desc->from == CS_PROTO_HOST ? "host" : "client");
        at = after(doc, head);
        if (desc->n_fields == 0) {
            after(at, "The header alone: 8 bytes.");
            continue;
        }
        at = after(at, "| ---: | --- | --- | --- | --- |\n");
        for (unsigned k = 0; k < desc->n_fields; k++, at = next_line(at)) {
            const unsigned bytes = expect_row(at, offset, moved, &desc->fields[k]);

            offset = bytes > 0 ? offset + bytes : 0;
            moved = moved || bytes == 0;
        }
        expect_line(at, "\n");
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

static const char *result_name(int i)
{
    return cs_tx_result_name((enum cs_tx_result)i);
}

static const char *state_name(int i)
{
    return cs_state_name((enum cs_node_state)i);
}

static const char *error_name(int i)
{
    return cs_error_name((enum cs_error_kind)i);
}

static const char *field_name(int i)
{
    return cs_field_name((enum cs_field)i);
}

static const char *kind_name(int i)
{
    return cs_event_name((enum cs_event_kind)i);
}

static void value_tables_agree(void **state)
{
    static const struct {
        const char *head;
        int count;
        const char *(*name)(int);
    } tables[] = {
        {"\n### Results\n", CS_TX_RESULT_COUNT, result_name},
        {"\n### States\n", CS_STATE_INTEGRATING + 1, state_name},
        {"\n### Errors\n", CS_ERROR_COUNT, error_name},
        {"\n### Fields\n", CS_FIELD_COUNT, field_name},
        {"\n### Kinds of events\n", CS_EV_KIND_COUNT, kind_name},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const char *at = after(after(doc, tables[i].head), "| ---: | ---");

        at = next_line(at);
        for (int k = 0; k < tables[i].count; k++, at = next_line(at)) {
            char row[64];

            snprintf(row, sizeof(row), "| %d | `%s` |", k, tables[i].name(k));
            expect_line(at, row);
        }
        expect_line(at, "\n");
    }
}

/* ---- the session ----------------------------------------------------------------------------- */

/* Read "C NAME" or "H NAME" and the dump behind it; returns what follows, NULL at the end. */
static const char *read_example(const char *at, char *side, uint8_t *bytes, size_t *len)
{
    char name[32];
    struct cs_proto_msg msg;
    char why[256] = "";
    uint8_t again[CS_PROTO_MAX_BYTES];
    const char *block = strstr(at, "```hex\n");

    if (!block)
        return NULL;
    at = block + strlen("```hex\n");
    assert_int_equal(sscanf(at, "%c %31s", side, name), 2);
    *len = 0;
    for (at = next_line(at); *at != '`'; at = next_line(at)) {
        const char *c = at + 4;
        unsigned byte;

        assert_int_equal(strtoul(at, NULL, 16), *len);
        while (*c != '\n' && sscanf(c, " %2x", &byte) == 1) {
            bytes[(*len)++] = (uint8_t)byte;
            c += c[1] == ' ' ? 4 : 3;
        }
    }
    if (cs_proto_decode(bytes, *len, *side == 'H' ? CS_PROTO_HOST : CS_PROTO_CLIENT, &msg, why,
                        sizeof(why)) != (int)*len)
        fail_msg("%s: %s", name, why);
    assert_string_equal(cs_proto_find(msg.type)->name, name);
    assert_int_equal(cs_proto_encode(&msg, again), *len);
    assert_memory_equal(bytes, again, *len);
    return at;
}

static void expect_answer(int fd, const uint8_t *expected, size_t len)
{
    uint8_t got[CS_PROTO_MAX_BYTES];

    bare_read(fd, got, len);
    if (got[4] == CS_PROTO_WELCOME) /* the wall clock */
        memcpy(got + EPOCH_OFFSET, expected + EPOCH_OFFSET, 8);
    assert_memory_equal(got, expected, len);
}

static void the_example_is_what_a_host_says(void **state)
{
    const struct cs_controller_config other = {.name = "other"};
    const struct cs_frame later = frame_of("456#01");
    struct link_env *env = env_create();
    const char *at = after(doc, "\n## A session, byte by byte\n");
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    unsigned asked = 0, answered = 0;
    size_t len;
    char side;
    int fd;

    (void)state;
    assert_int_equal(cs_bus_attach(env->bus, &other), 0);
    fd = bare_connect(env);
    while ((at = read_example(at, &side, bytes, &len))) {
        if (side == 'C') {
            assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
            pump(env);
            asked++;
            continue;
        }
        if (bytes[4] == CS_PROTO_RX)
            assert_int_equal(cs_bus_submit(env->bus, 0, &later, 0), 0);
        if (bytes[4] != CS_PROTO_WELCOME)
            run(env, 10 * MS);
        expect_answer(fd, bytes, len);
        answered++;
    }
    assert_int_equal(asked, 3);
    assert_int_equal(answered, 3);
    close(fd);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_tables_agree),
        cmocka_unit_test(value_tables_agree),
        cmocka_unit_test(the_example_is_what_a_host_says),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load, unload);
}
