"""tshark's own dissection of the same frames (PDML), and how ours compares with it."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from netscope.core.frame import Frame
from netscope.dissect import Context, Dissection, Field, dissect
from tests.packets import pcap

# What we do not put together, tshark shall not either.
OPTIONS = (
    "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tls.desegment_ssl_records:FALSE",
    "-o", "tls.desegment_ssl_application_data:FALSE",
)  # fmt: skip
# Names of addresses, which we leave to whoever shows them.
NOT_OURS = ("_resolved", "src.oui", "dst.oui", "addr.oui", "_host", "ip.host", "ipv6.host")


# What is in a certificate is not for us to say.
_CERTIFICATE = re.compile(":(?:x509[a-z]+|pkcs1|pkix1[a-z]+|ber)")


class Place(NamedTuple):
    """A field, as far as it is compared: where it lies and what it shows."""

    name: str
    start: int
    length: int
    show: str


def tshark(frames: Sequence[Frame], link: int, where: Path, *words: str) -> tuple[list[list[Place]], list[str]]:
    """Return the fields of each frame as tshark sees them, and its line for each."""
    path = where / f"link{link}.pcap"
    path.write_bytes(pcap(frames, link))
    run = ("tshark", "-n", *OPTIONS, *words, "-r", str(path))
    with (where / f"link{link}.pdml").open("w+b") as kept:  # both at once: what tshark takes is its start
        fields = subprocess.Popen((*run, "-T", "pdml"), stdout=kept, stderr=subprocess.DEVNULL)
        lines = subprocess.run(run, capture_output=True, check=True, text=True).stdout.splitlines()
        assert fields.wait() == 0
        kept.seek(0)
        pdml = kept.read()
    packets = [list(_places(packet)) for packet in ET.fromstring(pdml).iter("packet")]
    return packets, [" ".join(line.split()[2:]) for line in lines]


def _places(element: ET.Element) -> Iterator[Place]:
    for child in element:
        name = child.get("name", "")
        if name not in ("geninfo", "fake-field-wrapper", "data"):
            # Protocols and text have no value of their own.
            show = "" if child.tag == "proto" or not name or name.isalnum() else child.get("show", "")
            if name == "frame.protocols":
                show = _CERTIFICATE.sub("", show)
            elif _CERTIFICATE.fullmatch(f":{name.partition('.')[0]}"):
                continue
            yield Place(name, int(child.get("pos", 0)), int(child.get("size", 0)), show)
        if name != "geninfo":
            yield from _places(child)


def ours(dissection: Dissection) -> list[Place]:
    """Return our fields in the same form."""
    found = []
    for layer in dissection.layers:
        if layer.name != "data":
            found.append(Place(layer.name, layer.start, layer.length, ""))
        found += [_place(field) for field in layer.walk() if field.name != "data"]
    return found


def _place(field: Field) -> Place:
    protocol = field.value is None and "." not in field.name
    return Place(field.name, field.start, field.length, "" if protocol or not field.name else _as_attribute(field.show))


def _as_attribute(text: str) -> str:
    """Return text as a reader of XML finds it in an attribute that had its line ends written as they are."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")


class Difference(NamedTuple):
    """What one frame has that the other side has not."""

    number: int
    extra: list[Place]
    lacking: list[Place]
    line: str
    wanted: str


def compare(
    frames: Sequence[Frame], theirs: Sequence[Sequence[Place]], lines: Sequence[str], context: Context
) -> list[Difference]:
    """Return how each frame differs."""
    found = []
    for frame, wanted, line in zip(frames, theirs, lines, strict=True):
        dissection = dissect(frame, context)
        mine = ours(dissection)
        have, want = Counter(mine), Counter(place for place in wanted if not place.name.endswith(NOT_OURS))
        extra, lacking = list((have - want).elements()), list((want - have).elements())
        text = f"{dissection.source} → {dissection.destination} {dissection.protocol} {frame.length} {dissection.info}"
        found.append(Difference(frame.number, extra, lacking, " ".join(text.split()), line))
    return found
