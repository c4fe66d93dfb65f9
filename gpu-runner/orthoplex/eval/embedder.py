"""The identity metric: an embedder of rendered people, tested on people that are not in its training data.

Supervised contrastive training (Khosla et al. 2020): two views of a person, with other expressions and backgrounds,
against the rest of the batch, which comes from few styles so that separating styles is not enough. Detection, as the
paper measures it with ArcFace at 0.68: the score of a picture against the person's renders is above the threshold
that one impostor in a thousand of the same style passes.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.eval.cache import Cache, fix_seed
from orthoplex.eval.measures import equal_error_rate, equal_error_threshold, threshold_at
from orthoplex.eval.people_network import Trunk, ViewMaker, training_precision
from orthoplex.eval.renders import People
from orthoplex.eval.settings import MetricSettings

TEMPERATURE = 0.1


class Embedder(nn.Module):
    """(B, 3, 64, 64) in [-1, 1] -> (B, 128) of length 1.

    threshold: above it two are one person, with few false accepts (detection). equal_threshold: where both errors are
    equally frequent, so that hardly any true picture is missed (subject collapse).
    """

    threshold: Tensor
    equal_threshold: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.out = nn.Linear(256, 128)
        self.register_buffer("threshold", torch.zeros(()))
        self.register_buffer("equal_threshold", torch.zeros(()))

    def forward(self, pictures: Tensor) -> Tensor:
        return F.normalize(self.out(self.trunk(pictures)), dim=-1)


def contrastive_loss(first: Tensor, second: Tensor) -> Tensor:
    """Each of 2 B unit vectors must find its partner among the others: cross entropy of cosines / temperature."""
    both = torch.cat([first, second])
    cosines = both @ both.T / TEMPERATURE
    cosines = cosines.masked_fill(torch.eye(len(both), dtype=torch.bool), -torch.inf)
    count = len(first)
    partners = torch.cat([torch.arange(count) + count, torch.arange(count)])
    return F.cross_entropy(cosines, partners)


class PairDrawer:
    """Two rows each of `count` people from three styles, of different expressions where a person has two."""

    def __init__(self, people: People, generator: torch.Generator) -> None:
        self.generator = generator
        _, self.counts = torch.unique_consecutive(people.person, return_counts=True)
        self.starts = self.counts.cumsum(0) - self.counts
        self.styles = people.style[self.starts]

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        present = torch.unique(self.styles)
        chosen = present[torch.randperm(len(present), generator=self.generator)[:3]]
        candidates = torch.isin(self.styles, chosen).nonzero()[:, 0]
        who = candidates[torch.randperm(len(candidates), generator=self.generator)[:count]]
        size = self.counts[who]
        first = (torch.rand(len(who), generator=self.generator) * size).long()
        step = 1 + (torch.rand(len(who), generator=self.generator) * (size - 1).clamp(min=1)).long()
        return self.starts[who] + first, self.starts[who] + (first + step) % size


def train_embedder(people: People, settings: MetricSettings) -> Embedder:
    generator = fix_seed("embedder")
    torch.manual_seed(0)
    embedder, views, pairs = Embedder(), ViewMaker(generator), PairDrawer(people, generator)
    optimiser = torch.optim.AdamW(embedder.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=settings.embedder_steps + 1)
    for _ in range(settings.embedder_steps):
        first, second = pairs.draw(settings.batch_people)
        pictures = views.make(people.sprites[torch.cat([first, second])]).pictures
        with training_precision():
            embedded = embedder(pictures)
        loss = contrastive_loss(*embedded.float().chunk(2))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return embedder.eval().requires_grad_(False)


@torch.no_grad()
def verification_scores(embedder: Embedder, people: People) -> tuple[Tensor, Tensor, Tensor]:
    """Scores of people against one another: (genuine, impostors of the same style, impostors of any style).

    A picture's score against a person is its cosine with the mean embedding of that person's other expressions.
    """
    views = ViewMaker(fix_seed("verification"))
    embedded = torch.cat([embedder(views.make(part).pictures) for part in torch.split(people.sprites, 256)])
    members = F.one_hot(people.person - people.person.min()).float()  # (N, persons)
    sums, counts = members.T @ embedded, members.sum(0)
    own = members.argmax(1)
    others = F.normalize(sums[own] - embedded, dim=-1)
    genuine = (embedded * others).sum(-1)[counts[own] > 1]
    present = counts.nonzero()[:, 0]
    scores = embedded @ F.normalize(sums[present], dim=-1).T
    style_of = people.style[members[:, present].argmax(0)]
    foreign = own[:, None] != present[None]
    return genuine, scores[foreign & (people.style[:, None] == style_of[None])], scores[foreign]


def validate(embedder: Embedder, people: People, settings: MetricSettings) -> dict[str, Any]:
    """The embedder's own error on people it never saw, and the threshold that detection uses."""
    genuine, alike, anybody = verification_scores(embedder, people)
    threshold = threshold_at(alike, settings.false_accept_rate)
    return {
        "people": torch.unique(people.person).numel(),
        "eer_same_style": equal_error_rate(genuine, alike),
        "eer_any_style": equal_error_rate(genuine, anybody),
        "threshold": threshold,
        "equal_threshold": equal_error_threshold(genuine, alike),
        "false_accept_rate": settings.false_accept_rate,
        "detected_renders": float((genuine > threshold).double().mean()),
        "impostor_scores": len(alike),
    }


def make_embedder(cache: Cache, people: People, settings: MetricSettings) -> tuple[Embedder, dict[str, Any]]:
    """The embedder with its threshold set, and its validation."""

    def make() -> tuple[dict[str, Tensor], dict[str, Any]]:
        train, test = people.split()
        embedder = train_embedder(train, settings)
        return embedder.state_dict(), validate(embedder, test, settings)

    tensors, notes = cache.tensors("embedder", [settings], make)
    embedder = Embedder()
    embedder.load_state_dict(tensors)
    embedder.threshold.fill_(notes["threshold"])
    embedder.equal_threshold.fill_(notes["equal_threshold"])
    return embedder.eval().requires_grad_(False), notes
