"""What the commonest fields show, read from what their layer is made of: a tenth of the time that making them takes.

A reader takes the arguments of which a layer makes its fields, and returns what those of one name show.
"""

from __future__ import annotations

from netscope.core.typed import Any, Callable, NamedTuple
from netscope.dissect import ethernet, framelayer, ipv4, ipv6, tcp, udp
from netscope.dissect.spec import ip4, span

Reader = Callable[[tuple[Any, ...]], tuple[str, ...]]


class Quick(NamedTuple):
    """The readers of a protocol.

    Attributes:
        fields: the function that makes the fields of a layer that they are for.
        fits: tells whether they are for a layer of these arguments.
        read: the readers by the names of the fields.
    """

    fields: Callable[..., Any]
    fits: Callable[[tuple[Any, ...]], bool]
    read: dict[str, Reader]


def _seconds(frame: Any) -> str:
    return "{}.{:09d}".format(*divmod(frame.time, 1_000_000_000))


def _always(args: tuple[Any, ...]) -> bool:
    return True


def _flag(bit: int) -> Reader:
    return lambda a: ("1" if a[5][4] & bit else "0",)


QUICK = {
    "frame": Quick(
        framelayer.fields,
        _always,
        {  # frame, path, delta, first, interface
            "frame.number": lambda a: (str(a[0].number),),
            "frame.len": lambda a: (str(a[0].length),),
            "frame.cap_len": lambda a: (str(len(a[0].data)),),
            "frame.time_epoch": lambda a: (_seconds(a[0]),),
            "frame.time_delta": lambda a: (span(a[2]),),
            "frame.time_relative": lambda a: (span(a[0].time - a[3]),),
            "frame.protocols": lambda a: (":".join(a[1]),),
        },
    ),
    "eth": Quick(
        ethernet.fields,
        lambda a: bool(a[3] >= 0x600),
        {  # data, start, buffer, kind, stop, end, destination, source, name, checked
            "eth.dst": lambda a: (a[6],),
            "eth.src": lambda a: (a[7],),
            "eth.addr": lambda a: a[6:8],
            "eth.type": lambda a: (f"0x{a[3]:04x}",),
        },
    ),
    "ip": Quick(
        ipv4.fields,
        lambda a: bool(a[2] == 20 and a[4][2]),  # no options; its length is told
        {  # data, start, size, buffer, values, should, source, destination, end, told
            "ip.src": lambda a: (a[6],),
            "ip.dst": lambda a: (ip4(a[4][9]),),
            "ip.addr": lambda a: (a[6], ip4(a[4][9])),
            "ip.len": lambda a: (str(a[4][2]),),
            "ip.id": lambda a: (f"0x{a[4][3]:04x}",),
            "ip.ttl": lambda a: (str(a[4][5]),),
            "ip.proto": lambda a: (str(a[4][6]),),
        },
    ),
    "ipv6": Quick(
        ipv6.fields,
        _always,
        {  # data, start, buffer, values, source, destination, told
            "ipv6.src": lambda a: (a[4],),
            "ipv6.dst": lambda a: (a[5],),
            "ipv6.addr": lambda a: a[4:6],
            "ipv6.plen": lambda a: (str(a[3][1]),),
            "ipv6.nxt": lambda a: (str(a[3][2]),),
            "ipv6.hlim": lambda a: (str(a[3][3]),),
        },
    ),
    "tcp": Quick(
        tcp.fields,
        _always,
        {  # data, start, size, end, buffer, values, should, verdict
            "tcp.srcport": lambda a: (str(a[5][0]),),
            "tcp.dstport": lambda a: (str(a[5][1]),),
            "tcp.port": lambda a: (str(a[5][0]), str(a[5][1])),
            "tcp.stream": lambda a: (str(a[7].stream),),
            "tcp.len": lambda a: (str(max(a[3] - a[1] - a[2], 0)),),
            "tcp.seq": lambda a: (str(a[5][2] - a[7].seq_base & 0xFFFFFFFF),),
            "tcp.seq_raw": lambda a: (str(a[5][2]),),
            "tcp.ack_raw": lambda a: (str(a[5][3]),),
            "tcp.hdr_len": lambda a: (str(a[2]),),
            "tcp.flags": lambda a: (f"0x{a[5][4] & 0xFFF:04x}",),
            "tcp.window_size_value": lambda a: (str(a[5][5]),),
            "tcp.flags.fin": _flag(1),
            "tcp.flags.syn": _flag(2),
            "tcp.flags.reset": _flag(4),
            "tcp.flags.push": _flag(8),
            "tcp.flags.ack": _flag(16),
        },
    ),
    "udp": Quick(
        udp.fields,
        _always,
        {  # data, start, stop, end, buffer, values, should, stream, bad
            "udp.srcport": lambda a: (str(a[5][0]),),
            "udp.dstport": lambda a: (str(a[5][1]),),
            "udp.port": lambda a: (str(a[5][0]), str(a[5][1])),
            "udp.length": lambda a: (str(a[5][2]),),
            "udp.stream": lambda a: (str(a[7][0]),),
        },
    ),
}
