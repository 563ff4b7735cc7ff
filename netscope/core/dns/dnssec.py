"""DNSSEC validation as pure functions (RFC 4033-4035, 5155, 6840): signatures, chains, proofs of absence."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netscope.core.dns import names, rdata
from netscope.core.dns.message import Record
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import ALGORITHMS, TYPES, type_name
from netscope.core.dns.signatures import SUPPORTED, verify
from netscope.core.dns.zonefile import Anchor

RRSIG, DNSKEY, DS, NSEC, NSEC3 = (TYPES[word] for word in ("RRSIG", "DNSKEY", "DS", "NSEC", "NSEC3"))
NS, SOA, CNAME, DNAME = (TYPES[word] for word in ("NS", "SOA", "CNAME", "DNAME"))
_DIGESTS = {1: "sha1", 2: "sha256", 4: "sha384"}
_MOST_ITERATIONS = 150  # RFC 9276: beyond this a zone is treated as insecure
_MOST_SIGNATURES, _MOST_KEYS = 8, 4  # an RRset's, and of one tag: a zone made to keep validators busy gets no further
_ZONE_KEY = 0x0100
_REVOKED = 0x0080
# Types whose names are compared in lower case (RFC 4034, 6.2, as amended by RFC 6840, 5.1).
_LOWERED = {TYPES[word]: places for places, words in (
    ((0, 1), "NS MD MF CNAME MB MG MR PTR DNAME"), ((0, 2), "SOA MINFO RP"), ((2, 1), "MX AFSDB RT KX"),
    ((2, 2), "PX"), ((6, 1), "SRV"), ((18, 1), "RRSIG SIG"),
) for word in words.split()}  # fmt: skip


class RRset(NamedTuple):
    """Records of one owner, type and class, and the signatures that cover them."""

    name: str
    type: int
    records: tuple[Record, ...]
    signatures: tuple[Record, ...]

    @property
    def label(self) -> str:
        """As people call it: owner and type."""
        return f"{self.name} {type_name(self.type)}"


class Signature(NamedTuple):
    """The fields of an RRSIG (RFC 4034, 3.1)."""

    covered: int
    algorithm: int
    labels: int
    ttl: int
    expires: int
    begins: int
    tag: int
    signer: str
    signature: bytes
    head: bytes


class Checked(NamedTuple):
    """What became of checking an RRset: valid (and then whether it came off a wildcard), or why not."""

    valid: bool
    reason: str = ""
    wildcard: bool = False


def rrsets(records: Iterable[Record]) -> list[RRset]:
    """Return records as RRsets in order of appearance, each with its signatures."""
    plain: dict[tuple[str, int], list[Record]] = {}
    signatures: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        kind = record.type
        if kind == RRSIG:
            if len(record.data) > 18:
                covered = int.from_bytes(record.data[:2], "big")
                signatures.setdefault((record.name.lower(), covered), []).append(record)
        else:
            plain.setdefault((record.name.lower(), kind), []).append(record)
    return [
        RRset(found[0].name, kind, tuple(found), tuple(signatures.get((name, kind), ())))
        for (name, kind), found in plain.items()
    ]


def signature(record: Record) -> Signature:
    """Return the fields of an RRSIG. Raises Malformed."""
    if len(record.data) < 19:
        raise Malformed("an RRSIG ends too early")
    covered, algorithm, labels, ttl, expires, begins, key = struct.unpack_from("!HBBIIIH", record.data)
    signer, end = names.read(record.data, 18, {})
    head = record.data[:18] + signer.lower()
    return Signature(covered, algorithm, labels, ttl, expires, begins, key, names.text(signer), record.data[end:], head)


def check(rrset: RRset, keys: Sequence[Record], zone: str, now: float) -> Checked:
    """Check an RRset against the keys of its zone (RFC 4035, 5.3). ``now`` is seconds since the epoch."""
    if not rrset.signatures:
        return Checked(False, f"{rrset.label} is not signed")
    reasons = []
    for record in rrset.signatures[:_MOST_SIGNATURES]:
        try:
            found = _check_one(rrset, signature(record), keys, zone, int(now))
        except Malformed as error:
            found = Checked(False, str(error))
        if found.valid:
            return found
        reasons.append(found.reason)
    return Checked(False, f"{rrset.label}: {'; '.join(dict.fromkeys(reasons))}")


def _check_one(rrset: RRset, given: Signature, keys: Sequence[Record], zone: str, now: int) -> Checked:
    if given.signer.lower() != zone.lower():
        return Checked(False, f"signed by {given.signer}, not by {zone}")
    if _later(given.begins, now):
        return Checked(False, "the signature is not valid yet")
    if _later(now, given.expires):
        return Checked(False, "the signature has expired")
    owner = names.split(rrset.name)
    count = len(owner) - (1 if owner[:1] == [b"*"] else 0)
    if given.labels > count:
        return Checked(False, "the signature has more labels than the name")
    if given.algorithm not in SUPPORTED:
        return Checked(False, f"algorithm {algorithm_name(given.algorithm)} is not supported")
    matching = [key for key in keys if zone_key(key) and key.data[3] == given.algorithm and tag(key) == given.tag]
    if not matching:
        return Checked(False, f"no key {given.tag} in the zone")
    data = _signed(rrset, given)
    if any(verify(given.algorithm, key.data[4:], given.signature, data) for key in matching[:_MOST_KEYS]):
        return Checked(True, "", given.labels < count)
    return Checked(False, f"the signature by key {given.tag} does not verify")


def _later(one: int, other: int) -> bool:
    """Compare serial numbers of 32 bits (RFC 1982)."""
    return 0 < (one - other) & 0xFFFFFFFF < 0x80000000


def _signed(rrset: RRset, given: Signature) -> bytes:
    """Return what was signed: the RRSIG's head and the canonical RRset (RFC 4034, 3.1.8.1)."""
    labels = names.split(rrset.name)
    wire = names.pack(rrset.name).lower()
    if given.labels < len(labels):
        kept = labels[len(labels) - given.labels :]
        wire = b"\1*" + b"".join(bytes((len(label),)) + label.lower() for label in kept) + b"\0"
    klass = rrset.records[0].klass
    head = wire + struct.pack("!HHI", rrset.type, klass, given.ttl)
    datas = sorted({canonical(record) for record in rrset.records})
    return given.head + b"".join(head + struct.pack("!H", len(data)) + data for data in datas)


def canonical(record: Record) -> bytes:
    """Return record data with its names in lower case where its type wants that (RFC 4034, 6.2)."""
    if record.type not in _LOWERED:
        return _canonical_naptr(record.data) if record.type == TYPES["NAPTR"] else record.data
    before, count = _LOWERED[record.type]
    pieces, offset = [record.data[:before]], before
    for _ in range(count):
        name, offset = names.read(record.data, offset, {})
        pieces.append(name.lower())
    return b"".join([*pieces, record.data[offset:]])


def _canonical_naptr(data: bytes) -> bytes:
    offset = 4
    for _ in range(3):
        offset += 1 + data[offset]
    return data[:offset] + data[offset:].lower()


def zone_key(key: Record) -> bool:
    """Tell whether a DNSKEY signs a zone (RFC 4034, 2.1.1) and is not revoked (RFC 5011)."""
    if len(key.data) < 5:
        return False
    flags = int.from_bytes(key.data[:2], "big")
    return bool(flags & _ZONE_KEY) and not flags & _REVOKED and key.data[2] == 3


def tag(key: Record) -> int:
    """Return a DNSKEY's tag."""
    return rdata.key_tag(key.data)


def algorithm_name(number: int) -> str:
    """Return an algorithm's mnemonic or digits."""
    return ALGORITHMS.get(number, str(number))


def usable(ds: bytes) -> bool:
    """Tell whether a DS's algorithm and digest are known here; without one that is, a zone counts as insecure."""
    return len(ds) > 4 and ds[2] in SUPPORTED and ds[3] in _DIGESTS


def fits(key: Record, anchor: Anchor) -> bool:
    """Tell whether a DNSKEY is the one that a DS (or a DNSKEY anchor) names (RFC 4034, 5.1.4)."""
    if anchor.type == DNSKEY:
        return key.data == anchor.data
    if not usable(anchor.data) or len(key.data) < 5 or key.data[3] != anchor.data[2]:
        return False
    if tag(key) != int.from_bytes(anchor.data[:2], "big"):
        return False
    digest = hashlib.new(_DIGESTS[anchor.data[3]], names.pack(key.name).lower() + key.data, usedforsecurity=False)
    return digest.digest() == anchor.data[4:]


def check_keys(rrset: RRset, anchors: Sequence[Anchor], zone: str, now: float) -> Checked:
    """Check that a zone's keys are signed by one that the parent (or the anchor) vouches for (RFC 4035, 5.2)."""
    vouched = [key for key in rrset.records if zone_key(key) and any(fits(key, anchor) for anchor in anchors)]
    if not vouched:
        return Checked(False, _unfitting(rrset.records, anchors, zone))
    return check(rrset, vouched, zone, now)


def _unfitting(keys: Sequence[Record], anchors: Sequence[Anchor], zone: str) -> str:
    """Return why none of a zone's keys is the one that is vouched for."""
    voucher = "the DS in the parent" if zone != "." else "the trust anchor"
    wanted = {_anchor_tag(anchor) for anchor in anchors}
    have = {tag(key) for key in keys}
    if wanted & have:
        return f"key {', '.join(map(str, sorted(wanted & have)))} of {zone} is not the one that {voucher} describes"
    there = ", ".join(map(str, sorted(have)))
    return f"{voucher} names key {', '.join(map(str, sorted(wanted)))}, {zone} has {there}"


def _anchor_tag(anchor: Anchor) -> int:
    return rdata.key_tag(anchor.data) if anchor.type == DNSKEY else int.from_bytes(anchor.data[:2], "big")


# --- proofs that something is not there ---------------------------------------------------------------------------


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
    """Return the types in an NSEC's or NSEC3's bitmap."""
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
    from base64 import b32hexdecode

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
