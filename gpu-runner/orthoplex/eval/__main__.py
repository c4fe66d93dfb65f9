"""Measures the paper on a base: `python -m orthoplex.eval [--tiny | --quick | --published | --full] [--device cuda]`.

Resumes: what was trained and measured is kept under --cache by a hash of its settings. Writes --page (docs/results.md;
the tiny size writes beside its cache instead, so that it never replaces a real page). With --search it runs the
variants of the gate instead (studies/search.py) and writes search-SIZE.md into the cache, after every variant.
With --base of a Stable Diffusion base it measures the paper's table alone (sd/lab.py), on docs/results-BASE.md.
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

from orthoplex.bases.registry import describe_base, load_base
from orthoplex.eval.ahead import Place
from orthoplex.eval.attention import open_cast, with_tokens_a_layer
from orthoplex.eval.attributes import make_reader
from orthoplex.eval.cache import Cache
from orthoplex.eval.embedder import make_embedder
from orthoplex.eval.judging import Judge
from orthoplex.eval.lab import Lab, Laboratory
from orthoplex.eval.renders import REPOSITORY, Character, read_characters, read_people, render
from orthoplex.eval.report import Provenance, write_report, write_search, write_table
from orthoplex.eval.settings import SD_SIZES, SIZES, Settings
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
    """The lab on a base of the cast family, and what its metrics are worth."""
    published = open_cast(base_id, device)
    base = with_tokens_a_layer(published)
    cache, characters, judge, metrics = open_metrics(settings, root, log, base.config.cell_px)
    trainer = Trainer(base, settings, cache, weights_sha256(base), log.say)
    place = Place(base_id, root, settings, workers) if workers > 1 and device == "cpu" else None
    lab = Lab(
        base=base, settings=settings, cache=cache, trainer=trainer, judge=judge, characters=characters, say=log.say,
        place=place, published=published,
    )  # fmt: skip
    return lab, metrics


def open_metrics(
    settings: Settings, root: Path, log: Log, cell_px: int
) -> tuple[Cache, dict[str, Character], Judge, dict[str, Any]]:
    """The cache, the characters as large as the base draws them, who judges them, and what that is worth."""
    cache = Cache(root)
    folder = render(root, settings.measured + settings.tuning_concepts, settings.metrics.people)
    people = read_people(folder)
    log.say(f"{len(people)} renders of {settings.metrics.people} people")
    embedder, identity = make_embedder(cache, people, settings.metrics)
    log.say(f"embedder: equal error rate {identity['eer_same_style']:.3%} within a style")
    reader, accuracy = make_reader(cache, people, settings.metrics)
    log.say(f"attributes: {accuracy}")
    characters = {character.name: character for character in read_characters(folder, cell_px)}
    tuning = settings.tuning(list(characters))
    judge = Judge(embedder, reader, [each for name, each in characters.items() if name not in tuning])
    return cache, characters, judge, {"embedder": identity, "attributes": accuracy}


def open_sd_lab(
    settings: Settings, base_id: str, device: str, *, root: Path, log: Log
) -> tuple[Laboratory, dict[str, Any]]:
    """The same on a Stable Diffusion base."""
    from orthoplex.eval.sd.lab import SdLab, SdTrainer  # needs diffusers

    base: Any = load_base(base_id, device)
    side = base.training.sample_size[0]
    cache, characters, judge, metrics = open_metrics(settings, root, log, side)
    trainer = SdTrainer(base, settings, cache, log.say)
    lab = SdLab(
        base=base, settings=settings, cache=cache, trainer=trainer, judge=judge, characters=characters, say=log.say
    )
    return lab, metrics | {"base": {"id": base_id, "cell_px": side}}


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


def measure_table(lab: Laboratory, results: dict[str, Any], log: Log) -> None:
    """The paper's table alone."""
    for name, study in (("tuning", tune), ("truth", true_renders), ("main", main_table)):
        log.say(f"-- {name}")
        results[name] = study(lab)
    results["ours"] = asdict(lab.lineup.ours.training)


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
        "--quick", dest="size", action="store_const", const="quick", help="three characters, of Stable Diffusion bases"
    )
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
    on_sd = describe_base(arguments.base)["family"] == "sd"
    sizes = SD_SIZES if on_sd else SIZES
    if arguments.size not in (None, *sizes):
        parser.error(f"on {arguments.base} the sizes are {', '.join(sizes)}")
    if on_sd and arguments.search:
        parser.error(f"on {arguments.base} there is no search")
    settings = sizes[arguments.size or "small"]
    if arguments.seeds:
        settings = replace(settings, seeds=tuple(range(arguments.seeds)))
    if arguments.steps:
        settings = replace(settings, steps=arguments.steps)
    name = f"results-{arguments.base}.md" if on_sd else "results.md"
    default = arguments.cache / "tiny" / name if arguments.size == "tiny" else REPOSITORY / "docs" / name
    if arguments.search:
        default = arguments.cache / f"search-{settings.name}.md"
    page: Path = arguments.page or default
    page.parent.mkdir(parents=True, exist_ok=True)
    log = Log()
    command = " ".join(["npm run eval", *(["--", *sys.argv[1:]] if sys.argv[1:] else [])])

    def provenance() -> Provenance:
        weights = opened.character_trainer.weights
        return Provenance(command, commit(), machine(arguments.device), arguments.base, weights, log.minutes)

    if on_sd:
        opened, results = open_sd_lab(settings, arguments.base, arguments.device, root=arguments.cache, log=log)
        measure_table(opened, results, log)
        write_table(opened, results, provenance(), page)
        log.say(f"written: {page}")
        return
    lab, results = open_lab(
        settings, arguments.base, arguments.device, root=arguments.cache, log=log, workers=arguments.workers
    )
    opened = lab
    if arguments.search:
        run_search(lab, arguments.only, page, provenance)
    else:
        measure_everything(lab, results, log)
        write_report(lab, results, provenance(), page)
    log.say(f"written: {page}")


if __name__ == "__main__":
    main()
