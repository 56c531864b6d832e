#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Logs that gzip, zstd, xz or lz4 have packed are read as they are; .gz and .zst are written, so that the packers and
Wireshark read them, and so that who is killed leaves what it had written."""

import os
import shutil
import signal
import subprocess
import time

from cli_lib import EXAMPLES, FOLDER, Skip, cansim, read, run_tests, same, start, stop, test, wait_for, write

LOG = "".join(f"(1700000{i // 1000:03}.{i % 1000:03}000) can0 {0x100 + i % 60:03X}#{i:08X}\n" for i in range(3000))
PACKERS = (("gzip", "gz"), ("zstd", "zst"), ("xz", "xz"), ("lz4", "lz4"))
DEMO = os.path.join(EXAMPLES, "demo.json")


def run(*command, stdin=b""):
    if not shutil.which(command[0]):
        raise Skip(f"{command[0]} is not there")
    done = subprocess.run(command, cwd=FOLDER, input=stdin, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def pack(program, text):
    status, out, err = run(program, "-c", stdin=text)
    same((status, err), (0, b""), program)
    return out


@test
def they_are_read():
    """whoever packed them, whatever they are called, by each subcommand, and through a pipe"""
    write("plain.log", LOG)
    decoded = cansim("decode", "plain.log")
    for program, suffix in PACKERS:
        name = f"some.{suffix}"
        packed = write(name, pack(program, LOG.encode()))
        same(cansim("convert", name, "back.log"), (0, b"", b""), program)
        same(read("back.log").decode(), LOG, program)
        os.rename(packed, os.path.join(FOLDER, "unsaid"))
        same(cansim("decode", "unsaid"), decoded, program)
        same(cansim("decode", "-", stdin=read("unsaid")), decoded, program)
        same(cansim("diff", "unsaid", "plain.log")[0], 0, program)


@test
def nodes_replay_them():
    write("plain.log", LOG)
    write("r.zst", pack("zstd", LOG.encode()))
    for name in ("plain.log", "r.zst"):
        write("replay.json", '{"nodes": {"r": {"type": "replay", "file": "%s"}, "b": {}}}' % name)
        status, out, err = cansim("run", "--log", f"{name}.out", "--quiet", "replay.json")
        same((status, out, err), (0, b"", b""), name)
    same(read("r.zst.out"), read("plain.log.out"))
    assert read("r.zst.out").count(b"\n") > 2900


@test
def captures_are_read():
    """as Wireshark's own programs pack them"""
    write("plain.log", LOG)
    cansim("convert", "plain.log", "plain.pcapng")
    for program, suffix in PACKERS:
        write(f"x.pcapng.{suffix}", pack(program, read("plain.pcapng")))
        same(cansim("convert", f"x.pcapng.{suffix}", "x.log"), (0, b"", b""), program)
        same(read("x.log").decode(), LOG, program)


@test
def they_are_written():
    """by the suffix, so that the packers know them, and the same each time"""
    write("plain.log", LOG)
    for program, suffix in PACKERS[:2]:
        name = f"out.log.{suffix}"
        same(cansim("convert", "plain.log", name), (0, b"", b""), program)
        same(run(program, "-dc", name)[:2], (0, LOG.encode()), program)
        assert len(read(name)) < len(LOG) / 2, program
        once = read(name)
        time.sleep(1.1)
        cansim("convert", "plain.log", name)
        same(read(name), once, program)
    status, out, err = cansim("convert", "plain.log", "out.txt.gz")
    assert status == 2 and out == b"" and b"out.txt.gz: must have the suffix of a format" in err, err
    same(cansim("convert", "plain.log", "--to", "candump", "out.txt.gz"), (0, b"", b""))
    same(run("gzip", "-dc", "out.txt.gz")[1], LOG.encode())


@test
def wireshark_reads_them():
    write("plain.log", LOG)
    for suffix in ("gz", "zst"):
        same(cansim("convert", "plain.log", f"w.pcapng.{suffix}"), (0, b"", b""))
        status, out, err = run("tshark", "-n", "-r", f"w.pcapng.{suffix}", "-T", "fields", "-e", "can.id")
        same((status, len(out.splitlines())), (0, 3000), err)


@test
def a_run_writes_them():
    """logs, captures and events of a run, whole when it ends"""
    same(cansim("run", DEMO, "--duration", "1s", "--fast", "--log", "r.log", "--events", "r.jsonl", "--pcapng",
                "r.pcapng", "--quiet")[0], 0)
    same(cansim("run", DEMO, "--duration", "1s", "--fast", "--log", "r.log.zst", "--events", "r.jsonl.gz", "--pcapng",
                "r.pcapng.zst", "--quiet")[0], 0)
    same(run("zstd", "-dc", "r.log.zst")[1], read("r.log"))
    same(run("gzip", "-dc", "r.jsonl.gz")[1], read("r.jsonl"))
    same(run("zstd", "-dc", "r.pcapng.zst")[1], read("r.pcapng"))
    same(cansim("diff", "r.jsonl", "r.jsonl.gz")[0], 0)
    same(cansim("diff", "r.log.zst", "r.pcapng.zst", "--time-tolerance", "1us")[0], 0)
    write("cut.jsonl.gz", read("r.jsonl.gz")[:5000])
    same(cansim("diff", "r.jsonl", "cut.jsonl.gz"),
         (2, b"", b"cansim: cut.jsonl.gz: byte 5000: ends before what was packed does\n"))


@test
def who_is_killed_leaves_them():
    """what was written until then can be read, whatever reads it"""
    for program, suffix in PACKERS[:2]:
        name = f"killed.log.{suffix}"
        process = start("run", DEMO, "--log", name, "--quiet")
        path = os.path.join(FOLDER, name)
        wait_for(lambda: os.path.exists(path) and os.path.getsize(path) > 2000, "a part of the log")
        stop(process, signal.SIGKILL)
        partly = run(program, "-dc", name)[1]  # which may leave out the end of what there is
        status, out, err = cansim("convert", name, "--to", "candump", "-")
        same(status, 2)
        assert out.count(b"\n") > 50 and out.startswith(partly) and len(partly) > len(out) / 2, (len(partly), len(out))
        same(err.decode(), f"cansim: {name}: byte {os.path.getsize(path)}: ends before what was packed does\n")


@test
def damage_is_told():
    """with the place, once, with status 2; what is before it is written"""
    for program, suffix in PACKERS:
        packed = pack(program, LOG.encode())
        name = f"bad.{suffix}"
        write(name, packed[:len(packed) // 2])
        status, out, err = cansim("convert", name, "--to", "candump", "-")
        same((status, err.decode()), (2, f"cansim: {name}: byte {len(packed) // 2}: ends before what was packed does\n"))
        assert LOG.encode().startswith(out), program
        write(name, packed[:len(packed) // 2] + bytes(b ^ 0x55 for b in packed[len(packed) // 2:]))
        status, out, err = cansim("decode", name)
        assert status == 2 and err.decode().splitlines()[-1].startswith(f"cansim: {name}:"), err
        write(name, packed[:8] + b"\xff" * 100)
        status, out, err = cansim("convert", name, "--to", "candump", "-")
        assert status == 2 and err.startswith(f"cansim: {name}: ".encode()) and err.count(b"\n") == 1, err
    write("text.gz", pack("gzip", b"this is no log\n" * 10))
    status, out, err = cansim("decode", "text.gz")
    assert status == 2 and b"text.gz: must be a log of a known format" in err, err


@test
def a_bomb_is_only_long():
    """it is read as it is unpacked: memory stays small"""
    command = "yes '(1.0) can0 123#1122334455667788' | head -n 2000000 | zstd -c > bomb.zst"
    same(run("sh", "-c", command), (0, b"", b""))
    assert len(read("bomb.zst")) < 30000, len(read("bomb.zst"))
    process = start("convert", "bomb.zst", "--to", "candump", "-", stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    same(process.returncode, 0)
    if b"__asan_init" not in open(process.args[0], "rb").read():
        assert usage.ru_maxrss < 50000, usage.ru_maxrss


@test
def a_log_is_followed():
    """decode -f: each frame when it comes, until interrupted; an emptied and a replaced file are told"""
    path = write("grow.log", "(1700000000.5) can0 123#11\n")
    out = open(os.path.join(FOLDER, "grow.out"), "wb")
    process = start("decode", "-f", "grow.log", stdout=out)

    def lines():
        return read("grow.out").decode().splitlines()

    wait_for(lambda: len(lines()) == 1, "the first frame")
    with open(path, "a", encoding="ascii") as more:
        more.write("(1700000001.5) can0 124#")
    time.sleep(0.3)
    same(len(lines()), 1, "half a line")
    with open(path, "a", encoding="ascii") as more:
        more.write("22\n")
    wait_for(lambda: len(lines()) == 2, "the second frame")
    write("grow.log", "(1700000002.0) can0 125#33\n")
    wait_for(lambda: len(lines()) == 3, "the frame of the emptied file")
    os.rename(write("next.log", "(1700000003.0) can0 126#44\n"), path)
    wait_for(lambda: len(lines()) == 4, "the frame of the file in its place")
    ticks = open(f"/proc/{process.pid}/stat", encoding="ascii").read().split()[13:15]
    time.sleep(1)
    same(open(f"/proc/{process.pid}/stat", encoding="ascii").read().split()[13:15], ticks, "while nothing comes")
    status, _, err = stop(process, signal.SIGINT)
    out.close()
    same(status, 130)
    same(err.decode().splitlines(), ["cansim: grow.log: was emptied; what comes is read from its start",
                                     "cansim: grow.log: was replaced; the new one is read from its start"])
    same([line.split()[:3] for line in lines()],
         [["1700000000.500000", "can0", "123#11"], ["1700000001.500000", "can0", "124#22"],
          ["1700000002.000000", "can0", "125#33"], ["1700000003.000000", "can0", "126#44"]])
    for arguments in (["-f"], ["-f", "a", "b"], ["-f", "-"]):
        status, _, err = cansim("decode", *arguments)
        assert status == 2 and err.count(b"\n") == 1, err


run_tests()
