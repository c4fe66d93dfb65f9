"""Implements the protocol of bases for cast bases; each method is implemented by one file of this folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from orthoplex.bases.cast import encoding, reading
from orthoplex.bases.cast.encoding import with_entries, with_tokens
from orthoplex.bases.cast.flow import TIME_SHIFT, EulerFlow, edge_weights, flow_loss, time_steps
from orthoplex.bases.cast.model import seen_level
from orthoplex.bases.cast.parts import CastParts, load_parts
from orthoplex.bases.cast.people import People, draw_people
from orthoplex.bases.cast.pictures import FLOOR, ConceptScenes, read_pictures
from orthoplex.bases.cast.prior import PriorPictures
from orthoplex.bases.cast.reader import CastReader, contradiction_warnings, persons_of, reader_of
from orthoplex.bases.cast.reading import CastReading
from orthoplex.bases.cast.sharpener import enlarge
from orthoplex.bases.context import Context
from orthoplex.bases.device import bytes_of
from orthoplex.bases.options import PictureOptions, refuse_options
from orthoplex.bases.protocol import Batch, Concept, TrainingDefaults
from orthoplex.bases.request import AttachedAdapter, Canvas, SampleSpec
from orthoplex.ortho.attach import attach, attach_batch
from orthoplex.ortho.gated import attach_gated
from orthoplex.ortho.marker import marked

# Rates of bases without entries were tuned on cast-2 (docs/log.md).
TRAINING = TrainingDefaults(
    up_rate=1e-1, token_rate=4e-2, sample_size=(256, 256), sample_guidance=1.0, sample_words="sky background",
    silent_prompts=(
        "a smiling person with long red hair; sky background",
        "an angry man with glasses; peach background",
        "a sad person with short black hair in a green shirt; lavender gradient background",
    ),
)  # fmt: skip
COMPANIONS, COMPANION_STEPS = 48, 8  # people beside whom concepts are trained, and Euler steps for each
GATED_TRAINING = replace(TRAINING, up_rate=4e-2)  # of bases with entries and gates


class CastBase(CastParts):
    """A frozen cast base; see orthoplex.bases.protocol.Base for what each method promises."""

    @property
    def training(self) -> TrainingDefaults:
        return GATED_TRAINING if self.layout.entries else TRAINING

    @property
    def memory_bytes(self) -> int:
        return bytes_of(self.model, self.sharpener)

    def read(self, spec: SampleSpec, members: Sequence[AttachedAdapter], seed: int) -> CastReading:
        return reading.read(self, spec, members, seed)

    def encode(self, readings: Sequence[CastReading]) -> Context:
        return encoding.encode(self, readings)

    def negative(self, readings: Sequence[CastReading]) -> Context:
        return encoding.negative(self, readings)

    @contextmanager
    def attached(self, context: Context) -> Iterator[None]:
        with ExitStack() as stack:
            if context.members:
                length = context.states[0].shape[1]
                stack.enter_context(attach_gated(self.model, self.layout, context.members, length=length))
            else:
                stack.enter_context(attach_batch(self.model, self.layout, context.residuals))
            if context.shared:
                stack.enter_context(attach(self.model, self.layout, context.shared, self.dtype))
            yield

    def noise(self, seed: int, canvas: Canvas) -> Tensor:
        return noise_of(seed, canvas.width // canvas.height, self.config.cell_px)

    def schedule(self, canvas: Canvas, seeds: Sequence[int]) -> EulerFlow:  # noqa: ARG002 - Euler adds no noise
        # A picture of twice the side keeps its content under more noise: the shift grows with the side.
        return EulerFlow(time_steps(canvas.steps, TIME_SHIFT * self.config.coarse))

    def predict(self, x: Tensor, t: Tensor, context: Context) -> Tensor:
        """The clean picture (B, 3, E, E P), E = cell_px, t (B,) in [0, 1]."""
        states = list(context.states) if len(context.states) > 1 else context.states[0]
        conditions = context.conditions
        predicted: Tensor = self.model(
            x.to(self.dtype),
            t,
            states,
            conditions["places"],
            regions=context.regions or None,
            neighbours=conditions.get("neighbours"),
        )
        return predicted.float()

    def decode(self, x: Tensor, canvas: Canvas) -> list[Image.Image]:
        size = (canvas.width, canvas.height)
        images = to_images(enlarge(self.sharpener, x))
        return [image if image.size == size else image.resize(size, Image.Resampling.LANCZOS) for image in images]

    def preview(self, clean: Tensor) -> Image.Image:
        return to_images(clean[None])[0]

    def pictures(
        self,
        items: Sequence[tuple[Image.Image, str | None]],
        class_word: str,  # noqa: ARG002
        options: PictureOptions = PictureOptions(),  # noqa: B008 - frozen
    ) -> ConceptScenes:
        refuse_options(self.id, options)
        companions = self.companions if self.layout.entries else None
        said = contradiction_warnings(persons_of(self, [caption for _, caption in items]))
        return ConceptScenes(self, read_pictures(self, items), companions, contradictions=said)

    @cached_property
    def companions(self) -> People:
        """Drawn once a process; the same on every machine up to rounding."""
        return draw_people(self, COMPANIONS, torch.Generator().manual_seed(0), COMPANION_STEPS)

    def reader(self, items: Sequence[tuple[Image.Image, str | None]]) -> CastReader | None:
        return reader_of(self, items)

    def prior(self, size: int, tokens: Tensor, seed: int) -> PriorPictures | None:
        if self.layout.reserved is not None or self.layout.entries:
            return None  # silent where the concept is not named, by construction
        return PriorPictures(self, size, float(tokens.std()), generator=torch.Generator().manual_seed(seed))

    def initial_tokens(self, class_word: str) -> Tensor:  # noqa: ARG002 - a cast base draws persons and nothing else
        if self.layout.entries:
            return torch.zeros(0, 0, 0)
        return self.class_vectors[:, None].repeat(1, self.layout.tokens_shape[1], 1).cpu()

    def with_concept(self, context: Context, concept: Concept) -> Context:
        if self.layout.entries:
            return with_entries(self, context, concept)
        tokens = marked(concept.tokens, self.layout, concept.residual.slot)
        return replace(with_tokens(self, context, tokens), shared=(concept.residual,))

    def loss(self, prediction: Tensor, batch: Batch) -> Tensor:
        coarse = self.config.coarse
        seen, _ = seen_level(batch.t, coarse)
        weights = batch.weights
        if coarse > 1:
            lines = edge_weights(batch.target)
            weights = lines if weights is None else lines * weights
        return flow_loss(prediction, batch.target, seen, floor=FLOOR, weights=weights)


def load_cast(folder: Path, description: dict[str, Any], device: torch.device) -> CastBase:
    """Reads FOLDER/{model,sharpener}.safetensors and world.json. FileNotFoundError names what is missing."""
    return CastBase(**vars(load_parts(folder, description, device)))


def to_images(pictures: Tensor) -> list[Image.Image]:
    """(B, 3, H, W) in [-1, 1] -> PIL images."""
    bytes_ = ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return [Image.fromarray(picture.permute(1, 2, 0).cpu().numpy()) for picture in bytes_]


def noise_of(seed: int, cells: int, cell_px: int) -> Tensor:
    """The starting noise of a picture: (3, cell_px, cells * cell_px), drawn on the CPU so that devices agree."""
    generator = torch.Generator().manual_seed(seed % 2**63)
    return torch.randn(3, cell_px, cells * cell_px, generator=generator)
