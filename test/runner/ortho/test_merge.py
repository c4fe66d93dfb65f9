"""A merge is exact, has no order, and is undone bit for bit."""

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from orthoplex.ortho.attach import IMAGE, attach
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.merge import PristineWeights, merged, summed
from orthoplex.ortho.residual import Residual

Make = Callable[..., Residual]
Inputs = tuple[Tensor, Tensor]


def bits(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same_bits(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name].view(torch.uint8), other[name].view(torch.uint8)) for name in one)


def test_merged_weights_equal_the_base_plus_the_sum_of_the_parts(
    model: nn.Module, layout: Layout, residual: Make
) -> None:
    before, members = bits(model), [residual(1, 0.6), residual(2, -0.3), residual(40, 1.1)]
    with merged(model, layout, members):
        for layer, shape in layout.layers.items():
            expected = before[f"{layer}.weight"].double()
            for member in members:
                down = layout.down(member.slot, shape.in_features)
                expected = expected + member.strength * member.up[layer].double() @ down
            torch.testing.assert_close(model.get_submodule(layer).weight, expected.float(), rtol=0, atol=1e-7)


def test_merging_equals_attaching(model: nn.Module, layout: Layout, inputs: Inputs, residual: Make) -> None:
    members = [residual(1), residual(2)]
    with attach(model, layout, members):
        attached = model(*inputs)
    with merged(model, layout, members):
        torch.testing.assert_close(model(*inputs), attached)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_merge_is_independent_of_order_bit_for_bit(
    model: nn.Module, layout: Layout, residual: Make, dtype: torch.dtype
) -> None:
    pristine = PristineWeights(model.to(dtype), layout)
    members = [residual(1, 0.6), residual(2, 0.35), residual(3, 1.7), residual(40, -0.2)]
    results = []
    for order in itertools.permutations(members):
        pristine.merge(order)
        results.append(bits(model))
    assert all(same_bits(result, results[0]) for result in results)


def test_a_merge_of_residuals_in_one_slot_is_independent_of_order(
    model: nn.Module, layout: Layout, residual: Make
) -> None:
    a, b = residual(5, 0.5), residual(6, 0.5)
    members = [a, Residual(slot=5, up=b.up, strength=0.5), residual(7, 0.1)]
    pristine = PristineWeights(model, layout)
    results = []
    for order in itertools.permutations(members):
        pristine.merge(order)
        results.append(bits(model))
    assert all(same_bits(result, results[0]) for result in results)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_unmerge_restores_bit_for_bit_after_a_hundred_merges(
    model: nn.Module, layout: Layout, residual: Make, dtype: torch.dtype
) -> None:
    before = bits(model.to(dtype))
    pristine = PristineWeights(model, layout)
    for turn in range(100):
        pristine.merge([residual(turn % 7, 1.3), residual(20 + turn % 5, 0.9)])
    assert not same_bits(bits(model), before)
    pristine.unmerge()
    assert same_bits(bits(model), before)


def test_a_second_merge_replaces_the_first(model: nn.Module, layout: Layout, residual: Make) -> None:
    pristine = PristineWeights(model, layout)
    pristine.merge([residual(2)])
    alone = bits(model)
    pristine.merge([residual(1), residual(9)])
    pristine.merge([residual(2)])
    assert same_bits(bits(model), alone)


def test_strength_0_equals_the_base_bit_for_bit(model: nn.Module, layout: Layout, residual: Make) -> None:
    before = bits(model)
    with merged(model, layout, [residual(1, 0.0), residual(2, 0.0)]):
        assert same_bits(bits(model), before)


def test_unmerges_when_the_block_raises(model: nn.Module, layout: Layout, residual: Make) -> None:
    before = bits(model)
    with pytest.raises(KeyError), merged(model, layout, [residual(1)]):
        raise KeyError
    assert same_bits(bits(model), before)


def test_residuals_of_one_class_do_not_overlap_in_the_sum(layout: Layout, residual: Make) -> None:
    # With disjoint slots each up comes back out of the sum exactly: (sum_i R_i) down_j^T = strength_j up_j.
    members = [residual(slot, 1.0) for slot in range(layout.radix)]
    for layer, shape in layout.layers.items():
        total = summed(members, layout, layer, torch.device("cpu"))
        for member in members:
            recovered = total @ layout.down(member.slot, shape.in_features).T
            torch.testing.assert_close(recovered, member.up[layer].double(), rtol=0, atol=1e-13)


def test_refuses_to_merge_a_residual_with_masks(model: nn.Module, layout: Layout, residual: Make) -> None:
    before = bits(model)
    with pytest.raises(ValueError, match="attach it instead"):
        PristineWeights(model, layout).merge([residual(1, masks={IMAGE: torch.ones(10)})])
    assert same_bits(bits(model), before)
