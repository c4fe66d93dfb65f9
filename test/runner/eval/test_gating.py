"""Entries, token masks and gates of the evaluation: the product's where both have them, and what each variant is."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.attention import attention_layout, reads_words, with_tokens_a_layer
from orthoplex.eval.cache import Cache
from orthoplex.eval.factors import LayerResidual, Trained
from orthoplex.eval.gating import Gate, Gates, Present, acting
from orthoplex.eval.generation import present
from orthoplex.eval.learner import MethodLearner, Training
from orthoplex.eval.methods import ENTRIES_ONLY, GATED, GATED_LORA, TARA, UNGATED, lineup_of
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import TINY
from orthoplex.eval.training import Trainer
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import Layout
from orthoplex.train.concept import TrainSpec, train_concept

SHORT = replace(TINY, steps=2, batch=4)


def trained(base: CastBase, slot: int) -> Trained:
    """Random ups in a slot, and random entries, for every layer that the base adapts."""
    generator = torch.Generator().manual_seed(slot)
    layout = base.layout
    residuals = {
        name: LayerResidual(
            0.3 * torch.randn(shape.out_features, layout.rank, generator=generator),
            layout.down(slot, shape.in_features).float(),
        )
        for name, shape in layout.layers.items()
    }
    entries = {name: torch.randn(4, out, generator=generator) for name, out in layout.entries.items()}
    return Trained(f"{slot:02d}", torch.zeros(4, 2, 256), residuals, entries=entries)


def predicted(base: CastBase, cells: int, members: list[Present], gate: Gate | None, *, absent: bool = False) -> Tensor:
    """A prediction for noise and silence, with the members acting."""
    x, length = noise(base, cells), cells * base.config.words
    with acting(base, members, length, gate, keep_absent=absent):
        return forward(base, x, cells)


def noise(base: CastBase, cells: int) -> Tensor:
    side = base.config.cell_px
    return torch.randn(1, 3, side, side * cells, generator=torch.Generator().manual_seed(9))


@torch.no_grad()
def forward(base: CastBase, x: Tensor, cells: int) -> Tensor:
    words = torch.randn(1, cells * base.config.words, base.config.width, generator=torch.Generator().manual_seed(8))
    out: Tensor = base.model(x, torch.full((1,), 0.5), words, torch.arange(cells)[None])
    return out


def test_slots_and_entries_act_as_the_product_attaches_them(gated_base: CastBase) -> None:
    one, two = trained(gated_base, 0), trained(gated_base, 40)
    members = [present(gated_base, one, 4, 0), present(gated_base, two, 4, 1)]
    found = predicted(gated_base, 2, members, Gate(gated_base.layout.gate_gain))
    attached = [
        Member(slot, each.entries, {name: r.up for name, r in each.residuals.items()}, at.positions)
        for slot, each, at in ((0, one, members[0]), (40, two, members[1]))
    ]
    with attach_gated(gated_base.model, gated_base.layout, [attached], length=2 * gated_base.config.words):
        expected = forward(gated_base, noise(gated_base, 2), 2)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert float((found - predicted(gated_base, 2, [], None)).abs().max()) > 1e-2


def test_an_unnamed_concept_changes_nothing_bit_for_bit_and_has_gates_of_zero(gated_base: CastBase) -> None:
    one, two = trained(gated_base, 0), trained(gated_base, 1)
    named, absent = present(gated_base, one, 4, 0), present(gated_base, two, 4, None)
    gate = Gate(4.0)
    alone = predicted(gated_base, 1, [named], gate)
    assert torch.equal(predicted(gated_base, 1, [named, absent], gate), alone)
    assert torch.equal(predicted(gated_base, 1, [named, absent], gate, absent=True), alone)
    with acting(gated_base, [named, absent], gated_base.config.words, gate, keep_absent=True) as gates:
        assert gates is not None
        gates.recorded = []
        forward(gated_base, noise(gated_base, 1), 1)
        assert len(gates.recorded) == gated_base.config.layers
        assert float(gates.recorded[0][..., 0].min()) > 0
        assert not any(each[..., 1].any() for each in gates.recorded)


def test_detaching_leaves_no_trace_of_gated_concepts(gated_base: CastBase) -> None:
    plain = predicted(gated_base, 1, [], None)
    predicted(gated_base, 1, [present(gated_base, trained(gated_base, 0), 4, 0)], Gate(4.0))
    assert torch.equal(predicted(gated_base, 1, [], None), plain)


def test_a_masked_residual_of_keys_acts_on_its_own_tokens_only(gated_base: CastBase) -> None:
    layer = "transformer_blocks.1.attn2.to_k"
    linear = gated_base.model.get_submodule(layer)
    up, down = torch.randn(256, 3), torch.randn(3, 256)
    member = Present({layer: LayerResidual(up, down)}, {}, torch.tensor([[1, 2, 3, 4]]))
    x = torch.randn(1, 16, 256)
    plain = linear(x)
    with acting(gated_base, [member], 16, Gate(4.0)):
        masked = linear(x)
    own = torch.zeros(16, dtype=torch.bool)
    own[1:5] = True
    assert torch.equal(masked[:, ~own], plain[:, ~own])
    torch.testing.assert_close(masked[:, own], plain[:, own] + x[:, own] @ (up @ down).T, atol=1e-3, rtol=1e-4)


def test_fewer_tokens_have_fewer_entries_and_a_smaller_mass(gated_base: CastBase) -> None:
    whole = present(gated_base, trained(gated_base, 0), 2, 1)
    words = gated_base.config.words
    assert whole.positions.tolist() == [[words + 1, words + 2]]


@pytest.mark.parametrize(
    ("kind", "expected"), [("latest", 0.6), ("running mean", 0.8), ("loudest head", 0.9), ("sharpened", 0.36)]
)
def test_each_gate_variant_computes_its_formula(kind: str, expected: float) -> None:
    owners = torch.tensor([0.0, 1.0])[None, :, None]  # the second word is the concept's
    gates = Gates(owners, Gate(2.0, kind))
    for heads in ([0.4, 0.6], [0.15, 0.45]):  # two cross-attentions: what each of two heads pays to the concept
        own = torch.tensor(heads)[None, :, None]
        gates.observe(torch.stack([1 - own, own], dim=-1))
    assert gates.now is not None
    assert float(gates.now.squeeze()) == pytest.approx(expected)
    gates.restart()
    assert gates.now is None


def test_an_unknown_gate_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="no gate"):
        Gate(1.0, "loud")


def trained_numbers(base: CastBase, training: Training) -> int:
    made = MethodLearner(with_tokens_a_layer(base), training, 0, seed=0, moments=None)
    groups = made.optimiser.param_groups
    return sum(tensor.numel() for group in groups for tensor in group["params"] if tensor.requires_grad)


def test_each_method_trains_the_factors_it_declares(gated_base: CastBase) -> None:
    # of each of two blocks: attention's two outputs and the second feed-forward layer have 256 outputs, the first 1024
    ups, downs, entries = 2 * (3 + 4) * 256 * 8, 2 * (3 + 4) * 256 * 8, 2 * 2 * 4 * 256
    assert trained_numbers(gated_base, GATED) == ups + entries
    assert trained_numbers(gated_base, UNGATED) == ups + entries
    assert trained_numbers(gated_base, ENTRIES_ONLY) == entries
    assert trained_numbers(gated_base, GATED_LORA) == ups + downs + entries
    assert trained_numbers(gated_base, TARA) == 2 * 2 * 2 * 256 * 8
    assert (
        trained_numbers(gated_base, replace(GATED, layers="attn2.to_q,attn2.to_out", count=1))
        == 2 * 2 * 256 * 8 + entries / 4
    )


def test_our_method_trains_as_the_product_does(
    gated_base: CastBase, characters: list[Character], tmp_path: Path
) -> None:
    found = Trainer(with_tokens_a_layer(gated_base), SHORT, Cache(tmp_path), "random").train(characters[1], GATED)
    spec = TrainSpec("x", "person", "<x>", slot=1, steps=2, batch=4, sample_every=100, sample_steps=1)
    adapter = train_concept(
        gated_base, spec, [(picture, name) for name, picture in characters[1].pictures.items()]
    ).adapter
    assert found.residuals.keys() == adapter.up.keys()
    assert found.entries.keys() == adapter.entries.keys()
    layer, entry = "transformer_blocks.1.ff.up", "transformer_blocks.1.attn2.to_k"
    assert found.residuals[layer].up.any()
    for name, residual in found.residuals.items():
        torch.testing.assert_close(residual.up.half(), adapter.up[name], atol=2e-3, rtol=1e-2)
    torch.testing.assert_close(found.entries[entry].half(), adapter.entries[entry], atol=2e-3, rtol=1e-2)


@pytest.mark.parametrize(
    "training", [TARA, GATED_LORA, ENTRIES_ONLY, UNGATED], ids=lambda training: training.label[:40]
)
def test_a_training_is_cached_and_found_again(
    gated_base: CastBase, characters: list[Character], tmp_path: Path, training: Training
) -> None:
    base = with_tokens_a_layer(gated_base)
    one, two = (Trainer(base, SHORT, Cache(tmp_path), "random").train(characters[0], training) for _ in range(2))
    assert one.residuals.keys() == two.residuals.keys()
    assert all(torch.equal(one.entries[name], two.entries[name]) for name in one.entries)
    layers = attention_layout(base).layers
    assert set(one.entries) == (
        {name for name in layers if reads_words(name)} if training.tokens == "entries" else set()
    )
    assert all(training.covers(name) for name in one.residuals)


def test_contrastive_training_is_refused_where_it_has_no_effect(
    gated_base: CastBase, characters: list[Character], tmp_path: Path
) -> None:
    trainer = Trainer(with_tokens_a_layer(gated_base), SHORT, Cache(tmp_path), "random")
    with pytest.raises(ValueError, match="silence"):
        trainer.train(characters[0], replace(GATED, silence="share 1/2"))


def test_the_table_has_the_methods_that_the_base_supports(gated_base: CastBase, random_base: CastBase) -> None:
    gated, marked = lineup_of(gated_base.layout), lineup_of(random_base.layout)
    assert gated.ours.training == GATED
    assert "marked" not in " ".join(method.name for method in gated.methods)
    assert marked.ours.training.tokens == "marked"
    assert not any(method.training.gate for method in marked.methods)
    for lineup in (gated, marked):
        assert [name for name in lineup.curves if name.endswith("(ours)")] == [list(lineup.curves)[-1]]
        names = [method.name for method in lineup.methods]
        assert len(set(names)) == len(names)
        assert {method.training for method in lineup.methods} - set(lineup.trainings.values()) <= {
            method.training for method in lineup.methods if method.training.tokens == "start"
        }
    neither: Layout = replace(random_base.layout, reserved=None, marker=0.0)
    with pytest.raises(ValueError, match="neither"):
        lineup_of(neither)
