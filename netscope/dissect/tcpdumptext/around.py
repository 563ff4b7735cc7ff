"""The IP header around a payload: what is printed of it before the payload, and summed up with it."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import ip4, ip6


class Around:
    """The IP header around a payload.

    Attributes:
        version: 4 or 6.
        source, destination: as raw bytes; the destination is the last one of a source route, for checksums.
        shown: the destination that the header itself names.
        protocol: what the IP header itself says comes next.
        fragmented: only part of the payload is here.
        hops: TTL or hop limit.
    """

    __slots__ = ("destination", "fragmented", "hops", "protocol", "shown", "source", "version")

    def __init__(self, version: int, source: bytes, destination: bytes, protocol: int, hops: int) -> None:
        self.version = version
        self.source = source
        self.destination = self.shown = destination
        self.protocol = protocol
        self.hops = hops
        self.fragmented = False

    def pseudo(self, protocol: int, length: int) -> bytes:
        """Return the pseudo header for a checksum (RFC 793, RFC 8200 8.1)."""
        return self.source + self.destination + length.to_bytes(4, "big") + protocol.to_bytes(4, "big")

    def bare(self) -> str:
        """Return ``source > destination: ``, whatever comes next."""
        address = ip4 if self.version == 4 else ip6
        return f"{address(self.source)} > {address(self.shown)}: "

    def ends(self, protocol: int, ports: tuple[str, str] | None) -> str:
        """Return ``source > destination: `` with ports; behind other headers the ports alone, as tcpdump does."""
        if self.protocol != protocol:
            return f"{ports[0]} > {ports[1]}: " if ports else ""
        if ports is None:
            return self.bare()
        address = ip4 if self.version == 4 else ip6
        return f"{address(self.source)}.{ports[0]} > {address(self.shown)}.{ports[1]}: "
