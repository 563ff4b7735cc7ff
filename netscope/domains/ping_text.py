"""The lines that ping(8) of iputils prints (20221126), word for word where it is the same thing."""

from __future__ import annotations

from netscope.core.probe import Event, Plan, Target
from netscope.core.probe_words import describe
from netscope.core.typed import Mapping
from netscope.domains.ping_session import Outcome
from netscope.domains.ping_tally import Tally, says_open

_STAMP = 16  # ping(8) measures only where its time stamp fits, and so do its lines here


def header(target: Target, plan: Plan, source: str, names: Mapping[str, str]) -> str:
    """Return the first line. ``source`` is "" unless an interface or a source address was asked for."""
    name = target.name
    if plan.method != "icmp":
        return f"PING {name} ({target.address}) {plan.method.upper()} port {plan.port}."
    if target.family == 4:
        origin = f" from {source} {plan.interface}:" if source else ""
        return f"PING {name} ({target.address}){origin} {plan.size}({plan.size + 28}) bytes of data."
    origin = f" from {source} {plan.interface}:" if source else ""
    return f"PING {name}({named(target.address, names)}){origin} {plan.size} data bytes"


def milliseconds(rtt: float) -> str:
    """Return a time as ping prints it: three significant digits, microseconds at best."""
    micros = int(rtt * 1_000_000 + 1e-6)
    if micros >= 99_950:
        return str((micros + 500) // 1000)
    if micros >= 9_995:
        return f"{(micros + 50) // 1000}.{(micros + 50) % 1000 // 100}"
    if micros >= 1_000:
        return f"{(micros + 5) // 1000}.{(micros + 5) % 1000 // 10:02d}"
    return f"0.{micros:03d}"


def line(outcome: Outcome, target: Target, plan: Plan, names: Mapping[str, str]) -> str:
    """Return the line of a reply or an error. ``names`` has the names of addresses, where names are wanted."""
    event = outcome.event
    if event is None:
        return f"no answer yet for {plan.method}_seq={outcome.sequence}"
    who = named(event.address, names)
    if outcome.kind == "error":
        what = describe(target.family, event)
        return f"From {who} {plan.method}_seq={outcome.sequence} {what}" if event.address else what
    if plan.method != "icmp":
        return _port_line(outcome, event, who, plan)
    text = f"{event.size} bytes from {who}: icmp_seq={outcome.sequence}"
    if event.ttl is not None:
        text += f" ttl={event.ttl}"
    if event.rtt is not None and plan.size >= _STAMP:
        text += f" time={milliseconds(event.rtt)} ms"
    if outcome.kind == "duplicate" and not _for_many(target):
        text += " (DUP!)"
    if outcome.kind == "late":
        text += " (late)"
    if event.jumped:
        text += " (the clock was set meanwhile)"
    if event.wrong is not None:
        offset, expected, found = event.wrong
        text += f"\nwrong data byte #{offset} should be 0x{expected:x} but was 0x{found:x}"
    return text


def _for_many(target: Target) -> bool:
    """Tell whether several replies are what was asked for (multicast); ping(8) does not remark on them either."""
    if target.family == 6:
        return target.address[:2].lower() == "ff"
    return 224 <= int(target.address.partition(".")[0]) <= 239


def _port_line(outcome: Outcome, event: Event, who: str, plan: Plan) -> str:
    state = "open" if says_open(event) else "closed"
    text = f"reply from {who}: {plan.method}_seq={outcome.sequence} port {plan.port} {state}"
    if event.rtt is not None:
        text += f" time={milliseconds(event.rtt)} ms"
    return text + {"duplicate": " (DUP!)", "late": " (late)"}.get(outcome.kind, "")


def named(address: str, names: Mapping[str, str]) -> str:
    """Return ``name (address)``, or the address alone when it has no name."""
    name = names.get(address)
    return f"{name} ({address})" if name else address


def closing(target: Target, tally: Tally, plan: Plan, seconds: float) -> str:
    """Return the closing statistics; ``seconds`` lie between the first probe and the last."""
    parts = [f"{tally.sent} packets transmitted", f"{tally.received} received"]
    for count, word in (
        (tally.duplicates, "duplicates"), (tally.corrupt, "corrupted"), (tally.late, "late"), (tally.errors, "errors"),
    ):  # fmt: skip
        if count:
            parts.append(f"+{count} {word}")
    if tally.sent:
        parts.append(f"{tally.loss:.6g}% packet loss")
    parts.append(f"time {int(seconds * 1000)}ms")
    last = []
    if tally.count and (plan.size >= _STAMP or plan.method == "tcp"):
        figures = "/".join(
            f"{_thousandths(value)}" for value in (tally.least, tally.average, tally.most, tally.deviation)
        )
        last.append(f"rtt min/avg/max/mdev = {figures} ms")
    if tally.outstanding > 1:
        last.append(f"pipe {tally.outstanding}")
    return f"\n--- {target.name} ping statistics ---\n{', '.join(parts)}\n{', '.join(last)}"


def _thousandths(seconds: float) -> str:
    micros = int(seconds * 1_000_000 + 1e-6)
    return f"{micros // 1000}.{micros % 1000:03d}"
