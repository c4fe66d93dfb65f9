"""Attaches entries and gated residuals to a frozen model. Weights stay as they are; `detach` leaves no trace.

Text side, cross-attention's keys and values, for token k of a concept at context position s:
    K[s] = W_k c[s] + strength * entry_k[k],   V[s] = W_v c[s] + strength * entry_v[k]
Picture side, the other attention projections, at position p:
    y(p) += sum_i strength_i mask_i(p) g_i(p) up_i @ down_i @ x(p)
down_i: orthonormal rows of the concept's slot, never trained (the paper's B^T); g_i(p): the gate of the latest
cross-attention before that layer, for its output projection of this one (ortho/gate.py). The gate is also applied in
training.

Cross-attention must report its probabilities: its module has an attribute `observer`, which it calls with
(B, H, T, S) before its output projection, and the context positions are those that `Member.positions` names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from orthoplex.ortho.attach import Detachable, find_linear
from orthoplex.ortho.gate import attention_mass, gate, grid_of
from orthoplex.ortho.layout import Layout


class ObservedAttention(Protocol):
    """A cross-attention that reports its probabilities."""

    observer: Callable[[Tensor], None] | None


@dataclass(frozen=True, eq=False)
class Member:
    """One concept in one picture. Layers not in `entries` or `up` are left alone.

    For training the tensors are leaves that require grad. positions (occurrences, tokens): context positions of the
    tokens, a row for every time the concept is named; mask (T,): where in the picture its residual may act.
    """

    slot: int
    entries: Mapping[str, Tensor]  # key or value projection -> (tokens, out)
    up: Mapping[str, Tensor]  # other projection -> (out, rank)
    positions: Tensor
    strength: float = 1.0
    mask: Tensor | None = None

    def factors(self) -> list[Tensor]:
        """All tensors that may be trained."""
        return [*self.entries.values(), *self.up.values()]


Picture = Sequence[Member]


class GatedAttachment(Detachable):
    """Members attached to a model. `gates`: those of the latest cross-attention, (B, T, M); None before the first."""

    def __init__(
        self, model: nn.Module, layout: Layout, pictures: Sequence[Picture], *, length: int,
        grid: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        self._layout = layout
        self._grid = grid
        self._pictures = [_in_order(picture) for picture in pictures]
        self._trained = any(
            leaf.requires_grad for picture in self._pictures for member in picture for leaf in member.factors()
        )
        # All pictures of a training batch name the same concept: its factors are stacked once, not once a picture.
        self._distinct = self._pictures[:1] if self._trained and _are_alike(self._pictures) else self._pictures
        self._placed: list[Tensor] | None = None
        self._handles: list[RemovableHandle] = []
        self._observed: list[ObservedAttention] = []
        self._projected: tuple[Tensor, Tensor | None, Tensor] | None = None  # x, its gates and h: q, k and v share it
        self.gates: Tensor | None = None
        if not any(self._pictures):
            return
        self._handles.append(model.register_forward_pre_hook(lambda *_: self._restart()))
        weight = find_linear(model, layout, next(iter(layout.layers))).weight
        self._device, self._dtype = weight.device, weight.dtype
        self._owners = self._stacked_owners(length)
        self._gains = self._stacked_gains()
        self._downs: dict[int, Tensor] = {}
        for name in layout.entries:
            if any(name in member.entries for picture in self._pictures for member in picture):
                module = model.get_submodule(name)
                self._handles.append(module.register_forward_hook(self._add_entries(name, length)))
        for name, shape in layout.layers.items():
            if any(name in member.up for picture in self._pictures for member in picture):
                linear = find_linear(model, layout, name)
                self._handles.append(linear.register_forward_hook(self._add_residuals(name, shape.in_features)))
        for name in dict.fromkeys(entry.rsplit(".", 1)[0] for entry in layout.entries):
            attention = cast("ObservedAttention", model.get_submodule(name))
            attention.observer = self._observe
            self._observed.append(attention)

    def _restart(self) -> None:
        """The first block of a forward pass has no gates, whatever the pass before ended with."""
        self.gates = self._projected = None

    def begin_with(self, gates: Tensor | None) -> None:
        """The next block is computed as if these were the gates of the cross-attention before it."""
        self.gates, self._projected = gates, None

    def gates_at(self, positions: int) -> Tensor | None:
        """The latest gates with strengths and masks, (B or 1, T, M), at a layer of so many positions."""
        if self.gates is None:
            return None
        gates, gains = (self._at(each, positions) for each in (self.gates, self._gains.to(self.gates.dtype)))
        return gates * gains

    def detach(self) -> None:
        for handle in self._handles:
            handle.remove()
        for attention in self._observed:
            attention.observer = None
        self._handles.clear()
        self._observed.clear()

    @property
    def _most(self) -> int:
        return max(len(picture) for picture in self._pictures)

    def _stacked_owners(self, length: int) -> Tensor:
        """(B or 1, S, M): 1 where a context position holds a token of a member."""
        owners = torch.zeros(len(self._pictures), length, self._most)
        for row, picture in enumerate(self._pictures):
            for place, member in enumerate(picture):
                owners[row, member.positions.flatten().long(), place] = 1
        if bool((owners.sum(dim=2) > 1).any()):
            raise ValueError("A position of the context holds a token of one member only.")
        return owners.to(self._device)

    def _stacked_gains(self) -> Tensor:
        """(B or 1, T or 1, M): strength times mask; 0 for places that a picture does not use."""
        spans = {len(member.mask) for picture in self._pictures for member in picture if member.mask is not None}
        if len(spans) > 1:
            raise ValueError(f"Masks are for one number of positions, got {sorted(spans)}.")
        gains = torch.zeros(len(self._pictures), max(spans, default=1), self._most)
        for row, picture in enumerate(self._pictures):
            for place, member in enumerate(picture):
                gains[row, :, place] = member.strength * (1.0 if member.mask is None else member.mask.float())
        return gains.to(self._device)

    def _down(self, n: int) -> Tensor:
        """(B or 1, M r, n): the members' slots side by side, zeros for places that a picture does not use."""
        if n not in self._downs:
            rank = self._layout.rank
            stack = torch.zeros(len(self._distinct), self._most * rank, n)
            for row, picture in enumerate(self._distinct):
                for place, member in enumerate(picture):
                    stack[row, place * rank : (place + 1) * rank] = self._layout.down(member.slot, n).float()
            self._downs[n] = stack.to(self._device, self._dtype)
        return self._downs[n]

    def _stacked(self, build: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """Built once, or at every call while members are being trained."""
        if self._trained:
            return build
        fixed = build()
        return lambda: fixed

    def _add_entries(self, name: str, length: int) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
        def own(member: Member) -> Tensor:
            return (member.strength * member.entries[name].float()).to(self._device, self._dtype)

        def build() -> Tensor:
            rows = []
            for picture in self._pictures:
                row = torch.zeros(length, self._layout.entries[name], device=self._device, dtype=self._dtype)
                for member in picture:
                    if name in member.entries:
                        for at in member.positions.long().to(self._device):
                            row = row.index_add(0, at, own(member)[: len(at)])
                rows.append(row)
            return torch.stack(rows)

        def build_shared() -> Tensor:
            """The same numbers: a position is one row of an entry, or none, so the product adds only zeros to it."""
            (picture,) = self._distinct
            parts = [
                places @ own(member)
                for member, places in zip(picture, placements, strict=True)
                if name in member.entries
            ]
            return torch.stack(parts).sum(dim=0)

        placements = self._placements(length) if self._is_shared else []
        stacked = self._stacked(build_shared if self._is_shared else build)
        return lambda _module, _inputs, y: y + stacked()

    @property
    def _is_shared(self) -> bool:
        """Members are trained, the same in every picture."""
        return self._trained and len(self._distinct) == 1

    def _placements(self, length: int) -> list[Tensor]:
        """For each member (B, S, tokens): 1 where a position of the context holds that token of its."""
        if self._placed is None:
            self._placed = []
            for index, member in enumerate(self._distinct[0]):
                count = max((len(entry) for entry in member.entries.values()), default=0)
                places = torch.zeros(len(self._pictures), length, count)
                for row, picture in enumerate(self._pictures):
                    for at in picture[index].positions.long():
                        places[row, at, torch.arange(len(at))] = 1
                self._placed.append(places.to(self._device, self._dtype))
        return self._placed

    def _add_residuals(self, name: str, n: int) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
        rank, out = self._layout.rank, self._layout.layers[name].out_features
        none = torch.zeros(out, rank)

        def build() -> Tensor:
            rows = []
            for picture in self._distinct:
                parts = [member.up.get(name, none).to(self._device, self._dtype) for member in picture]
                parts += [none.to(self._device, self._dtype)] * (self._most - len(picture))
                rows.append(torch.cat(parts, dim=1))
            # (B or 1, M r, out); (M r, out) where the pictures share it: then the product is one matrix multiplication.
            return rows[0].t() if self._is_shared else torch.stack(rows).transpose(1, 2)

        stacked = self._stacked(build)

        def add(_module: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
            return y if self.gates is None else y + self._gated(inputs[0], n) @ stacked()

        return add

    def _gated(self, x: Tensor, n: int) -> Tensor:
        """h = g * (x @ down^T), (B, T, M r): once for layers that get the same x under the same gates."""
        if self._projected is not None and self._projected[0] is x and self._projected[1] is self.gates:
            return self._projected[2]
        assert self.gates is not None
        gates, masks = (self._at(each, x.shape[1]) for each in (self.gates, self._gains.to(self.gates.dtype)))
        gains = (gates * masks).repeat_interleave(self._layout.rank, dim=-1)
        down = self._down(n)[0].t() if self._is_shared else self._down(n).transpose(1, 2)
        h = (x.to(self._dtype) @ down) * gains.to(self._dtype)
        self._projected = (x, self.gates, h)
        return h

    def _at(self, values: Tensor, positions: int) -> Tensor:
        """values (B or 1, T, M) at a layer of another resolution: the mean of the positions that it joins, or repeated.

        ValueError where the positions differ and nobody said how the canvas is shaped.
        """
        if values.shape[1] in (1, positions):
            return values
        if self._grid is None:
            raise ValueError(
                f"Gates of {values.shape[1]} positions meet a layer of {positions}; give the canvas' grid."
            )
        size, own = (grid_of(self._grid, count) for count in (positions, values.shape[1]))
        maps = values.transpose(1, 2).reshape(len(values), -1, *own)  # (B or 1, M, rows, columns)
        resized = F.interpolate(maps, size, mode="area" if size[0] < own[0] else "nearest")
        return resized.flatten(2).transpose(1, 2)

    def _observe(self, probabilities: Tensor) -> None:
        self.gates = gate(attention_mass(probabilities, self._owners), self._layout.gate_gain)
        self._projected = None


def _are_alike(pictures: Sequence[Picture]) -> bool:
    """Whether all pictures have the same members, wherever these stand and act."""
    first, *others = [
        [(each.slot, id(each.up), id(each.entries), each.strength) for each in members] for members in pictures
    ]
    return all(other == first for other in others)


def _in_order(picture: Picture) -> list[Member]:
    """Members whose tokens are in the context, by their positions.

    The others' gates are 0 everywhere; left out, they cost nothing and change no rounding, however many they are.
    """
    here = [member for member in picture if member.strength != 0 and member.positions.numel() > 0]
    return sorted(here, key=lambda member: int(member.positions.min()))


def attach_gated(
    model: nn.Module, layout: Layout, pictures: Sequence[Picture], *, length: int, grid: tuple[int, int] | None = None
) -> GatedAttachment:
    """Attach the members of each picture of a batch; one picture alone serves every sample of batches of any size.

    length: positions of the context. With guidance the caller lists a picture's members once for each of its rows, and
    none for the row that says nothing. grid: rows and columns of the picture at the model's finest level, where its
    layers see it at several.
    """
    return GatedAttachment(model, layout, pictures, length=length, grid=grid)
