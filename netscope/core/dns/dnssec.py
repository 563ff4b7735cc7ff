"""DNSSEC validation as pure functions (RFC 4033-4035, 6840): signatures and chains."""

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
    """The fields of an RRSIG (RFC 4034, 3.1). ``begins`` and ``expires`` are seconds since the epoch, modulo 2**32."""

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
