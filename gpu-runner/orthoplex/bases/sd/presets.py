"""Settings of a training for cards of 8, 12 and 24 GB, and whether one fits. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class MemoryPreset:
    """batch * accumulate is the same in all: 4 pictures a step."""

    batch: int
    accumulate: int
    checkpoint_gradients: bool
    offload: bool
    vae_tiling: bool


PRESETS = {
    8: MemoryPreset(batch=1, accumulate=4, checkpoint_gradients=True, offload=True, vae_tiling=True),
    12: MemoryPreset(batch=2, accumulate=2, checkpoint_gradients=True, offload=True, vae_tiling=True),
    24: MemoryPreset(batch=4, accumulate=1, checkpoint_gradients=True, offload=False, vae_tiling=False),
}


def preset_for(total_bytes: int) -> MemoryPreset:
    """The largest preset that a device of so much memory has room for; the smallest where none."""
    fitting = [size for size in PRESETS if size * GIB <= total_bytes * 1.05]  # cards report a little less
    return PRESETS[max(fitting, default=min(PRESETS))]
