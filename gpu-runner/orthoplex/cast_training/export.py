"""Publishes a training run as a base: `python -m orthoplex.cast_training.export --run DIR --sprites DIR --out DIR`.

Takes the moving average of the weights, in fp16, and the world it was trained on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.bases.cast.parts import save_model
from orthoplex.bases.cast.world import World


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--sprites", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", choices=list(SIZES), default="cast-3")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    world = World.read(arguments.sprites / "world.json")
    state = torch.load(arguments.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    model = CastModel(CastConfig(vocabulary_size=len(world.vocabulary), **SIZES[arguments.base]))
    model.load_state_dict(state["average"])
    save_model(model, state["average"], arguments.out / "model.safetensors")
    text = (arguments.sprites / "world.json").read_text()
    (arguments.out / "world.json").write_text(json.dumps(json.loads(text), separators=(",", ":")) + "\n")
    print(f"{state['samples']} samples -> {arguments.out}")


if __name__ == "__main__":
    main()
