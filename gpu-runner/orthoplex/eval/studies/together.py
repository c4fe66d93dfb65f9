"""Two and three concepts in one picture: words alone, boxes, automatic regions, people kept apart.

Leak: how often the person in one cell is recognised as a concept that was asked for in another cell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.cast.regions import cell_mask
from orthoplex.bases.request import Region, SampleSpec
from orthoplex.eval.automatic import regions_by_attention
from orthoplex.eval.factors import confined_beside, laid_beside
from orthoplex.eval.generation import background_words, called, generate_rows, picture_seed
from orthoplex.eval.lab import Lab, as_bytes, from_bytes
from orthoplex.eval.learner import Training
from orthoplex.eval.measures import distance
from orthoplex.eval.merging import summed
from orthoplex.eval.methods import ED_LORA, OURS, SILENT_SLOTS, SLOTS_ONLY
from orthoplex.eval.renders import CELL, Ask, Character, on_background

PLACES = ("left", "middle", "right")


@dataclass(frozen=True)
class Way:
    """How a picture of several is generated.

    regions: none (words alone, which say left and right), boxes (regionally controlled cross-attention), automatic
    (the same with regions found in the first steps), apart (boxes, and self-attention within a person's place: the
    product's way). confined: each residual acts in its person's place and words only, not on the whole picture.
    """

    name: str
    training: Training
    regions: str = "none"
    confined: bool = False


WAYS = (
    Way("ED-LoRA merged, words alone", ED_LORA),
    Way("ED-LoRA merged, boxes", ED_LORA, "boxes"),
    Way("slots merged, words alone", SLOTS_ONLY),
    Way("slots merged, boxes", SLOTS_ONLY, "boxes"),
    Way("slots + silence merged, boxes", SILENT_SLOTS, "boxes"),
    Way("slots confined, people apart", SLOTS_ONLY, "apart", confined=True),
    Way("ours merged, words alone", OURS),
    Way("ours merged, automatic regions", OURS, "automatic"),
    Way("ours merged, boxes", OURS, "boxes"),
    Way("ours merged, people apart (the product)", OURS, "apart"),
)


def scene_casts(names: list[str], people: int, count: int) -> list[tuple[str, ...]]:
    """`count` casts of different people, by seed."""
    rng = random.Random("casts")
    return [tuple(rng.sample(names, people)) for _ in range(count)]


def asks_of(lab: Lab, cast: Sequence[str], number: int) -> list[Ask]:
    """Every person's own expression, all on the first person's background."""
    chosen = [lab.characters[name].asks(number + 2)[-1] for name in cast]
    return [replace(chosen[0], expression=ask.expression) for ask in chosen]


def scene_row(lab: Lab, way: Way, cast: Sequence[str], asks: Sequence[Ask], seed: int) -> CastReading:
    """The product's own row, without residuals: they lie beside the base."""
    people = len(cast)
    boxed = way.regions in ("boxes", "apart")
    adapters = [
        called(lab.base, lab.characters[name], Region(cell / people, 0.0, 1 / people, 1.0) if boxed else None)
        for cell, name in enumerate(cast)
    ]
    # the last of two people stands on the right
    places = PLACES if people == 3 else (PLACES[0], PLACES[2])
    clauses = [f"<{n}> {a.expression}, {p}" for n, a, p in zip(cast, asks, places, strict=True)]
    prompt = "; ".join([*clauses, background_words(asks[0])])
    row = lab.base.read(SampleSpec(prompt, seed, 256 * people, 256), adapters, seed)
    training, first = lab.tuned(way.training), lab.settings.seeds[0]
    tokens = {cell: lab.trained(name, training, first).tokens for cell, name in enumerate(cast)}
    return replace(row, residuals=[], tokens=tokens, apart=way.regions == "apart")


def generate_scenes(lab: Lab, way: Way, casts: list[tuple[str, ...]]) -> Tensor:
    """(scenes, 3, 64, 64 people)."""
    training, people, parts = lab.tuned(way.training), len(casts[0]), []
    base, s = lab.base, lab.settings
    for number, cast in enumerate(casts):
        row = scene_row(lab, way, cast, asks_of(lab, cast, number), picture_seed("scene", number))
        members = [lab.trained(name, training, s.seeds[0]).residuals for name in cast]
        if way.confined:
            words = torch.arange(people * base.config.words) // base.config.words
            masks = [(cell_mask(cell, base.config, people), words == cell) for cell in range(people)]
            beside = confined_beside(base, [(m, *mask) for m, mask in zip(members, masks, strict=True)])
        else:
            beside = laid_beside(base, summed(members, 1.0))
        with beside:
            if way.regions == "automatic":
                found = regions_by_attention(base, row, people, s.draw_steps, torch.full((1,), s.guidance))
                row = replace(row, boxes=found)
            parts.append(generate_rows(base, [row], people, s))
    return torch.cat(parts)


def judge_scenes(lab: Lab, generated: Tensor, casts: list[tuple[str, ...]]) -> dict[str, float]:
    """Right person in a cell, another of the cast in it (leak), distance to the true scene."""
    right, leaked, apart, there, distances = [], [], [], [], []
    for number, (cast, picture) in enumerate(zip(casts, generated, strict=True)):
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
            generated = scenes_of(lab, way, casts)
            found[str(people)][way.name] = judge_scenes(lab, generated, casts)
            lab.say(f"{people} in a picture, {way.name}: {found[str(people)][way.name]}")
    return found


def scenes_of(lab: Lab, way: Way, casts: list[tuple[str, ...]]) -> Tensor:
    """The scenes of a way, from the cache where they are there."""
    s, training = lab.settings, lab.tuned(way.training)
    trained = [lab.trainer.weights, training, training.rates, s.steps, s.batch, s.bank, s.seeds[0]]
    facts = [way, casts, s.draw_steps, s.guidance, *trained]
    tensors, _ = lab.cache.tensors(
        "scenes", facts, lambda: ({"pictures": as_bytes(generate_scenes(lab, way, casts))}, {})
    )
    return from_bytes(tensors["pictures"])
