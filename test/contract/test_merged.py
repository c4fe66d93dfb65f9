"""The file that the edge merges while it sends it is what `ortho.merge` sums, and its tokens carry their marks."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from safetensors.torch import load

from orthoplex.ortho.adapter import Adapter, read_adapter
from orthoplex.ortho.layout import Layout, read_layout
from orthoplex.ortho.marker import marked
from orthoplex.ortho.merge import summed
from orthoplex.ortho.residual import residual_of

STRENGTHS = (1.0, -0.3, 0.7)
HALF_STEP = 2.0**-11
NAMES = {
    "peft": ("transformer.{}.lora_B.weight", "transformer.{}.lora_A.weight", "."),
    "kohya": ("lora_unet_{}.lora_up.weight", "lora_unet_{}.lora_down.weight", "_"),
}


@pytest.fixture(scope="module")
def layout() -> Layout:
    return read_layout(Path(__file__).parents[2] / "schema/bases/cast-2.json")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    named = os.environ.get("ORTHOPLEX_TEST_EDGE")
    if named is None:
        pytest.skip("ORTHOPLEX_TEST_EDGE names no Worker")
    told = json.loads(Path(named).read_text("utf-8"))
    with httpx.Client(base_url=told["url"], headers={"authorization": f"Bearer {told['user_key']}"}) as opened:
        yield opened


@pytest.fixture(scope="module")
def seeds(client: httpx.Client, layout: Layout) -> list[tuple[str, Adapter]]:
    """Three adapters of the catalog: their version's id, and the file as Python reads it, in the composition's slot."""
    listed = client.get("/v1/adapters", params={"base": "cast-2", "sort": "name", "limit": 3}).raise_for_status().json()
    versions = [item["latest_version"] for item in listed["items"]]
    assert len(versions) == len(STRENGTHS)
    files = [read_adapter(client.get(v["download_url"]).raise_for_status().content, layout) for v in versions]
    slots = layout.composed_slots([file.slot for file in files])
    return [(v["id"], replace(f, slot=slot)) for v, f, slot in zip(versions, files, slots, strict=True)]


@pytest.fixture(scope="module")
def address(client: httpx.Client, seeds: list[tuple[str, Adapter]]) -> str:
    members = [{"version_id": version, "strength": s} for (version, _), s in zip(seeds, STRENGTHS, strict=True)]
    made: dict[str, Any] = client.post("/v1/compositions", json={"members": members}).raise_for_status().json()
    return str(made["download_url"])


@pytest.mark.parametrize("tool", ["peft", "kohya"])
def test_the_product_of_the_factors_is_the_sum_of_the_residuals(
    client: httpx.Client, layout: Layout, seeds: list[tuple[str, Adapter]], address: str, tool: str
) -> None:
    tensors = load(client.get(address, params={"format": tool}).raise_for_status().content)
    up_name, down_name, dot = NAMES[tool]
    residuals = [residual_of(adapter, s) for (_, adapter), s in zip(seeds, STRENGTHS, strict=True)]
    for layer, shape in layout.layers.items():
        name = layer.replace(".", dot)
        up, down = tensors[up_name.format(name)], tensors[down_name.format(name)]
        assert up.shape == (shape.out_features, layout.rank * len(seeds))
        expected = summed(residuals, layout, layer, torch.device("cpu"))
        bound = max(float((r.strength * r.up[layer].double()).abs().max()) for r in residuals) * HALF_STEP
        assert expected.abs().max() > 10 * bound
        torch.testing.assert_close(up.double() @ down.double(), expected, rtol=0, atol=bound)
        # numpy rounds fp64 to the nearest half in one step, as the edge does; torch goes by way of fp32.
        halves = [np.float16(r.strength * r.up[layer].double().numpy()) for r in residuals]
        assert np.array_equal(up.numpy(), np.concatenate(halves, axis=1))
        assert torch.equal(down.double(), torch.cat([layout.down(r.slot, shape.in_features) for r in residuals]))
        if tool == "kohya":
            assert tensors[f"lora_unet_{name}.alpha"].item() == up.shape[1]


def test_the_tokens_are_those_that_layers_read(
    client: httpx.Client, layout: Layout, seeds: list[tuple[str, Adapter]], address: str
) -> None:
    tensors = load(client.get(address, params={"format": "peft"}).raise_for_status().content)
    for _, adapter in seeds:
        expected = marked(adapter.tokens.float(), layout, adapter.slot)
        assert torch.equal(tensors[f"emb_params.{adapter.trigger}"].float(), expected)
