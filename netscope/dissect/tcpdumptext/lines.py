"""Protocols that speak in lines of text: HTTP, FTP, SMTP, RTSP, SIP, WHOIS; the banner of SSH; Redis."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import Text, Truncated

HTTP = frozenset(
    {
        "GET", "PUT", "COPY", "HEAD", "LOCK", "MOVE", "POLL", "POST", "BCOPY", "BMOVE", "MKCOL", "TRACE", "LABEL",
        "MERGE", "DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY", "BDELETE", "CONNECT", "OPTIONS",
        "CHECKIN", "PROPFIND", "CHECKOUT", "CCM_POST", "SUBSCRIBE", "PROPPATCH", "BPROPFIND", "BPROPPATCH",
        "UNCHECKOUT", "MKACTIVITY", "MKWORKSPACE", "UNSUBSCRIBE", "RPC_CONNECT", "VERSION-CONTROL",
        "BASELINE-CONTROL",
    }
)  # fmt: skip
_RTSP = frozenset(
    {
        "OPTIONS", "DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER",
        "REDIRECT", "RECORD",
    }
)  # fmt: skip
_SIP = frozenset(
    {
        "ACK", "BYE", "CANCEL", "DO", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "QAUTH", "REFER",
        "REGISTER", "SPRACK", "SUBSCRIBE", "UPDATE", "PUBLISH",
    }
)  # fmt: skip
_COMMANDS = {"http": HTTP, "rtsp": _RTSP, "sip": _SIP}
_WORD = 128  # bytes that a command may have


def spoken(text: Text, data: bytes, at: int, length: int, protocol: str) -> None:
    """Print what one side says: the first line, with -v all lines; the name alone where it is no command or reply."""
    text.protocol = protocol
    commands = _COMMANDS.get(protocol)
    if protocol == "resp":
        from netscope.dissect.tcpdumptext.resp import resp

        resp(text, data, at, length)
        return
    text.add(protocol.upper())
    end = at + length
    if commands is not None and not _begins(data, at, end, commands):
        return
    if not text.style.verbose:
        _line(text, ": ", data, at, end)
        return
    text.add(f", length: {length}")
    place = at
    while place < end:
        following = _line(text, "\n\t", data, place, end)
        if not following:
            break
        place = following


def _begins(data: bytes, at: int, end: int, commands: frozenset[str]) -> bool:
    """Tell whether these bytes begin with a command, or with a reply: a version and a number of three digits."""
    word, place = _token(data, at, end)
    if not word:
        return False
    if word.upper().decode() in commands:
        return True
    word, _ = _token(data, place, end)
    return len(word) == 3 and word.isdigit()


def _token(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Return the word at a place, b"" where there is none, and where the next one begins."""
    place = at
    while place < end:
        if place >= len(data):
            return b"", 0
        byte = data[place]
        if byte >= 0x80 or byte in b" \t\n\v\f\r":
            break
        if place - at + 2 > _WORD:
            return b"", 0
        place += 1
    word = data[at:place]
    while place < end:
        if place >= len(data) or data[place] != 0x20:
            break
        place += 1
    return word, place


def _line(text: Text, lead: str, data: bytes, at: int, end: int) -> int:
    """Print one line; return where the next one begins, 0 when there is none or this is no text."""
    place = at
    while place < end:
        byte = data[place]
        if byte == 0x0A:
            text.add(lead + data[at:place].decode("ascii"))
            return place + 1
        if byte == 0x0D:
            if place + 1 >= end:
                return 0
            if data[place + 1] != 0x0A:
                return 0
            text.add(lead + data[at:place].decode("ascii"))
            return place + 2
        if byte >= 0x7F or (byte < 0x20 and byte != 9):
            return 0
        place += 1
    text.add(lead + data[at:place].decode("ascii"))
    text.truncated()
    return 0


def sip(text: Text, data: bytes, at: int, length: int) -> None:
    """Print what is said in a datagram of a telephone call."""
    spoken(text, data, at, length, "sip")


def ssh(text: Text, data: bytes, at: int, length: int) -> None:
    """Print the banner (RFC 4253, 4.2): visible characters, "SSH-" first, a line end after them."""
    text.protocol = "ssh"
    end = at + length
    place = at
    if not b"SSH-".startswith(data[at : at + 4]):
        return
    while place < end:
        if place >= len(data):
            raise Truncated
        byte = data[place]
        if byte == 0x0A or (byte == 0x0D and place + 1 < end and data[place + 1 : place + 2] == b"\n"):
            if data[at : at + 4] == b"SSH-":
                text.add(f": SSH: {data[at:place].decode('ascii')}")
            return
        if not 0x20 <= byte < 0x7F:
            return
        place += 1
