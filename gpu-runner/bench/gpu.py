"""Measures Stable Diffusion XL at its true size on one GPU: sampling, training, exactness, memory. Writes JSON.

    python gpu-runner/bench/gpu.py --out gpu.json            (under 8 minutes; rows that have no time left are named)
    python gpu-runner/bench/gpu.py --size tiny --device cpu  (what the tests run)

Weights are random, so pictures mean nothing; seconds, bytes and bits do.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # started as a file, it finds its neighbours as a package

from bench.adapters import random_adapter
from bench.models import SIZES, make_base
from orthoplex.bases.options import LoadOptions
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.describe import gated_shapes
from orthoplex.bases.sd.memory import training_memory
from orthoplex.sample.sampler import denoise
from orthoplex.train.concept import Progress, TrainSpec, train_concept

Row = Callable[[], dict[str, Any]]
STEPS = 4  # of each sampling; the seconds of one are what is reported
TRAINED = 5  # training steps; the first is not counted


def adapter_of(base: SdBase, slot: int, trigger: str) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, slot, trigger), trigger, 1.0)


class Clock:
    """Seconds and peak bytes of a stretch of work on the device."""

    def __init__(self, device: torch.device) -> None:
        self.cuda = device.type == "cuda"

    def __enter__(self) -> Clock:
        if self.cuda:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if self.cuda:
            torch.cuda.synchronize()
        self.seconds = time.perf_counter() - self._began
        self.peak_bytes = torch.cuda.max_memory_allocated() if self.cuda else None


def states(base: SdBase, spec: SampleSpec, members: Sequence[AttachedAdapter]) -> torch.Tensor:
    readings = [base.read(spec, members, spec.seed + index) for index in range(spec.count)]
    return denoise(base, readings, spec.canvas, guidance=torch.full((spec.count,), spec.guidance))


def spec_of(base: SdBase, prompt: str, count: int = 1) -> SampleSpec:
    width, _, height = str(base.description["default_size"]).partition("x")
    return SampleSpec(prompt, 0, int(width), int(height), steps=STEPS, guidance=5.0, count=count)


def sampling(base: SdBase, prompt: str, members: Sequence[AttachedAdapter], count: int) -> dict[str, Any]:
    spec = spec_of(base, prompt, count)
    states(base, replace(spec, steps=1), members)  # kernels are chosen at the first run
    with Clock(base.device) as clock:
        states(base, spec, members)
    return {"pictures": count, "seconds_per_step": clock.seconds / STEPS, "peak_bytes": clock.peak_bytes}


def exactness(base: SdBase) -> dict[str, Any]:
    """Whether residents that nobody calls change a bit."""
    ada = adapter_of(base, 0, "<ada>")
    spec = replace(spec_of(base, "<ada> smiling"), steps=1)
    alone = states(base, spec, [ada])
    others = [adapter_of(base, slot, f"<other{slot}>") for slot in range(1, 9)]
    many = [replace(others[index % 8], trigger=f"<other{index}>") for index in range(100)]
    silent = states(base, replace(spec, prompt="a person"), others)
    return {
        "8_residents": bool(torch.equal(states(base, spec, [ada, *others]), alone)),
        "100_residents": bool(torch.equal(states(base, spec, [ada, *many]), alone)),
        "absent_is_the_base": bool(torch.equal(silent, states(base, replace(spec, prompt="a person"), []))),
        "changes_the_picture": float((alone - states(base, spec, [])).abs().max()) > 0,
    }


def training(base: SdBase, folder: Path, batch: int, *, checkpointed: bool) -> dict[str, Any]:
    """Seconds of a step and its peak, beside what was estimated."""
    base = SdBase(**{**vars(base), "options": LoadOptions(checkpoint_gradients=checkpointed)})
    width, _, height = str(base.description["default_size"]).partition("x")
    pictures = [(Image.new("RGB", (int(width), int(height)), (40 * n, 90, 20)), None) for n in range(4)]
    spec = TrainSpec("ada", "person", "<ada>", 0, steps=TRAINED, batch=batch, sample_every=10**6, sample_steps=1)
    ended: list[float] = []
    peaks: list[int] = []

    def note(_: Progress) -> bool:
        """Peaks are those of the steps: neither of encoding the pictures before nor of the sample after."""
        if base.device.type == "cuda":
            torch.cuda.synchronize()
            peaks.append(torch.cuda.max_memory_allocated())
            torch.cuda.reset_peak_memory_stats()
        ended.append(time.perf_counter())
        return True

    train_concept(base, spec, pictures, on_step=note)
    estimate = training_memory(
        folder,
        base.description,
        size=(int(width), int(height)),
        batch=batch,
        dtype=base.dtype,
        checkpointed=checkpointed,
    )
    return {
        "batch": batch, "checkpointed": checkpointed, "seconds_per_step": (ended[-1] - ended[0]) / (TRAINED - 1),
        "peak_bytes": max(peaks[1:], default=None), "estimated_bytes": estimate.total,
    }  # fmt: skip


def lora_training(base: SdBase, batch: int) -> dict[str, Any]:
    """The same step with PEFT's LoRA of the same rank on the same layers and keys and values. Changes the base."""
    from peft import LoraConfig

    unet: Any = base.model
    names = [*gated_shapes(unet), *base.layout.entries]
    unet.add_adapter(LoraConfig(r=base.layout.rank, target_modules=names))
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    for parameter in trained:
        parameter.data = parameter.data.float()
    optimiser = torch.optim.AdamW(trained)
    data = base.pictures([(Image.new("RGB", (64, 64), "teal"), None)], "person")
    seconds = []
    with Clock(base.device) as clock:
        for step in range(TRAINED):
            one = data.batch(batch, torch.Generator().manual_seed(step))
            began = time.perf_counter()
            with torch.autocast(base.device.type, dtype=base.dtype, enabled=base.dtype != torch.float32):
                predicted = base.predict(one.noisy, one.t, one.context)
            base.loss(predicted, one).backward()
            optimiser.step()
            optimiser.zero_grad()
            if base.device.type == "cuda":
                torch.cuda.synchronize()
            seconds.append(time.perf_counter() - began)
    return {"batch": batch, "seconds_per_step": sum(seconds[1:]) / (TRAINED - 1), "peak_bytes": clock.peak_bytes}


def rows_of(base: SdBase, folder: Path) -> dict[str, Row]:
    """In the order of their worth: what has no time left is at the end."""
    members = [adapter_of(base, slot, f"<m{slot}>") for slot in range(8)]
    three = "<m0> and <m1> and <m2>"
    rows: dict[str, Row] = {
        "exactness": partial(exactness, base),
        "sampling, base alone": partial(sampling, base, "a person", [], 1),
        "sampling, 1 member": partial(sampling, base, "<m0> smiling", members[:1], 1),
        "sampling, 3 of 8 members": partial(sampling, base, three, members, 1),
        "sampling, 3 of 8 members, 4 pictures": partial(sampling, base, three, members, 4),
    }
    for batch, checkpointed in ((1, True), (4, True), (1, False), (4, False)):
        name = f"training, batch {batch}{', checkpointed' if checkpointed else ''}"
        rows[name] = partial(training, base, folder, batch, checkpointed=checkpointed)
    rows["training, PEFT's LoRA, batch 1"] = partial(lora_training, base, 1)  # the last: it changes the base
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="sdxl")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", choices=("bfloat16", "float16", "float32"), default="bfloat16")
    parser.add_argument("--minutes", type=float, default=8.0, help="no row begins after so many")
    parser.add_argument("--out", type=Path, default=Path("gpu.json"))
    flags = parser.parse_args(arguments)
    began, device = time.monotonic(), torch.device(flags.device)
    base, folder = make_base(flags.size, device, getattr(torch, flags.dtype), LoadOptions())
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "cpu"
    report: dict[str, Any] = {
        "size": flags.size, "device": name, "dtype": flags.dtype, "torch": torch.__version__,
        "weights_bytes": base.memory_bytes, "rows": {}, "not_run": [],
    }  # fmt: skip
    for title, row in rows_of(base, folder).items():
        if time.monotonic() - began > flags.minutes * 60:
            report["not_run"].append(title)
            continue
        try:
            report["rows"][title] = row()
        except (RuntimeError, ImportError) as error:  # a card too small for one row still has the others
            report["rows"][title] = {"error": str(error).splitlines()[0]}
        if device.type == "cuda":
            torch.cuda.empty_cache()
        print(title, json.dumps(report["rows"][title]), flush=True)
        flags.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    flags.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return 0 if all("error" not in row for row in report["rows"].values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
