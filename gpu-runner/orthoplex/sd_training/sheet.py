"""What a run draws so far: `python -m orthoplex.sd_training.sheet --sprites DIR --run DIR --out FILE.png`.

First true pictures of held-out characters, below them what the autoencoder makes of them, below these what the pipeline
draws from their captions alone (guided), each beside its truth. Prints the distance of the middle row, of 255.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.sprites import load_sprites
from orthoplex.bases.cast.world import World
from orthoplex.sd_training.captions import all_words
from orthoplex.sd_training.network import SIDE_PX, make_pipeline
from orthoplex.sd_training.scenes import Scenes
from orthoplex.sd_training.train import CAST_WORDS, PARTS, take_finished


def open_run(folder: Path, words: list[str]) -> StableDiffusionPipeline:
    """The pipeline with the average weights of all parts that were trained."""
    pipe = make_pipeline(words, folder / "words")
    take_finished(pipe, folder, PARTS)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def as_image(rows: list[Tensor]) -> Image.Image:
    """Rows of pictures (N, 3, S, W) in [-1, 1], one below the other."""
    row = torch.cat([torch.cat(list(each), dim=-1) for each in rows], dim=-2)
    pixels = ((row.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


@torch.no_grad()
def drawn(pipe: StableDiffusionPipeline, texts: list[str], persons: int, arguments: argparse.Namespace) -> Tensor:
    """(N, 3, S, S * persons) in [-1, 1], by diffusers' own loop."""
    images = pipe(
        texts, height=SIDE_PX, width=SIDE_PX * persons, num_inference_steps=arguments.steps,
        guidance_scale=arguments.guidance, generator=torch.Generator().manual_seed(0), output_type="np",
    ).images  # fmt: skip
    return torch.from_numpy(images).permute(0, 3, 1, 2) * 2 - 1


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sprites", type=Path, required=True, help="held-out characters that render.ts wrote")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12, help="pictures a row")
    parser.add_argument("--rows", type=int, default=2, help="of drawings; 0: the autoencoder alone")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.0)
    arguments = parser.parse_args()
    world = json.loads((arguments.sprites / "world.json").read_text())
    pipe = open_run(arguments.run, all_words(world))
    scenes = Scenes(load_sprites(arguments.sprites, World.parse(world), SIDE_PX, CAST_WORDS), world, 5)
    truth, _ = scenes.make(arguments.count)
    again = pipe.vae.decode(pipe.vae.encode(truth).latent_dist.mean).sample
    print(f"autoencoder: {float((again.clamp(-1, 1) - truth).abs().mean()) * 127.5:.2f} of 255")
    rows = [truth, again]
    for number in range(arguments.rows):
        persons = 2 if number % 3 == 2 else 1
        truth, texts = scenes.make(arguments.count // persons, persons)
        print(*texts, sep="\n")
        rows += [truth, drawn(pipe, texts, persons, arguments)]
    as_image(rows).save(arguments.out)


if __name__ == "__main__":
    main()
