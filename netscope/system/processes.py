"""Which process holds which socket, from /proc (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Collection

from netscope.core.host import Owners, Process, ProcessDetails


class SocketOwners:
    """Finds the holders of socket inodes."""

    def find(self, inodes: Collection[int]) -> Owners:
        """Scan /proc/PID/fd."""
        wanted = {f"socket:[{inode}]": inode for inode in inodes if inode}
        holders: dict[int, list[Process]] = {}
        unreadable = 0
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with os.scandir(f"/proc/{entry}/fd") as descriptors:
                    for descriptor in descriptors:
                        inode = wanted.get(os.readlink(descriptor.path))
                        if inode is not None:
                            holders.setdefault(inode, []).append(
                                Process(int(entry), _name(entry), int(descriptor.name))
                            )
            except PermissionError:
                unreadable += 1
            except OSError:
                continue
        return Owners({inode: tuple(found) for inode, found in holders.items()}, unreadable)


def _name(pid: str) -> str:
    with open(f"/proc/{pid}/comm", "rb") as file:
        return file.read().rstrip(b"\n").decode("utf-8", "surrogateescape")


def describe(_pid: int) -> ProcessDetails | None:
    """Describe one process."""
    return None
