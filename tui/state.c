/* SPDX-License-Identifier: MIT */
/* state.c - where the files of settings and of what is remembered are, and the latter written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/columns.h"
#include "tui/config.h"
#include "tui/view.h"

#define LINE_MOST 160 /* of a value that is written: libinih reads lines of 199 bytes */

static const char *path_of(const char *variable, const char *below_home, const char *name,
                           char *text, size_t size)
{
    const char *folder = getenv(variable), *home = getenv("HOME");

    text[0] = '\0';
    if (folder && folder[0] == '/')
        snprintf(text, size, "%s/cansim/%s", folder, name);
    else if (home && home[0] == '/')
        snprintf(text, size, "%s/%s/cansim/%s", home, below_home, name);
    return text;
}

const char *cs_config_path(char *text, size_t size)
{
    return path_of("XDG_CONFIG_HOME", ".config", "tui.conf", text, size);
}

const char *cs_state_path(char *text, size_t size)
{
    return path_of("XDG_STATE_HOME", ".local/state", "tui.state", text, size);
}

void cs_config_folders(const char *path)
{
    char copy[1100];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0700); /* or it is there; or the file cannot be made, which is told */
        *slash = '/';
    }
}

/* Colours and fields that are not in the settings, and chosen columns; what would be no line is
 * left out. */
static void write_looks(FILE *out, const struct cs_tui *tui)
{
    char text[CS_QUERY_TEXT];

    for (unsigned i = 0; i < tui->colours.n; i++) {
        const struct cs_colour_rule *rule = tui->colours.rule[i];
        if (!rule->set && strlen(rule->query.text) < LINE_MOST && !strstr(rule->query.text, " ;"))
            fprintf(out, "colour = %s %s\n", rule->query.text, cs_colour_of_style(rule->style));
    }
    for (unsigned i = 0; i < tui->fields.n; i++)
        if (!tui->fields.field[i]->set && !strpbrk(tui->fields.field[i]->text, ";"))
            fprintf(out, "field = %s\n", tui->fields.field[i]->text);
    fprintf(out, "[columns]\n");
    for (unsigned v = 0; v < cs_n_views; v++)
        if (tui->columns[v].n && !tui->columns[v].set &&
            strlen(cs_columns_format(cs_views[v], &tui->columns[v], text, sizeof text)) < LINE_MOST)
            fprintf(out, "%s = %s\n", cs_views[v]->name, text);
}

const char *cs_memory_path(char *text, size_t size)
{
    return path_of("XDG_STATE_HOME", ".local/state", "tui.memory", text, size);
}

/* Beside a file, to take its place when all is written; nobody else may read it. */
static FILE *open_other(const char *path, char *other, size_t size)
{
    int fd;

    cs_config_folders(path);
    snprintf(other, size, "%s.%ld~", path, (long)getpid());
    unlink(other);
    fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int replace(FILE *out, const char *other, const char *path)
{
    const bool bad = ferror(out) != 0;

    if (fclose(out) || bad || rename(other, path)) {
        const int error = errno ? -errno : -EIO;
        unlink(other);
        return error;
    }
    return 0;
}

/* NULL: there is none, or it is no file. */
static FILE *open_memory(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fdopen(fd, "r");
    if (fd >= 0)
        close(fd);
    return NULL;
}

void cs_memory_load(const char *path, struct cs_tui *tui, const char *subject)
{
    FILE *file = open_memory(path);

    cs_memory_read(tui, file, subject);
    if (file)
        fclose(file);
}

int cs_memory_save(const char *path, const struct cs_tui *tui, const char *subject)
{
    char other[1200];
    FILE *out = open_other(path, other, sizeof other), *before;

    if (!out)
        return -errno;
    before = open_memory(path);
    cs_memory_write(tui, out, subject, before);
    if (before)
        fclose(before);
    return replace(out, other, path);
}

int cs_state_write(const char *path, const struct cs_tui *tui)
{
    char other[1200];
    const unsigned n = cs_tui_panes(tui);
    FILE *out = open_other(path, other, sizeof other);

    if (!out)
        return -errno;
    fprintf(out, "; what cansim-tui showed last; tui.conf is for settings\n");
    fprintf(out, "theme = %s\npanes = %s\nfocus = %u\nviews =", tui->theme->name,
            cs_split_name(tui->split), tui->focus + 1);
    for (unsigned p = 0; p < n; p++)
        fprintf(out, " %s", cs_views[p == tui->focus ? tui->view : tui->pane_view[p]]->name);
    fputc('\n', out);
    write_looks(out, tui);
    return replace(out, other, path);
}
