"""Pictures of several concepts: their prompts, generation in one of several ways, cutting into cells, and judging.

Subject collapse (after arXiv 2603.26078): a picture in which somebody is missing or there twice. A cell counts as the
person with the highest score, if that score passes the threshold of equal error; a picture has collapsed if a cell
counts as nobody or two cells count as the same person. Positions do not matter for this metric; identity and leak
measure them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.cast.regions import cell_mask
from orthoplex.bases.request import Region, SampleSpec
from orthoplex.eval.automatic import regions_by_attention
from orthoplex.eval.factors import confined_beside, laid_beside
from orthoplex.eval.gating import acting
from orthoplex.eval.generation import background_words, called, generate_rows, picture_seed, present
from orthoplex.eval.judging import MEASURES
from orthoplex.eval.lab import Lab, as_bytes, from_bytes
from orthoplex.eval.learner import BY_GATES, Training, gate_of
from orthoplex.eval.merging import summed
from orthoplex.eval.renders import Ask

PLACES = ("left", "middle", "right")
NUMBERS = (*MEASURES, "leak", "margin", "people", "collapse")


@dataclass(frozen=True)
class Way:
    """How a picture of several is drawn.

    regions: none (words alone, which say left and right), boxes (regionally controlled cross-attention), automatic
    (the same with regions found in the first steps), apart (boxes, and self-attention within a person's place: the
    product's way). merge: sum (residuals act on the whole picture), gated (each through its gate). confined: each
    residual acts in its person's place and words only; "attention": in the positions that attended to its words in the
    first steps.
    """

    name: str
    training: Training
    regions: str = "none"
    merge: str = "sum"
    confined: str = ""


def scene_casts(names: list[str], people: int, count: int) -> list[tuple[str, ...]]:
    """`count` casts of different people, by seed."""
    rng = random.Random("casts")
    return [tuple(rng.sample(names, people)) for _ in range(count)]


def asks_of(lab: Lab, cast: Sequence[str], number: int) -> list[Ask]:
    """Every person's own expression, all on the first person's background."""
    chosen = [lab.characters[name].asks(number + 2)[-1] for name in cast]
    first = replace(chosen[0], cells=len(cast))
    return [replace(first, expression=ask.expression, cell=cell) for cell, ask in enumerate(chosen)]


def scene_prompt(cast: Sequence[str], asks: Sequence[Ask]) -> str:
    # the last of two people stands on the right
    places = PLACES if len(cast) == 3 else (PLACES[0], PLACES[2])
    clauses = [f"<{n}> {a.expression}, {p}" for n, a, p in zip(cast, asks, places, strict=True)]
    return "; ".join([*clauses, background_words(asks[0])])


def scene_row(
    lab: Lab, way: Way, cast: Sequence[str], asks: Sequence[Ask], *, seed: int, trained_by: int
) -> CastReading:
    """The product's own row, without residuals: they lie beside the base."""
    people = len(cast)
    boxed = way.regions in ("boxes", "apart")
    adapters = [
        called(lab.base, lab.characters[name], Region(cell / people, 0.0, 1 / people, 1.0) if boxed else None)
        for cell, name in enumerate(cast)
    ]
    row = lab.base.read(SampleSpec(scene_prompt(cast, asks), seed, 256 * people, 256), adapters, seed)
    tokens = {cell: lab.trained(name, way.training, trained_by).tokens for cell, name in enumerate(cast)}
    return replace(row, residuals=[], tokens=tokens, apart=way.regions == "apart")


def generate_scenes(lab: Lab, way: Way, casts: list[tuple[str, ...]], seed: int) -> Tensor:
    """(scenes, 3, E, E people)."""
    people, parts = len(casts[0]), []
    base, s = lab.base, lab.settings
    guidance, words = torch.full((1,), s.guidance), torch.arange(people * base.config.words) // base.config.words
    gate = gate_of(base, way.training, way.merge)
    for number, cast in enumerate(casts):
        row = scene_row(
            lab, way, cast, asks_of(lab, cast, number), seed=picture_seed("scene", seed, number), trained_by=seed
        )
        trained = [lab.trained(name, way.training, seed) for name in cast]
        members = [each.residuals for each in trained]
        here = [present(base, each, way.training.count, cell) for cell, each in enumerate(trained)]
        everywhere = {} if way.merge == BY_GATES else summed(members, 1.0)
        with laid_beside(base, everywhere), acting(base, here, len(words), gate):
            if way.regions == "automatic" or way.confined == "attention":
                found = regions_by_attention(base, row, people, steps=s.draw_steps, guidance=guidance)
                row = row if way.confined else replace(row, boxes=found)
            if not way.confined:
                parts.append(generate_rows(base, [row], people, s))
        if way.confined:
            cells = (
                found if way.confined == "attention" else {c: cell_mask(c, base.config, people) for c in range(people)}
            )
            masks = [(m, cells[cell], words == cell) for cell, m in enumerate(members)]
            with confined_beside(base, masks):
                parts.append(generate_rows(base, [row], people, s))
    return torch.cat(parts)


def scenes_of(lab: Lab, way: Way, casts: list[tuple[str, ...]], seed: int) -> Tensor:
    """The scenes of a way, from the cache where they are there. Its training is as it is to be trained: tuned."""
    s, training = lab.settings, way.training
    trained = [lab.trainer.weights, training, training.rates, s.steps, s.batch, s.bank, seed]
    facts = [way, casts, s.draw_steps, s.guidance, *trained]

    def make() -> tuple[dict[str, Tensor], dict[str, str]]:
        return {"pictures": as_bytes(generate_scenes(lab, way, casts, seed))}, {}

    tensors, _ = lab.cache.tensors("scenes", facts, make)
    return from_bytes(tensors["pictures"])


def true_scenes(lab: Lab, casts: list[tuple[str, ...]]) -> Tensor:
    """The scenes as they should be."""
    rows = []
    for number, cast in enumerate(casts):
        asks = asks_of(lab, cast, number)
        rows.append(torch.cat([lab.characters[name].truth(ask) for name, ask in zip(cast, asks, strict=True)], dim=-1))
    return torch.stack(rows)


def collapsed(scores: Tensor, threshold: float) -> bool:
    """scores (cells, cast): whether some cell shows none of the people, or two cells show the same person."""
    best, who = scores.max(dim=1)
    return bool((best <= threshold).any()) or len(set(who.tolist())) < len(who)


def judge_scenes(lab: Lab, drawn: Tensor, casts: list[tuple[str, ...]]) -> dict[str, float]:
    """Every measure of a cell, as alone, and: another of the cast in it (leak), by how much the right one is ahead
    (margin), whether anybody is there (people), and how many of the pictures have collapsed. Means over all."""
    found: dict[str, list[float]] = {name: [] for name in NUMBERS}
    for number, (cast, picture) in enumerate(zip(casts, drawn, strict=True)):
        asks, people = asks_of(lab, cast, number), [lab.characters[name] for name in cast]
        cells = torch.stack(picture.chunk(len(cast), dim=-1))
        for measure, values in lab.judge.judge(cells, people, asks).items():
            found[measure] += values
        scores = torch.stack([lab.judge.scores(cells, [who] * len(cast), asks) for who in people], dim=1)
        others = scores.masked_fill(torch.eye(len(cast), dtype=torch.bool), -torch.inf).amax(dim=1)
        found["leak"] += (others > lab.judge.embedder.threshold).float().tolist()
        found["margin"] += (scores.diagonal() - others).tolist()
        found["people"] += lab.judge.somebody_in(cells).float().tolist()
        found["collapse"].append(float(collapsed(scores, float(lab.judge.embedder.equal_threshold))))
    return {name: sum(values) / len(values) for name, values in found.items()}
