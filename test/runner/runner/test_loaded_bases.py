"""Bases in memory: loaded when a job needs them, within a bound, the least recently used one first to leave."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_base import tiny_base

from orthoplex.bases import AnyBase, UnknownBase
from orthoplex.runner.bases import LoadedBases
from orthoplex.runner.failure import JobFailed

SIZE = tiny_base().memory_bytes


def holding(max_bases: float | None) -> tuple[LoadedBases, list[str]]:
    """A holder with room for so many tiny bases, and the ids that it loads."""
    loads: list[str] = []

    def load(base_id: str, _device: str) -> AnyBase:
        if base_id == "gone":
            raise UnknownBase("base 'gone' is not on this runner")
        loads.append(base_id)
        return replace(tiny_base(), id=base_id)

    bound = None if max_bases is None else int(max_bases * SIZE)
    return LoadedBases("cpu", bound, load, lambda _id, _device: SIZE), loads


def test_a_base_is_loaded_when_it_is_first_needed_and_then_kept() -> None:
    bases, loads = holding(None)
    assert loads == []
    assert bases.get("a") is bases.get("a")
    assert loads == ["a"]


def test_the_least_recently_used_base_is_unloaded_when_memory_is_needed() -> None:
    bases, loads = holding(2)
    for base_id in ("a", "b", "a", "c"):
        bases.get(base_id)
    assert bases.in_memory == ["a", "c"]
    bases.get("b")
    assert loads == ["a", "b", "c", "b"]
    assert bases.in_memory == ["c", "b"]


def test_a_base_larger_than_the_bound_is_loaded_anyway() -> None:
    bases, _ = holding(0.5)
    bases.get("a")
    assert bases.get("b").id == "b"
    assert bases.in_memory == ["b"]


def test_a_missing_base_fails_its_job_with_a_retryable_error() -> None:
    bases, _ = holding(2)
    bases.get("a")
    with pytest.raises(JobFailed) as failed:
        bases.get("gone")
    assert failed.value.code == "base_missing"
    assert bases.in_memory == ["a"]
