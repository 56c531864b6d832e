/* SPDX-License-Identifier: MIT */
#include "plugins/plugins_internal.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENTS_MAX 64

/* Are all its segments in the file? The linker maps them unseen, and who touches what is not there
 * dies. */
static bool is_whole(int fd, const Elf64_Ehdr *head, off_t file_size)
{
    Elf64_Phdr segments[SEGMENTS_MAX];
    size_t size = head->e_phnum * sizeof(segments[0]);
    uint64_t room = (uint64_t)file_size;

    if (head->e_phnum > SEGMENTS_MAX || head->e_phentsize != sizeof(segments[0]) ||
        head->e_phoff > room || pread(fd, segments, size, (off_t)head->e_phoff) != (ssize_t)size)
        return false;
    for (unsigned i = 0; i < head->e_phnum; i++) {
        if (segments[i].p_offset > room || segments[i].p_filesz > room - segments[i].p_offset)
            return false;
    }
    return true;
}

/* The linker's own words are for those who know it: what is no shared object at all is told
 * before. */
static int look_at_file(const char *path, char *why, size_t why_size)
{
    const char *what = "is no plugin of cansim: it is no shared object";
    Elf64_Ehdr head;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        snprintf(why, why_size, "cannot be read: %s", strerror(errno));
        return -1;
    }
    ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, &head, sizeof(head)) : -1;
    bool good = n == (ssize_t)sizeof(head) && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 &&
                head.e_ident[EI_CLASS] == ELFCLASS64 && head.e_type == ET_DYN;
    if (good && !is_whole(fd, &head, st.st_size)) {
        good = false;
        what = "is no plugin of cansim: it is part of a shared object, the rest is missing";
    }
    close(fd);
    if (!good)
        snprintf(why, why_size, "%s", what);
    return good ? 0 : -1;
}

/* Where the linker's sentence begins with the file's name, that is left out. */
static const char *linker_says(const char *path)
{
    const char *text = dlerror();
    size_t len = strlen(path);

    if (text == NULL)
        return "not known why";
    return strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0 ? text + len + 2
                                                                              : text;
}

const struct cansim_plugin *cs_plugin_load(const char *path, char *why, size_t why_size)
{
    char full[PATH_MAX];

    if (look_at_file(path, why, why_size) != 0)
        return NULL;
    /* With no '/' in it dlopen() would look elsewhere. */
    if (realpath(path, full) == NULL) {
        snprintf(why, why_size, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    void *handle = dlopen(full, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        snprintf(why, why_size, "cannot be loaded: %s", linker_says(full));
        return NULL;
    }
    const struct cansim_plugin *plugin = dlsym(handle, CANSIM_PLUGIN_SYMBOL);
    if (plugin == NULL)
        snprintf(why, why_size, "is no plugin of cansim: it does not export \"%s\"",
                 CANSIM_PLUGIN_SYMBOL);
    else if (cs_plugin_check(plugin, why, why_size) != 0)
        plugin = NULL;
    dlclose(handle); /* stays mapped */
    return plugin;
}
