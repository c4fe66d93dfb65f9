"""Reports about adapter files and about this machine, for the command line: `inspect` and `doctor`. Changes nothing."""

from __future__ import annotations

import argparse
import hashlib
import math
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from orthoplex.bases import load_base
from orthoplex.bases.device import compute_dtype
from orthoplex.bases.foreign.reader import read_foreign
from orthoplex.bases.foreign.summary import summary_of
from orthoplex.bases.registry import OF_PIPELINES, describe_base, expected_bytes, present_bases, training_estimate
from orthoplex.in_files import check_files
from orthoplex.lora_crosstalk import measured_crosstalk
from orthoplex.loras import NamedLora, target_of
from orthoplex.ortho.adapter import Adapter, read_adapter
from orthoplex.ortho.container import FileRefused, read_container
from orthoplex.ortho.crosstalk import slot_crosstalk
from orthoplex.ortho.layout import Layout, layout_from
from orthoplex.ortho.slot import class_of
from orthoplex.report import Said
from orthoplex.runner.bases import device_name, memory_bytes, resolve_device
from orthoplex.sample import AttachedAdapter

MIB = 1024 * 1024
PACKAGES = ("torch", "diffusers", "transformers", "peft")


def inspect(flags: argparse.Namespace) -> Iterator[Said]:
    """What each file holds, and how every two of one base meet. ValueError for what is no adapter of a base here."""
    read: list[tuple[Path, tuple[Adapter, Layout] | None]] = []
    for path in flags.files:
        check_files([path])
        foreign = summary_of(path)
        opened = None if foreign else _opened(path)
        read.append((path, opened))
        if foreign:
            yield _said_of_foreign(path, foreign)
        elif opened:
            yield _said_of(path, *opened)
    for i, (path, own) in enumerate(read):
        for other_path, other in read[i + 1 :]:
            yield _said_of_two(path, own, other_path, other)
    if flags.base:
        own_adapters = {path: opened[0] for path, opened in read if opened}
        yield from _measured(flags, [path for path, opened in read if not opened], own_adapters)


def _said_of(path: Path, adapter: Adapter, layout: Layout) -> Said:
    facts = facts_of(adapter, layout)
    words = f"{facts['base']}, slot {facts['slot']} of class {facts['class']}, {facts['trigger']}"
    norm = f"norms up to {facts['norm_max']:g} of {layout.residual_norm_max:g}"
    content = path.read_bytes()
    return Said(
        f"{path}  {words}; {facts['layers']} layers of rank {facts['rank']}, {norm}", file=str(path), **facts,
        sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), header=dict(read_container(content).metadata),
    )  # fmt: skip


def _said_of_foreign(path: Path, facts: dict[str, Any]) -> Said:
    about = facts["base"] or facts["model"] or "an unknown model"
    rank = "" if facts["rank"] is None else f" of rank {facts['rank']}"
    what = f"another program's {'DoRA' if facts['dora'] else 'LoRA'} for {about}; {facts['layers']} layers{rank}"
    if facts["kind"]:
        what = f"{facts['kind']} for {about}, which is not loaded here"
    triggers = ", ".join(facts["triggers"]) or "none named"
    text = f"{path}  {what}; no slot, never exact; triggers: {triggers}; licence: {facts['licence'] or 'unknown'}"
    return Said(text, file=str(path), bytes=path.stat().st_size, **facts)


def _said_of_two(
    path: Path, own: tuple[Adapter, Layout] | None, other_path: Path, other: tuple[Adapter, Layout] | None
) -> Said:
    names = [str(path), str(other_path)]
    if own is None or other is None:
        foreign = path if own is None else other_path
        text = f"{path} and {other_path}: not exact, {foreign} acts on other words and places as well"
        return Said(text, files=names, exact=False)
    (adapter, layout), (other_adapter, other_layout) = own, other
    if layout.base != other_layout.base:
        text = f"{path} and {other_path}: of different bases, they cannot be composed"
        return Said(text, files=names, composable=False)
    slots = layout.composed_slots([adapter.slot, other_adapter.slot])
    shared = max(slot_crosstalk(layout, *slots).values())
    meet = "exact: no column is shared" if shared == 0 else f"share up to {shared} of {layout.rank} columns"
    return Said(f"{path} and {other_path}: {meet}", files=names, composable=True, shared_columns=shared)


def _measured(flags: argparse.Namespace, foreign: list[Path], own: Mapping[Path, Adapter]) -> Iterator[Said]:
    """How far each LoRA of another program acts on the others' words, on the base of --base."""
    base = load_base(flags.base, resolve_device(flags.device))
    adapters = [(str(path), AttachedAdapter(each, each.trigger, each.strength)) for path, each in own.items()]
    loras = [NamedLora(read_foreign(path, target_of(base)), 1.0, str(path), "") for path in foreign]
    for each in measured_crosstalk(base, loras, adapters):
        yield Said(each.text, measured=True, **each.facts)


def _opened(path: Path) -> tuple[Adapter, Layout]:
    content = path.read_bytes()
    try:
        base_id = read_container(content).metadata.get("base", "")
        if not base_id:
            raise ValueError(f"{path} holds no adapter, and no LoRA that is known here")
        if base_id not in present_bases():
            raise ValueError(f"{path} is for the base {base_id!r}, which is not on this machine")
        layout = layout_from(describe_base(base_id))
        return read_adapter(content, layout), layout
    except FileRefused as error:
        raise ValueError(f"{path}: {error.detail}") from error


def facts_of(adapter: Adapter, layout: Layout) -> dict[str, Any]:
    """Base, slot, trigger, sizes and norms of an adapter."""
    norms = {name: float(torch.linalg.vector_norm(up.double())) for name, up in adapter.up.items()}
    entries = {name: float(torch.linalg.vector_norm(each.double())) for name, each in adapter.entries.items()}
    return {
        "base": layout.base,
        "slot": adapter.slot,
        "class": class_of(adapter.slot, layout.radix),
        "trigger": adapter.trigger,
        "concept": adapter.concept,
        "class_word": adapter.class_word,
        "strength": adapter.strength,
        "rank": layout.rank,
        "layers": len(norms),
        "entries": len(entries),
        "norm_max": round(max(norms.values(), default=0.0), 4),
        "norm_total": round(math.sqrt(sum(norm**2 for norm in norms.values())), 4),
        "entry_norm_max": round(max(entries.values(), default=0.0), 4),
        "training": dict(adapter.training),
    }


def doctor(flags: argparse.Namespace) -> Iterator[Said]:
    """What this machine has, and which bases of it fit into its memory."""
    device = resolve_device(flags.device)
    total = memory_bytes(device)
    dtype = str(compute_dtype(torch.device(device))).removeprefix("torch.")
    facts = {"device": device_name(device), "memory_bytes": total, "dtype": dtype, "python": platform.python_version()}
    yield Said(f"{facts['device']}: {total // MIB} MiB, computes in {dtype}", **facts)
    for package in PACKAGES:
        found = _version_of(package)
        yield Said(f"{package} {found or 'is not installed'}", package=package, version=found)
    present = present_bases()
    if not present:
        yield Said("no base is on this machine: `orthoplex base add` registers one", bases=[])
    for base_id in present:
        needed = expected_bytes(base_id, device)
        # Activations and, in training, gradients come on top: a base that takes half leaves room for both.
        verdict = "fits" if 2 * needed <= total else "is tight" if needed <= total else "does not fit"
        text = f"{base_id} takes about {needed // MIB} MiB of weights: it {verdict}"
        yield Said(text, base=base_id, weights_bytes=needed, verdict=verdict)
        if flags.training and describe_base(base_id)["family"] in OF_PIPELINES:
            yield from _trainings(base_id, device, total)


def _trainings(base_id: str, device: str, total: int) -> Iterator[Said]:
    """With which preset, and at which sizes, a base can be trained here."""
    from orthoplex.bases.sd.presets import PRESETS

    whole = int(str(describe_base(base_id)["default_size"]).partition("x")[0])
    for gigabytes, preset in PRESETS.items():
        for side in sorted({whole // 2, whole * 3 // 4 // 64 * 64, whole}):
            needed = training_estimate(
                base_id, side=side, batch=preset.batch, dtype=compute_dtype(torch.device(device)),
                checkpointed=preset.checkpoint_gradients, offload=preset.offload,
            ).total  # fmt: skip
            fits = "fits" if needed <= total else "does not fit"
            text = f"{base_id} trained at {side} px with --vram {gigabytes}: about {needed // MIB} MiB, {fits}"
            yield Said(text, base=base_id, side=side, vram=gigabytes, needed_bytes=needed, fits=needed <= total)


def _version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
