"""Group norms in which members' boxes do not share statistics."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers", reason="needs requirements-sd.txt")

from torch import Tensor, nn

from orthoplex.bases.options import LoadOptions
from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.bases.sd.base import SdBase, load_sd
from orthoplex.bases.sd.describe import describe
from orthoplex.bases.sd.norms import distinct_boxes, norms_apart

from .conftest import random_adapter

ROWS, COLUMNS = 4, 8
WHOLE, LEFT, RIGHT = (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)


@pytest.fixture
def norm() -> nn.GroupNorm:
    torch.manual_seed(0)
    norm = nn.GroupNorm(2, 6).requires_grad_(False)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    return norm


@pytest.fixture
def x() -> Tensor:
    return torch.randn(3, 6, ROWS, COLUMNS, generator=torch.Generator().manual_seed(1))


def normed(norm: nn.GroupNorm, x: Tensor, *boxes: tuple[tuple[float, float, float, float], ...]) -> Tensor:
    """boxes: of the rows of each picture."""
    with norms_apart(norm, torch.tensor(boxes), (ROWS, COLUMNS)):
        return norm(x)


def test_columns_are_normed_as_pictures_of_their_own(norm: nn.GroupNorm, x: Tensor) -> None:
    got = normed(norm, x, *([(WHOLE, LEFT, RIGHT)] * 3))
    torch.testing.assert_close(got, torch.cat([norm(x[..., :4]), norm(x[..., 4:])], dim=3))
    other = x.clone()
    other[..., 4:] *= 7
    assert torch.equal(normed(norm, other, *([(WHOLE, LEFT, RIGHT)] * 3))[..., :4], got[..., :4])


def test_what_is_in_no_box_counts_for_every_box_and_is_normed_as_the_base_norms_it(
    norm: nn.GroupNorm, x: Tensor
) -> None:
    first, last = (0.0, 0.0, 0.25, 1.0), (0.75, 0.0, 1.0, 1.0)
    got = normed(norm, x, *([(WHOLE, first, last)] * 3))
    assert torch.equal(got[..., 2:6], norm(x)[..., 2:6])
    torch.testing.assert_close(got[..., :2], norm(x[..., :6])[..., :2])
    torch.testing.assert_close(got[..., 6:], norm(x[..., 2:])[..., 4:])


def test_where_boxes_overlap_it_is_the_mean(norm: nn.GroupNorm, x: Tensor) -> None:
    got = normed(norm, x, *([((0.0, 0.0, 0.75, 1.0), (0.25, 0.0, 1.0, 1.0))] * 3))
    left, right = norm(x[..., :6]), norm(x[..., 2:])
    torch.testing.assert_close(got[..., 2:6], (left[..., 2:] + right[..., :4]) / 2)
    torch.testing.assert_close(got[..., :2], left[..., :2])


def test_pictures_with_fewer_than_two_boxes_are_the_bases_bit_for_bit(norm: nn.GroupNorm, x: Tensor) -> None:
    boxed, alone, open_ = (WHOLE, LEFT, RIGHT), (WHOLE, LEFT, LEFT), (WHOLE, WHOLE, WHOLE)
    got = normed(norm, x, boxed, alone, open_)
    assert torch.equal(got[1:], norm(x)[1:])
    assert not torch.equal(got[0], norm(x)[0])
    assert torch.equal(got[:1], normed(norm, x[:1], boxed))
    assert torch.equal(normed(norm, x, alone, open_, open_), norm(x))


def test_a_box_counts_once_in_whatever_order() -> None:
    some = torch.tensor([RIGHT, WHOLE, LEFT, RIGHT])
    assert distinct_boxes(some).tolist() == distinct_boxes(some.flip(0)).tolist() == [list(LEFT), list(RIGHT)]


def test_it_is_in_place_while_members_are_attached_and_never_after(sd_folder: Path) -> None:
    base: SdBase = load_sd(
        sd_folder, describe(sd_folder, "tiny", "Tiny"), torch.device("cpu"), LoadOptions(torch.float32, compile=True)
    )
    blocks = [module for module in base.model.modules() if module._compiled_call_impl]
    norms = [module for module in base.model.modules() if isinstance(module, nn.GroupNorm)]
    left, right = Region(0, 0, 0.5, 1), Region(0.5, 0, 0.5, 1)
    members = [
        AttachedAdapter(random_adapter(base, slot, trigger), trigger, 1.0, region)
        for slot, trigger, region in ((0, "<ada>", left), (1, "<bo>", right))
    ]
    context = base.encode([base.read(SampleSpec("<ada> and <bo>", 0, 64, 64), members, 0)])
    with base.attached(context):
        assert {len(norm._forward_hooks) for norm in norms} == {1}
        assert blocks
        assert not any(module._compiled_call_impl for module in blocks)
    assert {len(norm._forward_hooks) for norm in norms} == {0}
    assert all(module._compiled_call_impl for module in blocks)
