"""The walls of the house, as tests: who may import whom, how light an import is, how large a module."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ptmrank_core.metrics import METRICS

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "ptmrank_core"
VOCABULARY = {"errors", "records", "events", "config", "faults", "files"}
# room -> the rooms it may know
ALLOWED = {
    "errors": set(),
    "records": {"errors"},
    "events": {"errors", "records"},
    "variables": {"errors"},
    "config": {"errors", "variables"},
    "faults": {"errors"},
    "files": set(),
    "sizes": set(),
    "owners": {"errors", "records", "config", "files", "sizes"},
    "sampling": {"errors", "records"},
    "data": {"errors", "records", "config", "faults", "files", "owners", "sampling"},
    "catalogue": {"errors", "records", "events", "config", "faults", "files"},
    "metrics": {"errors", "records"},
    "probing": {"errors", "records", "sampling"},
    "ranking": {"errors", "records", "sampling"},
    "projection": {"errors", "records", "sampling"},
    "pieces": {"errors", "records", "events", "metrics", "probing", "projection"},
    "prediction": {"errors", "records"},
    "features": VOCABULARY | {"sampling"},
    "results": {"errors", "records", "ranking", "projection", "metrics", "probing", "prediction"},
    "benchmark": VOCABULARY
    | {
        "sizes",
        "owners",
        "sampling",
        "features",
        "metrics",
        "probing",
        "ranking",
        "projection",
        "pieces",
        "prediction",
        "results",
    },
    "lessons": {"errors", "records", "sampling", "metrics", "probing", "ranking"},
    "reports": {
        "errors",
        "records",
        "config",
        "files",
        "ranking",
        "projection",
        "metrics",
        "results",
        "lessons",
    },
}
# They know everything public; no room knows them.
DOORS = {"cli", "dispatcher", "worker", "benchmarker", "models", "examples", "script"}
HEAVY = {
    *("torch", "transformers", "streamlit", "sklearn", "pandas", "huggingface_hub", "plotly", "pyarrow"),
    *("ray", "datasets", "scipy.special", "scipy.linalg", "scipy.optimize", "scipy.spatial", "scipy.cluster"),
    *("scipy.sparse", "scipy.stats", "scipy.signal"),
}
# What an entry point does without besides: most of what it has to import is of the command that is run.
NOT_NEEDED = {
    "ptmrank_core.dispatcher": {"numpy", "ptmrank_core.benchmark", "ptmrank_core.records"},
    "ptmrank_core.cli": {"ptmrank_core.benchmark", "ptmrank_core.metrics", "ptmrank_core.reports"},
    "ptmrank_core.cli.kept.cache": {"ptmrank_core.reports", "ptmrank_core.lessons"},
    "ptmrank_core.cli.metrics": {"ptmrank_core.benchmark", "ptmrank_core.data", "ptmrank_core.catalogue"},
    "ptmrank_core.worker": {"ptmrank_core.reports", "ptmrank_core.cli", "ptmrank_core.lessons"},
    "ptmrank_core.features.process.server": {"ptmrank_core.benchmark", "ptmrank_core.metrics", "scipy"},
}


def python_files(*folders: Path) -> list[Path]:
    """All modules below some folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The code of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Full names of all modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def rooms_known(room: str) -> set[str]:
    """Other rooms of the core that the files of a room import."""
    place = CORE / room
    files = python_files(place) if place.is_dir() else [place.with_suffix(".py")]
    parts = [name.split(".") for file in files for name in imported(file)]
    all_rooms = set(ALLOWED) | DOORS
    known = {part[1] for part in parts if part[0] == "ptmrank_core" and len(part) > 1}
    return (known & all_rooms) - {room}


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_knows_only_the_rooms_it_may(room: str) -> None:
    """The arrows between rooms are those of the design, in that direction."""
    assert rooms_known(room) <= ALLOWED[room]


def test_every_room_stands_in_the_plan() -> None:
    """A new room of the core has to be put into the table above."""
    rooms = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - DOORS - {"__init__", "__main__"} == set(ALLOWED)


def test_the_worker_ranks_without_reports() -> None:
    """What a run says is in results; how it is shown is no matter of the worker."""
    assert not any(name.startswith("ptmrank_core.reports") for name in imported(CORE / "worker.py"))


def test_the_core_never_knows_the_front() -> None:
    """No file of the core imports Streamlit or the dashboard."""
    for path in python_files(CORE):
        assert not {name.split(".")[0] for name in imported(path)} & {"streamlit", "dashboard"}, path


def test_torch_lives_in_features_alone() -> None:
    """Only the features room imports torch or transformers."""
    for path in python_files(CORE, ROOT / "dashboard"):
        heavy = {name.split(".")[0] for name in imported(path)} & {"torch", "transformers"}
        assert not heavy or CORE / "features" in path.parents, path


def test_ray_lives_in_its_engine_alone() -> None:
    """Only the folder of the Ray engine imports Ray, and only the choice of an engine imports that folder."""
    home = CORE / "benchmark" / "engines" / "ray"
    for path in python_files(CORE, ROOT / "dashboard"):
        names = imported(path)
        assert home in path.parents or not {name.split(".")[0] for name in names} & {"ray"}, path
        knows = any(name.startswith("ptmrank_core.benchmark.engines.ray") for name in names)
        assert not knows or home in path.parents or path == CORE / "benchmark" / "engines" / "choice.py", path


def test_only_config_reads_the_environment() -> None:
    """os.environ and os.getenv stand in config.py and nowhere else."""
    for path in python_files(CORE, ROOT / "dashboard"):
        text = path.read_text(encoding="utf-8")
        assert path == CORE / "config.py" or not ("os.environ" in text or "getenv" in text), path


def test_session_keys_and_query_parameters_have_one_place() -> None:
    """What a session remembers, and what the address says, is named in dashboard/state alone."""
    home = ROOT / "dashboard" / "state"
    for path in python_files(ROOT / "dashboard"):
        text = path.read_text(encoding="utf-8")
        assert path.is_relative_to(home) or not ("st.session_state" in text or "st.query_params" in text), (
            path
        )


def test_files_are_written_in_one_place() -> None:
    """Files come to their place through ``files``; a switch of the system's below /proc is no file."""
    writers = {
        path.relative_to(CORE.parent).as_posix()
        for path in python_files(CORE, ROOT / "dashboard")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"write_text", "write_bytes", "rename", "renames"}
    }
    assert writers == {"ptmrank_core/files.py", "ptmrank_core/features/host_memory.py"}


def test_a_page_never_imports_another() -> None:
    """The folder of a page knows the core, state, jobs, wording, components and itself."""
    for page in page_folders():
        for path in python_files(page):
            others = {name for name in imported(path) if name.startswith("dashboard.views.")}
            assert all(name.split(".")[2] == page.name for name in others), path


def page_folders() -> list[Path]:
    """The folders of the pages."""
    return sorted(path.parent for path in (ROOT / "dashboard" / "views").glob("*/__init__.py"))


def test_every_page_is_in_the_list_of_pages() -> None:
    """The list of pages imports each page's package and nothing else of the views."""
    listed = imported(ROOT / "dashboard" / "views" / "pages.py")
    packages = {name.split(".")[2] for name in listed if name.startswith("dashboard.views.")}
    assert packages == {folder.name for folder in page_folders()}


def test_what_serves_one_page_lives_with_that_page() -> None:
    """Each module of the components is used by two pages or more, directly or through another component."""
    components = ROOT / "dashboard" / "components"
    users: dict[str, set[str]] = {path.stem: set() for path in components.glob("*.py")}
    del users["__init__"]
    places = {folder.name: python_files(folder) for folder in page_folders()}
    places["every page"] = [ROOT / "dashboard" / "app.py"]
    known = {place: {name for file in files for name in imported(file)} for place, files in places.items()}
    through = {stem: imported(components / f"{stem}.py") for stem in users}
    for place, names in known.items():
        waiting = {stem for stem in users if f"dashboard.components.{stem}" in names}
        while waiting:
            stem = waiting.pop()
            users[stem].add(place)
            more = {other for other in users if f"dashboard.components.{other}" in through[stem]}
            waiting |= {other for other in more if place not in users[other]}
    for stem, pages in users.items():
        assert len(pages) > 1, f"components/{stem}.py serves {pages or 'no page'}"


def test_what_pages_share_knows_no_page() -> None:
    """Components, jobs and the rest of the front import no page; the entry point and the warming do."""
    front = ROOT / "dashboard"
    for path in python_files(front):
        if front / "views" not in path.parents and path.name not in {"app.py", "warming.py"}:
            assert not any(name.startswith("dashboard.views") for name in imported(path)), path


def test_rows_are_drawn_in_sampling_alone() -> None:
    """No other package permutes, chooses or splits rows; training shuffles batches, lessons a head."""
    drawing = {"permutation", "permuted", "shuffle", "choice"}
    places = {
        path.relative_to(CORE).as_posix()
        for path in python_files(CORE)
        if any(isinstance(node, ast.Attribute) and node.attr in drawing for node in ast.walk(parsed(path)))
        or any(name.startswith("sklearn.model_selection") for name in imported(path))
    }
    places = {place for place in places if not place.startswith("sampling/")}
    assert places == {"features/training/passes.py", "lessons/training.py", "lessons/world.py"}


def module_of(path: Path) -> str:
    """Dotted name of a file of the product."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_circle_of_imports() -> None:
    """Modules of the product import one another in one direction, imports within functions included."""
    files = {module_of(path): path for path in python_files(CORE, ROOT / "dashboard")}
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        names = imported(path)
        # Whoever imports a module of a package does not ask for what the package's face imports.
        packages = {name.rpartition(".")[0] for name in names if name in files}
        graph[module] = {name for name in names if name in files} - packages - {module}
    TopologicalSorter(graph).prepare()


def test_no_folder_is_crowded() -> None:
    """A folder of the product has at most 20 modules beside its sub-rooms."""
    for folder in {path.parent for path in python_files(CORE, ROOT / "dashboard")}:
        assert len(list(folder.glob("*.py"))) <= 20, folder


def test_the_dashboard_asks_for_numbers_by_public_names() -> None:
    """No page computes a map, a fit or a metric by itself, or reaches into a metric's own module."""
    refused = {"sklearn.manifold", "sklearn.linear_model"}
    refused |= {f"ptmrank_core.metrics.{path.stem}" for path in python_files(CORE / "metrics")}
    for path in python_files(ROOT / "dashboard"):
        names = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in modules_of(node)
        }
        assert not names & refused, path


def modules_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Modules that a statement reaches into; ``from sklearn import manifold`` does it too.

    A public function may have the name of its module (``from ptmrank_core.metrics import logme``).
    """
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    own = {node.module or ""}
    return own | {f"sklearn.{alias.name}" for alias in node.names if node.module == "sklearn"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from sklearn import manifold", "sklearn.manifold"),
        ("import sklearn.linear_model as fits", "sklearn.linear_model"),
        ("from ptmrank_core.metrics.logme import logme", "ptmrank_core.metrics.logme"),
    ],
)
def test_the_wall_sees_every_way_around_it(line: str, found: str) -> None:
    """Each way to import what is refused is seen, and the public name of a metric is none of them."""
    [node] = ast.parse(line).body
    assert isinstance(node, ast.Import | ast.ImportFrom)
    assert found in modules_of(node)
    [public] = ast.parse("from ptmrank_core.metrics import logme").body
    assert isinstance(public, ast.ImportFrom)
    assert "ptmrank_core.metrics.logme" not in modules_of(public)


@pytest.mark.parametrize(
    "module",
    [
        "ptmrank_core",
        "ptmrank_core.metrics",
        "ptmrank_core.ranking",
        "ptmrank_core.records",
        "ptmrank_core.results",
        "ptmrank_core.features",
        "ptmrank_core.catalogue",
        "ptmrank_core.benchmark",
        "ptmrank_core.benchmarker",
        "ptmrank_core.cli.rank",
        "ptmrank_core.cli.runs",
        *NOT_NEEDED,
        "ptmrank_core.examples",
    ],
)
def test_an_import_is_light(module: str) -> None:
    """Importing the core, or what an entry point starts with, loads nothing heavy; that comes when needed."""
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)) & (HEAVY | NOT_NEEDED.get(module, set()))


def test_a_module_stays_small() -> None:
    """Modules under 300 lines, metrics under 150, function bodies under 40, the entry point under 60."""
    for path in python_files(CORE, ROOT / "dashboard", ROOT / "assets"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                size = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                assert size < 40, f"{path}: {node.name} has {size} lines"
    for metric in {name.split(":")[0] for name in METRICS}:
        assert (CORE / "metrics" / f"{metric}.py").read_text(encoding="utf-8").count("\n") < 150
    assert (ROOT / "dashboard" / "app.py").read_text(encoding="utf-8").count("\n") < 60


def test_everything_is_caught_in_one_place() -> None:
    """``except Exception`` stands where one bad model must not cost others, and where work is handed on."""
    broad = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(CORE, ROOT / "dashboard")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert broad == [
        "dashboard/views/learn/scenes/later.py",
        "ptmrank_core/features/process/server.py",
        "ptmrank_core/features/reasons.py",
        "ptmrank_core/pieces/scoring.py",
    ]


def test_public_names_are_sorted_and_exist() -> None:
    """``__all__`` of every package of the core is sorted and each name is there."""
    for path in CORE.rglob("__init__.py"):
        name = ".".join(path.parent.relative_to(ROOT).parts)
        module = __import__(name, fromlist=["__all__"])
        names = list(module.__all__)
        assert names == sorted(
            names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)
        ) or names == sorted(names), path
        assert all(hasattr(module, public) for public in names), path
