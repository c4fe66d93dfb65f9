"""The command line: `run` serves an edge; `train` and `generate` work on this machine without one.

Parses and prints; the work is in runner/ and local.py. Exit codes: 0 done, 1 failed, 2 wrong input.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from orthoplex.runner import config


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="orthoplex", description="Orthogonal adapters for text-to-image models.")
    parser.add_argument("--version", action="version", version=version("orthoplex"))
    commands = parser.add_subparsers(dest="command", required=True)
    config.add_arguments(commands.add_parser("run", help="lease jobs from an edge and run them until stopped"))
    _add_train(commands.add_parser("train", help="train a concept from a folder of pictures"))
    _add_generate(commands.add_parser("generate", help="generate pictures with adapter files"))
    _add_base(commands.add_parser("base", help="the bases of this machine"))
    flags = parser.parse_args(arguments)
    return _run(flags) if flags.command == "run" else _work_locally(flags)


def _run(flags: argparse.Namespace) -> int:
    try:
        settings = config.read_config(flags, os.environ, Path.home())
    except config.ConfigRefused as error:
        print(f"orthoplex run: {error}", file=sys.stderr)
        return 2
    # torch takes seconds to load; a wrong setting should not wait for it
    from orthoplex.runner.log import open_log
    from orthoplex.runner.service import serve

    return serve(settings, open_log())


def _work_locally(flags: argparse.Namespace) -> int:
    from orthoplex import local

    try:
        commands = {"train": local.train, "generate": local.generate, "base": local.base}
        lines = commands[flags.command](flags)
        for line in lines:
            print(line, flush=True)
    except local.INPUT_ERRORS as error:
        print(f"orthoplex {flags.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pictures", type=Path, help="folder of 4 to 16 PNG, JPEG or WebP files; captions.json may name captions"
    )
    parser.add_argument("--trigger", required=True, help="the word that calls the concept, for example '<ada>'")
    parser.add_argument("--slot", type=int, required=True, help="the slot that the adapter will own")
    parser.add_argument("--concept", default="", help="what is trained, in plain words")
    parser.add_argument("--class-word", default="person")
    parser.add_argument("--base", default="cast-2")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, help="written on the way, and continued from if it is there")
    parser.add_argument("--out", type=Path, required=True, help="the adapter file; samples are written beside it")


def _add_generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt")
    parser.add_argument(
        "--adapter",
        action="append",
        default=[],
        metavar="FILE[=STRENGTH][@X,Y,W,H]",
        help="an adapter file, its strength and its region in fractions of the canvas; may be given again",
    )
    parser.add_argument("--base", default="cast-2")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", help="WIDTHxHEIGHT; without it: the base's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--guidance", type=float, help="without it: the base's own number")
    parser.add_argument("--sampler", help="by name, where the base has several; without it: the base's own")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the PNG files")


def _add_base(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="ids and titles of the bases that are here")
    add = actions.add_parser("add", help="register a pipeline folder in diffusers' format")
    add.add_argument("folder", type=Path)
    add.add_argument("--id", required=True, help="a name that no base has yet; adapters are bound to it")
    add.add_argument("--title", required=True)
