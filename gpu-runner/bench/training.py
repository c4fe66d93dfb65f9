"""A training step of rank 8 against PEFT's LoRA on the same UNet: same precision, batch and optimiser."""

import copy
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from bench.rows import Measured, Row, group
from bench.timing import Way, interleaved

BATCH = 2
STEP_CLOSES = (
    "Both spend most of it in the UNet's own passes, which are the same; what is ours is cross-attention with its "
    "probabilities, which PEFT's fused attention skips."
)
MEMORY_CLOSES = (
    "Cross-attention keeps its probabilities for the gates. To compute them again in the backward pass would save more "
    "than is missed, and cost time."
)


class Saved:
    """Bytes that autograd keeps for the backward pass, every storage once; weights are not counted."""

    def __init__(self, weights: list[Tensor]) -> None:
        self.own = {weight.untyped_storage().data_ptr() for weight in weights}
        self.seen: dict[int, int] = {}
        self.kept: list[Tensor] = []  # so that no address is given twice

    def pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self.own:
            self.seen[storage.data_ptr()] = storage.nbytes()
            self.kept.append(tensor.detach())
        return tensor

    @property
    def bytes(self) -> float:
        return float(sum(self.seen.values()))


def saved_bytes(run: Any, weights: list[Tensor]) -> float:
    saved = Saved(weights)
    with torch.autograd.graph.saved_tensors_hooks(saved.pack, lambda tensor: tensor):
        run()
    return saved.bytes


@group(
    Row("train-step", "steps a second, rank 8 with entries, SD 1.5's shape", "PEFT LoRA of rank 8 on the same layers",
        ">= 1.15", (0.3, 5), STEP_CLOSES),
    Row("train-memory", "bytes kept for the backward pass", "the same", "<= 0.85", (0.2, 4), MEMORY_CLOSES),
    needs=("diffusers", "peft"),
)  # fmt: skip
def training(quick: bool) -> dict[str, Measured]:
    from peft import LoraConfig

    from bench.models import ABOUT, SIDE, small_sd
    from orthoplex.train.concept import ConceptState, TrainSpec
    from orthoplex.train.step import train_step

    base = small_sd(quick)
    picture = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    dataset = base.pictures([(picture, None)] * 4, "person")
    state = ConceptState(base, TrainSpec("a", "person", "<a>", 1, steps=1_000))

    def ours() -> None:
        generator = torch.Generator().manual_seed(state.step)
        train_step(base, state, dataset, prior=None, own=BATCH, silent=0, steps=1_000, generator=generator)

    unet: Any = copy.deepcopy(base.model)
    targets = ["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"]
    unet.add_adapter(LoraConfig(r=8, lora_alpha=8, target_modules=targets))
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, 1e-4)

    def theirs() -> None:
        batch = dataset.batch(BATCH, torch.Generator().manual_seed(0))
        states = batch.context.states[0][:, : base.words]
        predicted = unet(batch.noisy, batch.t, encoder_hidden_states=states).sample
        loss = F.mse_loss(predicted, batch.target)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    seconds = interleaved({"theirs": Way(theirs), "ours": Way(ours)}, 5 if quick else 9)
    own, other = saved_bytes(ours, list(base.model.parameters())), saved_bytes(theirs, list(unet.parameters()))
    return {
        "train-step": Measured(seconds["theirs"], seconds["ours"], f"{ABOUT}, batch {BATCH}"),
        "train-memory": Measured([own], [other], f"{own / 2**20:.0f} MiB; bytes, not seconds"),
    }
