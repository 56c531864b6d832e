/* SPDX-License-Identifier: MIT */
/* cansim decode: what the frames of a log or of a running host mean. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/input.h"
#include "scenarios/main_decode.h"
#include "scenarios/text.h"

#define MAX_SECONDS 9000000 /* between the files' beginnings, about 104 days */

struct cs_plugins *cs_main_find_plugins(const struct cs_args *args, struct cs_error *error)
{
    char folder[PATH_MAX], why[400];
    struct cs_plugins *plugins =
        cs_plugins_find(cs_plugins_default_folder(folder, sizeof(folder)), args->plugins.file,
                        args->plugins.n, why, sizeof(why));

    if (plugins == NULL)
        cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    return plugins;
}

bool cs_decoding_has_bus(const struct cs_decoding *d, const char *name)
{
    for (unsigned i = 0; i < d->args->n_buses; i++) {
        if (strcmp(d->args->buses[i].name, name) == 0)
            return true;
    }
    return d->args->n_buses == 0;
}

/* ---- making it ------------------------------------------------------------------------------- */

static void on_say(void *ctx, const char *decoder, const char *bus_name, int severity,
                   const char *text)
{
    char line[600];

    (void)ctx;
    (void)severity;
    snprintf(line, sizeof(line), "%s: %s: %s", decoder, bus_name, text);
    cs_text_clean(line);
    fprintf(stderr, "cansim: %s\n", line);
}

/* Settings as the command line says them; the texts stay its own but for what `texts` holds. */
struct wishes {
    struct cs_decode_setting settings[CS_DECODE_SETTINGS];
    unsigned n;
    char *texts[CS_DECODE_SETTINGS];
    const char *names[CS_DECODE_DECODERS + 1];
    unsigned n_names;
    char *as;
};

/* "[BUS:]NODE=FILE" or "KEY=VALUE": a copy that is cut apart. */
static int add_wish(struct wishes *w, const char *text, bool eds)
{
    char *copy = strdup(text);

    if (copy == NULL)
        return -1;
    struct cs_decode_setting *s = &w->settings[w->n];
    w->texts[w->n++] = copy;
    char *equals = strchr(copy, '=');
    if (!eds) {
        *equals = '\0';
        *s = (struct cs_decode_setting){NULL, copy, equals + 1};
        return 0;
    }
    char *colon = strchr(copy, ':');
    *s = (struct cs_decode_setting){NULL, cs_decode_file_path(copy), copy};
    if (equals != NULL && colon != NULL && colon < equals && strcmp(s->path, "eds") == 0) {
        *colon = '\0';
        s->bus = copy;
        s->value = colon + 1;
    }
    return 0;
}

static int collect_wishes(const struct cs_args *args, struct wishes *w)
{
    if (args->as != NULL) {
        w->as = strdup(args->as);
        if (w->as == NULL)
            return -1;
        char *rest = w->as;
        while (rest != NULL && w->n_names <= CS_DECODE_DECODERS)
            w->names[w->n_names++] = strsep(&rest, ",");
    }
    for (unsigned i = 0; i < args->n_eds; i++) {
        if (add_wish(w, args->eds[i], true) != 0)
            return -1;
    }
    for (unsigned i = 0; i < args->n_sets; i++) {
        if (add_wish(w, args->sets[i], false) != 0)
            return -1;
    }
    return 0;
}

static int make(struct cs_decoding *d)
{
    const struct cs_args *args = d->args;
    bool fields = args->json || args->verbose;
    struct wishes w = {.n = 0};
    char why[400] = "not enough memory";

    if (collect_wishes(args, &w) == 0) {
        const struct cs_decode_config config = {
            .plugins = d->plugins,
            .names = w.names,
            .n_names = w.n_names,
            .settings = w.settings,
            .n_settings = w.n,
            .want = CANSIM_WANT_SUMMARY | (fields ? CANSIM_WANT_FIELDS : 0u),
            .said = cs_decoding_said,
            .say = on_say,
            .ctx = d,
        };
        d->decode = cs_decode_create(&config, why, sizeof(why));
    }
    for (unsigned i = 0; i < w.n; i++)
        free(w.texts[i]);
    free(w.as);
    if (d->decode == NULL)
        return cs_error_set(&d->error, CS_STATUS_INPUT, "%s%s",
                            strncmp(why, "must be ", 8) == 0 ? "--as: " : "", why);
    return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Files are parts of one recording, so each goes on from the first one's epoch. */
static int shift(struct cs_decoding *d, const char *path, const struct cansim_log_frame *log,
                 struct cansim_frame *frame)
{
    if (!d->have_epoch) {
        d->have_epoch = true;
        d->epoch_s = log->epoch_s;
    }
    int64_t seconds = log->epoch_s - d->epoch_s;
    if (d->args->follow && (seconds > MAX_SECONDS || seconds < -MAX_SECONDS))
        seconds = 0; /* of a file that took its place: at once */
    if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS)
        return cs_error_set(&d->error, CS_STATUS_INPUT,
                            "%s: must be within 100 days of the first file", path);
    if (d->anew) /* where its time does not go on, it goes on at once */
        d->shift_ps = d->last_ps - seconds * CS_PS_PER_S - frame->at_ps;
    if (d->anew && d->shift_ps < 0)
        d->shift_ps = 0;
    d->anew = false;
    frame->at_ps += seconds * CS_PS_PER_S + d->shift_ps;
    frame->start_ps += seconds * CS_PS_PER_S + d->shift_ps;
    if (frame->at_ps < 0)
        frame->at_ps = frame->start_ps = 0;
    d->last_ps = frame->at_ps;
    return 0;
}

static int take(struct cs_decoding *d, const char *path, const struct cansim_log_frame *log)
{
    struct cansim_frame *frame = log->frame;
    char why[400];

    if (!cs_decoding_has_bus(d, log->bus_name))
        return 0;
    if (log->error_frame) {
        d->error_frames++;
        return 0;
    }
    if (shift(d, path, log, frame) != 0)
        return -1;
    int bus = cs_decode_bus(d->decode, log->bus_name, d->args->bitrate_bps, why, sizeof(why));
    if (bus < 0)
        return cs_error_set(&d->error, CS_STATUS_INPUT, "%s: %s", path, why);
    frame->bus = (uint16_t)bus;
    frame->node = CANSIM_NO_NODE;
    cs_decode_frame(d->decode, frame);
    return 0;
}

static int decode_file(struct cs_decoding *d, const char *path)
{
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .bus_name = ""};
    char why[500];
    struct cs_input *in = cs_input_open(d->plugins, path, d->args->format, why, sizeof(why));
    int ret = in != NULL ? 1 : -1;

    while (ret > 0 && !d->closed) {
        ret = cs_input_read(in, &log, why, sizeof(why));
        if (ret > 0 && take(d, path, &log) != 0)
            break;
    }
    for (unsigned i = 0; in != NULL && cs_input_said(in, i) != NULL; i++)
        fprintf(stderr, "cansim: %s\n", cs_input_said(in, i));
    cs_input_close(in);
    if (ret < 0)
        return cs_error_set(&d->error, CS_STATUS_INPUT, "%s", why);
    return d->error.status == CS_STATUS_OK ? 0 : -1;
}

/* Another file took its place. */
static void begin_anew(struct cs_decoding *d, const char *why)
{
    fprintf(stderr, "cansim: %s\n", why);
    d->anew = true;
}

static int follow_file(struct cs_decoding *d, const char *path)
{
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .bus_name = ""};
    char why[500];
    struct cs_follow *follow = cs_follow_begin(d, path);
    struct cs_input *in =
        follow != NULL ? cs_input_follow(d->plugins, path, -1, d->args->format, why, sizeof(why))
                       : NULL;
    int ret = in != NULL ? 1 : -1;

    if (follow != NULL && in == NULL)
        cs_error_set(&d->error, CS_STATUS_INPUT, "%s", why);
    while (ret > 0 && !d->closed && d->error.status == CS_STATUS_OK) {
        ret = cs_input_read(in, &log, why, sizeof(why));
        if (ret < 0)
            cs_error_set(&d->error, CS_STATUS_INPUT, "%s", why);
        else if (ret == CS_INPUT_NEW)
            begin_anew(d, why);
        else if (ret == CS_INPUT_LATER &&
                 !cs_follow_wait(follow, cs_input_is_pipe(in) ? cs_input_fd(in) : -1))
            d->error.status = CS_STATUS_INTERRUPTED;
        else if (ret == 1)
            take(d, path, &log);
    }
    for (unsigned i = 0; in != NULL && cs_input_said(in, i) != NULL; i++)
        fprintf(stderr, "cansim: %s\n", cs_input_said(in, i));
    cs_input_close(in);
    cs_follow_end(follow);
    return d->error.status == CS_STATUS_OK ? 0 : -1;
}

static int decode_files(struct cs_decoding *d)
{
    const struct cs_args *args = d->args;
    int ret = 0;

    if (args->follow) {
        d->live = true;
        return follow_file(d, args->operands[0]);
    }
    for (unsigned i = 0; i < args->n_operands; i++) {
        if (strcmp(args->operands[i], "-") != 0 && access(args->operands[i], R_OK) != 0)
            ret = decode_file(d, args->operands[i]); /* the sentence, before anything is written */
        if (ret != 0)
            return ret;
    }
    for (unsigned i = 0; i < args->n_operands && ret == 0 && !d->closed; i++) {
        if (strcmp(args->operands[i], "-") == 0)
            d->live = true; /* somebody may still write it */
        ret = decode_file(d, args->operands[i]);
    }
    return ret;
}

/* ---------------------------------------------------------------------------------------------- */

static int check_sources(struct cs_decoding *d)
{
    const struct cs_args *args = d->args;

    if (args->link == NULL && args->n_operands == 0)
        return cs_error_set(&d->error, CS_STATUS_INPUT,
                            "decode: must have FILE... or --link ADDR, got none");
    if (args->link != NULL && args->n_operands > 0)
        return cs_error_set(&d->error, CS_STATUS_INPUT,
                            "decode: must have FILE... or --link ADDR, got both");
    if (args->follow && (args->n_operands != 1 || strcmp(args->operands[0], "-") == 0))
        return cs_error_set(&d->error, CS_STATUS_INPUT, "--follow: must have one FILE beside it");
    return 0;
}

int cs_main_decode(const struct cs_args *args)
{
    struct cs_decoding d = {
        .args = args,
        .color = !args->json && cs_main_color(STDOUT_FILENO),
        .live = args->link != NULL,
        .error = {.status = CS_STATUS_OK},
    };
    int ret = check_sources(&d);

    if (ret == 0 && args->query != NULL)
        ret = (d.filter = cs_choose_create(args->query, NULL, &d.error)) != NULL ? 0 : -1;
    if (ret == 0)
        d.plugins = cs_main_find_plugins(args, &d.error);
    ret = d.plugins != NULL ? make(&d) : -1;
    if (ret == 0)
        ret = d.live ? cs_decoding_live(&d) : decode_files(&d);
    if (args->network && d.decode != NULL && !d.closed &&
        (ret == 0 || d.error.status == CS_STATUS_INTERRUPTED))
        cs_decoding_network(&d);
    if (d.error_frames > 0)
        fprintf(stderr, "cansim: %" PRIu64 " error frame%s of the log left out\n", d.error_frames,
                d.error_frames == 1 ? "" : "s");
    fflush(stdout);
    cs_decode_destroy(d.decode);
    cs_choose_free(d.filter);
    cs_plugins_free(d.plugins);
    return cs_main_complain(&d.error);
}

void cs_main_decode_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "A FILE is a log of any format of \"cansim plugins\"; - is standard input. Several "
        "are parts of one recording. A line tells time, bus, frame, protocol and what it "
        "means; what time alone tells, such as a heartbeat that is missing, has - for "
        "a frame. --link listens without a word of its own. Settings of a decoder: cansim "
        "plugins NAME. Exit status: 0 done, 2 unusable input or usage, 3 no host, 130 "
        "interrupted.");
}
