/* SPDX-License-Identifier: MIT */
/* cansim convert: logs from any format to any other. The format's own writer tells what it cannot
 * carry; that is counted, and said at the end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input.h"
#include "scenarios/file.h"
#include "scenarios/choose.h"
#include "scenarios/main.h"
#include "scenarios/out.h"
#include "scenarios/pack.h"
#include "scenarios/text.h"
#include "simcore/sim.h"

#define MAX_INPUTS 64
#define MAX_LOSSES 8 /* kinds */

/* A log and the frame of it that comes next. */
struct source {
    struct cs_input *input;
    struct cs_file_id id;
    struct cs_chooser *filter; /* NULL: all pass */
    bool ready;
    struct cansim_frame frame;
    struct cansim_log_frame log;
};

struct conversion {
    const struct cs_args *args;
    struct cs_plugins *plugins;
    struct source *sources;
    unsigned n_sources;
    const struct cansim_format *to;
    void *writer;
    struct cs_out out;
    bool begun, live;
    uint64_t written;
    struct {
        char words[160];
        uint64_t n;
    } losses[MAX_LOSSES];
    struct cs_error error;
};

/* ---- formats --------------------------------------------------------------------------------- */

/* Does the name, but for .gz or .zst, end in a suffix of "log,candump"? */
static bool has_suffix(const char *name, const char *extensions)
{
    const size_t len = cs_pack_plain(name);
    const char *dot = memrchr(name, '.', len);
    size_t n;

    if (dot == NULL || strchr(dot, '/') != NULL)
        return false;
    for (const char *p = extensions; *p != '\0'; p += n + (p[n] == ',')) {
        n = strcspn(p, ",");
        if ((size_t)(name + len - dot - 1) == n && strncmp(dot + 1, p, n) == 0)
            return true;
    }
    return false;
}

static int find_target(struct conversion *c, const char *path)
{
    const struct cansim_format *format;
    char list[200];

    for (unsigned i = 0; (format = cs_plugins_format_at(c->plugins, i)) != NULL; i++) {
        bool is_it = c->args->to != NULL ? strcmp(format->name, c->args->to) == 0
                                         : has_suffix(path, format->extensions);
        if (is_it && format->create != NULL) {
            c->to = format;
            return 0;
        }
    }
    cs_input_list(c->plugins, true, list, sizeof(list));
    if (c->args->to != NULL)
        return cs_error_set(&c->error, CS_STATUS_INPUT, "--to: must be one of %s, got \"%s\"", list,
                            c->args->to);
    return cs_error_set(&c->error, CS_STATUS_INPUT,
                        "%s: must have the suffix of a format, or --to must name one of %s", path,
                        list);
}

int cs_main_check_from(const struct cs_args *args, const struct cs_plugins *plugins,
                       const char *more, struct cs_error *error)
{
    char list[200];

    if (args->from == NULL || (more[0] != '\0' && strcmp(args->from, more) == 0))
        return 0;
    const struct cansim_format *from = cs_plugins_format(plugins, args->from);
    if (from != NULL && from->open != NULL)
        return 0;
    cs_input_list(plugins, false, list, sizeof(list));
    return cs_error_set(error, CS_STATUS_INPUT, "--from: must be one of %s%s%s, got \"%s\"", list,
                        more[0] != '\0' ? ", " : "", more, args->from);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_wanted(const struct conversion *c, const char *bus)
{
    for (unsigned i = 0; i < c->args->n_buses; i++) {
        if (strcmp(c->args->buses[i].name, bus) == 0)
            return true;
    }
    return c->args->n_buses == 0;
}

/* The next frame of a log that is wanted. 0 or -1. */
static int advance(struct conversion *c, struct source *s)
{
    char why[600];
    int ret;

    do {
        ret = cs_input_read(s->input, &s->log, why, sizeof(why));
    } while (ret > 0 && (!is_wanted(c, s->log.bus_name) || !cs_choose_log(s->filter, &s->log)));
    s->ready = ret > 0;
    return ret < 0 ? cs_error_set(&c->error, CS_STATUS_INPUT, "%s", why) : 0;
}

static int open_sources(struct conversion *c)
{
    char why[600];

    for (unsigned i = 0; i + 1 < c->args->n_operands; i++) {
        struct source *s = &c->sources[c->n_sources++];
        const char *path = c->args->operands[i];
        s->frame = (struct cansim_frame){.size = sizeof(s->frame), .node = CANSIM_NO_NODE};
        s->log =
            (struct cansim_log_frame){.size = sizeof(s->log), .frame = &s->frame, .bus_name = ""};
        s->input = cs_input_open(c->plugins, path, c->args->from, why, sizeof(why));
        if (s->input == NULL)
            return cs_error_set(&c->error, CS_STATUS_INPUT, "%s", why);
        if (c->args->query != NULL &&
            (s->filter = cs_choose_create(c->args->query, c->plugins, &c->error)) == NULL)
            return -1;
        cs_file_identify(path, &s->id);
        c->live |= !s->id.regular; /* somebody may still write it */
    }
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (advance(c, &c->sources[i]) != 0)
            return -1;
    }
    return 0;
}

static bool is_before(const struct cansim_log_frame *a, const struct cansim_log_frame *b)
{
    int64_t a_s = a->epoch_s + a->frame->at_ps / CS_PS_PER_S;
    int64_t b_s = b->epoch_s + b->frame->at_ps / CS_PS_PER_S;

    if (a_s != b_s)
        return a_s < b_s;
    return a->frame->at_ps % CS_PS_PER_S < b->frame->at_ps % CS_PS_PER_S;
}

/* The log with the earliest frame, of several the first one. NULL: all ended. */
static struct source *earliest(struct conversion *c)
{
    struct source *best = NULL;

    for (unsigned i = 0; i < c->n_sources; i++) {
        struct source *s = &c->sources[i];
        if (s->ready && (best == NULL || is_before(&s->log, &best->log)))
            best = s;
    }
    return best;
}

/* ---- writing --------------------------------------------------------------------------------- */

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct conversion *c = ctx;

    cs_out_write(&c->out, bytes, n);
    cs_out_record(&c->out);
    return c->out.error != 0 ? -1 : 0;
}

static int open_target(struct conversion *c, const char *path)
{
    const struct cansim_output output = {.size = sizeof(output), .ctx = c, .write = on_write};
    char why[300] = "";

    if (cs_out_open(&c->out, path, NULL, &c->error) != 0)
        return -1;
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (cs_out_is(&c->out, &c->sources[i].id))
            return cs_error_set(&c->error, CS_STATUS_INPUT, "%s: must not be a file that is read",
                                path);
    }
    cs_out_begin(&c->out);
    c->begun = true;
    if (c->to->create(&c->writer, &output, why, sizeof(why)) == 0)
        return 0;
    c->writer = NULL;
    return c->out.error != 0 ? -1 : cs_error_set(&c->error, CS_STATUS_INPUT, "%s: %s", path, why);
}

static void count_loss(struct conversion *c, const char *words)
{
    for (unsigned i = 0; i < MAX_LOSSES; i++) {
        if (c->losses[i].n == 0)
            snprintf(c->losses[i].words, sizeof(c->losses[i].words), "%s", words);
        if (strcmp(c->losses[i].words, words) == 0 || i + 1 == MAX_LOSSES) {
            c->losses[i].n++;
            return;
        }
    }
}

static int write_one(struct conversion *c, struct source *s)
{
    const char *path = c->args->operands[c->args->n_operands - 1];
    char why[300] = "";

    s->frame.at_ps = s->log.stamp_ps;
    int ret = c->to->write(c->writer, &s->log, why, sizeof(why));
    if (ret < 0)
        return c->out.error != 0 ? -1
                                 : cs_error_set(&c->error, CS_STATUS_INPUT, "%s: %s", path, why);
    if (ret > 0)
        count_loss(c, why);
    c->written++;
    if (c->live)
        cs_out_flush(&c->out);
    return c->out.error != 0 ? -1 : 0;
}

static int convert(struct conversion *c)
{
    struct source *s;

    while ((s = earliest(c)) != NULL) {
        if (write_one(c, s) != 0 || advance(c, s) != 0)
            return -1;
    }
    return 0;
}

/* What was read before an error stays, as far as there is something. */
static void finish(struct conversion *c)
{
    char why[300];

    if (c->writer != NULL && c->to->finish(c->writer, why, sizeof(why)) != 0 &&
        c->error.status == CS_STATUS_OK && c->out.error == 0)
        cs_error_set(&c->error, CS_STATUS_INPUT, "%s", why);
    if (!c->begun || (c->written == 0 && c->error.status != CS_STATUS_OK))
        cs_out_discard(&c->out);
    else if (cs_out_close(&c->out) != 0)
        cs_out_explain(&c->out, &c->error);
}

static void tell(const struct conversion *c)
{
    const char *said;

    for (unsigned i = 0; i < c->n_sources; i++) {
        const struct cs_input *input = c->sources[i].input;
        for (unsigned k = 0; input != NULL && (said = cs_input_said(input, k)) != NULL; k++)
            fprintf(stderr, "cansim: %s\n", said);
    }
    for (unsigned i = 0; i < MAX_LOSSES && c->losses[i].n > 0; i++)
        fprintf(stderr, "cansim: %s cannot carry all: %s (%" PRIu64 " of %" PRIu64 " frames)\n",
                c->to->name, c->losses[i].words, c->losses[i].n, c->written);
}

static int check_operands(struct conversion *c)
{
    const struct cs_args *args = c->args;
    unsigned standard = 0;

    if (args->n_operands < 2)
        return cs_error_set(&c->error, CS_STATUS_INPUT, "convert: must have IN and OUT, got %s%s%s",
                            args->n_operands == 1 ? "\"" : "none",
                            args->n_operands == 1 ? args->operands[0] : "",
                            args->n_operands == 1 ? "\" alone" : "");
    if (args->n_operands - 1 > MAX_INPUTS)
        return cs_error_set(&c->error, CS_STATUS_INPUT, "convert: must have at most %d IN, got %u",
                            MAX_INPUTS, args->n_operands - 1);
    for (unsigned i = 0; i + 1 < args->n_operands; i++)
        standard += strcmp(args->operands[i], "-") == 0;
    if (standard > 1)
        return cs_error_set(&c->error, CS_STATUS_INPUT,
                            "convert: must have standard input once, got it %u times", standard);
    return 0;
}

int cs_main_convert(const struct cs_args *args)
{
    struct conversion c = {.args = args, .out = {.fd = -1}, .error = {.status = CS_STATUS_OK}};

    if (check_operands(&c) == 0 && (c.plugins = cs_main_find_plugins(args, &c.error)) != NULL) {
        const char *path = args->operands[args->n_operands - 1];
        c.sources = calloc(args->n_operands, sizeof(*c.sources));
        if (c.sources == NULL)
            cs_error_set(&c.error, CS_STATUS_ENVIRONMENT, "not enough memory");
        else if (cs_main_check_from(args, c.plugins, "", &c.error) == 0 &&
                 find_target(&c, path) == 0 && open_sources(&c) == 0 && open_target(&c, path) == 0)
            convert(&c);
    }
    finish(&c);
    tell(&c);
    for (unsigned i = 0; i < c.n_sources; i++) {
        cs_input_close(c.sources[i].input);
        cs_choose_free(c.sources[i].filter);
    }
    free(c.sources);
    free(c.out.name);
    cs_plugins_free(c.plugins);
    return cs_main_complain(&c.error);
}

void cs_main_convert_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "IN is a log of any format of \"cansim plugins\", plain or packed by gzip, zstd, xz or "
        "lz4; - is standard input or output. OUT is packed where its name ends in .gz or "
        ".zst. "
        "Of several, frames are written by time. What the other format cannot carry is "
        "counted on standard error. Where a log is damaged, what is before that place is "
        "written. Exit status: 0 done, 2 unusable input or usage, 3 OUT cannot be "
        "written.");
}
