"""Training on this machine without an edge, for the command line: how it is set up, what it takes, and its files."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from orthoplex.bases import load_base
from orthoplex.bases.device import compute_dtype
from orthoplex.bases.options import DTYPES, LoadOptions
from orthoplex.bases.registry import OF_PIPELINES, default_base, describe_base, training_estimate
from orthoplex.ortho.adapter import check_names, check_trigger, write_adapter
from orthoplex.ortho.layout import layout_from
from orthoplex.ortho.slot import digits_of
from orthoplex.out_places import check_checkpoint, check_samples, check_weights
from orthoplex.png import write_png
from orthoplex.progress import ProgressLine
from orthoplex.report import Said
from orthoplex.runner.bases import memory_bytes, resolve_device
from orthoplex.train.concept import Progress, TrainResult, TrainSpec, train_concept
from orthoplex.training_folder import TrainingFolder, read_training_folder
from orthoplex.whole_files import write_whole

GIB = 1 << 30


@dataclass(frozen=True)
class Setup:
    """Settings that decide how much memory a training takes."""

    device: str
    options: LoadOptions
    batch: int
    accumulate: int
    resolution: int | None

    @property
    def dtype(self) -> torch.dtype:
        return self.options.dtype or compute_dtype(torch.device(self.device))


def train(flags: argparse.Namespace) -> Iterator[str]:
    """Train a concept from a folder or a zip; yields a line about each file written."""
    description = describe_base(flags.base or default_base())
    _check_numbers(flags)
    setup = setup_of(flags, description)
    needed = needed_bytes(description, setup)
    if needed is not None:
        yield _fits(needed, setup)
    if flags.estimate:
        return
    if needed is not None and setup.device.startswith("cuda") and needed > memory_bytes(setup.device) and not flags.yes:
        raise ValueError("it would not fit: choose --vram 8, a smaller --resolution or --batch, or say --yes")
    folder = read_training_folder(flags.pictures, flags.trigger)
    resume = flags.checkpoint if flags.checkpoint and flags.checkpoint.exists() else None
    check_weights(flags.out, force=flags.force, inputs=[resume] if resume else [])
    check_samples(flags.out, force=flags.force, resumes=resume is not None)
    if flags.checkpoint:
        check_checkpoint(flags.checkpoint)
    options = (setup.options,) if setup.options != LoadOptions() else ()
    spec = _spec(flags, description, folder, setup)
    base = load_base(description["id"], setup.device, *options)
    text = f"training {spec.trigger} from {folder.pictures} pictures, {spec.steps} steps"
    yield Said(text, trigger=spec.trigger, pictures=folder.pictures, steps=spec.steps)

    shown = ProgressLine("training")

    def keep_sample(progress: Progress) -> bool:
        shown.show(progress.step, progress.total, f"loss {progress.loss:.4f}")
        if progress.preview is not None:
            path = flags.out.with_name(f"{flags.out.stem}-step-{progress.step}.png")
            write_whole(path, write_png(progress.preview, None))
        return True

    trained = train_concept(
        base, spec, folder.items, resume=resume, checkpoint=flags.checkpoint, masks=folder.masks, on_step=keep_sample
    )
    write_whole(flags.out, write_adapter(trained.adapter, base.layout))
    yield Said(f"{flags.out}  {trained.metrics}", file=str(flags.out), metrics=trained.metrics)
    yield from _samples(flags.out, trained)


def _check_numbers(flags: argparse.Namespace) -> None:
    for name in ("steps", "batch", "accumulate", "sample_every", "resolution"):
        value = getattr(flags, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name.replace('_', '-')} is 1 or more, not {value}")
    if flags.min_snr is not None and not 0 <= flags.min_snr < math.inf:
        raise ValueError(f"--min-snr is 0 or more, not {flags.min_snr}")


def _samples(out: Path, trained: TrainResult) -> Iterator[str]:
    for number, image in enumerate(trained.samples):
        path = out.with_name(f"{out.stem}-{number}.png")
        write_whole(path, write_png(image, None))
        yield Said(str(path), file=str(path))
    yield from (f"note: {warning}" for warning in trained.warnings)


def _spec(flags: argparse.Namespace, description: dict[str, Any], folder: TrainingFolder, setup: Setup) -> TrainSpec:
    """What flags leave open, kohya's folder name says, or else the base."""
    trigger = flags.trigger or (folder.name and f"<{folder.name.lower()}>")
    if not trigger:
        raise ValueError("--trigger is needed: no folder named like `10_name class` says what the concept is called")
    defaults = TrainSpec("", "", "", 0)
    concept = flags.concept or trigger.strip("<>")
    class_word = flags.class_word or folder.class_word or "person"
    # The file's own checks would come after the training.
    check_names(concept, class_word)
    check_trigger(trigger)
    layout = layout_from(description)
    digits_of(flags.slot, layout.radix, layout.rank)
    return TrainSpec(
        concept=concept,
        class_word=class_word,
        trigger=trigger,
        slot=flags.slot,
        steps=flags.steps or description["training"]["steps"]["default"],
        seed=flags.seed,
        batch=setup.batch,
        accumulate=setup.accumulate,
        sample_every=flags.sample_every or defaults.sample_every,
        resolution=setup.resolution,
        buckets=not flags.no_buckets,
        flip=flags.flip,
        min_snr=flags.min_snr,
    )


def setup_of(flags: argparse.Namespace, description: dict[str, Any]) -> Setup:
    """Flags before the preset of --vram before the defaults."""
    device = resolve_device(flags.device)
    setup = Setup(device, LoadOptions(), TrainSpec("", "", "", 0).batch, 1, flags.resolution)
    if flags.vram:
        if description["family"] not in OF_PIPELINES:
            raise ValueError(f"{description['id']} takes little memory: --vram is for pipelines")
        from orthoplex.bases.sd.presets import PRESETS

        preset = PRESETS[flags.vram]
        options = LoadOptions(
            checkpoint_gradients=preset.checkpoint_gradients, offload=preset.offload, vae_tiling=preset.vae_tiling
        )
        setup = replace(setup, options=options, batch=preset.batch, accumulate=preset.accumulate)
    options = replace(
        setup.options,
        dtype=DTYPES[flags.dtype] if flags.dtype else None,
        checkpoint_gradients=flags.checkpoint_gradients or setup.options.checkpoint_gradients,
        offload=flags.offload or setup.options.offload,
    )
    return replace(
        setup, options=options, batch=flags.batch or setup.batch, accumulate=flags.accumulate or setup.accumulate
    )


def needed_bytes(description: dict[str, Any], setup: Setup) -> int | None:
    """What the training will take on its device; None for families that nobody asks this of."""
    if description["family"] not in OF_PIPELINES:
        return None
    return training_estimate(
        description["id"], side=setup.resolution or int(str(description["default_size"]).partition("x")[0]),
        batch=setup.batch, dtype=setup.dtype, checkpointed=setup.options.checkpoint_gradients,
        offload=setup.options.offload,
    ).total  # fmt: skip


def _fits(needed: int, setup: Setup) -> Said:
    has = memory_bytes(setup.device)
    facts = {"needed_bytes": needed, "memory_bytes": has, "batch": setup.batch, "accumulate": setup.accumulate}
    text = f"takes about {needed / GIB:.1f} GiB (estimated); {setup.device} has {has / GIB:.1f} GiB"
    return Said(text, **facts, fits=needed <= has)
