"""DHCP and BOOTP (RFC 2131, RFC 951), with the options of RFC 2132 and its successors."""

from __future__ import annotations

from netscope.core.dns import names
from netscope.core.typed import Callable
from netscope.dissect.dns_rdata import spelled
from netscope.dissect.spec import Spec, decoded, ip4
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_MESSAGES = {
    1: "Discover", 2: "Offer", 3: "Request", 4: "Decline", 5: "ACK", 6: "NAK", 7: "Release", 8: "Inform",
    9: "Force Renew", 10: "Lease query", 11: "Lease Unassigned", 12: "Lease Unknown", 13: "Lease Active",
}  # fmt: skip
_HARDWARE = {1: "Ethernet", 6: "IEEE 802", 24: "IEEE 1394.1995", 32: "InfiniBand"}
_KIND = Spec("dhcp.type", "Message type", "u8", names={1: "Boot Request", 2: "Boot Reply"})
_HARDWARE_TYPE, _HARDWARE_LENGTH = (
    Spec("dhcp.hw.type", "Hardware type", "u8x", names=_HARDWARE),
    Spec("dhcp.hw.len", "Hardware address length", "u8"),
)
_HOPS, _ID, _SECONDS = (
    Spec("dhcp.hops", "Hops", "u8"),
    Spec("dhcp.id", "Transaction ID", "u32x"),
    Spec("dhcp.secs", "Seconds elapsed", "u16"),
)
_FLAGS = Spec("dhcp.flags", "Bootp flags", "u16x")
_BITS = (
    Spec("dhcp.flags.bc", "Broadcast flag", "b16", 0x8000, ("Broadcast", "Unicast")),
    Spec("dhcp.flags.reserved", "Reserved flags", "u16x", 0x7FFF),
)
_ADDRESSES = (
    Spec("dhcp.ip.client", "Client IP address", "ip4"), Spec("dhcp.ip.your", "Your (client) IP address", "ip4"),
    Spec("dhcp.ip.server", "Next server IP address", "ip4"), Spec("dhcp.ip.relay", "Relay agent IP address", "ip4"),
)  # fmt: skip
_MAC, _ADDRESS = (
    Spec("dhcp.hw.mac_addr", "Client MAC address", "mac"),
    Spec("dhcp.hw.addr", "Client hardware address", "bytes"),
)
_ADDRESS_PADDING = Spec("dhcp.hw.addr_padding", "Client hardware address padding", "bytes")
_SERVER, _FILE = Spec("dhcp.server", "Server host name", "str"), Spec("dhcp.file", "Boot file name", "str")
_COOKIE = Spec("dhcp.cookie", "Magic cookie", "ip4")
_BOOTP = Spec("dhcp.bootp", "Frame is BOOTP", "b8", hidden=True)
_TYPE, _LENGTH = Spec("dhcp.option.type", "Option", "u8"), Spec("dhcp.option.length", "Length", "u8")
_VALUE = Spec("dhcp.option.value", "Value", "bytes", hidden=True)
_END = Spec("dhcp.option.end", "Option End", "u8")
_ITEM = Spec(
    "dhcp.option.request_list_item",
    "Parameter Request List Item",
    "u8",
    line=lambda v: f"Parameter Request List Item: ({v}) {title(v)}",
)
_PADDING = Spec("dhcp.option.padding", "Padding", "bytes")


def _span(name: str, label: str, kind: str = "u32") -> Spec:
    return Spec(f"dhcp.option.{name}", label, kind, line=lambda v: f"{label}: ({v}s) {spelled(v)}")


def _option(name: str, label: str, kind: str, names_of: dict[int, str] | None = None) -> Spec:
    return Spec(f"dhcp.option.{name}", label, kind, names=names_of)


_NODES = {1: "B-node", 2: "P-node", 4: "M-node", 8: "H-node"}
_ARCHITECTURES = {
    0: "IA x86 PC",
    6: "EFI IA32",
    7: "EFI x64",
    9: "EFI BC",
    10: "ARM 32-bit UEFI",
    11: "ARM 64-bit UEFI",
    16: "EFI x64 Boot from HTTP",
}
# What an option is called, and the field that each of its values is.
_OPTIONS: dict[int, tuple[str, Spec | None]] = {
    1: ("Subnet Mask", _option("subnet_mask", "Subnet Mask", "ip4")),
    2: ("Time Offset", _span("time_offset", "Time Offset")),
    3: ("Router", _option("router", "Router", "ip4")),
    4: ("Time Server", _option("time_server", "Time Server", "ip4")),
    5: ("Name Server", _option("name_server", "Name Server", "ip4")),
    6: ("Domain Name Server", _option("domain_name_server", "Domain Name Server", "ip4")),
    7: ("Log Server", _option("log_server", "Log Server", "ip4")),
    12: ("Host Name", _option("hostname", "Host Name", "str")),
    13: ("Boot File Size", _option("boot_file_size", "Boot File Size", "u16")),
    15: ("Domain Name", _option("domain_name", "Domain Name", "str")),
    17: ("Root Path", _option("root_path", "Root Path", "str")),
    23: ("Default IP Time-to-Live", _option("default_ip_ttl", "Default IP Time-to-Live", "u8")),
    26: ("Interface MTU", _option("interface_mtu", "Interface MTU", "u16")),
    28: ("Broadcast Address", _option("broadcast_address", "Broadcast Address", "ip4")),
    40: ("Network Information Service Domain", _option("nis_domain", "Network Information Service Domain", "str")),
    41: ("Network Information Service Servers", _option("nis_server", "Network Information Service Server", "ip4")),
    42: ("Network Time Protocol Servers", _option("ntp_server", "Network Time Protocol Server", "ip4")),
    43: ("Vendor-Specific Information", Spec("dhcp.option.vendor.value", "Value", "bytes")),
    44: ("NetBIOS over TCP/IP Name Server", _option("netbios_over_tcpip_name_server",
    "NetBIOS over TCP/IP Name Server", "ip4")),
    46: ("NetBIOS over TCP/IP Node Type", _option("netbios_over_tcpip_node_type", "NetBIOS over TCP/IP Node Type",
    "u8", _NODES)),
    50: ("Requested IP Address", _option("requested_ip_address", "Requested IP Address", "ip4")),
    51: ("IP Address Lease Time", _span("ip_address_lease_time", "IP Address Lease Time")),
    53: ("DHCP Message Type", _option("dhcp", "DHCP", "u8", _MESSAGES)),
    54: ("DHCP Server Identifier", _option("dhcp_server_id", "DHCP Server Identifier", "ip4")),
    55: ("Parameter Request List", _ITEM),
    56: ("Message", _option("message", "Message", "str")),
    57: ("Maximum DHCP Message Size", _option("dhcp_max_message_size", "Maximum DHCP Message Size", "u16")),
    58: ("Renewal Time Value", _span("renewal_time_value", "Renewal Time Value")),
    59: ("Rebinding Time Value", _span("rebinding_time_value", "Rebinding Time Value")),
    60: ("Vendor class identifier", _option("vendor_class_id", "Vendor class identifier", "str")),
    66: ("TFTP Server Name", _option("tftp_server_name", "TFTP Server Name", "str")),
    67: ("Bootfile name", _option("bootfile_name", "Bootfile name", "str")),
    69: ("SMTP Server", _option("smtp_server", "SMTP Server", "ip4")),
    72: ("Default WWW Server", _option("default_www_server", "Default WWW Server", "ip4")),
    93: ("Client System Architecture", _option("client_system_architecture", "Client System Architecture", "u16",
    _ARCHITECTURES)),
    116: ("DHCP Auto-Configuration", _option("dhcp_auto_configuration", "DHCP Auto-Configuration", "u8",
    {0: "DoNotAutoConfigure", 1: "AutoConfigure"})),
    252: ("Private/Proxy autodiscovery", _option("private_proxy_autodiscovery", "Private/Proxy autodiscovery", "str")),
    61: ("Client identifier", None), 77: ("User Class Information", None), 81: ("Client Fully Qualified Domain Name",
    None),
    82: ("Agent Information Option", None), 119: ("Domain Search", None), 121: ("Classless Static Route", None),
    33: ("Static Route", None), 90: ("Authentication", None), 94: ("Client Network Device Interface", None),
    97: ("UUID/GUID-based Client Identifier", None),
    100: ("PCode", None), 101: ("TCode", None), 108: ("IPv6-Only Preferred", None), 114: ("DHCP Captive-Portal",
    None), 120: ("SIP Servers", None), 125: ("V-I Vendor-specific Information", None),
    249: ("Private/Classless Static Route (Microsoft)", None),
}  # fmt: skip
_SHOWN = (1, 28, 50, 54)  # whose value is in the option's own line


def title(code: int) -> str:
    """Return what an option is called."""
    known = _OPTIONS.get(code)
    return known[0] if known else "Unassigned"


def dhcp(work: Work, start: int, end: int) -> None:
    """Dissect a message; with no cookie behind the header it is BOOTP."""
    work.need(start, 236, end)
    data = work.data
    work.protocol = "DHCP"
    tree = work.tree("dhcp", "Dynamic Host Configuration Protocol", start, end)
    kind = tree.add(_KIND, start)
    hardware = tree.add(_HARDWARE_TYPE, start + 1)
    length = tree.add(_HARDWARE_LENGTH, start + 2)
    tree.add(_HOPS, start + 3)
    ident = tree.add(_ID, start + 4)
    tree.add(_SECONDS, start + 8)
    flags = tree.uint(start + 10, 2)
    said = f" ({'Broadcast' if flags & 0x8000 else 'Unicast'})"
    text = f"Bootp flags: 0x{flags:04x}{', Broadcast flag' if flags & 0x8000 else ''}{said}"
    tree.flags(_FLAGS, start + 10, *_BITS, text=text)
    for index, spec in enumerate(_ADDRESSES):
        tree.add(spec, start + 12 + 4 * index)
    if length:
        tree.add(_MAC if hardware == 1 and length == 6 else _ADDRESS, start + 28, min(length, 16))
    if length < 16:
        tree.add(_ADDRESS_PADDING, start + 28 + length, 16 - length)
    _text(tree, _SERVER, start + 44, 64)
    _text(tree, _FILE, start + 108, 128)
    word = {1: "Boot Request", 2: "Boot Reply"}.get(kind, "Unknown")
    address = data[start + 28 : start + 34].hex(":")
    work.info = f"{word} from {address}" if kind == 1 and length == 6 else word
    if data[start + 236 : start + 240] != b"\x63\x82\x53\x63":
        work.protocol = "BOOTP"
        tree.made(_BOOTP, True, start)
        return
    tree.add(_COOKIE, start + 236, text="Magic cookie: DHCP")
    message = _options(tree, start + 240, end)
    if message:
        name = _MESSAGES.get(message, "Unknown")
        work.layers[-1].title = f"Dynamic Host Configuration Protocol ({name})"
        work.info = f"DHCP {name:<8} - Transaction ID 0x{ident:x}"


def _text(tree: Tree, spec: Spec, at: int, size: int) -> None:
    raw = tree.raw(at, size).partition(b"\0")[0]
    if raw:
        tree.add(spec, at, size, decoded(raw))
    else:
        tree.add(spec, at, size, "", text=f"{spec.label} not given")


def _options(tree: Tree, at: int, end: int) -> int:
    message = 0
    while at < end:
        code = tree.uint(at, 1)
        if code == 0:
            stop = at
            while stop < min(end, len(tree.data)) and not tree.data[stop]:
                stop += 1
            tree.add(_PADDING, at, stop - at)
            at = stop
            continue
        if code == 255:
            with tree.node(_TYPE, at, 1, 0, text="Option: (255) End"):
                tree.add(_END, at)
            stop = min(end, len(tree.data))
            if at + 1 < stop and not any(tree.data[at + 1 : stop]):
                tree.add(_PADDING, at + 1, stop - at - 1)
            break
        size = tree.uint(at + 1, 1)
        name, spec = _OPTIONS.get(code, ("Unassigned", None))
        with tree.node(_TYPE, at, size + 2, code, text=f"Option: ({code}) {name}") as node:
            tree.add(_LENGTH, at + 1)
            if size:
                tree.add(_VALUE, at + 2, size)
                told = _values(tree, spec, code, at + 2, at + 2 + size)
                if code in _SHOWN or code == 53:
                    node.text(f"Option: ({code}) {name} ({told})")
        if code == 53 and size == 1:
            message = tree.uint(at + 2, 1)
        at += 2 + size
    return message


def _values(tree: Tree, spec: Spec | None, code: int, at: int, end: int) -> str:
    """Add the values of an option; return the first as it is shown."""
    special = _SPECIAL.get(code)
    if special is not None:
        special(tree, at, end)
    elif spec is not None and spec.size and (end - at) % spec.size == 0:
        for place in range(at, end, spec.size):
            tree.add(spec, place)
        value = spec.read(tree.data, at, spec.size)
        return spec.names.get(value, "Unknown") if code == 53 else str(value)
    elif spec is not None and not spec.size:
        tree.add(spec, at, end - at)
    return ""


def _client(tree: Tree, at: int, end: int) -> None:
    if end - at == 7 and tree.uint(at, 1) == 1:
        tree.add(_HARDWARE_TYPE, at)
        tree.add(_MAC, at + 1)
    elif tree.uint(at, 1) == 0:
        tree.add(_ID_TYPE, at)
        if end > at + 1:
            tree.add(_ID_TEXT, at + 1, end - at - 1)


def _user(tree: Tree, at: int, end: int) -> None:
    tree.add(_USER, at, end - at)


def _domain(tree: Tree, at: int, end: int) -> None:
    tree.flags(_FQDN, at, *_FQDN_BITS)
    tree.add(_RCODE1, at + 1)
    tree.add(_RCODE2, at + 2)
    if end > at + 3:
        tree.add(_FQDN_NAME, at + 3, end - at - 3)


def _agent(tree: Tree, at: int, end: int) -> None:
    while at + 2 <= end:
        code, size = tree.uint(at, 1), tree.uint(at + 1, 1)
        name = _SUBOPTIONS.get(code)
        label = name.label if name else "Unknown"
        with tree.node(_SUBOPTION, at, size + 2, code, text=f"Option 82 Suboption: ({code}) {label}"):
            tree.add(_SUBOPTION_LENGTH, at + 1)
            if size:
                tree.add(_SUBOPTION_VALUE, at + 2, size)
                if name:
                    tree.add(name, at + 2, size)
        at += 2 + size


def _search(tree: Tree, at: int, end: int) -> None:
    message = tree.data[at:end]
    place = 0
    while place < len(message):
        wire, behind = names.read(message, place, {})
        tree.add(_SEARCH, at + place, behind - place, names.text(wire)[:-1])
        place = behind


def _routes(tree: Tree, at: int, end: int) -> None:
    while at < end:
        width = tree.uint(at, 1)
        significant = (min(width, 32) + 7) // 8
        raw = tree.raw(at, 1 + significant + 4)
        network = ip4(raw[1 : 1 + significant].ljust(4, b"\0"))
        text = f"{network}/{width}-{ip4(raw[1 + significant :])}"
        tree.add(_ROUTE, at, len(raw), text=text)
        at += len(raw)


_ID_TYPE, _ID_TEXT = Spec("dhcp.client_id.type", "Type", "u8"), Spec("dhcp.client_id.uuid", "Client Identifier", "str")
_USER = Spec("dhcp.option.user_class.text", "User Class Data (Text)", "str")
_FQDN = Spec("dhcp.fqdn.flags", "Flags", "u8x")
_FQDN_BITS = (
    Spec("dhcp.fqdn.mbz", "Reserved flags", "u8x", 0xF0),
    Spec("dhcp.fqdn.n", "Server DDNS", "b8", 0x08, ("No server updates", "Some server updates")),
    Spec("dhcp.fqdn.e", "Encoding", "b8", 0x04, ("Binary encoding", "ASCII encoding")),
    Spec("dhcp.fqdn.o", "Server overrides", "b8", 0x02, ("Override", "No override")),
    Spec("dhcp.fqdn.s", "Server", "b8", 0x01, ("Server", "Client")),
)
_RCODE1, _RCODE2 = Spec("dhcp.fqdn.rcode1", "A-RR result", "u8"), Spec("dhcp.fqdn.rcode2", "PTR-RR result", "u8")
_FQDN_NAME = Spec("dhcp.fqdn.name", "Client name", "str")
_SUBOPTION = Spec("dhcp.option.agent_information_option.suboption", "Option 82 Suboption", "u8")
_SUBOPTION_LENGTH = Spec("dhcp.option.suboption_length", "Length", "u8")
_SUBOPTION_VALUE = Spec("dhcp.option.agent_information_option.value", "Value", "bytes", hidden=True)
_SUBOPTIONS = {
    1: Spec("dhcp.option.agent_information_option.agent_circuit_id", "Agent Circuit ID", "bytes"),
    2: Spec("dhcp.option.agent_information_option.agent_remote_id", "Agent Remote ID", "bytes"),
}
_SEARCH = Spec("dhcp.option.dhcp_dns_domain_search_list_fqdn", "FQDN", "str")
_ROUTE = Spec("dhcp.option.classless_static_route", "Subnet/MaskWidth-Router", "bytes")
_SPECIAL: dict[int, Callable[[Tree, int, int], None]] = {
    61: _client, 77: _user, 81: _domain, 82: _agent, 119: _search, 121: _routes, 249: _routes,
}  # fmt: skip
