"""JSON that every reader parses alike: no duplicate key, no lone surrogate, no number beyond a double, bounded nesting.
Pure; twin of functions/lib/strict-json.ts, held to it by schema/examples/hostile-headers.json.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

DEPTH_MAX = 32  # the reference reader of safetensors gives up at 128; nothing here needs 32
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class NotStrict(ValueError):  # noqa: N818 - a refusal, like FileRefused
    """A text that is no JSON, or one that readers take differently."""


def parse_strict_json(text: str, *, whole_numbers: bool = False) -> Any:
    """The value of a JSON text. With `whole_numbers` a number that is not written as a whole one (`2.0`, `1e3`, `-0`)
    reads as NaN, which no count is. NotStrict is the only exception.
    """
    if _depth_of(text) > DEPTH_MAX:
        raise NotStrict("The JSON nests too deep.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object_of,
            parse_constant=_refuse,
            parse_float=_not_whole if whole_numbers else _double,
            parse_int=_whole(minus_zero=math.nan if whole_numbers else 0),
        )
    except (ValueError, RecursionError) as error:
        raise NotStrict(str(error)) from error
    _check_texts(value)
    return value


def _depth_of(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("A key stands twice in one object.")
    return found


def _refuse(name: str) -> Any:
    raise NotStrict(f"{name} is not JSON.")


def _double(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise NotStrict("A number is larger than a double.")
    return value


def _not_whole(written: str) -> float:
    _double(written)
    return math.nan


def _whole(minus_zero: float) -> Callable[[str], float | int]:
    def read(written: str) -> float | int:
        _double(written)
        return minus_zero if written == "-0" else int(written)

    return read


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise NotStrict("A text holds half a character.")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check_texts(key)
            _check_texts(each)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
