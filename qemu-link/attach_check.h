/* SPDX-License-Identifier: MIT */
/* attach_check.h - can a program be attached? It must be one that heeds LD_PRELOAD. */
#ifndef CANSIM_QEMU_LINK_ATTACH_CHECK_H
#define CANSIM_QEMU_LINK_ATTACH_CHECK_H

#include <stddef.h>

/* Find `command` as execvp() would. Returns 0 with `path` filled in, 127 (not found) or 126 (found
 * but not executable), as env(1) exits, with a sentence in `why`. */
int cs_attach_find(const char *command, char *path, size_t path_size, char *why, size_t why_size);

/* Returns 0, or 2 with a sentence: statically linked, of another machine, setuid or setgid, with
 * file capabilities. A script passes where its interpreter does. */
int cs_attach_check(const char *path, char *why, size_t why_size);

#endif
