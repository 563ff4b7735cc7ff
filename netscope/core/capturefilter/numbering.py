"""Value numbering: two values have the same number only where they are surely equal, whatever the packet.

Numbers are made anew on each pass over the graph; 0 stands for a value that nothing is known of. A block's values are
a list: the 16 registers, then A, then X.
"""

from __future__ import annotations

from collections.abc import Callable

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Stmt
from netscope.core.capturefilter.opcodes import (
    ABS,
    ADD,
    ALL,
    ALU,
    AND,
    DIV,
    IMM,
    IND,
    LD,
    LDX,
    LEN,
    LSH,
    MEM,
    MOD,
    MSH,
    MUL,
    NEG,
    NOP,
    OR,
    REGISTERS,
    RSH,
    ST,
    STX,
    SUB,
    TAX,
    TXA,
    XOR,
    B,
    H,
    K,
    W,
    X,
)

A_PLACE = REGISTERS
X_PLACE = REGISTERS + 1
PLACES = REGISTERS + 2


class Numbering:
    """What is known in one pass.

    Attributes:
        constants: the numbers whose values are known constants, and these.
        changed: something was changed, and another pass may find more.
        rewritten: that was not only the order of tests.
    """

    __slots__ = ("_numbers", "changed", "constants", "rewritten")

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int, int], int] = {}
        self.constants: dict[int, int] = {}
        self.changed = False
        self.rewritten = False

    def forget(self) -> None:
        """Begin another pass over the graph."""
        self._numbers = {}
        self.constants = {}

    def number(self, code: int, one: int, other: int) -> int:
        """Return the number of what an instruction makes of two values, or of a constant and a value."""
        key = (code, one, other)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._numbers) + 1
        return found

    def constant(self, value: int) -> int:
        """Return the number of a constant."""
        found = self.number(LD | IMM, value, 0)
        self.constants[found] = value
        return found

    def wrote(self) -> None:
        """Note that a statement or a test was changed."""
        self.changed = True
        self.rewritten = True

    def follow(self, stmt: Stmt, values: list[int], alter: bool) -> None:
        """Let a statement change the values; where ``alter`` is set, simplify it by what is known of them."""
        handler = _HANDLERS.get(stmt.code)
        if handler is not None:
            handler(self, stmt, values, alter)


def _store(stmt: Stmt, values: list[int], place: int, number: int, alter: bool) -> None:
    """A value is stored; the statement is for nothing where the same one is there already."""
    if alter and number and values[place] == number:
        stmt.code = NOP
    else:
        values[place] = number


def _absolute(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, A_PLACE, n.number(stmt.code, stmt.k, 0), alter)


def _indirect(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    index = values[X_PLACE]
    if alter and index in n.constants:
        stmt.code = stmt.code & ~(IND | ABS) | ABS
        stmt.k = stmt.k + n.constants[index] & ALL
        number = n.number(stmt.code, stmt.k, 0)
        n.wrote()
    else:
        number = n.number(stmt.code, stmt.k, index)
    _store(stmt, values, A_PLACE, number, alter)


def _length(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, A_PLACE, n.number(stmt.code, 0, 0), alter)


def _immediate(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, A_PLACE, n.constant(stmt.k), alter)


def _immediate_x(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, X_PLACE, n.constant(stmt.k), alter)


def _header_length(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, X_PLACE, n.number(stmt.code, stmt.k, 0), alter)


def _register(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    number = values[stmt.k]
    place = A_PLACE if stmt.code == LD | MEM else X_PLACE
    if alter and number in n.constants:
        stmt.code = stmt.code & ~MEM | IMM
        stmt.k = n.constants[number]
        n.wrote()
    _store(stmt, values, place, number, alter)


def _to_register(_n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, stmt.k, values[A_PLACE if stmt.code == ST else X_PLACE], alter)


def _to_x(_n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, X_PLACE, values[A_PLACE], alter)


def _to_a(_n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    _store(stmt, values, A_PLACE, values[X_PLACE], alter)


def _negate(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    number = values[A_PLACE]
    if alter and number in n.constants:
        stmt.code = LD | IMM
        stmt.k = -n.constants[number] & ALL
        values[A_PLACE] = n.constant(stmt.k)
    else:
        values[A_PLACE] = n.number(stmt.code, number, 0)


def _by_constant(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    """A and a constant."""
    operator = stmt.code & 0xF0
    if alter:
        if not stmt.k:
            if operator in (ADD, LSH, RSH, OR, XOR):
                stmt.code = NOP
                return
            if operator in (MUL, AND):
                stmt.code = LD | IMM
                values[A_PLACE] = n.constant(0)
                return
            if operator in (DIV, MOD):
                raise Refused("this divides by zero")
        if values[A_PLACE] in n.constants:
            _fold(n, stmt, n.constants[values[A_PLACE]], stmt.k)
            values[A_PLACE] = n.constant(stmt.k)
            return
    values[A_PLACE] = n.number(stmt.code, values[A_PLACE], n.constant(stmt.k))


def _by_x(n: Numbering, stmt: Stmt, values: list[int], alter: bool) -> None:
    """A and X."""
    operator = stmt.code & 0xF0
    left, right = values[A_PLACE], values[X_PLACE]
    if alter and right in n.constants:
        if left in n.constants:
            _fold(n, stmt, n.constants[left], n.constants[right])
            values[A_PLACE] = n.constant(stmt.k)
            return
        stmt.code = ALU | K | operator
        stmt.k = n.constants[right]
        if operator in (LSH, RSH) and stmt.k > 31:
            raise Refused("this shifts by more than 31 bits")
        n.wrote()
        values[A_PLACE] = n.number(stmt.code, left, n.constant(stmt.k))
        return
    if alter and n.constants.get(left) == 0:
        if operator in (ADD, OR, XOR):
            stmt.code = TXA
            _store(stmt, values, A_PLACE, right, alter)
            return
        if operator != SUB:
            stmt.code = LD | IMM
            stmt.k = 0
            _store(stmt, values, A_PLACE, n.constant(0), alter)
            return
    values[A_PLACE] = n.number(stmt.code, left, right)


def _fold(n: Numbering, stmt: Stmt, one: int, other: int) -> None:
    operator = stmt.code & 0xF0
    if operator in (DIV, MOD) and not other:
        raise Refused("this divides by zero")
    stmt.k = _FOLDED[operator](one, other) & ALL
    stmt.code = LD | IMM
    n.wrote()


_FOLDED: dict[int, Callable[[int, int], int]] = {
    ADD: lambda one, other: one + other,
    SUB: lambda one, other: one - other,
    MUL: lambda one, other: one * other,
    DIV: lambda one, other: one // other,
    MOD: lambda one, other: one % other,
    AND: lambda one, other: one & other,
    OR: lambda one, other: one | other,
    XOR: lambda one, other: one ^ other,
    LSH: lambda one, other: one << other if other < 32 else 0,
    RSH: lambda one, other: one >> other if other < 32 else 0,
}

_HANDLERS: dict[int, Callable[[Numbering, Stmt, list[int], bool], None]] = {
    **{LD | ABS | size: _absolute for size in (W, H, B)},
    **{LD | IND | size: _indirect for size in (W, H, B)},
    LD | LEN: _length,
    LD | IMM: _immediate,
    LDX | IMM: _immediate_x,
    LDX | MSH | B: _header_length,
    LD | MEM: _register,
    LDX | MEM: _register,
    ST: _to_register,
    STX: _to_register,
    TAX: _to_x,
    TXA: _to_a,
    ALU | NEG: _negate,
    **{ALU | K | operator: _by_constant for operator in _FOLDED},
    **{ALU | X | operator: _by_x for operator in _FOLDED},
}
