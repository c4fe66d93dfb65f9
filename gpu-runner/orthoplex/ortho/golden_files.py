"""Golden adapter files: one good, and one for every reason to refuse a file, each damaged on purpose in one way.

Called by golden.py, which writes them to schema/examples/adapter.json.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import torch

from orthoplex.ortho.adapter import Adapter, write_adapter
from orthoplex.ortho.basis import BASIS_NAME
from orthoplex.ortho.container import HEADER_MAX_BYTES
from orthoplex.ortho.layout import Layout, layout_from

TINY_BASE: dict[str, Any] = {
    "id": "tiny-1",
    "basis": {"name": BASIS_NAME, "seed": 7},
    "rank": 8,
    "tokens": {"count": 2, "layers": 1, "dim": 4},
    "residual_norm_max": 64,
    "layers": [
        {"name": "attn1.to_q", "in_features": 128, "out_features": 3},
        {"name": "attn1.to_v", "in_features": 128, "out_features": 2},
    ],
}


# The same base with entries and gated residuals: its files are orthoplex.adapter/2.
TINY_GATED_BASE: dict[str, Any] = TINY_BASE | {
    "id": "tiny-2",
    "gate": {"gain": 4},
    "entries": [{"name": "attn2.to_k", "out_features": 3}, {"name": "attn2.to_v", "out_features": 2}],
}


def tiny_adapter(layout: Layout) -> Adapter:
    """A small adapter whose every number is a short binary fraction."""
    count = iter(range(10_000))

    def filled(*shape: int) -> torch.Tensor:
        size = int(torch.tensor(shape).prod())
        return torch.tensor([(next(count) % 17 - 8) / 16 for _ in range(size)], dtype=torch.float16).reshape(shape)

    return Adapter(
        slot=5,
        up={name: filled(shape.out_features, layout.rank) for name, shape in layout.layers.items()},
        tokens=filled(0, 0, 0) if layout.entries else filled(*layout.tokens_shape),
        entries={name: filled(layout.tokens_shape[0], out) for name, out in layout.entries.items()},
        concept="Åda, the golden one",
        class_word="person",
        trigger="<ada>",
        strength=0.6,
        training={"seed": 3, "steps": 120},
        modelspec={"author": "Orthoplex", "license": "CC0-1.0"},
    )


Header = dict[str, Any]


def rebuilt(content: bytes, change: Callable[[Header], object] | None = None, data: bytes | None = None) -> bytes:
    """The file with its header changed in place by `change`, or with other data, and everything else kept."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    if change is not None:
        change(header)
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + (content[8 + length :] if data is None else data)


def metadata_set(content: bytes, **entries: str | None) -> bytes:
    """The file with metadata entries replaced, or removed where the new value is None."""

    def change(header: Header) -> None:
        for key, value in entries.items():
            header["__metadata__"].pop(key, None)
            if value is not None:
                header["__metadata__"][key] = value

    return rebuilt(content, change)


def with_first_number(content: bytes, bits: int) -> bytes:
    """The file with the first number of the first up replaced by these f16 bits, and its hash made right."""
    return with_number(content, "up.attn1.to_q", bits)


def with_number(content: bytes, tensor: str, bits: int) -> bytes:
    """The file with the first number of a tensor replaced by these f16 bits, and its hash made right."""
    length = int.from_bytes(content[:8], "little")
    data = bytearray(content[8 + length :])
    begin = json.loads(content[8 : 8 + length])[tensor]["data_offsets"][0]
    data[begin : begin + 2] = bits.to_bytes(2, "little")
    return metadata_set(rebuilt(content, data=bytes(data)), tensors_sha256=hashlib.sha256(data).hexdigest())


def framed(text: bytes, tail: bytes = b"") -> bytes:
    """A header of these very bytes, with its length before and data behind it."""
    return len(text).to_bytes(8, "little") + text + tail


def refused_examples(good: bytes) -> list[dict[str, str]]:
    """Files that must be refused. `stage` says what finds the fault: the container, or the adapter's own rules."""
    q, v = "up.attn1.to_q", "up.attn1.to_v"

    def entry(name: str, **fields: Any) -> bytes:
        return rebuilt(good, lambda header: header[name].update(fields))

    def renamed(old: str, new: str) -> bytes:
        return rebuilt(good, lambda header: header.update({new: header.pop(old)}))

    swapped = rebuilt(good, lambda header: header[q].update(data_offsets=header[v]["data_offsets"], shape=[2, 8]))
    container = [
        ("no bytes", "empty", b""),
        ("a pickle of protocol 4", "pickle", b"\x80\x04\x95" + bytes(40)),
        ("a torch file before the zip era", "pickle", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + bytes(16)),
        ("a zip archive", "zip", b"PK\x03\x04\x00\x00\x08\x08\x00\x00" + bytes(30)),
        ("a GGUF file", "gguf", b"GGUF\x03\x00\x00\x00\x10\x00\x00\x00" + bytes(20)),
        ("a PNG", "not_safetensors", b"\x89PNG\r\n\x1a\n" + bytes(20)),
        ("five bytes", "truncated", b"\x10\x00\x00\x00\x00"),
        ("a header cut short", "truncated", good[:100]),
        ("data cut short by one byte", "truncated", good[:-1]),
        ("one byte too many", "trailing_bytes", good + b"\x00"),
        ("a header above the limit", "header_too_large", (HEADER_MAX_BYTES + 8).to_bytes(8, "little") + b"{}"),
        ("a header of 2^63 bytes", "header_too_large", b"\x00\x00\x00\x00\x00\x00\x00\x80{}"),
        ("a header that is not JSON", "header_not_json", framed(b'{"a": nope}     ')),
        ("a header with NaN in it", "header_not_json", framed(b'{"a": NaN}      ')),
        ("a header that is not UTF-8", "header_not_json", framed(b'{"\xff\xfe": 1}       ')),
        ("metadata that is not strings", "metadata_invalid", framed(b'{"__metadata__":{"a":1}}')),
        ("a tensor that is a number", "not_safetensors", framed(b'{"a":1} ')),
        ("a tensor with an unknown field", "not_safetensors", entry(q, strides=[8, 1])),
        ("a tensor of an unknown type", "dtype_invalid", entry(q, dtype="F13")),
        ("a tensor with a negative size", "shape_invalid", entry(q, shape=[-3, -8])),
        ("a tensor with a fractional size", "shape_invalid", entry(q, shape=[1.5, 16])),
        ("a shape that its bytes do not fill", "offsets_invalid", entry(q, shape=[3, 9])),
        ("offsets that run backwards", "offsets_invalid", entry(q, data_offsets=[64, 16])),
        ("offsets that are text", "offsets_invalid", entry(q, data_offsets=["16", "64"])),
        ("two tensors on the same bytes", "offsets_invalid", swapped),
        ("a hole between tensors", "offsets_invalid", entry(v, data_offsets=[66, 98])),
        ("sizes whose product overflows", "offsets_invalid", entry(q, shape=[2**52, 2**52])),
    ]
    adapter = [
        ("another safetensors file", "metadata_missing", framed(b"{}      ")),
        ("no trigger", "metadata_missing", metadata_set(good, trigger=None)),
        ("another format", "format_mismatch", metadata_set(good, format="pt")),
        ("another base", "base_mismatch", metadata_set(good, base="cast-3")),
        ("other layers", "base_mismatch", metadata_set(good, layers_sha256="0" * 64)),
        ("another basis", "basis_mismatch", metadata_set(good, basis="gaussian")),
        ("another basis seed", "basis_mismatch", metadata_set(good, basis_seed="8")),
        ("another rank", "rank_mismatch", metadata_set(good, rank="16")),
        ("a negative slot", "slot_mismatch", metadata_set(good, slot="-1")),
        ("a slot with a leading zero", "slot_mismatch", metadata_set(good, slot="05")),
        ("a slot outside the code", "slot_mismatch", metadata_set(good, slot=str(13**8))),
        ("a strength of infinity", "metadata_invalid", metadata_set(good, strength="inf")),
        ("a strength of 3", "metadata_invalid", metadata_set(good, strength="3")),
        ("training that is not an object", "metadata_invalid", metadata_set(good, training="[]")),
        ("a tensor too many", "tensor_unexpected", renamed(v, "up.attn9.to_v")),
        ("a tensor too few", "tensor_missing", without_last_tensor(good)),
        ("a tensor of another type", "dtype_invalid", entry(q, dtype="BF16")),
        ("a tensor transposed", "shape_invalid", entry(q, shape=[8, 3])),
        ("a byte changed on the way", "hash_mismatch", good[:-1] + bytes([good[-1] ^ 1])),
        ("a number that is not one", "value_not_finite", with_first_number(good, 0x7E00)),
        ("an infinite number", "value_not_finite", with_first_number(good, 0xFC00)),
        ("a residual above the limit", "norm_too_large", with_first_number(good, 0x5401)),
    ]
    return [
        {"name": name, "stage": stage, "reason": reason, "base64": base64.b64encode(content).decode()}
        for stage, cases in (("container", container), ("adapter", adapter))
        for name, reason, content in cases
    ]


def without_last_tensor(content: bytes) -> bytes:
    """The file without its last tensor, neither in the header nor in the data."""
    length = int.from_bytes(content[:8], "little")
    begin = json.loads(content[8 : 8 + length])["up.attn1.to_v"]["data_offsets"][0]
    return rebuilt(content, lambda header: header.pop("up.attn1.to_v"), content[8 + length :][:begin])


def adapter_examples() -> dict[str, Any]:
    """One good file with what a reader must find in it, and every kind of bad one."""
    layout, gated = layout_from(TINY_BASE), layout_from(TINY_GATED_BASE)
    good = write_adapter(tiny_adapter(layout), layout)
    good_gated = write_adapter(tiny_adapter(gated), gated)
    return {
        "base": TINY_BASE,
        "radix": layout.radix,
        "accepted": _described(good),
        "refused": refused_examples(good),
        "gated": {
            "base": TINY_GATED_BASE,
            "accepted": _described(good_gated),
            "refused": refused_gated_examples(good_gated),
        },
    }


def _described(good: bytes) -> dict[str, Any]:
    """A file, and what a reader must find in it."""
    length = int.from_bytes(good[:8], "little")
    header = json.loads(good[8 : 8 + length])
    return {
        "base64": base64.b64encode(good).decode(),
        "size_bytes": len(good),
        "sha256": hashlib.sha256(good).hexdigest(),
        "header_bytes": length,
        "metadata": header.pop("__metadata__"),
        "tensors": header,
    }


def refused_gated_examples(good: bytes) -> list[dict[str, str]]:
    """What can be wrong with a file of a base that has entries, beside what can be wrong with any."""
    key, value = "entry.attn2.to_k", "entry.attn2.to_v"

    def changed(change: Callable[[Header], object]) -> bytes:
        return rebuilt(good, change)

    adapter = [
        ("the format of bases without entries", "format_mismatch", metadata_set(good, format="orthoplex.adapter/1")),
        (
            "an entry of another name",
            "tensor_unexpected",
            changed(lambda h: h.update({"entry.attn1.to_q": h.pop(key)})),
        ),
        ("an entry under the name of tokens", "tensor_unexpected", changed(lambda h: h.update(tokens=h.pop(value)))),
        ("an entry of another shape", "shape_invalid", changed(lambda h: h[key].update(shape=[3, 2]))),
        ("an entry that is too large", "norm_too_large", with_number(good, key, 0x5C00)),
        ("an entry that is not finite", "value_not_finite", with_number(good, key, 0x7C00)),
        (
            "layers without entries",
            "base_mismatch",
            metadata_set(good, layers_sha256=layout_from(TINY_BASE).layers_sha256),
        ),
    ]
    return [
        {"name": name, "reason": reason, "stage": "adapter", "base64": base64.b64encode(content).decode()}
        for name, reason, content in adapter
    ]
