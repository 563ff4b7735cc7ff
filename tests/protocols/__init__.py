"""Packets of every protocol that netscope takes apart, made by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.packets import Packet
from tests.protocols.control import icmp6s, icmps
from tests.protocols.internet import extensions, fragments4, ipv4s, ipv6s
from tests.protocols.links import arps, bridges, links, lldps, vlans
from tests.protocols.names import names
from tests.protocols.oddities import bodies, connections, exchanges, headers, keepers, layers, queries, secrets
from tests.protocols.routing import igmps, routers
from tests.protocols.transport import tcps
from tests.protocols.tunnels import calls, tunnels

GENERATORS = (
    arps,
    vlans,
    ipv4s,
    fragments4,
    ipv6s,
    icmps,
    icmp6s,
    tcps,
    names,
    links,
    bridges,
    lldps,
    extensions,
    igmps,
    routers,
    tunnels,
    calls,
    connections,
    headers,
    secrets,
    queries,
    layers,
    bodies,
    exchanges,
    keepers,
)


def corpus() -> list[Packet]:
    """Return a few of everything."""
    return [packet for generator in GENERATORS for packet in generator()]


def mutated(packets: list[Packet], seed: int) -> Iterator[Packet]:
    """Yield packets without end, each damaged in some way: bits, bytes, lengths, parts of others."""
    chance = random.Random(seed)
    while True:
        packet = chance.choice(packets)
        data = bytearray(packet.data)
        for _ in range(chance.choice((1, 1, 2, 4, 8))):
            if not data:
                break
            at = chance.randrange(len(data))
            kind = chance.randrange(6)
            if kind == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xC0, 0xFF, chance.randrange(256)))
            elif kind == 2:
                del data[at:]
            elif kind == 3:
                del data[at : at + chance.randrange(1, 8)]
            elif kind == 4:
                other = chance.choice(packets).data
                cut = chance.randrange(len(other))
                data[at:] = other[cut:]
            else:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
        del data[4096:]
        longer = chance.choice((0, 0, 0, chance.randrange(1, 100)))
        yield Packet(bytes(data), packet.link, len(data) + longer)
