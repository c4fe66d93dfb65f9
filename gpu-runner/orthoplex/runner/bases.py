"""The bases that this runner holds in memory, each loaded when a job first needs it, and its device."""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from orthoplex.bases.protocol import AnyBase
from orthoplex.bases.registry import UnknownBase, expected_bytes, load_base
from orthoplex.runner.failure import JobFailed


@dataclass
class LoadedBases:
    """Bases by id on one device, the least recently used first, within `max_bytes` (None: without bound).

    Before a base is loaded, others leave until its expected size fits; a base alone may exceed the bound. What a
    running job still holds is freed at its end. Not for several threads: jobs run one after another.
    """

    device: str
    max_bytes: int | None = None
    load: Callable[[str, str], AnyBase] = load_base
    expect: Callable[[str, str], int] = expected_bytes
    _bases: dict[str, AnyBase] = field(default_factory=dict)

    def get(self, base_id: str) -> AnyBase:
        """The base, loaded if it is not in memory. JobFailed base_missing if its files are not here."""
        base = self._bases.pop(base_id, None) or self._loaded(base_id)
        self._bases[base_id] = base  # the last is the most recently used
        return base

    @property
    def in_memory(self) -> list[str]:
        """Ids, the least recently used first."""
        return list(self._bases)

    def _loaded(self, base_id: str) -> AnyBase:
        try:
            self._make_room(self.expect(base_id, self.device))
            return self.load(base_id, self.device)
        except (UnknownBase, FileNotFoundError) as error:
            message = f"The runner does not have the base {base_id}."
            raise JobFailed("base_missing", message, retryable=True) from error

    def _make_room(self, needed: int) -> None:
        if self.max_bytes is None:
            return
        left = False
        while self._bases and needed + sum(base.memory_bytes for base in self._bases.values()) > self.max_bytes:
            self._bases.pop(next(iter(self._bases)))
            left = True
        if left:
            gc.collect()
            if self.device.startswith("cuda"):
                torch.cuda.empty_cache()


def resolve_device(asked: str) -> str:
    """`auto` is the first GPU if there is one. ValueError for a device that is not here."""
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(asked)
    except RuntimeError:  # no kind of device that torch has a name for
        device = torch.device("meta")
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"{asked} is not supported; use cpu or cuda.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"{asked} is not on this machine; it has {torch.cuda.device_count()} CUDA devices.")
    return asked


def device_name(device: str) -> str:
    """What the operator reads: the GPU's name, or how many CPU threads are used."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)[:120]
    threads = torch.get_num_threads()
    return f"cpu, {threads} thread{'' if threads == 1 else 's'}"


def memory_bytes(device: str) -> int:
    """Memory of the device, in bytes."""
    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
