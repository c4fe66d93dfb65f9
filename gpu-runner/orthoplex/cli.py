"""The command line: `run` serves an edge; the other commands work on this machine without one.

Parses and prints; the work is in runner/, local.py and inspection.py. Exit codes: 0 done, 1 failed, 2 wrong input, 130
interrupted, 141 where the reader of the output has gone.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orthoplex import cli_examples as examples
from orthoplex.runner import config


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="orthoplex", description="Orthogonal adapters for text-to-image models.")
    parser.add_argument("--version", action="version", version=version("orthoplex"))
    commands = parser.add_subparsers(dest="command", required=True)
    added = partial(_added, commands)
    config.add_arguments(added("run", "lease jobs from an edge and run them until stopped", examples.RUN))
    _add_train(added("train", "train a concept from a folder of pictures", examples.TRAIN))
    _add_generate(added("generate", "generate pictures with adapter files", examples.GENERATE))
    _add_base(added("base", "the bases of this machine: list, add, publish", examples.BASE))
    _add_export(added("export", "a composition as files for other programs, with what these lose", examples.EXPORT))
    _add_import(added("import", "another program's LoRA as a foreign adapter, always inexact", examples.IMPORT))
    _add_convert(added("convert", "distil another program's LoRA into an exact adapter", examples.CONVERT))
    _add_merge(added("merge", "a base with other programs' LoRAs in its weights, as a folder", examples.MERGE))
    inspect = added("inspect", "what adapter files hold, and how exactly they go together", examples.INSPECT)
    inspect.add_argument("files", type=Path, nargs="+")
    inspect.add_argument("--base", help="measure on this base how far LoRAs of other programs act on the others' words")
    doctor = added("doctor", "what this machine can run, and at which size", examples.DOCTOR)
    for parser_of in (inspect, doctor):
        parser_of.add_argument("--device", default="auto")
    doctor.add_argument(
        "--training", action="store_true", help="estimate trainings too, by size and --vram: takes a minute a base"
    )
    for parser_of in (inspect, doctor):
        _add_json(parser_of)
    flags = parser.parse_args(arguments)
    return _run(flags) if flags.command == "run" else _work_locally(flags)


def _added(commands: Any, name: str, help_text: str, shown: str) -> argparse.ArgumentParser:
    """A command whose --help ends with examples."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_text,
        description=f"{help_text[0].upper()}{help_text[1:]}.",
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="a JSON object a line, for programs")


def _add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="replace files that are there")


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files may be no UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        return _worked(flags)
    except KeyboardInterrupt:
        print(f"\northoplex {flags.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python still flushes at its exit
        return 141


def _worked(flags: argparse.Namespace) -> int:
    from orthoplex import converting, exporting, importing, inspection, local, local_training, out_places
    from orthoplex.report import as_json, printable

    try:
        commands: dict[str, Callable[[argparse.Namespace], Iterator[str]]] = {
            "train": local_training.train,
            "generate": local.generate,
            "base": local.base,
            "export": exporting.export,
            "import": importing.import_lora,
            "convert": converting.convert,
            "merge": importing.merge,
            "inspect": inspection.inspect,
            "doctor": inspection.doctor,
        }
        for line in commands[flags.command](flags):
            print(as_json(line) if flags.json else printable(line), flush=True)
    except BrokenPipeError:
        raise
    except local.INPUT_ERRORS as error:
        print(f"orthoplex {flags.command}: {printable(_said(error))}", file=sys.stderr)
        return 2
    finally:
        out_places.remove_empty_folders()
    return 0


def _said(error: Exception) -> str:
    """A fault in one line; a file's without its number, a refusal without its code."""
    from orthoplex.ortho.container import FileRefused

    if isinstance(error, FileRefused):
        return error.detail
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pictures",
        type=Path,
        help="folder or zip of PNG, JPEG or WebP files; captions in NAME.txt, NAME.caption or captions.json, "
        "loss masks in NAME-mask.png; or kohya's folders, `10_name class`",
    )
    parser.add_argument(
        "--trigger", help="the word that calls the concept, for example '<ada>'; kohya's folders say it"
    )
    parser.add_argument("--slot", type=int, required=True, help="the slot that the adapter will own")
    parser.add_argument("--concept", default="", help="what is trained, in plain words")
    parser.add_argument("--class-word", help="without it: what kohya's folder says, else person")
    parser.add_argument("--base", help="without it: the base that comes with the product")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, help="without it: the base's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample-every", type=int, help="steps between samples, written beside --out (120)")
    parser.add_argument("--resolution", type=int, help="side of a square picture in px; without it: the base's own")
    parser.add_argument("--no-buckets", action="store_true", help="crop all pictures to squares")
    parser.add_argument("--flip", action="store_true", help="mirror half of the pictures")
    parser.add_argument(
        "--min-snr", type=float, help="gamma of Min-SNR weighting, 0 for none (5 where noise is predicted)"
    )
    parser.add_argument("--vram", type=int, choices=(8, 12, 24), help="settings for a card of so many GB")
    parser.add_argument("--batch", type=int, help="pictures at a time (4)")
    parser.add_argument("--accumulate", type=int, help="batches a step (1)")
    parser.add_argument("--dtype", choices=("fp32", "bf16", "fp16"), help="without it: what the device computes best")
    parser.add_argument("--checkpoint-gradients", action="store_true", help="less memory, about a third more time")
    parser.add_argument("--offload", action="store_true", help="text encoders and VAE wait on the CPU")
    parser.add_argument("--estimate", action="store_true", help="say what memory it would take, and stop")
    parser.add_argument("--yes", action="store_true", help="start even if the estimate does not fit")
    parser.add_argument("--checkpoint", type=Path, help="written on the way, and continued from if it is there")
    parser.add_argument("--out", type=Path, required=True, help="the adapter file; samples are written beside it")
    _add_force(parser)
    _add_json(parser)


def _add_loading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dtype", choices=("fp32", "bf16", "fp16"), help="without it: what the device computes best")
    parser.add_argument("--offload", action="store_true", help="text encoders and VAE wait on the CPU")
    parser.add_argument("--vae-tiling", action="store_true", help="decode large pictures in tiles: less memory")
    parser.add_argument("--compile", action="store_true", help="torch.compile: slow to begin, then faster")


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
        "--lora", action="append", default=[], metavar="FILE[=STRENGTH][@TRIGGER[:WORDS]]",
        help="another program's LoRA, attached whole, or gated by the attention paid to TRIGGER, which stands for "
        "WORDS; the composition is then not exact; may be given again",
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
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the PNG files, or NAME.png for one")
    _add_force(parser)
    parser.add_argument(
        "--wildcards", type=Path, metavar="FOLDER", help="`__name__` in a prompt stands for a line of FOLDER/name.txt"
    )
    _add_loading(parser)
    _add_json(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapters", nargs="+", metavar="FILE[=STRENGTH]", help="the adapter files of one composition")
    parser.add_argument(
        "--format", choices=("peft", "kohya", "folder"), required=True,
        help="a LoRA with embeddings, with the layers' names of PEFT or of kohya's scripts; or a pipeline's folder",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, help="the LoRA's file, with embeddings beside it; or a new folder"
    )
    _add_force(parser)
    parser.add_argument("--base", help="without it: the base that comes with the product")
    parser.add_argument(
        "--prompt", help="whose embeddings a folder or an export of Z-Image carries; without it: all triggers"
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
    parser.add_argument(
        "file",
        type=Path,
        help="a LoRA in a layout of PEFT, diffusers, kohya's scripts or ComfyUI, for the base's model",
    )
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", type=Path, required=True)
    _add_force(parser)
    parser.add_argument("--licence", help="where the file says none")
    parser.add_argument("--trigger", action="append", help="instead of those that the file names; may be given again")
    parser.add_argument("--device", default="auto")
    _add_json(parser)


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a LoRA of SD 1.x, XL or Z-Image, or a foreign adapter")
    parser.add_argument("--base", required=True)
    parser.add_argument("--words", help="what its users write in prompts; without it: the trigger that the file names")
    parser.add_argument("--class-word", required=True, help="what the base knows it as, for example dog")
    parser.add_argument("--trigger", required=True, help="the word that calls the adapter, for example '<rex>'")
    parser.add_argument("--slot", type=int, required=True, help="the slot that the adapter will own")
    parser.add_argument("--strength", type=float, default=1.0, help="of the LoRA (1)")
    parser.add_argument("--steps", type=int, default=300, help="of the distillation (300)")
    parser.add_argument("--sample-steps", type=int, default=20, help="of the pictures that the LoRA draws for it (20)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share-min", type=float, default=0.5, help="share of the effect that must survive (0.5)")
    parser.add_argument("--yes", action="store_true", help="write it even if less survived")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, required=True)
    _add_force(parser)
    _add_json(parser)


def _add_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE[=STRENGTH]")
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", type=Path, required=True, help="a new folder in diffusers' format")
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
