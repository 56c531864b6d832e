# SPDX-License-Identifier: MIT
"""The few lines of TAP that the guest tests print, with a run that always ends.

A test is a list of points known beforehand; each is reported once, in order.  What stops the test
half-way fails (or skips) all the points that are left, so that the plan always holds."""

import signal
import sys

from guest_lib import GuestError, Missing


class Tap:
    def __init__(self, points):
        self.points = points
        self.next = 0
        self.failed = 0
        print("1..%d" % len(points), flush=True)

    def diagnose(self, text):
        for line in str(text).splitlines():
            print("# " + line, flush=True)

    def _report(self, word, suffix=""):
        print("%s %d - %s%s" % (word, self.next + 1, self.points[self.next], suffix), flush=True)
        self.next += 1

    def point(self, problems):
        """Report the next point: `problems` is a list of sentences, empty where all is well."""
        if problems:
            self.failed += 1
        self._report("not ok" if problems else "ok")
        for problem in problems[:12]:
            self.diagnose(problem)
        if len(problems) > 12:
            self.diagnose("and %d more" % (len(problems) - 12))

    def skip_rest(self, reason):
        while self.next < len(self.points):
            self._report("ok", " # SKIP " + reason)

    def fail_rest(self, reason):
        self.diagnose(reason)
        while self.next < len(self.points):
            self.failed += 1
            self._report("not ok")


def _stop(number, _frame):
    raise SystemExit(128 + number)


def _too_long(_number, _frame):
    raise GuestError("the whole test took too long")


def run(points, body, limit_s):
    """Run body(tap) and exit with 0 where every point held or was skipped, else 1.

    The time limit starts when body calls tap.start_clock(), after what must be downloaded."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _too_long)
    tap = Tap(points)
    tap.start_clock = lambda: signal.alarm(limit_s)
    try:
        body(tap)
        tap.fail_rest("the test ended early") if tap.next < len(points) else None
    except Missing as reason:
        tap.skip_rest(str(reason))
    except GuestError as reason:
        tap.fail_rest(str(reason))
    finally:
        signal.alarm(0)
    sys.exit(1 if tap.failed else 0)
