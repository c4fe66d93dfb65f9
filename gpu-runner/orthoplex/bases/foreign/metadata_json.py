"""JSON in the metadata of files that strangers wrote. Pure."""

from __future__ import annotations

import json
import math
from typing import Any


def json_of(text: str | bytes) -> Any:
    """What it says. ValueError where it is no JSON, nested too deeply, or has a number of too many digits."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def number_of(value: Any) -> float:
    """A number, infinite where floating point has none so large. TypeError or ValueError where it is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
