"""What a LoRA of another program says of itself, read from its file without a base. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from orthoplex.bases.foreign import lycoris
from orthoplex.bases.foreign.dora import magnitude_names
from orthoplex.bases.foreign.facts import facts_of
from orthoplex.bases.foreign.metadata_json import json_of
from orthoplex.bases.foreign.reader import DOWN, halves, other_kind
from orthoplex.bases.foreign.target import model_of

OWN = "orthoplex.adapter/"  # formats of adapters with a slot


def summary_of(path: Path) -> dict[str, Any] | None:
    """model: what its layers' names show (target.py); base: of an import; kind: other than a LoRA.

    dora: whether it has lengths. None for others.
    """
    header, metadata = _header(path)
    downs, other = halves(header, DOWN), other_kind(header)
    products = lycoris.groups(header)
    if metadata.get("format", "").startswith(OWN) or not (downs or products or other):
        return None
    ranked = [*downs.values(), *(key for own in products.values() for name, key in own.items() if name.endswith("_b"))]
    imported = _written(metadata, "source", dict)
    facts = facts_of(path, metadata)
    if imported is not None:  # a foreign adapter keeps what its source said
        facts |= {name: metadata.get(name) or None for name in ("family", "licence", "title")}
        facts |= {"source": imported, "triggers": _written(metadata, "triggers", list) or []}
    return {
        "exact": False,
        "model": model_of(list(header)),
        "base": metadata.get("base"),
        "kind": None if other is None else other[1],
        "layers": len(downs) + len(products),
        "dora": bool(magnitude_names(header)),
        "rank": max((header[key][0] for key in ranked if header[key]), default=None),
        **facts,
    }


def _header(path: Path) -> tuple[dict[str, list[int]], Mapping[str, str]]:
    """Shapes of tensors by name, and the metadata; empty for what is no whole safetensors file."""
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_slice(name).get_shape() for name in file.keys()}, file.metadata() or {}  # noqa: SIM118 - no mapping
    except SafetensorError:
        return {}, {}


def _written(metadata: Mapping[str, str], key: str, kind: type) -> Any:
    """What JSON in the metadata says; None where it is none of this kind."""
    try:
        said = json_of(metadata[key]) if key in metadata else None
    except ValueError:
        return None
    return said if isinstance(said, kind) else None
