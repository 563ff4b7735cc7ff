"""Rows of what needs no memory of a connection: datagrams, pings, ARP."""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import NamedTuple
from netscope.dissect import dissect
from netscope.dissect.checksums import total
from netscope.dissect.context import Context, Kept
from netscope.dissect.dns_line import line as dns_line
from netscope.dissect.icmp import pair_up
from netscope.dissect.spec import ip4, ip6, mac

_MOST = 20_000


class Summary(NamedTuple):
    """A row: addresses, the protocol in Wireshark's word, bytes on the wire, what it is about, what is wrong."""

    source: str
    destination: str
    protocol: str
    length: int
    info: str
    trouble: str = ""


class Datagrams:
    """Makes the rows of datagrams, with what was worked out for those before. None stands for: dissect it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pairs: Kept[bytes, tuple[str, str]] = Kept(_MOST)  # addresses as text
        self._heads: Kept[bytes, tuple[str, str]] = Kept(_MOST)  # of datagrams' lines, by their ports
        self._arps: Kept[bytes, Summary] = Kept(_MOST)

    def row(self, data: bytes, at: int, key: bytes, size: int, captured: int) -> Summary | None:
        """Return the row of a datagram whose header is at ``at``, None where it must be dissected."""
        port = bytes(data[at : at + 4])
        head, app = self._heads.get(port) or self.head(port)
        pair = key[: len(key) - 4]
        source, destination = self._pairs.get(pair) or self.pair(pair)
        length = data[at + 4] << 8 | data[at + 5]
        if length < 8 or length > size:
            return None
        if not app:
            return Summary(source, destination, "UDP", captured, f"{head}{length - 8}")
        if app == "dns" and length >= 20:
            info = dns_line(data, at + 8, at + length)
            if info is not None:
                return Summary(source, destination, "DNS", captured, info)
        return None

    def pair(self, pair: bytes) -> tuple[str, str]:
        """Return two addresses as text, which stand one behind the other in ``pair``; take note of them."""
        half = len(pair) // 2
        text = ip4 if half == 4 else ip6
        return self._pairs.keep(pair, (text(pair[:half]), text(pair[half:])))

    def head(self, ports: bytes) -> tuple[str, str]:
        """Return how the lines between two ports begin, and whose they are: a protocol's name, "?" for whoever
        recognises them, "" for nobody's. Take note of it.
        """
        sport, dport = int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
        by = self._context.tables.by["udp.port"]
        handle = by.get(min(sport, dport)) or by.get(max(sport, dport))
        app = handle.name if handle is not None else "?" if self._context.tables.first.get("udp") else ""
        return self._heads.keep(ports, (f"{sport} → {dport} Len=", app))

    def echo(
        self, number: int, time: int, data: bytes, at: int, key: bytes, size: int, captured: int
    ) -> Summary | None:
        """Return the row of a ping or its answer, None where it must be dissected."""
        kind = data[at]
        message = bytes(data[at : at + size])
        if kind not in (0, 8) or data[at + 1] or total(message) != 0xFFFF:
            return None
        source, destination = self._pairs.get(key[:8]) or self.pair(key[:8])
        ident, sequence = message[4] << 8 | message[5], message[6] << 8 | message[7]
        word = "request" if kind else "reply"
        little = message[7] << 8 | message[6]
        info = f"Echo (ping) {word}  id=0x{ident:04x}, seq={sequence}/{little}, ttl={data[at - 12]}"
        ends = (key[:4], key[4:8])
        answer = pair_up(self._context, number, time, ("icmp", ident, sequence), ends, bool(kind))
        if answer is not None:
            info += f" ({'reply' if kind else 'request'} in {answer[0]})"
        return Summary(source, destination, "ICMP", captured, info)

    def arp(self, data: bytes, at: int, captured: int) -> Summary | None:
        """Return the row of a request or reply for IPv4 on Ethernet; ``at`` is where the frame begins."""
        raw = bytes(data[at + 6 : at + 42])
        known = self._arps.get(raw)
        if known is None:
            if raw[8:14] != b"\0\1\x08\0\6\4" or raw[14:16] not in (b"\0\1", b"\0\2"):
                return None
            frame = Frame(0, 0, bytes(data[at : at + captured]), captured, 1)
            found = dissect(frame)
            known = self._arps.keep(raw, Summary(found.source, "", found.protocol, captured, found.info))
        return Summary(known.source, mac(bytes(data[at : at + 6])), known.protocol, captured, known.info)
