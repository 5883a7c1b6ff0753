"""The guide to a new metric, followed step by step: the metric of its example appears everywhere."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.guides.guide import ROOT, copy_project, follow, python, section
from tests.ready_made import save_features

README = ROOT / "ptmrank_core" / "metrics" / "README.md"
GUIDE = section(README.read_text(encoding="utf-8"), "Adding a metric")
NAME, TITLE = "fisher", "Fisher's ratio"
MADE = (
    f"ptmrank_core/metrics/{NAME}.py",
    "ptmrank_core/metrics/__init__.py",
    f"tests/oracles/{NAME}.py",
    f"tests/metrics/test_{NAME}.py",
    "tests/metrics/test_properties.py",
)
PAGES = f"""
import json
from streamlit.testing.v1 import AppTest
from tests.dashboard.reading import open_page, texts

app = AppTest.from_file("dashboard/app.py", default_timeout=200)
app.run()
app.button(key="own").click().run()
app.button(key="digits").click().run()
open_page(app, "metrics")
cards = [box.label for box in app.checkbox]
open_page(app, "about")
papers = list(app.table[0].value["paper"])
learn = AppTest.from_string("from dashboard.views.learn.page import page\\npage()", default_timeout=200).run()
learn.toggle(key="comparison-table").set_value(True).run()
assert not learn.exception
table = learn.dataframe[0].value
learn.segmented_control(key="section").set_value("What each metric sees").run()
learn.segmented_control(key="metric").set_value("{NAME}").run()
assert not learn.exception
print(json.dumps({{
    "cards": cards,
    "papers": papers,
    "learn": texts(learn),
    "latex": learn.latex[0].value,
    "scores": dict(zip(table["row"], table["A"])),
}}))
"""
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the steps of the guide were followed."""
    copy = copy_project(tmp_path_factory.mktemp("project"))
    for folder in ("tests", ".streamlit"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed = follow(GUIDE, copy)
    assert changed == sorted(copy / path for path in MADE)
    command = re.search(r"`python (-m ptmrank_core metrics[^`>]*)>\s*([^`]+)`", GUIDE)
    assert command is not None
    table = python(copy, copy / "home", *command[1].split())
    (copy / command[2]).write_text(table, encoding="utf-8")
    return copy


def test_the_example_is_written_as_all_code_here(project: Path) -> None:
    """The linter and the formatter have nothing to say about what the guide makes."""
    for check in (("check",), ("format", "--check")):
        python(project, project / "home", "-m", "ruff", *check, "--no-cache", *MADE)


def test_the_new_metric_is_listed_and_ranks(project: Path, tmp_path: Path) -> None:
    """It is the last metric in list and table, and models are ranked under it without being asked to."""
    home = project / "home"
    facts = json.loads(python(project, home, "-m", "ptmrank_core", "metrics", "--json"))
    assert [name for name, fact in facts.items() if fact["kind"] == "metric"][-1] == NAME
    assert f"{NAME}: {TITLE}\n" in python(project, home, "-m", "ptmrank_core", "metrics")
    table = (project / "ptmrank_core" / "metrics" / "TABLE.md").read_text(encoding="utf-8")
    assert f"| `{NAME}` | **{TITLE}.** {facts[NAME]['idea']} |" in table
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / f"{name}.npz", strength)
    rank = ("-m", "ptmrank_core", "rank", "--features", str(tmp_path), "--json")
    ranked = json.loads(python(project, home, *rank))
    assert ranked["ranking"]["per_metric"][NAME][0] == "strong"
    scores = {model: cells["scores"][NAME]["value"] for model, cells in ranked["models"].items()}
    assert 0 < scores["weak"] < scores["strong"] < 1


def test_the_new_metric_is_on_the_pages(project: Path) -> None:
    """It has a card on the Metrics page, a row on About, a score and a page of its own on Learn."""
    shown = json.loads(python(project, project / "home", "-c", PAGES).splitlines()[-1])
    assert shown["cards"][-1] == f"**{TITLE}**"
    doi = "10.1111/j.1469-1809.1936.tb02137.x"
    assert shown["papers"][-1] == (rf"Fisher, Annals of Eugenics 1936, [doi\:{doi}](https://doi.org/{doi})")
    assert 0 < shown["scores"][TITLE] < 1
    assert shown["latex"].strip("$ \n") in GUIDE
    idea = re.search(r'idea="([^"]+)"', GUIDE)
    assert idea is not None
    assert idea[1] in shown["learn"]


def test_the_new_metric_passes_what_every_metric_has_to_pass(project: Path) -> None:
    """Its own test, the contract, its facts, its theory and the agreement with the second opinion hold."""
    whole = ("test_registry.py", "test_table.py", "test_one_home.py", "test_what_theory_says_counts")
    chosen = ("-k", " or ".join((NAME, *whole)), "--junit-xml=ran.xml")
    python(project, project / "home", *PYTEST, "tests/metrics", "tests/oracles", *chosen)
    ran = (project / "ran.xml").read_text(encoding="utf-8")
    by_name = ("test_hard_features_have_a_score", "test_both_agree", "test_examples_run", "test_every_fact")
    for test in (*by_name, f"test_{NAME}", *(name.removesuffix(".py") for name in whole)):
        assert test in ran
