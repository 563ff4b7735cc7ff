"""What is asked for: a domain, an address, a prefix, an AS number or a registry's handle."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, NamedTuple

from netscope.core.errors import BadQuery

Kind = Literal["domain", "address", "prefix", "asn", "handle"]
Network = IPv4Network | IPv6Network

_ASN = re.compile(r"(?:AS\s?)?(\d{1,10})|AS(\d{1,5})\.(\d{1,5})", re.IGNORECASE | re.ASCII)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_HANDLE = re.compile(r"[A-Za-z0-9!][A-Za-z0-9_.!:~-]{0,127}", re.ASCII)
_AS_MAX = (1 << 32) - 1


class Target(NamedTuple):
    """One thing to look up.

    Attributes:
        asked: as the user wrote it.
        kind: what it is.
        text: as a registry is asked for it: a domain in lower case and A-labels without the last dot, an address or
            prefix in its canonical form (RFC 5952), ``AS`` and digits, a handle in upper case.
        network: the range of an address or prefix (a single address is a /32 or /128).
        number: the AS number.
    """

    asked: str
    kind: Kind
    text: str
    network: Network | None = None
    number: int = 0


def parse(word: str) -> Target:
    """Understand one word of the command line. Raises BadQuery, saying what the word nearly is.

    Names below in-addr.arpa and ip6.arpa stand for the address or prefix they name. A word without a dot is a handle
    where it has a digit or a hyphen, else a top-level domain.
    """
    asked = word
    word = _compatible(word).strip()
    if not word:
        raise BadQuery("an empty word is no target", "", "give a domain, address, prefix, AS number or handle")
    number = _ASN.fullmatch(word)
    if number and not (word.isdigit() and len(word) > 10):
        return _autonomous(asked, number)
    network = _network(word)
    if network is None:
        network = _reverse(word.rstrip(".").lower())
    if network is not None:
        single = network.prefixlen == network.max_prefixlen and "/" not in word
        text = str(network.network_address) if single else str(network)
        return Target(asked, "address" if single else "prefix", text, network)
    if "." not in word.rstrip(".") and _is_handle(word):
        return Target(asked, "handle", word.upper())
    return Target(asked, "domain", to_ascii(word))


def _autonomous(asked: str, found: re.Match[str]) -> Target:
    plain, high, low = found.groups()
    value = int(plain) if plain else (int(high) << 16) + int(low)
    if value > _AS_MAX or (high and (int(high) > 0xFFFF or int(low) > 0xFFFF)):
        raise BadQuery(f"no AS number {asked!r}", "they end at 4294967295", "")
    return Target(asked, "asn", f"AS{value}", number=value)


def _network(word: str) -> Network | None:
    """Read an address or prefix; host bits of a prefix are cleared. Raises BadQuery for what was meant as one."""
    bare = word[1:-1] if word.startswith("[") and word.endswith("]") else word
    try:
        return ip_network(bare.partition("%")[0], strict=False)
    except ValueError as error:
        body, slash, length = word.partition("/")
        numeric = re.fullmatch(r"[0-9]*\.[0-9.]*", body) is not None
        hexadecimal = ":" in body and re.fullmatch(r"[0-9a-fA-F:.]+", body) is not None
        if numeric or hexadecimal or (slash and length.isdigit()):
            raise BadQuery(f"no address or prefix {word!r}", str(error), "") from None
        return None


def _reverse(name: str) -> Network | None:
    """Return the range of a name below in-addr.arpa or ip6.arpa (RFC 1035 section 3.5, RFC 3596), None for others."""
    labels = name.split(".")
    if labels[-2:] == ["in-addr", "arpa"]:
        octets = labels[-3::-1]
        if 1 <= len(octets) <= 4 and all(o.isascii() and o.isdigit() and int(o) < 256 for o in octets):
            padded = octets + ["0"] * (4 - len(octets))
            return IPv4Network((".".join(str(int(o)) for o in padded), 8 * len(octets)))
    if labels[-2:] == ["ip6", "arpa"]:
        digits = labels[-3::-1]
        if 1 <= len(digits) <= 32 and all(re.fullmatch("[0-9a-f]", d) for d in digits):
            value = int("".join(digits).ljust(32, "0"), 16)
            return IPv6Network((ip_address(value.to_bytes(16, "big")), 4 * len(digits)))
    return None


def _is_handle(word: str) -> bool:
    marked = any(char.isdigit() for char in word) or "-" in word or word.startswith("!")
    return marked and not word.lower().startswith("xn--") and _HANDLE.fullmatch(word) is not None


def to_ascii(name: str) -> str:
    """Return a domain name in A-labels, lower case, without the last dot. Raises BadQuery for what cannot be one.

    Letters are mapped as UTS 46 does without its transitional part: composed, in lower case, full-width forms and
    ideographic full stops made plain; a sharp s and a final sigma stay what they are (IDNA 2008).
    """
    folded = _compatible("".join(char.lower() for char in _compatible(name)))
    labels = folded.removesuffix(".").split(".")
    encoded = [_label(label, name) for label in labels]
    text = ".".join(encoded)
    if len(text) > 253:
        raise BadQuery(f"no domain {name!r}", f"{len(text)} letters are more than 253 (RFC 1035)", "")
    return text


def _compatible(text: str) -> str:
    """Return full-width forms, superscripts and ideographic full stops as the plain characters that they stand for."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text).replace("\u3002", ".")


def _label(label: str, name: str) -> str:
    from unicodedata import category

    if not label.isascii():
        strange = next((c for c in label if c != "-" and category(c)[0] not in "LMN"), "")
        if strange or category(label[0])[0] == "M":
            raise BadQuery(f"no domain {name!r}", f"{strange or label[0]!r} cannot stand in {label!r} (RFC 5892)", "")
        label = "xn--" + label.encode("punycode").decode("ascii")
    if not _LABEL.fullmatch(label):
        why = f"{label!r} is no label: letters, digits and hyphens between them, 63 at most" if label else "empty label"
        raise BadQuery(f"no domain {name!r}", why, "")
    return label


def to_unicode(name: str) -> str:
    """Return a name with its A-labels shown as they are meant; a label that does not decode stays as it is."""
    return ".".join(map(_decoded, name.split(".")))


def _decoded(label: str) -> str:
    if label.startswith("xn--"):
        try:
            decoded = label[4:].encode("ascii").decode("punycode")
            if to_ascii(decoded) == label:
                return decoded
        except (UnicodeError, BadQuery):
            pass  # shown as it was registered
    return label
