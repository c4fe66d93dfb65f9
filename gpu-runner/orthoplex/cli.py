"""The command line: `run` serves an edge; the other commands work on this machine without one.

Parses and prints; the work is in runner/, local.py and inspection.py. Exit codes: 0 done, 1 failed, 2 wrong input.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orthoplex.runner import config

RUN_EXAMPLES = """\
  orthoplex run --url https://orthoplex.example --token-file ~/.orthoplex-key
  ORTHOPLEX_RUNNER_TOKEN=opx_... orthoplex run --bases my-sd --device cuda:1
"""
TRAIN_EXAMPLES = """\
  orthoplex train pictures/ada --trigger '<ada>' --slot 5 --out ada.safetensors
  orthoplex train pictures/rex --trigger '<rex>' --class-word dog --slot 6 --base my-sd --out rex.safetensors
"""
GENERATE_EXAMPLES = """\
  orthoplex generate '<ada> smiling' --adapter ada.safetensors --out pictures
  orthoplex generate '<ada> and <rex> in a (park:1.2)' --base my-sd --adapter ada.safetensors@0,0,0.5,1 \\
      --adapter rex.safetensors=0.8@0.5,0,0.5,1 --size 768x512 --sampler 'DPM++ 2M Karras' --negative blurry
"""
BASE_EXAMPLES = """\
  orthoplex base list
  orthoplex base add ~/models/stable-diffusion-v1-5 --id sd15 --title 'Stable Diffusion 1.5'
  orthoplex base add stabilityai/stable-diffusion-xl-base-1.0 --id sdxl --title SDXL
  ORTHOPLEX_RUNNER_TOKEN=opx_... orthoplex base publish sdxl --url https://orthoplex.example
"""
INSPECT_EXAMPLES = """\
  orthoplex inspect ada.safetensors
  orthoplex inspect --json ada.safetensors rex.safetensors
"""
EXPORT_EXAMPLES = """\
  orthoplex export ada.safetensors --base my-sd --format kohya --out ada-lora.safetensors
  orthoplex export ada.safetensors=0.8 rex.safetensors --base my-sd --format folder \\
      --prompt '<ada> and <rex> in a park' --out ada-and-rex
"""
IMPORT_EXAMPLES = """\
  orthoplex import ada-lora.safetensors --base my-sd --licence CC-BY-4.0 --out ada-foreign.safetensors
  orthoplex generate 'ada in a park' --base my-sd --lora ada-foreign.safetensors=0.8
"""
MERGE_EXAMPLES = """\
  orthoplex merge style.safetensors=0.6 ada-lora.safetensors --base my-sd --out my-sd-with-style
"""
DOCTOR_EXAMPLES = """\
  orthoplex doctor
  orthoplex doctor --device cuda --json
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="orthoplex", description="Orthogonal adapters for text-to-image models.")
    parser.add_argument("--version", action="version", version=version("orthoplex"))
    commands = parser.add_subparsers(dest="command", required=True)
    added = partial(_added, commands)
    config.add_arguments(added("run", "lease jobs from an edge and run them until stopped", RUN_EXAMPLES))
    _add_train(added("train", "train a concept from a folder of pictures", TRAIN_EXAMPLES))
    _add_generate(added("generate", "generate pictures with adapter files", GENERATE_EXAMPLES))
    _add_base(added("base", "the bases of this machine: list, add, publish", BASE_EXAMPLES))
    _add_export(added("export", "a composition as files for other programs, with what these lose", EXPORT_EXAMPLES))
    _add_import(added("import", "another program's LoRA as a foreign adapter, always inexact", IMPORT_EXAMPLES))
    _add_merge(added("merge", "a base with other programs' LoRAs in its weights, as a folder", MERGE_EXAMPLES))
    inspect = added("inspect", "what adapter files hold, and how exactly they go together", INSPECT_EXAMPLES)
    inspect.add_argument("files", type=Path, nargs="+")
    doctor = added("doctor", "what this machine can run, and at which size", DOCTOR_EXAMPLES)
    doctor.add_argument("--device", default="auto")
    for parser_of in (inspect, doctor):
        _add_json(parser_of)
    flags = parser.parse_args(arguments)
    return _run(flags) if flags.command == "run" else _work_locally(flags)


def _added(commands: Any, name: str, help_text: str, examples: str) -> argparse.ArgumentParser:
    """A command whose --help ends with examples."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_text,
        description=f"{help_text[0].upper()}{help_text[1:]}.",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="a JSON object a line, for programs")


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
    from orthoplex import exporting, importing, inspection, local
    from orthoplex.report import as_json

    try:
        commands: dict[str, Callable[[argparse.Namespace], Iterator[str]]] = {
            "train": local.train,
            "generate": local.generate,
            "base": local.base,
            "export": exporting.export,
            "import": importing.import_lora,
            "merge": importing.merge,
            "inspect": inspection.inspect,
            "doctor": inspection.doctor,
        }
        for line in commands[flags.command](flags):
            print(as_json(line) if flags.json else line, flush=True)
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
    parser.add_argument("--base", help="without it: the base that comes with the product")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, help="written on the way, and continued from if it is there")
    parser.add_argument("--out", type=Path, required=True, help="the adapter file; samples are written beside it")
    _add_json(parser)


def _add_generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt")
    parser.add_argument(
        "--adapter",
        action="append",
        default=[],
        metavar="FILE[=STRENGTH][@X,Y,W,H]",
        help="an adapter file, its strength and its region in fractions of the canvas; may be given again",
    )
    parser.add_argument(
        "--lora", action="append", default=[], metavar="FILE[=STRENGTH]",
        help="another program's LoRA, attached whole: the composition is then not exact; may be given again",
    )  # fmt: skip
    parser.add_argument("--base", help="without it: the base that comes with the product")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", help="WIDTHxHEIGHT; without it: the base's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--guidance", type=float, help="without it: the base's own number")
    parser.add_argument("--sampler", help="by name, where the base has several; without it: the base's own")
    parser.add_argument("--negative", default="", help="what must not be in the picture, where the base takes it")
    parser.add_argument("--clip-skip", type=int, help="read this of the text encoder's last layers, 1 for the last")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the PNG files")
    _add_json(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapters", nargs="+", metavar="FILE[=STRENGTH]", help="the adapter files of one composition")
    parser.add_argument(
        "--format", choices=("peft", "kohya", "folder"), required=True,
        help="a LoRA with embeddings, with the layers' names of PEFT or of kohya's scripts; or a pipeline's folder",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, help="the LoRA's file, with embeddings beside it; or a folder"
    )
    parser.add_argument("--base", help="without it: the base that comes with the product")
    parser.add_argument(
        "--prompt", help="of a folder: the prompt whose embeddings it carries; without it: all triggers"
    )
    parser.add_argument("--negative", default="", help="the negative prompt of that, and of what is measured")
    parser.add_argument("--loss-max", type=float, default=0.25, help="share of the effect that may be lost (0.25)")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", help="of the pictures that are measured; without it: the base's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--guidance", type=float, help="without it: the base's own number")
    _add_json(parser)


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a LoRA of SD 1.x or XL as PEFT, diffusers or kohya's scripts write it")
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--licence", help="where the file says none")
    parser.add_argument("--trigger", action="append", help="instead of those that the file names; may be given again")
    parser.add_argument("--device", default="auto")
    _add_json(parser)


def _add_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE[=STRENGTH]")
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", type=Path, required=True, help="a folder in diffusers' format")
    parser.add_argument("--device", default="auto")
    _add_json(parser)


def _add_base(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="ids and titles of the bases that are here")
    add = actions.add_parser("add", help="register a pipeline in diffusers' format")
    add.add_argument("source", help="a folder, or owner/name[@revision] on the Hugging Face hub")
    add.add_argument("--id", required=True, help="a name that no base has yet; adapters are bound to it")
    add.add_argument("--title", required=True)
    add.add_argument("--publish", action="store_true", help="make it known to the edge as well")
    config.add_arguments(add)
    publish = actions.add_parser("publish", help="make a base of this machine known to the edge, for operators")
    publish.add_argument("id")
    config.add_arguments(publish)
    for action in (listing, add, publish):
        _add_json(action)
