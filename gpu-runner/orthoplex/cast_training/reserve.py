"""Makes room in a base: `python -m orthoplex.cast_training.reserve --weights FILE --sprites DIR --out FILE`.

Turns the words' channels into the eigenbasis of what the base's own captions make of them, keeps those of highest
energy and leaves the rest free for adapters. A rotation alone changes nothing; what is cut away is the quietest part,
and training the base on mends that. Reads a base without reserved channels, writes one with.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from orthoplex.bases.cast.model import CastConfig, CastModel
from orthoplex.bases.cast.parts import save_model
from orthoplex.bases.cast.scene import BACKGROUNDS, colour_entry
from orthoplex.bases.cast.sprites import read_captions
from orthoplex.bases.cast.world import World, encode_captions


def eigenbasis(context: Tensor) -> tuple[Tensor, Tensor]:
    """Of words (N, C): eigenvectors of X^T X as columns, by falling energy (C, C), and the energies (C,)."""
    energies, vectors = torch.linalg.eigh(context.double().T @ context.double())
    return vectors.flip(1), energies.flip(0).clamp(min=0)


def reserve(state: dict[str, Tensor], kept: Tensor) -> dict[str, Tensor]:
    """The same weights for words in the channels `kept` (C, word_width), orthonormal columns.

    Keys and values of cross-attention read them turned, W kept, and are deaf to the reserved channels that follow.
    """
    turned = dict(state)
    turned["text_encoder.out.weight"] = kept.T.float() @ state["text_encoder.out.weight"].float()
    turned["place_text.weight"] = state["place_text.weight"].float() @ kept.float()
    for name, weight in state.items():
        if name.endswith(("attn2.to_k.weight", "attn2.to_v.weight")):
            turned[name] = torch.zeros_like(weight, dtype=torch.float32)
            turned[name][:, : kept.shape[1]] = weight.float() @ kept.float()
    return turned


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument(
        "--sprites", type=Path, required=True, help="folder that render.ts wrote: captions to listen to"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reserved", type=int, default=CastConfig.reserved)
    arguments = parser.parse_args()
    with safe_open(arguments.weights, "pt") as file:
        sizes = json.loads(file.metadata()["config"]) | {"reserved": 0}
    state = {name: tensor.float() for name, tensor in load_file(arguments.weights).items()}
    config = CastConfig(**sizes)
    whole = CastModel(config)
    state["text_encoder.out.weight"] = torch.eye(config.width)
    whole.load_state_dict(state)
    world = World.read(arguments.sprites / "world.json")
    _, captions = read_captions(arguments.sprites / "captions.jsonl")
    encoded = encode_captions(world, captions[:2000], config.words)
    count, generator = len(encoded.words), torch.Generator().manual_seed(0)
    backgrounds = torch.tensor([world.background(kind) for kind in BACKGROUNDS])
    encoded.words[:, 0] = backgrounds[torch.randint(len(BACKGROUNDS), (count,), generator=generator)]
    encoded.colours[:, 0] = colour_entry(torch.rand(count, 3, generator=generator))
    with torch.no_grad():
        places = torch.randint(config.cells, (count, 1), generator=generator)
        context = whole.encode(encoded.words[:, None], encoded.colours[:, None], places).flatten(0, 1)
    vectors, energies = eigenbasis(context)
    kept = config.width - arguments.reserved
    made = CastModel(CastConfig(**(sizes | {"reserved": arguments.reserved})))
    made.load_state_dict(reserve(state, vectors[:, :kept]))
    save_model(made, dict(made.state_dict()), arguments.out)
    share = float(energies[kept:].sum() / energies.sum())
    print(f"{arguments.reserved} channels are free; they held {share:.3%} of the energy")


if __name__ == "__main__":
    main()
