"""The result of sampling, and how its caller follows or stops it. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, eq=False)
class SampleResult:
    images: list[Image.Image]
    seeds: list[int]
    prompts: list[str]  # what was generated, in words: the prompt with everything it left open filled in
    warnings: list[str]


class NotFinite(ValueError):  # noqa: N818 - what the pictures are
    """The model was driven beyond its numbers: what it would decode is black."""

    def __init__(self) -> None:
        super().__init__(
            "No picture comes out: what is composed drives the model beyond its numbers. "
            "Lower the strengths or the guidance, or leave out what came last."
        )


class Canceled(Exception):  # noqa: N818 - no error: the caller asked for it
    """The caller's on_step said stop."""


# on_step(step, total, preview) -> go on? `preview` generates a small picture of the state, only when called.
OnStep = Callable[[int, int, Callable[[], Image.Image]], bool]


def never_cancel(_step: int, _total: int, _preview: Callable[[], Image.Image]) -> bool:
    return True
