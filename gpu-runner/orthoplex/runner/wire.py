"""The edge's messages to a runner, as typed values. schema/contract/runner.ts is authoritative; unknown fields are
ignored.

Pure: no network. A message that does not fit raises msgspec.ValidationError with the path of the field, one with a
text that no file can carry raises TextRefused.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec


class Region(msgspec.Struct, frozen=True):
    """A box in fractions of the canvas; (0, 0) is the upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Input(msgspec.Struct, frozen=True):
    """A file that a job needs. `name` is what the spec calls it, `url` is signed and needs no key."""

    name: str
    url: str
    sha256: str
    size_bytes: int


class Foreign(msgspec.Struct, frozen=True):
    """Of a LoRA of another program: what stands for its trigger; None: it acts on the whole picture."""

    words: str | None


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """One adapter version of a composition; of another program's LoRA `slot` is None and `foreign` is there."""

    version_id: str
    ref: str
    trigger: str
    strength: float
    slot: int | None
    input: str
    region: Region | None
    foreign: Foreign | None = None


class Pixels(msgspec.Struct, frozen=True):
    """The size of a picture."""

    width: int
    height: int


class SampleSpec(msgspec.Struct, frozen=True):
    """What to generate."""

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    guidance: float
    width: int
    height: int
    count: int
    adapters: tuple[Member, ...]
    enlarge_to: Pixels | None = None
    certify: bool = False  # settle carries a certificate of the one adapter
    sampler: str | None = None  # None: the base's own
    clip_skip: int | None = None


class CaptionedInput(msgspec.Struct, frozen=True):
    """A training picture and its caption, which may be empty."""

    input: str
    caption: str


class TrainSpec(msgspec.Struct, frozen=True):
    """What to train."""

    adapter_id: str
    concept: str
    class_word: str
    trigger: str
    rank: int
    slot: int
    steps: int
    seed: int
    images: tuple[CaptionedInput, ...]
    sample_prompts: tuple[str, ...]
    resume_input: str | None


class _Lease(msgspec.Struct, frozen=True):
    lease_id: str
    run_id: str
    job_id: str
    attempt: int
    base: str
    inputs: tuple[Input, ...]

    def input(self, name: str) -> Input:
        """The input that the spec calls `name`. KeyError if the lease does not carry it."""
        for entry in self.inputs:
            if entry.name == name:
                return entry
        raise KeyError(name)


class SampleLease(_Lease, frozen=True, tag_field="kind", tag="sample"):
    """The sole right, for a while, to run one sample job."""

    spec: SampleSpec


class TrainLease(_Lease, frozen=True, tag_field="kind", tag="train"):
    """The sole right, for a while, to run one train job."""

    spec: TrainSpec


Lease = SampleLease | TrainLease
Role = Literal["image", "adapter", "sample", "checkpoint"]
Outcome = Literal["succeeded", "failed", "canceled"]
JobErrorCode = Literal[
    "runner_error", "out_of_memory", "training_diverged", "input_invalid", "prompt_invalid", "base_missing"
]
START_NAME = "start.safetensors"
CHECKPOINT_NAME = "checkpoint.safetensors"


class Registered(msgspec.Struct, frozen=True):
    """The edge's answer to a registration."""

    runner_id: str
    lease_ttl_seconds: int
    heartbeat_seconds: int


class HeartbeatReply(msgspec.Struct, frozen=True):
    """The lease lives until `expires_at`. `cancel` asks the run to end, `drain` the runner to leave after its runs."""

    expires_at: str
    cancel: bool
    drain: bool = False


class LeaseReply(msgspec.Struct, frozen=True):
    """Leases as parsed JSON, to be read one by one; `drain` asks the runner to leave."""

    leases: tuple[Any, ...]
    drain: bool = False


class LeaseHead(msgspec.Struct, frozen=True):
    """The ids of a lease: all that is read of one that this runner does not understand."""

    lease_id: str
    run_id: str
    job_id: str


class TextRefused(Exception):  # noqa: N818 - the act is named, as in the contract
    """A text of the job can neither be written as UTF-8 nor into a PNG. `path` is its place in the message."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} holds half a character or a NUL, which no file can carry.")
        self.path = path


def parse_lease(message: Any) -> Lease:
    """A lease of a kind this runner knows, whose every text can be carried on."""
    lease: Lease = msgspec.convert(message, type=Lease)
    for path, text in _texts(message, ""):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise TextRefused(path)
    return lease


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, each in value.items():
                yield from _texts(each, f"{path}.{key}" if path else str(key))
        case list():
            for number, each in enumerate(value):
                yield from _texts(each, f"{path}[{number}]")
