"""Questions to registries: what is asked of the system (port 43 and HTTP), and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

Ending = Literal["whole", "timeout", "broken", "limit"]

WHOIS_PORT = 43
TEXT_LIMIT = 1 << 20
"""Bytes of one answer that are kept; a registry's longest honest answer is some ten thousand."""


class Reply(NamedTuple):
    """What one server said.

    Attributes:
        data: the text (RFC 3912) or the body (HTTP, transfer and content coding undone), at most TEXT_LIMIT bytes.
        ending: "whole"; "timeout" when time was up before the end; "broken" when the connection ended too early;
            "limit" when there was more than is kept.
        address: the address that answered, "" when none was reached.
        seconds: from the first step of connecting to the last byte.
        status: the HTTP status; 0 for port 43.
        headers: the HTTP headers, names in lower case.
    """

    data: bytes
    ending: Ending
    address: str
    seconds: float
    status: int = 0
    headers: Mapping[str, str] = {}


class RegistryWire(Protocol):
    """The way to the registries. All sockets, those of the resolver too, are opened in the host's namespace.

    Both calls end ``within`` so many seconds whatever the server does, with what was received until then. They raise
    :class:`~netscope.core.errors.NetscopeError` when not a byte of an answer came because there was no connection:
    no such name, refused, unreachable, a certificate that does not hold. Cancelling either leaves no socket open.
    """

    async def ask(self, server: str, port: int, question: bytes, within: float) -> Reply:
        """Send one question as RFC 3912 says (the line end included in it) and read to the end of the connection."""

    async def get(self, url: str, within: float) -> Reply:
        """Get one http or https URL (RFC 9110), following no redirect."""
