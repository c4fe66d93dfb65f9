"""The graphs that the browser runs draw what the runner draws: same base, same adapters, same regions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.encoding import layer_contexts, null_context
from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.reading import CONCEPT_WORDS, read
from orthoplex.bases.cast.regions import neighbours_of, region_weights
from orthoplex.bases.cast.sharpener import Sharpener, enlarge
from orthoplex.bases.cast.world import World
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.export_onnx.denoiser import denoiser_graph, input_dimensions, layers_by_output
from orthoplex.export_onnx.graph import check
from orthoplex.export_onnx.sharpener import sharpener_graph
from orthoplex.export_onnx.text import text_graph
from orthoplex.ortho.adapter import Adapter
from orthoplex.ortho.attach import attach
from orthoplex.ortho.layout import Layout, read_layout

ROOT = Path(__file__).resolve().parents[3]
Arrays = Mapping[str, NDArray[np.generic]]
Regions = list[tuple[torch.Tensor, torch.Tensor]]
TOLERANCE = 2e-4  # of values around 1: fp32 sums in another order


def run(model: ModelProto, weights: Mapping[str, torch.Tensor], inputs: Arrays) -> torch.Tensor:
    """What the graph gives with these weights, brought as the browser brings them: fp16, by name."""
    check(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    names = [each.name for each in model.graph.initializer if each.data_location == TensorProto.EXTERNAL]
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weights[name].half().numpy()) for name in names]
    options.add_external_initializers(names, values)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, dict(inputs))
    return torch.from_numpy(output)


def low_rank_inputs(
    layout: Layout, members: Sequence[tuple[int, float, Mapping[str, torch.Tensor]]]
) -> dict[str, NDArray[np.float32]]:
    """The graph's down_N and up_M of members, each a slot, a strength and its trained factors by layer."""
    downs = {n: torch.cat([layout.down(slot, n) for slot, _, _ in members]).T for n in input_dimensions(layout)}
    ups = {
        m: torch.stack([torch.cat([strength * up[name].float() for _, strength, up in members], 1).T for name in names])
        for m, names in layers_by_output(layout).items()
    }
    return {
        **{f"down_{n}": down.float().numpy() for n, down in downs.items()},
        **{f"up_{m}": up.numpy() for m, up in ups.items()},
    }


@pytest.fixture(scope="module")
def base() -> CastBase:
    """fp32 with every branch awake, in numbers that fp16 holds exactly: both sides then have the same weights."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    world = World.read(ROOT / "gpu-runner/bases/cast-3/world.json")
    model = CastModel(CastConfig(vocabulary_size=len(world.vocabulary), layers=2))
    sharpener = Sharpener(scale=4)
    for parameter in (*model.parameters(), *sharpener.parameters()):
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    for module in (model, sharpener):
        module.half().float().requires_grad_(False).eval()
    layout = read_layout(ROOT / "schema/examples/reserved-channels.json")
    return CastBase(layout.base, {}, layout, model, sharpener, world, torch.device("cpu"), torch.float32)


def adapter(base: CastBase, slot: int, trigger: str) -> AttachedAdapter:
    generator = torch.Generator().manual_seed(slot)
    up = {
        name: torch.randn(shape.out_features, base.layout.rank, generator=generator).half() * 0.05
        for name, shape in base.layout.layers.items()
    }
    tokens = torch.randn(base.layout.tokens_shape, generator=generator).half()
    return AttachedAdapter(Adapter(slot, up, tokens, trigger, "person", trigger), trigger, strength=0.5 + slot / 10)


def scene(base: CastBase, cells: int, boxed: bool) -> tuple[SampleSpec, list[AttachedAdapter]]:
    """One trained person a cell; with boxes the first two overlap."""
    attached = [adapter(base, slot, f"<p{slot}>") for slot in range(cells)]
    if boxed:
        width = 1.4 / cells if cells > 1 else 0.7
        boxes = [Region(cell * 0.9 / cells, 0.1, min(width, 1 - cell * 0.9 / cells), 0.9) for cell in range(cells)]
        attached = [
            AttachedAdapter(each.adapter, each.trigger, each.strength, box)
            for each, box in zip(attached, boxes, strict=True)
        ]
    prompt = "; ".join([f"{each.trigger} smiling" for each in attached] + ["mint gradient background"])
    return SampleSpec(prompt, seed=3, width=256 * cells, height=256), attached


def model_of(
    base: CastBase, x_t: torch.Tensor, t: float, *, contexts: list[torch.Tensor], regions: Regions | None,
    neighbours: torch.Tensor | None,
) -> torch.Tensor:  # fmt: skip
    """One prediction for a pair of captions of one picture."""
    cells = x_t.shape[3] // x_t.shape[2]
    doubled = regions and [(torch.cat([weight] * 2), torch.cat([mask] * 2)) for weight, mask in regions]
    apart = None if neighbours is None else torch.cat([neighbours] * 2)
    predicted: torch.Tensor = base.model(
        x_t, torch.full((2,), t), contexts, torch.arange(cells).expand(2, cells), regions=doubled, neighbours=apart
    )
    return predicted


@pytest.mark.parametrize(("cells", "boxed"), [(1, False), (2, True), (3, False), (3, True)])
def test_text_and_denoiser_equal_the_model_with_attached_residuals_and_people_separated_or_not(
    base: CastBase, cells: int, boxed: bool
) -> None:
    config, layout = base.config, base.layout
    spec, attached = scene(base, cells, boxed)
    row = read(base, spec, attached, spec.seed)
    assert row.apart == (cells == 1 or not boxed), "boxes that overlap let people see one another"
    places = torch.arange(cells).expand(1, cells)
    nothing = null_context(base, 1, places)
    contexts = [torch.cat([context, nothing]) for context in layer_contexts(base, [row], places)]
    regions = region_weights(base.config, [row.boxes], [row.apart], cells)
    neighbours = neighbours_of(base.config, [row.apart], cells)
    assert (neighbours is None) == (cells == 1 or boxed)
    torch.manual_seed(1)
    x_t, t = torch.randn(2, 3, 64, 64 * cells), 0.7
    with attach(base.model, layout, row.residuals):
        wanted = model_of(base, x_t, t, contexts=contexts, regions=regions, neighbours=neighbours)
    unattached = model_of(base, x_t, t, contexts=contexts, regions=regions, neighbours=neighbours)

    words = torch.stack([row.words, torch.full_like(row.words, base.world.vocabulary["pad"])])  # (2, P, S)
    words[1, :, 0] = base.world.vocabulary["null"]
    tokens = torch.zeros(config.layers, 2, cells, len(CONCEPT_WORDS), config.width)
    trained = torch.zeros(2, cells, 1)
    for cell, learned in row.tokens.items():
        tokens[:, 0, cell] = learned.transpose(0, 1)
        trained[0, cell] = 1
    weights = base.model.state_dict()
    numbers = np.arange(cells, dtype=np.int32)
    context = run(
        text_graph(config),
        weights,
        {
            "words": base.model.text_encoder.words.weight[words].numpy(),
            "colours": torch.stack([row.colours, torch.zeros_like(row.colours)]).numpy(),
            "tokens": tokens.numpy(),
            "taught": trained.numpy(),
            "places": numbers,
        },
    )
    assert float((context - torch.stack(contexts)).abs().max()) < TOLERANCE

    length, positions = config.words * cells, config.grid**2 * cells
    everybody = torch.ones(positions, positions, dtype=torch.bool)
    parts = regions or [(torch.ones(1, positions, 1), torch.ones(1, 1, 1, length, dtype=torch.bool))]
    drawn = run(
        denoiser_graph(config, layout),
        weights,
        {
            "x_t": x_t.numpy(),
            "t": np.array([t], np.float32),
            "context": context.numpy(),
            "places": numbers,
            **low_rank_inputs(layout, [(each.slot, each.strength, each.up) for each in row.residuals]),
            "region_weights": torch.stack([weight[0, :, 0] for weight, _ in parts]).numpy(),
            "region_bias": torch.stack([torch.where(mask[0, 0, 0], 0.0, -1e9) for _, mask in parts]).numpy(),
            "neighbour_bias": torch.where(everybody if neighbours is None else neighbours[0, 0], 0.0, -1e9).numpy(),
        },
    )
    assert float((drawn - wanted).abs().max()) < TOLERANCE
    assert float((drawn - unattached).abs().max()) > 100 * TOLERANCE, "the residuals change nothing"


def test_the_sharpener_equals_the_runners(base: CastBase) -> None:
    small = torch.randn(1, 3, 64, 128, generator=torch.Generator().manual_seed(2))
    large = run(sharpener_graph(base.sharpener.scale), base.sharpener.state_dict(), {"small": small.numpy()})
    assert float((large - enlarge(base.sharpener, small)).abs().max()) < TOLERANCE
