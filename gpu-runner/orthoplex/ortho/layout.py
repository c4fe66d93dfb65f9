"""The part of a base's description that the mathematics needs: layers, basis, rank, tokens.

Read from a base description (schema/bases/<id>.json); the rest of that file is for the edge and the runner.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from orthoplex.ortho.basis import BASIS_NAME, UNIT_BASIS, columns_of_basis
from orthoplex.ortho.slot import composed_slots, radix_of, slot_columns


@dataclass(frozen=True)
class LayerShape:
    """An adapted linear layer: weight (out_features, in_features)."""

    out_features: int
    in_features: int


@dataclass(frozen=True, eq=False)
class Layout:
    """The adapted layers of one base, by the names that diffusers gives them, and what all its adapters share."""

    base: str
    basis: str
    basis_seed: int
    rank: int
    tokens_shape: tuple[int, int, int]  # (tokens, layers, dim)
    residual_norm_max: float  # largest Frobenius norm of one layer's up, hence of its residual at strength 1
    layers: Mapping[str, LayerShape]
    reserved: int | None = None  # last input channels that the base keeps free for slots; None: slots share all
    marker: float = 0.0  # length of the mark that every token carries in its slot
    entries: Mapping[str, int] = field(
        default_factory=dict
    )  # key and value projections -> out: tokens add entries there
    gate_gain: float = 0.0  # g = min(1, gate_gain * attention mass); 0 where residuals are not gated

    def slot_features(self, n: int) -> int:
        """How many of a layer's n input channels the slots divide: the reserved ones, or all."""
        return n if self.reserved is None else self.reserved

    @cached_property
    def radix(self) -> int:
        """The radix of this base's slots: the smallest q among its slots' dimensions."""
        return radix_of({self.slot_features(shape.in_features) for shape in self.layers.values()}, self.rank)

    @cached_property
    def layers_sha256(self) -> str:
        """SHA-256 (hex) of the lines `<name> <out> <in>\\n`, sorted by name: which layers an adapter was made for.

        Projections that take entries are among them, with 0 for <in>: an entry reads nothing.
        """
        shapes = [(name, shape.out_features, shape.in_features) for name, shape in self.layers.items()]
        shapes += [(name, out, 0) for name, out in self.entries.items()]
        lines = "".join(f"{name} {out} {inputs}\n" for name, out, inputs in sorted(shapes))
        return hashlib.sha256(lines.encode()).hexdigest()

    def columns_of(self, slot: int, n: int) -> tuple[int, ...]:
        """The basis columns that a slot owns in every layer of input dimension n."""
        return slot_columns(slot, self.slot_features(n), self.rank, self.radix)

    def composed_slots(self, slots: Sequence[int]) -> tuple[int, ...]:
        """The slots of the members of one composition, given those they were trained in."""
        return composed_slots(slots, self.radix, self.reserved is not None)

    def down(self, slot: int, n: int) -> Tensor:
        """down (r, n) fp64, rows orthonormal: the slot's columns of the basis, transposed (the paper's B^T).

        Where channels are reserved the basis spans these alone, and down is 0 on all others.
        """
        size = self.slot_features(n)
        own = columns_of_basis(self.basis, size, self.basis_seed, self.columns_of(slot, n)).T  # (r, size)
        return F.pad(own, (n - own.shape[1], 0)).contiguous()


def layout_from(description: Mapping[str, Any]) -> Layout:
    """The layout in a base description. ValueError for a basis this code does not know."""
    basis = description["basis"]
    if basis["name"] not in (BASIS_NAME, UNIT_BASIS):
        raise ValueError(f"Unknown basis {basis['name']!r}; this code knows {BASIS_NAME!r} and {UNIT_BASIS!r}.")
    tokens = description["tokens"]
    if ("entries" in description) != ("gate" in description):
        raise ValueError("entries and gate go together: gates follow the attention that entries' tokens are paid.")
    if ("reserved" in basis) != ("marker" in tokens):
        raise ValueError("basis.reserved and tokens.marker go together: tokens are marked where channels are reserved.")
    return Layout(
        base=description["id"],
        basis=basis["name"],
        basis_seed=basis["seed"],
        rank=description["rank"],
        tokens_shape=(tokens["count"], tokens["layers"], tokens["dim"]),
        residual_norm_max=float(description["residual_norm_max"]),
        reserved=basis.get("reserved"),
        marker=float(tokens.get("marker", 0.0)),
        entries={entry["name"]: entry["out_features"] for entry in description.get("entries", ())},
        gate_gain=float(description.get("gate", {}).get("gain", 0.0)),
        layers={
            layer["name"]: LayerShape(layer["out_features"], layer["in_features"]) for layer in description["layers"]
        },
    )


def read_layout(path: Path) -> Layout:
    """The layout of the base description file at `path`."""
    return layout_from(json.loads(path.read_text("utf-8")))
