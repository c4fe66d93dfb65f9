"""Draws what is asked of a concept by the product's own prompts and sampler, with any residuals beside the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.request import AttachedAdapter, Canvas, Region, SampleSpec
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import Residuals, Trained, laid_beside
from orthoplex.eval.renders import Ask, Character
from orthoplex.eval.settings import Settings
from orthoplex.ortho.adapter import Adapter
from orthoplex.sample.sampler import denoise


@dataclass(frozen=True, eq=False)
class Request:
    """One picture: a character, by its tokens, as asked."""

    character: Character
    tokens: Tensor  # (count, layers, C), marked where the method marks them
    ask: Ask
    seed: int


def background_words(ask: Ask) -> str:
    return f"{ask.colour} {ask.kind} background"


def called(base: CastBase, character: Character, region: Region | None = None) -> AttachedAdapter:
    """What calls a character in a prompt. Its tokens are put into the row; its residuals lie beside the base."""
    nothing = torch.zeros(base.layout.tokens_shape)
    adapter = Adapter(0, {}, nothing, character.name, "person", character.trigger)
    return AttachedAdapter(adapter, character.trigger, 1.0, region)


def row_of(base: CastBase, request: Request) -> CastReading:
    character = request.character
    prompt = f"{character.trigger} {request.ask.expression}, {background_words(request.ask)}"
    row = base.read(SampleSpec(prompt, request.seed, 256, 256), [called(base, character)], request.seed)
    return replace(row, residuals=[], tokens={0: request.tokens})


def requests_of(character: Character, trained: Trained, settings: Settings, seed: int) -> list[Request]:
    """A character's asks with seeds: the same for every method."""
    return [
        Request(character, trained.tokens, ask, picture_seed(character.name, number, seed))
        for number, ask in enumerate(character.asks(settings.prompts))
    ]


def picture_seed(*facts: str | int) -> int:
    return int(torch.randint(2**31, (1,), generator=fix_seed("picture", *facts)))


def generate_rows(base: CastBase, rows: Sequence[CastReading], cells: int, settings: Settings) -> Tensor:
    """(N, 3, 64, 64 cells) in [-1, 1] on the CPU, in batches."""
    parts = []
    for start in range(0, len(rows), settings.draw_batch):
        part = rows[start : start + settings.draw_batch]
        guidance = torch.full((len(part),), settings.guidance)
        canvas = Canvas(256 * cells, 256, settings.draw_steps)
        parts.append(denoise(base, part, canvas, guidance).float().cpu())
    return torch.cat(parts).clamp(-1, 1)


def generate(base: CastBase, requests: Sequence[Request], residuals: Residuals, settings: Settings) -> Tensor:
    """The pictures of the requests while the residuals lie beside the base: (N, 3, 64, 64)."""
    rows = [row_of(base, request) for request in requests]
    with laid_beside(base, residuals):
        return generate_rows(base, rows, 1, settings)
