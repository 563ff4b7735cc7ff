"""L2TP, version 2 (RFC 2661), and the PPP in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import error as StructError  # noqa: N812

from netscope.dissect.tcpdumptext.names import bits, named
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take
from netscope.dissect.tcpdumptext.tunnels import ppp

_LETTERS = ((0x8000, "T"), (0x4000, "L"), (0x0800, "S"), (0x0200, "O"), (0x0100, "P"))
_MESSAGES = {
    1: "SCCRQ", 2: "SCCRP", 3: "SCCCN", 4: "StopCCN", 6: "HELLO", 7: "OCRQ", 8: "OCRP", 9: "OCCN", 10: "ICRQ",
    11: "ICRP", 12: "ICCN", 14: "CDN", 15: "WEN", 16: "SLI",
}  # fmt: skip
_PROOFS = {0: "Reserved", 1: "Textual", 2: "CHAP", 3: "PAP", 4: "No Auth", 5: "MS-CHAPv1"}
_DIRECTIONS = {0: "global error", 1: "at peer", 2: "at local"}


def _number(data: bytes) -> str:
    return str(int.from_bytes(take(data, 0, 2), "big"))


def _long(data: bytes) -> str:
    return str(int.from_bytes(take(data, 0, 4), "big"))


def _either(one: str, other: str) -> Callable[[bytes], str]:
    def letters(data: bytes) -> str:
        value = U32(data, 0)[0]
        return (one if value & 2 else "") + (other if value & 1 else "")

    return letters


def _result(data: bytes) -> str:
    parts = _number(data)
    if len(data) >= 4:
        parts += f"/{U16(data, 2)[0]}"
    return f"{parts} {safe(data[4:])}" if len(data) > 4 else parts


def _cause(data: bytes) -> str:
    head = f"{U16(take(data, 0, 3), 0)[0]}, {data[2]:02x}"
    return f"{head} {safe(data[3:])}" if len(data) > 3 else head


def _several(words: Sequence[str], form: str) -> Callable[[bytes], str]:
    """Return what prints numbers of four bytes, which two reserved ones come before, as far as they are there."""

    def shown(data: bytes) -> str:
        there = min(max(0, len(data) - 2) // 4, len(words))
        parts = [f"{words[place]}={U32(data, 2 + 4 * place)[0]:{form}} " for place in range(there)]
        return "".join(parts) + ("" if there == len(words) else "AVP too short")

    return shown


def _disconnect(data: bytes) -> str:
    side = named(_DIRECTIONS, take(data, 4, 1)[0], "Direction-#%u")
    head = f"{U16(data, 0)[0]:04x}, {U16(data, 2)[0]:04x} {side}"
    return f"{head} {safe(data[5:])}" if len(data) > 5 else head


def _response(data: bytes) -> str:
    return data[:16].hex() if len(data) >= 16 else "AVP too short"


def _proof(data: bytes) -> str:
    return named(_PROOFS, U16(data, 0)[0], "AuthType-#%u")


def _obsolete(_data: bytes) -> str:
    return "obsolete"


def _nothing(_data: bytes) -> str:
    return ""


_ERRORS = _several(("CRCErr", "FrameErr", "HardOver", "BufOver", "Timeout", "AlignErr"), "d")
_MAPS = _several(("send", "recv"), "08x")
_FRAMING, _BEARER = _either("A", "S"), _either("A", "D")
_ATTRIBUTES: dict[int, tuple[str, Callable[[bytes], str]]] = {
    0: ("MSGTYPE", lambda data: named(_MESSAGES, U16(data, 0)[0], "MSGTYPE-#%u")), 1: ("RESULT_CODE", _result),
    2: ("PROTO_VER", lambda data: f"{U16(data, 0)[0] >> 8}.{U16(data, 0)[0] & 255}"), 3: ("FRAMING_CAP", _FRAMING),
    4: ("BEARER_CAP", _BEARER), 5: ("TIE_BREAKER", lambda data: take(data, 0, 8).hex()),
    6: ("FIRM_VER", _number), 7: ("HOST_NAME", safe), 8: ("VENDOR_NAME", safe), 9: ("ASSND_TUN_ID", _number),
    10: ("RECV_WIN_SIZE", _number), 11: ("CHALLENGE", bytes.hex), 12: ("Q931_CC", _cause),
    13: ("CHALLENGE_RESP", _response), 14: ("ASSND_SESS_ID", _number), 15: ("CALL_SER_NUM", _long),
    16: ("MINIMUM_BPS", _long), 17: ("MAXIMUM_BPS", _long), 18: ("BEARER_TYPE", _BEARER),
    19: ("FRAMING_TYPE", _FRAMING), 20: ("PACKET_PROC_DELAY", _obsolete), 21: ("CALLED_NUMBER", safe),
    22: ("CALLING_NUMBER", safe), 23: ("SUB_ADDRESS", safe), 24: ("TX_CONN_SPEED", _long),
    25: ("PHY_CHANNEL_ID", _long), 26: ("INI_RECV_LCP", bytes.hex), 27: ("LAST_SENT_LCP", bytes.hex),
    28: ("LAST_RECV_LCP", bytes.hex),
    29: ("PROXY_AUTH_TYPE", _proof), 30: ("PROXY_AUTH_NAME", safe), 31: ("PROXY_AUTH_CHAL", bytes.hex),
    32: ("PROXY_AUTH_ID", lambda data: str(U16(data, 0)[0] & 255)), 33: ("PROXY_AUTH_RESP", bytes.hex),
    34: ("CALL_ERRORS", _ERRORS), 35: ("ACCM", _MAPS), 36: ("RANDOM_VECTOR", bytes.hex), 37: ("PRIVATE_GRP_ID", safe),
    38: ("RX_CONN_SPEED", _long), 39: ("SEQ_REQUIRED", _nothing), 46: ("PPP_DISCON_CC", _disconnect),
}  # fmt: skip


def l2tp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message."""
    text.protocol = "l2tp"
    begun = at
    need(data, at, 2)
    flags = U16(data, at)[0]
    if flags & 15 != 2:
        text.add(" l2f:" if flags & 15 == 1 else " Unknown Version, neither L2F(1) nor L2TP(2)")
        return
    text.add(f" l2tp:[{bits(flags, _LETTERS, '', '')}]")
    at, told = _head(text, data, at + 2, flags)
    if flags & 0x4000 and (length < told or told < at - begun):
        wrong = "larger than packet" if length < told else "smaller than header length"
        text.add(f" Length {told} {wrong}")
        return
    left = (told if flags & 0x4000 else length) - (at - begun)
    if flags & 0x8000:
        _attributes(text, data, at, left)
        return
    text.add(" {")
    ppp(text, data, at, left)
    text.add("}")


def _head(text: Text, data: bytes, at: int, flags: int) -> tuple[int, int]:
    """Print what follows the flags; return where the rest begins, and the length that is told, 0 for none."""
    told = 0
    if flags & 0x4000:
        told = U16(data, at)[0]
        at += 2
    text.add(f"({U16(data, at)[0]}/")
    text.add(f"{U16(data, at + 2)[0]})")
    at += 4
    if flags & 0x0800:
        text.add(f"Ns={U16(data, at)[0]},")
        text.add(f"Nr={U16(data, at + 2)[0]}")
        at += 4
    if flags & 0x0200:
        at += 2 + U16(data, at)[0]
    return at, told


def _attributes(text: Text, data: bytes, at: int, left: int) -> None:
    if left == 0:
        text.add(" ZLB")
    while left > 0:
        size = _attribute(text, data, at, left)
        if not size:
            text.truncated()
            return
        at += size
        left -= size


def _attribute(text: Text, data: bytes, at: int, left: int) -> int:
    """Print an attribute; return how long it is, 0 where it cannot be as long or was not captured whole."""
    text.add(" ")
    head: int = U16(data, at)[0]
    size = head & 0x3FF
    if not 6 <= size <= left or at + size > len(data):
        return 0
    text.add(("*" if head & 0x8000 else "") + ("?" if head & 0x4000 else ""))
    vendor, kind = U16(data, at + 2)[0], U16(data, at + 4)[0]
    raw = data[at + 6 : at + size]
    if vendor:
        text.add(f"VENDOR{vendor:04x}:ATTR{kind:04x}({raw.hex()})")
        return size
    name, value = _ATTRIBUTES.get(kind, (f"AVP-#{kind}", _nothing))
    text.add(f"{name}(")
    try:
        text.add("???" if head & 0x4000 else value(raw))
    except (IndexError, StructError, Truncated):
        text.add("AVP too short")
    text.add(")")
    return size
