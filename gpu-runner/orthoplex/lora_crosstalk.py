"""How far a LoRA of another program acts on what others' prompts hold: a measurement on activations, never exact.

Of LoRA j and member i on one fixed prompt each, p_j (its own words) and p_i (the member's trigger, with its adapter):
    share_j(i) = r_j(p_i) / r_j(p_j),    r_j(p)^2 = sum_l mean_rows |D_l x_l(p)|^2
D_l (out, in): what LoRA j adds to the weight of linear layer l of the denoiser; x_l(p): its inputs, of words and of
the picture alike, at the levels of LEVELS steps without guidance from one noise, LoRA j itself not attached. 0: it adds
nothing to what the member's prompt holds; 1: as much as to its own words. As ortho/crosstalk.py's by activations, whose
residuals have slots; strengths cancel. Text encoders and convolutions are not counted. A gated LoRA adds so much times
its gate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from orthoplex.bases import AnyBase
from orthoplex.bases.foreign.facts import triggers_of
from orthoplex.bases.foreign.gated import multiplied
from orthoplex.loras import NamedLora, target_of
from orthoplex.sample import AttachedAdapter, SampleSpec
from orthoplex.sample.sampler import denoise

PROMPT, LEVELS, SEED = "a photo of {}", 2, 0
PAIRS_MAX = 64  # of 16 members there may be 240
Changed = tuple[nn.Module, tuple[Tensor, ...]]
_SYNTAX = re.compile(r"[()\[\]{}|\\]+")  # what prompts mean by brackets; a stranger's words may hold any


@dataclass(frozen=True)
class Crosstalk:
    """share: 0 and above; None where the LoRA adds nothing to its own words either."""

    lora: str
    member: str
    share: float | None
    gated: bool

    @property
    def text(self) -> str:
        """As messages say it."""
        size = "nothing at all" if self.share is None else f"{self.share:.0%} of what it adds to its own words"
        gate = ", times its gate" if self.gated and self.share else ""
        return f"{self.lora} adds to the words of {self.member} {size}{gate} (measured on one prompt each, not exact)"

    @property
    def facts(self) -> dict[str, Any]:
        """As job metrics and --json have it."""
        share = None if self.share is None else round(self.share, 4)
        return {"lora": self.lora, "member": self.member, "share": share, "gated": self.gated, "exact": False}


def measured_crosstalk(
    base: AnyBase, loras: Sequence[NamedLora], adapters: Sequence[tuple[str, AttachedAdapter]]
) -> list[Crosstalk]:
    """Each LoRA on every other member, at most PAIRS_MAX pairs; adapters: (how messages call it, the adapter).

    No LoRA may be attached.
    """
    found: list[Crosstalk] = []
    for lora in loras:
        others = [(name, each.trigger, [each]) for name, each in adapters]
        others += [(each.ref, called_by(each), []) for each in loras if each is not lora]
        others = others[: PAIRS_MAX - len(found)]
        if not others:
            break
        changed = list(_layers(base, lora))
        own = _response(base, changed, called_by(lora), [])
        for name, said, attached in others:
            there = _response(base, changed, said, attached)
            found.append(Crosstalk(lora.ref, name, there / own if own > 0 else None, lora.trigger is not None))
    return found


def worst(found: Sequence[Crosstalk]) -> list[Crosstalk]:
    """Of each LoRA the member on whose words it acts most, where it acts at all."""
    most: dict[str, Crosstalk] = {}
    for each in found:
        if each.share and each.share > (most[each.lora].share or 0 if each.lora in most else 0):
            most[each.lora] = each
    return list(most.values())


def called_by(lora: NamedLora) -> str:
    """What its users write: what its command or version says, else the first trigger that the file names."""
    return _SYNTAX.sub(" ", lora.words or next(iter(triggers_of(lora.lora.metadata)), "")).strip()


@torch.no_grad()
def _response(base: AnyBase, changed: Sequence[Changed], said: str, attached: Sequence[AttachedAdapter]) -> float:
    """r(p) of the prompt that says `said`."""
    width, height = base.training.sample_size
    spec = SampleSpec(PROMPT.format(said), SEED, width, height, steps=LEVELS, guidance=1.0)
    energy = 0.0

    def counted(matrices: tuple[Tensor, ...]) -> Any:
        def hook(_: nn.Module, inputs: tuple[Any, ...]) -> None:
            nonlocal energy
            energy += float(multiplied(inputs[0].float(), matrices).square().sum(-1).mean())

        return hook

    with ExitStack() as stack:
        for module, matrices in changed:
            stack.callback(module.register_forward_pre_hook(counted(matrices)).remove)
        reading = cast("Any", base).read(spec, attached, SEED)
        denoise(base, [reading], spec.canvas, guidance=torch.ones(1))
    return math.sqrt(energy)


def _layers(base: AnyBase, lora: NamedLora) -> Iterator[Changed]:
    """The denoiser's linear layers that the LoRA changes, with what it multiplies their inputs with."""
    target, denoiser = target_of(base), cast("Any", base).model
    for layer in lora.lora.layers:
        part, name = layer
        if target.parts[part] is denoiser and isinstance(module := denoiser.get_submodule(name), nn.Linear):
            yield module, lora.lora.matrices(layer, module.weight.detach())
