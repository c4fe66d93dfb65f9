"""Judges pictures of characters: identity, text, image, and the distance to the true render.

Distance and expression are read at the base's own size; the networks see pictures averaged to their cells of 64 px.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.bases.cast.words import BACKGROUND_COLOURS
from orthoplex.bases.cast.world import rgb
from orthoplex.eval.attributes import AttributeReader, Reading, colour_right, nearest
from orthoplex.eval.embedder import Embedder
from orthoplex.eval.measures import distance
from orthoplex.eval.renders import Ask, Character, averaged

# What is measured of every picture. identity: the paper's detection rate; score: the cosine behind it; named: whether
# no other character of the gallery scores higher.
MEASURES = ("identity", "score", "named", "image", "text", "distance")
Judged = dict[str, list[float]]


@dataclass(eq=False)
class Judge:
    embedder: Embedder
    reader: AttributeReader
    gallery: Sequence[Character]
    _references: dict[str, dict[str, Tensor]] = field(default_factory=dict)

    def reference(self, character: Character, without: str) -> Tensor:
        """The mean embedding of a character's renders but for one expression, length 1: (128,)."""
        if character.name not in self._references:
            plain = Ask("", "plain", "cream")
            self._references[character.name] = {
                expression: self.embedder(averaged(character.truth(replace(plain, expression=expression))[None]))[0]
                for expression in character.pictures
            }
        known = self._references[character.name]
        others = [vector for expression, vector in known.items() if expression != without]
        return F.normalize(torch.stack(others or list(known.values())).sum(0), dim=0)

    @torch.no_grad()
    def scores(self, pictures: Tensor, characters: Sequence[Character], asks: Sequence[Ask]) -> Tensor:
        """How much each picture (B, 3, E, E) is the character beside it: cosines (B,)."""
        references = torch.stack([self.reference(c, ask.expression) for c, ask in zip(characters, asks, strict=True)])
        cosines: Tensor = (self.embedder(averaged(pictures)) * references).sum(-1)
        return cosines

    @torch.no_grad()
    def names(self, pictures: Tensor, asks: Sequence[Ask]) -> list[str]:
        """Who of the gallery each picture is most: names."""
        found = []
        for embedded, ask in zip(self.embedder(averaged(pictures)), asks, strict=True):
            references = torch.stack([self.reference(who, ask.expression) for who in self.gallery])
            found.append(self.gallery[int((references @ embedded).argmax())].name)
        return found

    @torch.no_grad()
    def somebody_in(self, pictures: Tensor) -> Tensor:
        """Whether anybody is in each picture: (B,) bool."""
        seen: Reading = self.reader(averaged(pictures))
        return seen.present > 0

    @torch.no_grad()
    def judge(self, pictures: Tensor, characters: Sequence[Character], asks: Sequence[Ask]) -> Judged:
        """Every measure of every picture."""
        truth = torch.stack([character.truth(ask) for character, ask in zip(characters, asks, strict=True)])
        scores = self.scores(pictures, characters, asks)
        named = [who.name == name for who, name in zip(characters, self.names(pictures, asks), strict=True)]
        image = (self.embedder(averaged(pictures)) * self.embedder(averaged(truth))).sum(-1)
        return {
            "identity": (scores > self.embedder.threshold).float().tolist(),
            "score": scores.tolist(),
            "named": [float(right) for right in named],
            "image": image.tolist(),
            "text": self._text(pictures, truth, characters, asks).tolist(),
            "distance": distance(pictures, truth).tolist(),
        }

    def _text(self, pictures: Tensor, truth: Tensor, characters: Sequence[Character], asks: Sequence[Ask]) -> Tensor:
        """The share of what was asked that is seen: expression, background's kind and colour, one person, and glasses
        where the true picture shows them (as the same classifier reads it). (B,)"""
        seen: Reading = self.reader(averaged(pictures))
        true: Reading = self.reader(averaged(truth))
        kind = torch.tensor([BACKGROUNDS.index(ask.kind) for ask in asks])
        colour = torch.stack([rgb(BACKGROUND_COLOURS[ask.colour]) for ask in asks])
        right = [
            torch.tensor([shows_expression(*each) for each in zip(pictures, characters, asks, strict=True)]),
            seen.kind.argmax(-1) == kind,
            colour_right(seen.colour, colour),
            seen.present > 0,
            (seen.glasses > 0) == (true.glasses > 0),
        ]
        return torch.stack(right).float().mean(0)


def shows_expression(picture: Tensor, character: Character, ask: Ask) -> bool:
    """Whether the nearest of the character's true pictures on that background has the requested expression."""
    expressions = list(character.pictures)
    candidates = torch.stack([character.truth(replace(ask, expression=expression)) for expression in expressions])
    return expressions[int(nearest(picture[None], candidates[None])[0])] == ask.expression


def means(judged: Judged) -> dict[str, float]:
    """The mean of every measure over the pictures of one trial."""
    return {measure: sum(values) / len(values) for measure, values in judged.items()}
