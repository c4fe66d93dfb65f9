"""Removes from texts what schema/contract/text.ts refuses, so that every later stage can carry them. Pure. The edge
accepts no such text; a runner that receives some anyway (from an older edge, or from a file) continues without it.
"""

import re
import unicodedata
from typing import Any

# The ranges of schema/contract/characters.ts: control characters but tab and line ends, bidirectional embeddings,
# overrides and isolates, interlinear annotation, noncharacters (the last two of each plane among them); and halves of
# surrogate pairs, which UTF-8 cannot hold.
_LAST_TWO = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_UNCARRIABLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff" + _LAST_TWO + "]+"
)

ZERO_WIDTH_JOINER = "\u200d"
_LINE_ENDS = re.compile(r"[\t\n\r\u2028\u2029]")
# What takes no room or leaves none: as INVISIBLE in schema/contract/text.ts, which leaves out combining marks as well.
_VISIBLE = re.compile(
    r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u070f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U00013430-\U0001343f\U0001d159\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff\ud800-\udfff]"
)


def is_line(text: str) -> bool:
    """Whether `text` has no line end and no tab in it."""
    return _LINE_ENDS.search(text) is None


def is_visible(text: str) -> bool:
    """Whether something of `text` can be seen."""
    return any(unicodedata.category(found[0])[0] != "M" for found in _VISIBLE.finditer(text))


def is_carriable(text: str) -> bool:
    """Whether every stage can carry `text` as it is."""
    return _UNCARRIABLE.search(text) is None


def cleaned(text: str) -> str:
    """`text` without what cannot be carried."""
    return _UNCARRIABLE.sub("", text)


def all_carriable(value: Any) -> bool:
    """Whether every text in a JSON value is, keys included."""
    if isinstance(value, dict):
        return all(all_carriable(key) and all_carriable(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(all_carriable, value))
    return not isinstance(value, str) or is_carriable(value)


def carriable(value: Any) -> Any:
    """A JSON value with every text in it cleaned, keys included."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {cleaned(key) if isinstance(key, str) else key: carriable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [carriable(each) for each in value]
    return value


def cut_text(text: str, most: int) -> str:
    """Its beginning of at most `most` code points, which is what the contract counts, without splitting a character.

    Joined to the character before are combining marks, variation selectors, skin tones and what follows a zero width
    joiner: the common part of UAX 29. Flags, and Hangul written in single jamo, may be split.
    """
    if len(text) <= most:
        return text
    end = most
    while end > 0 and _is_joined(text, end):
        end -= 1
    return text[:end]


def _is_joined(text: str, at: int) -> bool:
    sign = text[at]
    is_mark = sign == ZERO_WIDTH_JOINER or unicodedata.category(sign) in {"Mn", "Me", "Mc"}
    return is_mark or "\U0001f3fb" <= sign <= "\U0001f3ff" or (at > 0 and text[at - 1] == ZERO_WIDTH_JOINER)
