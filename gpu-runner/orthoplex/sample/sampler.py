"""Draws pictures: Euler steps of the rectified flow with guidance, any mix of compositions in one batch.

Deterministic for a seed on one device: each picture's noise comes from its own seed, whatever else is in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.sharpener import enlarge
from orthoplex.ortho.attach import attach_batch
from orthoplex.sample.rows import Row, as_one, layer_contexts, make_row, neighbours_of, null_context, region_weights
from orthoplex.sample.spec import AttachedAdapter, Canceled, OnStep, SampleResult, SampleSpec, never_cancel

Job = tuple[SampleSpec, Sequence[AttachedAdapter]]


def time_steps(steps: int, shift: float = 1.5) -> list[float]:
    """Noise levels 1 = t_0 > ... > t_steps = 0, denser near noise, where the picture is decided.

    t' = s t / (1 + (s - 1) t), the shift of Esser et al. 2024, sec. 5.3.2.
    """
    uniform = [1 - index / steps for index in range(steps + 1)]
    return [shift * t / (1 + (shift - 1) * t) for t in uniform]


def euler_step(x_t: Tensor, x0: Tensor, t: float, t_next: float) -> Tensor:
    """One step of dx/dt = (x_t - x0) / t towards t_next < t; at t_next = 0 it is x0 itself."""
    return x0 + (x_t - x0) * (t_next / t)


def guided(conditional: Tensor, unconditional: Tensor, guidance: Tensor) -> Tensor:
    """Classifier-free guidance on the clean picture: u + g (c - u), guidance (B, 1, 1, 1)."""
    return unconditional + guidance * (conditional - unconditional)


def to_images(pictures: Tensor) -> list[Image.Image]:
    """(B, 3, H, W) in [-1, 1] -> PIL images."""
    bytes_ = ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return [Image.fromarray(picture.permute(1, 2, 0).cpu().numpy()) for picture in bytes_]


def noise_of(seed: int, cells: int, cell_px: int) -> Tensor:
    """The starting noise of a picture: (3, cell_px, cells * cell_px), drawn on the CPU so that devices agree."""
    generator = torch.Generator().manual_seed(seed % 2**63)
    return torch.randn(3, cell_px, cells * cell_px, generator=generator)


@torch.no_grad()
def denoise(base: CastBase, rows: Sequence[Row], cells: int, steps: int, guidance: Tensor, on_step: OnStep) -> Tensor:
    """Clean pictures (B, 3, 64, 64 cells) of rows that share size and steps; guidance (B,)."""
    batch = len(rows)
    places = torch.arange(cells, device=base.device).expand(batch, cells).contiguous()
    contexts = layer_contexts(base, rows, places)
    regions = region_weights(base, rows, cells)
    regions = regions and as_one(regions)
    neighbours = neighbours_of(base, rows, cells)
    branches = 1 if bool((guidance == 1).all()) else 2  # at guidance 1 the unconditional half would count for nothing
    if branches == 2:
        unconditional = null_context(base, batch, places)
        contexts = [torch.cat([context, unconditional]) for context in contexts]
        neighbours = neighbours if neighbours is None else torch.cat([neighbours] * 2)
        regions = regions and [(torch.cat([weight] * 2), torch.cat([mask] * 2)) for weight, mask in regions]
    x = torch.stack([noise_of(row.seed, cells, base.config.cell_px) for row in rows]).to(base.device)
    scale = guidance.to(base.device)[:, None, None, None]
    times = time_steps(steps)
    compositions = [row.residuals for row in rows] * branches
    with attach_batch(base.model, base.layout, compositions):
        for index, (t, t_next) in enumerate(pairwise(times)):
            noisy = torch.cat([x] * branches).to(base.dtype)
            level = torch.full((branches * batch,), t, device=base.device)
            predicted = base.model(noisy, level, contexts, torch.cat([places] * branches), regions, neighbours).float()
            x0 = guided(predicted[:batch], predicted[batch:], scale) if branches == 2 else predicted
            x = euler_step(x, x0, t, t_next)
            if not on_step(index + 1, steps, lambda x0=x0: to_images(x0[:1])[0]):  # type: ignore[misc]
                raise Canceled
    return x


def sample_batch(base: CastBase, jobs: Sequence[Job], on_step: OnStep = never_cancel) -> list[SampleResult]:
    """Several jobs of one size and step count as one batch, each with its own composition.

    PromptRefused (a ValueError) for a prompt that does not fit; ValueError for jobs that differ in size or steps.
    """
    shapes = {(spec.width, spec.height, spec.steps) for spec, _ in jobs}
    if len(shapes) != 1:
        raise ValueError(f"one batch has one size and step count, got {sorted(shapes)}")
    ((width, height, steps),) = shapes
    rows = [make_row(base, spec, adapters, spec.seed + index) for spec, adapters in jobs for index in range(spec.count)]
    guidance = torch.tensor([spec.guidance for spec, _ in jobs for _ in range(spec.count)])
    small = denoise(base, rows, width // height, steps, guidance, on_step)
    images = to_images(enlarge(base.sharpener, small))
    images = [
        image if image.size == (width, height) else image.resize((width, height), Image.Resampling.LANCZOS)
        for image in images
    ]
    results, start = [], 0
    for spec, _ in jobs:
        mine = slice(start, start + spec.count)
        start += spec.count
        here = rows[mine]
        warnings = list(dict.fromkeys(warning for row in here for warning in row.warnings))
        if spec.negative_prompt:
            warnings.append(f"{base.id} does not use a negative prompt")
        results.append(SampleResult(images[mine], [row.seed for row in here], [row.prompt for row in here], warnings))
    return results


def sample(
    base: CastBase, spec: SampleSpec, adapters: Sequence[AttachedAdapter] = (), *, on_step: OnStep = never_cancel
) -> SampleResult:
    """The pictures of one job. Canceled when on_step returns False."""
    return sample_batch(base, [(spec, adapters)], on_step)[0]
