#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What goes wrong around attached programs: no host, a host that goes and comes back, a broker or a program
that is killed, commands that cannot be attached."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import attach_lib as a
import link_lib as link
from attach_lib import check, need, test

# Prints one line for each thing that happens to a blocking read.
READER = r"""
import errno, socket, sys
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
s.bind((sys.argv[1],))
print("bound", flush=True)
while True:
    try:
        got = s.recv(72)
        print("frame %03X" % int.from_bytes(got[:4], "little") if got else "zero", flush=True)
    except OSError as error:
        print(errno.errorcode[error.errno], flush=True)
"""

# Sends a frame at each line of its standard input.
WRITER = r"""
import errno, socket, struct, sys
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
s.bind(("can0",))
print("bound", flush=True)
for line in sys.stdin:
    try:
        s.send(struct.pack("=IB3x8s", int(line, 16), 0, b""))
        print("sent", flush=True)
    except OSError as error:
        print(errno.errorcode[error.errno], flush=True)
"""


def python(link, text, *arguments, **options):
    return a.Running(link, a.PYTHON, "-c", text, *arguments, **options)


def refusal(*words, **options):
    done = subprocess.run([a.ATTACH, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=20, **options)
    check(len(done.stderr.splitlines()) == 1 and done.stderr.startswith("cansim-attach: "), done)
    return done.returncode, done.stderr


@test("no host: one sentence that says how to start one, exit status 3")
def no_host(shared):
    status, text = refusal("--link", "/nonexistent/host.sock", "--", "true")
    check(status == 3 and "cansim serve" in text and "/nonexistent/host.sock" in text, status, text)
    environment = dict(os.environ, CANSIM_LINK="/nonexistent/other.sock")
    status, text = refusal("--", "true", env=environment)
    check(status == 3 and "/nonexistent/other.sock" in text, status, text)


@test("usage: one sentence, exit status 2; --help and --version")
def usage(shared):
    for words in ((), ("--",), ("--as",), ("--as", "", "--", "true"), ("--as", "a b", "--", "true"),
                  ("--as", "x" * 70, "--", "true"), ("--link", "", "--", "true"), ("--nonsense",), ("--fd", "fast", "--", "true"), ("--bitrate", "2M", "--", "true"),
                  ("--verbose=1", "--", "true"), ("--link", "tcp:nowhere", "--", "true")):
        status, text = refusal(*words)
        check(status == 2, words, status, text)
    shown = subprocess.run([a.ATTACH, "--help"], stdout=subprocess.PIPE, text=True)
    check(shown.returncode == 0 and "--link ADDR" in shown.stdout and "Examples" in shown.stdout)
    for word in ("--version", "-V"):
        shown = subprocess.run([a.ATTACH, word], stdout=subprocess.PIPE, text=True)
        check(shown.returncode == 0 and shown.stdout.startswith("cansim-attach "), word)


@test("commands that cannot be run or attached: 127, 126, 2")
def commands(shared):
    link = ["--link", shared.link, "--"]
    check(refusal(*link, "no-such-program")[0] == 127)
    check(refusal(*link, "/no/such/program")[0] == 127)
    check(refusal(*link, "/etc/passwd")[0] == 126)
    check(refusal(*link, "/tmp")[0] == 126)
    static = next((p for p in ("/bin/busybox", "/sbin/ldconfig") if os.path.exists(p)), None)
    if static and "statically" in subprocess.run(["file", "-L", static], stdout=subprocess.PIPE,
                                                 text=True).stdout if shutil.which("file") else static:
        status, text = refusal(*link, static)
        check(status == 2 and "statically linked" in text, status, text)
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "script")
        with open(script, "w") as file:
            file.write("#!/bin/sh\nexit 7\n")
        os.chmod(script, 0o755)
        check(a.run(shared.link, script).returncode == 7)
        damaged = os.path.join(folder, "damaged")
        with open(damaged, "wb") as file:
            file.write(b"\x7fELF")
        os.chmod(damaged, 0o755)
        check(refusal(*link, damaged)[0] == 2)
        if os.getuid() == 0:
            setuid = os.path.join(folder, "setuid")
            shutil.copy("/bin/true", setuid)
            os.chown(setuid, 65534, 65534)
            os.chmod(setuid, 0o4755)
            status, text = refusal(*link, setuid)
            check(status == 2 and "setuid" in text, status, text)


@test("the command keeps its pid, exit status, signals, descriptors and environment")
def transparent(shared):
    check(a.run(shared.link, "sh", "-c", "exit 42").returncode == 42)
    check(a.run(shared.link, "sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM)
    process = subprocess.Popen(a.command(shared.link, "sh", "-c", "echo $$"), stdout=subprocess.PIPE)
    check(int(process.communicate()[0]) == process.pid, "pid")
    done = subprocess.run(a.command(shared.link, "sh", "-c", "cat; echo to >&2; echo $LD_PRELOAD"),
                          input=b"through\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, LD_PRELOAD="libdl.so.2",
                                   ASAN_OPTIONS="verify_asan_link_order=0"))
    check(done.stdout.startswith(b"through\n") and done.stderr == b"to\n" and
          done.stdout.strip().endswith(b"libcansim-shim.so:libdl.so.2"), done)
    # closed standard streams stay closed, and the broker works all the same
    script = "exec %s -- sh -c 'ls /proc/self/fd; exec cansend can1 123#' <&- 2>&-"
    line = " ".join(a.command(shared.link)[:-1])
    done = subprocess.run(["sh", "-c", script % line], stdout=subprocess.PIPE, text=True)
    check(done.returncode == 0 and "2" not in done.stdout.split(), done)
    time.sleep(1.2)  # nobody acknowledged it: until its controller has left


@test("host gone: ENETDOWN exactly once, silence, and back again by itself")
def host_restart(shared):
    with python(shared.link, READER, "can0") as one, python(shared.link, READER, "") as every, \
            python(shared.link, WRITER, stdin=subprocess.PIPE) as writer:
        def send(can_id):
            writer.process.stdin.write(b"%x\n" % can_id)
            writer.process.stdin.flush()
        for program in (one, every, writer):
            program.wait_lines(1)
        send(0x101)
        one.wait_lines(2)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            shared.stop(sign)
            a.wait_for(lambda: one.lines()[-1] == "ENETDOWN" and every.lines()[-1] == "ENETDOWN",
                       "ENETDOWN")
            time.sleep(1.5)
            send(0x102)
            a.wait_for(lambda: writer.lines()[-1] == "ENETDOWN", "the writer's ENETDOWN")
            shared.start()
            time.sleep(1.5)
            send(0x103)
            a.wait_for(lambda: one.lines()[-1] == "frame 103" and every.lines()[-1] == "frame 103",
                       "the frame after the restart")
        time.sleep(0.3)
        expected = ["bound", "frame 101"] + ["ENETDOWN", "frame 103"] * 2
        check(one.lines() == expected, one.lines())
        check(every.lines() == expected, every.lines())
        check(writer.lines() == ["bound", "sent"] + ["ENETDOWN", "sent"] * 2, writer.lines())


@test("bind() while the host is away: ENETDOWN once, then the frames of the new host")
def late_host(shared):
    need("cansend")
    with a.Running(shared.link, "sh", "-c", "sleep 1; exec %s -c '%s' can0" %
                   (a.PYTHON, READER.replace("'", "'\\''"))) as late:
        time.sleep(0.3)
        shared.stop()
        late.wait_lines(2)
        shared.start()
        time.sleep(1.5)
        a.run(shared.link, "cansend", "can0", "321#")
        late.wait_lines(3)
        time.sleep(0.2)
        check(late.lines() == ["bound", "ENETDOWN", "frame 321"], late.lines())


@test("broker killed: ENETDOWN once, never 0, never readable again")
def broker_killed(shared):
    with python(shared.link, READER, "can0") as reader, \
            python(shared.link, WRITER, stdin=subprocess.PIPE) as writer:
        reader.wait_lines(1)
        writer.wait_lines(1)
        for pid in a.brokers(shared.link):
            os.kill(pid, signal.SIGKILL)
        a.wait_for(lambda: a.brokers(shared.link) == [], "the brokers' end")
        reader.wait_lines(2)
        for number in (2, 3):
            writer.process.stdin.write(b"1\n")
            writer.process.stdin.flush()
            writer.wait_lines(number)
        time.sleep(0.5)
        check(reader.lines() == ["bound", "ENETDOWN"], reader.lines())
        check(writer.lines() == ["bound", "ENETDOWN", "ENETDOWN"], writer.lines())
        check(reader.process.poll() is None)
        with open("/proc/%d/stat" % reader.process.pid) as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
        check(state == "S", "the reader sleeps, it does not spin", state)


@test("program killed: its controller leaves, its broker ends")
def program_killed(shared):
    need("candump")
    with a.Running(shared.link, "candump", "can0", name="victim") as dump:
        a.wait_for(lambda: a.joined(shared, "victim"), "victim on the bus")
        check(len(a.brokers(shared.link)) == 1, a.brokers(shared.link))
        dump.stop(signal.SIGKILL)
        a.wait_for(lambda: a.brokers(shared.link) == [], "the broker's end", 5)
        a.wait_for(lambda: '"detach"' in open(shared.events).read(), "victim's leave")


@test("a lone sender that ends does not keep its broker")
def lone(shared):
    need("cansend", "cangen")
    check(a.run(shared.link, "cansend", "can1", "123#").returncode == 0)
    process = subprocess.Popen(a.command(shared.link, "cangen", "can1", "-g", "0"))
    time.sleep(0.5)
    process.kill()
    process.wait(5)
    a.wait_for(lambda: a.brokers(shared.link) == [], "the broker's end", 8)


@test("--as NAME: the first program is NAME, further ones NAME-2; else program-pid")
def names(shared):
    need("candump")
    script = "candump can0 & candump can0 & sleep 0.7; kill %1 %2"
    check(a.run(shared.link, "bash", "-c", script, name="ecu").returncode == 0)
    check(a.joined(shared, "ecu") and a.joined(shared, "ecu-2"), open(shared.events).read())
    with a.Running(shared.link, "candump", "can0") as dump:
        a.wait_for(lambda: a.joined(shared, "candump-%d" % dump.process.pid), "candump-PID")


@test("children and background programs keep the broker, the command's end does not end them")
def background(shared):
    need("candump", "cansend")
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        done = a.run(shared.link, "sh", "-c",
                     "setsid candump -n 2 -L can0 >%s 2>&1 & sleep 0.3" % log)
        check(done.returncode == 0)
        for frame in ("111#", "222#"):
            a.run(shared.link, "cansend", "can0", frame)
        a.wait_for(lambda: "222#" in open(log).read(), "the background candump")
        a.wait_for(lambda: a.brokers(shared.link) == [], "the broker's end", 5)


# Talks to the broker as nobody should; the last word is whether a well-behaved socket still works.
GARBAGE = r"""
import os, random, socket, struct
random.seed(%d)
name = "\0" + os.environ["CANSIM_ATTACH"]
def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(0.05)
    s.connect(name)
    return s
def request(op, token=0, arg=0, body=b"", magic=0x63734131, length=None):
    return struct.pack("=IHHQiI", magic, op, 0, token, arg, len(body) if length is None else length) + body
def tell(*messages):
    s = connect()
    answer = b""
    for message in messages:
        try:
            s.send(message)
            answer = s.recv(9000) or answer
        except OSError:
            pass
    return s, answer
can = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
can.bind(("can0",))
index = socket.if_nametoindex("can0")
for _ in range(30):
    tell(random.randbytes(random.randrange(1, 9000)))
for op in range(12):
    tell(request(op, 1, 1, random.randbytes(random.randrange(300))))
    tell(request(op, magic=1))
    tell(request(op, length=70000))
open_sockets = []
for protocol in (1, 2, 0, 7, -1):
    s, answer = tell(request(1, arg=protocol))
    if len(answer) != 24:
        continue
    token = struct.unpack_from("=Q", answer, 8)[0]
    for arg in (index, 0, 5, -1, 2**31 - 1, -2**31, index + 1, index + 100):
        tell(request(3, token, arg))
    for option in range(-2, 9):
        for size in (0, 1, 4, 7, 8, 4096, 4104):
            tell(request(4, token, option, random.randbytes(size)))
        tell(request(5, token, option))
    for size in (0, 1, 55, 56, 57, 72, 56 + 256 * 16):
        for opcode in range(9):
            body = bytearray(random.randbytes(size))
            if size >= 56:
                struct.pack_into("=I", body, 0, opcode)
                struct.pack_into("=I", body, 52, random.choice((0, 1, 2, 255, 256, 257, 2**32 - 1)))
                body[8:40] = struct.pack("qqqq", *random.choices((0, 1, -1, 2**62, 999999, 1000000), k=4))[:32]
            tell(request(6, token, random.choice((index, -2**31)), bytes(body)))
    kind = [struct.pack("=BBHiqqII", k, 255, 0, i, 0, 0, 0, n) + random.randbytes(size)
            for k in (0, 1, 2, 9) for i in (0, index, index + 1, -1, -2**31) for n in (0, 16, 72, 2**31) for size in (0, 16, 72, 200)]
    kind += [struct.pack("=BBHiqqII", 1, 2, 0, index, 0, 0, 0, 16) +
             struct.pack("=IB3x8s", random.randrange(0x5A0), 8, random.randbytes(8)) for _ in range(60)]
    random.shuffle(kind)
    for message in kind:
        if s.fileno() < 0:
            break
        try:
            s.send(message)
        except OSError:
            s, answer = tell(request(1, arg=protocol))
    open_sockets.append(s)
held = [connect() for _ in range(50)]  # that never say a word
other = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
other.bind(("can0",))
other.setsockopt(101, 1, struct.pack("=II", 0x5A5, 0xC00007FF))
can.settimeout(5), other.settimeout(5)
can.send(struct.pack("=IB3x8s", 0x5A5, 0, b""))
print("still here %%x" %% int.from_bytes(other.recv(72)[:4], "little"))
"""


@test("garbage on the broker's socket harms nobody else")
def garbage(shared):
    need("candump")
    with a.Running(shared.link, "candump", "can0"):
        for seed in range(3):
            done = a.run(shared.link, a.PYTHON, "-c", GARBAGE % seed, limit=60)
            check(done.stdout[-15:] == "still here 5a5\n", seed, done.stderr)


NEVER_STOPS = r"""
import socket, struct, time
can = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
can.setsockopt(101, 1, struct.pack("=II", 0x7FF, 0x7FF))
can.bind(("can0",))
time.sleep(0.3)
for _ in range(10):
    began = time.monotonic()
    socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW).close()
    print(time.monotonic() - began)
"""


def flood(connection):
    """A host of one bus that sends frames for ever, as fast as anybody reads."""
    buses = struct.pack("<HH64sIxxxx", 1, 72, b"can0", 500000)
    frame = struct.pack("<qqhBxxxxxIBBBx8s", 0, 0, -1, 0, 1, 0, 8, 8, b"12345678")
    welcome = link.MAGIC_VERSION + struct.pack("<64s64sIIqqhHxxxx", b"can0", b"x", 500000, 0, 0, 0, 0, 16) + buses
    with connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        if connection.recv(4096)[4] == link.LIST:
            connection.sendall(link.message(link.BUSES, link.MAGIC_VERSION + buses))
            return
        connection.sendall(link.message(link.WELCOME, welcome))
        try:
            while True:
                connection.sendall(link.message(link.RX, frame) * 3000)
        except OSError:
            pass


@test("a host that never stops does not keep other sockets waiting")
def never_stops(shared):
    with tempfile.TemporaryDirectory(prefix="cansim-attach-test-") as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(os.path.join(folder, "s"))
        listener.listen(4)

        def serve():
            while True:
                try:
                    threading.Thread(target=flood, args=(listener.accept()[0],), daemon=True).start()
                except OSError:
                    return
        threading.Thread(target=serve, daemon=True).start()
        done = a.run(os.path.join(folder, "s"), a.PYTHON, "-c", NEVER_STOPS, limit=60)
        times = [float(line) for line in done.stdout.split()]
        check(len(times) == 10 and max(times) < 2, times, done.stderr)
        listener.shutdown(socket.SHUT_RDWR)


@test("--verbose tells of a host that goes and comes back")
def verbose(shared):
    need("candump")
    with a.Running(shared.link, "candump", "-D", "can0", verbose=True) as dump:
        time.sleep(0.3)
        shared.stop()
        a.wait_for(lambda: "cansim-attach: can0: " in dump.output(), "news of the host's end")
        shared.start()
        a.wait_for(lambda: "cansim-attach: the host is back" in dump.output(), "the host's return")


@test("an idle broker takes no time, host or no host")
def idle(shared):
    need("candump")
    def ticks(pid):
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    with a.Running(shared.link, "candump", "-D", "can0"):
        time.sleep(0.5)
        (pid,) = a.brokers(shared.link)
        before = ticks(pid)
        time.sleep(1.5)
        shared.stop()
        time.sleep(1.5)
        check(ticks(pid) - before <= 2, "clock ticks in 3 s", ticks(pid) - before)
        shared.start()


if __name__ == "__main__":
    with a.host() as started:
        a.run_tests(started)
