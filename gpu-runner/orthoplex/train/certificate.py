"""Certificates: fixed prompts that do not name the concept, generated with it attached and without, and compared. The
result is exact: the bytes are equal or not. Only on bases that guarantee it (`promises_silence`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from orthoplex.bases.protocol import AnyBase
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.ortho.layout import Layout
from orthoplex.sample.sampler import sample

STEPS = 4
SEED = 0
# What a base draws alone is the same for every adapter; as long as the base is loaded it is drawn once.
_WITHOUT: WeakKeyDictionary[AnyBase, tuple[str, ...]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Certificate:
    """schema/contract/scans.ts Certificate: SHA-256 of each prompt's RGB bytes, rows first."""

    prompts: tuple[str, ...]
    without: tuple[str, ...]
    attached: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        return self.without == self.attached

    def as_json(self) -> dict[str, object]:
        return {
            "unchanged": self.unchanged, "prompts": list(self.prompts), "seed": SEED, "steps": STEPS,
            "without": list(self.without), "with": list(self.attached),
        }  # fmt: skip


def promises_silence(layout: Layout) -> bool:
    """Whether adapters of this base change nothing where they are not named, by construction."""
    return bool(layout.entries) or layout.reserved is not None


def can_certify(base: AnyBase) -> bool:
    """Whether a certificate of this base's adapters says anything, and there are prompts for it."""
    return promises_silence(base.layout) and bool(base.training.silent_prompts)


def certify(base: AnyBase, attached: AttachedAdapter) -> Certificate:
    """The certificate of an adapter; ValueError for a base without fixed prompts."""
    prompts = base.training.silent_prompts
    if not prompts:
        raise ValueError(f"{base.id} has no prompts for certificates")
    without = _WITHOUT.get(base)
    if without is None:
        without = _WITHOUT[base] = tuple(_drawn(base, prompt, []) for prompt in prompts)
    return Certificate(prompts, without, tuple(_drawn(base, prompt, [attached]) for prompt in prompts))


def _drawn(base: AnyBase, prompt: str, adapters: list[AttachedAdapter]) -> str:
    width, height = base.training.sample_size
    spec = SampleSpec(prompt, SEED, width, height, steps=STEPS, guidance=base.training.sample_guidance)
    image = sample(base, spec, adapters).images[0]
    return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()
