"""A cast base of the true class with random weights and the true world: right for algebra, quick to make."""

from pathlib import Path

import pytest
import torch

from orthoplex.bases import load_base
from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.layout import read_layout

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def world() -> World:
    return World.read(ROOT / "gpu-runner/bases/cast-1/world.json")


@pytest.fixture(scope="session")
def random_base(world: World) -> CastBase:
    """fp32, every branch awake: zero-initialised outputs get small random values."""
    torch.manual_seed(0)
    model = CastModel(CastConfig(vocabulary_size=len(world.vocabulary)))
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    model.requires_grad_(False).eval()
    layout = read_layout(ROOT / "schema/bases/cast-1.json")
    sharpener = Sharpener().requires_grad_(False)
    return CastBase("cast-1", {"id": "cast-1"}, layout, model, sharpener, world, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="session")
def true_base() -> CastBase:
    """The published weights."""
    return load_base("cast-1")


def random_adapter(base: CastBase, slot: int, trigger: str, seed: int = 0) -> Adapter:
    generator = torch.Generator().manual_seed(seed)
    up = {
        name: torch.randn(shape.out_features, base.layout.rank, generator=generator).half() * 0.05
        for name, shape in base.layout.layers.items()
    }
    tokens = torch.randn(base.layout.tokens_shape, generator=generator).half()
    return Adapter(slot=slot, up=up, tokens=tokens, concept=trigger.strip("<>"), class_word="person", trigger=trigger)
