"""Teaches a frozen base one concept: up matrices in its slot and layer-wise tokens that carry the slot's mark.

The paper's training (sec. 3.3, 3.5) with P+ tokens. Where the base reserves channels, nobody else's words reach the
residual (ortho/marker.py); where it does not, part of each batch teaches the residual to be silent for them.
Resumes exactly from a checkpoint; deterministic for a seed on one device.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.scene import PAD
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.attach import Attachment, attach
from orthoplex.ortho.marker import marked
from orthoplex.ortho.residual import trainable_residual
from orthoplex.sample.sampler import sample
from orthoplex.sample.spec import AttachedAdapter, Canceled, SampleSpec
from orthoplex.train.pictures import ConceptScenes, read_pictures
from orthoplex.train.silence import SilenceBank
from orthoplex.train.step import train_step


@dataclass(frozen=True)
class TrainSpec:
    """What to teach, and how long. Rates were tuned on cast-2 (docs/log.md)."""

    concept: str
    class_word: str
    trigger: str
    slot: int
    steps: int = 480
    seed: int = 0
    batch: int = 4  # small steps learn most for their time (docs/log.md)
    silent_share: float = 0.5  # of a batch, on bases that reserve no channels
    up_rate: float = 1e-1
    token_rate: float = 4e-2
    strength: float = 1.0
    sample_prompts: tuple[str, ...] = ()
    sample_every: int = 120
    sample_steps: int = 24
    bank: int = 96  # pictures that the base draws to be silent on


@dataclass(frozen=True, eq=False)
class Progress:
    """One step done. preview is there only at the steps that draw one."""

    step: int
    total: int
    loss: float
    silence: float  # mean squared change of the base's own behaviour; 0 where none is possible
    preview: Image.Image | None = None


@dataclass(frozen=True, eq=False)
class TrainResult:
    adapter: Adapter
    samples: list[Image.Image]
    metrics: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


OnProgress = Callable[[Progress], bool]


def initial_tokens(base: CastBase) -> Tensor:
    """(count, layers, dim): the mean of what the base's own styles and expressions look like to cross-attention.

    The class word's role in the paper: a token that already means "a person" before anything is learned.
    """
    vocabulary = base.world.vocabulary
    styles = [index for word, index in vocabulary.items() if word.startswith("style:")]
    words = torch.full((len(styles), base.config.words), vocabulary[PAD], device=base.device)
    words[:, 1] = torch.tensor(styles, device=base.device)
    colours = torch.zeros(len(styles), base.config.words, 4, device=base.device, dtype=base.dtype)
    encoded = base.model.text_encoder(words, colours).float()  # (styles, S, C)
    style, nothing_more = encoded[:, 1].mean(0), encoded[:, 2].mean(0)
    start = torch.stack([style, *[nothing_more] * (base.layout.tokens_shape[0] - 1)])  # (count, dim)
    return start[:, None].repeat(1, base.config.layers, 1).cpu()


class _State:
    """Everything that a checkpoint must hold: trained tensors, optimiser moments, step, losses."""

    def __init__(self, base: CastBase, spec: TrainSpec) -> None:
        residual = trainable_residual(base.layout, spec.slot)
        self.residual = residual
        self.layout = base.layout
        self.words = initial_tokens(base).requires_grad_()  # the tokens without their marks
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(residual.up.values()), "lr": spec.up_rate, "base": spec.up_rate},
                {"params": [self.words], "lr": spec.token_rate, "base": spec.token_rate},
            ],
            betas=(0.9, 0.98),
            weight_decay=0.0,
        )
        self.step = 0
        self.loss = math.nan
        self.silence = 0.0

    @property
    def tokens(self) -> Tensor:
        """(count, layers, C), as cross-attention reads them."""
        return marked(self.words, self.layout, self.residual.slot)

    def attached(self, base: CastBase) -> Attachment:
        return attach(base.model, base.layout, [self.residual], base.dtype)

    def save(self, path: Path, spec: TrainSpec) -> None:
        tensors = {f"up.{name}": up.detach() for name, up in self.residual.up.items()} | {"tokens": self.words.detach()}
        parameters = self.optimiser.param_groups[0]["params"] + self.optimiser.param_groups[1]["params"]
        for index, parameter in enumerate(parameters):
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser.{index}.{key}"] = value
        facts = {"spec": asdict(spec), "step": self.step, "loss": self.loss, "silence": self.silence}
        temporary = path.with_suffix(".tmp")
        save_file(
            {name: t.contiguous() for name, t in tensors.items()},
            temporary,
            {"format": "orthoplex.checkpoint/1", "facts": json.dumps(facts)},
        )
        temporary.replace(path)

    def load(self, path: Path, spec: TrainSpec) -> None:
        """ValueError when the checkpoint is of another training."""
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
        if facts.get("spec") != json.loads(json.dumps(asdict(spec))):
            raise ValueError("the checkpoint belongs to another training (its settings differ)")
        tensors = load_file(path)
        with torch.no_grad():
            for name, up in self.residual.up.items():
                up.copy_(tensors[f"up.{name}"])
            self.words.copy_(tensors["tokens"])
        parameters = self.optimiser.param_groups[0]["params"] + self.optimiser.param_groups[1]["params"]
        for index, parameter in enumerate(parameters):
            prefix = f"optimiser.{index}."
            self.optimiser.state[parameter] = {
                k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)
            }
        self.step, self.loss, self.silence = facts["step"], facts["loss"], facts["silence"]


def finished_adapter(state: _State, spec: TrainSpec, summary: dict[str, Any]) -> Adapter:
    return Adapter(
        slot=spec.slot,
        up={name: up.detach().to(torch.float16) for name, up in state.residual.up.items()},
        tokens=state.words.detach().to(torch.float16),
        concept=spec.concept,
        class_word=spec.class_word,
        trigger=spec.trigger,
        strength=spec.strength,
        training=summary,
    )


def _draw(base: CastBase, state: _State, spec: TrainSpec, prompt: str, steps: int) -> Image.Image:
    adapter = finished_adapter(state, spec, {})
    request = SampleSpec(prompt, spec.seed, 256, 256, steps=steps)
    return sample(base, request, [AttachedAdapter(adapter, spec.trigger, spec.strength)]).images[0]


def train_concept(
    base: CastBase,
    spec: TrainSpec,
    pictures: Sequence[tuple[Image.Image, str | None]],
    *,
    resume: Path | None = None,
    checkpoint: Path | None = None,
    on_step: OnProgress = lambda _: True,
) -> TrainResult:
    """Teaches `base` the concept of `pictures` (4 to 16, with optional captions).

    Calls on_step after every step; when it returns False, writes the checkpoint and raises Canceled. Resuming from a
    checkpoint continues as if there had been no break. ValueError for no pictures or a foreign checkpoint.
    """
    if not pictures:
        raise ValueError("a concept needs pictures to learn from")
    started = time.monotonic()
    state = _State(base, spec)
    scale = float(state.words.detach().std())  # of untrained tokens, so that a resumed run hears the same silence
    if resume is not None:
        state.load(resume, spec)
    data = read_pictures(base, pictures)
    prompts = spec.sample_prompts or (f"{spec.trigger} smiling, sky background",)
    silent = round(spec.batch * spec.silent_share) if base.layout.reserved is None else 0
    own = spec.batch - silent
    bank = SilenceBank(base, spec.bank, scale, torch.Generator().manual_seed(spec.seed)) if silent else None
    while state.step < spec.steps:
        generator = torch.Generator().manual_seed(spec.seed * 1_000_003 + state.step + 1)
        scenes = ConceptScenes(base, data, generator)
        train_step(base, state, scenes, bank, own, silent, spec.steps, generator)
        draws = state.step % spec.sample_every == 0 and state.step < spec.steps
        preview = _draw(base, state, spec, prompts[0], 10) if draws else None
        if checkpoint is not None and draws:
            state.save(checkpoint, spec)
        if not on_step(Progress(state.step, spec.steps, state.loss, state.silence, preview)):
            if checkpoint is not None:
                state.save(checkpoint, spec)
            raise Canceled
    seconds = time.monotonic() - started
    summary = {
        "steps": spec.steps, "batch": spec.batch, "pictures": len(pictures), "loss": round(state.loss, 5),
        "up_rate": spec.up_rate, "token_rate": spec.token_rate, "seed": spec.seed,
        **({"silent_share": spec.silent_share, "silence": round(state.silence, 6)} if silent else {}),
    }  # fmt: skip
    samples = [_draw(base, state, spec, prompt, spec.sample_steps) for prompt in prompts]
    warnings = tuple(f"{base.id} does not know the caption word {word!r}" for word in data.unknown)
    return TrainResult(
        finished_adapter(state, spec, summary), samples, {**summary, "seconds": round(seconds, 1)}, warnings
    )
