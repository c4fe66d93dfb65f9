"""The bases that this runner holds in memory, each loaded once, and what it says of its device."""

import os
from dataclasses import dataclass, field

import torch

from orthoplex.bases import AnyBase, UnknownBase, load_base
from orthoplex.runner.failure import JobFailed


@dataclass
class LoadedBases:
    """Bases by id on one device."""

    device: str
    _bases: dict[str, AnyBase] = field(default_factory=dict)

    def get(self, base_id: str) -> AnyBase:
        """The base, loaded on its first use. JobFailed base_missing if its files are not here."""
        if base_id not in self._bases:
            try:
                self._bases[base_id] = load_base(base_id, self.device)
            except (UnknownBase, FileNotFoundError) as error:
                message = f"The runner does not have the base {base_id}."
                raise JobFailed("base_missing", message, retryable=True) from error
        return self._bases[base_id]


def resolve_device(wish: str) -> str:
    """`auto` is the first GPU if there is one. ValueError for a device that is not here."""
    if wish == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(wish)
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"{wish} is not supported; use cpu or cuda.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"{wish} is not on this machine; it has {torch.cuda.device_count()} CUDA devices.")
    return wish


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
