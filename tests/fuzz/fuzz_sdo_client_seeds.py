#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fuzz/corpus/sdo_client: answers of a server to one transfer of each kind."""
import pathlib

TO = pathlib.Path(__file__).parent / "corpus" / "sdo_client"
SENT = b"\x01" + bytes(8)

SEEDS = {
    "expedited": (0x00, 0, ["43 00 10 00 01 02 03 04", "4f 00 10 00 7f"]),
    "segmented_up": (0x00, 0, ["41 00 10 00 09", "00 61 62 63 64 65 66 67", "1b 68 69"]),
    "expedited_down": (0x05, 2, ["60 00 10 00", "80 00 10 00 00 00 02 06"]),
    "segmented_down": (0x01, 9, ["60 00 10 00", "20", "30"]),
    "block_up": (0x02, 0, ["c6 00 10 00 09", "01 31 32 33 34 35 36 37", "82 38 39", "d5 c3 31"]),
    "block_up_lost": (0x82, 0, ["c6 00 10 00 09", "82 38 39", "01 31 32 33 34 35 36 37", "82 38 39",
                                "d5 c3 31"]),
    "block_down": (0x03, 20, ["a4 00 10 00 7f", "a2 01 7f", "a2 02 01", "a1"]),
    "fallback": (0x0B, 4, ["80 00 10 00 01 00 04 05", "60 00 10 00"]),
    "timeout": (0x02, 0, ["c6 00 10 00 09", None, None]),
}


def main():
    TO.mkdir(parents=True, exist_ok=True)
    for name, (kinds, length, answers) in SEEDS.items():
        data = bytes([kinds, length])
        for answer in answers:
            data += SENT
            if answer is None:
                data += b"\x02" + bytes([200]) + bytes(7)
            else:
                data += b"\x00" + bytes.fromhex(answer).ljust(8, b"\0")
        (TO / name).write_bytes(data)


main()
