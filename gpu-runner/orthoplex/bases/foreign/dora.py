"""DoRA: a LoRA whose sum with the weight is brought to learned lengths (Liu et al. 2024, section 4). Pure.

    V = W + s B A,    W' = m V / |V|,    change = W' - W
|V| by output (each row with all its places, as PEFT and LyCORIS' `wd_on_out` have it) or by input (each column).
What a strength t adds is t (W' - W), as LyCORIS' functions and ComfyUI have it: W at 0, W' at 1. PEFT scales B A
within the norm in its place, which is the same at 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_PEFT = re.compile(r"\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$")
_LYCORIS = ".dora_scale"  # of LyCORIS, and of diffusers where it writes kohya's names
_TINY = 1e-30  # a row of zeros has no direction and stays one


class MagnitudeRefused(ValueError):  # noqa: N818 - a refusal
    """Lengths that do not fit their layer, or of which nothing says what they are the lengths of."""


@dataclass(frozen=True, eq=False)
class Magnitude:
    """m: (out,), or (in,) where it is by input."""

    values: Tensor
    by_input: bool

    def change(self, weight: Tensor, matrix: Tensor) -> Tensor:
        """W' - W, fp64, shaped as W (out, in, ...). matrix: s B A (out, inputs), fp64."""
        own = weight.double()
        whole = own + matrix.to(own.device).reshape(own.shape)
        seen = whole.transpose(0, 1) if self.by_input else whole
        lengths = torch.linalg.vector_norm(seen.flatten(1), dim=1).clamp(min=_TINY)
        share = (self.values.double().to(own.device) / lengths).reshape(-1, *(1,) * (own.dim() - 1))
        scaled: Tensor = whole * (share.transpose(0, 1) if self.by_input else share) - own
        return scaled

    def rows(self, sizes: Sequence[int]) -> Sequence[Magnitude]:
        """The same in stretches of so many rows. MagnitudeRefused by input: a column runs through all of them."""
        if self.by_input:
            raise MagnitudeRefused("is a DoRA by inputs of several layers in one")
        return [Magnitude(each, by_input=False) for each in torch.split(self.values, list(sizes))]

    def is_same(self, other: Magnitude, share: float) -> bool:
        """To a share of it."""
        if self.by_input != other.by_input or self.values.shape != other.values.shape:
            return False
        return bool((self.values - other.values).norm() <= share * self.values.norm())


def magnitude_names(names: Iterable[str]) -> dict[str, str]:
    """Name of a layer in a file -> the tensor of its lengths."""
    found = {}
    for name in names:
        if name.endswith(_LYCORIS):
            found[name.removesuffix(_LYCORIS)] = name
        elif match := _PEFT.search(name):
            found[name[: match.start()]] = name
    return found


def magnitude_of(name: str, values: Tensor, shape: tuple[int, ...], written: Mapping[str, Tensor]) -> Magnitude:
    """The lengths of a layer of `shape` (out, in, ...). MagnitudeRefused where they do not fit.

    PEFT: (out,), of convolutions (1, out, 1, 1). LyCORIS: (out, 1, ...) by output, (1, in, ...) by input. So
    (1, n, 1, 1) of a square convolution can be both where it is called `dora_scale`; the file's lengths of linear
    layers, which diffusers writes in one dimension and LyCORIS in two, then say who wrote it. written: all of the file.
    """
    sides, numel, is_peft = tuple(values.shape), values.numel(), not name.endswith(_LYCORIS)
    in_columns = len(sides) > 1 and sides[0] == 1 and sides[1] == numel  # (1, n, ...)
    by_output = numel == shape[0] and (
        len(sides) < 2 or sides[0] == numel or (in_columns and (is_peft or len(sides) == 4))
    )
    by_input = in_columns and numel == shape[1] and not is_peft
    if by_input and by_output:
        dims = {each.dim() for own, each in written.items() if own.endswith(_LYCORIS) and each.dim() in (1, 2)}
        if len(dims) != 1:
            raise MagnitudeRefused("is a DoRA of which no layer says whether it is by inputs or by outputs")
        by_input = dims == {2}
    if not (by_input or by_output):
        raise MagnitudeRefused(f"is a DoRA of {sides} lengths; the layer is {shape}")
    return Magnitude(values.float().flatten(), by_input)
