"""Prompts as users of AUTOMATIC1111's web UI write them: `(word)`, `(word:1.2)`, `[word]`, `{one|other}`. Pure.

Weights: `(` multiplies by 1.1 for each level, `[` divides by 1.1, `(words:1.3)` sets 1.3 in place of its own 1.1;
`\\(` and its like are the characters themselves. What is open at the end closes there.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from orthoplex.bases.request import PromptRefused

ROUND, SQUARE = 1.1, 1 / 1.1
WEIGHT_MAX = 10.0
CHOICES_DEPTH_MAX = 8
_PIECE = re.compile(r"\\[()\[\]{}\\]|:\s*([+-]?[.\d][^\s:()\[\]\\]*)\s*\)|[()\[\]]|[^\\()\[\]:]+|[\\:]")
_CHOICE = re.compile(r"(?<!\\)\{((?:[^{}\\]|\\.)*)\}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


@dataclass(frozen=True)
class Weighted:
    """Words of one weight."""

    text: str
    weight: float


def weighted(prompt: str) -> list[Weighted]:
    """The prompt as stretches of one weight, in order; joined they are its words.

    PromptRefused for a weight that is none.
    """
    stretches: list[list[str | float]] = []
    opened: list[tuple[str, int, int]] = []  # bracket, first stretch inside it, where its words begin

    def multiply(first: int, factor: float) -> None:
        for stretch in stretches[first:]:
            stretch[1] = float(stretch[1]) * factor

    for match in _PIECE.finditer(prompt):
        piece, written = match.group(), match.group(1)
        if piece.startswith("\\") and len(piece) == 2:
            stretches.append([piece[1], 1.0])
        elif piece in "([":
            opened.append((piece, len(stretches), match.end()))
        elif written is not None and opened and opened[-1][0] == "(":
            _, first, begin = opened.pop()
            multiply(first, _weight_of(written, prompt[begin : match.end() - 1]))
        elif piece == ")" and opened and opened[-1][0] == "(":
            multiply(opened.pop()[1], ROUND)
        elif piece == "]" and opened and opened[-1][0] == "[":
            multiply(opened.pop()[1], SQUARE)
        else:
            stretches.append([piece, 1.0])
    for bracket, first, _ in reversed(opened):
        multiply(first, ROUND if bracket == "(" else SQUARE)
    return _joined(stretches)


def _weight_of(text: str, words: str) -> float:
    if not _NUMBER.fullmatch(text) or not 0 <= float(text) <= WEIGHT_MAX:
        raise PromptRefused(
            f"({words[:80]}) needs a number from 0 to {WEIGHT_MAX:g} behind the colon; "
            "brackets that are text are written \\( and \\)."
        )
    return float(text)


def _joined(stretches: list[list[str | float]]) -> list[Weighted]:
    """Neighbours of one weight as one, so that a prompt without brackets is one stretch."""
    joined: list[Weighted] = []
    for text, weight in stretches:
        if joined and joined[-1].weight == weight:
            joined[-1] = Weighted(joined[-1].text + str(text), joined[-1].weight)
        else:
            joined.append(Weighted(str(text), float(weight)))
    return joined or [Weighted("", 1.0)]


def chosen(prompt: str, seed: int) -> str:
    """`{red|blue}` as one of its words, the same for the same seed; choices may be nested.

    PromptRefused if too deep.
    """
    generator = random.Random(seed)
    for _ in range(CHOICES_DEPTH_MAX):
        prompt, count = _CHOICE.subn(lambda match: generator.choice(match.group(1).split("|")), prompt)
        if count == 0:
            return prompt
    if _CHOICE.search(prompt):
        raise PromptRefused(f"Choices {{one|other}} stand in one another at most {CHOICES_DEPTH_MAX} deep.")
    return prompt
