"""Feed damaged packets to the dissectors: ``python -m tests.fuzz.dissect [COUNT [SEED]]``.

Every frame is dissected and every field asked for. What raises, what takes long and what grows is told with the bytes
that do it; exit status 1 then.
"""

from __future__ import annotations

import resource
import sys
import time
import traceback

from netscope.core.frame import Frame
from netscope.dissect import Context, dissect
from netscope.dissect.summary import summary
from tests import conversations, packets, protocols

_SLOW = 0.5  # seconds of CPU for one packet
_LARGEST = 1_500_000  # KiB that the process may grow to


def run(count: int, seed: int) -> int:
    """Try so many packets; return how many of them were too much."""
    damaged = protocols.mutated(protocols.corpus() + conversations.corpus(), seed)
    context, lines, faults = Context(), Context(), 0
    began = time.monotonic()
    for number in range(1, count + 1):
        packet = next(damaged)
        if number % 50_000 == 1:
            context, lines = Context(checksums=bool(number % 3)), Context()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(f"{number - 1} packets, {time.monotonic() - began:.0f} s, {peak} KiB", flush=True)
            if peak > _LARGEST:
                faults += 1
        frame = Frame(number, packets.START + number * 1000, packet.data, packet.length, packet.link)
        start = time.process_time()
        try:
            summary(frame, lines)
            dissection = dissect(frame, context)
            for layer in dissection.layers:
                _ = layer.title
                layer.fields()
        except Exception:  # noqa: BLE001  that is what is looked for
            traceback.print_exc()
            print(f"link {packet.link}, {packet.length} on the wire: {packet.data.hex()}", flush=True)
            faults += 1
        if time.process_time() - start > _SLOW:
            print(f"slow: link {packet.link}, {packet.length} on the wire: {packet.data.hex()}", flush=True)
            faults += 1
    print(f"{count} packets in {time.monotonic() - began:.0f} s: {faults} faults")
    return faults


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(1 if run(words[0] if words else 100_000, words[1] if len(words) > 1 else 0) else 0)
