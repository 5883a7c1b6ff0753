"""A visitor who does not keep to the buttons: raw messages over Streamlit's own protocol, with a cookie."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from urllib.error import HTTPError

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from dashboard.server.owner import COOKIE
from tests.benchmarks.visitor import Visitor
from tests.waiting import PATIENCE_SECONDS

__all__ = ["Tab", "status_of", "xsrf_token"]

PREFIX = f"$$ID-{'0' * 32}-"  # before the key of a widget, with the digest of what it is
FILE = re.compile(r"/?(?:media/[0-9a-f]+(?:\.\w+)?|winner/[0-9a-f]{32}/[0-9a-f]{32}\.zip)")


class Tab(Visitor):
    """One open tab of a browser.

    Parameters
    ----------
    address, page, query
        As for a visitor.
    cookie
        The browser's token.
    session
        The session that it wants to go on with.
    """

    def __init__(self, address: str, page: str, query: str = "", *, cookie: str, session: str = "") -> None:
        more = {"Cookie": f"{COOKIE}={cookie}"}
        self.address, self.cookie, self.session, self.upload = address, cookie, "", ""
        self.received = bytearray()
        self.texts: list[str] = []  # every text in every message, in their order
        super().__init__(address, page, query, headers=more, session=session)

    def was_told(self, text: str) -> bool:
        """Whether a text came in any message, be it in a table."""
        return text.encode() in self.received

    def widgets(self) -> set[str]:
        """Ids of all widgets that were drawn."""
        return {text for text in self.texts if text.startswith(PREFIX[:5])}

    def press(self, *keys: str) -> None:
        """Run the page again as if the buttons of these keys had been clicked."""
        found = [name for name in sorted(self.widgets()) if name[len(PREFIX) :] in keys]
        assert len(found) == len(keys), (keys, sorted(self.widgets()))
        self.send(WidgetState(id=name, trigger_value=True) for name in found)

    def send(self, states: Iterable[WidgetState]) -> None:
        """Run the page again with what widgets are said to hold."""
        request = BackMsg()
        state = request.rerun_script
        state.query_string, state.page_name, state.page_script_hash = (
            self._query,
            self._page,
            self._page_hash,
        )
        state.widget_states.widgets.extend(states)
        self._socket.send(request.SerializeToString())
        while not self._take(self._receive()):
            pass

    def hand_in(self, key: str, file: UploadedFileInfo) -> None:
        """Run the page again as if a file had been uploaded in the widget of a key."""
        [found] = [name for name in self.widgets() if name[len(PREFIX) :] == key]
        files = FileUploaderState(uploaded_file_info=[file])
        self.send([WidgetState(id=found, file_uploader_state_value=files)])

    def put(self, data: bytes) -> UploadedFileInfo:
        """Upload a table as the page does; return what its widget then says."""
        base, path = f"http://{self.address}", self.upload_address()
        token = xsrf_token(base)
        boundary = "of-this-test"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="reviews.csv"\r\n\r\n'
        request = urllib.request.Request(  # noqa: S310
            base + path,
            method="PUT",
            data=head.encode() + data + f"\r\n--{boundary}--\r\n".encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Cookie": f"{COOKIE}={self.cookie}; _streamlit_xsrf={token}",
                "Origin": base,
                "X-Xsrftoken": token,
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            assert answer.status == 204
        urls = FileURLs(file_id=path.rsplit("/", 1)[-1], upload_url=path, delete_url=path)
        return UploadedFileInfo(file_id=urls.file_id, name="reviews.csv", size=len(data), file_urls=urls)

    def upload_address(self, name: str = "reviews.csv") -> str:
        """Ask where a file goes, as the widget does."""
        request = BackMsg()
        request.file_urls_request.request_id = "one"
        request.file_urls_request.file_names.append(name)
        self._socket.send(request.SerializeToString())
        while not self.upload:
            self._take(self._receive())
        return self.upload

    def files(self) -> set[str]:
        """Addresses of the files that the page shows."""
        return {text.lstrip("/") for text in self.texts if FILE.fullmatch(text)}

    def _receive(self) -> ForwardMsg:
        message = super()._receive()
        self.received += message.SerializeToString()
        return message

    def _take(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        self.texts += _texts(message)
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "file_urls_response":
            self.upload = message.file_urls_response.file_urls[0].upload_url
        return super()._take(message)


def _texts(message: Message) -> Iterator[str]:
    """Yield the texts in a message, however deep they are."""
    for field, value in message.ListFields():
        for one in value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _texts(one)
            elif field.message_type is not None and field.message_type.GetOptions().map_entry:
                yield from (str(part) for pair in value.items() for part in pair)


def xsrf_token(base: str) -> str:
    """Streamlit's own token, which its page sends with an upload."""
    with urllib.request.urlopen(f"{base}/_stcore/health", timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        return str(answer.headers["set-cookie"]).partition("_streamlit_xsrf=")[2].partition(";")[0]


def status_of(address: str, cookie: str | None, method: str = "GET", body: bytes = b"") -> int:
    """Status of the answer to a request of a browser with a cookie."""
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    request = urllib.request.Request(address, method=method, data=body or None, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code
