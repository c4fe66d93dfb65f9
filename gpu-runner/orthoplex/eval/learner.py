"""What each method trains: which factors, from which basis, with which tokens and which contrastive data. One class for
all.

The same step trains every method (train/step.py); only this differs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from orthoplex.bases.cast.base import GATED_TRAINING, TRAINING, CastBase
from orthoplex.bases.cast.encoding import concept_cells, concept_positions, with_tokens
from orthoplex.bases.cast.pictures import HIGH_SHARE
from orthoplex.bases.context import Context
from orthoplex.eval.attention import PROJECTIONS, adapted_layout, attention_layout, reads_words
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import LayerResidual, Trained, laid_beside
from orthoplex.eval.gating import Gate, Present, acting
from orthoplex.ortho.basis import columns
from orthoplex.ortho.crosstalk import Moments

# Learning rates before tuning: the product's own where the product trains the same.
TOKEN_RATE = TRAINING.token_rate
RATES = {
    "slots": 2e-2, "marked slots": TRAINING.up_rate, "lora": 4e-3, "key/value": 1e-3, "none": 0.0,
    "gated slots": GATED_TRAINING.up_rate, "gated lora": 8e-3,
}  # fmt: skip


@dataclass(frozen=True)
class Training:
    """What one method trains.

    residual: slots (one factor frozen in a basis), lora (both trained), key/value (whole matrices of
    cross-attention's keys and values, Custom Diffusion), none. layers: attention (all its projections), words
    (cross-attention's keys and values), picture (all of attention but these), "outputs and feed-forward"
    (attention's outputs and the feed-forward layers, the product's), "picture and feed-forward", all, or ends of
    names with commas between. tokens: layer-wise (P+), marked (P+ with the mark of the slot), plain (the same for
    all layers), fixed (a rare word that is not trained, DreamBooth), start (the untrained start of the others),
    entries (the same, and what `count` of them add to keys and values). gate: of gating.GATES, in training and when
    drawn, with this gain (None: the base's own); residuals of words then act on the concept's own tokens only. "":
    residuals act everywhere. companions: share of the steps in which somebody of the base stands beside the
    concept. high_share, low_share: of the levels of noise, near pure noise and near none (None: the base's own).
    """

    residual: str = "slots"
    basis: str = "slots in one class"
    side: str = "input"
    layers: str = "attention"
    tokens: str = "layer-wise"
    silence: str = "none"
    rank: int = 8
    rate_factor: float = 1.0
    gate: str = ""
    gain: float | None = None
    count: int = 4
    token_factor: float = 1.0
    companions: float = 0.0
    high_share: float = HIGH_SHARE
    low_share: float | None = None

    @property
    def merge(self) -> str:
        """How it is merged unless a method says otherwise; see lab.py."""
        return BY_GATES if self.gate else "sum"

    def covers(self, layer: str) -> bool:
        """Whether a layer has a residual."""
        attends, of_words = layer.endswith(PROJECTIONS), reads_words(layer)
        groups = {
            "attention": attends,
            "words": of_words,
            "picture": attends and not of_words,
            "outputs and feed-forward": layer.endswith("to_out") or not attends,
            "picture and feed-forward": not of_words,
            "all": True,
        }
        return groups[self.layers] if self.layers in groups else layer.endswith(tuple(self.layers.split(",")))

    @property
    def rates(self) -> tuple[float, float]:
        """Learning rates of residuals and of tokens. Where only tokens are trained, tuning turns theirs."""
        alone = self.residual == "none"
        kind = f"marked {self.residual}" if self.tokens == "marked" else self.residual
        kind = f"gated {self.residual}" if self.gate and f"gated {self.residual}" in RATES else kind
        tokens = (GATED_TRAINING.token_rate if self.tokens == "entries" else TOKEN_RATE) * self.token_factor
        return RATES[kind] * self.rate_factor, tokens * (self.rate_factor if alone else 1.0)

    @property
    def label(self) -> str:
        """All of it in one line of a log."""
        basis = f" ({self.basis}, {self.side})" if self.residual == "slots" else ""
        words = f"{self.residual}{basis} on {self.layers}, {self.count} {self.tokens} tokens, silence {self.silence}"
        gain = "" if self.gain is None else f" x{self.gain:g}"
        gated = f", gate {self.gate}{gain}" if self.gate else ""
        beside = f", {self.companions:.0%} beside companions" if self.companions else ""
        return f"{words}, rank {self.rank}{gated}{beside}, x{self.rate_factor:g} x{self.token_factor:g}"


BY_GATES = "gated"  # a way to merge: nothing is summed, every concept acts through its gate and its token mask


def gate_of(base: CastBase, training: Training, merge: str) -> Gate | None:
    """The gate used in generation: that of training, or the plain one if only generation is gated."""
    gain = base.layout.gate_gain if training.gain is None else training.gain
    return Gate(gain, training.gate or "latest") if merge == BY_GATES else None


NEEDS_MOMENTS = ("balanced energy", "quiet directions")


def slot_for(index: int, basis: str, radix: int, rank: int) -> int:
    """The slot of the index-th concept: in order, or anywhere among the first radix^2 (radix at rank 1)."""
    if basis == "slots across classes":
        return int(torch.randint(radix ** min(2, rank), (1,), generator=fix_seed("slot", index)))
    return index


def frozen_factor(base: CastBase, training: Training, layer: str, index: int, *, moments: Moments | None) -> Tensor:
    """(r, n): the rows that concept `index` keeps frozen in a layer, n its input dimension (or output, by side)."""
    whole = adapted_layout(base)
    shape = whole.layers[layer]
    n, rank = shape.in_features if training.side == "input" else shape.out_features, training.rank
    if training.basis == "reserved channels":
        return replace(base.layout, rank=rank).down(index, n)
    if training.basis.startswith("slots"):
        layout = replace(whole, rank=rank)
        return layout.down(slot_for(index, training.basis, layout.radix, rank), n)
    if training.basis == "gaussian":
        return torch.randn(rank, n, generator=fix_seed("gaussian", index, layer), dtype=torch.float64) / math.sqrt(n)
    if training.basis == "subset":
        chosen = torch.randperm(n, generator=fix_seed("subset", index, n))[:rank]
        return columns(n, whole.basis_seed, chosen.tolist()).T.contiguous()
    if training.basis in NEEDS_MOMENTS:
        if moments is None:
            raise ValueError("a basis by energy needs the moments of the base's activations")
        if training.basis == "balanced energy":
            return balanced_rows(moments[layer], index, rank)
        quiet = quiet_directions(base, moments)  # (said, said / 2)
        return F.pad(dealt(quiet, index, rank).T, (0, n - quiet.shape[0]))
    raise ValueError(f"no basis {training.basis!r}")


def balanced_rows(moment: Tensor, index: int, rank: int) -> Tensor:
    """Rows of the index-th of n / rank disjoint sets of eigenvectors of X^T X, each set with about equal energy.

    Sorted by energy and dealt out in turn, back and forth, as cards are (design: OSRM's idea without other tasks).
    """
    vectors: Tensor = torch.linalg.eigh(moment.double().cpu()).eigenvectors.flip(1)  # energy falls from left to right
    return dealt(vectors, index, rank).T.contiguous()


def dealt(vectors: Tensor, index: int, rank: int) -> Tensor:
    """(n, r): the index-th hand of n / rank disjoint ones, of vectors (n, k) that are sorted by energy."""
    hands = vectors.shape[1] // rank
    place = index % hands
    return vectors[:, [x * hands + (place if x % 2 == 0 else hands - 1 - place) for x in range(rank)]]


def quiet_directions(base: CastBase, moments: Moments) -> Tensor:
    """(said, said / 2): the half of least energy of what the base's own words say, by falling energy.

    For a base that reserves nothing, the next best: there its words are not 0, but quiet.
    """
    said = base.config.word_width
    words = next(moment for layer, moment in moments.items() if reads_words(layer))[:said, :said]
    vectors: Tensor = torch.linalg.eigh(words.double().cpu()).eigenvectors.flip(1)
    return vectors[:, said // 2 :]


class MethodLearner:
    """Tokens and residuals of one method while they are trained; see train/step.py's Learner."""

    def __init__(self, base: CastBase, training: Training, index: int, *, seed: int, moments: Moments | None) -> None:
        self.base, self.training = base, training
        self.step, self.loss, self.prior_loss = 0, math.nan, math.nan
        self.residuals = self._residuals(index, seed, moments)
        self.entries = self._entries()
        self._tokens: Tensor = self._start_tokens(index)
        self._marks, self._free = self._marks_of(moments)
        trained = [t for each in self.residuals.values() for t in (each.up, each.down) if t is not None]
        trained = [tensor for tensor in trained if tensor.requires_grad]
        rate, token_rate = training.rates
        groups = [
            {"params": trained, "lr": rate, "base": rate},
            {"params": [self._tokens, *self.entries.values()], "lr": token_rate, "base": token_rate},
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
        """(count, layers, C): what is trained, in the channels that words use, and the marks."""
        words = self._tokens if self._free is None else self._tokens @ self._free
        padded = F.pad(words, (0, self.base.config.reserved)).expand(-1, self.base.config.layers, -1)
        return padded if self._marks is None else padded + self._marks[:, None]

    def called(self, context: Context) -> Context:
        a_layer = self._learns_tokens and self._tokens.shape[1] > 1
        return with_tokens(self.base, context, self.tokens if a_layer else self.tokens[:, :1])

    @contextmanager
    def attached(self, context: Context) -> Iterator[None]:
        """The concept as it is trained: gated where the method gates, else everywhere; entries at its own tokens."""
        positions = concept_positions(self.base, concept_cells(context)).cpu()
        present = Present(self.residuals, self.entries, positions[:, : self.training.count])
        gate = gate_of(self.base, self.training, self.training.merge)
        with ExitStack() as stack:
            if gate is None:
                stack.enter_context(laid_beside(self.base, self.residuals))
            stack.enter_context(acting(self.base, [present], context.states[0].shape[1], gate))
            yield

    def trained(self, name: str, seconds: float) -> Trained:
        return Trained(
            name, self.tokens.detach().clone(),
            {layer: LayerResidual(e.up.detach(), None if e.down is None else e.down.detach())
             for layer, e in self.residuals.items()},
            seconds, self.loss, self.prior_loss,
            {layer: entry.detach().clone() for layer, entry in self.entries.items()},
        )  # fmt: skip

    def _marks_of(self, moments: Moments | None) -> tuple[Tensor | None, Tensor | None]:
        """Marks (count, C), and a projection (said, said) that keeps trained words out of quiet directions."""
        if self.training.tokens != "marked":
            return None, None
        down = next(each.down for layer, each in self.residuals.items() if reads_words(layer))
        assert down is not None
        marks = self.base.layout.marker * down[torch.arange(len(self._tokens)) % self.training.rank]
        if self.training.basis != "quiet directions":
            return marks, None
        assert moments is not None
        quiet = quiet_directions(self.base, moments).float()
        return marks, torch.eye(len(quiet)) - quiet @ quiet.T

    @property
    def _learns_tokens(self) -> bool:
        return self.training.tokens not in ("start", "entries", "fixed")

    def _entries(self) -> dict[str, Tensor]:
        if self.training.tokens != "entries":
            return {}
        layers = attention_layout(self.base).layers
        shapes = {
            layer: (self.training.count, shape.out_features) for layer, shape in layers.items() if reads_words(layer)
        }
        return {layer: torch.zeros(shape, requires_grad=True) for layer, shape in shapes.items()}

    def _start_tokens(self, index: int) -> Tensor:
        start = self.base.initial_tokens("person")
        if self.training.tokens in ("layer-wise", "marked"):
            return start.requires_grad_()
        if not self._learns_tokens and self.training.tokens != "fixed":
            return start
        if self.training.tokens == "plain":
            return start[:, :1].clone().requires_grad_()
        rare = torch.randn(start.shape[-1], generator=fix_seed("rare word", index)) * float(start.std())
        # "<rare> person", the same at every layer, never trained
        return torch.cat([rare[None], start[:1, 0], start[2:, 0]])[:, None]

    def _residuals(self, index: int, seed: int, moments: Moments | None) -> dict[str, LayerResidual]:
        kind, made = self.training.residual, {}
        for number, (layer, shape) in enumerate(adapted_layout(self.base).layers.items()):
            if not self.training.covers(layer):
                continue
            zero_up = torch.zeros(shape.out_features, self.training.rank)
            if kind == "slots":
                frozen = frozen_factor(self.base, self.training, layer, index, moments=moments).float()
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
            elif kind == "key/value":
                made[layer] = LayerResidual(torch.zeros(shape.out_features, shape.in_features).requires_grad_())
        return made
