"""What strangers write into a file's header is read or refused, never an error of another kind: types of numbers, JSON
inside of metadata, entries that are none.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from safetensors.torch import save_file

from orthoplex.bases.foreign.facts import facts_of
from orthoplex.bases.foreign.reader import DTYPES, ForeignRefused, read_foreign
from orthoplex.bases.foreign.summary import summary_of
from orthoplex.bases.foreign.target import LoraTarget
from orthoplex.bases.sd.base import load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.loras import target_of

STEM = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
DOWN, UP = f"{STEM}.lora_down.weight", f"{STEM}.lora_up.weight"
BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "I64": 64, "I32": 32, "I8": 8, "U8": 8,
    "BOOL": 8, "C64": 64, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6,
}  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000
NINES = "9" * 400
METADATA = [
    (key, text)
    for key in ("ss_tag_frequency", "lora_adapter_metadata", "source", "triggers")
    for text in (
        DEEP, '{"a": {"b": Infinity}}', f'{{"unet.lora_alpha": {NINES}}}', f'{{"unet.lora_alpha": {NINES * 20}}}',
        f'{{"unet.lora_alpha": 1, "unet.alpha_pattern": {{"to_q": {NINES}}}}}', "[1, 2]", "7", "null", '"x"', "{",
    )
]  # fmt: skip
HEADERS = [
    '{"DOWN": 3}', '{"DOWN": []}', '{"DOWN": {"dtype": "F32", "data_offsets": [0, 4]}}',
    '{"DOWN": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}}',
    '{"DOWN": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}',
    '{"DOWN": {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 4]}}',
    '{"__metadata__": [1], "DOWN": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
    '{"__metadata__": {"format": 3}, "DOWN": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}', DEEP, "[]",
]  # fmt: skip


@pytest.fixture(scope="module")
def target(sd_folder: Path) -> LoraTarget:
    cpu = torch.device("cpu")
    return target_of(load_sd(sd_folder, describe(sd_folder, "tiny-sd", "Tiny"), cpu, torch.float32))


def written(folder: Path, header: dict[str, Any] | str, content: bytes = b"") -> Path:
    text = header if isinstance(header, str) else json.dumps(header)
    path = folder / "lora.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text.encode() + content)
    return path


def sides(target: LoraTarget) -> tuple[int, int]:
    (layer,) = target.find(STEM)
    outputs, inputs = target.weight(layer).shape
    return outputs, inputs


@pytest.mark.parametrize("dtype", BITS)
def test_numbers_of_a_type_that_no_lora_has_are_refused_by_its_name(
    target: LoraTarget, tmp_path: Path, dtype: str
) -> None:
    header, at = {}, 0
    for name, shape in ((DOWN, [2, sides(target)[1]]), (UP, [sides(target)[0], 2])):
        end = at + shape[0] * shape[1] * BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, end]}
        at = end
    path = written(tmp_path, header, bytes(at))
    if dtype in DTYPES:
        assert len(read_foreign(path, target).layers) == 1
    else:
        with pytest.raises(ForeignRefused, match=dtype):
            read_foreign(path, target)


@pytest.mark.parametrize(("key", "text"), METADATA, ids=lambda text: text[:40])
def test_json_in_metadata_is_read_or_refused(target: LoraTarget, tmp_path: Path, key: str, text: str) -> None:
    outputs, inputs = sides(target)
    path = tmp_path / "lora.safetensors"
    save_file({DOWN: torch.ones(2, inputs), UP: torch.ones(outputs, 2)}, path, {key: text})
    said = summary_of(path)
    assert said is not None
    assert said["rank"] == 2
    if key == "lora_adapter_metadata" and (text == DEEP or NINES in text):
        with pytest.raises(ForeignRefused, match=r"cannot be read|not finite"):
            read_foreign(path, target)
    else:
        assert isinstance(facts_of(path, read_foreign(path, target).metadata)["triggers"], list)


@pytest.mark.parametrize("header", HEADERS, ids=lambda text: text[:70])
def test_entries_that_are_none_are_refused(target: LoraTarget, tmp_path: Path, header: str) -> None:
    path = written(tmp_path, header.replace("DOWN", DOWN), bytes(4))
    assert (summary_of(path) or {}).get("rank") in (None, 0)
    with pytest.raises(ForeignRefused):
        read_foreign(path, target)


def test_halves_of_ranks_apart_are_refused_with_both_ranks(target: LoraTarget, tmp_path: Path) -> None:
    outputs, inputs = sides(target)
    save_file({DOWN: torch.ones(2, inputs), UP: torch.ones(outputs, 3)}, tmp_path / "lora.safetensors")
    with pytest.raises(ForeignRefused, match=r"ranks apart: .* of 2, .* of 3"):
        read_foreign(tmp_path / "lora.safetensors", target)
