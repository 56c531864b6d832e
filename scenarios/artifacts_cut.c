/* SPDX-License-Identifier: MIT */
/* Logs a line an event, cut by the time in each line. What has no time stays with the line before
 * it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/artifacts.h"
#include "simcore/candump.h"

/* "(1.000123) can0 ..." or "{"at_ps":123,...": its time, -1 where it has none. */
static int64_t line_ps(const char *line)
{
    static const char key[] = "{\"at_ps\":";
    int64_t seconds, fraction_ps;

    if (strncmp(line, key, sizeof(key) - 1) == 0)
        return strtoll(line + sizeof(key) - 1, NULL, 10);
    if (cs_candump_parse_time(&line, &seconds, &fraction_ps) != 0 ||
        seconds > CS_TIME_END / CS_PS_PER_S - 1)
        return -1;
    return seconds * CS_PS_PER_S + fraction_ps;
}

static int copy_lines(FILE *from, FILE *to, int64_t from_ps, int64_t until_ps)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    bool in = from_ps == 0;

    while ((len = getline(&line, &size, from)) >= 0) {
        int64_t at_ps = line_ps(line);
        if (at_ps >= 0)
            in = at_ps >= from_ps && at_ps <= until_ps;
        if (in)
            fwrite(line, 1, (size_t)len, to);
    }
    free(line);
    return ferror(from) || ferror(to) ? -EIO : 0;
}

int cs_artifacts_cut(const char *path, int64_t from_ps, int64_t until_ps)
{
    char temp[CS_ARTIFACTS_PATH + 20];
    FILE *from = fopen(path, "re");

    if (from == NULL)
        return -errno;
    snprintf(temp, sizeof(temp), "%s.tmp", path);
    FILE *to = fopen(temp, "we");
    int ret = to != NULL ? copy_lines(from, to, from_ps, until_ps) : -errno;
    fclose(from);
    if (to != NULL && fclose(to) != 0 && ret == 0)
        ret = -errno;
    if (ret == 0 && rename(temp, path) != 0)
        ret = -errno;
    if (ret != 0)
        unlink(temp);
    return ret;
}
