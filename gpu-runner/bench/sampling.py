"""Batches of different compositions against the bare base and diffusers in turn; a picture against its passes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from bench.rows import Measured, Row, group
from bench.timing import Way, interleaved
from orthoplex.bases import AnyBase, load_base
from orthoplex.bases.registry import default_base
from orthoplex.ortho.adapter import load
from orthoplex.png import write_png
from orthoplex.sample import AttachedAdapter, SampleSpec, sample, sample_batch

SEEDS = Path(__file__).parents[1] / "seeds"
COMPOSITIONS = 8
Job = tuple[SampleSpec, Sequence[AttachedAdapter]]


def seeds(base: AnyBase) -> list[AttachedAdapter]:
    """The adapters that come with the product."""
    files = sorted(SEEDS.glob("*/adapter.safetensors"))
    found = [load(path, base.layout) for path in files]
    return [AttachedAdapter(adapter, adapter.trigger, adapter.strength) for adapter in found]


def compositions(members: Sequence[AttachedAdapter], spec: SampleSpec) -> list[Job]:
    """Eight jobs, each of its own three members."""
    jobs: list[Job] = []
    for number in range(COMPOSITIONS):
        own = [members[(3 * number + place) % len(members)] for place in range(3)]
        called = SampleSpec(
            " and ".join(each.trigger for each in own), number, spec.width, spec.height, steps=spec.steps,
        )  # fmt: skip
        jobs.append((called, own))
    return jobs


def bare(jobs: Sequence[Job]) -> list[Job]:
    """The same pictures of people whom nobody trained."""
    plain = "a person and a person and a person"
    return [(SampleSpec(plain, spec.seed, spec.width, spec.height, steps=spec.steps), ()) for spec, _ in jobs]


def _batch(base: AnyBase, jobs: Sequence[Job], rounds: int) -> tuple[list[float], list[float]]:
    others = bare(jobs)
    seconds = interleaved(
        {"bare": Way(lambda: sample_batch(base, others)), "mixed": Way(lambda: sample_batch(base, jobs))}, rounds
    )
    return seconds["bare"], seconds["mixed"]


@group(
    Row("batch-cast", "8 different compositions of 3 in a batch, the embedded base", "the bare base at batch 8",
        ">= 0.8", (0.4, 1.5)),
    Row("picture-cast", "a picture of three, sampler to PNG, the embedded base", "the denoiser's own forward passes",
        "<= 1.15", (0.8, 3),
        "Of 1.41 s on one thread 1.05 are the passes, .25 the members (.10 cross-attention by products in place of the "
        "fused one, which keeps no probabilities, .03 the gates, .12 the residuals), .09 the sharpener, .02 the PNG. A "
        "fused attention that also gives its row sums would take half of it; the sharpener alone is .09 of the .15."),
)  # fmt: skip
def cast(quick: bool) -> dict[str, Measured]:
    base = load_base(default_base())
    steps = 4 if quick else 24
    spec = SampleSpec("", 0, 768, 256, steps=steps)
    jobs = compositions(seeds(base), spec)
    above, below = _batch(base, [(SampleSpec(s.prompt, s.seed, 768, 256, steps=4), own) for s, own in jobs], 5)
    order, members = jobs[0]
    with torch.no_grad():
        context = base.encode([base.read(*bare([jobs[0]])[0], 0)])
        x = base.noise(0, order.canvas)[None]
        levels = base.schedule(order.canvas, [0]).levels

        def passes() -> None:
            for level in levels:
                base.predict(x, torch.full((1,), float(level)), context)

        seconds = interleaved(
            {"picture": Way(lambda: write_png(sample(base, order, members).images[0], None)), "passes": Way(passes)},
            5 if quick else 7,
        )
    return {
        "batch-cast": Measured(above, below, "768x256, 4 steps"),
        "picture-cast": Measured(seconds["picture"], seconds["passes"], f"{steps} steps, without the lease"),
    }


@group(
    Row("batch-sd", "throughput of 8 different compositions of 3 in one batch, SD 1.5's shape",
        "the bare base at batch 8", ">= 0.8", (0.3, 1.5)),
    Row("batch-diffusers", "diffusers set_adapters in turn, batch 1 each", "the same 8 in one batch", ">= 1.5",
        (0.4, 20)),
    needs=("diffusers", "peft"),
)  # fmt: skip
def stable_diffusion(quick: bool) -> dict[str, Measured]:
    from bench.adapters import random_adapter
    from bench.models import ABOUT, SIDE, small_sd

    base = small_sd(quick)
    steps = 2 if quick else 4
    names = [f"<m{number}>" for number in range(3 * COMPOSITIONS)]
    members = [AttachedAdapter(random_adapter(base, place, name), name, 0.8) for place, name in enumerate(names)]
    jobs = compositions(members, SampleSpec("", 0, SIDE, SIDE, steps=steps))
    above, below = _batch(base, jobs, 3 if quick else 5)
    theirs = _in_turn(base, jobs, steps)
    seconds = interleaved({"theirs": theirs, "ours": Way(lambda: sample_batch(base, jobs))}, 3 if quick else 5)
    note = f"{ABOUT}, {steps} steps"
    return {
        "batch-sd": Measured(above, below, note),
        "batch-diffusers": Measured(seconds["theirs"], seconds["ours"], f"{note}; theirs without text and decoding"),
    }


def _in_turn(base: Any, jobs: Sequence[Job], steps: int) -> Way:
    """Each composition's adapters are made the active ones, then its own picture is denoised."""
    import copy

    from peft import LoraConfig

    unet: Any = copy.deepcopy(base.model)
    targets = list(base.layout.layers)
    for number in range(3 * len(jobs)):
        config = LoraConfig(r=8, lora_alpha=8, target_modules=targets, init_lora_weights=False)
        unet.add_adapter(config, adapter_name=f"a{number}")
    with torch.no_grad():
        states = base.encode([base.read(*bare(jobs[:1])[0], 0)]).states[0]
        x = base.noise(0, jobs[0][0].canvas)[None]

    @torch.no_grad()
    def run() -> None:
        for number in range(len(jobs)):
            unet.set_adapters([f"a{3 * number + place}" for place in range(3)], [0.8] * 3)
            for _ in range(steps):
                unet(x, torch.tensor([500.0]), encoder_hidden_states=states)

    return Way(run)
