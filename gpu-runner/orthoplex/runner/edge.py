"""HTTP client of the edge's /runner/v1: one method per message, one attempt per call; the caller retries (retry.py).

Turns answers into values or into LeaseLost, Refused, Unreachable; nothing else of httpx leaves this file.
"""

import json
import secrets
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from orthoplex.ortho.text import carriable, cut_text
from orthoplex.runner.key import Key
from orthoplex.runner.retry import Unreachable
from orthoplex.runner.wire import HeartbeatReply, LeaseReply, Registered

T = TypeVar("T")

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
RETRY_AFTER_MAX_SECONDS = 60.0
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that TLS connections are checked with. Reading them takes 50 ms, so it is done once."""
    return httpx.create_ssl_context()


class LeaseLost(Exception):  # noqa: N818 - names what happened to us, not an error of ours
    """The lease is over or belongs to another run: drop the work, write nothing more."""


class Refused(Exception):  # noqa: N818 - the act is named, as in the contract
    """The edge understood and said no. `code` is one of the contract's error codes."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def key_refused(self) -> bool:
        """The API key is of no use (any more): no call will succeed with it."""
        return self.code in {"auth_required", "key_invalid", "scope_missing", "account_suspended"}


class Edge:
    """A connection to one edge with one API key of scope runner. Each thread that talks keeps its own.

    `alive` is touched before every call, whatever comes of it: who talks is alive, even to an edge that is away.
    """

    def __init__(
        self, url: str, key: str | Key, transport: httpx.BaseTransport | None = None, alive: Path | None = None
    ) -> None:
        self._alive = alive
        self._key = key if isinstance(key, Key) else Key(key)
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/runner/v1/",
            headers={"accept": "application/json"},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            transport=transport,
            verify=trusted(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def register(self, about: Mapping[str, Any]) -> Registered:
        """Announce this runner: name, version, device, dtype, memory_bytes, bases."""
        return _as(Registered, self._post("register", about))

    def publish_base(self, description: Mapping[str, Any]) -> str:
        """Make a base known to the edge, once and for all; when it counts, as an RFC 3339 time."""
        return str(self._post("bases", description).get("counts_at"))

    def deregister(self, runner_id: str) -> None:
        """This runner asks for nothing more."""
        self._post("deregister", {"runner_id": runner_id})

    def lease(
        self, runner_id: str, *, bases: list[str], max_batch: int, wait_seconds: float, warm: list[str]
    ) -> LeaseReply:
        """Up to `max_batch` leases; the edge answers after at most `wait_seconds` with none.

        `warm` are the inputs on this machine: jobs that want them are preferred among equals.
        """
        body = {
            "runner_id": runner_id,
            "bases": bases,
            "max_batch": max_batch,
            "wait_seconds": wait_seconds,
            "warm": warm,
        }
        return _as(LeaseReply, self._post("lease", body, answer_seconds=wait_seconds + ANSWER_SECONDS))

    def heartbeat(self, lease_id: str, progress: Mapping[str, Any] | None, preview: str | None) -> HeartbeatReply:
        """Extend a lease; carries progress and a small PNG (base64) where there is something new."""
        body: dict[str, Any] = {}
        if progress is not None:
            body["progress"] = progress
        if preview is not None:
            body["preview"] = preview
        return _as(HeartbeatReply, self._post(f"leases/{lease_id}/heartbeat", body))

    def announce(self, lease_id: str, upload: Mapping[str, Any]) -> str:
        """The signed address for an upload of {name, content_type, size_bytes, sha256}."""
        url = self._post(f"leases/{lease_id}/uploads", upload).get("upload_url")
        if not isinstance(url, str):
            raise Unreachable("The edge's answer to an upload has no upload_url.")
        return self.absolute(url)

    def settle(self, lease_id: str, body: Mapping[str, Any]) -> str:
        """End the run; the job's status after it. The same call may be sent again."""
        return str(self._post(f"leases/{lease_id}/settle", body).get("status"))

    def release(self, lease_id: str, reason: str) -> None:
        """Give the job back; it waits again and this run does not count as failed."""
        self._post(f"leases/{lease_id}/release", {"reason": cut_text(reason, 200)})

    def absolute(self, url: str) -> str:
        """A signed address as the edge gave it, against this edge where it is relative."""
        return str(self._http.base_url.join(url))

    def _post(self, path: str, body: Mapping[str, Any], answer_seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        timeout = httpx.Timeout(answer_seconds, connect=CONNECT_SECONDS)
        if self._alive is not None:
            self._alive.touch()
        key = self._key.current()
        reply = self._send(path, body, timeout, key)
        if reply.status_code == httpx.codes.UNAUTHORIZED and self._key.replaced(key):
            reply = self._send(path, body, timeout, self._key.current())
        if reply.is_success:
            return _object_of(reply)
        raise refusal_of(reply)

    def _send(self, path: str, body: Mapping[str, Any], timeout: httpx.Timeout, key: str) -> httpx.Response:
        # Cleaned: a file's own words, in the reason why it is refused, must not get the report itself refused.
        # NaN, which JSON does not have, is a ValueError.
        content = json.dumps(carriable(body), allow_nan=False)
        # The edge takes the id over, so that a line of this machine's log finds its like there.
        request_id = f"req_{secrets.token_hex(10)}"
        headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "x-request-id": request_id,
        }
        try:
            return self._http.post(path, content=content, timeout=timeout, headers=headers)
        except httpx.RequestError as error:
            raise Unreachable(f"{path}: {type(error).__name__}: {error} ({request_id})") from error


def refusal_of(reply: httpx.Response) -> LeaseLost | Refused | Unreachable:
    """What an answer other than 2xx means for the caller."""
    problem = _problem_of(reply)
    code = str(problem.get("code") or "")
    detail = str(problem.get("detail") or problem.get("title") or reply.reason_phrase)
    if code == "lease_lost":
        return LeaseLost(detail)
    # A redirect is a proxy's sign-in page or a moved edge: waiting may help, following with a key must not happen.
    if reply.status_code in _TRY_AGAIN or reply.is_redirect:
        asked = reply.headers.get("x-request-id")
        said = f"{reply.request.method} {reply.request.url.path}: {reply.status_code} {detail}"
        said += f" ({asked})" if asked else ""
        return Unreachable(said, _retry_after(reply), answered=reply.status_code == 500)
    return Refused(reply.status_code, code or "unknown", detail)


def _retry_after(reply: httpx.Response) -> float | None:
    # The header may also be a date (RFC 9110, 10.2.3); then the ordinary backoff serves.
    text = reply.headers.get("retry-after", "")
    return min(float(text), RETRY_AFTER_MAX_SECONDS) if text.isascii() and text.isdigit() else None


def _problem_of(reply: httpx.Response) -> dict[str, Any]:
    try:
        problem = reply.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _object_of(reply: httpx.Response) -> dict[str, Any]:
    try:
        value = reply.json()
    except ValueError as error:
        # A proxy's page with status 200, or an answer cut off: the edge itself always sends JSON.
        raise Unreachable("The answer is not JSON.") from error
    if not isinstance(value, dict):
        raise Unreachable("The answer is not a JSON object.")
    return value


def _as(kind: type[T], value: Any) -> T:
    try:
        return msgspec.convert(value, type=kind)
    except msgspec.ValidationError as error:
        raise Unreachable(f"The answer does not fit the contract: {error}") from error
