"""A composition as files for programs that support only LoRA and textual inversion, as far as such files can express
it.

Picture side: sum_i strength_i * mean gate_i * up_i @ down_i, a LoRA of ranks side by side; a file has no gate that
follows the picture. Words' side: each token k becomes a vector of an embedding, and an entry e_k becomes
    e_k a_k^T x,   A = T X^T (X X^T + l I)^-1,
the rows a_k fitted jointly so that a_k^T x is 1 at token k and 0 at all others' words (closed form, as Perfusion's).
The caller measures what is lost (exporting.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from torch import Tensor, nn

from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.bases.sd.names import TEXT, TEXT_2
from orthoplex.bases.sd.schedule import DEFAULT_SAMPLER, SAMPLERS

TEMPLATES = (
    "{}",
    "a picture of {}",
    "a photo of {} in a park",
    "{} smiling",
    "{}, portrait, in the street",
    "{} and a dog",
)
SPREAD = 0.25  # of a class word's length: how far a token's vectors stand apart, so that rows differ
RIDGE = 1e-4  # of the mean square of X
GATE_STEPS = 8


@dataclass(frozen=True, eq=False)
class StockLora:
    """layers: name -> (down (r, in), up (out, r)) of scale 1. embeddings: trigger -> encoder -> (tokens, dim)."""

    layers: Mapping[str, tuple[Tensor, Tensor]]
    embeddings: Mapping[str, Mapping[str, Tensor]]


def whole_pipeline(base: SdBase, folder: Path) -> Any:
    """The folder as an ordinary pipeline of diffusers, in fp32 as diffusers loads it, whatever the base computes in."""
    kind = StableDiffusionPipeline if base.second is None else StableDiffusionXLPipeline
    more = {"safety_checker": None} if base.second is None else {"add_watermarker": False}
    pipe: Any = kind.from_pretrained(folder, dtype=torch.float32, low_cpu_mem_usage=False, **more)
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(base.device)


def stock_pipeline(base: SdBase, folder: Path) -> Any:
    """The same with the scheduler of our default sampler."""
    pipe = whole_pipeline(base, folder)
    scheduler, changes = SAMPLERS[DEFAULT_SAMPLER]
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config, **changes)
    return pipe


def joint_prompt(members: Sequence[AttachedAdapter]) -> str:
    """A prompt that names all members in their order."""
    return " and ".join(member.trigger for member in members)


def stock_lora(base: SdBase, pipe: Any, members: Sequence[AttachedAdapter]) -> StockLora:
    """The composition as a stock LoRA and embeddings, in f16 as files hold them. The pipeline learns the embeddings."""
    embeddings = {member.trigger: _embeddings(pipe, member, base.layout.tokens_shape[0]) for member in members}
    for trigger, parts in embeddings.items():
        learn_embedding(pipe, trigger, parts)
    rows = _rows(pipe, members, base.layout.tokens_shape[0])  # (all tokens, D)
    layers = gated_layers(base, members)
    for name in base.layout.entries:
        entries = [member.strength * member.adapter.entries[name].double() for member in members]
        if any(bool(entry.any()) for entry in entries):
            layers[name] = (rows.half(), torch.cat(entries).T.contiguous().half())
    return StockLora(layers, embeddings)


def gated_layers(
    base: Any, members: Sequence[AttachedAdapter], *, pictured: int | None = None
) -> dict[str, tuple[Tensor, Tensor]]:
    """The picture's side at its mean gates: name -> (down, up), in f16; empty where no residual was trained.

    pictured: of a base whose gates have places for words too, how many are the picture's.
    """
    layers: dict[str, tuple[Tensor, Tensor]] = {}
    if not any(bool(up.any()) for member in members for up in member.adapter.up.values()):
        return layers
    gates = mean_gates(base, members, pictured)
    for name, shape in base.layout.layers.items():
        downs = [base.layout.down(member.adapter.slot, shape.in_features) for member in members]
        ups = [member.strength * gates[member.trigger][name] * member.adapter.up[name].double() for member in members]
        layers[name] = (torch.cat(downs).half(), torch.cat(ups, dim=1).half())
    return layers


def _encoders(pipe: Any) -> list[tuple[str, Any, Any]]:
    """(part, tokenizer, encoder) of one or two."""
    found = [(TEXT, pipe.tokenizer, pipe.text_encoder)]
    second = getattr(pipe, "text_encoder_2", None)
    return found if second is None else [*found, (TEXT_2, pipe.tokenizer_2, second)]


def _embeddings(pipe: Any, member: AttachedAdapter, count: int) -> dict[str, Tensor]:
    """Vectors of the class word's last token, a little apart, the same for the same trigger."""
    seed = int.from_bytes(hashlib.sha256(member.trigger.encode()).digest()[:7], "big")
    parts = {}
    for part, tokenizer, encoder in _encoders(pipe):
        word = tokenizer(member.adapter.class_word, add_special_tokens=False).input_ids[-1]
        own = encoder.get_input_embeddings().weight[word].detach().float().cpu()
        away = torch.randn(count, len(own), generator=torch.Generator().manual_seed(seed))
        parts[part] = (own + SPREAD * own.norm() * away / away.norm(dim=1, keepdim=True)).half()
    return parts


def learn_embedding(pipe: Any, trigger: str, parts: Mapping[str, Tensor]) -> None:
    """As a program does that loads the embedding: the trigger is replaced by its vectors."""
    for part, tokenizer, encoder in _encoders(pipe):
        pipe.load_textual_inversion(parts[part], token=trigger, tokenizer=tokenizer, text_encoder=encoder)


@torch.no_grad()
def _rows(pipe: Any, members: Sequence[AttachedAdapter], count: int) -> Tensor:
    """A (members * count, D), fp64: rows that answer 1 to their own token and 0 to every other word."""
    names = [[member.trigger, *(f"{member.trigger}_{k}" for k in range(1, count))] for member in members]
    ids = {pipe.tokenizer.convert_tokens_to_ids(name): at for at, name in enumerate(n for own in names for n in own)}
    said = [member.trigger for member in members] + [member.adapter.class_word for member in members]
    prompts = [template.format(word) for word in said for template in TEMPLATES]
    prompts += [joint_prompt(members), joint_prompt(members[::-1]), ""]
    states, targets = [], []
    for prompt in prompts:
        read = pipe.tokenizer(
            pipe.maybe_convert_prompt(prompt, pipe.tokenizer), padding="max_length", truncation=True,
            max_length=pipe.tokenizer.model_max_length,
        ).input_ids  # fmt: skip
        states.append(_encoded(pipe, prompt).double().cpu())
        target = torch.zeros(len(read), len(ids), dtype=torch.float64)
        for row, token in enumerate(read):
            if token in ids:
                target[row, ids[token]] = 1
        targets.append(target)
    x, t = torch.cat(states), torch.cat(targets)
    own = t.any(dim=1)
    weight = torch.where(own, (~own).sum() / own.sum().clamp(min=1), 1.0).double().sqrt()[:, None]
    x, t = x * weight, t * weight
    damped = x.T @ x + RIDGE * (x.square().sum() / x.shape[1]) * torch.eye(x.shape[1], dtype=torch.float64)
    rows: Tensor = torch.linalg.solve(damped, x.T @ t).T.contiguous()
    return rows


def _encoded(pipe: Any, prompt: str) -> Tensor:
    """(S, D): what the UNet reads."""
    order = {"device": pipe.device, "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    states: Tensor = pipe.encode_prompt(prompt=prompt, **order)[0][0]
    return states


@torch.no_grad()
def mean_gates(
    base: Any, members: Sequence[AttachedAdapter], pictured: int | None = None
) -> dict[str, dict[str, float]]:
    """trigger -> layer -> the mean of its gate over positions and steps, in a picture that names all members."""
    width, _, height = str(base.description["default_size"]).partition("x")
    spec = SampleSpec(joint_prompt(members), 0, int(width), int(height), steps=GATE_STEPS)
    reading = base.read(spec, members, spec.seed)
    context = base.encode([reading])
    schedule = base.schedule(spec.canvas, [spec.seed])
    x = schedule.start(base.noise(spec.seed, spec.canvas)[None].to(base.device))
    # Members in the prompt's order, as an attachment sorts them.
    called = sorted(reading.members, key=lambda member: min(reading.tokens.mentions[member.trigger]))
    sums = {member.trigger: dict.fromkeys(base.layout.layers, 0.0) for member in members}
    with base.attached(context) as attachment:

        def record(name: str) -> Any:
            def hook(*_: Any) -> None:
                if attachment is not None and attachment.gates is not None:
                    means = attachment.gates[0, :pictured].float().mean(dim=0).tolist()
                    for member, gate in zip(called, means, strict=True):
                        sums[member.trigger][name] += gate / len(schedule.levels)

            return hook

        handles = [base.model.get_submodule(name).register_forward_hook(record(name)) for name in base.layout.layers]
        try:
            for index, level in enumerate(schedule.levels):
                t = torch.full((1,), level, device=base.device)
                x, _ = schedule.step(base.predict(schedule.scaled(x, index), t, context), index, x)
        finally:
            for handle in handles:
                handle.remove()
    return sums


@torch.no_grad()
def add_to_weights(model: nn.Module, layers: Mapping[str, tuple[Tensor, Tensor]]) -> None:
    """W += up @ down in place, as a program does that merges a LoRA."""
    for name, (down, up) in layers.items():
        weight: Any = model.get_submodule(name).weight
        weight.copy_(weight.double() + (up.double() @ down.double()).to(weight.device))
