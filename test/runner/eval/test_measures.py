"""Measures on inputs whose answer is known."""

import math

import pytest
import torch

from orthoplex.eval.measures import (
    correlation,
    distance,
    equal_error_rate,
    equal_error_threshold,
    false_rates,
    rank_correlation,
    spread,
    threshold_at,
)


def test_scores_that_a_threshold_separates_have_no_equal_error() -> None:
    assert equal_error_rate(torch.tensor([0.8, 0.9]), torch.tensor([0.1, 0.2, 0.3])) == 0


def test_equal_error_of_the_same_scores_is_one_half() -> None:
    scores = torch.arange(100) / 100
    assert equal_error_rate(scores, scores) == pytest.approx(0.5, abs=0.01)


def test_with_one_in_ten_swapped_the_equal_error_is_a_tenth() -> None:
    genuine = torch.cat([torch.full((9,), 0.9), torch.tensor([0.1])])
    impostor = torch.cat([torch.full((9,), 0.1), torch.tensor([0.9])])
    assert equal_error_rate(genuine, impostor) == pytest.approx(0.1)


def test_the_threshold_is_passed_by_at_most_the_rate_asked_for() -> None:
    impostor = torch.rand(5000, generator=torch.Generator().manual_seed(0))
    threshold = threshold_at(impostor, 1e-3)
    accepted, _ = false_rates(impostor, impostor, threshold)
    assert 0 < accepted <= 1e-3


def test_with_few_impostors_the_threshold_is_their_highest_score() -> None:
    assert threshold_at(torch.tensor([0.2, 0.5, 0.3]), 1e-3) == 0.5


def test_distance_is_zero_to_itself_and_255_from_black_to_white() -> None:
    black, white = -torch.ones(2, 3, 4, 4), torch.ones(2, 3, 4, 4)
    assert distance(white, white).tolist() == [0, 0]
    assert distance(black, white).tolist() == [255, 255]


def test_distance_compares_the_values_that_a_screen_shows() -> None:
    white = torch.ones(1, 3, 4, 4)
    assert float(distance(white * 3, white)) == 0


def test_spread_is_the_mean_and_its_standard_error() -> None:
    found = spread([1.0, 3.0])
    assert (found.mean, found.n) == (2.0, 2)
    assert found.error == pytest.approx(1.0)


def test_one_value_has_no_known_error_and_none_has_no_mean() -> None:
    assert math.isnan(spread([0.4]).error)
    assert math.isnan(spread([]).mean)


def test_a_line_has_correlation_one_and_a_constant_none() -> None:
    assert correlation([1, 2, 3], [-2, -4, -6]) == pytest.approx(-1)
    assert math.isnan(correlation([1, 2, 3], [5, 5, 5]))


def test_rank_correlation_uses_order_only_and_averages_tied_ranks() -> None:
    assert rank_correlation([1, 2, 3, 4], [1, 10, 100, 1000]) == pytest.approx(1)
    assert rank_correlation([1, 1, 2], [3, 3, 9]) == pytest.approx(1)


def test_the_threshold_of_equal_error_separates_separable_scores() -> None:
    genuine, impostor = torch.tensor([0.8, 0.9]), torch.tensor([0.1, 0.2, 0.3])
    threshold = equal_error_threshold(genuine, impostor)
    assert false_rates(genuine, impostor, threshold) == (0, 0)
