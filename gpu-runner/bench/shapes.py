"""Layers of the true Stable Diffusion UNets with random weights: their names and shapes, never anybody's weights."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from orthoplex.bases.sd.describe import ENTRIES, gated_shapes, shapes_of
from orthoplex.ortho.basis import BASIS_NAME
from orthoplex.ortho.layout import LayerShape, Layout
from orthoplex.ortho.residual import Residual

RANK = 8
# As in unet/config.json of stable-diffusion-v1-5 and stable-diffusion-xl-base-1.0.
SD15: dict[str, Any] = {
    "sample_size": 64,
    "block_out_channels": (320, 640, 1280, 1280),
    "layers_per_block": 2,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
}
SDXL: dict[str, Any] = {
    "sample_size": 128,
    "block_out_channels": (320, 640, 1280),
    "layers_per_block": 2,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "cross_attention_dim": 2048,
    "attention_head_dim": (5, 10, 20),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}


def unet_on_meta(config: Mapping[str, Any]) -> nn.Module:
    with torch.device("meta"):
        model: nn.Module = UNet2DConditionModel(**config)
    return model


def random_weights(model: nn.Module) -> nn.Module:
    """The model on the CPU with small random weights, without the seconds that its own initialisation takes."""
    model.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-0.03, 0.03)
    return model.requires_grad_(False)


def layout_of(config: Mapping[str, Any], every: int = 1) -> Layout:
    """The layout of gated layers and entries as base add derives it; `every`: of `every` layers one."""
    model = unet_on_meta(config)
    layers = dict(list(gated_shapes(model).items())[::every])
    return layout_for({name: LayerShape(*shape) for name, shape in layers.items()}, model)


def one_of_each(config: Mapping[str, Any]) -> Layout:
    """One layer of every shape."""
    model = unet_on_meta(config)
    firsts = {shape: name for name, shape in reversed(gated_shapes(model).items())}
    return layout_for({name: LayerShape(*shape) for shape, name in firsts.items()}, model)


def layout_for(layers: Mapping[str, LayerShape], model: nn.Module) -> Layout:
    return Layout(
        base="bench", basis=BASIS_NAME, basis_seed=1, rank=RANK, tokens_shape=(4, 1, 1), residual_norm_max=64.0,
        layers=layers, entries={name: out for name, (out, _) in shapes_of(model, ENTRIES).items()}, gate_gain=4.0,
    )  # fmt: skip


class Layers(nn.Module):
    """Linear layers alone, under the names that they have in the model."""

    def __init__(self, layout: Layout, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        for name, shape in layout.layers.items():
            *path, last = name.split(".")
            parent: nn.Module = self
            for part in path:
                if part not in parent._modules:
                    parent.add_module(part, nn.Module())
                parent = parent.get_submodule(part)
            linear = nn.Linear(shape.in_features, shape.out_features, bias=False, device="meta", dtype=dtype)
            parent.add_module(last, linear)
        random_weights(self)

    def weights(self) -> list[Tensor]:
        return [parameter.data for parameter in self.parameters()]


def residuals(layout: Layout, slots: Iterable[int]) -> list[Residual]:
    """Random residuals of several strengths, in fp16 as files hold them."""
    made = []
    for place, slot in enumerate(slots):
        source = torch.Generator().manual_seed(slot)
        up = {
            name: (0.02 * torch.randn(shape.out_features, layout.rank, generator=source)).half()
            for name, shape in layout.layers.items()
        }
        made.append(Residual(slot, up, strength=0.7 + 0.1 * place))
    return made


def mebibytes(tensors: Iterable[Tensor]) -> int:
    return round(sum(tensor.numel() * tensor.element_size() for tensor in tensors) / 2**20)
