"""The text metric: what a picture shows of what was asked, read by a classifier whose own accuracy is stated.

Expression, kind and colour of the background, glasses, and whether anybody is there: the number of people in a wide
picture is the number of its cells in which somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.eval.cache import Cache, fix_seed
from orthoplex.eval.people_network import Trunk, ViewMaker
from orthoplex.eval.renders import EXPRESSIONS, People
from orthoplex.eval.settings import MetricSettings

COLOUR_TOLERANCE = 0.12  # of 1, the largest channel's error for a colour to count as right
EMPTY_SHARE = 0.15  # of training views show nobody


@dataclass(frozen=True, eq=False)
class Reading:
    """What B pictures show."""

    expression: Tensor  # (B, 7) logits
    kind: Tensor  # (B, 6) logits
    colour: Tensor  # (B, 3) in [0, 1]
    glasses: Tensor  # (B,) logit
    present: Tensor  # (B,) logit


class AttributeReader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.out = nn.Linear(256, len(EXPRESSIONS) + len(BACKGROUNDS) + 5)

    def forward(self, pictures: Tensor) -> Reading:
        e, k = len(EXPRESSIONS), len(BACKGROUNDS)
        out = self.out(self.trunk(pictures))
        return Reading(out[:, :e], out[:, e : e + k], out[:, e + k : e + k + 3].sigmoid(), out[:, -2], out[:, -1])


def colour_right(seen: Tensor, asked: Tensor) -> Tensor:
    """(B, 3) twice, in [0, 1] -> (B,) bool."""
    return (seen - asked).abs().amax(-1) < COLOUR_TOLERANCE


def train_reader(people: People, settings: MetricSettings) -> AttributeReader:
    generator = fix_seed("attributes")
    torch.manual_seed(0)
    reader, views = AttributeReader(), ViewMaker(generator)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=settings.attribute_steps + 1)
    for _ in range(settings.attribute_steps):
        rows = torch.randint(len(people), (2 * settings.batch_people,), generator=generator)
        there = torch.rand(len(rows), generator=generator) > EMPTY_SHARE
        made = views.make(people.sprites[rows] * there[:, None, None, None])
        seen = reader(made.pictures)
        loss = (
            F.cross_entropy(seen.expression[there], people.expression[rows][there], label_smoothing=0.05)
            + F.cross_entropy(seen.kind, made.kinds)
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
                torch.where(there, (seen.expression.argmax(-1) == people.expression[rows]).float(), torch.nan),
                (seen.kind.argmax(-1) == made.kinds).float(),
                colour_right(seen.colour, made.colours).float(),
                torch.where(there, ((seen.glasses > 0) == people.glasses[rows]).float(), torch.nan),
                ((seen.present > 0) == there).float(),
            ]
        )
        right.append(judged)
    means = torch.cat(right, 1).nanmean(1)
    return dict(zip(("expression", "background", "colour", "glasses", "people"), means.tolist(), strict=True))


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
