"""A chart as an image: drawn for paper whatever the page looks like, and what is said where nothing draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import image
from ptmrank_core.config import Settings
from ptmrank_core.reports.files.drawing import Drawn
from tests.dashboard.reading import texts
from tests.pictures import encoded, picture


@pytest.fixture
def shown(app: AppTest, ranked: str) -> AppTest:
    """The results of a run of two models."""
    app.run()
    app.button(key=f"open-{ranked}").click().run()
    assert not app.exception
    return app


def test_a_chart_is_offered_as_svg_pdf_and_png(shown: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn once, on white, at the width that is chosen."""
    asked: list[dict[str, Any]] = []

    def draw(figures: Mapping[str, dict[str, Any]], settings: Settings, *, seconds: float) -> Drawn:
        del settings, seconds
        ((name, figure),) = figures.items()
        asked.append(figure)
        return Drawn({f"{name}.{end}": encoded(picture("dots", 0)) for end in ("svg", "pdf", "png")})

    monkeypatch.setattr(image, "draw", draw)
    shown.button(key="ranking-image").click().run()
    assert not shown.exception
    labels = [button.label for button in shown.download_button]
    assert [label for label in labels if label in {"SVG", "PDF", "PNG"}] == ["SVG", "PDF", "PNG"]
    assert "Copy image" in texts(shown)
    assert asked[0]["layout"]["paper_bgcolor"] == "rgb(255,255,255)"


def test_without_a_browser_it_says_what_to_install(shown: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """And offers the figure as JSON."""
    monkeypatch.setattr(image, "draw", lambda *_, **__: Drawn({}, "Install a browser."))
    shown.button(key="ranking-image").click().run()
    assert not shown.exception
    assert [info.value for info in shown.info][-1] == "Install a browser."
    assert "JSON of Plotly" in [button.label for button in shown.download_button]
