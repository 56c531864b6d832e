/* SPDX-License-Identifier: MIT */
/* Rows, names and identifiers in bounded memory: nothing moves under the reader's eyes, and what
 * had to go is never taken for something else. */
#include "test_tui.h"

#include "simcore/wire.h"
#include "tui/row_text.h"

static void ring_wraps(void **state)
{
    struct cs_tui_ring ring;

    (void)state;
    assert_int_equal(cs_tui_ring_init(&ring, 10), 0);
    assert_null(cs_tui_ring_get(&ring, 0));
    for (int i = 0; i < 25; i++)
        *cs_tui_ring_push(&ring) = (struct cs_row){.at_ps = i * 10};
    assert_int_equal(ring.first, 15);
    assert_int_equal(ring.end, 25);
    assert_null(cs_tui_ring_get(&ring, 14));
    assert_null(cs_tui_ring_get(&ring, 25));
    assert_int_equal(cs_tui_ring_get(&ring, 15)->at_ps, 150);
    assert_int_equal(cs_tui_ring_after(&ring, -5), 15);
    assert_int_equal(cs_tui_ring_after(&ring, 199), 20);
    assert_int_equal(cs_tui_ring_after(&ring, 200), 21);
    assert_int_equal(cs_tui_ring_after(&ring, 1000), 25);
    cs_tui_ring_fini(&ring);
}

static void names_give_way(void **state)
{
    struct cs_names names;
    uint32_t first, last = 0;

    (void)state;
    assert_int_equal(cs_names_init(&names), 0);
    assert_string_equal(cs_names_text(&names, CS_NAME_NONE), "");
    first = cs_names_add(&names, "first");
    for (unsigned i = 0; i < CS_NAMES_MAX; i++) {
        char text[16];
        snprintf(text, sizeof text, "n%u", i);
        last = cs_names_add(&names, text);
    }
    assert_null(cs_names_text(&names, first));
    assert_string_equal(cs_names_text(&names, first + 1), "n0");
    assert_string_equal(cs_names_text(&names, last), "n16383");
    assert_null(cs_names_text(&names, last + 1));
    cs_names_fini(&names);
}

static struct bench *bench_of_one(uint32_t rows)
{
    struct bench *b = bench_new(rows, 1);
    int node = bench_node(b, 0, "engine", CS_MODE_NORMAL);

    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_sends(b, 0, node, "100#00", CS_PS_PER_MS, 0);
    bench_sends(b, 0, node, "200#00", 10 * CS_PS_PER_MS, -1);
    return b;
}

/* Body lines only: the header has the clock. */
static char *body(struct bench *b)
{
    char *text = bench_text(b);
    size_t skip = strcspn(text, "\n");

    assert_non_null(strstr(text, "\n Space"));
    *strstr(text, "\n Space") = '\0';
    /* The line of tabs counts rows. */
    for (int line = 0; line < 2; line++)
        skip += 1 + strcspn(text + skip + 1, "\n");
    memmove(text, text + skip, strlen(text + skip) + 1);
    return text;
}

static void scroll_stays(void **state)
{
    struct bench *b = bench_of_one(1000);
    char *before, *after;

    (void)state;
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "<PgUp><PgUp>");
    bench_draw(b, 80, 24);
    before = body(b);
    bench_run(b, 400 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    after = body(b);
    assert_string_equal(before, after);
    free(after);
    /* Until the rows themselves are gone: then the oldest are shown. */
    bench_run(b, 5 * CS_PS_PER_S);
    assert_true(b->tui.trace.sel < b->tui.ring.first);
    bench_draw(b, 80, 24);
    after = body(b);
    assert_string_not_equal(before, after);
    assert_int_equal(b->tui.ring.end - b->tui.ring.first, 1000);
    bench_keys(b, "<Down>");
    assert_true(b->tui.trace.sel >= b->tui.ring.first);
    bench_keys(b, "<End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "following"));
    free(before);
    free(after);
    bench_free(b);
}

static void keys_scroll(void **state)
{
    struct bench *b = bench_of_one(0);
    struct cs_trace_state *t = &b->tui.trace;
    uint64_t end;

    (void)state;
    bench_run(b, CS_PS_PER_S);
    bench_draw(b, 80, 24);
    end = b->tui.ring.end;
    bench_keys(b, "<Up>");
    assert_false(t->follow);
    assert_int_equal(t->sel, end - 2);
    bench_keys(b, "<Down><Down><Down>");
    assert_int_equal(t->sel, end - 1);
    bench_keys(b, "<Home>");
    assert_int_equal(t->sel, 0);
    assert_int_equal(t->top, 0);
    bench_keys(b, "<Up><PgUp>");
    assert_int_equal(t->sel, 0);
    bench_keys(b, "<PgDn>");
    assert_int_equal(t->sel, cs_tui_page(&b->tui) - 1);
    assert_int_equal(t->top, 0);
    bench_keys(b, "<Down>");
    assert_int_equal(t->top, 1);
    bench_keys(b, "f");
    assert_true(t->follow);
    bench_keys(b, "f");
    assert_false(t->follow);
    assert_int_equal(t->sel, end - 1);
    bench_keys(b, "c");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "0 rows"));
    bench_keys(b, "<Up><PgUp><Home>f");
    bench_run(b, 1010 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "11 rows"));
    bench_free(b);
}

static void filtered(void **state)
{
    struct bench *b = bench_of_one(0);

    (void)state;
    bench_run(b, CS_PS_PER_S);
    bench_draw(b, 80, 24);
    bench_keys(b, "/200<Enter><Home>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "0.010"));
    assert_int_equal(cs_tui_ring_get(&b->tui.ring, b->tui.trace.sel)->id, 0x200);
    bench_keys(b, "<Down>");
    assert_int_equal(cs_tui_ring_get(&b->tui.ring, b->tui.trace.sel)->id, 0x200);
    bench_keys(b, "<Esc>e");
    assert_int_equal(b->tui.trace.show, CS_SHOW_ERRORS);
    assert_int_equal(cs_tui_ring_get(&b->tui.ring, cs_trace_from(&b->tui, 0))->kind, CS_EV_ATTACH);
    bench_keys(b, "2/dt<lt>1us<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 0);
    bench_keys(b, "/<^U>dt<lt>5ms<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 1);
    bench_keys(b, "/<^U>7<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing passes the filter"));
    bench_keys(b, "<Esc><Down><Down><Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.view, 0);
    assert_true(bench_shows(b, "only 200 is shown"));
    bench_free(b);
}

/* The same numbers whether somebody looks often, seldom or with rows lost in between. */
static void rates(void **state)
{
    (void)state;
    for (int looks = 1; looks <= 1000; looks *= 10)
        for (uint32_t rows = 1000; rows <= 10000; rows *= 10) {
            struct bench *b = bench_of_one(rows);
            const struct cs_tui_id *a, *c;
            b->tui.view = 1;
            for (int i = 1; i <= looks; i++) {
                bench_run(b, (int64_t)i * 3 * CS_PS_PER_S / looks);
                bench_draw(b, 80, 24);
            }
            a = cs_ids_get(&b->tui.ids, 0, 0x100, 0);
            c = cs_ids_get(&b->tui.ids, 0, 0x200, 0);
            if (rows == 10000) {
                assert_int_equal(a->per_s, 1000);
                assert_int_equal(c->per_s, 100);
            } else { /* not all of the second is in the ring */
                assert_in_range(a->per_s, 900, 1000);
                assert_in_range(c->per_s, 90, 100);
            }
            assert_int_equal(a->stat.count, 2999);
            assert_int_equal(b->tui.ids.n_lines, 2);
            bench_free(b);
        }
}

static void orders(void **state)
{
    struct bench *b = bench_of_one(0);

    (void)state;
    bench_sends(b, 0, 1, "00000100#", 500 * CS_PS_PER_MS, -1);
    bench_run(b, CS_PS_PER_S * 2);
    b->tui.view = 1;
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[0]].stat.last.flags, CS_FRAME_EXT);
    bench_keys(b, "r");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[0]].stat.last.id, 0x200);
    bench_keys(b, "r<Down>ss");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "ordered by count"));
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[0]].stat.last.id, 0x100);
    /* The selection went with its identifier. */
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[b->tui.by_id.list.sel]].stat.last.flags,
                     CS_FRAME_EXT);
    bench_keys(b, "S");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "ordered by node"));
    bench_free(b);
}

/* A node's place is taken by another one: old rows keep the old name. */
static void names_stay(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    struct cs_frame frame = {.id = 1};
    int node = bench_node(b, 0, "first", CS_MODE_NORMAL);

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, CS_PS_PER_MS);
    cs_bus_detach(bus, node);
    bench_run(b, 2 * CS_PS_PER_MS);
    assert_int_equal(bench_node(b, 0, "second", CS_MODE_NORMAL), node);
    bench_run(b, 3 * CS_PS_PER_MS);
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, 4 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "first 001"));
    assert_true(bench_shows(b, "second 001"));
    assert_true(bench_shows(b, "first left"));
    bench_free(b);
}

static void sentences(void **state)
{
    static const struct {
        struct cs_row row;
        const char *text;
    } rows[] = {
        {{.kind = CS_EV_ARB_LOST, .bit = 5}, "lost arbitration at bit 5"},
        {{.kind = CS_EV_ERROR, .error = CS_ERROR_ACK, .field = CS_FIELD_ACK, .bit = 47, .tec = 8},
         "ack error, rx, TEC 8 REC 0"},
        {{.kind = CS_EV_ERROR, .error = CS_ERROR_FORM, .field = CS_FIELD_CRC_DELIM, .rec = 1},
         "form error at crc delim, rx, TEC 0 REC 1"},
        {{.kind = CS_EV_ERROR,
          .error = CS_ERROR_BIT,
          .field = CS_FIELD_CRC,
          .index = 3,
          .tx = true},
         "bit error at crc 3, tx, TEC 0 REC 0"},
        {{.kind = CS_EV_ERROR, .error = CS_ERROR_STUFF, .field = CS_FIELD_DATA, .stuff = true},
         "stuff error at data 0 stuff, rx, TEC 0 REC 0"},
        {{.kind = CS_EV_ERROR, .error = CS_ERROR_OTHER, .field = CS_FIELD_ERROR_FLAG, .index = 13},
         "dominant after flag, rx, TEC 0 REC 0"},
        {{.kind = CS_EV_ARB_LOST, .field = CS_FIELD_ID, .index = 5, .peer = 1},
         "lost arbitration to ecu at ID.23"},
        {{.kind = CS_EV_ARB_LOST, .field = CS_FIELD_ID_EXT, .index = 17},
         "lost arbitration at ID.0"},
        {{.kind = CS_EV_ARB_LOST, .field = CS_FIELD_RTR}, "lost arbitration at rtr"},
        {{.kind = CS_EV_FAULT, .fault = 7, .stage = CS_FAULT_FIRED, .data = "short"},
         "fault 7 fired: short"},
        {{.kind = CS_EV_ERROR_FRAME, .n_bits = 62}, "error frame, 62 bits of bus time"},
        {{.kind = CS_EV_STATE, .state = CS_STATE_ERROR_PASSIVE, .tec = 128},
         "→ error passive, TEC 128 REC 0"},
        {{.kind = CS_EV_STATE, .state = CS_STATE_ERROR_ACTIVE}, "→ takes part, error active"},
        {{.kind = CS_EV_STATE, .state = CS_STATE_ERROR_ACTIVE, .tec = 127},
         "→ error active, TEC 127 REC 0"},
        {{.kind = CS_EV_ATTACH}, "joined"},
        {{.kind = CS_EV_ATTACH, .mode = CS_MODE_LISTEN_ONLY}, "joined, listen-only"},
        {{.kind = CS_EV_CONFIG, .mode = CS_MODE_LOOPBACK | CS_MODE_ONE_SHOT},
         "set to loopback, one-shot"},
        {{.kind = CS_EV_DETACH}, "left"},
        {{.kind = CS_EV_DROPPED, .result = CS_TX_ABORTED}, "given up: aborted"},
        {{.kind = CS_EV_REFUSED, .result = CS_TX_QUEUE_FULL}, "not queued: queue full"},
        {{.kind = CS_EV_LOST, .count = 12}, "client was too slow: 12 events lost"},
        {{.kind = CS_EV_NOTE, .data = "hello"}, "hello"},
        {{.kind = CS_EV_KIND_COUNT}, ""},
    };
    struct bench *b = bench_new(0, 1);
    char text[768];

    (void)state;
    assert_int_equal(cs_names_add(&b->tui.names, "ecu"), 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(cs_row_text(&b->tui, &rows[i].row, text, sizeof text), rows[i].text);
        assert_in_range(cs_row_style(&rows[i].row), 0, CS_STYLE_COUNT - 1);
        cs_row_detail(&b->tui, &rows[i].row, text, sizeof text);
        assert_non_null(strstr(text, rows[i].text));
    }
    bench_free(b);
}

/* A note of any length, in any script, ends at a character. */
static void long_notes(void **state)
{
    struct bench *b = bench_new(0, 1);
    char note[200];

    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        struct cs_event event = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = note};
        const struct cs_row *row;
        const char *text;
        uint32_t ch, last = 0;
        memset(note, 'x', lead);
        note[lead] = '\0';
        for (int i = 0; i < 40; i++)
            strcat(note, "äº");
        note[lead + 150] = '\0';
        cs_sim_publish(b->sim, &event);
        row = cs_tui_ring_get(&b->tui.ring, lead);
        assert_non_null(row);
        text = row->data;
        while ((ch = cs_utf8_next(&text))) {
            assert_int_not_equal(ch, 0xfffd);
            last = ch;
        }
        assert_int_equal(last, 0x2026);
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_wraps),   cmocka_unit_test(names_give_way),
        cmocka_unit_test(scroll_stays), cmocka_unit_test(keys_scroll),
        cmocka_unit_test(filtered),     cmocka_unit_test(rates),
        cmocka_unit_test(orders),       cmocka_unit_test(names_stay),
        cmocka_unit_test(sentences),    cmocka_unit_test(long_notes),
    };
    return cmocka_run_group_tests_name("tui trace", tests, NULL, NULL);
}
