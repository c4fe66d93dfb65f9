"""The text metric: how much of the prompt a picture shows, by classifiers whose own accuracy is stated.

A classifier reads kind and colour of the background, glasses, and whether anybody is there: the number of people in a
wide picture is the number of its cells in which somebody is. The expression is that of the nearest among the true
pictures of the same character on the same background, which differ in nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.bases.cast.scene import BACKGROUNDS, compose
from orthoplex.eval.cache import Cache, fix_seed
from orthoplex.eval.people_network import Trunk, ViewMaker, training_precision
from orthoplex.eval.renders import People
from orthoplex.eval.settings import MetricSettings

COLOUR_TOLERANCE = 0.12  # of 1, the largest channel's error for a colour to count as right
EMPTY_SHARE = 0.15  # of training views show nobody


@dataclass(frozen=True, eq=False)
class Reading:
    """What B pictures show."""

    kind: Tensor  # (B, 6) logits
    colour: Tensor  # (B, 3) in [0, 1]
    glasses: Tensor  # (B,) logit
    present: Tensor  # (B,) logit


class AttributeReader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.out = nn.Linear(256, len(BACKGROUNDS) + 5)

    def forward(self, pictures: Tensor) -> Reading:
        k = len(BACKGROUNDS)
        out = self.out(self.trunk(pictures)).float()
        return Reading(out[:, :k], out[:, k : k + 3].sigmoid(), out[:, -2], out[:, -1])


def colour_right(seen: Tensor, asked: Tensor) -> Tensor:
    """(B, 3) twice, in [0, 1] -> (B,) bool."""
    return (seen - asked).abs().amax(-1) < COLOUR_TOLERANCE


def nearest(pictures: Tensor, candidates: Tensor) -> Tensor:
    """Which candidate (B, K, 3, H, W) each picture (B, 3, H, W) comes closest to, by mean absolute difference: (B,)."""
    return (pictures[:, None] - candidates).abs().mean(dim=(2, 3, 4)).argmin(1)


def train_reader(people: People, settings: MetricSettings) -> AttributeReader:
    generator = fix_seed("attributes")
    torch.manual_seed(0)
    reader, views = AttributeReader(), ViewMaker(generator)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=settings.attribute_steps + 1)
    for _ in range(settings.attribute_steps):
        rows = torch.randint(len(people), (2 * settings.batch_people,), generator=generator)
        there = torch.rand(len(rows), generator=generator) > EMPTY_SHARE
        made = views.make(people.sprites[rows] * there[:, None, None, None])
        with training_precision():
            seen = reader(made.pictures)
        loss = (
            F.cross_entropy(seen.kind, made.kinds)
            + 20 * F.mse_loss(seen.colour, made.colours)
            + F.binary_cross_entropy_with_logits(seen.glasses[there], people.glasses[rows][there].float())
            + F.binary_cross_entropy_with_logits(seen.present, there.float())
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return reader.eval().requires_grad_(False)


@torch.no_grad()
def validate(reader: AttributeReader, people: People) -> dict[str, float]:
    """Accuracy on renders of people it never saw."""
    generator = fix_seed("attribute validation")
    views, right = ViewMaker(generator), []
    for rows in torch.split(torch.arange(len(people)), 256):
        there = torch.rand(len(rows), generator=generator) > EMPTY_SHARE
        made = views.make(people.sprites[rows] * there[:, None, None, None])
        seen = reader(made.pictures)
        judged = torch.stack(
            [
                (seen.kind.argmax(-1) == made.kinds).float(),
                colour_right(seen.colour, made.colours).float(),
                torch.where(there, ((seen.glasses > 0) == people.glasses[rows]).float(), torch.nan),
                ((seen.present > 0) == there).float(),
            ]
        )
        right.append(judged)
    means = torch.cat(right, 1).nanmean(1)
    named = dict(zip(("background", "colour", "glasses", "people"), means.tolist(), strict=True))
    return {"expression": expression_accuracy(people), **named}


def expression_accuracy(people: People) -> float:
    """How often the nearest of a person's renders has the expression of a degraded one; of people with several."""
    views, right = ViewMaker(fix_seed("expression validation")), []
    for person in torch.unique(people.person):
        rows = (people.person == person).nonzero()[:, 0]
        if len(rows) < 2:
            continue
        made = views.make(people.sprites[rows], moves=False)
        sprites = people.sprites[rows].float() / 255
        clean = [compose(sprites[:, None], background.expand(len(rows), -1, -1, -1)) for background in made.backgrounds]
        right.append((nearest(made.pictures, torch.stack(clean)) == torch.arange(len(rows))).float())
    return float(torch.cat(right).mean())


def make_reader(cache: Cache, people: People, settings: MetricSettings) -> tuple[AttributeReader, dict[str, Any]]:
    """The classifier and its accuracy on held-out renders."""

    def make() -> tuple[dict[str, Tensor], dict[str, Any]]:
        train, test = people.split()
        reader = train_reader(train, settings)
        return reader.state_dict(), validate(reader, test)

    tensors, notes = cache.tensors("attributes", [settings], make)
    reader = AttributeReader()
    reader.load_state_dict(tensors)
    return reader.eval().requires_grad_(False), notes
