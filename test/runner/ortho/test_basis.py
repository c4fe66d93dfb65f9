"""The basis is orthonormal, the same everywhere, and refuses what it does not have."""

import json
from pathlib import Path

import pytest
import torch

from orthoplex.ortho.basis import columns, columns_of_basis, cosine_table, sign_row, splitmix64

EXAMPLES = Path(__file__).parents[3] / "schema" / "examples"


@pytest.mark.parametrize("n", [128, 256, 320, 640, 768, 1024, 1280, 2048])
def test_the_basis_of_every_dimension_is_orthonormal_to_1e_12(n: int) -> None:
    basis = columns(n, seed=1, ks=range(n))  # (n, n)
    error = (basis.T @ basis - torch.eye(n, dtype=torch.float64)).abs().max()
    assert float(error) < 1e-12


def test_the_generator_gives_the_published_stream_of_splitmix64() -> None:
    # First outputs of the reference implementation for seed 1234567 (Vigna, splitmix64.c; used as its test by many).
    gamma = 0x9E3779B97F4A7C15
    stream = [splitmix64(1234567 + (i + 1) * gamma) for i in range(3)]
    assert stream == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize(("n", "seed"), [(256, 1), (320, 1), (2048, 4294967295)])
def test_signs_are_balanced_within_five_standard_deviations(n: int, seed: int) -> None:
    assert abs(sum(sign_row(n, seed))) < 5 * n**0.5


def test_another_seed_gives_another_basis_in_every_column() -> None:
    one, other = columns(256, 1, range(256)), columns(256, 2, range(256))
    assert bool(((one - other).abs().amax(0) > 0.01).all())


def test_the_cosine_table_is_exact_at_its_corners_and_symmetric_to_the_bit() -> None:
    n = 320
    table = cosine_table(n)
    assert len(table) == 4 * n
    assert (table[0], table[n], table[2 * n], table[3 * n]) == (1.0, 0.0, -1.0, 0.0)
    assert all(table[m] == table[4 * n - m] for m in range(1, 4 * n))
    assert all(table[m] == -table[2 * n - m] for m in range(2 * n + 1))


@pytest.mark.parametrize("ks", [[-1], [256], [3, 999]])
def test_refuses_a_column_outside_the_dimension(ks: list[int]) -> None:
    with pytest.raises(ValueError, match=r"columns of dimension 256 are 0\.\.255"):
        columns(256, 1, ks)


@pytest.mark.parametrize(("n", "seed"), [(0, 1), (1 << 32, 1), (256, -1), (256, 1 << 32)])
def test_refuses_a_seed_or_dimension_that_is_not_32_bits(n: int, seed: int) -> None:
    with pytest.raises(ValueError, match=r"must be in"):
        sign_row(n, seed)


def test_golden_columns_are_reproduced() -> None:
    golden = json.loads((EXAMPLES / "basis.json").read_text())
    for case in golden["cases"]:
        made = columns(case["n"], case["seed"], case["columns"])  # (n, K)
        signs = "".join("-" if sign < 0 else "+" for sign in sign_row(case["n"], case["seed"]))
        assert signs[: len(case["signs"])] == case["signs"]
        rows = torch.tensor(case["rows"])
        expected = torch.tensor(case["values"], dtype=torch.float64)  # (rows, K)
        torch.testing.assert_close(made[rows], expected, rtol=0, atol=golden["tolerance"])


@pytest.mark.parametrize("n", [1, 7, 128])
def test_columns_of_the_unit_basis_are_the_channels(n: int) -> None:
    ks = [n - 1, 0]
    made = columns_of_basis("unit", n, 0, ks)
    assert made.shape == (n, 2)
    assert torch.equal(made, torch.eye(n, dtype=torch.float64)[:, ks])


def test_a_basis_is_found_by_its_name_and_an_unknown_one_refused() -> None:
    assert torch.equal(columns_of_basis("signed-dct-2", 64, 3, [1, 5]), columns(64, 3, [1, 5]))
    with pytest.raises(ValueError, match="Unknown basis 'qr'"):
        columns_of_basis("qr", 64, 3, [1])
    with pytest.raises(ValueError, match=r"columns of dimension 64 are 0\.\.63"):
        columns_of_basis("unit", 64, 0, [64])
