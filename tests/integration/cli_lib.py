# SPDX-License-Identifier: MIT
"""Run the programs from a private folder and report in TAP.

A test is a function that was given to @test; it fails by raising (assert), skips by raising Skip."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.environ.get("CANSIM_BIN", os.path.join(ROOT, "build", "bin")))
CANSIM = os.path.join(BIN, "cansim")
EXAMPLES = os.path.join(ROOT, "scenarios", "examples")

_tests = []


class Skip(Exception):
    pass


def test(function):
    _tests.append(function)
    return function


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


def same(got, expected, what=""):
    assert got == expected, f"{what}: expected {expected!r}, got {got!r}"


def main():
    failed = 0
    number = 0
    try:
        os.mkdir(os.path.join(FOLDER, "run"), 0o700)
        if not os.path.exists(CANSIM):
            print("1..0 # SKIP no program " + CANSIM)
            return 0
        for number, function in enumerate(_tests, 1):
            name = function.__doc__.splitlines()[0] if function.__doc__ else function.__name__
            try:
                function()
                print(f"ok {number} - {name}", flush=True)
            except Skip as reason:
                print(f"ok {number} - {name} # SKIP {reason}", flush=True)
            except Exception:  # noqa: whatever it is, this test failed and the next may not
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in traceback.format_exc(limit=-3).splitlines():
                    print("# " + line[:400], flush=True)
        print(f"1..{number}", flush=True)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    return 1 if failed else 0


def run_tests():
    sys.exit(main())


FOLDER = tempfile.mkdtemp(prefix="cansim-test-")
