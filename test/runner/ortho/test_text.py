"""Texts are cut to what the contract counts, and no character is split."""

import pytest

from orthoplex.ortho.text import cut_text

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
CHARACTERS = ["a", "\u00e4", "e\u0301", "\U0001f600", FAMILY, "\U0001f44d\U0001f3fd", "\u2764\ufe0f"]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "character", ["a", "\u00e4", "e\u0301", "\U0001f600", FAMILY, "\U0001f44d\U0001f3fd", "\u2764\ufe0f"]
)
def test_a_cut_is_between_characters_and_within_its_limit(character: str) -> None:
    text = character * 9
    for most in range(units(text) + 2):
        cut = cut_text(text, most)
        assert units(cut) <= most
        assert cut == character * min(9, most // units(character))
