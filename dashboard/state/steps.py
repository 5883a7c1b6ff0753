"""Steps on a page that Back takes back: what widgets showed, by the number that the address has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

__all__ = ["STEP_PARAMETER", "address_is_current", "note_step", "take_step_back"]

STEP_PARAMETER = "step"
STEPS, SHOWN, TAKING = "steps", "shown-step", "taking-step"
MOST_STEPS = 200


def take_step_back(keys: Iterable[str]) -> None:
    """Before the widgets are drawn: after Back or Forward, set them as they were at that step.

    A widget that was moved says that it was no such key, whatever the address has: it may be late.

    Parameters
    ----------
    keys
        Of the widgets, whether they are drawn now or not.
    """
    steps, shown, asked = _steps(), st.session_state.get(SHOWN), _in_address()
    if st.session_state.pop(TAKING, False) and shown in steps:
        st.session_state.update({key: steps[shown][key] for key in keys if key in steps[shown]})
    elif shown is not None and asked != shown and asked in steps and not _differ(_values(keys), steps[shown]):
        st.session_state[SHOWN] = asked
        # In a run after Back the address wins over what is set here, and it still has what is undone.
        st.session_state[TAKING] = True
        st.rerun()


def note_step(keys: Iterable[str]) -> None:
    """After the widgets are drawn: a changed one makes a new entry in the browser's history."""
    steps, shown, values = _steps(), st.session_state.get(SHOWN), _values(keys)
    if shown is None:
        st.session_state[SHOWN] = _in_address()
        steps[_in_address()] = values
    elif _differ(values, steps[shown]):
        for number in [own for own in steps if own > shown or own <= shown - MOST_STEPS]:
            del steps[number]
        steps[shown + 1] = values
        st.session_state[SHOWN] = shown + 1
        st.query_params[STEP_PARAMETER] = str(shown + 1)
    else:
        steps[shown] |= values


def address_is_current() -> bool:
    """Whether the browser has heard of the last step; before, nothing may be drawn anew by itself."""
    return st.session_state.get(SHOWN) in (None, _in_address())


def _steps() -> dict[int, dict[str, Any]]:
    steps: dict[int, dict[str, Any]] = st.session_state.setdefault(STEPS, {})
    return steps


def _in_address() -> int:
    named = st.query_params.get(STEP_PARAMETER, "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 5 else 0


def _differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a widget has two values; one that is not drawn everywhere is no difference."""
    return any(other[key] != value for key, value in one.items() if key in other)


def _values(keys: Iterable[str]) -> dict[str, Any]:
    return {key: st.session_state[key] for key in keys if key in st.session_state}
