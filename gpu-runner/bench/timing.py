"""Times several ways of doing the same thing in turn, so that a busy machine slows all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


def nothing() -> object:
    return None


@dataclass(frozen=True)
class Way:
    """`run` is timed, `after` puts back what it changed and is not."""

    run: Callable[[], object]
    after: Callable[[], object] = nothing


def interleaved(ways: Mapping[str, Way], rounds: int) -> dict[str, list[float]]:
    """Seconds of every way, one per round. Each runs once before; every second round goes backwards."""
    for way in ways.values():
        way.run()
        way.after()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            for name in list(ways) if turn % 2 == 0 else reversed(list(ways)):
                began = time.perf_counter()
                ways[name].run()
                seconds[name].append(time.perf_counter() - began)
                ways[name].after()
    finally:
        gc.enable()
    return seconds


def ratios(above: list[float], below: list[float]) -> list[float]:
    """above / below of each round: what slowed one slowed the other too."""
    return [a / b for a, b in zip(above, below, strict=True)]


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile; the extremes of fewer than four."""
    if len(values) < 4:
        return min(values), statistics.median(values), max(values)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
