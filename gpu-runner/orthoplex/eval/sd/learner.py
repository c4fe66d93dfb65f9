"""What the compared methods train on a Stable Diffusion base: two words before the text encoder, residuals in the UNet.

The paper's own architecture: a concept is `<V1> <V2>`, vectors in place of two word embeddings, and LoRA or orthogonal
slots on the projections of every attention. Ours is trained by the product (train/concept.py). Symbols: B pictures,
S positions of a prompt, D channels of the text encoder.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from orthoplex.bases.context import Context
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.describe import ENTRIES, GATED, shapes_of
from orthoplex.bases.sd.encoding import CONCEPT
from orthoplex.bases.sd.pictures import SdPictures
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import LayerResidual, Residuals, Trained, beside
from orthoplex.eval.learner import Training
from orthoplex.ortho.basis import BASIS_NAME
from orthoplex.ortho.layout import LayerShape, Layout

CLASS_WORD = "person"
WORDS = f"{CLASS_WORD} {CLASS_WORD}"  # what stands in a prompt where a method puts two vectors
RANK = 8
# Learning rates before tuning, of residuals and of words. Ours: entries and residuals of the product.
RATES = {"lora": 2e-3, "slots": 1e-2, "none": 0.0}
WORD_RATE = 5e-3
OUR_RATES = (3e-2, 3e-2)


@dataclass(frozen=True)
class SdTraining(Training):
    """As on cast bases; tokens: words (two vectors before the text encoder), fixed (a rare one that is not trained, and
    the class word), start (the class word alone), entries (ours: what four tokens add to keys and values)."""

    tokens: str = "words"

    @property
    def rates(self) -> tuple[float, float]:
        if self.tokens == "entries":
            return OUR_RATES[0] * self.rate_factor, OUR_RATES[1] * self.rate_factor
        return RATES[self.residual] * self.rate_factor, WORD_RATE * self.rate_factor

    @property
    def is_ours(self) -> bool:
        return self.tokens == "entries"


@lru_cache(maxsize=4)
def ungated_layout(base: SdBase) -> Layout:
    """q, k, v and out of every attention of the UNet, and its feed-forward layers, without entries: where the paper's
    methods act, as ordinary LoRAs do."""
    shapes = {name: LayerShape(*shape) for name, shape in shapes_of(base.model, (*GATED, *ENTRIES)).items()}
    return replace(
        base.layout, layers=shapes, entries={}, gate_gain=0.0, rank=RANK, basis=BASIS_NAME, basis_seed=1
    )  # fmt: skip


@contextmanager
def words_replaced(base: SdBase, ids: Tensor, rows: Tensor, vectors: Tensor) -> Iterator[None]:
    """Inside the `with` block the prompts `ids` (B, S), and no others, are read with vectors (n, D) at rows (B, n)."""

    def put(_: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> Tensor:
        if inputs[0].shape != ids.shape or not torch.equal(inputs[0].cpu(), ids):
            return output
        read = output.clone()
        read[torch.arange(len(ids))[:, None], rows] = vectors.to(output.device, output.dtype)
        return read

    handle = base.text_encoder.get_input_embeddings().register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()


class WordScenes(SdPictures):
    """Training pictures whose contexts are still words: `WordLearner.called` has the text encoder read them."""

    def _context(self, chosen: Sequence[int], latents: tuple[int, int]) -> Context:
        prompts = [self.prompts[index] for index in chosen]
        last = [prompt.mentions[CONCEPT][0] for prompt in prompts]
        return Context(
            states=(),
            residuals=((),) * len(prompts),
            conditions={
                "visible": torch.ones(len(prompts), self.base.words, dtype=torch.bool),
                "ids": torch.tensor([prompt.ids for prompt in prompts]),
                "rows": torch.tensor([[row - 1, row] for row in last]),
                "latents": torch.tensor([latents] * len(prompts)),
            },
        )


class WordLearner:
    """Words and residuals of one method while they are trained; see train/step.py's Learner."""

    def __init__(self, base: SdBase, training: SdTraining, index: int, seed: int) -> None:
        self.base, self.training = base, training
        self.step, self.loss, self.prior_loss = 0, math.nan, 0.0
        self.residuals = self._residuals(index, seed)
        self.vectors = self._start(index)
        factors = [t for each in self.residuals.values() for t in (each.up, each.down) if t is not None]
        rate, word_rate = training.rates
        groups = [
            {"params": [tensor for tensor in factors if tensor.requires_grad], "lr": rate, "base": rate},
            {"params": [self.vectors] if self.vectors.requires_grad else [], "lr": word_rate, "base": word_rate},
        ]
        self.learns = any(group["params"] for group in groups)
        if self.learns:
            self._optimiser = torch.optim.AdamW(
                [group for group in groups if group["params"]], betas=(0.9, 0.98), weight_decay=0.0
            )

    @property
    def optimiser(self) -> torch.optim.Optimizer:
        return self._optimiser

    def called(self, context: Context) -> Context:
        ids, rows = context.conditions["ids"], context.conditions["rows"]
        with words_replaced(self.base, ids, rows, self.vectors):
            states = self.base.text_encoder(ids.to(self.base.device)).last_hidden_state
        return replace(context, states=(states,))

    def attached(self, context: Context) -> AbstractContextManager[None]:  # noqa: ARG002 - acts on every position
        return laid_beside(self.base, self.residuals)

    def trained(self, name: str, seconds: float) -> Trained:
        residuals = {
            layer: LayerResidual(each.up.detach(), None if each.down is None else each.down.detach())
            for layer, each in self.residuals.items()
        }
        return Trained(name, self.vectors.detach().clone(), residuals, seconds, self.loss, self.prior_loss)

    def _start(self, index: int) -> Tensor:
        """(2, D): the class word twice; a rare word before it where words are not trained."""
        embedding = self.base.text_encoder.get_input_embeddings()
        (own,) = self.base.tokenizer(CLASS_WORD, add_special_tokens=False).input_ids
        word = embedding.weight.detach()[own].float().cpu()
        if self.training.tokens == "start":
            return torch.stack([word, word])
        rare = torch.randn(len(word), generator=fix_seed("rare word", index)) * float(embedding.weight.float().std())
        if self.training.tokens == "fixed":
            return torch.stack([rare, word])
        return torch.stack([rare, word]).requires_grad_()

    def _residuals(self, index: int, seed: int) -> dict[str, LayerResidual]:
        made = {}
        layout = ungated_layout(self.base)
        if self.training.residual == "none":
            return {}
        for number, (layer, shape) in enumerate(layout.layers.items()):
            up = torch.zeros(shape.out_features, RANK, requires_grad=True)
            if self.training.residual == "slots":
                made[layer] = LayerResidual(up, layout.down(index, shape.in_features).float())
                continue
            bound = 1 / math.sqrt(shape.in_features)  # kaiming_uniform(a = sqrt 5), as PEFT starts lora_A
            start = torch.rand(RANK, shape.in_features, generator=fix_seed("lora", index, seed, number))
            made[layer] = LayerResidual(up, ((start * 2 - 1) * bound).requires_grad_())
        return made


def laid_beside(base: SdBase, residuals: Residuals) -> AbstractContextManager[None]:
    """Residuals beside the UNet's layers inside the `with` block, on every position."""
    named: Mapping[str, LayerResidual] = residuals
    return beside(base, ungated_layout(base), [(named, lambda _: 1.0)])
