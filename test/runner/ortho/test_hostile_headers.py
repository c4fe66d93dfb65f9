"""The hostile files of schema/examples/hostile-headers.json: our verdict is the one both languages share, and nothing
that the reference reader refuses is accepted. test/functions/lib/hostile-headers.test.ts reads the same files.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from safetensors import SafetensorError, deserialize

from orthoplex.ortho.adapter import read_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.ortho.layout import layout_from
from orthoplex.ortho.strict_json import NotStrict, parse_strict_json

HOSTILE = json.loads((Path(__file__).parents[3] / "schema" / "examples" / "hostile-headers.json").read_text())
LAYOUT = layout_from(HOSTILE["base"])


def reference_opens(content: bytes) -> bool:
    try:
        deserialize(content)
    except SafetensorError:
        return False
    return True


@pytest.mark.parametrize("file", HOSTILE["files"], ids=lambda file: file["name"])
def test_each_file_has_the_verdict_that_both_languages_share(file: dict[str, Any]) -> None:
    content = base64.b64decode(file["base64"])
    try:
        read_adapter(content, LAYOUT)
        reason = None
    except FileRefused as refused:
        reason = refused.reason
    assert reason == file["reason"]
    assert reference_opens(content) == file["reference"]
    assert reason is not None or file["reference"], "what we accept the reference opens"


def test_numbers_keep_their_values_and_texts_their_characters() -> None:
    assert parse_strict_json(' {"a": [1, -2.5e3, "\\ud83d\\ude00", true, null]} ') == {
        "a": [1, -2500.0, "\U0001f600", True, None]
    }


@pytest.mark.parametrize("text", ["{}", "2", "[0]"])
def test_only_whole_numbers_are_valid_counts(text: str) -> None:
    assert parse_strict_json(text, whole_numbers=True) == json.loads(text)
    for written in ("2.0", "2e0", "-0"):
        value = parse_strict_json(written, whole_numbers=True)
        assert value != value  # NaN


def test_invalid_text_raises_only_the_refusal() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, '"' + "\\" * 9, "9" * 100_000, "[" + "1," * 100_000):
        with pytest.raises(NotStrict):
            parse_strict_json(text)
