"""Rows without trees say what the trees' lines say."""

from __future__ import annotations

import random

import pytest

from netscope.core.frame import Frame
from netscope.dissect import Context, dissect
from netscope.dissect.summary import Summaries, Summary, summaries, summary
from tests import conversations, packets, protocols
from tests.traffic import traffic

CORPUS = protocols.corpus() + conversations.corpus()


def rows_of_trees(frames: list[Frame]) -> list[Summary]:
    context = Context()
    found = [dissect(frame, context) for frame in frames]
    return [
        Summary(one.source, one.destination, one.protocol, one.frame.length, one.info, one.trouble) for one in found
    ]


def differences(frames: list[Frame]) -> list[tuple[Summary, Summary]]:
    pairs = zip(summaries(frames), rows_of_trees(frames), strict=True)
    return [(row, tree) for row, tree in pairs if row != tree]


def test_every_protocol_has_the_same_row_by_either_way() -> None:
    assert not differences(packets.frames(CORPUS))


def test_usual_traffic_has_the_same_rows_by_either_way() -> None:
    captured = packets.frames(list(traffic(1500)))
    assert len(captured) > 3000
    assert not differences(captured)


@pytest.mark.parametrize("seed", range(3))
def test_traffic_with_losses_has_the_same_rows_by_either_way(seed: int) -> None:
    chance = random.Random(seed)
    kept = [packet for packet in traffic(600) for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2)))]
    for index in range(0, len(kept) - 1, 7):
        kept[index], kept[index + 1] = kept[index + 1], kept[index]
    assert not differences(packets.frames(kept))


@pytest.mark.parametrize("seed", range(3))
def test_damaged_packets_have_the_same_rows_by_either_way(seed: int) -> None:
    damaged = protocols.mutated(CORPUS, seed)
    assert not differences(packets.frames([next(damaged) for _ in range(1500)]))


def test_a_row_may_lie_anywhere_in_a_larger_buffer() -> None:
    captured = packets.frames(CORPUS)
    maker = Summaries()
    for frame, row in zip(captured, summaries(captured), strict=True):
        data = b"before" + frame.data + b"behind"
        assert maker.row(frame.number, frame.time, data, 6, len(frame.data), frame.length, frame.link) == row


def test_a_frame_is_dissected_after_its_row_without_being_taken_for_a_repetition() -> None:
    context = Context()
    captured = packets.frames(list(traffic(300)))
    rows = [summary(frame, context) for frame in captured]
    for place, (frame, row) in enumerate(zip(captured, rows, strict=True)):
        again = dissect(frame, context, before=captured[place - 1] if place else None)
        for layer in again.layers:
            layer.fields()
        if row.protocol == "TCP":
            assert again.info == row.info
            assert again.trouble == row.trouble
        if place:
            delta = next(field for field in again.layers[0].fields() if field.name == "frame.time_delta")
            assert delta.show == "0.001234000"


def test_without_a_context_a_frame_stands_alone() -> None:
    frame = packets.frames([packets.segment(b"abc")])[0]
    assert summary(frame) == rows_of_trees([frame])[0]
