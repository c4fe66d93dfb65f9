"""What a LoRA of another program says of itself, read from its file without a base. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orthoplex.bases.foreign import lycoris
from orthoplex.bases.foreign.dora import magnitude_names
from orthoplex.bases.foreign.facts import facts_of
from orthoplex.bases.foreign.reader import DOWN, halves, other_kind
from orthoplex.bases.foreign.target import model_of

OWN = "orthoplex.adapter/"  # formats of adapters with a slot


def summary_of(path: Path) -> dict[str, Any] | None:
    """model: what its layers' names show (target.py); base: of an import; kind: other than a LoRA.

    dora: whether it has lengths. None for others.
    """
    header = _header(path)
    metadata: Mapping[str, str] = header.pop("__metadata__", None) or {}
    downs, other = halves(header, DOWN), other_kind(header)
    products = lycoris.groups(header)
    if metadata.get("format", "").startswith(OWN) or not (downs or products or other):
        return None
    ranked = [*downs.values(), *(key for own in products.values() for name, key in own.items() if name.endswith("_b"))]
    imported = json.loads(metadata["source"]) if "source" in metadata else None
    facts = facts_of(path, metadata)
    if imported is not None:  # a foreign adapter keeps what its source said
        facts |= {name: metadata.get(name) or None for name in ("family", "licence", "title")}
        facts |= {"source": imported, "triggers": json.loads(metadata.get("triggers", "[]"))}
    return {
        "exact": False,
        "model": model_of(list(header)),
        "base": metadata.get("base"),
        "kind": None if other is None else other[1],
        "layers": len(downs) + len(products),
        "dora": bool(magnitude_names(header)),
        "rank": max((int(header[key]["shape"][0]) for key in ranked), default=None),
        **facts,
    }


def _header(path: Path) -> dict[str, Any]:
    """Tensors by name, without their bytes; empty for what is no safetensors file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        content = file.read(length) if length <= path.stat().st_size else b""
    try:
        header = json.loads(content)
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}
