#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The guest suite over shim."""

import suite_lib

suite_lib.run_way("shim")
