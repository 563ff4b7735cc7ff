"""The extensions of TLS hellos (RFC 6066, RFC 7301, RFC 8446, 4.2)."""

from __future__ import annotations

from netscope.dissect.spec import Spec
from netscope.dissect.tls_numbers import EXTENSIONS, FORMATS, GROUPS, HASHES, SIGNATURES, SIGNERS, VERSIONS, greased
from netscope.dissect.tree import Tree

_LENGTH = Spec("tls.handshake.extensions_length", "Extensions Length", "u16")
_TYPE = Spec(
    "tls.handshake.extension.type",
    "Type",
    "u16",
    names=lambda v: "Reserved (GREASE)" if greased(v) else EXTENSIONS.get(v),
)
_SIZE = Spec("tls.handshake.extension.len", "Length", "u16")
_DATA = Spec("tls.handshake.extension.data", "Data", "bytes")
_NAMES_LENGTH = Spec("tls.handshake.extensions_server_name_list_len", "Server Name list length", "u16")
_NAME_TYPE = Spec("tls.handshake.extensions_server_name_type", "Server Name Type", "u8", names={0: "host_name"})
_NAME_LENGTH, _NAME = (
    Spec("tls.handshake.extensions_server_name_len", "Server Name length", "u16"),
    Spec("tls.handshake.extensions_server_name", "Server Name", "str"),
)
_FORMATS_LENGTH = Spec("tls.handshake.extensions_ec_point_formats_length", "EC point formats Length", "u8")
_FORMATS = Spec("tls.handshake.extensions_ec_point_formats", "EC point formats", "none")
_FORMAT = Spec("tls.handshake.extensions_ec_point_format", "EC point format", "u8", names=FORMATS)
_GROUPS_LENGTH = Spec("tls.handshake.extensions_supported_groups_length", "Supported Groups List Length", "u16")
_GROUPS = Spec("tls.handshake.extensions_supported_groups", "Supported Groups List", "none")


def _group_name(value: int) -> str | None:
    return "Reserved (GREASE)" if greased(value) else GROUPS.get(value)


_GROUP = Spec("tls.handshake.extensions_supported_group", "Supported Group", "u16x", names=_group_name)
_ALPN_LENGTH, _ALPN_LIST = (
    Spec("tls.handshake.extensions_alpn_len", "ALPN Extension Length", "u16"),
    Spec("tls.handshake.extensions_alpn_list", "ALPN Protocol", "none"),
)
_ALPN_SIZE, _ALPN = (
    Spec("tls.handshake.extensions_alpn_str_len", "ALPN string length", "u8"),
    Spec("tls.handshake.extensions_alpn_str", "ALPN Next Protocol", "str"),
)
_HASHES_LENGTH, _HASHES = (
    Spec("tls.handshake.sig_hash_alg_len", "Signature Hash Algorithms Length", "u16"),
    Spec("tls.handshake.sig_hash_algs", "Signature Algorithms", "none"),
)


def _algorithm(value: int) -> str | None:
    known = SIGNATURES.get(value)
    if known is None and value >> 8 in HASHES and value & 255 in SIGNERS:
        known = f"{HASHES[value >> 8]} {SIGNERS[value & 255]}"
    return "Reserved (GREASE)" if greased(value) else known


_ALGORITHM = Spec("tls.handshake.sig_hash_alg", "Signature Algorithm", "u16x", names=_algorithm)
_HASH, _SIGNER = (
    Spec("tls.handshake.sig_hash_hash", "Signature Hash Algorithm Hash", "u8", names=HASHES),
    Spec("tls.handshake.sig_hash_sig", "Signature Hash Algorithm Signature", "u8", names=SIGNERS),
)
_VERSIONS_LENGTH = Spec("tls.handshake.extensions.supported_versions_len", "Supported Versions length", "u8")
_VERSION = Spec(
    "tls.handshake.extensions.supported_version",
    "Supported Version",
    "u16x",
    names=lambda v: "Reserved (GREASE)" if greased(v) else VERSIONS.get(v),
)
_MODES_LENGTH, _MODE = (
    Spec("tls.extension.psk_ke_modes_length", "PSK Key Exchange Modes Length", "u8"),
    Spec(
        "tls.extension.psk_ke_mode",
        "PSK Key Exchange Mode",
        "u8",
        names={0: "PSK-only key establishment (psk_ke)", 1: "PSK with (EC)DHE key establishment (psk_dhe_ke)"},
    ),
)
_SHARE_LENGTH = Spec("tls.handshake.extensions_key_share_client_length", "Client Key Share Length", "u16")
_SHARE_GROUP = Spec("tls.handshake.extensions_key_share_group", "Group", "u16", names=_group_name)
_SHARE_SIZE, _SHARE = (
    Spec("tls.handshake.extensions_key_share_key_exchange_length", "Key Exchange Length", "u16"),
    Spec("tls.handshake.extensions_key_share_key_exchange", "Key Exchange", "bytes"),
)
_SELECTED_GROUP = Spec("tls.handshake.extensions_key_share_selected_group", "Selected Group", "u16", names=_group_name)
_PADDING = Spec("tls.handshake.extensions_padding_data", "Padding Data", "bytes")
_RENEGOTIATION_LENGTH, _RENEGOTIATION = (
    Spec("tls.handshake.extensions_reneg_info_len", "Renegotiation info extension length", "u8"),
    Spec("tls.handshake.extensions_reneg_info", "Renegotiation info", "bytes"),
)
_STATUS_TYPE = Spec("tls.handshake.extensions_status_request_type", "Certificate Status Type", "u8", names={1: "OCSP"})
_RESPONDERS = Spec("tls.handshake.extensions_status_request_responder_ids_len", "Responder ID list Length", "u16")
_STATUS_EXTENSIONS = Spec("tls.handshake.extensions_status_request_exts_len", "Request Extensions Length", "u16")


class Hello:
    """What extensions say that others want to know."""

    __slots__ = ("alpn", "client", "formats", "groups", "kinds", "version")

    def __init__(self, client: bool) -> None:
        self.client = client
        self.kinds: list[int] = []
        self.groups: list[int] = []
        self.formats: list[int] = []
        self.alpn = ""
        self.version = 0


def extensions(tree: Tree, at: int, end: int, hello: Hello) -> None:
    """Add a list of extensions, and take note of what they say. Raises Malformed, Short."""
    at += 2 + 0 * tree.add(_LENGTH, at)
    while at + 4 <= end:
        kind, size = tree.uint(at, 2), tree.uint(at + 2, 2)
        name = "Reserved (GREASE)" if greased(kind) else EXTENSIONS.get(kind, f"Unknown type {kind}")
        if not greased(kind):
            hello.kinds.append(kind)
        with tree.node(f"Extension: {name} (len={size})", at, min(size + 4, end - at)):
            tree.add(_TYPE, at)
            tree.add(_SIZE, at + 2)
            tree.need(at + 4, size)
            known = _BODIES.get(kind)
            if known is not None and size:
                known(tree, at + 4, at + 4 + size, hello)
            elif size or kind not in _EMPTY:
                tree.add(_DATA, at + 4, size, text=None if size else "Data (0 bytes)")
        at += 4 + size


_EMPTY = (18, 22, 23, 42, 49, 13172)  # extended master secret, early data and others, which say all by being there


def _server_name(tree: Tree, at: int, end: int, hello: Hello) -> None:
    with tree.node("Server Name Indication extension", at, end - at):
        tree.add(_NAMES_LENGTH, at)
        at += 2
        while at < end:
            tree.add(_NAME_TYPE, at)
            size = tree.add(_NAME_LENGTH, at + 1)
            tree.add(_NAME, at + 3, size)
            at += 3 + size


def _point_formats(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_FORMATS_LENGTH, at)
    with tree.node(_FORMATS, at + 1, size, text=f"Elliptic curves point formats ({size})"):
        hello.formats += [tree.add(_FORMAT, place) for place in range(at + 1, at + 1 + size)]


def _supported_groups(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_GROUPS_LENGTH, at)
    with tree.node(_GROUPS, at + 2, size, text=f"Supported Groups ({size // 2} group{'s' if size != 2 else ''})"):
        found = [tree.add(_GROUP, place) for place in range(at + 2, at + 1 + size, 2)]
        hello.groups += [group for group in found if not greased(group)]


def _alpn(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_ALPN_LENGTH, at)
    with tree.node(_ALPN_LIST, at + 2, size):
        at += 2
        while at < end:
            length = tree.add(_ALPN_SIZE, at)
            hello.alpn = tree.add(_ALPN, at + 1, length)
            at += 1 + length


def signature(tree: Tree, at: int) -> None:
    """Add an algorithm, and the two halves it was once made of."""
    with tree.node(_ALGORITHM, at):
        tree.add(_HASH, at)
        tree.add(_SIGNER, at + 1)


def _signatures(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_HASHES_LENGTH, at)
    with tree.node(_HASHES, at + 2, size, text=f"Signature Hash Algorithms ({size // 2} algorithms)"):
        for place in range(at + 2, at + 1 + size, 2):
            signature(tree, place)


def _versions(tree: Tree, at: int, end: int, hello: Hello) -> None:
    if not hello.client:
        hello.version = tree.add(_VERSION, at)
        return
    size = tree.add(_VERSIONS_LENGTH, at)
    for place in range(at + 1, at + size, 2):
        tree.add(_VERSION, place)


def _modes(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_MODES_LENGTH, at)
    for place in range(at + 1, at + 1 + size):
        tree.add(_MODE, place)


def _key_share(tree: Tree, at: int, end: int, hello: Hello) -> None:
    with tree.node("Key Share extension", at, end - at):
        if end - at == 2 and not hello.client:
            tree.add(_SELECTED_GROUP, at)
            return
        if hello.client:
            tree.add(_SHARE_LENGTH, at)
            at += 2
        while at < end:
            group, size = tree.uint(at, 2), tree.uint(at + 2, 2)
            name = _group_name(group) or f"Unknown ({group})"
            with tree.node(f"Key Share Entry: Group: {name}, Key Exchange length: {size}", at, size + 4):
                tree.add(_SHARE_GROUP, at)
                tree.add(_SHARE_SIZE, at + 2)
                tree.add(_SHARE, at + 4, size)
            at += 4 + size


def _padding(tree: Tree, at: int, end: int, hello: Hello) -> None:
    tree.add(_PADDING, at, end - at)


def _renegotiation(tree: Tree, at: int, end: int, hello: Hello) -> None:
    with tree.node("Renegotiation Info extension", at, end - at):
        size = tree.add(_RENEGOTIATION_LENGTH, at)
        if size:
            tree.add(_RENEGOTIATION, at + 1, size)


def _status(tree: Tree, at: int, end: int, hello: Hello) -> None:
    tree.add(_STATUS_TYPE, at)
    if hello.client:
        size = tree.add(_RESPONDERS, at + 1)
        tree.add(_STATUS_EXTENSIONS, at + 3 + size)


def _heartbeat(tree: Tree, at: int, end: int, hello: Hello) -> None:
    tree.add(_HEARTBEAT, at)


def _record_limit(tree: Tree, at: int, end: int, hello: Hello) -> None:
    tree.add(_RECORD_LIMIT, at)


def _compressions(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_COMPRESSIONS_LENGTH, at)
    for place in range(at + 1, at + size, 2):
        tree.add(_COMPRESSION, place)


def _settings(tree: Tree, at: int, end: int, hello: Hello) -> None:
    size = tree.add(_ALPS_LENGTH, at)
    with tree.node(_ALPS_LIST, at + 2, size):
        at += 2
        while at < end:
            length = tree.add(_ALPS_SIZE, at)
            tree.add(_ALPS, at + 1, length)
            at += 1 + length


def _shared_keys(tree: Tree, at: int, end: int, hello: Hello) -> None:
    with tree.node("Pre-Shared Key extension", at, end - at):
        if not hello.client:
            tree.add(_SELECTED_IDENTITY, at)
            return
        size = tree.add(_IDENTITIES_LENGTH, at)
        at, behind = at + 2, at + 2 + size
        while at < behind:
            length = tree.uint(at, 2)
            with tree.node(f"PSK Identity (length: {length})", at, length + 6):
                tree.add(_IDENTITY_LENGTH, at)
                tree.add(_IDENTITY, at + 2, length)
                tree.add(_TICKET_AGE, at + 2 + length)
            at += length + 6
        size = tree.add(_BINDERS_LENGTH, at)
        tree.add(_BINDERS, at + 2, size)


_HEARTBEAT = Spec("tls.handshake.extension.heartbeat.mode", "Mode", "u8", names={
    1: "Peer allowed to send requests", 2: "Peer not allowed to send requests"})  # fmt: skip
_RECORD_LIMIT = Spec("tls.record_size_limit", "Record Size Limit", "u16")
_COMPRESSIONS_LENGTH = Spec("tls.compress_certificate.algorithms_length", "Algorithms Length", "u8")
_COMPRESSION = Spec("tls.compress_certificate.algorithm", "Algorithm", "u16", names={
    1: "zlib", 2: "brotli", 3: "zstd"})  # fmt: skip
_ALPS_LENGTH = Spec("tls.handshake.extensions_alps_len", "ALPS Extension Length", "u16")
_ALPS_LIST = Spec("tls.handshake.extensions_alps_alpn_list", "Supported ALPN List", "none")
_ALPS_SIZE = Spec("tls.handshake.extensions_alps_alpn_str_len", "Supported ALPN Length", "u8")
_ALPS = Spec("tls.handshake.extensions_alps_alpn_str", "Supported ALPN", "str")
_PSK = "tls.handshake.extensions.psk"
_SELECTED_IDENTITY = Spec(f"{_PSK}.identity.selected", "Selected Identity", "u16")
_IDENTITIES_LENGTH = Spec(f"{_PSK}.identities.length", "Identities Length", "u16")
_IDENTITY_LENGTH = Spec(f"{_PSK}.identity.identity_length", "Identity Length", "u16")
_IDENTITY = Spec(f"{_PSK}.identity.identity", "Identity", "bytes")
_TICKET_AGE = Spec(f"{_PSK}.identity.obfuscated_ticket_age", "Obfuscated Ticket Age", "u32")
_BINDERS_LENGTH = Spec(f"{_PSK}.binders_len", "PSK Binders length", "u16")
_BINDERS = Spec(f"{_PSK}.binders", "PSK Binders", "none")
_BODIES = {
    0: _server_name, 5: _status, 10: _supported_groups, 11: _point_formats, 13: _signatures, 16: _alpn, 21: _padding,
    15: _heartbeat, 27: _compressions, 28: _record_limit, 41: _shared_keys, 17513: _settings,
    43: _versions, 45: _modes, 50: _signatures, 51: _key_share, 65281: _renegotiation,
}  # fmt: skip
