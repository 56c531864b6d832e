/* SPDX-License-Identifier: MIT */
/* Waveforms: what is told comes out as a value change dump; nodes that come late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/log_vcd.h"
#include "simcore/wire.h"

struct fixture {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_vcd vcd;
    char path[64];
    char *text;
};

static int attach(struct fixture *f, const char *name)
{
    struct cs_controller_config node = {.name = name};
    int index = cs_bus_attach(f->bus, &node);

    assert_true(index >= 0);
    return index;
}

static void open_vcd(struct fixture *f)
{
    struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    struct cs_error error;

    memset(f, 0, sizeof(*f));
    f->sim = cs_sim_create(1);
    assert_int_equal(cs_sim_add_bus(f->sim, &bus), 0);
    f->bus = cs_sim_bus(f->sim, 0);
    snprintf(f->path, sizeof(f->path), "/tmp/cansim-vcd-XXXXXX");
    close(mkstemp(f->path));
    f->vcd.log.sim = f->sim;
    assert_int_equal(cs_out_open(&f->vcd.log.out, f->path, NULL, &error), 0);
}

static const char *text_of(struct fixture *f)
{
    cs_log_vcd_end(&f->vcd);
    assert_int_equal(cs_out_flush(&f->vcd.log.out), 0);
    FILE *file = fopen(f->path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    f->text = calloc(1, size + 1);
    rewind(file);
    assert_int_equal(fread(f->text, 1, size, file), size);
    fclose(file);
    return f->text;
}

static void close_vcd(struct fixture *f)
{
    cs_log_vcd_end(&f->vcd);
    cs_log_vcd_end(&f->vcd); /* does nothing */
    cs_out_close(&f->vcd.log.out);
    cs_out_discard(&f->vcd.log.out);
    unlink(f->path);
    free(f->text);
    cs_sim_destroy(f->sim);
}

static void probe(struct fixture *f, int64_t at_ps, enum cs_probe_kind kind, int node,
                  unsigned level, enum cs_field field)
{
    struct cs_probe_event event = {.at_ps = at_ps,
                                   .kind = (uint8_t)kind,
                                   .node = (int16_t)node,
                                   .level = (uint8_t)level,
                                   .field = (uint8_t)field};

    cs_log_vcd_probe(&f->vcd, &event);
}

/* The whole file: header, first values, one change for what one instant told twice. */
static void whole_file(void **state)
{
    struct fixture f;

    (void)state;
    open_vcd(&f);
    attach(&f, "ecu");
    assert_int_equal(cs_log_vcd_start(&f.vcd), 0);
    probe(&f, 2000, CS_PROBE_TX, 0, 0, 0);
    probe(&f, 2000, CS_PROBE_WIRE, CS_NO_NODE, 0, 0);
    probe(&f, 2000, CS_PROBE_FIELD, 0, 0, CS_FIELD_SOF);
    probe(&f, 2000, CS_PROBE_FIELD, 0, 0, CS_FIELD_ID);
    probe(&f, 3750, CS_PROBE_SAMPLE, 0, 0, 0);
    probe(&f, 3750, CS_PROBE_RX, 0, 0, 0);
    probe(&f, 4000, CS_PROBE_TX, 0, 1, 0);
    probe(&f, 4000, CS_PROBE_TX, 0, 0, 0);     /* a spike of no length */
    probe(&f, 5000, CS_PROBE_SAMPLE, 7, 0, 0); /* nobody */
    cs_sim_run_until(f.sim, 9000);
    const char *text = text_of(&f);
    static const char *const parts[] = {
        ("$timescale 1 ps $end\n$scope module can0 $end\n$var wire 1 ! wire $end\n"
         "$scope module ecu $end\n$var wire 1 > tx $end\n$var wire 1 ? rx $end\n"
         "$var event 1 @ sample $end\n$var string 1 A state $end\n$var string 1 C field $end\n"
         "$var real 64 D index $end\n"),
        "$upscope $end\n$scope module spare1 $end\n",
        ("$upscope $end\n$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n1!\n1>\n1?\n"
         "serror_active A\nsidle C\nr0 D\n"),
        "$end\n#2000\n0>\nsid C\n0!\n#3750\n",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(text, parts[i]) == NULL)
            fail_msg("not there: %s\nin: %s", parts[i], text);
    }
    assert_non_null(strstr(text, "$scope module spare8 $end\n"));
    assert_null(strstr(text, "spare9"));
    assert_null(strstr(text, "ssof"));
    assert_null(strstr(text, "#4000"));
    assert_null(strstr(text, "#5000"));
    const char *end = strstr(text, "#3750\n");
    assert_true(strcmp(end, "#3750\n0?\n1@\n#9000\n") == 0);
    close_vcd(&f);
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
        n++;
    return n;
}

/* Scopes are for ever: a spare for each late name, none for a name that had one. */
static void late_nodes(void **state)
{
    struct fixture f;
    char name[16];

    (void)state;
    open_vcd(&f);
    int first = attach(&f, "first");
    assert_int_equal(cs_log_vcd_start(&f.vcd), 0);
    probe(&f, 0, CS_PROBE_WIRE, CS_NO_NODE, 0, 0);
    cs_bus_detach(f.bus, first);
    cs_sim_run_until(f.sim, 10 * CS_PS_PER_MS);
    first = attach(&f, "first");
    for (unsigned i = 0; i < CS_VCD_SPARES + 1; i++) {
        snprintf(name, sizeof(name), "late %u", i);
        attach(&f, name);
    }
    cs_sim_run_until(f.sim, 20 * CS_PS_PER_MS);
    cs_bus_detach(f.bus, 3);
    cs_sim_run_until(f.sim, 30 * CS_PS_PER_MS);
    attach(&f, "next");
    const char *text = text_of(&f);
    assert_int_equal(count(text, "\nslate_0 "), 1);
    assert_int_equal(count(text, "\nslate_7 "), 1);
    assert_null(strstr(text, "\nslate_8 "));
    assert_int_equal(count(text, "$comment late_8 joins at"), 1);
    assert_int_equal(count(text, "\nsnext "), 1); /* in the place of one that left */
    assert_null(strstr(text, "\nsfirst "));
    assert_int_equal(count(text, "left out: no scope"), 1);
    close_vcd(&f);
}

/* Names from outside: nothing in them ends a line, a scope or the file's syntax. */
static void hostile_names(void **state)
{
    static const char *const names[] = {"a b",    "a.b",   "$end", "x\ny", "\xFF\xFE",
                                        "spare1", "0\"'#", "a_b",  "wire"};
    struct fixture f;

    (void)state;
    open_vcd(&f);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        attach(&f, names[i]);
    assert_int_equal(cs_log_vcd_start(&f.vcd), 0);
    char *text = strdup(text_of(&f));
    unsigned scopes = 0, n = 0;
    char seen[64][80] = {{0}};
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char name[80] = "", end[8] = "", more = 0;
        if (strncmp(line, "$scope ", 7) != 0)
            continue;
        assert_int_equal(sscanf(line, "$scope module %79s %7s %c", name, end, &more), 2);
        assert_string_equal(end, "$end");
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-"), strlen(name));
        for (unsigned i = 0; i < n; i++)
            assert_string_not_equal(name, seen[i]);
        memcpy(seen[n++], name, sizeof(name));
        scopes++;
    }
    assert_int_equal(scopes, 1 + sizeof(names) / sizeof(names[0]) + CS_VCD_SPARES);
    free(text);
    close_vcd(&f);
}

/* sigrok does not know strings: it reads a code that follows one as the beginning of a change. */
static void codes_are_no_changes(void **state)
{
    struct fixture f;
    char name[16];

    (void)state;
    open_vcd(&f);
    for (unsigned i = 0; i < 250; i++) {
        snprintf(name, sizeof(name), "n%u", i);
        attach(&f, name);
    }
    assert_int_equal(cs_log_vcd_start(&f.vcd), 0);
    const char *text = text_of(&f);
    unsigned n = 0;
    for (const char *p = text; (p = strstr(p, "$var ")) != NULL; p++) {
        char code[8];
        assert_int_equal(sscanf(p, "$var %*s %*s %7s", code), 1);
        assert_null(strchr("01bBrRsSxXzZuUwW#$-", code[0]));
        n++;
    }
    assert_int_equal(n, 1 + 250 * 11 + CS_VCD_SPARES * 12);
    close_vcd(&f);
}

/* Two buses, real frames: every level is a change from the one before. */
static void a_real_bus(void **state)
{
    struct cs_bus_config bus = {.name = "can1", .bitrate_bps = 125000};
    struct cs_frame frame;
    struct fixture f;
    char why[100];

    (void)state;
    open_vcd(&f);
    assert_int_equal(cs_sim_add_bus(f.sim, &bus), 1);
    int a = attach(&f, "a");
    attach(&f, "b");
    assert_int_equal(cs_log_vcd_start(&f.vcd), 0);
    assert_int_equal(cs_frame_parse("123#5555", &frame, why, sizeof(why)), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(cs_bus_submit(f.bus, a, &frame, i), 0);
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    const char *text = text_of(&f);
    struct cs_wire wire;
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    unsigned edges = 2; /* the ACK slot, dominant by others */
    for (unsigned i = 1; i < wire.n_bits; i++)
        edges += cs_wire_level(&wire, i) != cs_wire_level(&wire, i - 1);
    const char *changes = strstr(text, "$dumpvars");
    assert_int_equal(count(changes, "\n0!\n") + count(changes, "\n1!\n") - 1, 3 * (edges + 1));
    assert_int_equal(count(changes, "\nsof "), 0);
    assert_int_equal(count(changes, "\nssof "), 3);
    close_vcd(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_file),    cmocka_unit_test(late_nodes),
        cmocka_unit_test(hostile_names), cmocka_unit_test(codes_are_no_changes),
        cmocka_unit_test(a_real_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
