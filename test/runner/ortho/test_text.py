"""Texts are cut to what the contract counts, and no character is split."""

import pytest

from orthoplex.ortho.text import cleaned, cut_text, is_carriable, is_visible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
CHARACTERS = ["a", "\u00e4", "e\u0301", "\U0001f600", FAMILY, "\U0001f44d\U0001f3fd", "\u2764\ufe0f"]


@pytest.mark.parametrize(
    "character", ["a", "\u00e4", "e\u0301", "\U0001f600", FAMILY, "\U0001f44d\U0001f3fd", "\u2764\ufe0f"]
)
def test_a_cut_is_between_characters_and_within_its_limit(character: str) -> None:
    text = character * 9
    for most in range(len(text) + 2):
        cut = cut_text(text, most)
        assert len(cut) <= most
        assert cut == character * min(9, most // len(character))


def test_a_cut_counts_code_points_as_the_contract_does() -> None:
    assert cut_text("\U0001f600" * 200, 200) == "\U0001f600" * 200
    assert cut_text("\U0001f600" * 201, 200) == "\U0001f600" * 200


@pytest.mark.parametrize(
    "unseen",
    [
        "",
        " ",
        "\u200b",
        "\u0301",
        "\u0301\u0323",
        " \u20dd",
        "\u05b0\u0951\u0e31",
        "\U0001d165",
        "\ufffd",
        "\u070f",
        "\U00013430",
        "\U000e0100",
    ],
)
def test_what_cannot_be_seen_alone_is_not_visible(unseen: str) -> None:
    assert not is_visible(unseen)
    assert is_visible(f"{unseen}a{unseen}")


@pytest.mark.parametrize("seen", ["a", "e\u0301", "\u0e01\u0e31", "\u2764\ufe0f", "1\ufe0f\u20e3", "\u521d", "."])
def test_a_character_with_its_marks_is_visible(seen: str) -> None:
    assert is_visible(seen)


@pytest.mark.parametrize("code", [0xFDD0, 0xFFFE, 0x1FFFE, 0x2FFFF, 0xFFFFE, 0x10FFFF])
def test_a_noncharacter_of_any_plane_is_carried_by_no_text(code: int) -> None:
    assert not is_carriable(f"a{chr(code)}b")
    assert cleaned(f"a{chr(code)}b") == "ab"
    assert is_carriable("a\U0001fffdb\U0010fffd")
