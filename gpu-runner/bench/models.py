"""Stable Diffusion bases of true classes with random weights, made on the device: nothing is downloaded.

XL in its true size, for a GPU; smaller ones for a CPU, where a step of the true 1.5 takes half a minute for a batch of
eight on one core, and ratios are what is looked for.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from bench.shapes import SD15, SDXL
from orthoplex.bases.options import LoadOptions
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.parts import SecondEncoder
from orthoplex.ortho.layout import layout_from
from orthoplex.sd_training.network import make_tokenizer

WORDS = ("person", "a", "photo", "of", "smiling", "in", "park", "and", "ada")
# Stability's configuration of XL, the same blocks narrow, and 1.5's blocks at half their width; XL has two encoders.
TINY_VAE = {"block_out_channels": (16, 16, 16, 16), "layers_per_block": 1, "norm_num_groups": 8}
HALF = {**SD15, "sample_size": 16, "block_out_channels": (160, 320, 640, 640)}
HALF_TEXT = (
    {"hidden_size": 768, "intermediate_size": 768, "num_hidden_layers": 2, "num_attention_heads": 12},
)  # fmt: skip
SIZES: dict[str, dict[str, Any]] = {
    "sdxl": {
        "unet": SDXL,
        "text": (
            {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12},
            {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
             "projection_dim": 1280, "hidden_act": "gelu"},
        ),
        "vae": {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "norm_num_groups": 32},
    },
    "tiny": {
        "unet": {
            **SDXL, "sample_size": 8, "block_out_channels": (32, 32, 64), "transformer_layers_per_block": (1, 1, 1),
            "cross_attention_dim": 64, "attention_head_dim": (4, 4, 8), "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + 24, "norm_num_groups": 8, "layers_per_block": 1,
        },
        "text": (
            {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
            {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2,
             "projection_dim": 24},
        ),
        "vae": TINY_VAE,
    },
    "half sd15": {"unet": HALF, "text": HALF_TEXT, "vae": TINY_VAE},
    "quick sd15": {"unet": {**HALF, "layers_per_block": 1}, "text": HALF_TEXT, "vae": TINY_VAE},
}  # fmt: skip
ABOUT = "SD 1.5's blocks at half the width, latents 16 x 16, fp32"
SIDE = 128  # px of their pictures


def make_base(size: str, device: torch.device, dtype: torch.dtype, options: LoadOptions) -> tuple[SdBase, Path]:
    """A base of SIZES, and the folder of its configurations, without weights."""
    torch.manual_seed(0)
    chosen, folder = SIZES[size], Path(tempfile.mkdtemp(prefix="orthoplex-bench-"))
    tokenizer = make_tokenizer(WORDS, folder / "words")
    tokenizer.save_pretrained(folder / "tokenizer")
    is_xl = len(chosen["text"]) == 2
    if is_xl:
        tokenizer.save_pretrained(folder / "tokenizer_2")
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    texts = [CLIPTextConfig(**each, **ends, max_position_embeddings=77) for each in chosen["text"]]
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading"
    )
    parts: dict[str, Any] = {}
    with torch.device(device):
        parts["unet"] = UNet2DConditionModel(**chosen["unet"])
        parts["text_encoder"] = CLIPTextModel(texts[0])
        if is_xl:
            parts["text_encoder_2"] = CLIPTextModelWithProjection(texts[1])
        parts["vae"] = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4,
            scaling_factor=0.13025 if is_xl else 0.18215, **chosen["vae"],
        )  # fmt: skip
    for name, module in parts.items():
        (folder / name).mkdir()
        save = module.save_config if hasattr(module, "save_config") else module.config.save_pretrained
        save(folder / name)
        torch.nn.Module.to(module, torch.float32 if name == "vae" else dtype).requires_grad_(False).eval()
    scheduler.save_config(folder / "scheduler")
    kind = f"StableDiffusion{'XL' if is_xl else ''}Pipeline"
    (folder / "model_index.json").write_text(json.dumps({"_class_name": kind}))
    base_id = f"bench-{size.replace(' ', '-')}"
    description = describe(folder, base_id, size)
    second = SecondEncoder(parts["text_encoder_2"], int(tokenizer.pad_token_id), zero_negative=True) if is_xl else None
    base = SdBase(
        id=base_id, description=description, layout=layout_from(description), model=parts["unet"],
        text_encoder=parts["text_encoder"], tokenizer=tokenizer, vae=parts["vae"],
        second=second,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        device=device, dtype=dtype, options=options,
    )  # fmt: skip
    return base, folder


def small_sd(quick: bool) -> SdBase:
    """The 1.x base of rows that run on a CPU, see ABOUT; `quick`: one layer a block."""
    return make_base("quick sd15" if quick else "half sd15", torch.device("cpu"), torch.float32, LoadOptions())[0]
