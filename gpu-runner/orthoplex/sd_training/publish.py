"""Puts an exported pipeline into the product: `python -m orthoplex.sd_training.publish RUN/pipeline`.

Writes gpu-runner/bases/sd-mini/pipeline (the weights) and schema/bases/sd-mini.json (what the edge, forms and runners
read). A published base never changes: adapters are bound to its weights, so another training takes another id.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from orthoplex.bases.registry import PIPELINE, descriptions_folder, weights_folder
from orthoplex.bases.sd.describe import describe
from orthoplex.sd_training.captions import STYLES
from orthoplex.sd_training.network import SIDE_PX

ID = "sd-mini"
TITLE = "SD mini"
RATES = {"residuals": 3e-2, "tokens": 3e-2}  # least loss of .01, .03 and .06 at 480 steps (docs/log.md)
# Beside whom concepts are trained: what these weights draw well, each on another background.
COMPANIONS = (
    "a person with short black hair", "a woman with long red hair", "a man with a beard", "a person with glasses",
    "a character with curly brown hair", "somebody with a blond bob", "an angry person with no hair",
    "a laughing woman with long pink hair", "a sad man with short brown hair", "a person with a hat",
    "a surprised character with long black hair", "a smiling person with glasses and a beard",
)  # fmt: skip


def description_of(folder: Path) -> dict[str, Any]:
    """The description of the pipeline in FOLDER: as of any pipeline, and what is known of this one."""
    described = describe(folder, ID, TITLE)
    side = {"min": SIDE_PX, "max": 3 * SIDE_PX, "step": SIDE_PX}
    return described | {
        "description": f"A small Stable Diffusion pipeline that draws one to three people in {len(STYLES)} "
        "drawing styles, with prompts in English. It runs on a CPU.",
        "licence": {
            "spdx": f"LicenseRef-{ID}",
            "note": "Art credits in docs; the weights carry the terms of the drawings they were trained on.",
        },
        "sizes": [{"width": people * SIDE_PX, "height": SIDE_PX, "room": people} for people in (1, 2, 3)],
        "size_range": {"width": side, "height": side, "pixels_max": 3 * SIDE_PX * SIDE_PX},
        "steps": {"default": 20, "min": 1, "max": 100},
        "guidance": {"default": 2, "min": 0, "max": 20},
        "prompts": {
            # No expression: the pictures of a concept may have shown none of it.
            "preview": "a {trigger}, sky background",
            "samples": ["a {trigger}"],
        },
        "training": {
            **described["training"],
            "picture": {"side_min": SIDE_PX // 2, "pixels_max": 16_000_000},
            "rates": RATES,
            "companions": list(COMPANIONS),
            "steps": {"default": 480, "min": 1, "max": 2000},
            "presets": [
                {"name": "quick", "title": "Quick", "steps": 240},
                {"name": "standard", "title": "Standard", "steps": 480},
                {"name": "long", "title": "Long", "steps": 960},
            ],
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", type=Path)
    source = parser.parse_args().pipeline
    target = weights_folder() / ID / PIPELINE
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for path in target.rglob("*.safetensors"):
        path.chmod(0o644)  # save_pretrained keeps them to their owner
    text = json.dumps(description_of(target), indent=2) + "\n"
    (descriptions_folder() / f"{ID}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
