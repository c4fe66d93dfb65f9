"""A cast base of the true class and the true world, but narrow and shallow: jobs run for real in milliseconds."""

import copy
import json
from functools import cache
from pathlib import Path

import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.ortho.adapter import Adapter, write_adapter
from orthoplex.ortho.layout import layout_from
from orthoplex.runner.bases import LoadedBases

ROOT = Path(__file__).resolve().parents[3]
WIDTH, RESERVED, LAYERS = 128, 64, 1


@cache
def tiny_base() -> CastBase:
    """Random weights; every branch awake."""
    torch.manual_seed(0)
    world = World.read(ROOT / "gpu-runner/bases/cast-3/world.json")
    sizes = {"width": WIDTH, "reserved": RESERVED, "layers": LAYERS, "heads": 2, "text_layers": 1}
    config = CastConfig(vocabulary_size=len(world.vocabulary), **sizes)
    model = CastModel(config)
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    model.requires_grad_(False).eval()
    description = copy.deepcopy(json.loads((ROOT / "schema/bases/cast-2.json").read_text("utf-8")))
    description["basis"]["reserved"] = RESERVED
    description["tokens"] |= {"layers": LAYERS, "dim": config.word_width}
    description["layers"] = [
        {**layer, "in_features": WIDTH, "out_features": WIDTH}
        for layer in description["layers"]
        if int(layer["name"].split(".")[1]) < LAYERS
    ]
    layout = layout_from(description)
    sharpener = Sharpener(window=3, hidden=8).requires_grad_(False)
    return CastBase("cast-2", description, layout, model, sharpener, world, torch.device("cpu"), torch.float32)


def tiny_bases() -> LoadedBases:
    """The tiny base, held under the name that leases use."""
    return LoadedBases("cpu", load=lambda _id, _device: tiny_base(), expect=lambda _id, _device: 0)


def adapter_file(slot: int, trigger: str) -> bytes:
    """A file of an adapter for the tiny base, with random values."""
    layout = tiny_base().layout
    generator = torch.Generator().manual_seed(slot)
    up = {
        name: 0.05 * torch.randn(shape.out_features, layout.rank, generator=generator)
        for name, shape in layout.layers.items()
    }
    tokens = torch.randn(layout.tokens_shape, generator=generator)
    return write_adapter(Adapter(slot, up, tokens, trigger.strip("<>"), "person", trigger), layout)
