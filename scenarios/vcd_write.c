/* SPDX-License-Identifier: MIT */
/* What readers accept: GTKWave takes all of it. sigrok and PulseView take the variables of one bit
 * and leave out the others, but end at a vector of several bits (libsigrok 0.5), which is why
 * numbers are reals. Names hold letters, digits, '_' and '-' only: '.' parts scopes, white
 * space ends a name. */
#include <stdio.h>
#include <string.h>

#include "scenarios/vcd_internal.h"

/* Codes are spelled with these: sigrok does not know strings and reads a code after one as the
 * beginning of a change, so that no code begins like one (0, 1, b, r, s, x, z, #, $). */
static const char code_letters[] =
    "!%&()*+,./:;<=>?@ACDEFGHIJKLMNOPQTVY[]^_acdefghijklmnopqtvy{|}~";
#define CODE_COUNT (sizeof(code_letters) - 1)

enum kind { KIND_BIT, KIND_EVENT, KIND_NUMBER, KIND_STRING };

struct var_row {
    const char *name;
    enum kind kind;
    const char *(*text)(unsigned value); /* of a string; NULL: the scope's owner */
};

static const char *state_text(unsigned value)
{
    return value == VCD_ABSENT ? "absent" : cs_state_name((enum cs_node_state)value);
}

static const char *field_text(unsigned value)
{
    return cs_field_name((enum cs_field)value);
}

static const struct var_row rows[VAR_COUNT] = {
    [VAR_WIRE] = {"wire", KIND_BIT, NULL},
    [VAR_TX] = {"tx", KIND_BIT, NULL},
    [VAR_RX] = {"rx", KIND_BIT, NULL},
    [VAR_SAMPLE] = {"sample", KIND_EVENT, NULL},
    [VAR_STATE] = {"state", KIND_STRING, state_text},
    [VAR_FIELD] = {"field", KIND_STRING, field_text},
    [VAR_INDEX] = {"index", KIND_NUMBER, NULL},
    [VAR_STUFF] = {"stuff", KIND_BIT, NULL},
    [VAR_TRANSMITTER] = {"transmitter", KIND_BIT, NULL},
    [VAR_DATA_PHASE] = {"data_phase", KIND_BIT, NULL},
    [VAR_TEC] = {"tec", KIND_NUMBER, NULL},
    [VAR_REC] = {"rec", KIND_NUMBER, NULL},
    [VAR_NAME] = {"name", KIND_STRING, NULL},
};

static const struct {
    const char *type;
    unsigned size;
} kinds[] = {
    [KIND_BIT] = {"wire", 1},
    [KIND_EVENT] = {"event", 1},
    [KIND_NUMBER] = {"real", 64},
    [KIND_STRING] = {"string", 1},
};

bool vcd_has(const struct vcd_scope *scope, unsigned var)
{
    return (var == VAR_WIRE) == scope->bus && (var != VAR_NAME || scope->spare);
}

/* A name as VCD takes it; at most `size` bytes with its NUL. */
static void clean(const char *name, char *text, size_t size)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = 0;

    for (; *name != '\0' && n + 1 < size; name++)
        text[n++] = strchr(good, *name) != NULL ? *name : '_';
    text[n] = '\0';
}

static void put_code(struct cs_out *out, const struct vcd_scope *scope, enum vcd_var var)
{
    uint32_t code = scope->first_code + (uint32_t)var;

    do {
        cs_out_char(out, code_letters[code % CODE_COUNT]);
        code /= (uint32_t)CODE_COUNT;
    } while (code > 0);
}

void vcd_put_value(struct cs_vcd_state *state, struct vcd_scope *scope, enum vcd_var var)
{
    struct cs_out *out = &state->vcd->log.out;
    uint32_t value = scope->value[var];
    char name[CS_NAME_MAX];

    scope->written[var] = value;
    if (rows[var].kind == KIND_BIT) {
        cs_out_char(out, value != 0 ? '1' : '0');
    } else if (rows[var].kind == KIND_EVENT) {
        cs_out_char(out, '1');
    } else if (rows[var].kind == KIND_NUMBER) {
        cs_out_char(out, 'r');
        cs_out_u64(out, value);
        cs_out_char(out, ' ');
    } else {
        clean(scope->owner[0] != '\0' ? scope->owner : "-", name, sizeof(name));
        cs_out_char(out, 's');
        cs_out_text(out, rows[var].text != NULL ? rows[var].text(value) : name);
        cs_out_char(out, ' ');
    }
    put_code(out, scope, var);
    cs_out_line(out);
}

void vcd_put_left_out(struct cs_vcd_state *state, const char *name)
{
    char text[CS_NAME_MAX];

    clean(name, text, sizeof(text));
    cs_out_printf(&state->vcd->log.out,
                  "$comment %s joins at %lld ps and is left out: no scope is left $end", text,
                  (long long)state->at_ps);
    cs_out_line(&state->vcd->log.out);
}

/* ---- the beginning ------------------------------------------------------------------------ */

static void give_scope(struct vcd_bus *bus, const char *owner, uint32_t *code)
{
    struct vcd_scope *scope = &bus->scope[bus->n_scopes++];

    snprintf(scope->owner, sizeof(scope->owner), "%s", owner);
    scope->next = VCD_UNTOUCHED;
    scope->first_code = *code;
    *code += VAR_COUNT;
    scope->value[VAR_WIRE] = scope->value[VAR_TX] = scope->value[VAR_RX] = 1;
    scope->value[VAR_STATE] = VCD_ABSENT;
}

static void give_scopes(struct cs_vcd_state *state, unsigned index, uint32_t *code)
{
    struct vcd_bus *bus = &state->bus[index];
    const struct cs_bus *of = cs_sim_bus(state->vcd->log.sim, index);
    struct cs_node_status status;

    bus->idle_ps = CS_NEVER;
    give_scope(bus, cs_bus_name(of), code);
    bus->scope[0].bus = bus->scope[0].used = true;
    for (int i = 0; i < cs_bus_node_limit(of) && i < CS_BUS_MAX_NODES; i++) {
        if (cs_bus_node_status(of, i, &status) != 0)
            continue;
        bus->scope_of[i] = (uint16_t)bus->n_scopes;
        struct vcd_scope *scope = &bus->scope[bus->n_scopes];
        give_scope(bus, status.name, code);
        scope->used = true;
        scope->value[VAR_STATE] = (uint32_t)status.state;
        scope->value[VAR_TEC] = status.tec;
        scope->value[VAR_REC] = status.rec;
    }
    for (unsigned i = 0; i < CS_VCD_SPARES; i++) {
        bus->scope[bus->n_scopes].spare = true;
        give_scope(bus, "", code);
    }
}

/* Names of a node's scope are unique on its bus, also where cleaning made them equal. */
static void scope_name(const struct vcd_bus *bus, unsigned index, char *name, size_t size)
{
    const struct vcd_scope *scope = &bus->scope[index];
    char other[CS_NAME_MAX];
    bool taken = false;

    if (scope->spare) {
        snprintf(name, size, "spare%u", index + CS_VCD_SPARES - bus->n_scopes + 1);
        return;
    }
    clean(scope->owner, name, size);
    for (unsigned i = 1; i < bus->n_scopes && !taken; i++) {
        clean(bus->scope[i].owner, other, sizeof(other));
        taken = i != index && strcmp(other, name) == 0;
    }
    size_t len = strlen(name);
    if (taken || strncmp(name, "spare", 5) == 0)
        snprintf(name + len, size - len, "_%u", index);
}

static void put_scope(struct cs_out *out, const struct vcd_bus *bus, unsigned index)
{
    const struct vcd_scope *scope = &bus->scope[index];
    char name[CS_NAME_MAX + 16];

    scope_name(bus, index, name, sizeof(name));
    cs_out_printf(out, "$scope module %s $end", name);
    cs_out_line(out);
    for (unsigned var = 0; var < VAR_COUNT; var++) {
        if (!vcd_has(scope, var))
            continue;
        cs_out_printf(out, "$var %s %u ", kinds[rows[var].kind].type, kinds[rows[var].kind].size);
        put_code(out, scope, (enum vcd_var)var);
        cs_out_printf(out, " %s $end", rows[var].name);
        cs_out_line(out);
    }
}

static void put_values(struct cs_vcd_state *state)
{
    struct cs_out *out = &state->vcd->log.out;

    cs_out_printf(out, "#%lld\n$dumpvars", (long long)state->at_ps);
    cs_out_line(out);
    for (unsigned b = 0; b < state->n_buses; b++) {
        for (unsigned i = 0; i < state->bus[b].n_scopes; i++) {
            struct vcd_scope *scope = &state->bus[b].scope[i];
            for (unsigned var = 0; var < VAR_COUNT; var++) {
                if (vcd_has(scope, var) && rows[var].kind != KIND_EVENT)
                    vcd_put_value(state, scope, (enum vcd_var)var);
            }
        }
    }
    cs_out_text(out, "$end");
    cs_out_line(out);
}

void vcd_begin(struct cs_vcd_state *state)
{
    struct cs_out *out = &state->vcd->log.out;
    uint32_t code = 0;

    state->begun = true;
    cs_out_text(out, "$version cansim " CANSIM_VERSION " $end\n"
                     "$comment wire, tx, rx: 0 dominant, 1 recessive; sample: a sample point; "
                     "spare scopes are for nodes that join later: name $end\n"
                     "$timescale 1 ps $end");
    cs_out_line(out);
    for (unsigned b = 0; b < state->n_buses; b++) {
        give_scopes(state, b, &code);
        put_scope(out, &state->bus[b], 0);
        for (unsigned i = 1; i < state->bus[b].n_scopes; i++) {
            put_scope(out, &state->bus[b], i);
            cs_out_text(out, "$upscope $end");
            cs_out_line(out);
        }
        cs_out_text(out, "$upscope $end");
        cs_out_line(out);
    }
    cs_out_text(out, "$enddefinitions $end");
    cs_out_line(out);
    put_values(state);
}
