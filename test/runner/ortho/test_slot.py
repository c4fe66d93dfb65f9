"""Slots keep the promise of the code: a bound on shared columns for every pair, exact zero inside a class."""

import json
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from orthoplex.ortho.layout import LayerShape, Layout
from orthoplex.ortho.slot import (
    SLOT_MAX,
    capacity,
    class_of,
    composed_slots,
    field_size,
    overlap_bound,
    radix_of,
    shared_columns,
    slot_columns,
)

EXAMPLES = Path(__file__).parents[3] / "schema" / "examples"
BASES = {"sd-1.5": (320, 640, 768, 1280), "sdxl": (640, 1280, 2048), "128 channels": (128,), "256 channels": (256,)}
CODES = [(dims, r) for dims in BASES.values() for r in (4, 8, 16) if min(dims) // r >= r + 1]


@pytest.mark.parametrize(
    ("n", "r", "q"), [(128, 4, 31), (256, 8, 31), (320, 16, 19), (320, 8, 37), (768, 16, 47), (1280, 16, 79)]
)
def test_the_field_is_the_largest_prime_that_r_groups_leave_room_for(n: int, r: int, q: int) -> None:
    assert field_size(n, r) == q


@pytest.mark.parametrize(("n", "r"), [(256, 16), (64, 8), (8, 8), (100, 0)])
def test_refuses_a_rank_that_leaves_fewer_columns_than_groups(n: int, r: int) -> None:
    with pytest.raises(ValueError, match=r"[Rr]ank"):
        field_size(n, r)


@pytest.mark.parametrize(("dims", "r"), CODES)
def test_every_slot_owns_r_different_columns_one_in_each_group(dims: tuple[int, ...], r: int) -> None:
    radix = radix_of(dims, r)
    for n in dims:
        q = field_size(n, r)
        for slot in range(0, radix**3, 97):
            owned = slot_columns(slot, n, r, radix)
            assert [column // q for column in owned] == list(range(r))
            assert max(owned) < n


@pytest.mark.parametrize(("dims", "r"), CODES)
@pytest.mark.parametrize("degree", [1, 2, 3])
def test_two_slots_of_the_first_radix_to_the_d_share_at_most_d_minus_1(
    dims: tuple[int, ...], r: int, degree: int
) -> None:
    radix = radix_of(dims, r)
    source = random.Random(degree)
    for _ in range(2_000):
        a, b = source.sample(range(capacity(radix, degree - 1)), 2)
        for n in dims:
            shared = shared_columns(a, b, n=n, r=r, radix=radix)
            assert shared <= overlap_bound(a, b, radix, r) <= degree - 1


@pytest.mark.parametrize(("dims", "r"), CODES)
def test_all_slots_of_one_class_share_nothing_in_any_layer(dims: tuple[int, ...], r: int) -> None:
    radix = radix_of(dims, r)
    for number in (0, 1, radix - 1, radix**2 + 5):
        members = range(number * radix, (number + 1) * radix)
        assert {class_of(slot, radix) for slot in members} == {number}
        for n in dims:
            owned = [set(slot_columns(slot, n, r, radix)) for slot in members]
            assert len(set().union(*owned)) == radix * r


def test_downs_of_one_class_are_orthogonal_to_1e_13() -> None:
    sd15 = Layout(
        base="sd-1.5",
        basis="signed-dct-2",
        basis_seed=1,
        rank=16,
        tokens_shape=(2, 16, 768),
        residual_norm_max=64.0,
        layers={f"layer-{n}": LayerShape(n, n) for n in BASES["sd-1.5"]},
    )
    slots = [3 * sd15.radix + offset for offset in (0, 1, sd15.radix - 1)]
    for n in BASES["sd-1.5"]:
        together = torch.cat([sd15.down(slot, n) for slot in slots])  # (3 r, n)
        error = (together @ together.T - torch.eye(48, dtype=torch.float64)).abs().max()
        assert float(error) < 1e-13


@given(st.integers(0, 31**4 - 1), st.integers(0, 31**4 - 1))
def test_any_two_slots_of_rank_4_in_128_channels_keep_their_bound(a: int, b: int) -> None:
    assert shared_columns(a, b, n=128, r=4) <= overlap_bound(a, b, 31, 4)


@given(st.integers(0, 31**8 - 1), st.integers(0, 31**8 - 1))
def test_any_two_slots_of_rank_8_in_256_channels_keep_their_bound(a: int, b: int) -> None:
    assert shared_columns(a, b, n=256, r=8) <= overlap_bound(a, b, 31, 8)


def test_a_slot_shares_all_its_columns_with_itself() -> None:
    assert shared_columns(77, 77, n=256, r=8) == overlap_bound(77, 77, 31, 8) == 8


@pytest.mark.parametrize("slot", [-1, 31**8, SLOT_MAX + 1])
def test_refuses_a_slot_outside_the_code(slot: int) -> None:
    with pytest.raises(ValueError, match=r"A slot must be in"):
        slot_columns(slot, 256, 8)


def test_refuses_a_radix_larger_than_a_layers_field() -> None:
    with pytest.raises(ValueError, match=r"at most q = 31"):
        slot_columns(5, 256, 8, radix=37)


def test_golden_slots_are_reproduced() -> None:
    golden = json.loads((EXAMPLES / "slot.json").read_text())
    for case in golden["columns"]:
        n, r, radix = case["n"], case["rank"], case["radix"]
        assert list(slot_columns(case["slot"], n, r, radix)) == case["columns"]
        assert (field_size(n, r), class_of(case["slot"], radix)) == (case["q"], case["class"])
    for pair in golden["pairs"]:
        n, r, radix, a, b = (pair[key] for key in ("n", "rank", "radix", "a", "b"))
        assert shared_columns(a, b, n=n, r=r, radix=radix) == pair["shared_columns"]
        assert overlap_bound(a, b, radix, r) == pair["overlap_bound"]


def test_a_composition_assigns_slots_that_share_nothing_where_channels_are_reserved() -> None:
    trained = random.Random(3).choices(range(31**2), k=31)
    dealt = composed_slots(trained, 31, reserved=True)
    assert dealt == tuple(range(31))
    assert all(shared_columns(a, b, n=128, r=4, radix=31) == 0 for a in dealt for b in dealt if a != b)
    with pytest.raises(ValueError, match="31 members"):
        composed_slots([*trained, 5], 31, reserved=True)


def test_a_composition_keeps_the_slots_of_training_where_channels_are_not_reserved() -> None:
    assert composed_slots([7, 61, 7], 61, reserved=False) == (7, 61, 7)
