"""The server's process: what it loads, and what it keeps."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from dashboard.sections import SECTIONS
from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import APP, free_port, serve

PAGES = ("", "samples", "candidates", "run", "results", "runs", "learn", "about")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at the process through /proc")
def test_the_server_never_loads_torch(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """After a visit to every page and section no file of torch is mapped; models run in workers alone."""
    run = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run, settings, sources=SOURCES)
    port = free_port()
    process = serve(settings.home, port)
    try:
        for page in PAGES:
            for query in (
                [f"run={run}&section={title}" for title in SECTIONS] if page == "results" else [f"run={run}"]
            ):
                with Visitor(f"localhost:{port}", page, query) as visitor:
                    visitor.load()
                    assert visitor.n_bytes > 1000
                    assert not visitor.problems, (page, query)
        maps = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
        assert "numpy" in maps
        assert "torch" not in maps
    finally:
        process.terminate()
        process.wait(20)


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
