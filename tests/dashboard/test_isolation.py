"""One visitor against another on a shared server: B sees, changes and fills nothing of A's."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from streamlit import file_util
from streamlit.proto.WidgetStates_pb2 import WidgetState

from dashboard.server import owner
from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.data import store_features, store_upload
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.records import Failure, RunState, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.intruder import Tab, status_of
from tests.dashboard.raced import keep_state, pack_made_up, store_race
from tests.dashboard.serving import free_port, serve
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS

PRIVATE = "only-a-knows-this-sentence"
REVIEWS = "".join(f"{PRIVATE} number {n},{'good' if n % 2 else 'bad'}\n" for n in range(30))


@dataclass(frozen=True, slots=True)
class Shared:
    """A server that two visitors use: its address, its home, and their cookies."""

    address: str
    settings: Settings
    a: str
    b: str

    def owner(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """What the store calls A."""
        monkeypatch.setenv("PTMRANK_SHARED", "1")
        monkeypatch.setattr(owner.st.context.__class__, "cookies", property(lambda _: {owner.COOKIE: self.a}))
        return owner.current_owner()

    def tab(self, who: str, page: str, query: str = "", *, session: str = "") -> Tab:
        """A new tab in a browser."""
        return Tab(self.address, page, query, cookie=who, session=session)


def cookie_of(address: str) -> str:
    """The token that a browser gets with its first page."""
    request = urllib.request.Request(f"http://{address}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        found = re.search(rf"{owner.COOKIE}=([\w-]+)", answer.headers["set-cookie"])
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A dashboard that is not bound to loopback, with two visitors."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_HUB_OFFLINE", "1")  # names that are made up are not asked for
        process = serve(home, port, options=["--server.address", "0.0.0.0"])  # noqa: S104 - as somebody would
    address = f"localhost:{port}"
    yield Shared(address, Settings(home=home), cookie_of(address), cookie_of(address))
    process.terminate()
    process.wait(PATIENCE_SECONDS)


@pytest.fixture
def run(shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stopped run of A's with a failure: everything can be done about it."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / f"{name}.npz", strength)
    whose = shared.owner(monkeypatch)
    run_id = stored_features_plan(shared.settings, tmp_path, ["logme", "hscore"], owner=whose).run_id
    run_here(run_id, shared.settings, sources=SOURCES)
    store = RunStore(shared.settings)
    store.add_cell(run_id, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    store.finish(run_id, RunState.CANCELLED, seconds=0.0)
    return run_id


def forged(widgets: set[str], text: str = "x") -> list[WidgetState]:
    """What a page would send if every widget had been used."""
    return [
        state
        for name in sorted(widgets)
        for state in (WidgetState(id=name, trigger_value=True), WidgetState(id=name, string_value=text))
    ]


def test_widgets_of_somebody_elses_page_do_nothing(shared: Shared, run: str) -> None:
    """B sends the ids of all of A's buttons, from A's pages: the run stays. When A sends them, it goes."""
    store = RunStore(shared.settings)
    before, revision = store.result(run), store.revision(run)
    n_runs = len(store.outlines())
    visits = [("runs", ""), ("run", f"run={run}"), ("cache", ""), ("samples", ""), ("compare", "")]
    visits += [("results", f"run={run}&section={title}") for title in SECTIONS]
    ids: set[str] = set()
    for page, query in visits:
        with shared.tab(shared.a, page, query) as tab:
            tab.load()
            ids |= tab.widgets()
            assert not tab.problems
    assert any(name.endswith(f"-delete-{run}") for name in ids)
    # The button of the dialog has not been drawn: its id differs from the other's in the key alone.
    with shared.tab(shared.a, "runs") as own:
        own.load()
        own.press(f"delete-{run}")
        ids |= own.widgets()
        assert any(name.endswith("-delete-yes") for name in ids)
        for page, query in visits:
            with shared.tab(shared.b, page, query) as tab:
                tab.load()
                tab.send(forged(ids))
        assert store.result(run) == before
        assert store.revision(run) == revision
        assert not store.cancel_requested(run)
        assert len(store.outlines()) == n_runs
        own.press(f"delete-{run}", "delete-yes")
        assert run not in {outline.run_id for outline in store.outlines()}


def test_what_is_kept_is_deleted_by_its_owner_alone(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B sends every id of A's Cache page and of the page of a server of one's own: all stays but B's."""
    own = shared.settings
    save_features(tmp_path / "strong.npz", 3.0)
    uploads = [
        store_upload(
            [("a.csv", REVIEWS.encode())], own.uploads_dir, owner=shared.owner(monkeypatch), settings=own
        ),
        store_features(
            [("strong.npz", (tmp_path / "strong.npz").read_bytes())],
            own.uploads_dir,
            owner=shared.owner(monkeypatch),
            settings=own,
        ),
    ]
    with FeatureCache(own) as cache:
        cache.put_many("key", [("one", SampleVectors(np.ones(8, dtype=np.float32), None))])
        before = cache.report()
    with shared.tab(shared.a, "cache") as tab:
        tab.load()
        ids = tab.widgets()
    assert any(name.endswith("-delete-unused") for name in ids)
    monkeypatch.delenv("PTMRANK_SHARED")
    port = free_port()
    process = serve(own.home, port)  # at the same home
    try:
        with Tab(f"localhost:{port}", "cache", cookie="") as alone:
            alone.load()
            ids |= alone.widgets()
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
    assert {name.rsplit("-", 1)[-1] for name in ids} >= {"clear", "verify", "unused"}
    for page in ("cache", "runs", "about", "samples"):
        with shared.tab(shared.b, page) as tab:
            tab.load()
            tab.send(forged(ids))
    with FeatureCache(own) as cache:
        assert cache.report() == before
    assert all(upload.exists() for upload in uploads)
    with shared.tab(shared.a, "cache") as tab:
        tab.load()
        tab.press("delete-unused")
    assert not any(upload.exists() for upload in uploads)


def test_names_of_the_session_cannot_be_set_from_outside(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither widgets with the names of what a session remembers nor an address shows A's upload to B."""
    whose = shared.owner(monkeypatch)
    place = store_upload(
        [("a.csv", f"text,label\n{REVIEWS}".encode())], shared.settings.uploads_dir, owner=whose
    )
    names = ("draft", "samples_source", "source", "ready_made", "last_run", "of_session", "pages", "owner")
    query = "&".join([*(f"{name}={place}" for name in names), f"run=../uploads/{place.name}"])
    for page in ("samples", "candidates", "metrics", "results", "run", "compare", "cache"):
        with shared.tab(shared.b, page, query) as tab:
            tab.load()
            for text in (str(place), f"local:{place}", f"hf:../{place.name}", f"../uploads/{place.name}"):
                tab.send(forged({*names, *tab.widgets()}, text))
            assert not tab.was_told(PRIVATE), page


def test_an_upload_goes_to_the_page_that_asked_for_it(shared: Shared) -> None:
    """B can neither put a file into A's page nor take one away, even knowing the address."""
    with shared.tab(shared.a, "samples") as tab, shared.tab(shared.b, "samples") as other:
        tab.load()
        other.load()
        address = f"http://{shared.address}{tab.upload_address()}"
        assert tab.session in address
        for who in (shared.b, None, "chosen"):
            for method in ("PUT", "DELETE"):
                assert status_of(address, who, method, b"anything") == 404
        file = tab.put(f"text,label\n{REVIEWS}".encode())
        other.hand_in("upload-0", file)
        assert not other.was_told("reviews.csv")
        assert status_of(f"http://{shared.address}{other.upload_address()}", shared.a, "PUT", b"x") == 404
        tab.hand_in("upload-0", file)
        assert tab.was_told(PRIVATE)


def test_what_draws_the_page_is_there_for_everybody(shared: Shared) -> None:
    """Streamlit's own fonts lie in a folder that is called as that of users' files is."""
    own = Path(file_util.get_static_dir())
    paths = [path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file()]
    fonts = [path for path in paths if "/media/" in path]
    assert any("MaterialSymbols" in path for path in fonts)
    for path in ("index.html", *fonts):
        for who in (shared.a, None):
            assert status_of(f"http://{shared.address}/{path}", who) == 200, path
    for path in ("media/", "static/../media/", "static/media/../../media/"):
        assert status_of(f"http://{shared.address}/{path}{'0' * 32}.png", None) in {400, 404}


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_a_session_is_not_taken_over(shared: Shared, is_open: bool) -> None:
    """To know the id of A's session, of a page that is open or was, gives B a session of B's own."""
    tab = shared.tab(shared.a, "samples")
    with tab:
        tab.load()
        tab.press("digits")
        assert tab.was_told("What was read")
        if is_open:
            with shared.tab(shared.b, "samples", session=tab.session) as other:
                other.load()
                assert other.session != tab.session
            tab.load()
    with shared.tab(shared.b, "samples", session=tab.session) as other:
        other.load()
        assert other.session not in {"", tab.session}
        assert not other.was_told("What was read")
    with shared.tab(shared.a, "samples", session=tab.session) as again:  # A's browser goes on with it
        again.load()
        assert again.session == tab.session
        assert again.was_told("What was read")


def test_files_are_sent_to_the_browser_that_was_shown_them(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures and a packed winner: their addresses are worth nothing to B, until B is shown them too."""
    run_id = "0123456789abcdef" * 2
    store_race(shared.settings, "decided", run_id, owner=shared.owner(monkeypatch))
    keep_state(shared.settings, run_id)
    pack_made_up(shared.settings, run_id)
    with shared.tab(shared.a, "results", f"run={run_id}&section=Training") as tab:
        tab.load()
    with shared.tab(shared.a, "samples") as samples:
        samples.load()
        samples.press("digits")
        own = {file for file in samples.files() if file.startswith("media/")}
        winners = {file for file in tab.files() if file.startswith("winner/")}
        assert len(winners) == 1
        with shared.tab(shared.b, "results", f"run={run_id}&section=Training") as other:
            other.load()
            assert not any(file.startswith("winner/") for file in other.files())
            pictures = own - other.files()
            assert pictures
            for file in (*winners, *sorted(pictures)[:3]):
                for who, status in ((shared.a, 200), (shared.b, 404), (None, 404)):
                    assert status_of(f"http://{shared.address}/{file}", who) == status, file
        with shared.tab(shared.b, "samples") as theirs:
            theirs.load()
            theirs.press("digits")
            assert status_of(f"http://{shared.address}/{sorted(pictures)[0]}", shared.b) == 200
