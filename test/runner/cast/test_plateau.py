"""A training that does not improve any more stops early, and goes on exactly from a checkpoint of its last steps."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from orthoplex.bases.cast.base import CastBase
from orthoplex.sample.result import Canceled
from orthoplex.train import concept, plateau
from orthoplex.train.concept import Progress, TrainSpec, train_concept
from orthoplex.train.plateau import STALE_LOOKS, Plateau, shortened

PICTURES: list[tuple[Image.Image, str | None]] = [
    (Image.new("RGB", (64, 64), colour), "smiling") for colour in ("red", "maroon", "tomato", "brown")
]
STILL = TrainSpec(
    "Ana", "person", "<ana>", 5, steps=200, batch=1, up_rate=0.0, token_rate=0.0, sample_steps=1, sample_every=500
)


def test_slowly_falling_losses_are_not_a_plateau() -> None:
    falling, still = Plateau(), Plateau()
    assert not any(falling.seen(0.99**look) for look in range(50))
    found = [still.seen(1.0 - 0.001 * (look % 2)) for look in range(STALE_LOOKS + 1)]
    assert found == [False] * STALE_LOOKS + [True]
    assert (shortened(100, 480), shortened(478, 480)) == (100 + plateau.ENDING, 480)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concept, "EVERY", 2)
    monkeypatch.setattr(plateau, "ENDING", 6)


def test_a_training_at_a_plateau_ends_and_reports_it(small_gated_base: CastBase) -> None:
    reported: list[Progress] = []
    result = train_concept(small_gated_base, STILL, PICTURES, on_step=lambda p: reported.append(p) is None)
    # The first look is the best, three more find no improvement, six steps end it.
    assert [reported[-1].step, reported[-1].total, result.metrics["steps"]] == [14, 14, 14]
    assert [p.total for p in reported[:7]] == [200] * 7
    assert "Stopped after 14 of 200 steps: nothing improved any more." in result.warnings


def test_a_training_interrupted_in_its_last_steps_equals_an_uninterrupted_one(
    small_gated_base: CastBase, tmp_path: Path
) -> None:
    whole = train_concept(small_gated_base, STILL, PICTURES)
    checkpoint = tmp_path / "checkpoint.safetensors"
    for broken_at in (5, 10):
        with pytest.raises(Canceled):
            train_concept(
                small_gated_base, STILL, PICTURES, checkpoint=checkpoint, on_step=lambda p, at=broken_at: p.step < at
            )
        resumed = train_concept(small_gated_base, STILL, PICTURES, resume=checkpoint)
        assert resumed.metrics["steps"] == whole.metrics["steps"]
        assert all(torch.equal(resumed.adapter.up[name], up) for name, up in whole.adapter.up.items())


def test_the_first_sample_does_not_wait_for_the_interval(
    small_gated_base: CastBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concept, "FIRST_SAMPLE_SECONDS", 0.0)
    reported: list[Progress] = []
    train_concept(small_gated_base, STILL, PICTURES, on_step=lambda p: reported.append(p) is None)
    assert [p.step for p in reported if p.preview] == [1]
