/* SPDX-License-Identifier: MIT */
/* program_start.c - what a program of a scenario is started with: folder, words, environment. All
 * of it is made before fork(), for a child may not allocate. */
#include "scenarios/program_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/file.h"
#include "scenarios/guest.h"

#define WORDS_OF_ATTACH 10 /* cansim-attach --link A --as B --fd C --bitrate D -- */

extern char **environ;

const char *const cs_program_fds[] = {"bus", "classic", "tolerant", "iso", "non-iso", NULL};

int cs_program_cannot(const struct cs_program_def *def, const char *file, const char *key,
                      const char *what, int err, struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: /programs/%s/%s: \"%.200s\" %s: %s",
                        file, def->name, key, what,
                        strcmp(key, "cwd") == 0 ? "cannot be entered" : "cannot be started",
                        strerror(err));
}

static int no_memory(struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
}

/* ---- the folder and the program ----------------------------------------------------------------
 */

/* Without links and from the root, for what is found there is told to a child elsewhere; a scenario
 * of standard input has the present one. 0 and *folder, or an errno. */
static int find_folder(const struct cs_program_def *def, const char *file, char **folder)
{
    char *beside =
        cs_file_beside(def->beside != NULL ? def->beside : file, def->cwd != NULL ? def->cwd : ".");
    struct stat st;

    *folder = beside != NULL ? realpath(beside, NULL) : NULL;
    const int err = beside != NULL ? errno : ENOMEM;
    free(beside);
    if (*folder == NULL)
        return err;
    if (stat(*folder, &st) != 0)
        return errno;
    if (!S_ISDIR(st.st_mode))
        return ENOTDIR;
    return access(*folder, X_OK) == 0 ? 0 : errno;
}

static int check_file(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EACCES;
    return access(path, X_OK) == 0 ? 0 : errno;
}

/* A word with "/" is taken from the folder, others are looked for as execvp() does. 0 and *path, or
 * an errno. */
static int find(const char *word, const char *places, const char *folder, char **path)
{
    int err = ENOENT;

    *path = NULL;
    if (strchr(word, '/') != NULL) {
        if (word[0] == '/')
            *path = strdup(word);
        else if (asprintf(path, "%s/%s", folder, word) < 0)
            *path = NULL;
        return *path != NULL ? check_file(*path) : ENOMEM;
    }
    for (const char *at = places; at != NULL; at = strchr(at, ':')) {
        at += *at == ':';
        const int len = (int)strcspn(at, ":");
        /* one that is not absolute, or empty, is meant from the folder */
        if (asprintf(path, "%s%s%.*s/%s", at[0] != '/' ? folder : "", at[0] != '/' ? "/" : "", len,
                     at, word) < 0) {
            *path = NULL;
            return ENOMEM;
        }
        const int ret = check_file(*path);
        if (ret == 0)
            return 0;
        err = ret == EACCES ? EACCES : err;
        free(*path);
        *path = NULL;
    }
    return err;
}

/* ---- the environment ---------------------------------------------------------------------------
 */

static bool is_variable(const char *text, const char *name)
{
    const size_t len = strlen(name);

    return strncmp(text, name, len) == 0 && text[len] == '=';
}

/* Takes the text; NULL: no memory for it. */
static int put(struct cs_program_launch *launch, char *text)
{
    if (text == NULL)
        return -ENOMEM;
    launch->environment[launch->n_environment++] = text;
    return 0;
}

static int put_pair(struct cs_program_launch *launch, const char *name, const char *value)
{
    char *text;

    return put(launch, asprintf(&text, "%s=%s", name, value) >= 0 ? text : NULL);
}

static bool is_set(const struct cs_program_def *def, const char *text)
{
    for (unsigned i = 0; i < def->n_variables; i++) {
        if (is_variable(text, def->variable[i]))
            return true;
    }
    return false;
}

/* What the scenario says of a variable, else what there is; NULL: nothing. */
static const char *wanted(const struct cs_program_def *def, const char *name)
{
    for (unsigned i = 0; i < def->n_variables; i++) {
        if (strcmp(def->variable[i], name) == 0)
            return def->value[i];
    }
    return getenv(name);
}

/* The folder of cansim-attach comes first, so that programs of programs find it. */
static char *path_variable(const struct cs_program_def *def, const char *attach)
{
    const char *path = wanted(def, "PATH");
    const char *slash = strrchr(attach, '/');
    char *text;

    if (path == NULL)
        path = "/usr/local/bin:/usr/bin:/bin";
    if (asprintf(&text, "PATH=%.*s:%s", (int)(slash - attach), attach, path) < 0)
        return NULL;
    return text;
}

static int make_environment(const struct cs_program_def *def, const char *link, const char *attach,
                            struct cs_program_launch *launch)
{
    size_t n = 0;
    int ret = 0;

    while (environ[n] != NULL)
        n++;
    launch->environment = calloc(n + def->n_variables + 3, sizeof(*launch->environment));
    if (launch->environment == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n && ret == 0; i++) {
        if (!is_set(def, environ[i]) && !is_variable(environ[i], "PATH") &&
            !is_variable(environ[i], "CANSIM_LINK"))
            ret = put(launch, strdup(environ[i]));
    }
    for (unsigned i = 0; i < def->n_variables && ret == 0; i++) {
        if (def->value[i] != NULL && strcmp(def->variable[i], "PATH") != 0)
            ret = put_pair(launch, def->variable[i], def->value[i]);
    }
    if (ret == 0)
        ret = put(launch, path_variable(def, attach));
    if (ret == 0 && link != NULL && !is_set(def, "CANSIM_LINK="))
        ret = put_pair(launch, "CANSIM_LINK", link);
    return ret;
}

/* ---- the words ---------------------------------------------------------------------------------
 */

static void add(struct cs_program_launch *launch, unsigned *n, const char *word)
{
    launch->words[(*n)++] = (char *)(uintptr_t)word; /* as execve() wants them */
}

static int make_words(const struct cs_program_def *def, const char *link,
                      struct cs_program_launch *launch)
{
    unsigned n = 0;

    launch->words = calloc(def->n_words + WORDS_OF_ATTACH + 1, sizeof(*launch->words));
    if (launch->words == NULL)
        return -ENOMEM;
    if (def->attach) {
        add(launch, &n, "cansim-attach");
        add(launch, &n, "--as");
        add(launch, &n, def->name);
        if (link != NULL) {
            add(launch, &n, "--link");
            add(launch, &n, link);
        }
        if (def->fd > 0) {
            add(launch, &n, "--fd");
            add(launch, &n, cs_program_fds[def->fd]);
        }
        if (def->bitrate_bps > 0) {
            snprintf(launch->bitrate, sizeof(launch->bitrate), "%u", (unsigned)def->bitrate_bps);
            add(launch, &n, "--bitrate");
            add(launch, &n, launch->bitrate);
        }
        add(launch, &n, "--");
    }
    for (unsigned i = 0; i < def->n_words; i++)
        add(launch, &n, def->words[i]);
    return 0;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

void cs_program_launch_free(struct cs_program_launch *launch)
{
    for (unsigned i = 0; i < launch->n_environment; i++)
        free(launch->environment[i]);
    free(launch->environment);
    free(launch->words);
    free(launch->path);
    free(launch->folder);
    *launch = (struct cs_program_launch){.folder = NULL};
}

static int find_all(const struct cs_program_def *def, const char *file, const char *attach,
                    struct cs_program_launch *launch, struct cs_error *error)
{
    char *places = path_variable(def, attach);
    const char *key = "cwd", *what = def->cwd != NULL ? def->cwd : ".";

    if (places == NULL)
        return no_memory(error);
    int err = find_folder(def, file, &launch->folder);
    if (err == 0) {
        key = "command";
        what = def->words[0];
        err = find(what, places + strlen("PATH="), launch->folder, &launch->path);
    }
    free(places);
    if (err == 0 && def->attach) {
        free(launch->path);
        launch->path = strdup(attach);
        what = attach;
        err = launch->path == NULL ? ENOMEM : check_file(attach);
    }
    return err == 0 ? 0 : cs_program_cannot(def, file, key, what, err, error);
}

int cs_program_prepare(const struct cs_program_def *def, const char *file, const char *link,
                       struct cs_program_launch *launch, struct cs_error *error)
{
    char attach[PATH_MAX];

    *launch = (struct cs_program_launch){.folder = NULL};
    cs_guest_helper("cansim-attach", "cansim-attach", attach, sizeof(attach));
    int ret = find_all(def, file, attach, launch, error);
    if (ret == 0 &&
        (make_environment(def, link, attach, launch) != 0 || make_words(def, link, launch) != 0))
        ret = no_memory(error);
    if (ret != 0)
        cs_program_launch_free(launch);
    return ret;
}

int cs_programs_check(const struct cs_program_def *defs, unsigned n, const char *file,
                      struct cs_error *error)
{
    struct cs_program_launch launch;

    for (unsigned i = 0; i < n; i++) {
        if (cs_program_prepare(&defs[i], file, NULL, &launch, error) != 0)
            return -1;
        cs_program_launch_free(&launch);
    }
    return 0;
}
