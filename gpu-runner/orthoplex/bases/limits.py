"""What a base accepts, by its description: sizes, steps, guidance, samplers, negative prompts. Pure. Twin of
functions/catalog/base-rules.ts, for orders that do not come from an edge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orthoplex.bases.request import SampleSpec

_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


class OrderRefused(ValueError):  # noqa: N818 - a refusal
    """An order that the base does not take; the message says what it takes instead."""


def size_of(description: Mapping[str, Any], text: str | None) -> tuple[int, int]:
    """Width and height of WIDTHxHEIGHT; without it, the base's own."""
    found = _SIZE.fullmatch(text or description["default_size"])
    if found is None:
        raise OrderRefused(f"a size looks like 512x256, not {text}")
    width, height = int(found[1]), int(found[2])
    if not generates_size(description, width, height):
        shapes = ", ".join(f"{size['width']}x{size['height']}" for size in description["sizes"])
        raise OrderRefused(f"{description['id']} generates {shapes}{_range_text(description)}; not {width}x{height}")
    return width, height


def generates_size(description: Mapping[str, Any], width: int, height: int) -> bool:
    """Whether the base generates pictures of that size."""
    if any((size["width"], size["height"]) == (width, height) for size in description["sizes"]):
        return True
    limits = description.get("size_range")
    if limits is None or width * height > limits["pixels_max"]:
        return False
    return _on_step(width, limits["width"]) and _on_step(height, limits["height"])


def _on_step(value: int, side: Mapping[str, int]) -> bool:
    return side["min"] <= value <= side["max"] and (value - side["min"]) % side["step"] == 0


def _range_text(description: Mapping[str, Any]) -> str:
    limits = description.get("size_range")
    if limits is None:
        return ""
    width, height = (
        f"{name}s from {limits[name]['min']} to {limits[name]['max']} in steps of {limits[name]['step']}"
        for name in ("width", "height")
    )
    return f", and {width} and {height}, at most {limits['pixels_max']} pixels"


def check_spec(description: Mapping[str, Any], spec: SampleSpec) -> None:
    """OrderRefused unless the base takes the order's numbers, sampler and negative prompt."""
    base_id = description["id"]
    for name, value in (("steps", spec.steps), ("guidance", spec.guidance)):
        least, most = description[name]["min"], description[name]["max"]
        if not least <= value <= most:
            raise OrderRefused(f"{base_id} takes {name} from {least:g} to {most:g}, not {value:g}")
    names = description["samplers"]["names"]
    if spec.sampler is not None and spec.sampler not in names:
        raise OrderRefused(f"{base_id} has the samplers {', '.join(names)}; not {spec.sampler}")
    if spec.negative_prompt.strip() and not description["prompt"]["negative"]:
        raise OrderRefused(f"{base_id} takes no negative prompt")
    most_skipped = description.get("clip_skip", {}).get("max", 0)
    if spec.clip_skip is not None and not 1 <= spec.clip_skip <= most_skipped:
        raise OrderRefused(
            f"{base_id} takes {f'a clip skip from 1 to {most_skipped}' if most_skipped else 'no clip skip'}"
        )
    if spec.count < 1:
        raise OrderRefused("a count is 1 or more")
