"""Trains sd-mini: `python -m orthoplex.sd_training.train --sprites DIR --out DIR --part vae|denoiser --minutes 60`.

The autoencoder first (pixels and their differences, a little KL), then text encoder and UNet together on its latents,
predicting noise. Resumes from OUT/checkpoint.pt, logs to OUT/log.jsonl; `--part export` writes OUT/pipeline in fp16.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from torch import Tensor, nn

from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, compose, draw_backgrounds
from orthoplex.bases.cast.sprites import SpriteSet, load_sprites
from orthoplex.bases.cast.world import World, rgb
from orthoplex.sd_training.captions import all_words, caption, random_background
from orthoplex.sd_training.network import SCHEDULE, SIDE_PX, make_pipeline

KL = 1e-6
RATES = {"vae": 1e-3, "denoiser": 5e-4}
WARMUP = 100
SAVE_SECONDS = 300
CAST_WORDS = 16  # what load_sprites encodes; captions here are text


class Scenes:
    """Endless pictures of one person each, with captions."""

    def __init__(self, data: SpriteSet, world: dict[str, Any], seed: int) -> None:
        self.data, self.world, self.rng = data, world, random.Random(seed)
        self.masks = background_masks(1, SIDE_PX)

    def make(self, count: int) -> tuple[Tensor, list[str]]:
        """Pictures (B, 3, 64, 64) in [-1, 1] and their captions."""
        chosen = [self.rng.randrange(len(self.data)) for _ in range(count)]
        behind = [random_background(self.rng) for _ in range(count)]
        kinds = torch.tensor([BACKGROUNDS.index(kind) for kind, _, _ in behind])
        colours = torch.stack([rgb(colour) for _, _, colour in behind])
        sprites = self.data.sprites[chosen][:, None].float() / 255
        pictures = compose(sprites, draw_backgrounds(kinds, colours, self.masks))
        texts = [
            caption(self.data.records[at], self.world, (kind, name), self.rng)
            for at, (kind, name, _) in zip(chosen, behind, strict=True)
        ]
        return pictures, texts


class Trainer:
    """One pipeline, the optimiser of the part that is trained, and a moving average of it."""

    def __init__(self, pipe: Any, part: str, device: str) -> None:
        self.pipe, self.part, self.device = pipe, part, device
        self.modules: dict[str, nn.Module] = {"vae": pipe.vae, "text_encoder": pipe.text_encoder, "unet": pipe.unet}
        own = ("vae",) if part == "vae" else ("text_encoder", "unet")
        for name, module in self.modules.items():
            module.to(device).requires_grad_(name in own).train(name in own)
        self.parameters = {f"{m}.{n}": p for m in own for n, p in self.modules[m].named_parameters()}
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.optimiser = torch.optim.AdamW(
            list(self.parameters.values()), RATES[part], betas=(0.9, 0.99), weight_decay=0.0
        )
        self.noiser = DDPMScheduler(
            **{k: v for k, v in SCHEDULE.items() if k not in ("set_alpha_to_one", "steps_offset")}
        )
        self.steps = 0

    def loss(self, pictures: Tensor, texts: list[str], generator: torch.Generator) -> Tensor:
        clean = pictures.to(self.device)
        return self._vae_loss(clean) if self.part == "vae" else self._noise_loss(clean, texts, generator)

    def _vae_loss(self, clean: Tensor) -> Tensor:
        posterior = self.pipe.vae.encode(clean).latent_dist
        drawn = self.pipe.vae.decode(posterior.sample()).sample
        edges = sum(F.l1_loss(drawn.diff(dim=axis), clean.diff(dim=axis)) for axis in (2, 3))
        loss: Tensor = F.l1_loss(drawn, clean) + edges + KL * posterior.kl().mean()
        return loss

    def _noise_loss(self, clean: Tensor, texts: list[str], generator: torch.Generator) -> Tensor:
        vae, tokenizer = self.pipe.vae, self.pipe.tokenizer
        with torch.no_grad():
            latents = vae.encode(clean).latent_dist.mean * vae.config.scaling_factor
        ids = tokenizer(texts, padding="max_length", truncation=True, max_length=77, return_tensors="pt").input_ids
        states = self.pipe.text_encoder(ids.to(self.device)).last_hidden_state
        t = torch.randint(self.noiser.config.num_train_timesteps, (len(clean),), generator=generator).to(self.device)
        noise = torch.randn(latents.shape, generator=generator).to(self.device)
        predicted = self.pipe.unet(self.noiser.add_noise(latents, noise, t), t, encoder_hidden_states=states).sample
        return F.mse_loss(predicted, noise)

    def step(self, pictures: Tensor, texts: list[str], generator: torch.Generator, scale: float) -> float:
        loss = self.loss(pictures, texts, generator)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(list(self.parameters.values()), 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = RATES[self.part] * scale
        self.optimiser.step()
        self.steps += 1
        keep = min(0.999, 1 - 10 / (10 + self.steps))
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                self.average[name].lerp_(parameter, 1 - keep)
        return float(loss.detach())

    @torch.no_grad()
    def finish(self, make: Callable[[int], tuple[Tensor, list[str]]]) -> None:
        """The average becomes the weights; of an autoencoder also the scale that makes latents of unit variance."""
        for name, parameter in self.parameters.items():
            parameter.copy_(self.average[name])
        if self.part == "vae":
            latents = self.pipe.vae.encode(make(64)[0].to(self.device)).latent_dist.mean
            self.pipe.vae.register_to_config(scaling_factor=round(1 / float(latents.std()), 5))


def state_of(trainer: Trainer) -> dict[str, Any]:
    return {
        "part": trainer.part, "steps": trainer.steps, "average": trainer.average,
        "scaling_factor": trainer.pipe.vae.config.scaling_factor, "optimiser": trainer.optimiser.state_dict(),
        "modules": {name: module.state_dict() for name, module in trainer.modules.items()},
    }  # fmt: skip


def take(trainer: Trainer, state: dict[str, Any]) -> None:
    """Goes on from a checkpoint of this part; of another part it takes the weights, that part's average first."""
    for name, module in trainer.modules.items():
        module.load_state_dict(state["modules"][name])
    trainer.pipe.vae.register_to_config(scaling_factor=state["scaling_factor"])
    if state["part"] == trainer.part:
        trainer.optimiser.load_state_dict(state["optimiser"])
        trainer.average, trainer.steps = state["average"], state["steps"]
    else:
        trainer.average = {name: p.detach().clone() for name, p in trainer.parameters.items()}


def save(state: dict[str, Any], path: Path) -> None:
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def export(pipe: Any, folder: Path) -> None:
    """The folder in diffusers' format, fp16: what `base add` registers."""
    pipe.to(torch.float16).save_pretrained(folder)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sprites", type=Path, required=True, help="folder that the cast world's render.ts wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=("vae", "denoiser", "export"), required=True)
    parser.add_argument("--minutes", type=float, default=0, help="budget of this call")
    parser.add_argument("--cooldown", type=float, default=0.0, help="share of it in which the rate falls to zero")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    world = json.loads((arguments.sprites / "world.json").read_text())
    data = load_sprites(arguments.sprites, World.parse(world), SIDE_PX, CAST_WORDS)
    pipe = make_pipeline(all_words(world), arguments.out / "words")
    part = "denoiser" if arguments.part == "export" else arguments.part
    trainer, checkpoint = Trainer(pipe, part, arguments.device), arguments.out / "checkpoint.pt"
    if checkpoint.exists():
        take(trainer, torch.load(checkpoint, map_location=arguments.device, weights_only=True))
    scenes = Scenes(data, world, trainer.steps)
    if arguments.part == "export":
        trainer.finish(scenes.make)
        export(pipe, arguments.out / "pipeline")
        return
    run(trainer, scenes, arguments, checkpoint)


def run(trainer: Trainer, scenes: Scenes, arguments: argparse.Namespace, checkpoint: Path) -> None:
    generator = torch.Generator().manual_seed(1 + trainer.steps)
    started = saved = time.monotonic()
    budget, smoothed = arguments.minutes * 60, None
    while (elapsed := time.monotonic() - started) < budget:
        cooling = (budget - elapsed) / (arguments.cooldown * budget) if arguments.cooldown else 1.0
        scale = min(1.0, cooling, (trainer.steps + 1) / WARMUP)
        loss = trainer.step(*scenes.make(arguments.batch), generator, scale)
        smoothed = loss if smoothed is None else 0.98 * smoothed + 0.02 * loss
        if trainer.steps % 50 == 0:
            line = {
                "part": trainer.part,
                "steps": trainer.steps,
                "loss": round(smoothed, 5),
                "seconds": round(elapsed, 1),
            }
            with (arguments.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > SAVE_SECONDS:
            save(state_of(trainer), checkpoint)
            saved = time.monotonic()
    if trainer.part == "vae":
        trainer.finish(scenes.make)
    save(state_of(trainer), checkpoint)


if __name__ == "__main__":
    main()
