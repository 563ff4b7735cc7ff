"""A compiled capture filter, applied to packets here and not in the kernel: to those of a file.

The program becomes a Python function, its blocks nested ``if`` s, which takes about a microsecond a packet; running it
instruction by instruction takes thirteen. A block that is reached from two places becomes a function of its own, so the
source is never longer than the program asks for. Where a program jumps backwards (``protochain``), such a function
returns the next one instead of calling it, and the steps are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from netscope.core.capturefilter import opcodes as op
from netscope.core.capturefilter.program import Instruction, Program

Matcher = Callable[[bytes, int], int]  # the bytes captured, the length on the wire -> how many to keep, 0 for none

_STEPS = 20_000  # blocks for one packet, where a program may loop: more headers than 64 KB have room for
_NESTED = 30
_OPERATORS = {
    op.ADD: "(a + {}) & 0xFFFFFFFF", op.SUB: "(a - {}) & 0xFFFFFFFF", op.MUL: "(a * {}) & 0xFFFFFFFF",
    op.OR: "a | {}", op.AND: "a & {}", op.XOR: "a ^ {}",
}  # fmt: skip
_TESTS = {op.JEQ: "a == {}", op.JGT: "a > {}", op.JGE: "a >= {}", op.JSET: "a & {}"}
_WIDTHS = {op.W: 4, op.H: 2, op.B: 1}


def matcher(program: Program) -> Matcher:
    """Return the function that tells how many bytes of a packet a program keeps."""
    source = "\n".join(_Writer(program).source())
    space: dict[str, Any] = {}
    exec(compile(source, "<capture filter>", "exec"), space)  # of numbers alone: no word of the filter is in it
    match: Matcher = space["match"]
    return _walking(space["match"]) if program.loops else match


def _walking(first: Callable[[bytes, int], Any]) -> Matcher:
    def match(data: bytes, length: int) -> int:
        found = first(data, length)
        for _ in range(_STEPS):
            if not isinstance(found, tuple):
                return int(found)
            block, a, x, m = found
            found = block(data, length, len(data), a, x, m)
        return 0

    return match


class _Writer:
    """Writes the source of one program."""

    def __init__(self, program: Program) -> None:
        self.instructions = instructions = program.instructions
        self.call = "b{0}, a, x, m" if program.loops else "b{0}(p, length, n, a, x, m)"
        reached = [0] * (len(instructions) + 1)
        for place, one in enumerate(instructions):
            for target in _targets(place, one):
                reached[target] += 1
        jumps = {
            target
            for place, one in enumerate(instructions)
            if one.code & 7 == op.JMP
            for target in _targets(place, one)
        }
        self.shared = {target for target in jumps if reached[target] > 1 and not self._ends(target)}
        self.waiting: list[int] = []
        self.written: set[int] = set()

    def _ends(self, place: int) -> bool:
        return self.instructions[place].code & 7 == op.RET

    def source(self) -> Iterator[str]:
        """Yield the lines."""
        yield "def match(p, length):"
        yield "    n = len(p); a = 0; x = 0; m = [0] * 16"
        yield from self._block(0, 1)
        while self.waiting:
            place = self.waiting.pop()
            if place in self.written:
                continue
            self.written.add(place)
            yield f"def b{place}(p, length, n, a, x, m):"
            yield from self._block(place, 1, inside=True)

    def _block(self, place: int, depth: int, *, inside: bool = False) -> Iterator[str]:
        indent = "    " * depth
        first = inside
        while True:
            if (place in self.shared or depth > _NESTED) and not first:
                self.waiting.append(place)
                yield f"{indent}return {self.call.format(place)}"
                return
            first = False
            one = self.instructions[place]
            kind = one.code & 7
            if kind == op.RET:
                yield f"{indent}return {'a' if one.code & 0x18 == 0x10 else one.k}"
                return
            if kind != op.JMP:
                for line in _statement(one):
                    yield indent + line
                place += 1
                continue
            if one.code & 0xF0 == op.JA:
                place = _jump(place, one)
                continue
            test = _TESTS[one.code & 0xF0].format("x" if one.code & op.X else one.k)
            yield f"{indent}if {test}:"
            yield from self._block(place + 1 + one.jt, depth + 1)
            place += 1 + one.jf


def _targets(place: int, one: Instruction) -> tuple[int, ...]:
    kind = one.code & 7
    if kind == op.RET:
        return ()
    if kind != op.JMP:
        return (place + 1,)
    if one.code & 0xF0 == op.JA:
        return (_jump(place, one),)
    return (place + 1 + one.jt, place + 1 + one.jf)


def _jump(place: int, one: Instruction) -> int:
    """Return where an unconditional jump leads; a distance with the highest bit set is a negative one."""
    return place + 1 + (one.k - (1 << 32) if one.k >> 31 else one.k)


def _statement(one: Instruction) -> list[str]:
    kind = one.code & 7
    if kind in (op.LD, op.LDX):
        return _load(one, "a" if kind == op.LD else "x")
    if kind in (op.ST, op.STX):
        return [f"m[{one.k}] = {'a' if kind == op.ST else 'x'}"]
    if kind == op.MISC:
        return ["a = x" if one.code & 0x80 else "x = a"]
    return _arithmetic(one)


def _load(one: Instruction, register: str) -> list[str]:
    mode, k = one.code & 0xE0, one.k
    if mode == op.IMM:
        return [f"{register} = {k}"]
    if mode == op.MEM:
        return [f"{register} = m[{k}]"]
    if mode == op.LEN:
        return [f"{register} = length"]
    if mode == op.MSH:
        return [f"if n <= {k}: return 0", f"x = (p[{k}] & 15) << 2"]
    width = _WIDTHS[one.code & 0x18]
    if mode == op.ABS:
        if width == 1:
            return [f"if n <= {k}: return 0", f"a = p[{k}]"]
        return [f"if n < {k + width}: return 0", f"a = int.from_bytes(p[{k}:{k + width}], 'big')"]
    lines = [f"i = x + {k}", f"if n < i + {width}: return 0"]
    return [*lines, f"a = int.from_bytes(p[i:i + {width}], 'big')"]


def _arithmetic(one: Instruction) -> list[str]:
    kind = one.code & 0xF0
    operand = "x" if one.code & op.X else str(one.k)
    if kind == op.NEG:
        return ["a = -a & 0xFFFFFFFF"]
    if kind in (op.DIV, op.MOD):
        sign = "//" if kind == op.DIV else "%"
        return [f"if not {operand}: return 0", f"a = a {sign} {operand}"]
    if kind in (op.LSH, op.RSH):
        sign = "<<" if kind == op.LSH else ">>"
        return [f"a = (a {sign} {operand}) & 0xFFFFFFFF if {operand} < 32 else 0"]
    return [f"a = {_OPERATORS[kind].format(operand)}"]
