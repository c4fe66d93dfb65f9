"""What a base declares is read whole, hashed the same everywhere, and nothing in ortho reaches outside mathematics."""

import ast
import hashlib
import json
import sys
from pathlib import Path

import pytest

import orthoplex.ortho
from orthoplex.ortho.layout import layout_from, read_layout

REPOSITORY = Path(__file__).parents[3]
CAST_1 = REPOSITORY / "schema" / "bases" / "cast-1.json"


def test_cast_1_has_64_layers_radix_31_and_tokens_for_8_blocks() -> None:
    cast = read_layout(CAST_1)
    assert (cast.base, cast.rank, len(cast.layers), cast.radix, cast.tokens_shape) == ("cast-1", 8, 64, 31, (2, 8, 256))


def test_the_layers_hash_is_that_of_sorted_lines_in_any_order_of_declaration() -> None:
    description = json.loads(CAST_1.read_text("utf-8"))
    lines = sorted(f"{it['name']} {it['out_features']} {it['in_features']}\n" for it in description["layers"])
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    description["layers"].reverse()
    assert layout_from(description).layers_sha256 == read_layout(CAST_1).layers_sha256 == expected


def test_refuses_a_basis_that_it_does_not_know() -> None:
    description = json.loads(CAST_1.read_text("utf-8"))
    description["basis"]["name"] = "gaussian"
    with pytest.raises(ValueError, match="Unknown basis 'gaussian'"):
        layout_from(description)


def test_ortho_imports_only_torch_the_standard_library_and_itself() -> None:
    folder = Path(next(iter(orthoplex.ortho.__path__)))
    outside = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            outside |= {
                (file.name, name)
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names | {"torch"}
                and not name.startswith("orthoplex.ortho")
            }
    # The golden vectors are made with more digits than a double has.
    assert outside == {("golden.py", "mpmath")}
