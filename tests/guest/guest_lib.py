# SPDX-License-Identifier: MIT
"""Linux guests in QEMU for the guest tests: image, snapshot, console.

A guest is one QEMU process under plain emulation with a kvaser_pci card (an SJA1000) on a QEMU
can-bus; its serial console is QEMU's stdin and stdout, where a shell reads one command a line.
With host_bus="can0" QEMU's can-bus is joined to the SocketCAN interface of that name, which under
cansim-attach is a bus of cansim.  Every process is ended by its own pid and dies with the test.

A snapshot of a booted guest (modules loaded, can0 down) is kept beside the image, because a restore
takes a second where a boot takes several.  All guests start from the same one; the joint to the
host's bus holds no state and is not part of it.  When a restore fails the guest boots normally.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
BUILDER = os.path.join(REPO, "qemu-link", "guest", "build-guest")
QEMU = "qemu-system-x86_64"
BOOT_S = 60
RESTORE_S = 20

# What makes an emulated boot short: no self-tests, no mitigations, no calibration.
KERNEL_PARAMETERS = (
    "console=ttyS0 quiet panic=-1 nokaslr cryptomgr.notests mitigations=off tsc=reliable "
    "no_timer_check lsm= ipv6.disable=1 8250.nr_uarts=2 random.trust_cpu=on "
    "rcupdate.rcu_expedited=1")


class Missing(Exception):
    """Something that a guest needs cannot be had here: a reason to skip."""


class GuestError(Exception):
    """A guest did not do what was asked of it in time."""


def cache_directory():
    """Where the kernel package, the image and the snapshot are kept, whatever is built where."""
    return os.path.abspath(os.environ.get("CANSIM_GUEST_CACHE")
                           or os.path.join(REPO, "build", "guest"))


def bin_directory():
    """Where cansim and cansim-attach are."""
    return os.path.abspath(os.environ.get("CANSIM_BIN") or os.path.join(REPO, "build", "bin"))


def build_image(cache):
    """Path of the image directory; builds it the first time.  Raises Missing."""
    done = subprocess.run([BUILDER, cache], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode == 3:
        raise Missing(lines[-1])
    if done.returncode != 0:
        raise GuestError("build-guest failed: " + "; ".join(lines[-3:]))
    return done.stdout.decode().splitlines()[-1]


def qemu_version():
    """QEMU's version line.  Raises Missing."""
    if not shutil.which(QEMU):
        raise Missing("'%s' is missing: install the package qemu-system-x86" % QEMU)
    for kind, name in (("-device", "kvaser_pci"), ("-object", "can-host-socketcan")):
        listing = subprocess.run([QEMU, kind, "help"], stdin=subprocess.DEVNULL, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        if name.encode() not in listing:
            raise Missing("this QEMU has no %s" % name)
    return subprocess.check_output([QEMU, "--version"]).decode().splitlines()[0]


def machine(image, parameters="", cards=1, qemu=None):
    """The machine's part of the QEMU command line: what a snapshot depends on."""
    command = [
        qemu or QEMU, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        "-machine", "q35", "-accel", "tcg", "-cpu", "qemu64,+rdrand", "-m", "128",
        "-kernel", os.path.join(image, "vmlinux"),
        "-initrd", os.path.join(image, "initramfs.cpio"),
        "-append", (KERNEL_PARAMETERS + " " + parameters).strip()]
    if cards:
        command += ["-object", "can-bus,id=canbus0"]
    for _ in range(cards):
        command += ["-device", "kvaser_pci,canbus=canbus0"]
    return command


def join_host_bus(name):
    """QEMU options that join the guest's bus to the host's SocketCAN interface `name`."""
    return ["-object", "can-host-socketcan,id=canhost0,if=%s,canbus=canbus0" % name]


_libc = ctypes.CDLL(None)


# Waits until a candump of the guest listens on the interface %s.
LISTENS = "for i in $(seq 100); do grep -q '%s .* raw' /proc/net/can/rcvlist_all && break; " \
          "sleep 0.1; done"


def _die_with_parent():
    pr_set_pdeathsig = 1
    _libc.prctl(pr_set_pdeathsig, signal.SIGKILL)


def spawn(command, **options):
    """Popen of a process that cannot outlive this one.  Raises Missing where there is none."""
    try:
        return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)
    except FileNotFoundError:
        raise Missing("'%s' is missing" % command[0]) from None


def end(process, how=signal.SIGTERM, patience_s=3.0):
    """End a child by its pid and return its exit status."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def frames_of(log):
    """The frames in the text of a candump log, a remote frame of length 0 always as `123#R`."""
    frames = []
    for line in log.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0].startswith("("):
            frames.append(words[2][:-1] if words[2].endswith("#R0") else words[2])
    return frames


class Guest:
    """One QEMU and its console.

    wrapper   words put before QEMU's command line, such as cansim-attach's
    extra     QEMU options that are no part of the machine
    load      modules to load at boot, ',' between them
    qemu      the program, in place of the system's
    """

    def __init__(self, name, image, wrapper=(), extra=(), cards=1, load="", qemu=None):
        self.name = name
        self.machine = machine(image, "guest.load=" + load if load else "", cards, qemu)
        self.wrapper = list(wrapper)
        self.extra = list(extra)
        self.snapshot = None
        self.process = None
        self.restored = False
        self.console = b""
        self.serial = 0

    def start(self, snapshot=None):
        """Start QEMU, from a snapshot where one is given; wait_ready() waits for the guest."""
        command = self.wrapper + self.machine + self.extra
        # The console is the first serial line, whatever else has one.
        at = command.index(self.machine[0]) + 1
        command[at:at] = ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
        if snapshot:
            command += ["-incoming", "exec:cat " + shlex.quote(snapshot)]
        self.snapshot = snapshot
        self.console = b""
        self.process = spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def wait_ready(self, limit_s=BOOT_S):
        """Wait until the shell answers; a guest that does not come back from its snapshot boots."""
        if self.snapshot:
            try:
                self.run("true", RESTORE_S)
                self.restored = True
                return
            except GuestError:
                self.kill()
                forget_snapshot(self.snapshot)
                self.start()
        self.wait_for("guest: ready", limit_s)
        self.run("true", limit_s)

    def _read(self, deadline):
        """Append what the console says; raises GuestError at the deadline or at QEMU's end."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise GuestError("%s: no answer in time" % self.name)
        stream = self.process.stdout
        if select.select([stream], [], [], left)[0]:
            data = stream.read()
            if data == b"":
                raise GuestError("%s: QEMU ended with status %s" % (self.name, self.process.wait()))
            self.console += data or b""

    def wait_for(self, text, limit_s, start=0):
        """Wait for text on the console, from position `start` on; returns where it begins."""
        deadline = time.monotonic() + limit_s
        while True:
            at = self.console.find(text.encode(), start)
            if at >= 0:
                return at
            self._read(deadline)

    def type(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise GuestError("%s: QEMU does not read its console" % self.name) from None

    def run(self, command, limit_s=20):
        """Run a shell command in the guest; returns (exit status, output)."""
        self.serial += 1
        start = len(self.console)
        # The mark is put together by the guest's shell, so that an echo of the line is no match.
        self.type("%s; echo \"<$?>end\"%d." % (command, self.serial))
        mark = ">end%d.\n" % self.serial
        at = self.wait_for(mark, limit_s, start)
        output, _, status = self.console[start:at].decode(errors="replace").rpartition("<")
        return int(status), output

    def check(self, command, limit_s=20):
        """run() for a command that must succeed; returns its output."""
        status, output = self.run(command, limit_s)
        if status != 0:
            raise GuestError("%s: '%s' ended with status %d: %s"
                             % (self.name, command, status, output.strip()))
        return output

    def start_candump(self, interface="can0"):
        """Start a candump that writes its log lines into the guest's memory; returns when it
        listens."""
        self.type("candump -L %s >/tmp/%s.log 2>/tmp/%s.err &" % ((interface,) * 3))
        self.run(LISTENS % interface)

    def candump(self, interface="can0", lines=0, limit_s=10):
        """Frames of the candump log, waiting until it has that many lines or the limit is over."""
        path = "/tmp/%s.log" % interface
        self.run("for i in $(seq %d); do [ $(wc -l <%s) -ge %d ] && break; sleep 0.1; done"
                 % (limit_s * 10, path, lines), limit_s * 4)
        return frames_of(self.check("cat " + path))

    def bring_up(self, interface="can0", bitrate=500000):
        self.check("ip link set %s up type can bitrate %d" % (interface, bitrate))

    def tail(self, lines=12):
        return self.console.decode(errors="replace").splitlines()[-lines:]

    def last_words(self):
        """The end of the console, where QEMU has ended by itself."""
        if self.process is None or self.process.poll() is None or self.process.stdout.closed:
            return []
        self.console += self.process.stdout.read() or b""
        return ["QEMU ended with status %d" % self.process.returncode] + self.tail()

    def power_off(self, limit_s=15):
        """Shut the guest down; returns QEMU's exit status."""
        self.type("poweroff")
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise GuestError("%s: did not power off" % self.name) from None

    def kill(self):
        """End QEMU, whatever it does.  Harmless when it is gone or was never started."""
        if self.process:
            end(self.process)
            self.process.stdout.close()
            try:
                self.process.stdin.close()
            except OSError:
                pass


class Monitor:
    """QEMU's QMP socket, just enough to save a snapshot."""

    def __init__(self, path, deadline):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(max(0.1, deadline - time.monotonic()))
        self.socket.connect(path)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise GuestError("QEMU closed its monitor")
            answer = json.loads(line)
            if "error" in answer:
                raise GuestError("QEMU: %s: %s" % (command, answer["error"]["desc"]))
            if "return" in answer:
                return answer["return"]

    def close(self):
        self.file.close()
        self.socket.close()


def save_snapshot(guest, monitor_path, path, limit_s=30):
    """Write the running guest to `path`."""
    deadline = time.monotonic() + limit_s
    monitor = Monitor(monitor_path, deadline)
    try:
        monitor.execute("migrate-set-parameters", **{"max-bandwidth": 1 << 34})
        monitor.execute("migrate", uri="exec:cat > " + shlex.quote(path))
        while True:
            state = monitor.execute("query-migrate").get("status")
            if state == "completed":
                return
            if state in ("failed", "cancelled") or time.monotonic() > deadline:
                raise GuestError("QEMU did not save the guest: %s" % state)
            time.sleep(0.05)
    finally:
        monitor.close()
        end(guest.process)


def make_snapshot(image, path):
    """Boot a guest and save it as `path`, which appears complete or not at all."""
    with tempfile.TemporaryDirectory(prefix="cansim-guest-") as scratch:
        monitor_path = os.path.join(scratch, "qmp")
        partial = "%s.%d.part" % (path, os.getpid())
        guest = Guest("snapshot", image, extra=[
            "-qmp", "unix:%s,server=on,wait=off" % monitor_path])
        try:
            guest.start()
            guest.wait_ready()
            save_snapshot(guest, monitor_path, partial)
            os.rename(partial, path)
        finally:
            guest.kill()
            if os.path.exists(partial):
                os.unlink(partial)


def snapshot(cache, image):
    """Path of the snapshot for this image, QEMU and machine, made when missing; None where it
    cannot be made.  QEMU's version and the command line are in its name."""
    key = hashlib.sha256("\0".join([qemu_version(), image] + machine(image)).encode()).hexdigest()
    name = "snapshot-%s" % key[:16]
    path = os.path.join(cache, name)
    with open(os.path.join(cache, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(path):
            return path
        for old in os.listdir(cache):
            if old.startswith("snapshot-"):
                os.unlink(os.path.join(cache, old))
        try:
            make_snapshot(image, path)
        except (GuestError, OSError):
            return None
    return path


def forget_snapshot(path):
    """Remove a snapshot from which a guest did not come back."""
    try:
        os.unlink(path)
    except OSError:
        pass
