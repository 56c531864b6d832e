/* SPDX-License-Identifier: MIT */
/* png.c - cells to pixels: the same picture as svg.c, with glyphs by FreeType. */
#include "tui/png.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ft2build.h>
#include FT_FREETYPE_H

#include "tui/shapes.h"

#define CELL_W   10 /* pixels */
#define CELL_H   21
#define MARGIN   16
#define FONT     16
#define BASELINE 16

struct image {
    int width, height;
    uint8_t *rgb;
    FT_Library library;
    FT_Face face[2]; /* plain, bold */
};

/* ---- fonts ----------------------------------------------------------------------------------- */

static const char *const fonts[][2] = {
    {"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
     "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"},
    {"/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
     "/usr/share/fonts/truetype/liberation/LiberationMono-Bold.ttf"},
    {"/usr/share/fonts/truetype/freefont/FreeMono.ttf",
     "/usr/share/fonts/truetype/freefont/FreeMonoBold.ttf"},
    {"/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf",
     "/usr/share/fonts/truetype/noto/NotoSansMono-Bold.ttf"},
};

static int load_face(struct image *image, unsigned bold, const char *path)
{
    if (FT_New_Face(image->library, path, 0, &image->face[bold]) != 0)
        return -ENOENT;
    return FT_Set_Pixel_Sizes(image->face[bold], 0, FONT) == 0 ? 0 : -ENOENT;
}

/* The plain face is needed; without a bold one that takes its place. */
static int load_fonts(struct image *image, char *why, size_t why_size)
{
    const char *own = getenv("CANSIM_FONT");

    if (FT_Init_FreeType(&image->library) != 0)
        return -ENOMEM;
    if (own && *own) {
        if (load_face(image, 0, own) == 0)
            return 0;
        snprintf(why, why_size, "CANSIM_FONT: \"%.200s\" is no font", own);
        return -ENOENT;
    }
    for (size_t i = 0; i < sizeof fonts / sizeof *fonts; i++) {
        if (load_face(image, 0, fonts[i][0]) != 0)
            continue;
        load_face(image, 1, fonts[i][1]);
        return 0;
    }
    snprintf(
        why, why_size,
        "there is no monospace font: install fonts-dejavu-core, or name a file in CANSIM_FONT");
    return -ENOENT;
}

/* ---- pixels ---------------------------------------------------------------------------------- */

static void blend(struct image *image, int x, int y, uint32_t rgb, unsigned alpha)
{
    if (x < 0 || y < 0 || x >= image->width || y >= image->height)
        return;
    uint8_t *at = image->rgb + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
    for (int i = 0; i < 3; i++) {
        const unsigned to = rgb >> (16 - 8 * i) & 0xff;
        at[i] = (uint8_t)((at[i] * (255 - alpha) + to * alpha + 127) / 255);
    }
}

static void fill(struct image *image, int x, int y, int w, int h, uint32_t rgb)
{
    for (int j = y; j < y + h; j++)
        for (int i = x; i < x + w; i++)
            blend(image, i, j, rgb, 255);
}

struct shape {
    struct image *image;
    int x, y;
    uint32_t rgb;
};

/* At least one pixel of everything. */
static void put_part(void *ctx, int x, int y, int w, int h)
{
    const struct shape *s = ctx;
    const int left = x * CELL_W / CS_CELL_W, top = y * CELL_H / CS_CELL_H;
    int right = ((x + w) * CELL_W + CS_CELL_W / 2) / CS_CELL_W;
    int bottom = ((y + h) * CELL_H + CS_CELL_H / 2) / CS_CELL_H;

    right = right > left ? right : left + 1;
    bottom = bottom > top ? bottom : top + 1;
    fill(s->image, s->x + left, s->y + top, right - left, bottom - top, s->rgb);
}

static void put_glyph(struct image *image, int x, int y, uint32_t ch, struct cs_paint paint)
{
    FT_Face face = paint.bold && image->face[1] ? image->face[1] : image->face[0];

    if (FT_Load_Char(face, ch, FT_LOAD_RENDER) != 0)
        return;
    const FT_GlyphSlot glyph = face->glyph;
    for (unsigned j = 0; j < glyph->bitmap.rows; j++)
        for (unsigned i = 0; i < glyph->bitmap.width; i++)
            blend(image, x + glyph->bitmap_left + (int)i, y + BASELINE - glyph->bitmap_top + (int)j,
                  paint.fg, glyph->bitmap.buffer[(int)j * glyph->bitmap.pitch + (int)i]);
}

static void put_cell(struct image *image, int x, int y, const struct cs_cell *cell,
                     struct cs_paint paint)
{
    struct shape shape = {image, x, y, paint.fg};

    if (paint.underline)
        fill(image, x, y + BASELINE + 2, CELL_W, 1, paint.fg);
    if (cs_shape_is(cell->ch))
        cs_shape_draw(cell->ch, put_part, &shape);
    else if (cell->ch != ' ' && cell->ch != CS_CELL_REST)
        put_glyph(image, x, y, cell->ch, paint);
    if (cell->mark)
        put_glyph(image, x, y, cell->mark, paint);
}

static void paint_all(struct image *image, const struct cs_canvas *canvas,
                      const struct cs_theme *theme)
{
    fill(image, 0, 0, image->width, image->height, theme->rgb_bg);
    for (int pass = 0; pass < 2; pass++) /* backgrounds first: glyphs may reach over */
        for (int y = 0; y < canvas->height; y++)
            for (int x = 0; x < canvas->width; x++) {
                const struct cs_cell *cell = cs_canvas_at(canvas, x, y);
                const struct cs_paint paint = cs_paint_of(theme, cell);
                const int at_x = MARGIN + x * CELL_W, at_y = MARGIN + y * CELL_H;
                if (pass)
                    put_cell(image, at_x, at_y, cell, paint);
                else if (paint.on_bg)
                    fill(image, at_x, at_y, CELL_W, CELL_H, paint.bg);
            }
}

/* ---- the file -------------------------------------------------------------------------------- */

static int write_rows(const struct image *image, FILE *out)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return -ENOMEM;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return -EIO;
    }
    png_init_io(png, out);
    png_set_IHDR(png, info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < image->height; y++)
        png_write_row(png, image->rgb + 3 * (size_t)y * (size_t)image->width);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return ferror(out) ? -EIO : 0;
}

int cs_png_write(const struct cs_canvas *canvas, const struct cs_theme *theme, FILE *out, char *why,
                 size_t why_size)
{
    struct image image = {.width = 2 * MARGIN + canvas->width * CELL_W,
                          .height = 2 * MARGIN + canvas->height * CELL_H};
    int error = load_fonts(&image, why, why_size);

    if (!error) {
        image.rgb = calloc((size_t)image.width * (size_t)image.height, 3);
        error = image.rgb ? 0 : -ENOMEM;
    }
    if (!error) {
        paint_all(&image, canvas, theme);
        error = write_rows(&image, out);
    }
    if (error == -EIO)
        snprintf(why, why_size, "cannot be written");
    else if (error == -ENOMEM)
        snprintf(why, why_size, "not enough memory");
    for (int i = 0; i < 2; i++)
        if (image.face[i])
            FT_Done_Face(image.face[i]);
    if (image.library)
        FT_Done_FreeType(image.library);
    free(image.rgb);
    return error;
}
