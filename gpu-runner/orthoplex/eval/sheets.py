"""Contact sheets of the judged pictures: the prompt beside each method's picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from orthoplex.bases.cast.base import to_images
from orthoplex.eval.lab import FUSIONS, Lab, Laboratory, Trial
from orthoplex.eval.studies.curves import blocks
from orthoplex.eval.studies.main_table import groups_of
from orthoplex.eval.studies.scenes import scene_casts, scenes_of, true_scenes
from orthoplex.eval.studies.together import ways_of

MARGIN, GAP, LABEL_WIDTH, TILE = 8, 4, 240, 128  # TILE: height of a picture

Line = tuple[str, Tensor]  # what it is, pictures (N, 3, H, W)


def write_sheet(path: Path, lines: Sequence[Line]) -> None:
    """One row a line: its label, then its pictures, enlarged to TILE. Lossy WebP, a third of a lossless one."""
    _, _, height, width = lines[0][1].shape
    tile = (width * TILE // height, TILE)
    count = max(len(pictures) for _, pictures in lines)
    size = (LABEL_WIDTH + count * (tile[0] + GAP) + MARGIN, MARGIN + len(lines) * (tile[1] + GAP))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for row, (label, pictures) in enumerate(lines):
        top = MARGIN + row * (tile[1] + GAP)
        pen.text((MARGIN, top + tile[1] // 2 - 6), label, fill="black")
        for column, image in enumerate(to_images(pictures)):
            enlarged = image if image.size == tile else image.resize(tile, Image.Resampling.BICUBIC)
            sheet.paste(enlarged, (LABEL_WIDTH + column * (tile[0] + GAP), top))
    sheet.save(path, quality=80, method=6)


def _two_each(pictures: Tensor, prompts: int) -> Tensor:
    """The first two pictures of each character."""
    return pictures[[at for at in range(len(pictures)) if at % prompts < 2]]


def methods_sheet(lab: Laboratory, path: Path, best: dict[str, float]) -> None:
    """One group of the main table by every method, merged at its best strength."""
    seed, s = lab.settings.seeds[0], lab.settings
    group = groups_of(lab.names[: s.concepts], s.group, seed)[0]
    ours = lab.tuned(lab.lineup.ours.training)
    alone = [lab.pictures(Trial(ours, (name,), (name,), ours.merge, seed=seed)) for name in group]
    truth = torch.stack([r.character.truth(r.ask) for _, requests, _ in alone for r in requests])
    lines = [
        ("true renders", _two_each(truth, s.prompts)),
        ("ours, each alone", _two_each(torch.cat([drawn for drawn, _, _ in alone]), s.prompts)),
    ]
    for method in lab.lineup.methods:
        strength = 1.0 if method.merge in FUSIONS else best[method.name]
        drawn, _, _ = lab.pictures(Trial(lab.tuned(method.training), group, group, method.merge, strength, seed))
        lines.append((method.name, _two_each(drawn, s.prompts)))
    write_sheet(path, lines)


def curve_sheet(lab: Lab, path: Path) -> None:
    """The same characters as more and more concepts are merged, for every curve."""
    s, lines = lab.settings, []
    names = lab.names[: s.curve_concepts]
    measured = min(s.curve_measured, len(names), 4)
    for label, method in lab.lineup.curves.items():
        for count in s.merged_counts:
            parts = []
            for members, drawn_names in blocks(names, count, min(s.curve_measured, len(names))):
                trial = Trial(lab.tuned(method.training), members, drawn_names, method.merge, seed=s.seeds[0])
                parts.append(lab.pictures(trial)[0])
            lines.append((f"{label}, {count} merged", _two_each(torch.cat(parts), s.prompts)[: 2 * measured]))
    write_sheet(path, lines)


def scenes_sheet(lab: Lab, path: Path, people: int) -> None:
    """Pictures of several concepts: the truth, then every way."""
    casts = scene_casts(lab.names[: lab.settings.concepts], people, lab.settings.scenes)
    shown = 4
    lines = [("true renders", true_scenes(lab, casts)[:shown])]
    lines += [(way.name, scenes_of(lab, way, casts, lab.settings.seeds[0])[:shown]) for way in ways_of(lab)]
    write_sheet(path, lines)
