"""The list of rows: what is compared, the goal, the band that `--check` allows, and how it is measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.timing import quartiles, ratios


@dataclass(frozen=True)
class Measured:
    """What one row found. `ratio` is above / below, so the goal says whether more or less is better."""

    above: list[float]
    below: list[float]
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    goal: "<= 1.5" or ">= 10", of the median. band: what the small setting may give on any machine before `--check`
    fails; wide, since it is for regressions of kind and not of degree.
    """

    id: str
    what: str
    against: str
    goal: str
    band: tuple[float, float]
    closes: str = ""  # what would close the gap where the goal is missed


Measure = Callable[[bool], dict[str, Measured]]


@dataclass
class Group:
    """Rows that are measured together, because they share what they are measured on."""

    rows: list[Row]
    measure: Measure
    needs: tuple[str, ...] = field(default=())  # packages beyond requirements.txt


GROUPS: list[Group] = []


def group(*rows: Row, needs: tuple[str, ...] = ()) -> Callable[[Measure], Measure]:
    """Registers the decorated function: of `quick`, to {row id: Measured}."""

    def register(measure: Measure) -> Measure:
        GROUPS.append(Group(list(rows), measure, needs))
        return measure

    return register


def results(own: Group, quick: bool) -> Iterator[dict[str, Any]]:
    """The rows of one group as they travel to scripts/bench."""
    found = own.measure(quick)
    for row in own.rows:
        measured = found[row.id]
        low, middle, high = quartiles(ratios(measured.above, measured.below))
        yield {
            "id": row.id,
            "what": row.what,
            "against": row.against,
            "goal": row.goal,
            "band": row.band,
            "ratio": middle,
            "spread": [low, high],
            "rounds": len(measured.above),
            "seconds": [quartiles(measured.above)[1], quartiles(measured.below)[1]],
            "note": measured.note,
            "closes": row.closes,
        }
