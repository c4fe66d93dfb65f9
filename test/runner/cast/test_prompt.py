"""English for the cast bases: what a prompt says, in any order, and what it does not know."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from orthoplex.bases.cast.base import TRAINING
from orthoplex.bases.cast.prompt import Background, Person, describe, describe_background, parse_prompt
from orthoplex.bases.cast.words import CHIPS, KNOWN_WORDS, PEOPLE_WORDS
from orthoplex.bases.cast.world import World
from orthoplex.bases.registry import describe_base

EXAMPLES = Path(__file__).parents[3] / "schema/examples/people-of-prompts.json"
PEOPLE_OF_PROMPTS: list[dict[str, Any]] = json.loads(EXAMPLES.read_text("utf-8"))["prompts"]


def test_colours_and_kinds_belong_to_the_noun_after_them(world: World) -> None:
    prompt = parse_prompt("a smiling person with long red hair and dark brown skin, blue shirt", world.palettes)
    (person,) = prompt.persons
    assert (person.expression, person.hair) == ("smiling", "long")
    assert person.hair_colour == world.palettes["hair"]["red"]
    assert person.skin == world.palettes["skin"]["dark brown"]
    assert person.clothes_colour == world.palettes["clothes"]["blue"]
    assert prompt.unknown == ()


def test_clauses_are_people_and_a_background_belongs_to_all(world: World) -> None:
    prompt = parse_prompt("<ana> laughing, right; a sad robot, left; mint striped background", world.palettes)
    assert [person.trigger for person in prompt.persons] == ["<ana>", None]
    assert [person.place for person in prompt.persons] == [-1, 0]
    assert prompt.persons[1].style == "robot"
    assert prompt.background == Background("stripes", "b8ecd0")


@pytest.mark.parametrize("text", ["<ana> sky, smiling", "<ana> smiling, sky", "<ana> background: sky, smiling"])
def test_a_background_colour_beside_a_trigger_is_behind_it(world: World, text: str) -> None:
    prompt = parse_prompt(text, world.palettes)
    assert [(p.trigger, p.expression, p.clothes_colour) for p in prompt.persons] == [("<ana>", "smiling", None)]
    assert prompt.background == Background(None, "9fd3f5")


@pytest.mark.parametrize(
    "text",
    [
        *("smiling; pink", "smiling, pink", "pink, smiling", "smiling | pink", "smiling / pink", "smiling\npink"),
        *(
            "smiling - pink",
            "smiling and pink",
            "smiling. pink background",
            "smiling (pink)",
            "smiling: pink!",
            "pink, smiling, long hair",
            "smiling, pink, hat",
            "pink | smiling, glasses",
        ),
        *("smiling\uff1bpink", "smiling\u3001pink", "smiling \u00b7 pink"),
        *("a smiling person; pink background", "smiling; pink | ", "pink; <ana> smiling", "smiling, <ana> happy, pink"),
    ],
)
def test_a_colour_without_a_noun_is_behind_a_concept_whatever_parts_it_from_the_other_words(
    world: World, text: str
) -> None:
    prompt = parse_prompt(text if "<ana>" in text and text[0] == "p" else f"<ana> {text}", world.palettes)
    assert [(p.trigger, p.expression, p.hair_colour) for p in prompt.persons] == [("<ana>", "smiling", None)]
    assert prompt.background == Background(None, world.palettes["clothes"]["pink"])
    assert prompt.unknown == ()


@pytest.mark.parametrize(
    "text", ["green eyes", "a red scarf", "holding a light blue ball", "green eyes and a red scarf, detailed"]
)
def test_a_colour_before_a_noun_that_is_not_known_is_that_nouns(world: World, text: str) -> None:
    for person in ("<ana>", "a person"):
        prompt = parse_prompt(f"{person} with {text}", world.palettes)
        (found,) = prompt.persons
        assert (found.hair_colour, found.clothes_colour, prompt.background) == (None, None, Background())
        behind = parse_prompt(f"<ana> with {text}, pink, detailed", world.palettes).background
        assert behind.rgb == world.palettes["clothes"]["pink"]


def test_a_colour_alone_is_a_person_only_where_it_is_one_of_hair(world: World) -> None:
    assert parse_prompt("blonde", world.palettes).persons[0].hair_colour == world.palettes["hair"]["blonde"]
    assert parse_prompt("pink", world.palettes).persons == ()
    assert parse_prompt("a person, pink", world.palettes).persons[0].hair_colour == world.palettes["hair"]["pink"]


def test_a_trigger_said_twice_in_a_clause_is_one_person(world: World) -> None:
    for text in ("<ana> <ana>", "<ana> smiling, <ana> happy", "<ana> and <bo>, <ana> left"):
        people = [person.trigger for person in parse_prompt(text, world.palettes).persons]
        assert people == list(dict.fromkeys(["<ana>", *(["<bo>"] if "<bo>" in text else [])]))


@pytest.mark.parametrize("word", PEOPLE_WORDS)
def test_a_word_that_the_description_lists_makes_its_clause_a_person(world: World, word: str) -> None:
    for text in (word, f"no {word} background", f"a pink {word}, sky"):
        assert len(parse_prompt(text, world.palettes).persons) == 1


@pytest.mark.parametrize("example", PEOPLE_OF_PROMPTS, ids=lambda example: example["prompt"])
def test_the_edge_and_the_page_count_the_same_people(world: World, example: dict[str, Any]) -> None:
    assert len(parse_prompt(example["prompt"], world.palettes).persons) == example["people"]


def test_a_word_that_may_be_written_as_two_is_said_of_people() -> None:
    assert {word for word in KNOWN_WORDS if "-" in word} <= set(PEOPLE_WORDS)  # the edge knows no others


def test_the_description_lists_the_words_of_people() -> None:
    assert describe_base("cast-3")["prompt"]["people_words"] == PEOPLE_WORDS


def test_two_triggers_in_a_clause_share_its_words(world: World) -> None:
    prompt = parse_prompt("<ana> and <bo> laughing on a sky background", world.palettes)
    assert [(p.trigger, p.expression) for p in prompt.persons] == [("<ana>", "laughing"), ("<bo>", "laughing")]


def test_words_may_come_in_any_order(world: World) -> None:
    one = parse_prompt("glasses, long red hair, smiling person", world.palettes)
    two = parse_prompt("smiling person, red long hair, glasses", world.palettes)
    assert one.persons == two.persons


def test_unknown_words_are_reported_once_each_and_the_rest_is_kept(world: World) -> None:
    prompt = parse_prompt("a smiling wizard in a castle beside another wizard", world.palettes)
    assert prompt.unknown == ("wizard", "castle", "beside")
    assert prompt.persons[0].expression == "smiling"


@pytest.mark.parametrize(("text", "colour"), [("#12ab9f background", "12ab9f"), ("tomato background", "ff6347")])
def test_any_css_colour_can_be_a_background(world: World, text: str, colour: str) -> None:
    assert parse_prompt(text, world.palettes).background.rgb == colour


@pytest.mark.parametrize("chip", [chip for group in CHIPS.values() for chip in group])
def test_every_prompt_chip_of_the_page_is_parsed(world: World, chip: str) -> None:
    suffix = {"hair": " hair", "hair_colour": " hair", "skin": " skin"}
    group = next(name for name, chips in CHIPS.items() if chip in chips)
    prompt = parse_prompt(f"a person, {chip}{suffix.get(group, '')}", world.palettes)
    assert prompt.unknown == ()
    assert prompt.persons[0] != Person() or prompt.background != Background()


def test_a_persons_description_parses_to_the_same_person(world: World) -> None:
    palettes = world.palettes
    person = Person(
        expression="sad", style="lorelei", hair="curly", hair_colour=palettes["hair"]["pink"],
        skin=palettes["skin"]["tan"], glasses="sunglasses", beard="beard", place=1,
    )  # fmt: skip
    assert parse_prompt(describe(person, palettes), palettes).persons == (person,)
    background = Background("dots", "9fd3f5")
    assert parse_prompt(describe_background(background), palettes).background == background


@pytest.mark.parametrize("text", ["", ";;;", "<", "<<>>", "\x00", "a" * 2000, "; ".join(["<x>"] * 500), "🙂 left"])
def test_odd_prompts_are_parsed_without_an_error(world: World, text: str) -> None:
    parse_prompt(text, world.palettes)


def test_colour_words_stay_known_after_pil_has_used_them(world: World) -> None:
    """PIL replaces entries of its own map of names by tuples when a picture is made with one."""
    Image.new("RGB", (1, 1), "tomato")
    assert parse_prompt("tomato background", world.palettes).background.rgb == "ff6347"


def test_a_sample_of_a_training_asks_for_no_expression_that_its_pictures_may_lack(world: World) -> None:
    described = describe_base("cast-3")["prompts"]
    for prompt in [f"<ana> {TRAINING.sample_words}", described["preview"], *described["samples"]]:
        (person,) = parse_prompt(prompt.replace("{trigger}", "<ana>"), world.palettes).persons
        assert person.expression is None, prompt
