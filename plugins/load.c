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

/* The linker's own words are for those who know it: what is no shared object at all is told
 * before. */
static int look_at_file(const char *path, char *why, size_t why_size)
{
    Elf64_Ehdr head;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        snprintf(why, why_size, "cannot be read: %s", strerror(errno));
        return -1;
    }
    ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, &head, sizeof(head)) : -1;
    close(fd);
    if (n != (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_type != ET_DYN) {
        snprintf(why, why_size, "is no plugin of cansim: it is no shared object");
        return -1;
    }
    return 0;
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
