"""Who is answered: a page at another host or of another origin gets no byte, over HTTP or a websocket."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import streamlit as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.server.guard import Guard
from dashboard.server.hosts import Door, own_door
from dashboard.server.settings import open_door
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import InputError
from tests.dashboard.serving import free_port, serve
from tests.waiting import PATIENCE_SECONDS

DATA = b"the data of the dashboard"
RANK = "rank.example.org"
CROSS = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what is to become of it."""

    name: str
    is_answered: bool
    host: str | tuple[str, ...] = "localhost:8501"
    origin: str | tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    path: str = "/"
    scheme: str = "http"
    method: str = "GET"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they come over the wire."""
        named = [("host", host) for host in _several(self.host)]
        named += [("origin", origin) for origin in _several(self.origin)]
        return [(name.encode(), value.encode("latin-1")) for name, value in (*named, *self.more)]


def _several(values: str | tuple[str, ...]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else values


def _other_hosts() -> Iterator[Asked]:
    """Names that are not this machine's, however much they look like it."""
    for host in (
        "evil.example",  # a page that points its own name here
        "evil.example:8501",
        "localhost.evil.example",
        "evil-localhost",
        "sub.localhost:8501",
        "localhost.",
        "localhost..",
        "127.0.0.1.nip.io",
        "127.0.0.2",
        "0.0.0.0:8501",
        "2130706433",
        "0x7f000001",
        "127.1",
        "127.0.0.1.",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "192.168.1.7:8501",
        "localhost@evil.example",
        "user:word@localhost",
        "localhost/evil",
        "localhost#evil",
        "localhost evil.example",
        "localhost,evil.example",
        "localhost:8501:8501",
        "localhost:port",
        "localhost:",
        "::1",
        "[::1",
        "[::1%25lo]",
        "löcalhost",
        "http://localhost:8501",
        "localhost;x",
        "*",
        "",
    ):
        yield Asked(f"host {host or 'empty'}", False, host)
    yield Asked("no host", False, ())
    yield Asked("two hosts", False, ("localhost:8501", "evil.example"))
    yield Asked("one host twice", False, ("localhost:8501", "localhost:8501"))
    yield Asked("an address for a path", False, path="http://evil.example/")


def _other_origins() -> Iterator[Asked]:
    """Pages that are not this server's."""
    for origin in (
        "https://evil.example",
        "http://evil.example:8501",
        "http://localhost:9999",  # another program of this machine
        "http://localhost",
        "https://localhost",
        "http://127.0.0.1:8501",  # the same server under another name is another page
        "http://[::1]:8501",
        "http://localhost.evil.example:8501",
        "http://localhost@evil.example:8501",
        "http://localhost:8501@evil.example",
        "http://localhost:8501.evil.example",
        "http://localhost:8501/",
        "http://localhost:8501#",
        "null",
        "",
        "localhost:8501",
        "file://",
        "ftp://localhost:8501",
        "chrome-extension://abcdefghijklmnop",
    ):
        yield Asked(f"origin {origin or 'empty'}", False, origin=origin)
    yield Asked("two origins", False, origin=("http://localhost:8501", "https://evil.example"))
    yield Asked("two in one", False, origin="http://localhost:8501, https://evil.example")
    own = "http://localhost:8501"
    yield Asked("forwarded host", False, "evil.example", more=(("x-forwarded-host", "localhost"),))
    yield Asked("forwarded", False, "evil.example", more=(("forwarded", "host=localhost"),))
    yield Asked("forwarded origin", False, origin="http://a.b", more=(("x-forwarded-host", "a.b"),))
    yield Asked("a page without encryption", False, origin=own, scheme="https")
    yield Asked("from another site", False, more=tuple(CROSS.items()))
    yield Asked("from another port", False, more=tuple({**CROSS, "sec-fetch-site": "same-site"}.items()))
    yield Asked("as a picture", False, more=tuple({**CROSS, "sec-fetch-mode": "no-cors"}.items()))
    yield Asked("a form of another site", False, method="POST", more=tuple(LINK.items()))
    yield Asked("a proxy's host on a server without", False, RANK, f"https://{RANK}")


def _own_pages() -> Iterator[Asked]:
    """What browsers send for the pages of this server."""
    for host in ("localhost", "localhost:8501", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501", "[::1]"):
        yield Asked(f"its own host {host}", True, host)
        yield Asked(f"its own page at {host}", True, host, f"http://{host}")
    yield Asked("through a tunnel from another port", True, "localhost:9000", "http://localhost:9000")
    yield Asked("the port of the scheme is not written", True, "localhost:80", "http://localhost")
    yield Asked("its own certificate", True, "localhost:443", "https://localhost", scheme="https")
    yield Asked("its own files", True, more=(("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")))
    yield Asked("typed", True, more=(("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")))
    yield Asked("a link on another site", True, more=tuple(LINK.items()))


LOCAL = [*_other_hosts(), *_other_origins(), *_own_pages()]
PROXIED = [
    Asked("its page", True, RANK, f"https://{RANK}"),
    Asked("its page in capitals", True, RANK.upper(), f"https://{RANK}"),
    Asked("its page, the port written", True, f"{RANK}:443", f"https://{RANK}"),
    Asked("a proxy that writes its own host", True, "127.0.0.1:8501", f"https://{RANK}"),
    Asked("a port that is named", True, "127.0.0.1:8501", "https://other.example.org:8443"),
    Asked("the machine's own page", True, "localhost:8501", "http://localhost:8501"),
    Asked("another port of the proxy's", False, "127.0.0.1:8501", f"https://{RANK}:8443"),
    Asked("a name below", False, f"x.{RANK}", f"https://x.{RANK}"),
    Asked("a name above", False, "example.org", "https://example.org"),
    Asked("another site through the proxy", False, RANK, "https://evil.example"),
    Asked("no port of the named", False, "127.0.0.1:8501", "https://other.example.org"),
    Asked("a local page through the proxy", False, RANK, "http://localhost"),
    Asked("a page of this machine's port 80", False, "127.0.0.1:8501", "http://localhost"),
]


def local_door(**more: Any) -> Door:
    """The door of a server at loopback."""
    return own_door(Settings(home=load_settings().home, **more))


@pytest.fixture
def bound() -> Iterator[Callable[[str], None]]:
    """Sets what the server is bound to."""
    before = st.get_option("server.address")
    yield lambda to: st._config._set_option("server.address", to, "a test")
    st._config._set_option("server.address", before, "a test")


def answer(asked: Asked, door: Door, kind: str = "http") -> list[dict[str, Any]]:
    """What a server with this door sends."""
    got: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        got.append({"type": "reached", "scope": scope})
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": DATA})
        else:
            await send({"type": "websocket.accept"})

    async def send(message: dict[str, Any]) -> None:
        got.append(message)

    schemes = {"http": "ws", "https": "wss"}
    scheme = asked.scheme if kind == "http" else schemes[asked.scheme]
    scope = {"type": kind, "scheme": scheme, "path": asked.path, "headers": asked.headers()}
    asyncio.run(Guard(app, door)(scope | {"method": asked.method}, None, send))  # type: ignore[arg-type]
    return got


def check(asked: Asked, door: Door, kind: str) -> None:
    """Whether an answer is what it has to be."""
    got = answer(asked, door, kind)
    if asked.is_answered:
        assert got[0]["type"] == "reached"
        return
    assert all(message["type"] != "reached" for message in got)
    if kind == "websocket":
        assert got == [{"type": "websocket.close", "code": 1008, "reason": ""}]
        return
    start, body = got
    assert start["status"] in {400, 403}
    assert body["body"].count(b". ") <= 1
    assert body["body"].endswith(b".")
    assert b"evil" not in body["body"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("asked", LOCAL, ids=lambda asked: asked.name)
def test_a_server_at_loopback_answers_its_own_pages_alone(asked: Asked, kind: str) -> None:
    """Whoever is refused gets a sentence, and a websocket is closed before it is accepted."""
    if kind == "websocket" and (asked.method == "POST" or asked.more == tuple(LINK.items())):
        kind = "http"  # a websocket is neither posted nor opened by a link
    check(asked, local_door(), kind)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("asked", PROXIED, ids=lambda asked: asked.name)
def test_a_proxy_that_is_named_is_answered(asked: Asked, kind: str) -> None:
    """PTMRANK_HOSTS adds the names of a proxy, at the ports that it has, and no others."""
    check(asked, local_door(hosts=(RANK, "other.example.org:8443", "localhost")), kind)


def test_elsewhere_any_name_is_answered_until_some_are_named(bound: Callable[[str], None]) -> None:
    """A server that others reach cannot know its names; origins have to be its own in any case."""
    bound("0.0.0.0")  # noqa: S104 - nothing is bound here
    door, named = local_door(), local_door(hosts=(RANK,))
    check(Asked("any name", True, "lab-7:8501", "http://lab-7:8501"), door, "http")
    check(Asked("any address", True, "192.168.1.7:8501"), door, "websocket")
    check(Asked("another origin", False, "lab-7:8501", "http://lab-7:9999"), door, "websocket")
    check(Asked("another origin", False, "lab-7:8501", "https://evil.example"), door, "http")
    check(Asked("not named", False, "lab-7:8501", "http://lab-7:8501"), named, "http")
    check(Asked("named", True, RANK, f"https://{RANK}"), named, "websocket")
    check(Asked("the health check of the machine", True, "localhost:8501"), named, "http")


def test_the_address_that_the_server_is_bound_to_is_answered(bound: Callable[[str], None]) -> None:
    """Loopback has more addresses than one; the one that was chosen is the server's."""
    for address, host in (("127.8.0.1", "127.8.0.1:8501"), ("::1", "[::1]:8501")):
        bound(address)
        check(Asked("bound", True, host, f"http://{host}"), local_door(), "websocket")
    check(Asked("not bound", False, "127.8.0.1:8501"), local_door(), "http")


def test_streamlit_is_told_the_name_that_the_page_has() -> None:
    """Where a proxy wrote its own host: Streamlit would ask the internet for this machine's address."""
    asked = Asked("rewritten", True, "127.0.0.1:8501", f"https://{RANK}")
    [reached, _] = answer(asked, local_door(hosts=(RANK,)), "websocket")
    assert [value for name, value in reached["scope"]["headers"] if name == b"host"] == [RANK.encode()]


@pytest.mark.parametrize("base", ["", "/apps/rank"])
@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/_stcore/health", True),
        ("/_stcore/host-config", True),
        ("/_stcore/upload_file/session/file", True),
        ("/results", True),
        ("/media/0123.png", True),
        ("/_stcore/metrics", False),
        ("/_stcore/metrics/", False),
        ("/_stcore//metrics", False),
        ("/_stcore/script-health-check", False),
        ("/_stcore/agent/interact", False),
        ("/_stcore/agent/mcp", False),
        ("/_stcore/agent/openapi.json", False),
        ("/_stcore/bidi-components/any/file.js", False),
        ("/_stcore/bidi-components/ptmrank.sample_map/main.js", True),
        ("/_stcore/bidi-components/ptmrank.sample_map.other/main.js", False),
        ("/_stcore/bidi-components/ptmrank.hover/hover.js", True),
        ("/_stcore/", False),
        ("/results/_stcore/metrics", False),
    ],
)
def test_what_the_pages_do_not_need_is_closed(base: str, path: str, is_open: bool) -> None:
    """Streamlit's figures, and its interface for programs, are not there, whatever the server's path."""
    door = Door(names=frozenset({"localhost"}), base=base)
    start = next(sent for sent in answer(Asked("", True, path=base + path), door) if "status" in sent)
    assert start["status"] == (200 if is_open else 404)


def test_every_answer_says_what_a_browser_may_do() -> None:
    """A page, a file and a refusal carry the headers; only pages may run Streamlit's scripts."""
    policies = []
    for asked in (
        Asked("page", True, path="/results"),
        Asked("file", True, path="/media/0123.svg"),
        Asked("refused", False, "evil.example"),
        Asked("closed", False, path="/_stcore/metrics"),
    ):
        start = next(sent for sent in answer(asked, local_door()) if "status" in sent)
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        policies.append(headers["content-security-policy"])
    page, file, refused, _ = policies
    assert "frame-ancestors 'self'" in page
    assert file == refused
    assert "script-src" not in file
    assert file.startswith("default-src 'none'")


def test_a_page_in_a_frame_names_whose_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTMRANK_FRAME_ANCESTORS adds origins; the older header, which cannot name any, is then not sent."""
    monkeypatch.setenv("PTMRANK_FRAME_ANCESTORS", "https://huggingface.co, https://*.example.org:8443")
    [_, start, _] = answer(Asked("framed", True), open_door())
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    named = "frame-ancestors 'self' https://huggingface.co https://*.example.org:8443"
    assert headers["content-security-policy"].endswith(named)
    assert "x-frame-options" not in headers


@pytest.mark.parametrize(
    "settings",
    [
        {"hosts": ("https://rank.example.org",)},
        {"hosts": ("rank.example.org/apps",)},
        {"hosts": ("*.example.org",)},
        {"hosts": ("two words",)},
        {"frame_ancestors": ("huggingface.co",)},
        {"frame_ancestors": ("*",)},
        {"frame_ancestors": ("https://a.example; script-src *",)},
        {"frame_ancestors": ("https://a.example https://b.example",)},
    ],
)
def test_a_setting_that_is_no_host_or_origin_is_refused(settings: dict[str, tuple[str, ...]]) -> None:
    """It would be ignored, or change the policy: the start says what was expected."""
    with pytest.raises(InputError, match=r"^PTMRANK_(HOSTS|FRAME_ANCESTORS) has '.*'; expected "):
        local_door(**settings)


def test_the_server_does_not_start_with_a_setting_that_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, not a traceback."""
    monkeypatch.setenv("PTMRANK_HOSTS", "https://rank.example.org")
    with pytest.raises(SystemExit, match=r"PTMRANK_HOSTS has 'https://rank.example.org'; expected names"):
        open_door()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a dashboard started as the README says."""
    free = free_port()
    process = serve(tmp_path_factory.mktemp("home"), free)
    yield free
    process.terminate()
    process.wait(PATIENCE_SECONDS)


def raw(port: int, request: str) -> bytes:
    """What the server answers to bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode("latin-1"))
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET / HTTP/1.1", "Host: localhost:{port}", 200),
        ("GET / HTTP/1.1", "hOsT: LocalHost:{port}\nOrigin: http://localhost:{port}", 200),
        ("GET /_stcore/health HTTP/1.1", "Host: evil.example", 403),
        ("GET /_stcore/host-config HTTP/1.1", "Host: localhost:{port}\nOrigin: http://localhost:1", 403),
        ("GET / HTTP/1.1", "Host: localhost:{port}\nHost: evil.example", 400),
        ("GET / HTTP/1.1", "Host: localhost:{port}\nX-Forwarded-Host: evil.example", 200),
        ("GET / HTTP/1.1", "Host: evil.example\nX-Forwarded-Host: localhost", 403),
        ("GET / HTTP/1.0", "", 400),
        ("GET / HTTP/1.1", "", 400),
        ("GET http://evil.example/ HTTP/1.1", "Host: localhost:{port}", 400),
        ("GET http://localhost:{port}/ HTTP/1.1", "Host: evil.example", 400),
        ("PUT /_stcore/upload_file/a/b HTTP/1.1", "Host: localhost:{port}\nOrigin: null", 403),
        ("DELETE /_stcore/upload_file/a/b HTTP/1.1", "Host: 127.0.0.1\nOrigin: http://127.0.0.1:1", 403),
        ("GET /media/x.png HTTP/1.1", "Host: localhost\nSec-Fetch-Site: cross-site", 403),
        ("GET /winner/a/b.zip HTTP/1.1", "Host: localhost\nSec-Fetch-Site: same-site", 403),
        ("GET /_stcore/metrics HTTP/1.1", "Host: localhost", 404),
        ("GET /_stcore/%6detrics HTTP/1.1", "Host: localhost", 404),
        ("POST /_stcore/agent/mcp HTTP/1.1", "Host: localhost", 404),
    ],
)
def test_the_real_server_refuses_over_http(port: int, request_line: str, headers: str, status: int) -> None:
    """Bytes as they come over the wire, to a dashboard that ``streamlit run`` has started."""
    lines = "\n".join(filter(None, [request_line, headers, "Connection: close"])).format(port=port)
    got = raw(port, f"{lines}\n\n\n")
    assert int(got.split(b" ", 2)[1]) == status
    assert (b"<html" in got) is (status == 200)


def test_what_draws_figures_is_read_ahead(port: int) -> None:
    """A page names the script, which is there; what is no page names none."""
    page, health = (
        raw(port, f"GET {path} HTTP/1.1\nHost: localhost:{port}\nConnection: close\n\n").partition(
            b"\r\n\r\n"
        )[0]
        for path in ("/results", "/_stcore/health")
    )
    named = re.findall(rb"link: <(/static/js/PlotlyChart[.][^>]+)>; rel=modulepreload; fetch", page)
    assert len(named) == 1
    script = raw(port, f"GET {named[0].decode()} HTTP/1.1\nHost: localhost:{port}\nConnection: close\n\n")
    assert script.startswith(b"HTTP/1.1 200")
    assert b"javascript" in script.partition(b"\r\n\r\n")[0]
    assert b"link:" not in health


@pytest.mark.parametrize(
    ("host", "origin", "is_open"),
    [
        ("localhost:{port}", "http://localhost:{port}", True),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}", True),
        ("[::1]:{port}", "http://[::1]:{port}", True),
        ("localhost:{port}", None, True),
        ("evil.example", "http://evil.example", False),
        ("evil.example:{port}", None, False),
        ("localhost:{port}", "http://localhost:1", False),
        ("localhost:{port}", "http://127.0.0.1:{port}", False),
        ("localhost:{port}", "null", False),
        ("localhost.evil.example:{port}", "http://localhost.evil.example:{port}", False),
        ("localhost:{port}", "http://localhost:{port}@evil.example", False),
    ],
)
def test_the_real_server_refuses_a_websocket(port: int, host: str, origin: str | None, is_open: bool) -> None:
    """A raw client under another name or from another page is turned away before anything is said."""
    address = f"ws://{host.format(port=port)}/_stcore/stream"
    own = None if origin is None else Origin(origin.format(port=port))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
        if is_open:
            with connect(address, sock=line, origin=own, open_timeout=PATIENCE_SECONDS):
                return
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, sock=line, origin=own, open_timeout=PATIENCE_SECONDS),
        ):
            pass
    assert refused.value.response.status_code == 403
    assert not refused.value.response.body
