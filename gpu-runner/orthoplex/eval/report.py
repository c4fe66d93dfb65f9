"""Writes the results as a page: docs/results.md with its plots and contact sheets, from measured numbers alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from orthoplex.eval import sections
from orthoplex.eval.lab import Lab, Laboratory
from orthoplex.eval.plots import write_lines, write_points
from orthoplex.eval.sections import Numbers
from orthoplex.eval.sheets import curve_sheet, methods_sheet, scenes_sheet


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from."""

    command: str
    commit: str
    machine: str
    base: str
    weights: str
    minutes: float


def known(value: Any) -> Any:
    """The same with null for numbers that are not known: JSON has no NaN."""
    if isinstance(value, Mapping):
        return {str(key): known(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [known(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_plots(results: Numbers, folder: Path) -> None:
    for measure, label, zero in (("identity", "identity", True), ("distance", "distance to the truth (of 255)", True)):
        lines = {
            name: [(p["count"], p[measure]["mean"], p[measure]["error"]) for p in line]
            for name, line in results["curve"].items()
        }
        write_lines(
            folder / f"{measure}-by-count.svg", f"{label} by number of merged concepts",
            x_label="merged", y_label=label, lines=lines, logarithmic=True, from_zero=zero,
        )  # fmt: skip
    lines = {
        name: [(p["strength"], p["distance"]["mean"], p["distance"]["error"]) for p in line]
        for name, line in results["strength"].items()
    }
    title = "distance to the truth by strength, three merged"
    write_lines(
        folder / "distance-by-strength.svg", title, x_label="strength", y_label="distance (of 255)", lines=lines
    )
    for kind in ("parameters", "activations"):
        clouds = {
            name: [(p[kind], p["distance_gained"]) for p in points]
            for name, points in results["interference"]["points"].items()
        }
        path = folder / f"crosstalk-{kind}.svg"
        write_points(
            path,
            f"crosstalk by {kind} and distance gained",
            x_label="crosstalk",
            y_label="distance gained",
            clouds=clouds,
        )


def write_search(lab: Lab, rows: Numbers, provenance: Provenance, page: Path) -> None:
    """PAGE with the table of the search, and the numbers beside it as JSON."""
    about = (
        f"Written by `{provenance.command}`, commit `{provenance.commit}`, base `{lab.base.id}` with weights "
        f"`{provenance.weights}`,\n{provenance.machine}, {provenance.minutes:.0f} minutes in this run."
    )
    settings = asdict(lab.settings)
    page.write_text(sections.search_page(rows, settings, about))
    numbers = {"provenance": asdict(provenance), "settings": settings, "search": rows}
    page.with_suffix(".json").write_text(json.dumps(known(numbers), allow_nan=False))


def write_table(lab: Laboratory, results: Numbers, provenance: Provenance, page: Path) -> None:
    """PAGE with the paper's table alone, and beside it a folder of its name with the sheet and all numbers as JSON."""
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    methods_sheet(lab, folder / "methods.webp", {e["method"]: float(e["best_strength"]) for e in results["main"]})
    settings = asdict(lab.settings)
    numbers = {"provenance": asdict(provenance), "settings": settings, **results}
    (folder / "results.json").write_text(json.dumps(known(numbers), allow_nan=False))
    head = f"""# Results on the paper's architecture
The paper's table on `{provenance.base}`, a small Stable Diffusion pipeline (CLIP text encoder, UNet, cross-attention),
trained on the same drawings as the embedded base. The table of the embedded base is in [results.md](results.md).
Written by the run: command `{provenance.command}`, commit `{provenance.commit}`, weights `{provenance.weights}`,
{provenance.machine}, {provenance.minutes:.0f} minutes in this run (what was measured earlier is not counted).
All numbers are in [{folder.name}/results.json]({folder.name}/results.json).

**FedAvg** sums weights; a concept's words stay its own, except for DB-LoRA, whose words are not trained. Guidance
{lab.settings.guidance:g}, {lab.settings.draw_steps} steps of Euler.

"""
    metrics = sections.metrics_section(results, len(lab.names), results["base"]["cell_px"])
    page.write_text(head + "\n".join([metrics, sections.main_section(results, settings, folder.name)]))


def write_report(lab: Lab, results: Numbers, provenance: Provenance, page: Path) -> None:
    """PAGE and, beside it, results/ with plots, sheets and all numbers as JSON."""
    folder = page.parent / "results"
    folder.mkdir(parents=True, exist_ok=True)
    write_plots(results, folder)
    methods_sheet(lab, folder / "methods.webp", {e["method"]: float(e["best_strength"]) for e in results["main"]})
    curve_sheet(lab, folder / "counts.webp")
    for people in (2, 3):
        scenes_sheet(lab, folder / f"scenes-{people}.webp", people)
    settings = asdict(lab.settings)
    (folder / "results.json").write_text(
        json.dumps(known({"provenance": asdict(provenance), "settings": settings, **results}), allow_nan=False)
    )
    size = lab.settings.name
    warning = "**This is the tiny size: it shows that the command works, and its numbers mean nothing.**\n\n"
    head = f"""# Results
Written by the run; every number of this page and its pictures comes from it: size `{size}`, command
`{provenance.command}`, commit `{provenance.commit}`, base `{provenance.base}` with weights `{provenance.weights}`,
{provenance.machine}, {provenance.minutes:.0f} minutes in this run (what was measured earlier is not counted).
All numbers are in [results/results.json](results/results.json).

{warning if size == "tiny" else ""}"""
    parts = [
        sections.goals_section(results),
        sections.metrics_section(results, len(lab.names), lab.base.config.cell_px),
        sections.main_section(results, settings),
        sections.curves_section(results),
        sections.ablation_section(results),
        sections.interference_section(results),
        sections.together_section(results),
    ]
    page.write_text(head + "\n".join(parts))
