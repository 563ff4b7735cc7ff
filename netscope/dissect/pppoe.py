"""PPP over Ethernet (RFC 2516), and PPP's own framing (RFC 1661)."""

from __future__ import annotations

from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_CODES = {
    0x00: "Session Data", 0x07: "Active Discovery Offer (PADO)", 0x09: "Active Discovery Initiation (PADI)",
    0x19: "Active Discovery Request (PADR)", 0x65: "Active Discovery Session-confirmation (PADS)",
    0xA7: "Active Discovery Terminate (PADT)",
}  # fmt: skip
_TAGS = {
    0x0000: "End-Of-List", 0x0101: "Service-Name", 0x0102: "AC-Name", 0x0103: "Host-Uniq", 0x0104: "AC-Cookie",
    0x0105: "Vendor-Specific", 0x0110: "Relay-Session-Id", 0x0201: "Service-Name-Error", 0x0202: "AC-System-Error",
    0x0203: "Generic-Error", 0x0120: "PPP Max Payload",
}  # fmt: skip
_PROTOCOLS = {
    0x0021: "Internet Protocol version 4", 0x0057: "Internet Protocol version 6",
    0x8021: "Internet Protocol Control Protocol",
    0x8057: "IPv6 Control Protocol", 0xC021: "Link Control Protocol", 0xC023: "Password Authentication Protocol",
    0xC223: "Challenge Handshake Authentication Protocol", 0x80FD: "Compression Control Protocol",
}  # fmt: skip
_VERSION, _TYPE = Spec("pppoe.version", "Version", "u8", 0xF0), Spec("pppoe.type", "Type", "u8", 0x0F)
_CODE = Spec("pppoe.code", "Code", "u8x", names=_CODES)
_SESSION = Spec("pppoe.session_id", "Session ID", "u16x")
_LENGTH = Spec("pppoe.payload_length", "Payload Length", "u16")
_ALL = Spec("pppoed.tags", "PPPoE Tags", "none")
_VALUES = {
    0x0101: Spec("pppoed.tags.service_name", "Service-Name", "str"), 0x0102: Spec("pppoed.tags.ac_name", "AC-Name",
    "str"),
    0x0103: Spec("pppoed.tags.host_uniq", "Host-Uniq", "bytes"), 0x0104: Spec("pppoed.tags.ac_cookie", "AC-Cookie",
    "bytes"),
    0x0110: Spec("pppoed.tags.relay_session_id", "Relay-Session-Id", "bytes"),
    0x0201: Spec("pppoed.tags.service_name_error", "Service-Name-Error", "str"),
    0x0202: Spec("pppoed.tags.ac_system_error", "AC-System-Error", "str"),
    0x0203: Spec("pppoed.tags.generic_error", "Generic-Error", "str"),
}  # fmt: skip
_UNKNOWN = Spec("pppoed.tag.unknown_data", "Unknown Data", "bytes")


def discovery(work: Work, start: int, end: int) -> None:
    """Dissect a discovery packet and its tags."""
    tree, stop, code = _head(work, start, end, "pppoed", "PPP-over-Ethernet Discovery", "PPPoED")
    work.info = _CODES.get(code, "Unknown")
    if start + 6 >= stop:
        return
    names = []
    with tree.node(_ALL, start + 6, stop - start - 6):
        at = start + 6
        while at < stop:
            kind, size = tree.uint(at, 2), tree.uint(at + 2, 2)
            if not kind:
                break
            if size:
                value = tree.add(_VALUES.get(kind, _UNKNOWN), at + 4, size)
                if kind in (0x0101, 0x0102):
                    names.append(f"{_TAGS[kind]}='{value}'")
            at += 4 + size
    work.info += "".join(f" {name}" for name in names)


def session(work: Work, start: int, end: int) -> None:
    """Dissect a session packet, and the PPP that it carries."""
    _tree, stop, _code = _head(work, start, end, "pppoes", "PPP-over-Ethernet Session", "PPPoES")
    work.info = "Session Data"
    ppp(work, start + 6, stop)


def _head(work: Work, start: int, end: int, name: str, title: str, word: str) -> tuple[Tree, int, int]:
    work.need(start, 6, end)
    length = int.from_bytes(work.data[start + 4 : start + 6], "big")
    stop = min(start + 6 + length, end)
    work.protocol = word
    tree = work.tree(name, title, start, stop, length=6 if name == "pppoes" else min(6 + length, end - start))
    tree.bits(start, 1, _VERSION, _TYPE)
    code = tree.add(_CODE, start + 1)
    tree.add(_SESSION, start + 2)
    tree.add(_LENGTH, start + 4)
    return tree, stop, code


_ADDRESS, _CONTROL = Spec("ppp.address", "Address", "u8x"), Spec("ppp.control", "Control", "u8x")
_PROTOCOL = Spec("ppp.protocol", "Protocol", "u16x", names=_PROTOCOLS)
_PROTOCOL_SHORT = Spec("ppp.protocol", "Protocol", "u16x", names=_PROTOCOLS, size=1)


def ppp(work: Work, start: int, end: int) -> None:
    """Dissect the protocol field, in one byte or two."""
    work.need(start, 1, end)
    short = work.data[start] & 1
    tree = work.tree("ppp", "Point-to-Point Protocol", start, end, length=1 if short else 2)
    work.protocol = "PPP"
    protocol = tree.add(_PROTOCOL_SHORT if short else _PROTOCOL, start)
    at = start + (1 if short else 2)
    work.info = _PROTOCOLS.get(protocol, f"Unknown (0x{protocol:04x})")
    if not work.next("ppp.protocol", protocol, at, end):
        work.rest(at, end)


_CISCO = (0x0F, 0x8F)  # addresses of Cisco's HDLC, which is captured as PPP, too


def hdlc(work: Work, start: int, end: int) -> None:
    """Dissect PPP with address and control bytes before it, where they were not left out (RFC 1662)."""
    work.need(start, 2, end)
    if work.data[start] in _CISCO:
        work.path.append("ppp")
        work.next("link", 104, start, end)
        return
    if work.data[start : start + 2] != b"\xff\x03":
        ppp(work, start, end)
        return
    work.need(start, 4, end)
    tree = work.tree("ppp", "Point-to-Point Protocol", start, end, length=4)
    tree.add(_ADDRESS, start)
    tree.add(_CONTROL, start + 1)
    protocol = tree.add(_PROTOCOL, start + 2)
    work.protocol, work.info = "PPP", _PROTOCOLS.get(protocol, f"Unknown (0x{protocol:04x})")
    if not work.next("ppp.protocol", protocol, start + 4, end):
        work.rest(start + 4, end)


_CP_CODES = {
    1: "Configuration Request", 2: "Configuration Ack", 3: "Configuration Nak", 4: "Configuration Reject",
    5: "Termination Request", 6: "Termination Ack", 7: "Code Reject", 8: "Protocol Reject", 9: "Echo Request",
    10: "Echo Reply", 11: "Discard Request",
}  # fmt: skip
_CP_CODE, _IDENT = Spec("ppp.code", "Code", "u8", names=_CP_CODES), Spec("ppp.identifier", "Identifier", "u8dx")
_CP_LENGTH, _MAGIC, _DATA = (
    Spec("ppp.length", "Length", "u16"),
    Spec("lcp.magic_number", "Magic Number", "u32x"),
    Spec("lcp.data", "Data", "bytes"),
)


def lcp(work: Work, start: int, end: int) -> None:
    """Dissect link control, as far as its head."""
    _control(work, start, end, "lcp", "PPP Link Control Protocol", "PPP LCP")


def ipcp(work: Work, start: int, end: int) -> None:
    """Dissect IPv4's control protocol, as far as its head."""
    _control(work, start, end, "ipcp", "PPP IP Control Protocol", "PPP IPCP")


def _control(work: Work, start: int, end: int, name: str, title: str, word: str) -> None:
    work.need(start, 4, end)
    tree = work.tree(name, title, start, end)
    code = tree.add(_CP_CODE, start)
    tree.add(_IDENT, start + 1)
    length = tree.add(_CP_LENGTH, start + 2)
    work.protocol, work.info = word, _CP_CODES.get(code, "Unknown")
    if name == "lcp" and code in (9, 10, 11) and length >= 8:
        tree.add(_MAGIC, start + 4)
        if length > 8:
            tree.add(_DATA, start + 8, length - 8)
