"""The container reader accepts what is sound, refuses the rest with a reason, and never raises anything else."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save as official_save

from orthoplex.ortho.container import FileRefused, read_container, write_container

TENSORS = {"b": ("F16", (2, 3), bytes(range(12))), "a": ("U8", (4,), b"abcd"), "none": ("F32", (0, 5), b"")}
METADATA = {"format": "pt", "note": 'Åda "quoted" \n'}


def framed(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_a_written_container_reads_back_as_it_was() -> None:
    container = read_container(write_container(TENSORS, METADATA))
    assert container.metadata == METADATA
    for name, (dtype, shape, content) in TENSORS.items():
        entry = container.tensors[name]
        assert (entry.dtype, entry.shape, bytes(container.bytes_of(name))) == (dtype, shape, content)


def test_equal_content_gives_equal_bytes_in_any_order_of_insertion() -> None:
    turned = write_container(dict(reversed(TENSORS.items())), dict(reversed(METADATA.items())))
    assert turned == write_container(TENSORS, METADATA)


def test_the_data_begins_at_a_multiple_of_8_bytes() -> None:
    for extra in range(9):
        content = write_container(TENSORS, {"pad": "x" * extra})
        assert int.from_bytes(content[:8], "little") % 8 == 0


def test_the_official_reader_opens_what_is_written_here(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    path.write_bytes(write_container(TENSORS, METADATA))
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == METADATA
        assert file.get_tensor("b").tobytes() == TENSORS["b"][2]


def test_what_the_official_writer_writes_is_read_here() -> None:
    content = official_save({"x": np.zeros(2, np.float32)}, {"k": "v"})
    container = read_container(content)
    assert (container.tensors["x"].shape, container.metadata) == ((2,), {"k": "v"})


def test_a_header_that_begins_like_a_pickle_is_read() -> None:
    text = b"{}" + b" " * (0x0480 - 2)
    content = len(text).to_bytes(8, "little") + text
    assert content[:2] == b"\x80\x04"
    assert not read_container(content).tensors


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_nothing_else_is_raised(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read_container(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["F16", "U8"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=12,
)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F16", "U8", "I64", "X"]) | json_values,
        "shape": st.lists(st.integers(-1, 4), max_size=3) | json_values,
        "data_offsets": st.lists(st.integers(-1, 20), min_size=2, max_size=2) | json_values,
    }
)


@settings(max_examples=400)
@given(st.dictionaries(st.text(max_size=4), entries | json_values, max_size=3), st.binary(max_size=24))
def test_any_json_header_is_sound_or_refused(header: dict[str, object], data: bytes) -> None:
    try:
        container = read_container(framed(header, data))
    except FileRefused:
        return
    ends = [entry.end for entry in container.tensors.values()]
    assert max(ends, default=0) == len(data)


def test_a_header_nested_ten_thousand_deep_is_refused() -> None:
    text = b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    with pytest.raises(FileRefused, match="header_not_json"):
        read_container(len(text).to_bytes(8, "little") + text)
