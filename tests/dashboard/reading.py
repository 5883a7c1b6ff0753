"""What a page of the app under test shows."""

from __future__ import annotations

import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

__all__ = [
    "answer",
    "buttons",
    "cards",
    "figures",
    "open_page",
    "open_section",
    "parts_of",
    "primary",
    "texts",
    "tick_demo_models",
]


def texts(app: AppTest) -> str:
    """Everything that a page says in words."""
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.info,
        app.warning,
        app.error,
        app.success,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def answer(app: AppTest) -> str:
    """The headline of the results, without its markup."""
    line = next(element.value for element in app.markdown if element.value.startswith("## "))
    words = line.removeprefix("## ").replace(":blue[**", "").replace("**]", "").replace(":small[]", "")
    return re.sub(r"\\(.)", r"\1", words)


def figures(app: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures of a page."""
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def parts_of(app: AppTest) -> dict[str, dict[str, Any]]:
    """What the page brings to the browser for the map, by id; the settings are under ``"map"``."""
    found = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return {part.get("id", part["kind"]): part for part in found}


def open_page(app: AppTest, path: str, **query: str) -> None:
    """Go to a page by its address."""
    app.run()
    for name, value in query.items():
        app.query_params[name.rstrip("_")] = value
    app._page_hash = str(calc_hash(path))
    app.run()
    assert not app.exception


def buttons(app: AppTest) -> set[str]:
    """Keys of the buttons of a page."""
    return {button.key or "" for button in app.button}


def primary(app: AppTest) -> list[str]:
    """Labels of the primary actions of a page: there is one at most."""
    return [button.label for button in app.button if button.proto.type == "primary"]


def tick_demo_models(app: AppTest) -> None:
    """Make the demo models candidates for samples of the user's own."""
    next(
        box for box in app.button if str(box.key).startswith("all-") and str(box.key).endswith("-demo")
    ).click().run()
    assert not app.exception


def open_section(app: AppTest, title: str) -> None:
    """Go to another section of the results."""
    app.segmented_control(key="section").set_value(title).run()
    assert not app.exception


def cards(app: AppTest) -> dict[str, str]:
    """The numbers at the head of the pre-flight report."""
    return {metric.label: metric.value for metric in app.metric}
