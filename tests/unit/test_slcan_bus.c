/* SPDX-License-Identifier: MIT */
/* The serial adapter on a bus with trouble: states, errors, flags, a full queue; who sends garbage,
 * too much, reads nothing, or goes. */
#include <fcntl.h>
#include <termios.h>
#include <sys/stat.h>

#include "test_slcan.h"

/* Somebody else's controller, or none: the adapter is alone. */
static void leave_alone(struct world *w)
{
    if (w->peer >= 0)
        cs_bus_detach(w->bus, w->peer);
    w->peer = -1;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* ---- states and errors ------------------------------------------------------------------------*/

static void without_acknowledgement(void **state)
{
    struct world *w = *state;
    const char *text;

    leave_alone(w);
    expect(w, "S6\rO\r", "..");
    expect(w, "t1230\r", "z.");
    run(w, 100 * MS);
    text = heard(w);
    /* Warning at 96, passive at 128, where it stays. */
    assert_ptr_equal(strstr(text, "e3aaa."), text);
    assert_int_equal(count(text, "sw000096."), 1);
    assert_int_equal(count(text, "sp000128."), 1);
    assert_int_equal(count(text, "s"), 2);
    assert_int_equal(count(text, "e3aaa."), count(text, "e"));
    assert_in_range(count(text, "e"), 9, 11); /* one in 10 ms */
    expect(w, "F\r", "FA4.");
    run(w, 5 * MS);
    attach_peer(w);
    run(w, 20 * MS);
    assert_int_equal(w->n_got, 1);
    assert_string_equal(peer_got(w), "123#");
    /* Back below both limits, each told as it comes. */
    for (unsigned i = 0; i < 40; i++) {
        say(w, "t1230\r");
        run(w, MS);
    }
    text = heard(w);
    assert_int_equal(count(text, "sw000127."), 1);
    assert_int_equal(count(text, "sa000095."), 1);
    expect(w, "F\r", "F84.");
    expect(w, "F\r", "F00.");
}

static void bus_off_stays_until_it_is_opened_again(void **state)
{
    struct world *w = *state;

    expect(w, "S6\rO\r", "..");
    run(w, MS);
    cs_port_set_counters(slcan_of(w)->port, 256, 0);
    run(w, MS);
    assert_string_equal(heard(w), "sb000256.");
    expect(w, "t1230\r", "!");
    run(w, 10 * CS_PS_PER_S);
    assert_int_equal(controller(w).state, CS_STATE_BUS_OFF);
    expect(w, "F\r", "F24.");
    expect(w, "C\rO\rt1230\r", "..z.");
    run(w, MS);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(controller(w).tec, 0);
    assert_string_equal(heard(w), "");
}

/* A wrong bit rate disturbs the others, and takes it out. */
static void wrong_bit_rate(void **state)
{
    struct world *w = *state;
    struct cs_node_status peer;
    const char *text;

    expect(w, "S5\rO\rt1230\r", "..z.");
    for (unsigned i = 0; i < 100; i++)
        peer_sends(w, "555#5555");
    run(w, 100 * MS);
    text = heard(w);
    assert_true(count(text, "sw") >= 1);
    assert_true(count(text, "sp") >= 1);
    assert_true(count(text, "e") >= 3);
    cs_bus_node_status(w->bus, w->peer, &peer);
    assert_true(peer.errors > 0);
    assert_int_equal(w->n_got, 0);
}

static void lost_arbitration(void **state)
{
    struct world *w = *state;

    expect(w, "O\r", ".");
    run(w, MS);
    peer_sends(w, "100#");
    say(w, "t7000\r");
    run(w, 2 * MS);
    assert_string_equal(heard(w), "z.t1000.");
    assert_int_equal(w->n_got, 1);
    expect(w, "F\r", "F40.");
}

/* Linux's lines would be taken for something else. */
static void no_states_among_times(void **state)
{
    struct world *w = *state;

    leave_alone(w);
    expect(w, "Z1\rO\rt1230\r", "..z.");
    run(w, 100 * MS);
    assert_string_equal(heard(w), "");
    expect(w, "F\r", "FA4.");
    expect(w, "C\rZ0\rX0\rO\rt1230\r", ".....");
    run(w, 100 * MS);
    assert_string_equal(heard(w), "");
    expect(w, "F\r", "FA4.");
}

static void one_shot(void **state)
{
    struct world *w = *state;

    leave_alone(w);
    expect(w, "A0\rO\rt1230\r", "..z.");
    run(w, 20 * MS);
    assert_string_equal(heard(w), "e3aaa.");
    assert_int_equal(controller(w).queued, 0);
}

/* ---- too much ---------------------------------------------------------------------------------*/

/* More than the queue holds, in one go: all leave, in order, and each is answered. */
static void nothing_is_lost_on_the_way_to_the_bus(void **state)
{
    enum { N = 400 };
    struct world *w = *state;
    static char said[N * 16];
    size_t n = 0;

    expect(w, "O\r", ".");
    for (unsigned i = 0; i < N; i++)
        n += (size_t)sprintf(said + n, "t%03X2%04X\r", i, i);
    say_bytes(w, said, n);
    assert_true(controller(w).queued <= SLCAN_QUEUE);
    for (unsigned i = 0; i < 400 && w->n_got < N; i++)
        run(w, MS);
    assert_int_equal(w->n_got, N);
    assert_string_equal(peer_got(w), "18F#018F");
    assert_int_equal(count(heard(w), "z."), N);
    expect(w, "F\r", "F00.");
}

/* Nobody acknowledges: what finds no room is refused, and the channel can be closed. */
static void a_stuck_bus_does_not_hold_up_commands(void **state)
{
    struct world *w = *state;
    const char *text;

    leave_alone(w);
    expect(w, "O\r", ".");
    for (unsigned i = 0; i < SLCAN_QUEUE + 5; i++)
        say(w, "t1230\r");
    run(w, 500 * MS);
    assert_int_equal(count(heard(w), "z."), SLCAN_QUEUE);
    run(w, 600 * MS);
    assert_int_equal(count(heard(w), "!"), 5);
    run(w, 15 * MS);
    assert_int_equal(count(heard(w), "aO"), 1); /* Linux's: sent too much */
    for (unsigned i = 0; i < 100; i++)
        say(w, "t1230\r");
    say(w, "F\rC\r");
    text = heard(w);
    assert_int_equal(count(text, "!"), 100);
    assert_non_null(strstr(text, "FA6.."));
    assert_false(on_bus(w));
    attach_peer(w);
    expect(w, "O\rt1230\r", ".z.");
    run(w, 2 * MS);
    assert_int_equal(w->n_got, 1);
}

static void patience_begins_anew_with_each_frame(void **state)
{
    struct world *w = *state;

    leave_alone(w);
    expect(w, "O\r", ".");
    for (unsigned i = 0; i < SLCAN_QUEUE + 2; i++)
        say(w, "t1230\r");
    run(w, 900 * MS);
    attach_peer(w);
    run(w, 200 * MS);
    assert_int_equal(w->n_got, SLCAN_QUEUE + 2);
    assert_int_equal(count(heard(w), "!"), 0);
}

/* Frames are lost, and said to be; the answers are not. */
static void who_does_not_read_loses_frames(void **state)
{
    struct world *w = *state;
    unsigned n_frames;
    const char *text;

    expect(w, "O\r", ".");
    for (unsigned i = 0; i < 4000; i++)
        peer_sends(w, "12345678#0102030405060708");
    for (unsigned i = 0; i < 4000 && w->n_sent < 4000; i++)
        run(w, MS);
    assert_int_equal(w->n_sent, 4000);
    for (unsigned i = 0; i < 400;
         i++) { /* more packets than a socket may take are no matter here */
        if (write(w->fd, "V\r", 2) != 2)
            break;
        turn(w);
    }
    assert_true(w->device->lost > 0);
    assert_in_range(w->lost_events, 1, 3);
    text = heard(w);
    n_frames = count(text, "T123456788");
    assert_int_equal(n_frames + w->device->lost, 4000);
    assert_int_equal(count(text, "V1013."), 400);
    run(w, 20 * MS);
    expect(w, "F\r", "F09.");
}

static void overruns_are_told_when_there_is_room(void **state)
{
    struct world *w = *state;
    unsigned n = 0;

    expect(w, "O\r", ".");
    for (unsigned i = 0; i < 4000; i++)
        peer_sends(w, "12345678#0102030405060708");
    for (unsigned i = 0; i < 4000 && w->n_sent < 4000; i++)
        run(w, MS);
    for (unsigned i = 0; i < 10; i++)
        n += count(heard(w), "e3ooo.");
    assert_int_equal(n, 1);
}

/* ---- garbage ----------------------------------------------------------------------------------*/

static void garbage(void **state)
{
    struct world *w = *state;
    char line[1000];

    expect(w, "\r\r\r", "");
    expect(w, "V\n\r\nV\r\n", "V1013.V1013.");
    say_bytes(w, "\0V\0\r\0", 5);
    assert_string_equal(heard(w), "V1013.");
    expect(w, "\xFF\xFE\x01\r", "!");
    expect(w, "V", "");
    expect(w, "\r", "V1013.");
    memset(line, 't', sizeof(line));
    say_bytes(w, line, sizeof(line));
    assert_string_equal(heard(w), "");
    expect(w, "\rV\r", "!V1013.");
    memset(line, 'V', SLCAN_LINE_MAX + 1);
    say_bytes(w, line, SLCAN_LINE_MAX);
    expect(w, "\r", "!");
    say_bytes(w, line, SLCAN_LINE_MAX + 1);
    expect(w, "\rV\r", "!V1013.");
}

/* ---- coming and going -------------------------------------------------------------------------*/

static void power_on_for_the_next(void **state)
{
    struct world *w = *state;

    expect(w, "S4\rY5\rZ1\rX0\rW1\rM12345678\rm00000000\rA0\rM1\rO\rt12", "..........");
    assert_true(on_bus(w));
    close(w->fd);
    turn(w);
    assert_false(on_bus(w));
    assert_false(w->device->connected);
    connect_line(w);
    assert_true(w->device->connected);
    expect(w, "O\r", ".");
    assert_int_equal(controller(w).bitrate_bps, 500000);
    assert_int_equal(controller(w).data_bitrate_bps, 2000000);
    assert_int_equal(controller(w).mode, CS_MODE_NORMAL);
    run(w, MS);
    peer_sends(w, "123#55");
    run(w, MS);
    assert_string_equal(heard(w), "t123155.");
    assert_int_equal(w->device->connections, 2);
}

/* Gone while its frames wait: noticed, and the next one is not turned away. */
static void gone_while_held_up(void **state)
{
    struct world *w = *state;

    leave_alone(w);
    expect(w, "O\r", ".");
    for (unsigned i = 0; i < 3 * SLCAN_QUEUE; i++)
        say(w, "t1230\r");
    close(w->fd);
    run(w, 1200 * MS);
    assert_false(w->device->connected);
    assert_false(on_bus(w));
    connect_line(w);
    expect(w, "V\r", "V1013.");
}

static void pulled_out(void **state)
{
    struct world *w = *state;

    expect(w, "O\r", ".");
    assert_int_equal(cs_device_plug(w->device, false), 0);
    assert_false(on_bus(w));
    expect(w, "V\rO\r", ""); /* the line is dead */
    assert_int_equal(cs_device_plug(w->device, true), 0);
    expect(w, "F\r", "!");
    expect(w, "O\r", ".");
}

static void told_how_to_join(void **state)
{
    struct world *w = *state;
    char text[CS_DEVICE_OPTION_MAX], wanted[CS_DEVICE_OPTION_MAX];
    struct cs_device_status status;

    snprintf(wanted, sizeof(wanted),
             "-chardev socket,id=line,path=%s,reconnect=1 -serial chardev:line", w->path);
    assert_string_equal(cs_device_option(w->device, text), wanted);
    slcan_of(w)->device->spec.name[0] = '7';
    cs_slcan_model.ops->option(slcan_of(w), "/tmp/a,b", text, sizeof(text));
    assert_string_equal(
        text, "-chardev socket,id=s7ine,path=/tmp/a,,b,reconnect=1 -serial chardev:s7ine");
    cs_slcan_model.ops->option(slcan_of(w), "tcp:127.0.0.1:99", text, sizeof(text));
    assert_non_null(strstr(text, ",host=127.0.0.1,port=99,"));
    expect(w, "O\r", ".");
    cs_device_look(w->device, &status);
    assert_string_equal(status.port[0].bus, "can0");
    assert_true(status.port[0].node >= 0);
    assert_string_equal(status.path, w->path);
}

/* ---- the pseudo-terminal ----------------------------------------------------------------------*/

static const char *to_pty(struct world *w, const char *path)
{
    struct cs_device_status status;

    if (w->fd >= 0)
        close(w->fd);
    cs_device_destroy(w->device);
    start_device(w, path);
    cs_device_look(w->device, &status);
    w->fd = -1;
    return status.path;
}

static void open_line(struct world *w, const char *path)
{
    w->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(w->fd >= 0);
    turn(w);
}

/* The kernel hands bytes on in its own time. */
static void expect_soon(struct world *w, const char *said, const char *answer)
{
    char text[200] = "";

    say(w, said);
    for (unsigned i = 0; i < 2000 && strlen(text) < strlen(answer); i++) {
        strncat(text, heard(w), sizeof(text) - strlen(text) - 1);
        usleep(1000);
    }
    assert_string_equal(text, answer);
}

static void pseudo_terminal(void **state)
{
    struct world *w = *state;
    char path[100];
    struct termios line;
    struct stat status;
    int second;

    snprintf(path, sizeof(path), "%s", to_pty(w, "pty"));
    assert_int_equal(strncmp(path, "/dev/pts/", 9), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    for (unsigned round = 1; round <= 3; round++) {
        assert_false(w->device->connected);
        open_line(w, path);
        assert_true(w->device->connected);
        assert_int_equal(w->device->connections, round);
        assert_int_equal(tcgetattr(w->fd, &line), 0);
        assert_int_equal(line.c_lflag & (ECHO | ICANON | ISIG), 0);
        expect_soon(w, "S6\rO\r", "..");
        expect_soon(w, "t1230\r", "z.");
        run(w, MS);
        assert_int_equal(w->n_got, round);
        /* A second one comes and goes: that is nothing. */
        second = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        turn(w);
        close(second);
        turn(w);
        assert_true(on_bus(w));
        /* What the last one has not read or written to its end is gone with it. */
        peer_sends(w, "7FF#");
        run(w, MS);
        line.c_lflag |= ECHO | ICANON;
        tcsetattr(w->fd, TCSANOW, &line);
        assert_int_equal(write(w->fd, "t12", 3), 3);
        close(w->fd);
        turn(w);
        assert_false(on_bus(w));
    }
    open_line(w, path);
    expect_soon(w, "V\r", "V1013.");
    assert_non_null(strstr(cs_device_option(w->device, (char[CS_DEVICE_OPTION_MAX]){0}),
                           "slcand -o -s6 /dev/pts/"));
}

/* Two that open and close it at once are told as one. */
static void pseudo_terminal_of_two(void **state)
{
    struct world *w = *state;
    char path[100];
    int first, second;

    snprintf(path, sizeof(path), "%s", to_pty(w, "pty"));
    first = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    second = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    turn(w);
    close(first);
    turn(w);
    assert_true(w->device->connected);
    w->fd = second;
    expect_soon(w, "O\r", ".");
    first = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    close(first);
    close(second);
    w->fd = -1;
    turn(w);
    assert_false(w->device->connected);
    assert_false(on_bus(w));
    /* Opened and closed between two looks. */
    first = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_int_equal(write(first, "O\r", 2), 2);
    close(first);
    turn(w);
    assert_false(w->device->connected);
    assert_false(on_bus(w));
}

static int try_pty(struct world *w, const char *path, char why[200])
{
    struct cs_device_spec spec = {.kind = CS_DEVICE_SLCAN,
                                  .model = &cs_slcan_model,
                                  .name = "other",
                                  .bus = {"can0"},
                                  .n_buses = 1};
    const struct cs_link_host host = host_of(w);
    int status = 0;

    snprintf(spec.path, sizeof(spec.path), "%s", path);
    assert_null(cs_device_create(&host, &spec, &status, why, 200));
    return status;
}

static void link_to_it(void **state)
{
    struct world *w = *state;
    char path[120], link[100], target[100], why[200];
    ssize_t n;

    snprintf(link, sizeof(link), "%s/tty", w->folder);
    snprintf(path, sizeof(path), "pty:%s", link);
    /* One that was left behind is taken over. */
    assert_int_equal(symlink("/dev/pts/999999", link), 0);
    assert_string_equal(to_pty(w, path), link);
    n = readlink(link, target, sizeof(target) - 1);
    assert_true(n > 0);
    target[n] = '\0';
    assert_int_equal(strncmp(target, "/dev/pts/", 9), 0);
    open_line(w, link);
    expect_soon(w, "V\r", "V1013.");
    /* One that leads somewhere is not; nor is anything else. */
    assert_int_equal(try_pty(w, path, why), 3);
    assert_non_null(strstr(why, link));
    assert_non_null(strstr(why, "is there already"));
    close(w->fd);
    w->fd = -1;
    cs_device_destroy(w->device);
    assert_int_equal(access(link, F_OK), -1);
    assert_int_equal(symlink("/nowhere", link), 0);
    assert_int_equal(try_pty(w, path, why), 3);
    assert_int_equal(unlink(link), 0);
    snprintf(path, sizeof(path), "pty:%s", w->folder);
    assert_int_equal(try_pty(w, path, why), 3);
    assert_int_equal(try_pty(w, "pty:/nowhere/tty", why), 3);
    assert_non_null(strstr(why, "/nowhere/tty: No such file"));
    start_device(w, w->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        slcan_test(without_acknowledgement),
        slcan_test(bus_off_stays_until_it_is_opened_again),
        slcan_test(wrong_bit_rate),
        slcan_test(lost_arbitration),
        slcan_test(no_states_among_times),
        slcan_test(one_shot),
        slcan_test(nothing_is_lost_on_the_way_to_the_bus),
        slcan_test(a_stuck_bus_does_not_hold_up_commands),
        slcan_test(patience_begins_anew_with_each_frame),
        slcan_test(who_does_not_read_loses_frames),
        slcan_test(overruns_are_told_when_there_is_room),
        slcan_test(garbage),
        slcan_test(power_on_for_the_next),
        slcan_test(gone_while_held_up),
        slcan_test(pulled_out),
        slcan_test(told_how_to_join),
        slcan_test(pseudo_terminal),
        slcan_test(pseudo_terminal_of_two),
        slcan_test(link_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
