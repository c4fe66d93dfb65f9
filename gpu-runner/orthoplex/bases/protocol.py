"""The interface of a base: what the loops of sampling and training call on a family of models.

A family lives in a folder beside this file and imports neither sample/ nor train/; the loops import no family.
Symbols: B pictures of a batch, S positions of the context (words), T positions of the picture, C channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import torch
from PIL import Image
from torch import Tensor, nn

from orthoplex.bases.context import Context
from orthoplex.bases.options import PictureOptions
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual


class Reading(Protocol):
    """One picture to generate, as its base understood the prompt. Everything else about it is the base's own."""

    @property
    def seed(self) -> int: ...

    @property
    def prompt(self) -> str:
        """The completed prompt: with everything that it left open filled in."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the prompt could not be followed, in sentences for the user."""
        ...


class Schedule(Protocol):
    """The levels of noise of one picture and the step between them. All tensors (B, ...), noise level first."""

    @property
    def name(self) -> str:
        """The sampler's name, as recipes and other tools write it."""
        ...

    @property
    def levels(self) -> Sequence[float]:
        """What `predict` is given as t at each step."""
        ...

    def start(self, noise: Tensor) -> Tensor:
        """The first state from unit noise."""
        ...

    def scaled(self, x: Tensor, index: int) -> Tensor:
        """The state as the denoiser wants to see it at step `index`."""
        ...

    def step(self, prediction: Tensor, index: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """The next state, and the clean picture that the prediction implies."""
        ...


@dataclass(frozen=True, eq=False)
class Batch:
    """B noisy training pictures and what the base should predict from them.

    context says everything but the concept (its words stand empty); `target` is what `Base.loss` compares with.
    """

    noisy: Tensor
    t: Tensor  # (B,) levels of noise, in the base's own unit
    context: Context
    target: Tensor
    weights: Tensor | None = None  # how much each value of the target counts, broadcastable to it; None: all the same


class Dataset(Protocol):
    """Endless random batches."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the pictures or captions could not be used, in sentences for the user."""
        ...

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """`count` noisy pictures; everything random comes from the generator."""
        ...


class Reader(Protocol):
    """Classifies a sample of a concept: which of its training pictures it shows."""

    @property
    def expressions(self) -> tuple[str, ...]:
        """What the captions call by different words."""
        ...

    def prompt(self, trigger: str, expression: str) -> str: ...

    def nearest(self, image: Image.Image) -> int:
        """The number of the captioned training picture that a sample comes closest to."""
        ...

    def expression_of(self, index: int) -> str | None: ...

    def notes(self, found: Sequence[int]) -> tuple[str, ...]:
        """What samples show where the pictures contradict one another, in sentences for the user."""
        ...


@dataclass(frozen=True, eq=False)
class Concept:
    """A concept while it is trained; its tensors are leaves that require grad.

    residual.up for every layer of the base; tokens (count, layers, dim) and entries (layer -> (count, out)) as the
    base's adapters have them (ortho/adapter.py).
    """

    residual: Residual
    tokens: Tensor
    entries: Mapping[str, Tensor]


@dataclass(frozen=True)
class TrainingDefaults:
    """What was found to train concepts well on a base, and how its sample pictures are generated."""

    up_rate: float  # learning rate of the residual
    token_rate: float  # of tokens and entries
    sample_size: tuple[int, int]  # width, height in px
    sample_guidance: float
    sample_words: str  # what a sample's prompt says after the trigger
    silent_prompts: tuple[str, ...] = ()  # of certificates: they name no concept
    companions: tuple[tuple[str, str], ...] = ()  # (who, name of the background) to train beside: options.Companion


R = TypeVar("R", bound=Reading)  # what the base itself makes of a prompt


class Base(Protocol[R]):
    """A frozen text-to-image model that adapters attach to. No call changes its weights."""

    @property
    def id(self) -> str: ...

    @property
    def description(self) -> Mapping[str, Any]:
        """schema/contract/bases.ts: sizes, steps, guidance and what else the edge and the user choose from."""
        ...

    @property
    def layout(self) -> Layout: ...

    @property
    def model(self) -> nn.Module:
        """The denoiser, whose layers `layout` names."""
        ...

    @property
    def device(self) -> torch.device: ...

    @property
    def dtype(self) -> torch.dtype:
        """Of the denoiser's products."""
        ...

    @property
    def training(self) -> TrainingDefaults: ...

    @property
    def memory_bytes(self) -> int:
        """What all its weights take on its device."""
        ...

    def read(self, spec: SampleSpec, members: Sequence[AttachedAdapter], seed: int) -> R:
        """One picture of `spec`, with those members whose trigger is in the prompt. PromptRefused if it does not fit.

        A member that is not called, or has strength 0, leaves the reading as it would be without it.
        """
        ...

    def encode(self, readings: Sequence[R]) -> Context:
        """The context of readings of one size."""
        ...

    def negative(self, readings: Sequence[R]) -> Context:
        """The context that guidance leads away from, to be joined with `encode` of the same readings."""
        ...

    def attached(self, context: Context) -> AbstractContextManager[object]:
        """Inside the `with` block the context's residuals and members act on every `predict` of this very batch."""
        ...

    def noise(self, seed: int, canvas: Canvas) -> Tensor:
        """Unit noise of one picture, without the batch axis; sampled on the CPU, so that devices agree."""
        ...

    def schedule(self, canvas: Canvas, seeds: Sequence[int]) -> Schedule:
        """The schedule of a batch; samplers that add noise take each picture's from its own seed."""
        ...

    def predict(self, x: Tensor, t: Tensor, context: Context) -> Tensor:
        """The denoiser's prediction, fp32. x (B, ...) as the schedule scaled it, t (B,)."""
        ...

    def decode(self, x: Tensor, canvas: Canvas) -> list[Image.Image]:
        """Final states (B, ...) -> pictures of the canvas' size."""
        ...

    def preview(self, clean: Tensor) -> Image.Image:
        """A quick small picture of one state (...), for progress reports."""
        ...

    def pictures(
        self, items: Sequence[tuple[Image.Image, str | None]], class_word: str, options: PictureOptions = ...
    ) -> Dataset:
        """The training pictures of a concept with their captions. OptionRefused for options that the base lacks."""
        ...

    def reader(self, items: Sequence[tuple[Image.Image, str | None]]) -> Reader | None:
        """A reader of samples of the concept in these pictures; None where none can be made."""
        ...

    def prior(self, size: int, tokens: Tensor, seed: int) -> Dataset | None:
        """Situations without the concept, whose targets are the base's own predictions; None where nothing of a
        concept can reach them, so that there is nothing to preserve. size: how many pictures to generate for it;
        tokens: what untrained tokens look like."""
        ...

    def initial_tokens(self, class_word: str) -> Tensor:
        """(count, layers, dim): what training starts from, fp32 on the CPU; empty where adapters hold no tokens."""
        ...

    def with_concept(self, context: Context, concept: Concept) -> Context:
        """The context of a training batch with the concept's words in it and its residual beside the model."""
        ...

    def loss(self, prediction: Tensor, batch: Batch) -> Tensor:
        """What training minimises, a scalar: how far the prediction for a batch is from its target."""
        ...


AnyBase = Base[Any]
