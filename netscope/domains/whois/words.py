"""The words of a question: what of ``netscope whois`` says whom to ask, on the command line and on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.domains.whois.first import Asking
from netscope.domains.whois.target import Target, parse, to_ascii

Only = Literal["", "rdap", "whois"]


class Wanted(NamedTuple):
    """What a question says. ``files`` are databases to look addresses up in instead of asking anybody."""

    targets: tuple[Target, ...]
    asking: Asking
    files: tuple[str, ...]


def databases(host: Host, targets: Sequence[Target], asking: Asking, given: Sequence[str]) -> tuple[str, ...]:
    """Return the files to look addresses up in: those given, else those of the configuration (``whois.db``).

    Whoever says whom to ask wants to ask: the configuration is then left alone. Raises NetscopeError.
    """
    addresses = any(target.network is not None for target in targets)
    if given or not addresses or asking.server or asking.only or asking.iana:
        return tuple(given)
    from netscope.domains.config import files

    return files(host, "whois", "db")


def port(text: str) -> int:
    """Return a port. Raises BadQuery."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise BadQuery(f"{text!r} is no port: 1 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """Return a patience in seconds. Raises BadQuery."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= 600:
        raise BadQuery(f"{text!r} is no time: 0.1 to 600 seconds")
    return found


def asking(
    server: str = "", number: int = 0, only: Only = "", *, iana: bool = False, files: Sequence[str] = (),
    follow: bool = True, timeout: float = 15.0, raw: bool = False,
) -> Asking:  # fmt: skip
    """Return how to ask; ``number`` is the port. Raises BadQuery for options that contradict each other."""
    if iana and (server or only == "rdap"):
        raise BadQuery("-I starts at IANA's whois server", "-h and --rdap ask another", "leave one of them out")
    if files and (server or only or iana):
        raise BadQuery("--db asks nobody about addresses", "-h, -I, --whois and --rdap say whom to ask", "choose one")
    if "://" in server:
        if only == "whois" or number:
            raise BadQuery(f"{server} is the URL of an RDAP service", "its port belongs in it, and it speaks no whois")
    elif server:
        server, number = _place(server, number)
    elif number and only != "whois" and not iana:
        raise BadQuery("-p is the port of a whois server", "", "name it with -h, or use --whois")
    if raw and not only and "://" not in server:
        only = "whois"
    return Asking(server, number, iana, only, follow, timeout)


def _place(server: str, number: int) -> tuple[str, int]:
    """Understand SERVER, SERVER:PORT or an IPv6 address. Raises BadQuery."""
    target = parse(server) if server.count(":") > 1 else None
    if target is not None and target.kind == "address":
        return target.text, number
    name, colon, text = server.partition(":")
    if colon:
        try:
            number = port(text)
        except BadQuery as error:
            raise BadQuery(f"no server {server!r}", error.what) from None
    return to_ascii(name), number


def understood(text: str) -> Wanted:
    """Return what a question typed on the screen says. Raises BadQuery."""
    import getopt
    import shlex

    try:
        options, targets = getopt.gnu_getopt(
            shlex.split(text), "h:p:I", ["host=", "port=", "whois", "rdap", "no-follow", "timeout=", "db=", "raw"]
        )
    except ValueError as error:
        raise BadQuery("these are no words", str(error).lower()) from None
    except getopt.GetoptError as error:
        raise BadQuery(error.msg, "", "'netscope whois --help' lists the options") from None
    if not targets:
        raise BadQuery("whose registration?", "", "give a domain, address, prefix, AS number or handle")
    given = dict(options)
    files = tuple(value for name, value in options if name == "--db")
    only: Only = "whois" if "--whois" in given else "rdap" if "--rdap" in given else ""
    number = given.get("-p") or given.get("--port")
    how = asking(
        given.get("-h") or given.get("--host") or "", port(number) if number else 0, only,
        iana="-I" in given, files=files, follow="--no-follow" not in given,
        timeout=seconds(given.get("--timeout", "15")), raw="--raw" in given,
    )  # fmt: skip
    return Wanted(tuple(map(parse, targets)), how, files)
