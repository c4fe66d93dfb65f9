"""`import` and `merge`: LoRAs of other programs as foreign adapters, and their sum as a checkpoint of its own.

A foreign adapter is the complete LoRA under our layer names, with its metadata. It is always marked inexact.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from orthoplex.bases import load_base
from orthoplex.bases.registry import default_base, pipeline_folder
from orthoplex.in_files import LORA, check_files, file_of
from orthoplex.local import read_lora
from orthoplex.loras import INEXACT, target_of, whole_pipeline
from orthoplex.out_places import check_new_folder, check_weights
from orthoplex.report import Said
from orthoplex.runner.bases import resolve_device
from orthoplex.whole_files import whole_folder


def import_lora(flags: argparse.Namespace) -> Iterator[str]:
    """Write a foreign adapter from a LoRA's file; ValueError says why it is not loaded."""
    from orthoplex.bases.foreign.facts import facts_of
    from orthoplex.bases.foreign.reader import FORMAT, read_foreign
    from orthoplex.bases.sd.lora_files import write_tensors

    check_weights(flags.out, force=flags.force, inputs=[flags.file])
    check_files([flags.file])
    base = base_of(flags)
    target = target_of(base)
    lora = read_foreign(flags.file, target)
    facts = facts_of(flags.file, lora.metadata)
    licence = flags.licence or facts["licence"]
    triggers = flags.trigger or facts["triggers"]
    metadata = {
        "format": FORMAT, "base": base.id, "exact": "false", "source": json.dumps(facts["source"]),
        "triggers": json.dumps(triggers), "family": facts["family"] or "", "licence": licence or "",
        "weights_sha256": base.description.get("weights_sha256", ""), "title": facts["title"] or flags.file.stem,
    }  # fmt: skip
    if lora.lengths:
        metadata["dora_of"] = base.id  # its change follows from the base's weights
    tensors = {}
    for layer in lora.layers:
        name, weight = ".".join(layer), target.weight(layer).detach()
        down, up = lora.factors(layer, weight)
        # a convolution's inputs with their places again
        tensors[f"{name}.down"] = down.reshape(len(down), *weight.shape[1:]).half().contiguous()
        tensors[f"{name}.up"] = up.half().contiguous()
    write_tensors(flags.out, tensors, metadata)
    said = f"{flags.out}  {len(lora.layers)} layers of {base.id}; {INEXACT}"
    yield Said(said, file=str(flags.out), layers=len(lora.layers), exact=False, **facts | {"triggers": triggers})
    yield Said(f"triggers: {', '.join(triggers) or 'the file names none'}", triggers=triggers)
    yield Said(f"licence: {licence or 'unknown; --licence says it'}", licence=licence)


def merge(flags: argparse.Namespace) -> Iterator[str]:
    """Write the base with foreign LoRAs in its weights as a pipeline's folder."""
    from orthoplex.bases.foreign.weights import add_foreign
    from orthoplex.bases.sd.saving import save_pipeline, stored_dtype

    check_new_folder(flags.out)
    check_files(file_of(text, LORA) for text in flags.files)
    base = base_of(flags)
    loras = [read_lora(base, text) for text in flags.files]
    folder = pipeline_folder(base.id)
    pipe, target = whole_pipeline(base, folder)
    add_foreign(target, [(each.lora, each.strength) for each in loras])
    with whole_folder(flags.out) as made:
        save_pipeline(pipe, made, stored_dtype(folder))
    names = [str(each.path) for each in loras]
    yield Said(
        f"{flags.out}  {base.id} with {', '.join(names)}; `base add` registers it", file=str(flags.out), files=names
    )


def base_of(flags: argparse.Namespace) -> Any:
    """The base of --base."""
    return load_base(flags.base or default_base(), resolve_device(flags.device))
