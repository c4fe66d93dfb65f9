"""Making room in a base: turning its words' channels changes nothing, and what is cut off is what they use least."""

import json
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.parts import save_model
from orthoplex.cast_training import reserve as reserve_command
from orthoplex.cast_training.base import Trainer
from orthoplex.cast_training.reserve import eigenbasis, reserve

from .conftest import awake

ROOT = Path(__file__).resolve().parents[3]
RESERVED = 128
State = dict[str, Tensor]


@pytest.fixture
def state(whole_base: CastBase) -> State:
    """The weights of a base without reserved channels, whose encoder has no projection of its own."""
    return {name: tensor.clone() for name, tensor in whole_base.model.state_dict().items()} | {
        "text_encoder.out.weight": torch.eye(whole_base.config.width)
    }


@pytest.fixture
def before(whole_base: CastBase, state: State) -> CastModel:
    return loaded(whole_base, state, 0)


def loaded(base: CastBase, state: State, reserved: int) -> CastModel:
    model = CastModel(CastConfig(**(base.config.as_dict() | {"reserved": reserved})))
    model.load_state_dict(state)
    return model.requires_grad_(False).eval()


def said(model: CastModel, count: int = 2, seed: int = 0) -> Tensor:
    """The context of random captions of two people (count, 2 S, C)."""
    config, generator = model.config, torch.Generator().manual_seed(seed)
    shape = (count, 2, config.words)
    words = torch.randint(config.vocabulary_size, shape, generator=generator)
    places = torch.randint(config.cells, (count, 2), generator=generator)
    return model.encode(words, torch.rand(*shape, 4, generator=generator), places)


def drawn(model: CastModel, context: Tensor) -> Tensor:
    """One prediction from that context."""
    count = len(context)
    x_t = torch.randn(count, 3, 64, 128, generator=torch.Generator().manual_seed(1))
    out: Tensor = model(x_t, torch.full((count,), 0.6), context, torch.arange(2).expand(count, 2))
    return out


def test_turning_all_channels_changes_nothing(whole_base: CastBase, before: CastModel, state: State) -> None:
    vectors, _ = eigenbasis(said(before).flatten(0, 1))
    after = loaded(whole_base, reserve(state, vectors), 0)
    torch.testing.assert_close(said(after), said(before) @ vectors.float(), rtol=0, atol=1e-5)
    torch.testing.assert_close(drawn(after, said(after)), drawn(before, said(before)), rtol=0, atol=1e-5)


def test_channels_that_words_do_not_use_are_reserved_at_no_cost(whole_base: CastBase, state: State) -> None:
    """Words that fill half of the channels, in whatever direction, keep all they say, also those not listened to."""
    width = whole_base.config.width
    turn, _ = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(2)))
    half = turn[:, : width - RESERVED] @ turn[:, : width - RESERVED].T  # projection onto half of the space
    narrow = state | {"text_encoder.out.weight": half, "place_text.weight": state["place_text.weight"] @ half}
    before = loaded(whole_base, narrow, 0)
    vectors, energies = eigenbasis(said(before, count=16).flatten(0, 1))
    assert float(energies[width - RESERVED :].sum() / energies.sum()) < 1e-10
    kept = vectors[:, : width - RESERVED]
    made = reserve(narrow, kept)
    # `reserve` expects an encoder that has no projection yet, so its own goes before the new one
    made["text_encoder.out.weight"] = made["text_encoder.out.weight"] @ half
    after = loaded(whole_base, made, RESERVED)
    torch.testing.assert_close(
        drawn(after, said(after, seed=9)), drawn(before, said(before, seed=9)), rtol=0, atol=1e-5
    )


def test_a_reserved_base_has_keys_and_values_that_are_deaf_to_reserved_channels(
    whole_base: CastBase, before: CastModel, state: State
) -> None:
    vectors, _ = eigenbasis(said(before).flatten(0, 1))
    after = loaded(whole_base, reserve(state, vectors[:, :-RESERVED]), RESERVED)
    context = said(after)
    assert not context[..., -RESERVED:].any()
    loud = context.clone()
    loud[..., -RESERVED:] = 100 * torch.randn(RESERVED, generator=torch.Generator().manual_seed(3))
    assert torch.equal(drawn(after, loud), drawn(after, context))
    assert not torch.equal(drawn(after, loud.flip(1)), drawn(after, context))


def test_only_what_reads_and_writes_words_is_changed(before: CastModel, state: State) -> None:
    vectors, _ = eigenbasis(said(before).flatten(0, 1))
    made = reserve(state, vectors[:, :-RESERVED])
    assert set(made) == set(state)
    changed = {
        name for name in state if made[name].shape != state[name].shape or not torch.equal(made[name], state[name])
    }
    layers = {f"transformer_blocks.{n}.attn2.to_{part}.weight" for n in range(2) for part in "kv"}
    assert changed == layers | {"text_encoder.out.weight", "place_text.weight"}


@settings(derandomize=True, database=None, deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 40), kept=st.integers(1, 12))
def test_the_eigenbasis_is_orthonormal_and_its_energies_are_what_each_direction_holds(
    seed: int, count: int, kept: int
) -> None:
    words = torch.randn(count, 12, generator=torch.Generator().manual_seed(seed)) * torch.arange(1.0, 13)
    vectors, energies = eigenbasis(words)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(12, dtype=torch.float64), rtol=0, atol=1e-10)
    assert bool((energies.diff() <= 0).all())
    held = (words.double() @ vectors[:, :kept]).square().sum()
    torch.testing.assert_close(held, energies[:kept].sum(), rtol=1e-9, atol=1e-9)


def test_the_command_reads_a_base_without_reserved_channels_and_writes_one_with(
    whole_base: CastBase, before: CastModel, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    old, new = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    weights = {name: tensor for name, tensor in state.items() if name != "text_encoder.out.weight"}
    sizes = {name: size for name, size in before.config.as_dict().items() if name != "reserved"}
    save_file(weights, old, {"format": "pt", "config": json.dumps(sizes)})
    (tmp_path / "world.json").write_text((ROOT / "gpu-runner/bases/cast-2/world.json").read_text())
    line = json.dumps({"caption": [{"word": "style:lorelei"}, {"word": "skin", "rgb": "aa5533"}]})
    (tmp_path / "captions.jsonl").write_text(f"{line}\n" * 8)
    monkeypatch.setattr(sys, "argv", ["reserve", "--weights", str(old), "--sprites", str(tmp_path), "--out", str(new)])
    reserve_command.main()
    # eight captions of sixteen words cannot fill more than 128 channels
    assert capsys.readouterr().out == "128 channels are free; they held 0.000% of the energy\n"
    after = loaded(whole_base, {name: tensor.float() for name, tensor in load_file(new).items()}, RESERVED)
    kept = after.text_encoder.out.weight
    torch.testing.assert_close(kept @ kept.T, torch.eye(RESERVED), rtol=0, atol=1e-3)  # kept in fp16
    torch.testing.assert_close(said(after)[..., :-RESERVED], said(before) @ kept.T, rtol=0, atol=1e-2)
    assert not said(after)[..., -RESERVED:].any()


def test_a_training_that_starts_from_a_published_base_begins_with_its_weights(
    whole_base: CastBase, tmp_path: Path
) -> None:
    config = CastConfig(**(whole_base.config.as_dict() | {"layers": 1, "text_layers": 1, "reserved": RESERVED}))
    torch.manual_seed(7)
    published = awake(CastModel(config))
    save_model(published, dict(published.state_dict()), tmp_path / "model.safetensors")
    trainer = Trainer(config, "cpu", torch.bfloat16, 1e-3, 0.5, 0.35)
    trainer.start_from(tmp_path / "model.safetensors")
    for name, weight in published.state_dict().items():
        assert torch.equal(trainer.masters[name], weight.half().float())
        assert torch.equal(trainer.average[name], weight.half().float())
        assert torch.equal(trainer.model.get_parameter(name), weight.half().bfloat16())
