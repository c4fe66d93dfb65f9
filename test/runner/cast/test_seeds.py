"""The shipped seeds on the shipped base: files in one orthogonal class, and people who look like themselves."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.pictures import fit
from orthoplex.bases.cast.scene import background_masks, compose, draw_backgrounds
from orthoplex.bases.request import Canvas
from orthoplex.ortho.adapter import Adapter, load
from orthoplex.ortho.slot import shared_columns
from orthoplex.sample import AttachedAdapter, SampleSpec
from orthoplex.sample.sampler import denoise

ROOT = Path(__file__).resolve().parents[3]
SEEDS = sorted(path.parent for path in (ROOT / "gpu-runner/seeds").glob("*/card.json"))
SKY = "9fd3f5"


@pytest.fixture(scope="module")
def adapters(true_base: CastBase) -> dict[str, Adapter]:
    return {folder.name: load(folder / "adapter.safetensors", true_base.layout) for folder in SEEDS}


def truth(folder: Path, expression: str) -> Tensor:
    """The render that the concept was trained from, on a sky background: (3, 64, 64) in [-1, 1]."""
    picture = np.asarray(fit(Image.open(folder / "pictures" / f"{expression}.png"), 64)).astype(np.float32) / 255
    sprite = torch.from_numpy(picture).permute(2, 0, 1)[None, None]
    sky = torch.tensor([[int(SKY[at : at + 2], 16) / 255 for at in (0, 2, 4)]])
    return compose(sprite, draw_backgrounds(torch.tensor([0]), sky, background_masks(1, 64)))[0]


def distance(drawn: Tensor, true: Tensor) -> float:
    """Mean absolute difference, of 255."""
    return float((drawn.clamp(-1, 1) - true).abs().mean() * 127.5)


def drawing(base: CastBase, prompt: str, cast: list[Adapter], cells: int) -> Tensor:
    """(3, 64, 64 cells) as the base draws it, before the sharpener."""
    attached = [AttachedAdapter(adapter, adapter.trigger, adapter.strength) for adapter in cast]
    row = base.read(SampleSpec(prompt, 1, 256 * cells, 256), attached, 1)
    return denoise(base, [row], Canvas(256 * cells, 256, 12), torch.tensor([1.0]))[0]


def test_there_are_24_seeds_or_more_of_four_styles_or_more_each_with_pictures_and_samples() -> None:
    assert len(SEEDS) >= 24
    styles = {json.loads((folder / "card.json").read_text())["tags"][0] for folder in SEEDS}
    assert len(styles) >= 4
    assert {"micah", "personas"} <= styles  # those that the base never saw
    for folder in SEEDS:
        card = json.loads((folder / "card.json").read_text())
        assert 4 <= len(card["captions"]) <= 16
        assert all((folder / "pictures" / name).exists() for name in card["captions"])
        assert len(list((folder / "samples").glob("*.png"))) >= 4
        assert card["credits"]
        assert card["licence"]["spdx"]


def test_no_two_seeds_share_a_column(adapters: dict[str, Adapter], true_base: CastBase) -> None:
    layout = true_base.layout
    for one, two in itertools.combinations(adapters.values(), 2):
        assert shared_columns(one.slot, two.slot, layout.slot_features(256), layout.rank, layout.radix) == 0


@pytest.mark.parametrize("folder", SEEDS, ids=lambda folder: folder.name)
def test_a_seed_looks_more_like_itself_than_like_any_other(
    folder: Path, adapters: dict[str, Adapter], true_base: CastBase
) -> None:
    drawn = drawing(true_base, f"<{folder.name}> smiling, #{SKY} background", [adapters[folder.name]], 1)
    own = distance(drawn, truth(folder, "smiling"))
    others = [distance(drawn, truth(other, "smiling")) for other in SEEDS if other != folder]
    assert own < 0.6 * min(others)


def test_two_seeds_in_one_picture_are_each_themselves(adapters: dict[str, Adapter], true_base: CastBase) -> None:
    left, right = SEEDS[0], SEEDS[-1]
    prompt = f"<{left.name}> smiling, left; <{right.name}> laughing, right; #{SKY} background"
    drawn = drawing(true_base, prompt, [adapters[left.name], adapters[right.name]], 2)
    for half, folder, other, expression in (
        (drawn[..., :64], left, right, "smiling"),
        (drawn[..., 64:], right, left, "laughing"),
    ):
        assert distance(half, truth(folder, expression)) < 0.6 * distance(half, truth(other, expression))
