"""What a cgroup path says: the systemd unit and the container (systemd.unit(5), cgroups(7)).

Container managers name their groups after the container's id: docker and containerd ``docker-ID.scope`` or
``/docker/ID``, podman ``libpod-ID.scope``, CRI-O ``crio-ID.scope``, kubelets ``cri-containerd-ID.scope`` or
``/kubepods/.../ID``; lxc and systemd-nspawn use the container's name.
"""

from __future__ import annotations

import re

_UNITS = (".service", ".scope", ".socket", ".mount", ".swap")
_ID = re.compile(r"(?:^|[-/])([0-9a-f]{64})(?:\.scope)?(?:/|$)")
_LXC = re.compile(r"/lxc(?:\.payload)?[./]([^/]+)")
_MACHINE = re.compile(r"/machine\.slice/(?:machine-([^/]+)\.scope|systemd-nspawn@([^/]+)\.service)(?:/|$)")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


def unit_of(path: str) -> str | None:
    """Return the innermost systemd unit of a cgroup path, or None: the last part that names one."""
    for part in reversed(path.split("/")):
        if part.endswith(_UNITS):
            return part
    return None


def container_of(path: str) -> str | None:
    """Return the container's id (64 hexadecimal digits) or name, or None."""
    found = _ID.search(path)
    if found:
        return found[1]
    found = _LXC.search(path)
    if found:
        return found[1]
    found = _MACHINE.search(path)
    if found:
        return _unescape(found[1] or found[2])
    return None


def _unescape(name: str) -> str:
    return _HEX.sub(lambda match: chr(int(match[1], 16)), name)
