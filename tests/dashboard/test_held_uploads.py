"""Uploads that the server holds in memory: what a visitor sends past the pages stays within the quota too."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from dashboard.server import owner
from dashboard.server.upload_limits import MOST_FILES
from ptmrank_core.config import Settings
from tests.dashboard.intruder import Tab, xsrf_token
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_isolation import cookie_of
from tests.waiting import PATIENCE_SECONDS, wait_until

QUOTA = 1_000_000
ROW = b"a text that is one of a thousand,a\na text that is one of a thousand too,b\n"


@contextmanager
def serving(home: Path, **variables: str) -> Iterator[str]:
    """Serve a dashboard with some settings; yield its address."""
    port = free_port()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(f"PTMRANK_{name}", value)
        process = serve(home, port)
    try:
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the server."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """A server that several people use, each of whom may keep one megabyte."""
    with serving(home, SHARED="1", OWNER_GB=str(QUOTA / 1e9)) as served:
        yield served


def headers_of(tab: Tab) -> dict[str, str]:
    """What the page of a tab sends beside a file."""
    token = xsrf_token(f"http://{tab.address}")
    return {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": f"{owner.COOKIE}={tab.cookie}; _streamlit_xsrf={token}",
        "X-Xsrftoken": token,
    }


def send(tab: Tab, size: int, *, says_size: bool = True) -> tuple[int, str]:
    """Send so many bytes as one more file of a page; return the status and the answer."""
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body += b"text,label\n" + ROW * (size // len(ROW)) + b"\r\n--x--\r\n"
    headers = headers_of(tab)
    connection = HTTPConnection(tab.address, timeout=PATIENCE_SECONDS)
    path = f"/_stcore/upload_file/{tab.session}/{uuid.uuid4()}"
    try:
        if says_size:
            connection.request("PUT", path, body, headers)
        else:
            parts = (body[start : start + 8192] for start in range(0, len(body), 8192))
            connection.request("PUT", path, parts, headers, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextmanager
def visiting(address: str, cookie: str) -> Iterator[Tab]:
    """Open the Samples page in a browser."""
    with Tab(address, "samples", cookie=cookie) as tab:
        tab.load()
        yield tab


@pytest.mark.parametrize("says_size", [True, False], ids=["with a length", "in pieces"])
def test_what_is_held_is_within_the_quota(address: str, says_size: bool) -> None:
    """Files are taken until the quota is full, over all tabs of a browser; others have room as before."""
    cookie = cookie_of(address)
    with visiting(address, cookie) as tab, visiting(address, cookie) as second:
        assert send(tab, 600_000, says_size=says_size)[0] == 204
        for one in (tab, second):
            status, said = send(one, 500_000, says_size=says_size)
            assert status == 413
            assert "each visitor of this server may keep 1 MB of uploads. Delete an upload" in said
        assert send(second, 300_000, says_size=says_size)[0] == 204
        with visiting(address, cookie_of(address)) as other:
            assert send(other, 600_000, says_size=says_size)[0] == 204
    with visiting(address, cookie_of(address)) as alone:
        assert send(alone, 2 * QUOTA, says_size=says_size)[0] == 413
        assert send(alone, 900_000, says_size=says_size)[0] == 204


def test_what_is_under_way_counts(address: str) -> None:
    """Room for an upload is taken when it begins, and free again when its sender goes away."""
    with visiting(address, cookie_of(address)) as tab:
        host, _, port = address.partition(":")
        with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as begun:
            lines = [
                f"PUT /_stcore/upload_file/{tab.session}/one HTTP/1.1",
                f"Host: {address}",
                *(f"{name}: {value}" for name, value in headers_of(tab).items()),
                "Content-Length: 600000",
                "Expect: 100-continue",
            ]
            begun.sendall("\r\n".join([*lines, "", ""]).encode())
            assert begun.recv(100).startswith(b"HTTP/1.1 100")  # it is being read
            assert send(tab, 500_000)[0] == 413
        wait_until(lambda: send(tab, 500_000)[0] == 204)


def test_what_is_kept_leaves_less_to_hold(address: str, home: Path) -> None:
    """An upload that a page has stored counts, and no longer as one that is held."""
    with visiting(address, cookie_of(address)) as tab:
        tab.hand_in("upload-0", tab.put(b"text,label\n" + ROW * (700_000 // len(ROW))))
        assert tab.was_told("What was read")
        assert list(Settings(home=home).uploads_dir.glob("*/reviews.csv"))
        assert send(tab, 500_000)[0] == 413
        assert send(tab, 200_000)[0] == 204


def test_so_many_files_are_held_and_no_more(address: str) -> None:
    """Thousands of files without content are refused; the sentence says what to do."""
    with visiting(address, cookie_of(address)) as tab:
        answers = [send(tab, 0) for _ in range(MOST_FILES + 1)]
    assert {status for status, _ in answers[:-1]} == {204}
    assert answers[-1][0] == 413
    assert "upload one .zip file" in answers[-1][1]


def test_a_dashboard_of_demos_holds_nothing(tmp_path: Path) -> None:
    """It takes no file, not even one that no page would show."""
    with serving(tmp_path, DEMO_ONLY="1") as address, visiting(address, cookie_of(address)) as tab:
        status, said = send(tab, 1_000)
        assert status == 403
        assert "it takes no files" in said


def test_a_server_of_ones_own_has_no_such_limit(tmp_path: Path) -> None:
    """Quotas hold for visitors alone."""
    with serving(tmp_path, OWNER_GB="0.001") as address, visiting(address, "") as tab:
        assert send(tab, 2 * QUOTA)[0] == 204
