"""LoHa and LoKr in the tensors of a file, as LyCORIS and PEFT name them, as changes (changes.py). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from torch import Tensor

from orthoplex.bases.foreign.changes import Change, Dense, Hadamard, Kronecker, LowRank, Tucker

_ENDING = re.compile(r"\.((?:hada|lokr)_(?:w[12](?:_[ab])?|t[12]))$")
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
    return _hadamard(own, alpha) if any(name.startswith("hada") for name in own) else _kronecker(own, alpha)


def _hadamard(own: Mapping[str, Tensor], alpha: float | None) -> Change | None:
    sides = [_product(own, f"hada_w{n}", f"hada_t{n}") for n in (1, 2)]
    if None in sides or len(own) != sum(used for _, _, used in filter(None, sides)):
        return None
    (first, rank, _), (second, _, _) = filter(None, sides)
    if first.shape != second.shape:
        return None
    return Hadamard(first, second, 1.0 if alpha is None else alpha / rank)


def _kronecker(own: Mapping[str, Tensor], alpha: float | None) -> Change | None:
    one, other = _side(own, 1), _side(own, 2)
    if one is None or other is None or len(own) != one[2] + other[2]:
        return None
    (left, left_rank, _), (right, right_rank, _) = one, other
    rank = left_rank if right_rank is None else right_rank
    # A core is of the second side alone: W1 has no places.
    if isinstance(left, Tucker) or len(left.shape) != 2 or len(right.shape) not in (2, 4):
        return None
    return Kronecker(left, right, 1.0 if alpha is None or rank is None else alpha / rank)


def _side(own: Mapping[str, Tensor], n: int) -> tuple[Dense | LowRank | Tucker, int | None, int] | None:
    """W1 or W2 of a LoKr, its rank if it has one, and of how many tensors it is made. Nothing is multiplied out."""
    if (whole := own.get(f"lokr_w{n}")) is not None:
        return Dense(whole.float()), None, 1
    return _product(own, f"lokr_w{n}", "lokr_t2" if n == 2 else None)


def _product(own: Mapping[str, Tensor], name: str, core: str | None) -> tuple[LowRank | Tucker, int, int] | None:
    """A product a (out, r) b (r, in), or with its core t: a (r, out), b (r, in). Its rank, and how many tensors."""
    a, b, t = own.get(f"{name}_a"), own.get(f"{name}_b"), own.get(core) if core else None
    if a is None or b is None or a.dim() != 2 or b.dim() != 2:
        return None
    if len(b) == 0:  # no rank, which alpha is divided by
        return None
    if t is None:
        return (LowRank(b.float(), a.float(), 1.0), len(b), 2) if a.shape[1] == len(b) else None
    made = Tucker(t.float(), a.float(), b.float(), 1.0)
    return (made, len(b), 3) if made.is_whole else None
