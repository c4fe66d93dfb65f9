"""Sprites travel in one file and come back to the bit."""

import json
from pathlib import Path

import torch

from orthoplex.bases.cast.pack import load_pack, write_pack
from orthoplex.bases.cast.sprites import SpriteSet, parse_captions
from orthoplex.bases.cast.world import World, encode_captions

ROOT = Path(__file__).resolve().parents[3]


def test_a_pack_restores_the_same_pixels_and_captions(world: World, tmp_path: Path) -> None:
    text = (ROOT / "gpu-runner/bases/cast-3/world.json").read_text()
    line = json.dumps({"caption": [{"word": "style:lorelei"}, {"word": "skin", "rgb": "aa5533"}]})
    records, captions = parse_captions(f"{line}\n{line}\n")
    generator = torch.Generator().manual_seed(0)
    sprites = torch.randint(256, (2, 4, 64, 64), generator=generator, dtype=torch.uint8)
    data = SpriteSet(sprites, encode_captions(world, captions, 16), records)
    write_pack(data, text, f"{line}\n{line}\n", tmp_path / "pack.npz")
    again_world, again = load_pack(tmp_path / "pack.npz", 16)
    assert again_world.vocabulary == world.vocabulary
    assert torch.equal(again.sprites, sprites)
    assert torch.equal(again.captions.colours, data.captions.colours)
