"""The page says what was measured: known numbers in, known words out."""

import math

from orthoplex.eval.sections import duration, rates_table, table, with_error


def test_a_mean_comes_with_its_error_where_there_is_one() -> None:
    assert with_error({"mean": 0.5, "error": 0.0123}) == "0.500 ± 0.012"
    assert with_error({"mean": 12.34, "error": math.nan}, 1) == "12.3"
    assert with_error({"mean": math.nan, "error": math.nan}) == "-"


def test_durations_are_shown_in_units_of_their_size() -> None:
    assert duration(0.0314) == "31 ms"
    assert duration(2.25) == "2.2 s"


def test_a_table_has_a_column_for_every_head() -> None:
    assert table(["a", "b"], [["1", "2"]]).splitlines() == [
        "| a | b |",
        "|---|---|",
        "| 1 | 2 |",
    ]


def test_the_chosen_learning_rates_are_shown_with_the_candidates() -> None:
    tuning = {
        "slots": {
            "start": (0.02, 0.04),
            "chosen": 2.0,
            "distances": {"1.0": 9.0, "2.0": 8.0},
        }
    }
    assert "| slots | 0.02, 0.04 | x2 | 9.0 | 8.0 |" in rates_table(tuning, (1.0, 2.0))
    assert "not tuned" in rates_table({}, (1.0,))
