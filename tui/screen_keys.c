/* SPDX-License-Identifier: MIT */
/* screen_keys.c - keys, the mouse and pasted text, as curses tells of them. */
#include "tui/screen_keys.h"

#include <curses.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/wall.h"
#include "tui/screen.h"

#define PASTE_BEGIN (KEY_MAX + 1)
#define PASTE_END   (KEY_MAX + 2)

void cs_screen_know_paste(void)
{
    define_key("\033[200~", PASTE_BEGIN);
    define_key("\033[201~", PASTE_END);
}

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

/* What is pasted, until it ends, or nothing more of it comes for so long. */
#define PASTE_NS INT64_C(1000000000)

static struct {
    bool on;
    int64_t at_ns;
    size_t n;
    char text[CS_PASTE_MAX];
} paste;

static bool pasting(void)
{
    const int64_t now_ns = cs_wall_ns();

    if (now_ns - paste.at_ns > PASTE_NS)
        paste.on = false;
    paste.at_ns = now_ns;
    return paste.on;
}

static void add_pasted(wint_t ch)
{
    char utf8[5];
    const size_t n = cs_utf8_put(ch, utf8);

    if (paste.n + n >= sizeof paste.text)
        return;
    memcpy(paste.text + paste.n, utf8, n + 1);
    paste.n += n;
}

static void begin_paste(void)
{
    paste.on = true;
    paste.at_ns = cs_wall_ns();
    paste.n = 0;
    paste.text[0] = '\0';
}

const char *cs_screen_pasted(void)
{
    return paste.text;
}

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
        if (pasting()) {
            if (kind != KEY_CODE_YES) {
                add_pasted(code);
            } else if (code == PASTE_END) {
                paste.on = false;
                return CS_KEY_PASTE;
            }
            continue;
        }
        if (kind == KEY_CODE_YES && code == PASTE_BEGIN)
            begin_paste();
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
