"""Gates: how much of its attention a position of the picture pays to a concept's own tokens. Pure tensors.

A residual on the picture's side acts on activations that all concepts share, so down_i down_j^T = 0 keeps weights apart
and not effects. Its gate keeps effects apart: it is 0 wherever nobody looks at the concept's tokens.
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
    """g = min(1, gain * m), the shape of `mass`. Exactly 0 where nothing is paid, so an absent concept is silent."""
    return (gain * mass).clamp(max=1)


def gate_overlap(gates: Tensor) -> Tensor:
    """How far two members act on the same positions: (M, M), sum_p min(g_i, g_j) / min(sum_p g_i, sum_p g_j).

    gates (T, M). 1 on the diagonal of members that act anywhere, 0 where either acts nowhere.
    """
    shared = torch.minimum(gates[:, :, None], gates[:, None, :]).sum(dim=0)
    area = gates.sum(dim=0)
    smaller = torch.minimum(area[:, None], area[None])
    return torch.where(smaller > 0, shared / smaller.clamp(min=torch.finfo(gates.dtype).tiny), torch.zeros_like(shared))
