"""DNS messages (RFC 1035 and successors), and mDNS (RFC 6762) and LLMNR (RFC 4795), which differ in a few bits."""

from __future__ import annotations

from netscope.core.dns.numbers import type_name
from netscope.core.typed import Any, NamedTuple
from netscope.dissect import dns_rdata, segments
from netscope.dissect.dns_names import Reader, dotted, shown
from netscope.dissect.model import BROKEN, Short
from netscope.dissect.spec import Spec, named, span
from netscope.dissect.tree import Tree, expert
from netscope.dissect.work import Work

OPCODES = {0: "Standard query", 1: "Inverse query", 2: "Server status request", 4: "Zone change notification",
           5: "Dynamic update", 6: "DNS Stateful operations (DSO)"}  # fmt: skip
RCODES = {
    0: "No error", 1: "Format error", 2: "Server failure", 3: "No such name", 4: "Not implemented", 5: "Refused",
    6: "Name exists", 7: "RRset exists", 8: "RRset does not exist", 9: "Not authoritative", 10: "Name out of zone",
    11: "DSO-TYPE not implemented", 16: "Bad OPT Version or TSIG Signature Failure",
}  # fmt: skip
_CLASSES = {1: "IN", 2: "CSNET", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
_LENGTH = Spec("dns.length", "Length", "u16")
_ID = Spec("dns.id", "Transaction ID", "u16x")
_FLAGS = Spec("dns.flags", "Flags", "u16x")
_RESPONSE = Spec("dns.flags.response", "Response", "b16", 0x8000, ("Message is a response", "Message is a query"))
_OPCODE = Spec("dns.flags.opcode", "Opcode", "u16", 0x7800, OPCODES)
_AUTHORITATIVE = Spec("dns.flags.authoritative", "Authoritative", "b16", 0x0400,
                      ("Server is an authority for domain", "Server is not an authority for domain"))  # fmt: skip
_CONFLICT = Spec("dns.flags.conflict", "Conflict", "b16", 0x0400,
                 ("The name is not considered unique", "The name is considered unique"))  # fmt: skip
_TRUNCATED = Spec(
    "dns.flags.truncated", "Truncated", "b16", 0x0200, ("Message is truncated", "Message is not truncated")
)
_DESIRED = Spec("dns.flags.recdesired", "Recursion desired", "b16", 0x0100,
                ("Do query recursively", "Don't do query recursively"))  # fmt: skip
_TENTATIVE = Spec("dns.flags.tentative", "Tentative", "b16", 0x0100, ("Tentative", "Not tentative"))
_AVAILABLE = Spec("dns.flags.recavail", "Recursion available", "b16", 0x0080,
                  ("Server can do recursive queries", "Server can't do recursive queries"))  # fmt: skip
_Z = Spec("dns.flags.z", "Z", "b16", 0x0040, ("reserved - incorrect!", "reserved (0)"))
_AUTHENTICATED = Spec("dns.flags.authenticated", "Answer authenticated", "b16", 0x0020,
                      ("Answer/authority portion was authenticated by the server",
                       "Answer/authority portion was not authenticated by the server"))  # fmt: skip
_CHECK = Spec("dns.flags.checkdisable", "Non-authenticated data", "b16", 0x0010, ("Acceptable", "Unacceptable"))
_RCODE = Spec("dns.flags.rcode", "Reply code", "u16", 0x000F, RCODES)
_COUNTS = tuple(
    Spec(f"dns.count.{name}", label, "u16")
    for name, label in (("queries", "Questions"), ("answers", "Answer RRs"), ("auth_rr", "Authority RRs"),
                        ("add_rr", "Additional RRs"))
)  # fmt: skip
_UPDATE_COUNTS = tuple(
    Spec(f"dns.count.{name}", label, "u16")
    for name, label in (("zones", "Zones"), ("prerequisites", "Prerequisites"), ("updates", "Updates"),
                        ("add_rr", "Additional RRs"))
)  # fmt: skip
_NAME, _NAME_LENGTH = Spec("dns.qry.name", "Name", "str"), Spec("dns.qry.name.len", "Name Length", "u16")
_LABELS = Spec("dns.count.labels", "Label Count", "u16")
_QUESTION_TYPE = Spec("dns.qry.type", "Type", "u16", line=lambda v: f"Type: {dns_rdata.described(v)}")
_QUESTION_CLASS = Spec("dns.qry.class", "Class", "u16x", names=_CLASSES)
_QU = Spec("dns.qry.qu", '"QU" question', "b16", 0x8000)
_MDNS_CLASS = Spec("dns.qry.class", "Class", "u16x", 0x7FFF, _CLASSES)
_TO, _IN = Spec("dns.response_to", "Request In", "u32"), Spec("dns.response_in", "Response In", "u32")
_TIME = Spec("dns.time", "Time", "span")
_SAME_REQUEST = Spec("dns.retransmit_request_in", "Retransmitted request. Original request in", "u32")
_SAME_RESPONSE = Spec("dns.retransmit_response_in", "Retransmitted response. Original response in", "u32")
_REPEATED = Spec("dns.retransmission", "Retransmission", "b8")
_REPEATS = {word: named(f"dns.retransmit_{word}") for word in ("request", "response")}
_PATIENCE = 5_000_000_000  # ns within which a question that comes again is the same
_UNSOLICITED = Spec("dns.unsolicited", "Unsolicited", "b8")
_MOST_RECORDS = 2_000
_HEAD = 12


class Flavour(NamedTuple):
    """What differs between the protocols. ``mdns``: the top bit of a class is a flag of its own."""

    name: str
    title: str
    word: str
    mdns: bool = False
    llmnr: bool = False


_DNS = Flavour("dns", "Domain Name System", "DNS")
_MDNS = Flavour("mdns", "Multicast Domain Name System", "MDNS", mdns=True)
_LLMNR = Flavour("llmnr", "Link-local Multicast Name Resolution", "LLMNR", llmnr=True)


def dns(work: Work, start: int, end: int) -> None:
    """Dissect a message."""
    _message(work, start, end, _DNS)


def mdns(work: Work, start: int, end: int) -> None:
    """Dissect a multicast message."""
    _message(work, start, end, _MDNS)


def llmnr(work: Work, start: int, end: int) -> None:
    """Dissect a link-local multicast message."""
    _message(work, start, end, _LLMNR)


def _message(work: Work, start: int, end: int, flavour: Flavour) -> None:
    work.protocol = flavour.word
    if not any(layer.name == "tcp" for layer in work.layers[-1:]):
        work.info = ""
        _one(work, start, start, end, flavour)
        return
    at, line = start, work.info
    work.info = work.prefix
    whole = segments.follow(work, start, end, _measure)
    if whole is not None:
        before = segments.enter(work, whole)
        _one(work, 0, 2, len(whole.data), flavour)
        work.leave(before)
        at += len(whole.pieces[-1].data)
    elif segments.between(work):
        at = end + 1
    while at < end:
        size = _measure(work.data[at : min(at + 2, end)])
        if size and at + size <= end:
            work.info = work.info if whole is not None else work.prefix
            _one(work, at, at + 2, at + size, flavour)
        elif not segments.begin(work, start, at, end):
            _begun(work, at, end, flavour)
            return
        at += size or end
    if at > end and not any(layer.name == flavour.name for layer in work.layers):
        work.protocol = "TCP"
        work.info = f"{line} [TCP segment of a reassembled PDU]"


def _measure(data: bytes) -> int:
    """Return how many bytes a message over TCP has that begins so (RFC 1035, 4.2.2); 0 before its length is there."""
    return 2 + int.from_bytes(data[:2], "big") if len(data) >= 2 else 0


def _begun(work: Work, at: int, end: int, flavour: Flavour) -> None:
    """Dissect what is here of a message that is not put together: it is quoted, or was not captured whole."""
    try:
        if at + 2 + _HEAD <= end:
            _one(work, at, at + 2, end, flavour)
        elif work.layers[-1].name == "tcp":
            work.path.append(flavour.name)
    except Short:
        raise
    except BROKEN:
        pass
    work.unfinished(flavour.word)


def _one(work: Work, start: int, begin: int, end: int, flavour: Flavour) -> None:
    work.need(begin, 4, end)
    tree = work.tree(flavour.name, flavour.title, start, end)
    if begin > start:
        tree.add(_LENGTH, start)
    # Compressed names point into the message, so that it is best read from its own beginning.
    ident = tree.add(_ID, begin)
    flags = tree.uint(begin + 2, 2)
    response, opcode = bool(flags & 0x8000), flags >> 11 & 15
    work.layers[-1].title = f"{flavour.title} ({'response' if response else 'query'})"
    word = OPCODES.get(opcode, "Unknown operation") + (" response" if response else "")
    work.info += f"{word} 0x{ident:04x}"
    if response and flags & 15:
        work.info += f" {RCODES.get(flags & 15, 'Unknown error')}"
    said = f", {RCODES.get(flags & 15, 'Unknown error')}" if response else ""
    tree.flags(
        _FLAGS, begin + 2, *_bits(flavour, response, bool(flags & 0x20)), text=f"Flags: 0x{flags:04x} {word}{said}"
    )
    counts = []
    for index, spec in enumerate(_UPDATE_COUNTS if opcode == 5 else _COUNTS):
        counts.append(tree.add(spec, begin + 4 + 2 * index))
    reader = Reader(tree, begin, flavour.mdns)
    at = _questions(tree, reader, begin + 12, counts[0], work, opcode)
    titles = (
        ("Prerequisites", "Updates", "Additional records")
        if opcode == 5
        else ("Answers", "Authoritative nameservers", "Additional records")
    )
    for title, count in zip(titles, counts[1:], strict=True):
        at = _records(tree, reader, at, count, title, work)
    _match(work, tree, ident, response, start, flavour)


def _bits(flavour: Flavour, response: bool, signed: bool) -> tuple[Spec, ...]:
    if flavour.llmnr:
        kinds = (_RESPONSE, _OPCODE, _CONFLICT, _TRUNCATED, _TENTATIVE)
        return (*kinds, _RCODE) if response else kinds
    if response:
        return (
            _RESPONSE, _OPCODE, _AUTHORITATIVE, _TRUNCATED, _DESIRED, _AVAILABLE, _Z, _AUTHENTICATED, _CHECK, _RCODE,
        )  # fmt: skip
    if signed:
        return (_RESPONSE, _OPCODE, _TRUNCATED, _DESIRED, _Z, _AUTHENTICATED, _CHECK)
    return (_RESPONSE, _OPCODE, _TRUNCATED, _DESIRED, _Z, _CHECK)


def _questions(tree: Tree, reader: Reader, at: int, count: int, work: Work, opcode: int) -> int:
    if not count:
        return at
    with tree.node("Zone" if opcode == 5 else "Queries", at) as node:
        for _ in range(min(count, _MOST_RECORDS)):
            at = _question(tree, reader, at, work)
            node.end(at)
    return at


def _question(tree: Tree, reader: Reader, at: int, work: Work) -> int:
    wire, behind = reader.name(at)
    name = shown(wire)
    kind, klass = tree.uint(behind, 2), tree.uint(behind + 2, 2)
    real = klass & 0x7FFF if reader.mdns else klass
    text = f"{name}: type {type_name_of(kind)}, class {_CLASSES.get(real, 'Unknown')}"
    if reader.mdns:
        text += f', "{"QU" if klass & 0x8000 else "QM"}" question'
    with tree.node(text, at, behind + 4 - at):
        tree.add(_NAME, at, behind - at, name)
        single = len(name) == 1  # Wireshark takes it for the root
        whole = dotted(wire)
        tree.made(_NAME_LENGTH, 0 if single else len(whole), at, behind - at)
        tree.made(_LABELS, 0 if single else whole.count(b".") + 1, at, behind - at)
        tree.add(_QUESTION_TYPE, behind)
        if reader.mdns:
            tree.bits(behind + 2, 2, _MDNS_CLASS, _QU)
        else:
            tree.add(_QUESTION_CLASS, behind + 2)
    work.info += f" {type_name_of(kind)} {name}"
    if reader.mdns:
        work.info += f', "{"QU" if klass & 0x8000 else "QM"}" question'
    return behind + 4


def type_name_of(kind: int) -> str:
    """Return a type's mnemonic, as Wireshark has it."""
    name = type_name(kind)
    return f"Unknown ({kind})" if name.startswith("TYPE") else name


def _records(tree: Tree, reader: Reader, at: int, count: int, title: str, work: Work) -> int:
    if not count:
        return at
    with tree.node(title, at) as node:
        for _ in range(min(count, _MOST_RECORDS)):
            at, told = dns_rdata.record(tree, reader, at)
            work.info += told
            node.end(at)
    return at


def _match(work: Work, tree: Tree, ident: int, response: bool, at: int, flavour: Flavour) -> None:
    """Tell which frame answers, or is answered."""
    if work.quoted:
        return
    context, number, time = work.context, work.frame.number, work.frame.time
    sport, dport = work.ports
    one, two = (work.net[0], sport), (work.net[1], dport)
    key = ("dns", ident, *sorted((one, two)))
    if not response:
        _asked(work, tree, key, at)
        return
    found = context.answered.get((*key, -number))
    if found is None and number == context.last:
        asked = context.asked.get(key)
        if asked is not None and asked[0] != number:
            found = context.answered.keep((*key, -number), (asked[0], time - asked[1]))
            if (*key, asked[0]) not in context.answered:
                context.answered.keep((*key, asked[0]), (number, time - asked[1]))
    if found is None:
        tree.made(_UNSOLICITED, True, at)
        return
    first = context.answered.get((*key, found[0]))
    if first is not None and first[0] < number:
        _again(tree, "response", "response", first[0], at)
    else:
        tree.made(_TO, found[0], at)
        tree.made(_TIME, found[1] / 1e9, at, show=span(found[1]), text=f"Time: {span(found[1])} seconds")


def _asked(work: Work, tree: Tree, key: tuple[Any, ...], at: int) -> None:
    """Tell which frame answers a question, or which one it repeats."""
    context, number, time = work.context, work.frame.number, work.frame.time
    if number == context.last:
        before = context.asked.get(key)
        if before is None or (*key, before[0]) in context.answered or not 0 <= time - before[1] < _PATIENCE:
            context.asked.keep(key, (number, time))
        elif before[0] != number:
            context.answered.keep((*key, "again", number), before)
    again = context.answered.get((*key, "again", number))
    if again is not None:
        _again(tree, "query", "request", again[0], at)
    found = context.answered.get((*key, number))
    if found is not None:
        tree.made(_IN, found[0], at)


def _again(tree: Tree, what: str, word: str, frame: int, at: int) -> None:
    """Say of a message that comes again which frame it repeats."""
    ident = next(place for place, field in enumerate(tree.items) if field.name == _ID.name)
    message = f"DNS {what} retransmission. Original {word} in frame {frame}"
    remark = expert(_REPEATS[word], message, "Warning", "Protocol", tree.items[ident].start, tree.buffer)
    tree.items[ident] = tree.items[ident]._replace(children=(remark,))
    tree.made(_SAME_REQUEST if word == "request" else _SAME_RESPONSE, frame, at)
    tree.made(_REPEATED, True, at)
