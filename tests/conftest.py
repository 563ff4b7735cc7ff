"""Shared fixtures. In CI (``CI=true``) a test skipped for want of a tool or of root is a failure."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.dnslab import dns, internet
from tests.lab import Namespace, have, namespace
from tests.tui.quiet import QuietLoop

__all__ = ["dns", "internet"]  # the private internet is built once a session, by whoever asks first


def pytest_configure() -> None:
    """Let signals do what they do for people: a job in the background of a script, or nohup, hands ignored ones on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # How long it takes to make up an example, or to try it, says how busy the machine is, and nothing of the program.
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Let the tests of the screen wait for quiet."""
    return {"quiet": QuietLoop}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, what cannot run here."""
    reasons = []
    if item.get_closest_marker("root") and os.geteuid() != 0:
        reasons.append("needs root")
    for marker in item.iter_markers("tool"):
        reasons += [f"needs {program} on PATH" for program in marker.args if not have(program)]
    if not reasons:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("; ".join(reasons) + ": in CI this may not be skipped")
    pytest.skip("; ".join(reasons))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses a namespace needs root and iproute2."""
    for item in items:
        if "netns" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.root)
            item.add_marker(pytest.mark.tool("ip"))


@pytest.fixture
def netns() -> Iterator[Namespace]:
    """A fresh network namespace."""
    with namespace() as made:
        yield made


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's files out of the tests and the tests out of the user's files."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
