"""The HTTP side of the edge double: reads requests, calls the double, and answers as the contract says."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from edge_contract import CONTRACT, Refusal, validator

if TYPE_CHECKING:
    from edge_double import EdgeDouble


class EdgeHandler(BaseHTTPRequestHandler):
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
