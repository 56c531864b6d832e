/* SPDX-License-Identifier: MIT */
/* The saved corpus of the fuzz target, without libFuzzer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "tests/fuzz/fuzz_proto.c"

#define CORPUS "tests/fuzz/corpus/proto"

static void replay(const char *name)
{
    char path[512];
    FILE *file;
    uint8_t bytes[65536];
    uint8_t *exact;
    size_t len;

    snprintf(path, sizeof(path), CORPUS "/%.255s", name);
    file = fopen(path, "rb");
    if (!file) {
        fail_msg("%s: cannot open", path);
        return;
    }
    len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    exact = malloc(len ? len : 1); /* so that a sanitizer sees every byte too far */
    memcpy(exact, bytes, len);
    assert_int_equal(LLVMFuzzerTestOneInput(exact, len), 0);
    free(exact);
}

static void the_corpus_passes(void **state)
{
    DIR *dir = opendir(CORPUS);
    const struct dirent *entry;
    unsigned count = 0;

    (void)state;
    if (!dir) {
        fail_msg("no " CORPUS ": run this from the source folder");
        return;
    }
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] != '.') {
            replay(entry->d_name);
            count++;
        }
    }
    closedir(dir);
    assert_true(count >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_passes),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
