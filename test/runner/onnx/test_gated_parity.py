"""The graph of a base with entries and a decoder draws what the runner draws with members attached."""

import numpy as np
import pytest
import torch

from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel
from orthoplex.export_onnx.denoiser import denoiser_graph
from orthoplex.ortho.gated import Member, attach_gated
from orthoplex.ortho.layout import LayerShape, Layout

from .test_parity import low_rank_inputs, run

CONFIG = CastConfig(vocabulary_size=40, layers=3, text_layers=1, **SIZES["cast-3"])
WIDTH, TOKENS, RANK = CONFIG.width, 4, 8
# One of every kind that a base may have, so that layers of several dimensions read inputs of their own.
SHAPES = {
    **{f"attn1.{name}": LayerShape(WIDTH, WIDTH) for name in ("to_q", "to_k", "to_v", "to_out")},
    **{f"attn2.{name}": LayerShape(WIDTH, WIDTH) for name in ("to_q", "to_out")},
    "ff.up": LayerShape(4 * WIDTH, WIDTH),
    "ff.down": LayerShape(WIDTH, 4 * WIDTH),
}
LAYOUT = Layout(
    base="cast",
    basis="signed-dct-2",
    basis_seed=1,
    rank=RANK,
    tokens_shape=(TOKENS, 1, WIDTH),
    residual_norm_max=1e3,
    layers={f"transformer_blocks.{i}.{name}": shape for i in range(3) for name, shape in SHAPES.items()},
    entries={f"transformer_blocks.{i}.attn2.{n}": WIDTH for i in range(3) for n in ("to_k", "to_v")},
    gate_gain=4.0,
)
TOLERANCE = 5e-4


@pytest.fixture(scope="module")
def model() -> CastModel:
    """Every branch awake, in numbers that fp16 holds exactly: both sides then have the same weights."""
    torch.manual_seed(0)
    made = CastModel(CONFIG)
    for parameter in made.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02)
    return made.half().float().requires_grad_(False).eval()


def member(seed: int, cell: int) -> Member:
    g = torch.Generator().manual_seed(seed)
    return Member(
        slot=seed,
        entries={name: 0.5 * torch.randn(TOKENS, out, generator=g) for name, out in LAYOUT.entries.items()},
        up={name: 0.2 * torch.randn(s.out_features, RANK, generator=g) for name, s in LAYOUT.layers.items()},
        positions=torch.arange(TOKENS)[None] + cell * CONFIG.words + 1,
        strength=0.5 + 0.25 * seed,
    )


@pytest.mark.parametrize(("cells", "regional"), [(1, False), (2, False), (2, True)])
def test_the_graph_equals_the_model_with_members_attached(model: CastModel, cells: int, regional: bool) -> None:
    g = torch.Generator().manual_seed(5)
    side, length, positions = CONFIG.cell_px, CONFIG.words * cells, CONFIG.grid**2 * cells
    x_t, t = torch.randn(2, 3, side, side * cells, generator=g), 0.6
    places = torch.arange(cells).expand(2, cells)
    context = model.encode(
        torch.randint(40, (2, cells, CONFIG.words), generator=g), torch.zeros(2, cells, CONFIG.words, 4), places
    )
    members = [member(cell, cell) for cell in range(cells)]
    own = torch.arange(length) // CONFIG.words
    weights = [(torch.arange(positions) % 3 == cell).float() * 0.7 + 0.15 for cell in range(cells)]
    masks = [own == cell for cell in range(cells)]
    if not regional:
        weights, masks = [torch.ones(positions)], [torch.ones(length, dtype=torch.bool)]
    regions = [(w[None, :, None].expand(2, -1, -1), m[None, None, None]) for w, m in zip(weights, masks, strict=True)]
    with attach_gated(model, LAYOUT, [members, []], length=length):
        wanted = model(x_t, torch.full((2,), t), context, places, regions=regions if regional else None)
    alone = model(x_t, torch.full((2,), t), context, places, regions=regions if regional else None)

    entries = torch.zeros(len(LAYOUT.entries), 2, length, WIDTH)
    owners = torch.zeros(2, length, RANK * cells)
    for place, each in enumerate(members):
        at = each.positions[0]
        for index, name in enumerate(LAYOUT.entries):
            entries[index, 0, at] = each.strength * each.entries[name]
        owners[0, at, place * RANK : (place + 1) * RANK] = 1
    drawn = run(
        denoiser_graph(CONFIG, LAYOUT),
        model.state_dict(),
        {
            "x_t": x_t.numpy(),
            "t": np.array([t], np.float32),
            "context": context.numpy(),
            "places": np.arange(cells, dtype=np.int32),
            **low_rank_inputs(LAYOUT, [(each.slot, each.strength, each.up) for each in members]),
            "entries": entries.numpy(),
            "owners": owners.numpy(),
            "region_weights": torch.stack(weights).numpy(),
            "region_bias": torch.stack([torch.where(mask, 0.0, -1e9) for mask in masks]).numpy(),
            "neighbour_bias": np.zeros((positions, positions), np.float32),
        },
    )
    assert float((drawn - wanted).abs().max()) < TOLERANCE
    assert float((alone[0] - wanted[0]).abs().max()) > 100 * TOLERANCE, "the members change nothing"
    torch.testing.assert_close(alone[1], wanted[1], rtol=0, atol=TOLERANCE)
