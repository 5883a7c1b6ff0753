"""A metric is named in its own file alone: whatever lists, chooses or explains metrics asks the registry."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

from ptmrank_core.metrics import METRICS, default_metrics

ROOT = Path(__file__).resolve().parents[2]
METRICS_FOLDER = ROOT / "ptmrank_core" / "metrics"
# Where a module is about the metric that it is named after: the score, what it is made of, its picture.
HOMES = {
    METRICS_FOLDER,
    METRICS_FOLDER / "intermediates",
    ROOT / "ptmrank_core" / "reports" / "figures" / "metric_pictures",
}
FILES = sorted(path for room in ("ptmrank_core", "dashboard") for path in (ROOT / room).rglob("*.py"))
TITLES = re.compile(rf"\b({'|'.join(re.escape(METRICS[name].title) for name in default_metrics())})\b")

# Files that may name another metric in code, with the reason.
MAY_NAME = {
    "ptmrank_core/metrics/ped.py": "the metric that PED computes after the push is one of these two",
    "ptmrank_core/reports/files/closer.py": "the paper of the distances between classes",
    "ptmrank_core/lessons/course/width.py": "a lesson on the published and the corrected form of one metric",
}
# Files that may import metrics one by one.
MAY_IMPORT = {
    "ptmrank_core/metrics/__init__.py": "the functions to call by hand, which type checkers have to see",
    "ptmrank_core/metrics/ped.py": "PED computes one of two other metrics after the push",
}
# Texts that are about single metrics.
MAY_TELL_OF = {
    "ptmrank_core/metrics/papers/__init__.py": "titles of papers",
    "ptmrank_core/metrics/traits/__init__.py": "facts of each metric that its own file has no room for",
    "ptmrank_core/reports/figures/class_pairs.py": "the distances that GBC sums",
    "ptmrank_core/metrics/numerics/marginal_likelihood.py": "an error that only one metric can raise",
    "ptmrank_core/metrics/numerics/transfer_bound.py": "an error that only one metric can raise",
}


def parse(path: Path) -> ast.Module:
    """Read a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> list[str]:
    """String constants of a module, docstrings left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [node.value for node in constants if isinstance(node.value, str) and id(node) not in docstrings]


def is_file_of(path: Path, metric: str) -> bool:
    """Whether a module is the metric's own file."""
    return path.parent in HOMES and path.stem == metric.partition(":")[0]


def names_in(path: Path) -> set[str]:
    """Names of other metrics among the string constants of a module."""
    return {text for text in strings(parse(path)) if text in METRICS and not is_file_of(path, text)}


def imported_metrics(path: Path) -> set[str]:
    """Metrics whose file or function a module imports."""
    modules: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in default_metrics() if f"ptmrank_core.metrics.{name}" in modules}


def files_with(find: Callable[[Path], set[str]]) -> set[str]:
    """Files in which a search finds something."""
    return {path.relative_to(ROOT).as_posix() for path in FILES if find(path)}


def titles_in(path: Path) -> set[str]:
    """Titles of metrics in the texts of a module that is no metric's own file."""
    is_metric = path.parent in HOMES and path.stem in METRICS
    texts = [] if is_metric else strings(parse(path))
    return {title for text in texts for title in TITLES.findall(text)}


def test_no_code_names_a_metric_of_another_file() -> None:
    """No string constant outside a metric's own file is its name, so that no metric is a switch anywhere."""
    assert files_with(names_in) == set(MAY_NAME)


def test_no_code_imports_a_single_metric() -> None:
    """The product computes metrics through the registry, never through the file of one of them."""
    assert files_with(imported_metrics) == set(MAY_IMPORT)


def test_no_text_tells_of_a_single_metric() -> None:
    """Texts take the titles of metrics from the registry: a new metric stands in them at once."""
    assert files_with(titles_in) == set(MAY_TELL_OF)


def test_no_text_counts_the_metrics() -> None:
    """How many metrics there are is computed, never written."""
    word = re.compile(r"\bthirteen\b", re.IGNORECASE)
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    assert [path for path, text in texts.items() if word.search(text)] == []


def test_a_name_in_code_is_seen(tmp_path: Path) -> None:
    """The search sees a name that is a constant, and passes over one in a docstring."""
    path = tmp_path / "switch.py"
    path.write_text('"""emms"""\nIS_SPECIAL = metric == "wdje:auto"\n', encoding="utf-8")
    assert names_in(path) == {"wdje:auto"}
