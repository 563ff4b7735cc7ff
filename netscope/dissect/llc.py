"""IEEE 802.2 logical link control, and SNAP."""

from __future__ import annotations

from netscope.dissect.ethernet import dispatch
from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import SET, Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_SAPS = {
    0x00: "NULL LSAP", 0x02: "LLC Sub-Layer Management", 0x04: "SNA Path Control", 0x06: "TCP/IP",
    0x0E: "PROWAY (IEC955) Network Management and Initialization",
    0x42: "Spanning Tree BPDU", 0x7E: "X.25 layer 3", 0x80: "XNS", 0x98: "ARP", 0xAA: "SNAP", 0xBC: "Banyan Vines",
    0xE0: "NetWare", 0xF0: "NetBIOS", 0xFC: "Remote Program Load", 0xFE: "ISO Network Layer", 0xFF: "Global DSAP",
}  # fmt: skip
_COMMANDS = {0x00: "Unnumbered Information", 0xE0: "Test", 0xAC: "Exchange identification",
             0x6C: "Set Asynchronous Balanced Mode Extended", 0x40: "Disconnect"}  # fmt: skip
_RESPONSES = {0x0C: "Disconnected Mode", 0x60: "Unnumbered Acknowledge", 0xE0: "Test", 0xAC: "Exchange identification",
              0x84: "Frame reject"}  # fmt: skip
_OUIS = {0: "Encapsulated Ethernet", 0x00000C: "Cisco Systems, Inc", 0x0080C2: "IEEE 802.1 Committee",
0x00005E: "ICANN, IANA Department"}  # fmt: skip
_CISCO = {0x0102: "DRIP", 0x0104: "PAgP", 0x010B: "PVSTP+", 0x010C: "VLAN Bridge", 0x0111: "UDLD",
          0x2000: "CDP", 0x2003: "VTP", 0x2004: "DTP"}  # fmt: skip
_ORDERS = {0x00: "UI", 0xE0: "TEST", 0xAC: "XID", 0x6C: "SABME", 0x40: "DISC"}
_REPLIES = {0x00: "UI", 0xE0: "TEST", 0xAC: "XID", 0x60: "UA", 0x0C: "DM", 0x84: "FRMR"}
_DSAP, _SSAP = Spec("llc.dsap", "DSAP", "u8x", names=_SAPS), Spec("llc.ssap", "SSAP", "u8x", names=_SAPS)
_DSAP_BITS = (
    Spec("llc.dsap.sap", "SAP", "u8", 0xFE, lambda v: _SAPS.get(v << 1)),
    Spec("llc.dsap.ig", "IG Bit", "b8", 0x01, ("Group", "Individual")),
)
_SSAP_BITS = (
    Spec("llc.ssap.sap", "SAP", "u8", 0xFE, lambda v: _SAPS.get(v << 1)),
    Spec("llc.ssap.cr", "CR Bit", "b8", 0x01, ("Response", "Command")),
)
_CONTROL, _CONTROL2 = Spec("llc.control", "Control", "u16x", size=1), Spec("llc.control", "Control", "u16x")
_COMMAND = Spec("llc.control.u_modifier_cmd", "Command", "u8x", 0xEC, lambda v: _COMMANDS.get(v << 2))
_RESPONSE = Spec("llc.control.u_modifier_resp", "Response", "u8x", 0xEC, lambda v: _RESPONSES.get(v << 2))
_TYPE_U = Spec("llc.control.ftype", "Frame type", "u8x", 0x03, {3: "Unnumbered frame"})
_TYPE_S = Spec("llc.control.ftype", "Frame type", "u16x", 0x0003, {1: "Supervisory frame"})
_TYPE_I = Spec("llc.control.ftype", "Frame type", "u16x", 0x0001, {0: "Information frame"})
_SUPERVISORY = (("RR", "Receiver ready"), ("RNR", "Receiver not ready"), ("REJ", "Reject"),
                ("SREJ", "Selective reject"))  # fmt: skip
_FUNCTION = Spec("llc.control.s_ftype", "Supervisory frame type", "u16x", 0x000C,
                 lambda v: _SUPERVISORY[v & 3][1])  # fmt: skip
_RECEIVED = Spec("llc.control.n_r", "N(R)", "u16", 0xFE00)
_SENT = Spec("llc.control.n_s", "N(S)", "u16", 0x00FE)
_POLL2 = Spec("llc.control.p", "Poll", "b16", 0x0100, SET)
_FINAL2 = Spec("llc.control.f", "Final", "b16", 0x0100, SET)
_POLL, _FINAL = Spec("llc.control.p", "Poll", "b8", 0x10), Spec("llc.control.f", "Final", "b8", 0x10)
_OUI = Spec("llc.oui", "Organization Code", "u24", names=_OUIS)
_TYPE = Spec("llc.type", "Type", "u16x", names=ETHERTYPES)
_PID, _CISCO_PID = Spec("llc.pid", "Protocol ID", "u16x"), Spec("llc.cisco_pid", "PID", "u16x", names=_CISCO)


def llc(work: Work, start: int, end: int) -> None:
    """Dissect a header (IEEE 802.2; with SNAP, RFC 1042)."""
    work.need(start, 3, end)
    data = work.data
    dsap, ssap, control = data[start], data[start + 1], data[start + 2]
    unnumbered = control & 3 == 3
    size = 3 if unnumbered else 4
    work.protocol = "LLC"
    snap = dsap & 0xFE == 0xAA and ssap & 0xFE == 0xAA and unnumbered
    tree = work.tree("llc", "Logical-Link Control", start, end, length=min(size + 5 * snap, end - start))
    tree.flags(_DSAP, start, *_DSAP_BITS)
    tree.flags(_SSAP, start + 1, *_SSAP_BITS)
    _control(work, tree, start + 2, control, bool(ssap & 1), dsap)
    at = start + size
    if snap:
        _snap(work, tree, at, end)
    elif not work.next("llc.dsap", dsap, at, end):
        work.rest(at, end)


def _control(work: Work, tree: Tree, at: int, control: int, response: bool, dsap: int) -> None:
    ssap = tree.uint(at - 1, 1)
    target, sender = _SAPS.get(dsap & 0xFE, f"0x{dsap & 0xFE:02x}"), _SAPS.get(ssap & 0xFE, f"0x{ssap & 0xFE:02x}")
    ends = (
        f"; DSAP {target} {'Group' if dsap & 1 else 'Individual'}, "
        f"SSAP {sender} {'Response' if response else 'Command'}"
    )
    if control & 3 == 3:
        word = (_REPLIES if response else _ORDERS).get(control & 0xEC, "Unknown")
        final = (" F" if response else " P") if control & 0x10 else ""
        work.info = f"U{final}, func={word}{ends}"
        text = f"Control field: U, func={word} (0x{control:02x})"
        with tree.node(_CONTROL, at, 1, control, text=text):
            tree.bits(at, 1, _RESPONSE if response else _COMMAND)
            if control & 0x10:
                tree.bits(at, 1, _FINAL if response else _POLL)
            tree.bits(at, 1, _TYPE_U)
        return
    whole = int.from_bytes(tree.raw(at, 2), "little")
    response = response and bool(control & 1)
    final = (" F" if response else " P") if whole & 0x100 else ""
    specs = [_RECEIVED]
    if control & 1:
        said = f"S{final}, func={_SUPERVISORY[control >> 2 & 3][0]}, N(R)={whole >> 9}"
    else:
        said = f"I{final}, N(R)={whole >> 9}, N(S)={whole >> 1 & 0x7F}"
        specs.append(_SENT)
    if whole & 0x100:
        specs.append(_FINAL2 if response else _POLL2)
    specs += [_FUNCTION, _TYPE_S] if control & 1 else [_TYPE_I]
    with tree.node(_CONTROL2, at, 2, whole, text=f"Control field: {said} (0x{whole:04x})"):
        for spec in specs:
            value = (whole & spec.mask) >> spec.shift
            tree.add(spec, at, 2, bool(value) if spec.kind == "b" else value)
    work.info = said + ends


def _snap(work: Work, tree: Tree, at: int, end: int) -> None:
    oui = tree.add(_OUI, at)
    kind = tree.uint(at + 3, 2)
    head = work.info.partition(";")[0]
    work.info = f"{head}; SNAP, OUI 0x{oui:06X} ({_OUIS.get(oui, 'Unknown')}), PID 0x{kind:04X}"
    if oui == 0:
        tree.add(_TYPE, at + 3)
        if kind >= 0x600:
            dispatch(work, kind, at + 5, end)
            return
    elif oui == 0x00000C:
        tree.add(_CISCO_PID, at + 3)
        if work.next("llc.cisco_pid", kind, at + 5, end):
            return
    else:
        tree.add(_PID, at + 3)
    work.rest(at + 5, end)
