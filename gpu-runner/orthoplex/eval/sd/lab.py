"""The laboratory on a Stable Diffusion base: the characters as training pictures, the methods, and how they draw."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast.words import BACKGROUND_WORDS
from orthoplex.bases.options import PictureOptions
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.bases.sd.base import SdBase
from orthoplex.eval.cache import Cache
from orthoplex.eval.factors import LayerResidual, Trained, trained_from
from orthoplex.eval.generation import Request
from orthoplex.eval.lab import CharacterTrainer, Laboratory, Trial
from orthoplex.eval.learner import BY_GATES, Training
from orthoplex.eval.methods import Lineup, Method
from orthoplex.eval.renders import Ask, Character
from orthoplex.eval.sd.learner import (
    CLASS_WORD,
    WORDS,
    SdTraining,
    WordLearner,
    WordScenes,
    laid_beside,
    words_replaced,
)
from orthoplex.eval.settings import Settings
from orthoplex.ortho.adapter import Adapter
from orthoplex.sample.sampler import denoise
from orthoplex.train.concept import ConceptState, TrainSpec, finished_adapter
from orthoplex.train.step import train_step

PICTURES_MAX = 16  # of a concept, as the product takes them
NOTHING = SdTraining(residual="none", tokens="start")
DB_LORA = SdTraining(residual="lora", tokens="fixed")
WORDS_ONLY = SdTraining(residual="none")
ED_LORA = SdTraining(residual="lora")
SLOTS = SdTraining()
OURS = SdTraining(layers="picture", tokens="entries", gate="latest")
METHODS = (
    Method("nothing trained", NOTHING, "sum"),
    Method("DB-LoRA, FedAvg", DB_LORA, "sum", "DB-LoRA (FedAvg)"),
    Method("words only", WORDS_ONLY, "sum", "P+"),
    Method("ED-LoRA, FedAvg", ED_LORA, "sum", "MoS (FedAvg)"),
    Method("orthogonal slots", SLOTS, "sum", "Orthogonal Adaptation"),
    Method("entries + gated slots (ours)", OURS, BY_GATES),
)
TUNED: Mapping[str, Training] = {
    "DB-LoRA": DB_LORA,
    "words only": WORDS_ONLY,
    "ED-LoRA": ED_LORA,
    "slots": SLOTS,
    "entries + gated slots": OURS,
}


def prompt_of(who: str, ask: Ask) -> str:
    """A prompt or caption as the base's own captions are written."""
    background = " ".join(word for word in (ask.colour, BACKGROUND_WORDS[ask.kind], "background") if word)
    return f"a {who}, {ask.expression}, {background}"


def training_pictures(character: Character, seed: int) -> list[tuple[Image.Image, str]]:
    """The character's expressions, each on backgrounds that are asked of it with other expressions, and its caption."""
    asked = character.asks(len(character.pictures))
    others = len(asked) - 1
    items = []
    for turn in range(min(PICTURES_MAX // len(asked), others)):
        for number, ask in enumerate(asked):
            behind = asked[(number + 1 + (turn + seed) % others) % len(asked)]
            shown = replace(ask, kind=behind.kind, colour=behind.colour)
            items.append((as_image(character.truth(shown)), prompt_of(character.trigger, shown)))
    return items


def as_image(picture: Tensor) -> Image.Image:
    """(3, H, W) in [-1, 1]"""
    pixels = ((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


@dataclass(eq=False)
class SdTrainer:
    """Trains characters on one base, each once, because the cache keeps the results."""

    base: SdBase
    settings: Settings
    cache: Cache
    say: Callable[[str], None] = lambda _: None

    @property
    def weights(self) -> str:
        layout = self.base.layout
        facts = f"{self.base.description['weights_sha256']} {layout.layers_sha256} gain {layout.gate_gain}"
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def train(self, character: Character, training: Training, seed: int) -> Trained:
        assert isinstance(training, SdTraining)
        s = self.settings
        facts = [self.weights, character.name, training, training.rates, seed, s.steps, s.batch]

        def make() -> tuple[Mapping[str, Tensor], Mapping[str, Any]]:
            started = time.monotonic()
            trained = (
                self._ours(character, training, seed) if training.is_ours else self._words(character, training, seed)
            )
            seconds = time.monotonic() - started
            self.say(
                f"trained {character.name} {training.label}, seed {seed}: {seconds:.0f} s, loss {trained.loss:.4f}"
            )
            return trained.tensors(), {"seconds": seconds, "loss": trained.loss, "silence": 0.0}

        return trained_from(character.name, *self.cache.tensors("trained", facts, make))

    def _words(self, character: Character, training: SdTraining, seed: int) -> Trained:
        learner = WordLearner(self.base, training, int(character.name[:2]), seed)
        if learner.learns:
            scenes = WordScenes(self.base, training_pictures(character, seed), WORDS, PictureOptions())
            self._steps(learner, scenes, seed)
        return learner.trained(character.name, 0.0)

    def _ours(self, character: Character, training: SdTraining, seed: int) -> Trained:
        slot, (up_rate, entry_rate) = int(character.name[:2]) + 1, training.rates
        spec = TrainSpec(
            character.name, CLASS_WORD, character.trigger, slot, self.settings.steps, seed, self.settings.batch,
            up_rate=up_rate, token_rate=entry_rate,
        )  # fmt: skip
        state = ConceptState(self.base, spec)
        self._steps(state, self.base.pictures(training_pictures(character, seed), CLASS_WORD), seed)
        adapter = finished_adapter(state, spec, {})
        layout = self.base.layout
        residuals = {
            layer: LayerResidual(up.float(), layout.down(slot, layout.layers[layer].in_features).float())
            for layer, up in adapter.up.items()
        }
        entries = {layer: entry.float() for layer, entry in adapter.entries.items()}
        return Trained(character.name, torch.zeros(0), residuals, 0.0, state.loss, 0.0, entries)

    def _steps(self, learner: Any, scenes: Any, seed: int) -> None:
        s = self.settings
        while learner.step < s.steps:
            generator = torch.Generator().manual_seed(seed * 1_000_003 + learner.step + 1)
            train_step(
                self.base, learner, scenes, prior=None, own=s.batch, silent=0, steps=s.steps, generator=generator
            )  # fmt: skip


@dataclass(eq=False, kw_only=True)
class SdLab(Laboratory):
    """Each method's own words in the prompt; ours by the product's sampler."""

    base: SdBase
    trainer: SdTrainer

    @property
    def character_trainer(self) -> CharacterTrainer:
        return self.trainer

    @property
    def lineup(self) -> Lineup:
        return Lineup(METHODS, TUNED, {})

    @torch.no_grad()
    def draw(self, trial: Trial, requests: Sequence[Request], residuals: Mapping[str, LayerResidual]) -> Tensor:
        parts = []
        for _, group in groupby(requests, key=lambda request: request.character.name):
            own = list(group)
            if trial.merge == BY_GATES:
                parts.append(self._drawn(own, adapter_of(own[0].trained, own[0].character), 1.0))
                continue
            words = Adapter(0, {}, torch.zeros(0, 0, 0), own[0].character.name, WORDS, own[0].character.trigger)
            with laid_beside(self.base, residuals):
                parts.append(self._drawn(own, words, 0.0))
        return torch.cat(parts)

    def _drawn(self, requests: Sequence[Request], adapter: Adapter, strength: float) -> Tensor:
        """One character's pictures (N, 3, E, E). At strength 0 its words are the trained vectors, and nothing else."""
        s, base = self.settings, self.base
        width, height = base.training.sample_size
        trigger = requests[0].character.trigger
        readings = [
            base.read(
                SampleSpec(prompt_of(trigger, request.ask), request.seed, width, height),
                [AttachedAdapter(adapter, trigger, strength)],
                request.seed,
            )
            for request in requests
        ]
        canvas, guidance = Canvas(width, height, s.draw_steps), torch.full((len(readings),), s.guidance)
        if strength:
            latents = denoise(base, readings, canvas, guidance=guidance)
        else:
            ids = torch.tensor([reading.tokens.ids for reading in readings])
            last = [reading.tokens.mentions[trigger][0] for reading in readings]
            rows = torch.tensor([[row - 1, row] for row in last])
            with words_replaced(base, ids, rows, requests[0].trained.tokens):
                latents = denoise(base, readings, canvas, guidance=guidance)
        images = [np.asarray(image) for image in base.decode(latents, canvas)]
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 127.5 - 1


def adapter_of(trained: Trained, character: Character) -> Adapter:
    """What the product would publish of a trained character; strength is in its tensors already."""
    return Adapter(
        int(character.name[:2]) + 1,
        {layer: each.up for layer, each in trained.residuals.items()},
        torch.zeros(0, 0, 0),
        character.name,
        CLASS_WORD,
        character.trigger,
        entries=trained.entries,
    )
