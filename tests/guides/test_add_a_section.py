"""The guide for pages and sections, followed to the letter in a copy of the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.guides.guide import ROOT, blocks, copy_project, follow, python
from tests.ready_made import save_features

GUIDE = (ROOT / "dashboard" / "views" / "README.md").read_text(encoding="utf-8")
VISIT = """
import json, sys
from streamlit.testing.v1 import AppTest
from dashboard import app as module
from tests.dashboard.reading import open_page, texts
from tests.waiting import PATIENCE_SECONDS

run, seen = sys.argv[1], {"app": module.__file__}
app = AppTest.from_file(module.__file__, default_timeout=PATIENCE_SECONDS)
open_page(app, "glossary")
seen["page"] = texts(app)
seen["navigation"] = {address: page.title for address, page in app.session_state["pages"].items()}
open_page(app, "results", run=run)
sections = app.segmented_control(key="section")
seen["sections"] = sections.options
sections.set_value("Mean ranks").run()
seen["section"] = texts(app)
again = AppTest.from_file(module.__file__, default_timeout=PATIENCE_SECONDS)
open_page(again, "results", run=run, section="Mean ranks")
seen["addressed"] = texts(again)
print(json.dumps(seen))
"""


@pytest.fixture
def followed(tmp_path: Path) -> tuple[Path, list[Path]]:
    """A copy of the project in which the guide was followed, and the files that this changed."""
    (tmp_path / "copy").mkdir()
    project = copy_project(tmp_path / "copy")
    for name in (".streamlit", "tests"):
        (project / name).symlink_to(ROOT / name, target_is_directory=True)
    for block in blocks(GUIDE):
        (project / block.path).parent.mkdir(exist_ok=True)
    return project, follow(GUIDE, project)


@pytest.mark.slow
def test_a_page_and_a_section_are_there_after_the_steps_of_the_guide(
    followed: tuple[Path, list[Path]], settings: Settings, tmp_path: Path
) -> None:
    """The page stands in the navigation, the section in the choice, and both have an address."""
    project, _ = followed
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    run = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id
    run_here(run, settings, sources=SOURCES)
    seen = json.loads(python(project, settings.home, "-c", VISIT, run).splitlines()[-1])
    assert Path(seen["app"]) == project / "dashboard" / "app.py"
    assert seen["navigation"]["glossary"] == "Glossary"
    assert "**Candidate**: a pre-trained model that is ranked." in seen["page"]
    assert "Mean ranks" in seen["sections"]
    for shown in (seen["section"], seen["addressed"]):
        assert "Mean ranks on 60 samples" in shown
        assert "strong: 1.0" in shown


def test_the_code_of_the_guide_is_clean(followed: tuple[Path, list[Path]]) -> None:
    """What the guide tells people to write passes the formatter and the linter."""
    project, changed = followed
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *map(str, changed)],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
