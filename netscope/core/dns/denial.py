"""Proofs that a name or a type does not exist: NSEC (RFC 4035, 5.4) and NSEC3 (RFC 5155, 8)."""

from __future__ import annotations

import hashlib
from base64 import b32hexdecode
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.dns import names, rdata
from netscope.core.dns.dnssec import CNAME, DS, NS, NSEC, NSEC3, SOA, RRset
from netscope.core.dns.message import Record
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import type_name

_MOST_ITERATIONS = 150  # RFC 9276: beyond this a zone is treated as insecure


class Denial(NamedTuple):
    """What validated NSEC or NSEC3 records prove, or why not. With ``opt_out`` they prove no more than insecurity."""

    proven: bool
    reason: str = ""
    opt_out: bool = False


def deny(sets: Sequence[RRset], zone: str, name: str, kind: int, *, nxdomain: bool) -> Denial:
    """Judge whether NSEC or NSEC3 RRsets (already checked) prove that a name, or a type at it, does not exist."""
    nsec = [item.records[0] for item in sets if item.type == NSEC]
    nsec3 = [item.records[0] for item in sets if item.type == NSEC3]
    try:
        for record in (*nsec, *nsec3):
            types_at(record)  # a proof with a malformed part proves nothing
        if nsec:
            return _deny_nsec(nsec, zone, name, kind, nxdomain)
        if nsec3:
            return _deny_nsec3(nsec3, zone, name, kind, nxdomain)
    except (Malformed, IndexError) as error:
        return Denial(False, f"a malformed proof: {error}")
    return Denial(False, "no NSEC or NSEC3 record proves that it does not exist")


def _order(name: str) -> list[bytes]:
    return [label.lower() for label in reversed(names.split(name))]


def covers(record: Record, name: str) -> bool:
    """Tell whether a name lies strictly between an NSEC's owner and its next name (RFC 4034, 6.1)."""
    following, _end = names.read(record.data, 0, {})
    start, end, wanted = _order(record.name), _order(names.text(following)), _order(name)
    if start < end:
        return start < wanted < end
    return wanted > start or wanted < end  # the last one leads back to the apex


def types_at(record: Record) -> list[int]:
    """Return the types in an NSEC's or NSEC3's bitmap (RFC 4034, 4.1.2). Raises Malformed."""
    if record.type == NSEC:
        return rdata.bitmap(record.data, names.read(record.data, 0, {})[1])
    salt = record.data[4]
    length = record.data[5 + salt]
    return rdata.bitmap(record.data, 6 + salt + length)


def _absent(record: Record, kind: int, name: str) -> Denial:
    """Judge the bitmap at a name that exists."""
    types = types_at(record)
    if kind in types or CNAME in types:
        return Denial(False, f"{record.name} says that {name} {type_name(kind)} exists")
    # The parent's side of a cut cannot deny anything but the DS, the child's side not the DS (RFC 6840, 4.1, 4.4).
    if kind == DS and SOA in types and name != ".":
        return Denial(False, f"{record.name} comes from the child's side of the cut")
    if kind != DS and NS in types and SOA not in types:
        return Denial(False, f"{record.name} comes from the parent's side of the cut")
    return Denial(True)


def _deny_nsec(found: Sequence[Record], zone: str, name: str, kind: int, nxdomain: bool) -> Denial:
    lower = name.lower()
    for record in found:
        if record.name.lower() == lower and not nxdomain:
            return _absent(record, kind, name)
    covering = [record for record in found if covers(record, name)]
    if not covering:
        return Denial(False, f"no NSEC covers {name}")
    following = names.text(names.read(covering[0].data, 0, {})[0])
    if names.within(following, name):
        return Denial(not nxdomain, "" if not nxdomain else f"{name} exists as an empty non-terminal")
    closest = _longest_common(name, (covering[0].name, following))
    star = f"*.{closest}" if closest != "." else "*."
    for record in found:
        if record.name.lower() == star.lower():
            return _absent(record, kind, star) if not nxdomain else Denial(False, f"the wildcard {star} exists")
    if any(covers(record, star) for record in found):
        return Denial(True)
    return Denial(False, f"nothing denies the wildcard {star}")


def _longest_common(name: str, others: Sequence[str]) -> str:
    labels = names.split(name)
    best = 0
    for other in others:
        shared = 0
        for one, two in zip(_order(name), _order(other), strict=False):
            if one != two:
                break
            shared += 1
        best = max(best, shared)
    return joined(labels[len(labels) - best :])


def joined(labels: Sequence[bytes]) -> str:
    """Return labels as an absolute name."""
    return names.text(b"".join(bytes((len(label),)) + label for label in labels) + b"\0")


def hashed(name: str, salt: bytes, iterations: int) -> bytes:
    """Return the NSEC3 hash of a name (RFC 5155, 5)."""
    digest = hashlib.sha1(names.pack(name).lower() + salt, usedforsecurity=False).digest()
    for _ in range(iterations):
        digest = hashlib.sha1(digest + salt, usedforsecurity=False).digest()
    return digest


class _Hashes(NamedTuple):
    """The NSEC3 records of a response, with their parameters."""

    zone: str
    records: tuple[tuple[bytes, bytes, Record], ...]  # owner's hash, next hash, record
    salt: bytes
    iterations: int

    def matching(self, name: str) -> Record | None:
        """Return the record at a name."""
        wanted = hashed(name, self.salt, self.iterations)
        return next((record for owner, _following, record in self.records if owner == wanted), None)

    def covering(self, name: str) -> Record | None:
        """Return the record whose gap a name falls into."""
        wanted = hashed(name, self.salt, self.iterations)
        for owner, following, record in self.records:
            if owner < wanted < following or (owner >= following and (wanted > owner or wanted < following)):
                return record
        return None


def _hashes(found: Sequence[Record], zone: str) -> _Hashes:
    rows = []
    salt, iterations = b"", 0
    for record in found:
        iterations = int.from_bytes(record.data[2:4], "big")
        length = record.data[4]
        salt = record.data[5 : 5 + length]
        size = record.data[5 + length]
        owner = b32hexdecode(names.split(record.name)[0].upper())
        rows.append((owner, record.data[6 + length : 6 + length + size], record))
    return _Hashes(zone, tuple(rows), salt, iterations)


def _deny_nsec3(found: Sequence[Record], zone: str, name: str, kind: int, nxdomain: bool) -> Denial:
    """RFC 5155, 8.4 to 8.7."""
    try:
        table = _hashes(found, zone)
    except ValueError as error:
        return Denial(False, f"a malformed NSEC3 owner: {error}")
    if table.iterations > _MOST_ITERATIONS:
        return Denial(True, f"NSEC3 with {table.iterations} iterations is treated as insecure", opt_out=True)
    match = table.matching(name)
    if match is not None:
        return _absent(match, kind, name) if not nxdomain else Denial(False, f"an NSEC3 says that {name} exists")
    labels = names.split(name)
    for skipped in range(1, len(labels) + 1):
        closest = joined(labels[skipped:])
        if not names.within(closest, zone):
            break
        if table.matching(closest) is None:
            continue
        covering = table.covering(joined(labels[skipped - 1 :]))
        if covering is None:
            return Denial(False, f"no NSEC3 covers the name below {closest}")
        opt_out = bool(covering.data[1] & 1)
        if kind == DS and opt_out:
            return Denial(True, "", opt_out=True)
        star = f"*.{closest}" if closest != "." else "*."
        if table.covering(star) is not None:
            return Denial(True, "", opt_out)
        at_star = table.matching(star)
        if at_star is not None and not nxdomain:
            return _absent(at_star, kind, star)
        return Denial(False, f"nothing denies the wildcard {star}")
    return Denial(False, f"no NSEC3 names an ancestor of {name}")


def deny_closer(sets: Sequence[RRset], zone: str, name: str, labels: int) -> Denial:
    """Judge the proof that goes with a wildcard's answer: no closer name exists (RFC 4035, 5.3.4; RFC 5155, 8.8)."""
    parts = names.split(name)
    closer = joined(parts[len(parts) - labels - 1 :])
    nsec = [item.records[0] for item in sets if item.type == NSEC]
    if any(covers(record, name) for record in nsec):
        return Denial(True)
    nsec3 = [item.records[0] for item in sets if item.type == NSEC3]
    try:
        if nsec3 and _hashes(nsec3, zone).covering(closer) is not None:
            return Denial(True)
    except (ValueError, IndexError, Malformed):
        return Denial(False, "a malformed proof")
    return Denial(False, f"nothing proves that {name} itself does not exist, only the wildcard")
