"""Makes a graph smaller without changing its verdict on any packet that is long enough.

On shorter ones it does change it: a load that lies behind the end of a packet rejects it, and here loads are removed
and moved. That is why this follows libpcap's optimiser step by step, the same patterns in the same order: McCanne and
Jacobson, "The BSD Packet Filter" (1993). It also finds the filters that no packet can pass.

Blocks are looked at by level: the longest way to the end of the program.
"""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Block, Edge
from netscope.core.capturefilter.liveness import conflict, find_needed, remove_dead
from netscope.core.capturefilter.numbering import A_PLACE, PLACES, X_PLACE, Numbering
from netscope.core.capturefilter.opcodes import JEQ, JMP, NOP, RET, K, X
from netscope.core.capturefilter.peephole import shorten

_MOST = 6000  # blocks: the time that all this takes grows with their square
_PATIENCE = 100  # passes that only move tests about, after which they are thought to go in circles


def optimize(root: Block) -> Block:
    """Return the first block of the smaller graph. Raises Refused for arithmetic that cannot work, and for too much."""
    blocks = _numbered(root)
    if len(blocks) > _MOST:
        raise Refused(f"this has {len(blocks)} tests, and {_MOST} are the most", "name networks, not hosts one by one")
    for alter in (False, True):
        _settle(root, blocks, alter)
    _share(root)
    return _without_root(root)


def _numbered(root: Block) -> list[Block]:
    """Number the blocks and edges: a block, then what follows when it is true, then the rest."""
    blocks: list[Block] = []
    seen: set[Block] = set()
    stack = [root]
    while stack:
        block = stack.pop()
        if block in seen:
            continue
        seen.add(block)
        block.id = len(blocks)
        blocks.append(block)
        if block.true.succ is not None and block.false.succ is not None:
            stack += (block.false.succ, block.true.succ)
    for block in blocks:
        block.true.id = block.id
        block.false.id = len(blocks) + block.id
    return blocks


def _settle(root: Block, blocks: list[Block], alter: bool) -> None:
    """Pass over the graph until nothing changes; ``alter`` says whether statements or branches may."""
    numbering = Numbering()
    moves = 0
    while moves < _PATIENCE:
        numbering.changed = numbering.rewritten = False
        levels = _levels(root)
        find_needed(levels)
        if not alter:
            _find_dominators(root, levels)
        numbering.forget()
        _number_values(levels, numbering, alter)
        if not alter:
            _move_branches(levels, numbering, blocks)
        if not numbering.changed:
            return
        moves = 0 if numbering.rewritten else moves + 1


def _levels(root: Block) -> list[list[Block]]:
    """Return the blocks by level, those that were reached last first."""
    seen: set[Block] = set()
    found: list[list[Block]] = []
    stack: list[tuple[Block, bool]] = [(root, False)]
    while stack:
        block, done = stack.pop()
        true, false = block.true.succ, block.false.succ
        if done:
            block.level = 0 if true is None or false is None else max(true.level, false.level) + 1
            while len(found) <= block.level:
                found.append([])
            found[block.level].append(block)
        elif block not in seen:
            seen.add(block)
            stack.append((block, True))
            if true is not None and false is not None:
                stack += ((false, False), (true, False))
    for level in found:
        level.reverse()
    return found


def _find_dominators(root: Block, levels: list[list[Block]]) -> None:
    """Find through which blocks and edges every way to a block, or an edge, leads: sets of bits."""
    for level in levels:
        for block in level:
            block.dominators = block.true.dominators = block.false.dominators = -1
    root.dominators = root.true.dominators = root.false.dominators = 0
    for level in reversed(levels):
        for block in level:
            block.dominators |= 1 << block.id
            for edge in (block.true, block.false):
                edge.dominators |= 1 << edge.id
                after = edge.succ
                if after is not None:
                    after.dominators &= block.dominators
                    after.true.dominators &= edge.dominators
                    after.false.dominators &= edge.dominators


def _find_in_edges(levels: list[list[Block]]) -> None:
    for level in levels:
        for block in level:
            block.in_edges = []
    for level in reversed(levels[1:]):
        for block in level:
            for edge in (block.true, block.false):
                assert edge.succ is not None
                edge.succ.in_edges.append(edge)


def _number_values(levels: list[list[Block]], n: Numbering, alter: bool) -> None:
    _find_in_edges(levels)
    for level in reversed(levels):
        for block in level:
            _number_block(block, n, alter)


def _number_block(block: Block, n: Numbering, alter: bool) -> None:
    values = _arriving(block)
    block.values = values
    before = values[A_PLACE], values[X_PLACE]
    for stmt in block.stmts:
        if stmt.code != NOP:
            n.follow(stmt, values, alter)
    useless = not block.out_use and all(before) and (values[A_PLACE], values[X_PLACE]) == before
    if alter and (useless or block.code & 0x07 == RET):
        if block.stmts:
            block.stmts = []
            n.wrote()
    else:
        shorten(block, n)
        remove_dead(block, n)
    block.operand = values[X_PLACE] if block.code & X else n.constant(block.k)


def _arriving(block: Block) -> list[int]:
    """Return the values at the beginning of a block: those that are the same on every way to it."""
    edges = block.in_edges
    if not edges:
        return [0] * PLACES
    values = edges[0].pred.values[:]
    for edge in edges[1:]:
        other = edge.pred.values
        if other != values:
            values = [one if one == two else 0 for one, two in zip(values, other, strict=True)]
    return values


def _move_branches(levels: list[list[Block]], n: Numbering, blocks: list[Block]) -> None:
    known = _Known(levels, blocks)
    for level in levels[1:]:
        for block in level:
            known.shorten(block.true, n)
            known.shorten(block.false, n)
    _find_in_edges(levels)
    for level in levels[1:]:
        for block in level:
            _pull_up(block, n, on_true=True)
            _pull_up(block, n, on_true=False)


class _Known:
    """The tests whose outcome is known on an edge: those that dominate it, by what they test."""

    def __init__(self, levels: list[list[Block]], blocks: list[Block]) -> None:
        self._blocks = blocks
        self._same: dict[tuple[int, int, int], int] = {}  # test, A, operand -> the edges of blocks that test just that
        self._true: dict[int, int] = {}  # A -> the true edges of blocks that test A for equality with a constant
        many = len(blocks)
        for level in levels[1:]:
            for block in level:
                value = block.values[A_PLACE]
                key = (block.code, value, block.operand)
                bit = 1 << block.id
                self._same[key] = self._same.get(key, 0) | bit | bit << many
                if block.code == JMP | JEQ | K:
                    self._true[value] = self._true.get(value, 0) | bit

    def shorten(self, edge: Edge, n: Numbering) -> None:
        """Let an edge lead past the tests behind it whose outcome is known on it."""
        child = edge.succ
        if child is None or child.true.succ is None:
            return
        if child.true.succ is child.false.succ and not conflict(edge.pred, child.true.succ):
            n.wrote()
            edge.succ = child.true.succ
        while (target := self._past(edge)) is not None:
            n.changed = True
            edge.succ = target
            if target.true.succ is None:
                return

    def _past(self, edge: Edge) -> Block | None:
        child = edge.succ
        assert child is not None
        if child.true.succ is None:
            return None
        value = child.values[A_PLACE]
        edges = self._same.get((child.code, value, child.operand), 0)
        if child.code == JMP | JEQ | K:
            edges |= self._true.get(value, 0)
        edges &= edge.dominators
        many = len(self._blocks)
        while edges:
            lowest = edges & -edges
            edges ^= lowest
            place = lowest.bit_length() - 1
            true = place < many
            same = self._blocks[place if true else place - many].operand == child.operand
            target = child.true.succ if true and same else child.false.succ
            if target is not None and not conflict(edge.pred, target):
                return target
        return None


def _pull_up(block: Block, n: Numbering, on_true: bool) -> None:
    """In a chain of tests with the same way out, bring one that needs what A holds at its top up to there.

    ``on_true`` says whether it is the true side that leads out (a chain of "or"), or the false one.
    """
    edges = block.in_edges
    if not edges:
        return
    value = edges[0].pred.values[A_PLACE]
    if any(edge.pred.values[A_PLACE] != value for edge in edges):
        return
    first = edges[-1].pred
    different = first.true if first.true.succ is block else first.false
    at_top = True
    while True:
        here = _in_chain(different, block, on_true)
        if here is None:
            return
        if here.values[A_PLACE] != value:
            break
        different = _onward(here, on_true)
        at_top = False
    same = _onward(here, on_true)
    while True:
        pulled = _in_chain(same, block, on_true)
        if pulled is None:
            return
        if pulled.values[A_PLACE] == value:
            break
        same = _onward(pulled, on_true)
    onward = _onward(pulled, on_true)
    same.succ = onward.succ
    onward.succ = different.succ
    if at_top:
        for edge in edges:
            side = edge.pred.true if edge.pred.true.succ is block else edge.pred.false
            side.succ = pulled
    else:
        different.succ = pulled
    n.changed = True


def _onward(block: Block, on_true: bool) -> Edge:
    return block.false if on_true else block.true


def _in_chain(edge: Edge, block: Block, on_true: bool) -> Block | None:
    """Return the block that an edge leads to if it is part of the chain that a block begins."""
    here = edge.succ
    if here is None:
        return None
    out, wanted = (here.true, block.true) if on_true else (here.false, block.false)
    if out.succ is not wanted.succ or not here.dominators >> block.id & 1:
        return None
    return here


def _share(root: Block) -> None:
    """Of blocks that are alike and lead to the same places, keep one: from the end of the program on."""
    kept: dict[tuple[object, ...], Block] = {}
    same: dict[Block, Block] = {}
    for level in _levels(root):
        for block in level:
            for edge in (block.true, block.false):
                if edge.succ is not None:
                    edge.succ = same[edge.succ]
            body = tuple((stmt.code, stmt.k) for stmt in block.stmts if stmt.code != NOP)
            same[block] = kept.setdefault((block.code, block.k, block.true.succ, block.false.succ, body), block)


def _without_root(root: Block) -> Block:
    """Pass over tests at the very beginning that lead to one place, but keep what the first one computes."""
    stmts = root.stmts
    root.stmts = []
    while root.code & 0x07 == JMP and root.true.succ is root.false.succ:
        assert root.true.succ is not None
        root = root.true.succ
    root.stmts = [] if root.code & 0x07 == RET else stmts + root.stmts
    return root
