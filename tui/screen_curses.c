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

#include "tui/keys.h"
#include "tui/screen_die.h"

#define MAX_PAIRS 64

static struct {
    SCREEN *screen;
    struct termios saved;
    char restore[256];
    int colours;
    bool no_mouse;
    struct {
        short fg, bg;
    } pairs[MAX_PAIRS]; /* pair i + 1 */
    short n_pairs;
    int tty_fd; /* the terminal while standard output is not */
    int out_fd; /* the same, never waiting; tty_fd where it cannot be opened once more */
    int mem_fd; /* what standard output is meanwhile */
    char *unsent;
    size_t n_unsent, room;
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

static void arm(void)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};

    snprintf(term.restore, sizeof term.restore, "%s", knows_mouse() ? MOUSE_OFF : "");
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

void cs_screen_no_mouse(void)
{
    term.no_mouse = true;
}

int cs_screen_open(char *why, size_t why_size)
{
    const char *name = getenv("TERM");
    bool able;
    int error;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, why_size,
                 "%s: expected a terminal, got something else (cansim runs headless)",
                 isatty(STDIN_FILENO) ? "standard output" : "standard input");
        return -ENOTTY;
    }
    /* newterm() takes a terminal that cannot place the cursor, and would scroll it away. */
    able = setupterm(NULL, STDOUT_FILENO, &error) == OK && tigetstr("cup");
    if (cur_term)
        del_curterm(cur_term);
    if (!able || tcgetattr(STDOUT_FILENO, &term.saved) < 0 ||
        !(term.screen = newterm(NULL, stdout, stdin))) {
        snprintf(why, why_size, "TERM: expected a terminal that terminfo knows, got \"%s\"",
                 name ? name : "");
        return -EINVAL;
    }
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
        term.colours = COLORS;
    detach();
    take_mouse();
    return 0;
}

void cs_screen_close(void)
{
    if (!term.screen)
        return;
    attach();
    give_mouse();
    endwin();
    tcsetattr(STDOUT_FILENO, TCSADRAIN, &term.saved);
    cs_die_disarm();
    delscreen(term.screen);
    term.screen = NULL;
    free(term.unsent);
    term.unsent = NULL;
    term.room = 0;
}

void cs_screen_leave(void)
{
    attach();
    give_mouse();
    endwin();
    cs_die_disarm();
}

void cs_screen_return(void)
{
    attach();
    reset_prog_mode();
    detach();
    take_mouse();
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

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void cs_screen_repaint(void)
{
    clearok(curscr, TRUE);
}

/* ---- cells out ------------------------------------------------------------------------------- */

/* Another theme has other pairs. */
static void forget_pairs(const struct cs_theme *theme)
{
    static const struct cs_theme *shown;

    if (shown && shown != theme) {
        term.n_pairs = 0;
        clearok(curscr, TRUE);
    }
    shown = theme;
}

/* Where colours are not numbered but red, green and blue, those of the numbers; black as the
 * darkest that is no number. */
static int colour_of(int16_t colour)
{
    const uint32_t rgb = colour < 0 ? 0 : cs_theme_rgb(colour);

    if (colour < 0 || term.colours <= 256)
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
    int style = -1;
    short pair = 0;
    attr_t attrs = A_NORMAL;

    for (int x = 0; x < width; x++) {
        wchar_t text[2] = {(wchar_t)row[x].ch, L'\0'};
        cchar_t cell;
        if (row[x].style != style) {
            struct cs_look look = cs_theme_look(theme, row[x].style, term.colours);
            style = row[x].style;
            pair = term.colours ? pair_of(look) : 0;
            attrs = attrs_of(look);
        }
        setcchar(&cell, text, attrs, pair, NULL);
        mvadd_wch(y, x, &cell);
    }
}

/* Take over what curses has written. */
static void collect(void)
{
    off_t n = term.mem_fd < 0 ? 0 : lseek(term.mem_fd, 0, SEEK_CUR);
    size_t needed = term.n_unsent + (size_t)n;

    if (n <= 0)
        return;
    if (needed > term.room) {
        char *more = realloc(term.unsent, needed);
        if (!more)
            return; /* it stays in the file until there is memory */
        term.unsent = more;
        term.room = needed;
    }
    if (pread(term.mem_fd, term.unsent + term.n_unsent, (size_t)n, 0) == n)
        term.n_unsent = needed;
    lseek(term.mem_fd, 0, SEEK_SET);
}

bool cs_screen_flush(void)
{
    collect();
    while (term.n_unsent) {
        ssize_t n = write(term.out_fd, term.unsent, term.n_unsent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
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
 * such sequence, and would show it. */
void cs_screen_copy(const char *text)
{
    const char *name = getenv("TERM");

    if (!name || !strncmp(name, "linux", 5) || !strncmp(name, "vt", 2))
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
    if (canvas->cursor_x >= 0 && canvas->cursor_y >= 0) {
        move(canvas->cursor_y, canvas->cursor_x);
        curs_set(1);
    } else {
        curs_set(0);
    }
    refresh();
    return true;
}

/* ---- keys in --------------------------------------------------------------------------------- */

static const struct {
    int code;
    int32_t key;
} codes[] = {
    {KEY_UP, CS_KEY_UP},
    {KEY_DOWN, CS_KEY_DOWN},
    {KEY_LEFT, CS_KEY_LEFT},
    {KEY_RIGHT, CS_KEY_RIGHT},
    {KEY_PPAGE, CS_KEY_PGUP},
    {KEY_NPAGE, CS_KEY_PGDN},
    {KEY_HOME, CS_KEY_HOME},
    {KEY_END, CS_KEY_END},
    {KEY_IC, CS_KEY_INSERT},
    {KEY_DC, CS_KEY_DELETE},
    {KEY_BACKSPACE, CS_KEY_BACKSPACE},
    {KEY_BTAB, CS_KEY_BACKTAB},
    {KEY_ENTER, CS_KEY_ENTER},
    {KEY_FIND, CS_KEY_HOME},
    {KEY_SELECT, CS_KEY_END},
    {KEY_A1, CS_KEY_HOME},
    {KEY_C1, CS_KEY_END},
    {KEY_A3, CS_KEY_PGUP},
    {KEY_C3, CS_KEY_PGDN},
};

static struct cs_mouse last_mouse;

static const struct {
    mmask_t state;
    enum cs_mouse_kind kind;
    unsigned button;
} mouse_states[] = {
    {BUTTON1_DOUBLE_CLICKED, CS_MOUSE_DOUBLE, 1}, {BUTTON1_PRESSED, CS_MOUSE_PRESS, 1},
    {BUTTON1_RELEASED, CS_MOUSE_RELEASE, 1},      {BUTTON2_PRESSED, CS_MOUSE_PRESS, 2},
    {BUTTON3_PRESSED, CS_MOUSE_PRESS, 3},         {BUTTON4_PRESSED, CS_MOUSE_UP, 0},
    {BUTTON5_PRESSED, CS_MOUSE_DOWN, 0},          {REPORT_MOUSE_POSITION, CS_MOUSE_DRAG, 1},
};

#define DOUBLE_NS INT64_C(300000000)

/* Two presses in one place within a moment are a double one: curses would hold the first back. */
static void find_double(void)
{
    static struct cs_mouse before;
    static int64_t at_ns;
    const int64_t now_ns = cs_wall_ns();

    if (last_mouse.kind != CS_MOUSE_PRESS || last_mouse.button != 1)
        return;
    if (at_ns && now_ns - at_ns < DOUBLE_NS && before.x == last_mouse.x &&
        before.y == last_mouse.y) {
        last_mouse.kind = CS_MOUSE_DOUBLE;
        at_ns = 0;
        return;
    }
    before = last_mouse;
    at_ns = now_ns;
}

static bool read_mouse(void)
{
    MEVENT event;

    if (getmouse(&event) != OK)
        return false;
    for (size_t i = 0; i < sizeof mouse_states / sizeof *mouse_states; i++)
        if (event.bstate & mouse_states[i].state) {
            last_mouse =
                (struct cs_mouse){event.x, event.y, mouse_states[i].kind, mouse_states[i].button};
            find_double();
            return true;
        }
    return false;
}

void cs_screen_mouse(struct cs_mouse *mouse)
{
    *mouse = last_mouse;
}

int32_t cs_screen_key(void)
{
    for (;;) {
        wint_t code;
        int kind = get_wch(&code);
        if (kind == ERR)
            return CS_KEY_NONE;
        if (kind != KEY_CODE_YES) {
            if (code == 127 || code == 8)
                return CS_KEY_BACKSPACE;
            return code == '\n' ? CS_KEY_ENTER : (int32_t)code;
        }
        if (code == KEY_MOUSE && read_mouse())
            return CS_KEY_MOUSE;
        if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12))
            return CS_KEY_F1 + (int32_t)code - KEY_F(1);
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
            if ((wint_t)codes[i].code == code)
                return codes[i].key;
    }
}

bool cs_screen_gone(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&in, 1, 0) == 1 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}
