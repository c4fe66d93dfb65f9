"""The browser's whole path - adapter files, composition, graphs, sampler, enlarging - draws what the runner draws.

The site's own code runs in Node with the browser's runtime (test/site/preview/draw-in-node.ts), on a base of random
weights; noise, prompt, strengths, boxes and guidance are those of the runner's request.
"""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.bases.cast.parts import save_model
from orthoplex.bases.cast.sharpener import Sharpener
from orthoplex.bases.cast.world import World
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.export_onnx.files import files_of_base
from orthoplex.ortho.adapter import Adapter, read_adapter, write_adapter
from orthoplex.ortho.layout import Layout, layout_from
from orthoplex.sample.sampler import sample

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / "node_modules/.bin/node"
WORLD = ROOT / "gpu-runner/bases/cast-3/world.json"
WIDTH, BLOCKS = 64, 2
# (input, output) of the adapted layers of a block: several dimensions, as the product's base has them
GATED = {
    **dict.fromkeys(("attn1.to_q", "attn1.to_out", "attn2.to_out"), (WIDTH, WIDTH)),
    "ff.up": (WIDTH, 4 * WIDTH),
    "ff.down": (4 * WIDTH, WIDTH),
}
TOLERANCE = 1  # of 255, in the worst value: fp32 sums in another order may round to the neighbour
STEPS = 3


def description_of(kind: str, config: CastConfig) -> dict[str, Any]:
    description = json.loads((ROOT / "schema/examples/reserved-channels.json").read_text("utf-8"))
    if kind == "tokens":
        return description | {
            "basis": description["basis"] | {"reserved": config.reserved},
            "tokens": description["tokens"] | {"dim": config.word_width},
            "layers": [layer | {"in_features": WIDTH, "out_features": WIDTH} for layer in description["layers"]],
        }
    blocks = [f"transformer_blocks.{block}" for block in range(config.layers)]
    return description | {
        "basis": {"name": "signed-dct-2", "seed": 1},
        "rank": 4,
        "tokens": {"count": 4, "layers": 1, "dim": WIDTH},
        "gate": {"gain": 4},
        "entries": [{"name": f"{b}.attn2.{n}", "out_features": WIDTH} for b in blocks for n in ("to_k", "to_v")],
        "layers": [
            {"name": f"{b}.{name}", "in_features": inputs, "out_features": outputs}
            for b in blocks
            for name, (inputs, outputs) in GATED.items()
        ],
    }


def made_base(kind: str, folder: Path) -> CastBase:
    """A small base of either kind, its files for the browser in `folder`. Weights are numbers that fp16 holds."""
    torch.set_num_threads(1)
    torch.manual_seed(3)
    world = World.read(WORLD)
    sizes = {"reserved": 32} if kind == "tokens" else SIZES["cast-3"]
    config = CastConfig(len(world.vocabulary), width=WIDTH, layers=BLOCKS, text_layers=1, **sizes)
    model, sharpener = CastModel(config), Sharpener(scale=256 // config.cell_px)
    for parameter in (*model.parameters(), *sharpener.parameters()):
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)
    for block in model.transformer_blocks:
        for linear in (block.attn2.to_k, block.attn2.to_v):
            linear.weight.data[:, config.word_width :] = 0
    for module in (model, sharpener):
        module.half().float().requires_grad_(False).eval()
    description = description_of(kind, config)
    layout = layout_from(description)
    save_model(model, model.state_dict(), folder / "model.safetensors")
    save_file(
        {name: tensor.half() for name, tensor in sharpener.state_dict().items()}, folder / "sharpener.safetensors"
    )
    for name, content in files_of_base(config, layout).items():
        (folder / name).write_bytes(content)
    shutil.copy(WORLD, folder / "world.json")
    return CastBase(
        layout.base, description, layout, model, sharpener, world, torch.device("cpu"), torch.float32
    )  # fmt: skip


def adapter(layout: Layout, slot: int, trigger: str) -> Adapter:
    g = torch.Generator().manual_seed(slot)
    up = {n: 0.1 * torch.randn(s.out_features, layout.rank, generator=g).half() for n, s in layout.layers.items()}
    entries = {n: torch.randn(4, out, generator=g).half() for n, out in layout.entries.items()}
    tokens = torch.zeros(0, 0, 0).half() if entries else torch.randn(layout.tokens_shape, generator=g).half()
    made = Adapter(slot, up, tokens, trigger, "person", trigger, entries=entries)
    return read_adapter(write_adapter(made, layout), layout)


# guidance, whether members have boxes, and the order in which the request names them
ASKS = {"plain": (1.0, False, 1), "guided": (2.0, False, -1), "boxes": (1.0, True, 1)}


def asked(base: CastBase, ask: str) -> tuple[SampleSpec, list[AttachedAdapter]]:
    guidance, boxed, order = ASKS[ask]
    prompt = "<bo> sad, right; <ana> smiling, left; mint gradient background"
    spec = SampleSpec(prompt, 11, 512, 256, steps=STEPS, guidance=guidance)
    # Slots of two classes that share column 0, as the first adapters of any two owners have.
    ana = AttachedAdapter(adapter(base.layout, base.layout.radix, "<ana>"), "<ana>", 0.8)
    bo = AttachedAdapter(adapter(base.layout, 2 * base.layout.radix, "<bo>"), "<bo>", 1.2)
    if boxed:  # boxes that overlap: people then see one another
        ana = replace(ana, region=Region(0.0, 0.1, 0.7, 0.9))
        bo = replace(bo, region=Region(0.45, 0.0, 0.55, 1.0))
    return spec, [ana, bo][::order]


def write_request(folder: Path, base: CastBase, spec: SampleSpec, members: list[AttachedAdapter]) -> None:
    listed = []
    for index, each in enumerate(members):
        file = f"{index}.safetensors"
        (folder / file).write_bytes(write_adapter(each.adapter, base.layout))
        box = each.region
        region = box and {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        listed.append(
            {"trigger": each.trigger, "url": file, "title": file, "strength": each.strength, "region": region}
        )
    cells = spec.width // spec.height
    request = {"prompt": spec.prompt, "cells": cells, "seed": spec.seed, "steps": spec.steps, "members": listed}
    (folder / "request.json").write_text(json.dumps(request | {"guidance": spec.guidance}))


def read_picture(folder: Path, spec: SampleSpec) -> np.ndarray[Any, Any]:
    """(H, W, 3) in 0..255."""
    values = np.fromfile(folder / "picture.f32", np.float32).reshape(3, spec.height, spec.width).transpose(1, 2, 0)
    return np.round(np.clip((values + 1) * 127.5, 0, 255))


@pytest.fixture(scope="module", params=["tokens", "entries"])
def drawn(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CastBase, dict[str, np.ndarray[Any, Any]]]:
    """A base, and the picture that the site's code draws for each ask. One process draws all: it starts for seconds."""
    folder = tmp_path_factory.mktemp(request.param)
    base = made_base(request.param, folder)
    for ask in ASKS:
        (folder / ask).mkdir()
        write_request(folder / ask, base, *asked(base, ask))
    script = ROOT / "test/site/preview/draw-in-node.ts"
    done = subprocess.run([NODE, script, folder, *ASKS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return base, {ask: read_picture(folder / ask, asked(base, ask)[0]) for ask in ASKS}


def runners(base: CastBase, spec: SampleSpec, members: list[AttachedAdapter]) -> np.ndarray[Any, Any]:
    return np.asarray(sample(base, spec, members).images[0], np.float32)


@pytest.mark.skipif(not NODE.exists(), reason="needs the packages of package.json")
@pytest.mark.parametrize("ask", ASKS)
def test_the_graphs_give_the_runners_picture(drawn: tuple[CastBase, dict[str, np.ndarray[Any, Any]]], ask: str) -> None:
    base, pictures = drawn
    spec, members = asked(base, ask)
    wanted = runners(base, spec, members)
    difference = np.abs(pictures[ask] - wanted)
    assert difference.max() <= TOLERANCE
    assert difference.mean() < 0.01
    for each in members:
        without = runners(base, spec, [replace(other, strength=0.0) if other is each else other for other in members])
        assert np.abs(without - wanted).mean() > 100 * difference.mean(), f"{each.trigger} changes nothing"
