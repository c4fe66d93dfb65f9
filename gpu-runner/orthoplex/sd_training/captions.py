"""Free-text captions of the cast world: a person's description of a picture, in many wordings. Pure.

The world's own captions are words of a grammar (`adventurer.hair:short11`); a text encoder needs English.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.bases.cast.words import BACKGROUND_COLOURS, BACKGROUND_WORDS, EXPRESSIONS

# Drawings of human faces that look at us or nearly so, whose parts have English names. The cast world's robots, pixels,
# outlines and profiles would take from what these learn.
STYLES = ("avataaars", "big-smile", "dylan", "toon-head")
NOUNS = ("person", "person", "person", "character", "somebody")
HAIR = {"bald": "no hair", "covered": "a hat", "bun": "{} hair in a bun", "bob": "a {} bob"}
LOOKS = ("a {style} drawing of {who}", "{who}, {style} style", "{who} in {style} style", "{style} portrait of {who}")
DROPPED = {1: 0.15, 2: 0.3, 3: 0.5}  # by persons, of what can be said: a prompt rarely says all, and 77 tokens are few
WHITE = 0.2  # of backgrounds: what most pictures that people train from stand on
NAMED_HAIR = 0.7  # say "shaggy mullet hair", the rest only its kind ("long hair")
# What the drawing's own parts are called in a caption: "winking eyes", "opened smile mouth".
DETAILS = {
    "eyes": "eyes",
    "mouth": "mouth",
    "eyebrows": "eyebrows",
    "mood": "face",
    "accessories": "",
    "facialHair": "beard",
    "beard": "beard",
}
HAIR_PARTS = ("top", "hair", "rearHair")
CLOTHES_PARTS = ("clothing", "clothes")
ENGLISH = {"default": "plain", "kurt": "kurt glasses", "round": "round glasses", "wayfarers": "wayfarers glasses"} | {
    f"prescription{number}": "prescription glasses" for number in ("01", "02")
}
HATS = {"hat", "turban", "hijab"}
SILENT = 0.1  # captions that say nothing, for guidance
_SYNONYMS: dict[str, list[str]] = {}
for _word, _meaning in EXPRESSIONS.items():
    _SYNONYMS.setdefault(_meaning, []).append(_word)


def nearest(rgb: str, names: Sequence[tuple[str, str]]) -> str:
    """The name of the nearest of some colours, all as rrggbb."""

    def distance(other: str) -> int:
        return sum((int(rgb[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (0, 2, 4))

    return min(names, key=lambda each: distance(each[1]))[0]


def english(name: str) -> str:
    """The words of a part's name, as of `winterHat02`: "winter hat". Its number only distinguishes what looks alike."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return ENGLISH.get(name) or " ".join(word.lower() for word in words)


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
    persons = " and ".join(_person(each, world, [], rng, dropped=DROPPED[len(records)]) for each in records)
    return ", ".join([persons, *(each for each in said if rng.random() >= DROPPED[1])])


def _person(
    record: Mapping[str, Any],
    world: Mapping[str, Any],
    also: Sequence[str],
    rng: random.Random,
    *,
    dropped: float = DROPPED[1],
) -> str:
    """One person, and what else is said in the same breath. Of what can be said the share `dropped` is not."""
    style = str(record["style"])
    names = colour_names(world, style)
    colours = {
        each["word"]: nearest(each["rgb"], names[each["word"]])
        for each in record["caption"]
        if "rgb" in each and each["word"] in names
    }
    parts = _parts(record)
    said = [*also, rng.choice(_SYNONYMS.get(str(record["expression"]), [str(record["expression"])]))]
    for part, noun in DETAILS.items():
        if part in parts:
            said.append(f"{english(parts[part]).replace(noun, '')} {noun}".strip())
    said += _hair(record, parts, colours, rng)
    if "skin" in colours:
        said.append(f"{colours['skin']} skin")
    if "clothes_colour" in colours:
        own = [english(parts[part]) for part in CLOTHES_PARTS if part in parts]
        said.append(f"{colours['clothes_colour']} {rng.choice((*own, *own, 'shirt', 'clothes', 'top'))}")
    kept = [each for each in said if rng.random() >= dropped]
    rng.shuffle(kept)
    who = f"a {rng.choice(NOUNS)}"
    look = rng.choice(LOOKS).format(style=style, who=who) if rng.random() >= DROPPED[1] else who
    return ", ".join([look, *kept])


def _parts(record: Mapping[str, Any]) -> dict[str, str]:
    """Part (eyes, top ...) -> name of its drawing, of the words `style.part:name` of a record's caption."""
    words = [str(each["word"]).partition(":") for each in record["caption"]]
    return {word.rpartition(".")[2]: value for word, _, value in words if value and "." in word}


def _hair(
    record: Mapping[str, Any], parts: Mapping[str, str], colours: Mapping[str, str], rng: random.Random
) -> list[str]:
    named = [english(parts[part]) for part in HAIR_PARTS if part in parts]
    if HATS & set(" ".join(named).split()):
        return [f"{colours.get('hat_colour', '')} {named[0]}".strip()]
    kind, colour = record.get("hair"), colours.get("hair_colour", "")
    if named and kind != "bald" and rng.random() < NAMED_HAIR:
        names = [name.removesuffix(" hair") for name in named]
        return [" ".join([colour, *names, "hair"]).strip()]
    if not kind:
        return []
    return [HAIR.get(str(kind), f"{kind} {{}} hair").format(colour).replace("  ", " ").strip()]


def random_background(rng: random.Random) -> tuple[str, str, str]:
    """(kind, name, rrggbb): white, plain or patterned, colours of those that prompts know."""
    if rng.random() < WHITE:
        return "plain", "white", "ffffff"
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
    words |= (
        {"white"}
        | set(BACKGROUND_COLOURS)
        | {part for each in world["styles"] for part in str(each["word"]).split("-")}
    )
    words |= {"short", "long", "curly", "spiky", "medium", "eyes", "mouth", "eyebrows", "face"}
    for entry in world["vocabulary"]:
        style, _, part = str(entry).partition(".")
        if style in STYLES:
            words |= set(english(part.partition(":")[2]).split())
    return sorted(word for word in words if word.isalpha())
