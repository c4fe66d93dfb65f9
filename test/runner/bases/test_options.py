"""Options of loading a base: what they change in pictures is measured here. Wildcards of the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from orthoplex.bases import load_base
from orthoplex.bases.options import LoadOptions, OptionRefused
from orthoplex.bases.request import AttachedAdapter, SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.prompt_weights import chosen
from orthoplex.sample import sample
from orthoplex.wildcards import with_wildcards

from .conftest import random_adapter

SPEC = SampleSpec("<ada> smiling", 3, 128, 128, steps=2, guidance=2.0)


def load(folder: Path, **options: bool) -> SdBase:
    settings = LoadOptions(dtype=torch.float32, **options)
    return load_sd(folder, describe(folder, "tiny", "Tiny"), torch.device("cpu"), settings)


def drawn(base: SdBase) -> Image.Image:
    return sample(base, SPEC, [AttachedAdapter(random_adapter(base, 0, "<ada>"), "<ada>", 1.0)]).images[0]


def apart(one: Image.Image, other: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.abs(np.asarray(one).astype(np.int64) - np.asarray(other).astype(np.int64))


def test_offloading_changes_no_pixel(sd_folder: Path) -> None:
    base = load(sd_folder, offload=True)
    assert apart(drawn(base), drawn(load(sd_folder))).max() == 0


def test_tiles_change_nothing_in_a_picture_of_one_and_are_blended_in_a_larger(sd_folder: Path) -> None:
    """The tiny VAE's tiles are 64 px and its weights random, so four tiles differ more than those of a trained one."""
    tiled, plain = load(sd_folder, vae_tiling=True), load(sd_folder)
    small = replace(SPEC, width=64, height=64)
    assert apart(sample(tiled, small).images[0], sample(plain, small).images[0]).max() == 0
    assert 0 < apart(drawn(tiled), drawn(plain)).mean() < 16


def test_no_compiled_part_is_one_that_adapters_attach_to(sd_folder: Path) -> None:
    base = load(sd_folder, compile=True)
    compiled = [name for name, module in base.model.named_modules() if module._compiled_call_impl is not None]
    assert compiled
    attached = [*base.layout.layers, *base.layout.entries]
    assert not [one for one in compiled for name in attached if name == one or name.startswith(f"{one}.")]


def test_a_base_without_options_refuses_them_by_name() -> None:
    with pytest.raises(OptionRefused, match="cast-3 has no option vae tiling"):
        load_base("cast-3", "cpu", LoadOptions(vae_tiling=True))


def test_a_wildcard_is_a_choice_among_the_lines_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "place.txt").write_text("# where\na park\na __building__\n\n")
    (tmp_path / "building.txt").write_text("tower\nold_mill\n")
    prompt = with_wildcards("<ada> in __place__", tmp_path)
    assert prompt == "<ada> in {a park|a {tower|old_mill}}"
    seen = {chosen(prompt, seed) for seed in range(40)}
    assert seen == {"<ada> in a park", "<ada> in a tower", "<ada> in a old_mill"}
    assert with_wildcards("__place__", None) == "__place__"


@pytest.mark.parametrize("name", ["other", "a/../../place", "loop"])
def test_a_wildcard_without_a_file_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "place.txt").write_text("outside")
    folder = tmp_path / "wildcards"
    folder.mkdir()
    (folder / "loop.txt").write_text("__loop__")
    with pytest.raises(ValueError, match=r"has no file|deep"):
        with_wildcards(f"__{name}__", folder)
