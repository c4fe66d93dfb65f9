"""Crosstalk from Gram matrices equals crosstalk computed the long way, and is zero exactly where it must be."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from orthoplex.ortho.crosstalk import (
    activation_crosstalk,
    parameter_crosstalk,
    recorded_moments,
    residual_energy,
    slot_crosstalk,
)
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual

Make = Callable[..., Residual]
Inputs = tuple[Tensor, Tensor]


def full(residual: Residual, layout: Layout, layer: str) -> Tensor:
    """R (out, in) fp64, strength included."""
    down = layout.down(residual.slot, layout.layers[layer].in_features)
    return residual.strength * residual.up[layer].double() @ down


def colliding(layout: Layout) -> tuple[int, int]:
    """Two slots of different classes that share a column in every dimension of the layout."""
    return next(
        (0, other)
        for other in range(layout.radix, layout.radix**2)
        if all(shared > 0 for shared in slot_crosstalk(layout, 0, other).values())
    )


def test_slots_of_one_class_share_no_column_in_any_dimension(layout: Layout) -> None:
    assert slot_crosstalk(layout, 0, layout.radix - 1) == {128: 0, 144: 0}
    assert slot_crosstalk(layout, 3, 3) == {128: 8, 144: 8}


@pytest.mark.parametrize("meeting", [True, False])
def test_parameter_crosstalk_equals_the_norm_of_the_product_of_residuals(
    layout: Layout, residual: Make, meeting: bool
) -> None:
    slot_a, slot_b = colliding(layout) if meeting else (0, 1)
    a, b = residual(slot_a, 0.6), residual(slot_b, 1.4)
    measured = parameter_crosstalk(a, b, layout)
    assert set(measured) == set(layout.layers)
    for layer, value in measured.items():
        R_a, R_b = full(a, layout, layer), full(b, layout, layer)
        assert value == pytest.approx(float((R_a @ R_b.T).norm() / (R_a.norm() * R_b.norm())), abs=1e-12)
        assert (value > 0) == meeting


def test_parameter_crosstalk_of_disjoint_slots_is_exactly_zero(layout: Layout, residual: Make) -> None:
    assert set(parameter_crosstalk(residual(0), residual(1), layout).values()) == {0.0}


def test_parameter_crosstalk_with_an_untrained_residual_is_zero(layout: Layout, residual: Make) -> None:
    a = residual(0)
    silent = Residual(slot=0, up={layer: torch.zeros_like(up) for layer, up in a.up.items()})
    assert set(parameter_crosstalk(a, silent, layout).values()) == {0.0}


def test_activation_crosstalk_equals_the_ratio_of_what_residuals_add(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    i, j = residual(0, 0.6), residual(1, 0.9)
    seen: dict[str, list[Tensor]] = {layer: [] for layer in layout.layers}
    handles = [
        model.get_submodule(layer).register_forward_pre_hook(lambda _, x, layer=layer: seen[layer].append(x[0]))
        for layer in layout.layers
    ]
    with recorded_moments(model, layout) as moments:
        model(*inputs)
        model(inputs[0] + 1, inputs[1])
    for handle in handles:
        handle.remove()
    measured = activation_crosstalk(i, j, layout, moments)
    for layer in layout.layers:
        X = torch.cat(seen[layer]).double().flatten(0, 1).T  # (in, N)
        added_i, added_j = full(i, layout, layer) @ X, full(j, layout, layer) @ X
        assert measured[layer] == pytest.approx(float(added_j.norm() / added_i.norm()), rel=1e-9)
        assert residual_energy(i, layout, layer, moments[layer]) == pytest.approx(float(added_i.norm() ** 2), rel=1e-9)


def test_disjoint_slots_still_have_activation_crosstalk(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    # What parameters cannot show, and why silence is trained: zero parameter crosstalk is not zero effect.
    with recorded_moments(model, layout) as moments:
        model(*inputs)
    assert min(activation_crosstalk(residual(0), residual(1), layout, moments).values()) > 0.1


def test_a_residual_of_zero_has_no_activation_crosstalk_and_makes_any_other_infinite(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    with recorded_moments(model, layout, ["attn1.to_q"]) as moments:
        model(*inputs)
    loud, silent = residual(0), residual(1, strength=0.0)
    assert activation_crosstalk(loud, silent, layout, moments) == {"attn1.to_q": 0.0}
    assert activation_crosstalk(silent, loud, layout, moments) == {"attn1.to_q": float("inf")}
    assert activation_crosstalk(silent, silent, layout, moments) == {"attn1.to_q": 0.0}


def test_recording_stops_at_the_end_of_the_block(model: nn.Module, layout: Layout, inputs: Inputs) -> None:
    with recorded_moments(model, layout) as moments:
        model(*inputs)
    before = moments["attn1.to_q"].clone()
    model(*inputs)
    assert torch.equal(moments["attn1.to_q"], before)
