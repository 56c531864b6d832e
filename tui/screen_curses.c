/* SPDX-License-Identifier: MIT */
/* screen_curses.c - the only file that knows curses. Curses keeps what is on the terminal and
 * sends only cells that changed; here the looks of a theme become its colour pairs.
 *
 * Curses would wait for a terminal that takes nothing (^S, a slow line), and the bus with it. So it
 * sets the terminal up on standard output, which then becomes a file in memory; what curses wrote
 * there is sent on as far as the terminal takes it. Before curses leaves the terminal, standard
 * output is the terminal again. */
#include "tui/screen.h"

#include "scenarios/wall.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

#include "tui/console.h"
#include "tui/keys.h"
#include "tui/screen_die.h"
#include "tui/screen_keys.h"
#include "tui/shown.h"
#include "tui/true_colour.h"

#define MAX_PAIRS 250
#define COPY_MOST 65536 /* bytes that wait for the terminal */
#define LEAVE_MS  1000  /* for a terminal that takes nothing any more */

static struct {
    SCREEN *screen;
    struct termios saved;
    char restore[256];
    int colours, native; /* that are used; that the terminal tells of */
    bool exact;          /* the 256 are sent as red, green and blue */
    bool no_mouse;
    bool console; /* of Linux, with its few characters */
    struct {
        short fg, bg;
    } pairs[MAX_PAIRS]; /* pair i + 1 */
    short n_pairs;
    int tty_fd; /* the terminal while standard output is not */
    int out_fd; /* the same, never waiting; tty_fd where it cannot be opened once more */
    int mem_fd; /* what standard output is meanwhile */
    char *unsent;
    size_t n_unsent, room;
    struct cs_shown shown; /* what curses was given */
} term = {.tty_fd = -1, .out_fd = -1, .mem_fd = -1};

/* ---- taking and leaving ---------------------------------------------------------------------- */

/* Add a capability of the terminal to what gives it back, without its padding. */
static void add_restore(const char *name)
{
    const char *text = tigetstr(name);
    size_t at = strlen(term.restore);

    if (!text || text == (char *)-1)
        return;
    while (*text && at + 1 < sizeof term.restore) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end) {
            text = end + 1;
            continue;
        }
        term.restore[at++] = *text++;
    }
    term.restore[at] = '\0';
}

#define MOUSE_MOVES_ON  "\033[?1002h" /* xterm: tell of moves with a button held */
#define MOUSE_MOVES_OFF "\033[?1002l"
#define MOUSE_OFF       "\033[?1000l\033[?1002l\033[?1006l"

static bool knows_mouse(void)
{
    const char *kmous = term.no_mouse ? NULL : tigetstr("kmous");

    return kmous && kmous != (char *)-1;
}

static void take_mouse(void)
{
    if (!knows_mouse())
        return;
    mouseinterval(0);
    mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON2_PRESSED | BUTTON3_PRESSED |
                  BUTTON4_PRESSED | BUTTON5_PRESSED | REPORT_MOUSE_POSITION,
              NULL);
    putp(MOUSE_MOVES_ON);
}

static void give_mouse(void)
{
    if (!knows_mouse())
        return;
    putp(MOUSE_MOVES_OFF);
    mousemask(0, NULL);
}

/* What terminals of old would show instead of obeying it. */
static bool knows_xterm(void)
{
    const char *name = getenv("TERM");

    return name && strncmp(name, "linux", 5) != 0 && strncmp(name, "vt", 2) != 0;
}

#define PASTE_ON  "\033[?2004h" /* pasted text comes in brackets: its letters are no keys */
#define PASTE_OFF "\033[?2004l"

static void take_paste(void)
{
    if (!knows_xterm())
        return;
    cs_screen_know_paste();
    putp(PASTE_ON);
}

static void arm(void)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};

    snprintf(term.restore, sizeof term.restore, "%s%s", knows_mouse() ? MOUSE_OFF : "",
             knows_xterm() ? PASTE_OFF : "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_restore(names[i]);
    cs_die_arm(term.tty_fd >= 0 ? term.tty_fd : STDOUT_FILENO, &term.saved, term.restore);
}

/* Standard output becomes a file in memory. Where that fails it stays, and may make us wait. */
static void detach(void)
{
    const char *name = ttyname(STDOUT_FILENO);

    term.tty_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    term.mem_fd = memfd_create("cansim-screen", MFD_CLOEXEC);
    if (term.tty_fd < 0 || term.mem_fd < 0)
        return;
    /* The terminal's flags are everybody's who has it open: not to wait, it is opened once more. */
    term.out_fd = name ? open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (term.out_fd < 0)
        term.out_fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (term.out_fd < 0)
        term.out_fd = term.tty_fd;
    dup2(term.mem_fd, STDOUT_FILENO);
    arm();
}

/* Give back what was taken; curses writes it into the file, so that a terminal that takes nothing
 * cannot hold us. */
static void say_goodbye(void)
{
    term.n_unsent = 0;
    give_mouse();
    if (knows_xterm())
        putp(PASTE_OFF);
    endwin();
    for (int64_t until_ms = cs_wall_ms() + LEAVE_MS; term.out_fd >= 0 && !cs_screen_flush();) {
        struct pollfd out = {.fd = term.out_fd, .events = POLLOUT};
        const int64_t left_ms = until_ms - cs_wall_ms();
        if (left_ms <= 0 || poll(&out, 1, (int)left_ms) <= 0)
            break;
    }
}

/* And the terminal again. */
static void attach(void)
{
    int fds[3] = {term.tty_fd, term.mem_fd, term.out_fd != term.tty_fd ? term.out_fd : -1};

    if (term.out_fd >= 0)
        dup2(term.tty_fd, STDOUT_FILENO);
    term.tty_fd = term.out_fd = term.mem_fd = -1;
    term.n_unsent = 0;
    arm();
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static bool no_colour(void)
{
    const char *value = getenv("NO_COLOR");

    return value && *value;
}

void cs_screen_set_mouse(bool on)
{
    if (term.screen && !on && !term.no_mouse)
        give_mouse();
    term.no_mouse = !on;
    if (term.screen && on)
        take_mouse();
}

/* Terminals that tell of 8 or 16 colours are told no more of. */
int cs_screen_set_colours(enum cs_depth wanted)
{
    const int colours = wanted == CS_DEPTH_NONE                     ? 0
                        : wanted == CS_DEPTH_16 && term.native > 16 ? 16
                                                                    : term.native;
    const bool exact = wanted == CS_DEPTH_TRUE && term.native == 256;

    if (colours != term.colours || exact != term.exact) {
        term.n_pairs = 0;
        cs_screen_repaint();
    }
    term.colours = colours;
    term.exact = exact;
    return exact || colours > 256 ? 1 << 24 : colours;
}

/* Is a terminal of that name one that we can draw on? */
static bool name_fits(const char *name, char *why, size_t why_size)
{
    bool known;
    int error;

    if (!name || !*name) {
        snprintf(why, why_size,
                 "TERM: expected the name of a terminal, such as xterm-256color, got none");
        return false;
    }
    /* newterm() takes a terminal that cannot place the cursor, and would scroll it away. */
    known = setupterm(NULL, STDOUT_FILENO, &error) == OK;
    const bool able = known && tigetstr("cup");
    if (cur_term)
        del_curterm(cur_term);
    if (!able)
        snprintf(why, why_size, "TERM: expected a terminal that terminfo knows%s, got \"%.60s\"",
                 known ? " and whose cursor can be placed" : "", name);
    return able;
}

int cs_screen_open(char *why, size_t why_size)
{
    const char *name = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, why_size,
                 "%s: expected a terminal, got something else (cansim runs headless)",
                 isatty(STDIN_FILENO) ? "standard output" : "standard input");
        return -ENOTTY;
    }
    if (!name_fits(name, why, why_size))
        return -EINVAL;
    if (tcgetattr(STDOUT_FILENO, &term.saved) < 0 ||
        !(term.screen = newterm(NULL, stdout, stdin))) {
        snprintf(why, why_size, "TERM: expected a terminal that terminfo knows, got \"%.60s\"",
                 name);
        return -EINVAL;
    }
    term.console = !strncmp(name, "linux", 5);
    arm();
    set_term(term.screen);
    typeahead(-1);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    leaveok(stdscr, FALSE);
    curs_set(0);
    if (has_colors() && !no_colour() && start_color() == OK && use_default_colors() == OK)
        term.colours = term.native = COLORS;
    detach();
    take_mouse();
    take_paste();
    return 0;
}

void cs_screen_close(void)
{
    if (!term.screen)
        return;
    say_goodbye();
    attach();
    tcsetattr(STDOUT_FILENO, TCSANOW, &term.saved);
    cs_die_disarm();
    delscreen(term.screen);
    term.screen = NULL;
    free(term.unsent);
    term.unsent = NULL;
    term.room = 0;
    cs_shown_forget(&term.shown);
}

void cs_screen_leave(void)
{
    say_goodbye();
    attach();
    tcsetattr(STDOUT_FILENO, TCSANOW, &term.saved);
    cs_die_disarm();
}

void cs_screen_return(void)
{
    attach();
    reset_prog_mode();
    detach();
    take_mouse();
    take_paste();
    cs_screen_resized();
    cs_screen_repaint();
}

bool cs_screen_is_ascii(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

void cs_screen_size(int *width, int *height)
{
    getmaxyx(stdscr, *height, *width);
}

void cs_screen_resized(void)
{
    struct winsize size;

    cs_shown_forget(&term.shown);
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void cs_screen_repaint(void)
{
    cs_shown_forget(&term.shown);
    clearok(curscr, TRUE);
}

/* ---- cells out ------------------------------------------------------------------------------- */

/* Another theme has other pairs. */
static void forget_pairs(const struct cs_theme *theme)
{
    static const struct cs_theme *shown;

    if (shown && shown != theme) {
        term.n_pairs = 0;
        cs_screen_repaint();
    }
    shown = theme;
}

/* Where colours are not numbered but red, green and blue, those of the numbers; black as the
 * darkest that is no number. */
static int colour_of(int16_t colour)
{
    const uint32_t rgb = colour < 0 ? 0 : cs_theme_rgb(colour);

    if (colour < 0 || term.native <= 256 || term.colours <= 256)
        return colour;
    return rgb > 7 ? (int)rgb : 0x010101;
}

static short pair_of(struct cs_look look)
{
    if (look.fg < 0 && look.bg < 0)
        return 0;
    for (short i = 0; i < term.n_pairs; i++)
        if (term.pairs[i].fg == look.fg && term.pairs[i].bg == look.bg)
            return (short)(i + 1);
    if (term.n_pairs == MAX_PAIRS - 1 || term.n_pairs + 1 >= COLOR_PAIRS)
        return 0;
    term.pairs[term.n_pairs].fg = look.fg;
    term.pairs[term.n_pairs].bg = look.bg;
    term.n_pairs++;
    init_extended_pair(term.n_pairs, colour_of(look.fg), colour_of(look.bg));
    return term.n_pairs;
}

static attr_t attrs_of(struct cs_look look)
{
    return (look.attrs & CS_ATTR_BOLD ? A_BOLD : A_NORMAL) |
           (look.attrs & CS_ATTR_DIM ? A_DIM : A_NORMAL) |
           (look.attrs & CS_ATTR_REVERSE ? A_REVERSE : A_NORMAL) |
           (look.attrs & CS_ATTR_UNDERLINE ? A_UNDERLINE : A_NORMAL);
}

static void show_row(const struct cs_canvas *canvas, const struct cs_theme *theme, int y, int width)
{
    const struct cs_cell *row = cs_canvas_at(canvas, 0, y);
    int style = -1; /* with whether it is a block, which may look otherwise */
    short pair = 0;
    attr_t attrs = A_NORMAL;

    for (int x = 0; x < width; x++) {
        if (cs_shown_same(&term.shown, canvas, x, y))
            continue;
        wchar_t ch = (wchar_t)row[x].ch;
        if (term.console)
            ch = (wchar_t)cs_console_char((uint32_t)ch);
        const bool wide = x + 1 < width && row[x + 1].ch == CS_CELL_REST;
        wchar_t text[3] = {ch, (wchar_t)row[x].mark, L'\0'};
        cchar_t cell;
        if (row[x].ch == CS_CELL_REST)
            text[0] = ' '; /* behind what the C library thinks narrow */
        else if (wide && wcwidth(text[0]) != 2)
            text[0] = '?';
        if (wcwidth(text[1]) != 0)
            text[1] = L'\0';
        if ((row[x].style | cs_cell_is_block(&row[x]) << 8) != style) {
            struct cs_look look = cs_theme_cell_look(theme, &row[x], term.colours);
            style = row[x].style | cs_cell_is_block(&row[x]) << 8;
            pair = term.colours ? pair_of(look) : 0;
            attrs = attrs_of(look);
        }
        setcchar(&cell, text, attrs, pair, NULL);
        mvadd_wch(y, x, &cell);
        x += wide && text[0] != '?';
    }
}

/* Take over what curses has written. */
static void collect(void)
{
    if (term.mem_fd < 0)
        return;
    fflush(stdout);
    const off_t n = lseek(term.mem_fd, 0, SEEK_CUR);
    const size_t needed = term.n_unsent + (size_t)n * (term.exact ? CS_TRUE_COLOUR_GROWS : 1);

    if (n <= 0)
        return;
    if (needed > term.room) {
        char *more = realloc(term.unsent, needed);
        if (!more)
            return; /* it stays in the file until there is memory */
        term.unsent = more;
        term.room = needed;
    }
    char *to = term.unsent + term.n_unsent, *from = term.unsent + (needed - (size_t)n);
    if (pread(term.mem_fd, from, (size_t)n, 0) == n)
        term.n_unsent += term.exact ? cs_true_colour(from, (size_t)n, to) : (size_t)n;
    lseek(term.mem_fd, 0, SEEK_SET);
}

bool cs_screen_flush(void)
{
    collect();
    while (term.n_unsent) {
        ssize_t n = write(term.out_fd, term.unsent, term.n_unsent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            term.n_unsent = 0; /* the terminal is gone */
        if (n <= 0)
            return term.n_unsent == 0;
        term.n_unsent -= (size_t)n;
        memmove(term.unsent, term.unsent + n, term.n_unsent);
    }
    return true;
}

/* Base64 (RFC 4648) of at most 3 bytes. */
static void put_base64(FILE *to, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned bits = (unsigned)bytes[0] << 16 | (n > 1 ? (unsigned)bytes[1] << 8 : 0) |
                          (n > 2 ? (unsigned)bytes[2] : 0);

    for (size_t i = 0; i < 4; i++)
        putc(i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=', to);
}

/* Through the same file as what curses writes, so that neither is cut. The Linux console takes no
 * such sequence, and would show it. A terminal that takes nothing gets none of many. */
void cs_screen_copy(const char *text)
{
    if (!knows_xterm() || term.n_unsent > COPY_MOST)
        return;
    fputs("\033]52;c;", stdout);
    for (size_t left = strlen(text), at = 0; left > at; at += 3)
        put_base64(stdout, (const unsigned char *)text + at, left - at < 3 ? left - at : 3);
    fputs("\a", stdout);
    fflush(stdout);
}

int cs_screen_fd(void)
{
    return term.out_fd;
}

bool cs_screen_show(const struct cs_canvas *canvas, const struct cs_theme *theme)
{
    int width, height;

    /* Never more than one screen waits for the terminal. */
    if (!cs_screen_flush())
        return false;
    forget_pairs(theme);
    cs_screen_size(&width, &height);
    for (int y = 0; y < height && y < canvas->height; y++)
        show_row(canvas, theme, y, width < canvas->width ? width : canvas->width);
    cs_shown_take(&term.shown, canvas);
    if (canvas->cursor_x >= 0 && canvas->cursor_y >= 0) {
        move(canvas->cursor_y, canvas->cursor_x);
        curs_set(1);
    } else {
        curs_set(0);
    }
    refresh();
    return true;
}
