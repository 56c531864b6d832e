#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim convert: from one format of logs to another and back; captures beside tshark and editcap."""

import json
import os
import random
import re
import shutil
import struct
import subprocess

from cli_lib import FOLDER, ROOT, Skip, cansim, read, run_tests, same, start, stop, test, wait_for, write

GOLDEN = os.path.join(ROOT, "tests", "golden")
ALL = ("(1700000000.000001) can0 123#DEAD\n"
       "(1700000000.000002) vcan-long.name0 12345678#0102030405060708\n"
       "(1700000000.000002) can0 7FF#R\n"
       "(1700000000.100000) can0 1FFFFFFF#R8\n"
       "(1700000000.200000) can0 20000088#0000040A00000800\n"
       "(1700000000.300000) can0 000#\n"
       "(1700000000.250000) can1 001##0\n"
       "(1700000000.400000) can0 002##3" + "5A" * 64 + "\n"
       "(1700000001.999999) can0 003#0102030405060708_C\n")


def tshark(path, *fields, program="tshark"):
    if not shutil.which(program):
        raise Skip(f"{program} is not there")
    command = [program, "-n", "-r", path, "-T", "fields"] + [word for field in fields for word in ("-e", field)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


@test
def there_and_back():
    """candump to pcapng and back is the same bytes, whatever is in it, in order or not"""
    write("all.log", ALL)
    same(cansim("convert", "all.log", "all.pcapng"), (0, b"", b""))
    same(cansim("convert", "all.pcapng", "back.log"), (0, b"", b""))
    same(read("back.log").decode(), ALL)
    for name in ("boot", "fd-mixed", "canopen-io"):
        same(cansim("convert", os.path.join(GOLDEN, name + ".log"), "x.pcapng"), (0, b"", b""))
        same(cansim("convert", "x.pcapng", "x.log"), (0, b"", b""))
        with open(os.path.join(GOLDEN, name + ".log"), "rb") as file:
            same(read("x.log"), file.read(), name)


@test
def standard_streams():
    """- is standard input and output, of which --to tells the format"""
    status, capture, err = cansim("convert", "-", "-", "--to", "pcapng", stdin=ALL.encode())
    same((status, err, capture[:4]), (0, b"", b"\n\r\r\n"))
    same(cansim("convert", "--from", "pcapng", "--to", "candump", "-", "-", stdin=capture), (0, ALL.encode(), b""))


@test
def live():
    """what comes through a pipe leaves at once"""
    process = start("convert", "-", "live.pcapng", stdin=subprocess.PIPE)
    process.stdin.write(b"(1.5) can0 123#11\n")
    process.stdin.flush()
    wait_for(lambda: len(read("live.pcapng")) > 100 if os.path.exists(os.path.join(FOLDER, "live.pcapng")) else False,
             "the frame in the capture")
    process.kill()
    process.communicate()
    same(cansim("convert", "live.pcapng", "live.log"), (0, b"", b""))
    same(read("live.log"), b"(0000000001.500000) can0 123#11\n")


@test
def buses_and_merging():
    """--bus leaves out the others; several logs become one by time"""
    same(cansim("convert", "--bus", "can1", "--to", "candump", write("all.log", ALL), "-")[1].count(b"\n"), 1)
    write("a.log", "(10.1) a 001#\n(10.3) a 002#\n(10.5) a 003#\n")
    write("b.log", "(10.2) b 011#\n(10.3) b 012#\n(10.4) b 013#\n")
    cansim("convert", "b.log", "b.pcapng")
    out = cansim("convert", "--to", "candump", "a.log", "b.pcapng", "-")[1].decode()
    same(re.findall(r" (...)#", out), ["001", "011", "002", "012", "013", "003"])


@test
def what_is_lost_is_told():
    write("fine.log", "(1.0000001) can0 001#\n(1.0000012345) can0 002#\n(1.000002) can0 003#\n")
    same(cansim("convert", "fine.log", "fine.pcapng"),
         (0, b"", b"cansim: pcapng cannot carry all: times cut to nanoseconds (1 of 3 frames)\n"))
    same(cansim("convert", "fine.pcapng", "x.log"),
         (0, b"", b"cansim: candump cannot carry all: times cut to microseconds (2 of 3 frames)\n"))


@test
def refused():
    """one sentence, exit status 2, and no file"""
    write("ok.log", ALL)
    write("bad.log", "(1.0) can0 123\n")
    write("half.log", "(1.0) can0 123#\n(1.0) can0 12x\n")
    for arguments, sentence in (
            (["ok.log"], 'convert: must have IN and OUT, got "ok.log" alone'),
            ([], "convert: must have IN and OUT, got none"),
            (["ok.log", "new.xyz"], "new.xyz: must have the suffix of a format, or --to must name one of candump, "),
            (["ok.log", "-"], "-: must have the suffix of a format, or --to must name one of candump, "),
            (["--to", "nix", "ok.log", "new"], "--to: must be one of candump, pcap, pcapng"),
            (["--from", "nix", "ok.log", "new.log"], "--from: must be one of candump, pcap, pcapng"),
            (["gone.log", "new.log"], "gone.log: cannot be read: No such file or directory"),
            (["bad.log", "new.log"], "bad.log:1: "),
            (["--from", "pcapng", "ok.log", "new.log"],
             "ok.log:byte 0: must be a section's header, got a block of type 808923432"),
            (["ok.log", "ok.log"], "ok.log: must not be a file that is read"),
            (["-", "-", "new.log"], "convert: must have standard input once, got it 2 times")):
        status, out, err = cansim("convert", *arguments)
        same((status, out), (2, b""), arguments)
        assert err.decode().startswith("cansim: " + sentence) and err.count(b"\n") == 1, err
        assert not [name for name in os.listdir(FOLDER) if name.startswith("new")], arguments
    same(read("ok.log").decode(), ALL)
    same(cansim("convert", "half.log", "kept.log")[0], 2)
    same(read("kept.log"), b"(0000000001.000000) can0 123#\n")
    same(cansim("convert", "ok.log", "/dev/full", "--to", "pcapng"),
         (3, b"", b"cansim: /dev/full: cannot be written: No space left on device\n"))


@test
def ours_read_by_tshark():
    """frames, interfaces and times as tshark understands our captures"""
    write("all.log", ALL)
    cansim("convert", "all.log", "all.pcapng")
    rows = tshark("all.pcapng", "frame.interface_name", "frame.time_epoch", "can.id", "can.flags.xtd", "can.flags.rtr",
                  "can.flags.err", "can.len", "data.data", "canfd.flags.brs", "_ws.malformed")
    same(len(rows), 9)
    same([row[0] for row in rows[:3]], ["can0", "vcan-long.name0", "can0"])
    same(rows[0][1:4], ["1700000000.000001000", str(0x123), "0"])
    same(rows[0][6:8], ["2", "dead"])
    same(rows[1][2:4], [str(0x12345678), "1"])
    same([row[4] for row in rows[1:4]], ["0", "1", "1"])
    same(rows[3][6], "8")
    same(rows[4][5], "1")
    same((rows[7][6], rows[7][7], rows[7][8]), ("64", "5a" * 64, "1"))
    assert not [row for row in rows if row[-1] and "AUTOSAR" not in row[-1]], rows  # a guess at 000# that fails
    classes = tshark("all.pcapng", "can.err.buserror", "can.err.prot", "can.err.prot.type.stuff", "can.err.prot.location")
    same(classes[4], ["1", "1", "1", "10"])


@test
def theirs_read_by_us():
    """a capture that editcap wrote anew, from ours and from the older form, is read the same"""
    if not shutil.which("editcap"):
        raise Skip("editcap is not there")
    write("all.log", ALL)
    cansim("convert", "all.log", "all.pcapng")
    with open(os.path.join(FOLDER, "old.pcap"), "wb") as to:
        to.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 227))
        for i in range(3):
            to.write(struct.pack("<IIII", 1700000000, i, 16, 16) + struct.pack(">IBxxx8s", 0x100 + i, 1, b"\xAA"))
    for source, target in (("all.pcapng", "again.pcapng"), ("old.pcap", "new.pcapng")):
        subprocess.run(["editcap", "-F", "pcapng", source, target], cwd=FOLDER, check=True, capture_output=True)
    same(cansim("convert", "--to", "candump", "again.pcapng", "-"), (0, ALL.encode(), b""))
    status, out, err = cansim("convert", "--to", "candump", "new.pcapng", "-")
    same((status, err), (0, b""))
    same(re.sub(rb" \S+ ", b" - ", out), b"".join(b"(1700000000.%06d) - 10%d#AA\n" % (i, i) for i in range(3)))
    subprocess.run(["tshark", "-r", "all.pcapng", "-w", "third.pcapng"], cwd=FOLDER, check=True, capture_output=True)
    same(cansim("convert", "--to", "candump", "third.pcapng", "-"), (0, ALL.encode(), b""))


ONE = "".join(line + "\n" for line in ALL.splitlines() if " can0 " in line)


@test
def older_captures_of_ours():
    """pcap: there and back the same bytes; tshark reads it; what it cannot carry is told"""
    write("one.log", ONE)
    same(cansim("convert", "one.log", "one.pcap"), (0, b"", b""))
    same(cansim("convert", "one.pcap", "back.log"), (0, b"", b""))
    same(read("back.log").decode(), ONE)
    rows = tshark("one.pcap", "frame.time_epoch", "can.id", "can.flags.rtr", "can.flags.err", "can.len", "data.data")
    same(len(rows), 7)
    same(rows[0], ["1700000000.000001000", str(0x123), "0", "0", "2", "dead"])
    same([row[3] for row in rows], ["0", "0", "0", "1", "0", "", "0"])
    same((rows[5][4], rows[5][5]), ("64", "5a" * 64))
    if shutil.which("capinfos"):
        told = subprocess.run(["capinfos", "-tTEc", "one.pcap"], cwd=FOLDER, check=True, capture_output=True, text=True)
        same(told.stdout.splitlines()[1].split("\t"), ["one.pcap", "nsecpcap", "socketcan", "7"])
    write("all.log", ALL)
    same(cansim("convert", "all.log", "all.pcap"),
         (0, b"", b"cansim: pcap cannot carry all: names of buses left out (2 of 9 frames)\n"))
    write("fine.log", "(1.0000000001) can0 001#\n")
    same(cansim("convert", "fine.log", "fine.pcap"),
         (0, b"", b"cansim: pcap cannot carry all: times cut to nanoseconds (1 of 1 frames)\n"))
    write("far.log", "(4294967296.0) can0 001#\n")
    status, _, err = cansim("convert", "far.log", "far.pcap")
    assert status == 0 and b"frames left out, of times before 1970 or beyond 2106 (1 of 1 frames)" in err, err


@test
def older_captures_of_theirs():
    """pcap as editcap and tcpdump write it: of micro- and nanoseconds, both byte orders, cooked ones"""
    write("one.log", ONE)
    cansim("convert", "one.log", "one.pcapng")
    if shutil.which("editcap"):
        for form in ("pcap", "nsecpcap"):
            subprocess.run(["editcap", "-F", form, "one.pcapng", "theirs.pcap"], cwd=FOLDER, check=True,
                           capture_output=True)
            same(cansim("convert", "--to", "candump", "theirs.pcap", "-"), (0, ONE.encode(), b""), form)
    for order, magic, unit in (("<", 0xA1B2C3D4, 1), (">", 0xA1B2C3D4, 1), ("<", 0xA1B23C4D, 1000), (">", 0xA1B23C4D, 1000)):
        can = struct.pack(">IBxxx8s", 0x123, 2, b"\xAA\xBB")
        for link, head, mine in ((227, b"", can), (227 | 0xF4000000, b"", can),
                                 (113, struct.pack(">HHH8sH", 0, 280, 0, b"", 0x0C),
                                  struct.pack(order + "IBxxx8s", 0x123, 2, b"\xAA\xBB"))):
            packets = b"".join(struct.pack(order + "IIII", 5 + i, 7 * unit, len(head + mine), len(head + mine)) + head + mine
                               for i in range(2))
            write("hand.pcap", struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link) + packets)
            same(cansim("convert", "--to", "candump", "hand.pcap", "-"),
                 (0, b"(0000000005.000007) can0 123#AABB\n(0000000006.000007) can0 123#AABB\n", b""), (order, magic, link))
    cansim("convert", "one.log", "one.pcap")
    same(cansim("diff", "one.log", "one.pcap")[0], 0)
    write("replay.json", '{"nodes": {"r": {"type": "replay", "file": "hand.pcap"}, "b": {}}}')
    status, out, err = cansim("run", "--log", "-", "replay.json")
    assert status == 0 and out.count(b" can0 123#AABB\n") == 2, (out, err)


@test
def damaged_older_captures():
    """what of a pcap is no capture of CAN is left out, or refused with its place"""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 227)
    can = struct.pack(">IBxxx8s", 0x123, 2, b"\xAA\xBB")

    def packet(data, captured=None, fraction=0):
        return struct.pack("<IIII", 1, fraction, len(data) if captured is None else captured, len(data)) + data

    good = packet(can)
    cut = struct.pack("<IIII", 1, 0, 9, 16) + can[:9]
    wrong = packet(can[:4] + b"\x09" + can[5:])
    write("odd.pcap", head + good + cut + packet(can[:3]) + wrong + packet(can + bytes(300)) + good)
    same(cansim("convert", "--to", "candump", "odd.pcap", "-"),
         (0, b"(0000000001.000000) can0 123#AABB\n" * 3,
          b"cansim: odd.pcap: 2 packets left out, cut short by who captured it, the first at byte 56\n"
          b"cansim: odd.pcap: 1 packet left out, with what cannot be a CAN frame, the first at byte 100\n"))
    for data, sentence in (
            (head[:20], "byte 0: must begin with a header of 24 bytes, has 20"),
            (head[:4] + b"\3" + head[5:], "byte 0: must be pcap of version 2, is version 3"),
            (head[:20] + b"\1\0\0\0", "byte 0: must be captured on a CAN interface (link type 227), got 1"),
            (head + good + good[:15], "byte 56: must be a packet, the file ends within its head"),
            (head + good[:-1], "byte 24: the packet must have 16 bytes, the file ends after 15"),
            (head + packet(can, 0xFFFFFFFF), "byte 24: the packet must have 4294967295 bytes, the file ends after 16"),
            (head + packet(can, fraction=1000000), "byte 24: the packet's time must be seconds and less than one"),
            (head + good + struct.pack("<I", 4000000000) + good[4:], "byte 56: must be within 100 days of the first packet")):
        write("bad.pcap", data)
        status, _, err = cansim("convert", "--to", "candump", "bad.pcap", "-")
        same((status, err.decode()), (2, f"cansim: bad.pcap:{sentence}\n"))
    write("bad.pcap", b"\xA1\xB2" + head[2:])
    same(cansim("convert", "--from", "pcap", "--to", "candump", "bad.pcap", "-")[2],
         b"cansim: bad.pcap:byte 0: must begin with A1B2C3D4 or A1B23C4D\n")


@test
def random_frames():
    """many frames of all kinds, there and back"""
    luck = random.Random(int(os.environ.get("CANSIM_TEST_SEED", "1")))
    lines, time = [], 1700000000000000
    for _ in range(20000):
        time += luck.randrange(3000)
        ident = f"{luck.getrandbits(29):08X}" if luck.random() < 0.5 else f"{luck.getrandbits(11):03X}"
        if luck.random() < 0.1:
            frame = f"{ident}#R" + luck.choice(["", "1", "8"])
        elif luck.random() < 0.3:
            size = luck.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64])
            frame = f"{ident}##{luck.randrange(4)}{luck.randbytes(size).hex().upper()}"
        else:
            frame = f"{ident}#{luck.randbytes(luck.randrange(9)).hex().upper()}"
        lines.append(f"({time // 1000000:010d}.{time % 1000000:06d}) can{luck.randrange(4)} {frame}\n")
    write("many.log", "".join(lines))
    same(cansim("convert", "many.log", "many.pcapng"), (0, b"", b""))
    same(cansim("convert", "many.pcapng", "many2.log"), (0, b"", b""))
    assert read("many2.log") == read("many.log")


@test
def written_while_running():
    """--pcapng has the frames of --log, and an error frame for each of the events"""
    noise = os.path.join(ROOT, "scenarios", "examples", "noise.json")
    status, _, err = cansim("run", "--quiet", "--pcapng", "n.pcapng", "--log", "n.log", "--events", "n.events", noise)
    same((status, err), (0, b""))
    status, out, err = cansim("convert", "--to", "candump", "n.pcapng", "-")
    same(status, 0, err)
    lines = out.splitlines(keepends=True)
    is_error = re.compile(rb" 2[0-9A-F]{7}#").search
    same(b"".join(line for line in lines if not is_error(line)), read("n.log"))
    errors = [json.loads(line) for line in read("n.events").splitlines()]
    ends = [event["at_ps"] for event in errors if event["event"] == "error_frame"]
    same(len([line for line in lines if is_error(line)]), len(ends))
    rows = tshark("n.pcapng", "can.flags.err", "frame.time_epoch", "frame.comment", "can.err.buserror",
                  "can.err.prot.type.tx", "can.err.prot.location")
    told = [row for row in rows if row[0] == "1"]
    same([int(row[1].replace(".", "")) for row in told], [at // 1000 for at in ends])
    same({row[3] for row in told}, {"1"})
    first = next(event for event in errors if event["event"] == "error" and event["tx"])
    same(told[0][2], f"{first['error']} error in {first['field']}, seen by {first['node']}")
    same({row[2] for row in rows if row[0] == "0"}, {"sent by a", "sent by b"})


@test
def whoever_is_killed():
    """what a host wrote is a capture even where it was killed"""
    write("long.json", '{"nodes": {"a": {"type": "periodic", "frame": "123#11", "period": "1ms"}, "b": {}}}')
    process = start("run", "--quiet", "--speed", "1", "--pcapng", "killed.pcapng", "long.json")
    wait_for(lambda: os.path.exists(os.path.join(FOLDER, "killed.pcapng")) and len(read("killed.pcapng")) > 2000,
             "frames in the capture")
    process.kill()
    process.communicate()
    status, out, err = cansim("convert", "--to", "candump", "killed.pcapng", "-")
    same(status, 0, err)
    assert out.count(b"can0 123#11\n") > 20, out
    process = start("serve", "--quiet", "--link", os.path.join(FOLDER, "s.sock"), "--pcapng", "-")
    same(process.stdout.read(4), b"\n\r\r\n")  # at once, so that Wireshark can begin
    same(stop(process)[0], 130)


run_tests()
