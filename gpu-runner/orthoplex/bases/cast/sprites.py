"""Sprites and captions as render.ts wrote them, held in memory for training."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from orthoplex.bases.cast.scene import Captions
from orthoplex.bases.cast.world import Word, World, encode_captions


@dataclass(frozen=True)
class SpriteSet:
    """N sprites (N, 4, S, S) uint8 with premultiplied alpha, and their captions."""

    sprites: Tensor
    captions: Captions
    records: list[dict[str, object]]

    def __len__(self) -> int:
        return len(self.records)


def parse_captions(text: str) -> tuple[list[dict[str, object]], list[list[Word]]]:
    """The lines of captions.jsonl: records as they are, and their captions."""
    records = [json.loads(line) for line in text.splitlines()]
    captions = [[(word["word"], word.get("rgb")) for word in record["caption"]] for record in records]
    return records, captions


def read_captions(path: Path) -> tuple[list[dict[str, object]], list[list[Word]]]:
    return parse_captions(path.read_text())


def load_sprites(folder: Path, world: World, size_px: int, words: int) -> SpriteSet:
    """Reads OUT/sprites.rgba and averages it down to size_px (premultiplied, so edges stay clean).

    Sprites that have this size already stay in their file, and are read from it when they are used.
    """
    records, captions = read_captions(folder / "captions.jsonl")
    stored = json.loads((folder / "world.json").read_text())["size"]
    # copy on write: torch warns about arrays that cannot be written to
    raw = np.memmap(folder / "sprites.rgba", np.uint8, "c").reshape(len(records), stored, stored, 4)
    factor = stored // size_px
    if factor == 1:
        return SpriteSet(torch.from_numpy(raw).permute(0, 3, 1, 2), encode_captions(world, captions, words), records)
    out = np.empty((len(records), 4, size_px, size_px), np.uint8)
    for start in range(0, len(records), 512):
        block = raw[start : start + 512].astype(np.uint16)
        n = len(block)
        small = block.reshape(n, size_px, factor, size_px, factor, 4).mean(axis=(2, 4))
        out[start : start + n] = np.rint(small).astype(np.uint8).transpose(0, 3, 1, 2)
    return SpriteSet(torch.from_numpy(out), encode_captions(world, captions, words), records)
