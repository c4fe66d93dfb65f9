"""An edge for tests: a real HTTP server on 127.0.0.1 that speaks /runner/v1 and keeps jobs in memory.

It is strict where the real one is: bodies and answers must fit schema/contract/contract.json, leases are fenced,
uploads are announced, signed and hashed, and a settle names only what arrived. Faults are asked for by name.
"""

import hashlib
import io
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator
from PIL import Image

CONTRACT = json.loads((Path(__file__).parents[3] / "schema/contract/contract.json").read_text("utf-8"))
LIMITS = CONTRACT["limits"]
TOKEN = "opx_test"
WAIT_SECONDS = 20.0  # waits end with what they wait for; the first training of a process can take 5


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

        class Handler(_Handler):
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


class _Handler(BaseHTTPRequestHandler):
    owner: EdgeDouble
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        body = json.loads(self._read() or b"{}")
        self._answer(path, lambda: self._route(path.removeprefix("/runner/v1/").split("/"), body))

    def do_PUT(self) -> None:
        content = self._read()
        ticket = parse_qs(urlsplit(self.path).query).get("ticket", [""])[0]

        def put() -> tuple[str, Any]:
            if self.headers.get("authorization"):
                raise Refusal("request_invalid", "A key was sent to a signed address.")
            self.owner.put(ticket, content, self.headers.get("content-type", ""))
            return "", {}

        self._answer("/upload", put)

    def do_GET(self) -> None:
        digest = parse_qs(urlsplit(self.path).query)["sha256"][0]

        def get() -> tuple[str, Any]:
            if self.headers.get("authorization"):
                raise Refusal("request_invalid", "A key was sent to a signed address.")
            if digest not in self.owner.blobs:
                raise Refusal("upload_url_invalid", "This address is not valid any more.")
            return "bytes", self.owner.blobs[digest]

        self._answer("/download", get)

    def _route(self, path: list[str], body: Any) -> tuple[str, Any]:
        edge = self.owner
        if self.headers.get("authorization", "").removeprefix("Bearer ") not in edge.keys:
            raise Refusal("key_invalid", "This API key is unknown.")
        match path:
            case ["register"]:
                return edge.register(body)
            case ["deregister"]:
                return edge.deregister(body)
            case ["lease"]:
                return edge.lease(body)
            case ["leases", lease_id, "settle"] if lease_id in edge.settled_leases:
                return "SettleReply", {"status": edge.settled_leases[lease_id]}
            case ["leases", lease_id, act]:
                job = edge.job_of(lease_id)
                acts = {
                    "heartbeat": edge.heartbeat,
                    "uploads": edge.announce,
                    "settle": edge.settle,
                    "release": edge.release,
                }
                return acts[act](job, body)
        raise Refusal("not_found", "Nothing is here.")

    def _answer(self, path: str, act: Callable[[], tuple[str, Any]]) -> None:
        edge = self.owner
        with edge.changed:
            if not edge.is_open:
                self.close_connection = True  # an edge that is down answers nobody, on old connections either
                return
            edge.calls.append(path)
            edge.changed.notify_all()
            fault = next((fault for fault in edge.faults if fault[0] in path), None)
            if fault is not None:
                edge.faults.remove(fault)
                self._send(fault[1], b"<html>bad gateway</html>", "text/html", fault[2])
                return
            try:
                name, value = act()
            except Refusal as refusal:
                self._send_problem(refusal)
            except ConnectionAbortedError:
                self.close_connection = True
            else:
                if name == "bytes":
                    self._send(200, value, "application/octet-stream")
                else:
                    if name:
                        validator(name).validate(value)
                    self._send(200, json.dumps(value).encode(), "application/json")
            edge.changed.notify_all()

    def _send_problem(self, refusal: Refusal) -> None:
        entry = CONTRACT["error_codes"][refusal.code]
        problem = {
            "type": f"https://orthoplex.test/problems/{refusal.code}",
            "title": entry["title"],
            "status": entry["status"],
            "detail": refusal.detail,
            "instance": "/",
            "code": refusal.code,
            "errors": [],
            "error": {
                "message": refusal.detail,
                "type": "invalid_request_error",
                "param": None,
                "code": refusal.code,
            },
        }
        validator("Problem").validate(problem)
        self._send(entry["status"], json.dumps(problem).encode(), "application/problem+json")

    def _send(
        self,
        status: int,
        content: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # the runner went away

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", "0")))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Silent: the test says what it saw."""
