"""What is committed for the browser is what this code writes."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from orthoplex.export_onnx.files import preview_files
from orthoplex.export_onnx.golden import golden

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "site/preview/cast"


@pytest.mark.parametrize("name", sorted(preview_files()))
def test_the_committed_file_is_up_to_date(name: str) -> None:
    """Else run: python -m orthoplex.export_onnx site/preview/cast."""
    assert (FOLDER / name).read_bytes() == preview_files()[name]


def test_there_is_no_file_of_a_base_that_does_not_exist() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert there == set(preview_files())


def test_no_graph_holds_weights() -> None:
    for path in FOLDER.glob("*/*.onnx"):
        model = onnx.load(path, load_external_data=False)
        inside = [each for each in model.graph.initializer if each.data_location != onnx.TensorProto.EXTERNAL]
        assert sum(len(each.raw_data) for each in inside) < 4096


def test_the_golden_file_of_the_browser_is_up_to_date() -> None:
    """Else run: python -m orthoplex.export_onnx.golden test/site/preview/golden.json."""
    written = json.loads((ROOT / "test/site/preview/golden.json").read_text())
    now = json.loads(json.dumps(golden()))
    for part in ("castings", "masks", "regional", "apart", "time_steps"):
        assert written[part] == now[part]
    for before, after in zip(written["marks"], now["marks"], strict=True):
        assert before["slot"] == after["slot"]
        for end in ("first", "last"):
            assert np.asarray(before[end]) == pytest.approx(np.asarray(after[end]), abs=1e-13)
    for before, after in zip(written["noise"], now["noise"], strict=True):
        assert before["first"] == pytest.approx(after["first"], abs=1e-6)
