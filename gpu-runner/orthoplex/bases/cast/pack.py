"""Packs sprites for a machine without Node: `python -m orthoplex.bases.cast.pack SPRITES_FOLDER OUT.npz`.

64 px, lossless WebP, all in one file of about 1.5 kB a sprite; `load_pack` gives back the same pixels to the bit.
"""

from __future__ import annotations

import argparse
import io
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from orthoplex.bases.cast.sprites import SpriteSet, load_sprites, parse_captions
from orthoplex.bases.cast.world import World, encode_captions


def write_pack(data: SpriteSet, world_text: str, captions_text: str, path: Path) -> None:
    """data.sprites (N, 4, S, S) uint8, premultiplied. WebP would drop colour under alpha 0, so planes go apart."""
    pictures = []
    for sprite in data.sprites.numpy():
        stacked = np.concatenate([sprite[:3].transpose(1, 2, 0), sprite[3][..., None].repeat(3, axis=2)], axis=0)
        buffer = io.BytesIO()
        Image.fromarray(stacked).save(buffer, "WEBP", lossless=True, quality=60, method=2)
        pictures.append(buffer.getvalue())
    ends = np.cumsum([len(picture) for picture in pictures])
    np.savez(
        path,
        pictures=np.frombuffer(b"".join(pictures), np.uint8),
        ends=ends,
        world=np.frombuffer(world_text.encode(), np.uint8),
        captions=np.frombuffer(captions_text.encode(), np.uint8),
    )


def load_pack(path: Path, words: int) -> tuple[World, SpriteSet]:
    """The world and the sprites of a pack."""
    with np.load(path, allow_pickle=False) as file:
        world = World.parse(json.loads(bytes(file["world"])))
        records, captions = parse_captions(bytes(file["captions"]).decode())
        pictures, ends = bytes(file["pictures"]), [0, *file["ends"].tolist()]
    sprites = []
    for start, end in pairwise(ends):
        stacked = np.asarray(Image.open(io.BytesIO(pictures[start:end])).convert("RGB"))
        size = stacked.shape[1]
        sprites.append(np.concatenate([stacked[:size].transpose(2, 0, 1), stacked[size:, :, :1].transpose(2, 0, 1)]))
    return world, SpriteSet(torch.from_numpy(np.stack(sprites)), encode_captions(world, captions, words), records)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sprites", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cell-px", type=int, default=64)
    parser.add_argument("--words", type=int, default=16)
    arguments = parser.parse_args()
    world = World.read(arguments.sprites / "world.json")
    data = load_sprites(arguments.sprites, world, arguments.cell_px, arguments.words)
    texts = [(arguments.sprites / name).read_text() for name in ("world.json", "captions.jsonl")]
    write_pack(data, texts[0], texts[1], arguments.out)
    print(f"{len(data)} sprites, {arguments.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
