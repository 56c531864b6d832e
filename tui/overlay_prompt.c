/* SPDX-License-Identifier: MIT */
/* overlay_prompt.c - one line above the footer for what is to be done: a word (words.c, and those
 * of the view), or a fault by its text form. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

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
    if (word && strchr(begun, ' ')) {
        if (word->offers)
            word->offers(tui, rest, from, offers);
        *from += (int)(rest - begun);
        return;
    }
    cs_fault_text_offers(tui, tui->prompt.bus, begun, from, offers);
    if (!strchr(begun, ' '))
        cs_word_offers(tui, begun, offers);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_prompt_state *state = &tui->prompt;
    int y = tui->height - 2, x, from;
    struct cs_offers offers;
    char text[CS_FAULT_TEXT_MAX + 32];
    uint8_t style = feedback(tui, text, sizeof text);

    if (state->completion.on)
        find_offers(tui, state->completion.begun, &from, &offers);
    cs_canvas_fill(canvas, (struct cs_rect){0, y - 1, tui->width, 2}, CS_STYLE_TEXT, ' ');
    if (tui->message[0])
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    else if (state->completion.on)
        cs_completion_draw(&state->completion, &offers, canvas,
                           (struct cs_rect){1, y - 1, tui->width - 2, 1});
    else
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false, style, text);
    x = cs_canvas_put(canvas, 1, y, CS_STYLE_DIM,
                      tui->n_buses > 1 ? tui->bus[state->bus < tui->n_buses ? state->bus : 0].name
                                       : "");
    x = cs_canvas_put(canvas, x, y, CS_STYLE_BRIGHT, ": ");
    cs_textfield_draw(&state->field, canvas, x, y, tui->width - x - 1);
}

/* A word may open something else. */
static void run_word(struct cs_tui *tui, const struct cs_word *word, const char *rest)
{
    char why[CS_TUI_MESSAGE_MAX - 40], text[CS_TEXTFIELD_MAX];

    snprintf(text, sizeof text, "%s", rest);
    tui->overlay = CS_OVERLAY_NONE;
    if (word->run(tui, text, why, sizeof why) == 0)
        return;
    tui->overlay = CS_OVERLAY_PROMPT;
    cs_tui_say(tui, true, "%s: %s", word->name, why);
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

static void complete(struct cs_tui *tui, int by)
{
    struct cs_prompt_state *state = &tui->prompt;
    struct cs_offers offers;
    int from;

    find_offers(tui, cs_completion_begin(&state->completion, &state->field), &from, &offers);
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
