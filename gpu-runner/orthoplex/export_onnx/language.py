"""The prompt language of cast bases as plain data for the browser: words.py, and casting.py's part of it."""

from __future__ import annotations

from typing import Any

from orthoplex.bases.cast import words as w
from orthoplex.bases.cast.reading import CONCEPT_WORDS
from orthoplex.bases.cast.scene import BACKGROUNDS, NULL, PAD


def language() -> dict[str, Any]:
    """Tables of words by what they mean; vocabulary ids come with each base's own world.json."""
    return {
        "pad": PAD,
        "null": NULL,
        "concept_words": list(CONCEPT_WORDS),
        "backgrounds": list(BACKGROUNDS),
        "expressions": w.EXPRESSIONS,
        "places": w.PLACES,
        "styles": sorted(w.STYLES),
        "hair_kinds": sorted(w.HAIR_KINDS),
        "background_kinds": w.BACKGROUND_KINDS,
        "background_colours": w.BACKGROUND_COLOURS,
        "background_nouns": sorted(w.BACKGROUND_NOUNS),
        # Nouns of looks: for a person with a trigger they only take the colours and kinds before them.
        "hair_nouns": sorted(w.HAIR_NOUNS),
        "colour_nouns": {
            **dict.fromkeys(sorted(w.SKIN_NOUNS), "skin"),
            **dict.fromkeys(sorted(w.CLOTHES_NOUNS | w.HAT_NOUNS), "clothes"),
            **dict.fromkeys(sorted(w.BODY_NOUNS), "robot"),
        },
        "glasses_nouns": sorted(w.GLASSES_NOUNS),
        "plain_nouns": sorted({*w.BEARD_NOUNS, *w.EXTRAS}),
        "negations": sorted(w.NEGATIONS),
        "filler": sorted(w.FILLER),
        "other_nouns": sorted(w.OTHER_NOUNS),
        "person_words": sorted(w.PERSON_NOUNS),
        "css_colours": w.CSS_COLOURS,
    }
