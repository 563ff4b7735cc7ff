"""IEEE 802.1Q tags, and 802.1ad ones (Q-in-Q)."""

from __future__ import annotations

from netscope.dissect.ethernet import dispatch
from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import Spec
from netscope.dissect.work import Work

PRIORITIES = {
    0: "Best Effort (default)", 1: "Background", 2: "Spare", 3: "Excellent Effort", 4: "Controlled Load",
    5: "Video, < 100ms latency and jitter", 6: "Voice, < 10ms latency and jitter", 7: "Network Control",
}  # fmt: skip
_DROP = ("Eligible", "Ineligible")
_PRIORITY = Spec("vlan.priority", "Priority", "u16", 0xE000, PRIORITIES)
_DEI = Spec("vlan.dei", "DEI", "b16", 0x1000, _DROP)
_ID = Spec("vlan.id", "ID", "u16", 0x0FFF)
_TYPE = Spec("vlan.etype", "Type", "u16x", names=ETHERTYPES)
_LENGTH = Spec("vlan.len", "Length", "u16")
_AD_PRIORITY = Spec("ieee8021ad.priority", "Priority", "u8", 0xE0)
_AD_DEI = Spec("ieee8021ad.dei", "DEI", "u8", 0x10)
_AD_ID = Spec("ieee8021ad.id", "ID", "u16", 0x0FFF)
_AD_TYPE = Spec("ieee8021ah.etype", "Type", "u16x", names=ETHERTYPES)


def vlan(work: Work, start: int, end: int) -> None:
    """Dissect a tag (IEEE 802.1Q, 9.6)."""
    work.need(start, 4, end)
    tag = int.from_bytes(work.data[start : start + 2], "big")
    title = f"802.1Q Virtual LAN, PRI: {tag >> 13}, DEI: {tag >> 12 & 1}, ID: {tag & 0xFFF}"
    tree = work.tree("vlan", title, start, end, length=4)
    tree.bits(start, 2, _PRIORITY, _DEI, _ID)
    work.protocol, work.info = "VLAN", title[len("802.1Q Virtual LAN, ") :]
    kind = tree.uint(start + 2, 2)
    if kind < 0x600:
        tree.add(_LENGTH, start + 2)
        if not work.next("ethernet", 0, start + 4, min(end, start + 4 + kind)):
            work.rest(start + 4, end)
        return
    tree.add(_TYPE, start + 2)
    work.path.append("ethertype")
    dispatch(work, kind, start + 4, end)


def provider(work: Work, start: int, end: int) -> None:
    """Dissect a service tag (IEEE 802.1ad)."""
    work.need(start, 4, end)
    tag = int.from_bytes(work.data[start : start + 2], "big")
    title = f"IEEE 802.1ad, ID: {tag & 0xFFF}"
    tree = work.tree("ieee8021ad", title, start, end, length=4)
    tree.bits(start, 1, _AD_PRIORITY, _AD_DEI)
    tree.bits(start, 2, _AD_ID)
    work.protocol, work.info = "802.1ad", f"ID: {tag & 0xFFF}"
    kind = tree.add(_AD_TYPE, start + 2)
    work.path.append("ethertype")
    dispatch(work, kind, start + 4, end)
