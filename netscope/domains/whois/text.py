"""Whois text (RFC 3912): bytes to text, text to fields, and what else it says: where to ask next, or why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from netscope.core.whois import WHOIS_PORT

Field = tuple[str, str]
Block = tuple[Field, ...]

_DECLARED = re.compile(
    rb"^[%#>; \t]*(?:charset|encoding|character set)[ \t]*[:=][ \t]*\"?([\w.:-]{2,40})", re.IGNORECASE | re.MULTILINE
)
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-125\d|cp125\d|koi8-?[rut]|euc-?(?:jp|kr)|"
    r"iso-2022-(?:jp|kr)|shift[_-]?jis|gb(?:2312|k|18030)|big5|utf-?16(?:le|be)?",
    re.IGNORECASE,
)
_LABEL_LENGTH = 60  # no registry has a longer field name; a longer "name" is prose with a colon in it
_COMMENTS = ("%", "#", ">>>", "--", "//", "NOTICE", "TERMS OF USE")
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\.)+[A-Za-z0-9-]{1,63}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+"
)
_REFERRALS = {"refer": "any", "referralserver": "any", "registrar whois server": "domain", "whois server": "domain"}
_REFERTO = re.compile(r"^% referto: whois -h (\S{1,255})(?: -p (\d{1,5}))?", re.MULTILINE)
_ABUSE = re.compile(r"^% Abuse contact for '[^'\n]*' is '([^'\n]+)'", re.MULTILINE)

_NOTHING = re.compile(
    r"^[^\w\n]{0,20}(?:no match\b|not found\b|not registered|no entries found|no data found|no objects? found|"
    r"nothing found|no such domain|no information|no records? matching|error:101\b|object does not exist|"
    r"the queried object does not exist|status:\s*(?:free|available|avail)\b|"
    r".{1,300}?\b(?:was not found|not found\.?$|is not registered|is free|is available|has not been registered))",
    re.IGNORECASE | re.MULTILINE,
)
_REFUSED = re.compile(
    r"^.{0,200}?(?:rate limit|query rate|limit (?:is |was |has been )?(?:exceeded|reached)|exceeded .{0,60}"
    r"(?:limit|quota|quer|maximum|rate)|too many (?:requests|queries|connections|simultaneous)|quota exceeded|"
    r"access denied|access from your|blacklisted|"
    r"temporarily (?:denied|blocked|unavailable|banned)|you have been (?:blocked|banned)|"
    r"try again (?:later|in)|error:20[1-9]\b|not authori[sz]ed|connection limit)",
    re.IGNORECASE | re.MULTILINE,
)


class Decoded(NamedTuple):
    """Text, the charset it was read in, and what was wrong with it ("" when nothing was)."""

    text: str
    charset: str
    trouble: str


def decode(data: bytes, declared: str = "") -> Decoded:
    """Turn an answer into text: as declared (by the protocol or in its first lines), as UTF-8, as Latin-1.

    Line ends and control characters stay as they came. Escape sequences of ISO 2022 tell Japanese servers' text.
    """
    found = _DECLARED.search(data[:4096])
    name = declared or (found[1].decode("ascii", "replace") if found else "")
    trouble = ""
    if name:
        if _CHARSETS.fullmatch(name):
            try:
                return Decoded(data.decode(name), name.lower(), "")
            except (UnicodeError, LookupError):
                trouble = f"its charset is not {name}, as it says"
        else:
            trouble = f"its charset {name!r} is unknown"
    guesses = ["utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"]
    if b"\x1b$" in data or b"\x1b(" in data:
        guesses.insert(0, "iso2022_jp")
    for guess in guesses:
        try:
            return Decoded(data.decode(guess), guess.removesuffix("-sig").replace("iso2022_jp", "iso-2022-jp"), trouble)
        except UnicodeError:
            pass  # the next guess
    return Decoded(data.decode("latin-1"), "iso-8859-1", trouble)


def blocks(text: str) -> tuple[Block, ...]:
    """Return the fields of a text, in order, blank lines apart.

    Understood are ``key: value`` (indented or not, with dots before the colon), ``[Key] value``, a key on a line of
    its own with its values indented below it, and continuation lines (RFC 2622). Comments and prose are passed over.
    A value that goes on is a field of the same key again.
    """
    found: list[Block] = []
    block: list[Field] = []
    key, indent = "", 0
    for line in _lines(text):
        body = line.strip()
        if not body:
            if block and not (key and block[-1] == (key, "")):
                found.append(tuple(block))
                block, key = [], ""
            continue
        if body.startswith(_COMMENTS):
            continue
        depth = len(line) - len(line.lstrip())
        name, value = _field(body)
        if name:
            key, indent = name, depth
            block.append((name, value))
        elif key and (depth > indent or line.startswith("+")):
            more = body.removeprefix("+").strip()
            if block[-1] == (key, ""):
                block[-1] = (key, more)
            else:
                block.append((key, more))
        else:
            key = ""
    if block:
        found.append(tuple(block))
    return tuple(found)


def _lines(text: str) -> Iterator[str]:
    # Not splitlines(): a form feed or U+2028 inside a value does not end the line.
    for line in text.split("\n"):
        yield line.rstrip("\r").expandtabs()


def _field(body: str) -> Field:
    """Split ``key: value``; a key of "" says that the line is no field."""
    if body.startswith("["):
        name, bracket, value = body[1:].partition("]")
        return (name.strip(), value.strip()) if bracket and name.strip() else ("", "")
    name, colon, value = body.partition(":")
    name = name.rstrip(" .\t")
    if not colon or not name or len(name) > _LABEL_LENGTH or value[:2] == "//":
        return "", ""
    if value and not value[0].isspace() and (" " in name or "." in name or not name[0].isalpha()):
        return "", ""  # a time, an address or a URL, not a field
    return name, value.strip()


def referral(text: str, kind: str) -> tuple[str, int] | None:
    """Return the server (and port) that a text sends on to, None when it is the last one.

    IANA says ``refer:``, address registries ``ReferralServer: whois://...`` (rwhois answers plain questions, too),
    domain registries name the registrar's server, the old form is ``% referto: whois -h SERVER -p PORT``.
    """
    old = _REFERTO.search(text)
    if old:
        return _place(old[1], old[2] or "")
    for block in blocks(text):
        for name, value in block:
            scope = _REFERRALS.get(name.lower().strip())
            if value and (scope == "any" or scope == kind):
                return _place(value.split()[0], "")
    return None


def _place(value: str, port: str) -> tuple[str, int] | None:
    scheme, separator, rest = value.partition("://")
    host = (rest if separator else scheme).partition("/")[0]
    if host.startswith("["):
        host, _bracket, tail = host[1:].partition("]")
        port = port or tail.removeprefix(":")
    elif host.count(":") == 1:
        host, _colon, port = host.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0 if port else WHOIS_PORT
    host = host.rstrip(".").lower()
    if scheme.lower() in ("http", "https") and separator:
        number = WHOIS_PORT  # some registrars put a web address where the server's name belongs
    return (host, number) if _HOST.fullmatch(host) and 0 < number < 65536 else None


def says_nothing(text: str) -> bool:
    """Tell whether a text without fields of interest means that nothing is registered under the name."""
    return _NOTHING.search(text) is not None


def refusal(text: str) -> str:
    """Return the line by which a server refuses (a rate limit, a ban), "" when there is none."""
    found = _REFUSED.search(text)
    if found is None:
        return ""
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    return text[start : end if end >= 0 else len(text)].strip(" \t\r%#*")[:200]


def abuse_comment(text: str) -> str:
    """Return the abuse contact that the RIPE database software gives in a comment, "" when there is none."""
    found = _ABUSE.search(text)
    return found[1] if found else ""
