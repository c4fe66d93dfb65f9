"""Files and folders that are there whole or not at all: written beside their place, and moved there when they are.

An interruption, a full disk or a fault in between leaves what was there before.
"""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what will be `path` at the end. OSError, with the name `path`, where that cannot be."""
    place = path.resolve() if path.is_symlink() else path
    if place.exists() and not place.is_file():  # a device or a pipe has no name to move to
        yield place
        return
    part = _beside(place)
    try:
        yield part
        part.replace(place)
    except SafetensorError as error:  # its own class of fault, also of a full disk
        raise OSError(f"{path} could not be written: {error}") from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """The bytes of a file. OSError as of whole_file."""
    with whole_file(path) as part:
        part.write_bytes(content)


@contextlib.contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Where to write what will be the new `folder` at the end."""
    part = _beside(folder)
    try:
        yield part
        part.rename(folder)
    except SafetensorError as error:
        raise OSError(f"{folder} could not be written: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _beside(place: Path) -> Path:
    return place.with_name(f".{secrets.token_hex(6)}.part")
