"""LLDP (IEEE 802.1AB), with the organisations' TLVs by their head."""

from __future__ import annotations

from netscope.dissect.spec import Spec, decoded, ip4, mac
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_TYPES = {0: "End of LLDPDU", 1: "Chassis Id", 2: "Port Id", 3: "Time to Live", 4: "Port Description", 5: "System Name",
          6: "System Description", 7: "System Capabilities", 8: "Management Address",
          127: "Organization Specific"}  # fmt: skip
_CHASSIS = {1: "Chassis component", 2: "Interface alias", 3: "Port component", 4: "MAC address", 5: "Network address",
            6: "Interface name", 7: "Locally assigned"}  # fmt: skip
_PORTS = {1: "Interface alias", 2: "Port component", 3: "MAC address", 4: "Network address", 5: "Interface name",
          6: "Agent circuit Id", 7: "Locally assigned"}  # fmt: skip
_TYPE = Spec("lldp.tlv.type", "TLV Type", "u16", 0xFE00, _TYPES)
_LENGTH = Spec("lldp.tlv.len", "TLV Length", "u16", 0x01FF)
_CHASSIS_KIND = Spec("lldp.chassis.subtype", "Chassis Id Subtype", "u8", names=_CHASSIS)
_CHASSIS_ID, _CHASSIS_MAC = (
    Spec("lldp.chassis.id", "Chassis Id", "bytes"),
    Spec("lldp.chassis.id.mac", "Chassis Id", "mac"),
)
_PORT_KIND = Spec("lldp.port.subtype", "Port Id Subtype", "u8", names=_PORTS)
_PORT_ID, _PORT_MAC = Spec("lldp.port.id", "Port Id", "str"), Spec("lldp.port.id.mac", "Port Id", "mac")
_NETWORK_FAMILY = Spec("lldp.network_address.subtype", "Network Address family", "u8", names={1: "IPv4", 2: "IPv6"})
_CHASSIS_IP4, _PORT_IP4 = Spec("lldp.chassis.id.ip4", "Chassis Id", "ip4"), Spec("lldp.port.id.ip4", "Port Id", "ip4")
_SECONDS = Spec("lldp.time_to_live", "Seconds", "u16")
_PORT_TEXT = Spec("lldp.port.desc", "Port Description", "str")
_NAME, _TEXT = (
    Spec("lldp.tlv.system.name", "System Name", "str"),
    Spec("lldp.tlv.system.desc", "System Description", "str"),
)
_CAPABLE, _ENABLED = (
    Spec("lldp.tlv.system_cap", "Capabilities", "u16x"),
    Spec("lldp.tlv.enable_system_cap", "Enabled Capabilities", "u16x"),
)
_WORDS = (
    ("other", "Other"), ("repeater", "Repeater"), ("bridge", "Bridge"), ("wlan_access_pt", "WLAN access point"),
    ("router", "Router"), ("telephone", "Telephone"), ("docsis_cable_device", "DOCSIS cable device"),
    ("station_only", "Station only"),
)  # fmt: skip


def _bits(name: str) -> tuple[Spec, ...]:
    words = ("Capable", "Not capable")
    return tuple(
        Spec(f"lldp.tlv.{name}.{word}", label, "b16", 1 << index, words) for index, (word, label) in enumerate(_WORDS)
    )


_CAPABLE_BITS, _ENABLED_BITS = _bits("system_cap"), _bits("enable_system_cap")
_ADDRESS_LENGTH = Spec("lldp.mgn.address.len", "Address String Length", "u8")
_ADDRESS_KIND = Spec(
    "lldp.mgn.address.subtype",
    "Address Subtype",
    "u8",
    names={1: "IPv4", 2: "IPv6", 6: '802 (includes all 802 media plus Ethernet "canonical format")'},
)
_ADDRESS4, _ADDRESS6 = (
    Spec("lldp.mgn.addr.ip4", "Management Address", "ip4"),
    Spec("lldp.mgn.addr.ip6", "Management Address", "ip6"),
)
_ADDRESS_HEX = Spec("lldp.mgn.addr.hex", "Management Address", "bytes")
_INTERFACE_KIND = Spec(
    "lldp.mgn.interface.subtype", "Interface Subtype", "u8", names={1: "Unknown", 2: "ifIndex", 3: "System port number"}
)
_INTERFACE = Spec("lldp.mgn.interface.number", "Interface Number", "u32")
_OID_LENGTH = Spec("lldp.mgn.obj.len", "OID String Length", "u8")
_OID = Spec("lldp.mgn.obj.id", "Object Identifier", "bytes")
_OUI = Spec("lldp.orgtlv.oui", "Organization Unique Code", "u24")
_ORGANISATIONS = {0x0080C2: "IEEE", 0x00120F: "Ieee 802.3", 0x0012BB: "TIA"}
_SUBTYPE = Spec("lldp.unknown_subtype", "Unknown Subtype", "u8")
_SUBTYPES = {
    0x0080C2: Spec("lldp.ieee.802_1.subtype", "IEEE 802.1 Subtype", "u8x", names={
        1: "Port VLAN ID", 2: "Port and Protocol VLAN ID", 3: "VLAN Name", 4: "Protocol Identity"}),
    0x00120F: Spec("lldp.ieee.802_3.subtype", "IEEE 802.3 Subtype", "u8x", names={
        1: "MAC/PHY Configuration/Status", 2: "Power Via MDI", 3: "Link Aggregation", 4: "Maximum Frame Size"}),
    0x0012BB: Spec("lldp.media.subtype", "Media Subtype", "u8x"),
}  # fmt: skip
_VLAN = Spec("lldp.ieee.802_1.port_vlan.id", "Port VLAN Identifier", "u16dx")
_FRAME_SIZE = Spec("lldp.ieee.802_3.max_frame_size", "Maximum Frame Size", "u16")
_REST = Spec("lldp.unknown_subtype.content", "Unknown Subtype Content", "bytes")


def lldp(work: Work, start: int, end: int) -> None:
    """Dissect a data unit, TLV by TLV."""
    work.protocol, work.info = "LLDP", ""
    tree = work.tree("lldp", "Link Layer Discovery Protocol", start, end)
    at = start
    said: dict[int, str] = {}
    while at + 2 <= end:
        head = tree.uint(at, 2)
        kind, size = head >> 9, head & 0x1FF
        tree.need(at, size + 2)
        with tree.node(_TYPES.get(kind, "Unknown"), at, size + 2) as node:
            tree.bits(at, 2, _TYPE, _LENGTH)
            told = _value(tree, kind, at + 2, size)
            if told:
                node.text(told[0])
                said.setdefault(kind, told[1])
        at += size + 2
        if not kind:
            break
    work.layers[-1].length = at - start
    texts = [said[kind] for kind in (1, 2, 3, 5, 6) if kind in said]
    work.info = " ".join(text for text in texts if text)


def _value(tree: Tree, kind: int, at: int, size: int) -> tuple[str, str] | None:
    if kind in (1, 2) and size >= 2:
        return _identity(tree, kind, at, size)
    if kind == 3 and size == 2:
        seconds = tree.add(_SECONDS, at)
        return f"Time To Live = {seconds} sec", str(seconds)
    if kind in (4, 5, 6) and size:
        text = tree.add({4: _PORT_TEXT, 5: _NAME, 6: _TEXT}[kind], at, size)
        word = {4: "", 5: f"SysN={text}", 6: f"SysD={text}"}[kind]
        return f"{_TYPES[kind]} = {text}", word
    if kind == 7 and size == 4:
        tree.flags(_CAPABLE, at, *_CAPABLE_BITS)
        tree.flags(_ENABLED, at + 2, *_ENABLED_BITS)
        return "Capabilities", ""
    if kind == 8 and size >= 9:
        _management(tree, at, size)
    elif kind == 127 and size >= 4:
        return _organisation(tree, at, size), ""
    return None


def _identity(tree: Tree, kind: int, at: int, size: int) -> tuple[str, str]:
    subtype = tree.add(_CHASSIS_KIND if kind == 1 else _PORT_KIND, at)
    raw = tree.raw(at + 1, size - 1)
    hardware, network = (4, 5) if kind == 1 else (3, 4)
    if subtype == hardware and size == 7:
        tree.add(_CHASSIS_MAC if kind == 1 else _PORT_MAC, at + 1)
        shown = mac(raw)
    elif subtype == network and raw[0] == 1 and size == 6:
        tree.add(_NETWORK_FAMILY, at + 1)
        tree.add(_CHASSIS_IP4 if kind == 1 else _PORT_IP4, at + 2)
        shown = ip4(raw[1:])
    else:
        tree.add(_CHASSIS_ID if kind == 1 else _PORT_ID, at + 1, size - 1)
        shown = decoded(raw)
    word = (_CHASSIS if kind == 1 else _PORTS).get(subtype, "Reserved")
    short = {"MAC address": "MA", "Interface name": "IN", "Locally assigned": "LA", "Network address": "NA",
             "Interface alias": "IA", "Chassis component": "CC", "Port component": "PC",
             "Agent circuit Id": "AC"}  # fmt: skip
    return f"{'Chassis' if kind == 1 else 'Port'} Subtype = {word}, Id: {shown}", f"{short.get(word, '')}/{shown}"


def _management(tree: Tree, at: int, size: int) -> None:
    length = tree.add(_ADDRESS_LENGTH, at)
    family = tree.add(_ADDRESS_KIND, at + 1)
    spec = {(1, 5): _ADDRESS4, (2, 17): _ADDRESS6}.get((family, length), _ADDRESS_HEX)
    tree.add(spec, at + 2, length - 1)
    at += 1 + length
    tree.add(_INTERFACE_KIND, at)
    tree.add(_INTERFACE, at + 1)
    if tree.add(_OID_LENGTH, at + 5):
        tree.add(_OID, at + 6, tree.uint(at + 5, 1))


def _organisation(tree: Tree, at: int, size: int) -> str:
    """Add what an organisation's own TLV has; return its line."""
    number = tree.uint(at, 3)
    who = _ORGANISATIONS.get(number, "")
    digits = tree.raw(at, 3).hex(":")
    oui = tree.add(_OUI, at, text=f"Organization Unique Code: {digits}" + (f" ({who})" if who else ""))
    spec = _SUBTYPES.get(oui, _SUBTYPE)
    subtype = tree.add(spec, at + 3)
    if oui == 0x0080C2 and subtype == 1 and size == 6:
        tree.add(_VLAN, at + 4)
    elif oui == 0x00120F and subtype == 4 and size == 6:
        tree.add(_FRAME_SIZE, at + 4)
    elif size > 4:
        tree.add(_REST, at + 4, size - 4)
    word = spec.names.get(subtype) if spec.names else None
    return f"{who or digits} - {word or f'Unknown ({subtype})'}"
