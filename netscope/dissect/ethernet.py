"""Ethernet II and IEEE 802.3 frames."""

from __future__ import annotations

from functools import lru_cache

from netscope.core.typed import Callable
from netscope.dissect import checksums
from netscope.dissect.model import Field, Malformed, Short
from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import Spec, mac, named
from netscope.dissect.tree import expert
from netscope.dissect.work import Work

Naming = Callable[[str], str] | None
LG = ("Locally administered address (this is NOT the factory default)", "Globally unique address (factory default)")
IG = ("Group address (multicast/broadcast)", "Individual address (unicast)")
_DST, _SRC = Spec("eth.dst", "Destination", "mac"), Spec("eth.src", "Source", "mac")
_ADDR = Spec("eth.addr", "Address", "mac")
_BITS = {
    side: (
        Spec(f"eth.{side}.lg", "LG bit", "b24", 0x020000, LG), Spec("eth.lg", "LG bit", "b24", 0x020000, LG,
        hidden=True),
        Spec(f"eth.{side}.ig", "IG bit", "b24", 0x010000, IG), Spec("eth.ig", "IG bit", "b24", 0x010000, IG,
        hidden=True),
    )
    for side in ("dst", "src")
}  # fmt: skip
_TYPE = Spec("eth.type", "Type", "u16x", names=ETHERTYPES)
_LENGTH = Spec("eth.len", "Length", "u16")
_PADDING = Spec("eth.padding", "Padding", "bytes")
_BAD_PADDING = named("eth.padding_bad")
_NO_ZEROS = "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros."
_TRAILER = Spec("eth.trailer", "Trailer", "bytes")
_MINIMUM = 60  # without the check sequence
_SEQUENCE = Spec("eth.fcs", "Frame check sequence", "u32x")
_SEQUENCE_STATUS = checksums.status_spec("eth.fcs.status", "FCS Status")


def ethernet(work: Work, start: int, end: int) -> None:
    """Dissect a frame (IEEE 802.3)."""
    data = work.data
    if start + 14 > end:
        raise Malformed
    if start + 14 > len(data):
        raise Short
    work.destination, work.source = mac(data[start : start + 6]), mac(data[start + 6 : start + 12])
    kind = data[start + 12] << 8 | data[start + 13]
    work.protocol = "Ethernet"
    layer = work.add(
        "eth",
        _title,
        start,
        14,
        fields,
        (
            data,
            start,
            work.buffer,
            kind,
            end,
            end,
            work.destination,
            work.source,
            work.context.name,
            len(work.layers) == 1,
        ),
    )
    if kind < 0x600:
        stop = min(start + 14 + kind, end) if kind <= 1500 else end
        work.info = f"IEEE 802.3 Ethernet, length {kind}"
        if kind <= 1500:
            if data[start + 14 : start + 16] == b"\xff\xff":
                work.rest(start + 14, stop)  # raw IPX
            elif not work.next("ethernet", 0, start + 14, stop):
                work.rest(start + 14, stop)
        else:
            work.rest(start + 14, end)
    else:
        work.path.append("ethertype")
        stop = dispatch(work, kind, start + 14, end)
    if stop < end:
        layer.args = (*layer.args[:4], stop, *layer.args[5:])


def dispatch(work: Work, kind: int, start: int, end: int) -> int:
    """Let the protocol of an Ethertype have what follows; return where its packet ends (padding may follow)."""
    if not work.buffer:
        work.base = start
    handle = work.tables.by["ethertype"].get(kind)
    if handle is None:
        if not work.quoted:
            work.protocol = f"0x{kind:04x}"
            work.info = ETHERTYPES.get(kind, "Ethernet II")
        work.rest(start, end)
        return end
    work.call(handle, start, end)
    return length(work, kind, start, end)


def length(work: Work, kind: int, start: int, end: int) -> int:
    """Return where the packet of a protocol that tells its length ends."""
    data = work.data
    if end > len(data):
        return end
    if kind == 0x0800 and start + 20 <= end:
        total = data[start + 2] << 8 | data[start + 3]
        return start + total if 20 <= total <= end - start else end
    if kind == 0x86DD and start + 40 <= end:
        payload = data[start + 4] << 8 | data[start + 5]
        return start + 40 + payload if payload and start + 40 + payload <= end else end
    if kind in (0x0806, 0x8035) and start + 8 <= end:
        return min(start + 8 + 2 * (data[start + 4] + data[start + 5]), end)
    if kind in (0x8863, 0x8864) and start + 6 <= end:
        return min(start + 6 + (data[start + 4] << 8 | data[start + 5]), end)
    return end


def _title(
    data: bytes,
    start: int,
    buffer: int,
    kind: int,
    stop: int,
    end: int,
    destination: str,
    source: str,
    name: Naming,
    checked: bool,
) -> str:
    if kind < 0x600:
        return "IEEE 802.3 Ethernet"
    return f"Ethernet II, Src: {_named(source, name)}, Dst: {_named(destination, name)}"


def _named(address: str, name: Naming) -> str:
    word = name(address) if name is not None else ""
    return f"{word} ({address})" if word else address


@lru_cache(maxsize=4096)
def _address(spec: Spec, oui: bytes, at: int, address: str, buffer: int, shown: str) -> Field:
    bits = int.from_bytes(oui, "big")
    below = [_ADDR.field(address, at, 6, buffer)]
    below += [bit.field(bool(bits & bit.mask), at, 3, buffer) for bit in _BITS["dst" if spec is _DST else "src"]]
    return spec.field(address, at, 6, buffer, text=f"{spec.label}: {shown}", children=tuple(below))


def fields(
    data: bytes,
    start: int,
    buffer: int,
    kind: int,
    stop: int,
    end: int,
    destination: str,
    source: str,
    name: Naming,
    checked: bool,
) -> list[Field]:
    """Return the layer's fields."""
    made = [
        _address(_DST, data[start : start + 3], start, destination, buffer, _named(destination, name)),
        _address(_SRC, data[start + 6 : start + 9], start + 6, source, buffer, _named(source, name)),
        (_TYPE if kind >= 0x600 else _LENGTH).field(kind, start + 12, 2, buffer),
    ]
    behind = data[stop:end]
    # A frame that has no need of padding and yet goes on behind its packet ends with its check sequence, most likely.
    sequence = b""
    if checked and end - start > _MINIMUM + 3 and end - stop > 3 and stop + len(behind) == end:
        behind, sequence = behind[:-4], behind[-4:]
    if behind:
        # What fills a frame up to the least size is padding when it does so, and is nothing but zeros.
        padding = max(start + _MINIMUM - stop, 0)
        remarks: tuple[Field, ...] = ()
        if padding and (padding > len(behind) or any(behind[:padding])):
            if padding <= len(behind):
                remarks = (expert(_BAD_PADDING, _NO_ZEROS, "Note", "Protocol", stop, buffer),)
            padding = 0
        if padding:
            made.append(_PADDING.field(behind[:padding], stop, padding, buffer))
        if behind[padding:]:
            size = len(behind) - padding
            made.append(_TRAILER.field(behind[padding:], stop + padding, size, buffer, children=remarks))
    if sequence:
        value = int.from_bytes(sequence, "big")
        made.append(
            _SEQUENCE.field(value, end - 4, 4, buffer, text=f"Frame check sequence: 0x{value:08x} [unverified]")
        )
        made.append(_SEQUENCE_STATUS.field(checksums.UNVERIFIED, end - 4, 0, buffer, generated=True))
    return made
