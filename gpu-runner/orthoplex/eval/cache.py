"""A cache of everything made or measured: files named by a hash of everything they depend on. A stopped run resumes.
Nothing is overwritten; a changed setting has another name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

# Raise it when code changes what a cached result would be.
VERSION = 2


def fingerprint(*facts: Any) -> str:
    """20 hex digits of SHA-256 over facts as JSON; dataclasses by their fields."""
    text = json.dumps([VERSION, *facts], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: asdict(value)}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be hashed")


class Cache:
    """A folder with one folder a kind of thing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, kind: str, key: str, suffix: str) -> Path:
        folder = self.root / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{key}{suffix}"

    def has(self, kind: str, facts: Any) -> bool:
        """Whether tensors of these facts are there."""
        path = self.path(kind, fingerprint(kind, facts), ".safetensors")
        return path.exists() and path.with_suffix(".json").exists()

    def numbers(self, kind: str, facts: Any, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Measured numbers: a JSON object, with what it depends on beside it."""
        path = self.path(kind, fingerprint(kind, facts), ".json")
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text())["result"]
            return found
        result = make()
        text = json.dumps({"facts": facts, "result": result}, default=_plain, indent=1)
        _replace(path, lambda temporary: temporary.write_text(text))
        return dict(json.loads(text)["result"])

    def tensors(
        self, kind: str, facts: Any, make: Callable[[], tuple[Mapping[str, Tensor], Mapping[str, Any]]]
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Named tensors with a small JSON object beside them."""
        path = self.path(kind, fingerprint(kind, facts), ".safetensors")
        beside = path.with_suffix(".json")
        if not (path.exists() and beside.exists()):
            tensors, notes = make()
            plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
            beside.write_text(json.dumps({"facts": facts, "notes": notes}, default=_plain, indent=1))
            _replace(path, lambda temporary: save_file(plain, temporary))
        return load_file(path), json.loads(beside.read_text())["notes"]


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes beside the place and renames, so that a killed run leaves no half file under the name."""
    temporary = path.with_suffix(".part")
    write(temporary)
    temporary.replace(path)


def fix_seed(*facts: Any) -> torch.Generator:
    """A generator whose seed is a hash of facts."""
    return torch.Generator().manual_seed(int(fingerprint(*facts), 16) % 2**63)
