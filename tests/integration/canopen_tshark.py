#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A capture read by cansim decode and by tshark's CANopen dissector: the same NMT, SDO, EMCY, heartbeat, guarding,
SYNC, TIME and LSS facts, frame by frame; and what ours says where the other is silent."""

import json
import os
import re
import shutil
import struct
import subprocess

from cli_lib import FOLDER, ROOT, Skip, cansim, run_tests, test

LOG = os.path.join(ROOT, "tests", "canopen", "network.log")
LINKTYPE_CAN_SOCKETCAN = 227
# What tshark calls a fact, and the field of ours; each row holds where the protocol is one of these.
FACTS = [
    ("canopen.nmt_ctrl.cd", "command", ("NMT",)),
    ("canopen.nmt_ctrl.node_id", "node", ("NMT",)),
    ("canopen.nmt_guard.state", "state", ("NMT", "HB", "GUARD")),
    ("canopen.nmt_guard.toggle", "toggle", ("NMT", "HB", "GUARD")),
    ("canopen.sdo.cmd", "command", ("SDO",)),
    ("canopen.sdo.main_idx", "index", ("SDO",)),
    ("canopen.sdo.sub_idx", "sub", ("SDO",)),
    ("canopen.sdo.toggle", "toggle", ("SDO",)),
    ("canopen.sdo.abort_code", "abort_code", ("SDO",)),
    ("canopen.em.err_code", "code", ("EMCY",)),
    ("canopen.em.err_reg", "register", ("EMCY",)),
    ("canopen.sync.counter", "counter", ("SYNC",)),
    ("canopen.time_stamp_ms", "ms", ("TIME",)),
    ("canopen.time_stamp_days", "days", ("TIME",)),
    ("canopen.lss.cs", "command", ("LSS",)),
    ("canopen.lss.nid", "node_id", ("LSS",)),
    ("canopen.lss.switch.mode", "mode", ("LSS",)),
    ("canopen.lss.addr.vendor", "value", ("LSS",)),
]


def frames():
    for line in open(LOG, encoding="ascii"):
        time, ident, data = re.fullmatch(r"\((\S+)\) \S+ ([0-9A-F]+)#(\S*)\n", line).groups()
        number = int(ident, 16) | (0x80000000 if len(ident) > 3 else 0)
        if data.startswith("R"):
            yield time, number | 0x40000000, b""
        else:
            yield time, number, bytes.fromhex(data)


def capture():
    path = os.path.join(FOLDER, "network.pcap")
    with open(path, "wb") as to:
        to.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_CAN_SOCKETCAN))
        for time, ident, data in frames():
            packet = struct.pack(">IBxxx", ident, len(data)) + data.ljust(8, b"\0")
            seconds, micros = time.split(".")
            to.write(struct.pack("<IIII", int(seconds), int(micros), len(packet), len(packet)) + packet)
    return path


def theirs():
    """For each frame what tshark says of it: {its field: number}."""
    if not shutil.which("tshark"):
        raise Skip("tshark is not there")
    fields = [name for name, _, _ in FACTS]
    command = ["tshark", "-n", "-r", capture(), "-d", "can.subdissector,canopen", "-T", "fields"]
    for name in fields:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [{name: int(text, 0) for name, text in zip(fields, line.split("\t")) if text}
            for line in done.stdout.split("\n")[:-1]]


def ours():
    status, out, err = cansim("decode", "--as", "canopen", "--json", LOG)
    assert status == 0, err
    said = [json.loads(line) for line in out.decode().splitlines()]
    return [line for line in said if line["number"] is not None]


def fields_of(said):
    return {field["name"]: field["value"] for field in said["fields"] or []}


def is_wrong(said):
    """A frame of a wrong length: tshark reads beyond it or says nothing."""
    return said["severity"] == "error" and "length" in fields_of(said)


@test
def facts_are_the_same():
    mine, other = ours(), theirs()
    assert len(mine) == len(other) == len(list(frames())), (len(mine), len(other))
    compared = {}
    for said, facts in zip(mine, other):
        # 071h to 076h are taken for NMT commands there.
        if said["frame"].startswith("07") or is_wrong(said):
            continue
        values = fields_of(said)
        for name, field, protocols in FACTS:
            if name not in facts or (said["protocol"] == "NMT" and name == "canopen.sdo.cmd"):
                continue
            assert said["protocol"] in protocols, (name, said)
            if name == "canopen.nmt_guard.toggle" and field not in values:
                continue
            assert values.get(field) == facts[name], (name, facts[name], said)
            compared[name] = compared.get(name, 0) + 1
    missing = [name for name, _, _ in FACTS if name not in compared and name != "canopen.nmt_guard.toggle"]
    assert not missing, f"never compared: {missing}"


@test
def nothing_is_said_there_that_is_left_out_here():
    for said, facts in zip(ours(), theirs()):
        if facts:
            assert said["protocol"], (said, facts)


@test
def learned_identifiers_have_a_meaning_here_alone():
    mine = {said["frame"].split("#")[0]: said for said in ours()}
    for ident, protocol in {"1F0": "SYNC", "1A1": "TPDO25", "6B1": "SDO", "6B2": "SDO", "003E8BB8": "TPDO2"}.items():
        assert mine[ident]["protocol"] == protocol, mine[ident]
    for said, facts in zip(ours(), theirs()):
        if said["frame"].split("#")[0] in ("1F0", "1A1", "6B1", "6B2", "003E8BB8"):
            assert not facts, (said, facts)


run_tests()
