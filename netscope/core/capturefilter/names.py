"""Names without looking anything up: none but those of the best-known protocols."""

from __future__ import annotations

from collections.abc import Sequence

# The protocols that pcap-filter(7) itself names, under the names of protocols(5).
_PROTOCOLS = {
    "ip": 0, "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "dccp": 33, "ipv6": 41,
    "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58,
    "ipv6-nonxt": 59, "ipv6-opts": 60, "ospf": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132,
    "udplite": 136,
}  # fmt: skip


class NumbersOnly:
    """The resolver of whoever has none."""

    def addresses(self, name: str) -> Sequence[bytes]:
        """Return nothing."""
        return ()

    def ports(self, name: str) -> tuple[int | None, int | None]:
        """Return nothing."""
        return None, None

    def protocol(self, name: str) -> int | None:
        """Return the number of a well-known protocol."""
        return _PROTOCOLS.get(name)

    def network(self, name: str) -> int | None:
        """Return nothing."""
        return None

    def ethernet(self, name: str) -> bytes | None:
        """Return nothing."""
        return None
