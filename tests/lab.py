"""What the tests build: network namespaces with the real ``ip``, and commands run without privileges."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from netscope.core.domain import Query
from netscope.core.snapshot import Snapshot
from netscope.domains import load
from netscope.hub.once import collect_once
from netscope.system.live import LiveHost

REPOSITORY = Path(__file__).resolve().parent.parent
NOBODY = 65534


class Namespace:
    """A named network namespace that the test made."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, *command: str, check: bool = True, stdin: str | None = None) -> str:
        """Run a program inside and return its standard output."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *command], capture_output=True, text=True, input=stdin, timeout=60
        )
        if check and done.returncode:
            raise AssertionError(f"{command} exited {done.returncode}: {done.stderr}{done.stdout}")
        return done.stdout

    def popen(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a program inside; the caller ends it."""
        return subprocess.Popen(["ip", "netns", "exec", self.name, *command], text=True, **options)

    def ip(self, words: str) -> str:
        """Run ``ip`` inside with these words."""
        done = subprocess.run(["ip", "-n", self.name, *words.split()], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"ip {words}: {done.stderr}")
        return done.stdout

    def batch(self, lines: Sequence[str]) -> None:
        """Run many ``ip`` commands in one process."""
        done = subprocess.run(
            ["ip", "-n", self.name, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise AssertionError(done.stderr)

    def ip_json(self, words: str) -> list[dict[str, Any]]:
        """Return what ``ip -j ...`` prints inside."""
        done = subprocess.run(["ip", "-n", self.name, "-j", *words.split()], capture_output=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"ip -j {words}: {done.stderr!r}")
        found: list[dict[str, Any]] = json.loads(done.stdout.decode("utf-8", "surrogateescape") or "[]")
        return found

    def host(self) -> LiveHost:
        """Return netscope's view of the namespace."""
        return LiveHost(self.name)

    def collect(self, topic: str, query: Query | None = None) -> Snapshot:
        """Look at a topic once."""
        host = self.host()
        try:
            return collect_once(load(topic), host, query or Query())
        finally:
            host.close()


@contextmanager
def namespace() -> Iterator[Namespace]:
    """Make a namespace with loopback up; remove it afterwards."""
    name = f"nstest-{uuid.uuid4().hex[:8]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        made = Namespace(name)
        made.ip("link set lo up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def netscope(
    *arguments: str, inside: Namespace | None = None, as_user: str = "", check: bool = False, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would. ``as_user``: "" (as we are), "nobody", or "capless" (uid 0, no capability)."""
    command = [sys.executable, "-m", "netscope", *arguments]
    if as_user:
        command = without_privileges(command, as_user)
    if inside is not None:
        command = ["ip", "netns", "exec", inside.name, *command]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="surrogateescape", cwd="/", timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": os.environ.get("COLUMNS", "200")},
    )  # fmt: skip
    if check and done.returncode:
        raise AssertionError(f"netscope {arguments} exited {done.returncode}: {done.stderr}")
    return done


def without_privileges(command: Sequence[str], as_user: str = "nobody") -> list[str]:
    """Return the command line that runs ``command`` without any capability (needs root to start with).

    ``nobody`` must be able to reach the interpreter even where it lies under a home directory of mode 0700: in a
    mount namespace of its own, each such directory is replaced by one that shows only the way to what is needed.
    """
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    if as_user == "capless":
        return [*drop, *command]
    drop += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    needed = [str(REPOSITORY), sys.prefix, sys.base_prefix]
    script = "set -e\n"
    covered: dict[str, list[str]] = {}
    for path in needed:
        blocked = _blocked_ancestor(path)
        if blocked:
            covered.setdefault(blocked, []).append(path)
    for place, (blocked, paths) in enumerate(covered.items()):
        spare = _mount_point(place)
        script += f"mount -t tmpfs -o mode=755 tmpfs {spare}\n"
        for number, path in enumerate(paths):
            script += f"mkdir {spare}/{number}; mount --bind {path} {spare}/{number}\n"
        script += f"mount -t tmpfs -o mode=755 tmpfs {blocked}\n"
        for number, path in enumerate(paths):
            script += f"mkdir -p {path}; mount --bind {spare}/{number} {path}\n"
    script += 'exec "$@"\n'
    return ["unshare", "--mount", "sh", "-c", script, "sh", *drop, *command]


@cache
def _mount_point(_place: int) -> str:
    """Return an empty directory to mount on. Each user has a mount namespace of his own, so that all may share it."""
    made = tempfile.mkdtemp(prefix="netscope-test-")
    atexit.register(os.rmdir, made)
    return made


def _blocked_ancestor(path: str) -> str:
    """Return the outermost directory on the way to ``path`` that others may not pass, or ""."""
    for parent in reversed([Path(path), *Path(path).parents]):
        if parent.exists() and not parent.stat().st_mode & 0o001:
            return str(parent)
    return ""


def have(*programs: str) -> bool:
    """Tell whether all these programs are on PATH."""
    return all(shutil.which(program) for program in programs)
