"""A ComfyUI node that generates a picture with Orthoplex adapters on a base of this machine (`orthoplex base list`).

Put this file into ComfyUI's custom_nodes; its Python needs the package orthoplex (for Stable Diffusion orthoplex[sd]).
The node runs our own sampler, so entries, gates and regions act as everywhere else; its pictures are an ordinary IMAGE.
Interface: https://docs.comfy.org/custom-nodes/backend/server_overview
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from orthoplex.bases import AnyBase, load_base, present_bases
from orthoplex.bases.limits import check_spec
from orthoplex.ortho.adapter import read_adapter
from orthoplex.sample import AttachedAdapter, SampleSpec, sample

SEED_MAX = 0xFFFF_FFFF


@lru_cache(maxsize=1)
def _loaded(base_id: str) -> AnyBase:
    return load_base(base_id, "cuda" if torch.cuda.is_available() else "cpu")


class OrthoplexGenerate:
    """Prompt and adapter files, one a line as FILE or FILE=STRENGTH, to pictures."""

    CATEGORY = "orthoplex"
    FUNCTION = "generate"
    RETURN_TYPES = ("IMAGE", "STRING")
    RETURN_NAMES = ("images", "warnings")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 - ComfyUI's name
        return {
            "required": {
                "base": (present_bases(),),
                "prompt": ("STRING", {"multiline": True}),
                "adapters": ("STRING", {"multiline": True}),
                "seed": ("INT", {"default": 0, "min": 0, "max": SEED_MAX}),
                "width": ("INT", {"default": 512, "min": 64, "max": 4096, "step": 8}),
                "height": ("INT", {"default": 512, "min": 64, "max": 4096, "step": 8}),
                "steps": ("INT", {"default": 25, "min": 1, "max": 100}),
                "guidance": ("FLOAT", {"default": 7.5, "min": 0.0, "max": 20.0, "step": 0.1}),
            },
            "optional": {"negative": ("STRING", {"multiline": True}), "sampler": ("STRING", {"default": ""})},
        }

    def generate(
        self, base: str, prompt: str, adapters: str, *, seed: int, width: int, height: int, steps: int, guidance: float,
        negative: str = "", sampler: str = "",
    ) -> tuple[torch.Tensor, str]:  # fmt: skip
        """IMAGE (1, height, width, 3) in 0..1, and what could not be followed. ValueError says what the base takes."""
        loaded = _loaded(base)
        spec = SampleSpec(
            prompt,
            seed,
            width,
            height,
            steps=steps,
            guidance=guidance,
            negative_prompt=negative,
            sampler=sampler or None,
        )
        check_spec(loaded.description, spec)
        members = [_member(loaded, line) for line in adapters.splitlines() if line.strip()]
        made = sample(loaded, spec, members)
        pixels = torch.from_numpy(np.stack([np.asarray(image, dtype=np.float32) / 255 for image in made.images]))
        return pixels, "\n".join(made.warnings)


def _member(base: AnyBase, line: str) -> AttachedAdapter:
    file, _, strength = line.strip().partition("=")
    adapter = read_adapter(Path(file).read_bytes(), base.layout)
    return AttachedAdapter(adapter, adapter.trigger, float(strength) if strength else adapter.strength)


NODE_CLASS_MAPPINGS = {"OrthoplexGenerate": OrthoplexGenerate}
NODE_DISPLAY_NAME_MAPPINGS = {"OrthoplexGenerate": "Orthoplex: generate"}
