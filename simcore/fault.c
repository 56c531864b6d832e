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

/* ---- hooks -------------------------------------------------------------------------------- */

#include "simcore/levers.h"

int cs_faults_submit(struct cs_node *node, const struct cs_frame *frame, int64_t *not_before_ps)
{
    (void)node;
    (void)frame;
    (void)not_before_ps;
    return 0;
}

bool cs_faults_form(struct cs_node *node, const struct cs_frame *frame, struct cs_wire_form *form)
{
    (void)node;
    (void)frame;
    (void)form;
    return false;
}

bool cs_faults_frame(struct cs_bus *bus, struct cs_node *const *contenders, unsigned n)
{
    (void)bus;
    (void)contenders;
    (void)n;
    return false;
}

void cs_faults_bit(struct cs_node *node, int64_t end_ps)
{
    (void)node;
    (void)end_ps;
}

void cs_faults_won(struct cs_node *node)
{
    (void)node;
}

void cs_faults_event(struct cs_bus *bus, const struct cs_event *event)
{
    (void)bus;
    (void)event;
}

void cs_faults_node_gone(struct cs_node *node)
{
    (void)node;
}

void cs_faults_fini(struct cs_bus *bus)
{
    (void)bus;
}
