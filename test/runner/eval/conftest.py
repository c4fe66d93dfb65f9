"""A random base of the true class, small factors and drawn characters: enough for the algebra of the evaluation."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.eval.factors import LayerResidual
from orthoplex.eval.renders import Character
from orthoplex.ortho.layout import read_layout

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def random_base() -> CastBase:
    """fp32, every branch awake: zero-initialised outputs get small random values."""
    torch.manual_seed(0)
    world = World.read(ROOT / "gpu-runner/bases/cast-3/world.json")
    model = CastModel(CastConfig(vocabulary_size=len(world.vocabulary), layers=2))
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    model.requires_grad_(False).eval()
    layout = read_layout(ROOT / "schema/examples/reserved-channels.json")
    sharpener = Sharpener(scale=4).requires_grad_(False)
    return CastBase(
        layout.base,
        {"id": layout.base},
        layout,
        model,
        sharpener,
        world,
        torch.device("cpu"),
        torch.float32,
    )


@pytest.fixture(scope="session")
def characters(tmp_path_factory: pytest.TempPathFactory) -> list[Character]:
    """Two characters of three expressions, told apart by colour."""
    made = []
    for number, colour in enumerate([(200, 40, 90, 255), (40, 120, 220, 255)]):
        folder = tmp_path_factory.mktemp("concepts") / f"0{number}-drawn"
        folder.mkdir()
        for index, expression in enumerate(["neutral", "smiling", "sad"]):
            image = Image.new("RGBA", (128, 128))
            ImageDraw.Draw(image).ellipse((30, 30, 98, 98 + 4 * index), fill=colour)
            image.save(folder / f"{expression}.png")
        made.append(Character(folder.name, folder))
    return made


Make = Callable[[int], dict[str, LayerResidual]]


@pytest.fixture
def residuals_of() -> Make:
    """Residuals of two layers, 12 x 10, rank 3, by seed."""

    def make(seed: int) -> dict[str, LayerResidual]:
        generator = torch.Generator().manual_seed(seed)

        def draw(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator)

        return {layer: LayerResidual(draw(12, 3), draw(3, 10)) for layer in ("a", "b")}

    return make
