"""Make ``netscope/data/oui.bin`` from the IEEE registries: ``python -m tests.build_oui [DIRECTORY]``.

DIRECTORY holds oui.csv, mam.csv, oui36.csv (MA-L, MA-M, MA-S) and iab.csv (what MA-S was called before), as Debian's
package ieee-data puts them into /usr/share/ieee-data. The format is told in ``netscope/domains/oui.py``.
"""

from __future__ import annotations

import csv
import sys
import zlib
from array import array
from collections.abc import Mapping
from pathlib import Path

from netscope.domains.oui import HEAD, MAGIC

PER_BLOCK = 512
FILES = ((24, "oui.csv"), (28, "mam.csv"), (36, "iab.csv"), (36, "oui36.csv"))
TARGET = Path(__file__).resolve().parent.parent / "netscope" / "data" / "oui.bin"


def read(directory: Path) -> dict[int, dict[int, str]]:
    """Return bits -> prefix -> name of the organisation."""
    found: dict[int, dict[int, str]] = {24: {}, 28: {}, 36: {}}
    for bits, name in FILES:
        with (directory / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if len(row["Assignment"]) * 4 == bits:
                    found[bits][int(row["Assignment"], 16)] = " ".join(row["Organization Name"].split())
    return found


def build(registries: Mapping[int, Mapping[int, str]]) -> bytes:
    """Return the file's bytes."""
    names = sorted({name for registry in registries.values() for name in registry.values()})
    numbers = {name: number for number, name in enumerate(names)}
    prefixes, chosen = b"", b""
    for bits in (24, 28, 36):
        ordered = sorted(registries[bits].items())
        prefixes += _little(array("Q" if bits == 36 else "I", (prefix for prefix, _name in ordered)))
        chosen += _little(array("I", (numbers[name] for _prefix, name in ordered)))
    index = zlib.compress(prefixes + chosen, 9)
    head = HEAD.pack(*(len(registries[bits]) for bits in (24, 28, 36)), len(index), PER_BLOCK)
    blocks = b""
    for start in range(0, len(names), PER_BLOCK):
        packed = zlib.compress("\n".join(names[start : start + PER_BLOCK]).encode(), 9)
        blocks += len(packed).to_bytes(4, "little") + packed
    return MAGIC + head + index + blocks


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(build(read(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/ieee-data"))))
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")
