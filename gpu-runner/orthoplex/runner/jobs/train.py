"""The train job: pictures in, an adapter and its sample pictures out; checkpoints so that a broken run loses little.

The checkpoint goes to the edge now and then and when the runner is asked to stop; the next run starts from it.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from safetensors import SafetensorError

from orthoplex.bases import AnyBase
from orthoplex.ortho.adapter import Adapter, read_adapter, write_adapter
from orthoplex.ortho.container import FileRefused
from orthoplex.pictures import PictureRefused, decode_picture
from orthoplex.png import write_png
from orthoplex.runner.bases import LoadedBases
from orthoplex.runner.edge import LeaseLost, Refused
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.jobs import Result
from orthoplex.runner.retry import Unreachable
from orthoplex.runner.run import Run, RunEnded
from orthoplex.runner.storage import OutputFile, Storage
from orthoplex.runner.wire import CHECKPOINT_NAME, START_NAME, TrainLease
from orthoplex.sample import AttachedAdapter, Canceled
from orthoplex.train.certificate import can_certify, certify
from orthoplex.train.concept import Progress, TrainResult, TrainSpec, train_concept
from orthoplex.train.self_check import self_check

CHECKPOINT_SECONDS = 30.0
CHECKPOINT_RETRY_SECONDS = 5.0
BINARY = "application/octet-stream"

Pictures = Sequence[tuple[Image.Image, str | None]]


@dataclass(frozen=True)
class TrainJob:
    """Trains concepts, one at a time."""

    bases: LoadedBases

    def __call__(self, runs: Sequence[Run], storage: Storage) -> Iterator[tuple[Run, Result | Exception]]:
        """The end of each run."""
        for run in runs:
            try:
                run.check()
                end: Result | Exception = self._train_one(run, storage)
            except Exception as error:
                end = error
            yield run, end

    def _train_one(self, run: Run, storage: Storage) -> Result:
        lease = run.lease
        assert isinstance(lease, TrainLease)
        run.report(0, lease.spec.steps, "loading")
        base = self.bases.get(lease.base)
        pictures = _pictures(lease, storage)
        run.report(0, lease.spec.steps, "preparing")
        with tempfile.TemporaryDirectory(prefix="orthoplex-") as folder:
            trained = _Training(run, lease, base, pictures=pictures, storage=storage, folder=Path(folder)).finish()
        return _checked(run, base, pictures, trained=trained, result=_result(lease, base, trained))


class _Training:
    """One training with its checkpoint file."""

    def __init__(
        self, run: Run, lease: TrainLease, base: AnyBase, *, pictures: Pictures, storage: Storage, folder: Path
    ) -> None:
        self._run = run
        self._lease = lease
        self._base = base
        self._pictures = pictures
        self._storage = storage
        self._checkpoint = folder / CHECKPOINT_NAME
        self._resume = folder / f"resume-{CHECKPOINT_NAME}"
        self._kept_at = time.monotonic()
        self._kept_mtime = 0
        self._stepped = False

    def finish(self) -> TrainResult:
        """Train to the end. RunEnded when the run was asked to end; then a stopping runner has kept a checkpoint."""
        resume = self._fetch_resume()
        try:
            return self._train(resume)
        except Canceled:
            if self._run.ending == "stopping":
                self._keep()
            raise RunEnded(str(self._run.ending)) from None
        except (ValueError, KeyError, SafetensorError):
            # A checkpoint of other settings or a damaged one must not fail the job: start from the beginning.
            if resume is None or self._stepped:
                raise
        return self._train(None)

    def _train(self, resume: Path | None) -> TrainResult:
        spec = self._lease.spec
        settings = TrainSpec(
            concept=spec.concept,
            class_word=spec.class_word,
            trigger=spec.trigger,
            slot=spec.slot,
            steps=spec.steps,
            seed=spec.seed,
            sample_prompts=spec.sample_prompts,
        )
        return train_concept(
            self._base,
            settings,
            self._pictures,
            start=_start(self._lease, self._base, self._storage),
            resume=resume,
            checkpoint=self._checkpoint,
            on_step=self._on_step,
        )

    def _on_step(self, progress: Progress) -> bool:
        self._stepped = True
        message = f"training, loss {progress.loss:.3f}"
        goes_on = self._run.report(progress.step, progress.total, message, lambda: progress.preview)
        if goes_on and time.monotonic() - self._kept_at >= CHECKPOINT_SECONDS:
            self._keep()
        return goes_on

    def _keep(self) -> None:
        """Send the checkpoint file, if there is a newer one. An edge that is away costs only the checkpoint."""
        self._kept_at = time.monotonic()
        try:
            mtime = self._checkpoint.stat().st_mtime_ns
            content = self._checkpoint.read_bytes()
        except FileNotFoundError:
            return
        if mtime == self._kept_mtime:
            return
        output = OutputFile(CHECKPOINT_NAME, "checkpoint", BINARY, content)
        try:
            self._storage.upload(self._lease.lease_id, output, seconds=CHECKPOINT_RETRY_SECONDS)
        except LeaseLost:
            self._run.end("lost")
        except (Unreachable, Refused):
            return
        else:
            self._kept_mtime = mtime

    def _fetch_resume(self) -> Path | None:
        name = self._lease.spec.resume_input
        if name is None:
            return None
        try:
            self._resume.write_bytes(self._storage.download(self._lease.input(name)))
        except (KeyError, JobFailed):
            return None  # training anew is slower, not wrong
        return self._resume


def _checked(run: Run, base: AnyBase, pictures: Pictures, *, trained: TrainResult, result: Result) -> Result:
    """The result with what drawing shows of the file as it will be published. RunEnded if asked to end."""
    adapter = read_adapter(result.outputs[0].content, base.layout)
    attached = AttachedAdapter(adapter, adapter.trigger, adapter.strength)
    steps = int(trained.metrics["steps"])
    run.report(steps, steps, "checking")
    run.check()
    check = self_check(base, attached, pictures)
    run.check()
    return replace(
        result,
        warnings=[*result.warnings, *(check.notes if check else ())],
        certificate=certify(base, attached).as_json() if can_certify(base) else None,
        self_check=check.as_json() if check else None,
    )


def _pictures(lease: TrainLease, storage: Storage) -> Pictures:
    """The training pictures, decoded; the number in a refusal counts from 1, as people do."""
    pictures = []
    for number, image in enumerate(lease.spec.images, start=1):
        try:
            source = lease.input(image.input)
        except KeyError as error:
            raise JobFailed("runner_error", f"The job does not carry picture {number}.", retryable=True) from error
        try:
            pictures.append((decode_picture(storage.download(source)), image.caption or None))
        except PictureRefused as error:
            raise JobFailed("input_invalid", f"Picture {number}: {error.detail}", retryable=False) from error
    return pictures


def _start(lease: TrainLease, base: AnyBase, storage: Storage) -> Adapter | None:
    """The version to train further, if the job carries one."""
    for source in lease.inputs:
        if source.name == START_NAME:
            try:
                return read_adapter(storage.download(source), base.layout, slot=lease.spec.slot)
            except FileRefused as error:
                raise JobFailed("input_invalid", f"The version to train further: {error}", retryable=False) from error
    return None


def _result(lease: TrainLease, base: AnyBase, trained: TrainResult) -> Result:
    spec = lease.spec
    try:
        content = write_adapter(trained.adapter, base.layout)
    except FileRefused as error:
        # Not finite or beyond the base's norm bound: the same seed would end there again.
        message = "The training did not settle. Other pictures, fewer steps or another seed may help."
        raise JobFailed("training_diverged", message, retryable=False) from error
    outputs = [OutputFile("adapter.safetensors", "adapter", BINARY, content)]
    for number, image in enumerate(trained.samples):
        prompt = spec.sample_prompts[number] if number < len(spec.sample_prompts) else spec.trigger
        meta = {"width": image.width, "height": image.height, "seed": spec.seed, "prompt": prompt}
        outputs.append(OutputFile(f"sample-{number}.png", "sample", "image/png", write_png(image, None), meta))
    return Result(outputs, trained.warnings, trained.metrics)
