"""VRRP, versions 2 and 3 (RFC 3768, RFC 9568)."""

from __future__ import annotations

from netscope.dissect import checksums
from netscope.dissect.spec import Spec, decoded, named
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_TYPES = {1: "Advertisement"}
_PRIORITIES = {0: "Current Master has stopped participating in VRRP",
               100: "Default priority for a backup VRRP router", 255: "This VRRP router owns the virtual router's IP "
               "address(es)"}  # fmt: skip
_AUTHENTICATIONS = {
    0: "No Authentication", 1: "Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]",
    2: "IP Authentication Header [RFC 2338] / Reserved [RFC 3768]", 254: "Cisco VRRP MD5 authentication",
}  # fmt: skip
_BOTH = Spec("vrrp.typever", "VRRP message version and type", "u8")
_VERSION = Spec("vrrp.version", "VRRP protocol version", "u8", 0xF0)
_TYPE = Spec("vrrp.type", "VRRP packet type", "u8", 0x0F, _TYPES)
_ROUTER = Spec("vrrp.virt_rtr_id", "Virtual Rtr ID", "u8")
_PRIORITY = Spec("vrrp.prio", "Priority", "u8")
_COUNT = Spec("vrrp.addr_count", "Addr Count", "u8")
_AUTHENTICATION = Spec("vrrp.auth_type", "Auth Type", "u8", names=_AUTHENTICATIONS)
_INTERVAL = Spec("vrrp.adver_int", "Adver Int", "u8")
_RESERVED = Spec("vrrp.reserved_mbz", "Reserved", "u8", 0xF0)
_CENTISECONDS = Spec("vrrp.short_adver_int", "Adver Int", "u16", 0x0FFF)
_CHECKSUM, _STATUS = Spec("vrrp.checksum", "Checksum", "u16x"), checksums.status_spec("vrrp.checksum.status")
_BAD = named("vrrp.checksum_bad.expert")
_ADDRESS, _ADDRESS6 = Spec("vrrp.ip_addr", "IP Address", "ip4"), Spec("vrrp.ipv6_addr", "IPv6 Address", "ip6")
_PASSWORD = Spec("vrrp.auth_string", "Authentication String", "str")
_PASSWORD_SIZE = 8


def vrrp(work: Work, start: int, end: int) -> None:
    """Dissect an advertisement."""
    work.protocol = "VRRP"
    tree = work.tree("vrrp", "Virtual Router Redundancy Protocol", start, end)
    first = tree.uint(start, 1)
    version, kind = first >> 4, first & 15
    work.info = f"Announcement (v{version})"
    word = _TYPES.get(kind, "Unknown")
    tree.flags(_BOTH, start, _VERSION, _TYPE, text=f"Version {version}, Packet type {kind} ({word})")
    tree.add(_ROUTER, start + 1)
    priority = tree.uint(start + 2, 1)
    meaning = _PRIORITIES.get(priority, "Non-default backup priority")
    tree.add(_PRIORITY, start + 2, text=f"Priority: {priority} ({meaning})")
    count = tree.add(_COUNT, start + 3)
    password = False
    if version == 3:
        tree.bits(start + 4, 1, _RESERVED)
        tree.bits(start + 4, 2, _CENTISECONDS)
    else:
        password = tree.add(_AUTHENTICATION, start + 4) == 1
        tree.add(_INTERVAL, start + 5)
    _check(work, tree, start, end, version)
    six = len(work.net[0]) == 16
    at = start + 8
    for _ in range(count):
        tree.add(_ADDRESS6 if six else _ADDRESS, at)
        at += 16 if six else 4
    if password:
        word = decoded(tree.raw(at, _PASSWORD_SIZE).partition(b"\0")[0])
        tree.add(_PASSWORD, at, _PASSWORD_SIZE, word)


def _check(work: Work, tree: Tree, start: int, end: int, version: int) -> None:
    """Add the checksum, which in version 3 covers the addresses of the packet too."""
    given, should = tree.uint(start + 6, 2), None
    if end <= len(work.data) and not work.quoted:
        head = checksums.pseudo(work.net, 112, end - start) if version == 3 else b""
        should = checksums.expected(head + work.data[start:end], len(head) + 6)
        if should != given:
            work.trouble = work.trouble or "checksum"
    tree.items += checksums.fields(
        _CHECKSUM, _STATUS, given, should, start + 6, work.buffer, bad=_BAD, severity="Warning"
    )
