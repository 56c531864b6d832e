/* SPDX-License-Identifier: MIT */
#include "scenarios/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int no_memory(struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
}

static int cannot(const char *name, int err, struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_INPUT, "%s: cannot be read: %s", name, strerror(err));
}

/* Takes the name; NULL: no memory for it. */
static int add(struct cs_suite_files *files, char *name, struct cs_error *error)
{
    if (name == NULL)
        return no_memory(error);
    if (files->n == CS_SUITE_FILES_MAX) {
        free(name);
        return cs_error_set(error, CS_STATUS_INPUT, "test: must be at most %d scenarios, got more",
                            CS_SUITE_FILES_MAX);
    }
    if (files->n == files->room) {
        size_t room = files->room > 0 ? 2 * files->room : 64;
        char **more = realloc(files->file, room * sizeof(*more));
        if (more == NULL) {
            free(name);
            return no_memory(error);
        }
        files->file = more;
        files->room = room;
    }
    files->file[files->n++] = name;
    return 0;
}

/* ---- folders --------------------------------------------------------------------------------- */

static int choose(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_scenario(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static int search_folder(struct cs_suite_files *files, const char *folder, unsigned depth,
                         struct cs_error *error);

/* Takes the path. */
static int look_at(struct cs_suite_files *files, char *path, unsigned depth, struct cs_error *error)
{
    struct stat st;
    int ret = 0;

    if (path == NULL)
        return no_memory(error);
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
        ret = search_folder(files, path, depth + 1, error);
    else if (is_scenario(path) && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return add(files, path, error);
    free(path);
    return ret;
}

static int search_folder(struct cs_suite_files *files, const char *folder, unsigned depth,
                         struct cs_error *error)
{
    struct dirent **entries;
    size_t len = strlen(folder);
    int ret = 0;

    if (depth > CS_SUITE_DEPTH_MAX)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s: must be at most %d folders deep, got a deeper one", folder,
                            CS_SUITE_DEPTH_MAX);
    int n = scandir(folder, &entries, choose, order);
    if (n < 0)
        return cannot(folder, errno, error);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        if (ret == 0 && asprintf(&path, "%.*s%s%s", (int)len, folder,
                                 folder[len - 1] == '/' ? "" : "/", entries[i]->d_name) < 0)
            path = NULL;
        if (ret == 0)
            ret = look_at(files, path, depth, error);
        free(entries[i]);
    }
    free(entries);
    return ret;
}

/* ---- once each ------------------------------------------------------------------------------- */

static const char *without_here(const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        name += 2 + strspn(name + 2, "/");
    return name;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(without_here(a), without_here(b));
}

static void keep_name(void *node)
{
    (void)node; /* the list has it */
}

static int drop_repeated(struct cs_suite_files *files, size_t from, void **seen,
                         struct cs_error *error)
{
    size_t n = from;
    int ret = 0;

    for (size_t i = from; i < files->n; i++) {
        char *name = files->file[i];
        void *there = ret == 0 ? tsearch(name, seen, compare_names) : NULL;
        if (there != NULL && *(char **)there == name) {
            files->file[n++] = name;
            continue;
        }
        if (there == NULL && ret == 0)
            ret = no_memory(error);
        free(name);
    }
    files->n = n;
    return ret;
}

static int find_one(const char *name, struct cs_suite_files *files, struct cs_error *error)
{
    size_t before = files->n;
    struct stat st;

    if (strcmp(name, "-") == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "test: must be files or folders, got \"-\"; standard input is for "
                            "\"cansim run\"");
    if (stat(name, &st) != 0)
        return cannot(name, errno, error);
    if (!S_ISDIR(st.st_mode))
        return add(files, strdup(name), error);
    if (search_folder(files, name, 1, error) != 0)
        return -1;
    if (files->n == before)
        return cs_error_set(
            error, CS_STATUS_INPUT,
            "%s: must have a scenario (*.json) in it or in a folder of it, got none", name);
    return 0;
}

int cs_suite_find(char *const *names, size_t n, struct cs_suite_files *files,
                  struct cs_error *error)
{
    void *seen = NULL;
    int ret = 0;

    memset(files, 0, sizeof(*files));
    for (size_t i = 0; i < n && ret == 0; i++) {
        size_t before = files->n;
        ret = find_one(names[i], files, error);
        if (ret == 0)
            ret = drop_repeated(files, before, &seen, error);
    }
    tdestroy(seen, keep_name);
    if (ret != 0)
        cs_suite_files_free(files);
    return ret;
}

void cs_suite_files_free(struct cs_suite_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->file[i]);
    free(files->file);
    memset(files, 0, sizeof(*files));
}

/* ---- filters --------------------------------------------------------------------------------- */

static bool fits(const char *pattern, const char *name)
{
    return strpbrk(pattern, "*?[") != NULL ? fnmatch(pattern, name, 0) == 0
                                           : strstr(name, pattern) != NULL;
}

static bool is_wanted(const char *name, char *const *patterns, unsigned n)
{
    bool asked = false, wanted = false;

    for (unsigned i = 0; i < n; i++) {
        if (patterns[i][0] == '!') {
            if (fits(patterns[i] + 1, name))
                return false;
            continue;
        }
        asked = true;
        wanted = wanted || fits(patterns[i], name);
    }
    return wanted || !asked;
}

void cs_suite_filter(struct cs_suite_files *files, char *const *patterns, unsigned n)
{
    size_t left = 0;

    for (size_t i = 0; i < files->n; i++) {
        if (is_wanted(files->file[i], patterns, n))
            files->file[left++] = files->file[i];
        else
            free(files->file[i]);
    }
    files->n = left;
}
