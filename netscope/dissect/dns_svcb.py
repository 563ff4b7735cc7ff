"""SVCB and HTTPS records (RFC 9460)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netscope.dissect.model import Malformed
from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree

if TYPE_CHECKING:
    from netscope.dissect.dns_names import Reader

_KEYS = {
    0: "mandatory",
    1: "alpn",
    2: "no-default-alpn",
    3: "port",
    4: "ipv4hint",
    5: "ech",
    6: "ipv6hint",
    7: "dohpath",
}
_PRIORITY = Spec("dns.svcb.svcpriority", "SvcPriority", "u16")
_TARGET = Spec("dns.svcb.targetname", "TargetName", "str")
_PARAMETER = Spec("dns.svcb.svcparam", "SvcParam", "none")
_KEY = Spec("dns.svcb.svcparam.key", "SvcParamKey", "u16", names=_KEYS)
_LENGTH = Spec("dns.svcb.svcparam.value.length", "SvcParamValue length", "u16")
_VALUE = Spec("dns.svcb.svcparam.value", "SvcParamValue", "bytes")
_MANDATORY = Spec("dns.svcb.svcparam.mandatory.key", "Mandatory key", "u16", names=_KEYS)
_ALPN_LENGTH, _ALPN = (
    Spec("dns.svcb.svcparam.alpn.length", "ALPN length", "u8"),
    Spec("dns.svcb.svcparam.alpn", "ALPN", "str"),
)
_PORT = Spec("dns.svcb.svcparam.port", "Port", "u16")
_HINT4, _HINT6 = Spec("dns.svcb.svcparam.ipv4hint.ip", "IP", "ip4"), Spec("dns.svcb.svcparam.ipv6hint.ip", "IP", "ip6")
_ECH = Spec("dns.svcb.svcparam.echconfig", "ECHConfig", "bytes")


def svcb(tree: Tree, reader: Reader, at: int, end: int) -> tuple[str, str]:
    """Add record data; return what the lines say of it. Raises Malformed."""
    from netscope.dissect.dns_names import shown

    tree.add(_PRIORITY, at)
    wire, behind = reader.name(at + 2)
    tree.add(_TARGET, at + 2, behind - at - 2, shown(wire))
    at = behind
    while at < end:
        key, size = tree.uint(at, 2), tree.uint(at + 2, 2)
        if at + 4 + size > end:
            raise Malformed
        with tree.node(_PARAMETER, at, size + 4, text=f"SvcParam: {_KEYS.get(key, f'key{key}')}"):
            tree.add(_KEY, at)
            tree.add(_LENGTH, at + 2)
            _parameter(tree, key, at + 4, at + 4 + size)
        at += 4 + size
    return "", ""


def _parameter(tree: Tree, key: int, at: int, end: int) -> None:
    if key == 1:
        while at < end:
            size = tree.add(_ALPN_LENGTH, at)
            tree.add(_ALPN, at + 1, size)
            at += 1 + size
        return
    if key == 3 and end - at == 2:
        tree.add(_PORT, at)
        return
    spec = {0: _MANDATORY, 4: _HINT4, 6: _HINT6}.get(key)
    if spec is None:
        if at < end:
            tree.add(_ECH if key == 5 else _VALUE, at, end - at)
        return
    while at < end:
        tree.add(spec, at)
        at += spec.size
