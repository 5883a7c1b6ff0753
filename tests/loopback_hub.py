"""A model hub on loopback: the part of the Hub's protocol that looking up and downloading a model use."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


@dataclass
class HubRepository:
    """One model of the hub: its files at one commit."""

    files: Mapping[str, bytes]
    gated: bool = False

    @property
    def commit(self) -> str:
        """A 40-digit commit made from the files."""
        digest = hashlib.sha1(usedforsecurity=False)
        for name, data in sorted(self.files.items()):
            digest.update(name.encode() + data)
        return digest.hexdigest()

    @classmethod
    def of(cls, folder: Path, **extra: bytes) -> HubRepository:
        """The files of a checkpoint folder, and more."""
        return cls({file.name: file.read_bytes() for file in folder.iterdir()} | extra)


@dataclass
class LoopbackHub:
    """The running hub.

    Parameters
    ----------
    endpoint
        Its address.
    repositories
        Model id -> repository; a test may change them.
    served
        Paths of the files sent so far.
    """

    endpoint: str
    repositories: dict[str, HubRepository]
    served: list[str] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    hub: LoopbackHub


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
        if parts[:2] == ["api", "models"]:
            self._info("/".join(parts[2:4]), parts[5] if len(parts) > 5 else None)
        elif len(parts) > 4 and parts[2] == "resolve":
            self._file("/".join(parts[:2]), parts[3], "/".join(parts[4:]), send_body=send_body)
        else:
            self._reply(404, {"X-Error-Code": "RepoNotFound"})

    def _repository(self, model: str, revision: str | None) -> HubRepository | None:
        repository = self.server.hub.repositories.get(model)
        if repository is None:
            self._reply(401, {"X-Error-Code": "RepoNotFound"})
        elif revision not in {None, "main", repository.commit}:
            self._reply(404, {"X-Error-Code": "RevisionNotFound"})
        else:
            return repository
        return None

    def _info(self, model: str, revision: str | None) -> None:
        repository = self._repository(model, revision)
        if repository is not None:
            files = [{"rfilename": name, "size": len(data)} for name, data in repository.files.items()]
            info = {"id": model, "sha": repository.commit, "siblings": files, "gated": repository.gated}
            info["cardData"] = {"license": "apache-2.0"}
            self._reply(200, {"Content-Type": "application/json"}, json.dumps(info).encode())

    def _file(self, model: str, revision: str, name: str, *, send_body: bool) -> None:
        repository = self._repository(model, revision)
        if repository is None:
            return
        if repository.gated:
            self._reply(403, {"X-Error-Code": "GatedRepo"})
            return
        data = repository.files.get(name)
        if data is None:
            self._reply(404, {"X-Error-Code": "EntryNotFound"})
            return
        if send_body:
            self.server.hub.served.append(f"{model}/{name}")
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": repository.commit}
        self._reply(200, headers, data, send_body=send_body)

    def _reply(
        self, status: int, headers: Mapping[str, str], body: bytes = b"", *, send_body: bool = True
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if send_body:
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
