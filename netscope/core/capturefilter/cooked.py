"""Live captures on "any": the kernel shows such packets from the network header on, and tells the rest beside them.

The cooked headers (LINUX_SLL and LINUX_SLL2, pcap-linktype(7)) are made up when a packet is saved, after the filter
has run. A program that was compiled for them is moved: loads behind the header by its length, those of its fields to
what the kernel tells; for a field that it does not tell there is no program.
"""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.opcodes import ABS, AD_IFINDEX, AD_OFF, AD_PKTTYPE, AD_PROTOCOL, IND, LD, LDX, MSH
from netscope.core.capturefilter.program import Instruction, Program
from netscope.core.capturefilter.state import SLL

# link type: how long its header is, and which fields of it the kernel tells
_FIELDS = ((16, {0: AD_PKTTYPE, 14: AD_PROTOCOL}), (20, {0: AD_PROTOCOL, 4: AD_IFINDEX, 10: AD_PKTTYPE}))


def uncooked(program: Program, link: int) -> Program:
    """Return the program for packets without their cooked header. Raises Refused."""
    size, fields = _FIELDS[0 if link == SLL else 1]
    return Program(tuple(_moved(one, size, fields) for one in program.instructions))


def _moved(one: Instruction, size: int, fields: dict[int, int]) -> Instruction:
    if one.code & 0x07 not in (LD, LDX) or one.code & 0xE0 not in (ABS, IND, MSH) or one.k >= AD_OFF:
        return one
    if one.k >= size:
        return one._replace(k=one.k - size)
    if one.k in fields:
        return one._replace(k=fields[one.k])
    raise Refused(
        f"the kernel does not show byte {one.k} of cooked headers to a live filter", "capture on one interface"
    )
