"""Generating on this machine without an edge, and its bases, for the command line.

Reads and writes files named by the caller; every fault of these files is raised as one of INPUT_ERRORS.
"""

import argparse
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from orthoplex.bases import AnyBase, load_base, present_bases
from orthoplex.bases.limits import check_spec, size_of
from orthoplex.bases.options import DTYPES, LoadOptions
from orthoplex.bases.registry import add_base, default_base, describe_base
from orthoplex.in_files import ADAPTER, LORA, check_files, file_of
from orthoplex.loras import NamedLora, target_of, with_loras
from orthoplex.ortho.adapter import read_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.out_places import check_pictures, picture_paths
from orthoplex.pictures import PictureRefused
from orthoplex.png import write_png
from orthoplex.progress import ProgressLine
from orthoplex.recipe import RecipeAdapter, recipe_of
from orthoplex.report import Said
from orthoplex.runner.bases import device_name, resolve_device
from orthoplex.runner.config import ConfigRefused, read_config
from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.key import Key
from orthoplex.runner.retry import Unreachable
from orthoplex.sample import AttachedAdapter, Region, SampleResult, SampleSpec, sample
from orthoplex.whole_files import write_whole
from orthoplex.wildcards import with_wildcards

INPUT_ERRORS = (ValueError, OSError, FileRefused, PictureRefused, ConfigRefused, Refused, Unreachable)

AT_ONCE = 4  # pictures of one batch: memory must not grow with --count


def load_options(flags: argparse.Namespace) -> LoadOptions:
    """What --dtype, --offload, --vae-tiling and --compile say."""
    return LoadOptions(
        dtype=DTYPES[flags.dtype] if flags.dtype else None,
        offload=flags.offload,
        vae_tiling=flags.vae_tiling,
        compile=flags.compile,
    )


def generate(flags: argparse.Namespace) -> Iterator[str]:
    """Generate pictures; yields a line about each file written."""
    check_pictures(flags.out, range(flags.seed, flags.seed + flags.count), force=flags.force)
    check_files([*map(file_of, flags.adapter), *(file_of(text, LORA) for text in flags.lora)])
    base_id = flags.base or default_base()
    options = load_options(flags)
    more = () if options == LoadOptions() else (options,)
    base = load_base(base_id, resolve_device(flags.device), *more)
    if flags.wildcards and base.description["prompt"]["kind"] != "text":
        raise ValueError(
            f"{base.id} reads prompts by its grammar, which has no choices: --wildcards means nothing to it"
        )
    width, height = size_of(base.description, flags.size)
    read = [read_attached(base, text) for text in flags.adapter]
    guidance = base.description["guidance"]["default"] if flags.guidance is None else flags.guidance
    spec = SampleSpec(
        prompt=with_wildcards(flags.prompt, flags.wildcards),
        seed=flags.seed,
        width=width,
        height=height,
        steps=flags.steps or base.description["steps"]["default"],
        guidance=guidance,
        count=flags.count,
        negative_prompt=with_wildcards(flags.negative, flags.wildcards),
        sampler=flags.sampler or base.description["samplers"]["default"],
        clip_skip=flags.clip_skip,
    )
    check_spec(base.description, spec)
    loras = [read_lora(base, text) for text in flags.lora]
    with with_loras(base, loras) as (attached_base, stands):
        warnings: dict[str, None] = {}
        for generated in _batches(attached_base, spec, [*(attached for attached, _ in read), *stands]):
            warnings |= dict.fromkeys(generated.warnings)
            paths = picture_paths(flags.out, generated.seeds)
            for image, seed, text, path in zip(
                generated.images, generated.seeds, generated.prompts, paths, strict=True
            ):
                recipe = recipe_of(
                    base.id,
                    spec,
                    seed=seed,
                    drawn=text,
                    adapters=[each for _, each in read],
                    device=device_name(str(base.device)),
                )
                recipe = replace(recipe, loras=[each.recipe for each in loras])
                write_whole(path, write_png(image, recipe))
                yield Said(str(path), file=str(path), seed=seed, recipe=recipe.as_json())
    yield from (f"note: {each.path} is another program's LoRA: {each.inexact}" for each in loras)
    if loras:
        from orthoplex.lora_crosstalk import measured_crosstalk

        for each in measured_crosstalk(base, loras, [(recipe.ref, attached) for attached, recipe in read]):
            yield Said(f"note: {each.text}", crosstalk=each.facts)
    yield from (f"note: {warning}" for warning in warnings)


def _batches(base: AnyBase, spec: SampleSpec, adapters: Sequence[AttachedAdapter]) -> Iterator[SampleResult]:
    """The pictures of an order, AT_ONCE at a time."""
    shown = ProgressLine("generating")
    batches = range(0, spec.count, AT_ONCE)
    for number, start in enumerate(batches):

        def on_step(step: int, total: int, _preview: object, done: int = number) -> bool:
            shown.show(done * total + step, len(batches) * total)
            return True

        few = replace(spec, seed=spec.seed + start, count=min(AT_ONCE, spec.count - start))
        yield sample(base, few, adapters, on_step=on_step)


def read_lora(base: AnyBase, text: str) -> NamedLora:
    """FILE[=STRENGTH][@TRIGGER[:WORDS]] of a LoRA or a foreign adapter. ValueError on a base that takes none.

    Without WORDS the trigger that the file names.
    """
    target = target_of(base)
    from orthoplex.bases.foreign.facts import facts_of
    from orthoplex.bases.foreign.reader import read_foreign

    found = LORA.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} must look like file.safetensors=0.6")
    path = Path(found["file"])
    lora = read_foreign(path, target)
    words = found["words"] or ""
    if found["trigger"] and not words:
        words = next(iter(facts_of(path, lora.metadata)["triggers"]), "")
        if not words:
            raise ValueError(f"{path} names no trigger: write what its users do, {found['trigger']}:sks dog")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    strength = _strength(base, text, found["strength"] or "1")
    return NamedLora(lora, strength, path.stem, digest, found["trigger"], words, path=path)


def _strength(base: AnyBase, text: str, written: str) -> float:
    """ValueError, with the text that it stands in, where it is no number or none that the base takes."""
    value, limits = _number(text, written), base.description.get("strength", {"min": -2, "max": 2})
    if not limits["min"] <= value <= limits["max"]:
        raise ValueError(f"{text}: a strength is from {limits['min']} to {limits['max']}, not {written}")
    return value


def _number(text: str, written: str) -> float:
    try:
        return float(written)
    except ValueError as error:
        raise ValueError(f"{text}: {written} is no number") from error


def _region(text: str, written: str) -> Region:
    """X,Y,W,H in fractions of the canvas. ValueError for a box that is empty or leaves it."""
    region = Region(*(_number(text, each) for each in written.split(",")))
    touches = 1 + 1e-6  # a box computed in floating point may touch the edge
    is_inside = region.x + region.width <= touches and region.y + region.height <= touches
    if not is_inside or region.width <= 0 or region.height <= 0:
        raise ValueError(f"{text}: a region X,Y,W,H is a box inside the canvas, in fractions of it, such as 0,0,0.5,1")
    return region


def base(flags: argparse.Namespace) -> Iterator[str]:
    """List the bases of this machine, add one, or publish one; yields a line about each."""
    if flags.action == "list":
        for base_id in present_bases():
            title = describe_base(base_id)["title"]
            yield Said(f"{base_id}  {title}", base=base_id, title=title)
        return
    if flags.action == "publish":
        description = describe_base(flags.id)
    else:
        description = add_base(flags.source, flags.id, flags.title)
        layers = f"{len(description['layers'])} layers, rank {description['rank']}"
        yield Said(f"{description['id']}  {description['title']}: {layers}", description=description)
    if flags.action == "publish" or flags.publish:
        yield _publish(flags, description)


def _publish(flags: argparse.Namespace, description: dict[str, Any]) -> Said:
    """Make a base of this machine known to the edge."""
    settings = read_config(flags, os.environ, Path.home())
    with Edge(settings.url, Key(settings.token, settings.token_file)) as edge:
        counts_at = edge.publish_base(description)
    text = f"{description['id']} is published at {settings.url}; it counts from {counts_at}"
    return Said(text, base=description["id"], url=settings.url, counts_at=counts_at)


def read_attached(base: AnyBase, text: str) -> tuple[AttachedAdapter, RecipeAdapter]:
    """FILE[=STRENGTH][@X,Y,W,H]; without a strength the file's own."""
    parts = ADAPTER.fullmatch(text)
    if parts is None:
        raise ValueError(f"--adapter {text} must look like file.safetensors=0.6@0,0,0.5,1")
    path = Path(parts["file"])
    strength = None if parts["strength"] is None else _strength(base, text, parts["strength"])
    region = None if parts["region"] is None else _region(text, parts["region"])
    content = path.read_bytes()
    try:
        adapter = read_adapter(content, base.layout)
    except FileRefused as error:
        raise ValueError(f"{path}: {error.detail}") from error
    if strength is None:
        strength = adapter.strength
    recipe = RecipeAdapter(
        ref=path.stem,
        version_id=None,
        trigger=adapter.trigger,
        strength=strength,
        slot=adapter.slot,
        sha256=hashlib.sha256(content).hexdigest(),
        region=None if region is None else asdict(region),
    )
    return AttachedAdapter(adapter, adapter.trigger, strength, region), recipe
