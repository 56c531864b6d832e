/* SPDX-License-Identifier: MIT */
/* Faults on the screen: the list that events and looks keep, the form, the prompt, what Tab offers,
 * and what arming, changing and clearing do to a bus. */
#include "test_tui.h"

#include <errno.h>

static void tell(struct cs_fault_list *list, int id, unsigned stage, int64_t at_ps,
                 const char *text)
{
    struct cs_event event = {.kind = CS_EV_FAULT,
                             .node = CS_NO_NODE,
                             .at_ps = at_ps,
                             .stage = (uint8_t)stage,
                             .fault = id,
                             .text = text};

    cs_fault_list_event(list, NULL, &event);
}

static void list_of_events(void **state)
{
    struct cs_fault_list list;

    (void)state;
    assert_int_equal(cs_fault_list_init(&list), 0);
    tell(&list, 1, CS_FAULT_ARMED, 10, "short");
    tell(&list, 2, CS_FAULT_ARMED, 20, "flip field=crc");
    tell(&list, 2, CS_FAULT_FIRED, 30, "flip field=crc");
    tell(&list, 2, CS_FAULT_FIRED, 40, "flip field=crc");
    assert_int_equal(cs_fault_list_count(&list), 2);
    assert_int_equal(cs_fault_list_at(&list, 1)->fired, 2);
    assert_int_equal(cs_fault_list_at(&list, 1)->fired_ps, 40);
    tell(&list, 1, CS_FAULT_CLEARED, 50, "short");
    assert_int_equal(list.n_live, 1);
    assert_int_equal(cs_fault_list_at(&list, 0)->id, 2);
    assert_int_equal(cs_fault_list_at(&list, 1)->id, 1);
    assert_int_equal(cs_fault_list_at(&list, 1)->stage, CS_FAULT_CLEARED);
    assert_int_equal(cs_fault_list_at(&list, 1)->ended_ps, 50);
    /* Told twice: it stays where it is. */
    tell(&list, 1, CS_FAULT_ENDED, 60, "short");
    assert_int_equal(cs_fault_list_count(&list), 2);
    assert_int_equal(cs_fault_list_find(&list, 1)->stage, CS_FAULT_CLEARED);
    assert_null(cs_fault_list_find(&list, 3));
    assert_null(cs_fault_list_at(&list, 2));
    cs_fault_list_fini(&list);
}

/* The last ones that are over are kept, the newest first; no more are armed than there is room. */
static void list_is_bounded(void **state)
{
    struct cs_fault_list list;

    (void)state;
    assert_int_equal(cs_fault_list_init(&list), 0);
    for (int id = 1; id <= 100; id++) {
        tell(&list, id, CS_FAULT_ARMED, id, "short");
        tell(&list, id, CS_FAULT_ENDED, id, "short");
    }
    assert_int_equal(cs_fault_list_count(&list), CS_FAULT_LIST_PAST);
    assert_int_equal(cs_fault_list_at(&list, 0)->id, 100);
    assert_int_equal(cs_fault_list_at(&list, CS_FAULT_LIST_PAST - 1)->id, 37);
    for (int id = 101; id <= 101 + (int)CS_FAULT_LIST_LIVE; id++)
        tell(&list, id, CS_FAULT_ARMED, id, "short");
    assert_int_equal(list.n_live, CS_FAULT_LIST_LIVE);
    cs_fault_list_begin(&list);
    cs_fault_list_end(&list, 5000);
    assert_int_equal(list.n_live, 0);
    assert_int_equal(cs_fault_list_at(&list, 0)->ended_ps, 5000);
    cs_fault_list_fini(&list);
}

/* Every kind has a form, in which every key that it takes has a row, and none that it does not. */
static void forms_come_from_the_table(void **state)
{
    struct cs_fault_form form = {.bus = 1};

    (void)state;
    for (unsigned kind = 0; kind < CS_FAULT_KIND_COUNT; kind++) {
        unsigned takes = 0;
        cs_fault_form_begin(&form, kind);
        for (unsigned i = 0; i < cs_fault_n_keys; i++)
            takes += cs_fault_takes(&cs_fault_keys[i], kind);
        assert_int_equal(form.n, takes);
        for (unsigned i = 0; i < form.n; i++)
            assert_true(cs_fault_takes(&cs_fault_keys[form.key[i]], kind));
        assert_int_equal(form.bus, 1);
    }
}

/* A text goes into the form and comes out the same. */
static void forms_hold_texts(void **state)
{
    static const char *const texts[] = {
        "flip field=crc index=3 id=0x123 count=2 seen_by=b,c",
        "bitrate node=ecu bitrate=250k after=10ms for=50ms",
        "babble node=x frame=123#11.22",
        "attack-bus-off id=0x100",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cs_fault_form form = {0};
        struct cs_fault_spec wanted, spec;
        char a[CS_FAULT_TEXT_MAX], b[CS_FAULT_TEXT_MAX], why[256];
        int at;
        assert_int_equal(cs_fault_parse(texts[i], &wanted, why, sizeof why), 0);
        assert_int_equal(cs_fault_form_fill(&form, texts[i]), 0);
        assert_int_equal(cs_fault_form_spec(&form, &spec, &at, why, sizeof why), 0);
        cs_fault_format(&wanted, a);
        cs_fault_format(&spec, b);
        assert_string_equal(a, b);
    }
}

static void forms_tell_what_is_wrong(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_fault_form *form = &b->tui.form;
    struct cs_fault_spec spec;
    char why[256];
    int at;

    (void)state;
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "4<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_FAULT);
    bench_draw(b, 80, 24);
    bench_golden(b, "fault-form-empty");
    assert_int_equal(cs_fault_form_spec(form, &spec, &at, why, sizeof why), -EINVAL);
    assert_int_equal(at, -1);
    bench_keys(b, "crc<Down>x<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not armed: index"));
    assert_int_equal(form->row, 1);
    bench_keys(b, "<BS>99");
    bench_draw(b, 80, 24);
    bench_golden(b, "fault-form-wrong");
    bench_keys(b, "<^U>3<Up><Up><Up><PgDn><PgDn><PgDn>mine");
    assert_int_equal(form->row, (int)form->n - 1);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Enter arms it"));
    assert_int_equal(cs_fault_form_spec(form, &spec, &at, why, sizeof why), 0);
    assert_int_equal(spec.index, 3);
    assert_string_equal(spec.label, "mine");
    bench_keys(b, "<Esc>");
    bench_draw(b, 200, 60);
    bench_golden(b, "faults-200x60");
    bench_free(b);
}

/* Every kind's form can be drawn at every size, with the cursor on every row. */
static void forms_fit(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    b->tui.view = 3;
    for (unsigned kind = 0; kind < CS_FAULT_KIND_COUNT; kind++) {
        bench_draw(b, 80, 24);
        cs_fault_form_open(&b->tui, kind);
        for (unsigned i = 0; i <= b->tui.form.n; i++) {
            bench_keys(b, "<Up>");
            bench_draw(b, i % 2 ? 80 : 200, i % 2 ? 24 : 60);
            assert_true(b->tui.form.row >= -1);
        }
        for (unsigned i = 0; i <= b->tui.form.n; i++) {
            bench_keys(b, "<Down><Tab>");
            bench_draw(b, 80, 24);
            assert_in_range(b->tui.form.row - b->tui.form.top, 0, 20);
        }
        bench_keys(b, "<Esc>");
    }
    bench_free(b);
}

static void tab_offers(void **state)
{
    static const struct {
        const char *typed, *becomes;
    } rows[] = {
        {"gibberish", "gibberish"},
        {"wir", "view wire"},
        {"stuck-d", "stuck-dominant"},
        {"flip fi", "flip field="},
        {"flip field=crc_", "flip field=crc_delim"},
        {"flip field=crc direction=t", "flip field=crc direction=tx"},
        {"drift node=eng", "drift node=engine"},
        {"split nodes=engine,da", "split nodes=engine,dashboard"},
        {"flip field=crc when=engine:bus", "flip field=crc when=engine:bus_off"},
        {"flip nothing", "flip nothing"},
        {"short field", "short field"},
        {"drift node=door", "drift node=door"}, /* on another bus */
    };
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench_keys(b, ":");
        bench_keys(b, rows[i].typed);
        bench_keys(b, "<Tab>");
        assert_string_equal(b->tui.prompt.field.text, rows[i].becomes);
        bench_keys(b, "<Esc>");
    }
    /* Again and again: each in turn, and round. */
    bench_keys(b, ":s<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "send");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, ":send FRAME [BUS]"));
    assert_true(bench_shows(b, ":spoof "));
    bench_keys(b, "<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "speed");
    for (int i = 0; i < 20 /* then faults */ && strcmp(b->tui.prompt.field.text, "spoof") != 0; i++)
        bench_keys(b, "<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "spoof");
    /* The other bus's nodes. */
    bench_keys(b, "<^U><S-Tab>drift node=d<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "drift node=door");
    bench_free(b);
}

/* One cursor over kinds and list. */
static void cursor(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_faults_state *f = &b->tui.faults;

    (void)state;
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "4<Right>");
    assert_int_equal(f->kind, CS_FAULT_DOMINANT);
    bench_keys(b, "<Left><Left>");
    assert_int_equal(f->kind, CS_FAULT_ATTACK_JANUS);
    bench_keys(b, "<Right><Down>");
    assert_int_equal(f->kind, CS_FAULT_SHORT);
    bench_keys(b, "<Up><Up>");
    assert_int_equal(f->kind, CS_FAULT_FLIP);
    /* Nothing armed: the cursor stays among the kinds. */
    bench_keys(b, "<Down><Down><Down><Down><Down><Down><Down><Down><Down>");
    assert_false(f->in_list);
    bench_keys(b, "<End><PgDn>");
    assert_false(f->in_list);
    bench_keys(b, "c");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "select a fault of the list first"));
    bench_free(b);
}

static struct bench *bench_two(void)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, 5 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    return b;
}

static const struct cs_tui_fault *at(struct bench *b, unsigned i)
{
    cs_tui_refresh(&b->tui);
    return cs_fault_list_at(&b->tui.fault_list, i);
}

/* From the form to the bus, into the list, into the trace, and over. */
static void arm_to_end(void **state)
{
    struct bench *b = bench_two();

    (void)state;
    bench_keys(b, "4<Enter>crc<Down>3<Down><Down><Down><Down><Down><Down><Down>0x100<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "armed on can0 as"));
    assert_true(bench_shows(b, "1 armed · 0 active · 0 past"));
    assert_true(b->tui.faults.in_list);
    bench_run(b, 15 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "0 armed · 0 active · 1 past"));
    assert_int_equal(at(b, 0)->stage, CS_FAULT_ENDED);
    assert_int_equal(at(b, 0)->fired, 1);
    bench_golden(b, "faults-ended");
    bench_keys(b, "1");
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-fault");
    /* The same once more. */
    bench_keys(b, "4r");
    bench_run(b, 35 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "0 armed · 0 active · 2 past"));
    bench_keys(b, "c");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "is over; r arms it again"));
    bench_free(b);
}

/* What a fault matched stays known when it is over, though nobody looked meanwhile. */
static void counts_stay(void **state)
{
    struct bench *b = bench_two();

    (void)state;
    bench_keys(b, ":flip field=crc id=0x100 nth=5<Enter>");
    bench_run(b, 200 * CS_PS_PER_MS);
    assert_false(at(b, 0)->live);
    assert_int_equal(at(b, 0)->fired, 1);
    assert_in_range(at(b, 0)->matched, 4, 5);
    bench_free(b);
}

static void cleared(void **state)
{
    struct bench *b = bench_two();
    int first;

    (void)state;
    bench_keys(b,
               "4:no-ack node=engine<Enter>:short bus=body<Enter>:drift node=logger ppm=50<Enter>");
    bench_run(b, 6 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "3 armed"));
    bench_golden(b, "faults-armed");
    first = at(b, 0)->id;
    bench_keys(b, "<Home>c");
    assert_int_equal(b->tui.fault_list.n_live, 2);
    assert_int_equal(at(b, 2)->id, first);
    assert_int_equal(at(b, 2)->stage, CS_FAULT_CLEARED);
    /* The selection went with it. */
    assert_int_equal(b->tui.faults.sel_id, first);
    bench_keys(b, "C");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "2 faults cleared"));
    assert_int_equal(b->tui.fault_list.n_live, 0);
    bench_free(b);
}

/* A changed fault takes the old one's place; where it cannot, the old one stays. */
static void changed(void **state)
{
    struct bench *b = bench_two();

    (void)state;
    bench_keys(b, "4:drift node=engine ppm=50<Enter>e<Down><^U>70<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.fault_list.n_live, 1);
    assert_non_null(strstr(at(b, 0)->text, "ppm=70"));
    bench_keys(b, "e<^U>nobody<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_FAULT);
    assert_true(bench_shows(b, "not armed: "));
    assert_true(bench_shows(b, "nobody"));
    assert_int_equal(b->tui.fault_list.n_live, 1);
    assert_non_null(strstr(at(b, 0)->text, "node=engine"));
    /* And it can still be put right. */
    bench_keys(b, "<^U>logger<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_int_equal(b->tui.fault_list.n_live, 1);
    assert_non_null(strstr(at(b, 0)->text, "node=logger"));
    bench_free(b);
}

static void contradictions_and_limits(void **state)
{
    struct bench *b = bench_two();

    (void)state;
    bench_keys(b,
               "4:bitrate node=engine bitrate=250k<Enter>:bitrate node=engine bitrate=125k<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not armed: "));
    assert_int_equal(b->tui.fault_list.n_live, 1);
    bench_keys(b, "<Esc>C");
    for (int i = 0; i < CS_FAULT_MAX + 1; i++)
        bench_keys(b, ":flip field=crc id=0x7ff<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.fault_list.n_live, CS_FAULT_MAX);
    assert_true(bench_shows(b, "not armed: "));
    bench_keys(b, "<Esc><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.faults.list.sel, 0);
    bench_keys(b, "<Up>");
    assert_false(b->tui.faults.in_list);
    bench_keys(b, "<Down>");
    assert_true(b->tui.faults.in_list);
    bench_free(b);
}

/* Back with Up: the newest first, then what was being typed. */
static void recalled(void **state)
{
    struct bench *b = bench_two();

    (void)state;
    bench_keys(b, ":no-ack node=engine<Enter>:short for=1ms<Enter>:xyz<Up>");
    assert_string_equal(b->tui.prompt.field.text, "short for=1ms");
    bench_keys(b, "<Up>");
    assert_string_equal(b->tui.prompt.field.text, "no-ack node=engine");
    bench_keys(b, "<Up><Down><Down>");
    assert_string_equal(b->tui.prompt.field.text, "xyz");
    bench_free(b);
}

/* Keys that arm, change and clear at random, with a bus at work: no crash, and it can be drawn. */
static void random_faults(void **state)
{
    static const char *const moves[] = {":",
                                        "4",
                                        "<Tab>",
                                        "<Tab>",
                                        " ",
                                        "<Enter>",
                                        "<Enter>",
                                        "<Esc>",
                                        "<Up>",
                                        "<Down>",
                                        "<Right>",
                                        "<Left>",
                                        "e",
                                        "r",
                                        "r",
                                        "c",
                                        "C",
                                        "5",
                                        "0x100",
                                        "1ms",
                                        "100#",
                                        "<PgDn>",
                                        "<Home>",
                                        "<S-Tab>",
                                        "<^U>",
                                        "<Esc><PgDn>r",
                                        "<Esc>:short for=100us<Enter>",
                                        "<Esc>:flip field=crc count=all<Enter>",
                                        "<Esc>:babble node=engine frame=0#<Enter>",
                                        "<Esc>:bitrate node=engine bitrate=250k for=1ms<Enter>",
                                        "<Esc>:unplug node=logger<Enter>",
                                        "<Esc>:reset node=dashboard<Enter>",
                                        "<Esc>:noise ber=1%<Enter>",
                                        "<Esc>:attack-bus-off id=0x100<Enter>",
                                        "<Esc>:split nodes=engine,logger<Enter>"};
    struct bench *b = bench_two();
    uint32_t seed = 7;
    uint64_t armed = 0;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        seed = seed * 1664525u + 1013904223u;
        bench_keys(b, moves[(seed >> 16) % (sizeof moves / sizeof *moves)]);
        if (i % 16)
            continue;
        bench_run(b, cs_sim_now_ps(b->sim) + CS_PS_PER_MS / 4);
        bench_draw(b, 80 + i % 150, 24 + i % 40);
        armed = b->tui.fault_list.n_past + b->tui.fault_list.n_live;
    }
    assert_true(armed > 20);
    bench_free(b);
}

/* Each kind is armed by way of the form: what it needs is filled in as an example. */
static void each_kind_by_form(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < CS_FAULT_KIND_COUNT; kind++) {
        struct bench *b = bench_new(0, 2);
        bench_traffic(b);
        bench_run(b, 100 * CS_PS_PER_MS);
        bench_draw(b, 100, 40);
        bench_keys(b, "4");
        b->tui.faults.kind = kind;
        bench_keys(b, "<Enter><^E>");
        bench_draw(b, 100, 40);
        bench_keys(b, "<Enter>");
        bench_draw(b, 100, 40);
        if (b->tui.overlay != CS_OVERLAY_NONE || b->tui.fault_list.n_live != 1)
            fail_msg("%s: %s", cs_fault_name((enum cs_fault_kind)kind), b->tui.message);
        bench_run(b, 130 * CS_PS_PER_MS); /* it does what it does */
        bench_draw(b, 100, 40);
        bench_keys(b, "c");
        bench_draw(b, 100, 40);
        bench_keys(b, "r"); /* one that is over, by one key again */
        bench_draw(b, 100, 40);
        assert_int_equal(cs_fault_list_count(&b->tui.fault_list), 2);
        bench_free(b);
    }
}

static unsigned row_of(const struct cs_fault_form *form, const char *key)
{
    for (unsigned i = 0; i < form->n; i++)
        if (!strcmp(cs_fault_keys[form->key[i]].name, key))
            return i;
    fail_msg("no field %s", key);
    return 0;
}

/* Each field of each kind takes its example, alone beside what the kind needs, and says where it is
 * that something cannot be read. */
static void each_field(void **state)
{
    struct bench *b = bench_new(0, 2);
    struct cs_fault_form *form = &b->tui.form;
    struct cs_fault_spec spec;
    char text[CS_FRAME_TEXT_MAX], why[256];
    unsigned fields = 0;
    int wrong;

    (void)state;
    bench_traffic(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, "34");
    bench_draw(b, 100, 40);
    for (unsigned kind = 0; kind < CS_FAULT_KIND_COUNT; kind++) {
        cs_fault_form_begin(form, kind);
        for (unsigned i = 0, n = form->n; i < n; i++, fields++) {
            const struct cs_fault_key *key;
            cs_fault_form_begin(form, kind);
            key = &cs_fault_keys[form->key[i]];
            cs_fault_example(&b->tui, form, key, text, sizeof text);
            if (!text[0])
                fail_msg("%s has no example", key->name);
            cs_textfield_set(&form->value[i], text);
            if (!strcmp(key->name, "ext") || !strcmp(key->name, "data"))
                cs_textfield_set(&form->value[row_of(form, "id")], "0x123");
            if (!strcmp(key->name, "direction"))
                cs_textfield_set(&form->value[row_of(form, "from")], "engine");
            cs_fault_form_complete(&b->tui, form); /* what it has need of beside it */
            if (cs_fault_form_spec(form, &spec, &wrong, why, sizeof why) < 0)
                fail_msg("%s %s=%s: %s", cs_fault_name((enum cs_fault_kind)kind), key->name, text,
                         why);
            if (!strcmp(key->name, "label") || strstr(key->values, "name"))
                continue;
            cs_textfield_set(&form->value[i], "?!");
            assert_int_equal(cs_fault_form_spec(form, &spec, &wrong, why, sizeof why), -EINVAL);
            assert_int_equal(wrong, i);
            assert_non_null(strstr(why, key->name));
        }
    }
    assert_true(fields > 300);
    bench_free(b);
}

/* Where there is room nothing of what a kind does is cut; nothing armed tells what to do. */
static void what_there_is(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "4");
    bench_draw(b, 240, 70);
    for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++)
        assert_true(bench_shows(b, cs_fault_help((enum cs_fault_kind)k)));
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "well-known troubles: bus-off"));
    bench_draw(b, 60, 16); /* less room */
    assert_true(bench_shows(b, "no fault so far: Enter arms one"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_by_form),
        cmocka_unit_test(each_field),
        cmocka_unit_test(list_of_events),
        cmocka_unit_test(list_is_bounded),
        cmocka_unit_test(forms_come_from_the_table),
        cmocka_unit_test(forms_hold_texts),
        cmocka_unit_test(forms_tell_what_is_wrong),
        cmocka_unit_test(forms_fit),
        cmocka_unit_test(tab_offers),
        cmocka_unit_test(cursor),
        cmocka_unit_test(arm_to_end),
        cmocka_unit_test(counts_stay),
        cmocka_unit_test(cleared),
        cmocka_unit_test(changed),
        cmocka_unit_test(contradictions_and_limits),
        cmocka_unit_test(recalled),
        cmocka_unit_test(what_there_is),
        cmocka_unit_test(random_faults),
    };
    return cmocka_run_group_tests_name("tui faults", tests, NULL, NULL);
}
