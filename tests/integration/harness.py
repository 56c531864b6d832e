# SPDX-License-Identifier: MIT
"""What all integration tests share: where the programs are, points told in TAP, waiting.

A test fails by raising (assert), and skips by raising Skip."""

import os
import signal
import sys
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.environ.get("CANSIM_BIN", os.path.join(ROOT, "build", "bin")))

_tests = []


class Skip(Exception):
    pass


def test(what):
    """A point of the plan, in the order of the file: @test("its name"), or @test, which takes the docstring's first
    line or else the function's name."""
    def note(function, name):
        _tests.append((name, function))
        return function
    if isinstance(what, str):
        return lambda function: note(function, what)
    return note(what, what.__doc__.splitlines()[0] if what.__doc__ else what.__name__.replace("_", " "))


def wait_for(condition, what, seconds=10.0):
    """The first true value of the condition; a failure that says what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)


def run_tests(*arguments):
    """Run all points with the same arguments, and end the process."""
    failed = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what must not be left behind is not
    print(f"1..{len(_tests)}", flush=True)
    for number, (name, function) in enumerate(_tests, 1):
        word, tail = "ok", ""
        try:
            function(*arguments)
        except Skip as reason:
            tail = f" # SKIP {reason}"
        except Exception:  # this one failed, the others still run
            word, failed = "not ok", failed + 1
            for line in traceback.format_exc().splitlines():
                print("# " + line[:400])
        print(f"{word} {number} - {name}{tail}", flush=True)
    sys.exit(1 if failed else 0)
