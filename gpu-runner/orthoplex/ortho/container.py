"""The bytes of a safetensors file: written the same for equal content, read with a named reason for every refusal.

Pure; functions/lib/safetensors.ts is its twin, bound to it by schema/examples/adapter.json and hostile-headers.json.
Layout: 8-byte little-endian length N, N bytes of JSON, then the tensors' bytes (the safetensors format description).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from orthoplex.ortho.strict_json import parse_strict_json

HEADER_MAX_BYTES = 1 << 20
_LENGTH_BYTES = 8
_EXACT_MAX = (1 << 53) - 1

DTYPE_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1,
    "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4,
    "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip

Reason = Literal[
    "empty", "pickle", "zip", "gguf", "not_safetensors", "truncated", "trailing_bytes", "header_too_large",
    "header_not_json", "offsets_invalid", "dtype_invalid", "shape_invalid", "tensor_missing", "tensor_unexpected",
    "value_not_finite", "norm_too_large", "metadata_missing", "metadata_invalid", "format_mismatch",
    "base_mismatch", "basis_mismatch", "rank_mismatch", "slot_mismatch", "hash_mismatch",
]  # fmt: skip


class FileRefused(Exception):  # noqa: N818 - the act is named, as in the catalog
    """An adapter file that may not be used. `reason` is one of the contract's FILE_REASONS, `detail` is for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True)
class TensorEntry:
    """One tensor of the header; begin and end count bytes from the start of the data."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Container:
    """A file whose header has been checked: names, types and places agree with one another and with its size."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, TensorEntry]
    data: memoryview

    def bytes_of(self, name: str) -> memoryview:
        """The bytes of one tensor."""
        entry = self.tensors[name]
        return self.data[entry.begin : entry.end]


def write_container(tensors: Mapping[str, tuple[str, tuple[int, ...], bytes]], metadata: Mapping[str, str]) -> bytes:
    """The file of {name: (dtype, shape, bytes)}: names sorted, header padded with spaces to 8 bytes."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    begin = 0
    for name, (dtype, shape, content) in sorted(tensors.items()):
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, begin + len(content)]}
        begin += len(content)
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + join_tensors(tensors)


def join_tensors(tensors: Mapping[str, tuple[str, tuple[int, ...], bytes]]) -> bytes:
    """The data part: the tensors' bytes in the order of their names."""
    return b"".join(content for _, (_, _, content) in sorted(tensors.items()))


def read_container(content: bytes) -> Container:
    """Check the header of a file. FileRefused names the first thing that is wrong; nothing else is raised."""
    length = _header_length(content)
    header = _parse_json(content[_LENGTH_BYTES : _LENGTH_BYTES + length])
    metadata = _metadata_of(header.pop("__metadata__", {}))
    tensors = {name: _entry_of(name, raw) for name, raw in header.items()}
    data = memoryview(content)[_LENGTH_BYTES + length :]
    _check_places(tensors, len(data))
    return Container(metadata=metadata, tensors=tensors, data=data)


def _header_length(content: bytes) -> int:
    if not content:
        raise FileRefused("empty", "The file has no bytes.")
    # A header opens with a brace. Only what does not is looked at for other formats: a header of 640 bytes also
    # begins with the two bytes of a pickle.
    if content[_LENGTH_BYTES : _LENGTH_BYTES + 1] != b"{":
        _refuse_other_format(content)
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if length > HEADER_MAX_BYTES:
        raise FileRefused("header_too_large", f"The header says {length} bytes; at most {HEADER_MAX_BYTES} are read.")
    if _LENGTH_BYTES + length > len(content):
        raise FileRefused("truncated", f"The header needs {_LENGTH_BYTES + length} bytes, the file has {len(content)}.")
    return length


def _refuse_other_format(content: bytes) -> None:
    if content.startswith(b"PK\x03\x04"):
        raise FileRefused("zip", "This is a zip archive (a PyTorch checkpoint is one). Only safetensors is accepted.")
    if content[0] == 0x80 and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise FileRefused("pickle", "This is a Python pickle, which can run code. Only safetensors is accepted.")
    if content.startswith(b"GGUF"):
        raise FileRefused("gguf", "This is a GGUF file. Only safetensors is accepted.")
    if len(content) <= _LENGTH_BYTES:
        raise FileRefused("truncated", f"The file has {len(content)} bytes, too few for a header.")
    raise FileRefused("not_safetensors", "There is no safetensors header at the start.")


def _parse_json(text: bytes) -> dict[str, Any]:
    try:
        header = parse_strict_json(text.decode("utf-8"), whole_numbers=True)
    except ValueError as error:
        raise FileRefused("header_not_json", "The header is not JSON that every reader takes alike.") from error
    if not isinstance(header, dict):
        raise FileRefused("header_not_json", "The header is not a JSON object.")
    return header


def _metadata_of(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise FileRefused("metadata_invalid", "__metadata__ must map strings to strings.")
    return raw


def _entry_of(name: str, raw: Any) -> TensorEntry:
    if not isinstance(raw, dict) or set(raw) != {"dtype", "shape", "data_offsets"}:
        raise FileRefused("not_safetensors", f"Tensor {name!r} must have dtype, shape and data_offsets.")
    dtype, shape, offsets = raw["dtype"], raw["shape"], raw["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPE_BYTES:
        raise FileRefused("dtype_invalid", f"Tensor {name!r} has the unknown type {dtype!r}.")
    if not isinstance(shape, list) or not all(_is_count(size) for size in shape):
        raise FileRefused("shape_invalid", f"Tensor {name!r} has no valid shape.")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(_is_count(offset) for offset in offsets):
        raise FileRefused("offsets_invalid", f"Tensor {name!r} has no valid offsets.")
    begin, end = int(offsets[0]), int(offsets[1])
    sizes = tuple(int(size) for size in shape)
    if end - begin != math.prod(sizes) * DTYPE_BYTES[dtype]:
        raise FileRefused("offsets_invalid", f"Tensor {name!r} takes {end - begin} bytes, which its shape does not.")
    return TensorEntry(dtype, sizes, begin, end)


def _is_count(value: Any) -> bool:
    # Written as a whole number: the reference reader takes 2.0 for none.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _EXACT_MAX


def _check_places(tensors: Mapping[str, TensorEntry], size: int) -> None:
    """Tensors lie one after the other from byte 0 to the end: no hole, no overlap, nothing behind them."""
    reached = 0
    for name, entry in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != reached:
            raise FileRefused("offsets_invalid", f"Tensor {name!r} begins at {entry.begin}, not at {reached}.")
        reached = entry.end
    if reached > size:
        raise FileRefused("truncated", f"The tensors need {reached} bytes, the file has {size}.")
    if reached < size:
        raise FileRefused("trailing_bytes", f"{size - reached} bytes follow the last tensor.")
