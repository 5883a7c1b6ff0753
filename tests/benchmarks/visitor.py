"""A visitor of the dashboard without a browser: Streamlit's own protocol over a websocket.

It opens a page, runs it again, follows what the server asks to be run by a timer, and times every answer from
the request to the message that the script is finished.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.waiting import PATIENCE_SECONDS

__all__ = ["Visitor"]


class Visitor:
    """One open tab.

    Parameters
    ----------
    address
        Of the server: ``localhost:8501``.
    page, query
        What the address bar has: ``"results"`` and ``"run=0123"``.
    headers
        What the browser sends besides, such as a cookie.
    session
        The session that the tab goes on with; empty for a new one.
    """

    def __init__(
        self,
        address: str,
        page: str,
        query: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        session: str = "",
    ) -> None:
        self._page, self._query, self._page_hash = page, query, ""
        self.polls: dict[str, float] = {}  # part of the page -> seconds between two runs of it
        self.n_bytes = 0
        self.problems: list[str] = []
        self.alerts: list[str] = []
        self.buttons: list[str] = []  # their ids, which end in their keys
        stream = f"ws://{address}/_stcore/stream"
        protocols = [Subprotocol(part) for part in ("streamlit", *(("no-token", session) if session else ()))]
        self._connection = connect(
            stream,
            subprotocols=protocols,
            max_size=None,
            additional_headers=headers or {},
            open_timeout=PATIENCE_SECONDS,
            ping_interval=None,  # browsers do not ask whether the server is still there
        )
        self._socket: ClientConnection

    def __enter__(self) -> Self:
        """Open the tab."""
        self._socket = self._connection.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the tab."""
        self._connection.__exit__(kind, error, trace)

    def load(self) -> float:
        """Run the whole page; return the seconds until it was there."""
        self.polls = {}
        return self._run("")

    def poll(self, part: str) -> float:
        """Run a part of the page again, as its timer does; return the seconds until it was there."""
        return self._run(part)

    def press(self, key: str) -> float:
        """Press the button of a key; return the seconds until the page was there."""
        return self._run("", next(button for button in self.buttons if button.endswith(f"-{key}")))

    def _run(self, part: str, button: str = "") -> float:
        request = BackMsg()
        state = request.rerun_script
        state.query_string, state.page_name, state.page_script_hash = self._query, self._page, self._page_hash
        if part:
            state.fragment_id, state.is_auto_rerun = part, True
        if button:
            pressed = state.widget_states.widgets.add()
            pressed.id, pressed.trigger_value = button, True
        start = time.perf_counter()
        self._socket.send(request.SerializeToString())
        while not self._take(self._receive()):
            pass
        return time.perf_counter() - start

    def _receive(self) -> ForwardMsg:
        data = self._socket.recv(timeout=PATIENCE_SECONDS)
        self.n_bytes += len(data)
        message = ForwardMsg()
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        return message

    def _take(self, message: ForwardMsg) -> bool:
        """Note what a message says; return whether the script is at its end."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.problems.append(element.exception.message)
            elif element.WhichOneof("type") == "alert":
                self.alerts.append(element.alert.body)
            elif element.WhichOneof("type") == "button":
                self.buttons.append(element.button.id)
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
