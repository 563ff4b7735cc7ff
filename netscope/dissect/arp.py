"""ARP and reverse ARP (RFC 826, RFC 903; RFC 5227 for probes and announcements)."""

from __future__ import annotations

from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import Spec, ip4, mac
from netscope.dissect.work import Work

_HARDWARE = {1: "Ethernet", 6: "IEEE 802", 7: "ARCNET", 15: "Frame Relay", 16: "ATM", 18: "Fibre Channel",
             24: "IEEE 1394.1995", 27: "EUI-64", 31: "IPsec tunnel", 32: "InfiniBand"}  # fmt: skip
_OPCODES = {1: "request", 2: "reply", 3: "reverse request", 4: "reverse reply", 5: "drarp request", 6: "drarp reply",
            7: "drarp error", 8: "inverse request", 9: "inverse reply"}  # fmt: skip
_TYPE = Spec("arp.hw.type", "Hardware type", "u16", names=_HARDWARE)
_PROTOCOL = Spec("arp.proto.type", "Protocol type", "u16x", names=ETHERTYPES)
_HARDWARE_SIZE = Spec("arp.hw.size", "Hardware size", "u8")
_PROTOCOL_SIZE = Spec("arp.proto.size", "Protocol size", "u8")
_OPCODE = Spec("arp.opcode", "Opcode", "u16", names=_OPCODES)
_ERROR = Spec("arp.dst.drarp_error_status", "DRARP error status", "u16")
_GRATUITOUS = Spec("arp.isgratuitous", "Is gratuitous", "b8")
_PROBE = Spec("arp.isprobe", "Is probe", "b8")
_ANNOUNCEMENT = Spec("arp.isannouncement", "Is announcement", "b8")
_SRC_MAC, _DST_MAC = (
    Spec("arp.src.hw_mac", "Sender MAC address", "mac"),
    Spec("arp.dst.hw_mac", "Target MAC address", "mac"),
)
_SRC_IP, _DST_IP = (
    Spec("arp.src.proto_ipv4", "Sender IP address", "ip4"),
    Spec("arp.dst.proto_ipv4", "Target IP address", "ip4"),
)
_SRC_HW, _DST_HW = (
    Spec("arp.src.hw", "Sender hardware address", "bytes"),
    Spec("arp.dst.hw", "Target hardware address", "bytes"),
)
_SRC_PROTO, _DST_PROTO = (
    Spec("arp.src.proto", "Sender protocol address", "bytes"),
    Spec("arp.dst.proto", "Target protocol address", "bytes"),
)


def arp(work: Work, start: int, end: int) -> None:
    """Dissect a request or reply."""
    work.protocol = "ARP"
    work.need(start, 8, end)
    data = work.data
    code = data[start + 6] << 8 | data[start + 7]
    hardware, network = data[start + 4], data[start + 5]
    ethernet, internet = hardware == 6, data[start + 2 : start + 4] == b"\x08\0" and network == 4
    work.protocol = (
        "RARP" if code in (3, 4) else "DRARP" if code in (5, 6, 7) else "Inverse ARP" if code in (8, 9) else "ARP"
    )
    work.info = "Unknown"
    end = min(end, start + 8 + 2 * (hardware + network))
    tree = work.tree("arp", "Address Resolution Protocol", start, end)
    tree.add(_TYPE, start)
    tree.add(_PROTOCOL, start + 2)
    tree.add(_HARDWARE_SIZE, start + 4)
    tree.add(_PROTOCOL_SIZE, start + 5)
    tree.add(_OPCODE, start + 6)
    work.need(start, 8 + 2 * (hardware + network), end)
    places = [start + 8, start + 8 + hardware, start + 8 + hardware + network, start + 8 + 2 * hardware + network]
    sizes = [hardware, network, hardware, network]
    raw = [data[at : at + size] for at, size in zip(places, sizes, strict=True)]
    who, sender, whom, target = (mac(raw[0]), _network(raw[1], internet), mac(raw[2]), _network(raw[3], internet))
    gratuitous = internet and raw[1] == raw[3] and code in (1, 2)
    probe = internet and raw[1] == b"\0\0\0\0" and raw[3] != b"\0\0\0\0" and code == 1
    announcement = gratuitous and code == 1 and raw[2] == bytes(hardware)
    word = _title(_OPCODES.get(code, "unknown"), gratuitous, probe, announcement, work.protocol)
    work.layers[-1].title = f"Address Resolution Protocol ({word})"
    work.info = _info(code, who, sender, whom, target, gratuitous, probe, announcement)
    if probe:
        tree.made(_PROBE, True, start)
    if gratuitous:
        tree.made(_GRATUITOUS, True, start)
    if announcement:
        tree.made(_ANNOUNCEMENT, True, start)
    specs = (
        _SRC_MAC if ethernet else _SRC_HW, _SRC_IP if internet else _SRC_PROTO,
        _DST_MAC if ethernet else _DST_HW, _DST_IP if internet else _DST_PROTO,
    )  # fmt: skip
    for spec, at, size in zip(specs, places, sizes, strict=True):
        if code == 7 and at == places[3] and size:
            tree.add(_ERROR, at, 1)
        elif size:
            tree.add(spec, at, size)


def _network(raw: bytes, internet: bool) -> str:
    return ip4(raw) if internet else raw.hex()


def _title(word: str, gratuitous: bool, probe: bool, announcement: bool, protocol: str) -> str:
    if probe:
        return f"{protocol} Probe"
    if announcement:
        return f"{protocol} Announcement"
    return f"{word}/gratuitous {protocol}" if gratuitous else word


def _info(
    code: int, who: str, sender: str, whom: str, target: str, gratuitous: bool, probe: bool, announcement: bool
) -> str:
    if probe:
        return f"Who has {target}? (ARP Probe)"
    if announcement:
        return f"ARP Announcement for {target}"
    if gratuitous:
        return f"Gratuitous ARP for {target} ({'Request' if code == 1 else 'Reply'})"
    if code == 1:
        return f"Who has {target}? Tell {sender}"
    if code == 2:
        return f"{sender} is at {who}"
    if code in (3, 5):
        return f"Who is {whom}? Tell {who}"
    if code in (4, 6):
        return f"{whom} is at {target}"
    if code == 8:
        return f"Who is {whom}? Tell {who}"
    if code == 7:
        return "DRARP Error"
    return f"{who} is at {sender}" if code == 9 else f"Unknown ARP opcode 0x{code:04x}"
