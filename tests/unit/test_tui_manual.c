/* SPDX-License-Identifier: MIT */
/* cansim-tui-keys(7) is written from the tables that handle keys and words, and cannot fall behind
 * them: CANSIM_GOLDEN=write writes it anew. */
#include "test_tui.h"

#include "tui/keys.h"

#define PAGE     "docs/man/cansim-tui-keys.7"
#define PAGE_MAX (256u << 10)

/* Text as roff has it; nothing of it is a request. */
static void put(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    while (*text) {
        const uint32_t ch = cs_utf8_next(&text);
        if (ch == '-')
            fputs("\\-", out);
        else if (ch == '\\')
            fputs("\\e", out);
        else if (ch == '^' || ch == '\'' || ch == '~' || ch == '`')
            fprintf(out, "\\(%s", ch == '^' ? "ha" : ch == '~' ? "ti" : ch == '`' ? "ga" : "aq");
        else if (ch < 128)
            fputc((int)ch, out);
        else
            fprintf(out, "\\[u%04X]", ch);
    }
}

static void put_key(FILE *out, int32_t key, bool first)
{
    char name[CS_KEY_NAME_MAX];

    fputs(first ? "\\fB" : ", \\fB", out);
    put(out, cs_key_name(key, name));
    fputs("\\fR", out);
}

static void put_bindings(FILE *out, const struct cs_binding *bindings, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        fputs(".TP 12\n", out);
        for (unsigned k = 0; k < CS_BINDING_KEYS && bindings[i].keys[k]; k++)
            put_key(out, bindings[i].keys[k], k == 0);
        fputc('\n', out);
        put(out, bindings[i].help);
        fputc('\n', out);
    }
}

static void put_words(FILE *out, const struct cs_word *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        fputs(".TP 12\n\\fB:", out);
        put(out, words[i].name);
        fputs("\\fR", out);
        if (*words[i].form) {
            fputs(" \\fI", out);
            put(out, words[i].form);
            fputs("\\fR", out);
        }
        fputc('\n', out);
        put(out, words[i].help);
        fputc('\n', out);
    }
}

/* "Wire" as a heading's "WIRE". */
static void put_heading(FILE *out, const char *request, const char *title, bool upper)
{
    fprintf(out, "%s \"", request);
    for (; *title; title++)
        fputc(upper && *title >= 'a' && *title <= 'z' ? *title - 'a' + 'A' : *title, out);
    fputs("\"\n.PD 0\n", out);
}

static void put_view(FILE *out, const struct cs_view *view)
{
    put_heading(out, ".SH", view->title, true);
    put(out, view->help);
    fputs(".\n", out);
    for (const char *text = view->about; text && *text;) {
        char line[512];
        const size_t len = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)len, text);
        fputs(".br\n", out);
        put(out, line);
        fputc('\n', out);
        text += len + (text[len] == '\n');
    }
    put_bindings(out, view->bindings, view->n_bindings);
    put_words(out, view->words, view->n_words);
    fputs(".PD\n", out);
}

static void put_views(FILE *out)
{
    put_heading(out, ".SH", "Views", true);
    for (unsigned v = 0; v < cs_n_views; v++) {
        fputs(".TP 12\n", out);
        for (unsigned k = 0; k < 2 && cs_views[v]->keys[k]; k++)
            put_key(out, cs_views[v]->keys[k], k == 0);
        fprintf(out, "\n\\fB%s\\fR: ", cs_views[v]->name);
        put(out, cs_views[v]->help);
        fputc('\n', out);
    }
    fputs(".PD\n", out);
}

static void put_page(FILE *out)
{
    fputs(".\\\" SPDX-License-Identifier: MIT\n"
          ".\\\" Written by tests/unit/test_tui_manual.c from the program's tables; change those.\n"
          ".TH CANSIM-TUI-KEYS 7 2026-11-28 \"cansim 0.1.0\" \"User Commands\"\n"
          ".SH NAME\n"
          "cansim\\-tui\\-keys \\- keys and words of cansim\\-tui\n"
          ".SH DESCRIPTION\n"
          "Every key of\n"
          ".BR cansim\\-tui (1)\n"
          "and every word behind \\(lq:\\(rq, as its own help\n"
          ".RB ( ? )\n"
          "tells them; what lies behind them is told there.\n"
          "Keys of a view go before those of everywhere;\n"
          ".I [keys]\n"
          "in\n"
          ".I tui.conf\n"
          "gives others.\n",
          out);
    put_views(out);
    put_heading(out, ".SH", "Everywhere", true);
    put_bindings(out, cs_global_bindings, cs_n_global_bindings);
    put_words(out, cs_global_words, cs_n_global_words);
    fputs(".PD\n", out);
    for (unsigned v = 0; v < cs_n_views; v++)
        put_view(out, cs_views[v]);
    fputs(".SH DIALOGS\n", out);
    for (unsigned o = CS_OVERLAY_NONE + 1; o < CS_OVERLAY_COUNT; o++) {
        const struct cs_overlay *overlay = cs_overlay_of((enum cs_tui_overlay)o);
        put_heading(out, ".SS", overlay->title, false);
        put_bindings(out, overlay->bindings, overlay->n_bindings);
        fputs(".PD\n", out);
    }
    fputs(".SH SEE ALSO\n.BR cansim\\-tui (1)\n", out);
}

static void page_of_keys(void **state)
{
    const char *golden = getenv("CANSIM_GOLDEN");
    static char there[PAGE_MAX];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size), *file;

    (void)state;
    assert_non_null(out);
    put_page(out);
    assert_int_equal(fclose(out), 0);
    if (golden && !strcmp(golden, "write")) {
        file = fopen(PAGE, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    file = fopen(PAGE, "r");
    assert_non_null(file);
    there[fread(there, 1, sizeof there - 1, file)] = '\0';
    fclose(file);
    if (strcmp(there, text) != 0)
        print_error("write it anew: CANSIM_GOLDEN=write build/tests/test_tui_manual\n");
    assert_string_equal(there, text);
    free(text);
}

/* What a key does is told, and each of its names is one that a script and tui.conf take. */
static void keys_are_told(const struct cs_binding *bindings, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        assert_non_null(bindings[i].help);
        assert_true(*bindings[i].help && bindings[i].keys[0]);
        for (unsigned k = 0; k < CS_BINDING_KEYS && bindings[i].keys[k]; k++) {
            char text[CS_KEY_NAME_MAX + 2];
            const char *script = cs_key_script(bindings[i].keys[k], text);
            assert_int_equal(cs_key_script_next(&script), bindings[i].keys[k]);
        }
    }
}

static void every_key_is_told(void **state)
{
    (void)state;
    keys_are_told(cs_global_bindings, cs_n_global_bindings);
    for (unsigned v = 0; v < cs_n_views; v++)
        keys_are_told(cs_views[v]->bindings, cs_views[v]->n_bindings);
    for (unsigned o = CS_OVERLAY_NONE + 1; o < CS_OVERLAY_COUNT; o++) {
        const struct cs_overlay *overlay = cs_overlay_of((enum cs_tui_overlay)o);
        keys_are_told(overlay->bindings, overlay->n_bindings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_told),
        cmocka_unit_test(page_of_keys),
    };

    return cmocka_run_group_tests_name("tui manual", tests, NULL, NULL);
}
