"""Records as lines, laid out in columns as BIND's master-file style does for dig."""

from __future__ import annotations

from collections.abc import Sequence

from netscope.core.dns import numbers
from netscope.core.dns.fields import Blob, chunks
from netscope.core.dns.message import Question, Record
from netscope.core.dns.numbers import TYPES, class_name, type_name
from netscope.core.dns.rdata import generic, key_tag
from netscope.domains.dns.lookup import Lookup

_TAB = 8
_BREAK = "\n\t\t\t\t"
_MULTILINE_WIDTH = 44  # BIND: (80 - 32) less a margin, in whole base64 groups
_SOA = TYPES["SOA"]
_KEYS = {TYPES[word] for word in ("KEY", "DNSKEY", "CDNSKEY", "RKEY")}
_DNSKEYS = {TYPES[word] for word in ("DNSKEY", "CDNSKEY")}
_SIGNATURES = {TYPES[word] for word in ("RRSIG", "SIG")}
_DIGESTS = {TYPES[word] for word in ("DS", "CDS", "DLV", "TA")}
_PARENTHESISED = {TYPES[word] for word in ("HIP", "IPSECKEY")}  # the parenthesis opens before the first field
_SERIALS = (("serial", False), ("refresh", True), ("retry", True), ("expire", True), ("minimum", True))


def _columns(lookup: Lookup) -> tuple[int, int, int, int]:
    """Return where TTL, class, type and data begin (dig's say_hello to dns_master_stylecreate)."""
    if lookup.multiline or not (lookup.ttlid or lookup.class_):
        return 24, 24, 24, 32
    if not (lookup.ttlid and lookup.class_):
        return 24, 24, 32, 40
    return 24, 32, 40, 48


class _Line:
    """A line that grows column by column with tabs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.column = len(text)

    def add(self, text: str, column: int) -> None:
        """Append text at a column, or after a single space where that is passed already."""
        target = max(column, self.column + 1)
        tabs = target // _TAB - self.column // _TAB
        if tabs > 0:
            self.text += "\t" * tabs
            self.column = target // _TAB * _TAB
        self.text += " " * (target - self.column) + text
        self.column = target + len(text)


def question_line(question: Question, lookup: Lookup) -> str:
    """Return a line of the question section."""
    _ttl, klass, kind, _data = _columns(lookup)
    line = _Line(question.name)
    line.add(_class(question.klass, lookup), klass)
    line.add(_type(question.type, lookup), kind)
    return f";{line.text}"


def record_line(record: Record, lookup: Lookup) -> str:
    """Return a record as dig prints it, of several lines under +multiline."""
    ttl, klass, kind, data = _columns(lookup)
    line = _Line(record.name)
    if lookup.ttlid:
        line.add(ttl_units(record.ttl) if lookup.ttlunits else str(record.ttl), ttl)
    if lookup.class_:
        line.add(_class(record.klass, lookup), klass)
    line.add(_type(record.type, lookup), kind)
    line.add(record_data(record, lookup), data)
    return line.text


def _class(number: int, lookup: Lookup) -> str:
    return f"CLASS{number}" if lookup.unknownformat else class_name(number)


def _type(number: int, lookup: Lookup) -> str:
    return f"TYPE{number}" if lookup.unknownformat else type_name(number)


def ttl_units(seconds: int) -> str:
    """Return a TTL with units: 1w2d3h4m5s."""
    text, rest = "", seconds
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            text += f"{count}{unit}"
    return text or "0s"


def record_data(record: Record, lookup: Lookup) -> str:
    """Return a record's data as dig prints it."""
    tokens = generic(record.data) if lookup.unknownformat else record.tokens
    unknown = tokens[0] == "\\#" if tokens else False
    if not lookup.crypto and not unknown:
        tokens = _without_crypto(record, tokens)
    comment = "" if unknown else _comment(record, lookup)
    if not lookup.multiline:
        text = " ".join(piece for token in tokens for piece in _pieces(token, lookup.split))
        return f"{text}  {comment}" if comment else text
    if record.type == _SOA and not unknown:
        return _soa(tokens, lookup)
    return _parenthesised(record, tokens, comment)


def _pieces(token: str, width: int) -> list[str]:
    return chunks(token, width) if isinstance(token, Blob) else [token]


def _without_crypto(record: Record, tokens: Sequence[str]) -> list[str]:
    if record.type in _KEYS:
        return [*tokens[:3], f"[key id = {key_tag(record.data)}]"]
    if record.type in _SIGNATURES or record.type in _DIGESTS:
        return ["[omitted]" if isinstance(token, Blob) else token for token in tokens]
    return list(tokens)


def _comment(record: Record, lookup: Lookup) -> str:
    """Return BIND's comment on a key or a DHCID."""
    wanted = lookup.rrcomments if lookup.rrcomments is not None else lookup.multiline
    if not wanted or len(record.data) < 4:
        return ""
    if record.type in _KEYS:
        role = ""
        if record.type in _DNSKEYS:
            flags = int.from_bytes(record.data[:2], "big")
            role = "; " + (("revoked " if flags & 0x80 else "") + "KSK" if flags & 1 else "ZSK")
        algorithm = numbers.ALGORITHMS.get(record.data[3], str(record.data[3]))
        return f"{role}; alg = {algorithm} ; key id = {key_tag(record.data)}"
    if record.type == TYPES["DHCID"]:
        return f"; {int.from_bytes(record.data[:2], 'big')} {record.data[2]} {len(record.data) - 3}"
    return ""


def _soa(tokens: Sequence[str], lookup: Lookup) -> str:
    text = f"{tokens[0]} {tokens[1]} ("
    for token, (what, timed) in zip(tokens[2:], _SERIALS, strict=True):
        text += f"{_BREAK}{token}"
        if lookup.rrcomments is not False:
            text += " " * (10 - len(token)) + f" ; {what}" + (f" ({verbose_ttl(int(token))})" if timed else "")
    return f"{text})" if lookup.rrcomments is False else f"{text}{_BREAK})"


def verbose_ttl(seconds: int) -> str:
    """Return a span of time in words: 1 week 2 days."""
    words, rest = [], seconds
    for unit, size in (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(words) or "0 seconds"


def _parenthesised(record: Record, tokens: Sequence[str], comment: str) -> str:
    """Return the data with its long part broken over lines."""
    if record.type == TYPES["NSEC3"] and len(tokens) > 4:
        types = _BREAK + " ".join(tokens[5:]) if tokens[5:] else ""
        return " ".join(tokens[:4]) + f" ({_BREAK}{tokens[4]}{types} )"
    if record.type in _SIGNATURES:
        blob = _BREAK.join(_pieces(tokens[-1], _MULTILINE_WIDTH))
        return " ".join(tokens[:4]) + f" ({_BREAK}{' '.join(tokens[4:-1])}{_BREAK}{blob} )"
    if record.type == TYPES["HIP"]:
        return f"( {' '.join(tokens[:2])}{_BREAK}{_BREAK.join(tokens[2:])} )"
    if not tokens or not isinstance(tokens[-1], Blob):
        return " ".join(tokens)
    blob = _BREAK.join(_pieces(tokens[-1], _MULTILINE_WIDTH))
    before = tokens[:-1]
    if record.type in _PARENTHESISED:
        return f"( {' '.join(before)}{_BREAK}{blob} )"
    if not before or before[0] == "\\#":
        text = " ".join([*before, f"( {blob} )"])
        return f"{text} {comment}" if comment else text
    gap = " " if record.type in _DNSKEYS else ""  # BIND's own inconsistency
    end = f"{_BREAK}){gap}{comment}" if comment else " )"
    return f"{' '.join(before)} ({_BREAK}{blob}{end}"
