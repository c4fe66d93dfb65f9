"""What both scripts share: each check is reported in one line of JSON, as clients.test.ts reads it."""

import json
import os
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any

URL = os.environ["ORTHOPLEX_TEST_URL"]
KEY = os.environ["ORTHOPLEX_TEST_KEY"]
FLOODED = os.environ["ORTHOPLEX_TEST_FLOODED"]
QUICK = 4
PLAIN_PROMPTS = (
    "smiling, sky background",
    "a smiling person on a pink background",
    "laughing in front of a wall",
    "smiling\nsky background",
)
OPENAI_SIZES = ("1024x1024", "1536x1024", "1024x1536")
# More people than a canvas holds, by the colour of their hair: only the runner counts those.
UNDRAWABLE = "blonde; ginger; auburn; platinum; blonde"

Check = Callable[[], str]


def size_of_png(content: bytes) -> str:
    assert content[:4] == b"\x89PNG"
    width, height = struct.unpack(">II", content[16:24])
    return f"{width}x{height}"


def refusal(call: Callable[[], Any], kind: type[Exception]) -> Any:
    """The error that a call raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("It was not refused")


def run_all(checks: dict[str, Check]) -> None:
    for call, check in checks.items():
        try:
            result = {"call": call, "outcome": check()}
        except Exception:
            result = {"call": call, "error": traceback.format_exc()}
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
