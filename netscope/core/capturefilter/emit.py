"""A graph of blocks -> instructions: each block once, its false side last, jumps as distances.

A conditional jump reaches 255 instructions; where that is not far enough, it leads to an unconditional one placed
right behind it, and all is laid out once more.
"""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Block, Stmt
from netscope.core.capturefilter.opcodes import ALL, JA, JMP, LIMIT, NOP
from netscope.core.capturefilter.program import Instruction

_REACH = 255


def emit(root: Block) -> tuple[Instruction, ...]:
    """Return the program. Raises Refused where it is too long for the kernel."""
    order = _last_first(root)
    while True:
        total = 0
        for block in order:
            total += _size(block)
            block.place = -total  # counted from the end, which does not move
        if total > LIMIT:
            raise Refused(f"this takes {total} instructions, and the kernel runs {LIMIT} at most", "ask for less")
        lacking = [block for block in order if _too_far(block)]
        if not lacking:
            return tuple(one for block in reversed(order) for one in _instructions(block))


def _last_first(root: Block) -> list[Block]:
    """Return the blocks from the program's end to its beginning: each after all that it leads to."""
    order: list[Block] = []
    seen: set[Block] = set()
    stack: list[tuple[Block, bool]] = [(root, False)]
    while stack:
        block, done = stack.pop()
        if done:
            order.append(block)
            continue
        if block in seen:
            continue
        seen.add(block)
        stack.append((block, True))
        if block.true.succ is not None and block.false.succ is not None:
            stack.append((block.true.succ, False))
            stack.append((block.false.succ, False))
    return order


def _size(block: Block) -> int:
    return sum(stmt.code != NOP for stmt in block.stmts) + 1 + block.long_true + block.long_false


def _distances(block: Block) -> tuple[int, int]:
    assert block.true.succ is not None
    assert block.false.succ is not None
    behind = block.place + _size(block) - block.long_true - block.long_false
    return block.true.succ.place - behind, block.false.succ.place - behind


def _too_far(block: Block) -> bool:
    """Give a block the long jumps that it turns out to need; tell whether it lacked one."""
    if block.true.succ is None:
        return False
    true, false = _distances(block)
    if true > _REACH and not block.long_true:
        block.long_true = 1
    elif false > _REACH and not block.long_false:
        block.long_false = 1
    else:
        return False
    return True


def _instructions(block: Block) -> list[Instruction]:
    made = _statements(block.stmts)
    if block.true.succ is None:
        return [*made, Instruction(block.code, 0, 0, block.k)]
    true, false = _distances(block)
    jumps: list[Instruction] = []
    sides = []
    for distance in (true, false):
        if distance > _REACH:
            sides.append(len(jumps))
            jumps.append(Instruction(JMP | JA, 0, 0, distance - len(jumps) - 1))
        else:
            sides.append(distance)
    return [*made, Instruction(block.code, sides[0], sides[1], block.k), *jumps]


def _statements(stmts: list[Stmt]) -> list[Instruction]:
    """Return a block's statements, with the jumps that stay inside it."""
    many = sum(stmt.code != NOP for stmt in stmts)
    made: list[Instruction] = []
    for stmt in stmts:
        if stmt.code == NOP:
            continue
        true = false = 0
        if stmt.jt is not None and stmt.jf is not None and len(made) != many - 2:
            true, false = _inside(stmts[:many], stmt.jt, len(made)), _inside(stmts[:many], stmt.jf, len(made))
        made.append(Instruction(stmt.code, true, false, stmt.k & ALL))
    return made


def _inside(stmts: list[Stmt], target: Stmt, place: int) -> int:
    """Return the distance of a jump inside a block.

    As in libpcap (1.10), statements that were removed count, so that after ``ip and`` a live ``vlan 5`` looks for
    VLAN 1: its program is what verdicts are compared with.
    """
    if target not in stmts or not 0 <= (distance := stmts.index(target) - place - 1) <= _REACH:
        raise Refused("no program can be made of this", "put 'vlan' first")
    return distance
