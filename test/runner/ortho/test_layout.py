"""What a base declares is read whole, hashed the same everywhere, and nothing in ortho reaches outside mathematics."""

import ast
import hashlib
import json
import sys
from pathlib import Path

import pytest
import torch

import orthoplex.ortho
from orthoplex.ortho.basis import columns
from orthoplex.ortho.layout import LayerShape, Layout, layout_from, read_layout

RESERVED = [(256, 128, 4), (320, 160, 8), (768, 96, 8), (256, 256, 8)]  # input channels, reserved ones of them, rank
REPOSITORY = Path(__file__).parents[3]
CHANNELS = REPOSITORY / "schema" / "examples" / "reserved-channels.json"


def test_cast_3_adapts_the_pictures_side_and_adds_entries_to_keys_and_values_of_words() -> None:
    cast = read_layout(REPOSITORY / "schema" / "bases" / "cast-3.json")
    blocks = [f"transformer_blocks.{number}" for number in range(8)]
    gated = {f"{block}.{name}" for block in blocks for name in ("attn1.to_out", "attn2.to_out", "ff.up", "ff.down")}
    # nothing gates the self-attention before the first cross-attention
    assert set(cast.layers) == gated - {"transformer_blocks.0.attn1.to_out"}
    assert set(cast.entries) == {f"{block}.attn2.to_{part}" for block in blocks for part in "kv"}
    assert (cast.reserved, cast.marker, cast.tokens_shape[0]) == (None, 0.0, 4)
    assert cast.gate_gain > 0


def reserving(n: int, reserved: int, rank: int) -> Layout:
    """A layout of one layer of n input channels."""
    return Layout(
        base="some",
        basis="signed-dct-2",
        basis_seed=3,
        rank=rank,
        tokens_shape=(rank, 1, n - reserved),
        residual_norm_max=64.0,
        layers={"attn2.to_k": LayerShape(8, n)},
        reserved=reserved,
        marker=8.0,
    )


def test_the_reserved_channels_of_a_base_are_read_completely() -> None:
    layout = read_layout(CHANNELS)
    assert (layout.base, layout.rank, len(layout.layers), layout.radix) == ("reserving-1", 4, 4, 31)
    assert layout.tokens_shape == (4, 2, 128)
    assert (layout.reserved, layout.marker) == (128, 8.0)
    assert set(layout.layers) == {f"transformer_blocks.{n}.attn2.to_{part}" for n in range(2) for part in "kv"}


@pytest.mark.parametrize(("n", "reserved", "rank"), RESERVED)
def test_down_is_0_outside_the_reserved_channels_and_orthonormal_inside(n: int, reserved: int, rank: int) -> None:
    layout = reserving(n, reserved, rank)
    for slot in (0, 1, layout.radix, layout.radix**3 + 5):
        down = layout.down(slot, n)  # (rank, n)
        assert down.shape == (rank, n)
        assert not down[:, : n - reserved].any()
        inside = down[:, n - reserved :]
        assert float((inside @ inside.T - torch.eye(rank, dtype=torch.float64)).abs().max()) < 1e-13


@pytest.mark.parametrize(("n", "reserved", "rank"), RESERVED)
def test_downs_of_one_class_are_orthogonal_in_the_reserved_channels(n: int, reserved: int, rank: int) -> None:
    layout = reserving(n, reserved, rank)
    for number in (0, 3):
        together = torch.cat([layout.down(number * layout.radix + offset, n) for offset in range(layout.radix)])
        identity = torch.eye(layout.radix * rank, dtype=torch.float64)
        assert float((together @ together.T - identity).abs().max()) < 1e-13


def test_all_layers_have_one_basis_where_they_reserve_equally_many_channels() -> None:
    layout = reserving(256, 128, 4)
    assert torch.equal(layout.down(7, 256)[:, -128:], layout.down(7, 768)[:, -128:])
    assert layout.columns_of(7, 256) == layout.columns_of(7, 768)


def test_without_reserved_channels_slots_divide_all_channels_of_a_layer() -> None:
    description = json.loads(CHANNELS.read_text("utf-8"))
    del description["basis"]["reserved"], description["tokens"]["marker"]
    description["basis"]["name"] = "signed-dct-2"
    whole = layout_from(description)
    assert (whole.reserved, whole.marker, whole.slot_features(256)) == (None, 0.0, 256)
    assert whole.radix == 61
    basis = columns(256, whole.basis_seed, whole.columns_of(5, 256))
    assert torch.equal(whole.down(5, 256), basis.T.contiguous())


def test_the_layers_hash_is_that_of_sorted_lines_in_any_order_of_declaration() -> None:
    description = json.loads(CHANNELS.read_text("utf-8"))
    lines = sorted(f"{it['name']} {it['out_features']} {it['in_features']}\n" for it in description["layers"])
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    description["layers"].reverse()
    assert layout_from(description).layers_sha256 == read_layout(CHANNELS).layers_sha256 == expected


def test_refuses_a_basis_that_it_does_not_know() -> None:
    description = json.loads(CHANNELS.read_text("utf-8"))
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


@pytest.mark.parametrize("part", ["reserved", "marker"])
def test_refuses_marks_without_reserved_channels_and_channels_without_marks(part: str) -> None:
    description = json.loads(CHANNELS.read_text("utf-8"))
    del description["basis" if part == "reserved" else "tokens"][part]
    with pytest.raises(ValueError, match="go together"):
        layout_from(description)
