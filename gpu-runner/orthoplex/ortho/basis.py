"""Shared orthonormal bases in closed form: nothing to store, the same numbers in every language.

`signed-dct-2` is for layers whose whole input is used: the paper (3.5) draws a random orthogonal matrix per input
dimension, and QR of seeded noise differs between BLAS builds. `unit` is for reserved channels, which are 0 for the
base's own words and need no mixing: its columns are the channels, so orthogonality holds in every precision. Pure;
functions/lib/basis.ts is its twin, bound to it by schema/examples/basis.json.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

BASIS_NAME = "signed-dct-2"
UNIT_BASIS = "unit"

_MASK_64 = (1 << 64) - 1
_GOLDEN_GAMMA = 0x9E3779B97F4A7C15
_LIMIT_32 = 1 << 32


def splitmix64(state: int) -> int:
    """The output function of SplitMix64 on a 64-bit counter (Steele, Lea, Flood, OOPSLA 2014, fig. 13).

    All arithmetic is modulo 2^64.
    """
    z = state & _MASK_64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK_64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return z ^ (z >> 31)


@lru_cache(maxsize=64)
def sign_row(n: int, seed: int) -> tuple[int, ...]:
    """s_i in {+1, -1}, i = 0..n-1: s_i = -1 where bit 63 of draw i is set.

    Draw i = splitmix64(seed * 2^32 + n + (i + 1) * 0x9E3779B97F4A7C15 mod 2^64): the stream of SplitMix64 whose
    state starts at seed * 2^32 + n. `seed` and `n` are unsigned 32-bit integers; ValueError otherwise.
    """
    if not 0 < n < _LIMIT_32:
        raise ValueError(f"A basis dimension must be in 1..2^32-1, got {n}.")
    if not 0 <= seed < _LIMIT_32:
        raise ValueError(f"A basis seed must be in 0..2^32-1, got {seed}.")
    start = (seed << 32) | n
    return tuple(-1 if splitmix64(start + (i + 1) * _GOLDEN_GAMMA) >> 63 else 1 for i in range(n))


@lru_cache(maxsize=64)
def cosine_table(n: int) -> tuple[float, ...]:
    """t_m = cos(pi m / 2n), m = 0..4n-1: one whole period, so that (2i + 1) k only needs a remainder by 4n.

    Only angles up to pi/4 are evaluated (cosine below, sine of the complement above) and the rest is reflected:
    t_n is exactly 0 and symmetric entries are exactly equal or opposite.
    """
    step = math.pi / (2 * n)
    quarter = [math.cos(step * m) if 2 * m <= n else math.sin(step * (n - m)) for m in range(n + 1)]
    half = quarter + [-c for c in reversed(quarter[:-1])]  # m = 0..2n
    return tuple(half + half[-2:0:-1])  # t_{4n-m} = t_m


def columns_of_basis(name: str, n: int, seed: int, ks: Sequence[int]) -> Tensor:
    """Columns k of a basis by name, fp64 (n, len(ks)). ValueError for an unknown name or k outside 0..n-1."""
    if name == BASIS_NAME:
        return columns(n, seed, ks)
    if name != UNIT_BASIS:
        raise ValueError(f"Unknown basis {name!r}; this code knows {BASIS_NAME!r} and {UNIT_BASIS!r}.")
    _check(n, ks)
    return torch.eye(n, dtype=torch.float64)[:, list(ks)]


def columns(n: int, seed: int, ks: Sequence[int]) -> Tensor:
    """Columns k of the basis: D[i, j] = s_i c_k cos(pi (2i + 1) k / 2n), k = ks[j], c_0 = sqrt(1/n), c_k = sqrt(2/n).

    Returns fp64 (n, len(ks)). D^T D = I up to 1e-12 for n <= 2048. ValueError for k outside 0..n-1.
    """
    _check(n, ks)
    signs, table = _tables(n, seed)  # (n,), (4n,)
    k = torch.tensor(list(ks), dtype=torch.int64)  # (K,)
    odd = 2 * torch.arange(n, dtype=torch.int64) + 1  # (n,)
    scale = torch.tensor([math.sqrt((1.0 if c == 0 else 2.0) / n) for c in ks], dtype=torch.float64)  # (K,)
    cosines = table[(odd[:, None] * k[None, :]) % (4 * n)]  # (n, K)
    return signs[:, None] * (scale[None, :] * cosines)


def _check(n: int, ks: Sequence[int]) -> None:
    wrong = [k for k in ks if not 0 <= k < n]
    if wrong:
        raise ValueError(f"Basis columns of dimension {n} are 0..{n - 1}, got {wrong[0]}.")


@lru_cache(maxsize=64)
def _tables(n: int, seed: int) -> tuple[Tensor, Tensor]:
    return torch.tensor(sign_row(n, seed), dtype=torch.float64), torch.tensor(cosine_table(n), dtype=torch.float64)
