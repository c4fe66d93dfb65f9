"""`export`: a composition as files for programs that do not support our adapters, with a measurement of what such files
lose.

A stock LoRA holds no gate and no entries behind the text encoder; a wider checkpoint holds entries exactly. Each file's
metadata states how far its pictures are from ours; above a bound nothing is written, and the message names the exact
ways.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from orthoplex.bases import AnyBase, load_base
from orthoplex.bases.limits import size_of
from orthoplex.bases.registry import OF_PIPELINES, default_base, pipeline_folder
from orthoplex.in_files import check_files, file_of
from orthoplex.local import read_attached
from orthoplex.loras import ZIMAGE
from orthoplex.out_places import check_free, check_new_folder, check_not_read, check_weights
from orthoplex.recipe import RecipeAdapter
from orthoplex.report import Said
from orthoplex.runner.bases import resolve_device
from orthoplex.sample import AttachedAdapter, SampleSpec, sample
from orthoplex.whole_files import whole_folder

if TYPE_CHECKING:
    from orthoplex.bases.sd.base import SdBase
    from orthoplex.bases.zimage.base import ZBase


MEASURED_SEEDS = 2
EXACT_WAYS = """\
Exact ways: `orthoplex generate`; gpu-runner/integrations/diffusers (an ordinary pipeline of diffusers); \
gpu-runner/integrations/comfyui (a node); for the words' side alone `orthoplex export --format folder`."""

ZIMAGE_WHY = "words run through its layers beside the picture, and no wider projection holds what a token adds there"
ZIMAGE_EXACT_WAYS = "Exact way: `orthoplex generate`"


@dataclass(frozen=True)
class Loss:
    """Means over pictures of |difference| of 255. share: of `effect`, what the composition changes at all."""

    mean: float
    most: int
    effect: float
    share: float
    pictures: int
    guidance: float

    @property
    def text(self) -> str:
        return f"differs by {self.mean:.3f} of 255 in the mean ({self.share:.1%} of its effect), at most {self.most}"


def export(flags: argparse.Namespace) -> Iterator[str]:
    """Write the files of one composition; yields a line about each. ValueError says why not, and what is exact."""
    if flags.format == "folder":
        check_new_folder(flags.out)
    else:
        check_weights(flags.out, force=flags.force, inputs=map(file_of, flags.adapters))
    check_files(map(file_of, flags.adapters))
    if not flags.loss_max >= 0:  # also of no number
        raise ValueError(f"--loss-max is a share from 0, not {flags.loss_max}")
    base: Any = load_base(flags.base or default_base(), resolve_device(flags.device))
    if base.description["family"] not in OF_PIPELINES:
        raise ValueError(f"{base.id} is of the family {base.description['family']}, which no other program knows")
    if base.description["family"] == ZIMAGE and flags.format != "peft":
        raise ValueError(f"{base.id} is Z-Image: --format peft alone, for {ZIMAGE_WHY}. {ZIMAGE_EXACT_WAYS}")
    read = [read_attached(base, text) for text in flags.adapters]
    members, recipes = [member for member, _ in read], [recipe for _, recipe in read]
    if len({member.trigger for member in members}) < len(members):
        raise ValueError("two adapters of one trigger: no prompt of another program can distinguish them")
    if any(member.region for member in members):
        raise ValueError(f"a region belongs to a picture, and no such file holds one. {EXACT_WAYS}")
    width, height = size_of(base.description, flags.size)
    spec = SampleSpec(
        flags.prompt or "", flags.seed, width, height,
        steps=flags.steps or base.description["steps"]["default"],
        guidance=base.description["guidance"]["default"] if flags.guidance is None else flags.guidance,
        negative_prompt=flags.negative, sampler=base.description["samplers"]["default"],
    )  # fmt: skip
    write: Any = _folder if flags.format == "folder" else _lora
    if base.description["family"] == ZIMAGE:
        write = _lora_with_prompt
    yield from write(base, flags, spec, members=members, recipes=recipes)


def _lora(
    base: SdBase, flags: argparse.Namespace, spec: SampleSpec, *, members: Sequence[AttachedAdapter],
    recipes: Sequence[RecipeAdapter],
) -> Iterator[Said]:  # fmt: skip
    from orthoplex.bases.sd.foreign import names_of
    from orthoplex.bases.sd.lora_files import embedding_tensors, lora_tensors, write_tensors
    from orthoplex.bases.sd.stock import add_to_weights, joint_prompt, stock_lora, stock_pipeline

    beside = {m.trigger: _beside(flags.out, m.trigger) for m in members}
    check_not_read(beside.values(), map(file_of, flags.adapters))
    check_free(beside.values(), force=flags.force)
    pipe = stock_pipeline(base, pipeline_folder(base.id))
    lora = stock_lora(base, pipe, members)
    add_to_weights(pipe.unet, lora.layers)
    prompts = list(dict.fromkeys([joint_prompt(members), *(member.trigger for member in members)]))
    specs = [replace(spec, prompt=text, seed=spec.seed + at) for text in prompts for at in range(MEASURED_SEEDS)]
    loss = measured(base, members, specs, lambda each: _drawn(base, pipe, each, {"prompt": each.prompt}))
    _check(loss, flags.loss_max, "a stock LoRA with embeddings")
    metadata = _metadata(base, recipes, loss) | {"modelspec.trigger_phrase": ", ".join(m.trigger for m in members)}
    write_tensors(flags.out, lora_tensors(lora.layers, names_of(base), flags.format), metadata)
    yield Said(f"{flags.out}  {loss.text}", file=str(flags.out), loss=asdict(loss), format=flags.format)
    for trigger, parts in lora.embeddings.items():
        path = beside[trigger]
        write_tensors(path, embedding_tensors(parts), metadata | {"modelspec.trigger_phrase": trigger})
        yield Said(f"{path}  the embedding of {trigger}", file=str(path), trigger=trigger)


def _beside(out: Path, trigger: str) -> Path:
    return out.with_name(f"{out.stem}-{trigger.strip('<>')}.safetensors")


def _folder(
    base: SdBase, flags: argparse.Namespace, spec: SampleSpec, *, members: Sequence[AttachedAdapter],
    recipes: Sequence[RecipeAdapter],
) -> Iterator[Said]:  # fmt: skip
    from orthoplex.bases.sd.lora_files import write_tensors
    from orthoplex.bases.sd.saving import save_pipeline, stored_dtype
    from orthoplex.bases.sd.stock import add_to_weights, gated_layers, joint_prompt, stock_pipeline
    from orthoplex.bases.sd.widened import widen_pipeline

    spec = replace(spec, prompt=flags.prompt or joint_prompt(members))
    pipe = stock_pipeline(base, pipeline_folder(base.id))
    add_to_weights(pipe.unet, gated_layers(base, members))
    call = widen_pipeline(base, pipe, spec, members)
    own = {name: tensor.to(base.device) for name, tensor in call.items()}
    specs = [replace(spec, seed=spec.seed + at) for at in range(MEASURED_SEEDS)]
    loss = measured(base, members, specs, lambda each: _drawn(base, pipe, each, own))
    _check(loss, flags.loss_max, "a checkpoint")
    metadata = _metadata(base, recipes, loss) | {"prompt": spec.prompt, "negative_prompt": spec.negative_prompt}
    with whole_folder(flags.out) as made:
        save_pipeline(pipe, made, stored_dtype(pipeline_folder(base.id)))
        write_tensors(made / "prompt.safetensors", call, metadata)
    yield Said(f"{flags.out}  a pipeline; {loss.text}", file=str(flags.out), loss=asdict(loss), format="folder")
    path = flags.out / "prompt.safetensors"
    yield Said(f"{path}  what to call it with: pipe(**load_file(...))", file=str(path), prompt=spec.prompt)


def _lora_with_prompt(
    base: ZBase, flags: argparse.Namespace, spec: SampleSpec, *, members: Sequence[AttachedAdapter],
    recipes: Sequence[RecipeAdapter],
) -> Iterator[Said]:  # fmt: skip
    from orthoplex.bases.sd.lora_files import write_tensors
    from orthoplex.bases.sd.stock import add_to_weights, joint_prompt
    from orthoplex.bases.zimage.stock import drawn, lora_tensors, stock_pipeline, stock_prompt

    beside = flags.out.with_name(f"{flags.out.stem}-prompt.safetensors")
    check_not_read([beside], map(file_of, flags.adapters))
    check_free([beside], force=flags.force)
    spec = replace(spec, prompt=flags.prompt or joint_prompt(members))
    stock = stock_prompt(base, spec, members)
    pipe = stock_pipeline(base, pipeline_folder(base.id))
    add_to_weights(pipe.transformer, stock.layers)
    specs = [replace(spec, seed=spec.seed + at) for at in range(MEASURED_SEEDS)]
    loss = measured(base, members, specs, lambda each: drawn(base, pipe, each, stock.call))
    _check(loss, flags.loss_max, "a LoRA with the prompt's embeddings", ZIMAGE_EXACT_WAYS)
    metadata = _metadata(base, recipes, loss) | {"prompt": spec.prompt, "negative_prompt": spec.negative_prompt}
    write_tensors(flags.out, lora_tensors(stock.layers), metadata)
    yield Said(f"{flags.out}  {loss.text}", file=str(flags.out), loss=asdict(loss), format="peft")
    write_tensors(beside, stock.call, metadata)
    text = f"{beside}  what to call it with: pipe(**{{name: [each] for name, each in load_file(...).items()}})"
    yield Said(text, file=str(beside), prompt=spec.prompt)


def _drawn(base: SdBase, pipe: Any, spec: SampleSpec, call: dict[str, Any]) -> Image.Image:
    """The picture that diffusers draws from our noise."""
    said = dict(call)
    if "prompt" in said and spec.negative_prompt:
        said["negative_prompt"] = spec.negative_prompt
    image: Image.Image = pipe(
        **said, height=spec.height, width=spec.width, num_inference_steps=spec.steps, guidance_scale=spec.guidance,
        latents=base.noise(spec.seed, spec.canvas)[None].to(base.device),
    ).images[0]  # fmt: skip
    return image


def measured(
    base: AnyBase, members: Sequence[AttachedAdapter], specs: Sequence[SampleSpec],
    draw: Callable[[SampleSpec], Image.Image],
) -> Loss:  # fmt: skip
    """How far another program's pictures are from ours, and ours from the base's own for the same words."""
    silent = [replace(member, strength=0.0) for member in members]
    ours = [_pixels(sample(base, spec, members).images[0]) for spec in specs]
    plain = [_pixels(sample(base, spec, silent).images[0]) for spec in specs]
    theirs = [_pixels(draw(spec)) for spec in specs]
    apart = [np.abs(own - other) for own, other in zip(ours, theirs, strict=True)]
    effect = float(np.mean([np.abs(own - other).mean() for own, other in zip(ours, plain, strict=True)]))
    mean = float(np.mean([each.mean() for each in apart]))
    most = int(max(each.max() for each in apart))
    share = mean / effect if effect > 0 else float(mean > 0)
    return Loss(round(mean, 4), most, round(effect, 4), round(share, 4), len(specs), specs[0].guidance)


def _pixels(image: Image.Image) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(image.convert("RGB")).astype(np.int64)


def _check(loss: Loss, most: float, what: str, exact_ways: str = EXACT_WAYS) -> None:
    if loss.share > most:
        raise ValueError(f"{what} {loss.text}; more than {most:.0%} is not written (--loss-max). {exact_ways}")


def _metadata(base: AnyBase, recipes: Sequence[RecipeAdapter], loss: Loss) -> dict[str, str]:
    members = [{"trigger": r.trigger, "strength": r.strength, "slot": r.slot, "sha256": r.sha256} for r in recipes]
    about = {"base": base.id, "weights_sha256": base.description.get("weights_sha256"), "members": members}
    return {"orthoplex.export": json.dumps(about), "orthoplex.loss": json.dumps(asdict(loss))}
