"""LoHa and LoKr in the tensors of a file, as LyCORIS and PEFT name them, as changes (changes.py). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from torch import Tensor

from orthoplex.bases.foreign.changes import Change, Hadamard, Kronecker

_ENDING = re.compile(r"\.((?:hada|lokr)_w[12](?:_[ab])?)$")
_LOHA = ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
KINDS = {"hada": "LoHa", "lokr": "LoKr"}


def groups(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Name of a layer in a file -> ending -> its tensor."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if (match := _ENDING.search(name)) is not None:
            found.setdefault(name[: match.start()], {})[match[1]] = name
    return found


def change_of(own: Mapping[str, Tensor], alpha: float | None) -> Change | None:
    """The change of one layer by its tensors' endings; None where they are no whole LoHa or LoKr, or of ranks apart.

    alpha: over the rank it is the scale; without it the scale is 1, and so where a LoKr has no rank.
    """
    if set(own) == set(_LOHA):
        pairs = [(own[f"hada_w{n}_a"].float(), own[f"hada_w{n}_b"].float()) for n in (1, 2)]
        shapes = {(a.shape[0], b.shape[1:].numel()) for a, b in pairs}
        if len(shapes) > 1 or any(a.dim() != 2 or b.dim() != 2 or a.shape[1] != len(b) for a, b in pairs):
            return None
        return Hadamard(pairs[0], pairs[1], 1.0 if alpha is None else alpha / len(pairs[0][1]))
    one, other = _side(own, 1), _side(own, 2)
    if one is None or other is None or len(own) != one[2] + other[2]:
        return None
    (left, left_rank, _), (right, right_rank, _) = one, other
    rank = left_rank if right_rank is None else right_rank
    if left.dim() != 2 or right.dim() not in (2, 4):
        return None
    return Kronecker(left, right, 1.0 if alpha is None or rank is None else alpha / rank)


def _side(own: Mapping[str, Tensor], n: int) -> tuple[Tensor, int | None, int] | None:
    """W1 or W2 of a LoKr, its rank if it has one, and of how many tensors it is made."""
    if (whole := own.get(f"lokr_w{n}")) is not None:
        return whole.float(), None, 1
    a, b = own.get(f"lokr_w{n}_a"), own.get(f"lokr_w{n}_b")
    if a is None or b is None or a.dim() != 2 or b.dim() != 2 or a.shape[1] != len(b):
        return None
    return a.float() @ b.float(), len(b), 2
