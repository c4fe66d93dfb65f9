"""Settings: flags before environment before defaults, and a clear word about each that cannot work."""

import argparse
from pathlib import Path

import pytest

from orthoplex.cli import main
from orthoplex.runner.config import ConfigRefused, RunnerConfig, add_arguments, read_config

TOKEN = {"ORTHOPLEX_RUNNER_TOKEN": "opx_secret"}


def read(*arguments: str, **env: str) -> RunnerConfig:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return read_config(parser.parse_args(arguments), {**TOKEN, **env}, Path("/home/ada"))


def test_only_the_key_is_required() -> None:
    settings = read()
    assert settings.url == "http://127.0.0.1:8787"
    assert settings.bases == []
    assert settings.cache_dir == Path("/home/ada/.cache/orthoplex")


def test_a_flag_overrides_the_environment() -> None:
    assert read("--url", "https://a.example", ORTHOPLEX_URL="https://b.example").url == "https://a.example"
    assert read(ORTHOPLEX_URL="https://b.example").url == "https://b.example"


def test_the_key_may_be_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("opx_other\n")
    settings = read("--token-file", str(tmp_path / "key"))
    assert (settings.token, settings.token_file) == ("opx_other", tmp_path / "key")
    assert read().token_file is None


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({"ORTHOPLEX_RUNNER_TOKEN": ""}, "ORTHOPLEX_RUNNER_TOKEN"),
        ({"ORTHOPLEX_RUNNER_TOKEN": "opx_\u00e9"}, "API key"),
        ({"ORTHOPLEX_RUNNER_TOKEN_FILE": "/nowhere/key"}, "/nowhere/key"),
        ({"ORTHOPLEX_URL": "orthoplex.example"}, "ORTHOPLEX_URL"),
        ({"ORTHOPLEX_MAX_BATCH": "0"}, "ORTHOPLEX_MAX_BATCH"),
        ({"ORTHOPLEX_MAX_BATCH": "many"}, "ORTHOPLEX_MAX_BATCH"),
        ({"ORTHOPLEX_WAIT_SECONDS": "26"}, "ORTHOPLEX_WAIT_SECONDS"),
        ({"ORTHOPLEX_RUNNER_TOKEN": "opx_a opx_b"}, "API key"),
        ({"ORTHOPLEX_DRAIN_SECONDS": "-1"}, "ORTHOPLEX_DRAIN_SECONDS"),
        ({"ORTHOPLEX_CACHE_MIB": "nan"}, "ORTHOPLEX_CACHE_MIB"),
    ],
)
def test_an_invalid_setting_is_named(env: dict[str, str], names: str) -> None:
    with pytest.raises(ConfigRefused, match=names):
        read(**env)


def test_the_command_ends_with_2_and_one_line_where_settings_are_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ORTHOPLEX_RUNNER_TOKEN", raising=False)
    monkeypatch.delenv("ORTHOPLEX_RUNNER_TOKEN_FILE", raising=False)
    assert main(["run"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_old_alive_file_is_removed_and_an_unwritable_one_is_refused(
    tmp_path: Path,
) -> None:
    alive = tmp_path / "alive"
    alive.touch()
    env = {"ORTHOPLEX_RUNNER_TOKEN": "opx_test", "ORTHOPLEX_ALIVE_FILE": str(alive)}
    assert read_config(argparse.Namespace(), env, tmp_path).alive_file == alive
    assert not alive.exists()
    env["ORTHOPLEX_ALIVE_FILE"] = str(tmp_path / "no" / "alive")
    with pytest.raises(ConfigRefused, match="ORTHOPLEX_ALIVE_FILE"):
        read_config(argparse.Namespace(), env, tmp_path)
