"""The runner's settings: flags first, then the environment, then defaults. Reads no network.

The API key comes from the environment or a file, never from a flag, which every user of the machine could read.
"""

import argparse
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from orthoplex.ortho.text import cut_text
from orthoplex.runner.key import KeyRefused, checked_key, read_key

MIB = 1024 * 1024


class ConfigRefused(Exception):  # noqa: N818 - the act is named
    """A setting is missing or makes no sense; the message says which and what to do."""


@dataclass(frozen=True)
class RunnerConfig:
    """All settings of a runner process."""

    url: str
    token: str
    token_file: Path | None  # where it was read, and is read again when it changes
    bases: list[str]  # empty: all that are on this machine
    bases_max_bytes: int  # of memory for loaded bases; 0: half of the device's
    device: str
    name: str
    cache_dir: Path
    cache_max_bytes: int
    max_batch: int
    wait_seconds: float
    drain_seconds: float = 0.0
    alive_file: Path | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `orthoplex run`; each has an environment variable of the same meaning."""
    parser.add_argument("--url", help="address of the edge (ORTHOPLEX_URL)")
    parser.add_argument(
        "--token-file",
        help="file with an API key of scope runner; read again when it changes (ORTHOPLEX_RUNNER_TOKEN_FILE)",
    )
    parser.add_argument("--bases", help="base ids to serve, comma separated (ORTHOPLEX_SERVE; all that are here)")
    parser.add_argument(
        "--bases-mib", help="memory for loaded bases in MiB (ORTHOPLEX_BASES_MIB; 0, which is half of the device's)"
    )
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:N (ORTHOPLEX_DEVICE; auto)")
    parser.add_argument("--name", help="shown to the operator (ORTHOPLEX_RUNNER_NAME; the host's name)")
    parser.add_argument("--cache-dir", help="folder for adapters (ORTHOPLEX_CACHE_DIR)")
    parser.add_argument("--cache-mib", help="size bound of that folder in MiB (ORTHOPLEX_CACHE_MIB; 2048)")
    parser.add_argument("--max-batch", help="jobs leased at once, 1 to 32 (ORTHOPLEX_MAX_BATCH; 4)")
    parser.add_argument("--alive-file", help="file touched before every call to the edge (ORTHOPLEX_ALIVE_FILE; none)")
    parser.add_argument(
        "--drain-seconds",
        help="how long SIGTERM lets it finish what it holds, before that is given back (ORTHOPLEX_DRAIN_SECONDS; 0)",
    )
    parser.add_argument("--wait-seconds", help="how long one call waits for work, 0 to 25 (ORTHOPLEX_WAIT_SECONDS; 20)")


def read_config(flags: argparse.Namespace, env: Mapping[str, str], home: Path) -> RunnerConfig:
    """The settings of one process. ConfigRefused where they cannot work."""

    def setting(flag: str, variable: str, default: str) -> str:
        return getattr(flags, flag, None) or env.get(variable) or default

    url = setting("url", "ORTHOPLEX_URL", "http://127.0.0.1:8787")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigRefused(f"ORTHOPLEX_URL is {url!r}; it must look like https://orthoplex.example.")
    cache_dir = setting("cache_dir", "ORTHOPLEX_CACHE_DIR", str(home / ".cache" / "orthoplex"))
    cache_mib = _number("ORTHOPLEX_CACHE_MIB", setting("cache_mib", "ORTHOPLEX_CACHE_MIB", "2048"), 0, 1 << 30)
    bases_mib = _number("ORTHOPLEX_BASES_MIB", setting("bases_mib", "ORTHOPLEX_BASES_MIB", "0"), 0, 1 << 30)
    max_batch = _number("ORTHOPLEX_MAX_BATCH", setting("max_batch", "ORTHOPLEX_MAX_BATCH", "4"), 1, 32)
    wait = _number("ORTHOPLEX_WAIT_SECONDS", setting("wait_seconds", "ORTHOPLEX_WAIT_SECONDS", "20"), 0, 25)
    drain = _number("ORTHOPLEX_DRAIN_SECONDS", setting("drain_seconds", "ORTHOPLEX_DRAIN_SECONDS", "0"), 0, 86_400)
    token, token_file = _token(flags, env)
    bases = [base.strip() for base in setting("bases", "ORTHOPLEX_SERVE", "").split(",") if base.strip()]
    return RunnerConfig(
        url=url,
        token=token,
        token_file=token_file,
        bases=bases,
        bases_max_bytes=int(bases_mib * MIB),
        device=setting("device", "ORTHOPLEX_DEVICE", "auto"),
        name=cut_text(setting("name", "ORTHOPLEX_RUNNER_NAME", platform.node() or "runner"), 120),
        cache_dir=Path(cache_dir),
        cache_max_bytes=int(cache_mib * MIB),
        max_batch=int(max_batch),
        wait_seconds=wait,
        drain_seconds=drain,
        alive_file=_alive_file(setting("alive_file", "ORTHOPLEX_ALIVE_FILE", "")),
    )


def _alive_file(text: str) -> Path | None:
    if not text:
        return None
    file = Path(text)
    try:
        # An old one would say that this process is alive before it is.
        file.unlink(missing_ok=True)
        file.touch()
        file.unlink()
    except OSError as error:
        raise ConfigRefused(f"ORTHOPLEX_ALIVE_FILE {text} cannot be written: {error}") from error
    return file


def _token(flags: argparse.Namespace, env: Mapping[str, str]) -> tuple[str, Path | None]:
    named = getattr(flags, "token_file", None) or env.get("ORTHOPLEX_RUNNER_TOKEN_FILE")
    file = Path(named) if named else None
    text = env.get("ORTHOPLEX_RUNNER_TOKEN", "")
    if file is None and not text.strip():
        raise ConfigRefused("Set ORTHOPLEX_RUNNER_TOKEN to an API key with scope runner, or pass --token-file.")
    try:
        return (checked_key(text), None) if file is None else (read_key(file), file)
    except KeyRefused as error:
        raise ConfigRefused(str(error)) from error


def _number(name: str, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ConfigRefused(f"{name} is {text!r}, not a number.") from error
    if not least <= value <= most:
        raise ConfigRefused(f"{name} is {text}; it must be from {least:g} to {most:g}.")
    return value
