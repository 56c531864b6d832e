#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What people get wrong: one sentence with the place, status 2, and nothing half-done."""

import os
import socket

from cli_lib import CANSIM, FOLDER, cansim, read, run_tests, same, stop, start, test, unplaced, write

NODE = '{"nodes": {"drive": {%s}}}'
PERIODIC = '"type": "periodic", "frame": "123#00", "period": "1ms"'
SEED = ": /seed: must be 0..9007199254740991, or a text of digits up to 2^64-1, got "

NO_FD = "must be classic CAN for a controller that knows no CAN FD, got CAN FD"
FULL = '"timing": {"clock": "80M", "nominal": {"brp": 2, "phase_seg1": 63, "phase_seg2": 16%s}%s}'

# file content, expected sentence after "cansim: bad.json"
SYNTAX = [
    ("", ":1:1: expected a value, got the end"),
    ("{", ":1:2: expected '\"' (a key), got the end"),
    ('{"title": "x"', ":1:14: expected ',' or '}', got the end"),
    ('{"a": 1,}', ":1:9: expected '\"' (a key), got '}'"),
    ("{\n  'a': 1\n}", ":2:3: expected '\"' (a key), got '''"),
    ('{"a" 1}', ":1:6: expected ':', got '1'"),
    ('{"a": tru}', ":1:7: expected a value, got 't'"),
    ('{"a": NaN}', ":1:7: expected a value, got 'N'"),
    ('{"a": 01}', ":1:8: expected no digit after a leading 0, got '1'"),
    ('{"a": 1.}', ":1:9: expected a digit, got '}'"),
    ('{"a": +1}', ":1:7: expected a value, got '+'"),
    ('{"a": -}', ":1:8: expected a digit, got '}'"),
    ('{"a": "\n"}', ":1:8: expected '\"' at the end of the string, got the end of line"),
    ('{"a": "\\x"}', ':1:8: expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u, got \'\\\''),
    ('{"a": "\\u12"}', ":1:8: expected four hex digits after \\u, got '\\'"),
    ('{"a": "\\u0000"}', ":1:8: expected no NUL character in a string, got '\\'"),
    ('{"a": "\\ud800"}', ":1:8: expected a pair of surrogates, got '\\'"),
    ('{} {}', ":1:4: expected nothing more, got '{'"),
    ("[" * 100, ":1:33: expected at most 32 levels of nesting, got '['"),
    (b'{"title": "\xff"}', ":1:12: expected UTF-8, got byte 0xFF"),
    (b'{"title": "\xc3\xa4\xe9"}', ":1:13: expected UTF-8, got byte 0xE9"),
    (b'{"title": "\xed\xa0\x80"}', ":1:12: expected UTF-8, got byte 0xED"),
    (b"{}\x00", ":1:3: expected nothing more, got character 0"),
    ("[" + "1," * 1100000 + "1]", ":1:2000000: expected at most 1000000 values, got '1'"),
]

MEANING = [
    ("[]", ": /: must be an object, got an empty array"),
    ('{"tilte": "x"}', ': /tilte: is no known key, did you mean "title"?'),
    ('{"wibble": 1}', ": /wibble: is no known key, expected one of $schema, include, constants, templates, title, comment, seed, duration, "
                      "speed, link, buses, plugins, nodes, devices, guests, programs, faults, timeline"),
    ('{"title": 5}', ": /title: must be a text of 1..80 bytes, got 5"),
    ('{"title": "a", "title": "b"}', ": /title: must be there once, got it twice"),
    (NODE % '"bus": "can0", "bus": "can0"', ": /nodes/drive/bus: must be there once, got it twice"),
    ('{"seed": -1}', SEED + "-1"),
    ('{"seed": 1.5}', SEED + "1.5"),
    ('{"seed": 1e999}', SEED + "a number beyond all bounds"),
    ('{"duration": 5}', ": /duration: must be 1us..2400h, got 5"),
    ('{"duration": "5"}', ': /duration: must be 1us..2400h, got "5"'),
    ('{"duration": "0s"}', ': /duration: must be 1us..2400h, got "0s"'),
    ('{"speed": 0}', ': /speed: must be 0.001..1000 or "max", got 0'),
    ('{"link": 1}', ": /link: must be true, false or an address, got 1"),
    ('{"link": "tcp:x"}', ": /link: link address: expected tcp:HOST:PORT with a port of 0..65535, "
                          'got "tcp:x"'),
    ('{"buses": {}}', ": /buses: must be an object of at least one bus, got an empty object"),
    ('{"buses": {"any": 500000}}', ": /buses/any: must be named by 1..15 letters, digits, '_', '-' "
                                   'or \'.\' and not "any"'),
    ('{"buses": {"can0": "2M"}}', ': /buses/can0: must be 10k..1M, got "2M"'),
    ('{"buses": {"can0": {"bitrate": 9999}}}', ": /buses/can0/bitrate: must be 10k..1M, got 9999"),
    ('{"buses": {"can0": {"bitrat": 9999}}}',
     ': /buses/can0/bitrat: is no known key, did you mean "bitrate"?'),
    ('{"buses": {%s}}' % ",".join(f'"c{i}": 500000' for i in range(17)),
     ": /buses/c16: must be one of at most 16 buses"),
    ('{"nodes": []}', ": /nodes: must be an object: name to node, got an empty array"),
    ('{"nodes": {"a b": {}}}', ": /nodes/a b: must be named by 1..63 bytes without spaces"),
    ('{"nodes": {"a/b": 1}}', ": /nodes/a~1b: must be an object, got 1"),
    ('{"buses": {"a": 500000, "b": 500000}, "nodes": {"n": {}}}',
     ': /nodes/n: must have the key "bus" where there are several, got none'),
    (NODE % '"bus": "can7"', ': /nodes/drive/bus: must be a bus of this scenario ("can0"), got "can7"'),
    (NODE % '"type": "periodical"', ': /nodes/drive/type: must be "listener", "periodic", "random", "replay"'),
    (NODE % '"period": "1ms"', ': /nodes/drive/period: does not go with the type "listener"'),
    (NODE % '"type": "attached", "mode": "normal"',
     ': /nodes/drive/mode: does not go with the type "attached"'),
    (NODE % '"type": "periodic", "frame": "123#00", "period": "0"',
     ': /nodes/drive/period: must be 100us..1h, got "0"'),
    (NODE % '"type": "periodic", "frame": "123#00"',
     ': /nodes/drive: must have "frame" and "period" together, got "frame" alone'),
    (NODE % '"type": "periodic"',
     ': /nodes/drive: must have "frame" and "period" or "messages", got none'),
    (NODE % '"type": "periodic", "frame": "123#0", "period": "1ms"',
     ': /nodes/drive/frame: must be a frame such as "123#DEADBEEF" ('),
    (NODE % '"type": "periodic", "frame": "123##100", "period": "1ms"',
     ": /nodes/drive/frame: " + NO_FD),
    (NODE % '"type": "periodic", "fd": "tolerant", "frame": ["123#", "123##100"], "period": "1ms"',
     ": /nodes/drive/frame/1: " + NO_FD),
    (NODE % '"type": "periodic", "messages": [{"frame": "1#", "period": "1ms"}]',
     ': /nodes/drive/messages/0/frame: must be a frame such as'),
    (NODE % '"type": "periodic", "messages": [{"frame": "123##100", "period": "1ms"}]',
     ": /nodes/drive/messages/0/frame: " + NO_FD),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "send": ["123#", "123##1"]}]}',
     ": /timeline/0/send/1: " + NO_FD),
    (NODE % '"type": "random", "rate": 1, "fd_frames": 5', ": /nodes/drive/fd_frames: " + NO_FD),
    (NODE % '"type": "random", "rate": 1, "dlc": "0-9"',
     ': /nodes/drive/dlc: must be 0..8 without "fd_frames", got more'),
    (NODE % '"type": "random", "rate": 1, "fd": "iso", "fd_frames": 99, "dlc": "9-10"',
     ": /nodes/drive/dlc: must begin at 0..8 where some frames are classic, got more"),
    (NODE % '"type": "periodic", "frame": ["123#", 7], "period": "1ms"',
     ': /nodes/drive/frame/1: must be a frame such as "123#DEADBEEF", got 7'),
    (NODE % (PERIODIC + ', "jitter": "1ms"'),
     ": /nodes/drive: must have a jitter less than its period, got more"),
    (NODE % (PERIODIC + ', "counter": 1'),
     ": /nodes/drive: must have its counters within the data, got one of 8 bits at byte 1 of 1"),
    (NODE % (PERIODIC + ', "counter": {"byte": 0, "low": 9, "high": 3}'),
     ": /nodes/drive/counter: must have low <= first <= high within 8 bits, got 9, 9, 3"),
    (NODE % '"type": "periodic", "messages": [{"frame": "123#"}]',
     ': /nodes/drive/messages/0: must have the key "period", got none'),
    (NODE % '"mode": "listenonly"', ': /nodes/drive/mode: must be "normal", "listen-only", '
                                    '"loopback", "one-shot", "restricted" or an array of them, '
                                    'got "listenonly"'),
    (NODE % '"tx_queue": 0', ": /nodes/drive/tx_queue: must be a whole number 1..4096, got 0"),
    (NODE % '"tx_queue": 1e300', ": /nodes/drive/tx_queue: must be a whole number 1..4096, got 1e+300"),
    (NODE % '"recovery": "soon"', ': /nodes/drive/recovery: must be "auto", "manual" or 0s..1h, got '
                                  '"soon"'),
    (NODE % '"filters": ["1234"]', ': /nodes/drive/filters/0: must be a filter such as "123", '
                                   '"120:7F0" or "18FF0000:1FFF0000", got "1234"'),
    (NODE % '"type": "random"', ': /nodes/drive: must have one of "rate" and "load", got none'),
    (NODE % '"type": "random", "rate": 1, "load": 5',
     ': /nodes/drive: must have one of "rate" and "load", got both'),
    (NODE % '"type": "random", "rate": 0',
     ": /nodes/drive/rate: must be 0.001..20000 frames a second, got 0"),
    (NODE % '"type": "random", "rate": 1, "ids": "1FF-100"',
     ': /nodes/drive/ids: must be identifiers such as "100-1FF" or "18FF0000-18FF00FF", got '
     '"1FF-100"'),
    (NODE % '"type": "random", "rate": 1, "dlc": "8-2"',
     ': /nodes/drive/dlc: must be 0..8 or two of them such as "2-8", up to 15 with fd_frames, got '
     '"8-2"'),
    (NODE % '"bitrate": "5k"', ': /nodes/drive/bitrate: must be 10k..1M, got "5k"'),
    (NODE % '"data_bitrate": "2M"',
     ": /nodes/drive/data_bitrate: must have no data bit rate without CAN FD, got one"),
    (NODE % '"fd": "iso", "data_bitrate": "11M"',
     ': /nodes/drive/data_bitrate: must be 10k..10M, got "11M"'),
    (NODE % '"fd": "iso", "data_bitrate": "250k"',
     ": /nodes/drive/data_bitrate: the data bit rate must be 500000..10000000 bit/s, got 250000"),
    (NODE % '"fd": "iso", "data_sample_point": "75%"',
     ': /nodes/drive: must have "data_bitrate" for its sample point or jump width, got none'),
    (NODE % '"sample_point": 87.5', ': /nodes/drive/sample_point: must be a part of the bit such as '
                                    '"87.5%" or 0.875, 1%..99%, got 87.5'),
    (NODE % '"sample_point": "99.5%"', ': /nodes/drive/sample_point: must be a part of the bit'),
    (NODE % '"sample_point": "90%", "sjw": 9',
     ": /nodes/drive/sjw: must be at most 8, what is behind the sample point, got 9"),
    (NODE % '"drift": "11%"', ': /nodes/drive/drift: must be a drift such as "150ppm" or "-0.01%", up '
                              'to 10%, got "11%"'),
    (NODE % '"drift": "0.1ppb"', ': /nodes/drive/drift: must be a drift'),
    (NODE % '"drift": "99999999999999999999ppm"', ': /nodes/drive/drift: must be a drift'),
    (NODE % '"fd": true', ': /nodes/drive/fd: must be "bus", "classic", "tolerant", "iso" or '
                          '"non-iso", got true'),
    (NODE % '"delay": "101us"', ': /nodes/drive/delay: must be 0s..100us, got "101us"'),
    (NODE % '"cable": 20001', ": /nodes/drive/cable: must be 0..20000 metres, got 20001"),
    (NODE % '"type": "attached", "bitrate": "500k"',
     ': /nodes/drive/bitrate: does not go with the type "attached"'),
    (NODE % (FULL % ("", "") + ', "bitrate": "250k"'),
     ': /nodes/drive/bitrate: must be 500k as in "timing", or left out, got 250k'),
    (NODE % (FULL % ("", "") + ', "sjw": 3'), ': /nodes/drive/sjw: does not go with "timing"'),
    (NODE % (FULL % (', "sjw": 17', "")), ": /nodes/drive/timing: the nominal bit timing's sjw must "
                                          "be 1..phase_seg2 (16), got 17"),
    (NODE % (FULL % (', "sjw": 0', "")),
     ": /nodes/drive/timing/nominal/sjw: must be a whole number 1..1024, got 0"),
    (NODE % (FULL % ("", ', "tdc": "yes"')),
     ': /nodes/drive/timing/tdc: must be "auto", "off", "on" or "fixed", got "yes"'),
    (NODE % '"timing": {"clock": "80M"}', ': /nodes/drive/timing: must have the key "nominal", got '
                                          'none'),
    ('{"buses": {"can0": {"data_bitrate": "2M"}}}',
     ": /buses/can0/data_bitrate: must have no data bit rate without CAN FD, got one"),
    ('{"buses": {"can0": {' + FULL % ("", ', "data": 5') + '}}}',
     ": /buses/can0/timing/data: must be an object, got 5"),
    (NODE % '"type": "replay"', ': /nodes/drive: must have the key "file", got none'),
    (NODE % '"type": "attached", "wait": "x"',
     ': /nodes/drive/wait: must be true, false or 0s..24h, got "x"'),
    ('{"timeline": [{"note": "x"}]}', ': /timeline/0: must have the key "at", got none'),
    ('{"timeline": [{"at": "1s"}]}', ": /timeline/0: must have an action (send, note, attach, "
                                     "detach, recover, mode, counters, fault, clear, ...), got none"),
    ('{"timeline": [{"at": "1s", "bitrate": "250k"}]}',
     ': /timeline/0: must have the key "node", got none'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "bitrate": "2M"}]}',
     ': /timeline/0/bitrate: must be 10k..1M, got "2M"'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "timing": {"clock": "8M"}}]}',
     ': /timeline/0/timing: must have the key "nominal", got none'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "bitrate": "1M", "timing": {}}]}',
     ": /timeline/0/timing: must be the only action of its entry, got one before"),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "unplug": "m"}]}',
     ': /timeline/0/unplug: must be a node of this scenario, got "m"'),
    ('{"timeline": [{"at": "1s", "clear": "x"}]}',
     ': /timeline/0/clear: must be "all" or the label of a fault of this scenario, got "x"'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "remove": "n"}]}',
     ': /timeline/0/remove: must have the key "late" beside it, got none'),
    ('{"timeline": [{"at": "1s", "late": 0, "note": "x"}]}', ": /timeline/0/late: must be 1 or more but at 0s, got 0"),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "late": 1, "turn": 1, "node": "n", "send": "123#"}]}',
     ': /timeline/0/turn: does not go with "late"'),
    ('{"timeline": [{"at": "1s", "late": 1, "amid": 1, "note": "x"}]}', ': /timeline/0/amid: does not go with "late"'),
    ('{"timeline": [{"at": "1s", "turn": 1, "note": "x"}]}', ": /timeline/0/turn: must have a node, got none"),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "mode": "normal", "cookie": 1}]}',
     ': /timeline/0/cookie: goes with "send" alone'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "abort": "18446744073709551616"}]}',
     ': /timeline/0/abort: must be 0..9007199254740991, or a text of digits up to 2^64-1, '
     'got "18446744073709551616"'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "bitrate": "500k", "drift": "1ppm"}]}',
     ': /timeline/0/drift: goes with "timing" alone'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "filters": ["123:7FF:1:1"]}]}',
     ': /timeline/0/filters/0: must be a filter such as'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "lost": 65536}]}',
     ': /timeline/0/lost: must be 0..65535, got 65536'),
    ('{"nodes": {"n": {"as": "a b"}}}', ': /nodes/n/as: must be a name of 1..63 bytes without spaces, got "a b"'),
    ('{"timeline": [{"at": "1s", "clear": 0}]}',
     ': /timeline/0/clear: must be "all", the label of a fault or its number, got 0'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "node": "n", "clear": "all"}]}',
     ': /timeline/0/node: does not go with this action'),
    ('{"timeline": [{"at": "1s", "bus": "can1", "clear": "all"}]}',
     ': /timeline/0/bus: must be a bus of this scenario ("can0"), got "can1"'),
    ('{"timeline": [{"at": "1s", "send": "123#"}]}',
     ': /timeline/0: must have the key "node", got none'),
    ('{"nodes": {"drive": {}}, "timeline": [{"at": "1s", "node": "drvie", "send": "123#"}]}',
     ': /timeline/0/node: must be a node of this scenario (did you mean "drive"?), got "drvie"'),
    ('{"nodes": {"g": {"type": "attached"}}, "timeline": [{"at": "1s", "detach": "g"}]}',
     ': /timeline/0/detach: must be a simulated node, got "g"'),
    ('{"nodes": {"n": {}}, "timeline": [{"at": "1s", "detach": "n", "note": "x"}]}',
     ": /timeline/0/detach: must be the only action of its entry, got one before"),
    ('{"timeline": [{"at": "9999999h", "note": "x"}]}',
     ': /timeline/0/at: must be 0s..2400h, got "9999999h"'),
    ('{"nodes": {"\\u001b[31m": {}}}', ": /nodes/?[31m: must be named by 1..63 bytes without spaces"),
]

# a fault of the timeline, expected sentence after "cansim: bad.json: /timeline/0/fault"
FAULTS = [
    ("5", ": must be a fault: an object, or its text form, got 5"),
    ("{}", ': must have the key "fault", got none'),
    ('{"fault": 5}', "/fault: must be the kind of a fault, a text, got 5"),
    ('{"fault": "flpi"}', "/fault: "),
    ('"flpi field=crc"', ": "),
    ('{"fault": "flip", "field": "crx"}', "/field: \"crx\" is no field, did you mean \"crc\"?"),
    ('{"fault": "flip", "feild": "crc"}', '/feild: '),
    ('{"fault": "flip", "field": "crc", "index": 512}', "/index: must be 0..511"),
    ('{"fault": "flip", "field": "crc", "index": null}',
     "/index: must be a text, a number, true, false or an array of names, got null"),
    ('{"fault": "flip", "field": "crc", "seen_by": ["n", 5]}', "/seen_by/1: must be a name, got 5"),
    ('{"fault": "flip", "field": "crc", "seen_by": []}',
     "/seen_by: must be an array of names, got an empty array"),
    ('{"fault": "flip", "field": "crc", "seen_by": ["n", "ther"], "bus": "can1"}',
     '/seen_by: must be a node of this scenario on can1, got "n"'),
    ('{"fault": "flip", "field": "crc", "seen_by": "there,ther"}',
     '/seen_by: must be a node of this scenario on can1 (did you mean "there"?), got "ther"'),
    ('{"fault": "flip"}', ": "),
    ('{"fault": "no-ack", "node": "wibble"}',
     '/node: must be a node of this scenario, got "wibble"'),
    ('{"fault": "no-ack", "node": "n", "bus": "can1"}', '/node: must be a node of this scenario on '
                                                       'can1'),
    ('{"fault": "no-ack", "node": "n", "bus": "can2"}', '/bus: must be a bus of this scenario, got '
                                                       '"can2"'),
    ('{"fault": "short"}', ': must have the key "bus" where there are several, got none'),
    ('{"fault": "split", "nodes": ["n", "wibble"]}',
     '/nodes: must be a node of this scenario on can0, got "wibble"'),
    ('{"fault": "flip", "field": "crc", "from": "wibble", "bus": "can0"}',
     '/from: must be a node of this scenario on can0, got "wibble"'),
    ('{"fault": "flip", "field": "crc", "when": "wibble:bus_off", "bus": "can0"}',
     '/when: must be a node of this scenario on can0, got "wibble"'),
    ('{"fault": "bitrate", "node": "n", "bitrate": "5M"}', "/bitrate: must be"),
    ('{"fault": "drift", "node": "n", "ppm": 100001}', "/ppm: must be"),
    ('{"fault": "noise", "ber": 0.6, "bus": "can0"}', "/ber: must be"),
    ('{"fault": "flip", "crc": "%s"}' % ("x" * 3000), "/crc: must be a text of at most"),
    ('{"fault": "babble", "node": "n", "frame": "123##1"}', "/frame: " + NO_FD),
    ('{"fault": "bitrate", "node": "n", "data_bitrate": "2M"}',
     "/data_bitrate: must have no data bit rate without CAN FD, got one"),
    ('"babble node=n frame=123##1"', ": frame: " + NO_FD),
    ('"no-ack node=n bus=can2"', ': bus: must be a bus of this scenario, got "can2"'),
    ('"no-ack node=wibble bus=can0"', ': node: must be a node of this scenario on can0, got '
                                      '"wibble"'),
]

LOGS = [
    ("hello\n", ":1: must begin with a time such as (12.345678)"),
    ("(1.0) can0 123#11\n(1.1) can0\n", ":2: must have a frame such as 123#DEADBEEF after the "
                                        "interface"),
    ("(1.0) can0 123#11\n\n(1.1) can0 123#1\n", ":3: "),
    ("(1.0) can0 123#11 what\n", ":1: must end after the frame"),
    ("(1.0) can0 123#11\n(99999999.0) can0 123#11\n", ":2: must be within 100 days of the first line"),
    ("(1.0) can0 12\0#11\n", ":1: must be text, got a NUL byte"),
    ("\n\n", ": must have frames, got none"),
    ("(1.0) vcan0 20000080#0000000000000000\n", ": must have frames, got none"),
]

USAGE = [
    ([], 'must have a command, got none, see "cansim --help"'),
    (["rnu"], 'rnu: is no command, did you mean "run"?'),
    (["zzzzz"], 'zzzzz: is no command, see "cansim --help"'),
    (["run"], "run: must have FILE, got none"),
    (["run", "a", "b"], 'run: must have one FILE, got "b" as well'),
    (["run", "--scenario", "a", "b"], 'run: must have one FILE, got "b" as well'),
    (["run", "--durtion", "1s", "a"], '--durtion: is no option of "run", did you mean --duration?'),
    (["run", "-x", "a"], '-x: is no option of "run", see "cansim help run"'),
    (["run", "--duration", "1", "a"], '--duration: must be 1us..2400h, got "1"'),
    (["run", "--duration"], "--duration: must have a value T, got none"),
    (["run", "--speed=0", "a"], '--speed: must be 0.001..1000 or max, got "0"'),
    (["run", "--seed=-1", "a"], '--seed: must be a number 0..2^64-1, got "-1"'),
    (["run", "--fast", "--speed", "2", "a"], "--fast: does not go with --speed"),
    (["run", "--fast=1", "a"], '--fast: takes no value, got "1"'),
    (["run", "--log", "x", "--log", "y", "a"], "--log: must be there once, got it twice"),
    (["run", "--engine", "fast", "a"], '--engine: must be auto, bit or frame, got "fast"'),
    (["run", "--vcd"], "--vcd: must have a value FILE, got none"),
    (["serve", "--bus", "can0:500k:250k"],
     '--bus: must be 500k..10M in the data phase, got "250k"'),
    (["serve", "--fault", "short"], '--fault: is no option of "serve"'),
    (["run", "--wait", "never", "a"], '--wait: must be 0s..24h or forever, got "never"'),
    (["serve", "x"], 'serve: must have no operand, got "x" as well'),
    (["serve", "--bus", "a b"], "--bus: must be 1..15 letters, digits, '_', '-' or '.' and not "
                                '"any", got "a b"'),
    (["serve", "--bus", "can0:5"], '--bus: must be 10k..1M, got "5"'),
    (["serve", "--bus", "can0", "--bus", "can0"], '--bus: must be a new name each time, got "can0"'),
    (["explain"], "explain: must have FRAME..., got none"),
    (["explain", "--bitrate", "2M", "123#"], '--bitrate: must be 10k..1M, got "2M"'),
    (["run", "missing.json"], "missing.json: cannot be opened: No such file or directory"),
    (["run", "."], ".: cannot be read: Is a directory"),
    (["help", "rum"], 'rum: is no command, did you mean "run"?'),
]


def sentence(args, expected, status=2):
    got = cansim(*args)
    text = unplaced(got[2].decode())
    assert text.startswith("cansim: " + expected), f"expected {expected!r}, got {text!r}"
    same(text.count("\n"), 1, "sentences for " + " ".join(args))
    same(got[:2], (status, b""), text)
    return text


def with_file(content, expected):
    write("bad.json", content)
    sentence(["run", "--log", "half.log", "--events", "half.events", "bad.json"],
             "bad.json" + expected)
    for name in ("half.log", "half.events"):
        assert not os.path.exists(os.path.join(FOLDER, name)), name + " was made"
    sentence(["check", "bad.json"], "bad.json" + expected)


@test
def syntax():
    """broken JSON: line, column, what was expected and found"""
    for content, expected in SYNTAX:
        with_file(content, expected)


@test
def meaning():
    """keys and values: the JSON path, what was expected and found"""
    for content, expected in MEANING:
        with_file(content, expected)


@test
def faults():
    """faults: the key within the fault, in the timeline and from the start"""
    frame = '{"buses": {"can0": 500000, "can1": 500000}, "nodes": {"n": {"bus": "can0"}, ' \
            '"m": {"bus": "can0"}, "there": {"bus": "can1"}}, %s}'
    for fault, expected in FAULTS:
        with_file(frame % ('"timeline": [{"at": "1ms", "fault": %s}]' % fault),
                  ": /timeline/0/fault" + expected)
        with_file(frame % ('"faults": ["no-ack node=m", %s]' % fault), ": /faults/1" + expected)


@test
def contradictions():
    """two faults that cannot be at a time: the second is named, and what is armed already"""
    text = '{"nodes": {"n": {}}, "faults": ["bitrate node=n bitrate=250k"%s], "timeline": [' \
           '{"at": "1s", "note": "x"}%s]}'
    same(cansim("check", "-", stdin=(text % ("", "")).encode())[0], 0)
    with_file(text % (', "bitrate node=n bitrate=125k"', ""),
              ': /faults/1: contradicts fault 1, bitrate of node "n", which is bad.json: /faults/0')
    with_file(text % ("", ', {"at": "2s", "fault": {"fault": "bitrate", "node": "n", '
                          '"bitrate": 125000}}'), ": /timeline/1/fault: ")
    write("good.json", text % ("", ""))
    sentence(["run", "--fault", "bitrate node=n bitrate=125k", "good.json"],
             '--fault "bitrate node=n bitrate=125k": ')
    sentence(["run", "--fault", "short bus=can1", "good.json"],
             '--fault "short bus=can1": bus: must be a bus of this scenario, got "can1"')
    sentence(["run", "--fault", "flip feild=crc", "good.json"], '--fault "flip feild=crc": ')
    sentence(["run", *["--fault", "short"] * 65, "good.json"],
             "--fault: must be there at most 64 times, got more")


@test
def replayed_logs():
    """logs to replay: the line and what is wrong with it"""
    write("replay.json", NODE % '"type": "replay", "file": "bad.log"')
    for content, expected in LOGS:
        write("bad.log", content)
        sentence(["run", "replay.json"], "replay.json: /nodes/drive/file: bad.log" + expected)
    write("bad.log", "(1.0) can0 123##111\n")
    sentence(["run", "replay.json"], "replay.json: /nodes/drive/file: " + NO_FD)
    write("bad.log", "(1.0) can0 123#11\n")
    write("replay.json", NODE % '"type": "replay", "file": "bad.log", "interface": "can1"')
    sentence(["run", "replay.json"], 'replay.json: /nodes/drive/file: bad.log: must have frames of the interface "can1", got none')
    write("in.log", "(1.0) can0 123#11\n")
    for keys, expected in (
            ('"ids": "124"', '/file: in.log: must have frames that are sent, "ids" and "rewrite" leave none'),
            ('"ids": []', "/ids: must be an array of 1..64 frames or identifiers"),
            ('"ids": ["123", "12"]', '/ids/1: '),
            ('"rewrite": {}', "/rewrite: must be an array of 1..64 objects"),
            ('"rewrite": [{"id": "+7FF"}]', "/file: in.log: frame 123#11 must have an identifier after rewrite 0, has "
                                            "none of so many bits"),
            ('"rewrite": [{"drop": true}]', '/file: in.log: must have frames that are sent, "ids" and "rewrite"'),
            ('"rewrite": [{"drop": true, "id": "100"}]', '/rewrite/0/drop: must not be with "id" or "data"'),
            ('"rewrite": [{"ids": "123", "dta": "11"}]', '/rewrite/0/dta: is no known key, did you mean "data"?'),
            ('"order": "offerd"', '/order: must be "queued", "offered" or "recorded", got "offerd"'),
            ('"order": "offered", "tx_order": "fifo"', '/tx_order: must be auto with "order", which tells it'),
            ('"order": "recorded", "speed": "max"', '/speed: must not be "max" where frames are sent at recorded')):
        write("replay.json", NODE % ('"type": "replay", "file": "in.log", ' + keys))
        sentence(["run", "replay.json"], "replay.json: /nodes/drive" + expected)
    write("cut.pcapng", bytes.fromhex("0A0D0D0A1C0000004D3C2B1A01000000"))
    write("replay.json", NODE % '"type": "replay", "file": "cut.pcapng"')
    sentence(["run", "replay.json"], "replay.json: /nodes/drive/file: cut.pcapng:byte 0: the block must have 28 bytes, "
                                     "the file ends after 16")
    write("replay.json", NODE % '"type": "replay", "file": "gone.log"')
    sentence(["run", "replay.json"],
             "replay.json: /nodes/drive/file: gone.log: cannot be read: No such file or directory")


@test
def usage():
    """command lines: the option, what was expected and found"""
    for args, expected in USAGE:
        sentence(args, expected)


@test
def large_files():
    """a file beyond 64 MiB is refused, and so is one that never ends"""
    with open(os.path.join(FOLDER, "large.json"), "wb") as file:
        file.truncate((64 << 20) + 1)
    sentence(["run", "large.json"], "large.json: must be at most 64 MiB, got more")
    sentence(["run", "/dev/zero"], "/dev/zero: must be at most 64 MiB, got more")


@test
def standard_input():
    """a scenario from standard input is called that in errors"""
    status, _, err = cansim("run", "-", stdin=b'{"seed": "x"}')
    same((status, err), (2, b'cansim: standard input:1:10' + SEED.encode() + b'"x"\n'))
    status, out, _ = cansim("run", "--log", "-", "-",
                            stdin=b'{"nodes": {"a": {}, "b": {}}, "timeline": '
                                  b'[{"at": "1ms", "node": "a", "send": "123#11"}]}')
    same((status, out), (0, b"(0000000000.001106) can0 123#11\n"))


@test
def never_overwritten():
    """a log never replaces the scenario, the log that it replays, or the other log"""
    scenario = '{"nodes": {"a": {"type": "replay", "file": "in.log"}, "b": {}}}'
    write("keep.json", scenario)
    write("in.log", "(1.0) can0 123#11\n")
    os.link(os.path.join(FOLDER, "keep.json"), os.path.join(FOLDER, "alias.json"))
    for name in ("keep.json", "alias.json", "in.log"):
        sentence(["run", "--log", name, "keep.json"],
                 f"{name}: must not be a file that the scenario is read from")
    same(read("keep.json"), scenario.encode())
    same(read("in.log"), b"(1.0) can0 123#11\n")
    for args in (["--log", "one", "--events", "./one"], ["--log", "-", "--events", "-"]):
        sentence(["run", *args, "keep.json"],
                 f"{args[1]}: must be a file for either log or events, got it for both")
    assert not os.path.exists(os.path.join(FOLDER, "one")), "a file was left behind"
    write("mine", "mine")
    sentence(["run", "--log", "mine", "--events", "no/such/folder", "keep.json"],
             "no/such/folder: cannot be created: No such file or directory", 3)
    same(read("mine"), b"mine", "a log was emptied before all could be opened")


@test
def taken_socket():
    """an address in use is environment trouble: status 3, no log file"""
    host = start("serve", "--link", os.path.join(FOLDER, "taken.sock"))
    try:
        host.stderr.readline()
        status, _, err = cansim("serve", "--log", "half.log", "--link",
                                os.path.join(FOLDER, "taken.sock"))
        same((status, err.count(b"\n")), (3, 1), err)
        assert not os.path.exists(os.path.join(FOLDER, "half.log")), "a log was made"
    finally:
        same(stop(host)[0], 130)
    assert not os.path.exists(os.path.join(FOLDER, "taken.sock")), "the socket is left"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(os.path.join(FOLDER, "taken.sock"))
    stale.close()
    host = start("serve", "--link", os.path.join(FOLDER, "taken.sock"))
    host.stderr.readline()
    same(stop(host)[0], 130, "a dead host's socket")


@test
def help_and_version():
    """help and version go to standard output with status 0"""
    for args in (["--help"], ["--version"], ["-V"], ["help"], ["help", "help"], ["help", "run"], ["help", "serve"],
                 ["help", "explain"], ["help", "check"], ["help", "scenario"], ["run", "--help"],
                 ["serve", "-h"], ["explain", "--help"], ["check", "--help"]):
        status, out, err = cansim(*args)
        same((status, err), (0, b""), args)
        assert len(out) > 5, args
    with open("/dev/full", "wb") as full:
        import subprocess
        done = subprocess.run([CANSIM, "--help"], stdout=full, stderr=subprocess.PIPE, timeout=10,
                              check=False)
    same(done.returncode, 3, done.stderr)


run_tests()
