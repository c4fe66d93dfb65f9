"""The contract as the edge double keeps it: its schemas, limits and codes, a job, and an answer other than 2xx."""

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

CONTRACT = json.loads((Path(__file__).parents[3] / "schema/contract/contract.json").read_text("utf-8"))
LIMITS = CONTRACT["limits"]


@cache
def validator(name: str) -> Draft202012Validator:
    """The JSON Schema of one message of the contract."""
    defs = {key: {k: v for k, v in schema.items() if k != "$id"} for key, schema in CONTRACT["$defs"].items()}
    return Draft202012Validator({"$defs": defs, "$ref": f"#/$defs/{name}"})


def new_id(kind: str) -> str:
    """An id as the contract writes it: kind, underscore, 20 characters."""
    return f"{kind}_{secrets.token_hex(10)}"


@dataclass
class Job:
    """One job and all that was said about it."""

    kind: str
    spec: dict[str, Any]
    base: str = "cast-3"
    inputs: list[str] = field(default_factory=list)  # names of blobs
    job_id: str = field(default_factory=lambda: new_id("job"))
    status: str = "queued"
    lease_id: str | None = None
    attempts: int = 0
    cancel: bool = False
    beats: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)  # name -> content, under the present lease
    kept: dict[str, bytes] = field(default_factory=dict)  # checkpoints, over all leases
    settled: dict[str, Any] | None = None
    releases: list[str] = field(default_factory=list)


class Refusal(Exception):  # noqa: N818 - the act is named
    """An answer other than 2xx."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
