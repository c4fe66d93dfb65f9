"""Trains the seed adapters: `python -m orthoplex.cast_training.seeds SEEDS_FOLDER [--only NAME] [--steps N]`.

For each SEEDS_FOLDER/NAME with card.json and pictures/: writes adapter.safetensors and samples/*.png beside them.
Slots follow the alphabet, so all seeds share one exactly orthogonal class.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from orthoplex.bases import AnyBase, load_base
from orthoplex.ortho.adapter import save
from orthoplex.train.concept import Progress, TrainSpec, train_concept


def seed_folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob("*/card.json"))


def spec_of(card: dict[str, Any], slot: int) -> TrainSpec:
    return TrainSpec(
        concept=card["concept"],
        class_word=card["class_word"],
        trigger=card["trigger"],
        slot=slot,
        strength=card["strength"],
        sample_prompts=tuple(card["sample_prompts"]),
    )


def train_seed(base: AnyBase, folder: Path, spec: TrainSpec, card: dict[str, Any]) -> dict[str, Any]:
    """Trains one seed from its pictures and writes its file and samples. Returns the metrics."""
    pictures = [(Image.open(folder / "pictures" / name), caption) for name, caption in card["captions"].items()]

    def show(progress: Progress) -> bool:
        if progress.step % 20 == 0:
            print(f"  {progress.step}/{progress.total} loss {progress.loss:.4f}", flush=True)
        return True

    result = train_concept(base, spec, pictures, on_step=show)
    facts = {"title": card["title"], "description": card["description"], "license": card["licence"]["spdx"]}
    save(replace(result.adapter, modelspec=facts), base.layout, folder / "adapter.safetensors")
    samples = folder / "samples"
    shutil.rmtree(samples, ignore_errors=True)
    samples.mkdir()
    for index, image in enumerate(result.samples, start=1):
        image.save(samples / f"{index}.png", optimize=True)
    return result.metrics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    base = load_base("cast-3", arguments.device)
    for slot, folder in enumerate(seed_folders(arguments.seeds)):
        if arguments.only and folder.name != arguments.only:
            continue
        card = json.loads((folder / "card.json").read_text())
        spec = spec_of(card, slot)
        if arguments.steps:
            spec = replace(spec, steps=arguments.steps)
        print(folder.name, json.dumps(train_seed(base, folder, spec, card)), flush=True)


if __name__ == "__main__":
    main()
