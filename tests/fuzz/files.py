"""Mutate capture files and read them: ``python -m tests.fuzz.files [SECONDS [SEED]]``.

Nothing but BadQuery may be raised, no file may take longer than a second, and no frame may be longer than its file.
"""

from __future__ import annotations

import random
import struct
import sys
import time

from netscope.core.errors import BadQuery
from netscope.dissect.files.write import saved
from tests.files.made import FRAMES, everything, opened, pcap
from tests.files.test_pcap import MAGICS
from tests.files.test_pcapng import varied

_NUMBERS = (0, 1, 3, 4, 8, 12, 16, 20, 28, 32, 0x7F, 0xFF, 0xFFFF, 0x40000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """Return the bytes with a few changes: bits, numbers that matter, pieces left out, doubled or moved."""
    data = bytearray(raw)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(data)) if data else 0
        way = dice.randrange(6)
        if way == 0 and data:
            data[at] ^= 1 << dice.randrange(8)
        elif way == 1 and data:
            data[at] = dice.randrange(256)
        elif way == 2 and len(data) >= 4:
            at = dice.randrange(len(data) - 3)
            struct.pack_into(dice.choice("<>") + "I", data, at, dice.choice(_NUMBERS))
        elif way == 3:
            del data[at : at + dice.randrange(40)]
        elif way == 4:
            data[at:at] = data[at : at + dice.randrange(60)]
        else:
            del data[at + dice.randrange(200) :]
    return bytes(data)


def main(words: list[str]) -> int:
    """Run and say how many files were read."""
    seconds = float(words[0]) if words else 10.0
    seed = int(words[1]) if len(words) > 1 else random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    corpus = [pcap(FRAMES, order, magic) for order in "<>" for magic in MAGICS] + [varied("<"), varied(">") * 2]
    end = time.monotonic() + seconds
    count = refused = 0
    while time.monotonic() < end:
        now = time.process_time()
        data = mutated(dice.choice(corpus), dice)
        count += 1
        try:
            frames = opened(data)
            assert all(len(frame.data) <= len(data) for frame in everything(frames)), data.hex()
            list(saved(frames, range(len(frames)), "pcapng"))
        except BadQuery:
            refused += 1
        except Exception:
            print(f"after {count:,} files: {data.hex()}")
            raise
        assert time.process_time() - now < 1.0, data.hex()
    print(f"{count:,} files, {refused:,} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
