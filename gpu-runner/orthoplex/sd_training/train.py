"""Trains sd-mini: `python -m orthoplex.sd_training.train --sprites DIR --out DIR --part denoiser --until 20000`.

The autoencoder's encoder is computed (encoder.py), so its two parts can be trained in any order or at once: `denoiser`,
text encoder and UNet together, predicting velocities of latents; `decoder`, pixels and their differences. Each resumes
exactly from OUT/PART.pt and logs to OUT/log.jsonl. `--part export` writes OUT/pipeline in fp16.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler, StableDiffusionPipeline
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from orthoplex.bases.cast.sprites import load_sprites
from orthoplex.bases.cast.world import World
from orthoplex.bases.device import compute_dtype
from orthoplex.bases.sd.saving import save_pipeline
from orthoplex.sd_training.captions import all_words
from orthoplex.sd_training.encoder import one_convolution, set_encoder
from orthoplex.sd_training.network import SIDE_PX, make_pipeline
from orthoplex.sd_training.optimiser import Optimiser
from orthoplex.sd_training.scenes import Scenes
from orthoplex.whole_files import whole_file

RATES = {"decoder": 1e-3, "denoiser": 1e-3}
ENCODER = ("vae.encoder.", "vae.quant_conv.")
OWN = {
    "decoder": ("vae.decoder.", "vae.post_quant_conv."),
    "denoiser": ("text_encoder.", "unet."),
}  # the parameters of each part
CROP_PX = 64  # the decoder is trained on windows of this side, and on whole pictures while its rate falls
SAMPLES = 320  # pictures whose principal components the latents are
PARTS = ("encoder", *OWN)
WEIGHT_MAX = 5.0  # of a clean latent's error: at little noise nothing is left to learn from the caption
PERSONS = {1: 0.8, 2: 0.13, 3: 0.07}  # shares of the denoiser's steps, as many persons in each batch
WARMUP = 100
SAVE_SECONDS = 300
CAST_WORDS = 16  # what load_sprites encodes; captions here are text


class Trainer:
    """One pipeline, the optimiser of the part that is trained, and a moving average of it."""

    def __init__(self, pipe: Any, part: str, device: str) -> None:
        self.pipe, self.part, self.device = pipe, part, torch.device(device)
        self.modules: dict[str, nn.Module] = {"vae": pipe.vae, "text_encoder": pipe.text_encoder, "unet": pipe.unet}
        self.parameters: dict[str, Tensor] = {}
        for name, module in self.modules.items():
            module.to(device).requires_grad_(False).eval()
            for key, parameter in module.named_parameters():
                if f"{name}.{key}".startswith(OWN[part]):
                    self.parameters[f"{name}.{key}"] = parameter.requires_grad_(True)
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.optimiser = Optimiser(self.parameters, RATES[part], matrices=part == "denoiser")
        # on a CPU the flash kernel's backward pass takes longer than plain products
        self.attention = [SDPBackend.MATH] if device == "cpu" else [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]
        self.noiser = DDPMScheduler.from_config(pipe.scheduler.config)
        self.encoder = tuple(part.to(device) for part in one_convolution(pipe.vae.cpu()))
        pipe.vae.to(device)
        self.steps = 0

    def loss(self, pictures: Tensor, texts: list[str], generator: torch.Generator) -> Tensor:
        clean = pictures.to(self.device)
        dtype = compute_dtype(self.device)
        with torch.autocast(self.device.type, dtype, enabled=dtype != torch.float32):
            if self.part == "denoiser":
                return self._velocity_loss(clean, texts, generator)
            return self._picture_loss(clean)

    @torch.no_grad()
    def latents(self, clean: Tensor) -> Tensor:
        """Of pictures, as the UNet knows them; in fp32, for which the encoder is made."""
        weight, bias = self.encoder
        with torch.autocast(self.device.type, enabled=False):
            return F.conv2d(clean, weight, bias, stride=weight.shape[-1])

    def _picture_loss(self, clean: Tensor) -> Tensor:
        drawn = self.pipe.vae.decode(self.latents(clean)).sample.float()
        edges = F.l1_loss(drawn.diff(dim=2), clean.diff(dim=2)) + F.l1_loss(drawn.diff(dim=3), clean.diff(dim=3))
        loss: Tensor = F.l1_loss(drawn, clean) + edges
        return loss

    def _velocity_loss(self, clean: Tensor, texts: list[str], generator: torch.Generator) -> Tensor:
        """The clean latents' mean square error times min(snr + 1, WEIGHT_MAX)."""
        tokenizer, latents = self.pipe.tokenizer, self.latents(clean)
        ids = tokenizer(texts, padding="max_length", truncation=True, max_length=77, return_tensors="pt").input_ids
        with torch.autocast(self.device.type, enabled=False):
            states = self.pipe.text_encoder(ids.to(self.device)).last_hidden_state
        t = torch.randint(self.noiser.config.num_train_timesteps, (len(clean),), generator=generator).to(self.device)
        noise = torch.randn(latents.shape, generator=generator).to(self.device)
        noisy, velocity = self.noiser.add_noise(latents, noise, t), self.noiser.get_velocity(latents, noise, t)
        with sdpa_kernel(self.attention):
            predicted = self.pipe.unet(noisy, t, encoder_hidden_states=states).sample.float()
        weights = (WEIGHT_MAX * (1 - self.noiser.alphas_cumprod.to(self.device)[t])).clamp(max=1)
        loss: Tensor = ((predicted - velocity).square().mean(dim=(1, 2, 3)) * weights).mean()
        return loss

    def step(self, pictures: Tensor, texts: list[str], generator: torch.Generator, scale: float) -> float:
        loss = self.loss(pictures, texts, generator)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(list(self.parameters.values()), 1.0)
        self.optimiser.step(RATES[self.part] * scale)
        self.steps += 1
        keep = min(0.999, 1 - 10 / (10 + self.steps))
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                self.average[name].lerp_(parameter, 1 - keep)
        return float(loss.detach())

    def state(self, scenes: Scenes, generator: torch.Generator) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "average": self.average,
            "parameters": {name: p.detach() for name, p in self.parameters.items()},
            "optimiser": self.optimiser.state_dict(),
            "scenes": scenes.state(),
            "generator": generator.get_state(),
        }

    def take(self, state: dict[str, Any], scenes: Scenes, generator: torch.Generator) -> None:
        """Goes on from what `state` returned, with the very next picture."""
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state["parameters"][name])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.steps = state["average"], state["steps"]
        scenes.restore(state["scenes"])
        generator.set_state(state["generator"])


def take_finished(pipe: Any, folder: Path, parts: tuple[str, ...]) -> None:
    """The average weights of other parts that were trained before, where there are any."""
    modules = {"vae": pipe.vae, "text_encoder": pipe.text_encoder, "unet": pipe.unet}
    named = {f"{m}.{n}": p for m, module in modules.items() for n, p in module.named_parameters()}
    for part in parts:
        if not (folder / f"{part}.pt").exists():
            continue
        state = torch.load(folder / f"{part}.pt", map_location="cpu", weights_only=True)
        with torch.no_grad():
            for name, value in state["average"].items():
                named[name].copy_(value)


def take_start(pipe: Any, folder: Path) -> None:
    """Starts from the weights of the pipeline in FOLDER; words that both know keep their embeddings."""
    start = StableDiffusionPipeline.from_pretrained(folder)
    known = start.tokenizer.get_vocab()
    states = {part: getattr(start, part).state_dict() for part in ("vae", "unet", "text_encoder")}
    (name,) = (name for name in states["text_encoder"] if name.endswith("token_embedding.weight"))
    rows = pipe.text_encoder.state_dict()[name].clone()
    for word, number in pipe.tokenizer.get_vocab().items():
        if word in known:
            rows[number] = states["text_encoder"][name][known[word]]
    states["text_encoder"][name] = rows
    for part, state in states.items():
        getattr(pipe, part).load_state_dict(state)


def export(pipe: Any, folder: Path) -> None:
    """The folder in diffusers' format, fp16: what `base add` registers."""
    save_pipeline(pipe, folder, torch.float16)


def save(state: dict[str, Any], path: Path) -> None:
    with whole_file(path) as part:
        torch.save(state, part)


def add_encoder(pipe: Any, folder: Path, scenes: Scenes | None) -> None:
    """Keeps the encoder as a finished part of a run that has none: computed from scenes, or as it is without them."""
    if scenes is not None:
        set_encoder(pipe.vae, scenes.make(SAMPLES)[0])
    own = {f"vae.{name}": value for name, value in pipe.vae.named_parameters() if f"vae.{name}".startswith(ENCODER)}
    save({"average": {name: value.detach() for name, value in own.items()}}, folder / "encoder.pt")


def windows(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """A window of CROP_PX a side, the same for the whole batch: as much to learn from, a quarter of the work."""
    top, left = torch.randint(pictures.shape[-1] - CROP_PX + 1, (2,), generator=generator).tolist()
    return pictures[..., top : top + CROP_PX, left : left + CROP_PX]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sprites", type=Path, required=True, help="folder that the cast world's render.ts wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=(*OWN, "export"), required=True)
    parser.add_argument(
        "--start", type=Path, help="folder of a pipeline of this network whose weights a first run takes"
    )
    parser.add_argument("--until", type=int, default=0, help="number of the last step")
    parser.add_argument("--cooldown", type=int, default=0, help="steps before it in which the rate falls to zero")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    world = json.loads((arguments.sprites / "world.json").read_text())
    pipe = make_pipeline(all_words(world), arguments.out / "words")
    if arguments.start is not None:
        take_start(pipe, arguments.start)
    take_finished(pipe, arguments.out, tuple(part for part in PARTS if part != arguments.part))
    if arguments.part == "export":
        export(pipe, arguments.out / "pipeline")
        return
    data = load_sprites(arguments.sprites, World.parse(world), SIDE_PX, CAST_WORDS)
    scenes, generator = Scenes(data, world, 0), torch.Generator().manual_seed(1)
    if not (arguments.out / "encoder.pt").exists():
        add_encoder(pipe, arguments.out, None if arguments.start else Scenes(data, world, 0))
    trainer, checkpoint = Trainer(pipe, arguments.part, arguments.device), arguments.out / f"{arguments.part}.pt"
    if checkpoint.exists():
        trainer.take(torch.load(checkpoint, weights_only=True), scenes, generator)
    run(trainer, scenes, generator, arguments)
    save(trainer.state(scenes, generator), checkpoint)


def run(trainer: Trainer, scenes: Scenes, generator: torch.Generator, arguments: argparse.Namespace) -> None:
    """Steps until the last one or SIGTERM. The rate follows from the step's number, so that a break changes nothing."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    started = saved = time.monotonic()
    smoothed: float | None = None
    while not stopping and trainer.steps < arguments.until:
        cooling = (arguments.until - trainer.steps) / arguments.cooldown if arguments.cooldown else 1.0
        scale = min(1.0, cooling, (trainer.steps + 1) / WARMUP)
        (persons,) = scenes.rng.choices(list(PERSONS), list(PERSONS.values())) if trainer.part == "denoiser" else (1,)
        pictures, texts = scenes.make(max(arguments.batch // persons, 1), persons)
        if trainer.part != "denoiser" and cooling >= 1:
            pictures = windows(pictures, generator)
        loss = trainer.step(pictures, texts, generator, scale)
        smoothed = loss if smoothed is None else 0.98 * smoothed + 0.02 * loss
        if trainer.steps % 50 == 0:
            line = {
                "part": trainer.part,
                "steps": trainer.steps,
                "loss": round(smoothed, 5),
                "seconds": round(time.monotonic() - started, 1),
                "cpu_seconds": round(time.process_time(), 1),
            }
            with (arguments.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > SAVE_SECONDS:
            save(trainer.state(scenes, generator), arguments.out / f"{trainer.part}.pt")
            saved = time.monotonic()


if __name__ == "__main__":
    main()
