"""Two and three concepts in one picture: words alone, boxes, automatic regions, people kept apart; by every method."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orthoplex.eval.lab import Lab
from orthoplex.eval.learner import BY_GATES
from orthoplex.eval.methods import (
    ED_LORA,
    ENTRIES_ONLY,
    GATED,
    GATED_LORA,
    MARKED,
    SILENT_SLOTS,
    SLOTS_ONLY,
    TARA,
    UNGATED,
)
from orthoplex.eval.studies.scenes import Way, judge_scenes, scene_casts, scenes_of, true_scenes

TRUTH = "the true renders"
OF_ANY_BASE = (
    Way("ED-LoRA merged, words alone", ED_LORA),
    Way("ED-LoRA merged, boxes", ED_LORA, "boxes"),
    Way("slots merged, words alone", SLOTS_ONLY),
    Way("slots merged, boxes", SLOTS_ONLY, "boxes"),
    Way("slots + silence merged, boxes", SILENT_SLOTS, "boxes"),
    Way("slots confined, people apart", SLOTS_ONLY, "apart", confined="place"),
)
OF_RESERVED = (
    Way("ours merged, words alone", MARKED),
    Way("ours merged, automatic regions", MARKED, "automatic"),
    Way("ours merged, boxes", MARKED, "boxes"),
    Way("ours merged, people apart (the product)", MARKED, "apart"),
)
OF_ENTRIES = (
    Way("token-masked LoRA (TARA's way), words alone", TARA, merge=BY_GATES),
    Way("ED-LoRA gated after training, words alone", ED_LORA, merge=BY_GATES),
    Way("ED-LoRA confined to attended regions (FreeFuse's way), words alone", ED_LORA, confined="attention"),
    Way("entries only, words alone", ENTRIES_ONLY),
    Way("entries only, people apart", ENTRIES_ONLY, "apart"),
    Way("ours without the gate, words alone", UNGATED),
    Way("ours without the gate, people apart", UNGATED, "apart"),
    Way("ours without slots, words alone", GATED_LORA, merge=BY_GATES),
    Way("ours without slots, people apart", GATED_LORA, "apart", BY_GATES),
    Way("ours, words alone", GATED, merge=BY_GATES),
    Way("ours, automatic regions", GATED, "automatic", BY_GATES),
    Way("ours, boxes", GATED, "boxes", BY_GATES),
    Way("ours, people apart (the product)", GATED, "apart", BY_GATES),
)


def ways_of(lab: Lab) -> list[Way]:
    """The ways that this base has methods for, each at its tuned rate."""
    own = OF_ENTRIES if lab.lineup.ours.training == GATED else OF_RESERVED
    return [replace(way, training=lab.tuned(way.training)) for way in (*OF_ANY_BASE, *own)]


def together(lab: Lab) -> dict[str, dict[str, Any]]:
    """{"2" or "3": {way: numbers}}, first seed; first what the metrics say of the true pictures."""
    s = lab.settings
    names, ways = lab.names[: s.concepts], ways_of(lab)
    lab.train_ahead(dict.fromkeys(way.training for way in ways), names, s.seeds[:1])
    found: dict[str, dict[str, Any]] = {}
    for people in (2, 3):
        casts = scene_casts(names, people, s.scenes)
        found[str(people)] = {TRUTH: judge_scenes(lab, true_scenes(lab, casts), casts)}
        for way in ways:
            found[str(people)][way.name] = judge_scenes(lab, scenes_of(lab, way, casts, s.seeds[0]), casts)
            lab.say(f"{people} in a picture, {way.name}: {found[str(people)][way.name]}")
    return found
