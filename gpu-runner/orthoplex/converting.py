"""`convert`: distils a foreign LoRA into an exact adapter, and says how much of its effect survived.

The reference is the LoRA attached whole, on pictures that it drew itself; the adapter acts at its trigger alone. What a
LoRA does to all other words and places is thereby lost on purpose, and counts as lost in the measured share.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.foreign.conversion import Conversion, spec_of, survived
from orthoplex.importing import base_of
from orthoplex.in_files import check_files
from orthoplex.loras import SD, target_of
from orthoplex.ortho.adapter import Adapter, read_adapter, write_adapter
from orthoplex.out_places import check_weights
from orthoplex.progress import ProgressLine
from orthoplex.report import Said
from orthoplex.sample import AttachedAdapter, SampleSpec
from orthoplex.sample.sampler import denoise
from orthoplex.train.concept import ConceptState, TrainSpec, finished_adapter
from orthoplex.train.step import train_step
from orthoplex.whole_files import write_whole

HELD_OUT = ("{} in a park", "a photo of {}", "{}, full body")  # with seeds that training does not use
HELD_OUT_SEED = 9_000
PICTURES, LEVELS = 12, 8  # that the LoRA draws
MEASURED_STEPS = 12


def convert(flags: argparse.Namespace) -> Iterator[str]:
    """Write an adapter from a LoRA; ValueError where less than --share-min survived, unless --yes."""
    from orthoplex.bases.foreign.facts import facts_of
    from orthoplex.bases.foreign.reader import read_foreign

    check_weights(flags.out, force=flags.force, inputs=[flags.file])
    check_files([flags.file])
    _check_numbers(flags)
    base = base_of(flags)
    target = target_of(base)
    lora = read_foreign(flags.file, target)
    words = flags.words or next(iter(facts_of(flags.file, lora.metadata)["triggers"]), None)
    if not words:
        raise ValueError(f"{flags.file} names no trigger: --words says what its users write, for example 'sks dog'")
    conversion, own = Conversion(lora, flags.strength, words, flags.class_word, target), _family(base)
    spec = TrainSpec(
        flags.trigger.strip("<>"), flags.class_word, flags.trigger, flags.slot, steps=flags.steps, seed=flags.seed
    )  # fmt: skip
    state = ConceptState(base, spec)
    with torch.no_grad():
        for name, entry in own.closed_form(base, conversion).items():
            state.entries[name].copy_(entry)
    closed = _adapter(base, state, spec, {})
    data = own.Samples(
        base, conversion, _states, pictures=PICTURES, levels=LEVELS, steps=flags.sample_steps, seed=flags.seed
    )  # fmt: skip
    yield Said(f"distilling {words} into {flags.trigger}: {flags.steps} steps", words=words, trigger=flags.trigger)
    shown = ProgressLine("distilling")
    while state.step < spec.steps:
        generator = torch.Generator().manual_seed(spec.seed * 1_000_003 + state.step + 1)
        train_step(
            base, state, data, prior=None, own=spec.batch, silent=0, steps=spec.steps, generator=generator,
            scale=state.scale,
        )  # fmt: skip
        shown.show(state.step, spec.steps, f"loss {state.loss:.4f}")
    distilled = _adapter(base, state, spec, {})
    prompts = [
        replace(spec_of(base, MEASURED_STEPS), prompt=text, seed=HELD_OUT_SEED + at) for at, text in enumerate(HELD_OUT)
    ]
    states = {name: _drawn(base, each, prompts) for name, each in (("closed", closed), ("distilled", distilled))}
    shares = survived(base, conversion, _states, states_of=states, prompts=prompts)
    share = shares["distilled"]
    text = f"{share:.0%} of its effect survived ({shares['closed']:.0%} before distillation)"
    if share < flags.share_min and not flags.yes:
        raise ValueError(f"{text}; less than {flags.share_min:.0%} is not written without --yes (--share-min)")
    source = hashlib.sha256(flags.file.read_bytes()).hexdigest()
    summary = {"converted_from": source, "share": round(share, 4), "steps": state.step, "loss": round(state.loss, 5)}
    adapter = _adapter(base, state, spec, summary)
    write_whole(flags.out, write_adapter(adapter, base.layout))
    yield Said(f"{flags.out}  {text}", file=str(flags.out), share=share, share_closed=shares["closed"], exact=True)


def _check_numbers(flags: argparse.Namespace) -> None:
    """ValueError for numbers with which nothing would be distilled, or any share would do."""
    if min(flags.steps, flags.sample_steps) < 1:
        raise ValueError("--steps and --sample-steps are 1 or more")
    if not 0 <= flags.share_min <= 1:
        raise ValueError(f"--share-min is a share from 0 to 1, not {flags.share_min}")
    if not math.isfinite(flags.strength) or flags.strength == 0:
        raise ValueError(f"--strength is a finite number other than 0, not {flags.strength}")


def _family(base: Any) -> Any:
    """The module that knows how the base's family is distilled."""
    if base.description["family"] == SD:
        from orthoplex.bases.sd import conversion

        return conversion
    from orthoplex.bases.zimage import conversion as conversion_on_zimage

    return conversion_on_zimage


def _adapter(base: Any, state: ConceptState, spec: TrainSpec, summary: dict[str, Any]) -> Adapter:
    """As its file will hold it."""
    return read_adapter(write_adapter(finished_adapter(state, spec, summary), base.layout), base.layout)


def _drawn(base: Any, adapter: Adapter, prompts: list[SampleSpec]) -> list[Tensor]:
    """Final states of prompts whose `{}` is the trigger."""
    members = [AttachedAdapter(adapter, adapter.trigger, 1.0)]
    return [_states(base, replace(spec, prompt=spec.prompt.format(adapter.trigger)), members) for spec in prompts]


def _states(base: Any, spec: SampleSpec, members: Sequence[AttachedAdapter] = ()) -> Tensor:
    reading = base.read(spec, members, spec.seed)
    return denoise(base, [reading], spec.canvas, guidance=torch.tensor([spec.guidance]))
