"""Files on disk by their sha256, bounded in bytes, least recently used dropped first.

Several runners may share one folder: files appear by rename, and one that vanished is only a miss.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobCache:
    """Content by its hash. What comes out has been hashed again, so a rotten disk is a miss as well."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, sha256: str) -> bytes | None:
        """The content with this hash, or None."""
        path = self._path(sha256)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            path.unlink(missing_ok=True)
            return None
        return content

    def put(self, content: bytes) -> None:
        """Keep content that was just used. A full or read-only disk is no reason to fail a job."""
        path = self._path(hashlib.sha256(content).hexdigest())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as part:
                try:
                    part.write(content)
                    part.flush()
                    Path(part.name).replace(path)
                except OSError:
                    Path(part.name).unlink(missing_ok=True)
                    raise
            self._trim(keep=path)
        except OSError:
            return

    def names(self, limit: int) -> list[str]:
        """The sha256 of what is here, the last used first. Not hashed again: what has rotted will be a miss."""
        found = []
        for path in self._folder.glob("*/*"):
            if not _NAME.fullmatch(path.name):
                continue  # another runner's half-written file, or nothing of ours
            try:
                found.append((path.stat().st_mtime_ns, path.name))
            except OSError:
                continue
        return [name for _, name in sorted(found, reverse=True)[:limit]]

    def _trim(self, keep: Path) -> None:
        kept = []
        for path in self._folder.glob("*/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._max_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256
