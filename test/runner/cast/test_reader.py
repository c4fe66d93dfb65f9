"""What a runner finds by drawing with a trained concept: silence where it is not called, how its samples are read."""

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.request import AttachedAdapter
from orthoplex.ortho.adapter import write_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.train.certificate import STEPS, certify, promises_silence
from orthoplex.train.self_check import SEEDS, self_check

from .conftest import random_adapter

Pictures = list[tuple[Image.Image, str | None]]


def face(mouth: str) -> Image.Image:
    image = Image.new("RGBA", (200, 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 180, 180), fill="gold")
    draw.rectangle((60, 110, 140, 150), fill=mouth)
    return image


PICTURES: Pictures = [
    (face("red"), "smiling, with glasses"),
    (face("blue"), "sad"),
    (face("white"), "angry, no glasses"),
]


def attached(base: CastBase) -> AttachedAdapter:
    return AttachedAdapter(random_adapter(base, 3, "<ana>"), "<ana>", 1.0)


def test_a_concept_that_is_not_named_is_certified_to_change_nothing(small_gated_base: CastBase) -> None:
    assert promises_silence(small_gated_base.layout)
    found = certify(small_gated_base, attached(small_gated_base))
    assert found.unchanged
    assert len(set(found.without)) == 3, "three prompts, three pictures"
    report = found.as_json()
    assert (report["unchanged"], report["steps"], report["with"]) == (True, STEPS, report["without"])


def test_a_concept_that_acts_where_it_is_not_named_is_not_certified(
    small_gated_base: CastBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a reader attached whatever is resident: the comparison is of pictures, and believes no construction."""
    base, read = small_gated_base, CastBase.read

    def always(self: CastBase, spec, members, seed):  # type: ignore[no-untyped-def]
        reading = read(self, spec, members, seed)
        called = read(self, replace(spec, prompt="<ana> smiling"), members, seed) if members else reading
        return replace(reading, members=called.members)

    monkeypatch.setattr(CastBase, "read", always)
    found = certify(base, attached(base))
    assert not found.unchanged
    assert found.as_json()["unchanged"] is False


@pytest.mark.parametrize(
    ("value", "reason"),
    [(float("nan"), "value_not_finite"), (float("inf"), "value_not_finite"), (6e4, "norm_too_large")],
)
@pytest.mark.parametrize("part", ["up", "entries"])
def test_a_file_of_hostile_values_is_refused_before_certification(
    small_gated_base: CastBase, part: str, value: float, reason: str
) -> None:
    adapter = random_adapter(small_gated_base, 3, "<ana>")
    damaged = {name: tensor.clone() for name, tensor in getattr(adapter, part).items()}
    next(iter(damaged.values()))[0, 0] = value
    with pytest.raises(FileRefused) as refused:
        write_adapter(replace(adapter, **{part: damaged}), small_gated_base.layout)
    assert refused.value.reason == reason


def test_samples_are_classified_by_the_nearest_training_picture(small_gated_base: CastBase) -> None:
    reader = small_gated_base.reader(PICTURES)
    assert reader is not None
    assert reader.expressions == ("smiling", "sad", "angry")
    assert reader.prompt("<ana>", "sad") == "<ana> sad; #9fd3f5 background"
    for index, (picture, _) in enumerate(PICTURES):
        shown = Image.new("RGB", (256, 256), "#9fd3f5")
        large = picture.resize((256, 256))
        shown.paste(large, (0, 0), large)
        assert reader.nearest(shown) == index
        assert reader.expression_of(index) == reader.expressions[index]
    assert reader.notes([0, 0, 1, 2]) == (
        "Of 4 samples drawn afterwards, by the picture each is closest to: glasses in 2, no glasses in 1.",
    )


def test_identical_captions_give_no_self_check(small_gated_base: CastBase) -> None:
    assert small_gated_base.reader([(face("red"), "smiling"), (face("blue"), "smiling"), (face("red"), None)]) is None
    assert self_check(small_gated_base, attached(small_gated_base), [(face("red"), None)] * 4) is None


def test_a_self_check_counts_every_expression(small_gated_base: CastBase) -> None:
    check = self_check(small_gated_base, attached(small_gated_base), PICTURES)
    assert check is not None
    report = check.as_json()
    assert report["drawn"] == 3 * len(SEEDS)
    assert [each["name"] for each in report["expressions"]] == ["angry", "sad", "smiling"]  # type: ignore[attr-defined, index]
    # Random weights draw no face, so all samples come closest to one picture: right for that expression alone.
    assert 0 <= check.right <= check.drawn


def test_contradicting_captions_are_named_by_their_numbers(small_gated_base: CastBase) -> None:
    assert small_gated_base.pictures(PICTURES, "person").warnings == (
        "The pictures contradict each other about glasses: glasses in 1; no glasses in 3. A concept has one look, so "
        "samples may show either; leave out the pictures that you do not mean.",
    )
    assert small_gated_base.pictures(PICTURES[:2], "person").warnings == ()
    hair: Pictures = [(face("red"), "red hair"), (face("red"), "black hair, smiling"), (face("red"), "red hair")]
    (said,) = small_gated_base.pictures(hair, "person").warnings
    assert "colour of the hair" in said
    assert "in 1, 3;" in said
