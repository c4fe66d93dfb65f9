"""Where commands write: --out is checked, and its folder made, before any work whose result would be lost without it.

Each check is a ValueError or an OSError that says what is wrong with the place. What is there is replaced only with
--force.
"""

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from orthoplex.pictures import OTHER_PICTURE_SUFFIXES, PICTURE_SUFFIXES
from orthoplex.whole_files import resolved

PICTURE_SUFFIX = ".png"
WEIGHTS_SUFFIX = ".safetensors"
_CHECKPOINT_SUFFIXES = {WEIGHTS_SUFFIX, ".ckpt", ".pt", ".pth", ".bin"}
# A folder, and a file of no known kind, may have a dot in its name (v1.5).
_FILE_SUFFIXES = (
    PICTURE_SUFFIXES
    | OTHER_PICTURE_SUFFIXES
    | _CHECKPOINT_SUFFIXES
    | {".gguf", ".onnx", ".zip", ".tar", ".gz", ".7z", ".json", ".toml", ".yaml", ".yml"}
    | {".txt", ".md", ".csv", ".pdf", ".mp4"}
)

_made: list[Path] = []  # folders that a command made


def check_folder(folder: Path) -> None:
    """Make the folder of what is written."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    _made.extend(missing)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written into")


def remove_empty_folders() -> None:
    """Take away the folders that were made for what did not come."""
    for folder in sorted(_made, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()
    _made.clear()


def check_weights(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Make the folder of a file of weights. ValueError where it is a folder, named as another kind, or there.

    inputs: what is read, which --force does not replace.
    """
    _check_suffix(path, {WEIGHTS_SUFFIX}, f"what is written is weights: let it end in {WEIGHTS_SUFFIX}")
    _check_file(path)
    check_not_read([path], inputs)
    check_free([path], force=force)


def check_checkpoint(path: Path) -> None:
    """Make the folder of a training's checkpoint, which may be there: then the training goes on from it."""
    _check_suffix(path, _CHECKPOINT_SUFFIXES, f"what is written is a checkpoint: let it end in {WEIGHTS_SUFFIX}")
    _check_file(path)


def check_new_folder(folder: Path) -> None:
    """Make the folder around one that is to be made. ValueError where it is there, or named as a file."""
    if folder.exists():
        raise ValueError(f"{folder} is there already")
    _check_suffix(folder, set(), "what is written is a folder")
    check_folder(folder.parent)


def check_pictures(out: Path, seeds: range, *, force: bool) -> None:
    """Make the folder of pictures, or of the one that `out` names.

    ValueError for several pictures of one name, for the name of another kind of file, and where one of them is there.
    """
    if out.is_dir() or not _is_picture(out):
        if not out.is_dir():
            _check_suffix(out, set(), f"pictures are PNG files: let it end in {PICTURE_SUFFIX}, or name a folder")
        check_folder(out)
        # A count that no base allows is refused later: only what is there is looked at.
        there = sorted(out.glob(f"*{PICTURE_SUFFIX}"))
        check_free(
            (path for path in there if re.fullmatch(r"-?\d+", path.stem) and int(path.stem) in seeds), force=force
        )
        return
    if len(seeds) > 1:
        raise ValueError(f"{out} is the name of one picture, and there will be {len(seeds)}: name a folder")
    _check_file(out)
    check_free([out], force=force)


def check_samples(out: Path, *, force: bool, resumes: bool) -> None:
    """ValueError where a picture is there that a training writes beside its file `out`.

    resumes: then those of its steps may be there.
    """
    ends = r"-\d+" if resumes else r"-(step-)?\d+"
    written = re.compile(re.escape(out.stem) + ends + re.escape(PICTURE_SUFFIX))
    beside: Iterable[Path] = out.parent.iterdir() if out.parent.is_dir() else ()
    check_free(sorted(path for path in beside if written.fullmatch(path.name)), force=force)


def check_not_read(paths: Iterable[Path], inputs: Iterable[Path]) -> None:
    """ValueError for the first of these files that is one of the inputs: it would be lost."""
    there = [each for each in inputs if each.exists()]
    for path in paths:
        if path.exists() and any(path.samefile(each) for each in there):
            raise ValueError(f"{path} is what is read: write to another file")


def check_free(paths: Iterable[Path], *, force: bool) -> None:
    """ValueError for the first of these files that is there, unless it may be replaced."""
    taken = None if force else next((path for path in paths if path.exists()), None)
    if taken is not None:
        raise ValueError(f"{taken} is there already; --force replaces it")


def picture_paths(out: Path, seeds: Iterable[int]) -> list[Path]:
    """Where each picture goes: `out` where that names it, else a file named by its seed in the folder `out`."""
    return [out if _is_picture(out) else out / f"{seed}{PICTURE_SUFFIX}" for seed in seeds]


def _is_picture(out: Path) -> bool:
    return out.suffix.lower() == PICTURE_SUFFIX and not out.is_dir()


def _check_suffix(path: Path, fitting: set[str], written: str) -> None:
    if path.suffix.lower() in _FILE_SUFFIXES - fitting:
        raise ValueError(f"{path} is the name of a file of another kind, and {written}")


def _check_file(path: Path) -> None:
    check_folder(path.parent)
    resolved(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name the file in it")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"{path} cannot be written")
