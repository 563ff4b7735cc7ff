"""A filter while it is compiled: blocks of statements that end in a test, and edges to what comes after it.

A fragment is a piece of the graph with one entry and two sets of loose ends: where it goes on when what it tests is
true, and when it is false. ``both``, ``either`` and ``negated`` join fragments without evaluating anything twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from netscope.core.capturefilter.opcodes import ALL, JEQ, JMP, RET


class Stmt:
    """One instruction inside a block. ``jt`` and ``jf`` are set on jumps that stay inside the block."""

    __slots__ = ("code", "jf", "jt", "k")

    def __init__(self, code: int, k: int = 0) -> None:
        self.code = code
        self.k = k & ALL
        self.jt: Stmt | None = None
        self.jf: Stmt | None = None


class Edge:
    """The way from a block to the next one. The optimiser numbers the edges and keeps what dominates them."""

    __slots__ = ("dominators", "id", "pred", "succ")

    def __init__(self, pred: Block) -> None:
        self.pred = pred
        self.succ: Block | None = None
        self.id = 0
        self.dominators = 0


class Block:
    """Statements, then a test (or a return) with its code and constant.

    The attributes from ``id`` on belong to the optimiser and to the emitter: see there.
    """

    __slots__ = (
        "code", "dominators", "false", "id", "in_edges", "in_use", "k", "kill", "level", "long_false", "long_true",
        "operand", "out_use", "place", "stmts", "true", "values",
    )  # fmt: skip

    def __init__(self, code: int, k: int = 0, stmts: list[Stmt] | None = None) -> None:
        self.code = code
        self.k = k & ALL
        self.stmts = [] if stmts is None else stmts
        self.true = Edge(self)
        self.false = Edge(self)
        self.id = 0
        self.level = 0
        self.dominators = 0
        self.in_use = 0
        self.out_use = 0
        self.kill = 0
        self.values: list[int] = []
        self.operand = 0
        self.in_edges: list[Edge] = []
        self.long_true = 0
        self.long_false = 0
        self.place = 0


class Fragment:
    """A piece of the graph: where it begins, and its loose ends."""

    __slots__ = ("false", "head", "true")

    def __init__(self, block: Block) -> None:
        self.head = block
        self.true = [block.true]
        self.false = [block.false]


def decide(stmts: list[Stmt], jump: int, k: int) -> Fragment:
    """Return a fragment of one block: compare A with a constant."""
    return Fragment(Block(JMP | jump, k, stmts))


def constant(truth: bool) -> Fragment:
    """Return a test that is always, or never, true."""
    return decide([Stmt(0, 0 if truth else 1)], JEQ, 0)


def returning(k: int) -> Block:
    """Return a block that ends the program: keep ``k`` bytes of the packet, 0 for none of it."""
    return Block(RET, k)


def patch(edges: Sequence[Edge], target: Block) -> None:
    """Let loose ends lead to a block."""
    for edge in edges:
        edge.succ = target


def negated(part: Fragment) -> Fragment:
    """Return the opposite of a fragment, which is used up."""
    part.true, part.false = part.false, part.true
    return part


def both(first: Fragment, then: Fragment) -> Fragment:
    """Return "first and then"; both are used up."""
    patch(first.true, then.head)
    first.false.extend(then.false)
    first.true = then.true
    return first


def either(first: Fragment, then: Fragment) -> Fragment:
    """Return "first or then"; both are used up."""
    patch(first.false, then.head)
    first.true.extend(then.true)
    first.false = then.false
    return first
