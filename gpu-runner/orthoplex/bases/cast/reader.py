"""Classifies what samples of a concept show, by the nearest training picture.

The evaluation reads expressions in the same way (eval/attributes.py `nearest`): pictures of one person on one
background differ in nothing else. Also finds contradictions between the captions of one concept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.parts import CastParts
from orthoplex.bases.cast.pictures import ConceptPictures, read_pictures
from orthoplex.bases.cast.prompt import Person, parse_prompt
from orthoplex.bases.cast.scene import compose

BACKGROUND = "9fd3f5"  # of pictures that bring none of their own
LOOKS = {
    "glasses": "glasses", "beard": "beard", "hair": "hair", "hair_colour": "colour of the hair", "skin": "skin",
    "clothes_colour": "colour of the clothes", "body_colour": "colour of the body", "hat_colour": "colour of the hat",
}  # fmt: skip
Captions = Sequence[str | None]


class CastReader:
    """Of one concept's training pictures."""

    def __init__(self, base: CastParts, pictures: Sequence[tuple[Image.Image, str | None]]) -> None:
        self._data = read_pictures(base, pictures)
        self._people = persons_of(base, [caption for _, caption in pictures])
        self._captioned = [index for index, person in enumerate(self._people) if person.expression]
        self._colour = _background_of(self._data)
        rgb = torch.tensor([int(self._colour[at : at + 2], 16) / 255 for at in (0, 2, 4)])
        size = base.config.cell_px
        plain = rgb[:, None, None].expand(len(self._data), 3, size, size)
        self._candidates = compose(self._data.sprites[:, None], plain)  # (K, 3, E, E) in [-1, 1]

    @property
    def expressions(self) -> tuple[str, ...]:
        """Those that the captions name, in order."""
        return tuple(dict.fromkeys(str(self._people[index].expression) for index in self._captioned))

    def prompt(self, trigger: str, expression: str) -> str:
        return f"{trigger} {expression}; #{self._colour} background"

    def nearest(self, image: Image.Image) -> int:
        """Which captioned training picture a sample comes closest to, by mean absolute difference."""
        size = self._candidates.shape[-1]
        small = image.convert("RGB").resize((size, size), Image.Resampling.BOX)
        seen = torch.from_numpy(np.asarray(small, np.float32).copy()).permute(2, 0, 1) / 127.5 - 1
        candidates = self._candidates[self._captioned]
        return self._captioned[int((seen[None] - candidates).abs().mean(dim=(1, 2, 3)).argmin())]

    def expression_of(self, index: int) -> str | None:
        return self._people[index].expression

    def notes(self, found: Sequence[int]) -> tuple[str, ...]:
        """What samples show of looks in which the pictures differ, by the pictures that they come closest to."""
        made = []
        for look in contradictions(self._people):
            shown = Counter(_said(self._people[index], look) for index in found)
            shown.pop(None, None)
            if shown:
                parts = ", ".join(f"{value} in {count}" for value, count in shown.most_common())
                made.append(f"Of {len(found)} samples drawn afterwards, by the picture each is closest to: {parts}.")
        return tuple(made)


def reader_of(base: CastParts, pictures: Sequence[tuple[Image.Image, str | None]]) -> CastReader | None:
    """None where the captions name fewer than two expressions: there is nothing to classify."""
    reader = CastReader(base, pictures)
    return reader if len(reader.expressions) > 1 else None


def persons_of(base: CastParts, captions: Captions) -> list[Person]:
    """What each caption says of its person."""
    prompts = [parse_prompt(caption or "", base.world.palettes) for caption in captions]
    return [prompt.persons[0] if prompt.persons else Person() for prompt in prompts]


def contradictions(people: Sequence[Person]) -> tuple[str, ...]:
    """The looks of which captions say more than one thing. A concept has one look: expressions alone may change."""
    return tuple(look for look in LOOKS if len({_said(person, look) for person in people} - {None}) > 1)


def contradiction_warnings(people: Sequence[Person]) -> tuple[str, ...]:
    """One sentence a contradiction: which pictures say what, by their numbers from 1, and what training makes of it."""
    warnings = []
    for look in contradictions(people):
        pictures: dict[str, list[int]] = {}
        for number, person in enumerate(people, start=1):
            said = _said(person, look)
            if said is not None:
                pictures.setdefault(said, []).append(number)
        parts = "; ".join(f"{said} in {_listed(numbers)}" for said, numbers in pictures.items())
        warnings.append(
            f"The pictures contradict each other about {LOOKS[look]}: {parts}. A concept has one look, so samples "
            "may show either; leave out the pictures that you do not mean."
        )
    return tuple(warnings)


def _said(person: Person, look: str) -> str | None:
    said = getattr(person, look)
    if said is None:
        return None
    if look in ("glasses", "beard"):
        return f"no {look}" if said == "none" else str(said)
    return f"#{said}" if look.endswith("colour") or look == "skin" else str(said)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _background_of(data: ConceptPictures) -> str:
    """RGB hex to draw samples on: the median border of pictures that bring a plain one."""
    plain: Tensor = data.borders[~data.borders.isnan().any(dim=1) & ~data.transparent]
    if len(plain) == 0:
        return BACKGROUND
    return "".join(f"{round(float(value) * 255):02x}" for value in plain.median(dim=0).values)
