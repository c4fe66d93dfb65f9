"""The file that the edge merges while it sends it is what `ortho.merge` sums, and its tokens carry their marks.

On a base that an operator publishes for it: merged files hold tokens and whole residuals, as no base of the product has
now, and no gates.
"""

import hashlib
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load

from orthoplex.ortho.adapter import Adapter, read_adapter, write_adapter
from orthoplex.ortho.layout import Layout, read_layout
from orthoplex.ortho.marker import marked
from orthoplex.ortho.merge import summed
from orthoplex.ortho.residual import residual_of

from .conftest import Worker

SCHEMA = Path(__file__).parents[2] / "schema"
CHANNELS = SCHEMA / "examples/reserved-channels.json"
LICENCE = {"spdx": "CC0-1.0", "credit": False, "commercial_use": True, "derivatives": True, "different_licence": True}
STRENGTHS = (1.0, -0.3, 0.7)
HALF_STEP = 2.0**-11
NAMES = {
    "peft": ("transformer.{}.lora_B.weight", "transformer.{}.lora_A.weight", "."),
    "kohya": ("lora_unet_{}.lora_up.weight", "lora_unet_{}.lora_down.weight", "_"),
}


@pytest.fixture(scope="module")
def layout() -> Layout:
    return read_layout(CHANNELS)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """An operator's, on an edge that knows the base."""
    named = os.environ.get("ORTHOPLEX_TEST_EDGE")
    if named is None:
        pytest.skip("ORTHOPLEX_TEST_EDGE names no Worker")
    access = json.loads(Path(named).read_text("utf-8"))
    made = Worker(access).keys("POST", name="merged", scopes=["read", "publish", "generate", "runner"])
    with httpx.Client(base_url=access["url"], headers={"authorization": f"Bearer {made['key']}"}) as opened:
        description = json.loads((SCHEMA / "bases/cast-3.json").read_text("utf-8"))
        description = {key: value for key, value in description.items() if key not in ("entries", "gate")}
        base = description | json.loads(CHANNELS.read_text("utf-8"))
        published = opened.post("/runner/v1/bases", json=base)
        if published.status_code == httpx.codes.NOT_FOUND:
            pytest.skip("this edge takes no bases of operators")
        published.raise_for_status()
        until = time.monotonic() + 60
        while base["id"] not in [each["id"] for each in opened.get("/v1/bases").raise_for_status().json()["items"]]:
            assert time.monotonic() < until, "the base does not come to count"
            time.sleep(0.5)
        yield opened


def uploaded(client: httpx.Client, kind: str, content_type: str, content: bytes) -> str:
    facts = {"content_type": content_type, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    upload = client.post("/v1/uploads", json={"kind": kind, **facts}).raise_for_status().json()
    if upload["state"] == "announced":
        httpx.put(upload["upload_url"], content=content).raise_for_status()
    return str(upload["id"])


def published(client: httpx.Client, layout: Layout, name: str, seed: int) -> dict[str, Any]:
    """A version of random numbers, published; as the API describes it."""
    card = {"name": name, "title": name, "concept": name, "class_word": "person", "base": layout.base}
    ref = client.post("/v1/adapters", json={**card, "licence": LICENCE}).raise_for_status().json()["ref"]
    slot = client.post(f"/v1/adapters/{ref}/slot", json={}).raise_for_status().json()["slot"]
    g = torch.Generator().manual_seed(seed)
    up = {n: 0.1 * torch.randn(s.out_features, layout.rank, generator=g) for n, s in layout.layers.items()}
    tokens = torch.randn(layout.tokens_shape, generator=g)
    content = write_adapter(Adapter(slot, up, tokens, name, "person", f"<{name}>"), layout)
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (seed, 90, 200)).save(picture, "PNG")
    version = {
        "upload_id": uploaded(client, "adapter", "application/octet-stream", content),
        "previews": [uploaded(client, "preview", "image/png", picture.getvalue())],
    }
    drafted = client.post(f"/v1/adapters/{ref}/versions", json=version).raise_for_status().json()
    version: dict[str, Any] = client.post(f"/v1/versions/{drafted['id']}/publish", json={}).raise_for_status().json()
    return version


@pytest.fixture(scope="module")
def members(client: httpx.Client, layout: Layout) -> list[tuple[str, Adapter]]:
    """Three adapters: their version's id, and the file as Python reads it, in the composition's slot."""
    versions = [published(client, layout, f"merged-{seed}", seed) for seed in range(len(STRENGTHS))]
    files = [read_adapter(client.get(v["download_url"]).raise_for_status().content, layout) for v in versions]
    slots = layout.composed_slots([file.slot for file in files])
    return [(v["id"], replace(f, slot=slot)) for v, f, slot in zip(versions, files, slots, strict=True)]


@pytest.fixture(scope="module")
def address(client: httpx.Client, members: list[tuple[str, Adapter]]) -> str:
    named = [{"version_id": version, "strength": s} for (version, _), s in zip(members, STRENGTHS, strict=True)]
    made: dict[str, Any] = client.post("/v1/compositions", json={"members": named}).raise_for_status().json()
    return str(made["download_url"])


@pytest.mark.parametrize("tool", ["peft", "kohya"])
def test_the_product_of_the_factors_is_the_sum_of_the_residuals(
    client: httpx.Client, layout: Layout, members: list[tuple[str, Adapter]], address: str, *, tool: str
) -> None:
    tensors = load(client.get(address, params={"format": tool}).raise_for_status().content)
    up_name, down_name, dot = NAMES[tool]
    residuals = [residual_of(adapter, s) for (_, adapter), s in zip(members, STRENGTHS, strict=True)]
    for layer, shape in layout.layers.items():
        name = layer.replace(".", dot)
        up, down = tensors[up_name.format(name)], tensors[down_name.format(name)]
        assert up.shape == (shape.out_features, layout.rank * len(members))
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
    client: httpx.Client, layout: Layout, members: list[tuple[str, Adapter]], address: str
) -> None:
    tensors = load(client.get(address, params={"format": "peft"}).raise_for_status().content)
    for _, adapter in members:
        expected = marked(adapter.tokens.float(), layout, adapter.slot)
        assert torch.equal(tensors[f"emb_params.{adapter.trigger}"].float(), expected)
