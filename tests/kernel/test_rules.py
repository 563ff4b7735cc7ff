"""Policy rules against ``ip -j -d rule``."""

from __future__ import annotations

from netscope.core.domain import Query
from tests.kernel.rtnl_oracle import ours, same
from tests.lab import Namespace

RULES = [
    "rule add from 10.0.0.0/8 fwmark 0x10/0xff table 100 pref 5", "rule add fwmark 7 table 7 pref 4",
    "rule add not iif lo oif nope ipproto tcp sport 10 dport 20-30 table main suppress_prefixlength 0 pref 6",
    "rule add tos 0x10 uidrange 5-9 lookup main pref 66 proto static",
    "rule add to 192.0.2.4 blackhole pref 7", "rule add goto 9999 pref 8", "rule add goto 32766 pref 9",
    "rule add to 10.3.0.0/16 lookup 77 realms 1/2 pref 12", "rule add unreachable pref 40000",
    "rule add prohibit from 192.0.2.7 pref 40001", "rule add lookup 70000 pref 40002 suppress_ifgroup 5",
    "rule add iif gone lookup local pref 13",
]  # fmt: skip


def test_every_rule_as_ip_has_it(netns: Namespace) -> None:
    netns.batch(RULES)
    for words in (
        "from 2001:db8::/32 prohibit pref 3",
        "to 2001:db8::1 iif lo lookup main pref 4",
        "goto 32766 pref 5",
    ):
        netns.ip(f"-6 rule add {words}")
    for number, family in ((4, "inet"), (6, "inet6")):
        mine = ours(netns, "rules", Query(family=number))
        assert {rule["family"] for rule in mine} == {family}
        same(mine, netns.ip_json(f"-d -{number} rule"), "rules", "family")
    assert len(ours(netns, "rules")) == sum(len(netns.ip_json(f"-{number} rule")) for number in (4, 6))
