"""A published adapter: `orthoplex.adapter/1` or `/2`. Holds only what was trained; down follows from base and slot.

Works on bytes; the only I/O is the file that `save` and `load` are given. Specification: docs/adapter-format.md.
An adapter cannot leave its slot: the file has no down, so orthogonality holds by construction.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from orthoplex.ortho.container import Container, FileRefused, join_tensors, read_container, write_container
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.slot import digits_of
from orthoplex.ortho.strict_json import NotStrict, parse_strict_json
from orthoplex.ortho.text import all_carriable, cleaned, is_carriable, is_line, is_visible

FORMAT_TOKENS = "orthoplex.adapter/1"  # learned tokens in place of words, residuals that are always on
FORMAT_ENTRIES = "orthoplex.adapter/2"  # entries of its tokens in every key and value projection, gated residuals
STRENGTH_LIMIT = 2.0
TOKENS = "tokens"
UP_PREFIX = "up."
ENTRY_PREFIX = "entry."
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SHORT_MAX = 64
_TRIGGER = re.compile(r"<[a-z0-9](?:[a-z0-9-]*[a-z0-9])?>")
_TRIGGER_MAX = 66
_CONCEPT_MAX = 120  # code points, as the contract counts
_CLASS_WORD_MAX = 32
_REQUIRED = (
    "format", "base", "layers_sha256", "basis", "basis_seed", "rank", "slot",
    "concept", "class_word", "trigger", "strength", "training", "tensors_sha256",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Adapter:
    """One trained concept, every tensor f16, as it is published. up[layer] (out, r) for every layer of the base.

    tokens (tokens, layers, dim) on bases whose tokens stand in place of words, entries[layer] (tokens, out) on bases
    whose tokens add entries to keys and values; the other is empty.
    """

    slot: int
    up: Mapping[str, Tensor]
    tokens: Tensor  # (0, 0, 0) where the base has entries
    concept: str
    class_word: str
    trigger: str
    strength: float = 0.6
    entries: Mapping[str, Tensor] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)  # a summary: steps, losses, seeds; any JSON object
    modelspec: Mapping[str, str] = field(default_factory=dict)  # title, author, license, date ..., without the prefix


def write_adapter(adapter: Adapter, layout: Layout) -> bytes:
    """The file of an adapter: equal content gives equal bytes. FileRefused if it could not be read back."""
    tensors = {UP_PREFIX + name: _encode(up) for name, up in adapter.up.items()}
    tensors |= {ENTRY_PREFIX + name: _encode(entry) for name, entry in adapter.entries.items()}
    if adapter.tokens.numel() > 0:
        tensors[TOKENS] = _encode(adapter.tokens)
    digest = hashlib.sha256(join_tensors(tensors)).hexdigest()
    metadata = {
        "format": format_of(layout),
        "base": layout.base,
        "layers_sha256": layout.layers_sha256,
        "basis": layout.basis,
        "basis_seed": str(layout.basis_seed),
        "rank": str(layout.rank),
        "slot": str(adapter.slot),
        "concept": adapter.concept,
        "class_word": adapter.class_word,
        "trigger": adapter.trigger,
        "strength": repr(float(adapter.strength)),
        "training": json.dumps(dict(adapter.training), sort_keys=True, separators=(",", ":")),
        "tensors_sha256": digest,
        "modelspec.title": adapter.concept,
        "modelspec.trigger_phrase": adapter.trigger,
        **{f"modelspec.{key}": value for key, value in adapter.modelspec.items()},
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": f"{layout.base}/orthogonal-adapter",
        "modelspec.implementation": "orthoplex",
        "modelspec.hash_sha256": f"0x{digest}",
    }
    content = write_container(tensors, metadata)
    read_adapter(content, layout)
    return content


def read_adapter(content: bytes, layout: Layout, slot: int | None = None) -> Adapter:
    """The adapter in a file, after every check of docs/adapter-format.md, for one base and, if given, one slot.

    FileRefused is the only exception, whatever the bytes are.
    """
    container = read_container(content)
    metadata = container.metadata
    written_slot = _check_identity(metadata, layout, slot)
    _check_texts(metadata)
    strength, training = _numbers_of(metadata)
    _check_tensors(container, layout)
    if hashlib.sha256(container.data).hexdigest() != metadata["tensors_sha256"]:
        raise FileRefused("hash_mismatch", "The tensors are not the ones that tensors_sha256 names.")
    up = {name: _decode(container, UP_PREFIX + name) for name in layout.layers}
    entries = {name: _decode(container, ENTRY_PREFIX + name) for name in layout.entries}
    tokens = torch.zeros(0, 0, 0, dtype=torch.float16) if layout.entries else _decode(container, TOKENS)
    _check_values(up, entries, tokens, layout)
    specs = {key.removeprefix("modelspec."): text for key, text in metadata.items() if key.startswith("modelspec.")}
    return Adapter(
        slot=written_slot,
        up=up,
        tokens=tokens,
        concept=metadata["concept"],
        class_word=metadata["class_word"],
        trigger=metadata["trigger"],
        strength=strength,
        entries=entries,
        training=training,
        modelspec=specs,
    )


def format_of(layout: Layout) -> str:
    """The format of a base's adapters."""
    return FORMAT_ENTRIES if layout.entries else FORMAT_TOKENS


def tensor_shapes(layout: Layout) -> dict[str, tuple[int, ...]]:
    """Every tensor that a file of this base holds, and its shape."""
    shapes: dict[str, tuple[int, ...]] = {
        UP_PREFIX + name: (shape.out_features, layout.rank) for name, shape in layout.layers.items()
    }
    if layout.entries:
        return shapes | {ENTRY_PREFIX + name: (layout.tokens_shape[0], out) for name, out in layout.entries.items()}
    return shapes | {TOKENS: layout.tokens_shape}


def save(adapter: Adapter, layout: Layout, path: Path) -> None:
    """Write the adapter's file to `path`."""
    path.write_bytes(write_adapter(adapter, layout))


def load(path: Path, layout: Layout, slot: int | None = None) -> Adapter:
    """Read and check the adapter's file at `path`."""
    return read_adapter(path.read_bytes(), layout, slot)


def _encode(tensor: Tensor) -> tuple[str, tuple[int, ...], bytes]:
    half = tensor.detach().to(device="cpu", dtype=torch.float16).contiguous()
    return "F16", tuple(half.shape), half.numpy().astype("<f2", copy=False).tobytes()


def _decode(container: Container, name: str) -> Tensor:
    shape = container.tensors[name].shape
    # bytearray: torch wants memory that it may write to, and the file's bytes stay the caller's
    return torch.frombuffer(bytearray(container.bytes_of(name)), dtype=torch.float16).reshape(shape)


def _check_identity(metadata: Mapping[str, str], layout: Layout, slot: int | None) -> int:
    """Format, base, basis, rank and slot of the file; returns its slot."""
    missing = [key for key in _REQUIRED if key not in metadata]
    if missing:
        raise FileRefused("metadata_missing", f"The metadata lacks {', '.join(missing)}.")
    if metadata["format"] != format_of(layout):
        detail = f"The format is {metadata['format']!r}, and adapters of {layout.base!r} are {format_of(layout)!r}."
        raise FileRefused("format_mismatch", f"{detail} Train the concept again on this base.")
    if metadata["base"] != layout.base:
        raise FileRefused("base_mismatch", f"The adapter is for base {metadata['base']!r}, not {layout.base!r}.")
    if metadata["layers_sha256"] != layout.layers_sha256:
        detail = f"The adapter was made for other layers than those of {layout.base!r}."
        raise FileRefused("base_mismatch", f"{detail} Train the concept again on this base.")
    if (metadata["basis"], metadata["basis_seed"]) != (layout.basis, str(layout.basis_seed)):
        raise FileRefused("basis_mismatch", f"The basis is not {layout.basis!r} with seed {layout.basis_seed}.")
    if metadata["rank"] != str(layout.rank):
        raise FileRefused("rank_mismatch", f"The rank is {metadata['rank']!r}, not {layout.rank}.")
    return _slot_of(metadata["slot"], layout, slot)


def _slot_of(text: str, layout: Layout, expected: int | None) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or str(int(text)) != text:
        raise FileRefused("slot_mismatch", f"{text[:32]!r} is not a slot.")
    written = int(text)
    if expected is not None and written != expected:
        raise FileRefused("slot_mismatch", f"The file is for slot {written}, not {expected}.")
    try:
        digits_of(written, layout.radix, layout.rank)
    except ValueError as error:
        raise FileRefused("slot_mismatch", str(error)) from error
    return written


def check_names(concept: str, class_word: str) -> None:
    """FileRefused unless both are one short line that can be seen. A class word stands in captions between commas."""
    for key, text, most in (("concept", concept, _CONCEPT_MAX), ("class_word", class_word, _CLASS_WORD_MAX)):
        if not (is_line(text) and is_visible(text)) or len(text) > most:
            detail = f"The metadata's {key} must be one line that can be seen, of at most {most} characters."
            raise FileRefused("metadata_invalid", detail)
    if "," in class_word:
        raise FileRefused("metadata_invalid", "The metadata's class_word must have no comma.")


def check_trigger(trigger: str) -> None:
    """FileRefused unless it looks like <ada>."""
    if len(trigger) > _TRIGGER_MAX or not _TRIGGER.fullmatch(trigger):
        raise FileRefused("metadata_invalid", "The metadata's trigger must look like <ada>.")


def _check_texts(metadata: Mapping[str, str]) -> None:
    """Every text can be carried on and shown; AdapterMetadata in schema/contract/adapter-file.ts says the same."""
    for key, text in metadata.items():
        if not (is_carriable(key) and is_carriable(text)):
            raise FileRefused("metadata_invalid", f"The metadata's {cleaned(key)[:64]} holds what no text can carry.")
    check_names(metadata["concept"], metadata["class_word"])
    check_trigger(metadata["trigger"])
    if not re.fullmatch(r"[0-9a-f]{64}", metadata["tensors_sha256"]):
        raise FileRefused("metadata_invalid", "The metadata's tensors_sha256 must be 64 lower-case hexadecimal digits.")


def _numbers_of(metadata: Mapping[str, str]) -> tuple[float, dict[str, Any]]:
    try:
        training = parse_strict_json(metadata["training"])
    except NotStrict as error:
        raise FileRefused("metadata_invalid", "training must be a JSON object.") from error
    if not isinstance(training, dict) or not all_carriable(training):
        raise FileRefused("metadata_invalid", "training must be a JSON object.")
    text = metadata["strength"]
    strength = float(text) if len(text) <= _SHORT_MAX and _DECIMAL.fullmatch(text) else STRENGTH_LIMIT + 1
    if abs(strength) > STRENGTH_LIMIT:
        raise FileRefused("metadata_invalid", f"strength must be a number within ±{STRENGTH_LIMIT}.")
    return strength, training


def _check_tensors(container: Container, layout: Layout) -> None:
    """Exactly the tensors of the base, each f16 and of the right shape."""
    shapes = tensor_shapes(layout)
    for name in container.tensors:
        if name not in shapes:
            raise FileRefused("tensor_unexpected", f"Tensor {name!r} does not belong to an adapter of {layout.base}.")
    for name, shape in shapes.items():
        entry = container.tensors.get(name)
        if entry is None:
            raise FileRefused("tensor_missing", f"Tensor {name!r} is missing.")
        if entry.dtype != "F16":
            raise FileRefused("dtype_invalid", f"Tensor {name!r} is {entry.dtype}, not F16.")
        if entry.shape != shape:
            raise FileRefused("shape_invalid", f"Tensor {name!r} is {entry.shape}, not {shape}.")


def _check_values(up: Mapping[str, Tensor], entries: Mapping[str, Tensor], tokens: Tensor, layout: Layout) -> None:
    """Finite everywhere, and ||up||_F within the base's limit: down is orthonormal, so this is the residual's norm.

    Entries are bound by the same number: they are what a residual would add to the rows of their tokens.
    """
    for name, tensor in [*up.items(), *entries.items(), (TOKENS, tokens)]:
        if not bool(torch.isfinite(tensor).all()):
            raise FileRefused("value_not_finite", f"Tensor {name!r} holds a value that is not finite.")
    for name, tensor in [*up.items(), *entries.items()]:
        norm = float(torch.linalg.vector_norm(tensor.double()))
        if norm > layout.residual_norm_max:
            raise FileRefused("norm_too_large", f"||{name}|| is {norm:.1f}, above {layout.residual_norm_max}.")
