"""Gradient fusion: the closed form is the optimum of the least-squares problem that LBFGS only approaches."""

from collections.abc import Callable

import torch
from torch import Tensor

from orthoplex.eval import fusion
from orthoplex.eval.factors import LayerResidual

Make = Callable[[int], dict[str, LayerResidual]]


def activations(seed: int, count: int = 40) -> Tensor:
    """X (count, 10), rows as samples."""
    return torch.randn(count, 10, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def moments(*inputs: Tensor) -> list[dict[str, Tensor]]:
    return [dict.fromkeys(("a", "b"), x.T @ x) for x in inputs]


def test_the_closed_form_is_the_least_squares_optimum(residuals_of: Make) -> None:
    members, inputs = (
        [residuals_of(1), residuals_of(2)],
        [activations(1), activations(2)],
    )
    fused = fusion.closed_form(members, moments(*inputs), ridge=0.0)["a"].dense()
    X = torch.cat(inputs)  # (80, 10)
    Y = torch.cat([x @ member["a"].dense().T for x, member in zip(inputs, members, strict=True)])
    expected = torch.linalg.lstsq(X, Y).solution.T
    torch.testing.assert_close(fused, expected, atol=1e-5, rtol=1e-5)


def test_the_closed_form_is_a_minimum_of_the_objective(
    residuals_of: Make,
) -> None:
    members, found = (
        [residuals_of(1), residuals_of(2)],
        moments(activations(1), activations(2)),
    )
    targets = [(member["a"].dense(), moment["a"]) for member, moment in zip(members, found, strict=True)]
    best = fusion.closed_form(members, found, ridge=0.0)["a"].dense()
    at_best = float(fusion.objective(best, targets))
    for seed in range(5):
        step = 0.01 * torch.randn(12, 10, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        assert float(fusion.objective(best + step, targets)) > at_best


def test_fusing_one_concept_keeps_its_effect_on_its_activations(
    residuals_of: Make,
) -> None:
    one = residuals_of(1)
    fused = fusion.closed_form([one], moments(activations(1)), ridge=0.0)
    torch.testing.assert_close(fused["a"].dense(), one["a"].dense(), atol=1e-5, rtol=1e-5)


def test_fusing_concepts_with_different_inputs_keeps_both_effects(
    residuals_of: Make,
) -> None:
    members, x = [residuals_of(1), residuals_of(2)], activations(1)
    left, right = x.clone(), x.clone()
    left[:, 5:], right[:, :5] = 0, 0
    fused = fusion.closed_form(members, moments(left, right), ridge=0.0)["a"].dense()
    for inputs, member in ((left, members[0]), (right, members[1])):
        torch.testing.assert_close(inputs @ fused.T, inputs @ member["a"].dense().T, atol=1e-4, rtol=1e-4)


def test_the_ridge_leaves_the_base_unchanged_where_no_activation_is_measured(
    residuals_of: Make,
) -> None:
    one, x = residuals_of(1), activations(1)
    x[:, 5:] = 0
    fused = fusion.closed_form([one], moments(x))["a"].dense()
    assert float(fused[:, 5:].abs().max()) < 1e-8


def test_lbfgs_comes_close_to_the_closed_form(residuals_of: Make) -> None:
    members, found = (
        [residuals_of(1), residuals_of(2)],
        moments(activations(1), activations(2)),
    )
    solved = fusion.closed_form(members, found, ridge=0.0)["b"].dense()
    searched = fusion.by_lbfgs(members, found, iterations=100)["b"].dense()
    torch.testing.assert_close(searched, solved, atol=1e-2, rtol=1e-2)
