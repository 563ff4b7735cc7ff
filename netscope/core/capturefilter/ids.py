"""Code for one id under its qualifiers: a name is looked up, a number or an address is taken as what the head says."""

from __future__ import annotations

import re
import socket

from netscope.core.capturefilter import hosts
from netscope.core.capturefilter.chain import protochain
from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, either
from netscope.core.capturefilter.nodes import Id, Qualifiers
from netscope.core.capturefilter.opcodes import ALL
from netscope.core.capturefilter.protocols import ETHER_NAMES, OSI, SCTP, TCP, TRANSPORTS, UDP, carried_by, ports
from netscope.core.capturefilter.state import ETHERNET, UNSET, State
from netscope.core.text import printable

_RANGE = re.compile(r"\s*([+-]?[0-9]+)-\s*([+-]?[0-9]+)")  # what follows the second number is not looked at
_DECNET = re.compile(r"([0-9]+)\.([0-9]+)")
_TRANSPORT_NAMES = {TCP: "TCP", UDP: "UDP", SCTP: "SCTP"}
_NFS = 2049


def identified(c: State, node: Id) -> Fragment:
    """Return the test for an id. Raises Refused."""
    head = node.qualifiers
    if head.type == "gateway":
        raise Refused("'gateway' is not supported", "ether host ADDRESS and not host ADDRESS says the same")
    if node.kind == "name":
        return _named(c, node.text, head)
    if node.kind == "ether":
        return _ether(c, node.text, head)
    if node.kind == "arcnet":
        raise Refused("ARCnet addresses are for ARCnet captures only")
    if node.kind == "ipv6":
        return _ipv6(c, node, head)
    if node.kind == "number":
        return _number(c, node.value, head)
    return _ipv4(c, node, head)


def _ether(c: State, text: str, head: Qualifiers) -> Fragment:
    if head.type not in ("", "host") or head.proto != "link":
        raise Refused("an Ethernet address needs 'ether' before it", f"ether host {text}")
    digits = re.split("[-:.]", text)
    joined = "".join(each.zfill(2) for each in digits) if len(digits) == 6 else "".join(digits)
    return hosts.ethernet(c, bytes.fromhex(joined), head.direction)


def _ipv4(c: State, node: Id, head: Qualifiers) -> Fragment:
    if node.prefix is not None or node.mask is not None:
        return _masked(c, node, head)
    if head.type not in ("", "host", "net"):
        raise Refused(f"{head.type!r} does not go with an address")
    if head.proto == "decnet":
        match = _DECNET.match(node.text)
        if match is None:
            raise Refused(f"{node.text!r} is no DECnet address", "such as 10.15")
        address = (_int(match[1]) << 10 & 0xFC00) | (_int(match[2]) & 0x3FF)
        return hosts.ipv4(c, address, 0, head.proto, head.direction, head.type)
    address, bits = _partial(node.text)
    if head.proto == "link":
        raise Refused("an IP address is no link-layer address", "leave 'ether' out")
    shift = 32 - bits
    return hosts.ipv4(c, address << shift, ALL << shift & ALL, head.proto, head.direction, head.type or "host")


def _masked(c: State, node: Id, head: Qualifiers) -> Fragment:
    address, bits = _partial(node.text)
    address <<= 32 - bits
    if node.mask is not None:
        mask, mask_bits = _partial(node.mask)
        mask <<= 32 - mask_bits
    elif node.prefix is None or node.prefix > 32:
        raise Refused(f"an IPv4 prefix has at most 32 bits, not {node.prefix}")
    else:
        mask = ALL << (32 - node.prefix) & ALL
    if address & ~mask:
        raise Refused(
            "there are bits set behind the network's part", f"{_dotted(address & mask)} is the network's address"
        )
    if head.type != "net":
        raise Refused("a network needs 'net' before it")
    return hosts.ipv4(c, address, mask, head.proto, head.direction, "net")


def _partial(text: str) -> tuple[int, int]:
    """Return the value of an IPv4 address and how many bits of it are given: ``10.1`` has 16."""
    value = 0
    parts = text.split(".")
    for part in parts:
        digits = part.lstrip("0") or "0"
        if not digits.isdigit() or len(digits) > 3 or int(digits) > 255:
            raise Refused(f"{text!r} is no IPv4 address")
        value = value << 8 | int(digits)
    return value, 8 * len(parts)


def _dotted(address: int) -> str:
    return ".".join(str(each) for each in address.to_bytes(4, "big"))


def _ipv6(c: State, node: Id, head: Qualifiers) -> Fragment:
    address = socket.inet_pton(socket.AF_INET6, node.text)
    prefix = 128 if node.prefix is None else node.prefix
    if prefix > 128:
        raise Refused(f"an IPv6 prefix has at most 128 bits, not {prefix}")
    mask = (1 << 128) - (1 << (128 - prefix))
    if int.from_bytes(address, "big") & ~mask:
        network = socket.inet_ntop(socket.AF_INET6, (int.from_bytes(address, "big") & mask).to_bytes(16, "big"))
        raise Refused("there are bits set behind the network's part", f"{network} is the network's address")
    if head.type not in ("", "host", "net"):
        raise Refused(f"{head.type!r} does not go with an address")
    if head.type != "net" and prefix != 128:
        raise Refused("a network needs 'net' before it")
    return hosts.ipv6(c, address, mask, head.proto, head.direction, head.type or "host")


def _number(c: State, value: int, head: Qualifiers) -> Fragment:
    if head.type in ("port", "portrange"):
        transport = _transport(head)
        if value > 0xFFFF:
            raise Refused(f"{value} is above the highest port, 65535")
        return ports(c, value, value, transport, head.direction, head.type == "portrange")
    if head.type == "proto":
        return carried_by(c, value, head.proto)
    if head.type == "protochain":
        return protochain(c, value, head.proto)
    if head.proto == "decnet":
        return hosts.ipv4(c, value, 0, head.proto, head.direction, head.type)
    if head.proto == "link":
        raise Refused("a number is no link-layer address")
    mask = ALL
    if head.type == "net":
        while value and not value & 0xFF000000:
            value <<= 8
            mask = mask << 8 & ALL
    return hosts.ipv4(c, value, mask, head.proto, head.direction, head.type or "host")


def _named(c: State, name: str, head: Qualifiers) -> Fragment:
    if head.type == "net":
        return _network(c, name, head)
    if head.type == "port":
        number, transport = _service(c, name)
        return ports(c, number, number, _agreed(name, transport, head), head.direction, ranged=False)
    if head.type == "portrange":
        low, high, transport = _services(c, name)
        return ports(c, low, high, _agreed(name, transport, head), head.direction, ranged=True)
    if head.type in ("proto", "protochain"):
        value = _protocol(c, name, head.proto)
        return carried_by(c, value, head.proto) if head.type == "proto" else protochain(c, value, head.proto)
    if head.proto == "link":
        address = c.names.ethernet(name) if c.linktype == ETHERNET or c.wifi else None
        if address is None:
            raise Refused(f"no Ethernet address of {printable(name)!r} is known", "see /etc/ethers")
        return hosts.ethernet(c, address, head.direction)
    if head.proto == "decnet":
        raise Refused("a DECnet host needs its number", "such as 10.15")
    return _host(c, name, head)


def _host(c: State, name: str, head: Qualifiers) -> Fragment:
    four, six = head.proto, head.proto
    if not head.proto and c.protocol.constant == UNSET:
        four, six = "ip", "ip6"
    found: Fragment | None = None
    for address in c.names.addresses(name):
        if len(address) == 4 and four != "ip6":
            number = int.from_bytes(address, "big")
            one = hosts.ipv4(c, number, ALL, four, head.direction, "host")
        elif len(address) == 16 and six != "ip":
            one = hosts.ipv6(c, address, (1 << 128) - 1, six, head.direction, "host")
        else:
            continue
        found = either(found, one) if found else one
    if found is None:
        what = f"{head.proto} address" if head.proto else "address"
        raise Refused(f"no {what} of {printable(name)!r} is known")
    return found


def _network(c: State, name: str, head: Qualifiers) -> Fragment:
    address = c.names.network(name)
    if not address:
        raise Refused(f"no network is called {printable(name)!r}", "such as 10.0.0.0/8; names: /etc/networks")
    mask = ALL
    while not address & 0xFF000000:
        address <<= 8
        mask = mask << 8 & ALL
    return hosts.ipv4(c, address, mask, head.proto, head.direction, "net")


def _transport(head: Qualifiers) -> int | None:
    if not head.proto:
        return None
    if head.proto not in TRANSPORTS:
        raise Refused(f"{head.proto!r} has no ports", "tcp, udp and sctp have")
    return TRANSPORTS[head.proto]


def _agreed(name: str, transport: int | None, head: Qualifiers) -> int | None:
    """Return the transport protocol that head and name agree on."""
    wanted = _transport(head)
    if wanted is None:
        return transport
    if transport not in (None, wanted):
        assert transport is not None
        raise Refused(
            f"{printable(name)!r} is a port of {_TRANSPORT_NAMES[transport]}, not of {_TRANSPORT_NAMES[wanted]}"
        )
    return wanted


def _service(c: State, name: str) -> tuple[int, int | None]:
    """Return a service's port, and its transport protocol unless it is that of both TCP and UDP."""
    if name.isascii() and name.isdigit() and len(name) < 20 and not int(name) & 1 << 31:  # as glibc reads it
        return int(name) & 0xFFFF, None
    tcp, udp = c.names.ports(name)
    if tcp is not None:
        return tcp, None if udp == tcp else TCP
    if udp is not None:
        return udp, UDP
    if name == "nfs":
        return _NFS, None
    mend = "write portrange" if _RANGE.match(name) else "give the port's number; names: /etc/services"
    raise Refused(f"no service is called {printable(name)!r}", mend)


def _services(c: State, name: str) -> tuple[int, int, int | None]:
    match = _RANGE.match(name)
    if match:
        low, high = _int(match[1]), _int(match[2])
        for number in (low, high):
            if not 0 <= number <= 0xFFFF:
                raise Refused(f"{number} is no port: they go from 0 to 65535")
        return low, high, None
    first, dash, last = name.partition("-")
    if not dash:
        raise Refused(f"{printable(name)!r} is no range of ports", "such as 8000-8100")
    low, transport = _service(c, first)
    high, other = _service(c, last)
    return low, high, transport if transport == other else None


def _int(text: str) -> int:
    """Return a number as C's scanf reads it into an int."""
    digits = text.lstrip("+-").lstrip("0") or "0"
    value = int(digits) if len(digits) < 20 else 1 << 64
    value = max(-(1 << 63), min(-value if text[0] == "-" else value, (1 << 63) - 1)) & ALL
    return value - (1 << 32) if value >> 31 else value


def _protocol(c: State, name: str, proto: str) -> int:
    value: int | None
    if proto in ("", "ip", "ip6"):
        value = c.names.protocol(name)
    elif proto == "link":
        value = ETHER_NAMES.get(name)
    elif proto == "iso":
        value = OSI.get(name)
    else:
        value = None
    if value is None:
        raise Refused(f"no protocol is called {printable(name)!r} here", "give its number")
    return value
