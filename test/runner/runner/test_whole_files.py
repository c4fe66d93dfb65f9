"""What commands write is there whole or not at all: a disk that fills up or an interruption leaves what was there."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from tiny_base import tiny_base

from orthoplex import local
from orthoplex.bases.sd.lora_files import write_tensors
from orthoplex.cli import main
from orthoplex.whole_files import whole_file, whole_folder, write_whole

SPACE = 600  # bytes


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may become larger than SPACE: the write fails in its middle, as on a full disk. Not for a whole
    test, after which pytest itself writes, perhaps to a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SPACE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _weights(path: Path) -> None:
    write_tensors(path, {"a": torch.ones(4 * SPACE)}, {})


WRITERS: list[Callable[[Path], None]] = [
    lambda path: write_whole(path, bytes(4 * SPACE)),
    _weights,
]


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_leaves_what_was_there_and_is_said_with_the_name(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    out = tmp_path / "out.safetensors"
    for before in ([], [out]):
        with full_disk(), pytest.raises(OSError, match=r"out\.safetensors"):
            write(out)
        assert list(tmp_path.iterdir()) == before
        out.write_bytes(b"mine")
    assert out.read_bytes() == b"mine"


def test_a_picture_that_no_longer_fits_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local, "load_base", lambda _base, _device: tiny_base())
    out = tmp_path / "new" / "x.png"
    with full_disk():
        assert main(["generate", "a person", "--steps", "1", "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"orthoplex generate: {tmp_path}/new/x.png: File too large\n"
    assert list(tmp_path.iterdir()) == []


def test_faults_of_a_folder_name_it_and_not_the_place_it_is_written_in(tmp_path: Path) -> None:
    def write(error: Exception) -> None:
        with whole_folder(tmp_path / "merged") as part:
            part.mkdir()
            raise error

    with pytest.raises(OSError, match=r"No space left on device: '.*/merged'$"):
        write(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / ".part" / "unet")))
    with pytest.raises(OSError, match=r"/merged could not be written: a library says so$"):
        write(OSError("a library says so"))
    assert list(tmp_path.iterdir()) == []


def test_links_in_a_circle_are_a_fault_with_a_name(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(OSError, match=r"symbolic links: '.*/circle'$"):
        write_whole(tmp_path / "circle", b"anything")


def test_an_interruption_leaves_neither_file_nor_folder(tmp_path: Path) -> None:
    def folder() -> None:
        with whole_folder(tmp_path / "merged") as part:
            part.mkdir()
            (part / "unet").write_bytes(b"half")
            raise KeyboardInterrupt

    def file() -> None:
        with whole_file(tmp_path / "x.safetensors") as part:
            part.write_bytes(b"half")
            raise KeyboardInterrupt

    for write in (folder, file):
        with pytest.raises(KeyboardInterrupt):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_one_and_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"before")
    write_whole(tmp_path / "link", b"after")
    assert (tmp_path / "file").read_bytes() == b"after"
    assert (tmp_path / "link").is_symlink()
    write_whole(Path("/dev/null"), b"anything")
    assert not Path("/dev/null").is_file()
