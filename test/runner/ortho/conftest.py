"""A real two-block attention model, small enough that its algebra is checked in milliseconds, and its layout."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import settings
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.layout import LayerShape, Layout
from orthoplex.ortho.residual import Residual

WIDTH, TEXT_WIDTH, RANK = 144, 128, 8

# The same examples in every run, and no time limit on a shared machine.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.load_profile("steady")

# Matrices this small gain nothing from a second thread, and wait for it on a busy machine.
torch.set_num_threads(1)


class Attention(nn.Module):
    """Multi-head-free attention with the layer names of diffusers."""

    def __init__(self, width: int, context_width: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context_width, width, bias=False)
        self.to_v = nn.Linear(context_width, width, bias=False)
        self.to_out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (B, T, width), context (B, S, context_width) or None for self-attention."""
        source = x if context is None else context
        mixed: Tensor = self.to_out(scaled_dot_product_attention(self.to_q(x), self.to_k(source), self.to_v(source)))
        return mixed


class TinyDenoiser(nn.Module):
    """Self-attention, then cross-attention on text, each with its input added."""

    def __init__(self) -> None:
        super().__init__()
        self.attn1 = Attention(WIDTH, WIDTH)
        self.attn2 = Attention(WIDTH, TEXT_WIDTH)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        """x (B, T, WIDTH), text (B, S, TEXT_WIDTH) to (B, T, WIDTH)."""
        x = x + self.attn1(x)
        out: Tensor = x + self.attn2(x, text)
        return out


@pytest.fixture
def layout() -> Layout:
    def shape_of(layer: str) -> LayerShape:
        return LayerShape(WIDTH, TEXT_WIDTH if layer in ("attn2.to_k", "attn2.to_v") else WIDTH)

    names = [f"attn{block}.to_{part}" for block in (1, 2) for part in ("q", "k", "v", "out")]
    return Layout(
        base="tiny-1",
        basis="signed-dct-2",
        basis_seed=7,
        rank=RANK,
        tokens_shape=(2, 3, 16),
        residual_norm_max=64.0,
        layers={name: shape_of(name) for name in names},
    )


@pytest.fixture
def model() -> TinyDenoiser:
    torch.manual_seed(0)
    return TinyDenoiser().requires_grad_(False)


@pytest.fixture
def inputs() -> tuple[Tensor, Tensor]:
    """x (3, 10, WIDTH) and text (3, 5, TEXT_WIDTH)."""
    source = torch.Generator().manual_seed(1)
    return torch.randn(3, 10, WIDTH, generator=source), torch.randn(3, 5, TEXT_WIDTH, generator=source)


@pytest.fixture
def residual(layout: Layout) -> Callable[..., Residual]:
    """Makes a residual with random ups: residual(slot, strength=..., masks=...)."""

    def make(slot: int, strength: float = 0.6, **more: object) -> Residual:
        source = torch.Generator().manual_seed(1000 + slot)
        up = {
            name: 0.1 * torch.randn(shape.out_features, layout.rank, generator=source)
            for name, shape in layout.layers.items()
        }
        return Residual(slot=slot, up=up, strength=strength, **more)  # type: ignore[arg-type]

    return make


@pytest.fixture
def adapter(layout: Layout) -> Adapter:
    source = torch.Generator().manual_seed(2)
    return Adapter(
        slot=5,
        up={
            name: 0.1 * torch.randn(shape.out_features, layout.rank, generator=source).half()
            for name, shape in layout.layers.items()
        },
        tokens=torch.randn(layout.tokens_shape, generator=source).half(),
        concept="Ada of the tests",
        class_word="person",
        trigger="<ada>",
        training={"steps": 120, "seed": 3},
        modelspec={"author": "Test Publisher", "license": "CC-BY-4.0"},
    )
