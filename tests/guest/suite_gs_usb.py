#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The guest suite over gs_usb."""

import suite_lib

suite_lib.run_way("gs_usb")
