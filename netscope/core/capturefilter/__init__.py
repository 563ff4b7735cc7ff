"""Capture filters: the language of pcap-filter(7), compiled to classic BPF as libpcap (1.10) compiles it.

The verdict on every packet, a cut-off one as well, is that of libpcap's program, and what libpcap refuses is refused;
the tests compare the programs instruction by instruction. The way there:

    text -> tokens (scan) -> tree (parse, values) -> graph of blocks (generate, and what it imports)
         -> the same graph, less of it (optimize, numbering) -> instructions (emit)

A program for a live capture differs from one for a file: the kernel takes VLAN tags off packets before the filter sees
them, tells direction and interface beside the packet, and runs no loops. That it shows "any" captures without their
cooked header is the business of whoever attaches the program (netscope.system.capture); here they have it.
"""

from __future__ import annotations

from netscope.core.capturefilter.emit import emit
from netscope.core.capturefilter.errors import FilterSyntaxError, Refused
from netscope.core.capturefilter.generate import generate
from netscope.core.capturefilter.graph import Block
from netscope.core.capturefilter.names import NumbersOnly
from netscope.core.capturefilter.opcodes import RET
from netscope.core.capturefilter.optimize import optimize
from netscope.core.capturefilter.parse import parse
from netscope.core.capturefilter.program import Instruction, Program
from netscope.core.capturefilter.state import LINKS, Resolver, State

__all__ = ["LINKS", "FilterSyntaxError", "Instruction", "Program", "Resolver", "compile_filter"]


def compile_filter(
    text: str,
    link: int,
    *,
    snaplen: int = 262144,
    netmask: int | None = None,
    live: bool = False,
    swapped: bool = False,
    names: Resolver | None = None,
) -> Program:
    """Compile a capture filter for one link type. An empty one takes every packet.

    Args:
        text: the filter.
        link: the LINKTYPE_ value of the packets (pcap-linktype(7)). Of what is not in ``LINKS`` only its length and its
            bytes count.
        snaplen: what the program returns for a packet that it takes.
        netmask: the mask of the interface's network, for ``ip broadcast``.
        live: for a packet socket of this host, not for the packets of a file.
        swapped: the file is in the other byte order than this host's (it matters for BSD loopback headers alone).
        names: looks names up; without it only numbers and the best-known protocols have a meaning.

    Raises FilterSyntaxError, which tells the place.
    """
    tree = parse(text)
    try:
        state = State(link, netmask, live, swapped, names or NumbersOnly())
        root = generate(tree, text, state, snaplen)
        if state.optimized:
            root = optimize(root)
            _takes_something(root)
        return Program(emit(root))
    except Refused as error:
        raise FilterSyntaxError(error.what, text, 0, len(text), error.mend) from None


def _takes_something(root: Block) -> None:
    if root.code == RET and root.k == 0:
        raise Refused("no packet can be like that", "the parts of the filter exclude each other")
