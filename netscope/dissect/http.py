"""HTTP/1 (RFC 9112): start lines, headers, what the body is."""

from __future__ import annotations

import re

from netscope.core.typed import Any
from netscope.dissect.spec import Spec, decoded, named, span
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

METHODS = (
    b"GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|NOTIFY|"
    b"SUBSCRIBE|UNSUBSCRIBE|M-SEARCH|REPORT|SEARCH|MERGE|CHECKOUT|BREW"
)
_REQUEST = re.compile(rb"(" + METHODS + rb") +(\S+)(?: +(HTTP/\d\.\d))?\s*\Z")
_RESPONSE = re.compile(rb"(HTTP/\d\.\d) +(\d{3})(?: +(.*?))?\s*\Z", re.DOTALL)
_KNOWN = {
    "host": ("http.host", "Host"), "user-agent": ("http.user_agent", "User-Agent"), "accept": ("http.accept", "Accept"),
    "accept-language": ("http.accept_language", "Accept-Language"), "accept-encoding": ("http.accept_encoding",
    "Accept Encoding"),
    "authorization": ("http.authorization", "Authorization"), "cache-control": ("http.cache_control", "Cache-Control"),
    "connection": ("http.connection", "Connection"), "content-encoding": ("http.content_encoding", "Content-Encoding"),
    "content-length": ("http.content_length_header", "Content-Length"), "content-type": ("http.content_type",
    "Content-Type"),
    "cookie": ("http.cookie", "Cookie"), "date": ("http.date", "Date"), "last-modified": ("http.last_modified",
    "Last-Modified"),
    "location": ("http.location", "Location"), "proxy-authenticate": ("http.proxy_authenticate", "Proxy-Authenticate"),
    "proxy-authorization": ("http.proxy_authorization", "Proxy-Authorization"), "referer": ("http.referer", "Referer"),
    "server": ("http.server", "Server"), "set-cookie": ("http.set_cookie", "Set-Cookie"),
    "transfer-encoding": ("http.transfer_encoding", "Transfer-Encoding"), "upgrade": ("http.upgrade", "Upgrade"),
    "www-authenticate": ("http.www_authenticate", "WWW-Authenticate"), "x-forwarded-for": ("http.x_forwarded_for",
    "X-Forwarded-For"),
    "sec-websocket-accept": ("http.sec_websocket_accept", "Sec-WebSocket-Accept"),
    "sec-websocket-extensions": ("http.sec_websocket_extensions", "Sec-WebSocket-Extensions"),
    "sec-websocket-key": ("http.sec_websocket_key", "Sec-WebSocket-Key"),
    "sec-websocket-protocol": ("http.sec_websocket_protocol", "Sec-WebSocket-Protocol"),
    "sec-websocket-version": ("http.sec_websocket_version", "Sec-WebSocket-Version"),
}  # fmt: skip
_HEADERS = {name: Spec(abbreviation, label, "str") for name, (abbreviation, label) in _KNOWN.items()}
_METHOD, _URI = Spec("http.request.method", "Request Method", "str"), Spec("http.request.uri", "Request URI", "str")
_PATH, _QUERY = (
    Spec("http.request.uri.path", "Request URI Path", "str"),
    Spec("http.request.uri.query", "Request URI Query", "str"),
)
_PARAMETER = Spec("http.request.uri.query.parameter", "Request URI Query Parameter", "str")
_REQUEST_VERSION, _RESPONSE_VERSION = (
    Spec("http.request.version", "Request Version", "str"),
    Spec("http.response.version", "Response Version", "str"),
)
_CODE = Spec("http.response.code", "Status Code", "u16")
_MEANING, _PHRASE = (
    Spec("http.response.code.desc", "Status Code Description", "str"),
    Spec("http.response.phrase", "Response Phrase", "str"),
)
_REQUEST_LINE, _RESPONSE_LINE = (
    Spec("http.request.line", "Request line", "str"),
    Spec("http.response.line", "Response line", "str"),
)
_LENGTH, _PAIR = Spec("http.content_length", "Content length", "u64"), Spec("http.cookie_pair", "Cookie pair", "str")
_FULL, _IS_REQUEST, _IS_RESPONSE = (
    Spec("http.request.full_uri", "Full request URI", "str"),
    Spec("http.request", "Request", "b8", hidden=True),
    Spec("http.response", "Response", "b8", hidden=True),
)
_REQUEST_NUMBER, _RESPONSE_NUMBER = (
    Spec("http.request_number", "Request number", "u32"),
    Spec("http.response_number", "Response number", "u32"),
)
_TIME, _IN, _FOR = (
    Spec("http.time", "Time since request", "span"),
    Spec("http.request_in", "Request in frame", "u32"),
    Spec("http.response_for.uri", "Request URI", "str"),
)
_DATA = Spec("http.file_data", "File Data", "str")
_CHAT = named("http.chat")
_MEANINGS = {
    100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
    206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
    307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
    410: "Gone", 413: "Request Entity Too Large", 418: "I'm a teapot", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Time-out",
}  # fmt: skip
# What is said of bodies that have a dissector of their own elsewhere, and what the protocol is called then.
_BOTH = {"application/json": "HTTP/JSON", "application/xml": "HTTP/XML", "text/xml": "HTTP/XML"}
_SAID = {
    "application/json": ", JavaScript Object Notation (application/json)", "application/octet-stream": "",
    "application/xml": "", "text/xml": "",
}  # fmt: skip
_KNOWN_KINDS = frozenset({"image/jpeg", "image/gif", "image/png", "application/x-www-form-urlencoded"})
_BODY, _LINES = map(named, ("media", "data-text-lines"))
_MEDIA = Spec("media.type", "Media type", "bytes")
_PICTURES = ((b"\xff\xd8\xff", "JPEG JFIF image"), (b"GIF8", "GIF89a"), (b"\x89PNG", "PNG"))
_MOST_HEADERS = 500
_LONGEST = 65_535


class Exchange:
    """Where a connection's requests and responses have got to."""

    __slots__ = ("number", "requests", "responses", "time", "uri")

    def __init__(self) -> None:
        self.requests = self.responses = self.number = self.time = 0
        self.uri = ""


def http(work: Work, start: int, end: int) -> None:
    """Dissect a message's head, or tell that this is the middle of one."""
    data = work.data
    stop = min(end, len(data))
    line_end = data.find(b"\n", start, min(stop, start + _LONGEST))
    first = data[start : line_end + 1 if line_end >= 0 else stop]
    request, response = _REQUEST.match(first), _RESPONSE.match(first)
    if request is None and response is None and not _known(work):
        return  # not the middle of anything that was seen to be HTTP
    work.protocol = "HTTP"
    prefix = work.prefix
    if request is None and response is None:
        work.info = prefix + "Continuation"
        tree = work.tree("http", "Hypertext Transfer Protocol", start, end)
        raw = data[start:stop]
        tree.add(_DATA, start, stop - start, _ascii(raw), text=f"File Data: {len(raw)} bytes")
        work.rest(start, end)
        return
    text = _plain(first)
    work.info = prefix + text
    tree = work.tree("http", "Hypertext Transfer Protocol", start, end)
    with tree.node(_shown(first), start, len(first)):
        tree.expert(_CHAT, _shown(first), "Chat", "Sequence", start)
        if request is not None:
            _request_line(tree, request, start)
        elif response is not None:
            _response_line(tree, response, start)
    spec = _REQUEST_LINE if request is not None else _RESPONSE_LINE
    head = _headers(tree, start + len(first), stop, spec)
    body = head.pop("", stop)
    _exchange(work, tree, start, request, head)
    kind = head.get("content-type", "")
    if isinstance(body, int) and body < stop:
        raw = data[body:stop]
        tree.add(_DATA, body, len(raw), _ascii(raw), text=f"File Data: {len(raw)} bytes")
        size = str(head.get("content-length", ""))
        whole = not (size.isascii() and size.isdigit() and len(size) < 20) or int(size) <= end - body
        _media(work, str(kind).partition(";")[0].strip(), body, end, whole)


def _media(work: Work, kind: str, start: int, end: int, whole: bool) -> None:
    """Add what a body is, as far as it is text."""
    layer = work.layers[-1]
    if whole and (kind in _KNOWN_KINDS or kind in _SAID):
        layer.length = start - layer.start
    if not kind.startswith("text/") or kind == "text/xml":
        work.protocol = _BOTH.get(kind, work.protocol)
        first = work.data[start : start + 4]
        picture = next((word for mark, word in _PICTURES if first.startswith(mark)), kind)
        work.info += _SAID.get(kind, f" ({picture if kind.startswith('image/') else kind})" if kind else "")
        if not kind or kind in _KNOWN_KINDS or kind in _SAID:
            work.rest(start, end)
        else:
            size = max(min(end, len(work.data)) - start, 0)
            tree = work.tree(_BODY, "Media Type", start, end)
            tree.add(_MEDIA, start, size, text=f"Media type: {kind} ({size} bytes)")
        return
    work.info += f" ({kind})"
    layer.length = start - layer.start
    stop = min(end, len(work.data))
    lines = work.data[start:stop].splitlines(keepends=True)[:_MOST_HEADERS]
    title = f"Line-based text data: {kind} ({len(lines)} lines)"
    tree = work.tree(_LINES, title, start, end)
    at = start
    for line in lines:
        tree.say(_shown(line), at, len(line))
        at += len(line)


def _ascii(raw: bytes) -> str:
    """Return bytes as text up to the first zero, with a mark for each that is not ASCII."""
    return raw.partition(b"\0")[0].decode("ascii", "replace")


def _plain(line: bytes) -> str:
    return decoded(line.rstrip(b"\r\n")) + " "


def _shown(line: bytes) -> str:
    return decoded(line).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def _request_line(tree: Tree, match: re.Match[bytes], start: int) -> None:
    tree.add(_METHOD, start + match.start(1), len(match[1]))
    uri = match[2]
    at = start + match.start(2)
    path, mark, query = uri.partition(b"?")
    with tree.node(_URI, at, len(uri)):
        if mark:
            tree.add(_PATH, at, len(path))
            where = at + len(path) + 1
            with tree.node(_QUERY, where, len(query)):
                for part in query.split(b"&")[:_MOST_HEADERS]:
                    tree.add(_PARAMETER, where, len(part))
                    where += len(part) + 1
    if match[3]:
        tree.add(_REQUEST_VERSION, start + match.start(3), len(match[3]))


def _response_line(tree: Tree, match: re.Match[bytes], start: int) -> None:
    tree.add(_RESPONSE_VERSION, start + match.start(1), len(match[1]))
    code = int(match[2])
    tree.add(_CODE, start + match.start(2), 3, code)
    tree.made(_MEANING, _MEANINGS.get(code, "Unknown"), start + match.start(2), 3)
    if match[3]:
        tree.add(_PHRASE, start + match.start(3), len(match[3]))


def _headers(tree: Tree, at: int, stop: int, line_spec: Spec) -> dict[str, Any]:
    """Add the header lines; return their values, and under "" where the body begins."""
    found: dict[str, Any] = {}
    data = tree.data
    for _ in range(_MOST_HEADERS):
        end = data.find(b"\n", at, stop)
        if end < 0:
            break
        line = data[at : end + 1]
        if not line.strip(b"\r\n"):
            tree.say(_shown(line), at, len(line))
            found[""] = end + 1
            return found
        name, colon, value = line.partition(b":")
        text = decoded(value.strip())
        key = decoded(name).strip().lower()
        spec = _HEADERS.get(key)
        whole = decoded(line)
        if not colon:
            tree.say(_shown(line), at, len(line))
        elif spec is None:
            tree.add(line_spec, at, len(line), whole, text=_shown(line))
        else:
            with tree.node(spec, at, len(line), text, text=_shown(line)):
                _inside(tree, key, text, line, at)
            tree.add(line_spec, at, len(line), whole, text=_shown(line), hidden=True)
        if colon:
            found.setdefault(key, text)
        at = end + 1
    return found


def _inside(tree: Tree, key: str, text: str, line: bytes, at: int) -> None:
    if key == "content-length" and text.isascii() and text.isdigit() and len(text) < 20:
        tree.made(_LENGTH, int(text), at, len(line))
    elif key == "cookie":
        where = line.index(b":") + 1
        for part in line[where:].split(b";"):
            bare = part.strip()
            if bare:
                tree.add(_PAIR, at + where + part.index(bare), len(bare))
            where += len(part) + 1


def _exchange(work: Work, tree: Tree, start: int, request: re.Match[bytes] | None, head: dict[str, Any]) -> None:
    """Say which request this is, or which one it answers."""
    uri = ""
    if request is not None and "host" in head:
        target = decoded(request[2])
        uri = target if "://" in target else f"http://{head['host']}{target}"
        tree.made(_FULL, uri, start)
    state = _state(work, request is not None, uri)
    number, asked, late, about = state
    if request is not None:
        tree.made(_IS_REQUEST, True, start)
        tree.made(_REQUEST_NUMBER, number, start, text=f"HTTP request {number}/{number}")
        return
    tree.made(_IS_RESPONSE, True, start)
    tree.made(_RESPONSE_NUMBER, number, start, text=f"HTTP response {number}/{number}")
    if asked:
        tree.made(_TIME, late / 1e9, start, show=span(late), text=f"Time since request: {span(late)} seconds")
        tree.made(_IN, asked, start)
        if about:
            tree.made(_FOR, about, start)


def _known(work: Work) -> bool:
    one, two = sorted(((work.net[0], work.ports[0]), (work.net[1], work.ports[1])))
    return ("http", one, two) in work.context.notes


def _state(work: Work, request: bool, uri: str) -> tuple[int, int, int, str]:
    """Return the message's number, and of a response the request's frame, the nanoseconds since, and its URI."""
    context, frame = work.context, work.frame
    seen = ("http", frame.number, len(work.layers))
    known: tuple[int, int, int, str] | None = context.notes.get(seen)
    if known is not None:
        return known
    one, two = sorted(((work.net[0], work.ports[0]), (work.net[1], work.ports[1])))
    held = context.notes.get(("http", one, two))
    if held is None:
        held = context.notes.keep(("http", one, two), Exchange())
    if request:
        held.requests += 1
        held.number, held.time, held.uri = frame.number, frame.time, uri or held.uri
        told = (held.requests, 0, 0, "")
        context.notes.keep(seen, told)
        return told
    held.responses += 1
    asked, held.number = held.number, 0
    told = (held.responses, asked, frame.time - held.time if asked else 0, str(held.uri))
    context.notes.keep(seen, told)
    return told
