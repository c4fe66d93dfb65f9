"""The bases that adapters attach to, by id. Read protocol.py first; each family is a folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch

from orthoplex.bases.cast.base import load_cast
from orthoplex.bases.protocol import AnyBase

__all__ = ["AnyBase", "UnknownBase", "descriptions_folder", "load_base", "present_bases", "weights_folder"]

_PACKAGE = Path(__file__).resolve().parents[2]


class UnknownBase(ValueError):  # noqa: N818 - a refusal, named as the contract names it
    """No base of that id is present on this runner."""


def weights_folder() -> Path:
    """Where base weights lie: ORTHOPLEX_BASES, or the folder beside the package."""
    return Path(os.environ.get("ORTHOPLEX_BASES", _PACKAGE / "bases"))


def descriptions_folder() -> Path:
    """Where base descriptions lie: ORTHOPLEX_BASE_DESCRIPTIONS, or schema/bases of the repository."""
    return Path(os.environ.get("ORTHOPLEX_BASE_DESCRIPTIONS", _PACKAGE.parent / "schema" / "bases"))


def present_bases() -> list[str]:
    """Ids of the bases whose description and weights are both here."""
    described = {path.stem for path in descriptions_folder().glob("*.json")}
    return sorted(base for base in described if (weights_folder() / base / "model.safetensors").exists())


def load_base(base_id: str, device: str = "cpu") -> AnyBase:
    """The base, frozen, on a device. UnknownBase when it is not here."""
    if base_id not in present_bases():
        raise UnknownBase(f"base {base_id!r} is not on this runner; it has {', '.join(present_bases()) or 'none'}")
    description = json.loads((descriptions_folder() / f"{base_id}.json").read_text())
    return load_cast(weights_folder() / base_id, description, torch.device(device))
