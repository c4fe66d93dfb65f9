"""Attention weights and choices in prompts, as AUTOMATIC1111's users write them, and what a context makes of them."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from orthoplex.bases.request import PromptRefused, SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.prompt_weights import chosen, weighted


def pairs(prompt: str) -> list[tuple[str, float]]:
    return [(each.text, round(each.weight, 4)) for each in weighted(prompt)]


@pytest.mark.parametrize(
    ("prompt", "stretches"),
    [
        ("a dog", [("a dog", 1.0)]),
        ("", [("", 1.0)]),
        ("a (sad) dog", [("a ", 1.0), ("sad", 1.1), (" dog", 1.0)]),
        ("a ((sad)) dog", [("a ", 1.0), ("sad", 1.21), (" dog", 1.0)]),
        ("a [sad] dog", [("a ", 1.0), ("sad", 0.9091), (" dog", 1.0)]),
        ("(a sad:1.3) dog", [("a sad", 1.3), (" dog", 1.0)]),
        ("(a (sad:1.5) dog:2)", [("a ", 2.0), ("sad", 3.0), (" dog", 2.0)]),
        ("(<ada>:0.8) in a park", [("<ada>", 0.8), (" in a park", 1.0)]),
        (r"a \(sad\) dog", [("a (sad) dog", 1.0)]),
        ("a (sad dog", [("a ", 1.0), ("sad dog", 1.1)]),
        ("a sad) dog", [("a sad) dog", 1.0)]),
        ("city: night", [("city: night", 1.0)]),
        ("(city: night)", [("city: night", 1.1)]),
        ("(dog:0)", [("dog", 0.0)]),
    ],
)
def test_brackets_weigh_the_words_in_them(prompt: str, stretches: list[tuple[str, float]]) -> None:
    assert pairs(prompt) == stretches


@pytest.mark.parametrize("prompt", ["(dog:1.2.3)", "(dog:-1)", "(dog:11)", "(dog:1e9)"])
def test_an_invalid_prompt_weight_is_refused(prompt: str) -> None:
    with pytest.raises(PromptRefused, match=re.escape(f"{prompt} needs a number from 0 to 10")):
        weighted(prompt)


@settings(derandomize=True, database=None)
@given(st.text(alphabet="ab (),.:|<>-", max_size=40))
def test_no_words_are_lost(prompt: str) -> None:
    try:
        said = "".join(each.text for each in weighted(prompt))
    except PromptRefused:
        return
    assert [sign for sign in said if sign in "ab<>"] == [sign for sign in prompt if sign in "ab<>"]
    assert all(math.isfinite(each.weight) for each in weighted(prompt))


def test_a_prompt_choice_depends_on_the_seed_alone() -> None:
    prompt = "a {sad|smiling|{big|small} and sad} dog"
    seen = {chosen(prompt, seed) for seed in range(40)}
    assert seen == {"a sad dog", "a smiling dog", "a big and sad dog", "a small and sad dog"}
    assert chosen(prompt, 7) == chosen(prompt, 7)
    assert chosen(r"a \{sad|smiling\} dog", 1) == r"a \{sad|smiling\} dog"


@pytest.fixture(scope="module")
def sd(sd_folder: Path) -> SdBase:
    return load_sd(sd_folder, describe(sd_folder, "tiny-sd", "Tiny SD"), torch.device("cpu"), torch.float32)


def states(sd: SdBase, prompt: str, clip_skip: int | None = None) -> torch.Tensor:
    return sd.encode([sd.read(SampleSpec(prompt, 3, 64, 64, clip_skip=clip_skip), [], 3)]).states[0][0]


def test_a_prompt_weight_scales_the_row_of_its_word_and_keeps_the_mean(sd: SdBase) -> None:
    plain, heavy = states(sd, "a sad dog"), states(sd, "a (sad:1.5) dog")
    assert torch.equal(states(sd, "a (sad:1.0) dog"), plain)
    ratio = heavy / plain
    assert torch.allclose(ratio[2] / ratio[1], torch.tensor(1.5), atol=1e-3)
    assert torch.allclose(heavy.mean(), plain.mean(), atol=1e-5)


def test_clip_skip_reads_an_earlier_layer_as_diffusers_does(sd: SdBase) -> None:
    ids = torch.tensor([sd.tokenizer("a sad dog", padding="max_length", max_length=77).input_ids])
    read = sd.text_encoder(ids, output_hidden_states=True)
    theirs = sd.text_encoder.final_layer_norm(read.hidden_states[-2])[0]
    assert torch.equal(states(sd, "a sad dog", clip_skip=2), theirs)
    assert torch.equal(states(sd, "a sad dog", clip_skip=1), states(sd, "a sad dog"))
