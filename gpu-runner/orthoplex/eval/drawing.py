"""Draws what is asked of a concept by the product's own prompts and sampler, with any residuals beside the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import Residuals, Taught, laid_beside
from orthoplex.eval.renders import Ask, Character
from orthoplex.eval.settings import Settings
from orthoplex.ortho.adapter import Adapter
from orthoplex.sample.rows import Row, make_row
from orthoplex.sample.sampler import denoise
from orthoplex.sample.spec import AttachedAdapter, SampleSpec, never_cancel


@dataclass(frozen=True, eq=False)
class Request:
    """One picture: a character, by its tokens, as asked."""

    character: Character
    tokens: Tensor  # (2, layers, C)
    ask: Ask
    seed: int


def background_words(ask: Ask) -> str:
    return f"{ask.colour} {ask.kind} background"


def tokens_only(character: Character, tokens: Tensor) -> Adapter:
    """What calls a character in a prompt; its residuals, if any, lie beside the base already."""
    return Adapter(0, {}, tokens, character.name, "person", character.trigger)


def row_of(base: CastBase, request: Request) -> Row:
    character = request.character
    prompt = f"{character.trigger} {request.ask.expression}, {background_words(request.ask)}"
    adapter = AttachedAdapter(tokens_only(character, request.tokens), character.trigger, 1.0)
    row = make_row(base, SampleSpec(prompt, request.seed, 256, 256), [adapter], request.seed)
    return replace(row, residuals=[])


def requests_of(character: Character, taught: Taught, settings: Settings, seed: int) -> list[Request]:
    """A character's asks with seeds: the same for every method."""
    return [
        Request(character, taught.tokens, ask, picture_seed(character.name, number, seed))
        for number, ask in enumerate(character.asks(settings.prompts))
    ]


def picture_seed(*facts: str | int) -> int:
    return int(torch.randint(2**31, (1,), generator=fix_seed("picture", *facts)))


def draw_rows(base: CastBase, rows: Sequence[Row], cells: int, settings: Settings) -> Tensor:
    """(N, 3, 64, 64 cells) in [-1, 1] on the CPU, in batches."""
    parts = []
    for start in range(0, len(rows), settings.draw_batch):
        part = rows[start : start + settings.draw_batch]
        guidance = torch.full((len(part),), settings.guidance)
        parts.append(denoise(base, part, cells, settings.draw_steps, guidance, never_cancel).float().cpu())
    return torch.cat(parts).clamp(-1, 1)


def draw(base: CastBase, requests: Sequence[Request], residuals: Residuals, settings: Settings) -> Tensor:
    """The pictures of the requests while the residuals lie beside the base: (N, 3, 64, 64)."""
    rows = [row_of(base, request) for request in requests]
    with laid_beside(base, residuals):
        return draw_rows(base, rows, 1, settings)
