"""Trains a cast base from sprites: `python -m orthoplex.cast_training.base --sprites DIR --out DIR --minutes 60`.

Rectified flow with x-prediction; Muon for matrices, AdamW for the rest; fp32 masters, low-precision compute copy.
Where bfloat16 is slow (CPUs without AVX-512 bf16) all is fp32 and AdamW: Muon's products would take a third of a step.
Runs on CPU or GPU, resumes from OUT/checkpoint.pt, logs to OUT/log.jsonl. Reads and writes files only there.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from orthoplex.bases.cast.flow import LOW_SHARE, edge_weights, flow_loss, noise_levels
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel, level_seen_as
from orthoplex.bases.cast.pack import load_pack
from orthoplex.bases.cast.scene import BACKGROUNDS, NULL, PAD, background_masks, colour_entry, compose, draw_backgrounds
from orthoplex.bases.cast.sprites import SpriteSet, load_sprites
from orthoplex.bases.cast.world import World
from orthoplex.bases.device import compute_dtype


@dataclass(frozen=True)
class Scenes:
    """One training batch of scenes with P persons each."""

    pictures: Tensor  # (B, 3, 64, 64 P) in [-1, 1]
    words: Tensor  # (B, P, S)
    colours: Tensor  # (B, P, S, 4)
    places: Tensor  # (B, P)


class SceneMaker:
    """Endless scenes from a sprite set: random persons, backgrounds and places, captions dropped at random."""

    def __init__(self, data: SpriteSet, world: World, config: CastConfig, generator: torch.Generator) -> None:
        self.data, self.world, self.config, self.generator = data, world, config, generator
        self.masks = background_masks(config.cells, config.cell_px)
        self.background_words = torch.tensor([world.background(kind) for kind in BACKGROUNDS])
        self.face_words = torch.zeros(len(world.vocabulary), dtype=torch.bool)
        self.face_words[world.face_words()] = True

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator)

    def make(self, batch: int, persons: int) -> Scenes:
        config = self.config
        chosen = torch.randint(len(self.data), (batch, persons), generator=self.generator)
        # half plain, the rest spread over the patterned kinds; colours from vivid to pale
        kinds = torch.randint(1, len(BACKGROUNDS), (batch,), generator=self.generator)
        kinds = torch.where(self.uniform(batch) < 0.45, torch.zeros_like(kinds), kinds)
        rgb = self.uniform(batch, 3)
        rgb = rgb + (1 - rgb) * self.uniform(batch, 1) * 0.8
        place = torch.randint(config.cells, (batch, 1), generator=self.generator)
        places = place if persons == 1 else torch.arange(persons).expand(batch, persons).contiguous()
        masks = self.masks[:, :, : persons * config.cell_px]
        pictures = compose(self.data.sprites[chosen].float() / 255, draw_backgrounds(kinds, rgb, masks))
        words = self.data.captions.words[chosen].clone()  # (B, P, S)
        colours = self.data.captions.colours[chosen].clone()
        words[:, :, 0] = self.background_words[kinds][:, None]
        colours[:, :, 0] = colour_entry(rgb)[:, None]
        self._drop(words, colours)
        return Scenes(pictures, words, colours, places)

    def _drop(self, words: Tensor, colours: Tensor) -> None:
        """A tenth of the scenes lose their caption (guidance), a person in eight half its words, one in six its face.

        Without the words of mouth and eyes only the expression is left to say them: that is all a concept's prompt has.
        """
        batch, persons, _ = words.shape
        pad, null = self.world.vocabulary[PAD], self.world.vocabulary[NULL]
        sparse = self.uniform(batch, persons, 1) < 0.12
        lost = sparse & (self.uniform(*words.shape) < 0.5)
        lost |= (self.uniform(batch, persons, 1) < 0.17) & self.face_words[words]
        words[lost] = pad
        colours[lost] = 0
        unconditional = self.uniform(batch) < 0.1
        words[unconditional] = pad
        words[unconditional, :, 0] = null
        colours[unconditional] = 0


def optimiser_groups(
    names: list[str], masters: dict[str, Tensor], rate: float, trunk_share: float
) -> list[dict[str, object]]:
    """Two groups: the decoder and other new parts at the full rate, the trunk at a share of it."""
    new = [name for name in names if name.startswith(("decoder.", "patch_in.", "patch_out."))]
    old = [name for name in names if name not in new]
    return [
        {"params": [masters[name] for name in some], "lr": share * rate, "base": share * rate}
        for some, share in ((new, 1.0), (old, trunk_share))
        if some
    ]


def split_parameters(model: nn.Module) -> tuple[list[str], list[str]]:
    """Names for Muon (matrices inside blocks) and for AdamW (everything else)."""
    muon: list[str] = []
    adam: list[str] = []
    for name, parameter in model.named_parameters():
        inside = "blocks." in name and parameter.ndim == 2 and not name.endswith("scale_shift_table")
        (muon if inside else adam).append(name)
    return muon, adam


class Trainer:
    """Masters in fp32, a compute copy in `dtype`, an exponential moving average of the masters."""

    def __init__(
        self, config: CastConfig, device: str, dtype: torch.dtype, *, learning_rate: float, floor: float,
        high_share: float, trunk_share: float = 1.0,
    ) -> None:  # fmt: skip
        torch.manual_seed(0)
        self.floor, self.high_share = floor, high_share
        self.device, self.learning_rate = device, learning_rate
        # 64 positions are few: on a CPU plain products beat the flash kernel's backward pass by a tenth of a step
        self.attention = [SDPBackend.MATH] if device == "cpu" else [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]
        self.model = CastModel(config).to(device)
        self.masters = {name: p.detach().clone().requires_grad_() for name, p in self.model.named_parameters()}
        self.average = {name: p.detach().clone() for name, p in self.masters.items()}
        self.model.to(dtype)
        muon, adam = split_parameters(self.model)
        if dtype == torch.float32:
            muon, adam = [], muon + adam
        self.optimisers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                optimiser_groups(adam, self.masters, learning_rate, trunk_share),
                betas=(0.9, 0.98), weight_decay=0.0, fused=True,
            ),
        ]  # fmt: skip
        if muon:
            groups = optimiser_groups(muon, self.masters, learning_rate, trunk_share)
            self.optimisers.append(torch.optim.Muon(groups, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"))
        self.samples = 0
        self.steps = 0

    def step(self, scenes: Scenes, generator: torch.Generator, lr_scale: float) -> float:
        """One step on one batch; returns its loss."""
        dtype = next(self.model.parameters()).dtype
        clean = scenes.pictures.to(self.device)
        low = LOW_SHARE if self.model.config.coarse > 1 else 0.0
        seen = noise_levels(len(clean), generator, self.high_share, low).to(self.device)
        t = level_seen_as(seen, self.model.config.coarse)
        noise = torch.randn(clean.shape, generator=generator).to(self.device)
        level = t[:, None, None, None]
        noisy = (1 - level) * clean + level * noise
        places = scenes.places.to(self.device)
        context = self.model.encode(scenes.words.to(self.device), scenes.colours.to(self.device, dtype), places)
        with sdpa_kernel(self.attention):
            predicted = self.model(noisy.to(dtype), t, context, places)
            weights = edge_weights(clean) if self.model.config.coarse > 1 else None
            loss = flow_loss(predicted, clean, seen, floor=self.floor, weights=weights)
            loss.backward()  # type: ignore[no-untyped-call]
        for name, parameter in self.model.named_parameters():
            assert parameter.grad is not None
            self.masters[name].grad = parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self.masters.values(), 1.0)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["base"] * lr_scale
            optimiser.step()
        self.steps += 1
        self.samples += len(clean)
        keep = min(0.999, 1 - 10 / (10 + self.steps))
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                parameter.copy_(self.masters[name])
                self.average[name].lerp_(self.masters[name], 1 - keep)
        return float(loss.detach())

    def save(self, folder: Path) -> None:
        state = {
            "masters": {name: p.detach() for name, p in self.masters.items()},
            "average": self.average,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "samples": self.samples,
            "steps": self.steps,
        }
        temporary = folder / "checkpoint.tmp"
        torch.save(state, temporary)
        temporary.replace(folder / "checkpoint.pt")

    def resume(self, folder: Path) -> bool:
        path = folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                self.masters[name].copy_(state["masters"][name])
                self.average[name].copy_(state["average"][name])
                parameter.copy_(self.masters[name])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.samples, self.steps = state["samples"], state["steps"]
        return True

    def start_from(self, weights: Path) -> None:
        """Loads a published base's weights; the optimisers start empty. See `fitted` for a base of another shape."""
        with safe_open(weights, "pt") as file:
            stored = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                value = fitted(name, stored, self.masters[name], config=self.model.config, generator=generator)
                for copy in (self.masters[name], self.average[name], parameter):
                    copy.copy_(value)


def fitted(
    name: str, stored: dict[str, Tensor], fresh: Tensor, *, config: CastConfig, generator: torch.Generator
) -> Tensor:
    """A parameter of a larger base from those of a smaller one, so that both draw the same small picture at first.

    Patches of twice the side begin with the old weights spread over 2 x 2 pixels, which is the average of these; words
    that get more channels say nothing there at first, and keys and values hear a little of them, so that both learn.
    """
    if name not in stored:
        return fresh
    old = stored[name]
    if old.shape == fresh.shape and not (
        config.reserved == 0 and name.endswith(("attn2.to_k.weight", "attn2.to_v.weight"))
    ):
        return old
    if name == "patch_in.weight":
        side = config.patch_px // config.coarse
        spread = old.view(len(old), 3, side, side) / config.coarse**2
        spread = spread.repeat_interleave(config.coarse, 2).repeat_interleave(config.coarse, 3)
        return spread.reshape(fresh.shape)
    if name in ("text_encoder.out.weight", "place_text.weight"):
        value = torch.zeros_like(fresh)
        value[: old.shape[0], : old.shape[1]] = old
        return value
    silent = ~old.any(dim=0)  # channels that the smaller base reserved
    return torch.where(silent, 0.05 * torch.randn(old.shape, generator=generator), old)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sprites", type=Path, required=True, help="folder that render.ts wrote, or a pack of it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", choices=list(SIZES), default="cast-3")
    parser.add_argument("--minutes", type=float, required=True, help="budget of this call")
    parser.add_argument(
        "--cooldown", type=float, default=0.0, help="share of the budget in which the rate falls to zero"
    )
    parser.add_argument("--weights", type=Path, help="start from a published base, where --out has no checkpoint yet")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--cells", type=int, default=24, help="persons a step; small steps learn most per sample here")
    parser.add_argument(
        "--crowds", type=float, nargs=3, default=(0.72, 0.23, 0.05), help="share of steps with 1, 2, 3 persons a scene"
    )
    parser.add_argument("--floor", type=float, default=0.5, help="lower it while cooling down: more weight on detail")
    parser.add_argument("--high-share", type=float, default=0.35, help="share of noise levels near pure noise")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument(
        "--trunk-rate", type=float, default=1.0, help="the trunk's share of --rate, where it is trained on"
    )
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    sizes = CastConfig(0, **SIZES[arguments.base])
    cell_px, length = sizes.cell_px, sizes.words
    if arguments.sprites.suffix == ".npz":
        world, data = load_pack(arguments.sprites, length)
    else:
        world = World.read(arguments.sprites / "world.json")
        data = load_sprites(arguments.sprites, world, cell_px, length)
    config = CastConfig(vocabulary_size=len(world.vocabulary), **SIZES[arguments.base])
    dtype = compute_dtype(torch.device(arguments.device))
    trainer = Trainer(
        config,
        arguments.device,
        dtype,
        learning_rate=arguments.rate,
        floor=arguments.floor,
        high_share=arguments.high_share,
        trunk_share=arguments.trunk_rate,
    )
    if not trainer.resume(arguments.out) and arguments.weights:
        trainer.start_from(arguments.weights)
    generator = torch.Generator().manual_seed(1 + trainer.steps)
    maker = SceneMaker(data, world, config, generator)
    started = saved = time.monotonic()
    budget = arguments.minutes * 60
    smoothed: float | None = None
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    while not stopping and (elapsed := time.monotonic() - started) < budget:
        cooling = (budget - elapsed) / (arguments.cooldown * budget) if arguments.cooldown else 1.0
        lr_scale = min(1.0, cooling, (trainer.steps + 1) / 100)
        shares = torch.tensor(arguments.crowds)
        persons = 1 + int(torch.multinomial(shares, 1, generator=generator))
        loss = trainer.step(maker.make(max(1, arguments.cells // persons), persons), generator, lr_scale)
        smoothed = loss if smoothed is None else 0.98 * smoothed + 0.02 * loss
        if trainer.steps % 50 == 0:
            line = {
                "steps": trainer.steps,
                "samples": trainer.samples,
                "loss": round(smoothed, 5),
                "lr_scale": round(lr_scale, 3),
            }
            line["seconds"] = round(time.monotonic() - started, 1)
            with (arguments.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > 300:
            trainer.save(arguments.out)
            saved = time.monotonic()
    trainer.save(arguments.out)


if __name__ == "__main__":
    main()
