"""How Schemathesis calls our API: with every right it can have, about things that are there, from many addresses.

ORTHOPLEX_FUZZ_PLACE is the path of the JSON file that scripts/fuzz/place.ts describes.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import requests
import schemathesis

PLACE = json.loads(Path(os.environ["ORTHOPLEX_FUZZ_PLACE"]).read_text("utf-8"))
# A long poll or a wait would hold the fuzzer up without showing it more.
WAIT_MAX_SECONDS = 1
# These end the session that asks, or the account.
ENDING = {("DELETE", "/v1/account"), ("DELETE", "/v1/account/sessions"), ("POST", "/v1/account/password")}
TIMEOUT_SECONDS = 30
QUERY_VALUE_MAX = 1_000


def chance(text: str, parts: int) -> int:
    """A number below `parts` that is the same for the same text: a run with the same seed sends the same requests."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % parts


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:  # noqa: ARG001
    """Two times of three the address of something that is there, where something of that name is."""
    if not path_parameters:
        return path_parameters
    drawn = repr(sorted(path_parameters.items()))
    if chance(drawn, 3) == 0:
        return path_parameters
    fitting = [things for things in PLACE["things"] if path_parameters.keys() & things.keys()]
    fitting = [things for things in fitting if path_parameters.keys() <= things.keys()] or fitting
    if not fitting:
        return path_parameters
    things = fitting[chance(drawn + "which", len(fitting))]
    return {name: things.get(name, value) for name, value in path_parameters.items()}


@schemathesis.hook
def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:  # noqa: ARG001
    """Values of an address that fits: longer ones the platform's own server answers, 414 in plain text."""
    return query and {name: shortened(value) for name, value in query.items()}


def shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [shortened(each) for each in value]
    return value[:QUERY_VALUE_MAX] if isinstance(value, str) else value


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001
    """Who asks: mostly the moderator's session, sometimes the key or nobody, from one of many addresses."""
    headers = case.headers
    drawn = f"{case.operation.label} {case.path_parameters!r} {case.query!r} {case.body!r}"
    for name in ("authorization", "cookie", "prefer", "cf-connecting-ip"):
        for given in [each for each in headers if each.lower() == name]:
            del headers[given]
    number = chance(drawn + "address", 1 << 24)
    headers["cf-connecting-ip"] = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    who = chance(drawn + "who", 8)
    if (case.method.upper(), case.operation.path) in ENDING:
        headers["cookie"] = spare_cookie()
    elif case.operation.path.startswith("/runner/") or who in (0, 1):
        headers["authorization"] = f"Bearer {PLACE['key']}"
    elif who != 2:
        headers["cookie"] = PLACE["cookie"]
    if isinstance(case.body, dict) and isinstance(case.body.get("wait_seconds"), int | float):
        case.body["wait_seconds"] = min(case.body["wait_seconds"], WAIT_MAX_SECONDS)


def spare_cookie() -> str:
    """A fresh session of somebody who may go; signs them up anew once they have gone."""
    spare = PLACE["spare"]
    headers = {"origin": PLACE["url"]}
    for act in ("sign-in", "sign-up"):
        reply = requests.post(f"{PLACE['url']}/auth/{act}/email", json=spare, headers=headers, timeout=TIMEOUT_SECONDS)
        if reply.ok:
            return "; ".join(f"{name}={value}" for name, value in reply.cookies.items())
    return ""
