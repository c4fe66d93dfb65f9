"""What each method trains, and that the evaluation's training of ours is the product's."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.ahead import Place, train_ahead
from orthoplex.eval.attention import attention_layout
from orthoplex.eval.cache import Cache
from orthoplex.eval.factors import LayerResidual, confined_beside, laid_beside
from orthoplex.eval.learner import (
    MethodLearner,
    Training,
    balanced_rows,
    frozen_factor,
    quiet_directions,
)
from orthoplex.eval.methods import (
    CUSTOM,
    DB_LORA,
    ED_LORA,
    MARKED,
    NOTHING,
    SLOTS_ONLY,
    TOKENS_ONLY,
)
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import TINY
from orthoplex.eval.studies.interference import by_parameters
from orthoplex.eval.training import Trainer, energy_penalty, own_energy
from orthoplex.ortho.crosstalk import parameter_crosstalk
from orthoplex.ortho.marker import marked
from orthoplex.ortho.residual import Residual
from orthoplex.train.concept import TrainSpec, train_concept

SHORT = replace(TINY, steps=2, batch=2, bank=2)


def learner(base: CastBase, training: Training) -> MethodLearner:
    return MethodLearner(base, training, 0, seed=0, moments=None)


def trained_numbers(made: MethodLearner) -> int:
    groups = made.optimiser.param_groups
    return sum(tensor.numel() for group in groups for tensor in group["params"] if tensor.requires_grad)


def test_our_method_trains_as_the_product_does(
    random_base: CastBase, characters: list[Character], tmp_path: Path
) -> None:
    settings = replace(SHORT, batch=4)
    trained = Trainer(random_base, settings, Cache(tmp_path), "random").train(characters[1], MARKED)
    spec = TrainSpec(
        "x",
        "person",
        "<x>",
        slot=1,
        steps=2,
        batch=4,
        prior_pictures=2,
        sample_every=100,
        sample_steps=1,
    )
    pictures = [(picture, name) for name, picture in characters[1].pictures.items()]
    adapter = train_concept(random_base, spec, pictures).adapter
    marked_tokens = marked(adapter.tokens.float(), random_base.layout, 1)
    torch.testing.assert_close(trained.tokens, marked_tokens, atol=2e-3, rtol=1e-3)
    layer = "transformer_blocks.1.attn2.to_k"
    torch.testing.assert_close(trained.residuals[layer].up.half(), adapter.up[layer], atol=1e-3, rtol=1e-2)


def test_a_cached_training_is_not_repeated(random_base: CastBase, characters: list[Character], tmp_path: Path) -> None:
    lines: list[str] = []
    trainer = Trainer(random_base, SHORT, Cache(tmp_path), "random", lines.append)
    first, second = (trainer.train(characters[0], ED_LORA) for _ in range(2))
    assert len(lines) == 1
    layer = "transformer_blocks.0.attn1.to_q"
    assert torch.equal(first.residuals[layer].dense(), second.residuals[layer].dense())


def test_each_method_trains_the_factors_of_its_paper(random_base: CastBase) -> None:
    up, tokens = 16 * 256 * 8, 4 * 2 * 128
    assert trained_numbers(learner(random_base, MARKED)) == 4 * 256 * 4 + tokens
    assert trained_numbers(learner(random_base, SLOTS_ONLY)) == up + tokens
    assert trained_numbers(learner(random_base, ED_LORA)) == 2 * up + tokens
    assert trained_numbers(learner(random_base, DB_LORA)) == 2 * up
    assert trained_numbers(learner(random_base, TOKENS_ONLY)) == tokens
    assert trained_numbers(learner(random_base, CUSTOM)) == 4 * 256 * 256 + 4 * 128
    assert not learner(random_base, NOTHING).learns


def test_every_training_starts_equal_to_the_base(random_base: CastBase) -> None:
    for training in (
        ED_LORA,
        CUSTOM,
        SLOTS_ONLY,
        replace(SLOTS_ONLY, side="output"),
    ):
        assert all(not residual.dense().any() for residual in learner(random_base, training).residuals.values())


def test_tokens_of_all_methods_start_alike_except_for_the_rare_word(random_base: CastBase) -> None:
    start = F.pad(random_base.initial_tokens("person"), (0, 128))
    assert torch.equal(learner(random_base, SLOTS_ONLY).tokens, start)
    assert torch.equal(learner(random_base, NOTHING).tokens, start)
    assert torch.equal(learner(random_base, MARKED).tokens[..., :128], start[..., :128])
    rare = learner(random_base, DB_LORA).tokens
    assert torch.equal(rare[1], start[0])
    assert not torch.equal(rare[0], start[0])


def test_our_residuals_do_not_change_the_tokens_of_another_concept(
    random_base: CastBase,
) -> None:
    one, two = (MethodLearner(random_base, MARKED, index, seed=0, moments=None) for index in (3, 4))
    for residual in one.residuals.values():
        residual.up.data.normal_(generator=torch.Generator().manual_seed(1))
        own, other = (made.tokens.detach().double() @ residual.dense().T for made in (one, two))
        assert float(own.norm(dim=-1).min()) > 1
        assert float(other.abs().max()) < 1e-4


def test_low_energy_directions_are_found_and_marked_tokens_stay_outside_other_slots(
    random_base: CastBase,
) -> None:
    generator = torch.Generator().manual_seed(0)
    x = F.pad(
        torch.randn(500, 128, generator=generator).double() * torch.linspace(1, 0.01, 128),
        (0, 128),
    )
    moments = dict.fromkeys(attention_layout(random_base).layers, x.T @ x)
    quiet = quiet_directions(random_base, moments)
    assert float((x[:, :128] @ quiet).square().sum() / x.square().sum()) < 0.2
    training = replace(MARKED, basis="quiet directions")
    one, two = (MethodLearner(random_base, training, index, seed=0, moments=moments) for index in (0, 1))
    layer = "transformer_blocks.0.attn2.to_k"
    down = one.residuals[layer].down
    assert down is not None
    own, other = (made.tokens.detach() @ down.T for made in (one, two))
    assert float(other.abs().max()) < 1e-4
    assert float(own.abs().max()) > 1


def test_cached_trainings_are_not_repeated_ahead_of_a_study(
    random_base: CastBase, characters: list[Character], tmp_path: Path
) -> None:
    trainer = Trainer(random_base, SHORT, Cache(tmp_path), "random")
    requests = [(who, ED_LORA, 0) for who in characters]
    assert not any(trainer.knows(*request) for request in requests)
    for request in requests:
        trainer.train(*request)
    assert all(trainer.knows(*request) for request in requests)
    train_ahead(trainer, Place("no such base", tmp_path, SHORT, 2), requests)  # a process that opened it would fail


@pytest.mark.parametrize("basis", ["slots in one class", "slots across classes", "subset"])
@pytest.mark.parametrize("rank", [1, 4, 8, 15])
def test_rows_of_the_shared_basis_are_orthonormal_at_every_rank(random_base: CastBase, basis: str, rank: int) -> None:
    layer = "transformer_blocks.0.attn1.to_q"
    rows = frozen_factor(random_base, Training(basis=basis, rank=rank), layer, 5, moments=None)
    torch.testing.assert_close(rows @ rows.T, torch.eye(rank, dtype=torch.float64))


def test_groups_of_balanced_energy_are_orthogonal_and_share_energy_evenly() -> None:
    x = torch.randn(500, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * torch.linspace(3, 1, 32)
    moment = x.T @ x
    hands = [balanced_rows(moment, index, 4) for index in range(8)]
    every = torch.cat(hands)
    torch.testing.assert_close(every @ every.T, torch.eye(32, dtype=torch.float64), atol=1e-9, rtol=0)
    energies = torch.tensor([float((rows @ moment @ rows.T).trace()) for rows in hands])
    assert float(energies.max() / energies.min()) < 1.5


def test_the_penalty_is_the_energy_of_the_residuals_on_the_activations(
    random_base: CastBase,
) -> None:
    made = learner(random_base, replace(SLOTS_ONLY, silence="penalty"))
    x = torch.randn(20, 256, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    moments = dict.fromkeys(made.residuals, x.T @ x)
    for residual in made.residuals.values():
        residual.up.data.normal_(generator=torch.Generator().manual_seed(1))
    layer, residual = next(iter(made.residuals.items()))
    expected = (x @ residual.dense().T).square().sum() / own_energy(random_base, layer, moments[layer])
    made.residuals = {layer: residual}
    found = float(energy_penalty(random_base, made, moments)().detach())
    assert found == pytest.approx(3.0 * float(expected), rel=1e-3)


def test_residuals_beside_a_layer_act_as_if_merged_and_leave_no_trace(
    random_base: CastBase,
) -> None:
    layer = "transformer_blocks.0.attn1.to_q"
    linear = random_base.model.get_submodule(layer)
    generator = torch.Generator().manual_seed(0)
    x, up, down = (torch.randn(*shape, generator=generator) for shape in ((4, 256), (256, 8), (8, 256)))
    plain = linear(x)
    whole = LayerResidual((up @ down).clone())
    for residual in (LayerResidual(up, down), whole):
        with laid_beside(random_base, {layer: residual}, 0.5):
            torch.testing.assert_close(linear(x), plain + 0.5 * x @ (up @ down).T, atol=1e-3, rtol=1e-4)
    assert torch.equal(linear(x), plain)


def test_a_confined_residual_acts_at_its_positions_and_words_and_nowhere_else(random_base: CastBase) -> None:
    generator = torch.Generator().manual_seed(0)
    first = torch.tensor([True, False, True])
    for layer, positions, words in (
        ("transformer_blocks.0.attn1.to_q", first, ~first),
        ("transformer_blocks.0.attn2.to_k", ~first, first),
    ):
        linear = random_base.model.get_submodule(layer)
        x, up, down = (torch.randn(*shape, generator=generator) for shape in ((1, 3, 256), (256, 8), (8, 256)))
        residuals = {layer: LayerResidual(up, down)}
        plain = linear(x)
        with laid_beside(random_base, residuals):
            whole = linear(x)
        with confined_beside(random_base, [(residuals, positions, words)]):
            confined = linear(x)
        assert torch.equal(confined[:, first], whole[:, first])
        assert torch.equal(confined[:, ~first], plain[:, ~first])
        assert torch.equal(linear(x), plain)


def test_crosstalk_by_parameters_is_the_products_for_slots(
    random_base: CastBase,
) -> None:
    layout = attention_layout(random_base)
    layer = "transformer_blocks.0.attn1.to_q"
    generator = torch.Generator().manual_seed(0)
    ups = [torch.randn(256, 8, generator=generator) for _ in range(2)]
    slots = (5, 5 + 31 * 3)  # of two classes
    ours = [Residual(slot, {layer: up}) for slot, up in zip(slots, ups, strict=True)]
    general = [{layer: LayerResidual(up, layout.down(slot, 256).float())} for slot, up in zip(slots, ups, strict=True)]
    expected = parameter_crosstalk(ours[0], ours[1], layout)[layer]
    assert by_parameters(*general) == pytest.approx(expected, abs=1e-6)
