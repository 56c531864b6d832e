# SPDX-License-Identifier: MIT
"""Run cansim from a private folder, which goes with the test."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import tempfile

from harness import BIN, ROOT, Skip, run_tests, test, wait_for  # the tests take them from here

CANSIM = os.path.join(BIN, "cansim")
EXAMPLES = os.path.join(ROOT, "scenarios", "examples")
FOLDER = tempfile.mkdtemp(prefix="cansim-test-")

os.mkdir(os.path.join(FOLDER, "run"), 0o700)
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def environment(**more):
    """Ours, with a run-time folder of this test's own and nothing that leads elsewhere."""
    env = {k: v for k, v in os.environ.items() if k not in ("CANSIM_LINK", "NO_COLOR")}
    env["XDG_RUNTIME_DIR"] = os.path.join(FOLDER, "run")
    env.update(more)
    return env


def cansim(*args, stdin=b"", timeout=60, **more):
    """Run cansim to its end: (status, stdout, stderr), text as bytes."""
    done = subprocess.run([CANSIM, *args], input=stdin, capture_output=True, timeout=timeout,
                          env=environment(), cwd=FOLDER, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def start(*args, **more):
    """Start cansim in the background; whoever starts it ends it with stop()."""
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([CANSIM, *args], env=environment(), cwd=FOLDER, **more)


def stop(process, sign=signal.SIGTERM):
    """End what start() started; returns (status, stdout, stderr)."""
    if process.poll() is None:
        process.send_signal(sign)
    try:
        out, err = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, out or b"", err or b""


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "wb" if isinstance(text, bytes) else "w") as file:
        file.write(text)
    return path


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


def unplaced(text):
    """A sentence without the line and column of its place."""
    return re.sub(r"(\.json|standard input):\d+:\d+: /", r"\1: /", text)


def same(got, expected, what=""):
    assert got == expected, f"{what}: expected {expected!r}, got {got!r}"
