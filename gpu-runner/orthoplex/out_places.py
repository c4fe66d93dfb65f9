"""Where commands write: --out is checked, and its folder made, before any work whose result would be lost without it.

Each check is a ValueError or an OSError that says what is wrong with the place.
"""

import os
from collections.abc import Iterable
from pathlib import Path

PICTURE_SUFFIX = ".png"
_FILE_SUFFIXES = {PICTURE_SUFFIX, ".jpg", ".jpeg", ".webp", ".safetensors", ".ckpt", ".pt", ".zip"}


def check_folder(folder: Path) -> None:
    """Make the folder of what is written."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written into")


def check_file(path: Path) -> None:
    """Make the folder of one file that is no picture. ValueError where it is a folder, or named as a picture."""
    if path.suffix.lower() == PICTURE_SUFFIX:
        raise ValueError(f"{path} is the name of a picture, and what is written is none")
    check_folder(path.parent)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name the file in it")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"{path} cannot be written")


def check_new_folder(folder: Path) -> None:
    """Make the folder around one that is to be made. ValueError where it is there, or named as a file."""
    if folder.exists():
        raise ValueError(f"{folder} is there already")
    if folder.suffix.lower() in _FILE_SUFFIXES:
        raise ValueError(f"{folder} is the name of a file, and what is written is a folder")
    check_folder(folder.parent)


def _is_picture(out: Path) -> bool:
    return out.suffix.lower() == PICTURE_SUFFIX and not out.is_dir()


def check_pictures(out: Path, count: int) -> None:
    """Make the folder of pictures, or of the one that `out` names. ValueError for several of one name."""
    if not _is_picture(out):
        check_folder(out)
        return
    if count > 1:
        raise ValueError(f"{out} is the name of one picture, and there will be {count}: name a folder")
    check_folder(out.parent)
    if out.exists() and not os.access(out, os.W_OK):
        raise PermissionError(f"{out} cannot be written")


def picture_paths(out: Path, seeds: Iterable[int]) -> list[Path]:
    """Where each picture goes: `out` where that names it, else a file named by its seed in the folder `out`."""
    return [out if _is_picture(out) else out / f"{seed}{PICTURE_SUFFIX}" for seed in seeds]
