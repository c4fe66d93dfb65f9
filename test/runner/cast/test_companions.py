"""Scenes in which a concept is trained beside somebody else: pictures, words, cells and who is attached where."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.people import People, draw_people
from orthoplex.bases.cast.pictures import ConceptScenes, read_pictures
from orthoplex.bases.cast.reading import CONCEPT_CELL, CONCEPT_WORDS
from orthoplex.bases.cast.scene import PAD
from orthoplex.bases.protocol import Concept
from orthoplex.ortho.residual import trainable_residual


def red(transparent: bool = True) -> Image.Image:
    """A red square in the middle of nothing, or of white."""
    picture = Image.new("RGBA", (128, 128), (0, 0, 0, 0) if transparent else (255, 255, 255, 255))
    picture.paste((255, 0, 0, 255), (32, 32, 96, 128))
    return picture


def companions(base: CastBase) -> People:
    return draw_people(base, 3, torch.Generator().manual_seed(1), steps=1)


def scenes(base: CastBase, transparent: bool = True, share: float = 1.0) -> ConceptScenes:
    return ConceptScenes(base, read_pictures(base, [(red(transparent), "smiling")] * 4), companions(base), share=share)


def cells_of(pictures: Tensor, side: int) -> list[Tensor]:
    return list(pictures.split(side, dim=-1))


def test_a_training_scene_places_the_concept_beside_a_companion_with_its_own_words(gated_base: CastBase) -> None:
    data, people = scenes(gated_base), companions(gated_base)
    batch = data.batch(16, torch.Generator().manual_seed(3))
    side = gated_base.config.cell_px
    assert batch.target.shape == (8, 3, side, 2 * side)
    seen = set()
    for row, cell in enumerate(batch.context.conditions[CONCEPT_CELL].tolist()):
        seen.add(cell)
        own, other = (cells_of(batch.target[row], side)[at] for at in (cell, 1 - cell))
        assert torch.allclose(own[:, side // 2 + 8, side // 2], torch.tensor([1.0, -1.0, -1.0]))
        assert any(torch.equal(other, picture) for picture in people.pictures)
    assert seen == {0, 1}


def test_differences_of_the_pictures_weigh_more_in_the_concepts_cell_only(gated_base: CastBase) -> None:
    other = red()
    other.paste((0, 0, 255, 255), (56, 90, 72, 98))  # a mouth
    pictures = read_pictures(gated_base, [(red(), "smiling"), (other, "sad")] * 2)
    data = ConceptScenes(gated_base, pictures, companions(gated_base), share=1.0)
    batch = data.batch(16, torch.Generator().manual_seed(3))
    assert batch.weights is not None
    assert batch.weights.shape == (8, 1, *batch.target.shape[2:])
    for row, cell in enumerate(batch.context.conditions[CONCEPT_CELL].tolist()):
        own, beside = (cells_of(batch.weights[row], gated_base.config.cell_px)[at] for at in (cell, 1 - cell))
        torch.testing.assert_close(own, data.weights[0])
        assert float(own.max()) == 5.0
        assert bool((beside == 1).all())
    alone = ConceptScenes(gated_base, pictures).batch(4, torch.Generator().manual_seed(3))
    assert alone.weights is not None
    torch.testing.assert_close(alone.weights, data.weights.expand(4, -1, -1, -1))


def test_companions_keep_their_words_and_the_concept_has_only_its_expression(gated_base: CastBase) -> None:
    scene, cells = scenes(gated_base)._beside(6, companions(gated_base), torch.Generator().manual_seed(3))
    pad = gated_base.world.vocabulary[PAD]
    rows = torch.arange(6)
    own, other = scene.words[rows, cells], scene.words[rows, 1 - cells]
    assert bool((own[:, list(CONCEPT_WORDS)] == pad).all())
    assert bool((own[:, CONCEPT_WORDS[-1] + 1] == gated_base.world.vocabulary["expression:smiling"]).all())
    assert bool((other[:, list(CONCEPT_WORDS)] != pad).any(dim=1).all())
    assert torch.equal(own[:, 0], other[:, 0])  # one background


def test_people_of_a_training_scene_are_in_adjacent_cells_starting_anywhere(gated_base: CastBase) -> None:
    places = scenes(gated_base).batch(64, torch.Generator().manual_seed(0)).context.conditions["places"]
    assert torch.equal(places[:, 1], places[:, 0] + 1)
    assert {tuple(pair) for pair in places.tolist()} == {(0, 1), (1, 2)}


def test_entries_are_added_at_the_concepts_rows_only(gated_base: CastBase) -> None:
    batch = scenes(gated_base).batch(6, torch.Generator().manual_seed(3))
    count = gated_base.layout.tokens_shape[0]
    entries = {name: torch.ones(count, out) for name, out in gated_base.layout.entries.items()}
    concept = Concept(trainable_residual(gated_base.layout, 0), gated_base.initial_tokens("person"), entries)
    context = gated_base.with_concept(batch.context, concept)
    words = gated_base.config.words
    for row, cell in enumerate(batch.context.conditions[CONCEPT_CELL].tolist()):
        (member,) = context.members[row]
        assert member.positions.tolist() == [[cell * words + at for at in CONCEPT_WORDS]]
        changed = (context.states[0][row] != batch.context.states[0][row]).any(dim=1).nonzero().flatten().tolist()
        assert set(changed) <= set(member.positions.flatten().tolist())


def test_scenes_with_companions_are_a_share_of_the_batches(gated_base: CastBase) -> None:
    data, generator = scenes(gated_base, share=0.5), torch.Generator().manual_seed(0)
    widths = [data.batch(2, generator).target.shape[-1] // gated_base.config.cell_px for _ in range(40)]
    assert 10 <= widths.count(2) <= 30
    assert set(widths) == {1, 2}


def test_pictures_with_a_background_keep_it(gated_base: CastBase) -> None:
    batch = scenes(gated_base, transparent=False).batch(4, torch.Generator().manual_seed(3))
    side = gated_base.config.cell_px
    for row, cell in enumerate(batch.context.conditions[CONCEPT_CELL].tolist()):
        assert torch.allclose(cells_of(batch.target[row], side)[cell][:, 4, 4], torch.ones(3))
