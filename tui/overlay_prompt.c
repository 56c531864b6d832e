/* SPDX-License-Identifier: MIT */
/* overlay_prompt.c - one line above the footer for what is to be done: a word (words.c, and those
 * of the view), or a fault by its text form. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/palette.h"
#include "tui/view.h"

/* As on the command line the text may have bus=NAME in it: that bus, else the one that was chosen.
 */
static int parse(const struct cs_tui *tui, struct cs_fault_spec *spec, unsigned *bus, char *why,
                 size_t why_size)
{
    char copy[CS_TEXTFIELD_MAX], rest[CS_TEXTFIELD_MAX] = "", *word, *left = copy;
    unsigned b;

    *bus = tui->prompt.bus < tui->n_buses ? tui->prompt.bus : 0;
    snprintf(copy, sizeof copy, "%s", tui->prompt.field.text);
    while ((word = strsep(&left, " "))) {
        if (strncmp(word, "bus=", 4) != 0) {
            size_t len = strlen(rest);
            snprintf(rest + len, sizeof rest - len, "%s%s", len ? " " : "", word);
            continue;
        }
        for (b = 0; b < tui->n_buses && strcmp(tui->bus[b].name, word + 4) != 0; b++)
            ;
        if (b == tui->n_buses) {
            snprintf(why, why_size, "there is no bus \"%.20s\"", word + 4);
            return -EINVAL;
        }
        *bus = b;
    }
    return cs_fault_parse(rest, spec, why, why_size);
}

/* No word or fault has the name in the line; and what the list above it shows then. */
static bool not_there(const struct cs_tui *tui, char *text, size_t size)
{
    const char *typed = tui->prompt.field.text;
    struct cs_palette_row rows[CS_PALETTE_ROWS];
    struct cs_fault_spec spec;
    const size_t len = strcspn(typed, " ");
    char name[CS_NAME_MAX], key[CS_KEY_NAME_MAX];
    unsigned n;

    snprintf(name, sizeof name, "%.*s", (int)len, typed);
    if (cs_fault_begin(&spec, name, text, size) == 0)
        return false;
    n = cs_palette_find(tui, typed, rows);
    if (!n && strstr(text, "did you mean"))
        return true;
    if (!n)
        snprintf(text, size, "nothing is called or about \"%.40s\": ? lists all there is", typed);
    else if (rows[0].key)
        snprintf(text, size, "Enter presses %s%s%s, the first above", cs_key_name(rows[0].key, key),
                 rows[0].view ? " in " : "", rows[0].view ? rows[0].view : "");
    else
        snprintf(text, size, "goes on as shown above: Tab takes the first");
    return true;
}

/* What is wrong with it, what the key at the cursor means, or what it would be. */
static uint8_t feedback(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_prompt_state *state = &tui->prompt;
    const struct cs_fault_key *key = cs_fault_text_key(state->field.text, state->field.cursor);
    struct cs_fault_spec spec;
    char form[CS_FAULT_TEXT_MAX];
    const char *end = strrchr(state->field.text, '=');
    const char *rest;
    const struct cs_word *word = cs_word_find(tui, state->field.text, &rest);
    unsigned bus;

    if (!state->field.len) {
        snprintf(text, size,
                 "a word such as view nodes, or a fault such as flip field=crc; Tab completes");
        return CS_STYLE_DIM;
    }
    if (word) {
        snprintf(text, size, "%s%s%s: %s", word->name, *word->form ? " " : "", word->form,
                 word->help);
        return *rest || !*word->form ? CS_STYLE_GOOD : CS_STYLE_INFO;
    }
    if (key && end && !end[1]) {
        snprintf(text, size, "%s: %s (%s)", key->name, key->help, key->values);
        return CS_STYLE_INFO;
    }
    if (!strchr(state->field.text, ' ') && not_there(tui, text, size))
        return CS_STYLE_WARN;
    if (parse(tui, &spec, &bus, text, size) < 0)
        return CS_STYLE_WARN;
    cs_fault_format(&spec, form);
    if (tui->n_buses > 1)
        snprintf(text, size, "Enter arms it on %s: %s", tui->bus[bus].name, form);
    else
        snprintf(text, size, "Enter arms it: %s", form);
    return CS_STYLE_GOOD;
}

/* Of the first word: words and kinds of faults; behind it what that one takes. */
static void find_offers(const struct cs_tui *tui, const char *begun, int *from,
                        struct cs_offers *offers)
{
    const char *rest;
    const struct cs_word *word = cs_word_find(tui, begun, &rest);

    offers->n = 0;
    *from = 0;
    if (!strchr(begun, ' ')) {
        cs_palette_offers(tui, begun, offers);
    } else if (word) {
        cs_word_rest_offers(tui, word, rest, from, offers);
        *from += (int)(rest - begun);
    } else {
        cs_fault_text_offers(tui, tui->prompt.bus, begun, from, offers);
    }
}

/* What can be typed: of the first word all that fits it, then what may come next. */
static void draw_help(const struct cs_tui *tui, struct cs_canvas *canvas, int y)
{
    const struct cs_completion *completion = &tui->prompt.completion;
    const char *begun = completion->on ? completion->begun : tui->prompt.field.text, *rest;
    const struct cs_word *word = cs_word_find(tui, begun, &rest);
    struct cs_fault_spec spec;
    struct cs_offers offers;
    char why[CS_FAULT_TEXT_MAX], first[CS_NAME_MAX];
    int from;

    snprintf(first, sizeof first, "%.*s", (int)strcspn(begun, " "), begun);
    if (strchr(begun, ' ') && (word || !cs_fault_begin(&spec, first, why, sizeof why))) {
        find_offers(tui, begun, &from, &offers);
        if (offers.n == 1 && !completion->on && !strcmp(offers.text[0], begun + from))
            offers.n = 0; /* it stands there already */
        cs_palette_draw_offers(tui, canvas, y, &offers, completion->on ? (int)completion->at : -1);
    } else {
        cs_palette_draw(tui, canvas, y, begun, completion->on ? tui->prompt.field.text : NULL);
    }
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_prompt_state *state = &tui->prompt;
    int y = tui->height - 2, x;
    char text[CS_FAULT_TEXT_MAX + 32];
    const char *rest;
    /* The bus of a fault; what words do goes by itself to where it belongs. */
    const bool on_bus = tui->n_buses > 1 && !cs_word_find(tui, state->field.text, &rest);
    uint8_t style = feedback(tui, text, sizeof text);

    draw_help(tui, canvas, y - 1);
    cs_canvas_fill(canvas, (struct cs_rect){0, y - 1, tui->width, 2}, CS_STYLE_TEXT, ' ');
    if (tui->message[0])
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    else
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false, style, text);
    x = cs_canvas_put(canvas, 1, y, CS_STYLE_DIM,
                      on_bus ? tui->bus[state->bus < tui->n_buses ? state->bus : 0].name : "");
    x = cs_canvas_put(canvas, x, y, CS_STYLE_BRIGHT, ": ");
    cs_textfield_draw(&state->field, canvas, x, y, tui->width - x - 1);
}

/* A word may open something else. */
static void run_word(struct cs_tui *tui, const struct cs_word *word, const char *rest)
{
    char why[CS_TUI_MESSAGE_MAX - 40], text[CS_TEXTFIELD_MAX];

    snprintf(text, sizeof text, "%s", rest);
    tui->overlay = CS_OVERLAY_NONE;
    cs_word_show(tui, word);
    if (word->run(tui, text, why, sizeof why) == 0)
        return;
    tui->overlay = CS_OVERLAY_PROMPT;
    cs_tui_say(tui, true, "%s: %s", word->name, why);
}

/* What was typed is no word, but what a key does: that of the first line of the list. */
static bool press_key(struct cs_tui *tui)
{
    struct cs_palette_row rows[CS_PALETTE_ROWS];
    const bool playing = tui->playing;
    char why[CS_FAULT_TEXT_MAX];

    if (!not_there(tui, why, sizeof why) || !cs_palette_find(tui, tui->prompt.field.text, rows) ||
        !rows[0].key)
        return false;
    tui->overlay = CS_OVERLAY_NONE;
    if (rows[0].view)
        cs_tui_show_view(tui, (unsigned)cs_view_find(rows[0].view));
    cs_tui_refresh(tui);
    tui->playing = true; /* the key itself, not what it stands for by the person's settings */
    cs_tui_key(tui, rows[0].key);
    tui->playing = playing;
    return true;
}

static void arm(struct cs_tui *tui, int unused)
{
    struct cs_fault_spec spec;
    char why[CS_TUI_MESSAGE_MAX];
    const char *rest;
    const struct cs_word *word = cs_word_find(tui, tui->prompt.field.text, &rest);
    unsigned bus;

    (void)unused;
    if (word) {
        run_word(tui, word, rest);
        return;
    }
    if (press_key(tui))
        return;
    if (not_there(tui, why, sizeof why)) {
        cs_tui_say(tui, true, "%s", why);
        return;
    }
    if (parse(tui, &spec, &bus, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "not armed: %s", why);
        return;
    }
    if (!cs_tui_arm(tui, bus, &spec))
        tui->overlay = CS_OVERLAY_NONE;
}

static void next_bus(struct cs_tui *tui, int by)
{
    tui->prompt.completion.on = false;
    if (tui->n_buses)
        tui->prompt.bus = (tui->prompt.bus + tui->n_buses + (unsigned)by) % tui->n_buses;
}

/* The line is a word, or a kind of fault, behind which something may come. */
static bool takes_more(const struct cs_tui *tui)
{
    const char *rest;
    const struct cs_word *word = cs_word_find(tui, tui->prompt.field.text, &rest);

    return !word || *word->form;
}

static void complete(struct cs_tui *tui, int by)
{
    struct cs_prompt_state *state = &tui->prompt;
    struct cs_offers offers;
    int from;

    find_offers(tui, cs_completion_begin(&state->completion, &state->field), &from, &offers);
    if (offers.n == 1 && !strcmp(offers.text[0], state->field.text) && takes_more(tui)) {
        state->completion.on = false;
        cs_textfield_key(&state->field, ' ');
        find_offers(tui, cs_completion_begin(&state->completion, &state->field), &from, &offers);
    }
    cs_completion_step(&state->completion, &state->field, from, &offers, by);
}

/* The faults that were armed, the newest first. */
static void recall(struct cs_tui *tui, int by)
{
    struct cs_prompt_state *state = &tui->prompt;
    unsigned n = cs_fault_list_count(&tui->fault_list), live = tui->fault_list.n_live;
    int to = (int)state->recall + by;

    state->completion.on = false;
    if (to < 0 || to > (int)n)
        return;
    if (state->recall == 0)
        memcpy(state->draft, state->field.text, sizeof state->draft);
    state->recall = (unsigned)to;
    if (to) {
        unsigned i = (unsigned)to <= live ? live - (unsigned)to : (unsigned)to - 1;
        cs_textfield_set(&state->field, cs_fault_list_at(&tui->fault_list, i)->text);
    } else {
        cs_textfield_set(&state->field, state->draft);
    }
}

static void key(struct cs_tui *tui, int32_t code)
{
    tui->prompt.completion.on = false;
    cs_textfield_key(&tui->prompt.field, code);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "do it", "do what the line says", arm, 0},
    {{CS_KEY_TAB}, "complete", "complete words, kinds and keys of faults, names", complete, 1},
    {{CS_KEY_UP}, "armed before", "call back what was armed before", recall, 1},
    {{CS_KEY_DOWN}, NULL, "and what was typed after it", recall, -1},
    {{CS_KEY_BACKTAB}, "other bus", "choose the bus", next_bus, 1},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_prompt = {
    .title = "Type what is to be done",
    .needs = CS_NEEDS_NODES | CS_NEEDS_FAULTS,
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
