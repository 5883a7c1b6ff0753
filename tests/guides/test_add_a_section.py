"""The guide for pages and sections, followed to the letter in a copy of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.guides.guide import apply_guide
from tests.ready_made import save_features

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "dashboard" / "views" / "README.md"
VISIT = """
import json, sys
from streamlit.testing.v1 import AppTest
from dashboard import app as module
from tests.dashboard.reading import open_page, texts

run, seen = sys.argv[1], {"app": module.__file__}
app = AppTest.from_file(module.__file__, default_timeout=60)
open_page(app, "glossary")
seen["page"] = texts(app)
seen["navigation"] = {address: page.title for address, page in app.session_state["pages"].items()}
open_page(app, "results", run=run)
sections = app.segmented_control(key="section")
seen["sections"] = sections.options
sections.set_value("Mean ranks").run()
seen["section"] = texts(app)
again = AppTest.from_file(module.__file__, default_timeout=60)
open_page(again, "results", run=run, section="Mean ranks")
seen["addressed"] = texts(again)
print(json.dumps(seen))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository whose dashboard can be changed."""
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "dashboard", root / "dashboard", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".streamlit", "ptmrank_core", "assets", "tests", "pyproject.toml"):
        (root / name).symlink_to(ROOT / name)
    return root


def test_a_page_and_a_section_are_there_after_the_steps_of_the_guide(
    copy: Path, settings: Settings, tmp_path: Path
) -> None:
    """Each step names a file and its code; then the page and the section can be chosen and addressed."""
    changed = apply_guide(GUIDE.read_text(encoding="utf-8"), copy)
    assert {path.name for path in changed} == {
        "__init__.py",
        "page.py",
        "pages.py",
        "section.py",
        "sections.py",
    }
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    run = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id
    run_here(run, settings, sources=SOURCES)
    seen = visit(copy, settings, run)
    assert Path(seen["app"]) == copy / "dashboard" / "app.py"
    assert seen["navigation"]["glossary"] == "Glossary"
    assert "**Candidate**: a pre-trained model that is ranked." in seen["page"]
    assert "Mean ranks" in seen["sections"]
    for shown in (seen["section"], seen["addressed"]):
        assert "Mean ranks on 60 samples" in shown
        assert "strong: 1.0" in shown


def visit(root: Path, settings: Settings, run: str) -> dict[str, object]:
    """Draw the pages of a copy of the repository in a process of its own; return what they show."""
    environ = os.environ | {"PYTHONPATH": str(root), "PTMRANK_HOME": str(settings.home)}
    done = subprocess.run(
        [sys.executable, "-c", VISIT, run], cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_code_of_the_guide_is_clean(copy: Path) -> None:
    """What the guide tells people to write passes the linter, but for the order of imports."""
    changed = apply_guide(GUIDE.read_text(encoding="utf-8"), copy)
    command = [sys.executable, "-m", "ruff", "check", "--ignore", "I001", *map(str, changed)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
