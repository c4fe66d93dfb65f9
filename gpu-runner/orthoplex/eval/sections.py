"""The sections of the results page: measured numbers as tables, with how they were measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from orthoplex.eval.methods import PAPER, SLOTS_ONLY

Numbers = Mapping[str, Any]
GATED_NOTE = """Concepts with a gate or a token mask are not summed into weights: each acts at its own tokens, and in
the picture as far as attention goes to them, at strength 1. Whoever is not named does nothing."""
COLUMNS = ("text", "image", "identity", "named")


def number(value: float, digits: int = 3) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def with_error(each: Numbers, digits: int = 3) -> str:
    error = each["error"]
    return number(each["mean"], digits) + ("" if error is None or math.isnan(error) else f" ± {number(error, digits)}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def metrics_section(results: Numbers, people: int, cell_px: int) -> str:
    e, a = results["embedder"], results["attributes"]
    larger = (
        f"\nThe base's cells have {cell_px} px a side: distance and expression are read at that size, and pictures\n"
        "are averaged down to 64 px before the networks see them.\n"
        if cell_px > 64
        else ""
    )
    return f"""## How it is measured
All metrics are made here from rendered characters and tested on characters that they never saw.
{larger}
- **identity**: the share of pictures in which the character is recognised. The embedder's equal error rate on
  {e["people"]} unseen characters is {e["eer_same_style"]:.2%} against others of the same style and
  {e["eer_any_style"]:.2%} against anybody. At the threshold {e["threshold"]:.3f}, which {e["false_accept_rate"]:.1%} of
  {e["impostor_scores"]} impostors of the same style pass, it recognises {e["detected_renders"]:.1%} of true renders,
  blurred and worn as in its training. A picture is compared with the character's renders in its *other* expressions.
  `score` is the cosine behind it; **named** is the share of pictures that score highest for the right one of all
  {people} characters trained here.
- **text**: the share of what was asked that is seen (expression, background, its colour, one person, glasses as in the
  truth). On renders of unseen characters these are read right in {a["expression"]:.1%}, {a["background"]:.1%},
  {a["colour"]:.1%}, {a["people"]:.1%} and {a["glasses"]:.1%}.
- **image**: cosine between the picture and the true render in the embedder's space.
- **distance**: mean absolute difference from the true render, of 255.
"""


def row_of(entry: Numbers, strength: str) -> list[str]:
    single, merged = entry["single"], entry["merged"][strength]
    pair = [f"{number(single[m]['mean'])} → {with_error(merged[m])}" for m in COLUMNS]
    distance = f"{number(single['distance']['mean'], 1)} → {with_error(merged['distance'], 1)}"
    return [entry["method"], strength, *pair, distance, duration(entry["merge_seconds"])]


def rates_table(tuning: Numbers, factors: Sequence[float]) -> str:
    if not tuning:
        return "Rates were not tuned in this run."
    rows = []
    for label, found in tuning.items():
        residuals, tokens = found["start"]
        distances = [number(distance, 1) for distance in found["distances"].values()]
        rows.append([label, f"{residuals:g}, {tokens:g}", f"x{found['chosen']:g}", *distances])
    return table(["trained", "rates at x1 (residuals, tokens)", "chosen", *(f"x{each:g}" for each in factors)], rows)


def main_section(results: Numbers, settings: Numbers, folder: str = "results") -> str:
    """folder: of the page's pictures, beside it."""
    head = ["method", "strength", *COLUMNS, "distance", "merge"]
    best = [row_of(entry, entry["best_strength"]) for entry in results["main"]]
    truth = results["truth"]
    ceiling = ["*the true renders*", "", *(number(truth[m]["mean"]) for m in COLUMNS), "0.0", ""]
    every = [row_of(entry, strength) for entry in results["main"] for strength in entry["merged"]]
    paper = [
        [name, *(f"{a:.3f} → {b:.3f}" for a, b in zip(single, merged, strict=True)), seconds]
        for name, (single, merged, seconds) in PAPER.items()
    ]
    tuned = rates_table(results["tuning"], settings["rate_factors"])
    gated = any("gate" in entry["method"] for entry in results["main"])
    return f"""## Methods, single → {settings["group"]} merged
{settings["concepts"]} characters, {len(settings["seeds"])} seed(s), {settings["steps"]} steps of {settings["batch"]},
rank {SLOTS_ONLY.rank} ({results["ours"]["rank"]} of ours), each method at the strength that suits it best (by
distance) and at its own tuned rate. ± is one standard error over characters and seeds. *Single* is at strength 1.
A fusion's time holds gathering activations; LBFGS runs {settings["lbfgs_iterations"]} iterations a layer.
{GATED_NOTE if gated else ""}

{table(head, [ceiling, *best])}

The paper's table 2 (people, Stable Diffusion, ArcFace; other pictures and metrics, so only directions compare):

{table(["method", "text", "image", "identity", "merge"], paper)}

![One group by every method]({folder}/methods.webp)

<details><summary>At every strength; learning rates</summary>

{table(head, every)}

Distance to the truth, alone, by multiple of the starting rate, on characters that are in no table:

{tuned}

</details>
"""


def goals_section(results: Numbers) -> str:
    """The issue's goals beside what came out, without a word on why."""
    main = {entry["method"]: entry for entry in results["main"]}

    def merged(name: str, measure: str) -> float:
        entry = main[name]
        return float(entry["merged"][entry["best_strength"]][measure]["mean"])

    ours = next(name for name in main if name.endswith("(ours)"))
    curve = next(line for name, line in results["curve"].items() if name.endswith("(ours)"))
    points = {point["count"]: point["identity"]["mean"] for point in curve}
    most = max(count for count in points if count <= 16)
    kept = points[most] / points[1] if points[1] else math.nan
    single = main[ours]["single"]["identity"]["mean"]
    plain, tokens = merged("DB-LoRA, FedAvg", "identity"), merged("ED-LoRA, FedAvg", "identity")
    alone_plain = main["DB-LoRA, FedAvg"]["single"]["identity"]["mean"]
    rows = [
        ["merged identity within 1 point of single", f"{single:.3f} → {merged(ours, 'identity'):.3f}"],
        [f"≥ 95 % of single's identity at 16 merged (here {most})", "-" if math.isnan(kept) else f"{kept:.1%}"],
        ["DB-LoRA with FedAvg collapses", f"{alone_plain:.3f} → {plain:.3f} (with tokens {tokens:.3f})"],
        ["merge in under 50 ms", duration(main[ours]["merge_seconds"])],
    ]
    return f"## The goals and what came out\n{table(['goal', 'measured'], rows)}\n"


def ablation_section(results: Numbers) -> str:
    parts = ["## Ablations\nOne thing changed at a time; all ablation characters merged at strength 1, first seed.\n"]
    head = ["", "identity", "named", "score", "distance, single", "distance, merged"]
    for question, answers in results["ablations"].items():
        rows = []
        for answer, found in answers.items():
            s, m = found["single"], found["merged"]
            identity = f"{number(s['identity']['mean'])} → {with_error(m['identity'])}"
            named = f"{number(s['named']['mean'])} → {with_error(m['named'])}"
            score = f"{number(s['score']['mean'])} → {with_error(m['score'])}"
            rows.append([answer, identity, named, score, with_error(s["distance"], 1), with_error(m["distance"], 1)])
        parts.append(f"### {question[0].upper()}{question[1:]}\n{table(head, rows)}\n")
    return "\n".join(parts)


def curves_section(results: Numbers) -> str:
    head = ["merged", *results["curve"]]
    counts = [point["count"] for point in next(iter(results["curve"].values()))]
    rows = [
        [str(count), *(f"{with_error(line[at]['identity'])}; {with_error(line[at]['distance'], 1)}"
                       for line in results["curve"].values())]
        for at, count in enumerate(counts)
    ]  # fmt: skip
    return f"""## More and more concepts
All at strength 1, whichever is asked for; identity; distance to the truth.

{table(head, rows)}
{residents_line(results["residents"])}
![Identity by number merged](results/identity-by-count.svg)
![Distance by number merged](results/distance-by-count.svg)
![Distance by strength](results/distance-by-strength.svg)
![The same characters with more and more merged](results/counts.webp)
"""


def residents_line(found: Numbers | None) -> str:
    """What 100 loaded concepts change; nothing on a base whose adapters have no gates."""
    if found is None:
        return ""
    with_others = (
        f"{found['pictures']} pictures drawn by the product with {found['count']} concepts loaded and one or two named"
    )
    silent = "the same to the bit" if found["silent"] else "not the same"
    return f"""
{with_others}: {found["different"]} differ in any byte from those without the others. With all of them attached to a
prompt that names none, the base's prediction is {silent}.
"""


def search_page(rows: Numbers, settings: Numbers, about: str) -> str:
    """The search as one table: every variant, distance; identity; text in each column."""
    columns = list(next(iter(rows.values())))
    lines = []
    for name, found in rows.items():
        cells = [
            "; ".join([with_error(c["distance"], 2), with_error(c["identity"]), with_error(c["text"])])
            + (f"; {with_error(c['collapse'])}" if "collapse" in c else "")
            for c in (found[column] for column in columns)
        ]
        lines.append([name, *cells])
    return f"""# Search: how a gated concept is trained
{about}
{settings["search_concepts"]} characters that are not in the main table, {len(settings["seeds"])} seed(s),
{settings["steps"]} steps of {settings["batch"]}. In a cell: distance to the truth (of 255); identity; text; for
pictures of several also subject collapse. ± is one standard error over seeds. *apart*: each person attends to its own
place and words; *words*: words alone.

{table(["variant", *columns], lines)}
"""


def interference_section(results: Numbers) -> str:
    found = results["interference"]["predicts"]
    within = list(next(iter(found.values()))["spearman_within"])
    rows = [
        [kind, number(each["pearson"], 2), number(each["spearman"], 2),
         *(number(each["spearman_within"][label], 2) for label in within)]
        for kind, each in found.items()
    ]  # fmt: skip
    return f"""## Does the cheap number predict the costly one?
Every ordered pair of characters: crosstalk against the distance gained when the other is merged in. Pearson and
Spearman over all pairs, then Spearman within each training. Slots of one class have no crosstalk by parameters, hence
no order.

{table(["crosstalk by", "Pearson", "Spearman", *within], rows)}

![Crosstalk by parameters](results/crosstalk-parameters.svg)
![Crosstalk by activations](results/crosstalk-activations.svg)
"""


def together_section(results: Numbers) -> str:
    parts = ["## Several concepts in one picture"]
    for people, ways in results["together"].items():
        rows = [
            [
                way,
                number(f["collapse"]),
                number(f["identity"]),
                number(f["text"]),
                number(f["leak"]),
                number(f["margin"]),
                number(f["people"]),
                number(f["distance"], 1),
            ]
            for way, f in ways.items()
        ]
        head = ["way", "collapse", "identity", "text", "leak", "margin", "somebody", "distance"]
        parts.append(f"### {people} people\n{table(head, rows)}\n\n![{people} people](results/scenes-{people}.webp)")
    note = (
        "collapse: the share of pictures in which somebody is missing or there twice: a cell shows the one of the cast "
        "that it scores highest for, if the score passes the threshold of equal error; a picture has collapsed where a "
        "cell shows nobody, or two cells the same. identity: the right character in its cell. text: as above, for each "
        "cell. leak: another of the cast recognised there. margin: score of the "
        "right character less the best of the others. *merged*: summed into the weights, acting everywhere; "
        "*confined*: each residual in its person's cell, or in the positions that attended to its words in the first "
        "steps, and in its words only; *boxes*: regionally controlled "
        "cross-attention; *automatic regions*: the same without boxes, found in cross-attention in the first steps; "
        "*people apart*: boxes, and self-attention within each person's cell."
    )
    return "\n\n".join([*parts, note]) + "\n"
