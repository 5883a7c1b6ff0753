"""Every name of the registry against its second opinion, on every kind of samples."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.metrics.etran import combine
from tests.oracles import etran, hscore, pactran, ped, sfda
from tests.oracles.cases import CASES
from tests.oracles.common import Opinion

FOLDER = Path(__file__).parent
FRAME = {"__init__", "cases", "common"}


def collect() -> dict[str, Opinion]:
    """Read what every module of a definition is a second opinion on."""
    files = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("test_"))
    modules = [import_module(f"tests.oracles.{name}") for name in files if name not in FRAME]
    return {name: opinion for module in modules for name, opinion in module.OPINIONS.items()}


OPINIONS = collect()


def test_every_name_has_a_second_opinion() -> None:
    """No metric and no variant is without one."""
    assert OPINIONS.keys() == METRICS.keys()


def test_a_second_opinion_knows_nothing_of_the_first() -> None:
    """No module of a definition imports the product."""
    for path in FOLDER.glob("*.py"):
        if not path.name.startswith("test_"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            modules |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
            assert not any(module.startswith("ptmrank_core") for module in modules), path


DRAWS = ((0, 0.3), (1, 0.05))


@pytest.mark.parametrize(
    ("case", "seed", "unit"), [(case, *DRAWS[number % 2]) for number, case in enumerate(CASES)]
)
@pytest.mark.parametrize("name", OPINIONS)
def test_both_agree(name: str, case: str, seed: int, unit: float) -> None:
    """The product's value is that of the definition written out."""
    given = CASES[case].arrays(seed, unit)
    opinion = OPINIONS[name]
    found = compute(name, prepare_inputs(**given)).value
    assert found == pytest.approx(opinion.value(given), rel=opinion.rel, abs=opinion.absolute)


# Unusual in their classes alone, which other targets take the place of.
OF_CLASSES = {"fifty classes", "a class of two", "unequal classes"}
REGRESSION = {name: opinion.targets for name, opinion in OPINIONS.items() if opinion.targets}


def test_every_name_for_other_targets_has_a_second_opinion() -> None:
    """No metric that takes real or multi-label targets is without one."""
    assert REGRESSION.keys() == {name for name, spec in METRICS.items() if "regression" in spec.tasks}


@pytest.mark.parametrize("task", ["regression", "multilabel"])
@pytest.mark.parametrize("case", [case for case in CASES if case not in OF_CLASSES])
@pytest.mark.parametrize("name", REGRESSION)
def test_both_agree_on_other_targets(name: str, case: str, task: str) -> None:
    """Real and multi-label targets are scored as by the definition written out."""
    given = CASES[case].arrays(2, 0.3)
    rng = np.random.default_rng(3)
    n = len(given["labels"])
    targets = rng.normal(size=(n, 3)) + 4 if task == "regression" else 1.0 * rng.integers(0, 2, (n, 3))
    given |= {"source_labels": rng.permutation(np.vstack([targets, targets[:7]]))}
    arrays = {key: array for key, array in given.items() if key not in ("labels", "label_embeddings")}
    inputs = prepare_inputs(**arrays, targets=targets)
    assert inputs.task == task
    assert compute(name, inputs).value == pytest.approx(REGRESSION[name](given, targets), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_what_stands_beside_a_score_agrees(case: str) -> None:
    """The energy that ETran joins, SFDA's first fit, H-Score's shrinkage and PED's steps are as defined."""
    given = CASES[case].arrays(0, 0.3)
    features, labels = given["embeddings"], given["labels"]
    inputs = prepare_inputs(**given)
    found = {name: compute(name, inputs).components for name in ("etran", "sfda", "hscore", "ped")}
    expected = sfda.sfda(features, labels)
    assert found["etran"]["s_en"] == pytest.approx(etran.energy(features), rel=1e-12)
    assert found["sfda"]["lambda1"] == pytest.approx(expected.lambda1, rel=1e-8)
    assert found["sfda"]["shrinkage"] == pytest.approx(expected.shrinkage, rel=1e-8)
    assert found["sfda"]["first_probability"] == pytest.approx(expected.first_p, rel=1e-8)
    assert found["hscore"]["shrinkage"] == pytest.approx(hscore.shrinkage(features)[0], rel=1e-8)
    assert found["ped"]["steps"] == ped.push(features, labels, given["reference_embeddings"])[1]


@pytest.mark.parametrize("form", ["dirichlet", "gamma"])
@pytest.mark.parametrize("case", CASES)
def test_clusters_stand_in_for_a_head(case: str, form: str) -> None:
    """PACTran of a headless model rests on max(min(C, n/5), n/10) clusters of its features."""
    given = CASES[case].arrays(0, 0.3)
    inputs = prepare_inputs(given["embeddings"], labels=given["labels"])
    expected = pactran.over_clusters(given["embeddings"], given["labels"], form)
    assert compute(f"pactran:{form}", inputs).value == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_components_of_etran_are_joined_as_defined(seed: int) -> None:
    """Over any candidates, also with components that are equal for all, the sum is the definition's."""
    rng = np.random.default_rng(seed)
    s_cls, s_en = rng.random(6), rng.normal(size=6) * (seed % 2)
    parts = {str(i): {"s_cls": a, "s_en": b} for i, (a, b) in enumerate(zip(s_cls, s_en, strict=True))}
    assert list(combine(parts).values()) == pytest.approx(etran.combine(list(s_cls), list(s_en)), abs=1e-14)
