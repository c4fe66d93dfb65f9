"""Training and generating on this machine without an edge, for the command line.

Reads and writes files named by the caller; every fault of these files is raised as one of INPUT_ERRORS.
"""

import argparse
import codecs
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from PIL import Image

from orthoplex.bases import AnyBase, load_base, present_bases
from orthoplex.bases.limits import check_spec, size_of
from orthoplex.bases.registry import add_base, default_base, describe_base
from orthoplex.ortho.adapter import read_adapter, write_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.pictures import PictureRefused, decode_picture
from orthoplex.png import write_png
from orthoplex.recipe import RecipeAdapter, RecipeLora, recipe_of
from orthoplex.report import Said
from orthoplex.runner.bases import device_name, resolve_device
from orthoplex.runner.config import ConfigRefused, read_config
from orthoplex.runner.edge import Edge, Refused
from orthoplex.runner.key import Key
from orthoplex.runner.retry import Unreachable
from orthoplex.sample import AttachedAdapter, Region, SampleSpec, sample
from orthoplex.train.concept import TrainSpec, train_concept

INPUT_ERRORS = (ValueError, OSError, FileRefused, PictureRefused, ConfigRefused, Refused, Unreachable)

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
OTHER_PICTURE_SUFFIXES = frozenset({".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp", ".gif"})
INEXACT = "it acts on every word and every place, so what is composed with it is not exact"
_LORA = re.compile(r"(?P<file>.+?)(=(?P<strength>-?[0-9.]+))?")
_ADAPTER = re.compile(r"(?P<file>.+?)(=(?P<strength>-?[0-9.]+))?(@(?P<region>[0-9.]+(,[0-9.]+){3}))?")


def train(flags: argparse.Namespace) -> Iterator[str]:
    """Train a concept from a folder; yields a line about each file written."""
    base = load_base(flags.base or default_base(), resolve_device(flags.device))
    pictures = read_folder(flags.pictures)
    check_folder(flags.out.parent)
    spec = TrainSpec(
        concept=flags.concept or flags.trigger.strip("<>"),
        class_word=flags.class_word,
        trigger=flags.trigger,
        slot=flags.slot,
        steps=flags.steps or base.description["training"]["steps"]["default"],
        seed=flags.seed,
    )
    resume = flags.checkpoint if flags.checkpoint and flags.checkpoint.exists() else None
    text = f"training {spec.trigger} from {len(pictures)} pictures, {spec.steps} steps"
    yield Said(text, trigger=spec.trigger, pictures=len(pictures), steps=spec.steps)
    trained = train_concept(base, spec, pictures, resume=resume, checkpoint=flags.checkpoint)
    flags.out.write_bytes(write_adapter(trained.adapter, base.layout))
    yield Said(f"{flags.out}  {trained.metrics}", file=str(flags.out), metrics=trained.metrics)
    for number, image in enumerate(trained.samples):
        path = flags.out.with_name(f"{flags.out.stem}-{number}.png")
        path.write_bytes(write_png(image, None))
        yield Said(str(path), file=str(path))
    yield from (f"note: {warning}" for warning in trained.warnings)


def read_folder(folder: Path) -> list[tuple[Image.Image, str | None]]:
    """The pictures of a folder in the order of their names; captions are NAME.txt beside each or in captions.json."""
    # macOS leaves a ._NAME beside each file on foreign disks; no other hidden file is meant either.
    shown = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    paths = [path for path in shown if path.suffix.lower() in PICTURE_SUFFIXES]
    for path in shown:
        if path.suffix.lower() in OTHER_PICTURE_SUFFIXES:
            raise ValueError(f"{path} is no PNG, JPEG or WebP: convert it, or take it out of the folder")
    if not paths:
        raise ValueError(f"{folder} holds no PNG, JPEG or WebP picture")
    written = folder / "captions.json"
    captions = json.loads(_text_of(written)) if written.exists() else {}
    if not isinstance(captions, dict) or not all(isinstance(text, str) for text in captions.values()):
        raise ValueError(f"{written} must map file names to captions")
    # macOS writes decomposed characters, others composed ones: one name is one name.
    captions = {unicodedata.normalize("NFC", name): text for name, text in captions.items()}
    beside = {path.stem: path for path in shown if path.suffix.lower() == ".txt"}
    pictures = []
    for path in paths:
        try:
            image = decode_picture(path.read_bytes())
        except PictureRefused as error:
            raise ValueError(f"{path}: {error.detail}") from error
        own = beside.get(path.stem)
        caption = captions.get(unicodedata.normalize("NFC", path.name)) if own is None else _text_of(own).strip()
        pictures.append((image, caption))
    return pictures


def _text_of(path: Path) -> str:
    """A text file in UTF-8, in what Windows calls Unicode (UTF-16 with its mark), or in its old code page."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def check_folder(folder: Path) -> None:
    """Make the folder of --out, before anything is made that would be lost without it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written into")


def generate(flags: argparse.Namespace) -> Iterator[str]:
    """Generate pictures; yields a line about each file written."""
    base = load_base(flags.base or default_base(), resolve_device(flags.device))
    width, height = size_of(base.description, flags.size)
    read = [read_attached(base, text) for text in flags.adapter]
    guidance = base.description["guidance"]["default"] if flags.guidance is None else flags.guidance
    spec = SampleSpec(
        prompt=flags.prompt,
        seed=flags.seed,
        width=width,
        height=height,
        steps=flags.steps or base.description["steps"]["default"],
        guidance=guidance,
        count=flags.count,
        negative_prompt=flags.negative,
        sampler=flags.sampler or base.description["samplers"]["default"],
        clip_skip=flags.clip_skip,
    )
    check_spec(base.description, spec)
    loras = [read_lora(base, text) for text in flags.lora]
    check_folder(flags.out)
    with _with_loras(base, loras):
        generated = sample(base, spec, [attached for attached, _ in read])
    foreign = [RecipeLora(each.path.stem, each.strength, each.sha256) for each in loras]
    for image, seed, text in zip(generated.images, generated.seeds, generated.prompts, strict=True):
        recipe = recipe_of(
            base.id,
            spec,
            seed=seed,
            drawn=text,
            adapters=[each for _, each in read],
            device=device_name(str(base.device)),
        )
        recipe = replace(recipe, loras=foreign)
        path = flags.out / f"{seed}.png"
        path.write_bytes(write_png(image, recipe))
        yield Said(str(path), file=str(path), seed=seed, recipe=recipe.as_json())
    yield from (f"note: {each.path} is another program's LoRA: {INEXACT}" for each in loras)
    yield from (f"note: {warning}" for warning in generated.warnings)


@dataclass(frozen=True, eq=False)
class NamedLora:
    """A foreign LoRA as the command line names it."""

    lora: Any
    strength: float
    path: Path
    sha256: str


def read_lora(base: AnyBase, text: str) -> NamedLora:
    """FILE[=STRENGTH] of a LoRA or a foreign adapter. ValueError on a base of another family."""
    if base.description["family"] != "sd":
        raise ValueError(f"{base.id} is of the family {base.description['family']}, for which there are no such LoRAs")
    from orthoplex.bases.sd.foreign import read_foreign

    found = _LORA.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} must look like file.safetensors=0.6")
    path = Path(found["file"])
    lora = read_foreign(path, cast("Any", base))
    return NamedLora(lora, float(found["strength"] or 1), path, hashlib.sha256(path.read_bytes()).hexdigest())


@contextmanager
def _with_loras(base: AnyBase, loras: Sequence[NamedLora]) -> Iterator[None]:
    if not loras:
        yield
        return
    from orthoplex.bases.sd.foreign import foreign_attached

    with foreign_attached(cast("Any", base), [(each.lora, each.strength) for each in loras]):
        yield


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
    parts = _ADAPTER.fullmatch(text)
    if parts is None:
        raise ValueError(f"--adapter {text} must look like file.safetensors=0.6@0,0,0.5,1")
    path = Path(parts["file"])
    content = path.read_bytes()
    adapter = read_adapter(content, base.layout)
    strength = adapter.strength if parts["strength"] is None else float(parts["strength"])
    region = None if parts["region"] is None else Region(*map(float, parts["region"].split(",")))
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
