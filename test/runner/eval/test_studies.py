"""How trials are laid out: groups, blocks, casts and asks; the cache; plots."""

import math
from pathlib import Path
from xml.etree import ElementTree

import torch

from orthoplex.bases.cast.base import CastBase
from orthoplex.eval.cache import Cache, fingerprint
from orthoplex.eval.embedder import contrastive_loss
from orthoplex.eval.factors import Trained
from orthoplex.eval.generation import Request, row_of
from orthoplex.eval.learner import Training
from orthoplex.eval.plots import axis_over, write_lines, write_points
from orthoplex.eval.renders import Ask, Character
from orthoplex.eval.studies.curves import blocks
from orthoplex.eval.studies.main_table import groups_of
from orthoplex.eval.studies.scenes import scene_casts

NAMES = [f"{number:02d}-x" for number in range(12)]


def test_every_name_is_in_exactly_one_group_and_seeds_group_differently() -> None:
    one, two = groups_of(NAMES, 3, 0), groups_of(NAMES, 3, 1)
    assert sorted(name for group in one for name in group) == NAMES
    assert one != two
    assert groups_of(NAMES, 3, 0) == one


def test_a_last_group_that_is_too_small_is_filled_up_with_other_names() -> None:
    groups = groups_of(NAMES[:4], 3, 0)
    assert all(len(set(group)) == 3 for group in groups)


def test_a_curve_measures_the_same_names_at_every_count() -> None:
    for count in (1, 2, 4, 8, 12):
        found = blocks(NAMES, count, 4)
        assert [name for _, measured in found for name in measured] == NAMES[:4]
        assert all(len(members) == count for members, _ in found)


def test_nobody_is_in_one_scene_twice() -> None:
    assert all(len(set(cast)) == 3 for cast in scene_casts(NAMES[:4], 3, 20))


def test_the_cache_computes_once_per_hash_of_the_inputs(
    tmp_path: Path,
) -> None:
    made: list[int] = []

    def make() -> dict[str, float]:
        made.append(1)
        return {"value": 0.5}

    for _ in range(2):
        assert Cache(tmp_path).numbers("kind", ["facts", Training()], make) == {"value": 0.5}
    assert len(made) == 1
    assert fingerprint(Training()) != fingerprint(Training(rank=4))


def test_an_interrupted_write_leaves_no_file_under_the_name(tmp_path: Path) -> None:
    path = Cache(tmp_path).path("kind", "key", ".safetensors")
    path.with_suffix(".part").write_bytes(b"half")
    tensors, _ = Cache(tmp_path).tensors("kind", "facts", lambda: ({"x": torch.ones(2)}, {}))
    assert tensors["x"].tolist() == [1, 1]


def test_the_prompt_of_an_attribute_reaches_the_base_unchanged(
    random_base: CastBase, characters: list[Character]
) -> None:
    words = {number: word for word, number in random_base.world.vocabulary.items()}
    for ask in characters[0].asks(12):
        trained = Trained(characters[0].name, torch.ones(4, 2, 256), {})
        row = row_of(random_base, Request(characters[0], trained, ask, 1))
        said = [words[int(number)] for number in row.words[0]]
        assert said[0] == f"background:{ask.kind}"
        assert said[5] == f"expression:{ask.expression}"
        assert torch.equal(row.tokens[0], torch.ones(4, 2, 256))
        assert not row.warnings


def test_the_true_picture_shows_the_character_on_the_background_asked_for(
    characters: list[Character],
) -> None:
    truth = characters[0].truth(Ask("smiling", "plain", "night"))
    corner = (truth[:, 0, 0] + 1) / 2 * 255
    assert [round(float(value)) for value in corner] == [0x27, 0x30, 0x5A]
    assert float(truth[0, 32, 32]) > 0.5


def test_contrastive_loss_is_lowest_for_equal_partners_and_distant_others() -> None:
    apart = torch.eye(4)
    assert float(contrastive_loss(apart, apart)) < 1e-3
    assert float(contrastive_loss(apart, apart.roll(1, 0))) > 1


def test_ticks_are_within_the_axis() -> None:
    for values, logarithmic in (
        ([0.1, 0.93], False),
        ([1, 32], True),
        ([1, 6], True),
        ([3, 3], False),
    ):
        axis = axis_over(values, "x", logarithmic)
        assert axis.ticks()
        assert all(-1e-6 <= axis.place(tick) <= 1 + 1e-6 for tick in axis.ticks())


def test_plots_are_well_formed_and_leave_out_errors_that_are_not_known(
    tmp_path: Path,
) -> None:
    lines = {"a <b>": [(1.0, 0.5, 0.1), (2.0, 0.4, math.nan)]}
    write_lines(tmp_path / "lines.svg", "lines & bars", x_label="x", y_label="y", lines=lines, logarithmic=True)
    write_points(tmp_path / "points.svg", "points", x_label="x", y_label="y", clouds={"a": [(0.1, 2.0), (0.3, 1.0)]})
    for name in ("lines", "points"):
        text = (tmp_path / f"{name}.svg").read_text()
        ElementTree.fromstring(text)
        assert "nan" not in text.lower()
