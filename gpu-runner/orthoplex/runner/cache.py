"""Files on disk by their sha256, bounded in bytes, least recently used dropped first.

Several runners may share one folder: files appear by rename, and one that vanished is only a miss.
"""

import hashlib
import os
import tempfile
from pathlib import Path


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
                part.write(content)
            Path(part.name).replace(path)
            self._trim(keep=path)
        except OSError:
            return

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
