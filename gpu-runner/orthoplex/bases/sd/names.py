"""The names of a Stable Diffusion base's layers in other programs' LoRA files. Pure.

PEFT: `unet.down_blocks.0...attn2.to_k`. kohya's scripts: `lora_unet_down_blocks_0_..._attn2_to_k` of SD 1.5, and of XL
the names of Stability's own code (SGM): `lora_unet_input_blocks_4_1_..._attn2_to_k`. Text encoders: `lora_te_` of
SD 1.5, `lora_te1_` and `lora_te2_` of XL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import nn

UNET, TEXT, TEXT_2 = "unet", "text_encoder", "text_encoder_2"
# diffusers' names within a residual block -> SGM's; attentions have one naming in both
_RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
_PLACE = re.compile(r"(down_blocks|up_blocks)\.(\d+)\.(attentions|resnets)\.(\d+)(?:\.(.+))?")
_SAMPLER = re.compile(r"(down_blocks|up_blocks)\.(\d+)\.(?:downsamplers|upsamplers)\.0\.conv")
_MIDDLE = re.compile(r"mid_block\.(attentions|resnets)\.(\d+)(?:\.(.+))?")
_WHOLE = {
    "conv_in": "input_blocks.0.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}  # fmt: skip


def sgm_name(name: str, layers_per_block: int, modules: Mapping[str, nn.Module]) -> str | None:
    """A layer of diffusers' UNet as Stability's code names it; None for what has no such name."""
    if name in _WHOLE:
        return _WHOLE[name]
    step = layers_per_block + 1
    if found := _SAMPLER.fullmatch(name):
        side, block = found[1], int(found[2])
        if side == "down_blocks":
            return f"input_blocks.{(block + 1) * step}.0.op"
        # behind the last block's residual block, and its attention where it has one
        has_attention = f"up_blocks.{block}.attentions.0" in modules
        return f"output_blocks.{block * step + layers_per_block}.{2 if has_attention else 1}.conv"
    if found := _MIDDLE.fullmatch(name):
        kind, number, rest = found[1], int(found[2]), found[3]
        return _within(f"middle_block.{1 if kind == 'attentions' else 2 * number}", kind, rest)
    if found := _PLACE.fullmatch(name):
        side, block, kind, number, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
        at = (
            f"input_blocks.{1 + block * step + number}"
            if side == "down_blocks"
            else f"output_blocks.{block * step + number}"
        )
        return _within(f"{at}.{1 if kind == 'attentions' else 0}", kind, rest)
    return None


def _within(place: str, kind: str, rest: str | None) -> str | None:
    if kind == "attentions":
        return f"{place}.{rest}" if rest else place
    return f"{place}.{_RESNET[rest]}" if rest in _RESNET else None


def kohya_name(part: str, name: str, sgm: str | None, is_xl: bool) -> str:
    """What kohya's scripts call a layer, without the ending."""
    if part == UNET:
        return f"lora_unet_{(sgm or name).replace('.', '_')}"
    prefix = {TEXT: "lora_te1" if is_xl else "lora_te", TEXT_2: "lora_te2"}[part]
    return f"{prefix}_text_model_{name.removeprefix('text_model.').replace('.', '_')}"


class LayerNames:
    """All layers of a base that a LoRA can change, and the names that files call them by."""

    def __init__(self, unet: nn.Module, text_encoders: Mapping[str, nn.Module], layers_per_block: int) -> None:
        """text_encoders: text_encoder, and of XL text_encoder_2."""
        modules = dict(unet.named_modules())
        self.is_xl = TEXT_2 in text_encoders
        self.kohya: dict[tuple[str, str], str] = {}
        self._known: dict[str, tuple[str, str]] = {}
        for name in _layers(unet):
            sgm = sgm_name(name, layers_per_block, modules)
            self.kohya[UNET, name] = kohya_name(UNET, name, sgm if self.is_xl else None, self.is_xl)
            self._learn((UNET, name), kohya_name(UNET, name, None, self.is_xl), f"{UNET}.{name}")
            if sgm is not None:
                self._learn((UNET, name), kohya_name(UNET, name, sgm, self.is_xl))
        for part, encoder in text_encoders.items():
            for name in _layers(encoder):
                own = name.removeprefix("text_model.")
                self.kohya[part, name] = kohya_name(part, name, None, self.is_xl)
                self._learn((part, name), self.kohya[part, name], f"{part}.{own}", f"{part}.text_model.{own}")

    def _learn(self, layer: tuple[str, str], *names: str) -> None:
        for name in names:
            self._known[name] = layer

    def find(self, name: str) -> tuple[str, str] | None:
        """(part, layer) of a name in a file, whichever program wrote it."""
        return self._known.get(name)


def _layers(model: nn.Module) -> list[str]:
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)]
