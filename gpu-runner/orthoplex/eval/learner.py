"""What each method trains: which factors, from which basis, with which tokens and which silence. One class for all.

The same step teaches every method (train/step.py); only this differs.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import LayerResidual, Taught, laid_beside
from orthoplex.ortho.basis import columns
from orthoplex.ortho.crosstalk import Moments
from orthoplex.train.concept import TrainSpec, initial_tokens

# Learning rates before tuning: the product's own where the product trains the same.
TOKEN_RATE = TrainSpec.token_rate
RATES = {"slots": TrainSpec.up_rate, "lora": 4e-3, "key/value": 1e-3, "none": 0.0}
KEY_VALUE = ("attn2.to_k", "attn2.to_v")


@dataclass(frozen=True)
class Training:
    """What one method trains.

    residual: slots (one factor frozen in a basis), lora (both trained), key/value (whole matrices of cross-attention's
    keys and values, Custom Diffusion), none. tokens: layer-wise (P+), plain (one pair for all layers), fixed (a rare
    word that is not trained, DreamBooth), start (the untrained start of the others).
    """

    residual: str = "slots"
    basis: str = "slots in one class"
    side: str = "input"
    tokens: str = "layer-wise"
    silence: str = "share 1/2"
    rank: int = 8
    rate_factor: float = 1.0

    @property
    def rates(self) -> tuple[float, float]:
        """Learning rates of residuals and of tokens. Where only tokens are trained, tuning turns theirs."""
        alone = self.residual == "none"
        return RATES[self.residual] * self.rate_factor, TOKEN_RATE * (self.rate_factor if alone else 1.0)

    @property
    def label(self) -> str:
        """All of it in one line of a log."""
        basis = f" ({self.basis}, {self.side})" if self.residual == "slots" else ""
        words = f"{self.residual}{basis}, {self.tokens} tokens, silence {self.silence}"
        return f"{words}, rank {self.rank}, x{self.rate_factor}"


def slot_for(index: int, basis: str, radix: int, rank: int) -> int:
    """The slot of the index-th concept: in order, or anywhere among the first radix^2 (radix at rank 1)."""
    if basis == "slots across classes":
        return int(torch.randint(radix ** min(2, rank), (1,), generator=fix_seed("slot", index)))
    return index


def frozen_factor(base: CastBase, training: Training, layer: str, index: int, moments: Moments | None) -> Tensor:
    """(r, n): the rows that concept `index` keeps frozen in a layer, n its input dimension (or output, by side)."""
    shape = base.layout.layers[layer]
    n, rank = shape.in_features if training.side == "input" else shape.out_features, training.rank
    if training.basis.startswith("slots"):
        layout = replace(base.layout, rank=rank)
        return layout.down(slot_for(index, training.basis, layout.radix, rank), n)
    if training.basis == "gaussian":
        return torch.randn(rank, n, generator=fix_seed("gaussian", index, layer), dtype=torch.float64) / math.sqrt(n)
    if training.basis == "subset":
        chosen = torch.randperm(n, generator=fix_seed("subset", index, n))[:rank]
        return columns(n, base.layout.basis_seed, chosen.tolist()).T.contiguous()
    if training.basis == "balanced energy":
        if moments is None:
            raise ValueError("a basis by energy needs the moments of the base's activations")
        return balanced_rows(moments[layer], index, rank)
    raise ValueError(f"no basis {training.basis!r}")


def balanced_rows(moment: Tensor, index: int, rank: int) -> Tensor:
    """Rows of the index-th of n / rank disjoint sets of eigenvectors of X^T X, each set with about equal energy.

    Sorted by energy and dealt out in turn, back and forth, as cards are (design: OSRM's idea without other tasks).
    """
    n = moment.shape[0]
    hands = n // rank
    place = index % hands
    chosen = [x * hands + (place if x % 2 == 0 else hands - 1 - place) for x in range(rank)]
    vectors: Tensor = torch.linalg.eigh(moment.double().cpu()).eigenvectors.flip(1)  # energy falls from left to right
    return vectors[:, chosen].T.contiguous()


class MethodLearner:
    """Tokens and residuals of one method while they are trained; see train/step.py's Learner."""

    def __init__(self, base: CastBase, training: Training, index: int, seed: int, moments: Moments | None) -> None:
        self.base, self.training = base, training
        self.step, self.loss, self.silence = 0, math.nan, math.nan
        self.residuals = self._residuals(index, seed, moments)
        self._tokens: Tensor = self._start_tokens(index)
        trained = [t for each in self.residuals.values() for t in (each.up, each.down) if t is not None]
        trained = [tensor for tensor in trained if tensor.requires_grad]
        rate, token_rate = training.rates
        groups = [
            {"params": trained, "lr": rate, "base": rate},
            {"params": [self._tokens], "lr": token_rate, "base": token_rate},
        ]
        self._optimiser = torch.optim.AdamW(
            [group for group in groups if group["params"]], betas=(0.9, 0.98), weight_decay=0.0
        )

    @property
    def optimiser(self) -> torch.optim.Optimizer:
        return self._optimiser

    @property
    def learns(self) -> bool:
        """Whether anything is trained at all."""
        return any(tensor.requires_grad for group in self._optimiser.param_groups for tensor in group["params"])

    @property
    def tokens(self) -> Tensor:
        return self._tokens.expand(-1, self.base.config.layers, -1)

    def attached(self, base: CastBase) -> AbstractContextManager[object]:
        return laid_beside(base, self.residuals)

    def taught(self, name: str, seconds: float) -> Taught:
        return Taught(
            name, self.tokens.detach().clone(),
            {layer: LayerResidual(e.up.detach(), None if e.down is None else e.down.detach())
             for layer, e in self.residuals.items()},
            seconds, self.loss, self.silence,
        )  # fmt: skip

    def _start_tokens(self, index: int) -> Tensor:
        start = initial_tokens(self.base)
        if self.training.tokens == "layer-wise":
            return start.requires_grad_()
        if self.training.tokens == "start":
            return start
        if self.training.tokens == "plain":
            return start[:, :1].clone().requires_grad_()
        rare = torch.randn(start.shape[-1], generator=fix_seed("rare word", index)) * float(start.std())
        return torch.stack([rare, start[0, 0]])[:, None]  # "<rare> person", the same at every layer, never trained

    def _residuals(self, index: int, seed: int, moments: Moments | None) -> dict[str, LayerResidual]:
        kind, made = self.training.residual, {}
        for number, (layer, shape) in enumerate(self.base.layout.layers.items()):
            zero_up = torch.zeros(shape.out_features, self.training.rank)
            if kind == "slots":
                frozen = frozen_factor(self.base, self.training, layer, index, moments).float()
                if self.training.side == "input":
                    made[layer] = LayerResidual(zero_up.requires_grad_(), frozen)
                else:
                    zero_down = torch.zeros(self.training.rank, shape.in_features)
                    made[layer] = LayerResidual(frozen.T.contiguous(), zero_down.requires_grad_())
            elif kind == "lora":
                bound = 1 / math.sqrt(shape.in_features)  # kaiming_uniform(a = sqrt 5), as PEFT starts lora_A
                draw = torch.rand(
                    self.training.rank, shape.in_features, generator=fix_seed("lora", index, seed, number)
                )
                made[layer] = LayerResidual(zero_up.requires_grad_(), ((draw * 2 - 1) * bound).requires_grad_())
            elif kind == "key/value" and layer.endswith(KEY_VALUE):
                made[layer] = LayerResidual(torch.zeros(shape.out_features, shape.in_features).requires_grad_())
        return made
