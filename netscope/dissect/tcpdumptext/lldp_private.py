"""What organizations have of their own in LLDP: IEEE 802.1 and 802.3 (802.1Q annex D, 802.3 clause 79), TIA-1057."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.names import bits, named
from netscope.dissect.tcpdumptext.text import U16, U32, safe

Show = Callable[[bytes], str]

ORGANIZATIONS = {
    0x0080C2: "Ethernet bridged", 0x00120F: "IEEE 802.3 Private", 0x0012BB: "ANSI/TIA", 0x000ECF: "PROFIBUS",
}  # fmt: skip
_DOT1_NAMES = {
    1: "Port VLAN Id", 2: "Port and Protocol VLAN ID", 3: "VLAN name", 4: "Protocol Identity", 7: "Link aggregation",
    8: "Congestion Notification", 9: "ETS Configuration", 10: "ETS Recommendation",
    11: "Priority Flow Control Configuration", 12: "Application Priority", 13: "EVB", 14: "CDCP",
}  # fmt: skip
_DOT3_NAMES = {1: "MAC/PHY configuration/status", 2: "Power via MDI", 3: "Link aggregation", 4: "Max frame size"}
_MED_NAMES = {
    1: "LLDP-MED Capabilities", 2: "Network policy", 3: "Location identification", 4: "Extended power-via-MDI",
    5: "Inventory - hardware revision", 6: "Inventory - firmware revision", 7: "Inventory - software revision",
    8: "Inventory - serial number", 9: "Inventory - manufacturer name", 10: "Inventory - model name",
    11: "Inventory - asset ID",
}  # fmt: skip
_STATUS = ((1, "supported"), (2, "enabled"))
_PMD = (
    (0x4000, "10BASE-T hdx"), (0x2000, "10BASE-T fdx"), (0x1000, "100BASE-T4"), (0x0800, "100BASE-TX hdx"),
    (0x0400, "100BASE-TX fdx"), (0x0200, "100BASE-T2 hdx"), (0x0100, "100BASE-T2 fdx"), (0x0080, "Pause for fdx links"),
    (0x0040, "Asym PAUSE for fdx"), (0x0020, "Sym PAUSE for fdx"), (0x0010, "Asym and Sym PAUSE for fdx"),
    (0x0008, "1000BASE-{X LX SX CX} hdx"), (0x0004, "1000BASE-{X LX SX CX} fdx"), (0x0002, "1000BASE-T hdx"),
    (0x0001, "1000BASE-T fdx"),
)  # fmt: skip
_MAUS = (
    "Unknown", "AUI", "10BASE_5", "FOIRL", "10BASE2", "10BASET duplex mode unknown", "10BASEFP", "10BASEFB",
    "10BASEFL duplex mode unknown", "10BROAD36", "10BASET hdx", "10BASET fdx", "10BASEFL hdx", "10BASEFL fdx",
    "100BASET4", "100BASETX hdx", "100BASETX fdx", "100BASEFX hdx", "100BASEFX fdx", "100BASET2 hdx", "100BASET2 fdx",
    "1000BASEX hdx", "1000BASEX fdx", "1000BASELX hdx", "1000BASELX fdx", "1000BASESX hdx", "1000BASESX fdx",
    "1000BASECX hdx", "1000BASECX fdx", "1000BASET hdx", "1000BASET fdx", "10GBASEX", "10GBASELX4", "10GBASER",
    "10GBASEER", "10GBASELR", "10GBASESR", "10GBASEW", "10GBASEEW", "10GBASELW", "10GBASESW",
)  # fmt: skip
_MDI = ((1, "PSE"), (2, "supported"), (4, "enabled"), (8, "can be controlled"))
_PAIRS = {1: "signal", 2: "spare"}
_MED_BITS = (
    (0x01, "LLDP-MED capabilities"), (0x02, "network policy"), (0x04, "location identification"),
    (0x08, "extended power via MDI-PSE"), (0x10, "extended power via MDI-PD"), (0x20, "Inventory"),
)  # fmt: skip
_MED_TYPES = {1: "endpoint class 1", 2: "endpoint class 2", 3: "endpoint class 3", 4: "network connectivity"}
_APPLICATIONS = {
    1: "voice", 2: "voice signaling", 3: "guest voice", 4: "guest voice signaling", 5: "softphone voice",
    6: "video conferencing", 7: "streaming video", 8: "video signaling",
}  # fmt: skip
_POLICY = ((0x80, "Unknown"), (0x40, "Tagged"), (0x20, "reserved"))
_LOCATIONS = {1: "coordinate-based LCI", 2: "civic address LCI", 3: "ECS ELIN"}
_WATTS = 1024  # tenths of a watt; what is more is reserved
_SOURCES = ("none", "PSE - primary power source", "local - backup power source", "PSE+local - reserved")
_PRIORITIES = {1: "critical", 2: "high", 3: "low"}
_INVENTORY = {
    5: "Hardware revision", 6: "Firmware revision", 7: "Software revision", 8: "Serial number", 9: "Manufacturer name",
    10: "Model name", 11: "Asset ID",
}  # fmt: skip
_MODES = ("Not Supported", "EVB Bridge", "EVB Station", "Reserved for future Standardization")
_EIGHT = "  ".join(map(str, range(8)))
_WIDE = "   ".join(map(str, range(8)))


def _text(raw: bytes) -> str:
    """Return text that a zero ends."""
    return safe(raw.partition(b"\0")[0])


def _port_vlan(value: bytes) -> str:
    return f"\n\t    port vlan id (PVID): {U16(value)[0]}"


def _protocol_vlan(value: bytes) -> str:
    flags = bits(value[0], ((2, "supported"), (4, "enabled")))
    return f"\n\t    port and protocol vlan id (PPVID): {U16(value, 1)[0]}, flags [{flags}] (0x{value[0]:02x})"


def _vlan_name(value: bytes) -> str:
    shown = f"\n\t    vlan id (VID): {U16(value)[0]}"
    if len(value) < 3 or len(value) < 3 + value[2]:
        return shown
    return f"{shown}\n\t    vlan name: {_text(value[3 : 3 + value[2]])}"


def _protocol(value: bytes) -> str:
    return f"\n\t    protocol identity: {_text(value[1 : 1 + value[0]])}" if len(value) > value[0] else ""


def _aggregation(value: bytes) -> str:
    return f"\n\t    aggregation status [{bits(value[0], _STATUS)}], aggregation port ID {U32(value, 1)[0]}"


def _each_bit(value: int) -> str:
    values = "".join(f"{value >> place & 1:<2} " for place in range(8))
    return f"\n\t     Priority : {_EIGHT}\n\t     Value    : {values}"


def _congestion(value: bytes) -> str:
    return (
        f"\n\t    Pre-Priority CNPV Indicator{_each_bit(value[0])}"
        f"\n\t    Pre-Priority Ready Indicator{_each_bit(value[1])}"
    )


def _row(values: bytes) -> str:
    return " ".join(f"{value:<3}" for value in values)


def _classes(value: bytes) -> str:
    """Return the three tables of enhanced transmission selection."""
    priorities = bytes(half for byte in value[:4] for half in (byte >> 4, byte & 15))
    return (
        f"\n\t    Priority Assignment Table\n\t     Priority : {_WIDE}\n\t     Value    : {_row(priorities)}"
        f"\n\t    TC Bandwidth Table\n\t     TC%   : {_WIDE}\n\t     Value : {_row(value[4:12])}"
        f"\n\t    TSA Assignment Table\n\t     Traffic Class: {_WIDE}\n\t     Value        : {_row(value[12:20])}"
    )


def _transmission(value: bytes) -> str:
    first = value[0]
    head = f"Willing:{first >> 7}, CBS:{first >> 6 & 2}, RES:{first >> 3 & 7}, Max TCs:{first & 7}"
    return f"\n\t    {head}{_classes(value[1:])}"


def _recommendation(value: bytes) -> str:
    return f"\n\t    RES: {value[0]}{_classes(value[1:])}"


def _flow_control(value: bytes) -> str:
    first = value[0]
    head = f"Willing: {first >> 7}, MBC: {first >> 6 & 1}, RES: {first >> 4 & 3}, PFC cap:{first & 15} "
    return f"\n\t    {head}\n\t    PFC Enable{_each_bit(value[1])}"


def _priorities(value: bytes) -> str:
    shown = f"\n\t    RES: {value[0]}"
    rows = value[1:]
    if not rows or len(rows) % 3:
        return shown
    shown += "\n\t    Application Priority Table"
    for place in range(0, len(rows), 3):
        first = rows[place]
        shown += f"\n\t      Priority: {first >> 5}, RES: {first >> 3 & 3}, Sel: {first & 7}, "
        shown += f"Protocol ID: {U16(rows, place + 1)[0]}"
    return shown


def _virtual_bridging(value: bytes) -> str:
    bridge, station, retry, mode, alive = value[:5]
    return (
        f"\n\t    EVB Bridge Status\n\t      RES: {bridge >> 3}, BGID: {bridge >> 2 & 1}, RRCAP: {bridge >> 1 & 1}, "
        f"RRCTR: {bridge & 1}\n\t    EVB Station Status\n\t      RES: {station >> 4}, SGID: {station >> 3 & 1}, "
        f"RRREQ: {station >> 2 & 1},RRSTAT: {station & 3}\n\t    R: {retry >> 5}, RTE: {retry & 31}, "
        f"EVB Mode: {_MODES[mode >> 6]} [{mode >> 6}]\n\t    ROL: {mode >> 5 & 1}, RWD: {mode & 31}, "
        f"RES: {alive >> 6}, ROL: {alive >> 5 & 1}, RKA: {alive & 31}"
    )


def _channels(value: bytes) -> str:
    first = value[0]
    shown = f"\n\t    Role: {first >> 7}, RES: {first >> 4 & 7}, Scomp: {first >> 3 & 1} "
    shown += f"ChnCap: {U16(value, 2)[0] & 0xFFF}"
    if len(value[4:]) % 3 == 0:
        for place in range(4, len(value), 3):
            pair = int.from_bytes(value[place : place + 3], "big")
            shown += f"\n\t    SCID: {pair >> 12}, SVID: {pair & 0xFFF}"
    return shown


def _physical(value: bytes) -> str:
    status, found, mau = value[0], U16(value, 1)[0], U16(value, 3)[0]
    name = _MAUS[mau] if mau < len(_MAUS) else "unknown"
    return (
        f"\n\t    autonegotiation [{bits(status, _STATUS)}] (0x{status:02x})"
        f"\n\t    PMD autoneg capability [{bits(found, _PMD, 'unknown')}] (0x{found:04x})"
        f"\n\t    MAU type {name} (0x{mau:04x})"
    )


def _power(value: bytes) -> str:
    klass = f"class{value[2] - 1}" if 1 <= value[2] <= 5 else "unknown"
    pair = named(_PAIRS, value[1], "unknown")
    return f"\n\t    MDI power support [{bits(value[0], _MDI)}], power pair {pair}, power class {klass}"


def _largest(value: bytes) -> str:
    return f"\n\t    MTU size {U16(value)[0]}"


def _capabilities(value: bytes) -> str:
    found, device = U16(value)[0], value[2]
    return (
        f"\n\t    Media capabilities [{bits(found, _MED_BITS)}] (0x{found:04x})"
        f"\n\t    Device type [{named(_MED_TYPES, device, 'unknown')}] (0x{device:02x})"
    )


def _policy(value: bytes) -> str:
    kind, word, last = value[0], U16(value, 1)[0], U16(value, 2)[0]
    return (
        f"\n\t    Application type [{named(_APPLICATIONS, kind, 'none')}] (0x{kind:02x}), "
        f"Flags [{bits(value[1], _POLICY)}]\n\t    Vlan id {word >> 1 & 0xFFF}, L2 priority {last >> 6 & 7}, "
        f"DSCP value {last & 63}"
    )


def _location(value: bytes) -> str:
    form = value[0]
    shown = f"\n\t    Location data format {named(_LOCATIONS, form, 'unknown')} (0x{form:02x})"
    if form == 3:
        return f"{shown}\n\t    ECS ELIN id {safe(value[1:])}"
    return shown if form in _LOCATIONS else f"{shown}\n\t    Location ID {hexadecimal(value[1:], _DEEPER)}"


_DEEPER = "\n\t      "


def _extended_power(value: bytes) -> str:
    first, watts = value[0], U16(value, 1)[0]
    priority = first & 15
    power = f"{watts // 10}.{watts % 10} Watts" if watts < _WATTS else f"{watts} (Reserved)"
    return (
        f"\n\t    Power type [{'PD' if first & 3 else 'PSE'} device], Power source [{_SOURCES[first >> 4 & 3]}]"
        f"\n\t    Power priority [{named(_PRIORITIES, priority, 'none')}] (0x{priority:02x}), Power {power}"
    )


def _inventory(label: str) -> Show:
    return lambda value: f"\n\t  {label} {_text(value)}"


# For each organization the names of its kinds, and of each how long it is at least, with the four bytes before the
# value, and what shows the value.
PRIVATE: Mapping[int, tuple[Mapping[int, str], Mapping[int, tuple[int, Show]]]] = {
    0x0080C2: (
        _DOT1_NAMES,
        {
            1: (6, _port_vlan), 2: (7, _protocol_vlan), 3: (6, _vlan_name), 4: (5, _protocol), 7: (9, _aggregation),
            8: (6, _congestion), 9: (25, _transmission), 10: (25, _recommendation), 11: (6, _flow_control),
            12: (5, _priorities), 13: (9, _virtual_bridging), 14: (8, _channels),
        },
    ),
    0x00120F: (_DOT3_NAMES, {1: (9, _physical), 2: (7, _power), 3: (9, _aggregation), 4: (6, _largest)}),
    0x0012BB: (
        _MED_NAMES,
        {
            1: (7, _capabilities), 2: (8, _policy), 3: (5, _location), 4: (7, _extended_power),
            **{kind: (4, _inventory(label)) for kind, label in _INVENTORY.items()},
        },
    ),
}  # fmt: skip
