"""Code for arithmetic: each value is computed into a register; what it looks at in the packet is tested first."""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, Stmt, both, decide, negated
from netscope.core.capturefilter.links import IP, IP6, carries
from netscope.core.capturefilter.nodes import Arithmetic, Binary, Length, Load, Minus, Number, Relation
from netscope.core.capturefilter.opcodes import (
    ADD,
    ALU,
    AND,
    DIV,
    IMM,
    IND,
    JEQ,
    JGE,
    JGT,
    LD,
    LDX,
    LEN,
    LSH,
    MEM,
    MOD,
    MUL,
    NEG,
    OR,
    RSH,
    ST,
    SUB,
    TAX,
    XOR,
    B,
    H,
    W,
    X,
)
from netscope.core.capturefilter.protocols import protocol, unfragmented
from netscope.core.capturefilter.state import AVS, PRISM, RADIOTAP, State, compare, ipv4_header_length, variable_part

_SIZES = {1: B, 2: H, 4: W}
_OPERATORS = {
    "+": ADD, "-": SUB, "*": MUL, "/": DIV, "%": MOD, "&": AND, "|": OR, "^": XOR, "<<": LSH, ">>": RSH,
}  # fmt: skip
# operator -> jump, and whether its outcome is turned round
_JUMPS = {
    ">": (JGT, False), ">=": (JGE, False), "=": (JEQ, False), "<=": (JGT, True), "<": (JGE, True), "!=": (JEQ, True),
}  # fmt: skip

_OVER_LINK = frozenset({"ip", "arp", "rarp", "atalk", "decnet", "sca", "lat", "moprc", "mopdl", "ip6"})
_OVER_IPV4 = frozenset({"sctp", "tcp", "udp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp"})


class _Value:
    """A value: the statements that compute it, the register that holds it, and what must be true of the packet."""

    __slots__ = ("condition", "register", "stmts")

    def __init__(self, stmts: list[Stmt], register: int) -> None:
        self.stmts = stmts
        self.register = register
        self.condition: Fragment | None = None


def relation(c: State, node: Relation) -> Fragment:
    """Return the test of a relation between two values."""
    left, right = _value(c, node.left), _value(c, node.right)
    jump, turned = _JUMPS[node.operator]
    stmts = [*left.stmts, *right.stmts, Stmt(LDX | MEM, right.register), Stmt(LD | MEM, left.register)]
    found = decide([*stmts, Stmt(ALU | SUB | X)], JEQ, 0) if jump == JEQ else decide(stmts, jump | X, 0)
    if turned:
        found = negated(found)
    c.free(left.register)
    c.free(right.register)
    condition = _all(left.condition, right.condition)
    return both(condition, found) if condition else found


def _all(first: Fragment | None, then: Fragment | None) -> Fragment | None:
    if first and then:
        return both(first, then)
    return first or then


def _value(c: State, node: Arithmetic) -> _Value:
    if isinstance(node, Binary):
        return _binary(c, node)
    if isinstance(node, Load):
        return _load(c, node)
    if isinstance(node, Minus):
        value = _value(c, node.part)
        value.stmts += [Stmt(LD | MEM, value.register), Stmt(ALU | NEG), Stmt(ST, value.register)]
        return value
    register = c.take()
    if isinstance(node, Length):
        return _Value([Stmt(LD | LEN), Stmt(ST, register)], register)
    assert isinstance(node, Number)
    return _Value([Stmt(LD | IMM, node.value), Stmt(ST, register)], register)


def _binary(c: State, node: Binary) -> _Value:
    """A long sum leans to the left as far as it is long: it is walked, not descended into."""
    spine: list[Binary] = []
    left: Arithmetic = node
    while isinstance(left, Binary):
        spine.append(left)
        left = left.left
    value = _value(c, left)
    for one in reversed(spine):
        value = _apply(c, one.operator, value, _value(c, one.right))
    return value


def _apply(c: State, operator: str, left: _Value, right: _Value) -> _Value:
    first = right.stmts[0]
    if first.code == LD | IMM:  # also of an offset: 1 / ip[0] is refused, as libpcap refuses it
        if operator in "/%" and first.k == 0:
            raise Refused("this divides by zero")
        if operator in ("<<", ">>") and first.k > 31:
            raise Refused("this shifts by more than 31 bits")
    stmts = left.stmts
    stmts += right.stmts
    stmts += [Stmt(LDX | MEM, right.register), Stmt(LD | MEM, left.register), Stmt(ALU | X | _OPERATORS[operator])]
    c.free(left.register)
    c.free(right.register)
    left.register = c.take()
    stmts.append(Stmt(ST, left.register))
    # What must be true for the right side is not asked for: libpcap (1.10) forgets it, and verdicts are to be the same.
    return left


def _load(c: State, node: Load) -> _Value:
    value = _value(c, node.place)
    register = c.take()
    c.free(value.register)
    size = _SIZES.get(node.size)
    if size is None:
        raise Refused(f"a value has 1, 2 or 4 bytes, not {node.size}")
    proto = node.proto
    place = c.payload.constant + c.network
    if proto == "link":
        value.stmts += _at(value, variable_part(c, c.header), c.header.constant, size)
    elif proto == "radio" and c.linktype in (PRISM, RADIOTAP, AVS):
        value.stmts += _at(value, [], 0, size)
    elif proto in _OVER_LINK:
        value.stmts += _at(value, variable_part(c, c.payload), place, size)
        value.condition = _all(value.condition, protocol(c, proto))
    elif proto in _OVER_IPV4:
        value.stmts += _at(value, ipv4_header_length(c), place, size)
        condition = both(protocol(c, proto), unfragmented(c))
        value.condition = both(carries(c, IP), _all(value.condition, condition) or condition)
    elif proto == "icmp6":
        is_ip6 = both(carries(c, IP6), compare(c, "payload", 6, B, 58))
        value.condition = _all(value.condition, is_ip6)
        value.stmts += _at(value, variable_part(c, c.payload), place + 40, size)
    else:
        raise Refused(f"bytes of {proto!r} cannot be looked at", "use ether, ip, ip6, arp, tcp, udp, icmp and the like")
    value.register = register
    value.stmts.append(Stmt(ST, register))
    return value


def _at(value: _Value, moved: list[Stmt], place: int, size: int) -> list[Stmt]:
    """Return what loads from a place that the value, and maybe X, is added to."""
    load = Stmt(LD | IND | size, place)
    if not moved:
        return [Stmt(LDX | MEM, value.register), load]
    return [*moved, Stmt(LD | MEM, value.register), Stmt(ALU | ADD | X), Stmt(TAX), load]
