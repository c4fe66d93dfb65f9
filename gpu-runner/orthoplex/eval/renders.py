"""The rendered characters of the evaluation: those to train, with their true pictures, and those to make metrics from.

Rendered once by recipes/eval/characters.ts (DiceBear), by the repository's own Node. True pictures are as large as the
base's own cells; the networks of the metrics see cells of CELL pixels, to which larger ones are averaged.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.pictures import fit
from orthoplex.bases.cast.scene import BACKGROUNDS, background_masks, compose, draw_backgrounds
from orthoplex.bases.cast.words import BACKGROUND_COLOURS
from orthoplex.bases.cast.world import rgb

CELL = 64  # sides of what the metrics' networks see
EXPRESSIONS = ("neutral", "smiling", "laughing", "sad", "angry", "surprised", "silly")
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ask:
    """One picture asked of a concept: an expression on a background."""

    expression: str
    kind: str
    colour: str  # a word of BACKGROUND_COLOURS
    cell: int = 0  # where the person stands in a picture of `cells` people
    cells: int = 1


@dataclass(frozen=True, eq=False)
class Character:
    """A character to train: one true picture an expression."""

    name: str
    folder: Path
    cell_px: int = CELL  # of the base that is measured

    @property
    def trigger(self) -> str:
        return f"<{self.name}>"

    @cached_property
    def pictures(self) -> dict[str, Image.Image]:
        """Expression -> 256 px, transparent."""
        return {path.stem: Image.open(path).convert("RGBA") for path in sorted(self.folder.glob("*.png"))}

    @cached_property
    def sprites(self) -> dict[str, Tensor]:
        """Expression -> (4, E, E) in [0, 1], E = cell_px, premultiplied: as the trainer sees it."""
        return {
            name: torch.from_numpy(np.asarray(fit(picture, self.cell_px)).astype(np.float32) / 255).permute(2, 0, 1)
            for name, picture in self.pictures.items()
        }

    def truth(self, ask: Ask) -> Tensor:
        """The true render of the requested picture, of one cell: (3, E, E) in [-1, 1]."""
        background = background_of(ask.kind, ask.colour, ask.cells, self.cell_px)
        own = background[..., ask.cell * self.cell_px : (ask.cell + 1) * self.cell_px]
        return compose(self.sprites[ask.expression][None, None], own)[0]

    def asks(self, count: int) -> list[Ask]:
        """`count` asks: the expressions in turn, kinds and colours in turn, others for every character."""
        expressions = [name for name in EXPRESSIONS if name in self.pictures]
        colours = list(BACKGROUND_COLOURS)
        start = int(self.name[:2])
        return [
            Ask(
                expressions[(start + i) % len(expressions)],
                BACKGROUNDS[(start + i) % len(BACKGROUNDS)],
                colours[(3 * start + 5 * i) % len(colours)],
            )
            for i in range(count)
        ]


@lru_cache
def _masks(people: int, cell_px: int) -> Tensor:
    return background_masks(people, cell_px)


def background_of(kind: str, colour: str, people: int, cell_px: int) -> Tensor:
    """(1, 3, E, E P) in [0, 1]."""
    kinds, colours = torch.tensor([BACKGROUNDS.index(kind)]), rgb(BACKGROUND_COLOURS[colour])[None]
    return draw_backgrounds(kinds, colours, _masks(people, cell_px))


def on_background(sprites: Tensor, kind: str, colour: str) -> Tensor:
    """Sprites (P, 4, E, E) side by side on one background: (3, E, E P) in [-1, 1]."""
    return compose(sprites[None], background_of(kind, colour, len(sprites), sprites.shape[-1]))[0]


def averaged(pictures: Tensor, size_px: int = CELL) -> Tensor:
    """Pictures (B, 3, E, W) with E a multiple of size_px, averaged down to (B, 3, size_px, W size_px / E)."""
    factor = pictures.shape[-2] // size_px
    return pictures if factor == 1 else F.avg_pool2d(pictures, factor)


@dataclass(frozen=True, eq=False)
class People:
    """Characters to make metrics from: one row a sprite; rows of one person follow one another."""

    sprites: Tensor  # (N, 4, 64, 64) uint8, premultiplied
    person: Tensor  # (N,)
    style: Tensor  # (N,) numbers in the order of `styles`
    expression: Tensor  # (N,) into EXPRESSIONS
    glasses: Tensor  # (N,) bool
    styles: Sequence[str]

    def __len__(self) -> int:
        return len(self.person)

    def rows(self, chosen: Tensor) -> People:
        return People(
            self.sprites[chosen], self.person[chosen], self.style[chosen],
            self.expression[chosen], self.glasses[chosen], self.styles,
        )  # fmt: skip

    def split(self, share: float = 0.2) -> tuple[People, People]:
        """Those to train on and, of other people, those to test on."""
        limit = int(int(self.person.max() + 1) * (1 - share))
        return self.rows((self.person < limit).nonzero()[:, 0]), self.rows((self.person >= limit).nonzero()[:, 0])


def render(root: Path, concepts: int, people: int) -> Path:
    """The folder with `concepts` characters to train and `people` to measure with; rendered if it is not there."""
    folder = root / f"renders-{concepts}-{people}"
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    node = REPOSITORY / "node_modules/.bin/node"
    script = REPOSITORY / "gpu-runner/recipes/eval/characters.ts"
    subprocess.run([node, script, unfinished, str(concepts), str(people)], check=True)
    unfinished.rename(folder)
    return folder


def read_characters(folder: Path, cell_px: int = CELL) -> list[Character]:
    return [Character(path.name, path, cell_px) for path in sorted((folder / "concepts").iterdir())]


def read_people(folder: Path) -> People:
    records = [json.loads(line) for line in (folder / "people.jsonl").read_text().splitlines()]
    raw = np.fromfile(folder / "people.rgba", np.uint8).reshape(len(records), CELL, CELL, 4)
    styles = sorted({record["style"] for record in records})
    return People(
        torch.from_numpy(raw.transpose(0, 3, 1, 2).copy()),
        torch.tensor([record["person"] for record in records]),
        torch.tensor([styles.index(record["style"]) for record in records]),
        torch.tensor([EXPRESSIONS.index(record["expression"]) for record in records]),
        torch.tensor([record["glasses"] for record in records]),
        styles,
    )
