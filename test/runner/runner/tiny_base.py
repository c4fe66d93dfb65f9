"""A cast base of the true class and the true world, but narrow and shallow: jobs run for real in milliseconds."""

import copy
import json
from functools import cache
from pathlib import Path

import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.ortho.adapter import Adapter, write_adapter
from orthoplex.ortho.layout import layout_from
from orthoplex.runner.bases import LoadedBases

ROOT = Path(__file__).resolve().parents[3]
WIDTH, LAYERS = 128, 2


@cache
def tiny_base() -> CastBase:
    """Random weights; every branch awake."""
    torch.manual_seed(0)
    world = World.read(ROOT / "gpu-runner/bases/cast-3/world.json")
    sizes = {"width": WIDTH, "layers": LAYERS, "heads": 2, "text_layers": 1, "decoder_channels": 8}
    config = CastConfig(vocabulary_size=len(world.vocabulary), **(SIZES["cast-3"] | sizes))
    model = CastModel(config)
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    model.requires_grad_(False).eval()
    description = copy.deepcopy(json.loads((ROOT / "schema/bases/cast-3.json").read_text("utf-8")))
    description["tokens"]["dim"] = WIDTH
    full = CastConfig(vocabulary_size=0, **SIZES["cast-3"]).width
    for kind in ("layers", "entries"):
        description[kind] = [
            {key: value * WIDTH // full if key.endswith("features") else value for key, value in layer.items()}
            for layer in description[kind]
            if int(layer["name"].split(".")[1]) < LAYERS
        ]
    layout = layout_from(description)
    sharpener = Sharpener(scale=2, channels=8).requires_grad_(False)
    return CastBase("cast-3", description, layout, model, sharpener, world, torch.device("cpu"), torch.float32)


def tiny_bases() -> LoadedBases:
    """A tiny base of its own, under the name that leases use: two runners of one test must not attach to one model."""
    return LoadedBases("cpu", load=lambda _id, _device: copy.deepcopy(tiny_base()), expect=lambda _id, _device: 0)


def adapter_file(slot: int, trigger: str) -> bytes:
    """A file of an adapter for the tiny base, with random values."""
    layout = tiny_base().layout
    generator = torch.Generator().manual_seed(slot)
    up = {
        name: 0.05 * torch.randn(shape.out_features, layout.rank, generator=generator)
        for name, shape in layout.layers.items()
    }
    count = layout.tokens_shape[0]
    entries = {name: torch.randn(count, out, generator=generator) for name, out in layout.entries.items()}
    none = torch.zeros(0, 0, 0)
    return write_adapter(Adapter(slot, up, none, trigger.strip("<>"), "person", trigger, entries=entries), layout)
