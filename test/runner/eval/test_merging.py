"""Merges keep one member as it is, and what each does to several follows from its definition."""

from collections.abc import Callable

import pytest
import torch

from orthoplex.eval import merging
from orthoplex.eval.factors import LayerResidual
from orthoplex.eval.merging import Merge

Make = Callable[[int], dict[str, LayerResidual]]
ALL = [merging.summed, merging.linear, merging.svd, merging.ties, merging.dare]


@pytest.mark.parametrize("merge", ALL)
def test_a_merge_of_one_member_is_that_member(merge: Merge, residuals_of: Make) -> None:
    one = residuals_of(1)
    merged = merge([one], 1.0)
    for layer, residual in one.items():
        torch.testing.assert_close(merged[layer].dense(), residual.dense(), atol=1e-5, rtol=1e-5)


def test_ranks_side_by_side_are_the_sum_of_the_matrices(residuals_of: Make) -> None:
    members = [residuals_of(seed) for seed in (1, 2, 3)]
    merged = merging.summed(members, 0.6)
    for layer in ("a", "b"):
        expected = 0.6 * torch.stack([member[layer].dense() for member in members]).sum(0)
        torch.testing.assert_close(merged[layer].dense(), expected, atol=1e-5, rtol=1e-5)
        assert merged[layer].up.shape == (12, 9)


def test_a_sum_of_whole_matrices_and_factors_is_their_sum(residuals_of: Make) -> None:
    factors, whole = residuals_of(1), {"a": LayerResidual(torch.ones(12, 10))}
    merged = merging.summed([factors, whole], 1.0)
    torch.testing.assert_close(merged["a"].dense(), factors["a"].dense() + 1, atol=1e-5, rtol=1e-5)


def test_the_order_of_members_does_not_matter_to_a_sum(residuals_of: Make) -> None:
    one, two = residuals_of(1), residuals_of(2)
    forth, back = merging.summed([one, two], 1.0), merging.summed([two, one], 1.0)
    torch.testing.assert_close(forth["a"].dense(), back["a"].dense())


def test_linear_has_the_cross_terms_that_a_sum_does_not_have(residuals_of: Make) -> None:
    one, two = residuals_of(1), residuals_of(2)
    merged = merging.linear([one, two], 1.0)["a"].dense()
    assert one["a"].down is not None
    assert two["a"].down is not None
    cross = one["a"].up.double() @ two["a"].down.double() + two["a"].up.double() @ one["a"].down.double()
    summed = one["a"].dense() + two["a"].dense()
    torch.testing.assert_close(merged, summed + cross, atol=1e-5, rtol=1e-5)


def test_svd_is_the_nearest_matrix_of_its_rank(residuals_of: Make) -> None:
    members = [residuals_of(1), residuals_of(2)]
    total, merged = (
        merging.summed(members, 1.0)["a"].dense(),
        merging.svd(members, 1.0)["a"].dense(),
    )
    assert torch.linalg.matrix_rank(merged, rtol=1e-5) == 3
    left_out = torch.linalg.svdvals(total)[3:].square().sum().sqrt()
    torch.testing.assert_close((total - merged).norm(), left_out, atol=1e-4, rtol=1e-4)


def test_trim_keeps_the_largest_entries() -> None:
    matrix = torch.tensor([[1.0, -4.0], [3.0, -2.0]])
    assert merging.trim(matrix, 0.5).tolist() == [[0, -4], [3, 0]]


def test_ties_takes_the_mean_of_those_that_agree_with_the_elected_sign() -> None:
    values = (
        [8.0, 6.0],
        [4.0, -9.0],
    )  # entries of one row; all are trimmed to their larger half first
    members = [{"a": LayerResidual(torch.tensor([[*value, 0.0, 0.0]]))} for value in values]
    merged = merging.ties(members, 1.0)["a"].dense()
    assert merged.tolist() == [[6.0, -9.0, 0.0, 0.0]]


def test_dare_keeps_the_sum_on_average() -> None:
    members = [{"a": LayerResidual(torch.ones(200, 200))} for _ in range(2)]
    assert float(merging.dare(members, 1.0)["a"].dense().mean()) == pytest.approx(2.0, abs=0.05)


def test_linear_refuses_whole_matrices() -> None:
    whole = {"a": LayerResidual(torch.ones(3, 3))}
    with pytest.raises(ValueError, match="factors"):
        merging.linear([whole, whole], 1.0)
