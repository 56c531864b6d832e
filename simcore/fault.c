/* SPDX-License-Identifier: MIT */
/* fault.c - faults armed on a bus. */
#include "simcore/fault.h"

#include <errno.h>

int cs_fault_arm(struct cs_bus *bus, const struct cs_fault_spec *spec, char *why, size_t why_size)
{
    (void)bus;
    (void)spec;
    (void)why;
    (void)why_size;
    return -ENOSPC;
}

int cs_fault_clear(struct cs_bus *bus, int id)
{
    (void)bus;
    (void)id;
    return -ENOENT;
}

void cs_fault_clear_all(struct cs_bus *bus)
{
    (void)bus;
}

bool cs_fault_look(const struct cs_bus *bus, unsigned index, struct cs_fault_status *status)
{
    (void)bus;
    (void)index;
    (void)status;
    return false;
}
