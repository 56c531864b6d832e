#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make install puts everything where it works from, a client builds against it, make uninstall leaves nothing."""

import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("CANSIM_BUILD", os.path.join(ROOT, "build"))

CLIENT = r"""
#include <stdio.h>
#include <cansim_client.h>

/* Sends 123#11 on can0, waits until the bus has it, prints the result. */
int main(int argc, char **argv)
{
    char why[256] = "";
    struct cs_client *client;
    struct cs_client_options options = {
        .address = argc > 1 ? argv[1] : 0, .bus = "can0", .name = "sample",
        .mode = CS_MODE_LOOPBACK, .want = CS_CLIENT_WANT_RX, .fd = CS_FD_TOLERANT};
    struct cs_frame frame;
    struct cs_client_event event;

    if (cs_client_connect(&client, &options, why, sizeof(why))) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    if (cs_frame_parse("123#11", &frame, why, sizeof(why)) || cs_client_fault_arm(client, "no-ack node=sample", 1)) {
        return 1;
    }
    while (cs_client_wait(client, 5000) == 1) {
        while (cs_client_next(client, &event) == 1) {
            if (event.kind == CS_CLIENT_FAULT_STATUS) { /* text and names of faults come with the library */
                printf("fault %d: %s, %s\n", (int)event.fault, event.text, cs_fault_stage_name(CS_FAULT_ARMED));
                if (cs_client_send(client, &frame, 7)) {
                    return 1;
                }
            }
            if (event.kind == CS_CLIENT_TX_DONE) {
                printf("cookie %llu result %d\n", (unsigned long long)event.cookie, (int)event.result);
                cs_client_close(client);
                return 0;
            }
        }
    }
    return 1;
}
"""

points = []


def point(name, good, detail=""):
    points.append((name, bool(good)))
    if not good:
        for line in str(detail).splitlines():
            print(f"# {line}")
    print(f"{'ok' if good else 'not ok'} {len(points)} - {name}", flush=True)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def make(target, stage):
    return run("make", "-C", ROOT, "--no-print-directory", target, f"O={BUILD}", f"DESTDIR={stage}",
               "PREFIX=/usr")


def files(stage):
    return sorted(os.path.join(where, name)[len(stage):] for where, _, names in os.walk(stage) for name in names)


def check_client(folder, stage):
    source = os.path.join(folder, "sample.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(CLIENT)
    environment = dict(os.environ, PKG_CONFIG_PATH=f"{stage}/usr/lib/pkgconfig",
                       PKG_CONFIG_SYSROOT_DIR=stage)
    flags = run("pkg-config", "--cflags", "--libs", "cansim-client", env=environment)
    point("pkg-config knows cansim-client", flags.returncode == 0, flags.stderr)
    shared = run("cc", "-Wall", "-Werror", "-o", f"{folder}/shared", source, *flags.stdout.split())
    point("a client builds against the shared library", shared.returncode == 0, shared.stderr)
    static = run("cc", "-Wall", "-Werror", "-o", f"{folder}/static", source, f"-I{stage}/usr/include/cansim",
                 f"{stage}/usr/lib/libcansim-client.a")
    point("a client builds against the static library", static.returncode == 0, static.stderr)
    link = f"{folder}/link/host.sock"
    os.mkdir(f"{folder}/link", 0o700)
    host = subprocess.Popen([f"{stage}/usr/bin/cansim", "serve", "--quiet", "--link", link],
                            stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            if os.path.exists(link) or host.poll() is not None:
                break
            time.sleep(0.05)
        for kind in ("shared", "static"):
            if not os.path.exists(f"{folder}/{kind}"):
                continue
            done = run(f"{folder}/{kind}", link, env=dict(os.environ, LD_LIBRARY_PATH=f"{stage}/usr/lib"))
            good = re.fullmatch(r"fault [1-9][0-9]*: no-ack node=sample, armed\ncookie 7 result 0\n", done.stdout)
            point(f"the {kind} client arms a fault and sends", good, done.stdout + done.stderr)
        attach = run(f"{stage}/usr/bin/cansim-attach", "--link", link, "--", "/usr/bin/cansend", "can0", "123#22")
        point("the installed cansim-attach finds what it preloads", attach.returncode == 0, attach.stderr)
    finally:
        host.terminate()
        host.wait(10)


def main():
    with tempfile.TemporaryDirectory(prefix="cansim-install-") as folder:
        stage = os.path.join(folder, "stage")
        done = make("install", stage)
        point("make install", done.returncode == 0, done.stderr)
        there = files(stage)
        wanted = ["/usr/bin/cansim", "/usr/bin/cansim-tui", "/usr/bin/cansim-attach",
                  "/usr/share/man/man1/cansim.1", "/usr/share/man/man1/cansim-tui.1",
                  "/usr/share/man/man1/cansim-attach.1", "/usr/share/man/man7/cansim-tui-keys.7",
                  "/usr/share/cansim/examples/demo.json"]
        point("programs, manual pages and examples are there", set(wanted) <= set(there), "\n".join(there))
        strays = [name for name in there if "build" in name.replace("/build-guest", "") or name.endswith((".o", ".d"))]
        point("nothing else came along", not strays, "\n".join(strays))
        check_client(folder, stage)
        done = make("uninstall", stage)
        point("make uninstall leaves nothing", done.returncode == 0 and not files(stage),
              done.stderr + "\n".join(files(stage)))
    print(f"1..{len(points)}")
    return 0 if all(good for _, good in points) else 1


if __name__ == "__main__":
    sys.exit(main())
