"""A line of a command's report: the text for people, and the same facts for programs (--json)."""

from __future__ import annotations

import json
import re
from typing import Any


class Said(str):
    """The text, with its facts in `facts`."""

    facts: dict[str, Any]

    def __new__(cls, text: str, **facts: Any) -> Said:
        said = super().__new__(cls, text)
        said.facts = facts
        return said


# What a terminal obeys, or shows in another place: control characters and bidirectional overrides.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(line: str) -> str:
    """The text for a terminal: files of others name triggers and layers as they like."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


def as_json(line: str) -> str:
    """One line as JSON; a text without facts is a note."""
    facts = line.facts if isinstance(line, Said) else {"note": str(line)}
    return json.dumps(facts, allow_nan=False)
