/* SPDX-License-Identifier: MIT */
/* fault_arm.c - faults are armed and cleared by hand, and that is undone: one that was cleared is
 * armed anew, with what its text says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view.h"

struct step {
    unsigned n;
    struct step_fault {
        int id; /* it is armed; 0: it is not */
        unsigned bus;
        char text[CS_FAULT_TEXT_MAX];
    } fault[];
};

static size_t size_of(unsigned n)
{
    return sizeof(struct step) + n * sizeof(struct step_fault);
}

static struct step *step_of(unsigned n)
{
    struct step *step = calloc(1, size_of(n));

    if (step)
        step->n = n;
    return step;
}

static void put(struct step_fault *to, int id, unsigned bus, const char *text)
{
    to->id = id;
    to->bus = bus;
    snprintf(to->text, sizeof to->text, "%s", text);
}

/* Those that are armed, so that others have room. How many. */
static unsigned clear_armed(struct cs_tui *tui, struct step *step)
{
    const struct cs_host_ops *ops = tui->host->ops;
    unsigned done = 0;

    for (unsigned i = 0; i < step->n; i++) {
        struct step_fault *fault = &step->fault[i];
        if (fault->id <= 0)
            continue;
        done += ops->disarm(tui->host->ctx, fault->bus, fault->id) == 0;
        fault->id = -1; /* not to be armed again at once */
    }
    return done;
}

static unsigned arm_cleared(struct cs_tui *tui, struct step *step, char *why, size_t why_size)
{
    unsigned done = 0;

    for (unsigned i = 0; i < step->n; i++) {
        struct step_fault *fault = &step->fault[i];
        const int id = fault->id < 0 ? 0
                                     : tui->host->ops->arm(tui->host->ctx, fault->bus, fault->text,
                                                           why, why_size);
        fault->id = id > 0 ? id : 0;
        if (id <= 0)
            continue;
        tui->faults.sel_id = id;
        tui->faults.in_list = true;
        done++;
    }
    return done;
}

/* Each that is armed is cleared, each that is not is armed. */
static int swap(struct cs_tui *tui, void *data)
{
    char why[CS_TUI_MESSAGE_MAX] = "it is over already";
    unsigned done;

    if (cs_tui_denied(tui))
        return -1;
    done = clear_armed(tui, data);
    done += arm_cleared(tui, data, why, sizeof why);
    if (!done)
        cs_tui_say(tui, true, "nothing is undone: %.120s", why);
    return done ? 0 : -1;
}

static const struct cs_undo_kind kind = {
    .views = " faults nodes ",
    .of_run = true,
    .swap = swap,
};

/* ---- by hand --------------------------------------------------------------------------------- */

static int arm(struct cs_tui *tui, unsigned bus, const char *text)
{
    char why[CS_TUI_MESSAGE_MAX] = "";
    const int id = tui->host->ops->arm(tui->host->ctx, bus, text, why, sizeof why);

    if (id < 0) {
        cs_tui_say(tui, true, "not armed: %s", why[0] ? why : strerror(-id));
        return id;
    }
    cs_tui_say(tui, false, "armed on %s as %d: %s", tui->bus[bus].name, id, text);
    tui->faults.sel_id = id;
    tui->faults.in_list = true;
    return id;
}

int cs_tui_arm(struct cs_tui *tui, unsigned bus, const struct cs_fault_spec *spec)
{
    char text[CS_FAULT_TEXT_MAX];
    struct step *step;

    cs_fault_format(spec, text);
    const int id = arm(tui, bus, text);
    if (id < 0)
        return id;
    step = step_of(1);
    if (step)
        put(&step->fault[0], id, bus, text);
    cs_undo_keep(tui, &kind, step, size_of(1), "arming %s", text);
    return 0;
}

int cs_tui_rearm(struct cs_tui *tui, int *replaces, unsigned bus, const struct cs_fault_spec *spec)
{
    const struct cs_tui_fault *old = cs_fault_list_find(&tui->fault_list, *replaces);
    char text[CS_FAULT_TEXT_MAX], before[CS_FAULT_TEXT_MAX], said[CS_TUI_MESSAGE_MAX];
    unsigned old_bus;
    struct step *step;
    int id, again;

    if (!old || !old->live)
        return cs_tui_arm(tui, bus, spec);
    old_bus = old->bus;
    snprintf(before, sizeof before, "%s", old->text);
    tui->host->ops->disarm(tui->host->ctx, old_bus, old->id);
    cs_fault_format(spec, text);
    id = arm(tui, bus, text);
    if (id < 0) { /* it comes back */
        snprintf(said, sizeof said, "%s", tui->message);
        again = arm(tui, old_bus, before);
        *replaces = again > 0 ? again : 0;
        cs_tui_say(tui, true, "%s", said);
        return id;
    }
    step = step_of(2);
    if (step) {
        put(&step->fault[0], 0, old_bus, before);
        put(&step->fault[1], id, bus, text);
    }
    cs_undo_keep(tui, &kind, step, size_of(2), "changing %s", before);
    return 0;
}

int cs_tui_disarm(struct cs_tui *tui, const struct cs_tui_fault *fault)
{
    struct step *step = step_of(1);
    int error;

    if (step)
        put(&step->fault[0], 0, fault->bus, fault->text);
    error = tui->host->ops->disarm(tui->host->ctx, fault->bus, fault->id);
    if (error < 0 || !step) {
        free(step);
        return error;
    }
    return cs_undo_keep(tui, &kind, step, size_of(1), "clearing %s", step->fault[0].text);
}

unsigned cs_tui_disarm_all(struct cs_tui *tui)
{
    const unsigned most = tui->fault_list.n_live;
    struct step *step = step_of(most);

    if (!step || !most) {
        free(step);
        return 0;
    }
    step->n = 0;
    for (unsigned i = most; i-- > 0;) {
        const struct cs_tui_fault *fault = cs_fault_list_at(&tui->fault_list, i);
        if (!fault || !fault->live)
            continue;
        put(&step->fault[step->n], 0, fault->bus, fault->text);
        step->n += tui->host->ops->disarm(tui->host->ctx, fault->bus, fault->id) == 0;
    }
    const unsigned n = step->n;
    if (n)
        cs_undo_keep(tui, &kind, step, size_of(most), "clearing %u fault%s", n, n == 1 ? "" : "s");
    else
        free(step);
    return n;
}
