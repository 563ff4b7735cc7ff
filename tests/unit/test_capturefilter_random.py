"""Capture filters that nobody has written: from the grammar, from its words in any order, and from any text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netscope.core.capturefilter import FilterSyntaxError, compile_filter
from netscope.core.capturefilter.words import KEYWORDS, NUMBERS
from tests.unit.filter_frames import frames
from tests.unit.pcap_oracle import in_the_dark, ours, run, same, theirs, verdict

_PROTOCOLS = """
ip arp rarp sctp tcp udp icmp igmp pim vrrp carp ip6 icmp6 ah esp atalk aarp decnet lat iso esis isis l1 iih lsp snp
clnp stp ipx netbeui ether
""".split()  # noqa: SIM905
_LINKS = st.sampled_from([1, 1, 1, 1, 1, 101, 0, 108, 113, 276, 228, 229, 9, 50, 51, 104, 166])


def _any(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


numbers = _any(
    "0 1 2 3 4 5 6 8 12 13 14 17 20 40 53 80 443 0x10 017 255 1000 4095 65535 0xffffffff tcpflags tcp-syn icmp6-echo"
)
addresses = _any("1.2.3.4 10.0.0.1 10.1 192.168.1 255.255.255.255 0.0.0.0 10.15 224.0.0.1")
addresses6 = _any("::1 2001:db8::1 fe80::1 :: ff02::1 1:2:3:4:5:6:7:8 ::1.2.3.4")
macs = _any("00:11:22:33:44:55 0-1-2-3-4-5 aabb.ccdd.eeff aabbccddeeff")
ways = st.sampled_from(["", "src ", "dst ", "src or dst ", "src and dst "])


def _joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    some = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*some).map("".join)


def _of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from([word.replace("_", " ") for word in words.split(",")])


_loads = _joined(_of("ip,tcp,udp,ip6,icmp,icmp6,arp,ether,sctp"), "[", numbers, _of(",:1,:2,:4"), "]")
values = st.recursive(
    st.one_of(numbers, st.just("len"), _loads, _loads),
    lambda part: st.one_of(
        _joined(part, _of("_+_,_-_,_*_,_/_,_%_,_&_,_|_,_^_,_<<_,_>>_"), part),
        _joined("(", part, ")"),
        _joined("-", part),
        _joined("ether[", part, ":2]"),
        _joined("ip[", part, "]"),
    ),
    max_leaves=5,
)
relations = _joined(values, _of("_=_,_>_,_<_,_>=_,_<=_,_!=_"), values)
simple = st.one_of(
    _joined(_of("tcp_,udp_,sctp_,"), ways, "port ", numbers),
    _joined(_of("tcp_,udp_,"), ways, "portrange ", _of("80-90,5-1,0-65535")),
    _joined(_of("ip_,arp_,rarp_,"), ways, _of("host_,net_"), addresses),
    _joined(_of("ip6_,"), ways, _of("host_,net_"), addresses6),
    _joined("ether ", ways, "host ", macs),
    _joined(_of("ip_,ip6_,,ether_"), "proto ", st.one_of(numbers, _of(r"\tcp,\udp,\ip,\icmp"))),
    st.sampled_from(_PROTOCOLS),
    _of(
        "vlan,vlan_5,mpls,mpls_7,pppoes,pppoes_3,pppoed,geneve,geneve_9,llc,llc_i,llc_u,llc_rr,ip_multicast,broadcast,"
        "ip6_multicast,multicast,less_60,greater_60,byte_3_&_5,byte_0_=_5,ip_protochain_6,net_10.0.0.0/8"
    ),
    relations,
)
ids = st.one_of(numbers, numbers, addresses, addresses6, macs, _of(r"10.0.0.0/8,2001:db8::/32,80-90,\1.2.3.4,http"))
_qualified = st.one_of(st.just(""), st.sampled_from([f"{name} " for name in _PROTOCOLS]))
heads = _joined(_qualified, ways, _of("host_,net_,port_,portrange_,"))
id_groups = st.recursive(
    ids,
    lambda part: st.one_of(
        _joined("(", ids, _of("_or_,_and_"), part, ")"), _joined("not ", part), _joined("(", part, ")")
    ),
    max_leaves=4,
)
expressions = st.recursive(
    st.one_of(simple, simple, simple, _joined(heads, id_groups)),
    lambda part: st.one_of(
        _joined(part, _of("_and_,_or_,_and_,_or_,_&&_,||"), part),
        _joined("not ", part),
        _joined("(", part, ")"),
        _joined(part, _of("_and_,_or_,_and_not_"), id_groups),
    ),
    max_leaves=6,
)
_MARKS = """
( ) ( ) [ ] : = > < != + - & | / % ! && || 1 80 443 1.2.3.4 ::1 10.0.0.0/8 255.0.0.0 http \\tcp foo $a1 and or and or
not host port net tcp ip src dst 00:11:22:33:44:55
""".split()  # noqa: SIM905
_WORDS = [*sorted(KEYWORDS - {"protochain"}), *sorted(NUMBERS)[:6], *_MARKS]
soups = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7).map(" ".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A filter from the grammar with some words or a character changed."""
    text = draw(expressions)
    if draw(st.booleans()):
        words = text.replace("(", " ( ").replace(")", " ) ").replace("[", " [ ").split()
        place = draw(st.integers(0, len(words) - 1))
        words[place : place + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(_WORDS), max_size=2))
        return " ".join(words)
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.sampled_from(sorted("0123456789abcxX.:-_/[]()<>!=&|^%~@#\"' \\$é"))) + text[place:]


_many = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
pytestmark = [pytest.mark.tool("tcpdump"), pytest.mark.root]


def _dark(test: Callable[[], None]) -> None:
    in_the_dark(test)


def test_filters_from_the_grammar_become_the_same_programs() -> None:
    made = []

    @_many
    @given(expressions, _LINKS)
    def check(text: str, link: int) -> None:
        made.append(same(text, link))

    _dark(check)
    assert sum(made) > len(made) / 5


def test_damaged_filters_are_refused_where_libpcap_refuses_them() -> None:
    made = []

    @_many
    @given(st.one_of(damaged(), damaged(), soups), _LINKS)
    def check(text: str, link: int) -> None:
        made.append(same(text, link))

    _dark(check)
    assert sum(made) < len(made) * 0.9


def test_any_text_is_a_filter_or_a_clear_error() -> None:
    alphabet = st.characters(exclude_characters="\0", exclude_categories=["Cs"])

    @_many
    @given(st.one_of(st.text(alphabet, max_size=30), st.text("0123456789abcdef:.-x/", max_size=24)), _LINKS)
    def check(text: str, link: int) -> None:
        same(text, link)

    _dark(check)


def test_the_live_compiler_never_fails_but_by_its_own_error() -> None:
    @_many
    @given(st.one_of(expressions, damaged()), _LINKS)
    def check(text: str, link: int) -> None:
        try:
            program = compile_filter(text, link, live=True)
        except FilterSyntaxError as error:
            assert 0 <= error.start <= len(text)  # noqa: PT017
            return
        assert len(program.pack()) == 8 * len(program.instructions) <= 8 * 4096

    check()


def test_verdicts_on_random_bytes() -> None:
    base = [data for data, _length in frames()]

    @_many
    @given(expressions, st.sampled_from(base), st.binary(max_size=8), st.integers(0, 80), st.integers(0, 90))
    def check(text: str, frame: bytes, noise: bytes, place: int, cut: int) -> None:
        their, our = theirs(text), ours(text)
        if isinstance(their, str):
            assert isinstance(our, FilterSyntaxError)
            return
        assert not isinstance(our, FilterSyntaxError)
        data = (frame[:place] + noise + frame[place + len(noise) :])[:cut]
        assert run(our, data, len(frame)) == verdict(their, data, len(frame))

    _dark(check)
