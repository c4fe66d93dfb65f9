"""The contract as Python reads it: examples fit, leases lose nothing on the way in, limits are the same numbers."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from edge_contract import CONTRACT, LIMITS, validator

from orthoplex.runner import run, settle, storage, wire

EXAMPLES = json.loads((Path(__file__).parents[2] / "schema/examples/messages.json").read_text("utf-8"))
SPOKEN = {"RunnerRegister", "LeaseRequest", "Heartbeat", "LeaseUpload", "Settle", "Release"}
# What the edge sends and this runner does not use.
UNREAD = {"expires_at", "content_type"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["schema"])
def test_every_example_fits_the_json_schema(example: dict[str, Any]) -> None:
    validator(example["schema"]).validate(example["message"])


def test_every_message_of_a_runner_has_an_example_and_allows_no_extra_field() -> None:
    spoken = [example for example in EXAMPLES if example["schema"] in SPOKEN]
    assert {example["schema"] for example in spoken} == SPOKEN
    for example in spoken:
        assert not validator(example["schema"]).is_valid({**example["message"], "extra": 1})


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e["schema"] == "Lease"], ids=lambda e: e["message"]["kind"])
def test_a_lease_is_parsed_completely(example: dict[str, Any]) -> None:
    lease = wire.parse_lease(example["message"])
    assert json.loads(msgspec.json.encode(lease)) == _without_unread(example["message"])


def test_a_lease_with_an_unknown_field_is_accepted() -> None:
    message = next(e["message"] for e in EXAMPLES if e["schema"] == "Lease")
    assert wire.parse_lease({**message, "tomorrow": 1}) == wire.parse_lease(message)


@pytest.mark.parametrize("field", ["lease_id", "kind", "spec", "inputs"])
def test_a_lease_that_lacks_a_field_is_refused(field: str) -> None:
    message = next(e["message"] for e in EXAMPLES if e["schema"] == "Lease")
    with pytest.raises(msgspec.ValidationError):
        wire.parse_lease({key: value for key, value in message.items() if key != field})


def test_the_runner_has_the_limits_of_the_contract() -> None:
    assert LIMITS["PREVIEW_FRAME_MAX_BYTES"] == run.PREVIEW_FRAME_MAX_BYTES
    assert LIMITS["UPLOAD_MAX_BYTES"] == storage.UPLOAD_MAX_BYTES
    assert LIMITS["WARNINGS_MAX"] == settle.WARNINGS_MAX


def test_the_runner_uses_only_failure_codes_of_the_contract() -> None:
    assert set(get_args(wire.JobErrorCode)) <= set(CONTRACT["job_error_codes"])


def _without_unread(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_unread(each) for key, each in value.items() if key not in UNREAD}
    return [_without_unread(each) for each in value] if isinstance(value, list) else value
