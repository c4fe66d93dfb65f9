"""Plain English to attributes and back: "a smiling person with long red hair; <ana> laughing, right; sky background".

Clauses are split at `;`, one person each; colours and kinds belong to the noun after them; order is free.
Unknown words are reported, never dropped silently. Pure text; casting.py turns the result into captions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from orthoplex.bases.cast import words as w
from orthoplex.bases.request import TRIGGER

# Signs between words only part them: people who know no grammar write "smiling | sky" and "smiling - sky".
_SIGNS = (
    r"\-,.!?:|/\\()\[\]{}\"'&+*_"
    r"\u2013\u2014\u2026\u00b7\u2022\u2192\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_TOKEN = re.compile(
    rf"<[a-z0-9][a-z0-9_-]{{0,63}}>|#[0-9a-f]{{6}}|[a-z0-9](?:[a-z0-9'-]*[a-z0-9])?|[{_SIGNS}\n]|[^\s{_SIGNS}]"
)
_SIGN = re.compile(rf"[{_SIGNS}\n]")


@dataclass(frozen=True)
class Background:
    """The background. None if the prompt does not name one."""

    kind: str | None = None
    rgb: str | None = None


@dataclass(frozen=True)
class Person:
    """One person as far as the prompt describes them; None where it does not say."""

    trigger: str | None = None
    place: int | None = None  # cell from the left; -1 = the last
    style: str | None = None
    expression: str | None = None
    hair: str | None = None
    hair_colour: str | None = None  # RGB hex, as every colour here
    skin: str | None = None
    clothes_colour: str | None = None
    body_colour: str | None = None
    hat_colour: str | None = None
    glasses: str | None = None  # "glasses", "sunglasses" or "none"
    beard: str | None = None  # "beard", "moustache" or "none"
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prompt:
    persons: tuple[Person, ...]
    background: Background
    unknown: tuple[str, ...] = ()


def colour_of(name: str, palette: dict[str, str]) -> str | None:
    """RGB hex of a colour word: the palette first, then background colours, CSS names and #rrggbb."""
    if name.startswith("#"):
        return name[1:]
    for candidate in (name, name.replace("gray", "grey")):
        if candidate in palette:
            return palette[candidate]
        if candidate in w.BACKGROUND_COLOURS:
            return w.BACKGROUND_COLOURS[candidate]
    return w.CSS_COLOURS.get(name.replace(" ", ""))


@dataclass
class _Reader:
    """Reads one clause: holds the modifiers until their noun comes."""

    palettes: dict[str, dict[str, str]]
    person: Person = field(default_factory=Person)
    background: Background = field(default_factory=Background)
    colours: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # hair or background kinds not yet claimed
    negated: bool = False
    saw_person: bool = False
    apart: bool = True  # a sign stands before the next word
    parted: int = 0  # so many of the colours stand before the last sign
    other: int = 0  # so many of the colours stand before a noun that is none of ours, as in "green eyes"
    unknown: list[str] = field(default_factory=list)

    def colour(self, palette: str) -> str | None:
        """The colour words waiting, most specific reading first ("dark brown" before "brown"), as RGB."""
        waiting = self._taken(palette)
        table = self.palettes["clothes"] | w.BACKGROUND_COLOURS if palette == "background" else self.palettes[palette]
        if len(waiting) >= 2:
            pair = colour_of(" ".join(waiting[-2:]), table)
            if pair:
                return pair
        for word in reversed(waiting):
            found = colour_of(word, table)
            if found:
                return found
        self.unknown += waiting
        return None

    def _taken(self, palette: str) -> list[str]:
        """The colours waiting for a noun; beside a trigger, not those that a sign parts from it: they are behind it."""
        kept = 0 if palette == "background" or self.person.trigger is None else self.parted
        self.colours, taken = self.colours[:kept], self.colours[kept:]
        self.other, self.parted = min(self.other, kept), kept
        return taken

    def note(self, **fields: object) -> None:
        self.person = replace(self.person, **fields)  # type: ignore[arg-type]
        self.saw_person = True

    def is_colour(self, word: str) -> bool:
        if word in ("light", "dark", "pale", "deep", "bright"):
            return True
        return any(colour_of(word, table) for table in self.palettes.values())

    def noun(self, word: str) -> bool:
        """Let a noun claim the modifiers before it. False when the word is no noun."""
        if word in w.HAIR_NOUNS:
            hair = [kind for kind in self.kinds if kind in w.HAIR_KINDS]
            self.note(hair=w.HAIR_KINDS[hair[-1]] if hair else ("bald" if self.negated else self.person.hair))
            colour = self.colour("hair")
            self.note(hair_colour=colour or self.person.hair_colour)
            self.kinds = [kind for kind in self.kinds if kind not in w.HAIR_KINDS]
        elif word in w.SKIN_NOUNS:
            self.note(skin=self.colour("skin") or self.person.skin)
        elif word in w.CLOTHES_NOUNS:
            self.note(clothes_colour=self.colour("clothes") or self.person.clothes_colour)
        elif word in w.BODY_NOUNS:
            self.note(body_colour=self.colour("robot") or self.person.body_colour)
        elif word in w.BACKGROUND_NOUNS:
            kinds = [kind for kind in self.kinds if kind in w.BACKGROUND_KINDS]
            colour = self.colour("background")
            kind = w.BACKGROUND_KINDS[kinds[-1]] if kinds else self.background.kind
            self.background = Background(kind, colour or self.background.rgb)
            self.kinds = [kind for kind in self.kinds if kind not in w.BACKGROUND_KINDS]
        elif word in w.HAT_NOUNS:
            self.note(hair="covered", hat_colour=self.colour("clothes"))
        elif word in w.GLASSES_NOUNS:
            self._taken("glasses")
            self.note(glasses="none" if self.negated else w.GLASSES_NOUNS[word])
        elif word in w.BEARD_NOUNS:
            self.note(beard="none" if self.negated else w.BEARD_NOUNS[word])
        elif word in w.EXTRAS:
            self.note(extras=(*self.person.extras, w.EXTRAS[word]))
        else:
            return False
        self.negated = False
        return True

    def read(self, word: str) -> None:
        """The next word, or a sign between words."""
        if _SIGN.fullmatch(word):
            self.apart, self.parted = True, len(self.colours)
            return
        self._word(word)
        self.apart = False

    def _word(self, word: str) -> None:
        if not self.apart and (word in w.OTHER_NOUNS or not self._is_known(word)):
            self.other = len(self.colours)
        if TRIGGER.fullmatch(word):
            self.note(trigger=word)
        elif word in w.NEGATIONS:
            self.negated = True
        elif self.noun(word):
            return
        elif word in w.EXPRESSIONS:
            self.note(expression=w.EXPRESSIONS[word])
        elif word in w.STYLES:
            self.note(style=w.STYLES[word])
        elif word in w.PLACES:
            self.note(place=w.PLACES[word])
        elif word in w.HAIR_KINDS or word in w.BACKGROUND_KINDS:
            self.kinds.append(word)
        elif self.is_colour(word):
            self.colours.append(word)
        elif word in w.FILLER:
            self.saw_person = self.saw_person or word in w.PERSON_NOUNS
        else:
            self.unknown.append(word)

    def _is_known(self, word: str) -> bool:
        return word in w.KNOWN_WORDS or TRIGGER.fullmatch(word) is not None or self.is_colour(word)

    def _is_behind(self, colour: str) -> bool:
        """Whether a colour without a noun can only be the background's.

        A concept brings its own hair and clothes, so sky or pink beside its trigger is behind it. Where nobody is
        spoken of, "blonde" is a person, but "pink" is not.
        """
        if self.background.kind:
            return True
        is_of_nobody = self.person.trigger is not None or not self.saw_person
        return is_of_nobody and colour_of(colour, self.palettes["clothes"] | w.BACKGROUND_COLOURS) is not None

    def finish(self) -> None:
        """Words whose noun never came: "bald", "blonde", "on stripes", "on sky"."""
        for kind in self.kinds:
            if kind in w.BACKGROUND_KINDS:
                self.background = replace(self.background, kind=w.BACKGROUND_KINDS[kind])
            else:
                self.note(hair=w.HAIR_KINDS[kind])
        self.kinds = []
        if len(self.colours) <= self.other:
            return
        if self._is_behind(self.colours[-1]) and not self.background.rgb:
            self.background = replace(self.background, rgb=self.colour("background"))
        elif self.colours[-1] in self.palettes.get("hair", {}) and not self.person.hair_colour:
            self.note(hair_colour=self.colour("hair"))
        elif self.saw_person and not self.person.clothes_colour:
            self.note(clothes_colour=self.colour("clothes"))
        else:
            self.background = replace(self.background, rgb=self.colour("background"))


def _tokens(clause: str) -> list[str]:
    """Words and signs; a known word with a hyphen may be written as two: "pixel art" is "pixel-art"."""
    tokens: list[str] = []
    for token in _TOKEN.findall(clause):
        joined = f"{tokens[-1]}-{token}" if tokens else ""
        if joined in w.KNOWN_WORDS:
            tokens[-1] = joined
        else:
            tokens.append(token)
    return tokens


def parse_prompt(text: str, palettes: dict[str, dict[str, str]]) -> Prompt:
    """The persons and background that a prompt describes, and the words that mean nothing here."""
    persons: list[Person] = []
    background = Background()
    unknown: list[str] = []
    for clause in text.lower().split(";"):
        tokens = _tokens(clause)
        triggers = list(dict.fromkeys(token for token in tokens if TRIGGER.fullmatch(token)))
        reader = _Reader(palettes)
        for token in tokens:
            if token in triggers[1:]:
                continue  # "<ana> and <bo> laughing": the words are for both
            reader.read(token)
        reader.finish()
        if reader.saw_person:
            persons.append(reader.person)
            persons += [replace(reader.person, trigger=trigger, place=None) for trigger in triggers[1:]]
        background = Background(reader.background.kind or background.kind, reader.background.rgb or background.rgb)
        unknown += reader.unknown
    return Prompt(tuple(persons), background, tuple(dict.fromkeys(unknown)))


def _nearest(rgb_hex: str, palette: dict[str, str]) -> str:
    def distance(name: str) -> int:
        return sum((int(palette[name][at : at + 2], 16) - int(rgb_hex[at : at + 2], 16)) ** 2 for at in (0, 2, 4))

    return min(palette, key=distance)


def describe(person: Person, palettes: dict[str, dict[str, str]]) -> str:
    """English for a person; parse_prompt reads it back as the same attributes (colours: the nearest word)."""
    who = person.trigger or f"a {person.style or ''} person".replace("  ", " ")
    parts = []
    if person.hair == "bald":
        parts.append("no hair")
    elif person.hair == "covered":
        parts.append(f"{_nearest(person.hat_colour, palettes['clothes']) + ' ' if person.hat_colour else ''}hat")
    elif person.hair or person.hair_colour:
        colour = _nearest(person.hair_colour, palettes["hair"]) if person.hair_colour else ""
        parts.append(f"{person.hair or ''} {colour} hair".strip().replace("  ", " "))
    if person.skin:
        parts.append(f"{_nearest(person.skin, palettes['skin'])} skin")
    if person.glasses:
        parts.append("no glasses" if person.glasses == "none" else person.glasses)
    if person.beard:
        parts.append("no beard" if person.beard == "none" else person.beard)
    if person.clothes_colour:
        parts.append(f"{_nearest(person.clothes_colour, palettes['clothes'])} clothes")
    if person.body_colour:
        parts.append(f"{_nearest(person.body_colour, palettes['robot'])} body")
    parts += person.extras
    text = f"{who} {person.expression}" if person.expression else who
    text += f" with {', '.join(parts)}" if parts else ""
    if person.place is not None:
        text += f", {'right' if person.place == -1 else ('left', 'middle', 'right')[person.place]}"
    return text


def describe_background(background: Background) -> str:
    """English for a background, with its exact colour as #rrggbb where no word is exact."""
    if not background.kind and not background.rgb:
        return ""
    exact = {rgb: name for name, rgb in w.BACKGROUND_COLOURS.items()}
    colour = "" if not background.rgb else exact.get(background.rgb, f"#{background.rgb}")
    return f"{colour} {background.kind or ''} background".strip().replace("  ", " ")
