"""Gates: the share of attention that a position of the picture pays to a concept's own tokens. Pure tensors.

A residual on the picture's side acts on activations that all concepts share, so down_i down_j^T = 0 separates weights
but not effects. The gate separates effects: it is 0 at every position that does not attend to the concept's tokens.
"""

import torch
from torch import Tensor


def attention_mass(probabilities: Tensor, owners: Tensor) -> Tensor:
    """m_i(p) = mean over heads of sum_{s in tokens of i} P[h, p, s]: (B, T, M) in 0..1.

    probabilities (B, H, T, S): softmax of cross-attention; owners (B or 1, S, M): 1 where position s holds a token of
    member i. Tokens of one member that stand at several places count together.
    """
    mass: Tensor = probabilities.mean(dim=1) @ owners.to(probabilities.dtype)
    return mass


def gate(mass: Tensor, gain: float) -> Tensor:
    """g = min(1, gain * m), the shape of `mass`. Exactly 0 without attention, so an absent concept has no effect."""
    return (gain * mass).clamp(max=1)


def grid_of(grid: tuple[int, int], positions: int) -> tuple[int, int]:
    """Rows and columns of a layer of that many positions, of a canvas whose finest grid is `grid`; ValueError if none.

    Each level of a UNet halves both sides, rounding up.
    """
    rows, columns = grid
    while rows * columns > positions:
        rows, columns = -(-rows // 2), -(-columns // 2)
    if rows * columns != positions:
        raise ValueError(f"A canvas of {grid[0]} x {grid[1]} has no level of {positions} positions.")
    return rows, columns


Box = tuple[float, float, float, float]  # x, y, width, height, as shares of the canvas


def reach_overlap(a: Box | None, b: Box | None, apart: bool) -> float:
    """Where two gates may both be open, predicted before sampling: 0..1. Twin of functions/lib/gate-overlap.ts.

    Regional attention lets a position inside boxes attend to the words of these boxes' members alone, and a position
    outside all boxes to those of members without one. m_i(p) = 0 wherever p may not attend to tokens of i, hence
    g_i(p) = min(1, gain m_i(p)) = 0: outside B_i for a member with the box B_i. So sum_p min(g_a, g_b) runs over
        B_a and B_b:  |B_a n B_b| / min(|B_a|, |B_b|)   is what is reported;
        one box:      0, as the other acts outside of all boxes;
        no box:       0 where members have cells of their own (`apart`), else 1: the picture decides.
    0 is exact: `gate_overlap` is then 0. Above 0 it is the share of the place, not of the effect.
    """
    if a is None and b is None:
        return 0.0 if apart else 1.0
    if a is None or b is None:
        return 0.0
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, width) * max(0.0, height) / min(a[2] * a[3], b[2] * b[3])


def gate_overlap(gates: Tensor) -> Tensor:
    """How far two members act on the same positions: (M, M), sum_p min(g_i, g_j) / min(sum_p g_i, sum_p g_j).

    gates (T, M). 1 on the diagonal of members that act anywhere, 0 where either acts nowhere.
    """
    shared = torch.minimum(gates[:, :, None], gates[:, None, :]).sum(dim=0)
    area = gates.sum(dim=0)
    smaller = torch.minimum(area[:, None], area[None])
    return torch.where(smaller > 0, shared / smaller.clamp(min=torch.finfo(gates.dtype).tiny), torch.zeros_like(shared))
