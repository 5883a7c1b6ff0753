"""A hub on loopback: the part of the Hub's protocol that models and datasets are looked up and fetched with.

It answers Range requests, counts the bytes it sends, and can be told to misbehave as networks do.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, unquote


@dataclass
class HubRepository:
    """One model or dataset of the hub at one commit.

    Parameters
    ----------
    files
        Path -> content.
    gated
        Status that its files are refused with: 401 without a login, 403 without a licence; 0 for none.
    closed
        Whether the hub has disabled it.
    claimed
        Sizes in the listing that are not those of the files.
    listing
        What a search tells of it: ``pipeline_tag``, ``downloads``, ``tags`` ...
    """

    files: Mapping[str, bytes] = field(repr=False)
    gated: int = 0
    closed: bool = False
    claimed: Mapping[str, int] = field(default_factory=dict)
    listing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        """A 40-digit commit made from the files."""
        digest = hashlib.sha1(usedforsecurity=False)
        for name, data in sorted(self.files.items()):
            digest.update(name.encode() + data)
        return digest.hexdigest()

    @classmethod
    def of(cls, folder: Path, **extra: bytes) -> HubRepository:
        """The files of a checkpoint folder with its subfolders, and more."""
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths} | extra)


class Sent(NamedTuple):
    """Bytes of a file that went out: from where on, and how many."""

    start: int
    n_bytes: int


class Fault(NamedTuple):
    """What happens to one answer with a file.

    ``close``: the connection ends after so many bytes; ``reset``: it is torn down there; ``short``: the
    answer itself says that it has no more bytes than these.
    """

    kind: Literal["close", "reset", "short"]
    after: int


@dataclass
class LoopbackHub:
    """The running hub.

    Parameters
    ----------
    endpoint
        Its address.
    repositories
        Model id, or ``datasets/ID``, -> repository at the head of its main branch.
    pushes
        Model id -> what becomes the head as soon as somebody has looked the model up.
    look_ups
        Model id -> statuses of the next look-ups, 200 after those.
    searches
        What was asked in searches, each by name.
    search_statuses
        Statuses of the next searches, 200 after those.
    faults
        Path of a file (``org/name/file``) -> what happens to the next answers with it.
    sent
        Path of a file -> what went out, answer by answer.
    served
        Paths of the files sent, in order.
    revisions
        Revisions that files were asked for at.
    """

    endpoint: str
    repositories: dict[str, HubRepository]
    pushes: dict[str, HubRepository] = field(default_factory=dict)
    look_ups: dict[str, list[int]] = field(default_factory=dict)
    searches: list[dict[str, list[str]]] = field(default_factory=list)
    search_statuses: list[int] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    sent: dict[str, list[Sent]] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    revisions: set[str] = field(default_factory=set)
    past: dict[tuple[str, str], HubRepository] = field(default_factory=dict)

    def at(self, model: str, revision: str | None) -> HubRepository | None:
        """A model's repository at a branch or commit."""
        head = self.repositories.get(model)
        if head is None or revision in {None, "main", head.commit}:
            return head
        return self.past.get((model, revision or ""))

    def push(self, model: str) -> None:
        """Move the main branch on, where something waits to be pushed."""
        if model in self.pushes:
            old = self.repositories[model]
            self.past[model, old.commit] = old
            self.repositories[model] = self.pushes.pop(model)


class _Server(ThreadingHTTPServer):
    hub: LoopbackHub

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away: they are meant to."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Stay silent."""

    def do_HEAD(self) -> None:
        self._answer(send_body=False)

    def do_GET(self) -> None:
        self._answer(send_body=True)

    def _answer(self, *, send_body: bool) -> None:
        parts = unquote(self.path.partition("?")[0]).strip("/").split("/")
        if parts == ["api", "models"]:
            self._search(parse_qs(self.path.partition("?")[2]))
        elif parts[:2] == ["api", "models"]:
            self._info("/".join(parts[2:4]), "/".join(parts[5:]) or None)
        elif parts[:2] == ["api", "datasets"]:
            self._dataset(f"datasets/{'/'.join(parts[2:4])}", parts[4:])
        elif len(parts) > 5 and parts[0] == "datasets" and parts[3] == "resolve":
            self._file("/".join(parts[:3]), parts[4], "/".join(parts[5:]), send_body=send_body)
        elif len(parts) > 4 and parts[2] == "resolve":
            self._file("/".join(parts[:2]), parts[3], "/".join(parts[4:]), send_body=send_body)
        else:
            self._reply(404, {"X-Error-Code": "RepoNotFound"})

    def do_POST(self) -> None:
        parts = unquote(self.path.partition("?")[0]).strip("/").split("/")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if parts[:2] == ["api", "datasets"] and parts[4:5] == ["paths-info"]:
            asked = json.loads(body) if body[:1] == b"{" else parse_qs(body.decode())
            paths = asked.get("paths", [])
            wanted = [paths] if isinstance(paths, str) else list(paths)
            self._tree(f"datasets/{'/'.join(parts[2:4])}", parts[5], "", wanted=wanted)
        else:
            self._reply(404, {"X-Error-Code": "RepoNotFound"})

    def _dataset(self, dataset: str, rest: list[str]) -> None:
        """Answer what a dataset is at a revision, or which files it has there."""
        if rest[:1] == ["tree"]:
            self._tree(dataset, rest[1], "/".join(rest[2:]))
        else:
            self._info(dataset, "/".join(rest[1:]) or None)

    def _tree(self, dataset: str, revision: str, folder: str, *, wanted: Sequence[str] | None = None) -> None:
        """List the files and folders below a folder, or those that were asked for."""
        repository = self._repository(dataset, revision)
        if repository is None:
            return
        inside = f"{folder}/" if folder else ""
        rows: dict[str, dict[str, Any]] = {}
        for name, data in repository.files.items():
            if not name.startswith(inside):
                continue
            oid = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            rows[name] = {"type": "file", "path": name, "size": len(data), "oid": oid}
            for depth in range(1, name.count("/") + 1):
                above = "/".join(name.split("/")[:depth])
                if above.startswith(inside):
                    rows[above] = {"type": "directory", "path": above, "size": 0, "oid": "0" * 40}
        is_deep = "recursive=true" in self.path.lower()
        shown = [
            row
            for path, row in sorted(rows.items())
            if (path in wanted if wanted is not None else is_deep or "/" not in path.removeprefix(inside))
        ]
        if folder and not rows:
            self._reply(404, {"X-Error-Code": "EntryNotFound"})
            return
        self._reply(200, {"Content-Type": "application/json"}, json.dumps(shown).encode())

    def _repository(self, model: str, revision: str | None) -> HubRepository | None:
        if model not in self.server.hub.repositories:
            self._reply(401, {"X-Error-Code": "RepoNotFound"})
            return None
        repository = self.server.hub.at(model, revision)
        if repository is None:
            self._reply(404, {"X-Error-Code": "RevisionNotFound"})
        return repository

    def _search(self, asked: dict[str, list[str]]) -> None:
        """Answer a search as the Hub does: by downloads, so many, and only what was asked to be told."""
        hub = self.server.hub
        hub.searches.append(asked)
        status = hub.search_statuses.pop(0) if hub.search_statuses else 200
        if status != 200:
            self._reply(status, {})
            return
        wanted = asked.get("pipeline_tag", [None])[0]
        word = asked.get("search", [""])[0].lower()
        found = [
            {"id": model, "_id": model}
            | {key: repository.listing.get(key) for key in asked.get("expand", [])}
            for model, repository in hub.repositories.items()
            if wanted in {None, repository.listing.get("pipeline_tag")}
            and set(asked.get("filter", [])) <= set(repository.listing.get("tags", []))
            and word in model.lower()
        ]
        found.sort(key=lambda row: -(row.get("downloads") or 0))
        rows = found[: int(asked.get("limit", ["1000"])[0])]
        self._reply(200, {"Content-Type": "application/json"}, json.dumps(rows).encode())

    def _info(self, model: str, revision: str | None) -> None:
        statuses = self.server.hub.look_ups.get(model)
        status = statuses.pop(0) if statuses else 200
        if status != 200:
            wrong_token = {"X-Error-Message": "Invalid credentials in Authorization header"}
            self._reply(status, wrong_token if status == 401 else {})
            return
        repository = self._repository(model, revision)
        if repository is not None:
            sizes = {name: len(data) for name, data in repository.files.items()} | dict(repository.claimed)
            files = [{"rfilename": name, "size": size} for name, size in sizes.items()]
            info = {"id": model.removeprefix("datasets/"), "sha": repository.commit, "siblings": files}
            info["cardData"] = {"license": "apache-2.0"}
            self.server.hub.push(model)
            self._reply(200, {"Content-Type": "application/json"}, json.dumps(info).encode())

    def _file(self, model: str, revision: str, name: str, *, send_body: bool) -> None:
        hub = self.server.hub
        repository = self._repository(model, revision)
        if repository is None:
            return
        hub.revisions.add(revision)
        if repository.gated:
            self._reply(repository.gated, {"X-Error-Code": "GatedRepo"})
            return
        if repository.closed:
            self._reply(403, {"X-Error-Message": "Access to this resource is disabled."})
            return
        data = repository.files.get(name)
        if data is None:
            self._reply(404, {"X-Error-Code": "EntryNotFound"})
            return
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": repository.commit}
        headers["Accept-Ranges"] = "bytes"
        if send_body:
            hub.served.append(f"{model}/{name}")
            self._send(f"{model}/{name}", headers, data)
        else:
            self._reply(200, headers | {"Content-Length": str(len(data))}, None)

    def _send(self, path: str, headers: dict[str, str], data: bytes) -> None:
        """Send a file, or the rest of it that was asked for, or as much as a fault lets through."""
        faults = self.server.hub.faults.get(path)
        fault = faults.pop(0) if faults else None
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        end = min(int(asked[2]) + 1, len(data)) if asked and asked[2] else len(data)
        if asked:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        body = data[start:end] if fault is None else data[start : min(start + fault.after, end)]
        n_told = len(body) if fault is None or fault.kind == "short" else end - start
        self.server.hub.sent.setdefault(path, []).append(Sent(start, len(body)))
        self._reply(206 if asked else 200, headers | {"Content-Length": str(n_told)}, body)
        if fault is not None and fault.kind != "short":
            self.close_connection = True
            if fault.kind == "reset":
                linger_no_longer = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_longer)
                self.connection.close()

    def _reply(self, status: int, headers: Mapping[str, str], body: bytes | None = b"") -> None:
        self.send_response(status)
        lengths = {} if body is None else {"Content-Length": str(len(body))}
        for name, value in (lengths | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def loopback_hub(repositories: Mapping[str, HubRepository]) -> Iterator[LoopbackHub]:
    """Serve repositories on a free port of loopback for the time of the block."""
    hub = LoopbackHub("", dict(repositories))
    server = _Server(("127.0.0.1", 0), _Handler)
    server.hub = hub
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
