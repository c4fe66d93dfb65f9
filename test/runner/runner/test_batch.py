"""How jobs are packed into batches, and how a batch that fails is taken apart."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from orthoplex.runner.jobs.batch import Piece, cut, generate_batch, pack
from orthoplex.sample import Canceled, SampleResult, SampleSpec

shapes = st.builds(
    SampleSpec,
    prompt=st.just("a person"),
    seed=st.integers(0, 100),
    width=st.sampled_from([256, 512]),
    height=st.just(256),
    steps=st.sampled_from([4, 8]),
    count=st.integers(1, 16),
)


@given(specs=st.lists(shapes, max_size=8), most=st.integers(1, 20))
def test_every_picture_is_in_exactly_one_batch_of_its_shape_and_no_batch_is_too_large(
    specs: list[SampleSpec], most: int
) -> None:
    pieces = [piece for job, spec in enumerate(specs) for piece in cut(job, spec, [], most)]
    batches = pack(pieces, most)
    seeds = [(piece.job, piece.spec.seed + n) for batch in batches for piece in batch for n in range(piece.spec.count)]
    assert seeds == [(job, spec.seed + n) for job, spec in enumerate(specs) for n in range(spec.count)]
    for batch in batches:
        assert sum(piece.spec.count for piece in batch) <= most
        assert len({(piece.spec.width, piece.spec.height, piece.spec.steps) for piece in batch}) == 1


def drawn(pieces: Sequence[Piece]) -> list[SampleResult]:
    return [
        SampleResult(
            [Image.new("RGB", (1, 1))] * piece.spec.count,
            [piece.spec.seed + n for n in range(piece.spec.count)],
            ["a person"] * piece.spec.count,
            [],
        )
        for piece in pieces
    ]


def pieces_of(*counts: int) -> list[Piece]:
    return [
        Piece(job, 0, SampleSpec("a person", seed=100 * job, width=256, height=256, count=count), [])
        for job, count in enumerate(counts)
    ]


@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=6), room=st.integers(1, 9))
def test_a_batch_that_does_not_fit_the_memory_is_halved_until_it_does(counts: list[int], room: int) -> None:
    def draw(pieces: Sequence[Piece]) -> Sequence[SampleResult]:
        if sum(piece.spec.count for piece in pieces) > room:
            raise torch.OutOfMemoryError
        return drawn(pieces)

    seeds = []
    for piece, result in generate_batch(pieces_of(*counts), draw):
        assert isinstance(result, SampleResult)
        assert result.seeds[0] == 100 * piece.job + piece.first
        seeds += result.seeds
    assert seeds == [100 * job + n for job, count in enumerate(counts) for n in range(count)]


def test_a_part_of_a_batch_that_cannot_be_generated_fails_alone() -> None:
    def draw(pieces: Sequence[Piece]) -> Sequence[SampleResult]:
        if any(piece.job == 2 for piece in pieces):
            raise ValueError("too many people")
        return drawn(pieces)

    ends = {piece.job: result for piece, result in generate_batch(pieces_of(1, 1, 1, 1, 1), draw)}
    assert [job for job, end in ends.items() if isinstance(end, ValueError)] == [2]
    assert sorted(ends) == [0, 1, 2, 3, 4]


def test_a_cancel_ends_its_batch_and_no_other() -> None:
    def draw(pieces: Sequence[Piece]) -> Sequence[SampleResult]:
        if len(pieces) > 2:
            raise MemoryError
        if pieces[0].job == 0:
            raise Canceled
        return drawn(pieces)

    ends = [(piece.job, type(result)) for piece, result in generate_batch(pieces_of(1, 1, 1, 1), draw)]
    assert ends == [(0, Canceled), (1, Canceled), (2, SampleResult), (3, SampleResult)]


def test_nothing_more_is_generated_on_a_failed_device() -> None:
    calls: list[int] = []

    def draw(pieces: Sequence[Piece]) -> Sequence[SampleResult]:
        calls.append(len(pieces))
        raise torch.AcceleratorError("device-side assert triggered")

    with pytest.raises(torch.AcceleratorError):
        list(generate_batch(pieces_of(1, 1), draw))
    assert calls == [2]


def test_a_batch_has_one_sampler() -> None:
    pieces = pieces_of(1, 1, 1)
    other = replace(pieces[1], spec=replace(pieces[1].spec, sampler="UniPC"))
    assert [len(batch) for batch in pack([pieces[0], other, pieces[2]], 8)] == [1, 1, 1]
    assert [len(batch) for batch in pack(pieces, 8)] == [3]
