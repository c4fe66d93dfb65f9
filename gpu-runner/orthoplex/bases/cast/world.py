"""The vocabulary of a base, and how a caption becomes tensors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from orthoplex.bases.cast.scene import BACKGROUNDS, NULL, PAD, Captions, colour_entry

Word = tuple[str, str | None]  # a vocabulary word and, for colour words, RGB hex


@dataclass(frozen=True)
class World:
    """Vocabulary (word -> id) and the styles' tables, as render.ts wrote them."""

    vocabulary: dict[str, int]
    styles: list[dict[str, Any]]
    palettes: dict[str, dict[str, str]]

    @classmethod
    def read(cls, path: Path) -> World:
        return cls.parse(json.loads(path.read_text()))

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> World:
        """The contents of world.json."""
        words = [PAD, NULL, *(f"background:{kind}" for kind in BACKGROUNDS), *raw["vocabulary"]]
        return cls({word: index for index, word in enumerate(words)}, raw["styles"], raw["palettes"])

    def face_words(self) -> list[int]:
        """Ids of the words that draw an expression: mouths, eyes, moods."""
        words = {
            f"{style['word']}.{part}:{value}"
            for style in self.styles
            for choices in style["expressions"].values()
            for part, values in choices.items()
            for value in values
        }
        return sorted(self.vocabulary[word] for word in words if word in self.vocabulary)

    def background(self, kind: str) -> int:
        return self.vocabulary[f"background:{kind}"]


def rgb(hex_colour: str) -> Tensor:
    """'rrggbb' -> (3,) in [0, 1]."""
    return torch.tensor([int(hex_colour[at : at + 2], 16) / 255 for at in (0, 2, 4)])


def encode_captions(world: World, captions: Sequence[Sequence[Word]], length: int) -> Captions:
    """Captions of N persons -> tensors of `length` words; position 0 is left to the background.

    Raises ValueError when a caption is longer than length - 1 and KeyError for a word outside the vocabulary.
    """
    words = torch.full((len(captions), length), world.vocabulary[PAD])
    colours = torch.zeros(len(captions), length, 4)
    for row, caption in enumerate(captions):
        if len(caption) > length - 1:
            raise ValueError(f"a caption holds at most {length - 1} words, got {len(caption)}")
        for column, (word, colour) in enumerate(caption, start=1):
            words[row, column] = world.vocabulary[word]
            if colour is not None:
                colours[row, column] = colour_entry(rgb(colour))
    return Captions(words, colours)
