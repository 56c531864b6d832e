/* SPDX-License-Identifier: MIT */
/* master_config.c - the order in which a DCF is written into a slave. A PDO's mapping can be
 * changed only while the PDO is not valid and its number of entries is 0 (CiA 301, 7.5.2.36 and
 * 7.5.2.38); 1020h tells that the configuration is complete and so comes last. */
#include <errno.h>
#include <stdlib.h>

#include "plugins/canopen/master_int.h"

#define PDO_INVALID   UINT32_C(0x80000000)
#define COMM_FIRST    0x1400u
#define AFTER_PDOS    0x1C00u
#define PDOS_PER_KIND 512u
#define STORE         0x1010u
#define RESTORE       0x1011u
#define VERIFY        0x1020u

struct planning {
    struct config_plan *plan;
    const struct co_dict *dcf, *eds;
    bool all, failed;
    unsigned node_id;
};

void config_plan_free(struct config_plan *plan)
{
    free(plan->steps);
    plan->steps = NULL;
    plan->n = 0;
    plan->room = 0;
}

static struct config_step *add(struct planning *p, unsigned index, unsigned sub)
{
    struct config_plan *plan = p->plan;
    struct config_step *step;

    if (plan->n == plan->room) {
        unsigned room = plan->room == 0 ? 64 : 2 * plan->room;
        step = realloc(plan->steps, room * sizeof(*step));
        if (step == NULL) {
            p->failed = true;
            return NULL;
        }
        plan->steps = step;
        plan->room = room;
    }
    step = &plan->steps[plan->n++];
    memset(step, 0, sizeof(*step));
    step->index = (uint16_t)index;
    step->sub = (uint8_t)sub;
    return step;
}

static void add_object(struct planning *p, const struct co_object *object)
{
    struct config_step *step = add(p, object->index, object->sub);

    if (step != NULL) {
        step->data = object->value;
        step->len = object->value_len;
    }
}

static void add_number(struct planning *p, unsigned index, unsigned sub, uint32_t value, size_t len)
{
    struct config_step *step = add(p, index, sub);

    if (step != NULL) {
        step->own = true;
        step->len = len;
        co_put_le(step->bytes, len, value);
    }
}

static bool writable(const struct co_object *object)
{
    return object != NULL && (object->access & CO_ACCESS_WRITE) != 0 &&
           (object->access & CO_ACCESS_CONST) == 0 && !object->refuses_reads_on_upload;
}

static bool wanted(const struct planning *p, const struct co_object *object)
{
    const struct co_object *before;

    if (!writable(object) || !object->have_value || object->value_len == 0)
        return false;
    if (p->all || p->eds == NULL)
        return true;
    before = co_dict_find(p->eds, object->index, object->sub);
    return before == NULL || before->value_len != object->value_len ||
           memcmp(before->value, object->value, object->value_len) != 0;
}

static void add_range(struct planning *p, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < co_dict_count(p->dcf); i++) {
        const struct co_object *object = co_dict_at(p->dcf, i);
        if (object->index < from || object->index >= to || object->index == STORE ||
            object->index == RESTORE || object->index == VERIFY)
            continue;
        if (wanted(p, object))
            add_object(p, object);
    }
}

/* ---- PDOs ------------------------------------------------------------------------------------ */

static bool any_wanted(const struct planning *p, unsigned index)
{
    for (unsigned sub = 0; sub <= 0xFF; sub++) {
        const struct co_object *object = co_dict_find(p->dcf, index, sub);
        if (object != NULL && wanted(p, object))
            return true;
    }
    return false;
}

static bool cob_id_of(const struct planning *p, unsigned comm, uint32_t *cob_id)
{
    const struct co_object *object = co_dict_find(p->dcf, comm, 1);
    unsigned number = comm & 0x1FF, transmit = comm >= 0x1800 ? 1 : 0;

    if (!writable(object))
        return false;
    if (object->value_len == 4) {
        *cob_id = (uint32_t)co_get_le(object->value, 4);
        return true;
    }
    if (number >= 4) /* no predefined one */
        return false;
    *cob_id = (transmit ? 0x180 : 0x200) + 0x100 * number + p->node_id;
    return true;
}

static void add_mapping(struct planning *p, unsigned index)
{
    const struct co_object *count = co_dict_find(p->dcf, index, 0);

    if (!writable(count) || count->value_len != 1) {
        for (unsigned sub = 1; sub <= 64; sub++) {
            const struct co_object *entry = co_dict_find(p->dcf, index, sub);
            if (entry != NULL && wanted(p, entry))
                add_object(p, entry);
        }
        return;
    }
    add_number(p, index, 0, 0, 1);
    for (unsigned sub = 1; sub <= count->value[0] && sub <= 64; sub++) {
        const struct co_object *entry = co_dict_find(p->dcf, index, sub);
        if (writable(entry) && entry->value_len == 4)
            add_object(p, entry);
    }
    add_object(p, count);
}

static void add_pdo(struct planning *p, unsigned comm)
{
    unsigned mapping = comm + 0x200;
    bool map = any_wanted(p, mapping), have_id;
    uint32_t cob_id = 0;

    if (!map && !any_wanted(p, comm))
        return;
    have_id = cob_id_of(p, comm, &cob_id);
    if (have_id)
        add_number(p, comm, 1, cob_id | PDO_INVALID, 4);
    if (map)
        add_mapping(p, mapping);
    for (unsigned sub = 2; sub <= 0xFF; sub++) {
        const struct co_object *object = co_dict_find(p->dcf, comm, sub);
        if (object != NULL && wanted(p, object))
            add_object(p, object);
    }
    if (have_id && (cob_id & PDO_INVALID) == 0)
        add_number(p, comm, 1, cob_id, 4);
}

/* ---- all ------------------------------------------------------------------------------------- */

int config_plan_make(struct config_plan *plan, const struct co_dict *dcf, const struct co_dict *eds,
                     bool all, unsigned node_id)
{
    struct planning p = {.plan = plan, .dcf = dcf, .eds = eds, .all = all, .node_id = node_id};

    config_plan_free(plan);
    add_range(&p, 0x0001, COMM_FIRST);
    for (unsigned i = 0; i < PDOS_PER_KIND; i++)
        add_pdo(&p, 0x1400 + i);
    for (unsigned i = 0; i < PDOS_PER_KIND; i++)
        add_pdo(&p, 0x1800 + i);
    add_range(&p, AFTER_PDOS, 0x10000);
    for (unsigned sub = 1; sub <= 2; sub++) {
        const struct co_object *object = co_dict_find(dcf, VERIFY, sub);
        if (object != NULL && wanted(&p, object))
            add_object(&p, object);
    }
    if (p.failed)
        config_plan_free(plan);
    return p.failed ? -ENOMEM : 0;
}
