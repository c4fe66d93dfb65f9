"""Automatic regions: where a person's words are attended to is where that person's region lies."""

from dataclasses import replace

import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import Attention
from orthoplex.bases.request import SampleSpec
from orthoplex.eval.automatic import regions_by_attention, shares_of


@torch.no_grad()
def test_a_position_belongs_to_the_person_whose_words_it_attends_to_most() -> None:
    module = Attention(8, 1)
    for layer in (module.to_q, module.to_k):
        layer.weight.copy_(torch.eye(8))
    x = torch.zeros(1, 2, 8)
    x[0, 0, 0] = x[0, 1, 1] = 1  # one position asks along axis 0, the other along axis 1
    context = torch.zeros(1, 2 * 4, 8)
    context[0, 1:4, 0] = context[0, 5:8, 1] = 1  # the words of the first person lie on axis 0, of the second on axis 1
    shares = shares_of(module, x, context, people=2)[0]
    assert float(shares[0, 0]) > 2 * float(shares[0, 1])
    assert float(shares[1, 1]) > 2 * float(shares[1, 0])
    only_backgrounds = torch.zeros_like(context)
    only_backgrounds[0, [0, 4]] = 100 * x[0]
    assert float(shares_of(module, x, only_backgrounds, people=2).sum(-1).max()) < 0.5


def test_every_person_gets_a_region_and_every_position_belongs_to_one_person(
    random_base: CastBase,
) -> None:
    prompt = "a smiling person, left; a sad person, right; sky background"
    row = random_base.read(SampleSpec(prompt, 1, 512, 256), [], 1)
    found = regions_by_attention(random_base, replace(row, boxes={}), 2, steps=4, guidance=torch.ones(1))
    assert sorted(found) == [0, 1]
    assert all(bool(mask.any()) for mask in found.values())
    assert bool((found[0] ^ found[1]).all())
