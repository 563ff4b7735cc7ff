"""The delegation walk: every server of every zone on the way to a name, and the chain of trust beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from netscope.core.dns import denial, dnssec, names
from netscope.core.dns.dnssec import DNSKEY, DS, NSEC, NSEC3, RRset, rrsets
from netscope.core.dns.message import AA, DO, Ask, Edns, Message, Record
from netscope.core.dns.numbers import ANY, TYPES, rcode_name
from netscope.core.dns.resolver import Inquiry, Reply, Server, Task, Way
from netscope.core.dns.zonefile import Anchor
from netscope.domains.dns.referral import CNAME, NS, SOA, Delegation, Find, apex, delegation

Security = Literal["secure", "insecure", "bogus"]

_DEEPEST = 24
_MOST_ALIASES = 8
_NXDOMAIN = 3
_DNAME = TYPES["DNAME"]


class View(NamedTuple):
    """What one address of one name server said.

    Attributes:
        status: "ok"; "lame" (answers, but not for the zone); "timeout", "refused", "unreachable" and so on.
        detail: why it is not ok.
        serial: the zone's serial there.
        answer: its answer to the question itself as sorted texts; None where it only refers further down.
    """

    name: str
    address: str
    milliseconds: float
    status: str
    detail: str = ""
    serial: int | None = None
    answer: tuple[str, ...] | None = None


class Step(NamedTuple):
    """One zone on the way.

    Attributes:
        parent_names, names: the zone's name servers as the parent and as the zone itself has them.
        security: what the chain of trust makes of the zone; ``reason`` says why it is not secure.
        ds, keys: key tags in the parent's DS and in the zone's DNSKEY records.
        notes: what is wrong or strange, in words.
    """

    zone: str
    parent: str
    parent_names: tuple[str, ...]
    names: tuple[str, ...]
    views: tuple[View, ...]
    security: Security
    reason: str
    ds: tuple[int, ...]
    keys: tuple[int, ...]
    notes: tuple[str, ...]


class Walk(NamedTuple):
    """The way to one name (one leg of an alias chain).

    Attributes:
        status: the response code's name, "" when nobody answered.
        verdict: of the answer; ``broken`` names the link where a bogus chain breaks, or where it becomes insecure.
        alias: where the answer's CNAME leads, "" where it does not lead out of it.
    """

    name: str
    type: int
    steps: tuple[Step, ...]
    status: str
    answer: tuple[Record, ...]
    verdict: Security
    broken: str
    alias: str = ""


class _Here(NamedTuple):
    """Where the walk stands: a zone, who serves it, and what vouches for it."""

    zone: str
    parent: str
    names: tuple[str, ...]
    servers: tuple[Server, ...]
    security: Security
    reason: str
    anchors: tuple[Anchor, ...]


class _Zone(NamedTuple):
    """What was learnt at a zone: the step, its checked keys, and the reply that leads on."""

    step: Step
    keys: tuple[Record, ...]
    message: Message | None


class Walker(NamedTuple):
    """What all legs share. ``roots`` come from hints or from a resolver, ``find`` gives missing addresses.

    ``family`` is 0 for both, 4 or 6; ``now`` is seconds since the epoch.
    """

    roots: tuple[Server, ...]
    anchors: tuple[Anchor, ...]
    way: Way
    family: int
    now: float
    find: Find

    def legs(self, name: str, kind: int) -> Task[tuple[Walk, ...]]:
        """Walk to a name, then to what it is an alias for."""
        found: list[Walk] = []
        while name and len(found) < _MOST_ALIASES and name not in [leg.name for leg in found]:
            leg = yield from self._walk(name, kind)
            found.append(leg)
            name = leg.alias
        return tuple(found)

    def _ask(self, name: str, kind: int) -> Ask:
        return Ask(name, kind, flags=0, edns=Edns(flags=DO))

    def _walk(self, name: str, kind: int) -> Task[Walk]:
        here = _Here(".", "", tuple(dict.fromkeys(server.name for server in self.roots)), self.roots, "secure", "",
                     self.anchors)  # fmt: skip
        steps: list[Step] = []
        while True:
            zone = yield from self._visit(here, name, kind)
            steps.append(zone.step)
            below = None
            if zone.message is not None and len(steps) < _DEEPEST:
                below = yield from self._below(here, zone, name)
            if below is None:
                return _concluded(name, kind, steps, zone, self.now)
            here = below

    def _visit(self, here: _Here, name: str, kind: int) -> Task[_Zone]:
        """Ask all servers of a zone at once, and check its keys."""
        ways = [((server,), self.way) for server in here.servers]
        soa, question = self._ask(here.zone, SOA), self._ask(name, kind)
        inquiries = [Inquiry(ask, servers, way) for servers, way in ways for ask in (soa, question)]
        if here.servers:
            inquiries += [Inquiry(self._ask(here.zone, wanted), here.servers, self.way) for wanted in (NS, DNSKEY)]
        replies = yield inquiries
        pairs = [(replies[2 * n], replies[2 * n + 1]) for n in range(len(here.servers))]
        views = tuple(_view(here.zone, server, *pair) for server, pair in zip(here.servers, pairs, strict=True))
        good = [pair[1].message for pair, view in zip(pairs, views, strict=True) if view.status == "ok"]
        apex_names = _targets(replies[-2].message, here.zone) if here.servers else ()
        security, reason, keys = _judge_keys(here, replies[-1].message if here.servers else None, self.now)
        step = Step(
            here.zone, here.parent, here.names, apex_names, views, security, reason,
            tuple(dict.fromkeys(int.from_bytes(a.data[:2], "big") for a in here.anchors if a.type == DS)),
            tuple(dnssec.tag(key) for key in keys), tuple(_notes(here, views, apex_names)),
        )  # fmt: skip
        return _Zone(step, keys, good[0] if good else None)

    def _below(self, here: _Here, zone: _Zone, name: str) -> Task[_Here | None]:
        """Return the next zone towards a name: referred to, or served by the same servers without a referral."""
        message = zone.message
        assert message is not None
        next_one = delegation(message, here.zone, name, self.family, _port(here))
        if next_one is None:
            return (yield from self._hidden(here, zone, name))
        servers = next_one.servers
        if next_one.without:
            servers += yield from self.find(next_one.without)
        return _child(here, zone, next_one._replace(servers=servers), rrsets(message.authority), self.now)

    def _hidden(self, here: _Here, zone: _Zone, name: str) -> Task[_Here | None]:
        """Return the zone that a name really lies in where parent and child are on the same servers."""
        servers = _working(here, zone.step)
        if not servers:
            return None
        (reply,) = yield [Inquiry(self._ask(name, SOA), servers, self.way)]
        owner = _deeper_owner(reply.message, here.zone, name)
        while owner:
            ds, ns = yield [Inquiry(self._ask(owner, kind), servers, self.way) for kind in (DS, NS)]
            between = _deeper_owner(ds.message, here.zone, names.parent(owner)) if ds.message else ""
            if not between or between == owner:
                break
            owner = between
        if not owner or ds.message is None or ns.message is None:
            return None
        cut = apex(ns.message, owner, self.family, _port(here))
        known = cut.servers or servers
        records = [*ds.message.answer, *ds.message.authority]
        return _child(here, zone, cut._replace(servers=known), rrsets(records), self.now)


def _port(here: _Here) -> int:
    return here.servers[0].port if here.servers else 53


def _working(here: _Here, step: Step) -> tuple[Server, ...]:
    good = {view.address for view in step.views if view.status == "ok"}
    return tuple(server for server in here.servers if server.address in good)


def _deeper_owner(message: Message | None, zone: str, name: str) -> str:
    """Return the owner of the SOA in a response if it lies below a zone, and around a name; else ""."""
    for record in (*message.answer, *message.authority) if message else ():
        if record.type == SOA and names.within(name, record.name) and names.within(record.name, zone):
            return record.name if record.name.lower() != zone.lower() else ""
    return ""


def _targets(message: Message | None, zone: str) -> tuple[str, ...]:
    records = message.answer if message else ()
    return tuple(record.text for record in records if record.type == NS and record.name.lower() == zone.lower())


def _view(zone: str, server: Server, soa: Reply, question: Reply) -> View:
    """Judge one server by its answers to the zone's SOA and to the question."""
    message = soa.message
    seconds = question.seconds if question.message else soa.seconds
    view = View(server.name, server.address, round(seconds * 1000, 3), "ok")
    if message is None:
        event = soa.events[-1] if soa.events else None
        return view._replace(status=event.kind if event else "timeout", detail=event.text if event else "")
    serials = [record for record in message.answer if record.type == SOA and record.name.lower() == zone.lower()]
    if message.rcode:
        return view._replace(status="lame", detail=f"answers {rcode_name(message.rcode)} for {zone}")
    if not message.flags & AA or not serials:
        return view._replace(status="lame", detail=f"is not authoritative for {zone}")
    serial = int.from_bytes(serials[0].data[-20:-16], "big")
    return view._replace(serial=serial, answer=_answer(question.message))


def _answer(message: Message | None) -> tuple[str, ...] | None:
    """Return an answer in comparable form; None for a referral, or for none."""
    if message is None or (not message.answer and not message.flags & AA):
        return None
    records = [r for r in message.answer if r.type != dnssec.RRSIG]
    return tuple(sorted(f"{r.name.lower()} {r.type} {r.text}" for r in records)) or (rcode_name(message.rcode),)


def _notes(here: _Here, views: Sequence[View], apex_names: Sequence[str]) -> list[str]:
    """Return what is wrong with a zone's servers, in words."""
    notes = [
        f"{view.name or view.address} ({view.address}) {_complaint(view)}" for view in views if view.status != "ok"
    ]
    serials = {view.serial for view in views if view.serial is not None}
    if len(serials) > 1:
        notes.append("serials disagree: " + ", ".join(f"{v.address} {v.serial}" for v in views if v.serial is not None))
    said = {view.address: ", ".join(text.split(" ", 2)[-1] for text in view.answer) for view in views if view.answer}
    if len(set(said.values())) > 1:
        notes.append("answers disagree: " + "; ".join(f"{address} {text}" for address, text in said.items()))
    bare = {name.rstrip(".").lower() for name in here.names}
    own = {name.rstrip(".").lower() for name in apex_names}
    if here.parent and own and bare != own:
        only_parent, only_child = sorted(bare - own), sorted(own - bare)
        notes += [f"only {here.parent} names {', '.join(only_parent)} as name server"] if only_parent else []
        notes += [f"only the zone itself names {', '.join(only_child)} as name server"] if only_child else []
    if not here.servers:
        notes.append("no address of any of its name servers is known")
    return notes


def _complaint(view: View) -> str:
    words = {"timeout": "does not answer", "refused": "refuses connections"}
    return words.get(view.status) or f"{view.status}: {view.detail}"


# --- the chain of trust -------------------------------------------------------------------------------------------


def _judge_keys(here: _Here, message: Message | None, now: float) -> tuple[Security, str, tuple[Record, ...]]:
    """Return what becomes of trust at a zone, why, and its keys."""
    sets = [item for item in rrsets(message.answer if message else ()) if item.type == DNSKEY]
    keys = sets[0].records if sets else ()
    if here.security != "secure":
        return here.security, here.reason, keys
    if not sets:
        return "bogus", f"{here.zone} has no DNSKEY, but {_voucher(here)} names one", ()
    checked = dnssec.check_keys(sets[0], here.anchors, here.zone, now)
    return ("secure", "", keys) if checked.valid else ("bogus", checked.reason, keys)


def _voucher(here: _Here) -> str:
    return f"the DS in {here.parent}" if here.parent else "the trust anchor"


def _child(here: _Here, zone: _Zone, below: Delegation, sets: Sequence[RRset], now: float) -> _Here:
    """Return the zone below a cut with what the parent vouches for."""
    security, reason, anchors = _judge_cut(here, zone, below.zone, sets, now)
    return _Here(below.zone, here.zone, below.names, below.servers, security, reason, anchors)


def _judge_cut(
    here: _Here, zone: _Zone, child: str, sets: Sequence[RRset], now: float
) -> tuple[Security, str, tuple[Anchor, ...]]:
    found = [item for item in sets if item.type == DS and item.name.lower() == child.lower()]
    anchors = tuple(Anchor(child, DS, record.data) for item in found for record in item.records)
    if zone.step.security != "secure":
        return zone.step.security, zone.step.reason, anchors
    if found:
        checked = dnssec.check(found[0], zone.keys, here.zone, now)
        if not checked.valid:
            return "bogus", checked.reason, anchors
        if not any(dnssec.usable(anchor.data) for anchor in anchors):
            return "insecure", f"the DS of {child} uses no algorithm known here", anchors
        return "secure", "", anchors
    proofs, failed = _valid(sets, zone.keys, here.zone, now)
    denied = denial.deny(proofs, here.zone, child, DS, nxdomain=False)
    if denied.proven:
        return "insecure", f"{here.zone} proves that {child} has no DS", ()
    return "bogus", failed or f"{child} has no DS, and {denied.reason}", ()


def _valid(sets: Sequence[RRset], keys: Sequence[Record], zone: str, now: float) -> tuple[list[RRset], str]:
    """Return the NSEC and NSEC3 sets whose signatures hold, and the first failure."""
    good, failed = [], ""
    for item in sets:
        if item.type in (NSEC, NSEC3):
            checked = dnssec.check(item, keys, zone, now)
            if checked.valid and not checked.wildcard:  # a proof's own name never comes off a wildcard
                good.append(item)
            failed = failed or checked.reason
    return good, failed


def _concluded(name: str, kind: int, steps: Sequence[Step], zone: _Zone, now: float) -> Walk:
    """Return the walk's end: the answer and the verdict on it."""
    message, step = zone.message, zone.step
    if message is None:
        reason = f"no server of {step.zone} answers"
        return Walk(name, kind, tuple(steps), "", (), step.security, step.reason or reason)
    verdict, broken = step.security, step.reason
    if verdict == "secure":
        reason = _judge_answer(name, kind, message, zone, now)
        verdict, broken = ("bogus", reason) if reason else ("secure", "")
    alias = _alias(name, kind, message, step.zone)
    return Walk(name, kind, tuple(steps), rcode_name(message.rcode), message.answer, verdict, broken, alias)


def _judge_answer(name: str, kind: int, message: Message, zone: _Zone, now: float) -> str:
    """Return why the final answer of a secure zone is bogus, "" when it is not."""
    authority = rrsets(message.authority)
    proofs, failed = _valid(authority, zone.keys, zone.step.zone, now)
    answers = rrsets(message.answer)
    renaming = [item for item in answers if item.type == _DNAME]
    relevant = [item for item in answers if _about(item, name, kind)]
    for item in answers:
        if not names.within(item.name, zone.step.zone) or (not item.signatures and _renamed(item, renaming)):
            continue  # another zone's, walked to on its own; or made from a signed DNAME (RFC 6672, 5.3.1)
        checked = dnssec.check(item, zone.keys, zone.step.zone, now)
        if not checked.valid:
            return checked.reason
        if checked.wildcard:
            labels = dnssec.signature(item.signatures[0]).labels
            closer = denial.deny_closer(proofs, zone.step.zone, item.name, labels)
            if not closer.proven:
                return failed or closer.reason
    if relevant:
        return ""
    denied = denial.deny(proofs, zone.step.zone, name, kind, nxdomain=message.rcode == _NXDOMAIN)
    return "" if denied.proven else failed or denied.reason


def _about(item: RRset, name: str, kind: int) -> bool:
    """Tell whether an RRset of an answer is about what was asked."""
    if item.type == _DNAME:
        return names.within(name, item.name)
    return item.name.lower() == name.lower() and (item.type in (kind, CNAME) or kind == ANY)


def _renamed(item: RRset, renaming: Sequence[RRset]) -> bool:
    """Tell whether a CNAME is what a DNAME beside it makes of its name."""
    if item.type != CNAME:
        return False
    labels = names.split(item.name)
    for rule in renaming:
        above = len(names.split(rule.name))
        if names.within(item.name, rule.name) and len(labels) > above:
            made = denial.joined([*labels[: len(labels) - above], *names.split(rule.records[0].text)])
            return item.records[0].text.lower() == made.lower()
    return False


def _alias(name: str, kind: int, message: Message, zone: str) -> str:
    """Return where the answer's alias chain leaves what the zone itself answers, "" where it does not."""
    here = [record for record in message.answer if names.within(record.name, zone)]
    aliases = {record.name.lower(): record.text for record in here if record.type == CNAME}
    if not aliases or kind == CNAME:
        return ""
    at = name
    for _ in range(len(aliases)):
        at = aliases.get(at.lower(), at)
    there = any(record.type == kind and record.name.lower() == at.lower() for record in here)
    return "" if there or at == name else at
