"""The API key of this process: given once, or read from its file again whenever that changes or the edge refuses the
key.

So a key is rotated by writing the new one to the file while the runner works. Shared by all threads, and never logged.
"""

import threading
from collections.abc import Callable
from pathlib import Path


class KeyRefused(Exception):  # noqa: N818 - the act is named
    """This text cannot be an API key, or its file cannot be read."""


def read_key(file: Path) -> str:
    """The key in a file. KeyRefused if there is none."""
    try:
        return checked_key(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"The API key file {file} cannot be read: {error}") from error


def checked_key(text: str) -> str:
    """The key without the space around it. KeyRefused for what no key can be."""
    key = text.strip()
    if not key:
        raise KeyRefused("The API key is empty.")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise KeyRefused("The API key holds characters that no key has.")
    return key


class Key:
    """The present key. `on_change` gets None for each new key, or why the content of the file was not taken."""

    def __init__(
        self, text: str, file: Path | None = None, on_change: Callable[[str | None], None] = lambda _problem: None
    ) -> None:
        self._text = text
        self._file = file
        self._on_change = on_change
        self._lock = threading.Lock()
        self._seen = self._stamp()

    def current(self) -> str:
        """The key to be sent now; the file is read only where it looks changed."""
        with self._lock:
            stamp = self._stamp()
            if stamp is not None and stamp != self._seen:
                self._seen = stamp
                self._read()
            return self._text

    def replaced(self, refused: str) -> bool:
        """Whether there is another key than the one that was refused."""
        with self._lock:
            if self._text == refused and self._file is not None:
                self._seen = self._stamp()
                self._read()
            return self._text != refused

    def _read(self) -> None:
        assert self._file is not None
        try:
            text = read_key(self._file)
        except KeyRefused as error:
            # Half written, or removed while the old key is still valid: the old one stays in use.
            self._on_change(str(error))
            return
        if text != self._text:
            self._text = text
            self._on_change(None)

    def _stamp(self) -> tuple[int, int, int] | None:
        if self._file is None:
            return None
        try:
            # Kubernetes puts a secret in place by a link, so the file behind the name is another one.
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
