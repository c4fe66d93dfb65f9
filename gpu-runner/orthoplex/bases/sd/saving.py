"""Writes pipelines as folders in diffusers' format, in the precision of their source and not of this machine.

Whatever it is, `from_pretrained` without further arguments loads a pipeline that runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import PreTrainedModel

DENOISERS = ("unet", "transformer")
STORED = {"F16": torch.float16, "BF16": torch.bfloat16}


def stored_dtype(folder: Path) -> torch.dtype:
    """In which precision a pipeline's denoiser lies in its folder, as far as others read it; else fp32."""
    denoiser = next(folder / part for part in DENOISERS if (folder / part).is_dir())
    (path, *_) = sorted(path for path in denoiser.glob("*.safetensors") if ".fp16." not in path.name)
    with safe_open(path, "pt") as file:
        name = next(iter(file.keys()))
        return STORED.get(file.get_slice(name).get_dtype(), torch.float32)


def save_pipeline(pipe: Any, folder: Path, dtype: torch.dtype) -> None:
    """FOLDER gets the pipeline's weights in `dtype`; the pipeline itself is in it afterwards.

    Without a dtype diffusers loads its own models in fp32, and transformers loads a text encoder in the one that its
    configuration names: in a pipeline of fp16 files one would be fp32 and the other fp16. So the configuration names
    fp32.
    """
    pipe.to(dtype).save_pretrained(folder)
    for name, part in pipe.components.items():
        if isinstance(part, PreTrainedModel):
            path = folder / name / "config.json"
            config = json.loads(path.read_text("utf-8"))
            config["dtype"] = "float32"
            path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")
