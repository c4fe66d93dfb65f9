"""What a sampling job asks for and gives back. Plain data; limits are the contract's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from orthoplex.ortho.adapter import Adapter


@dataclass(frozen=True)
class Region:
    """A box on the canvas in fractions of its width and height, origin top left."""

    x: float
    y: float
    width: float
    height: float


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
    apart: bool = True  # people attend to their own place and words only, where anybody of them was taught


@dataclass(frozen=True, eq=False)
class AttachedAdapter:
    """An adapter as a composition uses it."""

    adapter: Adapter
    trigger: str
    strength: float
    region: Region | None = None


@dataclass(frozen=True, eq=False)
class SampleResult:
    images: list[Image.Image]
    seeds: list[int]
    prompts: list[str]  # what was drawn, in words: the prompt with everything it left open filled in
    warnings: list[str]


class Canceled(Exception):  # noqa: N818 - no error: the caller asked for it
    """The caller's on_step said stop."""


# on_step(step, total, preview) -> go on? `preview` draws a small picture of the state, only when called.
OnStep = Callable[[int, int, Callable[[], Image.Image]], bool]


def never_cancel(_step: int, _total: int, _preview: Callable[[], Image.Image]) -> bool:
    return True
