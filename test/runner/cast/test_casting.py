"""What a prompt leaves open is chosen by seed, within what it says."""

import random

import pytest

from orthoplex.bases.cast.casting import cast_prompt, complete
from orthoplex.bases.cast.prompt import Person, parse_prompt
from orthoplex.bases.cast.world import World, encode_captions
from orthoplex.bases.request import PromptRefused


def test_the_same_prompt_and_seed_give_the_same_people(world: World) -> None:
    prompt = parse_prompt("a smiling person; a sad person", world.palettes)
    assert cast_prompt(prompt, 2, world, 7) == cast_prompt(prompt, 2, world, 7)
    assert cast_prompt(prompt, 2, world, 7) != cast_prompt(prompt, 2, world, 8)


@pytest.mark.parametrize("seed", range(200))
def test_every_completed_caption_is_in_the_vocabulary_and_fits(world: World, seed: int) -> None:
    caption, _ = complete(Person(), world, random.Random(seed))
    encode_captions(world, [caption], 16)


@pytest.mark.parametrize("seed", range(30))
def test_the_caption_contains_what_the_prompt_says(world: World, seed: int) -> None:
    (person,) = parse_prompt("an angry person with long green hair and glasses", world.palettes).persons
    caption, warnings = complete(person, world, random.Random(seed))
    words = dict(caption)
    assert "expression:angry" in words
    assert words["hair_colour"] == world.palettes["hair"]["green"]
    assert any("glasses" in word or "accessories" in word for word in words)
    assert warnings == []


def test_a_caption_of_a_trigger_has_no_words_of_looks(world: World) -> None:
    casting = cast_prompt(parse_prompt("<ana> smiling with red hair", world.palettes), 1, world, 0)
    assert casting.roles[0].caption == (("expression:smiling", None),)


def test_a_concept_whose_prompt_names_no_expression_is_neutral(world: World) -> None:
    """Training pictures say theirs, so a caption without one is a case that no concept was trained for."""
    casting = cast_prompt(parse_prompt("<ana>, sky background", world.palettes), 1, world, 0)
    assert casting.roles[0].caption == (("expression:neutral", None),)


def test_stated_places_are_kept_and_the_others_fill_the_gaps(world: World) -> None:
    prompt = parse_prompt("<ana>, right; <bo>; <cy>, left", world.palettes)
    assert [role.trigger for role in cast_prompt(prompt, 3, world, 0).roles] == ["<cy>", "<bo>", "<ana>"]


def test_more_people_than_places_are_refused(world: World) -> None:
    with pytest.raises(PromptRefused, match="2 people, but this size has room for 1"):
        cast_prompt(parse_prompt("<ana>; <bo>", world.palettes), 1, world, 0)


def test_a_place_that_is_left_open_is_filled_and_reported(world: World) -> None:
    casting = cast_prompt(parse_prompt("<ana>", world.palettes), 2, world, 0)
    assert len(casting.roles) == 2
    assert "1 of 2 people" in casting.warnings[0]
