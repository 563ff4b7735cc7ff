"""DNS resource records as fields. A type is a line of ``_FORMATS``: its fields in order, and how each is written."""

from __future__ import annotations

from base64 import b32hexencode

from netscope.core.dns import rdata
from netscope.core.dns.numbers import CLASSES, TYPES, class_name, type_name
from netscope.core.typed import Any
from netscope.dissect.dns_names import Reader, shown
from netscope.dissect.model import Malformed
from netscope.dissect.spec import YES, Spec, decoded, named, when
from netscope.dissect.tree import Tree

_DESCRIPTIONS = {
    1: "Host Address", 2: "authoritative Name Server", 3: "Mail Destination", 4: "Mail Forwarder",
    5: "Canonical NAME for an alias",
    6: "Start Of a zone of Authority", 12: "domain name PoinTeR", 13: "host information", 15: "Mail eXchange",
    16: "Text strings", 28: "IPv6 Address", 33: "Server Selection", 35: "Naming Authority Pointer",
    43: "Delegation Signer",
    44: "SSH Key Fingerprint", 46: "Resource Record Signature", 47: "Next Secure",
    64: "General Purpose Service Endpoints",
    65: "HTTPS Specific Service Endpoints", 257: "Certification Authority Restriction",
}  # fmt: skip
ALGORITHMS = {
    1: "RSA/MD5", 2: "Diffie-Hellman", 3: "DSA", 5: "RSA/SHA-1", 6: "DSA-NSEC3-SHA1", 7: "RSASHA1-NSEC3-SHA1",
    8: "RSA/SHA-256", 10: "RSA/SHA-512", 12: "GOST R 34.10-2001", 13: "ECDSA Curve P-256 with SHA-256",
    14: "ECDSA Curve P-384 with SHA-384", 15: "Ed25519", 16: "Ed448",
}  # fmt: skip
_CLASS_WORDS = {number: name for name, number in CLASSES.items()}
_NAME = Spec("dns.resp.name", "Name", "str")


def described(kind: int) -> str:
    """Return a type as a line of the tree has it."""
    name = type_name(kind)
    if name.startswith("TYPE"):
        return f"Unknown ({kind})"
    if name == "NULL":
        return f"NULL RR ({kind})"
    return f"{name} ({_DESCRIPTIONS[kind]}) ({kind})" if kind in _DESCRIPTIONS else f"{name} ({kind})"


_TYPE = Spec("dns.resp.type", "Type", "u16", line=lambda v: f"Type: {described(v)}")
_CLASS = Spec("dns.resp.class", "Class", "u16x", names=_CLASS_WORDS)
_MDNS_CLASS = Spec("dns.resp.class", "Class", "u16x", 0x7FFF, _CLASS_WORDS)
_FLUSH = Spec("dns.resp.cache_flush", "Cache flush", "b16", 0x8000)


def spelled(seconds: int) -> str:
    """Return a span of time in words: ``1 day, 5 minutes``."""
    parts = []
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {word}{'s' if count != 1 else ''}")
    return ", ".join(parts) or "0 seconds"


def _seconds(name: str, label: str) -> Spec:
    return Spec(name, label, "u32", line=lambda v: f"{label}: {v} ({spelled(v)})")


_TTL = _seconds("dns.resp.ttl", "Time to live")
_LENGTH = Spec("dns.resp.len", "Data length", "u16")
_DATA = Spec("dns.data", "Data", "bytes")
_UNDECODED = named("dns.undecoded.type")
_NULL = Spec("dns.null", "Null (data)", "bytes")
_BITMAP = Spec("dns.resp.type", "RR type in bit map", "u16", line=lambda v: f"RR type in bit map: {described(v)}")
_ALGORITHM = ALGORITHMS
_FLAGS = Spec("dns.dnskey.flags", "Flags", "u16x")
_FLAG_BITS = (
    Spec(
        "dns.dnskey.flags.zone_key",
        "Zone Key",
        "b16",
        0x0100,
        ("This is the zone key for specified zone", "This is not a zone key"),
    ),
    Spec("dns.dnskey.flags.key_revoked", "Key Revoked", "b16", 0x0080, YES),
    Spec("dns.dnskey.flags.secure_entry_point", "Key Signing Key", "b16", 0x0001, YES),
    Spec("dns.dnskey.flags.reserved", "Key Signing Key", "u16x", 0xFE7E),
)
_KEY_ID = Spec("dns.dnskey.key_id", "Key id", "u16")
_NSEC3_FLAGS = Spec("dns.nsec3.flags", "NSEC3 flags", "u8")
_OPT_OUT = Spec("dns.nsec3.flags.opt_out", "NSEC3 Opt-out flag", "b8", 0x01,
                ("Additional insecure delegations allowed", "Additional insecure delegations forbidden"))  # fmt: skip
_CAA_FLAGS = Spec("dns.caa.flags", "CAA Flags", "u8x")
_CRITICAL = Spec("dns.caa.flags.issuer_critical", "Issuer Critical", "b8", 0x80, ("Critical", "Not critical"))
_SRV = tuple(
    Spec(f"dns.srv.{name}", label, "str")
    for name, label in (("service", "Service"), ("proto", "Protocol"), ("name", "Name"))
)

Step = tuple[
    Spec, str
]  # how it is written: a number's size by its kind, "name", "string" (behind its length), "rest", ...


def _named(prefix: str, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, Any]) -> list[Step]:
    return [
        (Spec(f"dns.{prefix}{row[0]}", row[1], row[2], names=row[4] if len(row) > 4 else None), row[3]) for row in rows
    ]


_FORMATS: dict[str, list[Step]] = {
    "A": _named("", ("a", "Address", "ip4", "fixed")),
    "AAAA": _named("", ("aaaa", "AAAA Address", "ip6", "fixed")),
    "CNAME": _named("", ("cname", "CNAME", "str", "name")),
    "DNAME": _named("", ("dname", "Dname", "str", "name")),
    "NS": _named("", ("ns", "Name Server", "str", "name")),
    "MD": _named("", ("md", "Mail Destination", "str", "name")),
    "MF": _named("", ("mf", "Mail Forwarder", "str", "name")),
    "MB": _named("", ("mb", "MailBox Domaine", "str", "name")),
    "PTR": _named("", ("ptr.domain_name", "Domain Name", "str", "name")),
    "MX": _named("mx.", ("preference", "Preference", "u16", "fixed"), ("mail_exchange", "Mail Exchange", "str",
    "name")),
    "AFSDB": _named("afsdb.", ("subtype", "Subtype", "u16", "fixed"), ("hostname", "Hostname", "str", "name")),
    "RP": _named("rp.", ("mailbox", "Mailbox", "str", "name"), ("txt_rr", "TXT RR", "str", "name")),
    "KX": _named("kx.", ("preference", "Preference", "u16", "fixed"), ("key_exchange", "Key Exchange", "str", "name")),
    "SRV": _named("srv.", ("priority", "Priority", "u16", "fixed"), ("weight", "Weight", "u16", "fixed"),
                  ("port", "Port", "u16", "fixed"), ("target", "Target", "str", "name")),
    "SOA": [
        *_named("soa.", ("mname", "Primary name server", "str", "name"),
                ("rname", "Responsible authority's mailbox", "str", "name"),
                ("serial_number", "Serial Number", "u32", "fixed")),
        *((_seconds(f"dns.soa.{name}", label), "fixed") for name, label in (
            ("refresh_interval", "Refresh Interval"), ("retry_interval", "Retry Interval"),
            ("expire_limit", "Expire limit"), ("minimum_ttl", "Minimum TTL"))),
    ],
    "TXT": [(Spec("dns.txt.length", "TXT Length", "u8"), "strings"), (Spec("dns.txt", "TXT", "str"), "")],
    "SPF": [(Spec("dns.spf.length", "SPF Length", "u8"), "strings"), (Spec("dns.spf", "SPF", "str"), "")],
    "HINFO": _named("hinfo.", ("cpu_length", "CPU Length", "u8", "string"), ("cpu", "CPU", "str", ""),
                    ("os_length", "OS Length", "u8", "string"), ("os", "OS", "str", "")),
    "NAPTR": _named("naptr.", ("order", "Order", "u16", "fixed"), ("preference", "Preference", "u16", "fixed"),
                    ("flags_length", "Flags Length", "u8", "string"), ("flags", "Flags", "str", ""),
                    ("service_length", "Service Length", "u8", "string"), ("service", "Service", "str", ""),
                    ("regex_length", "Regex Length", "u8", "string"), ("regex", "Regex", "str", ""),
                    ("replacement_length", "Replacement Length", "u8", "sized name"),
                    ("replacement", "Replacement", "str", "")),
    "DS": _named("ds.", ("key_id", "Key id", "u16x", "fixed"), ("algorithm", "Algorithm", "u8", "fixed", _ALGORITHM),
                 ("digest_type", "Digest Type", "u8", "fixed",
                  {1: "SHA-1", 2: "SHA-256", 3: "GOST R 34.11-94", 4: "SHA-384"}), ("digest", "Digest", "bytes",
                  "rest")),
    "SSHFP": _named("sshfp.", ("algorithm", "Algorithm", "u8", "fixed",
                               {1: "RSA", 2: "DSS", 3: "ECDSA", 4: "Ed25519", 6: "Ed448"}),
                    ("fingerprint.type", "Fingerprint type", "u8", "fixed", {1: "SHA1", 2: "SHA256"}),
                    ("fingerprint", "Fingerprint", "bytes", "rest")),
    "TLSA": _named("tlsa.", ("certificate_usage", "Certificate Usage", "u8", "fixed", {
                        0: "CA constraint (PKIX-TA)", 1: "Service certificate constraint (PKIX-EE)",
                        2: "Trust anchor assertion (DANE-TA)", 3: "Domain-issued certificate (DANE-EE)"}),
                   ("selector", "Selector", "u8", "fixed", {0: "Full certificate (Cert)",
                   1: "SubjectPublicKeyInfo (SPKI)"}),
                   ("matching_type", "Matching Type", "u8", "fixed",
                    {0: "No Hash Used (Full)", 1: "SHA-256", 2: "SHA-512"}),
                   ("certificate_association_data", "Certificate Association Data", "bytes", "rest")),
    "RRSIG": _named("rrsig.", ("type_covered", "Type Covered", "u16", "fixed"),
                    ("algorithm", "Algorithm", "u8", "fixed", _ALGORITHM), ("labels", "Labels", "u8", "fixed"),
                    ("original_ttl", "Original TTL", "u32", "fixed"),
                    ("signature_expiration", "Signature Expiration", "u32", "moment"),
                    ("signature_inception", "Signature Inception", "u32", "moment"),
                    ("key_tag", "Key Tag", "u16", "fixed"), ("signers_name", "Signer's name", "str", "name"),
                    ("signature", "Signature", "bytes", "rest")),
    "DNSKEY": [(_FLAGS, "key flags"), *_named("dnskey.", ("protocol", "Protocol", "u8", "fixed"),
               ("algorithm", "Algorithm", "u8", "fixed", _ALGORITHM), ("public_key", "Public Key", "bytes", "key"))],
    "NSEC": [*_named("nsec.", ("next_domain_name", "Next Domain Name", "str", "name")), (_BITMAP, "bitmap")],
    "NSEC3": [
        *_named("nsec3.", ("algo", "Hash algorithm", "u8", "fixed", {0: "Reserved", 1: "SHA-1"})),
        (_NSEC3_FLAGS, "nsec3 flags"), *_named("nsec3.", ("iterations", "NSEC3 iterations", "u16", "fixed"),
        ("salt_length", "Salt length", "u8", "string"), ("salt_value", "Salt value", "bytes", ""),
        ("hash_length", "Hash length", "u8", "hash"), ("hash_value", "Next hashed owner", "str", "")), (_BITMAP,
        "bitmap"),
    ],
    "NSEC3PARAM": _named("nsec3.", ("algo", "Hash algorithm", "u8", "fixed", {0: "Reserved", 1: "SHA-1"}),
                         ("flags", "NSEC3 flags", "u8", "fixed"), ("iterations", "NSEC3 iterations", "u16", "fixed"),
                         ("salt_length", "Salt length", "u8", "string"), ("salt_value", "Salt value", "bytes", "")),
    "OPENPGPKEY": _named("", ("openpgpkey", "OpenPGP Key", "bytes", "rest")),
    "EUI48": _named("", ("eui48", "EUI48 Address", "mac", "fixed")),
}  # fmt: skip
_BY_TYPE = {TYPES[word]: steps for word, steps in _FORMATS.items()}
_BY_TYPE[TYPES["CDS"]], _BY_TYPE[TYPES["CDNSKEY"]] = _BY_TYPE[TYPES["DS"]], _BY_TYPE[TYPES["DNSKEY"]]


def record(tree: Tree, reader: Reader, at: int) -> tuple[int, str]:
    """Add a record; return the place behind it and what the list's line says of it."""
    wire, behind = reader.name(at)
    name = shown(wire)
    kind, klass = tree.uint(behind, 2), tree.uint(behind + 2, 2)
    length = tree.uint(behind + 8, 2)
    end = behind + 10 + length
    word = type_name(kind)
    word = f"Unknown ({kind})" if word.startswith("TYPE") else word
    with tree.node(f"{name}: type {word}", at, end - at) as node:
        tree.add(_NAME, at, behind - at, name)
        tree.add(_TYPE, behind)
        if kind == 41:
            from netscope.dissect.dns_opt import opt

            opt(tree, behind, end, reader.mdns)
            return end, " OPT, cache flush" if reader.mdns and klass & 0x8000 else " OPT"
        flush = reader.mdns and klass & 0x8000
        real = klass & 0x7FFF if reader.mdns else klass
        if reader.mdns:
            tree.bits(behind + 2, 2, _MDNS_CLASS, _FLUSH)
        else:
            tree.add(_CLASS, behind + 2)
        tree.add(_TTL, behind + 4)
        tree.add(_LENGTH, behind + 8)
        tree.need(behind + 10, length)
        head = f"{name}: type {word}, class {class_name(real).replace('CLASS', 'Unknown ')}"
        head += ", cache flush" if flush else ""
        node.text(head)
        told = data(tree, reader, kind, behind + 10, end, name)
        node.text(head + told[0])
        return end, f" {word}{', cache flush' if flush else ''}{told[1]}"


def data(tree: Tree, reader: Reader, kind: int, at: int, end: int, name: str) -> tuple[str, str]:
    """Add record data; return what its record's line says of it, and what the list's line does. Raises Malformed."""
    if kind in (64, 65) and at < end:
        from netscope.dissect.dns_svcb import svcb

        return svcb(tree, reader, at, end)
    if kind == 257 and at < end:
        return _caa(tree, at, end)
    steps = _BY_TYPE.get(kind)
    if kind == TYPES["NULL"] and at < end:
        tree.add(_NULL, at, end - at)
        return "", f" {name}"
    if steps is None and at < end:
        message = f"Dissector for DNS Type ({kind}) code not implemented"
        tree.expert(_UNDECODED, message, "Note", "Undecoded", tree.items[0].start)
        tree.add(_DATA, at, end - at)
        return "", ""
    if kind == TYPES["SRV"]:
        parts = name.split(".", 2)
        owner = tree.items.pop(0)
        tree.items[0:0] = [
            spec.field(part, owner.start, owner.length, tree.buffer) for spec, part in zip(_SRV, parts, strict=False)
        ]
    if at == end or steps is None:
        return "", ""  # nothing is said of what an update takes away
    values: list[Any] = []
    index = 0
    while index < len(steps):
        spec, how = steps[index]
        following = steps[index + 1][0] if index + 1 < len(steps) else spec
        at = _step(tree, reader, spec, how, following, at, end, values)
        index += 2 if how in ("strings", "string", "hash", "sized name") else 1
    if at > end:
        raise Malformed
    return _told(kind, values, name)


def _step(
    tree: Tree, reader: Reader, spec: Spec, how: str, following: Spec, at: int, end: int, values: list[Any]
) -> int:
    """Add the field that is written this way; return the place behind it."""
    if how == "fixed":
        values.append(tree.add(spec, at))
        return at + spec.size
    if how == "name":
        wire, behind = reader.name(at)
        values.append(tree.add(spec, at, behind - at, shown(wire)))
        return behind
    if how == "rest":
        if at < end:
            tree.add(spec, at, end - at)
        return end
    if how == "strings":
        while at < end:
            at += 1 + _string(tree, spec, following, at)
        return at
    if how == "string":
        size = int(tree.add(spec, at))
        raw = tree.raw(at + 1, size)
        if size or spec.name != "dns.nsec3.salt_length":
            tree.add(following, at + 1, size)
        values.append(decoded(raw))
        return at + 1 + size
    return _special(tree, reader, spec, how, following, at, end)


def _string(tree: Tree, spec: Spec, following: Spec, at: int) -> int:
    size: int = tree.add(spec, at)
    tree.add(following, at + 1, size)
    return size


def _special(tree: Tree, reader: Reader, spec: Spec, how: str, following: Spec, at: int, end: int) -> int:
    if how == "moment":
        stamp = tree.uint(at, 4)
        tree.add(
            spec, at, 4, stamp, show=when(stamp, 0, zone="UTC"), text=f"{spec.label}: {when(stamp, 0, zone='UTC')}"
        )
        return at + 4
    if how == "hash":
        size = int(tree.add(spec, at))
        digest = b32hexencode(tree.raw(at + 1, size)).decode("ascii").rstrip("=").lower()
        tree.add(following, at + 1, size, digest)
        return at + 1 + size
    if how == "sized name":
        wire, behind = reader.name(at)
        text = shown(wire)
        tree.made(spec, len(text), at, 0)
        tree.add(following, at, behind - at, text)
        return behind
    if how == "key flags":
        tree.flags(spec, at, *_FLAG_BITS)
        return at + 2
    if how == "nsec3 flags":
        tree.flags(spec, at, _OPT_OUT)
        return at + 1
    if how == "key":
        tree.made(_KEY_ID, rdata.key_tag(tree.raw(at - 4, end - at + 4)), end)
        if at < end:
            tree.add(spec, at, end - at)
        return end
    return _bitmap(tree, spec, at, end)


def _bitmap(tree: Tree, spec: Spec, at: int, end: int) -> int:
    while at + 2 <= end:
        window, size = tree.uint(at, 1), tree.uint(at + 1, 1)
        if at + 2 + size > end:
            raise Malformed
        for offset, octet in enumerate(tree.raw(at + 2, size)):
            for bit in range(8):
                if octet & 0x80 >> bit:
                    tree.add(spec, at + 2 + offset, 1, window << 8 | offset << 3 | bit)
        at += 2 + size
    return end


def _told(kind: int, values: list[Any], name: str) -> tuple[str, str]:
    """Return what a record's line and the list's line say of record data."""
    word = type_name(kind)
    first = values[0] if values else ""
    line, listed = _LINES.get(word, ("", ""))
    if not line and word in ("TLSA", "NSEC3PARAM", "RP", "AFSDB"):
        return "", f" {name}"
    return line.format(*values), listed.format(*values) if first != "" else ""


_LINES = {
    "A": (", addr {}", " {}"), "AAAA": (", addr {}", " {}"), "CNAME": (", cname {}", " {}"),
    "DNAME": (", dname {}", " {}"), "NS": (", ns {}", " {}"), "SOA": (", mname {}", " {}"), "PTR": (", {}", " {}"),
    "KX": ("", " {} {}"), "MX": (", preference {}, mx {}", " {} {}"), "NSEC": (", next domain name {}", " {}"),
    "SRV": (", priority {}, weight {}, port {}, target {}", " {} {} {} {}"), "HINFO": (", CPU {}, OS {}", " {} {}"),
    "NAPTR": (", order {}, preference {}, flags {}", " {} {} {}"),
}  # fmt: skip

_TAG_LENGTH, _TAG = Spec("dns.caa.tag_length", "Tag length", "u8"), Spec("dns.caa.tag", "Tag", "str")
_VALUE = Spec("dns.caa.value", "Value", "str")
_PROPERTIES = {
    "issue": Spec("dns.caa.issue", "Issue", "str"), "issuewild": Spec("dns.caa.issuewild", "Issue Wildcard", "str"),
    "iodef": Spec("dns.caa.iodef", "Report URL", "str"),
}  # fmt: skip
_UNKNOWN = Spec("dns.caa.unknown", "Unknown tag", "str")


def _caa(tree: Tree, at: int, end: int) -> tuple[str, str]:
    tree.flags(_CAA_FLAGS, at, _CRITICAL)
    size = tree.uint(at + 1, 1)
    tag = decoded(tree.raw(at + 2, size))
    text = decoded(tree.raw(at + 2 + size, end - at - 2 - size))
    with tree.node(_PROPERTIES.get(tag, _UNKNOWN), at + 1, end - at - 1, text):
        tree.add(_TAG_LENGTH, at + 1)
        tree.add(_TAG, at + 2, size)
        tree.add(_VALUE, at + 2 + size, end - at - 2 - size)
    return "", ""
