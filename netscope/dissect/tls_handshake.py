"""The messages of a TLS handshake, as far as they go in clear (RFC 5246, 7.4; RFC 8446, 4)."""

from __future__ import annotations

import hashlib

from netscope.core.typed import TYPE_CHECKING
from netscope.dissect.model import BROKEN, Short
from netscope.dissect.spec import Spec, when
from netscope.dissect.tls_extensions import Hello, extensions, signature
from netscope.dissect.tls_numbers import CIPHERS, GROUPS, MESSAGES, VERSIONS, greased
from netscope.dissect.tree import Tree

if TYPE_CHECKING:
    from netscope.dissect.tls import Session

_MESSAGE = Spec("tls.handshake", "Handshake Protocol", "none")
_TYPE = Spec("tls.handshake.type", "Handshake Type", "u8", names=MESSAGES)
_LENGTH = Spec("tls.handshake.length", "Length", "u24")
_VERSION = Spec("tls.handshake.version", "Version", "u16x", names=VERSIONS)
_RANDOM = Spec("tls.handshake.random", "Random", "bytes")
_RANDOM_TIME = Spec("tls.handshake.random_time", "GMT Unix Time", "u32")
_RANDOM_BYTES = Spec("tls.handshake.random_bytes", "Random Bytes", "bytes")
_SESSION_LENGTH, _SESSION = (
    Spec("tls.handshake.session_id_length", "Session ID Length", "u8"),
    Spec("tls.handshake.session_id", "Session ID", "bytes"),
)
_CIPHERS_LENGTH = Spec("tls.handshake.cipher_suites_length", "Cipher Suites Length", "u16")
_CIPHERS, _CIPHER = (
    Spec("tls.handshake.ciphersuites", "Cipher Suites", "none"),
    Spec(
        "tls.handshake.ciphersuite",
        "Cipher Suite",
        "u16x",
        names=lambda v: "Reserved (GREASE)" if greased(v) else CIPHERS.get(v),
    ),
)
_METHODS_LENGTH = Spec("tls.handshake.comp_methods_length", "Compression Methods Length", "u8")
_METHODS, _METHOD = (
    Spec("tls.handshake.comp_methods", "Compression Methods", "none"),
    Spec("tls.handshake.comp_method", "Compression Method", "u8", names={0: "null", 1: "DEFLATE"}),
)
_JA3_FULL, _JA3 = Spec("tls.handshake.ja3_full", "JA3 Fullstring", "str"), Spec("tls.handshake.ja3", "JA3", "str")
_JA3S_FULL, _JA3S = Spec("tls.handshake.ja3s_full", "JA3S Fullstring", "str"), Spec("tls.handshake.ja3s", "JA3S", "str")
_CERTIFICATES_LENGTH = Spec("tls.handshake.certificates_length", "Certificates Length", "u24")
_CERTIFICATES = Spec("tls.handshake.certificates", "Certificates", "none")
_CERTIFICATE_LENGTH, _CERTIFICATE = (
    Spec("tls.handshake.certificate_length", "Certificate Length", "u24"),
    Spec("tls.handshake.certificate", "Certificate", "bytes"),
)
_CURVE_TYPE, _CURVE = (
    Spec("tls.handshake.server_curve_type", "Curve Type", "u8x", names={3: "named_curve"}),
    Spec("tls.handshake.server_named_curve", "Named Curve", "u16x", names=GROUPS),
)
_SERVER_POINT_LENGTH, _SERVER_POINT = (
    Spec("tls.handshake.server_point_len", "Pubkey Length", "u8"),
    Spec("tls.handshake.server_point", "Pubkey", "bytes"),
)
_CLIENT_POINT_LENGTH, _CLIENT_POINT = (
    Spec("tls.handshake.client_point_len", "Pubkey Length", "u8"),
    Spec("tls.handshake.client_point", "Pubkey", "bytes"),
)
_SIGNATURE_LENGTH, _SIGNATURE = (
    Spec("tls.handshake.sig_len", "Signature Length", "u16"),
    Spec("tls.handshake.sig", "Signature", "bytes"),
)
_LIFETIME = Spec("tls.handshake.session_ticket_lifetime_hint", "Session Ticket Lifetime Hint", "u32", unit=" seconds")
_TICKET_LENGTH, _TICKET = (
    Spec("tls.handshake.session_ticket_length", "Session Ticket Length", "u16"),
    Spec("tls.handshake.session_ticket", "Session Ticket", "bytes"),
)
_EARLY_DATA = 42
_RETRY = hashlib.sha256(b"HelloRetryRequest", usedforsecurity=False).digest()  # the random that tells (RFC 8446, 4.1.3)
_DRAFTS = (0x7F, 0xFB)  # the first half of versions that were not finished yet
_BARE = range(0x7F00, 0x7F16)  # of those, they whose server's hello had neither session nor compression
_MOST = 100


def messages(tree: Tree, at: int, end: int, session: Session) -> str:
    """Add the messages of a record; return their names. What begins like none is taken for encrypted."""
    said = []
    for _ in range(_MOST):
        if at + 4 > end:
            break
        kind, size = tree.uint(at, 1), tree.uint(at + 1, 3)
        name = MESSAGES.get(kind)
        if kind == 2 and tree.data[at + 6 : at + 38] == _RETRY:
            name = MESSAGES[6]
        if name is None or at + 4 + size > end:
            whole = name is None
            word = "Encrypted Handshake Message" if whole else f"{name} (fragment)"
            tree.add(_MESSAGE, at, end - at, text=f"Handshake Protocol: {word}")
            said.append(word)
            break
        with tree.node(_MESSAGE, at, size + 4, text=f"Handshake Protocol: {name}"):
            tree.add(_TYPE, at)
            tree.add(_LENGTH, at + 1)
            _within(tree, kind, at + 4, at + 4 + size, session)
        said.append(name)
        at += 4 + size
    return ", ".join(said) or "Encrypted Handshake Message"


def _within(tree: Tree, kind: int, at: int, end: int, session: Session) -> None:
    """Add what a message says, which does not reach into the next one. What makes no sense ends it."""
    outer, tree.end = tree.end, end
    try:
        _body(tree, kind, at, end, session)
    except Short:
        raise
    except BROKEN:
        tree.say("Malformed Packet", end)
        tree.broken = True
    finally:
        tree.end = outer


def _body(tree: Tree, kind: int, at: int, end: int, session: Session) -> None:
    if kind == 1:
        _client_hello(tree, at, end, session)
    elif kind == 2:
        _server_hello(tree, at, end, session)
    elif kind == 11:
        _certificates(tree, at)
    elif kind == 12 and tree.uint(at, 1) == 3 and "_ECDHE_" in CIPHERS.get(session.cipher, "_ECDHE_"):
        _server_key(tree, at, end)
    elif kind == 16 and end > at and tree.uint(at, 1) == end - at - 1:
        with tree.node("EC Diffie-Hellman Client Params", at, end - at):
            tree.add(_CLIENT_POINT, at + 1, tree.add(_CLIENT_POINT_LENGTH, at))
    elif kind == 4 and end - at >= 6:
        with tree.node("TLS Session Ticket", at, end - at):
            tree.add(_LIFETIME, at)
            size = tree.add(_TICKET_LENGTH, at + 4)
            if size:
                tree.add(_TICKET, at + 6, size)


def _random(tree: Tree, at: int, split: bool) -> None:
    with tree.node(_RANDOM, at, 32):
        if split:
            stamp = tree.uint(at, 4)
            text = when(stamp, 0)
            tree.add(_RANDOM_TIME, at, 4, stamp, show=text, text=f"GMT Unix Time: {text}")
            tree.add(_RANDOM_BYTES, at + 4, 28)


def _client_hello(tree: Tree, at: int, end: int, session: Session) -> None:
    version = tree.add(_VERSION, at)
    _random(tree, at + 2, session.version != 0x0304)
    at = _session_id(tree, at + 34)
    size = tree.add(_CIPHERS_LENGTH, at)
    with tree.node(_CIPHERS, at + 2, size, text=f"Cipher Suites ({size // 2} suite{'s' if size != 2 else ''})"):
        ciphers = [tree.add(_CIPHER, place) for place in range(at + 2, at + 2 + size - 1, 2)]
    at += 2 + size
    size = tree.add(_METHODS_LENGTH, at)
    with tree.node(_METHODS, at + 1, size, text=f"Compression Methods ({size} method{'s' if size != 1 else ''})"):
        for place in range(at + 1, at + 1 + size):
            tree.add(_METHOD, place)
    at += 1 + size
    hello = Hello(client=True)
    begin = at
    if at < end:
        extensions(tree, at, end, hello)
    if _EARLY_DATA in hello.kinds:
        session.early = True
    parts = [
        str(version), "-".join(str(cipher) for cipher in ciphers if not greased(cipher)),
        *("-".join(map(str, values)) for values in (hello.kinds, hello.groups, hello.formats)),
    ]  # fmt: skip
    _digest(tree, _JA3_FULL, _JA3, ",".join(parts), begin)


def _digest(tree: Tree, full: Spec, short: Spec, text: str, at: int) -> None:
    tree.made(full, text, at, 0)
    tree.made(short, hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), at, 0)


def _session_id(tree: Tree, at: int) -> int:
    size: int = tree.add(_SESSION_LENGTH, at)
    if size:
        tree.add(_SESSION, at + 1, size)
    return at + 1 + size


def _server_hello(tree: Tree, at: int, end: int, session: Session) -> None:
    version = tree.add(_VERSION, at)
    size = tree.uint(at + 34, 1)
    bare = version in _BARE
    modern = version == 0x0303 and b"\0\x2b\0\2\3\4" in tree.data[at + 35 + size : end]
    _random(tree, at + 2, not modern and not bare)
    at = at + 34 if bare else _session_id(tree, at + 34)
    cipher = tree.add(_CIPHER, at)
    if not bare:
        tree.add(_METHOD, at + 2)
    at += 2 if bare else 3
    hello = Hello(client=False)
    begin = at
    if at < end:
        extensions(tree, at, end, hello)
    found = hello.version or version
    session.version, session.cipher = 0x0304 if found >> 8 in _DRAFTS else found, cipher
    session.alpn = hello.alpn
    _digest(tree, _JA3S_FULL, _JA3S, f"{version},{cipher},{'-'.join(map(str, hello.kinds))}", begin)


def _certificates(tree: Tree, at: int) -> None:
    size = tree.add(_CERTIFICATES_LENGTH, at)
    if not size:
        return
    with tree.node(_CERTIFICATES, at + 3, size, text=f"Certificates ({size} bytes)"):
        at, end = at + 3, at + 3 + size
        while at < end:
            length = tree.add(_CERTIFICATE_LENGTH, at)
            tree.add(_CERTIFICATE, at + 3, length)
            at += 3 + length


def _server_key(tree: Tree, at: int, end: int) -> None:
    with tree.node("EC Diffie-Hellman Server Params", at, end - at):
        tree.add(_CURVE_TYPE, at)
        tree.add(_CURVE, at + 1)
        size = tree.add(_SERVER_POINT_LENGTH, at + 3)
        tree.add(_SERVER_POINT, at + 4, size)
        at += 4 + size
        signature(tree, at)
        length = tree.add(_SIGNATURE_LENGTH, at + 2)
        tree.add(_SIGNATURE, at + 4, length)
