"""Trains a sharpener: `python -m orthoplex.cast_training.sharpener --sprites DIR --model FILE --out FILE`.

Pairs: a scene at 256 px a cell, and what the base predicts of it from its noised small version. Up to t = 1/2 the base
still recognises the scene, so both show the same, and the prediction has the noise that the base's pictures have.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, colour_entry, compose, draw_backgrounds
from orthoplex.bases.cast.sharpener import Sharpener, bicubic
from orthoplex.bases.cast.sprites import read_captions
from orthoplex.bases.cast.world import World, encode_captions
from orthoplex.bases.device import compute_dtype

CROPS = 4  # of each pair, for the base's prediction costs more than a step
LOWEST, HIGHEST = 0.02, 0.5  # levels of noise of the base's predictions


class Pairs:
    """Sprites at full size, and the base's predictions of the same scenes, `scale` times smaller."""

    def __init__(self, folder: Path, model: CastModel, world: World, generator: torch.Generator) -> None:
        self.model, self.generator, self.world = model, generator, world
        _, captions = read_captions(folder / "captions.jsonl")
        self.captions = encode_captions(world, captions, model.config.words)
        self.size = json.loads((folder / "world.json").read_text())["size"]
        self.scale = self.size // model.config.cell_px
        raw = np.fromfile(folder / "sprites.rgba", np.uint8)
        self.sprites = raw.reshape(len(captions), self.size, self.size, 4)
        self.masks = background_masks(1, self.size, supersample=2)
        self.background_words = torch.tensor([world.background(kind) for kind in BACKGROUNDS])

    @torch.no_grad()
    def make(self, batch: int) -> tuple[Tensor, Tensor]:
        """The base's predictions (B, 3, E, E), E its cell, and the scenes (B, 3, 256, 256), both in [-1, 1]."""
        chosen = torch.randint(len(self.sprites), (batch,), generator=self.generator)
        sprites = torch.from_numpy(self.sprites[chosen.numpy()].copy()).permute(0, 3, 1, 2)[:, None].float() / 255
        kinds = torch.randint(len(BACKGROUNDS), (batch,), generator=self.generator)
        colours = torch.rand(batch, 3, generator=self.generator) * 0.8 + 0.2
        large = compose(sprites, draw_backgrounds(kinds, colours, self.masks))
        small = F.avg_pool2d(large, self.scale)
        words, entries = self.captions.words[chosen].clone(), self.captions.colours[chosen].clone()
        words[:, 0] = self.background_words[kinds]
        entries[:, 0] = colour_entry(colours)
        dtype = next(self.model.parameters()).dtype
        places = torch.zeros(batch, 1, dtype=torch.long)
        context = self.model.encode(words[:, None], entries[:, None].to(dtype), places)
        t = torch.rand(batch, generator=self.generator) * (HIGHEST - LOWEST) + LOWEST
        level = t[:, None, None, None]
        noise = torch.randn(small.shape, generator=self.generator)
        noisy = (1 - level) * small + level * noise
        return self.model(noisy.to(dtype), t, context, places).float().clamp(-1, 1), large


def crops(small: Tensor, large: Tensor, side: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A random square of each pair: (B, 3, side, side) of the small picture, and the same area of the large one."""
    batch, _, size, _ = small.shape
    scale = large.shape[-1] // size
    steps = (size - side) // 2 + 1
    at = 2 * torch.randint(steps, (batch, 2), generator=generator)
    pairs = []
    for index, (top, left) in enumerate(at.tolist()):
        here = small[index, :, top : top + side, left : left + side]
        there = large[index, :, scale * top : scale * (top + side), scale * left : scale * (left + side)]
        pairs.append((here, there))
    return torch.stack([here for here, _ in pairs]), torch.stack([there for _, there in pairs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sprites", type=Path, required=True, help="folder of render.ts at 256 px")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", type=float, default=2e-3)
    arguments = parser.parse_args()
    world = World.read(arguments.sprites / "world.json")
    with safe_open(arguments.model, "pt") as file:
        config = CastConfig(**json.loads(file.metadata()["config"]))
    model = CastModel(config)
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(arguments.model).items()})
    dtype = compute_dtype(torch.device("cpu"))
    model.to(dtype).eval()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    pairs = Pairs(arguments.sprites, model, world, generator)
    sharpener = Sharpener(scale=pairs.scale)
    optimiser = torch.optim.AdamW(sharpener.parameters(), lr=arguments.rate, betas=(0.9, 0.99), weight_decay=0.0)
    started, budget, step = time.monotonic(), arguments.minutes * 60, 0
    while (elapsed := time.monotonic() - started) < budget:
        small, large = pairs.make(16)
        for _ in range(CROPS):
            here, there = crops(small, large, config.cell_px // 2, generator)
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
                predicted = sharpener(here)
            loss = F.l1_loss(predicted.float(), there)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * min(1.0, (step + 1) / 50, 2 * (1 - elapsed / budget))
            optimiser.step()
            step += 1
        if step % (10 * CROPS) == 0:
            plain = float(F.l1_loss(bicubic(here, pairs.scale), there))
            line = {"step": step, "l1": round(float(loss.detach()), 5), "bicubic_l1": round(plain, 5)}
            print(json.dumps(line | {"seconds": round(elapsed)}), flush=True)
    tensors = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in sharpener.state_dict().items()}
    save_file(tensors, arguments.out, {"format": "pt"})


if __name__ == "__main__":
    main()
