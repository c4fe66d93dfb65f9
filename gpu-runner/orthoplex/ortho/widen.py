"""Entries as weights: a checkpoint whose key and value projections have one more input channel a token. Pure tensors.

For R tokens of one composition, context c (S, C) and addresses a (S, R), a[s, k] = 1 where row s is token k:
    W' = [W | E^T],  c' = [c | a],  c' W'^T = c W^T + a E,   E (R, out): strength * entry of each token.
Rows that are no token have a = 0, so they are the base's own. The sum runs over C + R products instead of C, so a
result may differ from the attached one by the rounding of its last digit; nothing else does. Gated residuals of the
picture's side are not in it: a gate depends on the picture, and no weight can hold it (ortho/gated.py attaches them).
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from orthoplex.ortho.gated import Member
from orthoplex.ortho.layout import Layout


def addresses(members: Sequence[Member], length: int) -> Tensor:
    """a (S, R): the channel of every token of the composition, in the order of the members and their tokens.

    A member without entries has no tokens and no channel. Every place at which a concept is named has its channels.
    """
    counts = [len(next(iter(member.entries.values()))) if member.entries else 0 for member in members]
    a = torch.zeros(length, sum(counts))
    first = 0
    for member, count in zip(members, counts, strict=True):
        for places in member.positions.tolist():
            for token, at in enumerate(places[:count]):
                a[at, first + token] = 1
        first += count
    return a


def widened_entries(members: Sequence[Member], layout: Layout) -> dict[str, Tensor]:
    """{projection: E (R, out)}, strengths included; zeros where a member leaves a projection alone."""
    found = {}
    for name, out in layout.entries.items():
        rows = []
        for member in members:
            if member.entries:
                count = len(next(iter(member.entries.values())))
                own = member.entries.get(name, torch.zeros(count, out))
                rows.append(member.strength * own.detach().float())
        found[name] = torch.cat(rows) if rows else torch.zeros(0, out)
    return found


def widened(weight: Tensor, entries: Tensor) -> Tensor:
    """W' (out, C + R) of a weight W (out, C) and entries E (R, out), in the weight's precision."""
    return torch.cat([weight, entries.T.to(weight)], dim=1)


def widen_model(model: nn.Module, entries: Mapping[str, Tensor]) -> None:
    """Replace the named projections by their wider ones, in place. The model then reads `widened_context` alone."""
    for name, own in entries.items():
        parent, _, last = name.rpartition(".")
        linear = model.get_submodule(name)
        if not isinstance(linear, nn.Linear):
            raise TypeError(f"{name} is {type(linear).__name__}, not Linear")
        wide = nn.Linear(linear.in_features + len(own), linear.out_features, bias=linear.bias is not None)
        wide.weight = nn.Parameter(widened(linear.weight.detach(), own), requires_grad=False)
        wide.bias = linear.bias
        setattr(model.get_submodule(parent), last, wide)


def widened_context(context: Tensor, a: Tensor) -> Tensor:
    """c' (B, S, C + R) of context (B, S, C) and addresses (S, R), or (B, S, R) where pictures differ."""
    own = a.to(context)
    return torch.cat([context, own.expand(*context.shape[:-1], own.shape[-1])], dim=-1)


def unaddressed(context: Tensor, channels: int) -> Tensor:
    """The context of a prompt that names no member of the composition, for a model with that many more channels."""
    return F.pad(context, (0, channels))
