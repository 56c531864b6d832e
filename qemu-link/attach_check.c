/* SPDX-License-Identifier: MIT */
/* attach_check.c - can a program be attached? The dynamic linker ignores LD_PRELOAD, without a word
 * that a user would see, for what is refused here. */
#include "qemu-link/attach_check.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_SEGMENTS  128
#define MAX_HANDOVERS 4 /* scripts whose interpreter is a script */

/* 0, or the errno why a file is no program. */
static int executable(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? EISDIR : EACCES;
    return access(path, X_OK) < 0 ? errno : 0;
}

int cs_attach_find(const char *command, char *path, size_t path_size, char *why, size_t why_size)
{
    const char *dirs = getenv("PATH");
    int error = ENOENT;

    if (strchr(command, '/') != NULL || command[0] == '\0') {
        snprintf(path, path_size, "%s", command);
        error = executable(path);
        dirs = NULL;
    } else if (dirs == NULL) {
        dirs = "/bin:/usr/bin";
    }
    while (dirs != NULL && *dirs != '\0' && error != 0) {
        const size_t n = strcspn(dirs, ":");
        int got;

        snprintf(path, path_size, "%.*s/%s", n == 0 ? 1 : (int)n, n == 0 ? "." : dirs, command);
        got = executable(path);
        if (got != ENOENT && got != ENOTDIR)
            error = got;
        dirs += n + (dirs[n] == ':');
    }
    if (error == 0)
        return 0;
    snprintf(why, why_size, "%s: cannot be run: %s", command,
             error == ENOENT ? "no such program" : strerror(error));
    return error == ENOENT || error == ENOTDIR ? 127 : 126;
}

static int refuse(char *why, size_t why_size, const char *path, const char *what)
{
    snprintf(why, why_size,
             "%s: expected a dynamically linked program, got one that %s, which cannot be attached",
             path, what);
    return 2;
}

/* Does it run with privileges that its caller lacks? Then the dynamic linker is in secure mode. */
static bool privileged(int fd, const struct stat *st)
{
    return ((st->st_mode & S_ISUID) && st->st_uid != getuid()) ||
           ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) && st->st_gid != getgid()) ||
           (getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

/* Returns NULL where the dynamic linker of our own kind runs it. */
static const char *elf_fault(int fd)
{
    const unsigned char own_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    ElfW(Ehdr) head, own;
    ElfW(Phdr) segment;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool readable = self >= 0 && pread(self, &own, sizeof(own), 0) == (ssize_t)sizeof(own);

    if (self >= 0)
        close(self);
    if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head))
        return "is damaged";
    if (head.e_ident[EI_CLASS] != own_class || (readable && head.e_machine != own.e_machine))
        return "is built for another machine";
    for (unsigned i = 0; i < head.e_phnum && i < MAX_SEGMENTS; i++) {
        const off_t at = (off_t)(head.e_phoff + (size_t)i * head.e_phentsize);

        if (pread(fd, &segment, sizeof(segment), at) != (ssize_t)sizeof(segment))
            return "is damaged";
        if (segment.p_type == PT_INTERP)
            return NULL;
    }
    return "is statically linked";
}

/* The interpreter that a first line "#! /bin/sh -e" names. */
static bool interpreter(const char *line, char *path, size_t size)
{
    const char *at = line + 2 + strspn(line + 2, " \t");
    const size_t n = strcspn(at, " \t\r\n");

    if (n == 0 || n >= size)
        return false;
    memcpy(path, at, n);
    path[n] = '\0';
    return true;
}

int cs_attach_check(const char *path, char *why, size_t why_size)
{
    char at[PATH_MAX];

    snprintf(at, sizeof(at), "%s", path);
    for (int i = 0; i < MAX_HANDOVERS; i++) {
        const int fd = open(at, O_RDONLY | O_CLOEXEC);
        char start[256] = {0};
        const char *fault = NULL;
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0 || pread(fd, start, sizeof(start) - 1, 0) < 0) {
            if (fd >= 0)
                close(fd);
            return 0; /* may be run but not read: exec will tell */
        }
        if (memcmp(start, ELFMAG, SELFMAG) == 0)
            fault = privileged(fd, &st)
                        ? "runs with other rights than yours (setuid or capabilities)"
                        : elf_fault(fd);
        close(fd);
        if (fault != NULL)
            return refuse(why, why_size, at, fault);
        if (memcmp(start, "#!", 2) != 0 || !interpreter(start, at, sizeof(at)))
            return 0;
    }
    return 0;
}
