"""Lists of candidates for the pages: the shipped table, a PeaTMOSS database, a mapping.json, the Hub."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.jobs.demo_only import is_demo_only, require_open
from ptmrank_core import catalogue
from ptmrank_core.catalogue import Candidate, TaskCategory
from ptmrank_core.config import load_settings
from ptmrank_core.errors import DownloadError

__all__ = [
    "from_hub",
    "from_mapping",
    "from_peatmoss",
    "from_table",
    "hub_problem",
    "on_disk",
    "peatmoss_name",
    "presets",
]

N_FROM_PEATMOSS = 200
N_FROM_HUB = 50
HUB_OFFLINE = "Downloads from the Hub are switched off here (HF_HUB_OFFLINE)."


def from_table(task: TaskCategory) -> list[Candidate]:
    """List the shipped table's models of a category."""
    require_open("other models")
    return catalogue.shipped_candidates(task)


def presets(task: TaskCategory) -> dict[str, list[Candidate]]:
    """List the models of each preset that has some in a category, by its name."""
    known = catalogue.shipped_candidates(task)
    sets = {name: catalogue.choose(one, known, task) for name, one in catalogue.PRESETS.items()}
    return {name: models for name, models in sets.items() if models}


def peatmoss_name() -> str | None:
    """Name of the PeaTMOSS database of this machine; ``None`` where none is set."""
    path = _peatmoss()
    return None if path is None else path.name


def _peatmoss() -> Path | None:
    """Return the database's path; where only the demos are shown there is none."""
    return None if is_demo_only() else load_settings().peatmoss


def from_peatmoss(task: TaskCategory, search: str) -> list[Candidate]:
    """List the most downloaded models of a category in the PeaTMOSS database of this machine."""
    path = _peatmoss()
    return [] if path is None else _ask_peatmoss(path, task.name, search)


@st.cache_data(ttl=3600, max_entries=50, show_spinner="Asking PeaTMOSS …")
def _ask_peatmoss(path: Path, task: str, search: str) -> list[Candidate]:
    with catalogue.PeatmossDatabase(path) as database:
        return database.top(catalogue.any_category(task), limit=N_FROM_PEATMOSS, search=search)


def from_mapping(content: bytes, name: str, task: TaskCategory) -> list[Candidate]:
    """List the models that an uploaded mapping.json has for a category, in its order."""
    require_open("files")
    mapping = catalogue.parse_mapping(content, name=name)
    ids = dict.fromkeys(model for key in (task.name, *task.aliases) for model in mapping.get(key, ()))
    known = {model_id: catalogue.known_candidate(model_id) for model_id in ids}
    return [
        candidate or Candidate(id=model_id, modality=task.modality, tasks=(task.name,))
        for model_id, candidate in known.items()
    ]


def from_hub(task: TaskCategory, search: str) -> list[Candidate]:
    """Ask the Hub for the most downloaded models of a category."""
    require_open("other models")
    answer = _last_answer()
    try:
        found = catalogue.search_hub(task, search=search, limit=N_FROM_HUB)
    except DownloadError as error:
        answer["problem"] = error.message
        raise
    answer["problem"] = ""
    return found


def hub_problem() -> str:
    """Say why nothing can be downloaded, as far as that is known without asking; empty if nothing is known.

    Known are a client that is told to stay offline, and what came of the last search that a reader asked for.
    """
    return HUB_OFFLINE if catalogue.is_offline() else _last_answer().get("problem", "")


@st.cache_resource
def _last_answer() -> dict[str, str]:
    """Return what the Hub last answered on this server, for all visitors."""
    return {}


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def on_disk() -> dict[str, int]:
    """Bytes of the Hub models that are on this machine already, by id."""
    return catalogue.models_on_disk()
