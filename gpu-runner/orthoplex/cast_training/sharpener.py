"""Trains a sharpener: `python -m orthoplex.cast_training.sharpener --sprites DIR --model FILE --out FILE`.

Pairs: a scene at 256 px a cell, and the same at the base's size with the faults of its pictures: grain, offsets between
patches, and for a quarter of them the base's own denoising of a lightly noised scene. A picture that the base has
redrawn differently trains nothing but blur, so the noise stays low.
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

DRAWS = 10  # steps on the windows of one batch of scenes


class Pairs:
    """Sprites at full size, and the base's pictures of the same scenes `scale` times smaller."""

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
        """(B, 3, E, E) with E the base's cell, and (B, 3, 256, 256), both in [-1, 1]."""
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
        t = torch.rand(batch, generator=self.generator) * 0.1 + 0.02
        level = t[:, None, None, None]
        noise = torch.randn(small.shape, generator=self.generator)
        quarter = batch // 4
        places, context = places[:quarter], context[:quarter]
        noisy = ((1 - level) * small + level * noise)[:quarter]
        drawn = self.model(noisy.to(dtype), t[:quarter], context, places).float()
        return torch.cat([drawn, self._grain(small[quarter:])]).clamp(-1, 1), large

    def _grain(self, small: Tensor) -> Tensor:
        """Pixel noise and an offset a patch, each of random strength, a fifth of the pictures without: like `small`."""
        batch, _, height, width = small.shape
        strength = torch.rand(batch, 1, 1, 1, generator=self.generator).square()
        strength = strength * (torch.rand(batch, 1, 1, 1, generator=self.generator) > 0.2)
        patch = self.model.config.patch_px
        offsets = torch.randn(batch, 3, height // patch, width // patch, generator=self.generator)
        offsets = F.interpolate(offsets, scale_factor=patch, mode="nearest")
        return small + strength * (0.08 * torch.randn(small.shape, generator=self.generator) + 0.05 * offsets)


def windows_of(small: Tensor, large: Tensor, sharpener: Sharpener) -> tuple[Tensor, Tensor]:
    """Every window of the small pictures (N, 3 * window^2) and what must be added to bicubic there (N, 3 scale^2)."""
    window, scale = sharpener.window, sharpener.scale
    padded = F.pad(small, [window // 2] * 4, mode="replicate")
    inputs = F.unfold(padded, window).transpose(1, 2).flatten(0, 1)
    targets = F.pixel_unshuffle(large - bicubic(small, scale), scale).flatten(2).transpose(1, 2).flatten(0, 1)
    return inputs, targets


def chosen_windows(targets: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Indices (count,): most anywhere, the rest where bicubic is wrong, for most of a drawing is flat."""
    weight = targets.abs().mean(dim=1)
    weight = weight / weight.mean() + 1.5
    return torch.multinomial(weight, count, replacement=True, generator=generator)


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
    torch.nn.init.zeros_(sharpener.last.weight)
    optimiser = torch.optim.AdamW(sharpener.parameters(), lr=arguments.rate, betas=(0.9, 0.99), weight_decay=0.0)
    started, budget, step = time.monotonic(), arguments.minutes * 60, 0
    while (elapsed := time.monotonic() - started) < budget:
        small, large = pairs.make(16)
        inputs, targets = windows_of(small, large, sharpener)
        for _ in range(DRAWS):
            here = chosen_windows(targets, 8192, generator)
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
                residual = sharpener.residual_of_windows(inputs[here])
            loss = F.l1_loss(residual.float(), targets[here])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * min(1.0, 2 * (1 - elapsed / budget))
            optimiser.step()
            step += 1
        if step % (10 * DRAWS) == 0:
            plain = float(targets[here].abs().mean())
            line = {"step": step, "l1": round(float(loss.detach()), 5), "bicubic_l1": round(plain, 5)}
            print(json.dumps(line | {"seconds": round(elapsed)}), flush=True)
    tensors = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in sharpener.state_dict().items()}
    save_file(tensors, arguments.out, {"format": "pt"})


if __name__ == "__main__":
    main()
