"""Metrics are computed in ``metrics`` alone: pictures, lessons and pages have no formula."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "ptmrank_core"
FIGURES = CORE / "reports" / "figures"
PICTURES = FIGURES / "metric_pictures"
SHOWING = (ROOT / "dashboard", FIGURES / "lessons", PICTURES)
# They make samples and train on them; what metrics say of these they ask by the public names.
MAKING = {"world.py", "network.py", "training.py"}
# What every metric here needs some of, and a picture none.
FUNCTIONS = {
    *("log", "log1p", "log2", "log10", "exp", "expm1", "softmax", "logsumexp"),
    *("dot", "matmul", "einsum", "inner", "outer", "cov", "corrcoef", "var", "std", "trace", "norm"),
    *("det", "slogdet", "inv", "pinv", "solve", "svd", "eig", "eigh", "eigvals", "eigvalsh", "cholesky"),
}
LIBRARIES = ("scipy", "sklearn", "numpy.linalg")
INSIDE = "ptmrank_core.metrics."
# Texts and dates of metrics, no numbers of samples.
MAY_READ = ("ptmrank_core.metrics.agreements", "ptmrank_core.metrics.registry")


def formulas_in(tree: ast.Module, *, may_read: tuple[str, ...] = MAY_READ) -> list[str]:
    """What of a module could compute a metric: products of matrices, functions, libraries, inner modules."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            found.append("@")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_mathematics = isinstance(owner, ast.Attribute) or (
                isinstance(owner, ast.Name) and owner.id in {"np", "numpy", "math"}
            )
            found += [node.func.attr] if is_mathematics and node.func.attr in FUNCTIONS else []
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith(LIBRARIES)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = node.module.startswith(INSIDE) and not node.module.startswith(may_read)
            from_math = node.module in {"math", "numpy"} and {alias.name for alias in node.names} & FUNCTIONS
            found += [node.module] if inner or from_math or node.module.startswith(LIBRARIES) else []
    return found


def parsed(path: Path) -> ast.Module:
    """The code of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def may_read(path: Path) -> tuple[str, ...]:
    """Inner modules of the metrics that a file may import: a picture those with the records."""
    return (*MAY_READ, "ptmrank_core.metrics.intermediates") if path.is_relative_to(PICTURES) else MAY_READ


def test_what_shows_metrics_has_no_formula() -> None:
    """Pictures and pages take the numbers of a metric from its record: no products of matrices, no logs."""
    files = [path for folder in SHOWING for path in sorted(folder.rglob("*.py"))]
    found = {path: formulas_in(parsed(path), may_read=may_read(path)) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_lessons_ask_the_metrics_by_their_public_names() -> None:
    """Lessons make samples and train; no other module computes, and none reaches into the metrics."""
    for path in sorted((CORE / "lessons").rglob("*.py")):
        found = formulas_in(parsed(path))
        if path.name in MAKING:
            found = [name for name in found if name.startswith(INSIDE)]
        assert found == [], path


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("value = probs @ conditional", "@"),
        ("value @= other", "@"),
        ("value = np.log(expected).mean()", "log"),
        ("value = np.linalg.slogdet(gram)", "slogdet"),
        ("from math import exp", "math"),
        ("from scipy.special import logsumexp", "scipy.special"),
        ("import sklearn.covariance as covariance", "sklearn.covariance"),
        ("from ptmrank_core.metrics.numerics.energy import energy", "ptmrank_core.metrics.numerics.energy"),
        ("from ptmrank_core.metrics.inputs.inputs import MetricInputs", "ptmrank_core.metrics.inputs.inputs"),
    ],
)
def test_the_wall_sees_a_formula(line: str, found: str) -> None:
    """Each way to compute a part of a metric is seen; drawing along a circle is none."""
    assert formulas_in(ast.parse(line)) == [found]
    assert formulas_in(ast.parse("x = math.cos(t)\nfigure.update(np.argsort(values))")) == []
