"""A thousand adapters in memory and three of them in the prompt, against those three alone."""

import torch

from bench.rows import Measured, Row, group
from bench.timing import Way, interleaved
from orthoplex.bases import AnyBase, load_base
from orthoplex.bases.registry import default_base
from orthoplex.ortho.adapter import Adapter, write_adapter
from orthoplex.sample import AttachedAdapter, SampleSpec

RESIDENTS = 1_000


def tensors_of(adapter: Adapter) -> list[torch.Tensor]:
    return [*adapter.up.values(), *adapter.entries.values(), adapter.tokens]


@group(
    Row("residents-step", "a step with 1,000 residents, 3 in the prompt, the embedded base", "3 residents", "<= 1.02",
        (0.7, 1.5), "The quartiles lie further apart than what is missed: to be measured on a quiet machine."),
    Row("residents-reading", "reading a picture and one step, 1,000 residents", "3 residents", "<= 1.02", (0.7, 4)),
    Row("residents-memory", "memory of 1,000 residents", "their files", "<= 1.02", (0.9, 1.1)),
)  # fmt: skip
def residents(quick: bool) -> dict[str, Measured]:
    from bench.adapters import random_adapter

    base = load_base(default_base())
    made = [random_adapter(base, number % 16, f"<r{number}>") for number in range(RESIDENTS)]
    members = [AttachedAdapter(adapter, adapter.trigger, 0.8) for adapter in made]
    spec = SampleSpec("<r1> and <r2> and <r3>", 0, 768, 256, steps=4)
    rounds = 9 if quick else 25
    steps = interleaved({"all": _steps(base, spec, members), "three": _steps(base, spec, members[1:4])}, rounds)
    whole = interleaved({"all": _reading(base, spec, members), "three": _reading(base, spec, members[1:4])}, rounds)
    held = sum(tensor.numel() * tensor.element_size() for adapter in made for tensor in tensors_of(adapter))
    files = sum(len(write_adapter(adapter, base.layout)) for adapter in made[:10]) * RESIDENTS / 10
    return {
        "residents-step": Measured(steps["all"], steps["three"], "768x256"),
        "residents-reading": Measured(whole["all"], whole["three"], "once a picture, then as a step"),
        "residents-memory": Measured([float(held)], [files], f"{held / 2**20:.0f} MiB; bytes, not seconds"),
    }


def _steps(base: AnyBase, spec: SampleSpec, members: list[AttachedAdapter]) -> Way:
    with torch.no_grad():
        context = base.encode([base.read(spec, members, 0)])
    x, t = base.noise(0, spec.canvas)[None], torch.tensor([0.5])

    @torch.no_grad()
    def run() -> None:
        with base.attached(context):
            base.predict(x, t, context)

    return Way(run)


def _reading(base: AnyBase, spec: SampleSpec, members: list[AttachedAdapter]) -> Way:
    x, t = base.noise(0, spec.canvas)[None], torch.tensor([0.5])

    @torch.no_grad()
    def run() -> None:
        context = base.encode([base.read(spec, members, 0)])
        with base.attached(context):
            base.predict(x, t, context)

    return Way(run)
