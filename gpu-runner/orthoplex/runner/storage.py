"""Blobs in and out by signed addresses, sha256 checked both ways. The API key never travels to a signed address.

Downloads end as bytes in memory (adapters, pictures and checkpoints are all small), adapters also in the disk cache.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import httpx

from orthoplex.runner.cache import BlobCache
from orthoplex.runner.edge import ANSWER_SECONDS, CONNECT_SECONDS, Edge, Refused, refusal_of, trusted
from orthoplex.runner.failure import JobFailed
from orthoplex.runner.retry import RetryPolicy, Unreachable
from orthoplex.runner.wire import Input, Role

CHUNK_BYTES = 1 << 16
FETCHES_MAX = 3  # of a file whose bytes are not the announced ones
UPLOAD_MAX_BYTES = 90 * 1024 * 1024
WARM_NAMED_MAX = 256


@dataclass(frozen=True, eq=False)
class OutputFile:
    """A file that a job made: `name` and `role` as the contract has them, `meta` what the edge keeps with it."""

    name: str
    role: Role
    content_type: str
    content: bytes
    meta: dict[str, Any] = field(default_factory=dict)

    def announcement(self) -> dict[str, Any]:
        """What the edge must know before the bytes come."""
        return {
            "name": self.name,
            "content_type": self.content_type,
            "size_bytes": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


class Storage:
    """Downloads inputs and uploads outputs of leases."""

    def __init__(
        self, edge: Edge, cache: BlobCache, retry_policy: RetryPolicy, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._edge = edge
        self._cache = cache
        self._retry_policy = retry_policy
        self._http = httpx.Client(
            timeout=httpx.Timeout(4 * ANSWER_SECONDS, connect=CONNECT_SECONDS), transport=transport, verify=trusted()
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def download(self, source: Input, *, keep: bool = False) -> bytes:
        """The bytes of an input. `keep` puts them on disk for the next job; private pictures are not kept."""
        cached = self._cache.get(source.sha256)
        if cached is not None:
            return cached
        for _ in range(FETCHES_MAX):
            try:
                content = self._retry_policy.call(lambda: self._fetch(source))
            except Refused as error:
                # An address that ran out or a blob that is gone: the next run gets a new address.
                raise JobFailed("runner_error", f"{source.name} could not be fetched.", retryable=True) from error
            if len(content) == source.size_bytes and hashlib.sha256(content).hexdigest() == source.sha256:
                if keep:
                    self._cache.put(content)
                return content
        raise JobFailed("runner_error", f"{source.name} arrived with other bytes than announced.", retryable=True)

    def warm(self) -> list[str]:
        """The sha256 of inputs that need no download, the last used first."""
        return self._cache.names(WARM_NAMED_MAX)

    def upload(self, lease_id: str, output: OutputFile, seconds: float | None = None) -> None:
        """Announce and send one output, trying for `seconds`. LeaseLost, Refused or Unreachable where it cannot be."""
        if len(output.content) > UPLOAD_MAX_BYTES:
            raise JobFailed("runner_error", f"The file {output.name} is too large to be stored.", retryable=False)
        self._retry_policy.call(lambda: self._send(lease_id, output), seconds)

    def _fetch(self, source: Input) -> bytes:
        content = bytearray()
        try:
            with self._http.stream("GET", self._edge.absolute(source.url)) as reply:
                if not reply.is_success:
                    reply.read()
                    raise refusal_of(reply)
                for chunk in reply.iter_bytes(CHUNK_BYTES):
                    content += chunk
                    if len(content) > source.size_bytes:
                        break  # wrong already; an endless body must not fill the memory
        except httpx.RequestError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return bytes(content)

    def _send(self, lease_id: str, output: OutputFile) -> None:
        # Announced again on each attempt, because the address may have expired during an outage.
        url = self._edge.announce(lease_id, output.announcement())
        headers = {"content-type": output.content_type}
        try:
            reply = self._http.put(url, content=output.content, headers=headers)
        except httpx.RequestError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        if not reply.is_success:
            refusal = refusal_of(reply)
            if isinstance(refusal, Refused) and refusal.code == "upload_url_invalid":
                raise Unreachable("The upload address ran out.") from refusal  # the next attempt gets a new one
            raise refusal
