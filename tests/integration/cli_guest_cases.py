#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""More of guests with a script in QEMU's place: each way in, files, consoles, ends, and the command on a terminal.

The common course is in cli_guest.py; real guests are in tests/guest."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

from cli_lib import CANSIM, FOLDER, cansim, environment, read, run_tests, same, start, stop, test, unplaced, wait_for, write

QEMU = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_qemu")
RUN = os.path.join(FOLDER, "run")
LINK = os.path.join(FOLDER, "l.sock")
ALL = "vfio-user-pci usb-redir qemu-xhci kvaser_pci"
STOCK = "usb-redir qemu-xhci kvaser_pci"

os.environ.update(FAKE_DIR=FOLDER, FAKE_HAS=STOCK, FAKE_MODE="shell", CANSIM_QEMU=QEMU)
write("kernel", "no kernel at all")


def guest(script, name="g", **more):
    """A guest of a scenario."""
    return dict({"args": ["-name", name], "qemu": QEMU, "script": script}, **more)


def scenario(guests, **more):
    return write("s.json", json.dumps(dict({"guests": guests}, **more)))


def run(script, mode="shell", has=STOCK, options=(), top=None, **more):
    """A scenario with one guest, run to its end: (status, standard error)."""
    os.environ.update(FAKE_MODE=mode, FAKE_HAS=has)
    scenario({"g": guest(script, **more)}, **(top or {}))
    status, out, err = cansim("run", "--quiet", *options, "s.json")
    same(out, b"", "standard output")
    same(os.listdir(RUN), [], "left in the folder of sockets")
    return status, err.decode()


def words(name="g"):
    return read(name + ".words").decode().splitlines()


def after(list_of_words, option):
    """The values of an option."""
    return [b for a, b in zip(list_of_words, list_of_words[1:]) if a == option]


def pid_of(name="g"):
    """The fake QEMU's, as soon as it runs."""
    path = os.path.join(FOLDER, name + ".pid")
    return int(wait_for(lambda: os.path.exists(path) and read(name + ".pid"), "QEMU's start"))


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def started(mode, via="usb", script=({"wait": "never said"},), **more):
    """A run in the background, and its QEMU's pid."""
    os.environ.update(FAKE_MODE=mode, FAKE_HAS=STOCK)
    if os.path.exists(os.path.join(FOLDER, "g.pid")):
        os.unlink(os.path.join(FOLDER, "g.pid"))
    scenario({"g": guest(list(script), via=via, **more)})
    host = start("run", "--quiet", "s.json")
    return host, pid_of()


# ---- which way in ---------------------------------------------------------------------------------


@test
def chosen():
    """the best way in that this QEMU has is taken"""
    for has, expected in ((ALL, "vfio-user"), (STOCK, "usb"), ("kvaser_pci", "shim"), ("usb-redir kvaser_pci", "shim")):
        os.environ["FAKE_HAS"] = has
        status, out, err = cansim("guest", "probe")
        same((status, err), (0, b""))
        same(out.decode().splitlines()[-1], "takes " + expected, has)
        same(out.decode().splitlines()[0], QEMU + ", version 7")


@test
def nothing_to_choose():
    """a QEMU without any way in, or without the one that is asked for, is told of"""
    status, err = run([], has="")
    same((status, err), (3, f'cansim: guest "g": {QEMU} has no way in: neither vfio-user-pci, nor usb-redir, nor '
                            "kvaser_pci\n"))
    for via, lacks in (("vfio-user", "no device vfio-user-pci, which comes with QEMU 10.1"),
                       ("usb", "no devices usb-redir and qemu-xhci"), ("shim", "no device kvaser_pci")):
        same(run([], has="", via=via), (3, f'cansim: guest "g": {QEMU} has {lacks}\n'), via)


@test
def no_qemu():
    """without QEMU the package is named"""
    scenario({"g": {"image": "debian", "qemu": "/nonexistent/qemu"}})
    status, _, err = cansim("run", "--quiet", "s.json")
    same((status, err), (3, b'cansim: guest "g": /nonexistent/qemu cannot be started; install QEMU (Debian: '
                            b"qemu-system-x86), or name another program\n"))
    same(os.listdir(RUN), [])


@test
def each_way():
    """each way in has its words, and a socket in a private folder"""
    shape = {
        "vfio-user": r'{"driver":"vfio-user-pci",.*"path":"(/.*/g\.vfu)"}}',
        "usb": r"socket,id=g,path=(/.*/g\.usb)",
        "slcan": r"socket,id=g.*,path=(/.*/g\.slcan)",
    }
    for via, pattern in shape.items():
        status, err = run([{"wait": "guest: ready"}], has=ALL, via=via)
        same((status, err), (0, ""), via)
        found = [m for m in (re.search(pattern, w) for w in words()) if m]
        assert len(found) == 1, (via, words())
        folder = os.path.dirname(found[0].group(1))
        same(os.path.dirname(folder), RUN, via)
    same(run([{"wait": "guest: ready"}], has=ALL, via="none"), (0, ""))
    assert not any("path=" in word for word in words()), words()


@test
def private():
    """the folder of the sockets is its owner's alone"""
    host, _ = started("shell")
    folder, = os.listdir(RUN)
    same(os.stat(os.path.join(RUN, folder)).st_mode & 0o7777, 0o700)
    same(stop(host)[0], 130)
    same(os.listdir(RUN), [])


@test
def shim():
    """through the shim the guest's programs are on the bus under its name"""
    status, err = run([{"wait": "guest: ready"}, {"run": "cansend can0 123#11"}, {"pause": "200ms"}], via="shim",
                      top={"nodes": {"l": {}}}, options=("--events", "ev"))
    same((status, err), (0, ""))
    events = [json.loads(line) for line in read("ev").splitlines()]
    frames = [(e["node"], e["frame"]) for e in events if e["event"] == "frame"]
    same([frame for _, frame in frames], ["123#11"])
    assert frames[0][0].startswith("g"), frames
    same(after(words(), "-object"), ["can-bus,id=canbus0", "can-host-socketcan,id=canhost0,if=can0,canbus=canbus0"])


@test
def asked_once():
    """several guests with one QEMU: it is asked once"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    write("questions", "")
    scenario({n: guest([{"wait": "ready"}], n) for n in "abc"})
    same(cansim("run", "--quiet", "s.json"), (0, b"", b""))
    same(read("questions").count(b"version\n"), 1)
    for name in "abc":
        assert name + "-hc" in str(words(name)), words(name)


@test
def odd_names():
    """names that QEMU or a folder would take for something else are no harm"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    for name in ("a/b", "a,b'c", "../x", 'q"q', "-v", "ä", "x" * 40):
        scenario({name: guest([{"wait": "ready"}])})
        same(cansim("run", "--quiet", "s.json"), (0, b"", b""), name)
        path, = [w.split("path=")[1] for w in words() if "path=" in w]
        assert re.fullmatch(re.escape(RUN) + r"/cansim-guest-[^/]+/[A-Za-z0-9_.-]+\.usb", path), path
        same(os.listdir(RUN), [], name)


# ---- scripts --------------------------------------------------------------------------------------


@test
def script():
    """a script is followed: texts, commands, their status and what they say, actions, a pause and an end"""
    steps = [{"wait": "guest: ready", "within": "5s"}, {"type": "echo typed"}, {"wait": "typed"},
             {"run": "echo one; (exit 4)", "status": 4, "expect": "one"}, {"do": {"note": "now"}},
             {"run": "n=x$n; test $n = xxx", "repeat": True}, {"do": {"send": "100#01", "node": "s"}},
             {"pause": "50ms"}, {"end": True}]
    status, err = run(steps, top={"nodes": {"s": {}, "l": {}}}, options=("--events", "ev"), console="con.log")
    same((status, err), (0, ""))
    events = [json.loads(line) for line in read("ev").splitlines()]
    same([e.get("text") for e in events if e["event"] == "note"], ["now"])
    same([e["frame"] for e in events if e["event"] == "frame"], ["100#01"])
    console = read("con.log").decode()
    assert console.startswith("guest: ready\ntyped\n") and "\none\n" in console, console


@test
def script_fails():
    """a step that does not come true ends the run with status 1, its place, and what the console said last"""
    rows = [
        ("shell", [{"wait": "guest: ready"}, {"wait": "login", "within": "200ms"}],
         r's.json: /guests/g/script/1/wait: waited 200ms for "login"; its console ends with "guest: ready\|"'),
        ("shell", [{"run": "echo hm; false"}],
         r's.json: /guests/g/script/0/run: "echo hm; false" must end with status 0, got 1; its console ends with ".*hm.*"'),
        ("shell", [{"run": "echo hm", "expect": "ha"}],
         r's.json: /guests/g/script/0/run: "echo hm" must say "ha", and does not; its console ends with ".*"'),
        ("echo", [{"run": "true secret", "expect": "secret"}],
         r's.json: /guests/g/script/0/run: "true secret" must say "secret", and does not; .*'),
        ("crash", [{"wait": "login"}],
         r's.json: /guests/g/script/0/wait: QEMU ended with status 3 before this step was through; its console ends '
         r'with "Kernel panic - not syncing\|"'),
        ("mute", [{"run": "true", "within": "300ms"}], r's.json: /guests/g/script/0/run: waited 300ms for "true"; .*'),
        ("crash", [], r's.json: /guests/g: QEMU ended with status 3; its console ends with "Kernel panic .*"'),
    ]
    for mode, steps, expected in rows:
        status, err = run(steps, mode)
        same(status, 1, err)
        assert re.fullmatch("cansim: " + expected + "\n", err), (expected, err)


@test
def status_of_qemu():
    """QEMU's exit status is never lost"""
    for _ in range(25):
        status, err = run([], "crash")
        assert status == 1 and "/guests/g: QEMU ended with status 3;" in err, (status, err)


@test
def too_short():
    """a duration that is over before the script is through fails it"""
    status, err = run([{"wait": "ready"}, {"wait": "never"}], top={"duration": "300ms"})
    same((status, err), (1, "cansim: s.json: /guests/g/script/1: the run ended before this step was through\n"))


@test
def paced():
    """bus time keeps pace with the clock where there is a guest, however it joins"""
    for via in ("none", "usb", "shim"):
        before = time.monotonic()
        status, err = run([{"wait": "ready"}, {"pause": "500ms"}], via=via, options=("--events", "ev"),
                          top={"nodes": {"s": {"type": "periodic", "frame": "001#", "period": "10ms"}, "l": {}}})
        took = time.monotonic() - before
        same((status, err), (0, ""), via)
        frames = read("ev").count(b'"event":"frame"')
        assert 40 <= frames <= took * 100 + 2, (via, frames, took)


@test
def without_script():
    """a guest without a script runs as long as the others have something to do; alone, as long as it likes"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    # Slow machines: both QEMUs are there long before the second is over.
    scenario({"g": guest([{"wait": "ready"}, {"pause": "1s"}]), "h": guest([], "h")})
    same(cansim("run", "--quiet", "s.json", timeout=15), (0, b"", b""))
    assert not runs(pid_of("h")), "the other guest is left"
    host, _ = started("shell", script=())
    same(host.poll(), None)
    same(stop(host)[0], 130)


@test
def fast():
    """with --fast there are no guests, and QEMU is not asked"""
    scenario({"g": {"image": "debian", "qemu": "/nonexistent/qemu"}})
    same(cansim("run", "--fast", "--quiet", "s.json"), (0, b"", b""))


# ---- the console ----------------------------------------------------------------------------------


@test
def flood():
    """a guest that never stops talking neither hangs the host nor makes it grow"""
    host, pid = started("flood", console="/dev/null")
    status = f"/proc/{host.pid}/status"
    time.sleep(1)
    with open(status, encoding="ascii") as file:
        kib = int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
    before = time.monotonic()
    same(stop(host, signal.SIGINT)[0], 130)
    assert time.monotonic() - before < 3, "ended late"
    assert kib < 40000, f"{kib} KiB"
    assert not runs(pid)


@test
def console_is_its_own():
    """a console's file is never one that is read, a log, or another guest's"""
    def refused(guests, expected, *options):
        path = scenario(guests)
        kept = read("s.json")
        status, out, err = cansim("run", "--quiet", *options, path)
        same((status, out), (2, b""), err)
        assert err.decode().endswith(expected + "\n"), err
        same(read("s.json"), kept)
    own = "must be a file of its own, got "
    os.symlink("s.json", os.path.join(FOLDER, "link"))
    refused({"g": guest([], console="s.json")}, f'/guests/g/console: {own}"s.json", which the scenario is read from')
    refused({"g": guest([], console="link")}, f'{own}"link", which the scenario is read from')
    refused({"g": guest([], console="kernel", kernel="kernel")}, f'{own}"kernel", which a guest is started from')
    refused({"g": guest([], console="ev2")}, f'{own}"ev2", which is a log of the run', "--events", "ev2")
    refused({"g": guest([], console="c"), "h": guest([], "h", console="c")},
            f'/guests/h/console: {own}"c", which is another guest\'s')
    same(read("kernel"), b"no kernel at all")
    assert not os.path.exists(os.path.join(FOLDER, "c"))


@test
def console_trouble():
    """a console's file that cannot be written is told of"""
    same(run([], console="/nonexistent/c"), (3, "cansim: /nonexistent/c: cannot be written: No such file or directory\n"))
    os.mkfifo(os.path.join(FOLDER, "fifo"))
    same(run([], console="fifo"), (3, "cansim: fifo: cannot be written: No such device or address\n"))
    status, err = run([{"wait": "never"}], console="/dev/full")
    same((status, err), (3, "cansim: /dev/full: cannot be written: No space left on device\n"))


# ---- what is expected of them ---------------------------------------------------------------------


def expects(expect, guests, mode="shell", options=(), **more):
    """A run with expectations of guests: (status, standard error)."""
    os.environ.update(FAKE_MODE=mode, FAKE_HAS=STOCK)
    scenario(guests, expect=expect, **more)
    status, out, err = cansim("run", "--quiet", *options, "s.json")
    same(out, b"", "standard output")
    return status, err.decode()


def about(name, **more):
    return {"program": dict({"name": name}, **more)}


@test
def console_expected():
    """lines of each guest's console are what is expected, or are not"""
    guests = {n: guest([{"wait": "ready"}, {"run": f"printf 'it is {n}\\r\\n'"}, {"run": "printf 'no newline'"}], n) for n in "ab"}
    same(expects([about("a", output="guest: ready"), about("a", output="it is a"), about("b", output="*is b"),
                  about("a", output="*is b", never=True)], guests), (0, ""))
    status, err = expects([about("a", output="it is b"), about("b", output="it is ?", never=True), about("b", output="it is*", never=True)],
                          guests)
    same(status, 1, err)
    assert 'guest "a" prints "it is b"' in err and 'guest "b" never prints "it is*"' in err, err
    assert '"it is b"\n' in err and "it is ?" not in err, err
    status, err = expects([about("a", output="it is a")], guests, options=["--fast"])
    same(status, 1)
    assert "it printed nothing" in err, err


@test
def console_decides():
    """the run ends with what a console says, at its time; a program is expected beside it"""
    guests = {"g": guest([{"wait": "ready"}, {"run": "sleep 0.3; echo panic"}, {"wait": "never said"}])}
    status, err = expects([dict(about("g", output="panic", never=True), stop=True)], guests, options=["--report", "json=r.json"])
    same(status, 1, err)
    report = json.loads(read("r.json"))
    assert 'guest \\"g\\" never prints \\"panic\\"' in read("r.json").decode(), report
    status, err = expects([about("p", output="hi"), about("g", output="panic")], guests, end="decided", options=["--events", "ev"],
                          programs={"p": {"command": ["echo", "hi"], "attach": False}},
                          nodes={"s": {"type": "periodic", "frame": "001#", "period": "10ms"}, "l": {}})
    same(status, 1, err)  # the script was not through
    assert "/guests/g/script/2: the run ended before this step was through" in err, err
    assert 3e11 < json.loads(read("ev").splitlines()[-1])["at_ps"] < 2e13


@test
def status_expected():
    """how QEMU ends is what is expected: then it is no failure; the run lasts until it has"""
    same(expects([about("g", status=3), about("g", output="Kernel panic*")], {"g": guest([])}, mode="crash"), (0, ""))
    status, err = expects([about("g", status=0)], {"g": guest([])}, mode="crash")
    same(status, 1)
    assert 'guest "g" ends with status 0' in err and "status 3" in err and "/guests/g: QEMU" not in err, err
    status, err = expects([about("g", output="*")], {"g": guest([])}, mode="crash")
    same(status, 1)
    assert "/guests/g: QEMU ended with status 3" in err, err
    status, err = expects([about("g", status=3)], {"g": guest([{"wait": "login"}])}, mode="crash")
    same(status, 1)
    assert "/guests/g/script/0/wait: QEMU ended with status 3 before this step was through" in err, err
    off = [{"wait": "ready"}, {"type": "sleep 0.5; printf bye; exit 7"}]
    same(expects([about("g", status=7), about("g", output="bye")], {"g": guest(off)}), (0, ""))
    status, err = expects([about("g", output="bye")], {"g": guest(off)})
    same(status, 1, err)  # it is not waited for
    same(expects([about("g", status=143)], {"g": guest([{"wait": "ready"}, {"end": True}])}), (0, ""))
    before = time.monotonic()
    status, err = expects([about("g", status=0)], {"g": guest([{"wait": "ready"}])}, duration="500ms")
    same(status, 1)
    assert "it has not ended" in err and time.monotonic() - before < 5, err


@test
def expected_and_recorded():
    """a recording expects nothing of guests"""
    same(expects([about("g", output="guest: ready"), {"attached": "s"}], {"g": guest([{"wait": "ready"}])}, nodes={"s": {}},
                 options=["--record", "rec.json"]), (0, ""))
    same(json.loads(read("rec.json"))["expect"], [{"attached": "s"}])
    same(cansim("run", "--quiet", "rec.json"), (0, b"", b""))


@test
def unknown_guest():
    """whose output is expected must be there"""
    status, err = expects([about("h", output="x")], {"g": guest([])})
    same((status, unplaced(err)), (2, "cansim: s.json: /expect/0/program/name: must be a program or a guest of this scenario, got \"h\"\n"))


# ---- files ----------------------------------------------------------------------------------------


@test
def files():
    """a guest's files are found beside the scenario, and must be there"""
    os.makedirs(os.path.join(FOLDER, "sub"), exist_ok=True)
    for name in ("k", "i", "d,x.img"):
        write("sub/" + name, "")
    write("sub/s.json", json.dumps({"guests": {"g": guest([{"wait": "ready"}], kernel="k", initrd="i", disk="d,x.img")}}))
    same(cansim("run", "--quiet", os.path.join(FOLDER, "sub", "s.json")), (0, b"", b""))
    same(after(words(), "-kernel"), [os.path.join(FOLDER, "sub", "k")])
    same(after(words(), "-initrd"), [os.path.join(FOLDER, "sub", "i")])
    same(after(words(), "-drive"), [f"file={FOLDER}/sub/d,,x.img,if=virtio"])
    for key in ("kernel", "initrd", "disk"):
        status, err = run([], **{key: "missing"})
        same((status, unplaced(err)), (2, f"cansim: s.json: /guests/g/{key}: missing: cannot be read: No such file or directory\n"))
    status, _, err = cansim("guest", "run", "--kernel", "missing")
    same((status, err), (2, b"cansim: --kernel: missing: cannot be read: No such file or directory\n"))


# ---- the end --------------------------------------------------------------------------------------


@test
def interrupted():
    """a signal ends the run and QEMU with it, also one that does not want to"""
    for via in ("usb", "shim", "slcan", "none"):
        for sign in (signal.SIGINT, signal.SIGTERM):
            host, pid = started("shell", via)
            same(stop(host, sign), (130, b"", b""), via)
            assert not runs(pid), via
            same(os.listdir(RUN), [], via)
    host, pid = started("deaf")
    before = time.monotonic()
    same(stop(host, signal.SIGINT)[0], 130)
    assert 2 < time.monotonic() - before < 6
    assert not runs(pid)
    same(os.listdir(RUN), [])


@test
def killed():
    """when the host is killed QEMU dies as well"""
    for via in ("usb", "shim"):
        host, pid = started("deaf", via)
        assert runs(pid)
        stop(host, signal.SIGKILL)
        wait_for(lambda: not runs(pid), "QEMU's end, via " + via, 5)
        for folder in os.listdir(RUN):  # nobody was left to do so
            for name in os.listdir(os.path.join(RUN, folder)):
                os.unlink(os.path.join(RUN, folder, name))
            os.rmdir(os.path.join(RUN, folder))


@test
def several_deaf():
    """guests that do not want to end have the same seconds, not one after the other"""
    os.environ.update(FAKE_MODE="deaf", FAKE_HAS=STOCK)
    scenario({n: guest([{"wait": "ready"}], n) for n in "abcd"})
    before = time.monotonic()
    same(cansim("run", "--quiet", "s.json"), (0, b"", b""))
    assert time.monotonic() - before < 8, time.monotonic() - before


# ---- the command ----------------------------------------------------------------------------------


@test
def printed():
    """guest run --print: a host and QEMU's command that find each other, and nothing is left open"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=ALL)
    for via in ("vfio-user", "usb", "shim"):
        status, out, err = cansim("guest", "run", "--print", "--kernel", "kernel", "--as", "ecu", "--via", via,
                                  "--bus", "can0:250k", "--", "-name", "g", "it's")
        same((status, err), (0, b""), via)
        assert not any("guest" in name for name in os.listdir(RUN)), os.listdir(RUN)
        done = subprocess.run(["/bin/sh", "-c", "cansim() { " + CANSIM + ' "$@" --duration 3s; }\n'
                               + out.decode().replace("&\n", "& sleep 1; (echo cat; sleep 1) |\n", 1) + "\nwait"],
                              env=environment(), cwd=FOLDER, capture_output=True, timeout=30, check=False)
        assert b"guest: ready" in done.stdout, (out, done.stdout, done.stderr)
        same(words()[-1], "it's")
        if via != "shim":
            assert "./ecu." in str(words()), words()
            assert "=./ecu." in out.decode().splitlines()[0], out


@test
def piped():
    """guest run: what is piped in is typed, and the run ends with QEMU, whose console comes out"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    status, out, err = cansim("guest", "run", "--quiet", "--kernel", "kernel", "--link", LINK, "--", "-name", "g",
                              stdin=b"echo hello\nexit 0\n")
    same((status, err), (0, b""))
    same(out, b"guest: ready\nhello\n")
    status, out, err = cansim("guest", "run", "--quiet", "--kernel", "kernel", "--link", LINK, stdin=b"exit 5\n")
    same(status, 1)
    assert b"guest guest: QEMU ended with status 5" in err, err


@test
def joined():
    """guest run: others join its buses"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    host = start("guest", "run", "--quiet", "--kernel", "kernel", "--link", LINK, "--log", "log", "--", "-name", "g",
                 stdin=subprocess.PIPE)
    try:
        wait_for(lambda: os.path.exists(LINK), "the link")
        attach = [os.path.join(os.path.dirname(CANSIM), "cansim-attach"), "--link", LINK, "--"]
        listener = subprocess.Popen(attach + ["candump", "-n", "1", "can0"], cwd=FOLDER, stdout=subprocess.PIPE)
        time.sleep(0.5)
        subprocess.run(attach + ["cansend", "can0", "321#AA"], cwd=FOLDER, timeout=10, check=True)
        assert b"321" in listener.communicate(timeout=10)[0]
    finally:
        same(stop(host, signal.SIGINT)[0], 130)
    assert b"321#AA" in read("log")


@test
def terminal():
    """guest run on a terminal: keys reach the guest as they are, Ctrl-A X ends it, and the terminal is as before"""
    os.environ.update(FAKE_MODE="shell", FAKE_HAS=STOCK)
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execve("/bin/sh", ["sh", "-c", f"stty -a >before; {CANSIM} guest run --kernel kernel --link {LINK} -- -name "
                              "g; echo status $?; stty -a >after"], environment())
    said = b""

    def until(text, seconds=10):
        nonlocal said
        end = time.monotonic() + seconds
        while text not in said:
            assert time.monotonic() < end, (text, said)
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    said += os.read(fd, 4096)
                except OSError:
                    break
        assert text in said, (text, said)
    try:
        until(b"guest: ready")
        os.write(fd, b"echo a\x01\x01b; trap 'echo caught' INT\n")
        until(b"a\x01b")
        os.write(fd, b"echo [\x03]\n")
        until(b"[\x03]")
        os.write(fd, b"\x01x")
        until(b"status 0")
        wait_for(lambda: os.path.exists(os.path.join(FOLDER, "after")) and read("after"), "the end")
        same(read("after"), read("before"))
        assert not runs(pid_of())
    finally:
        os.kill(pid, signal.SIGHUP)
        os.close(fd)
        os.waitpid(pid, 0)


@test
def bad_command_line():
    """what is wrong with the command line is said in one sentence, with status 2"""
    rows = [
        (["guest"], "guest: must have "), (["guest", "fly"], 'guest: must be run, build or probe, got "fly"'),
        (["guest", "run", "--via", "pci"], "--via: must be auto, vfio-user, usb, shim, slcan or none"),
        (["guest", "run", "--memory", "0"], "--memory: must be 1..1048576"),
        (["guest", "run", "--as", "a b"], "--as: must be a name of 1..40 bytes"),
        (["guest", "run", "--as", "x" * 41], "--as: must be a name of 1..40 bytes"),
        (["guest", "run", *(f"--bus=b{i}" for i in range(5))], "--bus: must be at most 4 for a guest, got 5"),
        (["guest", "run", "--", *"x" * 33], "guest run: must have at most 32 words for QEMU, got 33"),
        (["guest", "probe", "x"], 'guest probe: must have no operand, got "x" as well'),
        (["guest", "build", "x", "y"], 'guest build: must have one folder, got "y" as well'),
        (["guest", "run", "--kernel", "kernel", "--model", "none-such"], 'guest "guest": the model must be '),
    ]
    for arguments, expected in rows:
        status, out, err = cansim(*arguments)
        same((status, out), (2, b""), arguments)
        assert err.decode().startswith("cansim: " + expected) and err.count(b"\n") == 1, (arguments, err)


run_tests()
