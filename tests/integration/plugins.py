#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Plugins from outside the tree: the example of the documentation builds against what is installed, is found and
decodes; what is wrong or broken is refused with a sentence."""

import json
import os
import shutil
import subprocess
import tempfile
import time

from cli_lib import FOLDER, ROOT, cansim, environment, read, run_tests, same, start, stop, test, write

BUILD = os.environ.get("CANSIM_BUILD", os.path.join(ROOT, "build"))
STAGE = os.path.join(FOLDER, "stage")
FOUND = os.path.join(STAGE, "usr/lib/cansim/plugins")
INSTALLED = os.path.join(STAGE, "usr/bin/cansim")
LOG = ("(1.000000) can0 100#01\n(1.010000) can0 100#02\n(1.020000) can0 100#05\n(1.030000) can0 100#05\n"
       "(1.500000) can1 201#00\n")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


def installed(*arguments, **more):
    done = run(INSTALLED, *arguments, env=environment(**more), cwd=FOLDER)
    return done.returncode, done.stdout, done.stderr


def built(name, text):
    """A shared object of that source."""
    source, target = write(name + ".c", text), os.path.join(FOLDER, name + ".so")
    done = run("cc", "-shared", "-fPIC", f"-I{STAGE}/usr/include/cansim", "-o", target, source)
    assert done.returncode == 0, done.stderr
    return target


@test
def builds():
    """the example builds with its own Makefile against the installed header, and is installed"""
    done = run("make", "-C", ROOT, "--no-print-directory", "install", f"O={BUILD}", f"DESTDIR={STAGE}", "PREFIX=/usr")
    assert done.returncode == 0, done.stderr
    assert os.listdir(FOUND) == [], "there is a plugin already"
    example = os.path.join(FOLDER, "example")
    shutil.copytree(os.path.join(STAGE, "usr/share/doc/cansim/example-plugin"), example)
    env = dict(os.environ, PKG_CONFIG_PATH=f"{STAGE}/usr/lib/pkgconfig", PKG_CONFIG_SYSROOT_DIR=STAGE)
    env.pop("MAKEFLAGS", None)
    done = run("make", "-C", example, "CFLAGS=-O2 -Werror -Wpedantic", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy(os.path.join(example, "alive.so"), os.path.join(FOLDER, "alive.so"))
    folder = run("pkg-config", "--variable=plugindir", "cansim-plugin", env=env).stdout.strip()
    same(folder.removeprefix(STAGE), "/usr/lib/cansim/plugins", "plugindir")


@test
def found():
    """a plugin is found in the folder beside the program, in CANSIM_PLUGIN_PATH and by --plugin"""
    row = "decoder  alive        1.0        Alive counter of one message"
    shutil.copy(os.path.join(FOLDER, "alive.so"), FOUND)
    status, out, err = installed("plugins")
    same((status, row in out, err), (0, True, ""))
    os.remove(os.path.join(FOUND, "alive.so"))
    same(row in installed("plugins")[1], False)
    os.makedirs(os.path.join(FOLDER, "more"), exist_ok=True)
    shutil.copy(os.path.join(FOLDER, "alive.so"), os.path.join(FOLDER, "more"))
    same(row in installed("plugins", CANSIM_PLUGIN_PATH=f"/nowhere:{FOLDER}/more")[1], True)
    same(row in installed("plugins", "--plugin", "alive.so")[1], True)
    listed = json.loads(installed("plugins", "--json", "--plugin", "alive.so")[1])
    same([(x["kind"], x["path"]) for x in listed if x["name"] == "alive"],
         [("decoder", "alive.so"), ("node", "alive.so")])
    status, out, err = installed("plugins", "--plugin", "alive.so", "alive")
    assert "  skip N " in out and "  period TIME " in out, out


@test
def decodes():
    """the example's decoder: summary, severity, what time tells, links, fields, its view of the bus"""
    write("alive.log", LOG)
    status, out, err = installed("decode", "--plugin", "alive.so", "--as", "alive", "alive.log")
    same((status, err), (0, ""))
    same(out.splitlines(), [
        "   1.000000  can0  100#01                     alive    1",
        "   1.010000  can0  100#02                     alive    2",
        "   1.020000  can0  100#05                     alive    5 after 2: 2 missing",
        "   1.030000  can0  100#05                     alive    5 again: the sender stands still",
        "   1.130000  can0  -                          alive    0x100 is missing for 100 ms",
        "   1.500000  can1  201#00"])
    status, out, err = installed("decode", "--plugin", "alive.so", "--as", "alive", "--json", "alive.log")
    lines = [json.loads(line) for line in out.splitlines()]
    same(lines[2], {"number": 3, "time": "1.020000000000", "bus": "can0", "frame": "100#05", "decoder": "alive",
                    "protocol": "alive", "severity": "error", "summary": "5 after 2: 2 missing",
                    "links": [{"kind": "continues", "number": 2}],
                    "events": [{"name": "alive.skipped", "subject": -1, "value": 2}],
                    "fields": [{"name": "counter", "label": "Counter", "value": 5, "text": "unexpected",
                                "bits": [0, 4]}]})
    same((lines[4]["number"], lines[4]["frame"], lines[4]["time"]), (None, None, "1.130000000000"))
    status, out, err = installed("decode", "--plugin", "alive.so", "--as", "alive", "--network", "--only",
                                 "alive.skipped", "alive.log")
    same(out.count("\n"), 15)
    assert "\ncan0, alive:\n  Identifier: 0x100\n  Frames: 4\n  Skipped: 2\n" in out, out


@test
def settings():
    """settings reach the decoder; what is wrong with them is told before anything is decoded"""
    write("alive.log", LOG)
    decode = ("decode", "--plugin", "alive.so", "--as", "alive")
    status, out, err = installed(*decode, "--set", "id=0x201", "alive.log")
    same((status, "can1  201#00                     alive    0" in out), (0, True))
    for wish, sentence in (("idd=1", "cansim: idd: is not known, did you mean \"id\"?\n"),
                           ("period=soon", "cansim: alive: period: must be a time such as \"10ms\", got \"soon\"\n"),
                           ("byte=9", "cansim: alive: byte: must be 0..7, got \"9\"\n"),
                           ("byte", "cansim: --set: must be KEY=VALUE, got \"byte\"\n")):
        same(installed(*decode, "--set", wish, "alive.log"), (2, "", sentence), wish)


@test
def logs():
    """logs that are no logs, that end in rubbish, that go on in another file, that come through a pipe"""
    decode = ("decode", "--plugin", "alive.so", "--as", "alive")
    write("bad.log", "(1.0) can0 100#01\n(1.1) can0 100#0\n")
    status, out, err = installed(*decode, "bad.log")
    same((status, out.count("\n"), err.startswith("cansim: bad.log:2: ")), (2, 1, True), err)
    write("none.log", "hello\n")
    same(installed(*decode, "none.log"),
         (2, "", "cansim: none.log: must be a log of a known format (candump, pcap, pcapng), is none of them\n"))
    write("a.log", "(1700000000.0) can0 100#01\n")
    write("b.log", "(1700000001.0) can0 100#02\n(1700000001.1) can0 20000004#0000000000000000\n")
    write("far.log", "(1800000001.0) can0 100#02\n")
    same(installed(*decode, "a.log", "nowhere.log"),
         (2, "", "cansim: nowhere.log: cannot be read: No such file or directory\n"))
    same(installed(*decode, "--only", "ALIVE", "--set", "period=2s", "a.log", "b.log"),
         (0, "1700000000.000000  can0  100#01                     alive    1\n"
          "1700000001.000000  can0  100#02                     alive    2\n",
          "cansim: 1 error frame of the log left out\n"))
    same(installed(*decode, "a.log", "far.log")[2], "cansim: far.log: must be within 100 days of the first file\n")
    same(installed(*decode), (2, "", "cansim: decode: must have FILE... or --link ADDR, got none\n"))
    process = start("decode", "--plugin", "alive.so", "--as", "alive", "-", stdin=subprocess.PIPE)
    process.stdin.write(b"(1.0) can0 100#01\n")
    process.stdin.flush()
    assert b"alive    1" in process.stdout.readline(), "a line comes when its frame came"
    process.stdin.close()
    process.stdin = None
    same(stop_when_done(process), (0, b"", b""))


@test
def node():
    """the example's node runs in a scenario and does what the timeline tells it"""
    write("node.json", json.dumps({
        "duration": "200ms", "plugins": ["alive.so"],
        "nodes": {"sender": {"type": "alive", "id": 0x123}, "other": {}},
        "timeline": [{"at": "55ms", "node": "sender", "command": "skip 2"}]}))
    status, out, err = installed("run", "-q", "--log", "node.log", "node.json")
    same((status, err), (0, ""))
    status, out, err = installed("decode", "--plugin", "alive.so", "--as", "alive", "--set", "id=0x123", "--only",
                                 "error", "node.log")
    same((status, out.count("2 missing"), out.count("\n")), (0, 1, 1), out)


@test
def page():
    """the decoder's page is in the terminal interface, and one without pages does no harm"""
    write("page.json", json.dumps({
        "duration": "5s", "plugins": ["alive.so"],
        "nodes": {"sender": {"type": "alive"}, "other": {}},
        "timeline": [{"at": "55ms", "node": "sender", "command": "skip 2"},
                     {"at": "100ms", "node": "sender", "command": "freeze"}]}))
    done = run(os.path.join(STAGE, "usr/bin/cansim-tui"), "--plugin", "alive.so", "--dump", "text", "--view", "network",
               "--at", "1s", "page.json", env=environment(), cwd=FOLDER)
    same((done.returncode, done.stderr), (0, ""))
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["Message", "State", "Counter", "Age", "Frames", "Skipped", "Repeated"] in lines, done.stdout
    row = [line for line in lines if line[:2] == ["100", "alive"]]
    assert len(row) == 1 and row[0][5] == "2" and int(row[0][6]) > 80, done.stdout
    assert "alive Alive · can0" in done.stdout, done.stdout
    old = built("old", """#include <cansim_plugin.h>
        static int open(void **state, const struct cansim_host *host, const struct cansim_setting *settings, size_t n,
                        char *why, size_t why_size) { *state = 0; return 0; }
        static void close(void *state) {}
        static int frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink) { return 0; }
        static const struct cansim_decoder decoder = {
            .size = offsetof(struct cansim_decoder, pages), .name = "old", .title = "of before there were pages",
            .open = open, .close = close, .frame = frame, .pages = (void *)1, .actor = (const char *)1};
        static const struct cansim_setting_row rows[] = {{"file", CANSIM_SET_FILE, true, 0, 0, "needed"}, {0}};
        static const struct cansim_page *const pages[] = {0};
        static const struct cansim_decoder needy = {
            .size = sizeof(needy), .name = "needy", .title = "with a setting that must be there", .settings = rows,
            .open = open, .close = close, .frame = frame, .pages = pages};
        static const struct cansim_decoder *const decoders[] = {&decoder, &needy, 0};
        CANSIM_PLUGIN_EXPORT const struct cansim_plugin cansim_plugin = {
            .magic = CANSIM_PLUGIN_MAGIC, .abi = CANSIM_PLUGIN_ABI, .size = sizeof(cansim_plugin), .name = "old",
            .version = "1", .about = "old", .license = "MIT", .decoders = decoders};""")
    done = run(os.path.join(STAGE, "usr/bin/cansim-tui"), "--plugin", old, "--dump", "text", "--view", "network",
               env=environment(), cwd=FOLDER)
    same((done.returncode, done.stderr, "canopen Network" in done.stdout), (0, "", True), done.stdout)


@test
def live():
    """decode --link listens to a running host"""
    write("live.json", json.dumps({
        "plugins": ["alive.so"], "nodes": {"sender": {"type": "alive"}, "other": {}}}))
    link = os.path.join(FOLDER, "run", "live.sock")
    host = start("run", "-q", "--link", link, "live.json")
    try:
        for _ in range(200):
            if os.path.exists(link):
                break
            time.sleep(0.05)
        reader = start("decode", "--link", link, "--plugin", "alive.so", "--as", "alive")
        lines = [reader.stdout.readline() for _ in range(5)]
        assert all(b"can0  100#" in line and b"alive" in line for line in lines), lines
        status, _, err = stop(reader)
        same((status, err), (130, b""))
        reader = start("decode", "--link", link, "--plugin", "alive.so", "--bus", "can7")
        same(stop_when_done(reader), (2, b"", b"cansim: --bus: must be a bus of the host, got \"can7\"\n"))
        reader = start("decode", "--link", link, "--plugin", "alive.so", "--json")
        reader.stdout.readline()
        reader.stdout.close()
        same(reader.wait(10), 0, "its reader closed")
        reader.stderr.close()
    finally:
        stop(host)
    same(cansim("decode", "--plugin", "alive.so", "--link", link)[0], 3, "nobody there")


@test
def smallest():
    """the least decoder of docs/plugins.md builds and decodes"""
    with open(os.path.join(ROOT, "docs", "plugins.md"), encoding="utf-8") as file:
        text = file.read()
    built("speed", text.split("```c\n")[1].split("```")[0])
    write("speed.log", "(1.0) can0 123#0102\n(1.0) can0 124#0102\n")
    same(installed("decode", "-v", "--plugin", "speed.so", "--as", "speed", "speed.log"),
         (0, "   1.000000  can0  123#0102                   speed    of the engine\n"
          "                    Speed: 513\n   1.000000  can0  124#0102\n", ""))


def stop_when_done(process):
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


PLUGIN = """
#include <cansim_plugin.h>
static int open_it(void **s, const struct cansim_host *h, const struct cansim_setting *x, size_t n, char *w, size_t z)
{ (void)s; (void)h; (void)x; (void)n; (void)w; (void)z; return 0; }
static void close_it(void *s) { (void)s; }
static int frame_it(void *s, const struct cansim_frame *f, struct cansim_sink *k) { (void)s; (void)f; (void)k; return 0; }
static const struct cansim_decoder decoder = {.size = sizeof(decoder), .name = NAME, .title = "A test", .open = open_it,
    .close = close_it, .frame = FRAME};
static const struct cansim_decoder *const decoders[] = {&decoder, 0};
CANSIM_PLUGIN_EXPORT const struct cansim_plugin cansim_plugin = {.magic = CANSIM_PLUGIN_MAGIC + MAGIC,
    .abi = CANSIM_PLUGIN_ABI + ABI, .size = SIZE, .name = "test", .version = "1", .about = "a", .license = "MIT",
    .decoders = DECODERS};
"""


def variant(name, **what):
    text = {"NAME": '"test"', "FRAME": "frame_it", "MAGIC": "0", "ABI": "0", "SIZE": "sizeof(cansim_plugin)",
            "DECODERS": "decoders"}
    text.update(what)
    return built(name, "".join(f"#define {k} {v}\n" for k, v in text.items()) + PLUGIN)


def refused(name, part):
    """In a folder the rest goes on without it; named by --plugin it is an error. Both with the same sentence."""
    path = os.path.join(FOLDER, name)
    status, out, err = installed("plugins", "--plugin", path)
    same((status, out, err.count("\n"), err.startswith(f"cansim: {path}: ")), (2, "", 1, True), err)
    assert part in err, err
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        if os.path.isfile(path):
            shutil.copy(path, folder)
            status, out, err = installed("plugins", CANSIM_PLUGIN_PATH=folder)
            same((status, "candump" in out), (0, True), err)
            assert part in err, err


@test
def broken():
    """what is no plugin, or a broken one, is refused with a sentence"""
    variant("good")
    same(installed("plugins", "--plugin", "good.so")[0], 0)
    with open(os.path.join(FOLDER, "good.so"), "rb") as file:
        whole = file.read()
    write("text.so", "not at all\n")
    refused("text.so", "is no plugin of cansim: it is no shared object")
    write("empty.so", "")
    refused("empty.so", "it is no shared object")
    write("short.so", whole[:200])
    refused("short.so", "it is part of a shared object, the rest is missing")
    write("half.so", whole[:len(whole) // 2])
    refused("half.so", "it is part of a shared object, the rest is missing")
    write("32bit.so", whole[:4] + b"\x01" + whole[5:])
    refused("32bit.so", "it is no shared object")
    os.makedirs(os.path.join(FOLDER, "folder.so"), exist_ok=True)
    refused("folder.so", "it is no shared object")
    refused("nowhere.so", "cannot be read: No such file or directory")
    os.mkfifo(os.path.join(FOLDER, "fifo.so"))
    status, _, err = installed("plugins", "--plugin", "fifo.so")
    same((status, "it is no shared object" in err), (2, True), err)


@test
def wrong():
    """what does not keep to the interface is refused with a sentence, before anything of it is called"""
    built("nosymbol", "int cansim_plugins;\n")
    refused("nosymbol.so", "is no plugin of cansim: it does not export \"cansim_plugin\"")
    built("undefined", "extern int not_there(void);\nint cansim_plugin(void) { return not_there(); }\n")
    refused("undefined.so", "cannot be loaded: ")
    for name, part, what in (
            ("magic", "its magic number is 0x4E504E44, not 0x4E504E43", {"MAGIC": "1"}),
            ("abi", "was made for version 2 of the interface, this cansim has 1: build it anew", {"ABI": "1"}),
            ("size", "its struct cansim_plugin is 16 bytes, at least ", {"SIZE": "16"}),
            ("callback", "its decoder \"test\" must have frame, which is NULL", {"FRAME": "0"}),
            ("name", "a decoder of it must have a name of 1..31 lower-case letters", {"NAME": "\"Te st\""}),
            ("null", "a decoder of it must have a name", {"NAME": "0"}),
            ("none", "must have a decoder, a node or a format, has none", {"DECODERS": "0"})):
        variant(name, **what)
        refused(name + ".so", part)


@test
def clash():
    """a name that is taken is refused; the same file twice is once"""
    variant("first")
    variant("second")
    status, _, err = installed("plugins", "--plugin", "first.so", "--plugin", "second.so")
    same((status, err), (2, "cansim: second.so: its decoder \"test\" must have another name, that is taken\n"))
    same(installed("plugins", "--plugin", "first.so", "--plugin", "./first.so")[0], 0)


run_tests()
