"""Marks make a residual answer to its own tokens and to nothing else of its class."""

import dataclasses
import itertools
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from orthoplex.ortho.layout import LayerShape, Layout, read_layout
from orthoplex.ortho.marker import marked

RESERVING = read_layout(Path(__file__).parents[3] / "schema" / "examples" / "reserved-channels.json")
WIDE = Layout(
    base="wide-1",
    basis="signed-dct-2",
    basis_seed=11,
    rank=8,
    tokens_shape=(3, 2, 160),
    residual_norm_max=64.0,
    layers={"attn2.to_k": LayerShape(24, 320)},
    reserved=160,
    marker=2.5,
)
LAYOUTS = [RESERVING, WIDE]


def width_of(layout: Layout) -> int:
    """Channels of what cross-attention reads."""
    (width,) = {shape.in_features for shape in layout.layers.values()}
    return width


def words(layout: Layout, seed: int = 0, count: int | None = None) -> Tensor:
    """Random tokens (count, layers, dim) fp64, as they are trained."""
    generator = torch.Generator().manual_seed(seed)
    shape = layout.tokens_shape if count is None else (count, *layout.tokens_shape[1:])
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.base)
@pytest.mark.parametrize("number", [0, 2])
def test_no_residual_of_a_class_responds_to_a_token_of_another_slot(layout: Layout, number: int) -> None:
    width = width_of(layout)
    slots = range(number * layout.radix, (number + 1) * layout.radix)
    tokens = {slot: marked(words(layout, slot), layout, slot).flatten(0, 1) for slot in slots}
    for mine, other in itertools.permutations(slots, 2):
        heard = layout.down(other, width) @ tokens[mine].T  # (rank, count * layers)
        assert float(heard.abs().max()) < 1e-13


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.base)
def test_a_residual_responds_to_each_of_its_own_tokens_with_one_row_of_the_marks_length(layout: Layout) -> None:
    count, layers, _ = layout.tokens_shape
    for slot in (0, 1, layout.radix + 2, layout.radix**2 + 7):
        heard = marked(words(layout), layout, slot) @ layout.down(slot, width_of(layout)).T  # (count, layers, rank)
        expected = layout.marker * torch.eye(layout.rank, dtype=torch.float64)[torch.arange(count) % layout.rank]
        torch.testing.assert_close(heard, expected[:, None].expand(-1, layers, -1), rtol=0, atol=1e-13)


@given(slot=st.integers(0, RESERVING.radix**RESERVING.rank - 1), count=st.integers(1, 9))
def test_a_mark_has_its_length_and_leaves_the_words_channels_unchanged(slot: int, count: int) -> None:
    assert RESERVING.reserved is not None
    plain = words(RESERVING, slot, count)
    tokens = marked(plain, RESERVING, slot)
    assert tokens.shape == (count, RESERVING.tokens_shape[1], width_of(RESERVING))
    assert torch.equal(tokens[..., : -RESERVING.reserved], plain)
    lengths = tokens[..., -RESERVING.reserved :].norm(dim=-1)
    torch.testing.assert_close(lengths, torch.full_like(lengths, RESERVING.marker), rtol=1e-12, atol=0)


def test_tokens_beyond_the_rank_share_the_rows_in_turn() -> None:
    tokens = marked(words(RESERVING, count=RESERVING.rank + 1), RESERVING, 5)
    assert torch.equal(tokens[RESERVING.rank, :, -128:], tokens[0, :, -128:])
    assert not torch.equal(tokens[1, :, -128:], tokens[0, :, -128:])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_marked_tokens_keep_their_type(dtype: torch.dtype) -> None:
    assert marked(words(RESERVING).to(dtype), RESERVING, 3).dtype == dtype


def test_training_reaches_the_words_through_their_marks() -> None:
    plain = words(RESERVING).requires_grad_()
    marked(plain, RESERVING, 3).sum().backward()  # type: ignore[no-untyped-call]
    assert plain.grad is not None
    assert bool((plain.grad == 1).all())


def test_without_reserved_channels_tokens_stay_as_they_are() -> None:
    whole = dataclasses.replace(RESERVING, reserved=None, marker=0.0)
    plain = words(whole)
    assert marked(plain, whole, 5) is plain
