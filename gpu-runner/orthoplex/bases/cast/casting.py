"""Turns a parsed prompt into captions: fills in everything the prompt leaves open, by seed.

The denoiser is best with full captions, so an ordinary person gets every attribute; a person with a trigger gets only
expression and background, because the adapter determines looks. Same prompt and seed, same cast.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orthoplex.bases.cast.prompt import Background, Person, Prompt
from orthoplex.bases.cast.scene import BACKGROUNDS
from orthoplex.bases.cast.words import BACKGROUND_COLOURS
from orthoplex.bases.cast.world import Word, World
from orthoplex.bases.request import PromptRefused

Choices = Mapping[str, Sequence[str]]

UNSAID_EXPRESSION = "neutral"  # of a concept whose prompt names none


@dataclass(frozen=True)
class Role:
    """One person as it will be drawn in one cell."""

    place: int
    trigger: str | None
    caption: tuple[Word, ...]  # without the background, which all share


@dataclass(frozen=True)
class Casting:
    roles: tuple[Role, ...]  # one a cell, left to right
    background: Word
    warnings: tuple[str, ...]


def _values(style: Mapping[str, Any], part: str) -> list[str]:
    """Every value of a part that is drawn by chance ("glasses", "facialHair"...)."""
    entry = style.get("optional", {}).get(part)
    return list(entry["values"]) if entry else []


def _glasses(style: Mapping[str, Any], wanted: str) -> dict[str, list[str]]:
    """Part -> values that show the glasses wanted. Sunglasses fall back to glasses where the style has none."""
    dark = ("sunglasses", "kurt", "wayfarers")
    for part in ("glasses", "accessories"):
        values = [
            v
            for v in _values(style, part)
            if part == "glasses" or "glasses" in v or v in (*dark, "prescription01", "prescription02", "round")
        ]
        shaded = [v for v in values if v.startswith(dark)]
        clear = [v for v in values if v not in shaded]
        chosen = (shaded or clear) if wanted == "sunglasses" else (clear or shaded)
        if chosen:
            return {part: chosen}
    return {}


def _beards(style: Mapping[str, Any], wanted: str) -> dict[str, list[str]]:
    for part in ("facialHair", "beard", "mustache", "features", "accessories"):
        values = _values(style, part)
        if part in ("features", "accessories"):
            values = [v for v in values if v == "mustache"]
        moustaches = [v for v in values if "oustache" in v or "ustache" in v or part == "mustache"]
        chosen = (
            (moustaches or values) if wanted == "moustache" else ([v for v in values if v not in moustaches] or values)
        )
        if chosen:
            return {part: chosen}
    return {}


def _optional_parts(style: Mapping[str, Any], person: Person) -> dict[str, list[str]]:
    """Parts drawn only by chance that the prompt asks for: part -> values to choose from."""
    wanted: dict[str, list[str]] = {}
    if person.glasses and person.glasses != "none":
        wanted |= _glasses(style, person.glasses)
    if person.beard and person.beard != "none":
        wanted |= _beards(style, person.beard)
    for extra in person.extras:
        part = {"earrings": "earrings", "freckles": "freckles", "flowers": "hairAccessories"}[extra]
        values = _values(style, part) or [v for v in _values(style, "features") if v == extra]
        if values:
            wanted[part if _values(style, part) else "features"] = values
    return wanted


def _fits(style: Mapping[str, Any], person: Person) -> bool:
    """Whether a style can show what the prompt asks of a person."""
    roles = {colour["role"] for colour in style["colours"]}
    return (
        (person.expression is None or person.expression in style["expressions"])
        and (person.hair is None or person.hair in style["hair"])
        and (person.hair_colour is None or "hair_colour" in roles)
        and (person.skin is None or "skin" in roles)
        and (person.clothes_colour is None or "clothes_colour" in roles)
        and (person.body_colour is None or "body_colour" in roles)
        and (person.glasses in (None, "none") or bool(_glasses(style, str(person.glasses))))
        and (person.beard in (None, "none") or bool(_beards(style, str(person.beard))))
    )


def _draw(rng: random.Random, choices: Choices) -> dict[str, str]:
    return {part: rng.choice(list(values)) for part, values in choices.items() if values}


def _shows(colour: Mapping[str, Any], parts: Mapping[str, str]) -> bool:
    when = colour.get("when")
    if not when:
        return True
    value = parts.get(when["part"])
    if value is None:
        return False
    return value in when["values"] if "values" in when else value not in when.get("except", ())


def complete(person: Person, world: World, rng: random.Random) -> tuple[tuple[Word, ...], list[str]]:
    """A full caption for an ordinary person, everything unsaid chosen by rng; and what could not be shown."""
    trained = [style for style in world.styles if not style.get("heldOut")]
    warnings: list[str] = []
    able = [
        style for style in trained if (person.style is None or style["word"] == person.style) and _fits(style, person)
    ]
    if not able:
        able = [style for style in trained if style["word"] == person.style] or trained
        warnings.append(f"the style {able[0]['word']!r} cannot show everything that the prompt asks of one person")
    people = [style for style in able if style["word"] != "robot"]
    style = rng.choice(people if people and person.body_colour is None else able)
    parts = _draw(rng, style["parts"])
    for part, entry in style.get("optional", {}).items():
        shown = rng.random() < entry["probability"] * 0.5
        if part in ("glasses", "accessories") and person.glasses == "none":
            shown = False
        if part in ("facialHair", "beard", "mustache") and person.beard == "none":
            shown = False
        value = rng.choice(list(entry["values"]))
        if shown:
            parts[part] = value
    parts |= _draw(rng, _optional_parts(style, person))
    if style["hair"]:
        weights = {kind: max(1, len(next(iter(c.values()), ()))) for kind, c in style["hair"].items()}
        kind = person.hair if person.hair in weights else rng.choices(list(weights), list(weights.values()))[0]
        if person.hair is None and person.hair_colour and kind in ("bald", "covered"):
            kind = "short" if "short" in weights else kind
        parts |= _draw(rng, style["hair"][kind])
    expressions = style["expressions"]
    expression = person.expression if person.expression in expressions else rng.choice(sorted(expressions))
    parts |= _draw(rng, expressions[expression])
    word = style["word"]
    caption: list[Word] = [(f"style:{word}", None), (f"expression:{expression}", None)]
    caption += [(f"{word}.{part}:{parts[part]}", None) for part in sorted(parts)]
    said = {
        "hair_colour": person.hair_colour, "skin": person.skin, "clothes_colour": person.clothes_colour,
        "body_colour": person.body_colour, "hat_colour": person.hat_colour,
    }  # fmt: skip
    for colour in style["colours"]:
        chosen = rng.choice(list(world.palettes[colour["palette"]].values()))
        if _shows(colour, parts):
            caption.append((colour["role"], said.get(colour["role"]) or chosen))
    return tuple(caption), warnings


def _background(background: Background, rng: random.Random) -> Word:
    kind = background.kind or "plain"
    chosen = rng.choice(list(BACKGROUND_COLOURS.values()))
    assert kind in BACKGROUNDS
    return f"background:{kind}", background.rgb or chosen


def cast_prompt(prompt: Prompt, cells: int, world: World, seed: int) -> Casting:
    """The persons with their cells and captions. Raises PromptRefused if there are more persons than cells."""
    warnings = [f"the base does not know the word {word!r}" for word in prompt.unknown]
    if len(prompt.persons) > cells:
        raise PromptRefused(f"The prompt describes {len(prompt.persons)} people, but this size has room for {cells}.")
    placed: dict[int, Person] = {}
    waiting: list[Person] = []
    for person in prompt.persons:
        place = cells - 1 if person.place == -1 else person.place
        if place is not None and place == 1 and cells == 1:
            place = 0
        if place is None or place in placed or place >= cells:
            waiting.append(person)
        else:
            placed[place] = person
    for person in waiting:
        placed[next(cell for cell in range(cells) if cell not in placed)] = person
    if len(placed) < cells and prompt.persons:
        warnings.append(f"the prompt describes {len(placed)} of {cells} people; the seed chose the rest")
    roles = []
    for cell in range(cells):
        rng = random.Random(f"{seed}/{cell}")
        person = placed.get(cell, Person())
        if person.trigger:
            # captions of training pictures name their expressions, so that none is a case no concept was trained for
            caption: tuple[Word, ...] = ((f"expression:{person.expression or UNSAID_EXPRESSION}", None),)
        else:
            caption, missing = complete(person, world, rng)
            warnings += missing
        roles.append(Role(cell, person.trigger, caption))
    return Casting(tuple(roles), _background(prompt.background, random.Random(f"{seed}/background")), tuple(warnings))
