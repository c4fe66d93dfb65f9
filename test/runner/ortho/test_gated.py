"""Entries and gated residuals: an absent concept changes nothing to the bit, a present one what its equations say."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.ortho.gate import attention_mass, gate, gate_overlap
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import LayerShape, Layout

WIDTH, LAYERS, WORDS, RANK, TOKENS = 64, 2, 16, 4, 4
PROJECTIONS = ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out", "attn2.to_q", "attn2.to_out")
LAYOUT = Layout(
    base="tiny",
    basis="signed-dct-2",
    basis_seed=3,
    rank=RANK,
    tokens_shape=(TOKENS, 1, WIDTH),
    residual_norm_max=1e3,
    layers={f"transformer_blocks.{i}.{name}": LayerShape(WIDTH, WIDTH) for i in range(LAYERS) for name in PROJECTIONS},
    entries={f"transformer_blocks.{i}.attn2.{name}": WIDTH for i in range(LAYERS) for name in ("to_k", "to_v")},
    gate_gain=4.0,
)


@pytest.fixture(scope="module")
def model() -> CastModel:
    torch.manual_seed(0)
    made = CastModel(CastConfig(30, width=WIDTH, layers=LAYERS, heads=2, text_layers=1, reserved=0))
    for parameter in made.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)
    return made.requires_grad_(False).eval()


def member(
    seed: int, *cells: int, slot: int | None = None, strength: float = 1.0, mask: Tensor | None = None
) -> Member:
    g = torch.Generator().manual_seed(seed)
    return Member(
        slot=seed if slot is None else slot,
        entries={name: torch.randn(TOKENS, out, generator=g) for name, out in LAYOUT.entries.items()},
        up={name: torch.randn(shape.out_features, RANK, generator=g) for name, shape in LAYOUT.layers.items()},
        positions=torch.tensor([[cell * WORDS + 1 + k for k in range(TOKENS)] for cell in cells]).reshape(-1, TOKENS),
        strength=strength,
        mask=mask,
    )


def run(model: CastModel, pictures: list[list[Member]] | None, batch: int = 1, cells: int = 2) -> Tensor:
    g = torch.Generator().manual_seed(9)
    dtype = model.patch_in.weight.dtype
    x = torch.randn(1, 3, 64, 64 * cells, generator=g).expand(batch, -1, -1, -1).to(dtype)
    words = torch.randint(30, (1, cells, WORDS), generator=g).expand(batch, -1, -1)
    places = torch.arange(cells).expand(batch, cells)
    context = model.encode(words, torch.zeros(batch, cells, WORDS, 4, dtype=dtype), places)
    t = torch.full((batch,), 0.7, dtype=dtype)
    if pictures is None:
        return model(x, t, context, places)
    with attach_gated(model, LAYOUT, pictures, length=WORDS * cells):
        return model(x, t, context, places)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("count", [1, 8, 100, 1000])
def test_members_that_are_not_in_the_prompt_change_nothing_bit_for_bit(
    model: CastModel, dtype: torch.dtype, count: int
) -> None:
    absent = [member(seed, slot=seed % 200) for seed in range(2, 2 + count)]
    model.to(dtype)
    try:
        assert torch.equal(run(model, [absent]), run(model, None))
        one = [member(1, 0)]
        assert torch.equal(run(model, [[*one, *absent]]), run(model, [one]))
    finally:
        model.float()


def test_strength_0_is_the_base(model: CastModel) -> None:
    assert torch.equal(run(model, [[member(1, 0, strength=0.0)]]), run(model, None))
    assert torch.equal(run(model, [[]]), run(model, None))


def test_the_order_of_members_changes_nothing_bit_for_bit(model: CastModel) -> None:
    a, b, c = member(1, 0), member(2, 1), member(3)
    assert torch.equal(run(model, [[a, b, c]]), run(model, [[c, b, a]]))


def test_a_batch_applies_to_each_picture_its_own_members(model: CastModel) -> None:
    a, b = member(1, 0), member(2, 1)
    together = run(model, [[a], [], [b, a]], batch=3)
    for row, picture in enumerate([[a], [], [b, a]]):
        torch.testing.assert_close(together[row : row + 1], run(model, [picture]), rtol=0, atol=1e-4)
    assert (together[0] - together[1]).abs().max() > 0.05


def test_entries_are_added_to_the_rows_of_their_own_tokens_alone(model: CastModel) -> None:
    seen: dict[str, Tensor] = {}
    name = "transformer_blocks.1.attn2.to_v"
    here = member(1, 1, strength=0.5)
    with attach_gated(model, LAYOUT, [[here]], length=WORDS * 2):
        layer = model.get_submodule(name)
        x = torch.randn(1, 2 * WORDS, WIDTH, generator=torch.Generator().manual_seed(1))
        seen["with"] = layer(x)
    seen["without"] = layer(x)
    change = seen["with"] - seen["without"]
    own = slice(WORDS + 1, WORDS + 1 + TOKENS)
    torch.testing.assert_close(change[0, own], 0.5 * here.entries[name], rtol=0, atol=1e-5)
    change[0, own] = 0
    assert not change.any()


def test_a_residual_acts_where_its_gate_and_mask_are_nonzero(model: CastModel) -> None:
    """After the first block's attention the output projection gets up @ down @ x times gate, mask and strength."""
    mask = (torch.arange(128) % 2).float()
    here = member(1, 0, strength=0.5, mask=mask)
    name = "transformer_blocks.0.attn2.to_out"
    caught: dict[str, Tensor] = {}

    def catch(_: torch.nn.Module, inputs: tuple[Tensor, ...], y: Tensor) -> None:
        caught["x"], caught["y"] = inputs[0], y

    with attach_gated(model, LAYOUT, [[here]], length=WORDS * 2) as attachment:
        gates: list[Tensor] = []
        layer = model.get_submodule(name)
        handle = layer.register_forward_hook(catch)  # after the residual's own hook
        other = model.get_submodule(name.replace("to_out", "to_v")).register_forward_hook(
            lambda *_: gates.append(attachment.gates) if attachment.gates is not None else None
        )
        run_with_context(model)
        handle.remove()
        other.remove()
    plain = torch.nn.functional.linear(caught["x"], layer.weight)
    residual = caught["x"] @ LAYOUT.down(1, WIDTH).float().T @ here.up[name].T
    change = caught["y"] - plain
    assert not change[0, mask == 0].any()
    scale = change[0, mask == 1].norm(dim=-1) / residual[0, mask == 1].norm(dim=-1)
    assert (scale > 0).all()
    assert (scale <= 0.5 + 1e-4).all()
    torch.testing.assert_close(change[0, mask == 1], scale[:, None] * residual[0, mask == 1], rtol=1e-2, atol=1e-4)


def run_with_context(model: CastModel) -> Tensor:
    g = torch.Generator().manual_seed(9)
    places = torch.arange(2)[None]
    context = model.encode(torch.randint(30, (1, 2, WORDS), generator=g), torch.zeros(1, 2, WORDS, 4), places)
    return model(torch.randn(1, 3, 64, 128, generator=g), torch.tensor([0.7]), context, places)


def test_gradients_reach_entries_and_ups_and_leave_the_model_alone(model: CastModel) -> None:
    leaves = member(1, 0)
    for tensor in (*leaves.entries.values(), *leaves.up.values()):
        tensor.requires_grad_()
    run(model, [[leaves]], batch=3).square().mean().backward()
    assert all(entry.grad is not None and entry.grad.any() for entry in leaves.entries.values())
    first = [f"transformer_blocks.0.{name}" for name in PROJECTIONS[:5]]  # no gate comes before these
    for name, up in leaves.up.items():
        assert (up.grad is not None and bool(up.grad.any())) != (name in first), name
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_batch_that_trains_one_concept_gets_the_gradients_of_its_pictures_apart(model: CastModel) -> None:
    one = trained(member(3, 0))
    batch = [[replace(one, positions=member(3, *cells).positions)] for cells in ((0,), (1,), (0, 1))]
    # The same tensors in mappings of their own are stacked picture by picture.
    apart = [[replace(each, up=dict(each.up), entries=dict(each.entries))] for (each,) in batch]
    leaves = one.factors()
    results = []
    for pictures in (batch, apart):
        predicted = run(model, pictures, batch=len(pictures))
        results.append((predicted, torch.autograd.grad(predicted.square().sum(), leaves, materialize_grads=True)))
    (shared, gradients), (single, expected) = results
    torch.testing.assert_close(shared, single, rtol=1e-5, atol=1e-5)
    assert max(float(gradient.abs().max()) for gradient in expected) > 1
    for found, wanted in zip(gradients, expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3 * float(wanted.abs().max()))


def trained(one: Member) -> Member:
    return replace(
        one,
        entries={name: entry.requires_grad_() for name, entry in one.entries.items()},
        up={name: up.requires_grad_() for name, up in one.up.items()},
    )


def test_detaching_leaves_no_trace(model: CastModel) -> None:
    before = run(model, None)
    run(model, [[member(1, 0)]])
    assert torch.equal(run(model, None), before)
    assert all(module.observer is None for module in model.modules() if hasattr(module, "observer"))


def test_two_members_cannot_own_one_position(model: CastModel) -> None:
    with pytest.raises(ValueError, match="one member"):
        run(model, [[member(1, 0), member(2, 0)]])


def test_gates_are_shares_of_attention_times_a_gain_up_to_one() -> None:
    probabilities = torch.rand(2, 3, 5, 8, generator=torch.Generator().manual_seed(1)).softmax(-1)
    owners = torch.zeros(1, 8, 2)
    owners[0, 1:3, 0] = owners[0, 4, 1] = 1
    mass = attention_mass(probabilities, owners)
    torch.testing.assert_close(mass[..., 0], probabilities[..., 1:3].sum(-1).mean(1))
    torch.testing.assert_close(mass[..., 1], probabilities[..., 4].mean(1))
    assert torch.equal(gate(mass, 4.0), (4 * mass).clamp(max=1))


def test_disjoint_gates_have_no_overlap() -> None:
    gates = torch.tensor([[1.0, 0.0, 0.5], [0.5, 0.0, 0.0], [0.0, 1.0, 0.5]])
    overlap = gate_overlap(gates)
    torch.testing.assert_close(overlap, torch.tensor([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.5, 0.5, 1.0]]))
    assert not gate_overlap(torch.zeros(3, 2)).any()
