"""A widened checkpoint draws what attached entries draw, and without a token what the base draws."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from orthoplex.bases.cast.model import CastModel
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.widen import addresses, unaddressed, widen_model, widened_context, widened_entries

from .test_gated import LAYOUT, TOKENS, WIDTH, WORDS, member, model

__all__ = ["model"]  # the fixture
CELLS = 2
LENGTH = CELLS * WORDS
# Of values around 1: C + R products are summed in another order than C.
ROUNDING = {torch.float32: 2e-5, torch.bfloat16: 0.15}


def picture(model: CastModel, context: Tensor, members: list[Member]) -> Tensor:
    g = torch.Generator().manual_seed(9)
    dtype = model.patch_in.weight.dtype
    x = torch.randn(1, 3, 64, 64 * CELLS, generator=g).to(dtype)
    places = torch.arange(CELLS).expand(1, CELLS)
    with attach_gated(model, LAYOUT, [members], length=LENGTH):
        drawn: Tensor = model(x, torch.full((1,), 0.7, dtype=dtype), context, places)
    return drawn.float()


def encoded(model: CastModel) -> Tensor:
    words = torch.randint(30, (1, CELLS, WORDS), generator=torch.Generator().manual_seed(4))
    colours = torch.zeros(1, CELLS, WORDS, 4, dtype=model.patch_in.weight.dtype)
    context: Tensor = model.encode(words, colours, torch.arange(CELLS).expand(1, CELLS))
    return context


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_widened_checkpoint_equals_attached_entries(model: CastModel, dtype: torch.dtype) -> None:
    """Several owners, one of them named twice, strengths other than 1; residuals are attached on both sides."""
    members = [member(1, 0, 1, strength=0.5), member(2), member(3, strength=1.2)]
    members[0] = replace(members[0], positions=members[0].positions[:1])
    members[2] = replace(members[2], positions=torch.arange(TOKENS)[None] + WORDS + 7)
    own = copy.deepcopy(model).to(dtype)
    wide = copy.deepcopy(own)
    a = addresses(members, LENGTH)
    assert a.shape == (LENGTH, 3 * TOKENS)
    assert (a.sum(dim=1) <= 1).all(), "no two tokens share an address"
    widen_model(wide, widened_entries(members, LAYOUT))
    assert wide.get_submodule("transformer_blocks.0.attn2.to_k").weight.shape == (WIDTH, WIDTH + 3 * TOKENS)
    context = encoded(own)
    wanted = picture(own, context, members)
    drawn = picture(wide, widened_context(context, a), [replace(each, entries={}) for each in members])
    assert float((drawn - wanted).abs().max()) < ROUNDING[dtype]
    assert float((picture(own, context, []) - wanted).abs().max()) > 4 * ROUNDING[dtype]


def test_a_widened_checkpoint_without_its_tokens_equals_the_base(model: CastModel) -> None:
    members = [member(seed, 0) for seed in range(1, 9)]
    wide = copy.deepcopy(model)
    widen_model(wide, widened_entries(members, LAYOUT))
    context = encoded(model)
    drawn = picture(wide, unaddressed(context, 8 * TOKENS), [])
    assert float((drawn - picture(model, context, [])).abs().max()) < ROUNDING[torch.float32]
    for name in LAYOUT.entries:
        assert torch.equal(wide.get_submodule(name).weight[:, :WIDTH], model.get_submodule(name).weight)
