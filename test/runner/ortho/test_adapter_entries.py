"""Files of bases whose tokens add entries: what they hold, what refuses them, and that the two formats do not mix."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch

from orthoplex.ortho.adapter import Adapter, format_of, read_adapter, tensor_shapes, write_adapter
from orthoplex.ortho.container import FileRefused, read_container
from orthoplex.ortho.layout import LayerShape, Layout, layout_from

WIDTH = 64
DESCRIPTION: dict[str, Any] = {
    "id": "tiny-2",
    "basis": {"name": "signed-dct-2", "seed": 7},
    "rank": 4,
    "tokens": {"count": 4, "layers": 1, "dim": WIDTH},
    "residual_norm_max": 64,
    "gate": {"gain": 4},
    "entries": [{"name": "attn2.to_k", "out_features": WIDTH}, {"name": "attn2.to_v", "out_features": WIDTH}],
    "layers": [
        {"name": "attn1.to_q", "in_features": WIDTH, "out_features": WIDTH},
        {"name": "attn2.to_out", "in_features": WIDTH, "out_features": WIDTH},
    ],
}
LAYOUT = layout_from(DESCRIPTION)


@pytest.fixture
def adapter() -> Adapter:
    source = torch.Generator().manual_seed(2)
    return Adapter(
        slot=5,
        up={n: torch.randn(s.out_features, 4, generator=source).half() for n, s in LAYOUT.layers.items()},
        tokens=torch.zeros(0, 0, 0).half(),
        entries={n: torch.randn(4, out, generator=source).half() for n, out in LAYOUT.entries.items()},
        concept="Ada",
        class_word="person",
        trigger="<ada>",
    )


def test_a_file_holds_ups_and_entries_and_reads_back_as_it_was_written(adapter: Adapter) -> None:
    content = write_adapter(adapter, LAYOUT)
    container = read_container(content)
    assert container.metadata["format"] == "orthoplex.adapter/2"
    assert {name: container.tensors[name].shape for name in container.tensors} == tensor_shapes(LAYOUT)
    assert "tokens" not in container.tensors
    again = read_adapter(content, LAYOUT, slot=5)
    assert all(torch.equal(again.entries[name], entry) for name, entry in adapter.entries.items())
    assert all(torch.equal(again.up[name], up) for name, up in adapter.up.items())
    assert again.tokens.numel() == 0
    assert write_adapter(again, LAYOUT) == content


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("tensor_missing", lambda a: {"entries": {"attn2.to_k": a.entries["attn2.to_k"]}}),
        ("tensor_unexpected", lambda a: {"entries": {**a.entries, "attn1.to_q": a.entries["attn2.to_k"]}}),
        ("tensor_unexpected", lambda _: {"tokens": torch.zeros(4, 1, WIDTH).half()}),
        ("shape_invalid", lambda a: {"entries": {k: v[:3] for k, v in a.entries.items()}}),
        ("value_not_finite", lambda a: {"entries": {k: v.float() * 1e9 for k, v in a.entries.items()}}),
        ("norm_too_large", lambda a: {"entries": {k: v * 100 for k, v in a.entries.items()}}),
    ],
)
def test_a_damaged_file_is_not_written(
    adapter: Adapter, reason: str, change: Callable[[Adapter], dict[str, Any]]
) -> None:
    with pytest.raises(FileRefused) as refusal:
        write_adapter(dataclasses.replace(adapter, **change(adapter)), LAYOUT)
    assert refusal.value.reason == reason


def test_a_file_of_the_other_format_is_refused_with_the_remedy(adapter: Adapter) -> None:
    """The same base id with tokens in place of entries: what a base was before."""
    before = layout_from({key: value for key, value in DESCRIPTION.items() if key not in ("entries", "gate")})
    old = dataclasses.replace(adapter, entries={}, tokens=torch.zeros(before.tokens_shape).half())
    with pytest.raises(FileRefused, match=r"adapter/1.*adapter/2.*[Tt]rain the concept again") as refusal:
        read_adapter(write_adapter(old, before), LAYOUT)
    assert refusal.value.reason == "format_mismatch"
    assert (format_of(before), format_of(LAYOUT)) == ("orthoplex.adapter/1", "orthoplex.adapter/2")


def test_entries_are_part_of_the_layers_hash_of_a_file() -> None:
    fewer = dataclasses.replace(LAYOUT, entries={"attn2.to_k": WIDTH})
    assert fewer.layers_sha256 != LAYOUT.layers_sha256


def test_entries_and_gate_go_together() -> None:
    with pytest.raises(ValueError, match="go together"):
        layout_from({key: value for key, value in DESCRIPTION.items() if key != "gate"})


def test_an_adapter_of_a_cast_sized_base_stays_under_300_kb() -> None:
    names = ["attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out", "attn2.to_q", "attn2.to_out"]
    cast = Layout(
        base="cast",
        basis="signed-dct-2",
        basis_seed=1,
        rank=8,
        tokens_shape=(4, 1, 256),
        residual_norm_max=64.0,
        layers={f"transformer_blocks.{i}.{name}": LayerShape(256, 256) for i in range(8) for name in names},
        entries={f"transformer_blocks.{i}.attn2.{name}": 256 for i in range(8) for name in ("to_k", "to_v")},
        gate_gain=4.0,
    )
    empty = Adapter(
        slot=0,
        up={n: torch.zeros(256, 8) for n in cast.layers},
        tokens=torch.zeros(0, 0, 0),
        entries={n: torch.zeros(4, 256) for n in cast.entries},
        concept="Nobody",
        class_word="person",
        trigger="<nobody>",
    )
    assert 225_000 < len(write_adapter(empty, cast)) < 245_000
