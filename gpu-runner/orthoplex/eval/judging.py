"""Judges pictures of characters: identity, text, image, and the distance to the true render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.bases.cast.words import BACKGROUND_COLOURS
from orthoplex.bases.cast.world import rgb
from orthoplex.eval.attributes import AttributeReader, colour_right
from orthoplex.eval.embedder import Embedder
from orthoplex.eval.measures import distance
from orthoplex.eval.renders import EXPRESSIONS, Ask, Character

# What is measured of every picture; `identity` is the paper's detection rate, `score` the cosine behind it.
MEASURES = ("identity", "score", "image", "text", "distance")
Judged = dict[str, list[float]]


@dataclass(eq=False)
class Judge:
    embedder: Embedder
    reader: AttributeReader
    _references: dict[str, dict[str, Tensor]] = field(default_factory=dict)

    def reference(self, character: Character, without: str) -> Tensor:
        """The mean embedding of a character's renders but for one expression, length 1: (128,)."""
        if character.name not in self._references:
            plain = Ask("", "plain", "cream")
            self._references[character.name] = {
                expression: self.embedder(character.truth(Ask(expression, plain.kind, plain.colour))[None])[0]
                for expression in character.pictures
            }
        known = self._references[character.name]
        others = [vector for expression, vector in known.items() if expression != without]
        return F.normalize(torch.stack(others or list(known.values())).sum(0), dim=0)

    @torch.no_grad()
    def scores(self, pictures: Tensor, characters: Sequence[Character], asks: Sequence[Ask]) -> Tensor:
        """How much each picture (B, 3, 64, 64) is the character beside it: cosines (B,)."""
        references = torch.stack([self.reference(c, ask.expression) for c, ask in zip(characters, asks, strict=True)])
        cosines: Tensor = (self.embedder(pictures) * references).sum(-1)
        return cosines

    @torch.no_grad()
    def judge(self, pictures: Tensor, characters: Sequence[Character], asks: Sequence[Ask]) -> Judged:
        """Every measure of every picture."""
        truth = torch.stack([character.truth(ask) for character, ask in zip(characters, asks, strict=True)])
        scores = self.scores(pictures, characters, asks)
        image = (self.embedder(pictures) * self.embedder(truth)).sum(-1)
        return {
            "identity": (scores > self.embedder.threshold).float().tolist(),
            "score": scores.tolist(),
            "image": image.tolist(),
            "text": self._text(pictures, truth, asks).tolist(),
            "distance": distance(pictures, truth).tolist(),
        }

    def _text(self, pictures: Tensor, truth: Tensor, asks: Sequence[Ask]) -> Tensor:
        """The share of what was asked that is seen: expression, background's kind and colour, one person, and glasses
        where the true picture shows them (as the same classifier reads it). (B,)"""
        seen, true = self.reader(pictures), self.reader(truth)
        expression = torch.tensor([EXPRESSIONS.index(ask.expression) for ask in asks])
        kind = torch.tensor([BACKGROUNDS.index(ask.kind) for ask in asks])
        colour = torch.stack([rgb(BACKGROUND_COLOURS[ask.colour]) for ask in asks])
        right = [
            seen.expression.argmax(-1) == expression,
            seen.kind.argmax(-1) == kind,
            colour_right(seen.colour, colour),
            seen.present > 0,
            (seen.glasses > 0) == (true.glasses > 0),
        ]
        return torch.stack(right).float().mean(0)


def joined(parts: Sequence[Judged]) -> Judged:
    return {measure: [value for part in parts for value in part[measure]] for measure in MEASURES}


def means(judged: Judged) -> dict[str, float]:
    """The mean of every measure over the pictures of one trial."""
    return {measure: sum(values) / len(values) for measure, values in judged.items()}
