"""sd-mini: the true classes, small enough, trained by steps that lower the loss, and loaded by unmodified diffusers."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import StableDiffusionPipeline

from orthoplex.bases.cast.scene import Captions
from orthoplex.bases.cast.sprites import SpriteSet
from orthoplex.bases.sd.describe import describe
from orthoplex.sd_training.captions import all_words, caption, english, nearest
from orthoplex.sd_training.encoder import one_convolution, set_encoder
from orthoplex.sd_training.network import BYTES_MAX, SIDE_PX, make_pipeline, make_tokenizer, weight_bytes
from orthoplex.sd_training.scenes import Scenes
from orthoplex.sd_training.train import (
    OWN,
    PARTS,
    Trainer,
    add_encoder,
    export,
    save,
    take_finished,
    take_start,
    windows,
)

ROLES = [{"role": "hair_colour", "palette": "hair"}, {"role": "skin", "palette": "skin"}]
PALETTES = {"hair": {"black": "000000", "dark red": "900000"}, "skin": {"fair": "f7cfae", "brown": "96613d"}}
VOCABULARY = ["avataaars.accessories:round", "avataaars.eyes:winkWacky", "avataaars.top:bob", "lorelei.eyes:variant02"]
WORLD: dict[str, Any] = {
    "vocabulary": VOCABULARY,
    "styles": [{"word": "avataaars", "colours": ROLES}],
    "palettes": PALETTES,
}
COLOURS = [{"word": "hair_colour", "rgb": "8f0a0a"}, {"word": "skin", "rgb": "90603f"}]
CAPTION = [{"word": "style:avataaars"}, *({"word": word} for word in VOCABULARY[:2]), *COLOURS]
RECORDS: list[dict[str, object]] = [
    {
        "style": "avataaars",
        "expression": ("smiling", "sad")[at % 2],
        "hair": ("short", "bun", "bald")[at % 3],
        "caption": CAPTION,
    }
    for at in range(6)
]


@pytest.fixture(scope="module")
def sprites() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    sprites = torch.zeros(len(RECORDS), 4, SIDE_PX, SIDE_PX, dtype=torch.uint8)
    for at, sprite in enumerate(sprites):
        shade = torch.randint(40, 250, (3,), generator=generator)
        sprite[:3, 20 + at : 80, 40:100] = shade[:, None, None].to(torch.uint8)
        sprite[3, 20 + at : 80, 40:100] = 255
    return sprites


def scenes_of(sprites: torch.Tensor) -> Scenes:
    return Scenes(SpriteSet(sprites, Captions(torch.zeros(6, 1), torch.zeros(6, 1, 4)), RECORDS), WORLD, 0)


def test_captions_are_english_with_one_token_per_word(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(all_words(WORLD), tmp_path)
    rng = random.Random(0)
    texts = [caption([RECORDS[at % 6]], WORLD, ("dots", "mint"), rng) for at in range(200)]
    assert sum(text == "" for text in texts) in range(5, 50)
    for text in filter(None, texts):
        words = text.replace(",", " ,").split()
        assert len(tokenizer(text, add_special_tokens=False).input_ids) == len(words), text
    said = " ".join(texts)
    for word in ("dark red", "brown skin", "round glasses", "hair in a bun", "no hair", "mint dotted background",
                 "wink wacky eyes", "avataaars"):  # fmt: skip
        assert word in said, word


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("winterHat02", "winter hat"),
        ("shirtVNeck", "shirt v neck"),
        ("smileLOL", "smile lol"),
        ("default", "plain"),
        ("kurt", "kurt glasses"),
    ],
)
def test_names_of_parts_are_said_in_english(name: str, words: str) -> None:
    assert english(name) == words


def test_hair_is_named_or_its_kind_is_said_and_a_hat_has_no_hair() -> None:
    def said(word: str, kind: str | None) -> set[str]:
        record = {"style": "avataaars", "expression": "sad", "hair": kind, "caption": [{"word": word}, *COLOURS]}
        rng = random.Random(1)
        texts = [caption([record], WORLD, ("plain", "mint"), rng) for _ in range(80)]
        return {part.strip() for text in texts for part in text.split(",") if re.search("hair|hat|bob", part)}

    assert said("avataaars.top:bob", "bob") == {"dark red bob hair", "a dark red bob"}
    assert said("avataaars.top:shortWaved", "short") == {"dark red short waved hair", "short dark red hair"}
    assert said("avataaars.top:winterHat02", "covered") == {"winter hat"}
    assert said("avataaars.top:none", "bald") == {"no hair"}


def test_a_colour_has_the_nearest_name() -> None:
    assert nearest("0a0203", [("white", "ffffff"), ("black", "000000")]) == "black"


def test_the_pipeline_has_the_classes_of_stable_diffusion_and_its_size_limit(tmp_path: Path) -> None:
    pipe = make_pipeline(all_words(WORLD), tmp_path)
    assert 10_000_000 < weight_bytes(pipe) <= BYTES_MAX


def test_a_caption_of_two_people_describes_both_and_one_background() -> None:
    rng = random.Random(3)
    texts = [caption([RECORDS[0], RECORDS[1]], WORLD, ("plain", "mint"), rng) for _ in range(100)]
    said = [text for text in texts if text]
    assert all(" and " in text and text.count("background") <= 1 for text in said)
    assert sum("mint background" in text for text in said) > 60


def test_captions_of_three_people_fit_the_text_encoder(sprites: torch.Tensor, tmp_path: Path) -> None:
    tokenizer, scenes = make_tokenizer(all_words(WORLD), tmp_path), scenes_of(sprites)
    pictures, texts = scenes.make(50, 3)
    assert pictures.shape == (50, 3, SIDE_PX, 3 * SIDE_PX)
    assert max(len(tokenizer(text).input_ids) for text in texts) <= 77
    assert any(text.count(" and ") == 2 for text in texts)


def test_a_run_starts_from_a_pipeline_of_other_words(tmp_path: Path) -> None:
    first = make_pipeline(all_words(WORLD), tmp_path / "first")
    export(first, tmp_path / "pipeline")
    more = {**WORLD, "vocabulary": [*VOCABULARY, "avataaars.eyes:xylophone"]}
    pipe = make_pipeline(all_words(more), tmp_path / "more")
    with torch.no_grad():
        for parameter in pipe.unet.parameters():
            parameter.zero_()
    take_start(pipe, tmp_path / "pipeline")
    for part in ("unet", "vae"):
        for (name, value), other in zip(
            getattr(pipe, part).named_parameters(), getattr(first, part).parameters(), strict=True
        ):
            assert torch.equal(value, other.float()), name
    text = "a smiling person, dark red hair"
    with torch.no_grad():
        ids = [each.tokenizer(text, return_tensors="pt").input_ids for each in (first, pipe)]
        states = [each.text_encoder.float()(i)[0] for each, i in zip((first, pipe), ids, strict=True)]
    assert len(pipe.tokenizer) > len(first.tokenizer)
    assert torch.allclose(states[0], states[1], atol=1e-4)


@pytest.mark.parametrize("part", list(OWN))
def test_steps_lower_the_loss_and_checkpoints_go_on_exactly(sprites: torch.Tensor, tmp_path: Path, part: str) -> None:
    def start() -> tuple[Trainer, Scenes, torch.Generator]:
        trainer = Trainer(make_pipeline(all_words(WORLD), tmp_path / "words"), part, "cpu")
        return trainer, scenes_of(sprites), torch.Generator().manual_seed(0)

    def steps(trainer: Trainer, scenes: Scenes, generator: torch.Generator, count: int) -> list[float]:
        losses = []
        for _ in range(count):
            pictures, texts = scenes.make(2)
            pictures = pictures if part == "denoiser" else windows(pictures, generator)
            losses.append(trainer.step(pictures, texts, generator, 0.3))
        return losses

    def fixed_loss(trainer: Trainer) -> float:
        with torch.no_grad():
            return float(trainer.loss(*scenes_of(sprites).make(1), torch.Generator().manual_seed(1)))

    whole = start()
    before = fixed_loss(whole[0])
    steps(*whole, 4)
    assert fixed_loss(whole[0]) < before
    save(whole[0].state(*whole[1:]), tmp_path / f"{part}.pt")
    other = start()
    other[0].take(torch.load(tmp_path / f"{part}.pt", weights_only=True), *other[1:])
    assert steps(*other, 1) == steps(*whole, 1)
    assert other[0].steps == whole[0].steps == 5
    for name, value in whole[0].parameters.items():
        assert torch.equal(value, other[0].parameters[name]), name


def test_the_encoder_is_the_principal_components_of_patches(sprites: torch.Tensor, tmp_path: Path) -> None:
    vae: Any = make_pipeline(all_words(WORLD), tmp_path / "words").vae
    generator = torch.Generator().manual_seed(0)
    pictures = F.interpolate(torch.rand(8, 3, 16, 16, generator=generator), size=SIDE_PX, mode="bilinear") * 2 - 1
    pictures = torch.cat([pictures, scenes_of(sprites).make(4)[0]])
    set_encoder(vae, pictures)
    with torch.no_grad():
        found = vae.encode(pictures).latent_dist
    rows = F.unfold(pictures, 8, stride=8).transpose(1, 2).flatten(0, 1).double()
    codes = found.mean.flatten(2).transpose(1, 2).flatten(0, 1).double()
    codes = torch.cat([codes, torch.ones(len(codes), 1)], dim=1)
    left = (codes @ torch.linalg.lstsq(codes, rows).solution - rows).square().sum()
    values = torch.linalg.eigvalsh((rows - rows.mean(0)).T @ (rows - rows.mean(0))).flip(0)
    least = values[found.mean.shape[1] :].sum()  # what the best linear code of this size leaves
    assert float(left) < 1.1 * float(least) + 1e-3 * float(values.sum())
    assert float(found.std.max()) < 1e-5
    assert 0.8 < float(found.mean.std()) < 1.2
    with torch.no_grad():  # a window's latents are those of the picture
        part = vae.encode(pictures[:4, :, 32:96, 32:96]).latent_dist.mean
    assert float((part - found.mean[:4, :, 4:12, 4:12]).abs().max()) < 0.02
    weight, bias = one_convolution(vae)  # what training uses in its place
    assert float((F.conv2d(pictures, weight, bias, stride=8) - found.mean).abs().max()) < 0.03


def test_unmodified_diffusers_loads_the_exported_pipeline_and_it_is_a_base(
    sprites: torch.Tensor, tmp_path: Path
) -> None:
    pipe = make_pipeline(all_words(WORLD), tmp_path / "words")
    scenes = scenes_of(sprites)
    trainer = Trainer(pipe, "decoder", "cpu")
    save(trainer.state(scenes, torch.Generator()), tmp_path / "decoder.pt")
    again = make_pipeline(all_words(WORLD), tmp_path / "words")
    add_encoder(again, tmp_path, scenes)
    with torch.no_grad():
        again.vae.decoder.conv_out.weight.zero_()
    take_finished(again, tmp_path, PARTS)
    assert torch.equal(again.vae.decoder.conv_out.weight, trainer.average["vae.decoder.conv_out.weight"])
    export(again, tmp_path / "pipeline")
    files = list((tmp_path / "pipeline").rglob("*.safetensors"))
    assert sum(path.stat().st_size for path in files) <= BYTES_MAX
    loaded = StableDiffusionPipeline.from_pretrained(tmp_path / "pipeline")  # no dtype is needed
    loaded.set_progress_bar_config(disable=True)
    (image,) = loaded("a smiling person, mint background", num_inference_steps=2, height=128, width=128).images
    assert image.size == (128, 128)
    description = describe(tmp_path / "pipeline", "sd-mini", "SD mini")
    assert (description["default_size"], description["prediction"]) == ("128x128", "v_prediction")
    assert (len(description["entries"]), description["rank"]) == (14, 8)
