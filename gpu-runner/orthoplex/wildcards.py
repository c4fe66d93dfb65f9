"""Wildcards in prompts: `__name__` stands for one line of FOLDER/name.txt, as extensions of web UIs have it.

They become choices `{one|other}`, which a base then makes by each picture's seed; so a recipe holds the lines
themselves and needs no folder.
"""

from __future__ import annotations

import re
from pathlib import Path

DEPTH_MAX = 4  # lines may name other files
_NAME = re.compile(r"__([A-Za-z0-9][A-Za-z0-9 ./-]*(?:_[A-Za-z0-9 ./-]+)*)__")


def with_wildcards(prompt: str, folder: Path | None) -> str:
    """The prompt with choices in place of wildcards; unchanged without a folder. ValueError where a file lacks."""
    if folder is None:
        return prompt
    for _ in range(DEPTH_MAX):
        if _NAME.search(prompt) is None:
            return prompt
        prompt = _NAME.sub(lambda found: "{" + "|".join(_lines(folder, found[1])) + "}", prompt)
    if _NAME.search(prompt):
        raise ValueError(f"wildcards name one another more than {DEPTH_MAX} deep")
    return prompt


def _lines(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.txt"
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        known = ", ".join(sorted(each.relative_to(folder).with_suffix("").as_posix() for each in folder.rglob("*.txt")))
        raise ValueError(f"__{name}__ has no file {path}; there are: {known or 'none'}")
    lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise ValueError(f"{path} holds no line")
    return found
