"""What stands in the list where there are no packets. Pure."""

from __future__ import annotations

from netscope.tui.table.widget import Notice

_EMPTY = (
    "s starts a capture, O opens a pcap or pcapng file",
    "What tcpdump, dumpcap and Wireshark's three panes are for.",
)
_NO_PRIVILEGE = (
    "It needs CAP_NET_RAW. O opens a pcap or pcapng file without it.",
    "Run netscope with sudo, or make a copy of Python that may:",
    "  python3 -m venv --copies ENV",
    "  sudo chgrp GROUP ENV/bin/python3; sudo chmod 750 ENV/bin/python3  # a group's",
    "  sudo setcap cap_net_raw=ep ENV/bin/python3",
)


def welcome(*, may_capture: bool) -> Notice:
    """Return what is said before anything was captured or opened."""
    if may_capture:
        return Notice("No packets yet", _EMPTY)
    return Notice("Packets cannot be captured without privileges", _NO_PRIVILEGE)


def nothing(*, running: bool) -> Notice:
    """Return what is said of a capture or a file without packets."""
    return Notice("No packets yet" if running else "No packets")
