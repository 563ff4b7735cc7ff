"""One DNS-over-HTTPS exchange (RFC 8484) on HTTP/2, by the sans-io h2 package (the extra ``doh``)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Generator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

from netscope.core.dns.names import Malformed
from netscope.core.dns.resolver import Server, Way
from netscope.system.dns.channel import Channel
from netscope.system.dns.loop import Wait

_MEDIA = "application/dns-message"
_LARGEST = 65535


def request(channel: Channel, way: Way, server: Server, query: bytes) -> Generator[Wait, int, bytes]:
    """Send a query and return the DNS message in the response. Raises Malformed for anything but 200 with one."""
    connection = H2Connection(H2Configuration(client_side=True, header_encoding=None))
    connection.initiate_connection()
    stream = connection.get_next_available_stream_id()
    connection.send_headers(stream, _headers(way, server, query), end_stream=way.get)
    if not way.get:
        connection.send_data(stream, query, end_stream=True)
    body, status, ended = bytearray(), "", False
    while not ended:
        yield from channel.send(connection.data_to_send())
        try:
            events = connection.receive_data((yield from channel.some()))
        except ProtocolError as error:
            raise Malformed(f"no HTTP/2: {error}") from None
        for event in events:
            if isinstance(event, ResponseReceived):
                status = dict(event.headers or ()).get(b":status", b"").decode("ascii", "replace")
            elif isinstance(event, DataReceived):
                body += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, stream)
            elif isinstance(event, StreamEnded):
                ended = True
            elif isinstance(event, StreamReset):
                raise Malformed(f"the server reset the stream: {ErrorCodes(event.error_code or 0).name}")
        if len(body) > _LARGEST:
            raise Malformed("more than a DNS message")
    if status != "200":
        raise Malformed(f"HTTP status {status}")
    return bytes(body)


def _headers(way: Way, server: Server, query: bytes) -> list[tuple[str, str]]:
    host = way.hostname or server.name or server.address
    authority = f"[{host}]" if ":" in host else host
    if server.port != 443:
        authority += f":{server.port}"
    headers = [
        (":method", "GET" if way.get else "POST"),
        (":scheme", "https"),
        (":authority", authority),
        (":path", f"{way.path}?dns={urlsafe_b64encode(query).rstrip(b'=').decode()}" if way.get else way.path),
        ("accept", _MEDIA),
    ]
    return headers if way.get else [*headers, ("content-type", _MEDIA), ("content-length", str(len(query)))]
