"""An adapter file round-trips, is the same bytes for the same content, and every damaged one is refused by name."""

import base64
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from orthoplex.ortho.adapter import Adapter, load, read_adapter, save, write_adapter
from orthoplex.ortho.attach import attach
from orthoplex.ortho.container import FileRefused, Reason, read_container
from orthoplex.ortho.golden_files import tiny_adapter
from orthoplex.ortho.layout import Layout, layout_from, read_layout
from orthoplex.ortho.residual import Residual, residual_of

REPOSITORY = Path(__file__).parents[3]
GOLDEN: dict[str, Any] = json.loads((REPOSITORY / "schema" / "examples" / "adapter.json").read_text("utf-8"))
TINY = layout_from(GOLDEN["base"])
GOOD = base64.b64decode(GOLDEN["accepted"]["base64"])


def same(one: Adapter, other: Adapter) -> bool:
    tensors = torch.equal(one.tokens, other.tokens) and all(torch.equal(one.up[n], other.up[n]) for n in one.up)
    words = all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in dataclasses.fields(Adapter)
        if field.name not in ("up", "entries", "tokens", "modelspec")
    )
    tensors = tensors and all(torch.equal(one.entries[n], other.entries[n]) for n in one.entries)
    return tensors and words and set(one.up) == set(other.up) and set(one.entries) == set(other.entries)


def test_an_adapter_reads_back_as_it_was_written(adapter: Adapter, layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "ada.safetensors"
    save(adapter, layout, path)
    again = load(path, layout)
    assert same(again, adapter)
    assert again.modelspec["author"] == "Test Publisher"


def test_writing_what_was_read_gives_the_same_bytes(adapter: Adapter, layout: Layout) -> None:
    content = write_adapter(adapter, layout)
    assert write_adapter(read_adapter(content, layout), layout) == content


def test_the_order_of_layers_and_words_does_not_change_a_byte(adapter: Adapter, layout: Layout) -> None:
    turned = dataclasses.replace(
        adapter,
        up=dict(reversed(list(adapter.up.items()))),
        training=dict(reversed(list(adapter.training.items()))),
        modelspec=dict(reversed(list(adapter.modelspec.items()))),
    )
    assert write_adapter(turned, layout) == write_adapter(adapter, layout)


def test_the_golden_file_is_written_and_read_to_the_byte() -> None:
    assert write_adapter(tiny_adapter(TINY), TINY) == GOOD
    assert same(read_adapter(GOOD, TINY, slot=5), tiny_adapter(TINY))
    assert TINY.radix == GOLDEN["radix"]


def test_the_residual_of_a_file_is_that_of_the_training_in_half_precision(
    model: torch.nn.Module, layout: Layout, adapter: Adapter, inputs: tuple[torch.Tensor, torch.Tensor]
) -> None:
    trained = Residual(adapter.slot, adapter.up, strength=0.6)
    published = residual_of(read_adapter(write_adapter(adapter, layout), layout))
    with attach(model, layout, [trained]):
        expected = model(*inputs)
    with attach(model, layout, [published]):
        assert torch.equal(model(*inputs), expected)


def test_a_cast_3_adapter_takes_less_than_300_kb() -> None:
    cast = read_layout(REPOSITORY / "schema" / "bases" / "cast-3.json")
    up = {name: torch.zeros(shape.out_features, cast.rank) for name, shape in cast.layers.items()}
    entries = {name: torch.zeros(cast.tokens_shape[0], out) for name, out in cast.entries.items()}
    adapter = Adapter(0, up, torch.zeros(0, 0, 0), "Nobody", "person", "<nobody>", entries=entries)
    content = write_adapter(adapter, cast)
    assert len(content) < 300_000
    container = read_container(content)
    numbers = sum(it.out_features for it in cast.layers.values()) * cast.rank + sum(cast.entries.values()) * 4
    assert sum(entry.end - entry.begin for entry in container.tensors.values()) == 2 * numbers


@pytest.mark.parametrize("case", GOLDEN["refused"], ids=lambda case: case["name"].replace(" ", "-"))
def test_a_damaged_file_is_refused_with_its_reason(case: dict[str, str]) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_adapter(base64.b64decode(case["base64"]), TINY)
    assert refusal.value.reason == case["reason"]


def test_the_golden_file_of_a_base_with_entries_is_written_and_read_to_the_byte() -> None:
    gated = layout_from(GOLDEN["gated"]["base"])
    content = base64.b64decode(GOLDEN["gated"]["accepted"]["base64"])
    assert write_adapter(tiny_adapter(gated), gated) == content
    assert same(read_adapter(content, gated, slot=5), tiny_adapter(gated))


@pytest.mark.parametrize("case", GOLDEN["gated"]["refused"], ids=lambda case: case["name"].replace(" ", "-"))
def test_a_damaged_file_of_a_base_with_entries_is_refused_with_its_reason(case: dict[str, str]) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_adapter(base64.b64decode(case["base64"]), layout_from(GOLDEN["gated"]["base"]))
    assert refusal.value.reason == case["reason"]


def test_a_file_of_another_slot_than_expected_is_refused() -> None:
    with pytest.raises(FileRefused, match="slot_mismatch"):
        read_adapter(GOOD, TINY, slot=6)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("tensor_missing", lambda a: {"up": {k: v for k, v in a.up.items() if k != "attn1.to_q"}}),
        ("tensor_unexpected", lambda a: {"up": {**a.up, "ff.net": a.tokens}}),
        ("shape_invalid", lambda a: {"tokens": a.tokens[:1]}),
        ("value_not_finite", lambda a: {"tokens": a.tokens.float() * 1e9}),
        ("norm_too_large", lambda a: {"up": {k: v * 1000 for k, v in a.up.items()}}),
        ("slot_mismatch", lambda _: {"slot": -1}),
        ("metadata_invalid", lambda _: {"strength": float("nan")}),
    ],
)
def test_an_adapter_that_could_not_be_read_back_is_not_written(
    adapter: Adapter, layout: Layout, reason: str, change: Callable[[Adapter], dict[str, Any]]
) -> None:
    with pytest.raises(FileRefused) as refusal:
        write_adapter(dataclasses.replace(adapter, **change(adapter)), layout)
    assert refusal.value.reason == reason


@settings(max_examples=500)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)), min_size=1, max_size=4))
def test_changed_bytes_are_refused_or_harmless_and_nothing_else_is_raised(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(GOOD)
    for at, flip in changes:
        damaged[at] ^= flip
    try:
        adapter = read_adapter(bytes(damaged), TINY)
    except FileRefused:
        return
    # What still reads is a change of words only: the tensors are held by their hash.
    assert all(torch.equal(adapter.up[name], up) for name, up in tiny_adapter(TINY).up.items())


@settings(max_examples=200)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=40))
def test_a_truncated_or_overwritten_file_is_refused_and_nothing_else_is_raised(at: int, tail: bytes) -> None:
    content = GOOD[:at] + tail
    if content != GOOD:
        with pytest.raises(FileRefused):
            read_adapter(content, TINY)


def test_there_is_a_damaged_file_for_every_reason_and_the_contract_names_each() -> None:
    reasons = set(get_args(Reason))
    assert {case["reason"] for case in GOLDEN["refused"]} == reasons
    codes = (REPOSITORY / "schema" / "contract" / "codes.ts").read_text("utf-8")
    assert all(f'"{reason}"' in codes for reason in reasons)
