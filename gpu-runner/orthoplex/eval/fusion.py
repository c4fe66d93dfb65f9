"""Gradient fusion (Mix-of-Show, sec. 3.3): the weight that acts on each concept's activations as its own model does.

Per layer: min over W of sum_i ||(W - W_i) X_i||^2, W_i = W_0 + residual_i. Mix-of-Show runs LBFGS on stored X_i; the
objective needs only the moments M_i = X_i X_i^T, and has a closed form: residual = (sum_i residual_i M_i)(sum_i M_i +
ridge I)^-1, where the ridge pulls what no activation determines towards W_0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.encoding import with_tokens
from orthoplex.bases.cast.flow import noise_levels
from orthoplex.bases.cast.pictures import ConceptScenes, read_pictures
from orthoplex.bases.context import Context
from orthoplex.eval.attention import adapted_layout
from orthoplex.eval.cache import fix_seed
from orthoplex.eval.factors import LayerResidual, Residuals, Trained, laid_beside
from orthoplex.eval.gating import acting
from orthoplex.eval.generation import present
from orthoplex.eval.learner import Training, gate_of
from orthoplex.eval.renders import Character
from orthoplex.ortho.crosstalk import Moments, recorded_moments

RIDGE = 1e-4  # of the mean energy per input dimension


@torch.no_grad()
def concept_moments(
    base: CastBase, character: Character, trained: Trained, *, training: Training, batches: int, batch: int = 16
) -> Moments:
    """X X^T of every layer while the concept's own model looks at its pictures at all noise levels, by its trigger."""
    generator = fix_seed("activations", character.name)
    data = read_pictures(base, [(picture, name) for name, picture in character.pictures.items()])
    scenes = ConceptScenes(base, data)
    gate = gate_of(base, training, training.merge)
    here = present(base, trained, training.count, 0)
    with (
        laid_beside(base, {} if gate else trained.residuals),
        acting(base, [here], base.config.words, gate),
        recorded_moments(base.model, adapted_layout(base)) as moments,
    ):
        for _ in range(batches):
            made = scenes.make(batch, generator)
            t = noise_levels(batch, generator).to(base.device)
            level = t[:, None, None, None]
            clean = made.pictures.to(base.device)
            noisy = (1 - level) * clean + level * torch.randn(clean.shape, generator=generator).to(base.device)
            places = torch.randint(base.config.cells, (batch, 1), generator=generator).to(base.device)
            shared = base.model.encode(made.words.to(base.device), made.colours.to(base.device, base.dtype), places)
            context = Context((shared,), ((),) * batch, conditions={"places": places})
            base.predict(noisy, t, with_tokens(base, context, trained.tokens))
    return moments


def closed_form(
    members: Sequence[Residuals], moments: Sequence[Moments], ridge: float = RIDGE
) -> dict[str, LayerResidual]:
    """The least-squares optimum of every layer that any member changes."""
    fused = {}
    for layer in dict.fromkeys(layer for member in members for layer in member):
        total = torch.stack([moment[layer].double() for moment in moments]).sum(0)  # (in, in)
        pulled = sum(
            (member[layer].dense() @ moment[layer].double() for member, moment in zip(members, moments, strict=True)
             if layer in member),
            start=torch.zeros(()),
        )  # fmt: skip
        assert isinstance(pulled, Tensor)
        n = total.shape[0]
        regular = total + ridge * total.trace() / n * torch.eye(n, dtype=torch.float64)
        fused[layer] = LayerResidual(torch.linalg.solve(regular, pulled.T).T.float())  # regular is symmetric
    return fused


def objective(change: Tensor, targets: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """sum_i ||(change - residual_i) X_i||^2 = sum_i tr(E_i M_i E_i^T), targets = (residual_i, M_i)."""
    errors = [(change - residual, moment) for residual, moment in targets]
    return torch.stack([((error @ moment) * error).sum() for error, moment in errors]).sum()


def by_lbfgs(members: Sequence[Residuals], moments: Sequence[Moments], iterations: int) -> dict[str, LayerResidual]:
    """The same objective by LBFGS from W_0, as Mix-of-Show does (lr 1, history 25, strong Wolfe)."""
    fused = {}
    for layer in dict.fromkeys(layer for member in members for layer in member):
        scale = 1 / float(sum(float(moment[layer].trace()) for moment in moments))
        targets = [
            (member[layer].dense().float(), (moment[layer] * scale).float())
            for member, moment in zip(members, moments, strict=True)
            if layer in member
        ]
        fused[layer] = LayerResidual(_minimise(targets, iterations))
    return fused


def _minimise(targets: Sequence[tuple[Tensor, Tensor]], iterations: int) -> Tensor:
    change = torch.zeros_like(targets[0][0], requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [change], lr=1.0, max_iter=iterations, history_size=25, line_search_fn="strong_wolfe",
        tolerance_grad=1e-16, tolerance_change=1e-16,
    )  # fmt: skip

    def evaluate() -> Tensor:
        optimiser.zero_grad()
        value = objective(change, targets)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(evaluate)  # type: ignore[no-untyped-call]
    return change.detach()


def moments_as_tensors(moments: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """fp32 halves what the cache keeps; least squares solves in fp64 again."""
    return {layer: moment.float() for layer, moment in moments.items()}
