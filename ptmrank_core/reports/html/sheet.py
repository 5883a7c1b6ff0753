"""A sheet for teachers: the plan of a class and its exercises as one HTML file, made to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from pathlib import Path
from string import Template

from ptmrank_core.lessons.teaching import Exercise, Step

__all__ = ["teaching_sheet"]

TEMPLATE = Path(__file__).with_name("sheet.html")
TITLE = "Which pre-trained model? A class on transferability metrics"


def teaching_sheet(
    plan: Sequence[Step],
    exercises: Sequence[Exercise],
    step_addresses: Sequence[str],
    exercise_addresses: Sequence[str],
) -> str:
    """Write the sheet.

    Parameters
    ----------
    plan, exercises
        What is taught.
    step_addresses, exercise_addresses
        The whole address of each, as it can be typed from paper.

    Returns
    -------
    str
        HTML with its style inside. It has no script, and its policy forbids every connection. What will be
        seen in the exercises stands on a page of its own, so that it can be kept back.
    """
    minutes = sum(step.minutes for step in plan)
    ends = accumulate(step.minutes for step in plan)
    steps = [
        _article(f"{end - step.minutes} to {end} min: {step.title}", step.told, address)
        for step, end, address in zip(plan, ends, step_addresses, strict=True)
    ]
    tasks = [
        _article(f"{place}. {exercise.title}", exercise.task, address)
        for place, (exercise, address) in enumerate(zip(exercises, exercise_addresses, strict=True), start=1)
    ]
    expected = [
        _article(f"{place}. {exercise.title}", exercise.expected)
        for place, exercise in enumerate(exercises, start=1)
    ]
    parts = (
        _part(f"The plan: {minutes} minutes", steps),
        _part("Exercises", tasks),
        _part("What will be seen in the exercises", expected, kind="answers"),
    )
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(title=escape(TITLE), parts="\n".join(parts))


def _article(title: str, text: str, address: str = "") -> str:
    """Write one step or exercise, with its address in full."""
    link = f'<p><a href="{escape(address)}">{escape(address)}</a></p>' if address else ""
    return f"<article><h3>{escape(title)}</h3><p>{escape(text)}</p>{link}</article>"


def _part(title: str, articles: Sequence[str], kind: str = "part") -> str:
    inside = "\n".join(articles)
    return f'<section class="{kind}"><h2>{escape(title)}</h2>\n{inside}\n</section>'
