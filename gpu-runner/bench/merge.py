"""Merging three adapters into weights of true shapes, and switching between compositions: against memcpy and peers."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from bench.rows import Measured, Row, group
from bench.shapes import RANK, SD15, SDXL, Layers, layout_of, mebibytes, one_of_each, random_weights, residuals
from bench.timing import Way, interleaved
from orthoplex.ortho.layout import Layout
from orthoplex.ortho.merge import PristineWeights
from orthoplex.ortho.widen import widened

MERGE = "merge of 3 adapters of rank 8"
CLOSES = (
    "Bound by the product, not by memory: rank 24 is 48 operations a weight, and the blocks run at 94 GFLOPS, which is "
    "all that one such core has (a 2048 x 2048 product: 87); with copies at 9.7 GB/s that makes 2.2 in fp32 and 3.4 in "
    "bf16, whose sums are fp32 too. Only more of a machine's arithmetic for its bandwidth would close it: a GPU, or "
    "cores with matrix units and a precision below fp32, which would not be exact."
)


def _against_memcpy(layout: Layout, dtype: torch.dtype, rounds: int) -> Measured:
    model = Layers(layout, dtype)
    pristine = PristineWeights(model, layout)
    members = residuals(layout, (1, 2, 3))
    sources, targets = [weight.clone() for weight in model.weights()], model.weights()
    seconds = interleaved(
        {"merge": Way(lambda: pristine.merge(members)), "memcpy": Way(lambda: _copy(sources, targets))}, rounds
    )
    note = f"{len(layout.layers)} layers, {mebibytes(targets)} MiB"
    return Measured(seconds["merge"], seconds["memcpy"], note)


def _copy(sources: Sequence[Tensor], targets: Sequence[Tensor]) -> None:
    for source, target in zip(sources, targets, strict=True):
        target.copy_(source)


@group(
    Row("merge-sd15-fp32", f"{MERGE}, SD 1.5, fp32", "memcpy of the same weights", "<= 1.5", (0.5, 12), CLOSES),
    Row("merge-sd15-bf16", f"{MERGE}, SD 1.5, bf16", "memcpy of the same weights", "<= 1.5", (0.5, 25), CLOSES),
    Row("merge-sdxl-fp32", f"{MERGE}, SDXL, fp32", "memcpy of the same weights", "<= 1.5", (0.5, 12), CLOSES),
    Row("unmerge-sd15", "unmerge, SD 1.5, fp32", "memcpy of the same weights", "<= 1.1", (0.5, 2)),
    needs=("diffusers",),
)
def merge_against_memcpy(quick: bool) -> dict[str, Measured]:
    rounds, every = (5, 6) if quick else (9, 1)
    sd15, sdxl = layout_of(SD15, every), layout_of(SDXL, 4 * every)
    model = Layers(sd15)
    pristine, sources = PristineWeights(model, sd15), [weight.clone() for weight in model.weights()]
    targets = model.weights()
    undone = interleaved({"unmerge": Way(pristine.unmerge), "memcpy": Way(lambda: _copy(sources, targets))}, rounds)
    xl = _against_memcpy(sdxl, torch.float32, rounds)
    return {
        "merge-sd15-fp32": _against_memcpy(sd15, torch.float32, rounds),
        "merge-sd15-bf16": _against_memcpy(sd15, torch.bfloat16, rounds),
        "merge-sdxl-fp32": Measured(xl.above, xl.below, f"one layer of {4 * every}: {xl.note}"),
        "unmerge-sd15": Measured(undone["unmerge"], undone["memcpy"]),
    }


@group(
    Row("widen-sd15", "widened keys and values for 3 adapters of 4 tokens, SD 1.5, fp32", "their clones", "<= 1.5",
        (0.3, 6)),
    needs=("diffusers",),
)  # fmt: skip
def widen_against_memcpy(quick: bool) -> dict[str, Measured]:
    layout = layout_of(SD15)
    weights = [torch.randn(out, SD15["cross_attention_dim"]) for out in layout.entries.values()]
    entries = [torch.randn(12, out) for out in layout.entries.values()]
    seconds = interleaved(
        {
            "widen": Way(lambda: [widened(w, e) for w, e in zip(weights, entries, strict=True)]),
            "clone": Way(lambda: [weight.clone() for weight in weights]),
        },
        7 if quick else 15,
    )
    return {"widen-sd15": Measured(seconds["widen"], seconds["clone"], f"{mebibytes(weights)} MiB")}


class _Peft:
    """Three LoRA adapters of PEFT on the same layers; `switch` makes one weighted adapter and merges it."""

    def __init__(self, layout: Layout) -> None:
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=list(layout.layers), init_lora_weights=False)
        self.model: Any = get_peft_model(Layers(layout), config, adapter_name="a")
        for name in ("b", "c"):
            self.model.add_adapter(name, config)

    def way(self, kind: str, **settings: Any) -> Way:
        def run() -> None:
            self.model.add_weighted_adapter(["a", "b", "c"], [0.7, 0.8, 0.9], "all", combination_type=kind, **settings)
            self.model.merge_adapter(["all"])

        def after() -> None:
            self.model.unmerge_adapter()
            self.model.delete_adapter("all")

        return Way(run, after)


def _against_peft(layout: Layout, kind: str, rounds: int, **settings: Any) -> Measured:
    ours, members = PristineWeights(Layers(layout), layout), residuals(layout, (1, 2, 3))
    seconds = interleaved(
        {"theirs": _Peft(layout).way(kind, **settings), "ours": Way(lambda: ours.merge(members))}, rounds
    )
    return Measured(seconds["theirs"], seconds["ours"], f"{len(layout.layers)} layers")


@group(
    Row("merge-peft-cat", "PEFT add_weighted_adapter cat and merge, SD 1.5, fp32", MERGE, "> 1", (0.5, 1e4)),
    Row("merge-peft-ties", "PEFT add_weighted_adapter ties and merge, SD 1.5, fp32", MERGE, "> 1", (0.5, 1e4)),
    Row("merge-peft-svd", "PEFT add_weighted_adapter svd and merge, one layer of each shape", MERGE, "> 100",
        (2, 1e6)),
    needs=("diffusers", "peft"),
)  # fmt: skip
def merge_against_peft(quick: bool) -> dict[str, Measured]:
    sd15 = layout_of(SD15, 6 if quick else 2)
    each = one_of_each({**SD15, "block_out_channels": (320, 320, 640, 640)} if quick else SD15)
    return {
        "merge-peft-cat": _against_peft(sd15, "cat", 5),
        "merge-peft-ties": _against_peft(sd15, "ties", 3, density=0.5),
        "merge-peft-svd": _against_peft(each, "svd", 3),
    }


@group(
    Row("switch-diffusers", "diffusers unfuse_lora, set_adapters and fuse_lora, SD 1.5, fp32",
        "switch of a merged composition", ">= 10", (0.5, 1e4),
        "Ours is the merge above, whose product leaves nothing to take away on such a core. What is served is the "
        "attached composition of the next line; merged weights are for export."),
    Row("switch-attached-diffusers", "the same", "switch of an attached composition", ">= 10", (2, 1e6)),
    needs=("diffusers", "peft"),
)  # fmt: skip
def switch_of_composition(quick: bool) -> dict[str, Measured]:
    from orthoplex.ortho.attach import attach

    config = {**SD15, "layers_per_block": 1, "block_out_channels": (320, 640, 640, 640)} if quick else SD15
    layout = layout_of(config)
    unet, drift = _diffusers_unet(config, layout)
    model = Layers(layout)
    pristine, members = PristineWeights(model, layout), residuals(layout, (1, 2, 3, 4, 5, 6))
    names, turn = [f"a{number}" for number in range(6)], itertools.count()
    first, second = members[:3], members[3:]

    def fuse() -> None:
        unet.unfuse_lora()
        chosen = names[:3] if next(turn) % 2 else names[3:]
        unet.set_adapters(chosen, [0.7, 0.8, 0.9])
        unet.fuse_lora(adapter_names=chosen)

    ours = itertools.count()
    attached = [attach(model, layout, first)]

    def reattach() -> None:
        attached.pop().detach()
        attached.append(attach(model, layout, first if next(ours) % 2 else second))

    seconds = interleaved(
        {
            "theirs": Way(fuse),
            "merge": Way(lambda: pristine.merge(first if next(ours) % 2 else second)),
            "attach": Way(reattach),
        },
        5,
    )
    unet.unfuse_lora()
    is_exact = _is_restored(model, pristine)
    note = f"after it the weights differ from before in {drift():.0%} of numbers; ours " + (
        "are the same to the bit" if is_exact else "DIFFER"
    )
    return {
        "switch-diffusers": Measured(seconds["theirs"], seconds["merge"], note),
        "switch-attached-diffusers": Measured(seconds["theirs"], seconds["attach"]),
    }


def _diffusers_unet(config: dict[str, Any], layout: Layout) -> tuple[Any, Callable[[], float]]:
    """A UNet with six LoRA adapters, the first three fused; and the share of weights that unfusing leaves changed."""
    from diffusers import UNet2DConditionModel
    from peft import LoraConfig

    with torch.device("meta"):
        empty = UNet2DConditionModel(**config)
    unet: Any = random_weights(empty)
    for number in range(6):
        lora = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=list(layout.layers), init_lora_weights=False)
        unet.add_adapter(lora, adapter_name=f"a{number}")
    own = {name: unet.get_submodule(name).base_layer.weight for name in list(layout.layers)[::10]}
    before = {name: weight.detach().clone() for name, weight in own.items()}
    unet.set_adapters(["a0", "a1", "a2"], [0.7, 0.8, 0.9])
    unet.fuse_lora(adapter_names=["a0", "a1", "a2"])

    def drift() -> float:
        changed = sum(int((own[name] != before[name]).sum()) for name in own)
        return changed / sum(weight.numel() for weight in before.values())

    return unet, drift


def _is_restored(model: nn.Module, pristine: PristineWeights) -> bool:
    pristine.unmerge()
    one = [parameter.detach().clone() for parameter in model.parameters()]
    pristine.merge(residuals(pristine.layout, (7, 8)))
    pristine.unmerge()
    return all(torch.equal(a, b) for a, b in zip(one, model.parameters(), strict=True))
