"""Packs sample jobs into batches that the device can generate at once, and takes them apart again when it cannot.

A job of many pictures is cut into pieces: picture k of a job has seed + k, so pieces generate what the whole would.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from orthoplex.bases.request import Canvas
from orthoplex.runner.failure import failure_of
from orthoplex.sample import AttachedAdapter, Canceled, SampleResult, SampleSpec


@dataclass(frozen=True, eq=False)
class Piece:
    """Pictures first .. first + spec.count - 1 of job number `job`."""

    job: int
    first: int
    spec: SampleSpec
    adapters: Sequence[AttachedAdapter]
    apart: int | None = None  # a job that changes the base's weights: it shares a batch with none but itself


Generate = Callable[[Sequence[Piece]], Sequence[SampleResult]]


def cut(job: int, spec: SampleSpec, adapters: Sequence[AttachedAdapter], pictures_max: int) -> list[Piece]:
    """The pieces of one job, each of at most `pictures_max` pictures."""
    return [
        Piece(
            job,
            first,
            replace(spec, seed=spec.seed + first, count=min(pictures_max, spec.count - first)),
            adapters,
        )
        for first in range(0, spec.count, pictures_max)
    ]


def pack(pieces: Sequence[Piece], pictures_max: int) -> list[list[Piece]]:
    """Batches in the order of the pieces, of one size, step count and sampler each, and of at most `pictures_max`."""
    batches: list[list[Piece]] = []
    for piece in pieces:
        batch = batches[-1] if batches else []
        pictures = sum(each.spec.count for each in batch) + piece.spec.count
        if batch and pictures <= pictures_max and _shape(batch[0]) == _shape(piece):
            batch.append(piece)
        else:
            batches.append([piece])
    return batches


def generate_batch(batch: Sequence[Piece], generate: Generate) -> Iterator[tuple[Piece, SampleResult | Exception]]:
    """Each piece's pictures, or the exception that is its own: a failing batch is halved until the culprit is alone.

    A piece that alone is too large for the memory is halved as well. Canceled is the end of the pieces of that batch
    and of no others. After a failure of the device nothing more is tried: the exception is passed on.
    """
    failed: Exception | None = None
    results: Sequence[SampleResult] = ()
    try:
        results = generate(batch)
        if len(results) != len(batch):
            raise RuntimeError(f"{len(batch)} pieces gave {len(results)} results.")
    except Canceled as canceled:
        yield from ((piece, canceled) for piece in batch)
        return
    except Exception as error:
        if failure_of(error).fatal:
            raise
        # Its frames hold the tensors of the failed attempt, which the next attempt needs the memory of.
        traceback.clear_frames(error.__traceback__)
        failed = error
    if failed is None:
        yield from zip(batch, results, strict=True)
    elif len(batch) > 1:
        middle = len(batch) // 2
        yield from generate_batch(batch[:middle], generate)
        yield from generate_batch(batch[middle:], generate)
    elif batch[0].spec.count > 1 and failure_of(failed).code == "out_of_memory":
        piece = batch[0]
        for half in cut(piece.job, piece.spec, piece.adapters, (piece.spec.count + 1) // 2):
            yield from generate_batch([replace(half, first=piece.first + half.first)], generate)
    else:
        yield batch[0], failed


def _shape(piece: Piece) -> tuple[Canvas, int | None]:
    return piece.spec.canvas, piece.apart
