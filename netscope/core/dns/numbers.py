"""DNS parameters by name and number (the IANA registries; dig's spelling where it has one)."""

from __future__ import annotations

TYPES: dict[str, int] = {
    "A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9, "NULL": 10, "WKS": 11,
    "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18, "X25": 19, "ISDN": 20, "RT": 21,
    "NSAP": 22, "NSAP-PTR": 23, "SIG": 24, "KEY": 25, "PX": 26, "GPOS": 27, "AAAA": 28, "LOC": 29, "NXT": 30,
    "EID": 31, "NIMLOC": 32, "SRV": 33, "ATMA": 34, "NAPTR": 35, "KX": 36, "CERT": 37, "A6": 38, "DNAME": 39,
    "SINK": 40, "OPT": 41, "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
    "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53, "HIP": 55, "NINFO": 56, "RKEY": 57,
    "TALINK": 58, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65,
    "SPF": 99, "UINFO": 100, "UID": 101, "GID": 102, "UNSPEC": 103, "NID": 104, "L32": 105, "L64": 106, "LP": 107,
    "EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252, "MAILB": 253, "MAILA": 254,
    "ANY": 255, "URI": 256, "CAA": 257, "AVC": 258, "DOA": 259, "AMTRELAY": 260, "TA": 32768, "DLV": 32769,
}  # fmt: skip
CLASSES: dict[str, int] = {"IN": 1, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255}
OPCODES = ("QUERY", "IQUERY", "STATUS", "RESERVED3", "NOTIFY", "UPDATE")
RCODES = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 7: "YXRRSET",
    8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE",
    20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE",
}  # fmt: skip
ALGORITHMS = {
    1: "RSAMD5", 2: "DH", 3: "DSA", 5: "RSASHA1", 6: "NSEC3DSA", 7: "NSEC3RSASHA1", 8: "RSASHA256", 10: "RSASHA512",
    12: "ECCGOST", 13: "ECDSAP256SHA256", 14: "ECDSAP384SHA384", 15: "ED25519", 16: "ED448", 252: "INDIRECT",
    253: "PRIVATEDNS", 254: "PRIVATEOID",
}  # fmt: skip
CERTIFICATES = {1: "PKIX", 2: "SPKI", 3: "PGP", 4: "IPKIX", 5: "ISPKI", 6: "IPGP", 7: "ACPKIX", 8: "IACPKIX",
                253: "URI", 254: "OID"}  # fmt: skip
EXTENDED_ERRORS = {  # RFC 8914 and the registry
    0: "Other", 1: "Unsupported DNSKEY Algorithm", 2: "Unsupported DS Digest Type", 3: "Stale Answer",
    4: "Forged Answer", 5: "DNSSEC Indeterminate", 6: "DNSSEC Bogus", 7: "Signature Expired",
    8: "Signature Not Yet Valid", 9: "DNSKEY Missing", 10: "RRSIGs Missing", 11: "No Zone Key Bit Set",
    12: "NSEC Missing", 13: "Cached Error", 14: "Not Ready", 15: "Blocked", 16: "Censored", 17: "Filtered",
    18: "Prohibited", 19: "Stale NXDOMAIN Answer", 20: "Not Authoritative", 21: "Not Supported",
    22: "No Reachable Authority", 23: "Network Error", 24: "Invalid Data", 25: "Signature Expired Before Valid",
    26: "Too Early", 27: "Unsupported NSEC3 Iterations Value", 28: "Unable To Conform To Policy", 29: "Synthesized",
    30: "Invalid Query Type",
}  # fmt: skip
OPT = 41
AXFR, IXFR, ANY = 252, 251, 255

_TYPE_NAMES = {number: name for name, number in TYPES.items()}
_CLASS_NAMES = {number: name for name, number in CLASSES.items()}


def type_name(number: int) -> str:
    """Return a type's mnemonic, or TYPEnnn (RFC 3597)."""
    return _TYPE_NAMES.get(number) or f"TYPE{number}"


def class_name(number: int) -> str:
    """Return a class's mnemonic, or CLASSnnn (RFC 3597)."""
    return _CLASS_NAMES.get(number) or f"CLASS{number}"


def type_number(word: str) -> int | None:
    """Return the number of a type as typed, in either case; None when it is none."""
    return _number(word, TYPES, "TYPE")


def class_number(word: str) -> int | None:
    """Return the number of a class as typed, in either case; None when it is none."""
    return _number(word, {**CLASSES, "CHAOS": 3, "HESIOD": 4, "RESERVED0": 0}, "CLASS")


def _number(word: str, names: dict[str, int], prefix: str) -> int | None:
    upper = word.upper()
    if upper in names:
        return names[upper]
    digits = upper.removeprefix(prefix)
    if digits != upper and digits.isascii() and digits.isdigit() and int(digits) < 65536:
        return int(digits)
    return None


def rcode_name(code: int) -> str:
    """Return a response code's mnemonic, or RESERVEDnn as dig has it."""
    return RCODES.get(code) or f"RESERVED{code}"


def opcode_name(code: int) -> str:
    """Return an opcode's mnemonic, or RESERVEDnn as dig has it."""
    return OPCODES[code] if code < len(OPCODES) else f"RESERVED{code}"
