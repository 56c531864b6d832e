/* SPDX-License-Identifier: MIT */
/* traffic.c - the top talkers in order. */
#include "tui/traffic.h"

#include <string.h>

void cs_traffic_rank(struct cs_traffic_top *top, unsigned *n, const struct cs_traffic_top *item)
{
    unsigned at = *n;

    if (!item->did.frames)
        return;
    while (at > 0 && top[at - 1].did.busy_ps < item->did.busy_ps)
        at--;
    if (at == CS_TRAFFIC_TOP)
        return;
    *n += *n < CS_TRAFFIC_TOP;
    memmove(&top[at + 1], &top[at], (*n - 1 - at) * sizeof *top);
    top[at] = *item;
}
