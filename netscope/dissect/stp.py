"""The spanning tree protocol and its rapid successor (IEEE 802.1D)."""

from __future__ import annotations

from netscope.dissect.spec import YES, Spec, mac
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_VERSIONS = {0: "Spanning Tree", 2: "Rapid Spanning Tree", 3: "Multiple Spanning Tree", 4: "Shortest Path Tree"}
_TYPES = {0x00: "Configuration", 0x80: "Topology Change Notification", 0x02: "Rapid/Multiple Spanning Tree"}
_ROLES = {0: "Unknown", 1: "Alternate or Backup", 2: "Root", 3: "Designated"}
_PROTOCOL = Spec("stp.protocol", "Protocol Identifier", "u16x", names={0: "Spanning Tree Protocol"})
_VERSION = Spec("stp.version", "Protocol Version Identifier", "u8", names=_VERSIONS)
_TYPE = Spec("stp.type", "BPDU Type", "u8x", names=_TYPES)
_FLAGS = Spec("stp.flags", "BPDU flags", "u8x")
_ACK = Spec("stp.flags.tcack", "Topology Change Acknowledgment", "b8", 0x80, YES)
_AGREEMENT = Spec("stp.flags.agreement", "Agreement", "b8", 0x40, YES)
_FORWARDING = Spec("stp.flags.forwarding", "Forwarding", "b8", 0x20, YES)
_LEARNING = Spec("stp.flags.learning", "Learning", "b8", 0x10, YES)
_ROLE = Spec("stp.flags.port_role", "Port Role", "u8", 0x0C, _ROLES)
_PROPOSAL = Spec("stp.flags.proposal", "Proposal", "b8", 0x02, YES)
_CHANGE = Spec("stp.flags.tc", "Topology Change", "b8", 0x01, YES)
_ROOT_PRIORITY, _ROOT_EXTENSION = (
    Spec("stp.root.prio", "Root Bridge Priority", "u16"),
    Spec("stp.root.ext", "Root Bridge System ID Extension", "u16"),
)
_ROOT = Spec("stp.root.hw", "Root Bridge System ID", "mac")
_COST = Spec("stp.root.cost", "Root Path Cost", "u32")
_PRIORITY, _EXTENSION = (
    Spec("stp.bridge.prio", "Bridge Priority", "u16"),
    Spec("stp.bridge.ext", "Bridge System ID Extension", "u16"),
)
_BRIDGE = Spec("stp.bridge.hw", "Bridge System ID", "mac")
_PORT = Spec("stp.port", "Port identifier", "u16x")
_TIMES = tuple(
    Spec(f"stp.{name}", label, "str")
    for name, label in (
        ("msg_age", "Message Age"),
        ("max_age", "Max Age"),
        ("hello", "Hello Time"),
        ("forward", "Forward Delay"),
    )
)
_FIRST_LENGTH = Spec("stp.version_1_length", "Version 1 Length", "u8")


def stp(work: Work, start: int, end: int) -> None:
    """Dissect a BPDU."""
    work.need(start, 4, end)
    data = work.data
    work.protocol = "STP"
    kind = data[start + 3]
    size = 4 if kind == 0x80 else 36 if kind == 2 else 35
    tree = work.tree("stp", "Spanning Tree Protocol", start, end, length=min(size, end - start))
    tree.add(_PROTOCOL, start)
    tree.add(_VERSION, start + 2)
    tree.add(_TYPE, start + 3)
    if kind == 0x80:
        work.info = "Topology Change Notification"
        return
    word = {0: "Conf.", 2: "RST."}.get(kind, "Unknown")
    _configuration(work, tree, start, kind, word)


def _configuration(work: Work, tree: Tree, start: int, kind: int, word: str) -> None:
    flags = tree.uint(start + 4, 1)
    said = [text for bit, text in ((0x80, "Topology Change Acknowledgment"), (0x01, "Topology Change")) if flags & bit]
    bits: tuple[Spec, ...] = (_ACK, _CHANGE)
    if kind == 2:
        bits = (_ACK, _AGREEMENT, _FORWARDING, _LEARNING, _ROLE, _PROPOSAL, _CHANGE)
        said = _rapid(flags)
    text = f"BPDU flags: 0x{flags:02x}" + (f" ({', '.join(said)})" if said else "")
    tree.flags(_FLAGS, start + 4, *bits, text=text)
    root = _identifier(tree, start + 5, "Root", _ROOT_PRIORITY, _ROOT_EXTENSION, _ROOT)
    cost = tree.add(_COST, start + 13)
    _identifier(tree, start + 17, "Bridge", _PRIORITY, _EXTENSION, _BRIDGE)
    port = tree.add(_PORT, start + 25)
    change = "TC + " if flags & 1 else ""
    work.info = f"{word} {change}Root = {root}  Cost = {cost}  Port = 0x{port:04x}"
    for index, spec in enumerate(_TIMES):
        at = start + 27 + 2 * index
        value = tree.uint(at, 2) / 256
        show = f"{value:g}"
        tree.add(spec, at, 2, show, text=f"{spec.label}: {show}")
    if kind == 2:
        tree.add(_FIRST_LENGTH, start + 35)


def _rapid(flags: int) -> list[str]:
    words = [text for bit, text in ((0x80, "Topology Change Acknowledgment"), (0x40, "Agreement"), (0x20, "Forwarding"),
                                    (0x10, "Learning")) if flags & bit]  # fmt: skip
    words.append(f"Port Role: {_ROLES[flags >> 2 & 3]}")
    return words + [text for bit, text in ((0x02, "Proposal"), (0x01, "Topology Change")) if flags & bit]


def _identifier(tree: Tree, at: int, word: str, priority: Spec, extension: Spec, system: Spec) -> str:
    whole = tree.uint(at, 2)
    address = mac(tree.raw(at + 2, 6))
    told = f"{whole & 0xF000} / {whole & 0x0FFF} / {address}"
    with tree.node(f"{word} Identifier: {told}", at, 8):
        tree.add(priority, at, 1, whole & 0xF000)
        tree.add(extension, at, 2, whole & 0x0FFF)
        tree.add(system, at + 2)
    return f"{whole & 0xF000}/{whole & 0x0FFF}/{address}"
