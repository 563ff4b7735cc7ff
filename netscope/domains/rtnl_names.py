"""Names for the numbers of rtnetlink, from the files of iproute2 where the host has them (ip-route(8), FILES)."""

from __future__ import annotations

from netscope.core.errors import NetscopeError
from netscope.core.host import Host

_DIRECTORIES = ("/etc/iproute2", "/usr/share/iproute2", "/usr/lib/iproute2")

TABLES = {255: "local", 254: "main", 253: "default"}
PROTOCOLS = {
    0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra",
    12: "bird", 13: "dnrouted", 14: "xorp", 15: "ntk", 16: "dhcp", 18: "keepalived", 42: "babel", 99: "openr",
    186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
}  # fmt: skip
SCOPES = {0: "global", 255: "nowhere", 254: "host", 253: "link", 200: "site"}
REALMS = {0: "cosmos"}
GROUPS = {0: "default"}
TYPES = {
    0: "none", 1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole",
    7: "unreachable", 8: "prohibit", 9: "throw", 10: "nat", 11: "xresolve",
}  # fmt: skip
IP_PROTOCOLS = {
    1: "icmp", 2: "igmp", 4: "ipencap", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah",
    58: "ipv6-icmp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp", 136: "udplite",
}  # fmt: skip


def parse_protocols(data: bytes) -> dict[int, str]:
    """Return number -> name from protocols(5); the first name of a number counts."""
    found: dict[int, str] = {}
    for line in data.decode("utf-8", "surrogateescape").splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) >= 2 and words[1].isascii() and words[1].isdigit():
            found.setdefault(int(words[1]), words[0])
    return found


def parse(data: bytes) -> dict[int, str]:
    """Return number -> name from one file: a number (decimal or 0x...), a name, an optional comment a line."""
    found = {}
    for line in data.decode("utf-8", "surrogateescape").splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) != 2:
            continue
        try:
            found[int(words[0], 16 if words[0].lower().startswith("0x") else 10)] = words[1]
        except ValueError:
            continue
    return found


class Labels:
    """The names of one host. Each file is read when it is first needed."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: dict[str, dict[int, str]] = {}

    def table(self, number: int) -> str:
        """Return the name of a routing table, or its digits."""
        return self.names("rt_tables", TABLES).get(number) or str(number)

    def protocol(self, number: int) -> str:
        """Return the name of who set a route or rule (RTPROT_*), or its digits."""
        return self.names("rt_protos", PROTOCOLS).get(number) or str(number)

    def scope(self, number: int) -> str:
        """Return the name of a scope (RT_SCOPE_*), or its digits."""
        return self.names("rt_scopes", SCOPES).get(number) or str(number)

    def realm(self, number: int) -> str:
        """Return the name of a realm, or its digits."""
        return self.names("rt_realms", REALMS).get(number) or str(number)

    def group(self, number: int) -> str:
        """Return the name of a device group, or its digits."""
        return self.names("group", GROUPS).get(number) or str(number)

    def dsfield(self, number: int) -> str:
        """Return the name of a TOS or DSCP value, or 0xNN."""
        return self.names("rt_dsfield", {}).get(number) or f"0x{number:02x}"

    def ip_protocol(self, number: int) -> str:
        """Return the name of an IP protocol from protocols(5), or ``ipproto-N``."""
        known = self._known.get("protocols")
        if known is None:
            known = self._known["protocols"] = parse_protocols(_read(self._host, "/etc/protocols") or b"")
        return known.get(number) or IP_PROTOCOLS.get(number) or f"ipproto-{number}"

    def names(self, file: str, builtin: dict[int, str]) -> dict[int, str]:
        """Return number -> name: what iproute2 has built in, then its file, then the files in FILE.d."""
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = {**builtin, **_read_all(self._host, file)}
        return known


def _read_all(host: Host, file: str) -> dict[int, str]:
    """Read the first FILE there is, and every FILE.d/*.conf; one in /etc hides one of the same name elsewhere."""
    found: dict[int, str] = {}
    for directory in _DIRECTORIES:
        data = _read(host, f"{directory}/{file}")
        if data is not None:
            found = parse(data)
            break
    seen: set[str] = set()
    for directory in _DIRECTORIES:
        for name in host.names(f"{directory}/{file}.d"):
            if name.endswith(".conf") and not name.startswith(".") and name not in seen:
                seen.add(name)
                found.update(parse(_read(host, f"{directory}/{file}.d/{name}") or b""))
    return found


def _read(host: Host, path: str) -> bytes | None:
    try:
        return host.read(path)
    except NetscopeError:
        return None


_ROUTE_FLAGS = (
    (0x1, "dead"), (0x4, "onlink"), (0x2, "pervasive"), (0x8, "offload"), (0x40, "trap"), (0x100, "notify"),
    (0x10, "linkdown"), (0x20, "unresolved"), (0x4000, "rt_offload"), (0x8000, "rt_trap"),
    (0x20000000, "rt_offload_failed"),
)  # fmt: skip


def route_flags(flags: int) -> list[str]:
    """Return the names of RTNH_F_* and RTM_F_* flags (include/uapi/linux/rtnetlink.h)."""
    return [name for bit, name in _ROUTE_FLAGS if flags & bit]
