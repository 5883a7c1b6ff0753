"""A notebook, run by a kernel: it ranks a DataFrame of PIL pictures, and shows the table and figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.guides.guide import ROOT
from tests.waiting import PATIENCE_SECONDS

PLOTLY = "application/vnd.plotly.v1+json"
CELLS = (
    """
    import pandas
    from PIL import Image, ImageDraw
    from ptmrank_core.benchmarker import Benchmarker

    def picture(kind, i):
        image = Image.new("RGB", (40, 40), (40 + 3 * i, 60, 90))
        draw = ImageDraw.Draw(image)
        shape = draw.ellipse if kind == "round" else draw.rectangle
        shape((5 + i % 4, 6, 25 + i % 7, 30 - i % 5), fill=(200, 180 - 5 * i, 60))
        return image

    kinds = ["round", "square"] * 12
    frame = pandas.DataFrame({"shape": [picture(kind, i) for i, kind in enumerate(kinds)], "kind": kinds})
    len(frame)
    """,
    """
    models = ["demo:convnext-colours", "demo:convnext-digits", "demo:convnext-gratings"]
    result = Benchmarker(models, "home", logme=True, hscore=True)("image-classification", frame)
    """,
    "result",
    "result.figures.ranking()",
    "result.figures.projection('pca')",
    "result.figures.agreement()",
    "result.to_frame()",
    "[path.name for path in result.report('report', formats='html,csv')][:2]",
)


def notebook() -> nbformat.NotebookNode:
    """The notebook, made by code."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell("\n".join(_dedented(cell))) for cell in CELLS]
    made.metadata["kernelspec"] = {"name": "own", "display_name": "own", "language": "python"}
    return made


def _dedented(cell: str) -> list[str]:
    return [line.removeprefix("    ") for line in cell.strip("\n").splitlines()]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nbformat.NotebookNode]:
    """The notebook after a kernel has run it in a folder of its own."""
    folder = tmp_path_factory.mktemp("notebook")
    kernel = folder / "jupyter" / "kernels" / "own"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    environment = {"PYTHONPATH": str(ROOT), "PTMRANK_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1"}
    spec = {"argv": command, "display_name": "own", "language": "python", "env": environment}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        made = notebook()
        place = {"metadata": {"path": str(folder)}}
        NotebookClient(made, timeout=PATIENCE_SECONDS, kernel_name="own", resources=place).execute()
        made.metadata["folder"] = str(folder)
        yield made


def outputs(executed: nbformat.NotebookNode, cell: int) -> list[Any]:
    """What a cell has put out."""
    return list(executed.cells[cell].outputs)


def shown(executed: nbformat.NotebookNode, cell: int, kind: str) -> Any:
    """The value of a cell, in one of the forms that it has."""
    [value] = [
        one for one in outputs(executed, cell) if one.output_type in {"execute_result", "display_data"}
    ]
    return value.data[kind]


def test_no_cell_fails_or_warns(executed: nbformat.NotebookNode) -> None:
    """Every cell is run, in its order, without a traceback; nothing is said that is no progress."""
    assert [cell.execution_count for cell in executed.cells] == list(range(1, len(CELLS) + 1))
    said = [one for cell in executed.cells for one in cell.outputs if one.output_type in {"error", "stream"}]
    assert {one.output_type for one in said} == {"stream"}
    text = "".join(one.text for one in said)
    assert "Traceback" not in text
    assert "Warning" not in text


def test_what_was_read_and_how_far_it_is_are_said(executed: nbformat.NotebookNode) -> None:
    """The classes first, then each model."""
    text = "".join(one.text for one in outputs(executed, 1) if one.output_type == "stream")
    assert "24 image samples in 2 classes: round (12), square (12)" in text
    assert "Pictures are read from 'shape', labels from 'kind'." in text
    for i, model in enumerate(("colours", "digits", "gratings"), start=1):
        assert f"[{i}/3] demo:convnext-{model}" in text


def test_the_result_shows_its_answer_and_table(executed: nbformat.NotebookNode) -> None:
    """As HTML in the notebook, as text elsewhere."""
    html, text = shown(executed, 2, "text/html"), shown(executed, 2, "text/plain")
    assert html.count("<table") >= 1
    assert all(f"demo:convnext-{name}" in html for name in ("colours", "digits", "gratings"))
    assert "<script" not in html
    assert text.splitlines()[0] in html.replace("<bdi>", "").replace("</bdi>", "")


@pytest.mark.parametrize(("cell", "least"), [(3, 4), (4, 6), (5, 1)])
def test_figures_are_drawn(executed: nbformat.NotebookNode, cell: int, least: int) -> None:
    """By Plotly, with their data."""
    figure = shown(executed, cell, PLOTLY)
    assert len(figure["data"]) >= least
    assert figure["layout"]


def test_the_frame_and_the_report_are_there(executed: nbformat.NotebookNode) -> None:
    """The table as a DataFrame, and files in the folder."""
    assert "mean_rank" in shown(executed, 6, "text/html")
    assert shown(executed, 7, "text/plain") == "['report.html', 'verdict.csv']"
    assert (Path(executed.metadata["folder"]) / "report" / "report.html").stat().st_size > 100_000
