"""What a live look remembers changes nothing of what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.core.host import Owners, Process
from netscope.core.snapshot import Snapshot
from netscope.domains.sockets import DOMAIN, diag
from netscope.domains.sockets.rates import rates
from netscope.domains.sockets.record import Socket
from tests.unit.test_sockets_bytes import DONE, datagram, tcp_message
from tests.unit.test_sockets_collect import Fake

LIVE = Query(live=True).having(all=True)
_COUNTERS = Struct("=120xQQ144x")  # a tcp_info with bytes_acked and bytes_received
_SHARED = 1 << 32  # cookies that are alike in their lower half

Answer = dict[int, tuple[int, int, int]]  # cookie -> inode, bytes sent and received


class Changing(Fake):
    """A host whose TCP sockets are given for each look; the inode is the descriptor, and odd ones are held."""

    def __init__(self) -> None:
        super().__init__(owners=Owners({inode: (Process(1, "a", inode),) for inode in range(1, 9, 2)}, 0))
        self.now: list[tuple[int, tuple[int, int, int]]] = []

    def dump(self, _protocol: int, question: bytes) -> list[bytes]:
        if int.from_bytes(question[4:6], "little") != diag.TCPDIAG_GETSOCK:
            return [DONE]
        found = [
            tcp_message(inode=inode, info=_COUNTERS.pack(sent, received), cookie=cookie.to_bytes(8, "little"))
            for cookie, (inode, sent, received) in self.now
        ]
        return [datagram(*found[:3]), datagram(*found[3:]) + DONE]


def looks(answers: list[list[tuple[int, tuple[int, int, int]]]]) -> Iterator[Snapshot]:
    host = Changing()
    collector = DOMAIN.open(host, LIVE)
    for host.now in answers:
        host.time += 1
        yield collector.collect()


SOCKETS = st.dictionaries(
    st.sampled_from([1, 2, 3, 1 + _SHARED, 2 + _SHARED]),
    st.tuples(st.integers(0, 6), st.sampled_from([0, 1, 1000]), st.sampled_from([0, 500])),
).flatmap(lambda found: st.permutations(list(found.items())))


@given(st.lists(SOCKETS, min_size=1, max_size=5))
def test_many_looks_show_what_one_does(answers: list[list[tuple[int, tuple[int, int, int]]]]) -> None:
    for number, snapshot in enumerate(looks(answers)):
        (once,) = looks([answers[number]])
        plain = [row._replace(send_rate=None, receive_rate=None) for row in snapshot.records]
        assert plain == list(once.records)


@given(st.lists(SOCKETS, min_size=2, max_size=5))
def test_rates_are_those_of_all_rows_compared(answers: list[list[tuple[int, tuple[int, int, int]]]]) -> None:
    before: Snapshot | None = None
    for now in looks(answers):
        if before is not None:
            known = rates(before, now)
            rows: list[Socket] = [row._replace(send_rate=None, receive_rate=None) for row in now.records]
            afresh = rates(before._replace(records=list(before.records)), now._replace(records=rows))
            assert known.records == afresh.records
        before = now
