"""Figures are drawn in a process of their own, in the size of a page's columns."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from PIL import Image

from ptmrank_core.config import Settings
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.paper import COLUMN_MM, paper_figure
from ptmrank_core.reports.files import child, drawing, exporter
from ptmrank_core.reports.files.child import finish_pdf, finish_svg
from ptmrank_core.reports.files.drawing import Drawn, draw
from ptmrank_core.reports.files.exporter import MISSING_BROWSER, MISSING_KALEIDO, why_not_drawn

CLOSE_MM = 0.6  # a pixel of a screen is a quarter of a millimetre
NAME = "<script>alert(1)</script> &"


def for_print() -> dict[str, dict[str, Any]]:
    """A figure with a hostile name, for one column and for two."""
    figure = go.Figure(go.Scatter(x=[1, 2, 3], y=[3, 1, 2], mode="lines+markers", name=NAME))
    figure.update_layout(showlegend=True, height=300)
    return {
        "one": plain_figure(paper_figure(figure, columns=1)),
        "two": plain_figure(paper_figure(figure, columns=2)),
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """The two figures in every format; nothing is left in the folder of temporary files."""
    if why := why_not_drawn():
        if os.environ.get("PTMRANK_REQUIRE_BROWSER"):
            pytest.fail(why)
        pytest.skip(why)
    home = tmp_path_factory.mktemp("home")
    # A browser listens at a socket in it, whose path may have 107 letters: those of pytest are too long.
    with tempfile.TemporaryDirectory(prefix="t") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", folder)
        made = draw(for_print(), Settings(home=home))
        assert list(Path(folder).iterdir()) == []
    return made


@pytest.mark.browser
def test_every_format_is_what_it_says(drawn: Drawn) -> None:
    """Three files for each figure, none missing."""
    assert drawn.problem == ""
    assert set(drawn.files) == {f"{name}.{end}" for name in ("one", "two") for end in ("svg", "pdf", "png")}
    for name in ("one", "two"):
        assert drawn.files[f"{name}.svg"].startswith(b"<svg")
        assert drawn.files[f"{name}.pdf"].startswith(b"%PDF-")
        assert drawn.files[f"{name}.png"].startswith(b"\x89PNG")


@pytest.mark.browser
@pytest.mark.parametrize(("name", "columns"), [("one", 1), ("two", 2)])
def test_files_are_as_wide_as_a_column(drawn: Drawn, name: str, columns: int) -> None:
    """In millimetres, in points and in dots of a printer."""
    wanted = COLUMN_MM[columns]
    svg = re.search(rb'<svg[^>]* width="([\d.]+)mm"', drawn.files[f"{name}.svg"])
    pdf = re.search(rb"/MediaBox \[0 0 ([\d.]+) ", drawn.files[f"{name}.pdf"])
    assert svg is not None
    assert pdf is not None
    with Image.open(io.BytesIO(drawn.files[f"{name}.png"])) as png:
        dots = png.width / png.info["dpi"][0] * 25.4
        assert png.getpixel((0, 0)) == (255, 255, 255)
    assert float(svg[1]) == pytest.approx(wanted, abs=CLOSE_MM)
    assert float(pdf[1]) / 72 * 25.4 == pytest.approx(wanted, abs=CLOSE_MM)
    assert dots == pytest.approx(wanted, abs=CLOSE_MM)


@pytest.mark.browser
def test_a_name_stays_text_in_a_drawing(drawn: Drawn) -> None:
    """No element comes from a name, and letters are letters, not outlines."""
    svg = drawn.files["one.svg"].decode()
    assert "<script" not in svg
    assert "alert(1)" in svg


def test_what_is_not_drawn_in_time_is_said(settings: Settings) -> None:
    """Nothing is waited for, and nothing is raised."""
    if why_not_drawn():
        pytest.skip(why_not_drawn())
    late = draw(for_print(), settings, seconds=0.001)
    assert late.files == {}
    assert late.problem == "Drawing took longer than 0 s: what was drawn by then is here."


def test_without_kaleido_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same on the page, before anything is drawn, and from the process that draws."""
    monkeypatch.setattr(exporter, "find_spec", lambda *_: None)
    assert why_not_drawn() == MISSING_KALEIDO
    monkeypatch.setitem(sys.modules, "kaleido", None)
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"seconds": 1, "figures": {}})))
    child.main()
    assert json.loads(capsys.readouterr().out) == {"problem": MISSING_KALEIDO}


def test_without_a_browser_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is downloaded in its place."""
    chromium = pytest.importorskip("choreographer.browsers.chromium")
    monkeypatch.setattr(chromium.Chromium, "find_browser", lambda **_: None)
    assert why_not_drawn() == MISSING_BROWSER
    del tmp_path


def test_the_same_figure_gives_the_same_file() -> None:
    """What a drawing has by chance is replaced: the letters of its parts, and when it was drawn."""
    first, second = (
        f'<svg width="321" height="100"><defs id="defs-{uid}"><clipPath id="clip{uid}xy"/></defs>'
        f'<g clip-path="url(#clip{uid}xy)" style="fill:#{uid}"/></svg>'.encode()
        for uid in ("a1b2c3", "0f0f0f")
    )
    ends = [finish_svg(text, "name").decode() for text in (first, second)]
    assert ends[0].replace("#a1b2c3", "") == ends[1].replace("#0f0f0f", "")  # the colours are its own
    assert 'width="84.93mm" height="26.46mm"' in ends[0]
    dates = (b"/CreationDate (D:20260101120000+00'00')", b"/CreationDate (D:20271231235959+00'00')")
    assert len({finish_pdf(date, "name") for date in dates}) == 1
    assert len(finish_pdf(dates[0], "name")) == len(dates[0])  # or the file's own table of places is wrong


@pytest.mark.skipif(not drawing.SHORT.is_dir(), reason="there is no shorter folder")
def test_a_long_name_of_the_temporary_folder_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A browser cannot listen at a socket in it: its files go to a shorter one."""
    if why := why_not_drawn():
        pytest.skip(why)
    place = tmp_path / ("long" * 30)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    made = draw(dict(list(for_print().items())[:1]), Settings(home=tmp_path / "home"))
    assert made.problem == ""
    assert list(place.iterdir()) == []
