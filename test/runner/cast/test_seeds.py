"""The shipped seeds on the shipped base: people who look like themselves, alone and together."""

import itertools
import json
import os
import random
from collections.abc import Sequence
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
STEPS = 12
# So many rows go through the model at once: on one core a batch costs less than its rows one by one.
BATCH = 8
# How many casts are tried together; docs/testing.md names the command that tries more.
CASTS = int(os.environ.get("ORTHOPLEX_TEST_CASTS", "2"))


@pytest.fixture(scope="module")
def adapters(true_base: CastBase) -> dict[str, Adapter]:
    return {folder.name: load(folder / "adapter.safetensors", true_base.layout) for folder in SEEDS}


def truth(base: CastBase, folder: Path, expression: str) -> Tensor:
    """The render that the concept was trained from, on a sky background: (3, E, E) in [-1, 1], E = cell_px."""
    size = base.config.cell_px
    picture = np.asarray(fit(Image.open(folder / "pictures" / f"{expression}.png"), size)).astype(np.float32) / 255
    sprite = torch.from_numpy(picture).permute(2, 0, 1)[None, None]
    sky = torch.tensor([[int(SKY[at : at + 2], 16) / 255 for at in (0, 2, 4)]])
    return compose(sprite, draw_backgrounds(torch.tensor([0]), sky, background_masks(1, size)))[0]


def distance(drawn: Tensor, true: Tensor) -> float:
    """Mean absolute difference, of 255."""
    return float((drawn.clamp(-1, 1) - true).abs().mean() * 127.5)


def drawing(base: CastBase, prompt: str, cast: list[Adapter], cells: int) -> Tensor:
    """(3, E, E cells) as the base draws it, before the sharpener."""
    return drawings(base, [(prompt, cast)], cells)[0]


def drawings(base: CastBase, scenes: Sequence[tuple[str, list[Adapter]]], cells: int) -> list[Tensor]:
    """Each as (3, E, E cells)."""
    rows = [
        base.read(SampleSpec(prompt, 1, 256 * cells, 256), [called(adapter) for adapter in cast], 1)
        for prompt, cast in scenes
    ]
    canvas = Canvas(256 * cells, 256, STEPS)
    batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
    return [x for batch in batches for x in denoise(base, batch, canvas, guidance=torch.ones(len(batch)))]


def called(adapter: Adapter) -> AttachedAdapter:
    return AttachedAdapter(adapter, adapter.trigger, adapter.strength)


def test_there_are_26_seeds_or_more_of_eight_styles_or_more_each_with_pictures_and_samples() -> None:
    assert len(SEEDS) >= 26
    styles = {json.loads((folder / "card.json").read_text())["tags"][0] for folder in SEEDS}
    assert len(styles) >= 8
    assert {"micah", "personas"} <= styles  # those that the base never saw
    for folder in SEEDS:
        card = json.loads((folder / "card.json").read_text())
        assert 4 <= len(card["captions"]) <= 16
        assert all((folder / "pictures" / name).exists() for name in card["captions"])
        assert len(list((folder / "samples").glob("*.png"))) >= 4
        assert card["credits"]
        assert card["licence"]["spdx"]


def test_every_seed_has_its_own_slot_and_shares_at_most_one_column_with_another(
    adapters: dict[str, Adapter], true_base: CastBase
) -> None:
    layout = true_base.layout
    for one, two in itertools.combinations(adapters.values(), 2):
        assert shared_columns(one.slot, two.slot, n=layout.slot_features(256), r=layout.rank, radix=layout.radix) <= 1


def test_loaded_seeds_that_are_not_named_change_nothing_bit_for_bit(
    adapters: dict[str, Adapter], true_base: CastBase
) -> None:
    prompt = f"a smiling person with red hair, #{SKY} background"
    assert torch.equal(drawing(true_base, prompt, [*adapters.values()], 1), drawing(true_base, prompt, [], 1))
    ivy = adapters[SEEDS[0].name]
    alone = drawing(true_base, f"{ivy.trigger} smiling", [ivy], 1)
    assert torch.equal(drawing(true_base, f"{ivy.trigger} smiling", [*adapters.values()], 1), alone)


@pytest.fixture(scope="module")
def smiling(adapters: dict[str, Adapter], true_base: CastBase) -> dict[str, Tensor]:
    """Every seed as the base draws it alone."""
    scenes = [(f"<{name}> smiling, #{SKY} background", [adapter]) for name, adapter in adapters.items()]
    return dict(zip(adapters, drawings(true_base, scenes, 1), strict=True))


@pytest.fixture(scope="module")
def truths(true_base: CastBase) -> dict[str, Tensor]:
    return {folder.name: truth(true_base, folder, "smiling") for folder in SEEDS}


@pytest.mark.parametrize("name", [folder.name for folder in SEEDS])
def test_pictures_of_a_seed_are_nearest_to_its_own_renders(
    name: str, smiling: dict[str, Tensor], truths: dict[str, Tensor]
) -> None:
    own = distance(smiling[name], truths[name])
    others = [distance(smiling[name], true) for other, true in truths.items() if other != name]
    assert own < 0.6 * min(others)


def test_two_seeds_in_one_picture_are_each_nearest_to_their_own_renders(
    adapters: dict[str, Adapter], true_base: CastBase
) -> None:
    left, right = SEEDS[0], SEEDS[-1]
    prompt = f"<{left.name}> smiling, left; <{right.name}> laughing, right; #{SKY} background"
    drawn = drawing(true_base, prompt, [adapters[left.name], adapters[right.name]], 2)
    middle = true_base.config.cell_px
    for half, folder, other, expression in (
        (drawn[..., :middle], left, right, "smiling"),
        (drawn[..., middle:], right, left, "laughing"),
    ):
        own, another = (distance(half, truth(true_base, each, expression)) for each in (folder, other))
        assert own < 0.6 * another


@pytest.mark.parametrize("cells", [2, 3])
def test_seeds_in_any_slots_look_the_same_together_as_alone(
    adapters: dict[str, Adapter], true_base: CastBase, cells: int
) -> None:
    """Each cell against the same cell with strangers of the base beside it: at most 3 of 255 in the worst."""
    source = random.Random(cells)
    size = true_base.config.cell_px
    for _ in range(CASTS):
        cast = source.sample(sorted(adapters.values(), key=lambda adapter: adapter.slot), cells)
        scenes = [(scene_of([each.trigger for each in cast]), cast)]
        for cell, each in enumerate(cast):
            names = ["a smiling person"] * cells
            names[cell] = each.trigger
            scenes.append((scene_of(names), [each]))
        together, *alone = drawings(true_base, scenes, cells)
        for cell, each in enumerate(cast):
            here = slice(cell * size, (cell + 1) * size)
            assert distance(together[..., here], alone[cell][..., here].clamp(-1, 1)) <= 3.0, each.concept


def scene_of(names: list[str]) -> str:
    return "; ".join([*[f"{name} smiling" for name in names], f"#{SKY} background"])
