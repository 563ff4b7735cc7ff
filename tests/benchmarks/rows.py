"""What is measured when rows are: a process of its own that imports nothing else."""

from __future__ import annotations

import struct
import sys


def rows(path: str) -> None:
    """Print the rows of a file, as a list shows them."""
    from netscope.dissect.summary import Summaries

    with open(path, "rb") as file:
        data = file.read()
    head = struct.Struct("<IIII").unpack_from
    row = Summaries().row
    at, number, lines = 24, 0, []
    while at < len(data):
        seconds, rest, captured, length = head(data, at)
        number += 1
        made = row(number, seconds * 1_000_000_000 + rest, data, at + 16, captured, length, 1)
        lines.append(f"{number}\t{seconds}.{rest:09d}\t{made[0]} → {made[1]}\t{made[2]} {made[3]} {made[4]}\n")
        at += 16 + captured
        if len(lines) == 1000:
            sys.stdout.write("".join(lines))
            lines.clear()
    sys.stdout.write("".join(lines))
