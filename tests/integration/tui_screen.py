#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui in a terminal, as a person uses it: views, keys, sizes, and every way out."""

import os
import shutil
import signal
import subprocess
import time

from tui_lib import (DEMO, FOLDER, SANITIZED, TUI, Pty, Skip, Tmux, cpu_seconds, run_tests, test, tui,
                     wait_for)

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)


def clock(screen):
    return next(word for word in screen.split() if word.count(":") == 2)


@test
def views():
    with Tmux(100, 30) as t:
        t.tui(DEMO)
        t.wait("A car and its crane", "can0 500k", "can1 125k", "following", "engine")
        t.keys("2")
        t.wait("per s", "period", "gearbox", "identifiers")
        t.keys("3")
        t.wait("TEC", "REC", "active", "infotainment", "500k")
        t.keys("Tab")
        t.wait("wiring", "no fault so far")
        t.keys("Tab")
        t.wait("no device: QEMU guests")
        t.keys("BTab")
        t.wait("no fault so far")
        t.keys("Tab")
        t.wait("no device: QEMU guests")
        t.keys("BTab")
        t.wait("wiring", "no fault so far")
        t.keys("8")
        t.wait("all  3 nodes", "Heartbeat", "pre-op")
        t.keys("F3")
        t.wait("per s")
        t.keys("1")
        t.wait("following")


@test
def pause_scroll_and_step():
    with Tmux() as t:
        t.tui(DEMO)
        time.sleep(1)
        t.keys("Space")
        paused = t.wait("paused")
        time.sleep(0.5)
        assert clock(t.screen()) == clock(paused)
        t.keys("PgUp")
        back = t.wait("row ", "paused")
        t.keys("Home")
        assert t.wait("row 1 of") != back
        t.keys("End")
        t.wait("following")
        before = clock(t.screen())
        # Two frames may end within one millisecond of the clock.
        wait_for(lambda: t.keys("n") or clock(t.screen()) != before, "a step of one frame")
        t.keys("Space")
        t.wait("×1")
        wait_for(lambda: clock(t.screen())[:9] > before[:9], "time going on")


@test
def paused_by_the_scenario():
    path = os.path.join(FOLDER, "pause.json")
    with open(path, "w", encoding="ascii") as file:
        file.write('{"nodes": {"a": {"type": "periodic", "frame": "123#00", "period": "10ms"}, "b": {}}, "timeline": '
                   '[{"at": "300ms", "pause": "look at the counters"}, {"at": "400ms", "pause": true}]}')
    with Tmux() as t:
        t.tui(path)
        screen = t.wait("paused", "the scenario pauses (space goes on): look at the counters", "0:00:00.300")
        time.sleep(0.3)
        assert clock(t.screen()) == clock(screen)
        t.keys("3")
        t.wait("TEC", "the scenario pauses (space goes on): look at the counters")
        t.keys("n", "n")
        t.wait("0:00:00.310", "the scenario pauses (space goes on): look at the counters")
        t.keys("Space")
        assert "goes on):" not in t.wait("the scenario pauses (space goes on)", "0:00:00.400")
        t.keys("Space")
        screen = t.wait("×1")
        wait_for(lambda: clock(t.screen()) > "0:00:00.600", "time going on")
        assert "pauses" not in t.screen()


@test
def scrolled_rows_stay_while_rows_come():
    with Tmux() as t:
        t.tui(DEMO)
        time.sleep(1)
        t.keys("PgUp")
        t.keys("PgUp")
        t.wait("row ")
        first = t.screen().splitlines()[4:20]
        time.sleep(1)
        second = t.screen().splitlines()
        assert second[4:20] == first
        assert "row " in second[2]


@test
def inject():
    with Tmux(100, 30) as t:
        t.tui("--bus", "can0:500k", "--bus", "can1")
        t.wait("the bus is silent")
        t.keys("i")
        t.wait("Inject a frame", "extended identifier")
        t.type("12#1")
        t.wait("an identifier has 3 hex digits")
        t.keys("Enter")
        t.wait("not sent")
        t.keys("C-u")
        t.type("123#DEADBEEF")
        t.wait("base data frame, dlc 4: 78 bits", "156.0µs at 500k")
        t.keys("Enter")
        t.wait("queued on can0")
        t.keys("Escape")
        # Nobody acknowledges: it is repeated, and the console becomes passive.
        t.wait("console", "ack error")
        t.keys("3")
        t.wait("passive", "128")
        t.keys("i")
        t.keys("C-u")
        t.keys("Up")
        t.wait("123#DEADBEEF")
        t.keys("Tab")
        t.wait("624.0µs at 125k") if "125k" in t.screen() else t.wait("156.0µs at 500k")


@test
def inject_into_the_demo():
    with Tmux() as t:
        t.tui(DEMO)
        t.keys("i")
        t.type("7AB#C0FFEE")
        t.keys("Enter")
        t.wait("queued on can0")
        t.keys("Escape")
        t.keys("/")
        t.type("7ab")
        t.keys("Enter")
        t.wait("console", "7AB", "C0 FF EE")
        t.keys("Escape")
        t.wait("all is shown again")


@test
def help_names_the_keys():
    with Tmux(100, 60) as t:
        t.tui(DEMO)
        t.keys("?")
        t.wait("Help", "send a frame of your own", "keep the newest row in sight", "Esc")
        t.keys("Escape")
        wait_for(lambda: "send a frame of your own" not in t.screen(), "help to close")
        t.keys("2")
        t.keys("?")
        t.wait("order by the next column")


@test
def sizes():
    with Tmux(100, 30) as t:
        t.tui(DEMO)
        t.resize(50, 20)
        t.wait("60x16 needed, this is 50x20")
        t.resize(80, 24)
        t.wait("1 Trace", "quit", "following")
        t.resize(200, 60)
        t.wait("waited", "quit")
        for i in range(60):
            t.resize(40 + 7 * i % 160, 10 + 5 * i % 50)
        t.resize(90, 25)
        t.wait("1 Trace", "quit", "following")


@test
def quit_leaves_the_terminal_as_it_was():
    with Tmux() as t:
        for key, status in (("q", 0), ("C-c", 130), ("F10", 0)):
            before = t.settings()
            t.tui(DEMO)
            assert t.alternate()
            t.keys(key)
            t.wait("READY>")
            assert not t.alternate()
            t.command("echo status $?")
            t.wait(f"status {status}")
            assert t.settings() == before


@test
def signals_leave_the_terminal_as_it_was():
    deadly = [signal.SIGABRT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]
    if not SANITIZED:  # a sanitizer answers these itself
        deadly += [signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL]
    with Tmux() as t:
        t.command("ulimit -c 0")
        before = t.settings()
        for sign in deadly:
            pid = t.tui(DEMO)
            os.kill(pid, sign)
            t.wait("READY>")
            wait_for(lambda: not t.alternate(), "the main screen")
            t.command("echo status $?")
            t.wait(f"status {128 + sign}")
            assert t.settings() == before, sign


@test
def what_was_said_before_death_is_read_after_it():
    compiler = shutil.which("cc")
    if not compiler:
        raise Skip("no compiler")
    source, library = os.path.join(FOLDER, "die.c"), os.path.join(FOLDER, "die.so")
    with open(source, "w", encoding="ascii") as out:
        out.write("#include <assert.h>\n#include <signal.h>\n"
                  "static void die(int sig) { assert(sig == 0 && \"seven geese\"); }\n"
                  "__attribute__((constructor)) static void prepare(void) { signal(SIGUSR1, die); }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
    with Tmux(200, 24) as t:
        t.command("ulimit -c 0; export ASAN_OPTIONS=verify_asan_link_order=0")
        before = t.settings()
        t.command(f"clear; LD_PRELOAD={library} {TUI} "
                  f"--no-link {DEMO}")
        t.wait("1 Trace")
        os.kill(t.child(), signal.SIGUSR1)
        t.wait("seven geese", "READY>")
        assert not t.alternate()
        assert t.settings() == before


@test
def stop_and_continue():
    with Tmux() as t:
        before = t.settings()
        pid = t.tui(DEMO)
        for stop in (lambda: t.keys("C-z"), lambda: os.kill(pid, signal.SIGTSTP)):
            stop()
            t.wait("READY>")
            wait_for(lambda: not t.alternate(), "the main screen")
            assert t.settings() == before
            t.command("fg")
            t.wait("1 Trace", "×1")
        # Stopped without notice: the screen is written anew.
        os.kill(pid, signal.SIGSTOP)
        t.wait("READY>")
        t.type("fg")
        t.keys("C-j")
        t.wait("1 Trace", "following")
        t.keys("q")
        t.wait("READY>")
        assert t.settings() == before


@test
def terminals():
    for term in ("xterm-256color", "xterm", "screen", "linux", "vt100", "vt220"):
        p = Pty("--no-link", DEMO, TERM=term)
        p.read(5, b"quit")
        p.write(b"3")
        p.read(5, b"TEC")
        p.write(b"q")
        assert p.end() == 0, term
        assert b"A car and its crane" in p.output, term


@test
def true_colour():
    """a terminal whose colours are red, green and blue gets them so"""
    folder = os.path.join(FOLDER, "terminfo")
    source = os.path.join(FOLDER, "direct.ti")
    with open(source, "w", encoding="ascii") as file:
        file.write(r"""direct|colours as red green and blue,
    RGB, colors#0x1000000, pairs#0x7fff, initc@, ccc@,
    setaf=\E[%?%p1%{8}%<%t3%p1%d%e38\:2\:\:%p1%{65536}%/%d\:%p1%{256}%/%{255}%&%d\:%p1%{255}%&%d%;m,
    setab=\E[%?%p1%{8}%<%t4%p1%d%e48\:2\:\:%p1%{65536}%/%d\:%p1%{256}%/%{255}%&%d\:%p1%{255}%&%d%;m,
    use=xterm-256color,
""")
    subprocess.run(["tic", "-x", "-o", folder, source], check=True, capture_output=True, timeout=20)
    p = Pty("--no-link", DEMO, TERM="direct", TERMINFO=folder)
    p.read(5, b"quit")
    p.write(b"q")
    assert p.end() == 0
    assert b"38:2::95:215:255" in p.output, p.output[:2000]  # colour 81 of a key in the footer


@test
def ascii_only():
    for args, env in ((["--ascii"], {}), ([], {"LC_ALL": "C"})):
        p = Pty("--no-link", *args, DEMO, **env)
        for key in b"123i1?":
            p.write(bytes([key]))
            p.read(0.3)
        p.write(b"\x03")
        assert p.end() == 130
        assert b"Inject a frame" in p.output
        assert max(p.output) < 128


@test
def no_color():
    p = Pty("--no-link", DEMO, NO_COLOR="1")
    p.read(1.5)
    p.write(b"q")
    assert p.end() == 0
    for colour in (b"\x1b[38;5;", b"\x1b[48;5;", b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"):
        assert colour not in p.output


@test
def unusable_input_is_told_before_the_screen():
    broken = os.path.join(FOLDER, "broken.json")
    with open(broken, "w", encoding="ascii") as out:
        out.write('{"buses": {"can0": {"bitrate": "fast"}}}')
    for args, status, words in (
            (["--nothing"], 2, "--nothing"),
            (["--speed", "0"], 2, "0.001..1000"),
            (["missing.json"], 2, "missing.json"),
            ([broken], 2, "/buses/can0/bitrate"),
            (["--log", "/nowhere/file", DEMO], 3, "/nowhere/file"),
            (["--bus", "can0", DEMO], 2, "--bus"),
            (["--log", "-", DEMO], 2, "--log")):
        p = Pty("--no-link", *args)
        assert p.end() == status, (args, p.output)
        text = p.output.decode()
        assert words in text and text.startswith("cansim-tui: "), text
        assert "\x1b" not in text and text.count("\n") == 1, text


@test
def no_terminal():
    status, out, err = tui(DEMO)
    assert status == 2 and out == "" and "expected a terminal" in err, err
    p = Pty("--no-link", DEMO, TERM="nonesuch")
    assert p.end() == 2
    assert b"TERM: expected a terminal that terminfo knows" in p.output and b"\x1b" not in p.output


@test
def full_disk_ends_with_a_sentence():
    with Tmux() as t:
        before = t.settings()
        t.command(f"{TUI} --no-link "
                  f"--log /dev/full {DEMO}; echo status $?")
        screen = t.wait("status 3", seconds=20)
        assert "cansim-tui: " in screen and "/dev/full" in screen, screen
        assert t.settings() == before


@test
def the_link_is_served():
    with Tmux() as t:
        t.tui(link=True)
        t.wait("0 clients")
        assert os.path.exists(os.path.join(FOLDER, "run", "cansim", "default.sock"))
        other = Pty()
        assert other.end() == 3, other.output
        t.keys("q")
        t.wait("READY>")
        assert not os.path.exists(os.path.join(FOLDER, "run", "cansim", "default.sock"))


@test
def idle_takes_no_cpu():
    if SANITIZED:
        raise Skip("built with sanitizers")
    p = Pty("--no-link")
    try:
        p.read(1)
        begun = cpu_seconds(p.pid)
        p.read(3)
        used = cpu_seconds(p.pid) - begun
        assert used <= 0.05, used
    finally:
        p.write(b"q")
        assert p.end() == 0


@test
def full_load_takes_little_cpu():
    if SANITIZED:
        raise Skip("built with sanitizers")
    scenario = os.path.join(FOLDER, "load.json")
    with open(scenario, "w", encoding="ascii") as out:
        out.write('{"buses": {"can0": {"bitrate": "1M"}}, "nodes": {'
                  '"talker": {"bus": "can0", "type": "random", "load": 100}, "ear": {"bus": "can0"}}}')
    p = Pty("--no-link", scenario, size=(120, 40))
    try:
        p.read(2)
        begun, bytes_begun = cpu_seconds(p.pid), len(p.output)
        p.read(3)
        used, sent = cpu_seconds(p.pid) - begun, len(p.output) - bytes_begun
        print(f"# 1 Mbit/s at full load: {used / 3 * 100:.0f} % of a core, {sent // 3} bytes/s")
        assert used < 1.5, used
        p.write(b"\x1b[5~")
        p.read(5, b"row ")
    finally:
        p.write(b"q")
        assert p.end() == 0
    assert b"100.0%" in p.output or b"99." in p.output or b"98." in p.output


@test
def a_terminal_that_takes_nothing_does_not_stop_the_bus():
    log = os.path.join(FOLDER, "stalled.log")
    p = Pty("--no-link", "--log", log, DEMO, size=(200, 60))
    try:
        wait_for(lambda: os.path.exists(log) and os.path.getsize(log) > 0, "the log")
        time.sleep(1)
        first = os.path.getsize(log)
        wait_for(lambda: os.path.getsize(log) > first, "the log to grow")
        time.sleep(1)
        # And when it takes again, it shows the present.
        p.read(1)
        assert b"0:00:0" in p.output
    finally:
        p.write(b"q")
        assert p.end() == 0


@test
def a_terminal_that_goes_away_ends_the_program():
    p = Pty("--no-link", DEMO)
    p.read(5, b"quit")
    os.close(p.fd)
    deadline = time.monotonic() + 10
    while True:
        pid, status = os.waitpid(p.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            os.kill(p.pid, signal.SIGKILL)
            os.waitpid(p.pid, 0)
            raise AssertionError("still there")
        time.sleep(0.05)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP


@test
def dump():
    one = tui("--dump", "text", "--at", "5s", "--size", "100x30", DEMO)
    assert one == tui("--dump", "text", "--at", "5s", "--size", "100x30", DEMO)
    assert one[0] == 0 and one[2] == "" and "0:00:05.000" in one[1] and "engine" in one[1]
    assert len(one[1].splitlines()) == 30
    status, out, _ = tui("--dump=text", "--at=5s", "--view=nodes", "--keys=i123#<Enter>", DEMO)
    assert status == 0 and "TEC" in out and "base data frame" in out
    status, out, _ = tui("--dump=svg", "--at=1s", DEMO)
    assert status == 0 and out.startswith("<svg") and out.endswith("</svg>\n")
    status, out, err = tui("--dump=text", "--at=1s", "missing.json")
    assert status == 2 and out == "" and "missing.json" in err


@test
def screenshots():
    """--screenshot writes a file by its ending; settings and what is wrong with them"""
    for name in ("a.svg", "a.png", "a.txt"):
        path = os.path.join(FOLDER, name)
        same = ("--screenshot", path, "--at", "1s", "--size", "100x30", "--keys", ":panes rows<Enter>", DEMO)
        assert tui(*same) == (0, "", "")
        with open(path, "rb") as file:
            first = file.read()
        assert tui(*same, "--theme", "light")[0] == 0
        with open(path, "rb") as file:
            assert (file.read() == first) == name.endswith("txt"), name
    assert tui("--screenshot", "a.gif", DEMO)[0] == 2
    status, _, err = tui("--screenshot", "/nix/a.svg", "--at", "1ms", DEMO)
    assert status == 3 and "/nix/a.svg: cannot be created" in err, err
    config = os.path.join(FOLDER, "own.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write("panes = columns\nviews = nodes ids\n")
    status, out, _ = tui("--config", config, "--dump", "text", "--size", "120x30", DEMO)
    assert status == 0 and " Nodes " in out.splitlines()[3] and " Identifiers " in out.splitlines()[3], out
    with open(config, "w", encoding="utf-8") as file:
        file.write("pains = columns\n")
    status, out, err = tui("--config", config, DEMO)
    assert status == 2 and f"{config}:1: setting: must be" in err, err


@test
def remembers():
    """views and panes of the last time; --no-config; the mouse; a picture by a key"""
    state = os.path.join(FOLDER, "remembered")
    with Tmux(120, 40, XDG_STATE_HOME=state) as t:
        t.command(f"{TUI} --no-link {DEMO}")
        t.wait("1 Trace")
        t.keys("|", "|", "3")
        t.wait("─ Nodes", "TEC")
        t.keys("F12")
        t.wait("this screen is in cansim-1.svg")
        t.keys("q")
        t.wait("READY>")
        t.command(f"clear; {TUI} --no-link {DEMO}")
        t.wait("─ Nodes", "TEC", " Identifiers ")
        t.keys("q")
        t.wait("READY>")
        t.command(f"clear; TERM=xterm-256color {TUI} --no-config --no-link {DEMO}")
        t.wait("1 Trace")
        assert "retry" not in t.screen()
        # A press of the mouse on the tab of the nodes, as xterm tells it (SGR).
        line = next(i for i, row in enumerate(t.screen().splitlines()) if "3 Nodes" in row)
        column = t.screen().splitlines()[line].index("3 Nodes") + 1
        t.run("send-keys", "-l", f"\x1b[<0;{column};{line + 1}M")
        t.wait("TEC", "retry")
        t.keys("q")
        t.wait("READY>")
    with open(os.path.join(FOLDER, "cansim-1.svg"), encoding="utf-8") as file:
        assert "TEC" in file.read()


if __name__ == "__main__":
    run_tests()
