"""L2TP, version 2 (RFC 2661): the header, the attributes of control messages, and the PPP that data messages carry."""

from __future__ import annotations

from netscope.dissect.pppoe import hdlc
from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_MESSAGES = {
    1: "Start_Control_Request", 2: "Start_Control_Reply", 3: "Start_Control_Connected", 4: "Stop_Control_Notification",
    6: "Hello", 7: "Outgoing_Call_Request", 8: "Outgoing_Call_Reply", 9: "Outgoing_Call_Connected",
    10: "Incoming_Call_Request", 11: "Incoming_Call_Reply", 12: "Incoming_Call_Connected",
    14: "Call_Disconnect_Notification", 15: "WAN_Error_Notify", 16: "Set_Link_Info",
}  # fmt: skip
_SHORT = {
    1: "SCCRQ", 2: "SCCRP", 3: "SCCCN", 4: "StopCCN", 6: "Hello", 7: "OCRQ", 8: "OCRP", 9: "OCCN", 10: "ICRQ",
    11: "ICRP", 12: "ICCN", 14: "CDN", 15: "WEN", 16: "SLI",
}  # fmt: skip
_KINDS = {0: "Data Message", 1: "Control Message"}
_FLAGS = Spec("l2tp.flags", "Flags", "u16x")
_BITS = (
    Spec("l2tp.type", "Type", "u16", 0x8000, _KINDS),
    Spec("l2tp.length_bit", "Length Bit", "b16", 0x4000, ("Length field is present", "Length field is not present")),
    Spec("l2tp.seq_bit", "Sequence Bit", "b16", 0x0800, ("Ns and Nr fields are present",
                                                          "Ns and Nr fields are not present")),
    Spec("l2tp.offset_bit", "Offset bit", "b16", 0x0200, ("Offset Size field is present",
                                                          "Offset size field is not present")),
    Spec("l2tp.priority", "Priority", "b16", 0x0100, ("This data message has priority", "No priority")),
    Spec("l2tp.version", "Version", "u16", 0x000F),
)  # fmt: skip
_SAID = ((0x4000, "Length Bit"), (0x0800, "Sequence Bit"), (0x0200, "Offset bit"), (0x0100, "Priority"))
_LENGTH, _OFFSET = Spec("l2tp.length", "Length", "u16"), Spec("l2tp.offset", "Offset", "u16")
_TUNNEL, _SESSION = Spec("l2tp.tunnel", "Tunnel ID", "u16"), Spec("l2tp.session", "Session ID", "u16")
_SENT, _EXPECTED = Spec("l2tp.Ns", "Ns", "u16"), Spec("l2tp.Nr", "Nr", "u16")
_EMPTY = Spec("l2tp.zero_length_body_message", "Zero Length Body message", "none")
_PADDING = Spec("l2tp.offset_padding", "Offset Padding", "none")

_MANDATORY = Spec("l2tp.avp.mandatory", "Mandatory", "b16", 0x8000, ("True", "False"))
_HIDDEN = Spec("l2tp.avp.hidden", "Hidden", "b16", 0x4000, ("True", "False"))
_SIZE, _VENDOR = Spec("l2tp.avp.length", "Length", "u16", 0x03FF), Spec("l2tp.avp.vendor_id", "Vendor ID", "u16")
_NAMES = {
    0: "Control Message", 1: "Result-Error Code", 2: "Protocol Version", 3: "Framing Capabilities",
    4: "Bearer Capabilities", 5: "Tie Breaker", 6: "Firmware Revision", 7: "Host Name", 8: "Vendor Name",
    9: "Assigned Tunnel ID", 10: "Receive Window Size", 11: "Challenge", 12: "Cause Code",
    13: "Challenge Response", 14: "Assigned Session", 15: "Call Serial Number", 16: "Minimum BPS", 17: "Maximum BPS",
    18: "Bearer Type", 19: "Framing Type", 21: "Called Number", 22: "Calling Number", 23: "Sub-Address",
    24: "Connect Speed", 25: "Physical Channel", 26: "Initial Received LCP CONFREQ", 27: "Last Sent LCP CONFREQ",
    28: "Last Received LCP CONFREQ", 29: "Proxy Authen Type", 30: "Proxy Authen Name",
    31: "Proxy Authen Challenge", 32: "Proxy Authen ID", 33: "Proxy Authen Response", 34: "Call status AVPs",
    35: "ACCM", 36: "Random Vector", 37: "Private group ID", 38: "RxConnect Speed", 39: "Sequencing Required",
    46: "PPP Disconnect Cause Code",
}  # fmt: skip
_TYPE = Spec("l2tp.avp.type", "AVP Type", "u16", names=_NAMES)
_VALUES = {
    0: Spec("l2tp.avp.message_type", "Message Type", "u16", names=_MESSAGES),
    6: Spec("l2tp.avp.firmware_revision", "Firmware Revision", "u16dx"),
    7: Spec("l2tp.avp.host_name", "Host Name", "str"), 8: Spec("l2tp.avp.vendor_name", "Vendor Name", "str"),
    9: Spec("l2tp.avp.assigned_tunnel_id", "Assigned Tunnel ID", "u16"),
    10: Spec("l2tp.avp.receive_window_size", "Receive Window Size", "u16"),
    11: Spec("l2tp.avp.chap_challenge", "CHAP Challenge", "bytes"),
    13: Spec("l2tp.avp.chap_challenge_response", "CHAP Challenge Response", "bytes", size=16),
    14: Spec("l2tp.avp.assigned_session_id", "Assigned Session ID", "u16"),
    15: Spec("l2tp.avp.call_serial_number", "Call Serial Number", "u32"),
    16: Spec("l2tp.avp.minimum_bps", "Minimum BPS", "u32"), 17: Spec("l2tp.avp.maximum_bps", "Maximum BPS", "u32"),
    21: Spec("l2tp.avp.called_number", "Called Number", "str"),
    22: Spec("l2tp.avp.calling_number", "Calling Number", "str"),
    23: Spec("l2tp.avp.sub_address", "Sub-Address", "str"), 24: Spec("l2tp.avp.connect_speed", "Connect Speed", "u32"),
    25: Spec("l2tp.avp.physical_channel", "Physical Channel", "u32"),
    30: Spec("l2tp.avp.proxy_authen_name", "Proxy Authen Name", "str"),
    31: Spec("l2tp.avp.proxy_authen_challenge", "Proxy Authen Challenge", "bytes"),
    33: Spec("l2tp.avp.proxy_authen_response", "Proxy Authen Response", "bytes"),
    36: Spec("l2tp.avp.random_vector", "Random Vector", "bytes"),
    37: Spec("l2tp.avp.private_group_id", "Private Group ID", "bytes"),
    38: Spec("l2tp.avp.rx_connect_speed", "Rx Connect Speed", "u32"),
}  # fmt: skip
_RESULT, _ERROR = Spec("l2tp.result_code", "Result code", "u16"), Spec("l2tp.avp.error_code", "Error code", "u16")
_REASON = Spec("l2tp.avp.error_message", "Error Message", "str")
_PROTOCOL, _REVISION = (
    Spec("l2tp.avp.protocol_version", "Version", "u8"),
    Spec("l2tp.avp.protocol_revision", "Revision", "u8"),
)
_PAIRS = {
    number: tuple(
        Spec(f"l2tp.avp.{name}_{end}", f"{label} {end.title()}", "b32", bit, ("True", "False"))
        for bit, name, label in kinds
    )
    for number, end, kinds in (
        (3, "supported", ((2, "async_framing", "Async Framing"), (1, "sync_framing", "Sync Framing"))),
        (4, "supported", ((2, "analog_access", "Analog Access"), (1, "digital_access", "Digital Access"))),
        (18, "type", ((2, "analog_bearer", "Analog Bearer"), (1, "digital_bearer", "Digital Bearer"))),
        (19, "type", ((2, "async_framing", "Async Framing"), (1, "sync_framing", "Sync Framing"))),
    )
}


def l2tp(work: Work, start: int, end: int) -> None:
    """Dissect a message. Other versions are nobody's."""
    work.need(start, 2, end)
    flags = int.from_bytes(work.data[start : start + 2], "big")
    if flags & 15 != 2:
        work.rest(start, end)
        return
    control = flags >> 15
    work.protocol = "L2TP"
    tree = work.tree("l2tp", "Layer 2 Tunneling Protocol", start, end)
    layer = work.layers[-1]
    said = "".join(f", {word}" for bit, word in _SAID if flags & bit)
    tree.flags(_FLAGS, start, *_BITS, text=f"Flags: 0x{flags:04x}, Type: {_KINDS[control]}{said}")
    at = start + 2
    stop = end
    if flags & 0x4000:
        stop = min(start + tree.add(_LENGTH, at), end)
        at += 2
    tunnel, session = tree.add(_TUNNEL, at), tree.add(_SESSION, at + 2)
    at += 4
    if flags & 0x0800:
        tree.add(_SENT, at)
        tree.add(_EXPECTED, at + 2)
        at += 4
    padding = 0
    if flags & 0x0200:
        padding = tree.add(_OFFSET, at)
        at += 2
        if padding:
            tree.add(_PADDING, at, padding)
    ends = f"(tunnel id={tunnel}, session id={session})"
    if control:
        layer.length = min(stop, len(work.data)) - start
        _control(work, tree, start, at, stop, ends)
        return
    layer.length = at + padding - start
    work.info = f"Data Message            {ends}"
    if at + padding < stop:
        hdlc(work, at + padding, stop)


def _control(work: Work, tree: Tree, start: int, at: int, stop: int, ends: str) -> None:
    if at >= stop:
        tree.items.append(_EMPTY.field(None, start, 0, work.buffer, text="Zero Length Body message"))
        work.info = f"Control Message - ZLB      {ends}"
        return
    kind = tree.uint(at + 6, 2)
    work.info = f"Control Message - {_SHORT.get(kind, f'Unknown ({kind})')} {ends}"
    while at < stop:
        size = tree.uint(at, 2) & 0x3FF
        if size < 6:
            return
        _attribute(tree, at, size)
        at += size


def _attribute(tree: Tree, at: int, size: int) -> None:
    """Add an attribute: its head, and its value where it is known and not encrypted (RFC 2661, 4.3)."""
    head, vendor, kind = tree.uint(at, 2), tree.uint(at + 2, 2), tree.uint(at + 4, 2)
    name = f"Vendor {vendor}: type {kind}" if vendor else _NAMES.get(kind, f"Unknown ({kind})")
    with tree.node(f"{name} AVP", at, size):
        tree.bits(at, 2, _MANDATORY, _HIDDEN, _SIZE)
        tree.add(_VENDOR, at + 2)
        if vendor:
            return
        tree.add(_TYPE, at + 4)
        left, at = size - 6, at + 6
        if head & 0x4000 or not left:
            return
        value = _VALUES.get(kind)
        if kind in _PAIRS:
            tree.bits(at, 4, *_PAIRS[kind])
        elif kind == 1:
            tree.add(_RESULT, at)
            if left > 2:
                tree.add(_ERROR, at + 2)
            if left > 4:
                tree.add(_REASON, at + 4, left - 4)
        elif kind == 2:
            tree.add(_PROTOCOL, at)
            tree.add(_REVISION, at + 1)
        elif value is not None:
            tree.add(value, at, value.size or left)
