"""The tree of a capture filter -> its graph of blocks. Terms are compiled in the order in which they stand.

What makes the code of one term raises Refused where it cannot be told of such packets; here that becomes an error that
marks the term.
"""

from __future__ import annotations

from collections.abc import Callable

from netscope.core.capturefilter import tunnels, wifi
from netscope.core.capturefilter.arithmetic import relation
from netscope.core.capturefilter.errors import FilterSyntaxError, Refused
from netscope.core.capturefilter.graph import Block, Fragment, Stmt, both, decide, either, negated, patch, returning
from netscope.core.capturefilter.hosts import cast
from netscope.core.capturefilter.ids import identified
from netscope.core.capturefilter.links import llc
from netscope.core.capturefilter.nodes import (
    Arithmetic,
    Binary,
    Byte,
    Cast,
    Chain,
    Id,
    Length,
    Llc,
    Load,
    Minus,
    Node,
    Not,
    Number,
    Plain,
    Protocol,
    Relation,
    Wlan,
)
from netscope.core.capturefilter.opcodes import (
    AD_IFINDEX,
    AD_PKTTYPE,
    ALU,
    AND,
    JEQ,
    JGE,
    JGT,
    LD,
    LEN,
    OR,
    OUTGOING,
    B,
    H,
    K,
    W,
)
from netscope.core.capturefilter.protocols import protocol
from netscope.core.capturefilter.state import LINKS, PPP_PPPD, PREFIXED, SLL, SLL2, State, compare


def generate(tree: Node | None, text: str, c: State, snaplen: int) -> Block:
    """Return the first block of the program. Raises FilterSyntaxError for what this link type cannot have."""
    keep = returning(snaplen)
    if tree is None:
        return keep
    found = _part(tree, text, c)
    found.head.stmts = tunnels.unmoved(c) + found.head.stmts
    found.head.stmts = wifi.prologue(c, found.head.stmts) + found.head.stmts
    found = wifi.of_radio(c, found)
    patch(found.true, keep)
    patch(found.false, returning(0))
    return found.head


def _part(node: Node, text: str, c: State) -> Fragment:
    if isinstance(node, Chain):
        found = _part(node.first, text, c)
        for joint, part in node.rest:
            found = (both if joint == "and" else either)(found, _part(part, text, c))
        return found
    if isinstance(node, Not):
        return negated(_part(node.part, text, c))
    try:
        if c.outermost not in LINKS and _looks_inside(node, c.outermost not in PREFIXED):
            bytes_too = "" if c.outermost in PREFIXED else " and their bytes, as in link[0] = 1,"
            raise Refused(
                f"frames of link type {c.outermost} can be filtered by their length{bytes_too} only",
                f"all else works with {', '.join(LINKS.values())}",
            )
        return _term(c, node)
    except Refused as error:
        raise FilterSyntaxError(error.what, text, node.start, node.end, error.mend) from None


def _looks_inside(node: Node | Arithmetic, bytes_known: bool) -> bool:
    """Tell whether a term depends on more of a packet than its length, and the bytes from its beginning on."""
    if isinstance(node, Relation):
        return _looks_inside(node.left, bytes_known) or _looks_inside(node.right, bytes_known)
    while isinstance(node, (Binary, Minus, Load)):  # to the left as far as it goes
        if isinstance(node, Minus):
            node = node.part
        elif isinstance(node, Load):
            if node.proto != "link" or not bytes_known:
                return True
            node = node.place
        elif _looks_inside(node.right, bytes_known):
            return True
        else:
            node = node.left
    if isinstance(node, Byte):
        return not bytes_known
    return not (isinstance(node, (Number, Length)) or (isinstance(node, Plain) and node.word in ("less", "greater")))


def _term(c: State, node: Id | Protocol | Cast | Plain | Byte | Llc | Wlan | Relation) -> Fragment:
    if isinstance(node, Id):
        return identified(c, node)
    if isinstance(node, Protocol):
        return protocol(c, node.name)
    if isinstance(node, Relation):
        return relation(c, node)
    if isinstance(node, Cast):
        return cast(c, node.kind, node.proto)
    if isinstance(node, Byte):
        return _byte(c, node)
    if isinstance(node, Wlan):
        return wifi.kind(c, node.place, node.value, node.mask, node.word)
    if isinstance(node, Llc):
        return llc(c, node.kind)
    return _PLAIN[node.word](c, node.number)


def _byte(c: State, node: Byte) -> Fragment:
    if node.operator == "=":
        return compare(c, "link", node.place, B, node.value)
    if node.operator == "<":
        return negated(compare(c, "link", node.place, B, node.value, jump=JGE))
    if node.operator == ">":
        return compare(c, "link", node.place, B, node.value, jump=JGT)
    # The byte itself is not loaded: so does libpcap (1.10), and verdicts are to be the same.
    return negated(decide([Stmt(ALU | K | (AND if node.operator == "&" else OR), node.value)], JEQ, 0))


def _less(_c: State, number: int | None) -> Fragment:
    return negated(decide([Stmt(LD | LEN)], JGT, number or 0))


def _greater(_c: State, number: int | None) -> Fragment:
    return decide([Stmt(LD | LEN)], JGE, number or 0)


def _ifindex(c: State, number: int | None) -> Fragment:
    if c.linktype == SLL2:
        return compare(c, "link", 4, W, number or 0)
    if not c.live:
        raise Refused(f"a file of {LINKS[c.linktype]} frames does not tell the interface of each")
    return compare(c, "link", AD_IFINDEX, W, number or 0)


def _outbound(c: State, _number: int | None) -> Fragment:
    if c.linktype == SLL:
        return compare(c, "link", 0, H, OUTGOING)
    if c.linktype == SLL2:
        return compare(c, "link", 10, B, OUTGOING)
    if c.linktype == PPP_PPPD:
        return compare(c, "link", 0, B, 1)
    if not c.live:
        raise Refused(f"a file of {LINKS[c.linktype]} frames does not tell their direction")
    return compare(c, "link", AD_PKTTYPE, H, OUTGOING)


def _inbound(c: State, number: int | None) -> Fragment:
    if c.linktype == PPP_PPPD:
        return compare(c, "link", 0, B, 0)
    return negated(_outbound(c, number))


def _pppoed(c: State, _number: int | None) -> Fragment:
    return tunnels.pppoed(c)


_PLAIN: dict[str, Callable[[State, int | None], Fragment]] = {
    "less": _less, "greater": _greater, "ifindex": _ifindex, "inbound": _inbound, "outbound": _outbound,
    "vlan": tunnels.vlan, "mpls": tunnels.mpls, "pppoed": _pppoed, "pppoes": tunnels.pppoes, "geneve": tunnels.geneve,
}  # fmt: skip
