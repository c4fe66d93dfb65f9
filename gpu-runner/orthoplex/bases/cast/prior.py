"""Prior preservation: examples without the concept, in which its residual must not change the base's prediction.

Other people's captions, sparse captions and other triggers, on pictures that the base generates for them; the
target is the base's own prediction. No data is needed beside the base. Only a base that reserves no channels needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.cast.flow import noise_levels
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.people import draw_people
from orthoplex.bases.cast.pictures import HIGH_SHARE
from orthoplex.bases.cast.reading import CONCEPT_WORDS
from orthoplex.bases.cast.scene import NULL, PAD
from orthoplex.bases.context import Context
from orthoplex.bases.protocol import Batch


@dataclass(frozen=True)
class Content:
    """What a batch is made of, as shares; what is left of 1 is the empty caption."""

    captions: float = 0.5  # other people, fully described
    triggers: float = 0.25  # other triggers, with sparse words
    sparse: float = 0.125  # sparse words alone


class PriorPictures:
    """A bank of pictures that the base draws for random captions, and batches made of it."""

    def __init__(
        self,
        base: CastParts,
        size: int,
        token_scale: float,
        *,
        generator: torch.Generator,
        content: Content = Content(),
    ) -> None:
        self.base, self.token_scale, self.content = base, token_scale, content
        people = draw_people(base, size, generator, steps=4)
        self.words, self.colours = people.words[:, None], people.colours[:, None]
        self.pictures = people.pictures.to(base.device)

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """Situations at the levels of noise that a concept is trained at."""
        return self.make(count, noise_levels(count, generator, HIGH_SHARE).to(self.base.device), generator)

    @torch.no_grad()
    def make(self, batch: int, t: Tensor, generator: torch.Generator) -> Batch:
        """Situations in the shares of `content`, at noise levels t (batch,)."""
        base, vocabulary = self.base, self.base.world.vocabulary
        described = self.content.captions
        triggered = described + self.content.triggers
        asked = triggered + self.content.sparse
        chosen = torch.randint(len(self.words), (batch,), generator=generator)
        words, colours = self.words[chosen].clone(), self.colours[chosen].clone()
        draw = torch.rand(batch, generator=generator)
        sparse = (draw > described)[:, None, None] & (torch.arange(base.config.words) > 0)
        sparse = sparse & (torch.rand(words.shape, generator=generator) < 0.8)
        words[sparse] = vocabulary[PAD]
        colours[sparse] = 0
        empty = draw > asked
        words[empty] = vocabulary[PAD]
        words[empty, :, 0] = vocabulary[NULL]
        colours[empty] = 0
        places = torch.randint(base.config.cells, (batch, 1), generator=generator).to(base.device)
        shared = base.model.encode(words.to(base.device), colours.to(base.device, base.dtype), places)
        contexts = [shared.clone() for _ in range(base.config.layers)]
        other = (draw > described) & (draw < triggered)
        for context in contexts:  # triggers of nobody: random tokens of the usual length, new at every layer
            at = torch.randn(int(other.sum()), len(CONCEPT_WORDS), base.config.word_width, generator=generator)
            at = F.pad(at, (0, base.config.reserved))
            context[other, CONCEPT_WORDS[0] : CONCEPT_WORDS[-1] + 1] = (at * self.token_scale).to(
                base.device, base.dtype
            )
        noise = torch.randn(batch, *self.pictures.shape[1:], generator=generator).to(base.device)
        level = t[:, None, None, None]
        noisy = (1 - level) * self.pictures[chosen] + level * noise
        target = base.model(noisy.to(base.dtype), t, contexts, places).float()
        return Batch(noisy, t, Context(tuple(contexts), ((),) * batch, conditions={"places": places}), target)
