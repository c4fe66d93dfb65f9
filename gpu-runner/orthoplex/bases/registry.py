"""The bases of this machine, by id: which are installed, how much memory each takes, and loading them.

A base is a folder of weights and a description (schema/contract/bases.ts). Descriptions of the bases that come with the
product lie in schema/bases; one that was added here has its own as base.json beside its weights.
"""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from orthoplex.bases.cast.base import load_cast
from orthoplex.bases.device import compute_dtype
from orthoplex.bases.memory import TrainingMemory
from orthoplex.bases.options import LoadOptions, refuse_options
from orthoplex.bases.protocol import AnyBase
from orthoplex.ortho.text import is_carriable, is_line, is_visible
from orthoplex.whole_files import whole_folder

_PACKAGE = Path(__file__).resolve().parents[2]
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
TITLE_MAX = 120  # characters, as titles have in the contract
DESCRIPTION = "base.json"
PIPELINE = "pipeline"  # a folder, or a link to one, in diffusers' format
OF_PIPELINES = ("sd", "zimage")  # families that need requirements-sd.txt


class UnknownBase(ValueError):  # noqa: N818 - a refusal, named as the contract names it
    """No base of that id is present on this runner."""


class BaseRefused(ValueError):  # noqa: N818 - a refusal
    """A base that cannot be added; the message says why."""


def weights_folder() -> Path:
    """Where base weights lie: ORTHOPLEX_BASES, or the folder beside the package."""
    return Path(os.environ.get("ORTHOPLEX_BASES", _PACKAGE / "bases"))


def descriptions_folder() -> Path:
    """Where base descriptions lie: ORTHOPLEX_BASE_DESCRIPTIONS, or schema/bases of the repository."""
    return Path(os.environ.get("ORTHOPLEX_BASE_DESCRIPTIONS", _PACKAGE.parent / "schema" / "bases"))


def present_bases() -> list[str]:
    """Ids of the bases whose description, weights and packages are all here."""
    described = {path.stem: path for path in descriptions_folder().glob("*.json")}
    described |= {path.parent.name: path for path in weights_folder().glob(f"*/{DESCRIPTION}")}
    return sorted(base for base, path in described.items() if _has_weights(base) and _has_packages(path))


def _has_weights(base_id: str) -> bool:
    return any((weights_folder() / base_id / part).exists() for part in ("model.safetensors", PIPELINE))


def _has_packages(description: Path) -> bool:
    """Whether what the family imports is installed: a runner without it must not say that it has the base."""
    family = json.loads(description.read_text("utf-8"))["family"]
    return family not in OF_PIPELINES or find_spec("diffusers") is not None


def default_base() -> str:
    """The default base: the first of those that come with the product."""
    present = present_bases()
    bundled = [base for base in present if (descriptions_folder() / f"{base}.json").exists()]
    if not present:
        raise UnknownBase("no base is on this machine: its weights are missing")
    return (bundled or present)[0]


def describe_base(base_id: str) -> dict[str, Any]:
    """The description of a base that is here; UnknownBase otherwise."""
    if base_id not in present_bases():
        raise UnknownBase(f"base {base_id!r} is not on this runner; it has {', '.join(present_bases()) or 'none'}")
    added = weights_folder() / base_id / DESCRIPTION
    path = added if added.exists() else descriptions_folder() / f"{base_id}.json"
    description: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return description


def load_base(base_id: str, device: str = "cpu", options: LoadOptions = LoadOptions()) -> AnyBase:  # noqa: B008 - frozen
    """The base, frozen, on a device. UnknownBase when it is not here, or what its family needs is not installed.

    OptionRefused for options that its family does not have.
    """
    description = describe_base(base_id)
    folder = weights_folder() / base_id
    if description["family"] == "cast":
        refuse_options(base_id, options)
        return load_cast(folder, description, torch.device(device))
    if description["family"] in OF_PIPELINES:
        try:
            from orthoplex.bases.sd.base import load_sd
            from orthoplex.bases.zimage.base import load_zimage
        except ImportError as error:
            raise UnknownBase(f"base {base_id!r} needs more packages: pip install 'orthoplex[sd]'") from error
        if description["family"] == "sd":
            return load_sd(folder / PIPELINE, description, torch.device(device), options)
        return load_zimage(folder / PIPELINE, description, torch.device(device), options)
    raise UnknownBase(f"base {base_id!r} is of the family {description['family']!r}, which this runner does not know")


def pipeline_folder(base_id: str) -> Path:
    """The folder of a base's pipeline, in diffusers' format."""
    return (weights_folder() / base_id / PIPELINE).resolve()


def expected_bytes(base_id: str, device: str) -> int:
    """What the base will take in memory, judged by its files: fp16 weights double where the device computes in fp32."""
    folder = weights_folder() / base_id
    pipeline = (folder / PIPELINE).resolve()  # a link is not walked through
    files = (pipeline if pipeline.is_dir() else folder).rglob("*.safetensors")
    on_disk = sum(path.stat().st_size for path in files)
    return on_disk * compute_dtype(torch.device(device)).itemsize // 2


def training_estimate(
    base_id: str, *, side: int, batch: int, dtype: torch.dtype, checkpointed: bool, offload: bool
) -> TrainingMemory:  # fmt: skip
    """What a training on square pictures of `side` px takes, before a weight is loaded; of families in OF_PIPELINES."""
    description = describe_base(base_id)
    if description["family"] == "sd":
        from orthoplex.bases.sd.memory import training_memory
    else:
        from orthoplex.bases.zimage.memory import training_memory
    return training_memory(
        pipeline_folder(base_id), description, size=(side, side), batch=batch, dtype=dtype, checkpointed=checkpointed,
        offload=offload,
    )  # fmt: skip


def add_base(source: str, base_id: str, title: str) -> dict[str, Any]:
    """Adds a pipeline as a base: writes its description and a link to it. BaseRefused says why not.

    source: a folder in diffusers' format, or owner/name on the Hugging Face hub, which is fetched.
    """
    if not _ID.fullmatch(base_id):
        raise BaseRefused(f"{base_id!r} is no id: use a to z, digits and hyphens, at most 64.")
    if len(title) > TITLE_MAX or not (is_line(title) and is_visible(title) and is_carriable(title)):
        raise BaseRefused(f"--title is one line that can be seen, of at most {TITLE_MAX} characters.")
    target = weights_folder() / base_id
    if target.exists() or (descriptions_folder() / f"{base_id}.json").exists():
        raise BaseRefused(f"There is a base {base_id!r} already; a base never changes, so choose another id.")
    try:
        from orthoplex.bases.sd.describe import describe as described_sd
        from orthoplex.bases.sd.hub import fetched, is_hub_id
        from orthoplex.bases.zimage.describe import describe as described_zimage
    except ImportError as error:
        raise BaseRefused("Pipelines need more packages: pip install 'orthoplex[sd]'") from error
    folder = fetched(source) if is_hub_id(source) else Path(source)
    described = described_zimage if _pipeline_class(folder) == "ZImagePipeline" else described_sd
    description = described(folder, base_id, title)
    with whole_folder(target) as made:  # half of one would keep its id taken
        made.mkdir(parents=True)
        (made / PIPELINE).symlink_to(folder.resolve(), target_is_directory=True)
        (made / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")
    return description


def _pipeline_class(folder: Path) -> str | None:
    """The class that the folder's model_index.json names; None where there is none. BaseRefused where it is no JSON."""
    index = folder / "model_index.json"
    try:
        read = json.loads(index.read_text("utf-8")) if index.is_file() else {}
    except ValueError as error:
        raise BaseRefused(f"{index} is no JSON: {error}") from error
    if not isinstance(read, dict):
        raise BaseRefused(f"{index} is no description of a pipeline")
    name = read.get("_class_name")
    return name if isinstance(name, str) else None
