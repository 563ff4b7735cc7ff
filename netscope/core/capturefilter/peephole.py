"""Small patterns inside one block that have a shorter form, and tests whose outcome is known."""

from __future__ import annotations

from netscope.core.capturefilter.graph import Block, Stmt
from netscope.core.capturefilter.liveness import A_BIT, X_BIT
from netscope.core.capturefilter.numbering import A_PLACE, X_PLACE, Numbering
from netscope.core.capturefilter.opcodes import (
    ADD,
    ALL,
    ALU,
    AND,
    IMM,
    IND,
    JEQ,
    JGE,
    JGT,
    JMP,
    JSET,
    LD,
    LDX,
    MEM,
    MSH,
    NOP,
    ST,
    SUB,
    TAX,
    TXA,
    B,
    K,
    X,
)


def shorten(block: Block, n: Numbering) -> None:
    """Rewrite what can be shorter in a block."""
    if not block.stmts:
        return
    last = _pairs(block, n)
    if block.code == JMP | JEQ | K and not block.out_use & A_BIT:
        _last_and_test(block, last, n)
    if block.code == JMP | JSET | K:
        if block.k == 0:
            block.true.succ = block.false.succ
        if block.k == ALL:  # not true of 0, but libpcap (1.10) has it so
            block.false.succ = block.true.succ
    number = block.values[X_PLACE]
    if number in n.constants and block.code & X:
        block.code &= ~X
        block.k = n.constants[number]
    _decide(block, n)


def _next(stmts: list[Stmt], place: int) -> int:
    while place < len(stmts) and stmts[place].code == NOP:
        place += 1
    return place


def _pairs(block: Block, n: Numbering) -> Stmt:
    """Rewrite neighbours; return the last statement that was looked at as one of a pair, or else the first of all."""
    stmts = block.stmts
    last = stmts[0]
    many = len(stmts)
    place = _next(stmts, 0)
    while place < many:
        after = _next(stmts, place + 1)
        if after == many:
            break
        one, other = stmts[place], stmts[after]
        last = other
        if one.code == ST and other.code == LDX | MEM and one.k == other.k:
            other.code = TAX
            n.wrote()
        if one.code == LD | IMM:
            if other.code == TAX:
                one.code = LDX | IMM
                other.code = TXA
                n.wrote()
            elif not block.out_use & X_BIT:
                _constant_index(stmts, one, after, n)
        place = _next(stmts, after)
    return last


def _constant_index(stmts: list[Stmt], constant: Stmt, place: int, n: Numbering) -> None:
    """A constant added to X, to load from there: let the load add it itself."""
    if stmts[place].code == LDX | MSH | B:
        place = _next(stmts, place + 1)
    add, move = place, _next(stmts, place + 1)
    load = _next(stmts, move + 1)
    if load >= len(stmts) or stmts[add].code != ALU | ADD | X or stmts[move].code != TAX:
        return
    target = stmts[load]
    if target.code & 0x07 != LD or target.code & 0xE0 != IND:
        return
    target.k = target.k + constant.k & ALL
    constant.code = stmts[add].code = stmts[move].code = NOP
    n.wrote()


def _last_and_test(block: Block, last: Stmt, n: Numbering) -> None:
    """What a value is compared with can take over the subtraction, or the mask, before it."""
    if last.code == ALU | SUB | X:
        number = block.values[X_PLACE]
        if number in n.constants:
            block.k = block.k + n.constants[number] & ALL
        elif block.k == 0:
            block.code = JMP | JEQ | X
        else:
            return
    elif last.code == ALU | SUB | K:
        block.k = block.k + last.k & ALL
    elif last.code == ALU | AND | K and block.k == 0:
        block.k = last.k
        block.code = JMP | JSET | K
        block.true.succ, block.false.succ = block.false.succ, block.true.succ
    else:
        return
    last.code = NOP
    n.wrote()


def _decide(block: Block, n: Numbering) -> None:
    """Where A is known, so is the outcome of the test."""
    number = block.values[A_PLACE]
    if number not in n.constants or block.code & X:
        return
    value, k = n.constants[number], block.k
    operator = block.code & 0xF0
    truth = (
        value == k
        if operator == JEQ
        else value > k
        if operator == JGT
        else value >= k
        if operator == JGE
        else value & k
    )
    if block.true.succ is not block.false.succ:
        n.wrote()
    if truth:
        block.false.succ = block.true.succ
    else:
        block.true.succ = block.false.succ
