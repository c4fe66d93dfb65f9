"""What a runner does with leases of one kind: turns runs into results. Never talks to the edge about leases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orthoplex.runner.run import Run
from orthoplex.runner.storage import OutputFile, Storage


@dataclass(frozen=True, eq=False)
class Result:
    """What a run made."""

    outputs: Sequence[OutputFile]
    warnings: Sequence[str] = ()
    metrics: dict[str, Any] = field(default_factory=dict)
    certificate: dict[str, Any] | None = None  # of trainings: schema/contract/scans.ts
    self_check: dict[str, Any] | None = None


# Gives each run's end as soon as it is known: a result, or the exception that ended it (RunEnded where asked to end).
# An exception out of the iterator itself ends every run that has not been given yet.
Job = Callable[[Sequence[Run], Storage], Iterator[tuple[Run, Result | Exception]]]
