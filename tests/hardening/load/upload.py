"""A large archive, and a visitor who uploads it piece by piece."""

from __future__ import annotations

import http.client
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo

from dashboard.server.owner import COOKIE
from tests.dashboard.intruder import Tab, xsrf_token

__all__ = ["send", "write_archive"]

SIDE = 400
PIECE_BYTES = 1 << 20
BOUNDARY = "of-this-test"


def write_archive(path: Path, n_bytes: int) -> Path:
    """Write a zip of pictures of noise in two classes, as large as that."""
    noise, size, number = np.random.default_rng(0), 0, 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        while size < n_bytes or number < 12:
            picture = io.BytesIO()
            Image.fromarray(noise.integers(256, size=(SIDE, SIDE, 3), dtype=np.uint8)).save(picture, "BMP")
            archive.writestr(f"{'cat' if number % 2 else 'dog'}/{number}.bmp", picture.getvalue())
            size, number = size + picture.tell(), number + 1
    return path


def send(tab: Tab, file: Path) -> tuple[UploadedFileInfo, float]:
    """Send a file where the page says, piece by piece; return what its widget says then, and the seconds."""
    path, begun = tab.upload_address(file.name), time.monotonic()
    named = f'Content-Disposition: form-data; name="file"; filename="{file.name}"'
    head = f"--{BOUNDARY}\r\n{named}\r\n\r\n".encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    token = xsrf_token(f"http://{tab.address}")
    connection = http.client.HTTPConnection(tab.address, timeout=600)
    connection.request(
        "PUT",
        path,
        body=_pieces(head, file, tail),
        headers={
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
            "Cookie": f"{COOKIE}={tab.cookie}; _streamlit_xsrf={token}",
            "Origin": f"http://{tab.address}",
            "X-Xsrftoken": token,
        },
    )
    status = connection.getresponse().status
    connection.close()
    if status != http.HTTPStatus.NO_CONTENT:
        raise RuntimeError(f"The upload was answered with {status}.")
    urls = FileURLs(file_id=path.rsplit("/", 1)[-1], upload_url=path, delete_url=path)
    info = UploadedFileInfo(file_id=urls.file_id, name=file.name, size=file.stat().st_size, file_urls=urls)
    return info, time.monotonic() - begun


def _pieces(head: bytes, file: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece
    yield tail
