"""Session keys and query parameters: pages, runs and widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.state.steps import STEP_PARAMETER

__all__ = [
    "UPLOADS",
    "address_of",
    "address_of_page",
    "address_value",
    "compared_runs",
    "follow_run",
    "forget_run",
    "has_changed",
    "is_followed",
    "link",
    "navigate",
    "per_draft_key",
    "per_upload_key",
    "picked",
    "register_pages",
    "remember_run",
    "reset_fields",
    "reset_upload",
    "run_id",
    "select_samples",
    "selected_samples",
    "session_token",
    "set_compared_runs",
    "set_widget",
    "set_widgets",
    "show_slide",
    "slide",
    "start_widget",
    "uploader_key",
    "value_of",
    "widget",
    "widget_is",
]

PAGES = "pages"
SHOWN_PATH = "shown_path"
LAST_RUN = "last_run"
FOLLOWED_RUN = "followed_run"
UPLOADS = "uploads"
FIELDS = "fields"
LAST_VALUE = "last-value"
OF_SESSION = "of_session"
RUN_PARAMETER = "run"
OTHER_PARAMETER = "with"
SLIDE_PARAMETER = "slide"
SELECTED = "selected-samples"
SELECTED_PARAMETER = "picked"
DRAFT_PARAMETER = "draft"
MOST_COMPARED = 6


def register_pages(pages: Mapping[str, StreamlitPage], shown: StreamlitPage) -> None:
    """Remember the pages of this app run, so that any view can link to them by address, and the one shown."""
    st.session_state[PAGES] = dict(pages)
    st.session_state[SHOWN_PATH] = shown.url_path


def navigate(page: str, *, run: str | None = None, draft: str | None = None) -> NoReturn:
    """Show another page, with the run or the draft in its address."""
    target = st.session_state[PAGES][page]
    named = {RUN_PARAMETER: run, DRAFT_PARAMETER: draft}
    st.switch_page(target, query_params={name: value for name, value in named.items() if value} or None)


def address_of_page() -> str:
    """Return the whole address of the page that is shown, as somebody else would open it."""
    names = [name for name in st.query_params if name != STEP_PARAMETER]
    query = {name: st.query_params.get_all(name) for name in names}
    return _whole_address(st.session_state.get(SHOWN_PATH, ""), query)


def address_of(page: str, query: Mapping[str, str | Sequence[str]]) -> str:
    """Return the whole address of a page with something in it, to be printed or sent."""
    return _whole_address(st.session_state[PAGES][page].url_path, query)


def _whole_address(path: str, query: Mapping[str, str | Sequence[str]]) -> str:
    """Put a path and a query behind the address of this dashboard: the browser's without its page's path."""
    shown = f"/{st.session_state.get(SHOWN_PATH, '')}".rstrip("/")
    # The browser's address has the path of the page, unless Streamlit has taken it off.
    site = (st.context.url or "").partition("?")[0].rstrip("/").removesuffix(shown)
    said = urlencode(query, doseq=True)
    return f"{site}/{path}{'?' if said else ''}{said}"


def address_value(parameter: str) -> str | None:
    """Return what the address says of a parameter; ``None`` if nothing."""
    return st.query_params.get(parameter)


def link(page: str, label: str, *, icon: str, **query: str | Sequence[str]) -> None:
    """Draw a link to another page with something in its address."""
    st.page_link(st.session_state[PAGES][page], label=label, icon=icon, query_params=query)


def start_widget(key: str, value: object) -> None:
    """Set the first value of a widget; a value that the reader has chosen stays."""
    st.session_state.setdefault(key, value)


def set_widgets(values: Mapping[str, object]) -> None:
    """Set the values of widgets from a callback, before the page is drawn."""
    st.session_state.update(values)


def run_id() -> str | None:
    """Return the run of the address, else the session's last one, which then goes into the address."""
    run = st.query_params.get(RUN_PARAMETER) or st.session_state.get(LAST_RUN)
    if run:
        remember_run(run)
        if st.query_params.get(RUN_PARAMETER) != run:
            st.query_params[RUN_PARAMETER] = run
    return run


def compared_runs() -> list[str]:
    """Return the runs of the address, each once; without any, the session's last one."""
    first = st.query_params.get(RUN_PARAMETER) or st.session_state.get(LAST_RUN) or ""
    named = ",".join([first, *st.query_params.get_all(OTHER_PARAMETER)]).split(",")
    return [run for run in dict.fromkeys(part.strip() for part in named) if run][:MOST_COMPARED]


def set_compared_runs(runs: Sequence[str]) -> None:
    """Put runs into the address: the first, and those that it is compared with."""
    for name, value in ((RUN_PARAMETER, ",".join(runs[:1])), (OTHER_PARAMETER, ",".join(runs[1:]))):
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def slide() -> int | None:
    """Return the number of the slide that the address names; ``None`` where it names none."""
    named = st.query_params.get(SLIDE_PARAMETER, "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 4 else None


def show_slide(number: int | None) -> None:
    """Put a slide into the address, from a callback; ``None`` ends the presentation."""
    if number is None:
        st.query_params.pop(SLIDE_PARAMETER, None)
    else:
        st.query_params[SLIDE_PARAMETER] = str(number)


def remember_run(run: str) -> None:
    """Make a run the session's last one."""
    st.session_state[LAST_RUN] = run


def forget_run(run: str) -> None:
    """Forget a run that was deleted, so that no page asks for it."""
    if st.session_state.get(LAST_RUN) == run:
        del st.session_state[LAST_RUN]


def follow_run(run: str | None) -> None:
    """Remember that this session follows a run, so that its results are shown when it ends."""
    st.session_state[FOLLOWED_RUN] = run


def is_followed(run: str) -> bool:
    """Whether this session follows the run."""
    return bool(st.session_state.get(FOLLOWED_RUN) == run)


def session_token(make: Callable[[], str]) -> str:
    """Return the token of this session, for a browser that keeps no cookie."""
    if OF_SESSION not in st.session_state:
        st.session_state[OF_SESSION] = make()
    return str(st.session_state[OF_SESSION])


def uploader_key() -> str:
    """Key of the upload widget; a new key empties it and frees its memory."""
    return per_upload_key("upload")


def per_upload_key(name: str) -> str:
    """Key of a widget that is reset by every upload."""
    return f"{name}-{st.session_state.get(UPLOADS, 0)}"


def reset_upload() -> None:
    """Reset the upload widget, and those that depend on it, at the next run of the page."""
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1


def per_draft_key(name: str) -> str:
    """Key of a widget that shows a part of the draft: another one once another draft was taken up."""
    number = st.session_state.get(FIELDS, 0)
    return f"{name}-{number}" if number else name


def reset_fields() -> None:
    """Draw all fields of the draft anew, at the next run of a page or further down on this one."""
    st.session_state[FIELDS] = st.session_state.get(FIELDS, 0) + 1
    reset_upload()


def set_widget(key: str, value: object) -> None:
    """Set the value of a widget that this run of the page has not drawn yet."""
    st.session_state[key] = value


def value_of(key: str, name: str) -> object:
    """Return a value of a component of our own; ``None`` before the browser has sent one."""
    return dict(st.session_state.get(key) or {}).get(name)


def selected_samples() -> str:
    """Return the selection of the address, unless the session's one was too long for it."""
    in_address = st.query_params.get(SELECTED_PARAMETER, "")
    kept, its_address = st.session_state.get(SELECTED, ("", ""))
    return str(kept if in_address == its_address else in_address)


def select_samples(selection: str, *, fits_address: bool) -> None:
    """Remember a selection, in the address where it is short enough for one."""
    in_address = selection if fits_address else ""
    st.session_state[SELECTED] = (selection, in_address)
    if in_address:
        st.query_params[SELECTED_PARAMETER] = in_address
    else:
        st.query_params.pop(SELECTED_PARAMETER, None)


def widget_is(key: str, value: object) -> bool:
    """Whether a widget has a value, also one that the address gives and that is not drawn yet."""
    return bool(st.session_state.get(key, st.query_params.get(key)) == value)


def picked(key: str) -> list[str]:
    """Name what was clicked in a chart, in the callback of that click: the first of each mark's own data."""
    event = st.session_state.get(key)
    points = event.selection.points if event else []
    data = [point.get("customdata") for point in points]
    names = [own[0] if isinstance(own, list) and own else own for own in data]
    return [name for name in names if isinstance(name, str)]


def widget(key: str, missing: object = None) -> Any:
    """Return the value of a widget."""
    return st.session_state.get(key, missing)


def has_changed(name: str, value: object) -> bool:
    """Whether a value, such as a selection, differs from that of the last run of the page."""
    key = f"{LAST_VALUE}-{name}"
    is_new = st.session_state.get(key) != value
    st.session_state[key] = value
    return is_new
