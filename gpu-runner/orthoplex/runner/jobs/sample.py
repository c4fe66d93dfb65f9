"""The sample job: fetch adapters, generate jobs together where they fit together, write PNGs that carry their recipe.

Every picture depends on its own job alone; who shares its batch changes nothing, and nobody sees another's preview.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from PIL import Image

from orthoplex.bases import AnyBase
from orthoplex.enlarge import enlarged
from orthoplex.loras import NamedLora, target_of, with_loras
from orthoplex.ortho.adapter import read_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.png import write_png
from orthoplex.recipe import RecipeAdapter, recipe_of
from orthoplex.runner.bases import LoadedBases, device_name
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.jobs import Result
from orthoplex.runner.jobs.batch import Piece, cut, generate_batch, pack
from orthoplex.runner.run import Run, RunEnded
from orthoplex.runner.storage import OutputFile, Storage
from orthoplex.runner.wire import Input, Member, SampleLease
from orthoplex.sample import AttachedAdapter, Canceled, NotFinite, Region, SampleResult, SampleSpec, sample_batch
from orthoplex.train.certificate import can_certify, certify


@dataclass
class _Order:
    """One job on its way: what it asks for, and what has been generated of it."""

    run: Run
    lease: SampleLease
    base: AnyBase
    adapters: Sequence[AttachedAdapter]
    loras: Sequence[NamedLora] = ()  # of other programs
    seconds: float = 0.0  # that batches with pictures of this job took to generate
    steps_done: int = 0
    steps_total: int = 0
    pictures: dict[int, tuple[Image.Image, int, str]] = field(default_factory=dict)  # number -> image, seed, generated
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SampleJob:
    """Generates compositions. `pictures_max` bounds how many pictures are generated at once on this device."""

    bases: LoadedBases
    pictures_max: int

    def __call__(self, runs: Sequence[Run], storage: Storage) -> Iterator[tuple[Run, Result | Exception]]:
        """The end of each run, as soon as all its pictures are generated."""
        orders: dict[int, _Order] = {}
        pieces: list[Piece] = []
        for number, run in enumerate(runs):
            try:
                run.check()
                order = self._order(run, storage)
                apart = number if order.loras else None
                own = cut(number, _spec_of(order.lease, order.base), order.adapters, self.pictures_max)
                pieces += [replace(piece, apart=apart) for piece in own]
                orders[number] = order
            except Exception as error:
                yield run, error
        for batch in pack(pieces, self.pictures_max):
            yield from self._draw(batch, orders)

    def _order(self, run: Run, storage: Storage) -> _Order:
        lease = run.lease
        assert isinstance(lease, SampleLease)
        run.report(0, lease.spec.steps, "loading")
        base = self.bases.get(lease.base)
        _check_triggers(lease.spec.adapters)
        members = lease.spec.adapters
        adapters = [_attached(base, lease, member, storage) for member in members if member.foreign is None]
        loras = [_lora(base, lease, member, storage) for member in members if member.foreign is not None]
        total = lease.spec.steps * -(-lease.spec.count // self.pictures_max)
        return _Order(run, lease, base, adapters, loras, steps_total=total)

    def _draw(self, batch: Sequence[Piece], orders: dict[int, _Order]) -> Iterator[tuple[Run, Result | Exception]]:
        # A job that failed or ended in an earlier batch has left; its other pieces are not generated.
        batch = [piece for piece in batch if piece.job in orders]
        for piece, generated in generate_batch(batch, lambda some: _sample(some, orders)):
            order = orders.get(piece.job)
            if order is None:
                continue
            end = _end_of(order, piece, generated)
            if end is not None:
                del orders[piece.job]
                yield order.run, end


def _end_of(order: _Order, piece: Piece, generated: SampleResult | Exception) -> Result | Exception | None:
    """How the job ends with this piece; None while others of its pieces are to come. Raises nothing: others wait."""
    if isinstance(generated, Canceled):
        return RunEnded()
    if isinstance(generated, Exception):
        return _refused_prompt(generated)
    try:
        _collect(order, piece, generated)
        return _result_of(order) if len(order.pictures) == order.lease.spec.count else None
    except Exception as error:
        return error


def _sample(batch: Sequence[Piece], orders: dict[int, _Order]) -> list[SampleResult]:
    """Generate one batch. Canceled once every run in it must end; one run's end does not stop its neighbours."""
    involved = list(dict.fromkeys(piece.job for piece in batch))
    done = {job: orders[job].steps_done for job in involved}

    def on_step(step: int, _total: int, preview: Callable[[], Image.Image]) -> bool:
        wanted = False
        for place, job in enumerate(involved):
            order = orders[job]
            order.steps_done = done[job] + step
            # The preview shows the first picture of the batch, which belongs to the first job.
            shown = preview if place == 0 else None
            wanted |= order.run.report(min(order.steps_done, order.steps_total), order.steps_total, "generating", shown)
        return wanted

    base = orders[involved[0]].base
    began = time.monotonic()
    with with_loras(base, orders[involved[0]].loras) as (attached_base, stands):
        compositions = [(piece.spec, [*piece.adapters, *stands]) for piece in batch]
        results = sample_batch(attached_base, compositions, on_step)
    # Not until a job ends: the jobs before it in the batch are delivered in between.
    for job in involved:
        orders[job].seconds += time.monotonic() - began
    return results


def _spec_of(lease: SampleLease, base: AnyBase) -> SampleSpec:
    spec = lease.spec
    return SampleSpec(
        prompt=spec.prompt,
        negative_prompt=spec.negative_prompt,
        seed=spec.seed,
        width=spec.width,
        height=spec.height,
        steps=spec.steps,
        guidance=spec.guidance,
        count=spec.count,
        sampler=spec.sampler or base.description["samplers"]["default"],
        clip_skip=spec.clip_skip,
    )


def _check_triggers(members: Sequence[Member]) -> None:
    """The edge gives every member a word of its own; of two that answer to one, the prompt could call only one."""
    called = [member.trigger for member in members]
    for trigger in called:
        if called.count(trigger) > 1:
            both = " and ".join(member.ref for member in members if member.trigger == trigger)
            raise JobFailed("input_invalid", f"{both} both answer to {trigger}.", retryable=False)


def _source(lease: SampleLease, member: Member) -> Input:
    try:
        return lease.input(member.input)
    except KeyError as error:
        raise JobFailed("runner_error", f"The job does not carry the file of {member.ref}.", retryable=True) from error


def _lora(base: AnyBase, lease: SampleLease, member: Member, storage: Storage) -> NamedLora:
    """A member that is a LoRA of another program; gated where the job names the words for its trigger."""
    source = _source(lease, member)
    content = storage.download(source, keep=True)
    try:
        target = target_of(base)
        from orthoplex.bases.foreign.reader import foreign_of

        lora = foreign_of(member.ref, content, target)
    except ValueError as error:
        raise JobFailed("input_invalid", str(error), retryable=False) from error
    words = member.foreign.words if member.foreign else None
    trigger = None if words is None else member.trigger
    return NamedLora(lora, member.strength, member.ref, source.sha256, trigger, words or "", member.version_id)


def _attached(base: AnyBase, lease: SampleLease, member: Member, storage: Storage) -> AttachedAdapter:
    source = _source(lease, member)
    try:
        adapter = read_adapter(storage.download(source, keep=True), base.layout, member.slot)
    except FileRefused as error:
        raise JobFailed("input_invalid", f"{member.ref}: {error.detail}", retryable=False) from error
    region = None if member.region is None else Region(**msgspec.structs.asdict(member.region))
    return AttachedAdapter(adapter, member.trigger, member.strength, region)


def _refused_prompt(error: Exception) -> Exception:
    from orthoplex.bases.foreign.reader import ForeignRefused

    if isinstance(error, (ForeignRefused, NotFinite)):
        return JobFailed("input_invalid", str(error), retryable=False)
    if isinstance(error, ValueError):
        return JobFailed("prompt_invalid", str(error), retryable=False)
    return error


def _collect(order: _Order, piece: Piece, generated: SampleResult) -> None:
    for offset, (image, seed, text) in enumerate(
        zip(generated.images, generated.seeds, generated.prompts, strict=True)
    ):
        order.pictures[piece.first + offset] = (image, seed, text)
    order.warnings.extend(warning for warning in generated.warnings if warning not in order.warnings)


def _result_of(order: _Order) -> Result:
    to = order.lease.spec.enlarge_to
    if to is not None:
        drawn = f"{order.lease.spec.width}x{order.lease.spec.height}"
        order.warnings.append(f"{order.base.id} draws no {to.width}x{to.height}: drawn at {drawn} and enlarged")
    order.warnings += [f"{each.ref} is another program's LoRA: {each.inexact}" for each in order.loras]
    outputs = [
        _output(order, number, image=image, seed=seed, generated=text)
        for number, (image, seed, text) in sorted(order.pictures.items())
    ]
    metrics: dict[str, Any] = {"sample_seconds": round(order.seconds, 3), "device": str(order.base.device)}
    if order.loras:
        from orthoplex.lora_crosstalk import measured_crosstalk, worst

        own = [member.ref for member in order.lease.spec.adapters if member.foreign is None]
        found = measured_crosstalk(order.base, order.loras, list(zip(own, order.adapters, strict=True)))
        order.warnings += [each.text for each in worst(found)]
        metrics["crosstalk"] = [each.facts for each in found]
    is_certified = order.lease.spec.certify and len(order.adapters) == 1 and not order.loras and can_certify(order.base)
    certificate = certify(order.base, order.adapters[0]).as_json() if is_certified else None
    return Result(outputs, order.warnings, metrics, certificate=certificate)


def _output(order: _Order, number: int, *, image: Image.Image, seed: int, generated: str) -> OutputFile:
    spec = order.lease.spec
    own = [member for member in spec.adapters if member.foreign is None]
    slots = [attached.adapter.slot for attached in order.adapters]
    adapters = [_recipe_adapter(order.lease, *each) for each in zip(own, slots, strict=True)]
    device = device_name(str(order.base.device))
    recipe = recipe_of(
        order.lease.base,
        _spec_of(order.lease, order.base),
        seed=seed,
        drawn=generated,
        adapters=adapters,
        device=device,
    )
    recipe = replace(recipe, loras=[each.recipe for each in order.loras])
    if spec.enlarge_to is not None:
        image = enlarged(image, spec.enlarge_to.width, spec.enlarge_to.height)
        recipe = replace(recipe, enlarged_to=f"{image.width}x{image.height}")
    meta: dict[str, Any] = {
        "width": image.width,
        "height": image.height,
        "seed": seed,
        "prompt": spec.prompt,
        "recipe": recipe.as_json(),
    }
    return OutputFile(f"image-{number}.png", "image", "image/png", write_png(image, recipe), meta)


def _recipe_adapter(lease: SampleLease, member: Member, slot: int) -> RecipeAdapter:
    return RecipeAdapter(
        ref=member.ref,
        version_id=member.version_id,
        trigger=member.trigger,
        strength=member.strength,
        slot=slot,
        sha256=lease.input(member.input).sha256,
        region=None if member.region is None else msgspec.structs.asdict(member.region),
    )
