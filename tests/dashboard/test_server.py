"""The server's process: what it loads, and what it keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.views.pages import PAGES
from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import APP, free_port, serve
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def server(settings: Settings) -> Iterator[tuple[str, int]]:
    """Address and process of a dashboard at the home of this test."""
    port = free_port()
    process = serve(settings.home, port)
    try:
        yield f"localhost:{port}", process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at the process through /proc")
def test_the_server_never_loads_torch(
    server: tuple[str, int], settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """After a visit to every page and section no file of torch is mapped; models run in workers alone."""
    address, pid = server
    run = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run, settings, sources=SOURCES)
    visits = [(page, f"run={run}") for page in ("", *PAGES)]
    for page, query in [*visits, *(("results", f"run={run}&section={title}") for title in SECTIONS)]:
        with Visitor(address, page, query) as visitor:
            visitor.load()
            assert visitor.n_bytes > 1000
            assert not visitor.problems, (page, query)
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    assert "numpy" in maps
    assert "torch" not in maps


def test_whoever_watches_a_run_is_told_that_it_was_deleted(
    server: tuple[str, int], settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Its owner may do so at any time: the others read it in words, and the page looks no more."""
    run, store = stored_plan(settings, picture_zip, zoo).run_id, RunStore(settings)
    with hold_run(settings, run), Visitor(server[0], "run", f"run={run}") as visitor:
        store.queue(run, "cpu")
        store.start(run, "{}")
        visitor.load()
        [part] = visitor.polls
        visitor.poll(part)
        assert not visitor.alerts
        store.delete(run)
        visitor.poll(part)
        assert not visitor.problems
        assert "There is no run" in visitor.alerts[0]


def test_what_sessions_share_is_bounded() -> None:
    """A cache that depends on anything says how much of it is kept at most."""
    unbounded = []
    for path in APP.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                named = ast.unparse(decorator)
                takes_something = bool(node.args.args or node.args.kwonlyargs)
                if named.startswith("st.cache_") and takes_something and "max_entries=" not in named:
                    unbounded.append(f"{path.name}: {node.name}")
    assert unbounded == []
