/* SPDX-License-Identifier: MIT */
/* setup_keys.c - the page of keys: what each does where, and those of the person's own. A new key
 * for an action is a row of the keymap that stands for the action's usual key. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/setup.h"
#include "tui/view.h"

enum { HEAD_EVERYWHERE, HEAD_VIEWS, HEAD_OWN };

/* What a row is about: the usual keys, and where they are so. */
struct action {
    const int32_t *keys;
    unsigned n;
    const char *scope; /* name of a view, "": everywhere */
    const char *text, *where;
};

static struct action action_of(const struct cs_key_row *row)
{
    const struct cs_view *view = cs_views[row->view % cs_n_views];
    const struct cs_binding *b;

    if (row->kind == CS_KEY_SHOW)
        return (struct action){view->keys, 2, "", view->help, view->title};
    if (row->kind == CS_KEY_ACTION) {
        b = &cs_global_bindings[row->index];
        return (struct action){b->keys, CS_BINDING_KEYS, "", b->help, "everywhere"};
    }
    if (row->kind != CS_KEY_VIEW_ACTION)
        return (struct action){0};
    b = &view->bindings[row->index];
    return (struct action){b->keys, CS_BINDING_KEYS, view->name, b->help, view->title};
}

static bool has_key(const int32_t *keys, unsigned n, int32_t key)
{
    for (unsigned k = 0; k < n; k++)
        if (key != CS_KEY_NONE && keys[k] == key)
            return true;
    return false;
}

/* The keymap's row is for that action, or switches a usual key of it off. */
static bool is_for(const struct cs_keymap *map, unsigned i, const struct action *action)
{
    if (!action->keys || strcmp(map->row[i].view, action->scope) != 0)
        return false;
    if (!map->row[i].keys[0])
        return has_key(action->keys, action->n, map->row[i].key);
    return has_key(action->keys, action->n, cs_keymap_single(map->row[i].keys));
}

/* ---- the list -------------------------------------------------------------------------------- */

static const char *heading(const struct cs_key_row *row)
{
    static const char *const others[] = {"Everywhere", "To show a view", "Your own"};

    return row->view < cs_n_views ? cs_views[row->view]->title : others[row->view - cs_n_views];
}

static void add_name(char keys[64], int32_t key, bool own)
{
    const size_t len = strlen(keys);
    char name[CS_KEY_NAME_MAX];

    snprintf(keys + len, 64 - len, "%s%s%s", len ? " " : "", cs_key_name(key, name),
             own ? "*" : "");
}

void cs_setup_key_text(const struct cs_tui *tui, const struct cs_key_row *row, char keys[64],
                       bool *own, const char **text, const char **where)
{
    const struct cs_keymap *map = &tui->setup->keys;
    const struct action action = action_of(row);

    keys[0] = '\0';
    *own = row->kind == CS_KEY_OWN;
    *text = row->kind == CS_KEY_HEADING ? heading(row) : action.text;
    *where = row->kind == CS_KEY_HEADING ? "" : action.where;
    if (row->kind == CS_KEY_OWN) {
        const char *view = map->row[row->index].view;
        add_name(keys, map->row[row->index].key, true);
        *text = map->row[row->index].keys[0] ? map->row[row->index].keys : "nothing";
        *where = *view ? cs_views[cs_view_find(view)]->title : "everywhere";
    }
    for (unsigned i = 0; i < map->n && action.keys; i++)
        if (is_for(map, i, &action)) {
            *own = true;
            if (map->row[i].keys[0])
                add_name(keys, map->row[i].key, true);
        }
    for (unsigned k = 0; action.keys && k < action.n && action.keys[k]; k++)
        if (!cs_keymap_row(map, action.keys[k], action.scope))
            add_name(keys, action.keys[k], false);
}

/* Its text, its place or its keys have what is looked for. */
static bool passes(const struct cs_tui *tui, const struct cs_key_row *row)
{
    const char *find = tui->setup->find.text, *text, *where;
    char keys[64];
    bool own;

    if (!*find)
        return true;
    cs_setup_key_text(tui, row, keys, &own, &text, &where);
    return strcasestr(text, find) || strcasestr(where, find) || strstr(keys, find);
}

static void add(struct cs_tui *tui, unsigned kind, unsigned view, unsigned index)
{
    struct cs_setup *setup = tui->setup;
    const struct cs_key_row row = {(uint8_t)kind, (uint8_t)view, (uint16_t)index};

    if (setup->n_rows < CS_SETUP_KEYS && (kind == CS_KEY_HEADING || passes(tui, &row)))
        setup->row[setup->n_rows++] = row;
}

/* A heading without anything below it goes again. */
static void close_group(struct cs_setup *setup)
{
    if (setup->n_rows && setup->row[setup->n_rows - 1].kind == CS_KEY_HEADING)
        setup->n_rows--;
}

static bool has_action(const struct cs_keymap *map, unsigned i)
{
    struct cs_key_row row = {.kind = CS_KEY_ACTION};
    struct action action;

    for (unsigned b = 0; b < cs_n_global_bindings; b++) {
        row.index = (uint16_t)b;
        action = action_of(&row);
        if (is_for(map, i, &action))
            return true;
    }
    for (unsigned v = 0; v < cs_n_views; v++) {
        row = (struct cs_key_row){CS_KEY_SHOW, (uint8_t)v, 0};
        action = action_of(&row);
        if (is_for(map, i, &action))
            return true;
        for (unsigned b = 0; b < cs_views[v]->n_bindings; b++) {
            row = (struct cs_key_row){CS_KEY_VIEW_ACTION, (uint8_t)v, (uint16_t)b};
            action = action_of(&row);
            if (is_for(map, i, &action))
                return true;
        }
    }
    return false;
}

/* The view with the focus first, then what is the same everywhere, then the other views. */
static void list_view(struct cs_tui *tui, unsigned v)
{
    add(tui, CS_KEY_HEADING, v, 0);
    for (unsigned b = 0; b < cs_views[v]->n_bindings; b++)
        if (cs_views[v]->bindings[b].keys[0])
            add(tui, CS_KEY_VIEW_ACTION, v, b);
    close_group(tui->setup);
}

void cs_setup_list_keys(struct cs_tui *tui)
{
    struct cs_setup *setup = tui->setup;

    setup->n_rows = 0;
    add(tui, CS_KEY_HEADING, cs_n_views + HEAD_OWN, 0);
    for (unsigned i = 0; i < setup->keys.n; i++)
        if (!has_action(&setup->keys, i))
            add(tui, CS_KEY_OWN, 0, i);
    close_group(setup);
    list_view(tui, tui->view);
    add(tui, CS_KEY_HEADING, cs_n_views + HEAD_EVERYWHERE, 0);
    for (unsigned b = 0; b < cs_n_global_bindings; b++)
        add(tui, CS_KEY_ACTION, 0, b);
    close_group(setup);
    add(tui, CS_KEY_HEADING, cs_n_views + HEAD_VIEWS, 0);
    for (unsigned v = 0; v < cs_n_views; v++)
        add(tui, CS_KEY_SHOW, v, 0);
    close_group(setup);
    for (unsigned v = 0; v < cs_n_views; v++)
        if (v != tui->view)
            list_view(tui, v);
}

/* ---- changing them --------------------------------------------------------------------------- */

static const struct cs_key_row *selected(const struct cs_setup *setup)
{
    const int sel = setup->item[CS_SETUP_KEYMAP].sel;

    return sel >= 0 && (unsigned)sel < setup->n_rows ? &setup->row[sel] : NULL;
}

static void changed(struct cs_tui *tui)
{
    tui->setup->keys_changed = true;
    tui->keymap = &tui->setup->keys;
    cs_setup_list_keys(tui);
}

static const char *help_among(const struct cs_binding *bindings, unsigned n, int32_t key)
{
    for (unsigned i = 0; i < n; i++)
        if (has_key(bindings[i].keys, CS_BINDING_KEYS, key))
            return bindings[i].help;
    return NULL;
}

static const char *help_of_all(int32_t key)
{
    const char *help = help_among(cs_global_bindings, cs_n_global_bindings, key);

    for (unsigned v = 0; v < cs_n_views && !help; v++)
        if (has_key(cs_views[v]->keys, 2, key))
            help = cs_views[v]->help;
    return help;
}

/* What a key does there now, as a clause; false: nothing. */
static bool does_now(const struct cs_keymap *map, int32_t key, const char *scope, char *text,
                     size_t size)
{
    const char *own = cs_keymap_row(map, key, scope), *help = NULL;
    unsigned views = 0, last = 0;

    if (own && *own)
        snprintf(text, size, "stands for %.60s", own);
    if (own)
        return *own;
    if (*scope) {
        const struct cs_view *view = cs_views[cs_view_find(scope)];
        help = help_among(view->bindings, view->n_bindings, key);
    }
    if (!help)
        help = help_of_all(key);
    for (unsigned v = 0; !*scope && v < cs_n_views; v++)
        if (help_among(cs_views[v]->bindings, cs_views[v]->n_bindings, key)) {
            views++;
            last = v;
        }
    if (help)
        snprintf(text, size, "means \"%.70s\"", help);
    else if (views == 1)
        snprintf(text, size, "has a meaning in %s", cs_views[last]->title);
    else if (views)
        snprintf(text, size, "has a meaning in %u views", views);
    return help || views;
}

void cs_setup_catch(struct cs_tui *tui)
{
    struct cs_setup *setup = tui->setup;
    const struct cs_key_row *row = selected(setup);

    if (!row || row->kind == CS_KEY_HEADING)
        return;
    if (row->kind == CS_KEY_OWN) {
        cs_tui_say(tui, false, "it is written in tui.conf; Del takes it away");
        return;
    }
    setup->catching = true;
    setup->caught = CS_KEY_NONE;
    setup->conflict[0] = '\0';
}

static void take(struct cs_tui *tui, const struct action *action, int32_t key)
{
    struct cs_keymap *map = &tui->setup->keys;
    char script[CS_KEY_NAME_MAX + 2], name[CS_KEY_NAME_MAX];

    tui->setup->catching = false;
    for (unsigned i = 0; i < map->n; i++)
        if (has_key(action->keys, action->n, key) && map->row[i].key == key &&
            !strcmp(map->row[i].view, action->scope)) {
            cs_keymap_remove(map, i); /* it is what it usually is */
            changed(tui);
            return;
        }
    if (cs_keymap_set(map, key, action->scope, cs_key_script(action->keys[0], script)) != 0) {
        cs_tui_say(tui, true, "there are %d keys of your own already: Del takes one away",
                   CS_KEYMAP_MAX);
        return;
    }
    changed(tui);
    cs_tui_say(tui, false, "%s: %.90s", cs_key_name(key, name), action->text);
}

void cs_setup_caught(struct cs_tui *tui, int32_t key)
{
    struct cs_setup *setup = tui->setup;
    const struct cs_key_row *row = selected(setup);
    const struct action action = row ? action_of(row) : (struct action){0};
    char name[CS_KEY_NAME_MAX], script[CS_KEY_NAME_MAX + 2];

    if (key == CS_KEY_ESC || !action.keys) {
        setup->catching = false;
        return;
    }
    if (!*cs_key_script(key, script)) {
        snprintf(setup->conflict, sizeof setup->conflict, "that key has no name: another one");
        return;
    }
    const char *own = cs_keymap_row(&setup->keys, key, action.scope);
    if ((!own && has_key(action.keys, action.n, key)) ||
        (own && has_key(action.keys, action.n, cs_keymap_single(own)))) {
        setup->catching = false;
        cs_tui_say(tui, false, "%s does that already", cs_key_name(key, name));
        return;
    }
    if (setup->caught != key) {
        char now[120];
        setup->caught = key;
        if (does_now(&setup->keys, key, action.scope, now, sizeof now)) {
            cs_key_name(key, name);
            snprintf(setup->conflict, sizeof setup->conflict,
                     "%s %s: %s once more takes it, Esc does not", name, now, name);
            return;
        }
    }
    take(tui, &action, key);
}

void cs_setup_reset_key(struct cs_tui *tui)
{
    struct cs_keymap *map = &tui->setup->keys;
    const struct cs_key_row *row = selected(tui->setup);
    const struct action action = row ? action_of(row) : (struct action){0};
    const unsigned before = map->n;

    if (!row || row->kind == CS_KEY_HEADING)
        return;
    if (row->kind == CS_KEY_OWN)
        cs_keymap_remove(map, row->index);
    for (unsigned i = map->n; i-- > 0;)
        if (is_for(map, i, &action))
            cs_keymap_remove(map, i);
    /* And what stands in the way of the usual ones. */
    for (unsigned i = map->n; i-- > 0;)
        if (action.keys && !strcmp(map->row[i].view, action.scope) &&
            has_key(action.keys, action.n, map->row[i].key))
            cs_keymap_remove(map, i);
    if (map->n == before) {
        cs_tui_say(tui, false, "it has its usual keys");
        return;
    }
    changed(tui);
    cs_tui_say(tui, false, "it has its usual keys again");
}

void cs_setup_switch_off(struct cs_tui *tui)
{
    struct cs_keymap *map = &tui->setup->keys;
    const struct cs_key_row *row = selected(tui->setup);
    const struct action action = row ? action_of(row) : (struct action){0};
    bool off = false;

    if (!action.keys)
        return;
    for (unsigned k = 0; k < action.n && action.keys[k]; k++)
        if (!cs_keymap_row(map, action.keys[k], action.scope)) {
            if (cs_keymap_set(map, action.keys[k], action.scope, "") != 0)
                cs_tui_say(tui, true, "there are %d keys of your own already", CS_KEYMAP_MAX);
            off = true;
        }
    for (unsigned i = map->n; !off && i-- > 0;)
        if (!map->row[i].keys[0] && is_for(map, i, &action))
            cs_keymap_remove(map, i);
    changed(tui);
}
