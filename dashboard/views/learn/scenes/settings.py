"""The settings of a scene: sliders that keep themselves in the address, and links that set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from ptmrank_core.lessons import KNOBS, Candidate, Knob, Scene, Task

__all__ = ["KEYS", "LETTERS", "START", "ask_candidate", "ask_names", "ask_task", "scene_query"]

START = Scene(
    Task(),
    (
        Candidate("A"),
        Candidate("B", separation=1.5, n_noise_features=60),
        Candidate("C", separation=1.5, hidden=3.0),
        Candidate("D", separation=2.5, head=None),
    ),
)
"""What sliders show before they are moved; the first two candidates are compared."""
LETTERS = tuple(candidate.name for candidate in START.candidates)
SHOWN = ("A", "B")
AT_HAND = ("n_per_class", "wrong_labels", "separation", "n_noise_features")  # the others are one click away
MOST_SEEDS = 30
# Settings that are no range: what is offered, and how it is called.
CHOICES: Mapping[str, tuple[float | None, ...]] = {
    "scale": KNOBS["scale"].sweep,
    "head": (None, *(step / 10 for step in range(11))),
}
NO_HEAD = "no head"
FORMATS = {"wrong_labels": "percent"}


def _key(setting: str, name: str) -> str:
    """Name a setting in the address: ``b-separation``."""
    return "-".join(filter(None, (name.lower(), setting.replace("_", "-"))))


KEYS = (
    "candidates",
    "seed",
    *(_key(name, "") for name, knob in KNOBS.items() if knob.whose == "task"),
    *(_key(name, letter) for letter in LETTERS for name, knob in KNOBS.items() if knob.whose == "candidate"),
)
"""Of all widgets that set the scene."""


def ask_names() -> list[str]:
    """Draw the choice of candidates: a click adds one or takes it away."""
    chosen = st.pills(
        "Candidates to choose from",
        LETTERS,
        selection_mode="multi",
        default=list(SHOWN),
        key="candidates",
        bind="query-params",
    )
    return [name for name in LETTERS if name in chosen] or [LETTERS[0]]


def ask_task() -> Task:
    """Draw the sliders of the samples."""
    knobs = [knob for knob in KNOBS.values() if knob.whose == "task"]
    columns = st.columns([3, 3, 2], vertical_alignment="bottom")
    found: dict[str, Any] = {}
    at_hand = [knob for knob in knobs if knob.name in AT_HAND]
    for knob, column in zip(at_hand, columns, strict=False):
        with column:
            found[knob.name] = _ask(knob, START.task, "")
    with columns[-1], st.popover("More about the samples", icon=":material/tune:"):
        for knob in knobs:
            if knob.name not in AT_HAND:
                found[knob.name] = _ask(knob, START.task, "")
        found["seed"] = st.slider(
            "Draw",
            *(0, MOST_SEEDS, START.task.seed, 1),
            key="seed",
            bind="query-params",
            help="Another draw of all samples, under the same settings: how much is chance?",
        )
    return replace(START.task, **found)


def ask_candidate(name: str) -> Candidate:
    """Draw the sliders of one candidate."""
    start = START.candidates[LETTERS.index(name)]
    knobs = [knob for knob in KNOBS.values() if knob.whose == "candidate"]
    found = {knob.name: _ask(knob, start, name) for knob in knobs if knob.name in AT_HAND}
    with st.popover(f"More about {name}", icon=":material/tune:"):
        found |= {knob.name: _ask(knob, start, name) for knob in knobs if knob.name not in AT_HAND}
    return replace(start, **found)


def scene_query(scene: Scene) -> dict[str, str | list[str]]:
    """Return what has to stand in the address of the playground so that it shows a scene.

    Parameters
    ----------
    scene
        Its candidates take the places A, B, ... in their order, whatever they are called.
    """
    names = LETTERS[: len(scene.candidates)]
    query: dict[str, str | list[str]] = {}
    if names != SHOWN:
        query["candidates"] = list(names)
    pairs: list[tuple[str, Any, Any]] = [("", scene.task, START.task)]
    pairs += zip(names, scene.candidates, START.candidates, strict=False)
    for name, own, start in pairs:
        for field in fields(own):
            value = getattr(own, field.name)
            if field.name != "name" and value != getattr(start, field.name):
                query[_key(field.name, name)] = _said(value)
    return query


def _ask(knob: Knob, start: Task | Candidate, name: str) -> Any:
    """Draw one setting."""
    value = getattr(start, knob.name)
    look: dict[str, Any] = {"key": _key(knob.name, name), "bind": "query-params", "help": knob.help}
    if knob.name in CHOICES:
        return st.select_slider(knob.title, CHOICES[knob.name], value, format_func=_said, **look)
    return st.slider(knob.title, *_range(knob, value), format=FORMATS.get(knob.name), **look)


def _range(knob: Knob, value: Any) -> tuple[Any, Any, Any, Any]:
    """Least, greatest, value and step of a slider, all of the same type."""
    least, greatest, step = knob.shown
    return least, greatest, value, step


def _said(value: float | None) -> str:
    return NO_HEAD if value is None else f"{value:g}"
