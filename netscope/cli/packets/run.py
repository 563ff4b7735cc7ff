"""``netscope packets``: from a command line to what prints, reads, writes or captures."""

from __future__ import annotations

from netscope.cli.output import Output
from netscope.cli.packets.grammar import Command, parse
from netscope.core.capture import ANY, Device, devices
from netscope.core.errors import BadQuery, Unavailable
from netscope.core.host import Host
from netscope.core.text import printable
from netscope.core.typed import Sequence


def main(words: Sequence[str], host: Host) -> int:
    """Run one command line."""
    command = parse(words)
    if command.help:
        from netscope.cli.packets.help import TEXT

        Output().tell(TEXT)
        return 0
    if command.devices:
        Output().write(_listed(devices(host)))
        return 0
    if command.fields or command.how:
        from netscope.domains.packets.tsharkfields import check, options

        options(command.how)
        check(command.fields)
    from netscope.cli.packets.filtering import text

    command = command._replace(filter=text(command))
    if command.show:
        return _show(command, host)
    if command.write == "-" and (command.both or command.form or command.shape):
        raise BadQuery("packets and text cannot both go to standard output", "", "-w FILE, or no --print")
    if command.read:
        from netscope.cli.packets.reading import read

        return read(command, host)
    from netscope.cli.packets.capturing import capture

    return capture(command, host)


def _listed(found: Sequence[Device]) -> list[str]:
    """Return the lines of tcpdump -D."""
    lines = []
    for place, device in enumerate(found, 1):
        flags = [
            word
            for word, true in (("Up", device.up), ("Running", device.running), ("Loopback", device.loopback))
            if true
        ]
        about = " (Pseudo-device that captures on all interfaces)" if device.name == ANY else ""
        lines.append(f"{place}.{printable(device.name)}{about} [{', '.join(flags) or 'none'}]\n")
    return lines


def chosen(command: Command, host: Host) -> list[str]:
    """Return the interfaces to capture on: those named, by name or by their number in -D, or the first that runs."""
    found = devices(host)
    if not command.interfaces:
        fit = [device for device in found if device.up and device.name != ANY]
        if not fit:
            raise Unavailable("capturing", "no interface is up", "-D lists them; -i any waits for all")
        return [fit[0].name]
    names = []
    for name in command.interfaces:
        if name.isascii() and name.isdigit() and not any(device.name == name for device in found):
            if not 1 <= int(name) <= len(found):
                raise BadQuery(f"there is no interface {name}", "", "'netscope packets -D' lists them")
            names.append(found[int(name) - 1].name)
        else:
            names.append(name)
    return names


def _show(command: Command, host: Host) -> int:
    """Print the compiled filter, for the link type of the file or of the interface; Ethernet without either."""
    from netscope.cli.packets.filtering import UNTOLD, live, shown
    from netscope.core.capturefilter import compile_filter
    from netscope.core.capturefilter.program import Program

    if command.interfaces and not command.read:
        name = chosen(command, host)[0]
        kinds = [device.link for device in devices(host) if device.name == name]
        if not kinds:
            raise BadQuery(f"there is no interface {name}", "", "'netscope packets -D' lists them")
        program = Program(live(command, host, [name])(kinds[0]))
    else:
        link = 1
        if command.read:
            from netscope.system.capture.opening import open_capture

            frames = open_capture(command.read)
            link = frames.interfaces[0].link if frames.interfaces else 1
            frames.close()
        names = getattr(host, "filter_names", None)
        program = compile_filter(
            command.filter,
            link,
            snaplen=command.snaplen,
            netmask=UNTOLD,
            names=names() if names is not None else None,
        )
    Output().write([shown(program, command.show)])
    return 0
