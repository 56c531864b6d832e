/* SPDX-License-Identifier: MIT */
/* picture.c - see picture.h. */
#include "tui/picture.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tui/png.h"
#include "tui/svg.h"

enum form { FORM_NONE, FORM_SVG, FORM_PNG, FORM_TEXT };

static enum form form_of(const char *path)
{
    static const struct {
        const char *ending;
        enum form form;
    } forms[] = {{".svg", FORM_SVG}, {".png", FORM_PNG}, {".txt", FORM_TEXT}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof forms / sizeof *forms; i++)
        if (!strcasecmp(dot, forms[i].ending))
            return forms[i].form;
    return FORM_NONE;
}

bool cs_picture_name_ok(const char *path)
{
    return form_of(path) != FORM_NONE;
}

static int write_to(FILE *out, enum form form, const struct cs_canvas *canvas,
                    const struct cs_theme *theme, const char *title, char *why, size_t why_size)
{
    snprintf(why, why_size, "cannot be written");
    switch (form) {
    case FORM_PNG:
        return cs_png_write(canvas, theme, out, why, why_size);
    case FORM_SVG:
        return cs_svg_write(canvas, theme, title, out);
    default:
        return cs_canvas_write_text(canvas, out);
    }
}

int cs_picture_write(const struct cs_canvas *canvas, const struct cs_theme *theme,
                     const char *title, const char *path, char *why, size_t why_size)
{
    const enum form form = form_of(path);
    char other[1100], told[300];
    int error;

    if (form == FORM_NONE || strlen(path) > 1000) {
        snprintf(why, why_size, "\"%.80s\" must end in .svg, .png or .txt", path);
        return -1;
    }
    snprintf(other, sizeof other, "%s.%ld~", path, (long)getpid());
    FILE *out = fopen(other, "wx");
    if (!out) {
        snprintf(why, why_size, "%.80s: cannot be created: %s", path, strerror(errno));
        return -1;
    }
    error = write_to(out, form, canvas, theme, title, told, sizeof told);
    if (fclose(out) && !error) {
        error = -EIO;
        snprintf(told, sizeof told, "cannot be written: %s", strerror(errno));
    }
    if (!error && rename(other, path)) {
        error = -EIO;
        snprintf(told, sizeof told, "cannot be written: %s", strerror(errno));
    }
    if (!error)
        return 0;
    unlink(other);
    snprintf(why, why_size, "%.80s: %.200s", path, told);
    return -1;
}

const char *cs_picture_free_name(char *text, size_t size)
{
    for (unsigned i = 1; i < 10000; i++) {
        snprintf(text, size, "cansim-%u.svg", i);
        if (access(text, F_OK) != 0)
            break;
    }
    return text;
}
