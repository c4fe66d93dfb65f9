"""A cast base of the true class with random weights and the true world: right for algebra, quick to make."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from orthoplex.bases import load_base
from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.layout import layout_from

ROOT = Path(__file__).resolve().parents[3]
CHANNELS = ROOT / "schema/examples/reserved-channels.json"


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def world() -> World:
    return World.read(ROOT / "gpu-runner/bases/cast-3/world.json")


def awake(model: CastModel) -> CastModel:
    """Frozen, with every branch awake: zero-initialised outputs get small random values."""
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    for block in model.transformer_blocks:  # as in published weights: marks alone move nothing
        for linear in (block.attn2.to_k, block.attn2.to_v):
            linear.weight.data[:, model.config.word_width :] = 0
    return model.requires_grad_(False).eval()


def made(description: dict[str, Any], model: CastModel, world: World, scale: int = 4) -> CastBase:
    sharpener, cpu = Sharpener(scale=scale).requires_grad_(False), torch.device("cpu")
    layout = layout_from(description)
    return CastBase(layout.base, description, layout, awake(model), sharpener, world, cpu, torch.float32)


@pytest.fixture(scope="session")
def marked_base(world: World) -> CastBase:
    """Two blocks, cells of 64 px, half of the context's channels reserved for marked tokens."""
    torch.manual_seed(0)
    model = CastModel(CastConfig(vocabulary_size=len(world.vocabulary), layers=2))
    return made(json.loads(CHANNELS.read_text("utf-8")), model, world)


@pytest.fixture(scope="session")
def whole_base(world: World) -> CastBase:
    """A base of two blocks that reserves no channels: its words, and the slots of its adapters, have all of them."""
    torch.manual_seed(1)
    config = CastConfig(vocabulary_size=len(world.vocabulary), layers=2, reserved=0)
    description = json.loads(CHANNELS.read_text("utf-8"))
    del description["basis"]["reserved"], description["tokens"]["marker"]
    description["tokens"]["dim"] = config.width
    return made(description | {"id": "whole-1"}, CastModel(config), world)


def gated_description(config: CastConfig) -> dict[str, Any]:
    """What a base with entries and gated residuals says of itself, as far as the runner reads it."""
    blocks = [f"transformer_blocks.{block}" for block in range(config.layers)]
    width = config.width
    gated = {  # inputs and outputs
        "attn1.to_out": (width, width),
        "attn2.to_out": (width, width),
        "ff.up": (width, 4 * width),
        "ff.down": (4 * width, width),
    }
    return {
        "id": "cast-gated",
        "basis": {"name": "signed-dct-2", "seed": 1},
        "rank": 8,
        "tokens": {"count": 4, "layers": 1, "dim": width},
        "residual_norm_max": 64,
        "gate": {"gain": 4},
        "entries": [{"name": f"{b}.attn2.{n}", "out_features": width} for b in blocks for n in ("to_k", "to_v")],
        "layers": [
            {"name": f"{block}.{name}", "in_features": inputs, "out_features": outputs}
            for block in blocks
            for name, (inputs, outputs) in gated.items()
        ],
    }


@pytest.fixture(scope="session")
def gated_base(world: World) -> CastBase:
    """A base of cast-3's shape, three blocks deep: entries, gates, cells of 128 px, random weights."""
    torch.manual_seed(2)
    config = CastConfig(len(world.vocabulary), layers=3, **SIZES["cast-3"])
    return made(gated_description(config), CastModel(config), world, scale=2)


@pytest.fixture(scope="session", params=["marked_base", "gated_base"])
def random_base(request: pytest.FixtureRequest) -> CastBase:
    """What holds for concepts of either kind: marked tokens, and entries with gates."""
    base = request.getfixturevalue(request.param)
    assert isinstance(base, CastBase)
    return base


@pytest.fixture(scope="session")
def small_gated_base(world: World) -> CastBase:
    """The same in small: two blocks 64 wide, slots of rank 4. For what must be drawn hundreds of times."""
    torch.manual_seed(4)
    sizes = SIZES["cast-3"]
    config = CastConfig(len(world.vocabulary), width=64, layers=2, heads=2, text_layers=1, decoder_channels=16, **sizes)
    description = gated_description(config) | {"rank": 4}
    layout, sharpener = layout_from(description), Sharpener(channels=8, scale=2).requires_grad_(False)
    model = awake(CastModel(config))
    return CastBase("cast-gated", description, layout, model, sharpener, world, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="session")
def true_base() -> CastBase:
    """The published weights."""
    base = load_base("cast-3")
    assert isinstance(base, CastBase)
    return base


def random_adapter(base: CastBase, slot: int, trigger: str, seed: int = 0) -> Adapter:
    generator = torch.Generator().manual_seed(seed)
    up = {
        name: torch.randn(shape.out_features, base.layout.rank, generator=generator).half() * 0.05
        for name, shape in base.layout.layers.items()
    }
    tokens = torch.randn(base.layout.tokens_shape, generator=generator).half()
    entries = {
        name: torch.randn(base.layout.tokens_shape[0], out, generator=generator).half()
        for name, out in base.layout.entries.items()
    }
    if entries:
        tokens = torch.zeros(0, 0, 0).half()
    return Adapter(
        slot=slot,
        up=up,
        tokens=tokens,
        entries=entries,
        concept=trigger.strip("<>"),
        class_word="person",
        trigger=trigger,
    )
