"""What all tests of the screen share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packets import frames, pcap
from tests.protocols import corpus
from tests.tui.packetstage import conversation


@pytest.fixture(autouse=True)
def _universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clocks, axes and answers on the screen have local times; the pictures that they are held against, UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def short_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file be opened by typing its name alone."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A file with a conversation."""
    path = tmp_path / "talk.pcap"
    path.write_bytes(pcap(conversation(), 1))
    return path


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A file with a few packets of everything."""
    path = tmp_path / "corpus.pcap"
    path.write_bytes(pcap(frames(packet for packet in corpus() if packet.link == 1), 1))
    return path
