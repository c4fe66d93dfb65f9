"""The bases that the conformance suite runs on: the embedded one, and Stable Diffusion pipelines made here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from orthoplex.bases import AnyBase, load_base
from orthoplex.bases.options import LoadOptions
from orthoplex.ortho.adapter import Adapter

FAMILIES = ("cast", "sd", "sdxl", "zimage")
PUBLISHED = "sd-mini"  # trained weights of a family whose others here are random


def in_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bases are loaded in fp32, as pipelines of diffusers are, also where the processor multiplies bfloat16."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="package", autouse=True)
def few_companions() -> Iterator[None]:
    """Concepts are trained beside people whom the base draws first: as many as usual would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orthoplex.bases.cast.base.COMPANIONS", 4)
        patch.setattr("orthoplex.bases.cast.base.COMPANION_STEPS", 2)
        patch.setattr("orthoplex.train.companions.STEPS", 2)
        yield


@pytest.fixture(scope="session")
def sd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
    from .tiny_sd import save_tiny_sd

    return save_tiny_sd(tmp_path_factory.mktemp("sd"))


@pytest.fixture(scope="session")
def sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
    from .tiny_sd import save_tiny_sdxl

    return save_tiny_sdxl(tmp_path_factory.mktemp("sdxl"))


@pytest.fixture(scope="session")
def zimage_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("diffusers", reason="needs requirements-sd.txt")
    from .tiny_zimage import save_tiny_zimage

    return save_tiny_zimage(tmp_path_factory.mktemp("zimage"))


@pytest.fixture(scope="session")
def bases(sd_folder: Path, sdxl_folder: Path, zimage_folder: Path) -> dict[str, Callable[[torch.dtype], AnyBase]]:
    """Family -> the base at a precision."""
    from orthoplex.bases.sd.base import load_sd
    from orthoplex.bases.sd.describe import describe

    def cast(dtype: torch.dtype) -> Any:
        from dataclasses import replace

        base: Any = load_base("cast-3")
        return replace(base, model=base.model.to(dtype), dtype=dtype)

    def sd(dtype: torch.dtype) -> Any:
        return load_sd(sd_folder, describe(sd_folder, "tiny-sd", "Tiny SD"), torch.device("cpu"), dtype)

    def sdxl(dtype: torch.dtype) -> Any:
        return load_sd(sdxl_folder, describe(sdxl_folder, "tiny-sdxl", "Tiny XL"), torch.device("cpu"), dtype)

    def zimage(dtype: torch.dtype) -> Any:
        from orthoplex.bases.zimage.base import load_zimage
        from orthoplex.bases.zimage.describe import describe as described

        return load_zimage(zimage_folder, described(zimage_folder, "tiny-zimage", "Tiny Z"), torch.device("cpu"), dtype)

    def published(dtype: torch.dtype) -> Any:
        return load_base(PUBLISHED, "cpu", LoadOptions(dtype=dtype))

    return {"cast": cast, "sd": sd, "sdxl": sdxl, "zimage": zimage, PUBLISHED: published}


@pytest.fixture(scope="session", params=[*FAMILIES, PUBLISHED])
def base(request: pytest.FixtureRequest, bases: dict[str, Callable[[torch.dtype], AnyBase]]) -> AnyBase:
    """Each base in fp32."""
    return bases[request.param](torch.float32)


@pytest.fixture(scope="session", params=[f"{family} {dtype}" for family in FAMILIES for dtype in ("fp32", "bf16")])
def precise_base(request: pytest.FixtureRequest, bases: dict[str, Callable[[torch.dtype], AnyBase]]) -> AnyBase:
    """Each base in fp32 and in bf16."""
    family, dtype = request.param.split()
    return bases[family]({"fp32": torch.float32, "bf16": torch.bfloat16}[dtype])


def random_adapter(base: AnyBase, slot: int, trigger: str) -> Adapter:
    """An adapter that moves pictures visibly."""
    generator = torch.Generator().manual_seed(slot)
    layout = base.layout

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator).half()

    up = {name: draw(shape.out_features, layout.rank) * 0.05 for name, shape in layout.layers.items()}
    entries = {name: draw(layout.tokens_shape[0], out) for name, out in layout.entries.items()}
    tokens = torch.zeros(0, 0, 0).half() if entries else draw(*layout.tokens_shape)
    concept = trigger.strip("<>")
    return Adapter(slot, up, tokens, concept, "person", trigger, entries=entries)
