"""Slots: which basis columns one adapter owns, as a Reed-Solomon code. Overlap is a theorem, not an expectation.

Pure integers, no torch; functions/lib/slot.ts is its twin, bound to it by schema/examples/slot.json.
Random column subsets (the paper, 3.5) collide: at rank 20 in a 320-wide layer 74 % of pairs share a column.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

SLOT_MAX = (1 << 53) - 1  # what JavaScript, JSON and SQLite all hold exactly


def _is_prime(value: int) -> bool:
    return value >= 2 and all(value % d for d in range(2, int(value**0.5) + 1))


@lru_cache(maxsize=256)
def field_size(n: int, r: int) -> int:
    """q = the largest prime <= n // r: the columns of one group, and how many slots of a class are orthogonal.

    The r groups are the r points at which a slot's polynomial is evaluated, so q >= r is needed; ValueError otherwise.
    """
    if r < 1:
        raise ValueError(f"The rank must be at least 1, got {r}.")
    q = next((value for value in range(n // r, 1, -1) if _is_prime(value)), 0)
    if q < r:
        raise ValueError(f"Rank {r} is too large for dimension {n}: slots need a prime q with {r} <= q <= {n // r}.")
    return q


def radix_of(dimensions: Iterable[int], r: int) -> int:
    """The base of a slot's digits: the smallest q among a base's input dimensions.

    With one radix for all dimensions a digit is a coefficient in every field, so one class of slots is exactly
    orthogonal in every layer of the base at once.
    """
    return min(field_size(n, r) for n in dimensions)


def digits_of(slot: int, radix: int, r: int) -> tuple[int, ...]:
    """The digits c_0, c_1, ... of a slot in the given radix, lowest first, no trailing zeros.

    ValueError for a slot that is negative, above SLOT_MAX, or has more than r digits (two such polynomials could
    agree at every point).
    """
    if not 0 <= slot <= SLOT_MAX or slot >= radix**r:
        raise ValueError(f"A slot must be in 0..{min(SLOT_MAX, radix**r - 1)}, got {slot}.")
    digits = []
    while slot:
        slot, digit = divmod(slot, radix)
        digits.append(digit)
    return tuple(digits)


def slot_columns(slot: int, n: int, r: int, radix: int | None = None) -> tuple[int, ...]:
    """The r columns of a slot: column x = x q + (c_0 + c_1 x + c_2 x^2 + ...) mod q, x = 0..r-1.

    The digits c are those of `slot` in `radix` (q of this dimension when not given; a base gives its own).
    """
    q = field_size(n, r)
    digits = digits_of(slot, q if radix is None else radix, r)
    if radix is not None and radix > q:
        raise ValueError(f"The radix must be at most q = {q} of dimension {n}, got {radix}.")
    owned = []
    for x in range(r):
        value = 0
        for digit in reversed(digits):  # Horner
            value = (value * x + digit) % q
        owned.append(x * q + value)
    return tuple(owned)


def shared_columns(slot_a: int, slot_b: int, *, n: int, r: int, radix: int | None = None) -> int:
    """How many columns two slots have in common in a layer of input dimension n: 0..r."""
    pairs = zip(slot_columns(slot_a, n, r, radix), slot_columns(slot_b, n, r, radix), strict=True)
    return sum(a == b for a, b in pairs)


def overlap_bound(slot_a: int, slot_b: int, radix: int, r: int) -> int:
    """The most columns two slots can share in any layer: the index of the highest digit in which they differ.

    Their polynomials differ by one of that degree, which has at most so many roots. A slot shares all r with itself.
    """
    a, b = digits_of(slot_a, radix, r), digits_of(slot_b, radix, r)
    width = max(len(a), len(b))
    a, b = a + (0,) * (width - len(a)), b + (0,) * (width - len(b))
    return max((i for i in range(width) if a[i] != b[i]), default=r)


def composed_slots(slots: Sequence[int], radix: int, reserved: bool) -> tuple[int, ...]:
    """The slots of the members of one composition, given those they were trained in.

    Where a base reserves channels, a concept's tokens and its residual move with the slot together and the residual
    acts on these tokens alone, so `up @ down @ token` is the same in every slot. A composition therefore deals the
    first slots of class 0 in order: no two members share a column, whoever trained them. Elsewhere a residual is
    trained for its own slot and stays there. ValueError for more members than a class has slots.
    """
    if not reserved:
        return tuple(slots)
    if len(slots) > radix:
        raise ValueError(f"A composition has room for {radix} members, got {len(slots)}.")
    return tuple(range(len(slots)))


def class_of(slot: int, radix: int) -> int:
    """The exact class of a slot, floor(slot / radix). Slots of one class differ in c_0 only: they share no column."""
    return slot // radix


def capacity(radix: int, shared: int) -> int:
    """How many slots, counted from 0, keep every pair at `shared` common columns or fewer: radix^(shared + 1)."""
    return int(radix ** (shared + 1))
