"""Whose runs and uploads there are: each rule of the pages, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.server import owner
from dashboard.server.owner_cookie import OwnerCookie
from ptmrank_core.benchmark import RunStore, delete_run, run_here, run_sizes
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import store_features, store_upload
from ptmrank_core.errors import InputError, NotOwnerError
from ptmrank_core.records import LOCAL_OWNER, Failure, RunState, Stage, Truth
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.dashboard.reading import open_section, texts
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound here


@pytest.fixture
def address() -> Iterator[Callable[[str | None], None]]:
    """Sets what the server is bound to."""
    before = st.get_option("server.address")

    def bind(to: str | None) -> None:
        st._config._set_option("server.address", to, "a test")

    yield bind
    bind(before)


def become(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """Ask as somebody, wherever it is asked."""
    for place in (
        "dashboard.server.owner",
        "dashboard.jobs.drafts",
        "dashboard.jobs.housekeeping",
        "dashboard.jobs.runs",
        "dashboard.jobs.sources",
    ):
        monkeypatch.setattr(f"{place}.current_owner", lambda: who)


@pytest.mark.parametrize(
    ("bound", "headers", "is_shared"),
    [
        ("localhost", {}, False),
        ("127.0.0.1", {}, False),
        ("127.8.0.1", {}, False),
        ("::1", {}, False),
        (EVERYWHERE, {}, True),
        ("192.168.1.7", {}, True),
        ("::", {}, True),
        ("unix:///run/ptmrank.sock", {}, True),
        ("localhost.example.org", {}, True),
        (None, {}, True),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.9"}, True),
        ("127.0.0.1", {"forwarded": "for=10.0.0.9"}, True),
    ],
)
def test_a_server_has_one_owner_only_where_nobody_else_reaches_it(
    address: Callable[[str | None], None], bound: str | None, headers: dict[str, str], is_shared: bool
) -> None:
    """Loopback alone, and not through a proxy that says so; whatever is not understood is shared."""
    address(bound)
    assert owner.is_shared(headers) is is_shared


def test_a_proxy_that_says_nothing_is_told_by_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTMRANK_SHARED=1 gives each visitor runs of their own on loopback too; nonsense is refused."""
    assert owner.is_shared({}) is False
    monkeypatch.setenv("PTMRANK_SHARED", "1")
    assert owner.is_shared({}) is True
    with pytest.raises(InputError, match="PTMRANK_SHARED is 'yes'; expected 1 or 0"):
        load_settings({"PTMRANK_SHARED": "yes"})


def test_whoever_asks_is_known_by_digests_alone(
    address: Callable[[str | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token or an account stands for an owner, and neither can be read in what is kept."""
    assert owner.current_owner() == LOCAL_OWNER
    address(EVERYWHERE)
    found = set()
    for cookies in ({}, {owner.COOKIE: "weak"}, {owner.COOKIE: owner.make_token()}):
        monkeypatch.setattr(owner.st.context.__class__, "cookies", property(lambda _, c=cookies: c))
        found.add(owner.current_owner())
        assert owner.current_owner() in found
        assert owner.current_owner().startswith("browser:")
        assert all(token not in owner.current_owner() for token in cookies.values())
    assert len(found) == 2  # a token that was not made here does not count
    for user in (
        {"iss": "https://a", "sub": "1"},
        {"iss": "https://a", "sub": "2"},
        {"iss": "https://b", "sub": "1"},
    ):
        monkeypatch.setattr(owner.st, "user", user | {"is_logged_in": True, "email": "x@example.org"})
        found.add(owner.current_owner())
        assert owner.current_owner().startswith("user:")
        assert "example" not in owner.current_owner()
    assert len(found) == 5
    monkeypatch.setattr(owner.st, "user", {"iss": "https://a", "sub": "1", "is_logged_in": False})
    assert owner.current_owner().startswith("browser:")


def request(scheme: str, headers: dict[str, str]) -> list[str]:
    """The cookies that an answer brings."""
    got: list[str] = []

    async def answer(scope: object, receive: object, send: Callable[..., object]) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, object]) -> None:
        got.extend(value.decode() for _, value in message["headers"])

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "headers": raw, "path": "/"}
    asyncio.run(OwnerCookie(answer)(scope, None, send))
    return got


def test_a_browser_gets_its_token_with_the_page(address: Callable[[str | None], None]) -> None:
    """256 bits, out of reach of scripts and of other sites; kept as long as it is used; none on loopback."""
    page = {"accept": "text/html,*/*"}
    assert request("http", page) == []
    address(EVERYWHERE)
    assert request("http", {"accept": "*/*"}) == []
    [first], [second] = request("http", page), request("https", page)
    token = first.split(";")[0].removeprefix(f"{owner.COOKIE}=")
    assert owner.is_token(token)
    assert first.endswith("; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax")
    assert second.endswith("; SameSite=Lax; Secure")
    assert token not in second
    assert request("http", page | {"cookie": f"{owner.COOKIE}={token}"}) == [first]
    [instead] = request("http", page | {"cookie": f"{owner.COOKIE}=chosen-by-somebody"})
    assert "chosen-by-somebody" not in instead


def test_lists_show_the_runs_of_whoever_asks(
    app: AppTest, settings: Settings, ranked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else sees neither the run nor its size, on no page; a run of theirs is theirs alone."""
    become(monkeypatch, "browser:other")
    app.run()
    assert "Recent runs" not in texts(app)
    assert jobs.history() == []
    assert jobs.sizes() == {}
    found = jobs.result(ranked)
    theirs = replace(found.plan, run_id="0" * 32)
    RunStore(settings).create(theirs, found.samples, owner="browser:other")
    app.run()
    assert {button.key for button in app.button if button.label == "Open"} == {f"open-{'0' * 32}"}
    assert set(jobs.sizes()) == {"0" * 32}
    become(monkeypatch, LOCAL_OWNER)
    assert [entry.run_id for entry in jobs.history()] == [ranked]


def test_a_link_shows_a_run_and_offers_nothing_else(
    app: AppTest,
    settings: Settings,
    ranked: str,
    monkeypatch: pytest.MonkeyPatch,
    address: Callable[[str | None], None],
) -> None:
    """Results, with the samples, and the run's own page: no button that changes anything."""
    store = RunStore(settings)
    store.add_cell(ranked, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    app.run()
    app.button(key=f"open-{ranked}").click().run()
    assert "somebody else" not in texts(app)
    become(monkeypatch, "browser:other")
    address(EVERYWHERE)
    for title in ("Ranking", "Evidence", "Samples", "Export"):
        open_section(app, title)
        assert "This run belongs to somebody else" in texts(app)
        assert "strong** is the only candidate with a score" in texts(app).replace("]", "")
    assert not app.get("file_uploader")


def test_the_page_of_somebody_elses_run_has_no_levers(
    app: AppTest, settings: Settings, ranked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the owner may do about a stopped run with a failure is not offered to others."""
    store = RunStore(settings)
    store.add_cell(ranked, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    store.finish(ranked, RunState.CANCELLED, seconds=0.0)
    app.run()
    app.button(key=f"open-{ranked}").click().run()
    app.button(key="see-run").click().run()
    assert {"resume", "retry", "see"} <= {button.key for button in app.button}
    become(monkeypatch, "browser:other")
    app.run()
    assert {button.key for button in app.button} == {"see", "all-runs"}


@pytest.mark.parametrize("act", [jobs.cancel, jobs.delete, jobs.resume, jobs.retry])
def test_nothing_is_done_about_somebody_elses_run(
    app: AppTest, settings: Settings, ranked: str, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]
) -> None:
    """Whatever a page or a forged message asks for, the run stays as it is."""
    del app
    before = RunStore(settings).result(ranked)
    become(monkeypatch, "browser:other")
    with pytest.raises(NotOwnerError, match="belongs to somebody else"):
        act(ranked)
    with pytest.raises(NotOwnerError):
        jobs.keep_truth(before, Truth("accuracy", {"strong": 0.9, "weak": 0.1}))
    with pytest.raises(NotOwnerError):
        jobs.train(ranked, 1, 1.0)
    assert RunStore(settings).result(ranked) == before
    assert not RunStore(settings).cancel_requested(ranked)
    assert len(RunStore(settings).outlines()) == 1


def test_the_same_upload_of_two_owners_is_two(settings: Settings, tmp_path: Path) -> None:
    """Neither can tell that the other has it, and what one deletes the other keeps."""
    save_features(tmp_path / "strong.npz", 3.0)
    files = [("strong.npz", (tmp_path / "strong.npz").read_bytes())]
    owners = (LOCAL_OWNER, "browser:a", "browser:b")
    for store in (store_upload, store_features):
        places = {who: store(files, settings.uploads_dir, owner=who) for who in owners}
        assert len(set(places.values())) == 3
        assert store(files, settings.uploads_dir, owner="browser:a") == places["browser:a"]
    runs = {
        who: stored_features_plan(settings, place, ["logme"], owner=who).run_id
        for who, place in places.items()
    }
    sizes = [run_sizes(RunStore(settings), settings, owner=who) for who in owners]
    assert [set(size) for size in sizes] == [{runs[who]} for who in owners]
    delete_run(RunStore(settings), settings, runs[LOCAL_OWNER])
    assert [place.exists() for place in places.values()] == [False, True, True]
    delete_run(RunStore(settings), settings, runs["browser:b"])
    assert [place.exists() for place in places.values()] == [False, True, False]


def test_what_all_share_is_nobodys_to_clear(
    app: AppTest,
    settings: Settings,
    picture_zip: Path,
    zoo: Path,
    address: Callable[[str | None], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cache of a server that others use says how large it is, and neither lists nor clears anything."""
    del app
    become(monkeypatch, "browser:other")
    run_here(stored_plan(settings, picture_zip, zoo).run_id, settings, sources=SOURCES)
    page = AppTest.from_string(
        "from dashboard.views.cache.page import page\npage()", default_timeout=PATIENCE_SECONDS
    ).run()
    assert {"verify", "clear"} <= {button.key for button in page.button}
    address(EVERYWHERE)
    page.run()
    assert not page.exception
    assert page.metric[0].value == "54"
    assert not page.button
    assert not page.dataframe
