"""People that a cast base generates for random captions, as training data beside the concept's own pictures.

No data is needed beside the base. Prior preservation reads them (prior.py), and scenes in which the concept stands
beside somebody else (pictures.py).
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

import torch
from torch import Tensor

from orthoplex.bases.cast.casting import complete
from orthoplex.bases.cast.flow import TIME_SHIFT, euler_step, time_steps
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.prompt import Person
from orthoplex.bases.cast.scene import BACKGROUNDS, colour_entry
from orthoplex.bases.cast.world import Word, encode_captions


@dataclass(frozen=True, eq=False)
class People:
    """N persons, each alone in a cell of E = cell_px, with all words of their captions."""

    pictures: Tensor  # (N, 3, E, E) in [-1, 1]
    words: Tensor  # (N, S)
    colours: Tensor  # (N, S, 4)
    kinds: Tensor  # (N,) of the background, into BACKGROUNDS
    background: Tensor  # (N, 3) its colour in [0, 1]

    def __len__(self) -> int:
        return len(self.words)


@torch.no_grad()
def draw_people(base: CastParts, size: int, generator: torch.Generator, steps: int) -> People:
    """`size` persons by a few Euler steps without guidance; all randomness is the generator's."""
    rng = random.Random(int(torch.randint(2**31, (1,), generator=generator)))
    captions: list[tuple[Word, ...]] = [complete(Person(), base.world, rng)[0] for _ in range(size)]
    encoded = encode_captions(base.world, captions, base.config.words)
    kinds = torch.randint(len(BACKGROUNDS), (size,), generator=generator)
    background = torch.rand(size, 3, generator=generator) * 0.7 + 0.3
    encoded.words[:, 0] = torch.tensor([base.world.background(kind) for kind in BACKGROUNDS])[kinds]
    encoded.colours[:, 0] = colour_entry(background)
    places = torch.zeros(size, 1, dtype=torch.long, device=base.device)
    words, colours = encoded.words[:, None].to(base.device), encoded.colours[:, None].to(base.device, base.dtype)
    context = base.model.encode(words, colours, places)
    side = base.config.cell_px
    x = torch.randn(size, 3, side, side, generator=generator).to(base.device)
    times = time_steps(steps, TIME_SHIFT * base.config.coarse)
    for t, t_next in itertools.pairwise(times):
        level = torch.full((size,), t, device=base.device)
        x = euler_step(x, base.model(x.to(base.dtype), level, context, places).float(), t, t_next)
    return People(x.clamp(-1, 1).cpu(), encoded.words, encoded.colours, kinds, background)
