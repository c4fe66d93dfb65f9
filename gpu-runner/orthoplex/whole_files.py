"""Files and folders that are there whole or not at all: written beside their place, and moved there when they are.

An interruption, a full disk or a fault in between leaves what was there before.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what will be `path` at the end. OSError, with the name `path`, where that cannot be."""
    place = resolved(path)
    if place.exists() and not place.is_file():  # a device or a pipe has no name to move to
        yield place
        return
    part = _beside(place)
    try:
        yield part
        part.replace(place)
    except (SafetensorError, OSError) as error:
        raise _named(error, path) from error
    finally:
        part.unlink(missing_ok=True)


def resolved(path: Path) -> Path:
    """What a link leads to, else the path itself. OSError, with the name `path`, for links in a circle."""
    try:
        return path.resolve() if path.is_symlink() else path
    except RuntimeError as error:  # as pathlib says it up to Python 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


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
    except (SafetensorError, OSError) as error:
        raise _named(error, folder) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _named(error: SafetensorError | OSError, place: Path) -> OSError:
    """The fault with the name that the caller knows. safetensors has its own class of fault, also of a full disk."""
    if isinstance(error, OSError) and error.errno is not None:
        return OSError(error.errno, error.strerror, str(place))
    return OSError(f"{place} could not be written: {error}")


def _beside(place: Path) -> Path:
    return place.with_name(f".{secrets.token_hex(6)}.part")
