/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "scenarios/bench.h"
#include "scenarios/main.h"
#include "scenarios/main_bench.h"
#include "scenarios/main_bench_log.h"
#include "scenarios/main_bench_tui.h"
#include "scenarios/out.h"
#include "scenarios/text.h"

#define DEFAULT_TIME_PS (CS_PS_PER_S / 4)
#define DEFAULT_BUS_PS  (3600 * CS_PS_PER_S)
#define NAME_COLUMNS    34

enum row_name {
    FRAME_TURN_2,
    FRAME_TURN_8,
    FRAME_TURN_32,
    FRAME_CONTEND_2,
    FRAME_CONTEND_8,
    FRAME_CONTEND_32,
    FRAME_FD_8,
    BIT_TURN_2,
    BIT_TURN_8,
    BIT_TURN_32,
    BIT_CONTEND_8,
    BIT_FD_2,
    BIT_FD_8,
    BIT_FD_32,
    IDS_1,
    IDS_1000,
    IDS_2048,
    EXT_IDS_1,
    EXT_IDS_1000000,
    N_ROWS
};

#define TURN(engine, nodes, fd, ext, ids)                         \
    {                                                             \
        CS_ENGINE_##engine, CS_BENCH_IN_TURN, nodes, fd, ext, ids \
    }
#define CONTEND(engine, nodes)                                       \
    {                                                                \
        CS_ENGINE_##engine, CS_BENCH_CONTEND, nodes, false, false, 0 \
    }
#define MANY 2048 /* identifiers, where their number is not the point */

static const struct cs_bench_case rows[N_ROWS] = {
    [FRAME_TURN_2] = TURN(FRAME, 2, false, false, MANY),
    [FRAME_TURN_8] = TURN(FRAME, 8, false, false, MANY),
    [FRAME_TURN_32] = TURN(FRAME, 32, false, false, MANY),
    [FRAME_CONTEND_2] = CONTEND(FRAME, 2),
    [FRAME_CONTEND_8] = CONTEND(FRAME, 8),
    [FRAME_CONTEND_32] = CONTEND(FRAME, 32),
    [FRAME_FD_8] = TURN(FRAME, 8, true, false, MANY),
    [BIT_TURN_2] = TURN(BIT, 2, false, false, MANY),
    [BIT_TURN_8] = TURN(BIT, 8, false, false, MANY),
    [BIT_TURN_32] = TURN(BIT, 32, false, false, MANY),
    [BIT_CONTEND_8] = CONTEND(BIT, 8),
    [BIT_FD_2] = TURN(BIT, 2, true, false, MANY),
    [BIT_FD_8] = TURN(BIT, 8, true, false, MANY),
    [BIT_FD_32] = TURN(BIT, 32, true, false, MANY),
    [IDS_1] = TURN(FRAME, 8, false, false, 1),
    [IDS_1000] = TURN(FRAME, 8, false, false, 1000),
    [IDS_2048] = TURN(FRAME, 8, false, false, 2048),
    [EXT_IDS_1] = TURN(FRAME, 8, false, true, 1),
    [EXT_IDS_1000000] = TURN(FRAME, 8, false, true, 1000000),
};

static const struct section {
    const char *title;
    enum row_name first, last;
} sections[] = {
    {"whole frames", FRAME_TURN_2, FRAME_FD_8},
    {"bit by bit", BIT_TURN_2, BIT_FD_32},
    {"identifiers, whole frames", IDS_1, EXT_IDS_1000000},
};
#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* Time per frame of one against that of another. */
static const struct ratio {
    const char *key, *text;
    enum row_name dividend, divisor;
} ratios[] = {
    {"bit_to_frame", "bit by bit : whole frames, 8 nodes in turn", BIT_TURN_8, FRAME_TURN_8},
    {"bit_to_frame_contend", "bit by bit : whole frames, 8 nodes contend", BIT_CONTEND_8,
     FRAME_CONTEND_8},
    {"frame_32_to_2", "whole frames in turn, 32 : 2 nodes", FRAME_TURN_32, FRAME_TURN_2},
    {"frame_contend_32_to_2", "whole frames, all contend, 32 : 2 nodes", FRAME_CONTEND_32,
     FRAME_CONTEND_2},
    {"bit_32_to_2", "bit by bit, 32 : 2 nodes", BIT_TURN_32, BIT_TURN_2},
    {"identifiers_1000_to_1", "1000 identifiers : 1", IDS_1000, IDS_1},
    {"identifiers_2048_to_1", "2048 identifiers : 1", IDS_2048, IDS_1},
    {"identifiers_ext_1000000_to_1", "1000000 extended identifiers : 1", EXT_IDS_1000000,
     EXT_IDS_1},
};
#define N_RATIOS (sizeof(ratios) / sizeof(ratios[0]))

struct bench {
    struct cs_out out;
    int64_t time_ps;
    struct cs_bench_result results[N_ROWS];
    struct cs_bench_memory memory;
    struct cs_bench_decode decode;
    struct cs_bench_tui tui;
    struct cs_bench_log log;
};

static double per_second(double ns)
{
    return 1e9 / ns;
}

static double node_bits_per_s(const struct bench *b, unsigned row)
{
    const struct cs_bench_result *result = &b->results[row];
    return per_second(result->ns_per_frame) * result->bits_per_frame * rows[row].nodes;
}

static double ratio_of(const struct bench *b, const struct ratio *ratio)
{
    return b->results[ratio->dividend].ns_per_frame / b->results[ratio->divisor].ns_per_frame;
}

/* ---- text --------------------------------------------------------------------------------- */

static void row_title(const struct cs_bench_case *row, bool ids, char *text, size_t size)
{
    const char *kind = row->fd ? "FD 64 bytes, " : "";

    if (ids)
        snprintf(text, size, "  %u %s", (unsigned)row->identifiers, row->ext ? "extended" : "base");
    else
        snprintf(text, size, "  %s%s, %u nodes", kind,
                 row->load == CS_BENCH_CONTEND ? "all contend" : "in turn", row->nodes);
}

static void text_row(struct bench *b, unsigned row, bool ids)
{
    const struct cs_bench_result *result = &b->results[row];
    char title[64];

    row_title(&rows[row], ids, title, sizeof(title));
    cs_out_padded(&b->out, title, NAME_COLUMNS);
    cs_out_printf(&b->out, "%10.0f %10.1f %14.1f %14.1f", per_second(result->ns_per_frame),
                  result->ns_per_frame, result->ns_per_frame / rows[row].nodes,
                  node_bits_per_s(b, row) / 1e6);
    cs_out_line(&b->out);
}

/* A section is shown as soon as it has been measured. */
static void text_section(struct bench *b, const struct section *section)
{
    bool ids = section->first == IDS_1;

    cs_out_padded(&b->out, section->title, NAME_COLUMNS);
    cs_out_printf(&b->out, "%10s %10s %14s %14s", "frames/s", "ns/frame", "ns/frame/node",
                  "M node-bits/s");
    cs_out_line(&b->out);
    for (unsigned row = section->first; row <= (unsigned)section->last; row++)
        text_row(b, row, ids);
    cs_out_line(&b->out);
    cs_out_flush(&b->out);
}

static void text_end(struct bench *b)
{
    const struct cs_bench_memory *m = &b->memory;
    char time[32];

    cs_out_text(&b->out, "memory");
    cs_out_line(&b->out);
    cs_out_printf(&b->out,
                  "  %s of bus time, %llu frames in %.1f s: %zu bytes of heap before, %zu after; "
                  "%zu kB resident before, %zu after",
                  cs_text_time(m->bus_ps, time, sizeof(time)), (unsigned long long)m->frames,
                  m->cpu_s, m->heap_before, m->heap_after, m->resident_before / 1024,
                  m->resident_after / 1024);
    cs_out_line(&b->out);
    cs_out_line(&b->out);
    cs_out_text(&b->out, "ratios of ns/frame");
    cs_out_line(&b->out);
    for (size_t i = 0; i < N_RATIOS; i++) {
        cs_out_printf(&b->out, "  %-44s %8.2f", ratios[i].text, ratio_of(b, &ratios[i]));
        cs_out_line(&b->out);
    }
}

static void text_decode(struct bench *b)
{
    const struct cs_bench_decode *d = &b->decode;

    cs_out_line(&b->out);
    cs_out_text(&b->out, "decode");
    cs_out_line(&b->out);
    if (d->skipped[0] != '\0') {
        cs_out_printf(&b->out, "  skipped: %s", d->skipped);
        cs_out_line(&b->out);
        return;
    }
    cs_out_padded(&b->out, "  CANopen with EDS, all fields", NAME_COLUMNS);
    cs_out_printf(&b->out, "%10.0f frames/s %10.1f ns/frame", per_second(d->ns_per_frame),
                  d->ns_per_frame);
    cs_out_line(&b->out);
    if (d->no_tshark[0] != '\0')
        cs_out_printf(&b->out, "  next to tshark: skipped: %s", d->no_tshark);
    else
        cs_out_printf(&b->out,
                      "  tshark -T fields : cansim decode, as programs %14.1f  (%.0f : %.0f "
                      "ns/frame)",
                      d->tshark_ns / d->program_ns, d->tshark_ns, d->program_ns);
    cs_out_line(&b->out);
}

static void tui_line(struct bench *b, const char *what, double value, const char *unit)
{
    cs_out_text(&b->out, "  ");
    cs_out_padded(&b->out, what, 44);
    cs_out_printf(&b->out, "%10.1f %s", value, unit);
    cs_out_line(&b->out);
}

static void text_tui(struct bench *b)
{
    const struct cs_bench_tui *t = &b->tui;

    cs_out_line(&b->out);
    cs_out_text(&b->out, "cansim-tui, eight buses of 1 Mbit/s at full load");
    cs_out_line(&b->out);
    if (t->skipped[0] != '\0') {
        cs_out_printf(&b->out, "  skipped: %s", t->skipped);
        cs_out_line(&b->out);
        return;
    }
    tui_line(b, "to the first screen", t->startup_ms, "ms");
    tui_line(b, "of one core", t->core * 100, "%");
    tui_line(b, "screens", t->screens_per_s, "/s");
    tui_line(b, "from a key to what it shows, median", t->key_ms, "ms");
    tui_line(b, "and worst", t->key_most_ms, "ms");
    tui_line(b, "bus time kept up with the clock", t->kept_up * 100, "%");
    tui_line(b, "of one core, empty host", t->idle_core * 100, "%");
    for (unsigned i = 0; i < t->n_scenes; i++) {
        cs_out_text(&b->out, i == 0 ? "  of one core, with " : "                    ");
        cs_out_padded(&b->out, t->scenes[i].name, 26);
        cs_out_printf(&b->out, "%10.1f %%  %5.1f screens/s", t->scenes[i].core * 100,
                      t->scenes[i].screens_per_s);
        cs_out_line(&b->out);
    }
}

static void text_log(struct bench *b)
{
    const struct cs_bench_log *l = &b->log;

    cs_out_line(&b->out);
    if (l->skipped[0] != '\0') {
        cs_out_printf(&b->out, "cansim-tui, a log: skipped: %s", l->skipped);
        cs_out_line(&b->out);
        return;
    }
    cs_out_printf(&b->out, "cansim-tui, a log of %llu frames, %.0f MB%s%s",
                  (unsigned long long)l->frames, (double)l->bytes / 1e6,
                  l->note[0] != '\0' ? ": " : "", l->note);
    cs_out_line(&b->out);
    tui_line(b, "to its first row", l->first_ms, "ms");
    tui_line(b, "from a key to what it shows, while it loads", l->key_ms, "ms");
    tui_line(b, "until all of it is there", l->loaded_s, "s");
    tui_line(b, "rows", l->frames_per_s / 1e6, "million/s");
    tui_line(b, "memory for a row", l->bytes_per_row, "bytes");
    tui_line(b, "memory of the program then", l->resident_bytes / (1 << 20), "MiB");
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void json_row(struct bench *b, unsigned row)
{
    const struct cs_bench_case *what = &rows[row];
    const struct cs_bench_result *result = &b->results[row];

    cs_out_printf(&b->out, "{\"engine\":\"%s\",\"load\":\"%s\",\"nodes\":%u,\"fd\":%s,\"ext\":%s,",
                  cs_engine_name(what->engine),
                  what->load == CS_BENCH_CONTEND ? "contend" : "in_turn", what->nodes,
                  what->fd ? "true" : "false", what->ext ? "true" : "false");
    if (what->identifiers > 0)
        cs_out_printf(&b->out, "\"identifiers\":%u,", (unsigned)what->identifiers);
    cs_out_printf(&b->out,
                  "\"frames\":%llu,\"frames_per_s\":%.0f,\"ns_per_frame\":%.2f,"
                  "\"ns_per_frame_median\":%.2f,\"ns_per_frame_node\":%.3f,"
                  "\"bits_per_frame\":%.2f,\"node_bits_per_s\":%.0f}",
                  (unsigned long long)result->frames, per_second(result->ns_per_frame),
                  result->ns_per_frame, result->median_ns, result->ns_per_frame / what->nodes,
                  result->bits_per_frame, node_bits_per_s(b, row));
}

static void json_decode(struct bench *b)
{
    const struct cs_bench_decode *d = &b->decode;

    if (d->skipped[0] != '\0') {
        cs_out_text(&b->out, "{\"skipped\":");
        cs_out_json(&b->out, d->skipped);
    } else {
        cs_out_printf(&b->out,
                      "{\"frames\":%llu,\"frames_per_s\":%.0f,\"ns_per_frame\":%.2f,"
                      "\"ns_per_frame_median\":%.2f,\"taken_permille\":%.1f",
                      (unsigned long long)d->frames, per_second(d->ns_per_frame), d->ns_per_frame,
                      d->median_ns, d->taken_permille);
        if (d->no_tshark[0] != '\0') {
            cs_out_text(&b->out, ",\"no_tshark\":");
            cs_out_json(&b->out, d->no_tshark);
        } else {
            cs_out_printf(&b->out,
                          ",\"program_ns_per_frame\":%.1f,\"tshark_ns_per_frame\":%.1f,"
                          "\"tshark_to_program\":%.2f",
                          d->program_ns, d->tshark_ns, d->tshark_ns / d->program_ns);
        }
    }
    cs_out_char(&b->out, '}');
}

static void json_tui(struct bench *b)
{
    const struct cs_bench_tui *t = &b->tui;

    if (t->skipped[0] != '\0') {
        cs_out_text(&b->out, "{\"skipped\":");
        cs_out_json(&b->out, t->skipped);
    } else {
        cs_out_printf(&b->out,
                      "{\"startup_ms\":%.1f,\"core\":%.4f,\"screens_per_s\":%.1f,"
                      "\"key_ms\":%.1f,\"key_most_ms\":%.1f,\"kept_up\":%.4f,"
                      "\"idle_core\":%.4f,\"scenes\":[",
                      t->startup_ms, t->core, t->screens_per_s, t->key_ms, t->key_most_ms,
                      t->kept_up, t->idle_core);
        for (unsigned i = 0; i < t->n_scenes; i++)
            cs_out_printf(&b->out, "%s{\"name\":\"%s\",\"core\":%.4f,\"screens_per_s\":%.1f}",
                          i > 0 ? "," : "", t->scenes[i].name, t->scenes[i].core,
                          t->scenes[i].screens_per_s);
        cs_out_char(&b->out, ']');
    }
    cs_out_char(&b->out, '}');
}

static void json_log(struct bench *b)
{
    const struct cs_bench_log *l = &b->log;

    if (l->skipped[0] != '\0') {
        cs_out_text(&b->out, "{\"skipped\":");
        cs_out_json(&b->out, l->skipped);
    } else {
        cs_out_printf(&b->out,
                      "{\"frames\":%llu,\"bytes\":%llu,\"first_ms\":%.1f,\"key_ms\":%.1f,"
                      "\"loaded_s\":%.3f,\"frames_per_s\":%.0f,\"bytes_per_row\":%.2f,"
                      "\"resident\":%.0f",
                      (unsigned long long)l->frames, (unsigned long long)l->bytes, l->first_ms,
                      l->key_ms, l->loaded_s, l->frames_per_s, l->bytes_per_row, l->resident_bytes);
        if (l->note[0] != '\0') {
            cs_out_text(&b->out, ",\"note\":");
            cs_out_json(&b->out, l->note);
        }
    }
    cs_out_char(&b->out, '}');
}

static void json(struct bench *b)
{
    const struct cs_bench_memory *m = &b->memory;

    cs_out_printf(&b->out, "{\"version\":\"" CANSIM_VERSION "\",\"seconds\":%.3f,\"rows\":[",
                  (double)b->time_ps / 1e12);
    for (unsigned row = 0; row < N_ROWS; row++) {
        cs_out_text(&b->out, row > 0 ? "," : "");
        json_row(b, row);
    }
    cs_out_printf(&b->out,
                  "],\"memory\":{\"bus_s\":%.3f,\"frames\":%llu,\"cpu_s\":%.3f,"
                  "\"heap_before\":%zu,\"heap_after\":%zu,"
                  "\"resident_before\":%zu,\"resident_after\":%zu},\"ratios\":{",
                  (double)m->bus_ps / 1e12, (unsigned long long)m->frames, m->cpu_s, m->heap_before,
                  m->heap_after, m->resident_before, m->resident_after);
    for (size_t i = 0; i < N_RATIOS; i++)
        cs_out_printf(&b->out, "%s\"%s\":%.3f", i > 0 ? "," : "", ratios[i].key,
                      ratio_of(b, &ratios[i]));
    cs_out_text(&b->out, "},\"decode\":");
    json_decode(b);
    cs_out_text(&b->out, ",\"tui\":");
    json_tui(b);
    cs_out_text(&b->out, ",\"log\":");
    json_log(b);
    cs_out_char(&b->out, '}');
    cs_out_line(&b->out);
}

/* ---- the whole ---------------------------------------------------------------------------- */

static int run(struct bench *b, const struct cs_args *args, struct cs_error *error)
{
    for (size_t i = 0; i < N_SECTIONS; i++) {
        for (unsigned row = sections[i].first; row <= (unsigned)sections[i].last; row++) {
            if (cs_bench_run(&rows[row], b->time_ps, &b->results[row], error) != 0)
                return -1;
        }
        if (!args->json)
            text_section(b, &sections[i]);
    }
    int64_t bus_ps = args->duration_ps > 0 ? args->duration_ps : DEFAULT_BUS_PS;
    if (cs_bench_memory(bus_ps, &b->memory, error) != 0)
        return -1;
    if (cs_bench_decode(b->time_ps, &b->decode, error) != 0)
        return -1;
    if (!args->json) {
        text_end(b);
        text_decode(b);
        cs_out_flush(&b->out);
    }
    if (cs_bench_tui(b->time_ps, &b->tui, error) != 0)
        return -1;
    if (!args->json) {
        text_tui(b);
        cs_out_flush(&b->out);
    }
    if (cs_bench_log(args->have_log_frames ? args->log_frames : CS_BENCH_LOG_DFLT, &b->log,
                     error) != 0)
        return -1;
    if (args->json)
        json(b);
    else
        text_log(b);
    return 0;
}

int cs_main_bench(const struct cs_args *args)
{
    struct bench b = {.time_ps = args->seconds_ps > 0 ? args->seconds_ps : DEFAULT_TIME_PS};
    struct cs_error error = {.status = CS_STATUS_OK};

    if (args->log_frames > CS_BENCH_LOG_MAX) {
        cs_error_set(&error, CS_STATUS_INPUT, "--log-frames: must be 0..%u", CS_BENCH_LOG_MAX);
        return cs_main_complain(&error);
    }
    if (cs_out_open(&b.out, "-", NULL, &error) != 0)
        return cs_main_complain(&error);
    int ret = run(&b, args, &error);
    if (cs_out_close(&b.out) != 0 && ret == 0)
        cs_out_explain(&b.out, &error);
    cs_out_discard(&b.out);
    return cs_main_complain(&error);
}
