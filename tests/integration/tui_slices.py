#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Searches, filters and exports of many rows in cansim-tui, in a real terminal: progress, keys meanwhile, given up."""

import os
import re
import shutil
import time

from tui_lib import FOLDER, Tmux, cpu_seconds, run_tests, test, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

FRAMES = 700000


def write(path):
    """A frame each 240 us."""
    with open(path, "w", encoding="ascii") as out:
        for first in range(0, FRAMES, 10000):
            lines = []
            for i in range(first, first + 10000):
                us = 1700000000_000240 + 240 * i
                data = i * 2654435761 & 0xFFFFFFFFFFFF
                lines.append(f"({us // 1000000}.{us % 1000000:06}) can0 {0x100 + i % 60 * 16:03X}#{data:016X}\n")
            out.write("".join(lines))
    return path


BIG = write(os.path.join(FOLDER, "many.log"))
NEVER = "id=110 data[7]=b2"  # each chunk has both, no frame has: its last byte is odd
FEW = "id=110 data[7]=b1"


class Watched(Tmux):
    """With all that was ever written to the screen."""

    def __init__(self, *args):
        super().__init__(*args)
        self.seen = os.path.join(FOLDER, f"seen-{self.name}")
        self.run("pipe-pane", "-o", f"cat >{self.seen}")

    def written(self):
        with open(self.seen, "rb") as seen:
            text = seen.read().decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\(.", "", text)

    def load(self):
        pid = self.tui(BIG)
        self.wait("■ log", seconds=60)
        return pid


@test
def a_search_tells_how_far_it_is():
    with Watched(110, 30) as t:
        pid = t.load()
        t.type(f"s{NEVER}")
        t.keys("Enter")
        t.wait("nothing that is shown passes", seconds=30)
        wait_for(lambda: re.search(r"searching id=110.*….*% \(any key stops\)", t.written()), "the progress")
        assert "row 1 of" in t.screen()
        before = cpu_seconds(pid)
        time.sleep(1)
        assert cpu_seconds(pid) - before < 0.2  # nothing is left to be done
        # One that is far away.
        t.type("s")
        t.keys("C-u")
        t.type("id=110 time>150s")
        t.keys("Enter")
        t.wait("150.0", "row 62", seconds=30)
        t.keys("q")
        t.wait("READY>")


@test
def a_key_stops_a_search():
    with Watched(110, 30) as t:
        t.load()
        t.type(f"s{NEVER}")
        t.keys("Enter", "Escape")
        t.wait("> goes on there")
        t.keys(">")
        t.wait("nothing that is shown passes", seconds=30)
        t.keys("<", "2")
        t.wait("60 identifiers")
        t.keys("q")
        t.wait("READY>")


@test
def a_filter_tells_how_far_it_is():
    with Watched(110, 30) as t:
        t.load()
        t.type(f"/{NEVER}")
        t.keys("Enter")
        t.wait("nothing passes the filter yet", seconds=30)
        t.keys("Escape")
        t.wait("all is shown again")
        t.type(f"/{FEW}")
        t.keys("Enter")
        t.wait("B1", "/id=110", seconds=30)
        wait_for(lambda: re.search(r"searching \d+ %", t.written()), "the progress")
        t.keys("q")
        t.wait("READY>")


@test
def an_export_goes_on_meanwhile():
    path = os.path.join(FOLDER, "out.log")
    with Watched(110, 30) as t:
        t.load()
        t.command(f":export {path}")
        t.keys("G")
        t.wait(f"{FRAMES} rows in {path}", f"{FRAMES} rows · following", seconds=60)
        assert re.search(r"export \d+ %", t.written()), t.written()[-3000:]
        with open(path, "rb") as out:
            assert sum(1 for _ in out) == FRAMES
        assert not os.path.exists(path + "~")
        t.keys("q")
        t.wait("READY>")
    os.unlink(path)


@test
def an_export_is_given_up():
    path = os.path.join(FOLDER, "not.log")
    with Watched(110, 30) as t:
        t.load()
        t.command(f":export {path}")
        t.keys("Escape")
        t.wait("given up, and nothing was written")
        assert not os.path.exists(path) and not os.path.exists(path + "~")
        t.command(f":export {path}")
        t.wait("as they are now")
        t.keys("q")  # so does the end of the program
        t.wait("READY>")
        assert not os.path.exists(path) and not os.path.exists(path + "~")


@test
def there_at_once():
    with Watched(110, 30) as t:
        t.load()
        t.command(":go 50%")
        t.wait("row 350000 of")
        t.command(":go +1s")
        t.wait("row 354167 of")
        t.keys(".")
        t.wait("row 354168 of")
        t.command(":go #7")
        t.wait("row 7 of")
        t.command(":go 160s")
        t.wait("160.00", "row 66666")
        t.command(":bookmark here it is")
        t.command(":go start")
        t.wait("row 1 of")
        t.command(":bookmarks")
        t.wait("here it is")
        t.keys("Enter")
        t.wait("bookmark 1 of 1: here it is")
        t.command(":go end")
        t.wait("following")
        t.keys("q")
        t.wait("READY>")


run_tests()
