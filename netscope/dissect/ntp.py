"""NTP, versions 1 to 4 (RFC 5905)."""

from __future__ import annotations

from netscope.dissect.spec import Spec, ip4, when
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_LEAP = {0: "no warning", 1: "last minute of the day has 61 seconds", 2: "last minute of the day has 59 seconds",
         3: "unknown (clock unsynchronized)"}  # fmt: skip
_MODES = {0: "reserved", 1: "symmetric active", 2: "symmetric passive", 3: "client", 4: "server", 5: "broadcast",
          6: "reserved for NTP control message", 7: "reserved for private use"}  # fmt: skip
_SHORTER = {6: "control", 7: "private"}
_STRATA = {0: "unspecified or invalid", 1: "primary reference", 16: "unsynchronized"}
_VERSIONS = {0: "reserved", 1: "NTP Version 1", 2: "NTP Version 2", 3: "NTP Version 3", 4: "NTP Version 4"}
_SOURCES = {
    b"GPS\0": "Global Position System", b"PPS\0": "Generic pulse-per-second", b"LOCL": "uncalibrated local clock",
    b"ATOM": "ATOM clock", b"DCFa": "DCF77 (amplitude)", b"GOES": "GOES Satellite", b"MRS\0": "multi reference sources",
    b"INIT": "(initialization)", b"STEP": "step time correction", b"RATE": "poll rate exceeded",
    b"DENY": "access denied by remote server",
    b"RSTR": "access denied due to local policy", b"NIST": "NIST telephone modem", b"PTP\0": "Precision time protocol",
}  # fmt: skip
_FLAGS = Spec("ntp.flags", "Flags", "u8x")
_BITS = (
    Spec("ntp.flags.li", "Leap Indicator", "u8", 0xC0, _LEAP), Spec("ntp.flags.vn", "Version number", "u8", 0x38,
    _VERSIONS),
    Spec("ntp.flags.mode", "Mode", "u8", 0x07, _MODES),
)  # fmt: skip
_STRATUM = Spec(
    "ntp.stratum",
    "Peer Clock Stratum",
    "u8",
    names=lambda v: _STRATA.get(v) or ("secondary reference" if v < 16 else "reserved"),
)


def _polling(value: int) -> str:
    return f"{value} ({1 << min(value, 62)} seconds)" if value else "invalid"


def _precise(value: int) -> str:
    return f"Peer Clock Precision: {2.0 ** (value - 256 if value > 127 else value):8.6f} seconds"


_POLL = Spec("ntp.ppoll", "Peer Polling Interval", "u8", line=lambda v: f"Peer Polling Interval: {_polling(v)}")
_PRECISION = Spec("ntp.precision", "Peer Clock Precision", "u8", line=_precise)
_DELAY = Spec("ntp.rootdelay", "Root Delay", "u32", line=lambda v: f"Root Delay: {v / 65536:8.6f} seconds")
_DISPERSION = Spec(
    "ntp.rootdispersion", "Root Dispersion", "u32", line=lambda v: f"Root Dispersion: {v / 65536:8.6f} seconds"
)
_REFERENCE = Spec("ntp.refid", "Reference ID", "bytes")
_TIMES = tuple(
    Spec(f"ntp.{name}", f"{label} Timestamp", "u64")
    for name, label in (("reftime", "Reference"), ("org", "Origin"), ("rec", "Receive"), ("xmt", "Transmit"))
)
_EXTENSION = Spec("ntp.ext", "Extension", "none")
_EXTENSION_TYPE, _EXTENSION_LENGTH = Spec("ntp.ext.type", "Field Type", "u16x"), Spec("ntp.ext.length", "Length", "u16")
_EXTENSION_VALUE = Spec("ntp.ext.value", "Value", "bytes")
_KEY, _MAC = Spec("ntp.keyid", "Key ID", "bytes"), Spec("ntp.mac", "Message Authentication Code", "bytes")
_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


def ntp(work: Work, start: int, end: int) -> None:
    """Dissect a message."""
    work.need(start, 1, end)
    flags = work.data[start]
    version, mode = _VERSIONS.get(flags >> 3 & 7, "reserved"), _MODES[flags & 7]
    said = _SHORTER.get(flags & 7, mode)
    work.protocol, work.info = "NTP", f"{version}, {said}"
    tree = work.tree("ntp", f"Network Time Protocol ({version}, {said})", start, end)
    if flags & 7 == 7:
        from netscope.dissect.ntp_control import private

        work.info += private(tree, _FLAGS, _BITS[1], _BITS[2], version, start)
        return
    text = f"Flags: 0x{flags:02x}, Leap Indicator: {_LEAP[flags >> 6]}, Version number: {version}, Mode: {mode}"
    tree.flags(_FLAGS, start, *_BITS, text=text)
    if flags & 7 == 6:
        from netscope.dissect.ntp_control import control

        control(tree, start, end)
        return
    tree.add(_STRATUM, start + 1)
    tree.add(_POLL, start + 2)
    tree.add(_PRECISION, start + 3)
    tree.add(_DELAY, start + 4)
    tree.add(_DISPERSION, start + 8)
    _reference(tree, start + 12, tree.uint(start + 1, 1))
    for index, spec in enumerate(_TIMES):
        _stamp(tree, spec, start + 16 + 8 * index)
    _behind(tree, start + 48, end)


def _reference(tree: Tree, at: int, stratum: int) -> None:
    raw = tree.raw(at, 4)
    if raw == bytes(4):
        word = "NULL"
    elif stratum <= 1:
        word = _SOURCES.get(raw) or f"Unidentified reference source '{raw.rstrip(bytes(1)).decode('ascii', 'replace')}'"
    else:
        word = ip4(raw)
    tree.add(_REFERENCE, at, 4, text=f"Reference ID: {word}")


def _stamp(tree: Tree, spec: Spec, at: int) -> None:
    whole = tree.uint(at, 8)
    seconds = whole >> 32
    show = "NULL"
    if whole:
        # The high bit tells which era of 136 years it is (RFC 4330, 3).
        seconds -= _EPOCH if seconds & 0x80000000 else _EPOCH - (1 << 32)
        show = when(seconds, (whole & 0xFFFFFFFF) * 1_000_000_000 >> 32, zone="UTC")
    tree.add(spec, at, 8, whole, show=show, text=f"{spec.label}: {show}")


def _behind(tree: Tree, at: int, end: int) -> None:
    """Add extension fields, then the authenticator, which is what is left of 24 bytes or less (RFC 7822)."""
    while end - at > 24:
        size = tree.uint(at + 2, 2)
        if size < 4 or size % 4 or at + size > end:
            break
        with tree.node(_EXTENSION, at, size):
            tree.add(_EXTENSION_TYPE, at)
            tree.add(_EXTENSION_LENGTH, at + 2)
            if size > 4:
                tree.add(_EXTENSION_VALUE, at + 4, size - 4)
        at += size
    if end - at >= 4:
        tree.add(_KEY, at, 4)
        if end - at > 4:
            tree.add(_MAC, at + 4, end - at - 4)
