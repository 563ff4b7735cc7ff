"""What is sent to a whois server: each has its own way to be asked."""

from __future__ import annotations

from collections.abc import Iterator

from netscope.domains.whois.target import Target

IANA = "whois.iana.org"
_MOST_PARENTS = 3

# Where a handle's suffix or prefix names the registry that gave it.
_HANDLE_SERVERS = {
    "RIPE": "whois.ripe.net", "ARIN": "whois.arin.net", "AP": "whois.apnic.net", "APNIC": "whois.apnic.net",
    "AFRINIC": "whois.afrinic.net", "LACNIC": "whois.lacnic.net", "FRNIC": "whois.nic.fr",
}  # fmt: skip
_HANDLE_PREFIXES = {"NET-": "whois.arin.net", "NET6-": "whois.arin.net", "ASN-": "whois.arin.net"}


def handle_server(handle: str) -> str:
    """Return the server of the registry that gave a handle, "" when it cannot be told."""
    for prefix, server in _HANDLE_PREFIXES.items():
        if handle.startswith(prefix):
            return server
    return _HANDLE_SERVERS.get(handle.rpartition("-")[2], "")


def question(server: str, target: Target) -> str:
    """Return the line to send: most servers take the target as it is, some need to be told what it is.

    IANA is told no more than it needs: the top-level domain, or the first address.
    """
    text = target.text
    plain = str(target.network.network_address) if target.network is not None else text
    if server == IANA:
        return text.rpartition(".")[2] if target.kind == "domain" else plain
    if server == "whois.arin.net":
        return f"n + {plain}" if target.network is not None else f"a + {target.number}" if target.number else text
    if target.kind == "domain":
        forms = {"whois.verisign-grs.com": "domain {}", "whois.denic.de": "-T dn,ace {}", "whois.jprs.jp": "{}/e"}
        return forms.get(server, "{}").format(text)
    return text


def and_parents(target: Target) -> Iterator[Target]:
    """Yield the target, and for a domain the names above it that may be the registered one."""
    yield target
    labels = target.text.split(".")
    if target.kind == "domain":
        for start in range(1, min(len(labels) - 1, _MOST_PARENTS + 1)):
            yield target._replace(text=".".join(labels[start:]))
