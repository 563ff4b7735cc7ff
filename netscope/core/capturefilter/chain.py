"""``protochain``: a protocol anywhere in the chain of headers. The one test that needs a loop.

The kernel refuses loops. libpcap then filters in user space; here a live program has the loop written out for as many
headers as a chain in use can have.
"""

from __future__ import annotations

from itertools import pairwise

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Block, Fragment, Stmt, both, decide, either, patch
from netscope.core.capturefilter.links import IP, IP6, carries
from netscope.core.capturefilter.opcodes import (
    ABS,
    ADD,
    ALU,
    IMM,
    IND,
    JA,
    JEQ,
    JMP,
    LD,
    LDX,
    MEM,
    MSH,
    MUL,
    ST,
    TAX,
    TXA,
    B,
    K,
    X,
)
from netscope.core.capturefilter.state import State

_ROUNDS = 32  # headers that a live program looks at
_AUTHENTICATION, _NOTHING = 51, 59
_EXTENSIONS = (0, 60, 43, 44)  # hop by hop, destination options, routing, fragment: all begin alike


def protochain(c: State, number: int, proto: str) -> Fragment:
    """Return the test for a protocol at the end of any chain of headers (loops: see ``Program.loops``).

    Raises Refused.
    """
    register = c.take()
    if proto == "":  # the register stays taken
        return either(protochain(c, number, "ip"), protochain(c, number, "ip6"))
    if proto not in ("ip", "ip6"):
        raise Refused(f"{proto!r} has no chain of headers", "use ip or ip6 before 'protochain', or nothing")
    if c.payload.variable:
        raise Refused("'protochain' cannot be told inside this tunnel, or after a live 'vlan'")
    c.optimized = False
    found = carries(c, IP if proto == "ip" else IP6)
    start = c.payload.constant + c.network
    if c.live:
        chain = _rounds(start, number, proto, register)
    else:
        chain = decide(_loop(start, number, proto, register), JEQ, number)
    c.free(register)
    return both(found, chain)


def _first(start: int, proto: str) -> list[Stmt]:
    """Return what loads the first protocol into A, and where the header of it begins, from ``start``, into X."""
    if proto == "ip":
        return [Stmt(LD | ABS | B, start + 9), Stmt(LDX | MSH | B, start)]
    return [Stmt(LD | ABS | B, start + 6), Stmt(LDX | IMM, 40)]


def _past_extension(start: int, register: int) -> list[Stmt]:
    """Return what goes on to the next header after an IPv6 extension (RFC 8200)."""
    return [
        Stmt(LD | IND | B, start), Stmt(ST, register), Stmt(LD | IND | B, start + 1), Stmt(ALU | ADD | K, 1),
        Stmt(ALU | MUL | K, 8), Stmt(ALU | ADD | X), Stmt(TAX), Stmt(LD | MEM, register),
    ]  # fmt: skip


def _past_authentication(start: int, register: int) -> list[Stmt]:
    """Return what goes on after an authentication header (RFC 4302).

    X becomes the header's length alone, not that and where it began: so does libpcap (1.10).
    """
    return [
        Stmt(TXA), Stmt(LD | IND | B, start), Stmt(ST, register), Stmt(TXA), Stmt(ALU | ADD | K, 1), Stmt(TAX),
        Stmt(LD | IND | B, start), Stmt(ALU | ADD | K, 2), Stmt(ALU | MUL | K, 4), Stmt(TAX), Stmt(LD | MEM, register),
    ]  # fmt: skip


def _loop(start: int, number: int, proto: str, register: int) -> list[Stmt]:
    """Return the loop. A is the protocol of the header that X leads to; at the end A is the last one that was seen."""
    end = Stmt(ALU | ADD | K, 0)
    wanted, nothing = Stmt(JMP | JEQ | K, number), Stmt(JMP | JEQ | K, _NOTHING)
    last = Stmt(JMP | JEQ | K, _AUTHENTICATION)
    wanted.jt, wanted.jf = end, nothing
    nothing.jt = end
    stmts = _first(start, proto)
    again = len(stmts)
    stmts += [wanted, nothing]
    if proto == "ip":
        none = Stmt(ALU | ADD | K, 0)
        nothing.jf = none
        stmts.append(none)
    else:
        tests = [Stmt(JMP | JEQ | K, each) for each in _EXTENSIONS]
        advance = _past_extension(start, register)
        for one, other in zip([nothing, *tests], [*tests, last], strict=True):
            one.jf = other
        for one in tests:
            one.jt = advance[0]
        stmts += [*tests, *advance]
        stmts.append(Stmt(JMP | JA, again - len(stmts) - 1))
    advance = _past_authentication(start, register)
    last.jt, last.jf = advance[0], end
    stmts += [last, *advance]
    stmts.append(Stmt(JMP | JA, again - len(stmts) - 1))
    return [*stmts, end]


def _rounds(start: int, number: int, proto: str, register: int) -> Fragment:
    """Return the same without a loop. What is still not found after the last round is not found."""
    found = decide(_first(start, proto), JEQ, number)
    pending, found.false = found.false, []
    for _each in range(_ROUNDS):
        tests = [Block(JMP | JEQ | K, each) for each in (_NOTHING, *(_EXTENSIONS if proto == "ip6" else ()))]
        tests.append(Block(JMP | JEQ | K, _AUTHENTICATION))
        patch(pending, tests[0])
        for one, other in pairwise(tests):
            one.false.succ = other
        found.false += [tests[0].true, tests[-1].false]
        onward = [([tests[-1].true], _past_authentication(start, register))]
        if proto == "ip6":
            onward.append(([one.true for one in tests[1:-1]], _past_extension(start, register)))
        pending = []
        for edges, stmts in onward:
            block = Block(JMP | JEQ | K, number, stmts)
            patch(edges, block)
            found.true.append(block.true)
            pending.append(block.false)
    found.false += pending
    return found
