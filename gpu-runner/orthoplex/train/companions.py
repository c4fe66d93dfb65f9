"""People that a base itself generates, beside whom a concept is also trained, so that it learns who is not meant."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from orthoplex.bases.options import Companion
from orthoplex.bases.protocol import AnyBase
from orthoplex.bases.request import SampleSpec
from orthoplex.sample.sampler import sample_batch

STEPS = 12
AT_ONCE = 6  # pictures a batch

_generated: WeakKeyDictionary[AnyBase, tuple[Companion, ...]] = WeakKeyDictionary()


def companions_of(base: AnyBase) -> tuple[Companion, ...]:
    """A picture of each of `base.training.companions`, always from the same seeds; generated once a loaded base."""
    if base not in _generated:
        _generated[base] = _generate(base)
    return _generated[base]


def _generate(base: AnyBase) -> tuple[Companion, ...]:
    defaults = base.training
    width, height = defaults.sample_size
    jobs = [
        (
            SampleSpec(
                f"{who}, {background} background", seed, width, height,
                steps=STEPS, guidance=defaults.sample_guidance,
            ),
            (),
        )
        for seed, (who, background) in enumerate(defaults.companions)
    ]  # fmt: skip
    batches = (sample_batch(base, jobs[first : first + AT_ONCE]) for first in range(0, len(jobs), AT_ONCE))
    pictures = (result.images[0] for results in batches for result in results)
    return tuple(
        Companion(picture, who, background)
        for picture, (who, background) in zip(pictures, defaults.companions, strict=True)
    )
