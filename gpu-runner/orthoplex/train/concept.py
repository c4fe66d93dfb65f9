"""Trains one concept on a frozen base: up matrices in its slot, and its tokens or their entries, as the base has them.

The paper's training (sec. 3.3, 3.5). Where the base gates residuals, or reserves channels for marked tokens, other
words do not reach the residual; elsewhere part of each batch preserves the base's own predictions (Base.prior). Resumes
exactly from a checkpoint; deterministic for a seed on one device.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.context import Context
from orthoplex.bases.options import PictureOptions
from orthoplex.bases.protocol import AnyBase, Batch, Concept
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.residual import trainable_residual
from orthoplex.sample.result import Canceled
from orthoplex.sample.sampler import sample
from orthoplex.train.companions import companions_of
from orthoplex.train.loss_scale import LossScale
from orthoplex.train.plateau import EVERY, PICTURES, Plateau, shortened
from orthoplex.train.step import train_step
from orthoplex.whole_files import whole_file

CHECKPOINT = "orthoplex.checkpoint/1"
FIRST_SAMPLE_SECONDS = 8.0  # of training, then a sample is drawn whatever the step: nobody should wait 20 s for one


@dataclass(frozen=True)
class TrainSpec:
    """What to train, and how long. Without rates: those of the base."""

    concept: str
    class_word: str
    trigger: str
    slot: int
    steps: int = 480
    seed: int = 0
    batch: int = 4  # small steps learn most for their time (docs/log.md)
    prior_share: float = 0.5  # of a batch, on bases that reserve no channels
    up_rate: float | None = None
    token_rate: float | None = None
    strength: float = 1.0
    sample_prompts: tuple[str, ...] = ()
    sample_every: int = 120
    sample_steps: int = 24
    prior_pictures: int = 96  # that the base samples, to be left as they are
    accumulate: int = 1  # batches a step
    resolution: int | None = None  # these four: bases/options.py PictureOptions
    buckets: bool = True
    flip: bool = False
    min_snr: float | None = None

    def picture_options(self, masks: Sequence[Image.Image | None]) -> PictureOptions:
        """masks: of each picture, or none at all."""
        used = tuple(masks) if any(mask is not None for mask in masks) else ()
        return PictureOptions(self.resolution, self.buckets, self.flip, self.min_snr, used)


@dataclass(frozen=True, eq=False)
class Progress:
    """One step done. preview is there only at the steps that generate one."""

    step: int
    total: int
    loss: float
    prior_loss: float  # mean squared change of the base's own behaviour; 0 where none is possible
    preview: Image.Image | None = None


@dataclass(frozen=True, eq=False)
class TrainResult:
    adapter: Adapter
    samples: list[Image.Image]
    metrics: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


OnProgress = Callable[[Progress], bool]


class ConceptState:
    """Everything that a checkpoint must hold: trained tensors, optimiser moments, step, losses."""

    def __init__(self, base: AnyBase, spec: TrainSpec) -> None:
        self.base = base
        self.residual = residual = trainable_residual(base.layout, spec.slot)
        self.tokens = base.initial_tokens(spec.class_word).requires_grad_()  # without the marks of their slot
        count = base.layout.tokens_shape[0]
        self.entries = {name: torch.zeros(count, out, requires_grad=True) for name, out in base.layout.entries.items()}
        self.up_rate = base.training.up_rate if spec.up_rate is None else spec.up_rate
        self.token_rate = base.training.token_rate if spec.token_rate is None else spec.token_rate
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(residual.up.values()), "lr": self.up_rate, "base": self.up_rate},
                {
                    "params": [self.tokens, *self.entries.values()],
                    "lr": self.token_rate,
                    "base": self.token_rate,
                },
            ],
            betas=(0.9, 0.98),
            weight_decay=0.0,
        )
        self.step = 0
        self.total = spec.steps  # fewer once nothing improves any more
        self.plateau = Plateau()
        self.scale = LossScale.of(base.dtype)
        self.loss = math.nan
        self.prior_loss = 0.0

    def called(self, context: Context) -> Context:
        return self.base.with_concept(context, Concept(self.residual, self.tokens, self.entries))

    def attached(self, context: Context) -> AbstractContextManager[object]:
        return self.base.attached(context)

    def _trained(self) -> dict[str, Tensor]:
        """What is trained, by its name in a checkpoint."""
        ups = {f"up.{name}": up for name, up in self.residual.up.items()}
        return ups | {f"entry.{name}": entry for name, entry in self.entries.items()} | {"tokens": self.tokens}

    def save(self, path: Path, spec: TrainSpec) -> None:
        tensors = {name: tensor.detach() for name, tensor in self._trained().items()}
        parameters = self.optimiser.param_groups[0]["params"] + self.optimiser.param_groups[1]["params"]
        for index, parameter in enumerate(parameters):
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser.{index}.{key}"] = value
        facts = {
            "spec": asdict(spec), "step": self.step, "loss": self.loss, "prior_loss": self.prior_loss,
            "total": self.total, "plateau": asdict(self.plateau), "scale": asdict(self.scale),
        }  # fmt: skip
        with whole_file(path) as part:
            save_file(
                {name: t.contiguous() for name, t in tensors.items()},
                part,
                {"format": CHECKPOINT, "facts": json.dumps(facts)},
            )

    def load(self, path: Path, spec: TrainSpec) -> None:
        """ValueError when the file is no checkpoint, or one of another training."""
        try:
            with safe_open(path, "pt") as file:
                written = file.metadata() or {}
        except SafetensorError as error:
            raise ValueError(f"{path} is no checkpoint: {error}") from error
        if written.get("format") != CHECKPOINT:
            raise ValueError(f"{path} is no checkpoint of a training")
        facts = json.loads(written["facts"])
        if facts.get("spec") != json.loads(json.dumps(asdict(spec))):
            raise ValueError(f"the checkpoint {path} belongs to another training (its settings differ)")
        tensors = load_file(path)
        kept = {name: each.shape for name, each in tensors.items() if not name.startswith("optimiser.")}
        if kept != {name: each.shape for name, each in self._trained().items()}:
            raise ValueError(f"the checkpoint {path} belongs to another training (its base adapts other layers)")
        with torch.no_grad():
            for name, tensor in self._trained().items():
                tensor.copy_(tensors[name])
        parameters = self.optimiser.param_groups[0]["params"] + self.optimiser.param_groups[1]["params"]
        for index, parameter in enumerate(parameters):
            prefix = f"optimiser.{index}."
            self.optimiser.state[parameter] = {
                k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)
            }
        self.step, self.loss, self.prior_loss = facts["step"], facts["loss"], facts["prior_loss"]
        self.total, self.plateau = facts["total"], Plateau(**facts["plateau"])
        self.scale = LossScale(**facts["scale"])

    def begin_with(self, start: Adapter) -> None:
        """Takes an adapter's weights as those to train further; step, moments and rates are of a new training.

        ValueError when it is of another slot.
        """
        if start.slot != self.residual.slot:
            raise ValueError(f"an adapter of slot {start.slot} cannot be trained further in slot {self.residual.slot}")
        with torch.no_grad():
            for name, up in self.residual.up.items():
                up.copy_(start.up[name])
            for name, entry in self.entries.items():
                entry.copy_(start.entries[name])
            if not self.entries:  # else the file has none: entries stand in their place
                self.tokens.copy_(start.tokens)


def finished_adapter(state: ConceptState, spec: TrainSpec, summary: dict[str, Any]) -> Adapter:
    return Adapter(
        slot=spec.slot,
        up={name: up.detach().to(torch.float16) for name, up in state.residual.up.items()},
        tokens=state.tokens.detach().to(torch.float16),
        entries={name: entry.detach().to(torch.float16) for name, entry in state.entries.items()},
        concept=spec.concept,
        class_word=spec.class_word,
        trigger=spec.trigger,
        strength=spec.strength,
        training=summary,
    )


def _sample(base: AnyBase, state: ConceptState, spec: TrainSpec, *, prompt: str, steps: int) -> Image.Image:
    adapter = finished_adapter(state, spec, {})
    width, height = base.training.sample_size
    request = SampleSpec(prompt, spec.seed, width, height, steps=steps, guidance=base.training.sample_guidance)
    return sample(base, request, [AttachedAdapter(adapter, spec.trigger, spec.strength)]).images[0]


def train_concept(
    base: AnyBase,
    spec: TrainSpec,
    pictures: Sequence[tuple[Image.Image, str | None]],
    *,
    start: Adapter | None = None,
    resume: Path | None = None,
    checkpoint: Path | None = None,
    masks: Sequence[Image.Image | None] = (),
    on_step: OnProgress = lambda _: True,
) -> TrainResult:
    """Trains the concept of `pictures` (4 to 16, with optional captions) on `base`.

    Begins with the weights of `start`, if there is one. Calls on_step after every step; when it returns False, writes
    the checkpoint and raises Canceled. Resuming from a checkpoint continues as if there had been no break. ValueError
    for no pictures, a foreign checkpoint, or a `start` of another slot.
    """
    if not pictures:
        raise ValueError("a concept needs pictures to learn from")
    started = time.monotonic()
    state = ConceptState(base, spec)
    untrained = state.tokens.detach().clone()  # so that a resumed run preserves the same prior
    if resume is not None:
        state.load(resume, spec)
    elif start is not None:
        state.begin_with(start)
    options = replace(spec.picture_options(masks), companions=companions_of(base))
    dataset = base.pictures(pictures, spec.class_word, options)
    prompts = spec.sample_prompts or (f"{spec.trigger} {base.training.sample_words}",)
    prior = base.prior(spec.prior_pictures, untrained, spec.seed) if spec.prior_share > 0 else None
    silent = round(spec.batch * spec.prior_share) if prior else 0
    own = spec.batch - silent
    begun, has_sample = time.monotonic(), False
    fixed = dataset.batch(PICTURES, torch.Generator().manual_seed(spec.seed * 1_000_003))
    while state.step < state.total:
        generator = torch.Generator().manual_seed(spec.seed * 1_000_003 + state.step + 1)
        train_step(
            base, state, dataset, prior=prior, own=own, silent=silent, steps=state.total, generator=generator,
            accumulate=spec.accumulate, scale=state.scale,
        )  # fmt: skip
        looks_now = state.total == spec.steps and state.step % EVERY == 0
        if looks_now and state.plateau.seen(_loss_on(base, state, fixed)):
            state.total = shortened(state.step, spec.steps)
        is_due = state.step % spec.sample_every == 0 or (
            not has_sample and time.monotonic() - begun >= FIRST_SAMPLE_SECONDS
        )
        samples_now = is_due and state.step < state.total
        has_sample |= samples_now
        preview = _sample(base, state, spec, prompt=prompts[0], steps=10) if samples_now else None
        if checkpoint is not None and samples_now:
            state.save(checkpoint, spec)
        if not on_step(Progress(state.step, state.total, state.loss, state.prior_loss, preview)):
            if checkpoint is not None:
                state.save(checkpoint, spec)
            raise Canceled
    seconds = time.monotonic() - started
    summary = {
        "steps": state.step, "batch": spec.batch, "pictures": len(pictures), "loss": round(state.loss, 5),
        "up_rate": state.up_rate, "token_rate": state.token_rate, "seed": spec.seed,
        **({"prior_share": spec.prior_share, "prior_loss": round(state.prior_loss, 6)} if prior else {}),
    }  # fmt: skip
    samples = [_sample(base, state, spec, prompt=prompt, steps=spec.sample_steps) for prompt in prompts]
    metrics = {**summary, "seconds": round(seconds, 1)}
    stopped = f"Stopped after {state.step} of {spec.steps} steps: nothing improved any more."
    warnings = (*dataset.warnings, *((stopped,) if state.step < spec.steps else ()))
    return TrainResult(finished_adapter(state, spec, summary), samples, metrics, warnings)


@torch.no_grad()
def _loss_on(base: AnyBase, state: ConceptState, batch: Batch) -> float:
    """The loss of one batch, as the concept is now."""
    context = state.called(batch.context)
    with state.attached(context):
        return float(base.loss(base.predict(batch.noisy, batch.t, context), batch))
