"""A random base of the true class, small factors and drawn characters: enough for the algebra of the evaluation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.eval.attention import with_tokens_a_layer
from orthoplex.eval.attributes import AttributeReader
from orthoplex.eval.cache import Cache
from orthoplex.eval.embedder import Embedder
from orthoplex.eval.factors import LayerResidual
from orthoplex.eval.judging import Judge
from orthoplex.eval.lab import Lab
from orthoplex.eval.renders import Character
from orthoplex.eval.settings import Settings
from orthoplex.eval.training import Trainer
from orthoplex.ortho.layout import read_layout

from ..cast.conftest import gated_description, made

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
    """Three characters of three expressions, distinguished by colour."""
    drawn = []
    for number, colour in enumerate([(200, 40, 90, 255), (40, 120, 220, 255), (60, 180, 40, 255)]):
        folder = tmp_path_factory.mktemp("concepts") / f"0{number}-drawn"
        folder.mkdir()
        for index, expression in enumerate(["neutral", "smiling", "sad"]):
            image = Image.new("RGBA", (128, 128))
            ImageDraw.Draw(image).ellipse((30, 30, 98, 98 + 4 * index), fill=colour)
            image.save(folder / f"{expression}.png")
        drawn.append(Character(folder.name, folder))
    return drawn


@pytest.fixture(scope="session")
def gated_base() -> CastBase:
    """As random_base, of cast-3's shape: entries, gates, cells of 128 px."""
    torch.manual_seed(2)
    world = World.read(ROOT / "gpu-runner/bases/cast-3/world.json")
    config = CastConfig(len(world.vocabulary), layers=2, **SIZES["cast-3"])
    return made(gated_description(config), CastModel(config), world, scale=2)


@pytest.fixture
def lab_of(characters: list[Character], tmp_path: Path) -> Callable[[CastBase, Settings], Lab]:
    """A lab with untrained judges over the drawn characters, none of whom is left to tuning."""

    def make(base: CastBase, settings: Settings) -> Lab:
        view = with_tokens_a_layer(base)
        drawn = [replace(character, cell_px=base.config.cell_px) for character in characters]
        torch.manual_seed(0)
        judge = Judge(MiddleColour().eval(), AttributeReader().eval(), drawn)
        cache = Cache(tmp_path)
        trainer = Trainer(view, settings, cache, "random")
        return Lab(
            base=view, settings=settings, cache=cache, trainer=trainer, judge=judge,
            characters={each.name: each for each in drawn}, published=base,
        )  # fmt: skip

    return make


class MiddleColour(Embedder):
    """Embeds a picture as the colour of its middle, which separates the drawn characters."""

    def __init__(self) -> None:
        super().__init__()
        self.threshold.fill_(0.9)
        self.equal_threshold.fill_(0.9)

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.nn.functional.normalize(pictures[:, :, 28:36, 28:36].mean(dim=(2, 3)), dim=-1)


Make = Callable[[int], dict[str, LayerResidual]]


@pytest.fixture
def residuals_of() -> Make:
    """Residuals of two layers, 12 x 10, rank 3, by seed."""

    def make(seed: int) -> dict[str, LayerResidual]:
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator)

        return {layer: LayerResidual(normal(12, 3), normal(3, 10)) for layer in ("a", "b")}

    return make
