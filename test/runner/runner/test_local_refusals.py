"""Commands on files of other programs never replace what they read, and refuse before a base is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from orthoplex.cli import main

CONVERT = ["--class-word", "dog", "--trigger", "<rex>", "--slot", "1"]
COMMANDS = {
    "import": ["--base", "none", "--out"],
    "convert": ["--base", "none", *CONVERT, "--out"],
    "export": ["--format", "peft", "--base", "none", "--out"],
}


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    path = tmp_path / "lora.safetensors"
    halves = {"unet.x.lora_A.weight": torch.ones(1, 4), "unet.x.lora_B.weight": torch.ones(4, 1)}
    save_file(halves, path, {"modelspec.trigger_phrase": "\x1b[2Jrex\u202e\nyes"})
    return path


def _refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(each) for each in arguments]) == 2
    return capsys.readouterr().err.strip().partition(": ")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_file_that_is_read_is_not_replaced_even_by_force(
    command: str, lora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = lora.read_bytes()
    (lora.parent / "link.safetensors").symlink_to(lora)
    for out in (lora, lora.parent / "link.safetensors"):
        said = _refused(capsys, command, lora, *COMMANDS[command], out, "--force")
        assert said == f"{out} is what is read: write to another file"
    assert lora.read_bytes() == before


@pytest.mark.parametrize("command", [*COMMANDS, "merge"])
def test_what_cannot_be_read_is_named_before_the_base_is_looked_for(
    command: str, lora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = [*COMMANDS.get(command, ["--base", "none", "--out"]), lora.parent / "new"]
    if command != "merge":
        rest[-1] = lora.parent / "new.safetensors"
    missing = lora.parent / "no.safetensors"
    assert _refused(capsys, command, missing, *rest) == f"{missing}: No such file or directory"
    assert _refused(capsys, command, lora.parent, *rest) == f"{lora.parent}: Is a directory"
    assert "base 'none'" in _refused(capsys, command, lora, *rest)
    assert [each.name for each in lora.parent.iterdir()] == [lora.name]


def test_a_strength_that_is_no_number_is_said(lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = ["--base", "none", "--out", lora.parent / "new"]
    for strength in ("=nan", "=1e30", "="):
        said = _refused(capsys, "merge", f"{lora}{strength}", *rest)
        assert said == f"{lora}{strength} must look like file.safetensors=0.6"


@pytest.mark.parametrize(
    "wrong", [("--steps", "0"), ("--sample-steps", "0"), ("--share-min", "nan"), ("--strength", "inf")]
)
def test_numbers_with_which_nothing_is_measured_are_refused(
    wrong: tuple[str, str], lora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = lora.parent / "new.safetensors"
    assert wrong[0] in _refused(capsys, "convert", lora, *COMMANDS["convert"], out, *wrong)
    assert "--loss-max" in _refused(capsys, "export", lora, *COMMANDS["export"], out, "--loss-max", "nan")


def test_what_a_file_says_of_itself_does_not_command_the_terminal(
    lora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(lora)]) == 0
    out = capsys.readouterr().out
    assert r"triggers: \x1b[2Jrex\u202e\nyes; " in out
    assert out.count("\n") == 1


def test_files_that_hold_neither_an_adapter_nor_a_lora_are_called_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.safetensors"
    save_file({"a": torch.ones(1)}, other)
    assert _refused(capsys, "inspect", other) == f"{other} holds no adapter, and no LoRA that is known here"
    assert _refused(capsys, "inspect", tmp_path) == f"{tmp_path}: Is a directory"


def test_an_interruption_is_said_in_a_line() -> None:
    script = (
        "import orthoplex.cli as cli\n"
        "def stop(_): raise KeyboardInterrupt\n"
        "cli._worked = stop\n"
        "raise SystemExit(cli.main(['doctor']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "\northoplex doctor: interrupted\n")
