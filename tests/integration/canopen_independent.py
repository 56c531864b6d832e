#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Our CANopen master and device against an independent stack, the npm package "canopen"."""

import json
import os
import shutil
import subprocess

from cli_lib import BIN, FOLDER, ROOT, Skip, cansim, read, run_tests, start, stop, test, wait_for, write

PACKAGE = "canopen@6.2.1"
STACK = os.path.join(ROOT, "tests", "integration", "canopen_stack.js")
MODULES = os.path.join(os.path.dirname(BIN), "npm")

EDS = """[FileInfo]
FileName=d.eds
FileVersion=1
FileRevision=1
EDSVersion=4.0
[DeviceInfo]
VendorName=cansim
VendorNumber=0x29A
ProductName=device
ProductNumber=2
RevisionNumber=3
BaudRate_250=1
SimpleBootUpSlave=1
Granularity=8
NrOfRXPDO=0
NrOfTXPDO=0
LSS_Supported=0
[MandatoryObjects]
SupportedObjects=3
1=0x1000
2=0x1001
3=0x1018
[OptionalObjects]
SupportedObjects=0
[ManufacturerObjects]
SupportedObjects=1
1=0x2001
[1000]
ParameterName=Device type
ObjectType=0x7
DataType=0x0007
AccessType=ro
DefaultValue=0
PDOMapping=0
[1001]
ParameterName=Error register
ObjectType=0x7
DataType=0x0005
AccessType=ro
DefaultValue=0
PDOMapping=0
[1018]
ParameterName=Identity object
ObjectType=0x9
SubNumber=2
[1018sub0]
ParameterName=Highest sub-index supported
ObjectType=0x7
DataType=0x0005
AccessType=const
DefaultValue=1
PDOMapping=0
[1018sub1]
ParameterName=Vendor-ID
ObjectType=0x7
DataType=0x0007
AccessType=ro
DefaultValue=0x29A
PDOMapping=0
[2001]
ParameterName=Bytes
ObjectType=0x2
DataType=0x000F
AccessType=rw
"""


def installed():
    """The folder that has the package; what keeps it from being there is the reason to skip."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise Skip("no npm")
    if not os.path.exists(os.path.join(MODULES, "node_modules", "canopen", "package.json")):
        os.makedirs(MODULES, exist_ok=True)
        try:
            done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", MODULES, PACKAGE],
                                  capture_output=True, timeout=100, check=False)
        except subprocess.TimeoutExpired as late:
            raise Skip(f"npm install {PACKAGE}: no end") from late
        if done.returncode != 0:
            lines = done.stderr.decode().splitlines() or ["?"]
            raise Skip(f"npm install {PACKAGE}: {lines[0]}")
    if subprocess.run(["node", "-e", "require(process.argv[1])", os.path.join(MODULES, "node_modules", "canopen")],
                      capture_output=True, timeout=60, check=False).returncode != 0:
        raise Skip(f"{PACKAGE} cannot be loaded")
    return MODULES


def run(role, node, duration="5s"):
    """One node of ours and one of theirs; returns the notes and what theirs printed."""
    folder = installed()
    socket = os.path.join(FOLDER, "stack.sock")
    write("stack.json", json.dumps({
        "duration": duration,
        "buses": {"can0": "250k"},
        "devices": {"stack": {"type": "slcan", "bus": "can0", "path": "./stack.sock"}},
        "nodes": {"ours": dict({"bus": "can0"}, **node)},
    }))
    host = start("run", "-q", "--speed", "1", "--events", "stack.events", "stack.json")
    theirs = None
    try:
        wait_for(lambda: os.path.exists(socket) or host.poll() is not None, "the adapter's socket")
        theirs = subprocess.Popen(["node", STACK, folder, socket, "5", role], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        wait_for(lambda: host.poll() is not None or (role == "master" and theirs.poll() is not None), "the end", 30)
    finally:
        _, _, err = stop(host)
        if theirs is not None:
            theirs.terminate()
    said = theirs.communicate(timeout=10)[0].splitlines()
    assert err == b"", err
    events = [json.loads(line) for line in read("stack.events").splitlines()]
    return [event["text"] for event in events if event["event"] == "note"], said


def expect(got, wanted):
    """Each of `wanted` is there, in that order."""
    at = 0
    for text in wanted:
        while at < len(got) and text not in got[at]:
            at += 1
        assert at < len(got), f"{text!r} is not in {got!r}"
        at += 1


@test
def slave():
    """our master boots their device and transfers 2 KiB each way, in segments and in blocks"""
    steps = ["boot", "read 5 1018:01 = 0x29A", "read 5 1008 = \"independent device\"", "write 5 2000 77 u16",
             "read 5 2000 u16 = 77", "block-write 5 2001 fill:2048", "block-read 5 2001 = fill:2048",
             "read 5 2001 = fill:2048", "write 5 2001 fill:2000", "read 5 2001 = fill:2000",
             "read 5 1FFF = abort 0x06020000", "read 5 1018:2A = abort 0x06090011"]
    notes, _ = run("slave", {
        "type": "canopen-master", "boot": False,
        "slaves": [{"node_id": 5, "heartbeat": "100ms", "vendor": 0x29A, "product": 2, "revision": 3}],
        "script": [{"at": "1s", "do": steps[0]}] + [{"do": step} for step in steps[1:]]})
    expect(notes, ["node 5 booted", "network started: 1 of 1", "read 5 1018:01 = 666",
                   "read 5 1008:00 = \"independent device\"", "write 5 2000:00", "read 5 2000:00 = 77",
                   "block-write 5 2001:00 = 2048 bytes, CRC CB3Bh", "block-read 5 2001:00 = 2048 bytes, CRC CB3Bh",
                   "read 5 2001:00 = 2048 bytes", "write 5 2001:00 = 2000 bytes", "read 5 2001:00 = 2000 bytes",
                   "read 5 1FFF:00: abort 06020000h", "read 5 1018:2A: abort 06090011h"])
    assert not [note for note in notes if "expected" in note or "without blocks" in note], notes


@test
def lss():
    """our master finds their device without node-ID by fastscan and gives it one"""
    steps = ["lss switch 666 2 3 4", "lss fastscan", "lss inquire", "lss node-id 33", "lss switch waiting"]
    notes, said = run("lss", {
        "type": "canopen-master", "boot": False, "lss_timeout": "20ms",
        "script": [{"at": "1s", "do": steps[0]}] + [{"do": step} for step in steps[1:]]}, "6s")
    expect(notes, ["lss switch 666 2 3 4: nobody answers",
                   "lss fastscan: vendor 0x0000029A, product 0x00000002, revision 0x00000003, serial 0x80000004",
                   # Their answers to inquiries carry one byte of each number alone.
                   "lss inquire: vendor 0x0000009A, product 0x00000002, revision 0x00000003, serial 0x00000004, "
                   "node-ID not told", "lss node-id 33: done", "lss switch waiting: done"])
    expect(said, ["node-ID 33"])


@test
def device():
    """their client reads and writes our device: expedited, in segments and in blocks"""
    write("d.eds", EDS)
    _, said = run("master", {"type": "canopen", "eds": "d.eds", "node_id": 5}, "15s")
    assert said == ["vendor: 666", "missing: Object does not exist [0x1fff]", "segments down: done", "segments up: same",
                    "block down: done", "block up: same"], said


run_tests()
