/* SPDX-License-Identifier: MIT */
/* feed_tell.c - from events that the trace has kept to the words of `cansim run --explain`. */
#include <errno.h>
#include <string.h>

#include "scenarios/log_life.h"
#include "tui/feed.h"
#include "tui/host.h"

int cs_feed_tell(struct cs_feed *feed, const struct cs_past *past, char *text, size_t size)
{
    struct cs_life life = {.log = {.sim = feed->sim}};
    const char *told;
    size_t len;

    if (!feed->sim || cs_out_memory(&life.log.out) != 0)
        return -ENOMEM;
    if (cs_log_life_begin(&life) != 0) {
        cs_out_discard(&life.log.out);
        return -ENOMEM;
    }
    if (past->hears)
        cs_log_life_hears(&life);
    for (unsigned i = 0; i < past->n_knows; i++)
        cs_log_life_knows(&life, &past->knows[i]);
    for (unsigned i = 0; i < past->n_events; i++)
        cs_log_life(&life, &past->events[i]);
    cs_log_life_end(&life);
    len = cs_out_take(&life.log.out, &told);
    len = len < size ? len : size - 1;
    memcpy(text, told, len);
    text[len] = '\0';
    cs_out_discard(&life.log.out);
    return 0;
}
