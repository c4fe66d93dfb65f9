"""Concepts are trained beside people of the base, where its description says whom it draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from orthoplex.bases.options import Companion, LoadOptions, PictureOptions
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.buckets import BACKDROPS
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.encoding import CONCEPT
from orthoplex.bases.sd.scenes import LEFT, RIGHT, background_of, beside, scenes_of
from orthoplex.train.companions import companions_of

GREEN, RED, BROWN = (10, 200, 30), (250, 10, 20), (90, 30, 10)


@pytest.fixture(scope="module")
def base(sd_folder: Path) -> SdBase:
    return load_sd(sd_folder, describe(sd_folder, "tiny", "Tiny"), torch.device("cpu"), LoadOptions(torch.float32))


def cut_out() -> Image.Image:
    picture = Image.new("RGBA", (100, 100))
    picture.paste((*BROWN, 255), (20, 20, 80, 100))
    return picture


def companion(side: int = 64) -> Companion:
    picture = Image.new("RGB", (side, side), GREEN)
    picture.paste(RED, (side // 4, side // 2, side, side))  # reaches the right edge below
    return Companion(picture, "a man with a beard", "mint")


def test_a_scene_is_the_concept_beside_the_companion_on_the_colour_behind_her() -> None:
    left = beside(cut_out(), f"{CONCEPT}, sad", companion(), is_left=True)
    assert left.picture.size == (128, 64)
    assert left.place == LEFT
    assert left.caption == f"{CONCEPT}, sad and a man with a beard, mint background"
    assert [left.picture.getpixel(at) for at in ((2, 2), (32, 40), (66, 2), (96, 60))] == [GREEN, BROWN, GREEN, RED]
    right = beside(cut_out(), f"{CONCEPT}, sad", companion(), is_left=False)
    assert right.caption == f"a man with a beard and {CONCEPT}, sad, mint background"
    assert right.place == RIGHT
    assert [right.picture.getpixel(at) for at in ((2, 2), (32, 60), (66, 2), (96, 40))] == [GREEN, RED, GREEN, BROWN]


def test_a_plain_background_is_what_the_upper_edges_show() -> None:
    assert background_of(companion().picture) == GREEN


def test_every_picture_stands_beside_every_companion_on_either_side_as_often() -> None:
    scenes = scenes_of([(cut_out(), CONCEPT), (cut_out(), CONCEPT)], [companion(), companion()])
    assert [scene.place for scene in scenes] == [LEFT, RIGHT, RIGHT, LEFT]


def test_half_of_the_batches_are_scenes_and_some_of_these_keep_the_concept_in_its_box(base: SdBase) -> None:
    options = PictureOptions(resolution=64, companions=(companion(), companion()))
    data = base.pictures([(cut_out(), "sad"), (cut_out(), None)], "person", options)
    generator = torch.Generator().manual_seed(0)
    batches = [data.batch(4, generator) for _ in range(80)]
    scenes = [batch for batch in batches if batch.noisy.shape[-1] == 2 * batch.noisy.shape[-2]]
    assert 28 <= len(scenes) <= 52
    assert {len(batch.noisy) for batch in scenes} == {2}  # as many pixels as four alone
    assert {tuple(batch.noisy.shape) for batch in batches if batch not in scenes} == {(4, 4, 8, 8)}
    boxes = [
        tuple(batch.context.conditions["boxes"][index, row].tolist())
        for batch in scenes
        for index, rows in enumerate(batch.context.conditions["concept_rows"])
        for row in rows
    ]
    whole = boxes.count((0.0, 0.0, 1.0, 1.0)) / len(boxes)
    assert 0.3 < whole < 0.7
    assert set(boxes) == {(0.0, 0.0, 1.0, 1.0), LEFT.corners, RIGHT.corners}
    words = batches[0].context.conditions["boxes"].shape[1]
    others = [row for row in range(words) if row not in scenes[0].context.conditions["concept_rows"][0]]
    assert torch.equal(
        scenes[0].context.conditions["boxes"][0, others], torch.tensor([[0.0, 0.0, 1.0, 1.0]] * len(others))
    )


def test_a_picture_with_its_own_background_stands_beside_nobody(base: SdBase) -> None:
    opaque = Image.new("RGB", (64, 64), RED)
    data = base.pictures([(opaque, None)], "person", PictureOptions(resolution=64, companions=(companion(),)))
    assert {data.batch(2, torch.Generator().manual_seed(seed)).noisy.shape[-1] for seed in range(20)} == {8}


def test_a_picture_with_a_mask_stands_beside_nobody(base: SdBase) -> None:
    options = PictureOptions(resolution=64, companions=(companion(),), masks=(Image.new("L", (100, 100), 255),))
    assert base.pictures([(cut_out(), None)], "person", options).places == []
    assert base.pictures([(cut_out(), None)], "person", replace(options, masks=())).places == [LEFT]


def test_companions_are_generated_once_for_those_that_the_description_names(base: SdBase) -> None:
    assert companions_of(base) == ()
    training = {**base.description["training"], "companions": ["a tall man", "a dog"]}
    described = replace(base, description={**base.description, "training": training})
    made = companions_of(described)
    assert [(each.prompt, each.background) for each in made] == list(
        zip(("a tall man", "a dog"), list(BACKDROPS)[:2], strict=True)
    )
    assert {each.picture.size for each in made} == {described.training.sample_size}
    assert companions_of(described) is made
    again = companions_of(replace(described))
    assert [each.picture.tobytes() for each in again] == [each.picture.tobytes() for each in made]


def test_residuals_reach_what_ordinary_loras_change(base: SdBase) -> None:
    """Attention's projections and feed-forward layers, but for those that no gate comes before."""
    blocks = {name.rpartition(".attn1")[0] for name, _ in base.model.named_modules() if name.endswith("attn1")}
    first = min(blocks)
    assert first.startswith("down_blocks.0")
    for block in blocks:
        own = {name.removeprefix(f"{block}.") for name in base.layout.layers if name.startswith(f"{block}.")}
        behind_words = {"attn2.to_out.0", "ff.net.0.proj", "ff.net.2"}
        before = {"attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_q"}
        assert own == (behind_words if block == first else behind_words | before)
