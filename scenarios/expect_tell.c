/* SPDX-License-Identifier: MIT */
/* What came of the expectations, for people. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect.h"

static void say_lines(FILE *to, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0)
            fprintf(to, "    %.*s", (int)len, text);
        fputc('\n', to);
        text += len + (text[len] == '\n');
    }
}

static void say_failure(FILE *to, const struct cs_verdict *v)
{
    fprintf(to, "failed: %s (%s)\n", v->name, v->place);
    if (strcmp(v->name, v->expected) != 0)
        fprintf(to, "  expected: %s\n", v->expected);
    fprintf(to, "  seen: %s\n", v->seen);
    if (v->around == NULL || v->around[0] == '\0')
        return;
    fprintf(to, "  before that:\n");
    say_lines(to, v->around);
}

void cs_expect_tell(const struct cs_expect *expect, bool quiet, FILE *to)
{
    unsigned n = cs_expect_count(expect), failed = cs_expect_failed(expect);
    unsigned open = cs_expect_undecided(expect);
    struct cs_verdict verdict;

    for (unsigned i = 0; i < n; i++) {
        cs_expect_verdict(expect, i, &verdict);
        if (verdict.decided && !verdict.passed)
            say_failure(to, &verdict);
    }
    if (n == 0 || (quiet && failed == 0))
        return;
    fprintf(to, "%u expectation%s: %u passed, %u failed", n, n == 1 ? "" : "s", n - failed - open,
            failed);
    if (open > 0)
        fprintf(to, ", %u not decided", open);
    fputc('\n', to);
}
