"""Measures the paper on an embedded base: `python -m orthoplex.eval [--tiny | --published | --full] [--device cuda]`.

Resumes: what was trained and measured is kept under --cache by a hash of its settings. Writes --page (docs/results.md;
the tiny size writes beside its cache instead, so that it never replaces a real page). With --search it runs the
variants of the gate instead (studies/search.py) and writes search-SIZE.md into the cache, after every variant.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from orthoplex.eval.ahead import Place
from orthoplex.eval.attention import open_cast, with_tokens_a_layer
from orthoplex.eval.attributes import make_reader
from orthoplex.eval.cache import Cache
from orthoplex.eval.embedder import make_embedder
from orthoplex.eval.judging import Judge
from orthoplex.eval.lab import Lab
from orthoplex.eval.renders import REPOSITORY, read_characters, read_people, render
from orthoplex.eval.report import Provenance, write_report, write_search
from orthoplex.eval.settings import SIZES, Settings
from orthoplex.eval.studies.ablations import ablations
from orthoplex.eval.studies.curves import merged_curve, strength_curve
from orthoplex.eval.studies.interference import interference
from orthoplex.eval.studies.main_table import main_table, true_renders
from orthoplex.eval.studies.residents import residents
from orthoplex.eval.studies.search import VARIANTS, measure_variant
from orthoplex.eval.studies.together import together
from orthoplex.eval.studies.tuning import tune
from orthoplex.eval.training import Trainer, weights_sha256


class Log:
    """Lines with the minutes since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self.started) / 60

    def say(self, line: str) -> None:
        sys.stdout.write(f"{self.minutes:6.1f} min  {line}\n")
        sys.stdout.flush()


def open_lab(
    settings: Settings, base_id: str, device: str, *, root: Path, log: Log, workers: int = 1
) -> tuple[Lab, dict[str, Any]]:
    """The lab, and what its metrics are worth."""
    cache = Cache(root)
    folder = render(root, settings.measured + settings.tuning_concepts, settings.metrics.people)
    people = read_people(folder)
    log.say(f"{len(people)} renders of {settings.metrics.people} people")
    embedder, identity = make_embedder(cache, people, settings.metrics)
    log.say(f"embedder: equal error rate {identity['eer_same_style']:.3%} within a style")
    reader, accuracy = make_reader(cache, people, settings.metrics)
    log.say(f"attributes: {accuracy}")
    published = open_cast(base_id, device)
    base = with_tokens_a_layer(published)
    trainer = Trainer(base, settings, cache, weights_sha256(base), log.say)
    characters = {character.name: character for character in read_characters(folder, base.config.cell_px)}
    place = Place(base_id, root, settings, workers) if workers > 1 and device == "cpu" else None
    tuning = settings.tuning(list(characters))
    judge = Judge(embedder, reader, [each for name, each in characters.items() if name not in tuning])
    lab = Lab(base, settings, cache, trainer, judge, characters, say=log.say, place=place, published=published)
    return lab, {"embedder": identity, "attributes": accuracy}


def measure_everything(lab: Lab, results: dict[str, Any], log: Log) -> None:
    for name, study in (
        ("tuning", tune),
        ("truth", true_renders),
        ("main", main_table),
        ("curve", merged_curve),
        ("strength", strength_curve),
        ("ablations", ablations),
        ("interference", interference),
        ("together", together),
        ("residents", residents),
    ):
        log.say(f"-- {name}")
        results[name] = study(lab)
    results["ours"] = asdict(lab.lineup.ours.training)
    results["base"] = {"id": lab.base.id, "cell_px": lab.base.config.cell_px}


def run_search(lab: Lab, only: str, page: Path, provenance: Callable[[], Provenance]) -> None:
    """Every variant in turn; the page holds what is measured so far, so that a broken run has said what it found."""
    rows: dict[str, Any] = {}
    for name in [name for name in VARIANTS if only in name]:
        rows[name] = measure_variant(lab, name)
        write_search(lab, rows, provenance(), page)


def commit() -> str:
    """The commit, with + when the tree differs from it; "unknown" outside a repository."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True, text=True
        )
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no", "gpu-runner"],
            cwd=REPOSITORY, check=True, capture_output=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def machine(device: str) -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = torch.cuda.get_device_name() if device.startswith("cuda") else f"{platform.machine()} CPU"
    return f"{name} ({cores} cores, {torch.get_num_threads()} threads), {platform.system()}, torch {torch.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="npm run eval --", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="minutes; shows that it works")
    size.add_argument(
        "--published", dest="size", action="store_const", const="published", help="three seeds, 32 merged; two hours"
    )
    size.add_argument("--full", dest="size", action="store_const", const="full", help="for a GPU")
    parser.add_argument("--base", default="cast-3")
    parser.add_argument("--search", action="store_true", help="the variants of the gate instead of the paper's tables")
    parser.add_argument("--only", default="", metavar="TEXT", help="of the search: variants whose name has TEXT in it")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seeds", type=int, help="how often everything is trained anew; without it: the size's own")
    parser.add_argument("--steps", type=int, help="of every training; without it: the size's own")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that train, on a CPU")
    parser.add_argument("--cache", type=Path, default=REPOSITORY / ".local/eval")
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    settings = SIZES[arguments.size or "small"]
    if arguments.seeds:
        settings = replace(settings, seeds=tuple(range(arguments.seeds)))
    if arguments.steps:
        settings = replace(settings, steps=arguments.steps)
    default = arguments.cache / "tiny/results.md" if settings.name == "tiny" else REPOSITORY / "docs/results.md"
    if arguments.search:
        default = arguments.cache / f"search-{settings.name}.md"
    page: Path = arguments.page or default
    page.parent.mkdir(parents=True, exist_ok=True)
    log = Log()
    lab, results = open_lab(
        settings, arguments.base, arguments.device, root=arguments.cache, log=log, workers=arguments.workers
    )
    command = " ".join(["npm run eval", *(["--", *sys.argv[1:]] if sys.argv[1:] else [])])

    def provenance() -> Provenance:
        return Provenance(command, commit(), machine(arguments.device), lab.base.id, lab.trainer.weights, log.minutes)

    if arguments.search:
        run_search(lab, arguments.only, page, provenance)
    else:
        measure_everything(lab, results, log)
        write_report(lab, results, provenance(), page)
    log.say(f"written: {page}")


if __name__ == "__main__":
    main()
