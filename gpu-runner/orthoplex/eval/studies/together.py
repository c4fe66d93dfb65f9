"""Two and three concepts in one picture: residuals confined to their person or everywhere, boxes or words alone.

Leak: how often the person in one cell is recognised as a concept that was asked for in another cell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from orthoplex.eval.drawing import background_words, draw_rows, picture_seed, tokens_only
from orthoplex.eval.factors import laid_beside
from orthoplex.eval.lab import Lab, as_bytes, from_bytes
from orthoplex.eval.learner import Training
from orthoplex.eval.measures import distance
from orthoplex.eval.merging import summed
from orthoplex.eval.methods import ED_LORA, OURS, SLOTS_ONLY
from orthoplex.eval.renders import CELL, Ask, Character, on_background
from orthoplex.ortho.adapter import Adapter
from orthoplex.sample.rows import Row, make_row
from orthoplex.sample.spec import AttachedAdapter, Region, SampleSpec

PLACES = ("left", "middle", "right")
WAYS: tuple[tuple[str, Training, bool, bool], ...] = (  # name, training, residuals confined, boxes
    ("ED-LoRA merged, words alone", ED_LORA, False, False),
    ("ED-LoRA merged, boxes", ED_LORA, False, True),
    ("slots merged, words alone", SLOTS_ONLY, False, False),
    ("slots confined, words alone", SLOTS_ONLY, True, False),
    ("ours merged, words alone", OURS, False, False),
    ("ours merged, boxes", OURS, False, True),
    ("ours confined, words alone", OURS, True, False),
    ("ours confined, boxes", OURS, True, True),
)


def scene_casts(names: list[str], people: int, count: int) -> list[tuple[str, ...]]:
    """`count` casts of different people, by seed."""
    rng = random.Random("casts")
    return [tuple(rng.sample(names, people)) for _ in range(count)]


def asks_of(lab: Lab, cast: Sequence[str], number: int) -> list[Ask]:
    """Every person's own expression, all on the first person's background."""
    chosen = [lab.characters[name].asks(number + 2)[-1] for name in cast]
    return [replace(chosen[0], expression=ask.expression) for ask in chosen]


def scene_row(
    lab: Lab, training: Training, cast: Sequence[str], asks: Sequence[Ask], confined: bool, boxes: bool, seed: int
) -> Row:
    """The product's own row. A residual that is not confined lies beside the base already, so the row has none."""
    people = len(cast)
    adapters = []
    for cell, name in enumerate(cast):
        taught, character = lab.taught(name, training, lab.settings.seeds[0]), lab.characters[name]
        region = Region(cell / people, 0.0, 1 / people, 1.0) if boxes else None
        adapter = tokens_only(character, taught.tokens)
        if confined:
            up = {layer: each.up for layer, each in taught.residuals.items()}
            adapter = Adapter(int(name[:2]), up, taught.tokens, name, "person", character.trigger)
        adapters.append(AttachedAdapter(adapter, character.trigger, 1.0, region))
    # the last of two people stands on the right
    places = PLACES if people == 3 else (PLACES[0], PLACES[2])
    clauses = [f"<{n}> {a.expression}, {p}" for n, a, p in zip(cast, asks, places, strict=True)]
    prompt = "; ".join([*clauses, background_words(asks[0])])
    row = make_row(lab.base, SampleSpec(prompt, seed, 256 * people, 256), adapters, seed)
    return row if confined else replace(row, residuals=[])


def draw_scenes(lab: Lab, way: tuple[str, Training, bool, bool], casts: list[tuple[str, ...]]) -> Tensor:
    """(scenes, 3, 64, 64 people)."""
    _, plain, confined, boxes = way
    training, people, parts = lab.tuned(plain), len(casts[0]), []
    for number, cast in enumerate(casts):
        asks = asks_of(lab, cast, number)
        row = scene_row(lab, training, cast, asks, confined, boxes, picture_seed("scene", number))
        members = [lab.taught(name, training, lab.settings.seeds[0]).residuals for name in cast]
        with laid_beside(lab.base, {} if confined else summed(members, 1.0)):
            parts.append(draw_rows(lab.base, [row], people, lab.settings))
    return torch.cat(parts)


def judge_scenes(lab: Lab, drawn: Tensor, casts: list[tuple[str, ...]]) -> dict[str, float]:
    """Right person in a cell, another of the cast in it (leak), distance to the true scene."""
    right, leaked, apart, there, distances = [], [], [], [], []
    for number, (cast, picture) in enumerate(zip(casts, drawn, strict=True)):
        asks = asks_of(lab, cast, number)
        people: list[Character] = [lab.characters[name] for name in cast]
        sprites = torch.stack([who.sprites[ask.expression] for who, ask in zip(people, asks, strict=True)])
        truth = on_background(sprites, asks[0].kind, asks[0].colour)
        distances.append(float(distance(picture[None], truth[None])[0]))
        for cell in range(len(cast)):
            inside = picture[None, :, :, cell * CELL : (cell + 1) * CELL].expand(len(cast), -1, -1, -1)
            scores = lab.judge.scores(inside, people, [asks[cell]] * len(cast))
            others = torch.cat([scores[:cell], scores[cell + 1 :]])
            there.append(float(lab.judge.somebody_in(inside[:1])[0]))
            right.append(float(scores[cell] > lab.judge.embedder.threshold))
            leaked.append(float((others > lab.judge.embedder.threshold).any()))
            apart.append(float(scores[cell] - others.max()))
    named = {"identity": right, "leak": leaked, "margin": apart, "people": there, "distance": distances}
    return {name: sum(values) / len(values) for name, values in named.items()}


def together(lab: Lab) -> dict[str, dict[str, Any]]:
    """{"2" or "3": {way: numbers}}."""
    s = lab.settings
    names = lab.names[: s.concepts]
    found: dict[str, dict[str, Any]] = {}
    for people in (2, 3):
        casts = scene_casts(names, people, s.scenes)
        found[str(people)] = {}
        for way in WAYS:
            drawn = scenes_of(lab, way, casts)
            found[str(people)][way[0]] = judge_scenes(lab, drawn, casts)
            lab.say(f"{people} in a picture, {way[0]}: {found[str(people)][way[0]]}")
    return found


def scenes_of(lab: Lab, way: tuple[str, Training, bool, bool], casts: list[tuple[str, ...]]) -> Tensor:
    """The scenes of a way, from the cache where they are there."""
    s = lab.settings
    name, training, *_ = way
    taught = [lab.teacher.weights, lab.tuned(training), lab.tuned(training).rates, s.steps, s.batch, s.bank, s.seeds[0]]
    facts = [name, casts, s.draw_steps, s.guidance, *taught]
    tensors, _ = lab.cache.tensors("scenes", facts, lambda: ({"pictures": as_bytes(draw_scenes(lab, way, casts))}, {}))
    return from_bytes(tensors["pictures"])
