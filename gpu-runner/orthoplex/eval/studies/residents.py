"""Concepts that are loaded but not named in the prompt: whether a picture changes by a bit when 99 others are resident.

On the product's own path, for bases with entries: adapters as they are published (fp16), its prompts, its sampler. The
others are the trained characters in turn, each under a trigger and in a slot of its own, so that the number is not
bounded by how many were trained.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.eval.factors import Trained
from orthoplex.eval.generation import background_words, picture_seed
from orthoplex.eval.lab import Lab
from orthoplex.eval.studies.scenes import PLACES
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.sample.sampler import sample


def published(base: CastBase, trained: Trained, trigger: str, slot: int) -> AttachedAdapter:
    """A trained character as its adapter would be published. Layers that the base does not adapt are refused, but for
    residuals of 0: what nothing gates, the first block's self-attention, is never trained.
    """
    adapted = base.layout.layers
    up = {name: each.up.half() for name, each in trained.residuals.items() if name in adapted or each.up.any()}
    if up.keys() != adapted.keys() or trained.entries.keys() != base.layout.entries.keys():
        raise ValueError(f"{base.id} adapts other layers than this training")
    entries = {layer: entry.half() for layer, entry in trained.entries.items()}
    adapter = Adapter(slot, up, torch.zeros(0, 0, 0).half(), trained.name, "person", trigger, 1.0, entries)
    return AttachedAdapter(adapter, trigger, 1.0)


def residents(lab: Lab) -> dict[str, Any] | None:
    """How many pictures differ in any byte, of how many; None on bases without entries.

    For each measured character two pictures of it alone and one, by words alone, of it and the next.
    """
    base, s = lab.published, lab.settings
    if base is None or not base.layout.entries:
        return None
    ours = lab.tuned(lab.lineup.ours.training)
    measured = lab.names[: min(s.curve_measured, s.curve_concepts)]
    trained = [lab.trained(name, ours, s.seeds[0]) for name in lab.names[: s.curve_concepts]]
    by_name = {each.name: published(base, each, f"<{each.name}>", slot) for slot, each in enumerate(trained)}
    others = [
        published(base, trained[number % len(trained)], f"<resident-{number}>", len(trained) + number)
        for number in range(s.residents)
    ]

    def measure() -> dict[str, Any]:
        different, drawn = 0, 0
        for number, name in enumerate(measured):
            for spec, called in _specs(lab, name, measured[(number + 1) % len(measured)]):
                own = [by_name[each] for each in called]
                room = others[: s.residents - len(own)]
                one, other = (sample(base, spec, members).images[0] for members in (own, [*room, *own]))
                different += one.tobytes() != other.tobytes()
                drawn += 1
        return {"count": s.residents, "pictures": drawn, "different": different, "silent": silent(base, others)}

    facts = [lab.trainer.weights, ours, ours.rates, s.steps, s.batch, s.residents, s.draw_steps, measured, len(trained)]
    return lab.cache.numbers("residents", facts, measure)


def _specs(lab: Lab, name: str, beside: str) -> list[tuple[SampleSpec, tuple[str, ...]]]:
    """Prompts of a character alone and beside another, with the names that each calls."""
    asks = lab.characters[name].asks(2)
    words = background_words(asks[0])
    alone = [f"<{name}> {ask.expression}, {background_words(ask)}" for ask in asks]
    pair = f"<{name}> {asks[0].expression}, {PLACES[0]}; <{beside}> {asks[1].expression}, {PLACES[2]}; {words}"
    spec = SampleSpec("", picture_seed("residents", name), 256, 256, lab.settings.draw_steps)
    found: list[tuple[SampleSpec, tuple[str, ...]]] = [(replace(spec, prompt=prompt), (name,)) for prompt in alone]
    return found if name == beside else [*found, (replace(spec, prompt=pair, width=512, apart=False), (name, beside))]


@torch.no_grad()
def silent(base: CastBase, others: list[AttachedAdapter]) -> bool:
    """Whether the base's own prediction is the same to the bit with the others attached to a context that names none.

    The sampler leaves out who is not called; here the attachment itself is asked.
    """
    row = base.read(SampleSpec("a smiling person; sky background", 1, 256, 256), [], 1)
    context = base.encode([row])
    x = base.noise(1, Canvas(256, 256, 1))[None].to(base.device)
    t = torch.full((1,), 0.5, device=base.device)
    plain = base.predict(x, t, context)
    nowhere = torch.zeros(0, dtype=torch.long)
    members = [Member(each.adapter.slot, each.adapter.entries, each.adapter.up, nowhere) for each in others]
    with attach_gated(base.model, base.layout, [members], length=context.states[0].shape[1]):
        return torch.equal(base.predict(x, t, context), plain)
