/* SPDX-License-Identifier: MIT */
/* replay.c - main() for a fuzz target without libFuzzer: feeds it each file of its saved corpus,
 * whole and cut short at every length, in memory of just that size, so that a sanitizer sees every
 * byte too far. Program fuzz_NAME reads tests/fuzz/corpus/NAME; prints TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);

    if (!exact) {
        abort();
    }
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static int replay(const char *path)
{
    static uint8_t data[1 << 16];
    FILE *file = fopen(path, "rb");

    if (!file) {
        return -1;
    }
    size_t n = fread(data, 1, sizeof(data), file);
    fclose(file);
    for (size_t size = n > 4096 ? n : 0; size <= n; size++) {
        feed(data, size);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *slash = argc ? strrchr(argv[0], '/') : NULL;
    const char *name = slash ? slash + 1 : argv[0];
    char folder[512], path[1024];
    unsigned files = 0, unread = 0;

    snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", name + strlen("fuzz_"));
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
            unread += replay(path) != 0;
            files++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    printf("1..1\n%s 1 - %s takes its corpus of %u files\n", files && !unread ? "ok" : "not ok",
           name, files);
    return files && !unread ? 0 : 1;
}
