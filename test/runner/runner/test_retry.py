"""Retries of the network, on a clock that only waiting moves."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orthoplex.runner.retry import Backoff, RetryPolicy, Unreachable


class Clock(threading.Event):
    """A stop event whose waits take no time but move the clock; `at` seconds it is set by somebody."""

    def __init__(self, stops_at: float = float("inf")) -> None:
        super().__init__()
        self.now = 0.0
        self._stops_at = stops_at

    def monotonic(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        self.now = min(self.now + (timeout or 0.0), self._stops_at)
        if self.now >= self._stops_at:
            self.set()
        return self.is_set()


def retry_policy(
    clock: Clock, seconds: float = 600.0, answered_seconds: float = 60.0, last_seconds: float = 3.0
) -> RetryPolicy:
    backoff = Backoff(first=1.0, limit=8.0)
    return RetryPolicy(clock, seconds, answered_seconds, last_seconds, backoff, clock.monotonic)


def failing(times: int, error: Callable[[], Exception] = lambda: Unreachable("away")) -> Callable[[], str]:
    """Fails so often, then answers."""
    left = [times]

    def attempt() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise error()
        return "here"

    return attempt


@given(failures=st.integers(1, 200), chance=st.floats(0, 1))
def test_a_delay_is_between_half_its_ceiling_and_its_ceiling(failures: int, chance: float) -> None:
    ceiling = min(5.0, 0.25 * 2.0 ** (failures - 1))
    assert ceiling / 2 <= Backoff(random=lambda: chance).delay(failures) <= ceiling


def test_a_call_is_retried_until_the_edge_answers() -> None:
    assert retry_policy(Clock()).call(failing(5)) == "here"


def test_retries_end_at_their_deadline() -> None:
    clock = Clock()
    with pytest.raises(Unreachable):
        retry_policy(clock, seconds=60.0).call(failing(10**6))
    assert 50.0 < clock.now <= 60.0


def test_retries_end_sooner_for_status_500_than_for_a_lost_connection() -> None:
    clock = Clock()
    with pytest.raises(Unreachable):
        retry_policy(clock, answered_seconds=20.0).call(failing(10**6, lambda: Unreachable("500", answered=True)))
    assert clock.now <= 20.0


def test_retries_wait_for_the_edges_retry_after() -> None:
    clock = Clock()
    retry_policy(clock).call(failing(1, lambda: Unreachable("429", retry_after=30.0)))
    assert clock.now == 30.0


def test_other_exceptions_are_not_retried() -> None:
    with pytest.raises(ValueError, match="no"):
        retry_policy(Clock()).call(failing(1, lambda: ValueError("no")))


def test_a_stop_shortens_the_retries() -> None:
    clock = Clock(stops_at=10.0)
    with pytest.raises(Unreachable):
        retry_policy(clock, last_seconds=0.0).call(failing(10**6))
    assert clock.now == 10.0
