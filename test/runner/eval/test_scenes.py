"""Pictures of several: what is asked of each cell, who is seen in it, and every way of drawing them on a gated base."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.request import Canvas, SampleSpec
from orthoplex.eval.generation import picture_seed
from orthoplex.eval.lab import Lab
from orthoplex.eval.renders import on_background
from orthoplex.eval.settings import TINY, Settings
from orthoplex.eval.studies.residents import published, residents
from orthoplex.eval.studies.scenes import (
    Way,
    asks_of,
    collapsed,
    generate_scenes,
    judge_scenes,
    scene_prompt,
    scenes_of,
    true_scenes,
)
from orthoplex.eval.studies.search import VARIANTS, measure_variant, search_names
from orthoplex.eval.studies.together import ways_of
from orthoplex.sample.sampler import denoise

SHORT = replace(TINY, steps=1, batch=2, prompts=1, draw_steps=1, scenes=1, search_scenes=1)
MakeLab = Callable[[CastBase, Settings], Lab]


@pytest.fixture
def lab(gated_base: CastBase, lab_of: MakeLab) -> Lab:
    return lab_of(gated_base, SHORT)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([[0.95, 0.1], [0.2, 0.97]], False),
        ([[0.1, 0.95], [0.97, 0.2]], False),  # both are there, if in each other's place
        ([[0.95, 0.1], [0.92, 0.91]], True),  # the first is there twice
        ([[0.95, 0.1], [0.2, 0.89]], True),  # the second cell shows nobody
    ],
)
def test_a_picture_has_collapsed_if_a_person_is_missing_or_present_twice(
    scores: list[list[float]], expected: bool
) -> None:
    assert collapsed(torch.tensor(scores), 0.9) is expected


def test_cells_of_a_rendered_scene_show_what_was_asked_of_each(lab: Lab) -> None:
    for number, cast in enumerate([("00-drawn", "01-drawn"), ("02-drawn", "00-drawn", "01-drawn")]):
        asks = asks_of(lab, cast, number)
        assert [ask.cell for ask in asks] == list(range(len(cast)))
        sprites = [lab.characters[name].sprites[ask.expression] for name, ask in zip(cast, asks, strict=True)]
        whole = on_background(torch.stack(sprites), asks[0].kind, asks[0].colour)
        truths = [lab.characters[name].truth(ask) for name, ask in zip(cast, asks, strict=True)]
        torch.testing.assert_close(torch.cat(truths, dim=-1), whole)


def test_rendered_scenes_are_judged_correct_and_a_doubled_person_as_collapsed(lab: Lab) -> None:
    cast = ("00-drawn", "01-drawn")
    found = judge_scenes(lab, true_scenes(lab, [cast]), [cast])
    assert (found["identity"], found["collapse"], found["distance"], found["leak"]) == (1, 0, 0, 0)
    twice = true_scenes(lab, [("00-drawn", "00-drawn")])
    found = judge_scenes(lab, twice, [cast])
    assert (found["identity"], found["collapse"], found["leak"]) == (0.5, 1, 0.5)


def test_every_way_of_a_gated_base_generates_a_picture_and_the_ways_differ(lab: Lab) -> None:
    cast = [("00-drawn", "01-drawn")]
    drawn = {way.name: scenes_of(lab, way, cast, 0) for way in ways_of(lab)}
    assert all(pictures.shape == (1, 3, 128, 256) for pictures in drawn.values())
    assert sum(name.endswith("(the product)") for name in drawn) == 1
    for one, other in (("words alone", "people apart (the product)"), ("words alone", "boxes")):
        assert not torch.equal(drawn[f"ours, {one}"], drawn[f"ours, {other}"])


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "words alone"])
def test_our_method_is_measured_on_the_pictures_that_the_product_generates(
    gated_base: CastBase, lab_of: MakeLab, apart: bool
) -> None:
    lab = lab_of(gated_base, replace(SHORT, steps=4, draw_steps=2))
    cast = ("00-drawn", "01-drawn")
    ours = lab.lineup.ours.training
    drawn = generate_scenes(lab, Way("ours", ours, "apart" if apart else "none", ours.merge), [cast], 0)
    members = [published(gated_base, lab.trained(name, ours), f"<{name}>", slot) for slot, name in enumerate(cast)]
    seed, canvas = picture_seed("scene", 0, 0), Canvas(512, 256, 2)
    spec = SampleSpec(scene_prompt(cast, asks_of(lab, cast, 0)), seed, 512, 256, steps=2, apart=apart)
    rows = [gated_base.read(spec, each, seed) for each in (members, [replace(m, strength=0.0) for m in members])]
    sampled, without = (denoise(gated_base, [row], canvas, guidance=torch.ones(1)).clamp(-1, 1) for row in rows)
    effect = float((without - sampled).abs().mean())
    assert effect > 1e-3
    assert float((drawn - sampled).abs().mean()) < 0.05 * effect  # adapters are kept in half precision


def test_a_hundred_resident_concepts_leave_the_pictures_unchanged_bit_for_bit(lab: Lab) -> None:
    found = residents(lab)
    assert found is not None
    assert (found["count"], found["different"], found["silent"]) == (100, 0, True)
    assert found["pictures"] == 2 * 3  # two characters are measured: each twice alone and once with the other


def test_a_training_is_published_without_layers_that_nothing_gates(gated_base: CastBase, lab: Lab) -> None:
    ungated = "transformer_blocks.0.attn1.to_out"  # no cross-attention comes before it, so it is never trained
    layers = {name: shape for name, shape in gated_base.layout.layers.items() if name != ungated}
    base = replace(gated_base, layout=replace(gated_base.layout, layers=layers))
    trained = lab.trained("00-drawn", lab.lineup.ours.training)
    assert published(base, trained, "<a>", 0).adapter.up.keys() == layers.keys()
    changed = {**trained.residuals, ungated: trained.residuals["transformer_blocks.1.attn1.to_out"]}
    with pytest.raises(ValueError, match="other layers"):
        published(base, replace(trained, residuals=changed), "<a>", 0)


def test_a_base_without_entries_has_no_residents_to_measure(random_base: CastBase, lab_of: MakeLab) -> None:
    assert residents(lab_of(random_base, SHORT)) is None


def test_every_variant_of_the_search_has_a_number_in_every_column(lab: Lab) -> None:
    found = measure_variant(lab, "as the product trains")
    assert list(found) == ["alone", "2 apart", "2 words", "3 apart", "3 words"]
    for column, measured in found.items():
        assert set(measured) == {"distance", "identity", "text"} | (set() if column == "alone" else {"collapse"})
        assert all(each["n"] == 1 for each in measured.values())


def test_variants_of_the_search_are_distinct_and_named_by_their_change() -> None:
    assert len(set(VARIANTS.values())) == len(VARIANTS)


def test_the_search_uses_characters_that_are_not_in_the_main_table(lab: Lab) -> None:
    lab.settings = replace(SHORT, concepts=1, search_concepts=2)
    assert search_names(lab) == lab.names[1:]
