"""A request to a base: a prompt, a size, the adapters of a composition. Plain data; limits are the contract's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orthoplex.ortho.adapter import Adapter

TRIGGER = re.compile(r"<[a-z0-9][a-z0-9_-]{0,63}>")  # in lower case


class PromptRefused(ValueError):  # noqa: N818 - a refusal, like FileRefused
    """A prompt that cannot be generated on the requested canvas; the message is for the user."""


@dataclass(frozen=True)
class Region:
    """A box on the canvas in fractions of its width and height, origin top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height


@dataclass(frozen=True, eq=False)
class AttachedAdapter:
    """An adapter as a composition uses it."""

    adapter: Adapter
    trigger: str
    strength: float
    region: Region | None = None


@dataclass(frozen=True)
class Canvas:
    """What the pictures of one batch share: size in px, number of steps, and the sampler by name (None: the base's)."""

    width: int
    height: int
    steps: int
    sampler: str | None = None


@dataclass(frozen=True)
class SampleSpec:
    """One request: `count` pictures of `width` x `height` px with seeds seed, seed + 1, ..."""

    prompt: str
    seed: int
    width: int
    height: int
    steps: int = 24
    guidance: float = 1.0
    count: int = 1
    negative_prompt: str = ""
    apart: bool = True  # people attend to their own place and words only, where anybody of them was trained
    sampler: str | None = None  # one of the base's samplers; None: its default
    clip_skip: int | None = None  # which of the text encoder's last layers is read, 1 for the last; None: the base's

    @property
    def canvas(self) -> Canvas:
        return Canvas(self.width, self.height, self.steps, self.sampler)
