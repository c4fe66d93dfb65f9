"""Golden results of the runner's code for prompts, boxes, slots, seeds and steps, which the browser's twins are tested
against.

python -m orthoplex.export_onnx.golden test/site/preview/golden.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, cast

import torch

from orthoplex.bases import descriptions_folder, weights_folder
from orthoplex.bases.cast.base import noise_of
from orthoplex.bases.cast.casting import cast_prompt
from orthoplex.bases.cast.flow import TIME_SHIFT, time_steps
from orthoplex.bases.cast.model import SIZES, CastConfig
from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.prompt import parse_prompt
from orthoplex.bases.cast.reading import read
from orthoplex.bases.cast.regions import box_mask, cell_of, neighbours_of, region_weights
from orthoplex.bases.cast.world import World
from orthoplex.bases.request import AttachedAdapter, PromptRefused, Region, SampleSpec
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.layout import Layout, read_layout
from orthoplex.ortho.marker import marked

BASE = "cast-3"
CHANNELS = "reserved-channels.json"  # of schema/examples: slots of a base whose tokens are marked
PROMPTS: list[tuple[str, int]] = [
    ("<ana> smiling, left; <bo> laughing, right; sky background", 2),
    ("<ana> right; <bo> left; <cy> surprised; lavender gradient background", 3),
    ("<bo>, middle; <ana> goofy; yellow dotted background", 3),
    ("<ana> with dark brown hair and red shirt, angry; dark green background", 1),
    ("<ana> and <bo> laughing on sky hills background", 2),
    ("<ana> in a blue hat and glasses; pink striped wall", 1),
    ("<ana> on stripes, teal", 1),
    ("<ana> teal", 1),
    ("<ana> ginger; navy", 1),
    ("<ana> smiling; pink", 1),
    ("<ana> smiling, blue", 1),
    ("<ana> smiling, sky", 1),
    ("<ana> smiling; blonde", 2),
    ("<ana> with green eyes and a red scarf", 1),
    ("<ana> pink, long hair, red hat; glasses", 1),
    ("<ana> teal, glasses, silly", 1),
    ("<ana> green eyes, pink, detailed", 1),
    ("<ana> angry\uff1bred \u00b7 light blue ball, 8-bit", 1),
    ("<ana> smiling | pink - <ana> happy", 1),
    ("<ana> smiling (pink/background): \\o/?", 1),
    ("#ff8800 background; <ana> sad without glasses", 1),
    ("a smiling woman with long red hair, left; <bo> silly", 2),
    ("<ana> juggling seven torches; zebra background", 1),
    ("<ana> on a light blue background", 1),
    ("<ana>; <bo>; <cy>", 2),
    ("slate gray background, <ana> shocked", 1),
    ("sky background", 2),
]
REGIONS = [
    Region(0, 0, 0.5, 1),
    Region(1 / 3, 0, 1 / 3, 1),
    Region(0.2, 0.25, 0.7, 0.6),
    Region(0.51, 0.51, 0.01, 0.01),
]
# Cells of a canvas, and the boxes of some of the people on it.
BOXES: list[tuple[int, dict[int, Region]]] = [
    (1, {0: Region(0.2, 0.3, 0.6, 0.7)}),
    (2, {}),
    (2, {0: REGIONS[0], 1: Region(0.5, 0, 0.5, 1)}),
    (2, {0: Region(0.1, 0, 0.6, 1)}),
    (3, {1: REGIONS[1]}),
    (3, {1: Region(0.3, 0, 0.3, 1)}),
    (3, {2: Region(0.7, 0.5, 0.2, 0.5)}),
]
SLOTS = [0, 5, 30, 31, 40000]
SEEDS = [0, 7, 4294967301]
STEPS = [1, 8, 10]


def castings(world: World) -> list[dict[str, Any]]:
    """The persons with their cells and expressions. A background colour that the seed would choose is null."""
    examples = []
    for text, cells in PROMPTS:
        prompt = parse_prompt(text, world.palettes)
        example: dict[str, Any] = {"prompt": text, "cells": cells, "unknown": list(prompt.unknown)}
        try:
            casting = cast_prompt(prompt, cells, world, seed=0)
        except PromptRefused as refusal:
            examples.append({**example, "refused": str(refusal)})
            continue
        expressions = {
            role.place: next((word for word, _ in role.caption if word.startswith("expression:")), None)
            for role in casting.roles
            if role.trigger
        }
        roles = [
            {"place": role.place, "trigger": role.trigger, "expression": expressions[role.place]}
            for role in casting.roles
            if role.trigger
        ]
        examples.append({**example, "roles": roles, "background": [casting.background[0], prompt.background.rgb]})
    return examples


def _bits(mask: torch.Tensor) -> str:
    return "".join("1" if bit else "0" for bit in mask.flatten().tolist())


def masks(config: CastConfig) -> list[dict[str, Any]]:
    return [
        {
            "region": [region.x, region.y, region.width, region.height],
            "cells": cells,
            "cell": cell_of(region, cells),
            "positions": _bits(box_mask(region, config, cells)),
        }
        for region in REGIONS
        for cells in (1, 2, 3)
    ]


class _Shapes:
    """As much of a base as rows are made of: no weights."""

    device = torch.device("cpu")

    def __init__(self, config: CastConfig, world: World, layout: Layout) -> None:
        self.config, self.world, self.layout = config, world, layout


def regional(base: CastParts) -> dict[str, Any]:
    """Attention by regions on three cells, of which the first two hold people whose boxes overlap."""
    boxes = {0: REGIONS[0], 1: REGIONS[2]}
    masks_of_boxes = {cell: box_mask(box, base.config, 3) for cell, box in boxes.items()}
    parts = region_weights(base.config, [masks_of_boxes], [False], 3)
    return {
        "boxes": {str(cell): [box.x, box.y, box.width, box.height] for cell, box in boxes.items()},
        "weights": [weight[0, :, 0].tolist() for weight, _ in parts],
        "words": [_bits(mask) for _, mask in parts],
    }


def apart(base: CastParts) -> list[dict[str, Any]]:
    """Whether trained people, one per cell, are separated, and what some positions then attend to."""
    examples = []
    for cells, boxes in BOXES:
        nobody = Adapter(0, {}, torch.zeros(base.layout.tokens_shape), "", "person", "")
        attached = [AttachedAdapter(nobody, f"<p{cell}>", 1.0, boxes.get(cell)) for cell in range(cells)]
        places = ("left", "middle", "right") if cells == 3 else ("left", "right")
        prompt = "; ".join(f"{each.trigger} {place}" for each, place in zip(attached, places, strict=False))
        row = read(base, SampleSpec(prompt, 0, 256 * cells, 256), attached, 0)
        seen = neighbours_of(base.config, [row.apart], cells)
        positions = base.config.grid**2 * cells
        everybody = torch.ones(positions, positions, dtype=torch.bool)
        rows = (everybody if seen is None else seen[0, 0])[[0, base.config.grid, positions - 1]]
        examples.append(
            {
                "cells": cells,
                "boxes": {str(cell): [box.x, box.y, box.width, box.height] for cell, box in boxes.items()},
                "apart": row.apart,
                "neighbours": {str(at): _bits(bits) for at, bits in zip((0, base.config.grid, -1), rows, strict=True)},
            }
        )
    return examples


def marks(layout: Layout) -> list[dict[str, Any]]:
    """The first and last reserved channels of the tokens of some slots; the same in every layer."""
    examples = []
    for slot in SLOTS:
        said = layout.tokens_shape[-1]
        carried = marked(torch.zeros(layout.tokens_shape, dtype=torch.float64), layout, slot)[:, 0, said:]
        examples.append({"slot": slot, "first": carried[:, :3].tolist(), "last": carried[:, -3:].tolist()})
    return examples


def golden() -> dict[str, Any]:
    world = World.read(weights_folder() / BASE / "world.json")
    layout = read_layout(descriptions_folder() / f"{BASE}.json")
    config = CastConfig(vocabulary_size=0, **SIZES[BASE])
    base = cast(CastParts, _Shapes(config, world, layout))
    noises = []
    for seed in SEEDS:
        noise = noise_of(seed, 2, config.cell_px).flatten()
        noises.append(
            {"seed": seed, "first": noise[:20].tolist(), "last": noise[-4:].tolist(), "sum": float(noise.sum())}
        )
    return {
        "castings": castings(world),
        "masks": masks(config),
        "regional": regional(base),
        "apart": apart(base),
        "marks": marks(read_layout(descriptions_folder().parent / "examples" / CHANNELS)),
        "noise": noises,
        "time_steps": {str(steps): time_steps(steps, TIME_SHIFT * config.coarse) for steps in STEPS},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m orthoplex.export_onnx.golden")
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    file.write_text(json.dumps(golden(), indent=1) + "\n")


if __name__ == "__main__":
    main()
