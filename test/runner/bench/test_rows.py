"""The bookkeeping of the benchmark rows. No time is asserted: what a ratio may be is looked at by `--check` alone."""

import importlib.util

import pytest
from bench.rows import GROUPS, Group, Measured, Row, results
from bench.timing import Way, interleaved, quartiles, ratios


def test_every_way_runs_once_unmeasured_and_then_once_a_round_in_turn() -> None:
    calls: list[str] = []

    def way(name: str) -> Way:
        return Way(lambda: calls.append(name), lambda: calls.append(f"after {name}"))

    seconds = interleaved({"a": way("a"), "b": way("b")}, 2)
    there, back = ["a", "after a", "b", "after b"], ["b", "after b", "a", "after a"]
    assert calls == there + there + back
    assert [len(each) for each in seconds.values()] == [2, 2]


def test_a_ratio_is_of_one_round() -> None:
    assert ratios([2.0, 30.0], [1.0, 10.0]) == [2.0, 3.0]
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 3.0, 4.0)
    assert quartiles([5.0, 1.0, 2.0]) == (1.0, 2.0, 5.0)


def test_a_row_travels_with_its_median_and_spread() -> None:
    row = Row("a", "this", "that", "<= 2", (0.1, 9))
    own = Group([row], lambda _quick: {"a": Measured([2.0, 4.0, 6.0], [1.0, 1.0, 1.0], "a note")})
    (line,) = results(own, quick=True)
    assert (line["ratio"], line["spread"], line["seconds"], line["note"]) == (4.0, [2.0, 6.0], [4.0, 1.0], "a note")


@pytest.mark.skipif(importlib.util.find_spec("diffusers") is None, reason="needs requirements-sd.txt")
def test_every_registered_row_has_an_id_of_its_own_a_goal_and_a_band_that_can_fail() -> None:
    from bench import merge, residents, sampling, training  # noqa: F401 - they register their rows

    rows = [row for group in GROUPS for row in group.rows]
    assert len({row.id for row in rows}) == len(rows) >= 15
    for row in rows:
        sign, bound = row.goal.split()
        assert sign in ("<=", ">=", ">")
        assert float(bound) > 0
        assert row.band[0] < row.band[1]
