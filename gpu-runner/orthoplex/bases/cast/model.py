"""The denoiser of the cast bases: a plain DiT over pixel patches with a text encoder over attribute tokens.

Predicts the clean picture (x-prediction, "Back to Basics", Li & He 2025) for rectified-flow sampling.
Attention projections are ordinary Linear layers with diffusers' names, so adapters attach to them by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class CastConfig:
    """Sizes of the network; the numbers are part of the base's identity."""

    vocabulary_size: int
    width: int = 256
    layers: int = 8
    heads: int = 4
    text_layers: int = 2
    patch_px: int = 8  # sides of a patch and of a cell; the coarse picture's are `coarse` times smaller
    cell_px: int = 64
    cells: int = 3  # places side by side
    words: int = 16  # caption length per person, padded
    reserved: int = 128  # last channels of the context, in which no word of the base says anything: adapters' own
    coarse: int = 1  # pixels a side that the trunk averages; above 1 a decoder adds what averaging loses
    decoder_channels: int = 64  # of the decoder, where there is one

    @property
    def word_width(self) -> int:
        """Channels that the base's own words use."""
        return self.width - self.reserved

    @property
    def grid(self) -> int:
        """Patches along one side of a cell."""
        return self.cell_px // self.patch_px

    def as_dict(self) -> dict[str, int]:
        """The sizes as files name them: a base without a decoder says nothing of one."""
        sizes = asdict(self)
        if self.coarse == 1:
            del sizes["coarse"], sizes["decoder_channels"]
        return sizes


SIZES: dict[str, dict[str, int]] = {  # what each base changes of the defaults
    "cast-3": {"patch_px": 16, "cell_px": 128, "coarse": 2, "reserved": 0},
}


def seen_level(t: Tensor, coarse: int) -> tuple[Tensor, Tensor]:
    """The noise level t' of a picture once `coarse` x `coarse` pixels are averaged, and the scale s of that average.

    Averaging divides the noise by `coarse` and leaves the picture: mean((1 - t) x0 + t n) = s ((1 - t') x0 + t' n'),
    s = (1 - t) + t / coarse, t' = t / (coarse s) (Hoogeboom et al. 2023, "simple diffusion", sec. 3.1). Both (B,).
    """
    if coarse == 1:
        return t, torch.ones_like(t)
    scale = (1 - t) + t / coarse
    return t / (coarse * scale), scale


def level_seen_as(seen: Tensor, coarse: int) -> Tensor:
    """The level t whose average has the level t': the inverse of `seen_level`."""
    return coarse * seen / (1 + (coarse - 1) * seen)


# One entry a region: how much of it each position takes (B, T, 1), and the words it may attend to (B, 1, T or 1, S).
Regions = Sequence[tuple[Tensor, Tensor]]


def patchify(pictures: Tensor, patch_px: int) -> Tensor:
    """(B, 3, H, W) -> (B, H/p * W/p, 3 * p * p), rows first."""
    batch, channels, height, width = pictures.shape
    p = patch_px
    split = pictures.reshape(batch, channels, height // p, p, width // p, p)
    return split.permute(0, 2, 4, 1, 3, 5).reshape(batch, (height // p) * (width // p), channels * p * p)


def unpatchify(patches: Tensor, patch_px: int, rows: int) -> Tensor:
    """(B, rows * columns, 3 * p * p) -> (B, 3, rows * p, columns * p)."""
    batch, count, dims = patches.shape
    p = patch_px
    columns = count // rows
    split = patches.reshape(batch, rows, columns, dims // (p * p), p, p)
    return split.permute(0, 3, 1, 4, 2, 5).reshape(batch, dims // (p * p), rows * p, columns * p)


def time_features(t: Tensor, width: int) -> Tensor:
    """Sinusoids of the noise level t in [0, 1]: (B,) -> (B, width)."""
    half = width // 2
    frequencies = torch.exp(-math.log(10000.0) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
    angles = t.float()[:, None] * 1000.0 * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Attention(nn.Module):
    """Multi-head attention with RMS-normed queries and keys; projections named as diffusers names them."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(width, width, bias=False)
        self.to_v = nn.Linear(width, width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)
        self.norm_q = nn.RMSNorm(width // heads)
        self.norm_k = nn.RMSNorm(width // heads)
        self.observer: Callable[[Tensor], None] | None = None  # is called with the probabilities (B, heads, T, S)

    def forward(
        self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None, regions: Regions | None = None
    ) -> Tensor:
        """x (B, T, C), context (B, S, C) or None for self-attention, mask (B, 1, T, S) True = may attend.

        regions: several masks at once, each weighted a position; the probabilities are their weighted sum.
        """
        source = x if context is None else context
        batch, tokens, width = x.shape
        shape = (batch, -1, self.heads, width // self.heads)
        q = self.norm_q(self.to_q(x).view(shape)).transpose(1, 2)  # (B, heads, T, C / heads)
        k = self.norm_k(self.to_k(source).view(shape)).transpose(1, 2)
        v = self.to_v(source).view(shape).transpose(1, 2)
        # On a CPU the fused attention's backward pass takes three times as long as the products' (docs/log.md).
        is_fused = not (q.requires_grad and q.device.type == "cpu")
        if self.observer is None and regions is None and is_fused:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            probabilities = attention_probabilities(q, k, mask, regions)
            if self.observer is not None:
                self.observer(probabilities)
            mixed = probabilities @ v
        out: Tensor = self.to_out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return out


def attention_probabilities(q: Tensor, k: Tensor, mask: Tensor | None, regions: Regions | None) -> Tensor:
    """softmax(q k^T / sqrt(d)), (B, heads, T, S); with regions sum_r weight_r(p) softmax over the words of region r."""
    logits = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
    if regions is None:
        return (logits if mask is None else logits.masked_fill(~mask, -math.inf)).softmax(dim=-1)
    parts = [
        weight[:, None].to(logits.dtype) * logits.masked_fill(~allowed, -math.inf).softmax(dim=-1)
        for weight, allowed in regions
    ]
    return torch.stack(parts).sum(dim=0)


class FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down(F.gelu(self.up(x), approximate="tanh"))
        return out


class TextBlock(nn.Module):
    """Bidirectional self-attention over one person's words."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.RMSNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.RMSNorm(width)
        self.ff = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        out: Tensor = x + self.ff(self.norm2(x))
        return out


class TransformerBlock(nn.Module):
    """Self-attention, cross-attention, feed-forward, modulated by one shared time signal plus a table of its own."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn1 = Attention(width, heads)
        self.attn2 = Attention(width, heads)
        self.ff = FeedForward(width)
        self.norm1 = nn.RMSNorm(width, elementwise_affine=False)
        self.norm2 = nn.RMSNorm(width)
        self.norm3 = nn.RMSNorm(width, elementwise_affine=False)
        self.scale_shift_table = nn.Parameter(torch.zeros(6, width))

    def forward(
        self,
        x: Tensor,
        context: Tensor,
        modulation: Tensor,
        regions: Regions | None,
        *,
        neighbours: Tensor | None = None,
    ) -> Tensor:
        """x (B, T, C), context (B, S, C), modulation (B, 6, C), neighbours (B, 1, T, T) or None."""
        table = modulation + self.scale_shift_table
        shift1, scale1, gate1, shift3, scale3, gate3 = table[:, :, None].unbind(dim=1)  # each (B, 1, C)
        x = x + gate1 * self.attn1(self.norm1(x) * (1 + scale1) + shift1, mask=neighbours)
        normed = self.norm2(x)
        if not regions or self.attn2.observer is not None:
            x = x + self.attn2(normed, context, regions=regions or None)
        else:
            for weight, mask in regions:
                x = x + weight.to(x.dtype) * self.attn2(normed, context, mask)
        out: Tensor = x + gate3 * self.ff(self.norm3(x) * (1 + scale3) + shift3)
        return out


class TextEncoder(nn.Module):
    """Attribute words of one person -> context vectors. Persons never see one another's words."""

    def __init__(self, config: CastConfig) -> None:
        super().__init__()
        self.words = nn.Embedding(config.vocabulary_size, config.width)
        self.colour = nn.Sequential(nn.Linear(9, config.width), nn.SiLU(), nn.Linear(config.width, config.width))
        self.blocks = nn.ModuleList(TextBlock(config.width, config.heads) for _ in range(config.text_layers))
        self.norm = nn.RMSNorm(config.width)
        self.out = nn.Linear(config.width, config.word_width, bias=False)

    def forward(self, words: Tensor, colours: Tensor) -> Tensor:
        """words (N, S) int, colours (N, S, 4): rgb in [-1, 1] and 1 where there is a colour -> (N, S, word_width)."""
        rgb, coloured = colours[..., :3], colours[..., 3:]
        features = torch.cat([rgb, (math.pi * rgb).sin(), (math.pi * rgb).cos()], dim=-1)
        x = self.words(words) + coloured * self.colour(features)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.out(self.norm(x))
        return out


class DetailDecoder(nn.Module):
    """What a small picture lacks: (B, 3, H / 2, W / 2) -> (B, 3, H, W), from tokens and the noisy picture.

    A patch of 16 x 16 pixels has 768 numbers, and a linear map from 256 channels reaches a plane of them: PCA of such
    patches at 256 dimensions keeps mouths at 31 dB. Here each token gives 4 x 4 cells of features, which three 3 x 3
    convolutions join with what the noisy picture shows there. Neighbouring patches meet, so there are no seams.
    """

    FEATURES = 32  # channels that each of the three inputs takes
    CELL_PX = 4  # pixels a side of a cell of features

    def __init__(self, width: int, patch_px: int, channels: int) -> None:
        super().__init__()
        self.side = patch_px // self.CELL_PX  # cells along a patch
        self.features = nn.Linear(width, self.side**2 * self.FEATURES)
        self.noisy = nn.Conv2d(3 * self.CELL_PX**2, self.FEATURES, 1)
        self.coarse = nn.Conv2d(3 * self.CELL_PX**2, self.FEATURES, 1)
        self.first = nn.Conv2d(3 * self.FEATURES, channels, 3, padding=1)
        self.modulation = nn.Linear(width, 2 * channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.third = nn.Conv2d(channels, channels, 3, padding=1)
        self.out = nn.Conv2d(channels, 3 * self.CELL_PX**2, 1)

    def forward(self, x: Tensor, noisy: Tensor, small: Tensor, signal: Tensor, *, grid: int) -> Tensor:
        """x (B, T, C) tokens, noisy (B, 3, H, W), small (B, 3, H / 2, W / 2), signal (B, C) of the noise level."""
        batch, _, height, width = noisy.shape
        large = F.interpolate(small, (height, width), mode="bilinear", align_corners=False)
        cells = self.features(x).view(batch, grid, -1, self.side, self.side, self.FEATURES)
        cells = cells.permute(0, 5, 1, 3, 2, 4).reshape(batch, self.FEATURES, height // self.CELL_PX, -1)
        seen = self.noisy(F.pixel_unshuffle(noisy, self.CELL_PX))
        drawn = self.coarse(F.pixel_unshuffle(large, self.CELL_PX))
        y = F.gelu(self.first(torch.cat([cells, seen, drawn], dim=1)), approximate="tanh")
        scale, shift = self.modulation(signal)[:, :, None, None].chunk(2, dim=1)
        y = y + self.second(F.gelu(y * (1 + scale) + shift, approximate="tanh"))
        y = y + self.third(F.gelu(y, approximate="tanh"))
        picture: Tensor = large + F.pixel_shuffle(self.out(y), self.CELL_PX)
        return picture


class CastModel(nn.Module):
    """x0 = model(x_t, t, context, places). See `forward`."""

    def __init__(self, config: CastConfig) -> None:
        super().__init__()
        self.config = config
        width, patch_dims = config.width, 3 * config.patch_px**2
        self.text_encoder = TextEncoder(config)
        self.patch_in = nn.Linear(patch_dims, width)
        self.position = nn.Parameter(torch.randn(config.grid**2, width) * 0.02)
        self.place_image = nn.Embedding(config.cells, width)
        self.place_text = nn.Embedding(config.cells, config.word_width)
        self.time_in = nn.Sequential(nn.Linear(width, width), nn.SiLU())
        self.time_modulation = nn.Linear(width, 6 * width)
        self.transformer_blocks = nn.ModuleList(TransformerBlock(width, config.heads) for _ in range(config.layers))
        self.norm_out = nn.RMSNorm(width, elementwise_affine=False)
        self.modulation_out = nn.Linear(width, 2 * width)
        self.patch_out = nn.Linear(width, patch_dims // config.coarse**2)
        self.decoder = DetailDecoder(width, config.patch_px, config.decoder_channels) if config.coarse > 1 else None
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(self.text_encoder.words.weight, std=0.5)
        for table in (self.place_image, self.place_text):
            nn.init.normal_(table.weight, std=0.2)
        zeroed: list[Tensor | None] = [self.patch_out.weight, self.time_modulation.weight, self.modulation_out.weight]
        if self.decoder is not None:
            zeroed += [self.decoder.out.weight, self.decoder.out.bias, self.decoder.modulation.weight]
        for block in self.transformer_blocks:
            assert isinstance(block, TransformerBlock)
            zeroed += [block.attn1.to_out.weight, block.attn2.to_out.weight, block.ff.down.weight]
            nn.init.ones_(block.scale_shift_table[2:3])  # gates open; the branches themselves start at zero
            nn.init.ones_(block.scale_shift_table[5:6])
        for weight in zeroed:
            if weight is not None:
                nn.init.zeros_(weight)

    def place_words(self, places: Tensor) -> Tensor:
        """places (...) -> (..., C): what every word of a person in that place carries."""
        vectors: Tensor = F.pad(self.place_text(places), (0, self.config.reserved))
        return vectors

    def encode(self, words: Tensor, colours: Tensor, places: Tensor) -> Tensor:
        """words (B, P, S), colours (B, P, S, 4), places (B, P) -> context (B, P * S, C) for P persons.

        Its last `reserved` channels are 0: a residual that reads only there does nothing to any of these words.
        """
        batch, persons, length = words.shape
        flat = self.text_encoder(words.flatten(0, 1), colours.flatten(0, 1))  # (B * P, S, word_width)
        said = flat.view(batch, persons, length, -1) + self.place_text(places)[:, :, None]
        context: Tensor = F.pad(said, (0, self.config.reserved))
        return context.flatten(1, 2)

    def forward(
        self, x_t: Tensor, t: Tensor, context: Tensor | list[Tensor], places: Tensor, *, regions: Regions | None = None,
        neighbours: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """The clean picture, from x_t = (1 - t) x0 + t noise.

        x_t (B, 3, E, E P) in [-1, 1], E = cell_px; t (B,); context (B, S, C), or one such tensor a layer; places (B, P)
        cell numbers; regions for regionally controlled cross-attention (Mix-of-Show, sec. 3.4): each region attends to
        its own words, weights say how far a position belongs to it; neighbours (B, 1, T, T) is
        True where a position may attend to another in self-attention. Returns (B, 3, E, E P).
        """
        config = self.config
        t, scale = seen_level(t, config.coarse)
        x_t = x_t if config.coarse == 1 else x_t / scale[:, None, None, None].to(x_t.dtype)
        x = self.patch_in(patchify(x_t, config.patch_px))  # (B, T, C), T = grid * grid * P, rows first
        grid = self.position.view(1, config.grid, 1, config.grid, config.width)
        cells = self.place_image(places)[:, None, :, None]  # (B, 1, P, 1, C)
        x = x + (grid + cells).reshape(x.shape[0], -1, config.width)
        signal = self.time_in(time_features(t, config.width).to(x.dtype))
        modulation = self.time_modulation(signal).view(-1, 6, config.width)
        for index, block in enumerate(self.transformer_blocks):
            layer_context = context[index] if isinstance(context, list) else context
            x = block(x, layer_context, modulation, regions, neighbours=neighbours)
        shift, scale = self.modulation_out(signal)[:, None].chunk(2, dim=-1)
        x = self.norm_out(x) * (1 + scale) + shift
        picture = unpatchify(self.patch_out(x), config.patch_px // config.coarse, config.grid)
        if self.decoder is None:
            return picture
        detailed: Tensor = self.decoder(x, x_t, picture, signal, grid=config.grid)
        return detailed
