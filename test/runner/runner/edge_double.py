"""An edge for tests: a real HTTP server on 127.0.0.1 that speaks /runner/v1 and keeps jobs in memory.

It is strict where the real one is: bodies and answers must fit schema/contract/contract.json, leases are fenced,
uploads are announced, signed and hashed, and a settle names only what arrived. Faults are asked for by name.
"""

import hashlib
import io
import secrets
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any

from edge_contract import LIMITS, Job, Refusal, new_id, validator
from edge_http import EdgeHandler
from PIL import Image

TOKEN = "opx_test"
WAIT_SECONDS = 60.0  # waits end with what they wait for; other stages run beside these tests


class EdgeDouble:
    """The server and its state. Every change wakes `until`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.jobs: list[Job] = []
        self.blobs: dict[str, bytes] = {}  # name -> content
        self.runners: list[str] = []
        self.calls: list[str] = []
        self.warm: list[str] = []  # as the last lease call named it
        self.keys = {TOKEN}  # those that are good
        self.drain: set[str] = set()  # runners that are asked to leave
        self.faults: list[tuple[str, int, dict[str, str]]] = []  # (part of the path, status, headers), used once each
        self.settled_leases: dict[str, str] = {}
        self._announced: dict[str, tuple[Job, dict[str, Any]]] = {}
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        """The address that a runner is given."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen, on the same port as before."""
        edge = self

        class Handler(EdgeHandler):
            owner = edge

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections, as an edge that is down does."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        with self.changed:
            self.changed.notify_all()

    @property
    def is_open(self) -> bool:
        """The server listens."""
        return self._server is not None

    def add_blob(self, name: str, content: bytes) -> str:
        """Something that a job may name as input."""
        self.blobs[name] = content
        return name

    def enqueue(self, job: Job) -> Job:
        """Put a job into the queue and ring the bell."""
        with self.changed:
            self.jobs.append(job)
            self.changed.notify_all()
        return job

    def expire(self, job: Job) -> None:
        """The sweep: the lease is over and the job waits again."""
        with self.changed:
            job.status, job.lease_id = "queued", None
            self.changed.notify_all()

    def drain_all(self, wanted: bool = True) -> None:
        """An operator asks every runner to leave, or takes that back."""
        with self.changed:
            self.drain = set(self.runners) if wanted else set()
            self.changed.notify_all()

    def fail_next(self, path: str, status: int, times: int = 1, **headers: str) -> None:
        """The next calls whose path holds `path` are answered so, before they do anything."""
        self.faults += [(path, status, headers)] * times

    def until(self, condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        """Wait until the state is such. A test that waits in vain fails here."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "the edge never got there"

    def count(self, call: str) -> int:
        """How many calls had this in their path."""
        return sum(call in path for path in self.calls)

    # What the routes do; all under the lock of `changed`.

    def register(self, body: Any) -> tuple[str, Any]:
        _fits("RunnerRegister", body)
        self.runners.append(new_id("rnr"))
        reply = {
            "runner_id": self.runners[-1],
            "lease_ttl_seconds": LIMITS["LEASE_TTL_SECONDS"],
            "heartbeat_seconds": LIMITS["HEARTBEAT_SECONDS"],
        }
        return "RunnerRegistered", reply

    def deregister(self, body: Any) -> tuple[str, Any]:
        _fits("RunnerDeregister", body)
        self._known(body)
        self.runners.remove(body["runner_id"])
        return "", {}

    def lease(self, body: Any) -> tuple[str, Any]:
        _fits("LeaseRequest", body)
        self.warm = body["warm"]
        deadline = time.monotonic() + body["wait_seconds"]
        while True:
            self._known(body)
            if body["runner_id"] in self.drain:
                return "LeaseReply", {"leases": [], "drain": True}
            queued = [job for job in self.jobs if job.status == "queued" and job.base in body["bases"]]
            if queued:
                leases = [self._give(job) for job in _batch(queued, body["max_batch"])]
                return "LeaseReply", {"leases": leases, "drain": False}
            left = deadline - time.monotonic()
            if left <= 0:
                return "LeaseReply", {"leases": [], "drain": False}
            self.changed.wait(left)
            if not self.is_open:
                raise ConnectionAbortedError

    def heartbeat(self, job: Job, body: Any) -> tuple[str, Any]:
        _fits("Heartbeat", body)
        if len(body.get("preview", "")) * 3 / 4 > LIMITS["PREVIEW_FRAME_MAX_BYTES"] + 2:
            raise Refusal("body_too_large", "The preview is too large.")
        job.beats.append(body)
        return "HeartbeatReply", {"expires_at": _soon(), "cancel": job.cancel, "drain": bool(self.drain)}

    def announce(self, job: Job, body: Any) -> tuple[str, Any]:
        _fits("LeaseUpload", body)
        ticket = secrets.token_hex(8)
        self._announced[ticket] = (job, body)
        return "LeaseUploadReply", {
            "upload_url": f"{self.url}/blobs?ticket={ticket}",
            "expires_at": _soon(),
        }

    def put(self, ticket: str, content: bytes, content_type: str) -> None:
        job, announced = self._announced.pop(ticket, (None, {}))
        if job is None:
            raise Refusal("upload_url_invalid", "This address is not valid any more.")
        digest = hashlib.sha256(content).hexdigest()
        sent = (announced["size_bytes"], announced["sha256"], announced["content_type"])
        if (len(content), digest, content_type) != sent:
            raise Refusal("upload_mismatch", "The bytes are not the ones announced.")
        job.uploads[announced["name"]] = content
        if announced["name"] == "checkpoint.safetensors":
            job.kept[announced["name"]] = content

    def settle(self, job: Job, body: Any) -> tuple[str, Any]:
        _fits("Settle", body)
        for output in body.get("outputs", []):
            content = job.uploads.get(output["name"])
            if content is None or hashlib.sha256(content).hexdigest() != output["sha256"]:
                raise Refusal(
                    "output_missing",
                    f"The bytes of {output['name']} were never uploaded.",
                )
        if body["outcome"] == "succeeded" and job.kind == "sample":
            _must_be_ordered(job, [each for each in body["outputs"] if each["role"] == "image"])
        if body["outcome"] == "failed" and not body.get("error"):
            raise Refusal("request_invalid", "A failed outcome names its error.")
        again = body["outcome"] == "failed" and body["error"]["retryable"] and job.attempts < LIMITS["JOB_RUNS_MAX"]
        job.status = "queued" if again else body["outcome"]
        job.settled = body
        self.settled_leases[job.lease_id or ""] = job.status
        job.lease_id = None
        return "SettleReply", {"status": job.status}

    def release(self, job: Job, body: Any) -> tuple[str, Any]:
        _fits("Release", body)
        job.releases.append(body["reason"])
        job.status, job.lease_id = "queued", None
        return "ReleaseReply", {"status": "queued"}

    def job_of(self, lease_id: str) -> Job:
        """The job that this lease holds now: the fence."""
        for job in self.jobs:
            if job.lease_id == lease_id:
                return job
        raise Refusal("lease_lost", "This lease has ended.")

    def _known(self, body: Any) -> None:
        if body["runner_id"] not in self.runners:
            raise Refusal("not_found", "There is no such runner. Register again.")

    def _give(self, job: Job) -> dict[str, Any]:
        job.status, job.lease_id, job.attempts = (
            "running",
            new_id("lse"),
            job.attempts + 1,
        )
        job.uploads = {}
        return {
            "lease_id": job.lease_id,
            "run_id": new_id("run"),
            "job_id": job.job_id,
            "attempt": job.attempts,
            "kind": job.kind,
            "base": job.base,
            "expires_at": _soon(),
            "spec": job.spec,
            "inputs": [self._input(name, self.blobs[name]) for name in job.inputs]
            + [self._input(name, content) for name, content in job.kept.items()],
        }

    def _input(self, name: str, content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return {
            "name": name,
            "url": f"{self.url}/blobs?sha256={digest}",
            "sha256": digest,
            "size_bytes": len(content),
            "content_type": "application/octet-stream",
        }


def _batch(queued: list[Job], max_batch: int) -> list[Job]:
    head = queued[0]
    if head.kind == "train":
        return [head]
    same = [job for job in queued if (job.kind, job.base, _size(job)) == (head.kind, head.base, _size(head))]
    return same[:max_batch]


def _size(job: Job) -> tuple[Any, Any]:
    return job.spec.get("width"), job.spec.get("height")


def _fits(name: str, body: Any) -> None:
    for error in validator(name).iter_errors(body):
        raise Refusal("request_invalid", f"{error.json_path}: {error.message}")


def _must_be_ordered(job: Job, pictures: list[dict[str, Any]]) -> None:
    for position, output in enumerate(pictures):
        with Image.open(io.BytesIO(job.uploads[output["name"]])) as image:
            size = image.size
        seed = output["meta"].get("seed", job.spec["seed"] + position)
        to = job.spec.get("enlarge_to") or job.spec
        delivered = (to["width"], to["height"])
        if size != delivered or seed != job.spec["seed"] + position:
            raise Refusal("output_mismatch", f"{output['name']} is not what was ordered.")


def _soon() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + LIMITS["LEASE_TTL_SECONDS"]))
