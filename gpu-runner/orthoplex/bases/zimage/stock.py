"""A composition on Z-Image as files for an ordinary pipeline: a LoRA, and the prompt's embeddings to call it with.

The pipeline takes embeddings (`prompt_embeds`), so the concepts' further rows are written into them. What an entry e_k
adds at layer l becomes, per layer,
    e_k a_kl^T x,   a_l = T^T X (X^T X + r I)^-1,
X the layer's inputs (rows, in) while we draw the prompt, T (rows, tokens) 1 at a token's own row and 0 elsewhere, also
in the picture: rows of words run through the same layers. Copies of a word's row stand at other places and differ from
the second layer of words on; setting them apart by hand lost more than it gained. Residuals are summed at their mean
gate in the picture, and act on words as well, where ours do not. The caller measures what is lost (exporting.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from PIL import Image
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.stock import GATE_STEPS, RIDGE, gated_layers
from orthoplex.bases.zimage.base import ZBase
from orthoplex.bases.zimage.foreign import TRANSFORMER, whole
from orthoplex.bases.zimage.parts import PATCH
from orthoplex.ortho.widen import addresses, widened_entries

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True, eq=False)
class StockPrompt:
    """layers: name -> (down (r, in), up (out, r)) of scale 1. call: for the pipeline, (rows, D) each."""

    layers: Mapping[str, Pair]
    call: Mapping[str, Tensor]


def stock_pipeline(base: ZBase, folder: Path) -> Any:
    """The folder as an ordinary pipeline in fp32, with the scheduler of our default sampler."""
    pipe, _ = whole(base, folder)
    pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(base.device)


def drawn(base: ZBase, pipe: Any, spec: SampleSpec, call: Mapping[str, Tensor]) -> Image.Image:
    """The picture that diffusers draws from our noise; its guidance is 0 where ours is 1."""
    image: Image.Image = pipe(
        **{name: [each.to(base.device)] for name, each in call.items()}, height=spec.height, width=spec.width,
        num_inference_steps=spec.steps, guidance_scale=spec.guidance - 1,
        latents=base.noise(spec.seed, spec.canvas)[None].to(base.device),
    ).images[0]  # fmt: skip
    return image


def lora_tensors(layers: Mapping[str, Pair]) -> dict[str, Tensor]:
    """As diffusers and PEFT name them."""
    halves = {name: {"lora_A": down, "lora_B": up} for name, (down, up) in layers.items()}
    return {
        f"{TRANSFORMER}.{name}.{half}.weight": each.contiguous()
        for name, own in halves.items()
        for half, each in own.items()
    }


@torch.no_grad()
def stock_prompt(base: ZBase, spec: SampleSpec, members: Sequence[AttachedAdapter]) -> StockPrompt:
    """The composition of the members that the prompt calls, in f16 as files hold it."""
    reading = base.read(spec, members, spec.seed)
    latents = (spec.height // base.latent_px, spec.width // base.latent_px)
    context, negative = base.encode([reading]), base.negative([reading])
    (called,) = context.members
    entries = widened_entries(called, base.layout)
    rows = _rows(base, spec, context if spec.guidance == 1 else context.joined(negative))
    layers = {name: (rows[name], own.T) for name, own in entries.items() if bool(own.any())}
    pictured = (latents[0] // PATCH) * (latents[1] // PATCH)
    for name, (down, up) in gated_layers(base, reading.members, pictured=pictured).items():
        before = layers.get(name)
        layers[name] = (down, up) if before is None else _beside(before, (down, up))
    lengths = [int(each.conditions["lengths"][0]) for each in (context, negative)]
    call = {
        "prompt_embeds": context.states[0][0, : lengths[0]],
        "negative_prompt_embeds": negative.states[0][0, : lengths[1]],
    }
    return StockPrompt(
        {name: (down.half().cpu(), up.half().cpu()) for name, (down, up) in layers.items()},
        {name: each.float().cpu().contiguous() for name, each in call.items()},
    )


def _beside(one: Pair, other: Pair) -> Pair:
    """Their sum, ranks side by side."""
    return torch.cat([one[0], other[0].to(one[0])]), torch.cat([one[1], other[1].to(one[1])], dim=1)


def _rows(base: ZBase, spec: SampleSpec, context: Context) -> dict[str, Tensor]:
    """a (tokens, in) of every layer with entries, from the inputs of GATE_STEPS steps."""
    schedule = base.schedule(replace(spec, steps=GATE_STEPS).canvas, [spec.seed])
    x = schedule.start(base.noise(spec.seed, spec.canvas)[None].to(base.device))
    fits = {name: _Fit() for name in base.layout.entries if name.endswith("to_k")}
    with base.attached(context), _seen(base, fits, context):
        for index, level in enumerate(schedule.levels):
            seen = torch.cat([schedule.scaled(x, index)] * len(context.members))
            predicted = base.predict(seen, torch.full((len(seen),), level, device=base.device), context)
            x, _ = schedule.step(predicted[:1], index, x)
    solved = {name: fit.solved() for name, fit in fits.items()}
    return solved | {name.replace("to_k", "to_v"): each for name, each in solved.items()}  # they read the same


class _Fit:
    """X^T X and X^T T of one layer, each token's rows weighing as much as all others together."""

    def __init__(self) -> None:
        self.xx, self.xt = torch.zeros(()).double(), torch.zeros(()).double()

    def add(self, x: Tensor, target: Tensor) -> None:
        """x (rows, in), target (rows, tokens)."""
        own = target.any(dim=1)
        weight = torch.where(own, (~own).sum() / own.sum().clamp(min=1), 1.0).to(x)[:, None]
        self.xx = self.xx + (x.T @ (x * weight)).double().cpu()
        self.xt = self.xt + (x.T @ (target.to(x) * weight)).double().cpu()

    def solved(self) -> Tensor:
        ridge = RIDGE * self.xx.trace() / len(self.xx) * torch.eye(len(self.xx), dtype=torch.float64)
        rows: Tensor = torch.linalg.solve(self.xx + ridge, self.xt).T.contiguous()
        return rows


@contextmanager
def _seen(base: ZBase, fits: Mapping[str, _Fit], context: Context) -> Iterator[None]:
    """Inside the `with` block every input of these layers is added to their fits."""

    def noted(fit: _Fit) -> Any:
        def hook(_module: object, inputs: tuple[Tensor]) -> None:
            for picture, members in zip(inputs[0].float(), context.members, strict=True):
                target = addresses(context.members[0], len(picture)).to(picture)
                fit.add(picture, target if members else torch.zeros_like(target))

        return hook

    handles = [base.model.get_submodule(name).register_forward_pre_hook(noted(fit)) for name, fit in fits.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
