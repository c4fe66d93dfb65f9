"""A pipeline of Stable Diffusion 1.5's shape at half its width, random weights: what forward passes run on here.

A step of the true one takes half a minute for a batch of eight on one core; ratios are what is looked for.
"""

import tempfile
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from bench.shapes import SD15
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.ortho.adapter import Adapter
from orthoplex.sd_training.network import SCHEDULE, make_tokenizer

WORDS = ("person", "a", "and", "smiling")
DIM = 768
SIDE = 128  # px: latents of 16 x 16
ABOUT = "SD 1.5's blocks at half the width, latents 16 x 16, fp32"


def small_config(quick: bool) -> dict[str, Any]:
    layers = 1 if quick else 2
    return {**SD15, "sample_size": 16, "block_out_channels": (160, 320, 640, 640), "layers_per_block": layers}


def small_sd(quick: bool) -> SdBase:
    """The base, loaded as a registered pipeline is."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        words = make_tokenizer(WORDS, own / "words")
        text = CLIPTextConfig(
            vocab_size=len(words), hidden_size=DIM, intermediate_size=DIM, num_hidden_layers=2, num_attention_heads=12,
            bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id,
        )  # fmt: skip
        vae = AutoencoderKL(
            block_out_channels=(16,) * 4, down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1, norm_num_groups=8, sample_size=SIDE,
        )  # fmt: skip
        torch.manual_seed(0)
        scheduler = PNDMScheduler(
            **{key: value for key, value in SCHEDULE.items() if key != "clip_sample"}, skip_prk_steps=True
        )
        pipeline: Any = StableDiffusionPipeline(
            vae=vae, text_encoder=CLIPTextModel(text), tokenizer=words,
            unet=UNet2DConditionModel(**small_config(quick)),
            scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False,
        )  # fmt: skip
        pipeline.to(torch.float16).save_pretrained(own / "pipeline")
        description = describe(own / "pipeline", "bench-sd", "Bench")
        return load_sd(own / "pipeline", description, torch.device("cpu"), torch.float32)


def random_adapter(base: Any, slot: int, trigger: str) -> Adapter:
    """An adapter of the base's layout with small random numbers."""
    source = torch.Generator().manual_seed(slot + 1)
    layout = base.layout

    def draw(*shape: int) -> Tensor:
        return (0.02 * torch.randn(*shape, generator=source)).half()

    up = {name: draw(shape.out_features, layout.rank) for name, shape in layout.layers.items()}
    entries = {name: draw(layout.tokens_shape[0], out) for name, out in layout.entries.items()}
    tokens = torch.zeros(0, 0, 0).half() if entries else draw(*layout.tokens_shape)
    return Adapter(slot, up, tokens, trigger.strip("<>"), "person", trigger, entries=entries)
