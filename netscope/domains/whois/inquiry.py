"""From a target to who holds it: RDAP where a service is known, else whois from IANA down to the registrar.

Pure of sockets: all that leaves the host goes through the :class:`~netscope.core.whois.RegistryWire` that is handed
in, and is told before. Nobody is asked about special-purpose numbers and names, nor about anything not asked for; the
one exception widens no knowledge: where a registry has nothing on www.example.com, it is asked for example.com.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

from netscope.core.errors import NetscopeError
from netscope.core.snapshot import Problem
from netscope.core.whois import RegistryWire, Reply
from netscope.domains.whois import fields, rdap, special
from netscope.domains.whois import text as whois
from netscope.domains.whois.bootstrap import Bootstrap
from netscope.domains.whois.first import Asking, rdap_base, whois_server
from netscope.domains.whois.questions import IANA, and_parents, question
from netscope.domains.whois.record import EMPTY, Facts, Hop, Registration, Source, days_left
from netscope.domains.whois.target import Network, Target

if TYPE_CHECKING:
    from netscope.domains.whois.database import Database

_MOST_HOPS = 6
_MOST_REDIRECTS = 5
_AT_ONCE = 8

Outcome = Literal["found", "text", "nothing", "refused", "failed"]  # text: words, but no field known here


class Finding(NamedTuple):
    """What was found out about one target, and what went wrong on the way."""

    registration: Registration
    problems: tuple[Problem, ...]


class _Trail(NamedTuple):
    target: Target
    hops: list[Hop]
    problems: list[Problem]

    def trouble(self, why: str, mend: str = "") -> None:
        self.problems.append(Problem(self.target.asked, why, mend))


class Inquiry:
    """Asks about targets, several at a time but each server about one thing at a time."""

    def __init__(
        self, wire: RegistryWire, bootstrap: Bootstrap, asking: Asking, tell: Callable[[str], None], now: float,
        databases: Mapping[str, Database],
    ) -> None:  # fmt: skip
        self._wire = wire
        self._bootstrap = bootstrap
        self._asking = asking
        self._tell = tell
        self._now = now
        self._databases = databases
        self._turns: dict[str, asyncio.Lock] = {}
        self._silent: set[tuple[str, str]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def find(self, target: Target) -> Finding:
        """Find out about one target."""
        known = special.find(target) if not self._asking.server else None
        if known is not None:
            return Finding(_registration_of(known, target), ())
        trail = _Trail(target, [], [])
        if self._databases and target.network is not None:
            return self._from_files(trail, target.network)
        async with self._room:
            source, facts, outcome = await self._ask(trail)
        if facts == EMPTY and outcome != "text":
            trail.problems[:] = _missing(trail, outcome)
        left = days_left(facts.expires, self._now)
        found = Registration(target.asked, target.kind, source, facts, left, _note(target, facts), tuple(trail.hops))
        return Finding(found, tuple(trail.problems))

    def _from_files(self, trail: _Trail, network: Network) -> Finding:
        facts = EMPTY
        for database in self._databases.values():
            try:
                facts = facts.filled(database(network))
            except NetscopeError as error:
                trail.trouble(str(error))
        paths = ", ".join(self._databases)
        if facts == EMPTY:
            trail.problems.append(Problem(trail.target.asked, f"it is not in {paths}", "", partial=True))
        source: Source = "file" if facts != EMPTY else "none"
        found = Registration(trail.target.asked, trail.target.kind, source, facts, None, f"from {paths}", ())
        return Finding(found, tuple(trail.problems))

    async def _ask(self, trail: _Trail) -> tuple[Source, Facts, Outcome]:
        asking, target = self._asking, trail.target
        outcome: Outcome = "failed"
        base = rdap_base(target, asking, self._bootstrap)
        if base:
            facts, outcome = await self._by_rdap(trail, base)
            if outcome != "failed" or asking.only == "rdap" or asking.server:
                return ("rdap" if facts != EMPTY else "none"), facts, outcome
        elif asking.only == "rdap":
            mend = "--refresh-bootstrap fetches the full registries; --whois asks by port 43; -h takes a base URL"
            trail.trouble("no RDAP service is known for it", mend)
            return "none", EMPTY, "failed"
        start = whois_server(target, asking)
        if start is None:
            trail.trouble("no registry is known that gives such handles", "-h SERVER names one")
            return "none", EMPTY, "failed"
        facts, outcome = await self._by_whois(trail, *start)
        return ("whois" if outcome in ("found", "text") else "none"), facts, outcome

    async def _by_rdap(self, trail: _Trail, base: str) -> tuple[Facts, Outcome]:
        outcome: Outcome = "failed"
        found = None
        for target in and_parents(trail.target):
            hop = await self._get(trail, rdap.url(base, target))
            outcome, found = _judged(trail, hop, target.kind)
            if outcome != "nothing":
                break
        if found is None:
            return EMPTY, outcome
        facts = rdap.facts(found)
        link = rdap.registrar_link(found) if trail.target.kind == "domain" and self._asking.follow else ""
        if link and all(link != hop.question for hop in trail.hops):
            hop = await self._get(trail, link)
            outcome, more = _judged(trail, hop, trail.target.kind)
            if more is not None:
                facts = facts.filled(rdap.facts(more))
            elif outcome == "nothing":
                trail.trouble(f"the registrar's service {_host(link)} has nothing on it")
        return facts, "found"

    async def _get(self, trail: _Trail, url: str) -> Hop | None:
        """Get an RDAP answer, following redirections; each is a hop."""
        for _redirect in range(_MOST_REDIRECTS):
            server = _host(url)
            reply = await self._turn(
                trail, "rdap", server, f"for {url}", partial(self._wire.get, url, self._asking.timeout)
            )
            if reply is None:
                return None
            hop = _rdap_hop(url, reply)
            trail.hops.append(hop)
            if reply.status == 429:
                after = reply.headers.get("retry-after", "")
                said = rdap.complaint(hop.parsed) or "status 429"
                why = f"{server} limits how often it may be asked: {said}{f' (Retry-After: {after})' if after else ''}"
                trail.trouble(why, "ask again later, or by port 43 with --whois")
            onward = _onward(url, reply)
            if not onward:
                return hop
            if url.startswith("https:") and not onward.startswith("https:"):
                trail.trouble(f"{server} sends on to {onward}, which is not secure", "-h takes a base URL")
                return None
            url = onward
        trail.trouble(f"more than {_MOST_REDIRECTS} redirections, the last to {url}")
        return None

    async def _by_whois(self, trail: _Trail, server: str, port: int) -> tuple[Facts, Outcome]:
        seen: set[tuple[str, int]] = set()
        place: tuple[str, int] | None = (server, port)
        outcome: Outcome = "failed"
        while place is not None and place not in seen and len(seen) < _MOST_HOPS:
            seen.add(place)
            hop = None
            for target in and_parents(trail.target) if place[0] != IANA else iter([trail.target]):
                hop = await self._question(trail, *place, target)
                outcome = _read(trail, hop, target) if hop is not None else "failed"
                if outcome != "nothing":
                    break
            place = None
            if hop is not None and self._asking.follow:
                place = whois.referral(hop.text, trail.target.kind)
                if place == (hop.server, hop.port):
                    place = None  # a registrar's answer names the registrar's own server
                elif place in seen:
                    trail.trouble(f"{hop.server} sends back to {place[0]}, which was asked already")
        if place is not None and place not in seen:
            trail.trouble(f"more than {_MOST_HOPS} referrals, the last to {place[0]}")
        facts = _combined([hop for hop in trail.hops if hop.protocol == "whois"], trail.target)
        if facts != EMPTY:
            return facts, "found"
        if outcome == "found":  # the last answer has fields, but only of what stands above the target
            outcome = "failed" if self._asking.follow else "text"
        return EMPTY, outcome

    async def _question(self, trail: _Trail, server: str, port: int, target: Target) -> Hop | None:
        line = question(server, target)
        send = partial(self._wire.ask, server, port, f"{line}\r\n".encode(), self._asking.timeout)
        reply = await self._turn(trail, "whois", server, f"port {port} for {line!r}", send)
        if reply is None:
            return None
        decoded = whois.decode(reply.data)
        if decoded.trouble:
            trail.trouble(f"{server}: {decoded.trouble}", "it is shown as it decodes best")
        hop = Hop(
            "whois", server, port, line, reply.address, reply.seconds, None, reply.ending == "whole", decoded.charset,
            decoded.text, whois.blocks(decoded.text),
        )  # fmt: skip
        trail.hops.append(hop)
        _unfinished(trail, server, reply)
        return hop

    async def _turn(
        self, trail: _Trail, protocol: str, server: str, what: str, send: Callable[[], Awaitable[Reply]]
    ) -> Reply | None:
        """Ask a server when its turn has come, having said so; None when it is not to be reached.

        A server that was silent once is not waited for again: a hundred targets would take a hundred times as long.
        """
        async with self._turns.setdefault(server, asyncio.Lock()):
            if (protocol, server) in self._silent:
                trail.trouble(f"{server} was not asked again: it did not answer about another target")
                return None
            self._tell(f"asking {server} {what}")
            try:
                reply = await send()
            except NetscopeError as error:
                self._silent.add((protocol, server))
                trail.trouble(f"{error.what}: {error.why}" if error.why else error.what, error.mend)
                return None
            if reply.ending == "timeout" and not reply.data:
                self._silent.add((protocol, server))
            return reply


def _note(target: Target, facts: Facts) -> str | None:
    """Say where the answer is about something other than what was asked for."""
    inner = special.embedded(target)
    if inner:
        return f"holds {inner}, which may be asked for itself"
    if target.kind == "domain" and facts.name and target.text.endswith(f".{facts.name}"):
        return f"nothing is registered under {target.text} itself"
    return None


def _onward(url: str, reply: Reply) -> str:
    """Return where a redirection leads, "" for an answer."""
    location = reply.headers.get("location", "")
    if reply.status not in (301, 302, 303, 307, 308) or not location:
        return ""
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # refused, with its reason, when it is asked for


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _rdap_hop(url: str, reply: Reply) -> Hop:
    decoded = whois.decode(reply.data, "utf-8")  # RFC 8259
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Hop(
        "rdap", parts.hostname or "", port, url, reply.address, reply.seconds, reply.status, reply.ending == "whole",
        decoded.charset, decoded.text, rdap.parse(decoded.text),
    )  # fmt: skip


def _judged(trail: _Trail, hop: Hop | None, kind: str) -> tuple[Outcome, dict[str, object] | None]:
    """Say what an RDAP answer amounts to, and note what is wrong with it."""
    if hop is None:
        return "failed", None
    said = rdap.complaint(hop.parsed)
    if hop.status == 200 and hop.parsed is not None and rdap.answers(hop.parsed, kind):
        return "found", hop.parsed
    if hop.status == 404:
        return "nothing", None
    if hop.status == 429:
        return "refused", None
    if not hop.whole:
        trail.trouble(f"{hop.server} did not finish its RDAP answer: {len(hop.text)} characters came", "")
    elif hop.status == 200:
        trail.trouble(f"{hop.server} gave no RDAP answer of the kind asked for: {said or hop.text[:60]!r}")
    else:
        trail.trouble(f"{hop.server} answered with status {hop.status}{f': {said}' if said else ''}")
    return "failed", None


def _read(trail: _Trail, hop: Hop, target: Target) -> Outcome:
    """Say what a whois answer amounts to, and note what is wrong with it."""
    if fields.facts(hop.blocks, hop.text, target.kind) != EMPTY or whois.referral(hop.text, target.kind):
        return "found"
    refused = whois.refusal(hop.text)
    if refused:
        trail.trouble(f"{hop.server} refuses: {refused}", "ask again later")
        return "refused"
    if whois.says_nothing(hop.text):
        return "nothing"
    if hop.text.strip():
        return "text"
    if hop.whole:
        trail.trouble(f"{hop.server} gave an empty answer")
    return "failed"


def _unfinished(trail: _Trail, server: str, reply: Reply) -> None:
    got = f"{len(reply.data)} bytes came" if reply.data else "nothing came"
    if reply.ending == "timeout":
        trail.trouble(f"{server} did not end its answer in time: {got}", "--timeout SECONDS waits longer")
    elif reply.ending == "broken":
        trail.trouble(f"{server} broke off: {got}")
    elif reply.ending == "limit":
        trail.trouble(f"{server} sent more than is kept: the first {got}")


def _combined(hops: Sequence[Hop], target: Target) -> Facts:
    """Return what the hops say together.

    Of a domain the registry and the registrar tell different parts, the registry's come first; of a number the last
    registry to have something is the one in charge. IANA counts only where nobody below it said anything.
    """
    told = [fields.facts(hop.blocks, hop.text, target.kind) for hop in hops if hop.server != IANA]
    told = [facts for facts in told if facts != EMPTY]
    if not told:
        told = [fields.facts(hop.blocks, hop.text, target.kind) for hop in hops if _final(hop, target)]
    if not told:
        return EMPTY
    if target.kind != "domain":
        return told[-1]
    facts = told[0]
    for more in told[1:]:
        facts = facts.filled(more)
    return facts


def _final(hop: Hop, target: Target) -> bool:
    """Tell whether IANA's own word is the answer: for a top-level domain, or a range that it sends nowhere."""
    return "." not in target.text if target.kind == "domain" else whois.referral(hop.text, target.kind) is None


def _registration_of(known: special.Special, target: Target) -> Registration:
    number = target.kind == "asn"
    block = "-".join(f"AS{end}" for end in known.range.split("-")) if number else known.range
    reach = {True: "reachable from everywhere", False: "not reachable from everywhere", None: ""}[known.reachable]
    if target.kind not in ("address", "prefix"):
        reach = ""
    inner = special.embedded(target)
    parts = [
        f"{known.name} ({known.reference})",
        reach,
        f"holds {inner}, which may be asked for itself" if inner else "",
    ]
    facts = Facts(name=known.name, range=(block,) if target.kind != "domain" else (), holder="IANA")
    note = "; ".join(
        part for part in [*parts, "from netscope's table of the special-purpose registries, nobody was asked"] if part
    )
    return Registration(target.asked, target.kind, "special", facts, None, note, ())


def _missing(trail: _Trail, outcome: Outcome) -> list[Problem]:
    """Return the problems of a target about which nothing was learnt: they count as failures."""
    found = [problem._replace(partial=True) for problem in trail.problems]
    if outcome == "nothing":
        server = trail.hops[-1].server if trail.hops else "the registry"
        found.append(Problem(trail.target.asked, f"nothing is registered under it, says {server}", "", partial=True))
    if not found:
        found.append(Problem(trail.target.asked, "nothing was found out about it", "", partial=True))
    return found
