"""Self-check of a trained concept: generates every expression that its captions name, and classifies the samples. The
publisher gets the number of samples in which the reader found the requested expression.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from orthoplex.bases.protocol import AnyBase
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.sample.sampler import sample_batch

STEPS = 12
SEEDS = (101, 102)  # not those of the samples that are shown
PICTURES_AT_ONCE = 4


@dataclass(frozen=True)
class SelfCheck:
    """schema/contract/scans.ts SelfCheck. counts: expression -> (drawn, right)."""

    counts: dict[str, tuple[int, int]]
    notes: tuple[str, ...] = ()  # what the samples show where pictures contradict one another

    @property
    def drawn(self) -> int:
        return sum(drawn for drawn, _ in self.counts.values())

    @property
    def right(self) -> int:
        return sum(right for _, right in self.counts.values())

    def as_json(self) -> dict[str, object]:
        expressions = [
            {"name": name, "drawn": drawn, "right": right} for name, (drawn, right) in sorted(self.counts.items())
        ]
        return {"drawn": self.drawn, "right": self.right, "steps": STEPS, "expressions": expressions}


def self_check(
    base: AnyBase, attached: AttachedAdapter, pictures: Sequence[tuple[Image.Image, str | None]]
) -> SelfCheck | None:
    """None where the base has no reader, or the captions name fewer than two expressions."""
    reader = base.reader(pictures)
    if reader is None:
        return None
    asks = [(each, seed) for each in reader.expressions for seed in SEEDS]
    width, height = base.training.sample_size
    found: list[int] = []
    for start in range(0, len(asks), PICTURES_AT_ONCE):
        jobs = [
            (
                SampleSpec(
                    reader.prompt(attached.trigger, expression), seed, width, height,
                    steps=STEPS, guidance=base.training.sample_guidance,
                ),
                [attached],
            )
            for expression, seed in asks[start : start + PICTURES_AT_ONCE]
        ]  # fmt: skip
        found += [reader.nearest(result.images[0]) for result in sample_batch(base, jobs)]
    drawn = Counter(expression for expression, _ in asks)
    right = Counter(e for (e, _), nearest in zip(asks, found, strict=True) if reader.expression_of(nearest) == e)
    counts = {expression: (drawn[expression], right[expression]) for expression in reader.expressions}
    return SelfCheck(counts, reader.notes(found))
