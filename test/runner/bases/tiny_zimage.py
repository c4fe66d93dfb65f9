"""A Z-Image pipeline of the true classes, small and with random weights, saved as diffusers saves it."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImagePipeline, ZImageTransformer2DModel
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3Model

from .tiny_sd import WORDS

DIM = 32
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def characters_of_bytes() -> list[str]:
    """The characters by which byte-level BPE calls the 256 bytes, as GPT-2 chose them."""
    own = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in own]
    return [chr(byte) for byte in own] + [chr(256 + number) for number in range(len(others))]


def tokenizer() -> Qwen2Tokenizer:
    """Qwen's own tokenizer class over bytes and a few whole words."""
    vocabulary = characters_of_bytes()
    merges = []
    for word in WORDS:
        for text in (word, f"Ġ{word}"):  # Ġ: a space before the word
            for end in range(2, len(text) + 1):
                if text[:end] not in vocabulary:
                    vocabulary.append(text[:end])
                    merges.append((text[: end - 1], text[end - 1]))
    made = Qwen2Tokenizer(vocab={name: number for number, name in enumerate(vocabulary)}, merges=merges)
    made.add_special_tokens({"additional_special_tokens": list(SPECIAL)})
    made.pad_token, made.eos_token = SPECIAL[0], SPECIAL[2]
    made.chat_template = TEMPLATE
    return made


def save_tiny_zimage(folder: Path) -> Path:
    """FOLDER as a pipeline of 128 px pictures: three joint blocks, Qwen3 of three layers, 16 latent channels."""
    torch.manual_seed(2)
    words = tokenizer()
    text = Qwen3Config(
        vocab_size=len(words), hidden_size=DIM, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=512,
    )  # fmt: skip
    transformer = ZImageTransformer2DModel(
        in_channels=16, dim=DIM, n_layers=3, n_refiner_layers=1, n_heads=4, n_kv_heads=4, cap_feat_dim=DIM,
        axes_dims=[4, 2, 2], axes_lens=[512, 64, 64],
    )  # fmt: skip
    for block in transformer.layers:  # as they are made, random blocks hardly change their stream
        torch.nn.init.normal_(block.adaLN_modulation[0].weight, std=0.2)
    vae = AutoencoderKL(
        latent_channels=16, block_out_channels=(16, 16, 16, 16), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1, norm_num_groups=8, sample_size=64,
        scaling_factor=0.3611, shift_factor=0.1159,
    )  # fmt: skip
    pipeline = ZImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0), vae=vae, text_encoder=Qwen3Model(text), tokenizer=words,
        transformer=transformer,
    )  # fmt: skip
    pipeline.save_pretrained(folder / "pipeline")
    return folder / "pipeline"
