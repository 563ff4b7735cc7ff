"""What one ``netscope ping`` command line wants, and the plan of probes that follows from it."""

from __future__ import annotations

from typing import NamedTuple

from netscope.cli.parser import Wanted
from netscope.core.errors import BadQuery
from netscope.core.probe import Plan
from netscope.domains.ping_session import Pace

_LARGEST = {4: 65_507, 6: 65_527}


class Asked(NamedTuple):
    """What one command line wants."""

    words: tuple[str, ...]
    family: int
    plan: Plan
    pace: Pace
    rate: int
    counted: bool
    numeric: bool
    quiet: bool
    stamps: bool
    agreed: bool
    mtu: bool
    tabular: bool
    wanted: Wanted


def plan_for(asked: Asked, family: int) -> Plan:
    """Return the plan in one address family. Raises BadQuery for what that family cannot carry."""
    if asked.plan.size > _LARGEST[family]:
        raise BadQuery(f"-s {asked.plan.size}", f"at most {_LARGEST[family]} bytes fit into an IPv{family} packet")
    return asked.plan._replace(family=family)
