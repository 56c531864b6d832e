/* SPDX-License-Identifier: MIT */
/* widgets.c - see widgets.h. */
#include "tui/widgets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/columns.h"

int cs_want_bus(const struct cs_tui *tui)
{
    int most = cs_tui_body(tui).w < 100 ? 6 : CS_TUI_BUS_NAME - 1, width = 4;

    for (unsigned b = 0; b < tui->n_buses; b++)
        if ((int)strlen(tui->bus[b].name) > width)
            width = (int)strlen(tui->bus[b].name);
    return tui->n_buses < 2 ? 0 : width < most ? width : most;
}

int cs_want_node(const struct cs_tui *tui)
{
    int most = cs_tui_body(tui).w < 100 ? 14 : 20, needed = tui->names.longest;

    if (tui->info.log[0] && !needed)
        return 0; /* a log does not tell */
    const int least = cs_tui_body(tui).w < 100 ? 6 : 10;

    return needed < least ? least : needed > most ? most : needed;
}

int cs_want_fd(const struct cs_tui *tui)
{
    return tui->fd ? 3 : 0;
}

int cs_want_id(const struct cs_tui *tui)
{
    return tui->ext || cs_tui_body(tui).w >= 100 ? 8 : 4;
}

int cs_want_len(const struct cs_tui *tui)
{
    return tui->fd && cs_tui_body(tui).w >= 120 ? 5 : 2;
}

/* Cells of a byte, the blank behind it among them. */
static const int cells_of[CS_DATA_FORMS] = {
    [CS_DATA_HEX] = 3, [CS_DATA_BITS] = 9, [CS_DATA_DECIMAL] = 4};

int cs_most_data(const struct cs_tui *tui)
{
    const int most = cells_of[tui->data_form] * (tui->fd ? CS_FRAME_MAX_DATA : 8) - 1;

    return tui->data_form == CS_DATA_HEX && !tui->fd ? 24 : most;
}

int cs_want_data(const struct cs_tui *tui, int room)
{
    const int all = 8 * cells_of[tui->data_form] - 1, tight = 8 * 8;

    if (tui->data_form == CS_DATA_BITS && all > room)
        return tight < room ? tight : room > 23 ? room : 23;
    return all;
}

void cs_next_data_form(struct cs_tui *tui, int unused)
{
    static const char *const says[CS_DATA_FORMS] = {"data in hexadecimal", "data as bits",
                                                    "data in decimal"};

    (void)unused;
    tui->data_form = (tui->data_form + 1) % CS_DATA_FORMS;
    cs_tui_say(tui, false, "%s", says[tui->data_form]);
}

/* Leave out columns of the highest ranks until the rest fits. Returns the cells taken. */
static int drop(const struct cs_column *columns, unsigned n, int width, int w[])
{
    int total = -1, worst = 0;

    for (unsigned i = 0; i < n; i++) {
        total += w[i] ? w[i] + 1 : 0;
        worst = columns[i].rank > worst ? columns[i].rank : worst;
    }
    for (; total > width && worst > 0; worst--)
        for (unsigned i = 0; i < n; i++)
            if (columns[i].rank == worst && w[i]) {
                total -= w[i] + 1;
                w[i] = 0;
            }
    return total;
}

/* Those that were chosen, whatever their rank: the last ones are left out where there is no room.
 * Returns the cells taken. */
static int choose(const struct cs_column *columns, unsigned n, int width,
                  const struct cs_columns_choice *choice, int w[])
{
    bool chosen[CS_COLUMNS_MAX] = {false};
    int total = -1;

    for (unsigned k = 0; k < choice->n; k++)
        chosen[choice->at[k]] = true;
    for (unsigned i = 0; i < n; i++) {
        w[i] = !chosen[i] ? 0 : w[i] || choice->fit ? w[i] : columns[i].width;
        total += w[i] ? w[i] + 1 : 0;
    }
    if (choice->fit)
        return drop(columns, n, width, w);
    for (unsigned k = choice->n; k-- > 1 && total > width;) {
        total -= w[choice->at[k]] + 1;
        w[choice->at[k]] = 0;
    }
    return total;
}

void cs_columns_fit(const struct cs_tui *tui, const struct cs_column *columns, unsigned n,
                    int width, struct cs_columns_layout *layout)
{
    const struct cs_columns_choice *choice = cs_columns_choice(tui, columns);
    int room, shown = 0, gap = 1, x = 0;

    for (unsigned i = 0; i < n; i++)
        layout->w[i] = columns[i].wanted ? columns[i].wanted(tui) : columns[i].width;
    room = width - (choice->n ? choose(columns, n, width, choice, layout->w)
                              : drop(columns, n, width, layout->w));
    for (unsigned i = 0; i < n; i++)
        shown += layout->w[i] > 0;
    if (room >= shown - 1) {
        gap = 2;
        room -= shown - 1;
    }
    /* A cell for each in turn, so that columns of a kind stay alike. */
    for (bool more = true; more && room > 0;) {
        more = false;
        for (unsigned i = 0; i < n && room > 0; i++) {
            int most = columns[i].most ? columns[i].most(tui) : columns[i].max_width;
            if (!layout->w[i] || layout->w[i] >= most)
                continue;
            layout->w[i]++;
            room--;
            more = true;
        }
    }
    memset(layout->x, 0, sizeof layout->x);
    for (unsigned k = 0; k < (choice->n ? choice->n : n); k++) {
        const unsigned i = choice->n ? choice->at[k] : k;
        layout->x[i] = x;
        x += layout->w[i] ? layout->w[i] + gap : 0;
    }
}

void cs_columns_titles(const struct cs_column *columns, unsigned n, struct cs_canvas *canvas, int y,
                       const struct cs_columns_layout *layout, int sort, bool reverse)
{
    for (unsigned i = 0; i < n; i++) {
        bool sorted = (int)i == sort;
        uint8_t style = sorted ? CS_STYLE_COLUMN_SORT : CS_STYLE_COLUMN;
        const char *title =
            canvas->ascii && columns[i].title_ascii ? columns[i].title_ascii : columns[i].title;
        char text[32];
        if (!layout->w[i])
            continue;
        snprintf(text, sizeof text, "%s%s", title, !sorted ? "" : reverse ? "▴" : "▾");
        cs_canvas_field(canvas, layout->x[i], y, layout->w[i], columns[i].right, style, text);
    }
}

static uint64_t number_of(const struct cs_number *number, const void *item)
{
    const char *from = (const char *)item + number->offset;
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    if (number->bytes == sizeof two) {
        memcpy(&two, from, sizeof two);
        return two;
    }
    if (number->bytes == sizeof four) {
        memcpy(&four, from, sizeof four);
        return four;
    }
    memcpy(&eight, from, sizeof eight);
    return eight;
}

bool cs_column_orders(const struct cs_column *column)
{
    return column->compare || column->order != CS_ORDER_NONE;
}

int cs_column_compare(const struct cs_column *column, const void *a, const void *b)
{
    uint64_t x, y;

    if (column->compare)
        return column->compare(a, b);
    x = number_of(&column->number, a);
    y = number_of(&column->number, b);
    return column->order == CS_ORDER_UP ? (x > y) - (x < y) : (y > x) - (y < x);
}

static void put_number(struct cs_canvas *canvas, struct cs_rect at, bool right,
                       const struct cs_number *number, const void *item)
{
    uint64_t n = number_of(number, item);
    char buf[CS_NUMBER_MAX];

    if (number->form == CS_NUMBER_SPAN)
        cs_text_span((int64_t)n, buf);
    else if (number->form == CS_NUMBER_PERMILLE)
        cs_text_permille((unsigned)n, buf);
    else
        cs_text_count(n, at.w, buf);
    if (n || number->form != CS_NUMBER_SPAN)
        cs_canvas_field(canvas, at.x, at.y, at.w, right, n ? number->style : CS_STYLE_FAINT, buf);
}

void cs_columns_row(const struct cs_tui *tui, const struct cs_column *columns, unsigned n,
                    struct cs_canvas *canvas, int y, const struct cs_columns_layout *layout,
                    const void *item)
{
    for (unsigned i = 0; i < n; i++) {
        struct cs_rect at = {layout->x[i], y, layout->w[i], 1};
        if (!at.w)
            continue;
        if (columns[i].cell)
            columns[i].cell(tui, canvas, at, item);
        else
            put_number(canvas, at, columns[i].right, &columns[i].number, item);
    }
}

void cs_gauge(struct cs_canvas *canvas, int x, int y, int width, uint8_t style, uint64_t value,
              uint64_t full)
{
    uint64_t eighths;

    if (value > full)
        value = full;
    eighths = full ? (value * (uint64_t)width * 8 + full / 2) / full : 0;
    if (!eighths && value)
        eighths = 1;
    for (int i = 0; i < width; i++, x++) {
        uint64_t here = eighths > 8 ? 8 : eighths;
        eighths -= here;
        if (canvas->ascii)
            cs_canvas_put_ch(canvas, x, y, here ? style : CS_STYLE_FAINT, here ? '#' : '.');
        else if (here)
            cs_canvas_put_ch(canvas, x, y, style, 0x2590 - (uint32_t)here);
        else
            cs_canvas_put_ch(canvas, x, y, CS_STYLE_FAINT, 0x00b7);
    }
}

struct cs_rect cs_box_place(const struct cs_tui *tui, int w, int h, int y)
{
    w = w < tui->width ? w : tui->width;
    h = h < tui->height ? h : tui->height;
    y = y + h < tui->height ? y : tui->height - h;
    return (struct cs_rect){(tui->width - w) / 2, y > 0 ? y : 0, w, h};
}

void cs_list_clamp(struct cs_list *list, int n, int page)
{
    int last = n > page ? n - page : 0;

    if (list->sel >= n)
        list->sel = n - 1;
    if (list->sel < 0)
        list->sel = 0;
    if (list->top > list->sel)
        list->top = list->sel;
    if (list->top <= list->sel - page)
        list->top = list->sel - page + 1;
    if (list->top > last)
        list->top = last;
}

int cs_list_hit(const struct cs_list *list, const struct cs_mouse *mouse, int n, int page)
{
    const int row = list->top + mouse->y - 1;

    if (mouse->kind > CS_MOUSE_DOUBLE || mouse->y < 1 || mouse->y > page || row >= n)
        return -1;
    return row;
}

void cs_list_move(struct cs_list *list, int by, int n, int page)
{
    list->sel += by;
    cs_list_clamp(list, n, page);
}

void cs_put_data(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len,
                 uint64_t hot, uint64_t warm)
{
    bool fits = (int)len * 3 - 1 <= at.w;
    unsigned n = fits ? len : (unsigned)(at.w - 1) / 3;
    int x = at.x;

    for (unsigned i = 0; i < n; i++, x += 3) {
        uint8_t style = hot >> i & 1    ? CS_STYLE_HOT
                        : warm >> i & 1 ? CS_STYLE_WARM
                        : data[i]       ? CS_STYLE_TEXT
                                        : CS_STYLE_FAINT;
        cs_canvas_put_ch(canvas, x, at.y, style, (unsigned char)"0123456789ABCDEF"[data[i] >> 4]);
        cs_canvas_put_ch(canvas, x + 1, at.y, style,
                         (unsigned char)"0123456789ABCDEF"[data[i] & 15]);
    }
    /* What changed among those that have no room marks the dots. */
    if (!fits)
        cs_canvas_put_ch(canvas, x, at.y,
                         hot >> n    ? CS_STYLE_HOT
                         : warm >> n ? CS_STYLE_WARM
                                     : CS_STYLE_DIM,
                         0x2026);
}

static void put_bits(struct cs_canvas *canvas, int x, int y, uint8_t byte, uint8_t changed,
                     uint8_t loud, uint8_t quiet)
{
    for (int bit = 7; bit >= 0; bit--)
        cs_canvas_put_ch(canvas, x + 7 - bit, y,
                         changed >> bit & 1 ? loud
                         : byte >> bit & 1  ? quiet
                                            : CS_STYLE_FAINT,
                         byte >> bit & 1 ? '1' : '0');
}

void cs_put_data_as(struct cs_canvas *canvas, struct cs_rect at, enum cs_data_form form,
                    const uint8_t *data, unsigned len, uint64_t hot, uint64_t warm,
                    const uint8_t *diff)
{
    /* Without blanks between them every second byte is paler. */
    const bool tight = form == CS_DATA_BITS && (int)len * 9 - 1 > at.w;
    const int cells = tight ? 8 : cells_of[form], all = (int)len * cells - !tight;
    const unsigned n = all <= at.w ? len : (unsigned)((at.w - 1) / cells);
    int x = at.x;

    if (form == CS_DATA_HEX) {
        cs_put_data(canvas, at, data, len, hot, warm);
        return;
    }
    for (unsigned i = 0; i < n; i++, x += cells) {
        const bool loud = (hot | warm) >> i & 1;
        const uint8_t style = hot >> i & 1 ? CS_STYLE_HOT : CS_STYLE_WARM;
        const uint8_t quiet = tight && i % 2 ? CS_STYLE_NODE : CS_STYLE_BRIGHT;
        if (form == CS_DATA_BITS)
            put_bits(canvas, x, at.y, data[i], !loud ? 0 : diff ? diff[i] : 0xff, style, quiet);
        else
            cs_canvas_printf(canvas, x, at.y,
                             loud      ? style
                             : data[i] ? CS_STYLE_TEXT
                                       : CS_STYLE_FAINT,
                             "%3u", data[i]);
    }
    if (n < len)
        cs_canvas_put_ch(canvas, x, at.y,
                         hot >> n    ? CS_STYLE_HOT
                         : warm >> n ? CS_STYLE_WARM
                                     : CS_STYLE_DIM,
                         0x2026);
}

void cs_put_ascii(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len)
{
    for (unsigned i = 0; i < len && (int)i < at.w; i++) {
        bool print = data[i] >= 32 && data[i] < 127;
        cs_canvas_put_ch(canvas, at.x + (int)i, at.y, print ? CS_STYLE_ASCII : CS_STYLE_FAINT,
                         print ? data[i] : '.');
    }
}

void cs_put_id(struct cs_canvas *canvas, struct cs_rect at, uint32_t id, uint8_t flags)
{
    char text[16];

    snprintf(text, sizeof text, flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32, id);
    cs_canvas_field(canvas, at.x, at.y, at.w, true,
                    flags & CS_FRAME_EXT ? CS_STYLE_ID_EXT : CS_STYLE_ID, text);
}

void cs_put_fd(struct cs_canvas *canvas, struct cs_rect at, uint8_t flags)
{
    static const struct {
        uint8_t flag;
        char letter;
        uint8_t style;
    } letters[] = {{CS_FRAME_FD, 'F', CS_STYLE_INFO},
                   {CS_FRAME_BRS, 'B', CS_STYLE_GOOD},
                   {CS_FRAME_ESI, 'E', CS_STYLE_HIGH}};

    for (int i = 0; flags & CS_FRAME_FD && i < 3 && i < at.w; i++)
        cs_canvas_put_ch(canvas, at.x + i, at.y,
                         flags & letters[i].flag ? letters[i].style : CS_STYLE_FAINT,
                         flags & letters[i].flag ? (unsigned char)letters[i].letter : 0x00b7);
}

void cs_put_len(struct cs_canvas *canvas, struct cs_rect at, uint8_t flags, unsigned dlc,
                unsigned len)
{
    if (!(flags & CS_FRAME_FD))
        cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%*u", at.w, dlc);
    else if (at.w >= 5)
        cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%2u/%2u", dlc, len);
    else
        cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%*u", at.w, len);
}

char *cs_text_count(uint64_t n, int width, char *buf)
{
    static const char units[] = "kMGTPE";
    uint64_t unit = 1000;

    if (snprintf(buf, CS_NUMBER_MAX, "%" PRIu64, n) <= width)
        return buf;
    for (unsigned i = 0; units[i]; i++, unit *= 1000) {
        uint64_t whole = n / unit, hundredths = n / (unit / 100) % 100;
        if (i + 1 < sizeof units - 1 && whole >= 1000)
            continue;
        if (snprintf(buf, CS_NUMBER_MAX, "%" PRIu64 ".%02u%c", whole, (unsigned)hundredths,
                     units[i]) > width &&
            snprintf(buf, CS_NUMBER_MAX, "%" PRIu64 ".%u%c", whole, (unsigned)(hundredths / 10),
                     units[i]) > width)
            snprintf(buf, CS_NUMBER_MAX, "%" PRIu64 "%c", whole, units[i]);
        break;
    }
    return buf;
}

char *cs_text_span(int64_t ps, char *buf)
{
    uint64_t us10 = (uint64_t)(ps < 0 ? -ps : ps) / (CS_PS_PER_US / 10);
    const char *sign = ps < 0 ? "-" : "";
    uint64_t us = us10 / 10, s = us / 1000000;

    if (us < 1000)
        snprintf(buf, CS_NUMBER_MAX, "%s%" PRIu64 ".%uµs", sign, us, (unsigned)(us10 % 10));
    else if (us < 1000000)
        snprintf(buf, CS_NUMBER_MAX, "%s%" PRIu64 ".%03ums", sign, us / 1000,
                 (unsigned)(us % 1000));
    else if (s < 100)
        snprintf(buf, CS_NUMBER_MAX, "%s%" PRIu64 ".%03us", sign, s, (unsigned)(us / 1000 % 1000));
    else if (s < 6000)
        snprintf(buf, CS_NUMBER_MAX, "%s%" PRIu64 "m%02us", sign, s / 60, (unsigned)(s % 60));
    else
        snprintf(buf, CS_NUMBER_MAX, "%s%" PRIu64 "h%02um", sign, s / 3600,
                 (unsigned)(s / 60 % 60));
    return buf;
}

char *cs_text_clock(int64_t ps, char *buf)
{
    uint64_t ms = (uint64_t)ps / (uint64_t)CS_PS_PER_MS, s = ms / 1000;

    snprintf(buf, CS_NUMBER_MAX, "%" PRIu64 ":%02u:%02u.%03u", s / 3600, (unsigned)(s / 60 % 60),
             (unsigned)(s % 60), (unsigned)(ms % 1000));
    return buf;
}

char *cs_text_permille(unsigned permille, char *buf)
{
    snprintf(buf, CS_NUMBER_MAX, "%u.%u%%", permille / 10, permille % 10);
    return buf;
}

char *cs_text_rates(uint32_t bps, uint32_t data_bps, char *buf)
{
    cs_units_format_rate(bps, buf, CS_NUMBER_MAX);
    if (data_bps) {
        size_t at = strlen(buf);
        buf[at++] = '/';
        cs_units_format_rate(data_bps, buf + at, CS_NUMBER_MAX - at);
    }
    return buf;
}

char *cs_text_speed(uint32_t permille, char *buf)
{
    unsigned places = 3, rest = permille % 1000;

    if (!permille) {
        snprintf(buf, CS_NUMBER_MAX, "max");
        return buf;
    }
    for (; places && rest % 10 == 0; places--)
        rest /= 10;
    if (places)
        snprintf(buf, CS_NUMBER_MAX, "×%u.%0*u", permille / 1000, (int)places, rest);
    else
        snprintf(buf, CS_NUMBER_MAX, "×%u", permille / 1000);
    return buf;
}
