"""sd-mini: the true classes, small enough, trained by steps that lower the loss, and loaded by unmodified diffusers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from diffusers import StableDiffusionPipeline

from orthoplex.bases.cast.scene import Captions
from orthoplex.bases.cast.sprites import SpriteSet
from orthoplex.bases.sd.describe import describe
from orthoplex.sd_training.captions import all_words, caption, nearest
from orthoplex.sd_training.network import BYTES_MAX, SIDE_PX, make_pipeline, make_tokenizer, weight_bytes
from orthoplex.sd_training.train import Scenes, Trainer, export, save, state_of, take

ROLES = [{"role": "hair_colour", "palette": "hair"}, {"role": "skin", "palette": "skin"}]
PALETTES = {"hair": {"black": "000000", "dark red": "900000"}, "skin": {"fair": "f7cfae", "brown": "96613d"}}
WORLD: dict[str, Any] = {"styles": [{"word": "lorelei", "colours": ROLES}], "palettes": PALETTES}
PARTS = [{"word": "lorelei.glasses:a"}, {"word": "hair_colour", "rgb": "8f0a0a"}, {"word": "skin", "rgb": "90603f"}]
RECORDS: list[dict[str, object]] = [
    {
        "style": "lorelei",
        "expression": ("smiling", "sad")[at % 2],
        "hair": ("short", "bun", "bald")[at % 3],
        "caption": PARTS,
    }
    for at in range(6)
]


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    generator = torch.Generator().manual_seed(0)
    sprites = torch.zeros(len(RECORDS), 4, SIDE_PX, SIDE_PX, dtype=torch.uint8)
    for at, sprite in enumerate(sprites):
        shade = torch.randint(40, 250, (3,), generator=generator)
        sprite[:3, 10 + at : 40, 20:50] = shade[:, None, None].to(torch.uint8)
        sprite[3, 10 + at : 40, 20:50] = 255
    return Scenes(SpriteSet(sprites, Captions(torch.zeros(6, 1), torch.zeros(6, 1, 4)), RECORDS), WORLD, 0)


def test_captions_are_english_with_one_token_per_word(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(all_words(WORLD), tmp_path)
    rng = random.Random(0)
    texts = [caption(RECORDS[at % 6], WORLD, ("dots", "mint"), rng) for at in range(200)]
    assert sum(text == "" for text in texts) in range(5, 50)
    for text in filter(None, texts):
        words = text.replace(",", " ,").split()
        assert len(tokenizer(text, add_special_tokens=False).input_ids) == len(words), text
    said = " ".join(texts)
    for word in ("dark red", "brown skin", "glasses", "hair in a bun", "no hair", "mint dotted background", "lorelei"):
        assert word in said, word


def test_a_colour_has_the_nearest_name() -> None:
    assert nearest("0a0203", [("white", "ffffff"), ("black", "000000")]) == "black"


def test_the_pipeline_has_the_classes_of_stable_diffusion_and_its_size_limit(tmp_path: Path) -> None:
    pipe = make_pipeline(all_words(WORLD), tmp_path)
    assert 10_000_000 < weight_bytes(pipe) <= BYTES_MAX


@pytest.mark.parametrize("part", ["vae", "denoiser"])
def test_steps_lower_the_loss_and_a_checkpoint_resumes(scenes: Scenes, tmp_path: Path, part: str) -> None:
    trainer = Trainer(make_pipeline(all_words(WORLD), tmp_path / "words"), part, "cpu")
    pictures, texts = scenes.make(4)

    def loss() -> float:
        with torch.no_grad():
            torch.manual_seed(1)
            return float(trainer.loss(pictures, texts, torch.Generator().manual_seed(1)))

    before, generator = loss(), torch.Generator().manual_seed(0)
    for _ in range(6):
        trainer.step(pictures, texts, generator, 0.3)
    assert loss() < before
    save(state_of(trainer), tmp_path / "checkpoint.pt")
    other = Trainer(make_pipeline(all_words(WORLD), tmp_path / "words"), part, "cpu")
    take(other, torch.load(tmp_path / "checkpoint.pt", weights_only=True))
    again = torch.Generator().manual_seed(7)
    one, two = (each.step(pictures, texts, again.manual_seed(7), 0.3) for each in (trainer, other))
    assert two == pytest.approx(one, rel=1e-4) if part == "denoiser" else True
    assert other.steps == trainer.steps == 7


def test_unmodified_diffusers_loads_the_exported_pipeline_and_it_is_a_base(scenes: Scenes, tmp_path: Path) -> None:
    pipe = make_pipeline(all_words(WORLD), tmp_path / "words")
    trainer = Trainer(pipe, "vae", "cpu")
    trainer.finish(scenes.make)
    with torch.no_grad():
        latents = pipe.vae.encode(scenes.make(16)[0]).latent_dist.mean * pipe.vae.config.scaling_factor
    assert 0.7 < float(latents.std()) < 1.4
    export(pipe, tmp_path / "pipeline")
    files = list((tmp_path / "pipeline").rglob("*.safetensors"))
    assert sum(path.stat().st_size for path in files) <= BYTES_MAX
    loaded = StableDiffusionPipeline.from_pretrained(tmp_path / "pipeline", dtype=torch.float32)
    loaded.set_progress_bar_config(disable=True)
    (image,) = loaded("a smiling person, mint background", num_inference_steps=2, height=64, width=64).images
    assert image.size == (64, 64)
    description = describe(tmp_path / "pipeline", "sd-mini", "SD mini")
    assert (description["default_size"], description["prediction"]) == ("64x64", "epsilon")
    assert (len(description["entries"]), description["rank"]) == (14, 8)
