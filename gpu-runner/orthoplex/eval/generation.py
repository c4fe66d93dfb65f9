"""Generates pictures of a concept by the product's own prompts and sampler, with any residuals beside the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.reading import CONCEPT_WORDS, CastReading
from orthoplex.bases.request import AttachedAdapter, Canvas, Region, SampleSpec
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import Residuals, Trained, laid_beside
from orthoplex.eval.gating import Gate, Present, acting
from orthoplex.eval.learner import Training
from orthoplex.eval.renders import Ask, Character
from orthoplex.eval.settings import Settings
from orthoplex.ortho.adapter import Adapter
from orthoplex.sample.sampler import denoise


@dataclass(frozen=True, eq=False)
class Request:
    """One picture: a character, as it was trained, as asked."""

    character: Character
    trained: Trained
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
    return replace(row, residuals=[], tokens={0: request.trained.tokens})


def requests_of(character: Character, trained: Trained, settings: Settings, seed: int) -> list[Request]:
    """A character's asks with seeds: the same for every method."""
    return [
        Request(character, trained, ask, picture_seed(character.name, number, seed))
        for number, ask in enumerate(character.asks(settings.prompts))
    ]


def picture_seed(*facts: str | int) -> int:
    return int(torch.randint(2**31, (1,), generator=fix_seed("picture", *facts)))


def generate_rows(base: CastBase, rows: Sequence[CastReading], cells: int, settings: Settings) -> Tensor:
    """(N, 3, E, E cells) in [-1, 1] on the CPU, in batches; E = cell_px of the base."""
    parts = []
    for start in range(0, len(rows), settings.draw_batch):
        part = rows[start : start + settings.draw_batch]
        guidance = torch.full((len(part),), settings.guidance)
        canvas = Canvas(256 * cells, 256, settings.draw_steps)
        parts.append(denoise(base, part, canvas, guidance=guidance).float().cpu())
    return torch.cat(parts).clamp(-1, 1)


def scaled(trained: Trained, strength: float) -> Trained:
    """With residuals and entries times the strength."""
    if strength == 1:
        return trained
    return replace(
        trained,
        residuals={layer: replace(each, up=strength * each.up) for layer, each in trained.residuals.items()},
        entries={layer: strength * entry for layer, entry in trained.entries.items()},
    )


def present(base: CastBase, trained: Trained, count: int, cell: int | None) -> Present:
    """A concept in a cell of a picture; None: it is not named. count: of its own tokens."""
    at = [] if cell is None else [cell * base.config.words + position for position in CONCEPT_WORDS[:count]]
    return Present(trained.residuals, trained.entries, torch.tensor([at], dtype=torch.long))


def generate(
    base: CastBase, requests: Sequence[Request], residuals: Residuals, *, training: Training, gate: Gate | None,
    settings: Settings,
) -> Tensor:  # fmt: skip
    """The pictures of the requests: (N, 3, E, E). `residuals` act everywhere, entries and gates for each concept."""
    parts = []
    for _, group in groupby(requests, key=lambda request: request.character.name):
        own = list(group)
        here = present(base, own[0].trained, training.count, 0)
        with laid_beside(base, residuals), acting(base, [here], base.config.words, gate):
            parts.append(generate_rows(base, [row_of(base, request) for request in own], 1, settings))
    return torch.cat(parts)
