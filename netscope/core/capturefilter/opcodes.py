"""The numbers of classic BPF (linux/bpf_common.h, linux/filter.h): an instruction's code is a sum of these."""

from __future__ import annotations

from typing import Final

LD: Final = 0  # the class of an instruction: its low three bits
LDX: Final = 1
ST: Final = 2
STX: Final = 3
ALU: Final = 4
JMP: Final = 5
RET: Final = 6
MISC: Final = 7

W: Final = 0x00  # how much is loaded: 4, 2 or 1 bytes
H: Final = 0x08
B: Final = 0x10

IMM: Final = (
    0x00  # from where: a constant, the packet, the packet at X, a register, the length, an IPv4 header's length
)
ABS: Final = 0x20
IND: Final = 0x40
MEM: Final = 0x60
LEN: Final = 0x80
MSH: Final = 0xA0

ADD: Final = 0x00
SUB: Final = 0x10
MUL: Final = 0x20
DIV: Final = 0x30
OR: Final = 0x40
AND: Final = 0x50
LSH: Final = 0x60
RSH: Final = 0x70
NEG: Final = 0x80
MOD: Final = 0x90
XOR: Final = 0xA0

JA: Final = 0x00
JEQ: Final = 0x10
JGT: Final = 0x20
JGE: Final = 0x30
JSET: Final = 0x40

K: Final = 0x00  # the operand: the constant k, or X
X: Final = 0x08

TAX: Final = MISC
TXA: Final = MISC | 0x80

NOP: Final = -1  # a statement that the optimiser has removed

REGISTERS: Final = 16  # words of scratch memory (BPF_MEMWORDS)
LIMIT: Final = 4096  # instructions that a program may have (BPF_MAXINSNS)
ALL: Final = 0xFFFFFFFF

# What Linux offers beside the packet: loads from SKF_AD_OFF + these (linux/filter.h).
AD_OFF: Final = 0xFFFFF000
AD_PROTOCOL: Final = AD_OFF + 0
AD_PKTTYPE: Final = AD_OFF + 4
AD_IFINDEX: Final = AD_OFF + 8
AD_VLAN_TAG: Final = AD_OFF + 44
AD_VLAN_TAG_PRESENT: Final = AD_OFF + 48
OUTGOING: Final = 4  # PACKET_OUTGOING, and LINUX_SLL_OUTGOING
