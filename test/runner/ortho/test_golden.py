"""The golden vectors in schema/examples are what the committed script makes."""

from pathlib import Path

import pytest

from orthoplex.ortho.golden import main

EXAMPLES = Path(__file__).parents[3] / "schema" / "examples"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    main(folder)
    return folder


@pytest.mark.parametrize("name", ["basis.json", "slot.json", "adapter.json"])
def test_the_script_writes_the_committed_examples_byte_for_byte(made: Path, name: str) -> None:
    assert (made / name).read_bytes() == (EXAMPLES / name).read_bytes()
