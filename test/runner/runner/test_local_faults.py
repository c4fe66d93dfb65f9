"""Faults of the command line's input and of where its output goes: one line that names what is wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scripts_of_jobs import picture, png_bytes
from tiny_base import adapter_file

from orthoplex import local, local_training

Command = Callable[..., int]


def test_a_faulty_adapter_file_is_named_among_several(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    good.write_bytes(adapter_file(3, "<ada>"))
    bad.write_bytes(good.read_bytes()[:-9])
    assert command("generate", "<ada>", "--adapter", good, "--adapter", bad, "--out", tmp_path) == 2
    assert capsys.readouterr().err.startswith(f"orthoplex generate: {bad}: ")
    assert (
        command(
            "generate",
            "<ada>",
            "--adapter",
            tmp_path / "no.safetensors",
            "--out",
            tmp_path,
        )
        == 2
    )
    assert capsys.readouterr().err == f"orthoplex generate: {tmp_path}/no.safetensors: No such file or directory\n"


REFUSED = {
    "=1..2": "is no number", "=.": "is no number", "=3": "-2 to 2", "@.,0,0,1": "is no number", "@0,0,0,1": "region",
    "@0.5,0,0.6,1": "region",
}  # fmt: skip


def test_a_strength_or_a_region_that_the_api_refuses_is_refused(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ada.safetensors"
    path.write_bytes(adapter_file(3, "<ada>"))
    for after, named in REFUSED.items():
        assert command("generate", "<ada>", "--steps", 1, "--adapter", f"{path}{after}", "--out", tmp_path / "new") == 2
        said = capsys.readouterr().err
        assert named in said
        assert f"{path}{after}" in said


def test_a_device_of_no_kind_is_refused(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("generate", "a person", "--device", "tpu") == 2
    assert capsys.readouterr().err == "orthoplex generate: tpu is not supported; use cpu or cuda.\n"


def test_many_pictures_are_generated_a_few_at_a_time_and_written_as_they_come(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, counts = local.sample, []

    def counted(base: object, spec: object, *rest: object, **more: object) -> object:
        counts.append((spec.seed, spec.count, len(list(tmp_path.glob("*.png")))))  # type: ignore[attr-defined]
        return real(base, spec, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(local, "sample", counted)
    assert (
        command(
            "generate",
            "a person",
            "--steps",
            1,
            "--seed",
            5,
            "--count",
            10,
            "--out",
            tmp_path,
        )
        == 0
    )
    assert counts == [(5, 4, 0), (9, 4, 4), (13, 2, 8)]
    assert sorted(int(path.stem) for path in tmp_path.glob("*.png")) == list(range(5, 15))


@pytest.mark.parametrize(
    "more",
    [
        ("--trigger", "no brackets"), ("--trigger", "<A B>"), ("--trigger", "<>"), ("--slot", "-1"), ("--steps", "-5"),
        ("--steps", "0"), ("--batch", "-1"), ("--accumulate", "0"), ("--sample-every", "0"), ("--resolution", "-64"),
        ("--min-snr", "nan"), ("--min-snr", "-1"),
    ],
)  # fmt: skip
def test_what_no_training_can_be_is_refused_before_a_base_is_loaded(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, str]
) -> None:
    monkeypatch.setattr(local_training, "load_base", lambda *_: pytest.fail("loaded"))
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(png_bytes(picture(64 + number)))
    training = ("train", tmp_path, "--trigger", "<ada>", "--slot", 5, "--out", tmp_path / "new" / "ada.safetensors")
    assert command(*training, *more) == 2
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_no_zip_of_pictures_is_refused_as_such(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\3\4junk")
    assert (
        command("train", tmp_path / "x.zip", "--trigger", "<a>", "--slot", 1, "--out", tmp_path / "a.safetensors") == 2
    )
    assert "neither a folder of pictures nor a zip" in capsys.readouterr().err


def test_a_checkpoint_that_is_none_is_refused_by_its_name(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(png_bytes(picture(64 + number)))
    checkpoint = tmp_path / "kept.safetensors"
    training = (
        "train",
        tmp_path,
        "--trigger",
        "<ada>",
        "--slot",
        5,
        "--steps",
        1,
        "--checkpoint",
        checkpoint,
    )
    for content in (
        b"",
        b"no",
        adapter_file(3, "<ada>"),
        adapter_file(3, "<ada>")[:-9],
    ):
        checkpoint.write_bytes(content)
        assert command(*training, "--out", tmp_path / "new" / "ada.safetensors") == 2, content[:20]
        assert "kept.safetensors" in capsys.readouterr().err.splitlines()[-1]


def _piped(*arguments: str, close: bool = False) -> tuple[int, str]:
    """Exit code and error output of the command as a process, whose reader has gone where `close`."""
    orders = [sys.executable, "-m", "orthoplex", *arguments]
    with subprocess.Popen(orders, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if close:
            process.stdout.close()
        said = process.stderr.read().decode()
        return process.wait(), said


def test_a_reader_that_has_gone_ends_the_command_silently_as_a_signal_would() -> None:
    assert _piped("base", "list", close=True) == (141, "")


def test_a_file_name_that_is_no_utf_8_is_read_and_printed(tmp_path: Path) -> None:
    seed = next((Path(__file__).parents[3] / "gpu-runner" / "seeds").glob("*/*.safetensors"))
    path = os.fsencode(tmp_path) + b"/caf\xe9.safetensors"
    Path(os.fsdecode(path)).write_bytes(seed.read_bytes())
    for more in ((), ("--json",)):
        assert _piped("inspect", os.fsdecode(path), *more) == (0, "")
