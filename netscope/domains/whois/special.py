"""What belongs to nobody: the registries of special-purpose addresses, AS numbers and names.

Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), the IPv4 and IPv6 multicast and IPv6
address spaces, the Special-Purpose AS Numbers (RFC 7249), the Special-Use Domain Names (RFC 6761).
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_network
from typing import NamedTuple

from netscope.domains.whois.target import Network, Target


class Special(NamedTuple):
    """An entry of a special-purpose registry.

    Attributes:
        range: the block, AS numbers or name that the entry is about.
        name: its name in the registry.
        reference: the document that set it aside.
        reachable: whether it is reachable from everywhere, None where the registry does not say.
    """

    range: str
    name: str
    reference: str
    reachable: bool | None = False


def find(target: Target) -> Special | None:
    """Return the narrowest entry that holds all of the target, None where a registry must be asked."""
    if target.network is not None:
        return _block(target.network)
    if target.kind == "asn":
        return next((entry for low, high, entry in _numbers() if low <= target.number <= high), None)
    if target.kind == "domain":
        return _name(target.text)
    return None


def embedded(target: Target) -> str:
    """Return the IPv4 address within a mapped, NAT64, 6to4 or Teredo address; "" where there is none."""
    if not isinstance(target.network, IPv6Network) or target.kind != "address":
        return ""
    address: IPv6Address = target.network.network_address
    if address in _NAT64:
        return str(ip_network(int(address) & 0xFFFFFFFF).network_address)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return str(inner) if inner is not None else ""


def _block(network: Network) -> Special | None:
    version = network.version
    best: tuple[int, Special] | None = None
    for entry in SPECIAL_4 if version == 4 else SPECIAL_6:
        block = ip_network(entry.range)
        holds = block.prefixlen <= network.prefixlen and network.network_address in block
        if holds and (best is None or block.prefixlen > best[0]):
            best = block.prefixlen, entry
    if best is not None:
        return best[1]
    if version == 6 and not _GLOBAL_UNICAST.overlaps(network):
        return Special(str(network), "Reserved by IETF", "RFC 4291")
    return None


def _numbers() -> list[tuple[int, int, Special]]:
    found = []
    for entry in SPECIAL_AS:
        low, _dash, high = entry.range.partition("-")
        found.append((int(low), int(high or low), entry))
    return found


def _name(name: str) -> Special | None:
    for entry in SPECIAL_NAMES:
        if name == entry.range or name.endswith("." + entry.range):
            return entry
    return None


_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

SPECIAL_4 = (
    Special("0.0.0.0/8", "This network", "RFC 791"),
    Special("0.0.0.0/32", "This host on this network", "RFC 1122"),
    Special("10.0.0.0/8", "Private-Use", "RFC 1918"),
    Special("100.64.0.0/10", "Shared Address Space", "RFC 6598"),
    Special("127.0.0.0/8", "Loopback", "RFC 1122"),
    Special("169.254.0.0/16", "Link Local", "RFC 3927"),
    Special("172.16.0.0/12", "Private-Use", "RFC 1918"),
    Special("192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890"),
    Special("192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335"),
    Special("192.0.0.8/32", "IPv4 dummy address", "RFC 7600"),
    Special("192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", True),
    Special("192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", True),
    Special("192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880"),
    Special("192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880"),
    Special("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737"),
    Special("192.31.196.0/24", "AS112-v4", "RFC 7535", True),
    Special("192.52.193.0/24", "AMT", "RFC 7450", True),
    Special("192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", None),
    Special("192.88.99.2/32", "6a44-relay anycast address", "RFC 6751"),
    Special("192.168.0.0/16", "Private-Use", "RFC 1918"),
    Special("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", True),
    Special("198.18.0.0/15", "Benchmarking", "RFC 2544"),
    Special("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737"),
    Special("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737"),
    Special("224.0.0.0/4", "Multicast", "RFC 5771", None),
    Special("224.0.0.0/24", "Multicast, Local Network Control Block", "RFC 5771"),
    Special("224.0.1.0/24", "Multicast, Internetwork Control Block", "RFC 5771", True),
    Special("232.0.0.0/8", "Multicast, Source-Specific", "RFC 4607", None),
    Special("233.0.0.0/8", "Multicast, GLOP Block", "RFC 3180", None),
    Special("233.252.0.0/24", "Multicast, Documentation (MCAST-TEST-NET)", "RFC 6676"),
    Special("234.0.0.0/8", "Multicast, Unicast-Prefix-based", "RFC 6034", None),
    Special("239.0.0.0/8", "Multicast, Administratively Scoped", "RFC 2365"),
    Special("240.0.0.0/4", "Reserved", "RFC 1112"),
    Special("255.255.255.255/32", "Limited Broadcast", "RFC 8190"),
)

SPECIAL_6 = (
    Special("::/128", "Unspecified Address", "RFC 4291"),
    Special("::1/128", "Loopback Address", "RFC 4291"),
    Special("::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291"),
    Special("64:ff9b::/96", "IPv4-IPv6 Translation", "RFC 6052", True),
    Special("64:ff9b:1::/48", "IPv4-IPv6 Translation", "RFC 8215"),
    Special("100::/64", "Discard-Only Address Block", "RFC 6666"),
    Special("100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780"),
    Special("2001::/23", "IETF Protocol Assignments", "RFC 2928"),
    Special("2001::/32", "TEREDO", "RFC 4380", None),
    Special("2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", True),
    Special("2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", True),
    Special("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", True),
    Special("2001:2::/48", "Benchmarking", "RFC 5180"),
    Special("2001:3::/32", "AMT", "RFC 7450", True),
    Special("2001:4:112::/48", "AS112-v6", "RFC 7535", True),
    Special("2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", None),
    Special("2001:20::/28", "ORCHIDv2", "RFC 7343", True),
    Special("2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", True),
    Special("2001:db8::/32", "Documentation", "RFC 3849"),
    Special("2002::/16", "6to4", "RFC 3056", None),
    Special("2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", True),
    Special("3fff::/20", "Documentation", "RFC 9637"),
    Special("5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602"),
    Special("fc00::/7", "Unique-Local", "RFC 4193"),
    Special("fe80::/10", "Link-Local Unicast", "RFC 4291"),
    Special("fec0::/10", "Deprecated (Site-Local)", "RFC 3879"),
    Special("ff00::/8", "Multicast", "RFC 4291", None),
    Special("ff01::/16", "Multicast, Interface-Local Scope", "RFC 4291"),
    Special("ff02::/16", "Multicast, Link-Local Scope", "RFC 4291"),
    Special("ff05::/16", "Multicast, Site-Local Scope", "RFC 4291"),
    Special("ff08::/16", "Multicast, Organization-Local Scope", "RFC 4291"),
    Special("ff0e::/16", "Multicast, Global Scope", "RFC 4291", True),
    Special("ff30::/12", "Multicast, Unicast-Prefix-based", "RFC 3306", None),
)

SPECIAL_AS = (
    Special("0", "Reserved", "RFC 7607"),
    Special("112", "AS112 project, sinks misdirected DNS queries", "RFC 7534", True),
    Special("23456", "AS_TRANS", "RFC 6793"),
    Special("64496-64511", "Documentation", "RFC 5398"),
    Special("64512-65534", "Private-Use", "RFC 6996"),
    Special("65535", "Reserved", "RFC 7300"),
    Special("65536-65551", "Documentation", "RFC 5398"),
    Special("65552-131071", "Reserved", "IANA"),
    Special("4200000000-4294967294", "Private-Use", "RFC 6996"),
    Special("4294967295", "Reserved", "RFC 7300"),
)

SPECIAL_NAMES = (
    Special("alt", "Outside the DNS", "RFC 9476"),
    Special("example", "Documentation", "RFC 2606"),
    Special("home.arpa", "Home networks", "RFC 8375"),
    Special("internal", "Private-Use", "ICANN resolution 2024.07.29.06"),
    Special("invalid", "Names that are not there", "RFC 6761"),
    Special("local", "Multicast DNS", "RFC 6762"),
    Special("localhost", "Loopback", "RFC 6761"),
    Special("onion", "Tor", "RFC 7686"),
    Special("test", "Testing", "RFC 6761"),
)
