"""Metadata of a foreign LoRA's file: base family, licence, triggers, hashes. Pure but for reading the file."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orthoplex.bases.foreign.metadata_json import json_of

TRIGGERS_SHOWN = 8
_FOLDER = re.compile(r"(?:\d+_)?(.+)")


def facts_of(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """source: file name and its hashes; family, licence and triggers as far as the file says them."""
    return {
        "source": {"name": path.name, **hashes_of(path)},
        "family": family_of(metadata),
        "licence": metadata.get("modelspec.license"),
        "title": metadata.get("modelspec.title") or metadata.get("ss_output_name"),
        "triggers": triggers_of(metadata),
    }


def hashes_of(path: Path) -> dict[str, str]:
    """sha256 of the file; autov2, its first ten digits; autov3, of the tensors alone (kohya's), first twelve digits."""
    content = path.read_bytes()
    header = int.from_bytes(content[:8], "little")
    whole = hashlib.sha256(content).hexdigest()
    return {"sha256": whole, "autov2": whole[:10], "autov3": hashlib.sha256(content[8 + header :]).hexdigest()[:12]}


def family_of(metadata: Mapping[str, str]) -> str | None:
    """What it was trained on, in the words of the file."""
    for key in ("modelspec.architecture", "ss_base_model_version", "ss_sd_model_name"):
        if metadata.get(key):
            return metadata[key]
    return None


def triggers_of(metadata: Mapping[str, str]) -> list[str]:
    """The trigger that the file names, else the folders it was trained from (`10_ada woman`) and its commonest tags."""
    named = [word.strip() for word in metadata.get("modelspec.trigger_phrase", "").split(",") if word.strip()]
    if named:
        return named[:TRIGGERS_SHOWN]
    tags: Counter[str] = Counter()
    folders: list[str] = []
    try:
        for folder, counts in json_of(metadata.get("ss_tag_frequency", "{}")).items():
            found = _FOLDER.fullmatch(folder)
            folders.append(found[1] if found else folder)
            tags.update({str(tag).strip(): int(count) for tag, count in counts.items()})
    except (ValueError, TypeError, AttributeError, OverflowError):
        return []
    return list(dict.fromkeys([*folders, *(tag for tag, _ in tags.most_common(TRIGGERS_SHOWN) if tag)]))[
        :TRIGGERS_SHOWN
    ]
