"""The channels of a trace: one for each flow, and whether a flow is constant."""

from __future__ import annotations

from netscope.core.errors import BadQuery
from netscope.core.probe import Channel, Plan, Prober


def open_flows(prober: Prober, plan: Plan, flows: int) -> dict[int, Channel]:
    """Open a channel for each flow, by its number; the caller closes them. Raises NetscopeError."""
    channels: dict[int, Channel] = {}
    try:
        for flow in range(flows):
            channels[flow] = prober.open(plan._replace(flow=flow))
        if flows > 1 and not is_constant(channels[0].how):
            raise BadQuery("--flows", f"{channels[0].how} cannot keep to a flow", "use -U, or run with sudo")
    except BaseException:
        close_flows(channels)
        raise
    return channels


def close_flows(channels: dict[int, Channel]) -> None:
    """Close them all."""
    for channel in channels.values():
        channel.close()


def is_constant(how: str) -> bool:
    """Tell whether all probes of a flow go the same way where routers spread flows; each connection is another flow."""
    return not how.startswith("TCP connect")
