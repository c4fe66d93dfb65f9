"""Stable Diffusion pipelines of the true classes, small and with random weights, saved as diffusers saves them."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from orthoplex.sd_training.network import make_tokenizer

WORDS = ("person", "woman", "dog", "a", "picture", "of", "smiling", "sad", "in", "park", "and", "ada", "bob")
DIM = 32


def tokenizer(folder: Path) -> CLIPTokenizer:
    """CLIP's own tokenizer class over characters and a few whole words."""
    return make_tokenizer(WORDS, folder)


def text_config(words: CLIPTokenizer, layers: int = 2) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=DIM,
        intermediate_size=64,
        num_hidden_layers=layers,
        projection_dim=24,
        num_attention_heads=2,
        max_position_embeddings=77,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )


def tiny_vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(16, 16, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=64,
    )


def save_tiny_sd(folder: Path) -> Path:
    """FOLDER as a pipeline of 64 px pictures: 16 x 16 latents at 32 px, CLIP of two layers."""
    torch.manual_seed(0)
    words = tokenizer(folder / "words")
    text = text_config(words)
    unet = UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=DIM,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    scheduler = PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1,
        set_alpha_to_one=False,
    )  # fmt: skip
    pipeline = StableDiffusionPipeline(
        vae=tiny_vae(), text_encoder=CLIPTextModel(text), tokenizer=words, unet=unet, scheduler=scheduler,
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipeline.save_pretrained(folder / "pipeline")
    return folder / "pipeline"


def save_tiny_sdxl(folder: Path) -> Path:
    """FOLDER as an XL pipeline: two encoders, attention from the second level on, in one and in two layers a block."""
    torch.manual_seed(1)
    words = tokenizer(folder / "words")
    other = tokenizer(folder / "words_2")
    other.pad_token = "!" if "!" in other.get_vocab() else "a</w>"  # as XL's own: not the end of the text
    unet = UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2),
        cross_attention_dim=2 * DIM,
        attention_head_dim=(4, 8),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 24,
        norm_num_groups=8,
    )
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading"
    )
    pipeline = StableDiffusionXLPipeline(
        vae=tiny_vae(), text_encoder=CLIPTextModel(text_config(words)), tokenizer=words,
        text_encoder_2=CLIPTextModelWithProjection(text_config(other, layers=3)), tokenizer_2=other,
        unet=unet, scheduler=scheduler, add_watermarker=False,
    )  # fmt: skip
    pipeline.save_pretrained(folder / "pipeline")
    return folder / "pipeline"
