"""Names that are markup, formulas and LaTeX stay what they are on every page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from dashboard.escaping import plain
from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.hostile import FOREIGN, NAMES
from tests.dashboard.reading import open_section
from tests.pictures import picture_files, write_zip
from tests.ready_made import LABELS, save_features
from tests.reports.results import hostile_result

NO_PATH = dict.fromkeys(map(ord, "/\\"))
# What Streamlit shows as it stands: data of tables and figures, options, what was typed, names for machines.
LITERAL = (
    "Arrow.",
    "BidiComponent.json",
    "PlotlyChart.",
    "Code.",
    "Json.",
    "MultiSelect.options",
    "Selectbox.options",
    ".alt",
    ".id",
)
TAGS = [name for name in NAMES if "<" in name]  # in HTML the rest stands as it is


def strings(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of what is sent to the browser, and where in the message it is."""
    for field, value in message.ListFields():
        place = f"{path or message.DESCRIPTOR.name}.{field.name}"
        for own in value if field.is_repeated else [value]:
            if isinstance(own, Message):
                yield from strings(own, place)
            elif place.endswith(
                "Dataframe.columns"
            ):  # titles are drawn as they stand, what explains them is read
                yield from ((f"{place}.help", str(one.get("help", ""))) for one in json.loads(own).values())
            elif isinstance(own, str):
                yield place, own


def foreign(app: AppTest) -> list[tuple[str, str]]:
    """Texts of a page that Streamlit would read as Markdown and that hold a part of a name unescaped."""
    found = [pair for node in nodes(app) for pair in strings(node)]
    assert found
    return [
        (place, text)
        for place, text in found
        if any(part in text for part in (TAGS if place == "Html.body" else FOREIGN))
        and not any(name in place for name in LITERAL)
    ]


def nodes(app: AppTest) -> Iterator[Message]:
    """Everything that is on a page, containers too."""

    def below(block: Any) -> Iterator[Message]:
        for child in block.children.values():
            if getattr(child, "proto", None) is not None:
                yield child.proto
            if hasattr(child, "children"):
                yield from below(child)

    yield from below(app.main)


@pytest.fixture
def computed(settings: Settings, tmp_path: Path) -> str:
    """A run of features whose models and classes have such names, with every analysis."""
    classes = np.array([NAMES[label] for label in LABELS])
    for index, name in enumerate((*NAMES[:4], "long " + "x" * 195)):
        path = tmp_path / "f" / f"{name.translate(NO_PATH)}.npz"
        save_features(path, 3.0 - 0.5 * index, labels=classes)
    everything = Analyses(half_samples=20, sample_sizes=True, controls=True)
    plan = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore", "nleep"], analyses=everything)
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id


@pytest.fixture
def told(settings: Settings) -> str:
    """A run in which files, messages, warnings, notes and the machine say such things."""
    result, store = hostile_result(), RunStore(settings)
    run = result.plan.run_id
    store.create(result.plan, result.samples)
    store.start(run, "{}")
    store.add_environment(run, result.environment)
    for cell in result.cells:
        store.add_cell(run, cell)
    for outcome in result.outcomes.values():
        store.add_outcome(run, outcome)
    for finding in result.findings:
        store.add_finding(run, finding)
    store.finish(run, RunState.FAILED, seconds=1.0, error=NAMES[0])
    return run


@pytest.mark.parametrize("kind", ["computed", "told"])
def test_no_page_reads_a_name(app: AppTest, kind: str, request: pytest.FixtureRequest) -> None:
    """Start, Runs, Run and every section: no name stands unescaped where Markdown is read."""
    run = request.getfixturevalue(kind)
    app.run()
    wrong = {"start": foreign(app)}
    app.button(key="all-runs").click().run()
    wrong["runs"] = foreign(app)
    app.button(key=f"open-{run}").click().run()
    for title in SECTIONS:
        open_section(app, title)
        wrong[title] = foreign(app)
    assert not app.exception
    assert {page: found for page, found in wrong.items() if found} == {}
    shown = "".join(text for node in nodes(app) for _, text in strings(node))
    assert any(plain(name) in shown for name in NAMES)


def hostile_zip(path: Path) -> Path:
    """Pictures whose files and classes have such names, six of a class."""
    files, table = {}, io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["file", "label"])
    for index, data in enumerate(picture_files(10).values()):
        file = f"{index} {NAMES[index % 4].translate(NO_PATH)}.png"
        files[file] = data if index else b"no picture"
        writer.writerow([file, NAMES[index // 6]])
    return write_zip(path, files | {"labels.csv": table.getvalue().encode()})


def test_an_upload_of_such_names_is_read(app: AppTest, tmp_path: Path) -> None:
    """The report, the gallery and the candidates of samples with such classes and files read no name."""
    app.run()
    app.button(key="own").click().run()
    data = hostile_zip(tmp_path / f"{NAMES[0]}.zip").read_bytes()
    app.file_uploader[0].set_value([(f"{NAMES[0]}.zip", data, "application/zip")]).run()
    assert not app.exception
    assert foreign(app) == []
    assert plain(NAMES[2]) in "".join(text for node in nodes(app) for _, text in strings(node))
    app.button(key="next").click().run()
    assert not app.exception
    assert foreign(app) == []
