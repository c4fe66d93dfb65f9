"""The GPU benchmark runs all its rows: here on the CPU, at a tiny size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from bench.gpu import main


def run(tmp_path: Path, *flags: str) -> dict[str, Any]:
    out = tmp_path / "gpu.json"
    assert main(["--size", "tiny", "--device", "cpu", "--dtype", "float32", "--out", str(out), *flags]) == 0
    report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return report


def test_every_row_runs_and_residents_change_no_bit(tmp_path: Path) -> None:
    report = run(tmp_path)
    assert report["not_run"] == []
    rows = report["rows"]
    assert set(rows["exactness"].values()) == {True}
    assert len(rows) == 10
    assert all(float(str(row["seconds_per_step"])) > 0 for name, row in rows.items() if name != "exactness")


def test_rows_without_time_are_named(tmp_path: Path) -> None:
    report = run(tmp_path, "--minutes", "0")
    assert report["rows"] == {}
    assert len(report["not_run"]) == 10
