"""Tests of what wraps packets, after which all that follows in the filter looks inside: VLAN, MPLS, PPPoE, Geneve."""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, Stmt, both, constant, decide, either
from netscope.core.capturefilter.links import (
    IP,
    IP6,
    MPLS,
    OLD_QINQ,
    PPPOED,
    PPPOES,
    QINQ,
    TRANSPARENT,
    VLAN,
    carries,
)
from netscope.core.capturefilter.opcodes import (
    ABS,
    AD_VLAN_TAG,
    AD_VLAN_TAG_PRESENT,
    ADD,
    ALU,
    AND,
    IMM,
    IND,
    JA,
    JEQ,
    JMP,
    LD,
    LDX,
    MEM,
    MUL,
    ST,
    STX,
    TAX,
    TXA,
    B,
    H,
    K,
    W,
    X,
)
from netscope.core.capturefilter.protocols import UDP, port
from netscope.core.capturefilter.state import (
    ETHERNET,
    HDLC,
    LINKS,
    PPI,
    PPP,
    Offset,
    State,
    Where,
    compare,
    ipv4_header_length,
    variable_part,
)

_PPP_MPLS = 0x0281
_GENEVE_PORT = 6081


def vlan(c: State, number: int | None) -> Fragment:
    """Return the test for a VLAN tag, and for its VLAN; look behind it from now on. Raises Refused."""
    if c.labels:
        raise Refused("no VLAN tag can follow MPLS labels")
    if c.linktype != ETHERNET and (not c.wifi or c.linktype == PPI):
        raise Refused(f"there are no VLAN tags in {LINKS[c.linktype]} headers")
    if c.live and not c.tags and not c.wifi and not c.header.variable and c.header.constant == 0:
        found = _live_vlan(c, number)
    else:
        found = _tag(c)
        if number is not None:
            found = both(found, _vlan_number(c, number))
        c.payload.constant += 4
        c.protocol.constant += 4
    c.tags += 1
    return found


def _tag(c: State) -> Fragment:
    found = either(carries(c, VLAN), carries(c, QINQ))
    return either(found, carries(c, OLD_QINQ))


def _vlan_number(c: State, number: int) -> Fragment:
    if number > 0xFFF:
        raise Refused(f"VLAN {number} is above 4095")
    return compare(c, "payload", 0, H, number, 0xFFF)


def _live_vlan(c: State, number: int | None) -> Fragment:
    """The kernel takes the outer tag off a packet and tells it beside: then nothing inside the packet moves.

    Where it is still in the packet, registers remember that all else begins four bytes later.
    """
    found = decide([Stmt(LD | B | ABS, AD_VLAN_TAG_PRESENT)], JEQ, 1)
    inside = _tag(c)
    numbered = None if number is None else _vlan_number(c, number)
    inside.head.stmts = [*_move(c, c.payload), *_move(c, c.protocol), *inside.head.stmts]
    c.moved = (c.payload.register, c.protocol.register)
    found = either(found, inside)
    if numbered is None:
        return found
    block = numbered.head
    own = Stmt(LD | B | ABS, AD_VLAN_TAG)
    which = Stmt(JMP | JEQ | K, 1)
    which.jt, which.jf = own, block.stmts[0]
    past = Stmt(JMP | JA, len(block.stmts) - 1)  # to the last of them, which masks the number
    block.stmts = [Stmt(LD | B | ABS, AD_VLAN_TAG_PRESENT), which, own, past, *block.stmts]
    return both(found, numbered)


def _move(c: State, offset: Offset) -> list[Stmt]:
    offset.variable = True
    if offset.register == -1:
        offset.register = c.take()
    return [Stmt(LD | MEM, offset.register), Stmt(ALU | ADD | K, 4), Stmt(ST, offset.register)]


def unmoved(c: State) -> list[Stmt]:
    """Return what must run first of all where tags may move things: nothing has moved yet."""
    if not c.moved:
        return []
    registers = [c.payload.register, c.protocol.register]
    # A tunnel behind the tag has registers of its own, but those of the tag are still read: the kernel refuses a
    # program that reads what it never wrote.
    registers += [register for register in c.moved if register not in registers]
    return [Stmt(LD | W | IMM, 0), *(Stmt(ST, register) for register in registers)]


def mpls(c: State, label: int | None) -> Fragment:
    """Return the test for an MPLS label; look behind it from now on. Raises Refused."""
    if c.labels:
        found = compare(c, "previous label", 2, B, 0, 1)  # not the bottom of the stack
    elif c.linktype in (ETHERNET, HDLC):
        found = carries(c, MPLS)
    elif c.linktype == PPP:
        found = carries(c, _PPP_MPLS)
    else:
        raise Refused(f"there is no MPLS in {LINKS[c.linktype]} captures")
    if label is not None:
        if label > 0xFFFFF:
            raise Refused(f"MPLS label {label} is above {0xFFFFF}")
        found = both(found, compare(c, "payload", 0, W, label << 12, 0xFFFFF000))
    c.unsnapped += 4
    c.network += 4
    c.labels += 1
    return found


def pppoed(c: State) -> Fragment:
    """Return the test for PPPoE discovery."""
    return carries(c, PPPOED)


def pppoes(c: State, session: int | None) -> Fragment:
    """Return the test for a PPPoE session; look into its PPP from now on. Raises Refused."""
    found = carries(c, PPPOES)
    if session is not None:
        if session > 0xFFFF:
            raise Refused(f"PPPoE session {session} is above 65535")
        found = both(found, compare(c, "payload", 0, W, session, 0xFFFF))
    c.push(PPP, Offset(c.payload.constant + c.network + 6, c.payload.variable, c.payload.register))
    c.protocol = c.header.copy()
    c.payload.constant = c.header.constant + 2
    c.network = 0
    c.unsnapped = 0
    return found


def geneve(c: State, network: int | None) -> Fragment:
    """Return the test for a Geneve tunnel (RFC 8926), and for its VNI; look inside from now on."""
    found = both(_geneve_over(c, IP, network), decide([*ipv4_header_length(c), Stmt(TXA)], JEQ | X, 0))
    moved = variable_part(c, c.payload)
    length = [*moved, Stmt(LD | IMM, 40), Stmt(ALU | ADD | X)] if moved else [Stmt(LD | IMM, 40)]
    other = both(_geneve_over(c, IP6, network), decide([*length, Stmt(TAX)], JEQ | X, 0))
    # Both end with the length of the IP header, and what moved it, in A: that is what the offsets are made from.
    found = either(found, other)
    inside = constant(True)
    inside.head.stmts = _geneve_offsets(c) + inside.head.stmts
    c.geneve = True
    return both(found, inside)


def _geneve_over(c: State, number: int, network: int | None) -> Fragment:
    where: Where = "over ipv4" if number == IP else "over ipv6"
    found = port(c, _GENEVE_PORT, _GENEVE_PORT, UDP, "dst", number)
    found = both(found, compare(c, where, 8, B, 0, 0xC0))  # version 0
    if network is None:
        return found
    if network > 0xFFFFFF:
        raise Refused(f"Geneve VNI {network} is above {0xFFFFFF}")
    return both(found, compare(c, where, 12, W, network << 8, 0xFFFFFF00))


def _geneve_offsets(c: State) -> list[Stmt]:
    """Return what computes, for each packet, where the headers inside the tunnel begin.

    An EtherType that is not Ethernet's own has no link-layer header inside: then header and payload are the same.
    """
    stmts = [Stmt(ALU | ADD | K, c.payload.constant + c.network + 8), Stmt(TAX), Stmt(ALU | ADD | K, 2)]
    c.protocol = Offset(0, True, c.take())
    stmts += [
        Stmt(ST, c.protocol.register), Stmt(LD | IND | B, 0), Stmt(ALU | AND | K, 0x3F), Stmt(ALU | MUL | K, 4),
        Stmt(ALU | ADD | K, 8), Stmt(ALU | ADD | X),
    ]  # fmt: skip
    c.push(ETHERNET, Offset(0, True, c.take()))
    c.optimized = False
    frame = Stmt(TXA)
    which = Stmt(JMP | JEQ | K, TRANSPARENT)
    stmts += [Stmt(ST, c.header.register), Stmt(LD | IND | H, 2), Stmt(LDX | MEM, c.header.register), which, frame]
    stmts += [
        Stmt(ALU | ADD | K, 12), Stmt(ST, c.protocol.register), Stmt(ALU | ADD | K, 2), Stmt(TAX),
    ]  # fmt: skip
    c.payload = Offset(0, True, c.take())
    store = Stmt(STX, c.payload.register)
    which.jt, which.jf = frame, store
    c.network = 0
    return [*stmts, store]
