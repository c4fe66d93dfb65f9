"""An autoencoder's encoder that is computed, not trained: principal components of 8 x 8 pixels, as its convolutions.

Flat drawings need no learned code: 16 numbers for 192 keep 96 % of their variance, and text encoder and UNet can be
trained before the decoder is. Symbols: B pictures, C channels, K components of a patch.

The class is diffusers' own, so its residual branches are zeroed, and its last GroupNorm and SiLU are made to pass
numbers through: each group holds its components z, their negatives and two large constants, so that its mean is 0 and
its deviation is that of the constants; after the norm all are shifted to where SiLU is a straight line, and the
difference of the two signs is taken.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn

LARGE = 100.0  # of the two constants in a group: components are about 1
SHIFT = 14.0  # of SiLU's input, whose slope is 1 from 5 on: components of up to 9 pass
LOG_VARIANCE = -30.0  # of the latents: none
WINDOW = 4  # latents a side of a picture that the encoder is asked for; each depends on its own pixels alone


def pass_through(module: nn.Module) -> None:
    """Zeroes what ends each residual branch, so that a network is its other convolutions alone."""
    for name, parameter in module.named_parameters():
        if name.endswith(("conv2.weight", "conv2.bias", "to_out.0.weight", "to_out.0.bias")):
            nn.init.zeros_(parameter)


def patches(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, 4 C, H / 2, W / 2): channels in the order of a 2 x 2 kernel, (channel, row, column)."""
    return F.pixel_unshuffle(x, 2)


def components(x: Tensor, count: int, *, centred: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The first `count` principal components of the channels of x (B, C, H, W).

    Rows (K, C) of length 1, deviations (K,), mean (C,); fp64.
    """
    rows = x.permute(0, 2, 3, 1).flatten(0, 2).double()
    mean = rows.mean(0) if centred else torch.zeros(rows.shape[1], dtype=torch.float64)
    moment = (rows - mean).T @ (rows - mean) / len(rows)
    values, vectors = torch.linalg.eigh(moment)
    kept = vectors.flip(1)[:, :count].T.contiguous()
    kept *= kept.gather(1, kept.abs().argmax(1, keepdim=True)).sign()  # eigenvectors have no sign of their own
    return kept, values.flip(0)[:count].clamp(min=0).sqrt(), mean


@torch.no_grad()
def set_encoder(vae: AutoencoderKL, pictures: Tensor) -> None:
    """Makes VAE's encoder the components of `pictures` (B, 3, H, W) in [-1, 1]; its latents have variance 1.

    Deviations are flattened to their square roots, so that fine components are not lost in noise at once.
    """
    encoder, latents = vae.encoder, int(vae.config.latent_channels)
    pass_through(encoder)
    _copy(encoder.conv_in)
    x = pictures
    last = len(encoder.down_blocks) - 2
    for level, block in enumerate(encoder.down_blocks):
        if block.resnets[0].conv_shortcut is not None and level <= last:
            _copy(block.resnets[0].conv_shortcut)
        if level > last:
            continue
        small = patches(x)
        conv = block.downsamplers[0].conv
        count = latents if level == last else min(small.shape[1], conv.out_channels)
        rows, deviations, mean = components(small, count, centred=level == last)
        if level == last:
            rows = rows / deviations.sqrt()[:, None] / deviations.mean().sqrt()
        bias = -(rows @ mean)
        _set_conv(conv, rows, bias)
        x = F.conv2d(small, rows.float()[..., None, None], bias.float())
    _pass_last_norm(vae, latents)
    vae.register_to_config(scaling_factor=1.0)


@torch.no_grad()
def one_convolution(vae: AutoencoderKL) -> tuple[Tensor, Tensor]:
    """Weight (K, 3, p, p) and bias (K,) of the convolution of stride p that a computed encoder is, p pixels a latent.

    Found by asking it for windows of one bright pixel each. Training would else spend a fifth of a step on encoding.
    """
    side = 2 ** (len(vae.config.block_out_channels) - 1)
    middle = WINDOW // 2
    dark = torch.zeros(1, 3, WINDOW * side, WINDOW * side)
    bias = vae.encode(dark).latent_dist.mean[0, :, middle, middle]
    columns = []
    for channel in range(3):
        pictures = dark.repeat(side * side, 1, 1, 1)
        for number in range(side * side):
            row, column = divmod(number, side)
            pictures[number, channel, middle * side + row, middle * side + column] = 1.0
        columns.append(vae.encode(pictures).latent_dist.mean[:, :, middle, middle] - bias)
    weight = torch.stack(columns, dim=1).permute(2, 1, 0)  # (K, 3, p * p)
    return weight.reshape(len(bias), 3, side, side).contiguous(), bias


def _copy(conv: nn.Conv2d) -> None:
    """Each input channel to the output channel of its number."""
    nn.init.zeros_(conv.weight)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    middle = conv.kernel_size[0] // 2
    for channel in range(min(conv.in_channels, conv.out_channels)):
        conv.weight[channel, channel, middle, middle] = 1.0


def _set_conv(conv: nn.Conv2d, rows: Tensor, bias: Tensor) -> None:
    """rows (K, 4 C) on 2 x 2 pixels as the corner of a 3 x 3 kernel of stride 2."""
    assert conv.bias is not None
    kernel = rows.float().view(len(rows), -1, 2, 2)
    nn.init.zeros_(conv.weight)
    nn.init.zeros_(conv.bias)
    conv.weight[: len(rows), : kernel.shape[1], :2, :2] = kernel
    conv.bias[: len(rows)] = bias.float()


def _pass_last_norm(vae: AutoencoderKL, latents: int) -> None:
    encoder = vae.encoder
    shortcut, norm, out = encoder.down_blocks[-1].resnets[0].conv_shortcut, encoder.conv_norm_out, encoder.conv_out
    width, groups = norm.num_channels // norm.num_groups, norm.num_groups
    each = -(-latents // groups)  # components a group
    if 2 * each + 2 > width:
        raise ValueError(f"{latents} latents do not fit {groups} groups of {width} channels")
    for parameter in (shortcut.weight, shortcut.bias, out.weight, out.bias):
        nn.init.zeros_(parameter)
    for number in range(latents):
        group, place = number % groups, number // groups
        plus, minus = group * width + place, group * width + each + place
        shortcut.weight[plus, number] = 1.0
        shortcut.weight[minus, number] = -1.0
        out.weight[number, plus, 1, 1], out.weight[number, minus, 1, 1] = 0.5, -0.5
    for group in range(groups):
        shortcut.bias[group * width + 2 * each], shortcut.bias[group * width + 2 * each + 1] = LARGE, -LARGE
    nn.init.constant_(norm.weight, LARGE * (2 / width) ** 0.5)
    nn.init.constant_(norm.bias, SHIFT)
    nn.init.constant_(out.bias[latents:], LOG_VARIANCE)
    _copy(vae.quant_conv)
