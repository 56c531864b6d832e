# SPDX-License-Identifier: MIT
"""A terminal for the tests of cansim-tui: tmux on a private socket, or a bare pty."""

import atexit
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

from harness import BIN, ROOT, Skip, run_tests, test, wait_for  # the tests take them from here

TUI = os.path.join(BIN, "cansim-tui")
DEMO = os.path.join(ROOT, "scenarios", "examples", "demo.json")
FOLDER = tempfile.mkdtemp(prefix="cansim-tui-")
TERMINAL = ("TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "TMUX", "TMUX_PANE", "CANSIM_LINK")
SANITIZED = b"__asan_init" in open(TUI, "rb").read()


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k not in TERMINAL}
    env.update(XDG_RUNTIME_DIR=os.path.join(FOLDER, "run"), LC_ALL="C.UTF-8",
               XDG_CONFIG_HOME=os.path.join(FOLDER, "config"), XDG_STATE_HOME=os.path.join(FOLDER, "state"),
               TERM="xterm-256color", HISTFILE="/dev/null")
    env.update(more)
    return env


class Tmux:
    """One shell in one pane of one private server."""

    count = 0
    alive = set()  # whatever happens, none is left behind

    def __init__(self, width=80, height=24, **env):
        Tmux.count += 1
        self.name = f"cansim-{os.getpid()}-{Tmux.count}"
        env.setdefault("XDG_STATE_HOME", os.path.join(FOLDER, f"state-{Tmux.count}"))  # nothing of others is remembered
        self.env = environment(**env)
        Tmux.alive.add(self.name)
        self.run("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(width), "-y", str(height),
                 "sh")
        self.run("set", "-g", "window-size", "manual")
        self.command("PS1='REA''DY> '; clear")
        self.wait("READY>")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pid = self.child()
        self.kill(self.name)
        if pid:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    @classmethod
    def kill(cls, name):
        subprocess.run(["tmux", "-L", name, "kill-server"], capture_output=True, check=False,
                       timeout=10)
        cls.alive.discard(name)

    def run(self, *args):
        done = subprocess.run(["tmux", "-L", self.name, *args], env=self.env, cwd=FOLDER, timeout=10,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    def screen(self):
        return self.run("capture-pane", "-p")

    def keys(self, *keys):
        self.run("send-keys", *keys)

    def type(self, text):
        self.run("send-keys", "-l", text)

    def command(self, text):
        self.type(text)
        self.keys("Enter")

    def wait(self, *texts, seconds=10):
        """Wait until all texts are on the screen; returns it."""
        def look():
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None
        try:
            return wait_for(look, texts, seconds)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; the screen is\n{self.screen()}") from None

    def resize(self, width, height):
        self.run("resize-window", "-x", str(width), "-y", str(height))

    def alternate(self):
        return self.run("display", "-p", "#{alternate_on}").strip() == "1"

    def child(self):
        """The process that the shell runs, 0 for none."""
        try:
            shell = self.run("display", "-p", "#{pane_pid}").strip()
            with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as children:
                return int((children.read().split() or ["0"])[0])
        except (AssertionError, OSError, ValueError):
            return 0

    def settings(self):
        """The terminal's settings, as stty tells them."""
        path = os.path.join(FOLDER, "stty")
        if os.path.exists(path):
            os.unlink(path)
        self.command(f"clear; stty -a > {path}.new && mv {path}.new {path}")
        wait_for(lambda: os.path.exists(path), "stty")
        with open(path, encoding="ascii") as settings:
            return settings.read()

    def tui(self, *args, link=False):
        """Start cansim-tui, as for the first time, and wait for its screen; returns its pid."""
        self.command(" ".join(["clear;", TUI, "--no-config", *([] if link else ["--no-link"]), *args]))
        self.wait("quit")
        return self.child()


class Pty:
    """The program on a bare pseudo-terminal: every byte that it writes is kept."""

    def __init__(self, *args, size=(80, 24), **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execve(TUI, [TUI, *args], environment(**env))
        self.output = b""
        self.status = None

    def read(self, seconds=1.0, until=None):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not (until and until in self.output):
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.output += os.read(self.fd, 65536)
                except OSError:
                    break
        return self.output

    def write(self, data):
        os.write(self.fd, data)

    def end(self, seconds=10):
        """Wait for the end; the exit status, or minus the signal."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError("the program did not end")
        self.read(0.2)
        os.close(self.fd)
        return self.status


def tui(*args, **env):
    """Run without a terminal: (status, stdout, stderr)."""
    done = subprocess.run([TUI, *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          env=environment(**env), cwd=FOLDER, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def clean_up():
    for name in list(Tmux.alive):
        Tmux.kill(name)
    shutil.rmtree(FOLDER, ignore_errors=True)


os.makedirs(os.path.join(FOLDER, "run"), mode=0o700)
atexit.register(clean_up)
