"""SSH (RFC 4253): the identification line, and the start of the key exchange, which goes in clear."""

from __future__ import annotations

from netscope.dissect.model import Malformed
from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_MESSAGES = {
    1: "Disconnect", 2: "Ignore", 3: "Unimplemented", 4: "Debug", 5: "Service Request", 6: "Service Accept",
    20: "Key Exchange Init", 21: "New Keys", 30: "Elliptic Curve Diffie-Hellman Key Exchange Init",
    31: "Elliptic Curve Diffie-Hellman Key Exchange Reply", 34: "Diffie-Hellman Group Exchange Request",
}  # fmt: skip
# What the numbers from 30 on mean depends on the method that both sides chose (RFC 4253, 8; RFC 4419).
_METHODS = (
    ("diffie-hellman-group-exchange-", {
        30: "Diffie-Hellman Group Exchange Request (Old)", 31: "Diffie-Hellman Group Exchange Group",
        32: "Diffie-Hellman Group Exchange Init", 33: "Diffie-Hellman Group Exchange Reply"}),
    ("diffie-hellman-group", {30: "Diffie-Hellman Key Exchange Init", 31: "Diffie-Hellman Key Exchange Reply"}),
)  # fmt: skip
_LISTS = (
    "kex_algorithms", "server_host_key_algorithms", "encryption_algorithms_client_to_server",
    "encryption_algorithms_server_to_client", "mac_algorithms_client_to_server", "mac_algorithms_server_to_client",
    "compression_algorithms_client_to_server", "compression_algorithms_server_to_client", "languages_client_to_server",
    "languages_server_to_client",
)  # fmt: skip
_PROTOCOL = Spec("ssh.protocol", "Protocol", "str")
_DIRECTION = Spec("ssh.direction", "Direction", "b8", names=("server-to-client", "client-to-server"))
_LENGTH, _PADDING_LENGTH = (
    Spec("ssh.packet_length", "Packet Length", "u32"),
    Spec("ssh.padding_length", "Padding Length", "u8"),
)
_CODE = Spec("ssh.message_code", "Message Code", "u8", names=_MESSAGES)
_COOKIE = Spec("ssh.cookie", "Cookie", "bytes")
_NAMES = [
    (Spec(f"ssh.{name}_length", f"{name} length", "u32"), Spec(f"ssh.{name}", f"{name} string", "str"))
    for name in _LISTS
]
_FOLLOWS, _RESERVED = (
    Spec("ssh.first_kex_packet_follows", "First KEX Packet Follows", "u8"),
    Spec("ssh.kex.reserved", "Reserved", "bytes"),
)
_CLIENT_FULL, _CLIENT = (
    Spec("ssh.kex.hassh_algorithms", "hasshAlgorithms", "str"),
    Spec("ssh.kex.hassh", "hassh", "str"),
)
_SERVER_FULL, _SERVER = (
    Spec("ssh.kex.hasshserver_algorithms", "hasshServerAlgorithms", "str"),
    Spec("ssh.kex.hasshserver", "hasshServer", "str"),
)
_NUMBER = Spec("ssh.mpint_length", "Multi Precision Integer Length", "u32")
_GEX = tuple(
    Spec(f"ssh.dh_gex.{name}", label, "u32")
    for name, label in (("min", "DH GEX Min"), ("nbits", "DH GEX Number of Bits"), ("max", "DH GEX Max"))
)
_MODULUS, _BASE = Spec("ssh.dh_gex.p", "DH GEX modulus (P)", "bytes"), Spec("ssh.dh_gex.g", "DH GEX base (G)", "bytes")
_CLIENT_E = Spec("ssh.dh.e", "DH client e", "bytes")
_PADDING, _SEQUENCE = (
    Spec("ssh.padding_string", "Padding String", "bytes"),
    Spec("ssh.seq_num", "Sequence number", "u32"),
)
_LENGTH_HIDDEN = Spec("ssh.packet_length_encrypted", "Packet Length (encrypted)", "bytes")
_ENCRYPTED = Spec("ssh.encrypted_packet", "Encrypted Packet", "bytes")
_PAYLOAD = Spec("ssh.payload", "Payload", "bytes")
_LARGEST = 35_000  # bytes of a packet (RFC 4253, 6.1)


class Session:
    """What one connection has shown: whether both sides said who they are, packets so far, sides that went dark."""

    __slots__ = ("count", "dark", "greeted", "methods")

    def __init__(self) -> None:
        self.greeted: set[bool] = set()
        self.count = {False: 0, True: 0}
        self.dark: set[bool] = set()
        self.methods: dict[bool, list[str]] = {}

    def method(self) -> str:
        """Return how keys are exchanged: the client's first wish that the server has (RFC 4253, 7.1), or ""."""
        offered = self.methods.get(True, [])
        return next((word for word in self.methods.get(False, []) if word in offered), "")


def ssh(work: Work, start: int, end: int) -> None:
    """Dissect a segment."""
    work.need(start, 1, end)
    data = work.data
    server = work.ports[0] < work.ports[1] if 22 not in work.ports else work.ports[0] == 22
    side = "Server" if server else "Client"
    head = f"{side}: {work.prefix}, " if work.prefix else f"{side}: "
    tree = work.tree("ssh", "SSH Protocol", start, end)
    session = _session(work)
    second, dark, number = _before(work, session, server, start)
    if data.startswith(b"SSH-", start):
        stop = data.find(b"\n", start, min(end, len(data), start + 255)) + 1 or min(end, len(data))
        line = data[start:stop].rstrip(b"\r\n")
        protocol = tree.add(_PROTOCOL, start, len(line))
        tree.made(_DIRECTION, server, start)
        session.greeted.add(server)
        work.protocol = "SSHv2" if second else "SSH"
        work.info = f"{head}Protocol ({protocol})"
        return
    work.protocol = "SSHv2" if second or session.greeted else "SSH"
    length = int.from_bytes(data[start : start + 4], "big")
    if dark or not 12 <= length <= _LARGEST or start + 4 + length > end or end > len(data):
        work.info = f"{head}Encrypted packet (len={end - start})"
        session.dark.add(server)
        stop = min(end, len(data))
        if stop - start > 4:
            tree.add(_LENGTH_HIDDEN, start, 4)
            tree.add(_ENCRYPTED, start + 4, stop - start - 4)
        tree.made(_DIRECTION, server, start)
        return
    words = _packets(tree, start, end, session, server, number)
    tree.made(_DIRECTION, server, start)
    work.info = f"{head}{', '.join(words)}"


def _session(work: Work) -> Session:
    one, two = sorted(((work.net[0], work.ports[0]), (work.net[1], work.ports[1])))
    held: Session | None = work.context.notes.get(("ssh", one, two))
    return held if held is not None else work.context.notes.keep(("ssh", one, two), Session())


def _before(work: Work, session: Session, server: bool, start: int) -> tuple[bool, bool, int]:
    """Return what was known before this frame: the client had greeted, this side had gone dark, packets so far."""
    key = ("ssh seen", work.frame.number, start)
    known: tuple[bool, bool, int] | None = work.context.notes.get(key)
    if known is None:
        known = (False in session.greeted, server in session.dark, session.count[server])
        work.context.notes.keep(key, known)
    return known


def _packets(tree: Tree, at: int, end: int, session: Session, server: bool, number: int) -> list[str]:
    words = []
    while at + 6 <= end:
        length = tree.uint(at, 4)
        if not 12 <= length <= _LARGEST or at + 4 + length > end:
            break
        code = tree.uint(at + 5, 1)
        method = session.method()
        named = next((named for begin, named in _METHODS if method.startswith(begin)), {})
        word = named.get(code) or _MESSAGES.get(code, f"Unknown ({code})")
        words.append(word)
        with tree.node("SSH Version 2", at, 4 + length):
            _packet(tree, at, length, code, server, session, word)
            tree.made(_SEQUENCE, number, at + 4 + length, 0)
        number += 1
        at += 4 + length
        if code == 21:
            session.dark.add(server)
            break
    session.count[server] = number
    return words


def _packet(tree: Tree, at: int, length: int, code: int, server: bool, session: Session, word: str) -> None:
    tree.add(_LENGTH, at)
    padding = tree.add(_PADDING_LENGTH, at + 4)
    end = at + 4 + length - padding
    if end < at + 6:
        raise Malformed
    method = session.method() if code != 20 else ""
    with tree.node("Key Exchange" + (f" (method:{method})" if method else ""), at + 5, length - 1):
        tree.add(_CODE, at + 5, text=f"Message Code: {word} ({code})")
        if code == 20:
            _algorithms(tree, at + 6, end, server, session)
        elif word == "Diffie-Hellman Group Exchange Request" and end == at + 18:
            for place, spec in enumerate(_GEX):
                tree.add(spec, at + 6 + 4 * place)
        elif word == "Diffie-Hellman Group Exchange Group":
            _number(tree, _number(tree, at + 6, _MODULUS), _BASE)
        elif word in ("Diffie-Hellman Group Exchange Init", "Diffie-Hellman Key Exchange Init"):
            _number(tree, at + 6, _CLIENT_E)
        elif end > at + 6:
            tree.add(_PAYLOAD, at + 6, end - at - 6)
    if padding:
        tree.add(_PADDING, end, padding)


def _number(tree: Tree, at: int, spec: Spec) -> int:
    """Add a number of any size behind its length (RFC 4251, 5); return the place behind it."""
    size = int(tree.add(_NUMBER, at))
    tree.add(spec, at + 4, size)
    return at + 4 + size


def _algorithms(tree: Tree, at: int, end: int, server: bool, session: Session) -> None:
    import hashlib  # 3 ms that most segments have no need of

    with tree.node("Algorithms", at, end - at):
        tree.add(_COOKIE, at, 16)
        at += 16
        lists = []
        for length_spec, spec in _NAMES:
            size = tree.add(length_spec, at)
            lists.append(tree.add(spec, at + 4, size))
            at += 4 + size
        session.methods[server] = lists[0].split(",")
        tree.add(_FOLLOWS, at)
        tree.add(_RESERVED, at + 1, 4)
        chosen = (0, 3, 5, 7) if server else (0, 2, 4, 6)
        text = ";".join(lists[index] for index in chosen)
        tree.made(_SERVER_FULL if server else _CLIENT_FULL, text, at + 5, 0)
        digest = hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        tree.made(_SERVER if server else _CLIENT, digest, at + 5, 0)
