"""The search for how a gated concept is trained best: variants as data, each measured alone, in two and in three.

On characters that are not in the main table. A row's ± is one standard error over seeds, each of which trains all
characters anew and draws with other noise. Nothing is tuned here: rates are variants themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from orthoplex.eval.gating import GATES
from orthoplex.eval.judging import means
from orthoplex.eval.lab import Lab, Trial
from orthoplex.eval.learner import Training
from orthoplex.eval.measures import spread
from orthoplex.eval.methods import ED_LORA, ENTRIES_ONLY, FULL_LORA, GATED, GATED_LORA, UNGATED
from orthoplex.eval.studies.scenes import Way, judge_scenes, scene_casts, scenes_of

ATTENTION = "attn1.to_q,attn1.to_k,attn1.to_v,attn1.to_out,attn2.to_q,attn2.to_out"
ALL = "picture and feed-forward"
SHOWN = ("distance", "identity", "text")
COLUMNS = ("alone", "2 apart", "2 words", "3 apart", "3 words")


def _of(**changed: Any) -> Training:
    return replace(GATED, **changed)


# Variants of the gate, one thing changed at a time from the first. A row more is a line more.
VARIANTS: Mapping[str, Training] = {
    "as the product trains": GATED,
    # gain
    **{f"gain {gain:g}": _of(gain=gain) for gain in (1.0, 2.0, 8.0)},
    # which gate
    **{f"gate: {kind}": _of(gate=kind) for kind in GATES if kind != GATED.gate},
    "without the gate": UNGATED,
    # which layers
    "entries only": ENTRIES_ONLY,
    "all of attention, no feed-forward layers": _of(layers="picture"),
    "only self-attention": _of(layers="attn1.to_q,attn1.to_k,attn1.to_v,attn1.to_out"),
    "only cross-attention's queries and outputs": _of(layers="attn2.to_q,attn2.to_out"),
    "only attention's outputs": _of(layers="attn1.to_out,attn2.to_out"),
    "only feed-forward layers": _of(layers="ff.up,ff.down"),
    "all of attention, feed-forward's second layer": _of(layers=f"{ATTENTION},ff.down"),
    "self-attention's values and outputs, feed-forward layers": _of(layers="attn1.to_v,attn1.to_out,ff.up,ff.down"),
    "with self-attention's values": _of(layers="attn1.to_v,attn1.to_out,attn2.to_out,ff.up,ff.down"),
    "all layers": _of(layers=ALL),
    **{f"all layers, rank {rank}": _of(layers=ALL, rank=rank) for rank in (5, 6)},
    # factors
    **{f"rank {rank}": _of(rank=rank) for rank in (4, 9, 15)},
    "frozen on the output side": _of(side="output"),
    "both factors trained": GATED_LORA,
    "both factors trained, rank 4": replace(GATED_LORA, rank=4),
    "both factors trained, all layers": replace(GATED_LORA, layers=ALL),
    # rates: of ups, of entries
    **{f"up rate x{factor:g}": _of(rate_factor=factor) for factor in (0.5, 2.0, 4.0)},
    **{f"entry rate x{factor:g}": _of(token_factor=factor) for factor in (0.25, 0.5, 2.0)},
    # scenes with companions
    **{f"{share:.0%} of the steps beside companions": _of(companions=share) for share in (0.0, 0.15, 0.5, 0.75)},
    # tokens
    **{f"{count} token{'s' if count > 1 else ''}": _of(count=count) for count in (1, 2)},
    # levels of noise
    **{f"{share:.0%} of the levels near pure noise": _of(high_share=share) for share in (0.0, 0.1, 0.35)},
    **{f"{share:.0%} of the levels near none": _of(low_share=share) for share in (0.0, 0.3)},
    # for comparison
    "unrestricted LoRA with tokens (ED-LoRA)": ED_LORA,
    "the same on feed-forward layers, too": FULL_LORA,
}


def search_names(lab: Lab) -> list[str]:
    """The characters of the search: those after the main table's, or the last ones where there are too few."""
    s = lab.settings
    return (lab.names[s.concepts :] + lab.names[::-1])[: s.search_concepts]


def measure_seed(lab: Lab, training: Training, seed: int) -> dict[str, dict[str, float]]:
    """{column: {measure: mean}} of one seed."""
    s, names = lab.settings, search_names(lab)
    alone = [
        means(lab.measure(Trial(training, (name,), (name,), training.merge, 1.0, seed)).judged[name]) for name in names
    ]
    found = {"alone": {measure: sum(each[measure] for each in alone) / len(alone) for measure in SHOWN}}
    for people in (2, 3):
        casts = scene_casts(names, people, s.search_scenes)
        for regions, column in (("apart", "apart"), ("none", "words")):
            way = Way("search", training, regions, training.merge)
            judged = judge_scenes(lab, scenes_of(lab, way, casts, seed), casts)
            found[f"{people} {column}"] = {measure: judged[measure] for measure in (*SHOWN, "collapse")}
    return found


def measure_variant(lab: Lab, name: str) -> dict[str, Any]:
    """{column: {measure: spread over seeds}} of a variant by its name."""
    training, seeds = VARIANTS[name], lab.settings.seeds
    lab.train_ahead([training], search_names(lab), seeds)
    found = [measure_seed(lab, training, seed) for seed in seeds]
    row = {c: {m: asdict(spread([each[c][m] for each in found])) for m in found[0][c]} for c in COLUMNS}
    lab.say(f"{name}: " + ", ".join(f"{column} {row[column]['distance']['mean']:.2f}" for column in COLUMNS))
    return row
