"""Free-text captions of the cast world: a person's description of a picture, in many wordings. Pure.

The world's own captions are words of a grammar (`adventurer.hair:short11`); a text encoder needs English.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.bases.cast.words import BACKGROUND_COLOURS, BACKGROUND_WORDS, EXPRESSIONS

NOUNS = ("person", "person", "person", "character", "somebody")
HAIR = {"bald": "no hair", "covered": "a hat", "bun": "{} hair in a bun", "bob": "a {} bob"}
LOOKS = ("a {style} drawing of {who}", "{who}, {style} style", "{who} in {style} style", "{style} portrait of {who}")
DROPPED = 0.15  # of what can be said: a prompt rarely says all
SILENT = 0.1  # captions that say nothing, for guidance
_SYNONYMS: dict[str, list[str]] = {}
for _word, _meaning in EXPRESSIONS.items():
    _SYNONYMS.setdefault(_meaning, []).append(_word)


def nearest(rgb: str, names: Sequence[tuple[str, str]]) -> str:
    """The name of the nearest of some colours, all as rrggbb."""

    def distance(other: str) -> int:
        return sum((int(rgb[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (0, 2, 4))

    return min(names, key=lambda each: distance(each[1]))[0]


def colour_names(world: Mapping[str, Any], style: str) -> dict[str, list[tuple[str, str]]]:
    """Role (hair_colour, skin, clothes_colour ...) -> (name, rrggbb) of a style, as world.json has them."""
    (own,) = (each for each in world["styles"] if each["word"] == style)
    palettes = world["palettes"]
    return {each["role"]: list(palettes[each["palette"]].items()) for each in own["colours"]}


def caption(
    records: Sequence[Mapping[str, Any]], world: Mapping[str, Any], background: tuple[str, str], rng: random.Random
) -> str:
    """A caption of the persons of a picture from left to right, on a background (kind, name of its colour)."""
    if rng.random() < SILENT:
        return ""
    kind, colour = background
    said = [" ".join(word for word in (colour, BACKGROUND_WORDS[kind], "background") if word)]
    if len(records) == 1:
        return _person(records[0], world, said, rng)
    persons = " and ".join(_person(each, world, [], rng) for each in records)
    return ", ".join([persons, *(each for each in said if rng.random() >= DROPPED)])


def _person(record: Mapping[str, Any], world: Mapping[str, Any], also: Sequence[str], rng: random.Random) -> str:
    """One person, and what else is said in the same breath."""
    style = str(record["style"])
    names = colour_names(world, style)
    colours = {
        each["word"]: nearest(each["rgb"], names[each["word"]])
        for each in record["caption"]
        if "rgb" in each and each["word"] in names
    }
    parts = {str(each["word"]).partition(":")[0].rpartition(".")[2] for each in record["caption"]}
    said = [*also, rng.choice(_SYNONYMS.get(str(record["expression"]), [str(record["expression"])]))]
    if record.get("hair"):
        said.append(_hair(str(record["hair"]), colours.get("hair_colour", "")))
    if "skin" in colours:
        said.append(f"{colours['skin']} skin")
    if "clothes_colour" in colours:
        said.append(f"{colours['clothes_colour']} {rng.choice(('shirt', 'clothes', 'top'))}")
    said += [word for word in ("glasses", "earrings") if word in parts]
    if {"facialHair", "beard"} & parts:
        said.append("beard")
    kept = [each for each in said if rng.random() >= DROPPED]
    rng.shuffle(kept)
    who = f"a {rng.choice(NOUNS)}"
    look = rng.choice(LOOKS).format(style=style, who=who) if rng.random() >= DROPPED else who
    return ", ".join([look, *kept])


def _hair(kind: str, colour: str) -> str:
    return HAIR.get(kind, f"{kind} {{}} hair").format(colour).replace("  ", " ").strip()


def random_background(rng: random.Random) -> tuple[str, str, str]:
    """(kind, name, rrggbb): half plain, colours of those that prompts know."""
    kind = "plain" if rng.random() < 0.45 else rng.choice(BACKGROUNDS[1:])
    name = rng.choice(sorted(BACKGROUND_COLOURS))
    return kind, name, BACKGROUND_COLOURS[name]


def all_words(world: Mapping[str, Any]) -> list[str]:
    """Every word that a caption can hold: each becomes one token."""
    words = {
        "a",
        "of",
        "in",
        "drawing",
        "style",
        "portrait",
        "hair",
        "skin",
        "background",
        "shirt",
        "clothes",
        "top",
        "and",
    }
    words |= {
        "glasses",
        "earrings",
        "beard",
        "no",
        "hat",
        "bun",
        "bob",
        "woman",
        "man",
        "dog",
        "photo",
        "picture",
        "with",
    }
    words |= set(NOUNS) | set(EXPRESSIONS) | set(filter(None, BACKGROUND_WORDS.values()))
    words |= {name for names in world["palettes"].values() for text in names for name in text.split()}
    words |= set(BACKGROUND_COLOURS) | {part for each in world["styles"] for part in str(each["word"]).split("-")}
    words |= {"short", "long", "curly", "spiky", "medium"}
    return sorted(word for word in words if word.isalpha())
