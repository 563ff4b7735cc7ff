"""Which fields there are, whatever packets come: the names that may be asked for."""

from __future__ import annotations

from importlib import import_module

from netscope.core.typed import Iterable
from netscope.dissect import DISSECTORS
from netscope.dissect.spec import NAMES

_ELSEWHERE = {"loop", "ppp_hdlc", "sll2"}  # dissectors whose layers have the name of another


def unknown(names: Iterable[str]) -> list[str]:
    """Return those of the names that no field and no protocol has."""
    asked = dict.fromkeys(names)
    first = {name.partition(".")[0] for name in asked}
    for line in DISSECTORS:
        if line.name in first:
            _import(line.where.partition(":")[0])
    _import("work")  # and with it what is said of any frame
    left = [name for name in asked if name not in NAMES and name not in _protocols()]
    if not left:
        return []
    every = known()  # some are made by modules that are imported when a packet needs them
    return [name for name in left if name not in every]


def known() -> set[str]:
    """Return the names of all fields and protocols. It imports all dissectors, which takes a tenth of a second."""
    import pkgutil

    import netscope.dissect

    for module in pkgutil.iter_modules(netscope.dissect.__path__):
        if not module.ispkg:
            _import(module.name)
    return NAMES | _protocols()


def _protocols() -> set[str]:
    return {line.name for line in DISSECTORS} - _ELSEWHERE


def _import(module: str) -> None:
    import_module(f"netscope.dissect.{module}")
