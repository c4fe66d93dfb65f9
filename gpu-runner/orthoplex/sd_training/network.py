"""The network of sd-mini: the classes of Stable Diffusion 1.x, at most 14 MB in fp16. Random weights until trained.

128 px pictures, latents of 16 x 16 with 16 channels, attention to the words at both levels of the UNet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from orthoplex.sd_training.encoder import pass_through

BYTES_MAX = 14_000_000  # of all weights in fp16
SIDE_PX = 128
LATENT_CHANNELS = 16
TEXT_DIM = 128
UNET: dict[str, Any] = {
    "sample_size": 16,
    "in_channels": LATENT_CHANNELS,
    "out_channels": LATENT_CHANNELS,
    "block_out_channels": (96, 112),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": TEXT_DIM,
    "attention_head_dim": 2,  # heads: of four, attention alone was a third of a step on a CPU
    "norm_num_groups": 16,
}
VAE: dict[str, Any] = {
    "latent_channels": LATENT_CHANNELS,
    "scaling_factor": 1.0,
    "block_out_channels": (16, 32, 48, 64),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "sample_size": SIDE_PX,
}
# Stable Diffusion's levels of noise, so that every sampler of its users works; as in its version 2.1 the velocity is
# predicted, and sampling begins at the highest level.
SCHEDULE: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
}


def pieces(word: str, ranks: Mapping[tuple[str, str], int]) -> list[str]:
    """A word as byte-pair encoding cuts it: the earliest merge first. Later merges leave earlier words whole."""
    parts = [*word[:-1], f"{word[-1]}</w>"]
    while known := [pair for pair in pairwise(parts) if pair in ranks]:
        first = min(known, key=ranks.__getitem__)
        at = list(pairwise(parts)).index(first)
        parts[at : at + 2] = ["".join(first)]
    return parts


def make_tokenizer(words: Sequence[str], folder: Path) -> CLIPTokenizer:
    """CLIP's own tokenizer, whose vocabulary is characters and `words` as single tokens. FOLDER gets its two files."""
    characters = "abcdefghijklmnopqrstuvwxyz,.-'0123456789<>_"
    tokens = [*characters, *(f"{character}</w>" for character in characters)]
    ranks: dict[tuple[str, str], int] = {}
    for word in words:
        parts = pieces(word, ranks)
        while len(parts) > 1:
            pair = (parts[0], parts[1])
            ranks[pair] = len(ranks)
            tokens.append("".join(pair))
            parts = pieces(word, ranks)
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *map(" ".join, ranks)]) + "\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def make_pipeline(words: Sequence[str], folder: Path) -> StableDiffusionPipeline:
    """The whole pipeline with random weights; FOLDER is for the tokenizer's files."""
    tokenizer = make_tokenizer(words, folder)
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_DIM,
        intermediate_size=4 * TEXT_DIM,
        num_hidden_layers=4,
        num_attention_heads=4,
        projection_dim=TEXT_DIM,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(0)
    vae = AutoencoderKL(**VAE)
    pass_through(vae)  # from diffusers' own start the decoder sees no colours for hundreds of steps
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(**UNET),
        scheduler=DDIMScheduler(**SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def weight_bytes(pipe: StableDiffusionPipeline) -> int:
    """Of all parts in fp16."""
    return sum(2 * p.numel() for part in (pipe.vae, pipe.text_encoder, pipe.unet) for p in part.parameters())
