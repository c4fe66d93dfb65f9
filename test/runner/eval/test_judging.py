"""The judge on the true pictures themselves, with an embedder that looks at colour alone."""

from dataclasses import replace

import pytest
import torch

from orthoplex.eval.attributes import AttributeReader, nearest
from orthoplex.eval.judging import Judge, means, shows_expression
from orthoplex.eval.renders import Ask, Character, averaged

from .conftest import MiddleColour


@pytest.fixture
def judge(characters: list[Character]) -> Judge:
    torch.manual_seed(0)
    return Judge(MiddleColour().eval(), AttributeReader().eval(), characters)


def test_a_rendered_picture_is_recognised_at_distance_zero(judge: Judge, characters: list[Character]) -> None:
    asks = characters[0].asks(3)
    truth = torch.stack([characters[0].truth(ask) for ask in asks])
    found = means(judge.judge(truth, [characters[0]] * 3, asks))
    assert (found["identity"], found["named"], found["distance"]) == (1, 1, 0)
    assert found["score"] > 0.99
    assert found["image"] == pytest.approx(1)


def test_another_character_is_neither_recognised_nor_named(judge: Judge, characters: list[Character]) -> None:
    asks = characters[0].asks(3)
    other = torch.stack([characters[1].truth(ask) for ask in asks])
    found = means(judge.judge(other, [characters[0]] * 3, asks))
    assert (found["identity"], found["named"]) == (0, 0)
    assert found["distance"] > 5


def test_the_expression_is_that_of_the_nearest_true_picture(
    characters: list[Character],
) -> None:
    ask = Ask("sad", "stripes", "mint")
    truth = characters[0].truth(ask)
    worn = truth + 0.05 * torch.randn(truth.shape, generator=torch.Generator().manual_seed(0))
    assert shows_expression(worn, characters[0], ask)
    assert not shows_expression(worn, characters[0], Ask("neutral", "stripes", "mint"))


def test_the_nearest_candidate_is_the_picture_itself() -> None:
    candidates = torch.rand(1, 4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    for index in range(4):
        assert nearest(candidates[:, index], candidates).tolist() == [index]


def test_pictures_of_larger_cells_are_averaged_for_the_networks_and_measured_at_full_size(
    judge: Judge, characters: list[Character]
) -> None:
    large = replace(characters[0], cell_px=128)
    asks = large.asks(3)
    truth = torch.stack([large.truth(ask) for ask in asks])
    assert truth.shape[-1] == 128
    small = torch.stack([characters[0].truth(ask) for ask in asks])
    assert float((averaged(truth) - small).abs().mean()) < 0.01  # the same picture, but for how it was made smaller
    found = means(judge.judge(truth, [large] * 3, asks))
    assert (found["identity"], found["named"], found["distance"]) == (1, 1, 0)
    stripes = truth.clone()
    stripes[..., ::2] += 0.5  # averaging hides it from the networks, not from the distance
    stripes[..., 1::2] -= 0.5
    assert means(judge.judge(stripes, [large] * 3, asks))["distance"] > 20
