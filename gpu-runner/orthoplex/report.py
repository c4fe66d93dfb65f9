"""A line of a command's report: the text for people, and the same facts for programs (--json)."""

from __future__ import annotations

import json
from typing import Any


class Said(str):
    """The text, with its facts in `facts`."""

    facts: dict[str, Any]

    def __new__(cls, text: str, **facts: Any) -> Said:
        said = super().__new__(cls, text)
        said.facts = facts
        return said


def as_json(line: str) -> str:
    """One line as JSON; a text without facts is a note."""
    facts = line.facts if isinstance(line, Said) else {"note": str(line)}
    return json.dumps(facts, allow_nan=False)
