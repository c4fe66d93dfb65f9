"""Samples pictures on any base: its schedule with guidance, any mix of compositions in one batch.

Deterministic for a seed on one device: each picture's noise comes from its own seed, whatever else is in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from orthoplex.bases.protocol import AnyBase, Base, R
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.sample.result import Canceled, NotFinite, OnStep, SampleResult, never_cancel

Job = tuple[SampleSpec, Sequence[AttachedAdapter]]


def guided(conditional: Tensor, unconditional: Tensor, guidance: Tensor) -> Tensor:
    """Classifier-free guidance on predictions: u + g (c - u), guidance (B, 1, 1, 1)."""
    return unconditional + guidance * (conditional - unconditional)


@torch.no_grad()
def denoise(
    base: Base[R], readings: Sequence[R], canvas: Canvas, *, guidance: Tensor, on_step: OnStep = never_cancel
) -> Tensor:
    """Final states (B, ...) of the pictures of one canvas; guidance (B,)."""
    batch = len(readings)
    context = base.encode(readings)
    branches = 1 if bool((guidance == 1).all()) else 2  # at guidance 1 the unconditional half would count for nothing
    if branches == 2:
        context = context.joined(base.negative(readings))
    scale = guidance.to(base.device)[:, None, None, None]
    seeds = [reading.seed for reading in readings]
    schedule = base.schedule(canvas, seeds)
    x = schedule.start(torch.stack([base.noise(seed, canvas) for seed in seeds]).to(base.device))
    steps = len(schedule.levels)
    with base.attached(context):
        for index, level in enumerate(schedule.levels):
            seen = torch.cat([schedule.scaled(x, index)] * branches)
            predicted = base.predict(seen, torch.full((len(seen),), level, device=base.device), context)
            prediction = guided(predicted[:batch], predicted[batch:], scale) if branches == 2 else predicted
            x, clean = schedule.step(prediction, index, x)
            if not on_step(index + 1, steps, lambda clean=clean: base.preview(clean[0])):  # type: ignore[misc]
                raise Canceled
    return x


def sample_batch(base: AnyBase, jobs: Sequence[Job], on_step: OnStep = never_cancel) -> list[SampleResult]:
    """Several jobs of one size, step count and sampler as one batch, each with its own composition.

    PromptRefused (a ValueError) for a prompt that does not fit; ValueError for jobs that differ in size or steps;
    NotFinite (a ValueError) where one of the states is.
    """
    canvases = {spec.canvas for spec, _ in jobs}
    if len(canvases) != 1:
        raise ValueError(f"one batch has one size, step count and sampler, got {sorted(canvases, key=str)}")
    (canvas,) = canvases
    readings = [base.read(spec, adapters, spec.seed + index) for spec, adapters in jobs for index in range(spec.count)]
    guidance = torch.tensor([spec.guidance for spec, _ in jobs for _ in range(spec.count)])
    states = denoise(base, readings, canvas, guidance=guidance, on_step=on_step)
    if not bool(states.isfinite().all()):
        raise NotFinite
    images = base.decode(states, canvas)
    results, start = [], 0
    for spec, _ in jobs:
        own = slice(start, start + spec.count)
        start += spec.count
        here = readings[own]
        warnings = list(dict.fromkeys(warning for reading in here for warning in reading.warnings))
        seeds, prompts = [reading.seed for reading in here], [reading.prompt for reading in here]
        results.append(SampleResult(images[own], seeds, prompts, warnings))
    return results


def sample(
    base: AnyBase, spec: SampleSpec, adapters: Sequence[AttachedAdapter] = (), *, on_step: OnStep = never_cancel
) -> SampleResult:
    """The pictures of one job. Canceled when on_step returns False."""
    return sample_batch(base, [(spec, adapters)], on_step)[0]
