"""The owner of a session: whose runs and uploads it sees and creates.

A server that only this machine reaches has one owner, the same as the command line's. Elsewhere an owner is
a user who has logged in, else a browser with a random token in a cookie. Only a digest is stored, which
reveals neither the token nor the name. Nothing else that a client sends is trusted.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Container

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from dashboard.server.hosts import is_loopback_bind
from ptmrank_core.config import load_settings
from ptmrank_core.records import LOCAL_OWNER

__all__ = [
    "COOKIE",
    "can_log_in",
    "current_owner",
    "is_logged_in",
    "is_shared",
    "is_token",
    "make_token",
    "note_session",
    "owner_of_session",
]

COOKIE = "ptmrank_owner"
TOKEN_BYTES = 32
MAX_NOTED = 100_000
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)  # what 32 bytes become
_NOTED: OrderedDict[str, str] = OrderedDict()  # session -> owner, for requests that are no page's
# Headers that proxies set: a request that came through one may come from another machine.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def make_token() -> str:
    """Make a token of 256 random bits for a browser."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(text: str | None) -> bool:
    """Whether a text has the form of a token of ``make_token``."""
    return text is not None and TOKEN.fullmatch(text) is not None


def is_shared(headers: Container[str]) -> bool:
    """Whether a request with these headers may come from others than the owner of this machine.

    Hosts are named where a proxy is in front of the server, and not every proxy says that it is one.
    """
    settings = load_settings()
    is_private = is_loopback_bind() and not (settings.shared or settings.hosts)
    return not is_private or any(name in headers for name in FORWARDED)


def current_owner() -> str:
    """Return the owner of the running session."""
    if not is_shared(st.context.headers):
        return LOCAL_OWNER
    if is_logged_in():
        return _digest("user", str(st.user["iss"]), str(st.user["sub"]))
    token = st.context.cookies.get(COOKIE)
    if token is None or not is_token(token):  # no cookies: valid as long as the page is open
        token = state.session_token(make_token)
    return _digest("browser", token)


def note_session() -> None:
    """Note whose the running session is, for the requests that its page makes beside it."""
    context = get_script_run_ctx()
    if context is None or not is_shared(st.context.headers):
        return
    _NOTED[context.session_id] = current_owner()
    _NOTED.move_to_end(context.session_id)
    if len(_NOTED) > MAX_NOTED:
        _NOTED.popitem(last=False)


def owner_of_session(session_id: str) -> str | None:
    """Return the owner of a session of a shared server; ``None`` before its first page is drawn."""
    return _NOTED.get(session_id)


def is_logged_in() -> bool:
    """Whether the visitor has logged in and the provider has identified them."""
    return bool(st.user.get("is_logged_in")) and all(st.user.get(claim) for claim in ("iss", "sub"))


def can_log_in() -> bool:
    """Whether secrets.toml has a section ``[auth]``."""
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def _digest(kind: str, *parts: str) -> str:
    """Make an owner's name that does not reveal who it is."""
    named = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{kind}:{hashlib.sha256(named.encode()).hexdigest()}"
