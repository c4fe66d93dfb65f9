"""English for the world of the cast bases: which everyday words mean which attribute. Data only; prompt.py reads it."""

from __future__ import annotations

from PIL import ImageColor


def _hex(name: str) -> str:
    return "".join(f"{channel:02x}" for channel in ImageColor.getrgb(name)[:3])


# Copied once: PIL replaces entries of its own map by tuples as they are used.
CSS_COLOURS: dict[str, str] = {name: _hex(name) for name in sorted(ImageColor.colormap)}

EXPRESSIONS: dict[str, str] = {
    "neutral": "neutral", "calm": "neutral", "serious": "neutral", "bored": "neutral", "unimpressed": "neutral",
    "smiling": "smiling", "smile": "smiling", "smiles": "smiling", "happy": "smiling", "friendly": "smiling",
    "cheerful": "smiling", "grinning": "smiling", "pleased": "smiling",
    "laughing": "laughing", "laugh": "laughing", "laughs": "laughing", "joyful": "laughing", "excited": "laughing",
    "sad": "sad", "unhappy": "sad", "worried": "sad", "crying": "sad", "upset": "sad", "concerned": "sad",
    "angry": "angry", "furious": "angry", "mad": "angry", "annoyed": "angry", "grumpy": "angry",
    "surprised": "surprised", "shocked": "surprised", "amazed": "surprised", "astonished": "surprised", "scared": "surprised",
    "silly": "silly", "goofy": "silly", "playful": "silly", "tongue": "silly", "cheeky": "silly",
}  # fmt: skip

HAIR_KINDS: dict[str, str] = {
    "bald": "bald", "hairless": "bald", "balding": "bald", "shaved": "bald",
    "short": "short", "cropped": "short", "trimmed": "short",
    "bob": "bob", "medium": "bob", "shoulder-length": "bob",
    "long": "long", "straight": "long", "flowing": "long",
    "bun": "bun", "buns": "bun", "ponytail": "bun", "updo": "bun",
    "curly": "curly", "afro": "curly", "wavy": "curly", "frizzy": "curly", "dreads": "curly", "dreadlocks": "curly",
    "spiky": "spiky", "mohawk": "spiky", "punk": "spiky",
    "hat": "covered", "cap": "covered", "beanie": "covered", "hijab": "covered", "turban": "covered",
}  # fmt: skip

STYLES: dict[str, str] = {
    "adventurer": "adventurer", "avataaars": "avataaars", "big-smile": "big-smile", "lorelei": "lorelei",
    "notionists": "notionists", "notionist": "notionists", "open-peeps": "open-peeps", "peeps": "open-peeps",
    "toon-head": "toon-head", "toon": "toon-head", "miniavs": "miniavs", "miniav": "miniavs", "dylan": "dylan",
    "robot": "robot", "bot": "robot", "android": "robot", "pixel-art": "pixel-art", "pixel": "pixel-art", "8-bit": "pixel-art",
}  # fmt: skip

PLACES: dict[str, int] = {"left": 0, "first": 0, "middle": 1, "center": 1, "centre": 1, "right": -1, "last": -1}

BACKGROUND_KINDS: dict[str, str] = {
    "plain": "plain", "solid": "plain",
    "gradient": "gradient", "fading": "gradient", "faded": "gradient",
    "circle": "circle", "halo": "circle", "spotlight": "circle",
    "hills": "hills", "hill": "hills", "meadow": "hills", "grass": "hills", "field": "hills", "landscape": "hills",
    "striped": "stripes", "stripes": "stripes", "stripy": "stripes",
    "dotted": "dots", "dots": "dots", "polka": "dots", "spotted": "dots",
}  # fmt: skip

# Nouns that take the colours and kinds before them.
HAIR_NOUNS = {"hair", "haired", "hairstyle", "haircut"}
SKIN_NOUNS = {"skin", "skinned", "complexion"}
CLOTHES_NOUNS = {
    "clothes", "clothing", "shirt", "t-shirt", "tshirt", "tee", "hoodie", "jacket", "sweater", "top", "dress", "blazer",
    "jumper", "coat", "outfit", "overall", "overalls",
}  # fmt: skip
BODY_NOUNS = {"body", "metal"}
BACKGROUND_NOUNS = {"background", "backdrop", "wall", "scene"}
HAT_NOUNS = {"hat", "cap", "beanie", "hijab", "turban"}
GLASSES_NOUNS = {
    "glasses": "glasses",
    "spectacles": "glasses",
    "eyeglasses": "glasses",
    "sunglasses": "sunglasses",
    "shades": "sunglasses",
}
BEARD_NOUNS = {
    "beard": "beard",
    "bearded": "beard",
    "moustache": "moustache",
    "mustache": "moustache",
    "goatee": "beard",
    "stubble": "beard",
}
EXTRAS = {
    "earrings": "earrings",
    "earring": "earrings",
    "freckles": "freckles",
    "freckled": "freckles",
    "flowers": "flowers",
}
# Of fillers, those that speak of a person.
PERSON_NOUNS = {"person", "man", "woman", "boy", "girl", "guy", "lady", "kid", "character"}
NEGATIONS = {"no", "without", "not"}

FILLER = {
    "a", "an", "the", "person", "people", "man", "woman", "boy", "girl", "guy", "lady", "kid", "child", "character", "human",
    "with", "and", "of", "on", "in", "at", "is", "are", "has", "have", "having", "wearing", "wears", "who", "that", "both",
    "style", "styled", "drawing", "drawn", "illustration", "portrait", "picture", "photo", "image", "avatar", "face", "head",
    "looking", "looks", "side", "by", "to", "next", "one", "two", "three", "their", "her", "his", "its", "standing", "together",
    "very", "some", "another", "other", "coloured", "colored", "colour", "color", "tone", "art", "old", "young", "out",
    "sticking", "before", "behind", "against", "over", "under", "friends", "couple", "for", "from", "dressed", "eyes", "be",
}  # fmt: skip

# Of fillers, those that have colours of their own, which say nothing here.
OTHER_NOUNS = {"eyes", "face", "head"}
KNOWN_WORDS = {
    *EXPRESSIONS, *HAIR_KINDS, *STYLES, *PLACES, *BACKGROUND_KINDS, *HAIR_NOUNS, *SKIN_NOUNS, *CLOTHES_NOUNS, *BODY_NOUNS,
    *BACKGROUND_NOUNS, *HAT_NOUNS, *GLASSES_NOUNS, *BEARD_NOUNS, *EXTRAS, *NEGATIONS, *FILLER,
}  # fmt: skip

# Each of these in a clause makes it a person of its own, whatever else it says.
PEOPLE_WORDS: list[str] = sorted(
    {
        *EXPRESSIONS, *STYLES, *PLACES, *HAIR_KINDS, *HAIR_NOUNS, *SKIN_NOUNS, *CLOTHES_NOUNS, *BODY_NOUNS, *HAT_NOUNS,
        *GLASSES_NOUNS, *BEARD_NOUNS, *EXTRAS, *PERSON_NOUNS,
    }
)  # fmt: skip

# What the page offers as chips, by group.
CHIPS: dict[str, list[str]] = {
    "expression": ["neutral", "smiling", "laughing", "sad", "angry", "surprised", "silly"],
    "hair": ["long", "short", "bob", "bun", "curly", "spiky", "bald"],
    "hair_colour": ["black", "brown", "auburn", "red", "ginger", "blonde", "platinum", "grey", "white", "pink", "purple", "blue", "teal", "green"],
    "skin": ["pale", "fair", "light", "tan", "olive", "brown", "dark"],
    "glasses": ["glasses", "sunglasses", "no glasses", "beard", "moustache", "earrings"],
    "clothes": ["red shirt", "blue shirt", "green shirt", "yellow shirt", "white shirt", "black shirt", "pink shirt"],
    "background": ["sky background", "mint background", "peach background", "lavender gradient background", "yellow dotted background",
                   "pink striped background", "sky hills background", "orange circle background"],
    "style": ["adventurer", "avataaars", "big-smile", "lorelei", "notionists", "open-peeps", "toon-head", "miniavs", "dylan", "robot", "pixel-art"],
    "place": ["left", "middle", "right"],
}  # fmt: skip

# kind of background (scene.BACKGROUNDS) -> what a prompt in English calls it
BACKGROUND_WORDS: dict[str, str] = {
    "plain": "", "gradient": "gradient", "circle": "circle", "hills": "hills", "stripes": "striped", "dots": "dotted",
}  # fmt: skip

BACKGROUND_COLOURS: dict[str, str] = {
    "sky": "9fd3f5", "mint": "b8ecd0", "peach": "ffd3b5", "lavender": "cfc4f2", "cream": "fbf3dc", "rose": "f6b8c6",
    "sunset": "f79a6b", "night": "27305a", "sand": "ecd9b0", "lemon": "fbe88a", "sage": "b9cfb0", "coral": "f58a78",
}  # fmt: skip
