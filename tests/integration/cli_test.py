#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim test: which scenarios are run, what comes of each whatever the others do, exit statuses, signals."""

import json
import os
import pty
import signal
import subprocess
import time

from cli_lib import BIN, CANSIM, EXAMPLES, FOLDER, ROOT, cansim, environment, read, run_tests, same, start, stop, test, \
    unplaced, wait_for, write

TROUBLE = os.path.join(os.path.dirname(BIN), "tests", "plugins", "trouble.so")
ECU = {"ecu": {"type": "periodic", "frame": "123#1122", "period": "10ms"}, "listener": {}}
GOOD = {"duration": "100ms", "nodes": ECU, "expect": [{"frame": "123", "count": 10}]}
BAD = {"duration": "100ms", "nodes": ECU, "expect": [{"name": "boots", "frame": "124", "within": "25ms"}]}
SLOW = {"duration": "60s", "speed": 1, "nodes": ECU}


def suite(name, **scenarios):
    """A folder of them, by name; a text is written as it is."""
    for key, value in scenarios.items():
        path = os.path.join(FOLDER, name, key.replace("__", "/") + ".json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, value if isinstance(value, str) else json.dumps(value))
    return name


def trouble(kind):
    return {"duration": "10ms", "nodes": {"t": {"type": "trouble", "kind": kind}, "listener": {}}}


def results(*args, **more):
    """(status, {file: (result, error)}, stderr) by the JSON report."""
    status, out, err = cansim("test", "--report", "json", *args, **more)
    rows = json.loads(out)["scenarios"]
    return status, {row["file"]: (row["result"], row["error"]) for row in rows}, err.decode()


@test
def folders():
    """all *.json of a folder and of those in it by name; hidden ones and what links lead to are left out"""
    suite("f", b=GOOD, a=GOOD, c__z=GOOD, c__y=GOOD, B=GOOD)
    os.mkdir(os.path.join(FOLDER, "f/.hidden"))
    for name in ("f/.hidden/h.json", "f/.h.json", "f/part.jsonc", "f/readme.txt", "f/json"):
        write(name, "none of ours")
    os.symlink("..", os.path.join(FOLDER, "f/c/up"))
    os.symlink("a.json", os.path.join(FOLDER, "f/link.json"))
    listed = ["f/B.json", "f/a.json", "f/b.json", "f/c/y.json", "f/c/z.json", "f/link.json"]
    same(cansim("test", "--list", "f"), (0, "".join(n + "\n" for n in listed).encode(), b""))
    same(cansim("test", "--list", "f///")[1].split(), [n.encode() for n in listed])
    same(cansim("test", "--list", "f/b.json", "f/part.jsonc", "f", "./f/a.json")[1].split(),
         [b"f/b.json", b"f/part.jsonc"] + [n.encode() for n in listed if n != "f/b.json"])
    status, got, err = results("f")
    same((status, list(got), err), (0, listed, ""))


@test
def filters():
    """parts of names, patterns, and what is left out"""
    suite("g", boot=GOOD, boot_2=GOOD, sub__load=GOOD)
    for options, left in ((("-k", "boot"), ["g/boot.json", "g/boot_2.json"]), (("-k", "!boot"), ["g/sub/load.json"]),
                          (("-k", "g/*_?.json"), ["g/boot_2.json"]), (("--filter=sub", "-kboot", "-k!_2"),
                                                                     ["g/boot.json", "g/sub/load.json"])):
        same(cansim("test", "--list", "g", *options), (0, "".join(n + "\n" for n in left).encode(), b""), options)
    same(cansim("test", "g", "-k", "x"), (2, b"", b"cansim: --filter: must leave a scenario, got none of 3\n"))


@test
def usage():
    """what cannot be meant: one sentence, status 2, nothing run"""
    suite("u", a=GOOD)
    os.mkdir(os.path.join(FOLDER, "empty"))
    for args, sentence in (
            (["nix"], "nix: cannot be read: No such file or directory"),
            (["u", "nix"], "nix: cannot be read: No such file or directory"),
            (["empty"], "empty: must have a scenario (*.json) in it or in a folder of it, got none"),
            (["-"], 'test: must be files or folders, got "-"; standard input is for "cansim run"'),
            ([], "test: must have DIR|FILE..., got none"),
            (["u", "-j", "0"], '--jobs: must be 1..256, got "0"'),
            (["u", "-j257"], '--jobs: must be 1..256, got "257"'),
            (["u", "--repeat", "0"], '--repeat: must be 1..100000, got "0"'),
            (["u", "--timeout", "1ms"], '--timeout: must be 10ms..24h, got "1ms"'),
            (["u", "--keep-artifacts", "always"], "--keep-artifacts: goes with --artifacts"),
            (["u", "--report", "junt"], '--report: must be text, tap, junit, json, github or markdown, got "junt", '
                                        'did you mean "junit"?')):
        same(cansim("test", *args), (2, b"", f"cansim: {sentence}\n".encode()), args)
    deep = os.path.join(FOLDER, "deep", *["d"] * 40)
    os.makedirs(deep)
    status, out, err = cansim("test", "deep")
    assert status == 2 and b"at most 32 folders deep" in err, err


@test
def one_folder_each():
    """two scenarios that would keep their logs in one folder are told"""
    suite("same", a=GOOD)
    write("same/a", json.dumps(GOOD))
    same(cansim("test", "same/a.json", "same/a", "--artifacts", "kept"),
         (2, b"", b'cansim: --artifacts: must be a folder for each scenario, got "same/a" for both same/a.json and '
                  b'same/a\n'))
    assert not os.path.exists(os.path.join(FOLDER, "kept"))


@test
def what_comes_of_each():
    """passed, failed, unusable with all that is wrong, crashed, hanging, silent: none reaches another"""
    suite("h", a_good=GOOD, b_bad=BAD, c_unusable='{"nodes": {"a": {"tipe": 1}}, "durration": 1}', d_crash=trouble("crash"),
          e_exit=trouble("exit"), f_close=trouble("close"), g_hang=trouble("hang"), h_print=trouble("print"),
          i_slow=SLOW, j_good=GOOD)
    first = None
    for jobs in ("2", "16"):
        began = time.monotonic()
        status, got, err = results("h", "--plugin", TROUBLE, "--timeout", "300ms", "-j", jobs, timeout=60)
        assert time.monotonic() - began < 30
        same((status, err), (3, ""))
        late = "did not end within the wall time that it has (--timeout)"
        wrong = got.pop("h/c_unusable.json")
        same(wrong[0], "unusable")
        same([unplaced(line) for line in wrong[1].splitlines()],
             ['h/c_unusable.json: /durration: is no known key, did you mean "duration"?',
              'h/c_unusable.json: /nodes/a/tipe: is no known key, did you mean "type"?'])
        same(got, {
            "h/a_good.json": ("passed", ""),
            "h/b_bad.json": ("failed", ""),
            "h/d_crash.json": ("crashed", "the process that ran it ended by signal 11 (Segmentation fault)"),
            "h/e_exit.json": ("crashed", "the process that ran it ended with status 0 and no result"),
            "h/f_close.json": ("crashed", "the process that ran it ended by signal 9 (Killed)"),
            "h/g_hang.json": ("out of time", late),
            "h/h_print.json": ("passed", ""),
            "h/i_slow.json": ("out of time", late),
            "h/j_good.json": ("passed", "")})
        text = cansim("test", "h", "-k!slow", "-k!hang", "--plugin", TROUBLE, "-j", jobs)[1]
        first = first or text
        same(text, first, "the text with -j" + jobs)


@test
def statuses():
    """0 passed, 1 failed, 2 unusable, 3 could not run: the highest of all"""
    suite("s", good=GOOD, bad=BAD, unusable="{", busy=dict(GOOD, link="/proc/none", nodes={"x": {"type": "attached"}}))
    for names, status in (("good", 0), ("good bad", 1), ("bad unusable good", 2), ("busy good bad unusable", 3)):
        same(cansim("test", *[f"s/{name}.json" for name in names.split()])[0], status, names)


@test
def seeds():
    """--repeat runs each with its seed and those that follow, --seed with another one"""
    noise = {"duration": "100ms", "seed": 41, "expect": [{"frame": "any"}], "nodes": {
        "n": {"type": "random", "load": 50, "ids": "000-7FF"}, "l": {}}}
    suite("r", noise=noise)
    rows = json.loads(cansim("test", "r", "--repeat", "3", "--report", "json")[1])["scenarios"]
    same([row["seed"] for row in rows], [41, 42, 43])
    assert len({row["buses"][0]["frames"] for row in rows}) > 1
    text = cansim("test", "r", "--repeat", "2", "--seed", "7", "-j2")[1].decode()
    same([line.split(": ")[1] for line in text.splitlines()[:2]], ["r/noise.json (seed 7)", "r/noise.json (seed 8)"])
    out = cansim("test", "r", "--repeat", "2", "--artifacts", "seeds", "--keep-artifacts", "always")
    same((out[0], sorted(os.listdir(os.path.join(FOLDER, "seeds/r")))), (0, ["noise-seed41", "noise-seed42"]))


@test
def constants():
    """--const is for each; one without that constant is unusable"""
    suite("const", a=dict(GOOD, constants={"n": 10}, expect=[{"frame": "123", "count": "${n}"}]), b=GOOD)
    same(cansim("test", "const/a.json")[0], 0)
    status, got, err = results("const", "--const", "n=11", "-k", "a.json")
    same((status, got["const/a.json"][0], err), (1, "failed", ""))
    status, got, err = results("const", "--const", "n=10")
    same((status, got["const/a.json"][0], got["const/b.json"][0], err), (2, "passed", "unusable", ""))


@test
def fail_fast():
    """the first that fails in their order is the last that is run, whatever runs beside it"""
    suite("x", a=GOOD, b=BAD, c=GOOD, d=SLOW, e=BAD)
    first = None
    for jobs in ("1", "2", "8"):
        began = time.monotonic()
        status, got, err = results("-x", "x", "-j", jobs)
        assert time.monotonic() - began < 20
        same((status, [row[0] for row in got.values()]), (1, ["passed", "failed", "not run", "not run", "not run"]), jobs)
        text = cansim("test", "-x", "x", "-j", jobs)[1]
        first = first or text
        same(text, first)
    assert first.endswith(b"1 passed, 1 failed, 0 could not run, 3 not run in 200ms of bus time\n"), first


@test
def quiet_and_verbose():
    """-q tells what did not pass; -v also what did, and the buses"""
    suite("q", a=GOOD, b=BAD)
    out = cansim("test", "-q", "q")[1].decode()
    assert "a.json" not in out and out.startswith("failed: q/b.json: 1 of 1 expectation failed") and "1 passed" in out, out
    out = cansim("test", "-v", "q/a.json")[1].decode()
    same(out, 'passed: q/a.json: 1 expectation, 100ms of bus time\n  passed: frame "123" 10 times\n'
              '  can0: 10 frames, load 1.2 %, 0 error frames\n'
              '1 passed, 0 failed, 0 could not run in 100ms of bus time\n')


@test
def interrupted():
    """a signal ends it in order, with the reports; what runs is told, and nothing stays behind"""
    suite("i", a=GOOD, b=SLOW, c=SLOW, d=GOOD)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        child = start("test", "-j1", "--report", "json=i.report", "i")
        assert child.stdout.readline().startswith(b"passed: i/a.json")
        time.sleep(0.2)
        status, out, err = stop(child, sign)
        same((status, err), (130, b""), sign)
        assert out.endswith(b"1 passed, 0 failed, 0 could not run, 1 interrupted, 2 not run in" + out.split(b" in")[-1]), out
        report = json.loads(read("i.report"))
        same(report["summary"]["interrupted"], True)
        same([row["result"] for row in report["scenarios"]], ["passed", "interrupted", "not run", "not run"])


@test
def killed():
    """where it is killed, what it has started ends as well"""
    suite("k", a=dict(SLOW, programs={"p": {"command": ["sleep", "1000.125"]}}))
    child = start("test", "k")

    def sleepers():
        return subprocess.run(["pgrep", "-f", "^sleep 1000.125"], capture_output=True, check=False).stdout.split()
    wait_for(sleepers, "the program")
    child.kill()
    child.communicate()
    wait_for(lambda: not sleepers(), "the program's end")


@test
def programs():
    """scenarios with programs run beside one another, each with a host of its own"""
    one = {"duration": "1s", "speed": 1, "nodes": {"ecu": {"type": "periodic", "frame": "123#11", "period": "20ms"}},
           "programs": {"dump": {"command": ["candump", "-n", "3", "can0"]}},
           "expect": [{"program": {"name": "dump", "status": 0}}]}
    suite("p", a=one, b=one, c=one)
    status, got, err = results("p", "-j3")
    same((status, set(got.values()), err), (0, {("passed", "")}, ""))
    same(results("p/a.json", "--fast")[1]["p/a.json"][0], "failed")  # which starts none


@test
def progress():
    """on a terminal the progress is a line that goes away"""
    suite("t", a=SLOW)
    main, side = pty.openpty()
    child = subprocess.Popen([CANSIM, "test", "--timeout", "1s", "t"], env=environment(NO_COLOR="1"), cwd=FOLDER,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=side)
    os.close(side)
    seen = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    child.wait()
    os.close(main)
    assert b"\r0 of 1, 0 not passed, 1 running: t/a.json\x1b[K" in seen, seen
    assert seen.endswith(b"\r\x1b[K"), seen


@test
def same_as_run():
    """the events that are kept are those of a run, with either engine"""
    status, _, err = cansim("test", os.path.join(EXAMPLES, "bus-off.json"), "--artifacts", "arts", "--keep-artifacts",
                            "always", "--engine", "bit")
    same((status, err), (0, b""))
    folder = [path for path, _, names in os.walk(os.path.join(FOLDER, "arts")) if "events.jsonl" in names]
    with open(os.path.join(ROOT, "tests/golden/bus-off.events"), "rb") as golden:
        same(read(os.path.join(folder[0], "events.jsonl")), golden.read())


@test
def examples():
    """every example passes that needs no guest"""
    status, got, err = results(EXAMPLES, "-k", "!guest")
    same((status, {row[0] for row in got.values()}, err), (0, {"passed"}, ""))
    assert len(got) > 30, got


@test
def full_disk():
    """a report that cannot be written: a sentence, status 3"""
    suite("w", a=GOOD)
    same(cansim("test", "w", "--report", "json=/dev/full"),
         (3, b"passed: w/a.json: 1 expectation, 100ms of bus time\n1 passed, 0 failed, 0 could not run in 100ms of bus time\n",
          b"cansim: /dev/full: cannot be written: No space left on device\n"))
    with open("/dev/full", "wb") as full:
        done = subprocess.run([CANSIM, "test", "w"], stdout=full, stderr=subprocess.PIPE, env=environment(), cwd=FOLDER,
                              check=False)
    same((done.returncode, done.stderr), (3, b"cansim: standard output: cannot be written: No space left on device\n"))


run_tests()
