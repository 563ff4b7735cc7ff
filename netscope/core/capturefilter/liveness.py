"""Which of A, X and the registers an instruction reads and writes, and what of it is needed later: sets of bits."""

from __future__ import annotations

from netscope.core.capturefilter.graph import Block, Stmt
from netscope.core.capturefilter.numbering import A_PLACE, PLACES, X_PLACE, Numbering
from netscope.core.capturefilter.opcodes import ALU, IND, JMP, LD, LDX, MEM, MISC, NOP, RET, ST, STX, TAX, X

A_BIT = 1 << A_PLACE
X_BIT = 1 << X_PLACE
_OF_REGISTER = -1  # in the tables below: the register that k names


def _reads(code: int) -> int:
    kind = code & 0x07
    if kind in (LD, LDX):
        mode = code & 0xE0
        return X_BIT if mode == IND else _OF_REGISTER if mode == MEM else 0
    if kind in (ALU, JMP):
        return A_BIT | X_BIT if code & X else A_BIT
    if kind == ST or code == TAX:
        return A_BIT
    if kind == RET:
        return 0
    return X_BIT  # stx, txa


def _writes(code: int) -> int:
    kind = code & 0x07
    if kind in (ST, STX):
        return _OF_REGISTER
    if kind in (LD, ALU) or (kind == MISC and code != TAX):
        return A_BIT
    return X_BIT if kind in (LDX, MISC) else 0


class _Table(dict[int, int]):
    """code -> bits, worked out when first asked for."""

    def __init__(self, reads: bool) -> None:
        super().__init__({NOP: 0})
        self._of = _reads if reads else _writes

    def __missing__(self, code: int) -> int:
        self[code] = found = self._of(code)
        return found


_READS = _Table(reads=True)
_WRITES = _Table(reads=False)


def reads(stmt: Stmt | Block) -> int:
    """Return what an instruction reads, as bits."""
    found = _READS[stmt.code]
    return 1 << stmt.k if found == _OF_REGISTER else found


def writes(stmt: Stmt) -> int:
    """Return what an instruction writes, as one bit or none."""
    found = _WRITES[stmt.code]
    return 1 << stmt.k if found == _OF_REGISTER else found


def find_needed(levels: list[list[Block]]) -> None:
    """Set ``in_use`` and ``out_use`` of all blocks: what they, and those after them, read before it is written."""
    for level in reversed(levels):
        for block in level:
            _find_local(block)
    for level in levels[1:]:
        for block in level:
            true, false = block.true.succ, block.false.succ
            assert true is not None
            assert false is not None
            block.out_use = true.in_use | false.in_use
            block.in_use |= block.out_use & ~block.kill


def _find_local(block: Block) -> None:
    written = read = killed = 0
    for stmt in block.stmts:
        if stmt.code == NOP:
            continue
        read |= reads(stmt) & ~written
        new = writes(stmt)
        killed |= new & ~read
        written |= new
    if block.code & 0x07 == JMP:
        read |= reads(block) & ~written
    block.kill = killed
    block.in_use = read
    block.out_use = 0


def remove_dead(block: Block, n: Numbering) -> None:
    """Remove the statements whose result nobody reads."""
    last: dict[int, Stmt] = {}
    for stmt in block.stmts:
        if stmt.code == NOP:
            continue
        _read(last, reads(stmt))
        new = writes(stmt)
        if new:
            dead = last.get(new)
            if dead is not None:
                dead.code = NOP
                n.wrote()
            last[new] = stmt
    _read(last, reads(block))
    for bit, stmt in last.items():
        if not block.out_use & bit:
            stmt.code = NOP
            n.wrote()


def _read(last: dict[int, Stmt], bits: int) -> None:
    if bits == A_BIT | X_BIT:
        last.pop(A_BIT, None)
        last.pop(X_BIT, None)
    elif bits:
        last.pop(bits, None)


def conflict(before: Block, after: Block) -> bool:
    """Tell whether something is needed after a block that had another value after one before it."""
    needed = after.out_use
    if not needed:
        return False
    here, there = before.values, after.values
    return any(needed >> place & 1 and here[place] != there[place] for place in range(PLACES))
