/* SPDX-License-Identifier: MIT */
/* Writing what send_file.c reads. The file is written beside its place and moved there. */
#include "scenarios/send_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simcore/units.h"

#define SINGLE_PS CS_PS_PER_S /* a period that is never waited for */

/* ---- the text -------------------------------------------------------------------------------- */

/* In a comment, in which nothing stands for a constant. */
static void put_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static void put_time(FILE *to, const char *key, int64_t ps)
{
    char time[40];

    fprintf(to, "\"%s\": \"%s\"", key, cs_units_format_time(ps, time, sizeof(time)));
}

static void put_counter(FILE *to, const struct cs_counter *c)
{
    fprintf(to, ", \"counter\": {\"byte\": %lld, \"bits\": %lld", (long long)c->byte,
            (long long)c->bits);
    if (c->low != 0)
        fprintf(to, ", \"low\": %lld", (long long)c->low);
    if (c->high != (INT64_C(1) << c->bits) - 1)
        fprintf(to, ", \"high\": %lld", (long long)c->high);
    if (c->step != 1)
        fprintf(to, ", \"step\": %lld", (long long)c->step);
    if (c->first != c->low)
        fprintf(to, ", \"first\": %lld", (long long)c->first);
    fprintf(to, "%s}", c->bounce ? ", \"bounce\": true" : "");
}

static void put_item(FILE *to, const struct cs_send_item *item)
{
    const struct cs_send *s = &item->send;
    const int64_t burst_ps = (int64_t)s->burst * s->gap_ps;
    char frame[CS_FRAME_TEXT_MAX];

    cs_frame_format(&s->frame, frame);
    fprintf(to, "      {\"frame\": \"%s\", ", frame);
    put_time(to, "period", s->period_ps > 0 ? s->period_ps : SINGLE_PS + burst_ps);
    if (s->period_ps == 0)
        fprintf(to, ", \"count\": 1");
    if (s->burst > 1) {
        fprintf(to, ", \"burst\": {\"frames\": %u, ", s->burst);
        put_time(to, "gap", s->gap_ps);
        fputc('}', to);
    }
    if (s->counts)
        put_counter(to, &s->counter);
    fprintf(to, ",\n       \"comment\": {\"name\": ");
    put_text(to, item->name);
    if (item->key[0] != '\0') {
        fprintf(to, ", \"key\": ");
        put_text(to, item->key);
    }
    if (s->period_ps > 0)
        fprintf(to, ", \"on\": %s", item->on ? "true" : "false");
    fprintf(to, "}}");
}

/* One node for all neighbours on one bus: the order stays. */
static void put_nodes(FILE *to, const struct cs_send_bus *buses, const struct cs_send_item *items,
                      unsigned n)
{
    unsigned nodes = 0;

    fprintf(to, "  \"nodes\": {\n");
    for (unsigned i = 0; i < n; i++) {
        const unsigned bus = items[i].send.bus;
        if (i == 0 || items[i - 1].send.bus != bus) {
            fprintf(to, "%s    \"transmit", i > 0 ? "\n    ]},\n" : "");
            if (nodes++ > 0)
                fprintf(to, "-%u", nodes);
            fprintf(to, "\": {\"bus\": \"%s\", \"type\": \"periodic\", \"messages\": [\n",
                    buses[bus].name);
        } else {
            fprintf(to, ",\n");
        }
        put_item(to, &items[i]);
    }
    fprintf(to, "%s  }\n", n > 0 ? "\n    ]}\n" : "");
}

static void put_buses(FILE *to, const struct cs_send_bus *buses, unsigned n)
{
    char rate[40];

    fprintf(to, "  \"title\": \"Frames sent by hand\",\n  \"buses\": {\n");
    for (unsigned i = 0; i < n; i++) {
        fprintf(to, "    \"%s\": {\"bitrate\": \"%s\"", buses[i].name,
                cs_units_format_rate(buses[i].bitrate_bps, rate, sizeof(rate)));
        if (buses[i].data_bitrate_bps > 0)
            fprintf(to, ", \"fd\": true, \"data_bitrate\": \"%s\"",
                    cs_units_format_rate(buses[i].data_bitrate_bps, rate, sizeof(rate)));
        fprintf(to, "}%s\n", i + 1 < n ? "," : "");
    }
    fprintf(to, "  },\n");
}

static void put_all(FILE *to, bool whole, const struct cs_send_bus *buses, unsigned n_buses,
                    const struct cs_send_item *items, unsigned n)
{
    if (whole)
        fprintf(to, "// What cansim-tui's list of frames sends: \"cansim run\" does it again. A "
                    "frame with\n// \"count\": 1 is sent once, at the start.\n{\n");
    else
        fprintf(to,
                "// A list of frames for cansim-tui (\":transmit-load\"). The nodes may as well "
                "stand in a\n// scenario, or be included by it. \"count\": 1: sent when asked; in "
                "a scenario once, at the\n// start. The comments hold what is the list's alone: "
                "name, key, whether it is sent.\n{\n");
    if (whole)
        put_buses(to, buses, n_buses);
    put_nodes(to, buses, items, n);
    fprintf(to, "}\n");
}

/* ---- the file -------------------------------------------------------------------------------- */

struct job {
    bool whole;
    const struct cs_send_bus *buses;
    unsigned n_buses, n;
    const struct cs_send_item *items;
};

/* Takes the file descriptor. 0 or an errno. */
static int write_into(int fd, const struct job *job)
{
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    int err = to == NULL ? errno : 0;

    if (to == NULL) {
        if (fd >= 0)
            close(fd);
        return err;
    }
    put_all(to, job->whole, job->buses, job->n_buses, job->items, job->n);
    if (fflush(to) != 0 || ferror(to))
        err = errno != 0 ? errno : EIO;
    return fclose(to) != 0 && err == 0 ? errno : err;
}

/* `there` is the file itself, whatever links lead to it. */
static int write_beside(const char *there, const struct job *job)
{
    char *temp;

    if (asprintf(&temp, "%s.%ld.tmp", there, (long)getpid()) < 0)
        return ENOMEM;
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int err = write_into(fd, job);
    if (err == 0 && rename(temp, there) != 0)
        err = errno;
    if (err != 0 && fd >= 0)
        unlink(temp);
    free(temp);
    return err;
}

int cs_send_file_write(const char *path, bool whole, const struct cs_send_bus *buses,
                       unsigned n_buses, const struct cs_send_item *items, unsigned n,
                       struct cs_error *error)
{
    const struct job job = {whole, buses, n_buses, n, items};
    char *there = realpath(path, NULL); /* NULL: it is to be made */
    struct stat st;
    int err = there != NULL && stat(there, &st) == 0 && !S_ISREG(st.st_mode)
                  ? write_into(open(path, O_WRONLY | O_CLOEXEC), &job)
                  : write_beside(there != NULL ? there : path, &job);

    free(there);
    return err == 0 ? 0
                    : cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", path,
                                   strerror(err));
}
