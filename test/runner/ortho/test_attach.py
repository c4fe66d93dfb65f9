"""Attached residuals add exactly what they say, where they say, and leave no trace when detached."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from orthoplex.ortho.attach import IMAGE, TEXT, Projection, attach, attach_batch, stream_of
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual, trainable_residual

Make = Callable[..., Residual]
Inputs = tuple[Tensor, Tensor]


def one_layer(residual: Residual, layer: str) -> Residual:
    return Residual(residual.slot, {layer: residual.up[layer]}, residual.strength, residual.masks)


def test_a_layer_gives_x_w_plus_strength_times_x_down_up(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    x, _ = inputs
    linear = model.get_submodule("attn1.to_q")
    r = residual(4, strength=0.7)
    expected = linear(x) + 0.7 * x @ (r.up["attn1.to_q"] @ layout.down(4, 144).float()).T
    with attach(model, layout, [r]):
        torch.testing.assert_close(linear(x), expected)


def test_strength_0_equals_the_base_bit_for_bit(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    base = model(*inputs)
    with attach(model, layout, [residual(1, strength=0.0), residual(2, strength=0.0)]):
        assert torch.equal(model(*inputs), base)


def test_a_fresh_trainable_residual_changes_no_value(model: nn.Module, layout: Layout, inputs: Inputs) -> None:
    base = model(*inputs)
    with attach(model, layout, [trainable_residual(layout, 3)]):
        assert torch.equal(model(*inputs), base)


def test_detaching_leaves_no_trace(model: nn.Module, layout: Layout, inputs: Inputs, residual: Make) -> None:
    base, names = model(*inputs), list(model.state_dict())
    attachment = attach(model, layout, [residual(1)])
    assert list(model.state_dict()) == names
    attachment.detach()
    attachment.detach()
    assert torch.equal(model(*inputs), base)
    assert not any(module._forward_hooks for module in model.modules())


def test_detaches_when_the_block_raises(model: nn.Module, layout: Layout, residual: Make) -> None:
    with pytest.raises(KeyError), attach(model, layout, [residual(1)]):
        raise KeyError
    assert not any(module._forward_hooks for module in model.modules())


def test_residuals_in_one_attachment_equal_several_attachments(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    with attach(model, layout, [residual(1), residual(40)]):
        together = model(*inputs)
    with attach(model, layout, [residual(40)]), attach(model, layout, [residual(1)]):
        torch.testing.assert_close(model(*inputs), together)


def test_only_ups_receive_gradients_and_training_reaches_a_target(
    model: nn.Module, layout: Layout, inputs: Inputs
) -> None:
    residual = trainable_residual(layout, 6)
    optimiser = torch.optim.Adam(list(residual.up.values()), lr=1e-2)
    target = torch.zeros(3, 10, 144)
    losses = []
    with attach(model, layout, [residual]):
        for _ in range(30):
            loss = (model(*inputs) - target).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]
    assert all(up.grad is not None for up in residual.up.values())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_residual_can_be_trained_beside_frozen_ones(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    frozen, trained = residual(1), trainable_residual(layout, 2)
    with attach(model, layout, [frozen, trained]):
        model(*inputs).square().mean().backward()
    assert all(up.grad is not None and bool(up.grad.any()) for up in trained.up.values())
    assert all(up.grad is None for up in frozen.up.values())


def test_a_second_training_step_on_the_same_inputs_works(model: nn.Module, layout: Layout, inputs: Inputs) -> None:
    x, text = (tensor.requires_grad_() for tensor in inputs)
    residual = trainable_residual(layout, 2)
    with attach(model, layout, [residual]):
        for _ in range(2):
            model(x, text).square().mean().backward()
    assert x.grad is not None


@pytest.mark.parametrize("soft", [False, True])
def test_a_mask_confines_a_residual_to_its_positions(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make, *, soft: bool
) -> None:
    x, _ = inputs
    linear = model.get_submodule("attn1.to_q")
    base = linear(x)
    free = residual(3)
    with attach(model, layout, [free]):
        full = linear(x)
    mask = torch.zeros(3, 10)
    mask[0, :4], mask[1, 7:] = 1.0, 0.25 if soft else 1.0
    with attach(model, layout, [residual(3, masks={IMAGE: mask if soft else mask.bool()})]):
        confined = linear(x)
    assert torch.equal(confined[mask == 0], base[mask == 0])
    torch.testing.assert_close(confined, base + mask[:, :, None] * (full - base))


def test_two_masked_residuals_each_act_on_their_own_half(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    x, _ = inputs
    linear = model.get_submodule("attn1.to_v")
    left = torch.arange(10) < 5
    alone = []
    for slot in (1, 2):
        with attach(model, layout, [residual(slot)]):
            alone.append(linear(x))
    with attach(model, layout, [residual(1, masks={IMAGE: left}), residual(2, masks={IMAGE: ~left})]):
        both = linear(x)
    torch.testing.assert_close(both[:, :5], alone[0][:, :5])
    torch.testing.assert_close(both[:, 5:], alone[1][:, 5:])


def test_a_picture_mask_leaves_the_text_stream_unconfined(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    _, text = inputs
    keys = model.get_submodule("attn2.to_k")
    with attach(model, layout, [residual(1)]):
        free = keys(text)
    with attach(model, layout, [residual(1, masks={IMAGE: torch.zeros(10)})]):
        assert torch.equal(keys(text), free)
    with attach(model, layout, [residual(1, masks={TEXT: torch.zeros(5)})]):
        confined = keys(text)
    assert torch.equal(confined, keys(text))


@pytest.mark.parametrize(
    ("layer", "stream"),
    [("b.0.attn1.to_k", IMAGE), ("b.0.attn2.to_k", TEXT), ("b.0.attn2.to_v", TEXT), ("b.0.attn2.to_q", IMAGE)],
)
def test_only_cross_attention_keys_and_values_run_over_text(layer: str, stream: str) -> None:
    assert stream_of(layer) == stream


def test_each_sample_of_a_mixed_batch_equals_its_own_composition_alone(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    left = torch.arange(10) < 5
    compositions = [
        [residual(1), residual(2, strength=0.9, masks={IMAGE: left})],
        [],
        [residual(17, strength=-0.4)],
    ]
    with attach_batch(model, layout, compositions):
        mixed = model(*inputs)
    for b, composition in enumerate(compositions):
        with attach(model, layout, composition):
            torch.testing.assert_close(mixed[b], model(*inputs)[b])


def test_q_k_and_v_share_one_projection_of_their_input(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[tuple[int, ...]] = []
    compute = Projection._compute

    def counted(self: Projection, x: Tensor) -> Tensor:
        computed.append(tuple(x.shape))
        return compute(self, x)

    monkeypatch.setattr(Projection, "_compute", counted)
    with attach(model, layout, [residual(1), residual(2)]):
        model(*inputs)
    # self-attention: q k v, out; cross-attention: q, k v, out
    assert len(computed) == 2 + 3


def test_an_input_changed_in_place_is_projected_again(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    x, _ = inputs
    query = model.get_submodule("attn1.to_q")
    with attach(model, layout, [residual(1)]):
        query(x)
        x.mul_(2)
        assert torch.equal(query(x), query(x.clone()))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_path_is_the_same_without_gradients(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make, *, mode: Callable[[], torch.no_grad]
) -> None:
    with attach(model, layout, [residual(1)]):
        expected = model(*inputs)
        with mode():
            assert torch.equal(model(*inputs), expected)


def test_half_precision_weights_keep_their_type(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    half = model.bfloat16()
    x, text = (tensor.bfloat16() for tensor in inputs)
    with attach(half, layout, [residual(1)]):
        assert half(x, text).dtype == torch.bfloat16
    with attach(half, layout, [residual(1)], dtype=torch.float32):
        assert half(x, text).dtype == torch.bfloat16


def test_refuses_a_batch_of_another_size_than_its_compositions(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    with (
        attach_batch(model, layout, [[residual(1)], [residual(2)]]),
        pytest.raises(ValueError, match="The batch has 3 samples, but 2 compositions are attached"),
    ):
        model(*inputs)


def test_refuses_a_mask_for_another_number_of_positions(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    with (
        attach(model, layout, [residual(1, masks={IMAGE: torch.ones(7)})]),
        pytest.raises(ValueError, match="The masks are for 7 positions, the input has 10"),
    ):
        model(*inputs)


def test_refuses_per_batch_masks_where_each_sample_has_its_own_composition(
    model: nn.Module, layout: Layout, residual: Make
) -> None:
    masked = residual(1, masks={IMAGE: torch.ones(2, 10)})
    with pytest.raises(ValueError, match="a mask must be"):
        attach_batch(model, layout, [[masked], [residual(2)]])


def test_refuses_a_model_that_lacks_a_declared_layer_or_has_it_in_another_shape(
    layout: Layout, residual: Make, model: nn.Module
) -> None:
    with pytest.raises(ValueError, match="has no layer"):
        attach(nn.Module(), layout, [residual(1)])
    model.get_submodule("attn1").to_q = nn.Linear(144, 7)
    with pytest.raises(ValueError, match="got 7 x 144"):
        attach(model, layout, [residual(1)])


def test_a_residual_of_one_layer_leaves_the_others_alone(
    model: nn.Module, layout: Layout, inputs: Inputs, residual: Make
) -> None:
    x, _ = inputs
    only = one_layer(residual(1), "attn1.to_q")
    query, value = model.get_submodule("attn1.to_q"), model.get_submodule("attn1.to_v")
    base_query, base_value = query(x), value(x)
    with attach(model, layout, [only]):
        assert torch.equal(value(x), base_value)
        assert not torch.equal(query(x), base_query)
