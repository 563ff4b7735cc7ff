"""The Multipath TCP option (RFC 8684), in the parts that every kind has."""

from __future__ import annotations

from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree

_SUBTYPES = {
    0: "Multipath Capable", 1: "Join Connection", 2: "Data Sequence Signal", 3: "Add Address", 4: "Remove Address",
    5: "Change Subflow Priority", 6: "TCP Fallback", 7: "Fast Close", 8: "TCP Reset",
}  # fmt: skip
_SUBTYPE = Spec("tcp.options.mptcp.subtype", "Multipath TCP subtype", "u8", 0xF0, _SUBTYPES)
_VERSION = Spec("tcp.options.mptcp.version", "Multipath TCP version", "u8", 0x0F)
_SEND_KEY = Spec("tcp.options.mptcp.sendkey", "Sender's Key", "u64")
_RECEIVE_KEY = Spec("tcp.options.mptcp.recvkey", "Receiver's Key", "u64")
_FLAGS = Spec("tcp.options.mptcp.flags", "Multipath TCP flags", "u8x")


def option(tree: Tree, at: int, size: int) -> str:
    """Add what the option says; return what goes into its line."""
    subtype = tree.uint(at + 2, 1) >> 4
    tree.bits(at + 2, 1, _SUBTYPE)
    if not subtype and size >= 4:
        tree.bits(at + 2, 1, _VERSION)
        if size >= 12:
            tree.add(_SEND_KEY, at + 4)
        if size >= 20:
            tree.add(_RECEIVE_KEY, at + 12)
    return f": {_SUBTYPES.get(subtype, 'Unknown')}"
