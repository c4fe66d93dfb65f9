"""Files on disk by their sha256, bounded in bytes, least recently used dropped first.

Several runners may share one folder: files appear complete, by rename, and one that vanished is only a cache miss.
Files in use are held in memory, so that deleting one is harmless. Files with other names are not touched.
"""

import contextlib
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")
_PART = ".part-"
PART_TTL_SECONDS = 3_600.0  # a write that is older was cut off
PROVE_SECONDS = 0.5  # how long one call of `names` may read files that it has not read before


class BlobCache:
    """Content by its hash. What comes out has been hashed again, so a rotten disk is a miss as well."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._proved: dict[str, tuple[int, int]] = {}  # files that were whole when last read, by name

    def problem(self) -> str | None:
        """Why nothing can be kept here, or None."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                return None
        except OSError as error:
            return str(error)

    def get(self, sha256: str) -> bytes | None:
        """The content with this hash, or None."""
        content = self._read(sha256)
        if content is not None:
            with contextlib.suppress(OSError):  # a folder that may only be read serves as well
                os.utime(self._path(sha256))
        return content

    def put(self, content: bytes) -> None:
        """Keep content that was just used, if it fits. A full or read-only disk is no reason to fail a job."""
        if len(content) > self._max_bytes:
            return
        path = self._path(hashlib.sha256(content).hexdigest())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_PART, delete=False) as part:
                try:
                    part.write(content)
                    part.flush()
                    Path(part.name).replace(path)
                except OSError:
                    Path(part.name).unlink(missing_ok=True)
                    raise
            self._proved[path.name] = _identity(path.stat())
            self._trim(keep=path)
        except OSError:
            return

    def names(self, limit: int) -> list[str]:
        """The sha256 of what is here whole, the last used first.

        Each file is read once before it is named; where that takes long, the rest is named by a later call.
        """
        ends = time.monotonic() + PROVE_SECONDS
        present = sorted(((status.st_mtime_ns, path.name, status) for path, status in self._files()), reverse=True)
        for name in set(self._proved).difference(name for _, name, _ in present):
            self._proved.pop(name, None)
        whole: list[str] = []
        for _, name, status in present:
            if len(whole) == limit:
                break
            if self._proved.get(name) == _identity(status) or (
                time.monotonic() < ends and self._read(name) is not None
            ):
                whole.append(name)
        return whole

    def _read(self, sha256: str) -> bytes | None:
        """The content, if its file is whole; a damaged one is taken away."""
        path = self._path(sha256)
        try:
            with path.open("rb") as file:
                content = file.read()
                identity = _identity(os.fstat(file.fileno()))
            if hashlib.sha256(content).hexdigest() == sha256:
                self._proved[sha256] = identity
                return content
            path.unlink(missing_ok=True)
        except OSError:
            pass
        return None

    def _trim(self, keep: Path) -> None:
        kept = []
        for path, status in self._files(parts=True):
            if path.name.startswith(_PART) and time.time() - status.st_mtime > PART_TTL_SECONDS:
                path.unlink(missing_ok=True)
                continue
            kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._max_bytes:
                return
            # What another runner writes just now is not taken from under it.
            if path != keep and not path.name.startswith(_PART):
                path.unlink(missing_ok=True)
                total -= size

    def _files(self, *, parts: bool = False) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            ours = _NAME.fullmatch(path.name) and path.name.startswith(path.parent.name)
            if ours or (parts and path.name.startswith(_PART)):
                with contextlib.suppress(OSError):
                    status = path.stat()
                    if stat.S_ISREG(status.st_mode):
                        yield path, status

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _identity(status: os.stat_result) -> tuple[int, int]:
    """Another one when another file takes the name or its length changes; the same however often it is used."""
    return status.st_ino, status.st_size
