"""Attaches residuals beside the layers of a frozen model, as forward hooks: y = x W^T + ((x D^T) * G) U^T.

Weights and module names stay as they are, so detach leaves no trace. One composition may serve the whole batch, or
each sample has its own; a mask confines a residual to positions. Training is the same path with ups that require grad.
"""

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from orthoplex.ortho.layout import Layout
from orthoplex.ortho.residual import Residual, project, spread

TEXT = "text"
IMAGE = "image"

Compositions = Sequence[Sequence[Residual]]


def stream_of(layer: str) -> str:
    """Which positions a layer's input runs over, hence which mask confines it: the prompt's for cross-attention's
    keys and values, the picture's for everything else."""
    return TEXT if layer.endswith(("attn2.to_k", "attn2.to_v")) else IMAGE


def find_linear(model: nn.Module, layout: Layout, layer: str) -> nn.Linear:
    """The linear layer of that name, of the shape that the base declares. ValueError otherwise."""
    try:
        module = model.get_submodule(layer)
    except AttributeError as error:
        raise ValueError(f"The model has no layer {layer!r}, which base {layout.base!r} declares.") from error
    shape = layout.layers[layer]
    if not isinstance(module, nn.Linear):
        raise ValueError(f"Layer {layer!r} must be a Linear, got {type(module).__name__}.")
    if (module.out_features, module.in_features) != (shape.out_features, shape.in_features):
        raise ValueError(f"Layer {layer!r} must be {shape}, got {module.out_features} x {module.in_features}.")
    return module


class Projection:
    """h = (x @ D^T) * G for all layers of one input dimension and one stream, computed once per input x.

    D (R, n), or (B, R, n) where each sample has its own composition. G holds strengths and masks.
    """

    def __init__(self, down: Tensor, gains: Tensor | None) -> None:
        self.down = down
        self.gains = gains
        self._seen: weakref.ref[Tensor] | None = None
        self._state: tuple[int, bool] = (0, False)
        self._h: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """h of this x. q, k and v get the very same tensor, so the second and third ask for what is at hand."""
        if torch.compiler.is_compiling():  # the compiler merges equal products itself, and knows no weak references
            return self._compute(x)
        state = (0 if x.is_inference() else x._version, torch.is_grad_enabled())
        if self._h is not None and self._seen is not None and self._seen() is x and self._state == state:
            return self._h
        h = self._compute(x)
        # A leaf that requires grad may come back after backward has freed the graph of its h.
        if not (x.requires_grad and x.is_leaf):
            self._seen, self._state, self._h = weakref.ref(x, self._clear), state, h
        return h

    def _compute(self, x: Tensor) -> Tensor:
        if self.down.ndim == 3 and x.shape[0] != self.down.shape[0]:
            raise ValueError(f"The batch has {x.shape[0]} samples, but {self.down.shape[0]} compositions are attached.")
        if self.gains is not None and self.gains.ndim == 3 and self.gains.shape[1] not in (1, x.shape[1]):
            raise ValueError(f"The masks are for {self.gains.shape[1]} positions, the input has {x.shape[1]}.")
        return project(x.to(self.down.dtype), self.down, self.gains)

    def _clear(self, _: weakref.ref[Tensor]) -> None:
        # h must not outlive x: it holds on to the graph that made x
        self._seen, self._h = None, None


class Detachable(ABC):
    """What is laid beside a model until `detach`, or until the end of the `with` block that holds it."""

    @abstractmethod
    def detach(self) -> None:
        """Give the model back as it was. Detaching twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.detach()


class Attachment(Detachable):
    """Residuals attached to a model."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        self._handles = handles

    def detach(self) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()


def attach(
    model: nn.Module, layout: Layout, residuals: Sequence[Residual], dtype: torch.dtype | None = None
) -> Attachment:
    """Attach one composition that serves every sample of every batch.

    dtype: of the low-rank products; that of each layer's weight unless given. Attachments add up.
    """
    return attach_batch(model, layout, [residuals], dtype)


def attach_batch(
    model: nn.Module, layout: Layout, compositions: Compositions, dtype: torch.dtype | None = None
) -> Attachment:
    """Attach one composition per sample: sample b of a batch of len(compositions) gets compositions[b] and no other.

    Ranks are padded with zeros to the largest, so a mixed batch costs two batched products per layer. With guidance
    the caller lists a composition once for each of its rows. One composition alone serves batches of any size.
    """
    members = [[residual for residual in composition if residual.strength != 0] for composition in compositions]
    projections: dict[object, Projection] = {}
    handles: list[RemovableHandle] = []
    for layer, shape in layout.layers.items():
        here = [[residual for residual in composition if layer in residual.up] for composition in members]
        if not any(here):
            continue
        linear = find_linear(model, layout, layer)
        kind = dtype or linear.weight.dtype
        device = linear.weight.device
        ids = tuple(tuple(id(residual) for residual in composition) for composition in here)
        key = (shape.in_features, stream_of(layer), ids, kind, device)
        if key not in projections:
            down = _stack_down(layout, here, shape.in_features).to(device, kind)
            gains = _stack_gains(layout, here, stream_of(layer))
            projections[key] = Projection(down, None if gains is None else gains.to(device, kind))
        up = _up_of(here, layer, layout.rank, device=device, dtype=kind)
        handles.append(linear.register_forward_hook(_hook(projections[key], up)))
    return Attachment(handles)


def _hook(projection: Projection, up: Callable[[], Tensor]) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
    def add_residuals(_: nn.Module, inputs: tuple[Any, ...], y: Tensor) -> Tensor:
        return y + spread(projection(inputs[0]), up()).to(y.dtype)

    return add_residuals


def _stack(per_composition: Sequence[Sequence[Tensor]], dim: int, rank: int) -> Tensor:
    """Concatenate each composition's tensors along their rank axis, pad to the largest, stack; one alone is not."""
    if len(per_composition) == 1:
        return torch.cat(list(per_composition[0]), dim)
    width = rank * max(len(tensors) for tensors in per_composition)
    like = next(tensors[0] for tensors in per_composition if tensors)
    rows = []
    for tensors in per_composition:
        filler_shape = list(like.shape)
        filler_shape[dim] = width - rank * len(tensors)
        rows.append(torch.cat([*tensors, like.new_zeros(filler_shape)], dim))
    return torch.stack(rows)


def _stack_down(layout: Layout, here: Compositions, n: int) -> Tensor:
    """D (R, n) of one composition, or (B, R, n) of several."""
    return _stack([[layout.down(residual.slot, n) for residual in residuals] for residuals in here], 0, layout.rank)


def _up_of(
    here: Compositions, layer: str, rank: int, *, device: torch.device, dtype: torch.dtype
) -> Callable[[], Tensor]:
    """U (out, R) or (B, out, R): stacked once, or at every call while any of it is being trained."""

    def stacked() -> Tensor:
        return _stack([[r.up[layer].to(device, dtype) for r in residuals] for residuals in here], 1, rank)

    if any(residual.up[layer].requires_grad for residuals in here for residual in residuals):
        return stacked
    fixed = stacked()
    return lambda: fixed


def _stack_gains(layout: Layout, here: Compositions, stream: str) -> Tensor | None:
    """G: strengths, times masks where there are any. (R,), (B or 1, 1, R) or (B or 1, T, R); None where all is 1."""
    masks = [_mask_of(residual.masks, stream) for residuals in here for residual in residuals]
    if all(mask is None for mask in masks) and all(r.strength == 1 for residuals in here for r in residuals):
        return None
    gains = [[_gain(residual, stream, layout.rank) for residual in residuals] for residuals in here]
    if len(here) == 1:
        rows, positions = (max(gain.shape[axis] for gain in gains[0]) for axis in (0, 1))
        stack = torch.cat([gain.expand(rows, positions, -1) for gain in gains[0]], -1)  # (B or 1, T or 1, R)
        return stack[0, 0] if (rows, positions) == (1, 1) else stack
    if any(mask is not None and mask.shape[0] != 1 for mask in masks):
        raise ValueError("Where each sample has its own composition, a mask must be (T,): it is for that sample.")
    positions = max(gain.shape[1] for row in gains for gain in row)
    return _stack([[gain[0].expand(positions, -1) for gain in row] for row in gains], 1, layout.rank)


def _gain(residual: Residual, stream: str, rank: int) -> Tensor:
    """strength * mask as (B or 1, T or 1, r)."""
    mask = _mask_of(residual.masks, stream)
    column = torch.ones(1, 1) if mask is None else mask
    return (residual.strength * column)[:, :, None].expand(-1, -1, rank)


def _mask_of(masks: Mapping[str, Tensor], stream: str) -> Tensor | None:
    """The mask of a stream as float (B or 1, T)."""
    mask = masks.get(stream)
    return None if mask is None else mask.detach().float().reshape(-1, mask.shape[-1])
