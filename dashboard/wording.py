"""How errors, states, kinds of samples, durations and sizes are worded on the pages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec

import streamlit as st

from dashboard import state
from dashboard.escaping import plain, with_code, with_links
from ptmrank_core.benchmark import Outline, RunEntry, RunProgress
from ptmrank_core.data import DEMO_SAMPLES, FEATURES_PREFIX, HUB_PREFIX, read_place
from ptmrank_core.errors import InputField, PTMRankError, QuotaError, word_fields
from ptmrank_core.faults import BY_THE_SYSTEM, explain
from ptmrank_core.owners import Room
from ptmrank_core.records import Modality, ModelSpec, Race, RunState, Stage, TargetKind
from ptmrank_core.results.phrases import abbreviate, plural, say_duration, say_targets

__all__ = [
    "ANALYSES",
    "FIELDS",
    "MODALITIES",
    "STAGES",
    "STATES",
    "TARGETS",
    "compact",
    "name_run",
    "plain",
    "plural",
    "say_analysis",
    "say_duration",
    "say_models",
    "say_moment",
    "say_room",
    "say_run",
    "say_run_in_words",
    "say_size",
    "say_status",
    "say_targets",
    "show_error",
    "source_name",
    "tell_faults",
    "uploads_apart",
    "with_code",
    "with_links",
]

logger = logging.getLogger(__name__)
P = ParamSpec("P")
STAGES = {
    Stage.RESOLVE: "looking up the model",
    Stage.DOWNLOAD: "downloading",
    Stage.LOAD: "loading",
    Stage.EXTRACT: "extracting features",
    Stage.SCORE: "scoring",
}
STATES = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.FINISHED: "finished",
    RunState.CANCELLED: "cancelled",
    RunState.FAILED: "failed",
}
# Kind of an analysis -> what it finds out.
ANALYSES = {
    "halves": "how sure the ranking is",
    "seeds": "scores under further seeds",
    "probe": "how well a linear probe does on each model",
    "neighbours": "which samples resemble each other under each model",
    "sample-size": "how many samples the ranking needs",
    "reference": "what plain features and an untrained model reach",
    "controls": "how the metrics score controls that cannot be good",
    "fine-tuning": "fine-tuning the most promising models",
    "race": "a race that trains the plausible models",
    "separability": "which classes the best models tell apart",
    "projection": "2-D maps of the best models' embeddings",
}
MODALITIES: dict[Modality, str] = {
    "image": "pictures",
    "text": "texts",
    "audio": "recordings",
    "video": "videos",
    "tabular": "rows of numbers",
}
TARGETS: dict[TargetKind, str] = {
    "classification": "classes",
    "regression": "numbers to predict",
    "multilabel": "several labels at once",
}
FIELDS: Mapping[InputField, str] = {
    InputField.MODALITY: "say what they are under **The samples are**",
    InputField.TARGET_KIND: "say what they are under **The labels are**",
    InputField.TEXT_COLUMNS: "choose the text column, or the two of a pair, under **Text**",
    InputField.LABEL_COLUMNS: "choose the label column under **Label**",
    InputField.GROUP_COLUMN: "choose the group column under **Group**",
    InputField.PARTS: "choose the parts under **Parts**",
    InputField.CLASS_FOLDERS: "choose under **Classes are named by**",
    InputField.FILE_COLUMN: "choose the column of files under **File**",
    InputField.IGNORED_COLUMNS: "choose columns that are not to be used under **Not used**",
    InputField.COLUMNS_AS_IS: "switch **Fill gaps and encode categories** off",
    InputField.ENCODING: "choose the encoding under **Encoding**",
    InputField.DECIMAL_MARK: "choose under **Decimals are separated by**",
    InputField.HAS_HEADER: "choose under **The first row**",
    InputField.SHEET: "choose under **Sheet**",
    InputField.JOIN_CLASSES: "switch **Join classes that differ in case or blanks** on",
    InputField.UNLABELLED: "choose under **Labels that say there is none**",
    InputField.GROUP_IN_NAMES: "choose under **Group in file names**",
    InputField.MODELS: "choose models on the **Candidates** page",
    InputField.DEVICE: "choose another device in a run from the command line",
}
"""What to do about each input on a page; Markdown."""
DIGEST = re.compile(r"[0-9a-f]{64}")
SHOWN_OF_DIGEST = 6
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


def show_error(error: PTMRankError) -> None:
    """Show what is wrong and what to do; where a visitor has too much of something, lead to it."""
    advice = f"{with_code(error.hint)} {word_fields(error.fields, FIELDS)}".strip()
    st.error(f"**{plain(error.message)}**\n\n{advice}".strip())
    if isinstance(error, QuotaError):
        with st.container(horizontal=True):
            state.link("runs", "See your runs", icon=":material/history:")
            state.link("cache", "See what you keep", icon=":material/database:")


def tell_faults(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a page say in a sentence what cannot be done, also where the page has not foreseen it.

    All that Streamlit runs by itself needs it: pages, parts of a page with a timer, and what a button calls,
    whose sentence stands above the page. What is no fault of ours or of the system's is left to Streamlit.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except PTMRankError as error:
            show_error(error)
        except BY_THE_SYSTEM as error:
            logger.exception("a page")
            show_error(explain(error))

    return drawn


def source_name(source: str) -> str:
    """Name samples as the reader knows them."""
    if source in DEMO_SAMPLES:
        return DEMO_SAMPLES[source].title
    if source.startswith(FEATURES_PREFIX):
        return "ready-made features"
    if source.startswith(HUB_PREFIX):
        place = read_place(source)
        is_named = place.config not in {None, "default"}
        return f"{place.repository} ({place.config})" if is_named else place.repository
    last = source.rsplit("/", 1)[-1]
    return "uploaded files" if DIGEST.fullmatch(last) else last


def say_analysis(progress: RunProgress) -> str:
    """Say which analysis after the ranking is running, and how far it is; Markdown."""
    step = progress.analysis
    if step is None:
        return "the analyses after the ranking"
    title = ANALYSES.get(step.kind, plain(step.kind))
    # The steps of a race are seconds: it says itself how many are left.
    return title if step.kind == Race.KIND else f"{title} ({step.done:,} of {step.total:,})"


def say_run(outline: Outline) -> str:
    """Say what is ranked on what, in one line; Markdown."""
    if not outline.is_readable:
        return f"**A damaged run** · {say_moment(outline.created_at)}"
    star = ":material/star: " if outline.is_starred else ""
    of = f" · {plain(source_name(outline.samples_source))}" if outline.name else ""
    return f"{star}**{plain(name_run(outline))}**{of} · {_counts(outline)}"


def say_run_in_words(outline: Outline) -> str:
    """Say what is ranked on what, in one line that is no Markdown."""
    return f"{name_run(outline)} · {_counts(outline)} · {outline.run_id[:8]}"


def name_run(outline: Outline) -> str:
    """Name a run as its owner does, else by its samples."""
    return outline.name or source_name(outline.samples_source)


def uploads_apart(outlines: Sequence[Outline]) -> dict[str, str]:
    """Tell uploads of one name apart: the source of the samples -> ``"upload 3f2a9c"``."""
    found: dict[str, dict[str, str]] = {}
    for outline in outlines:
        if upload := DIGEST.search(outline.samples_source):
            same = found.setdefault(source_name(outline.samples_source), {})
            same[outline.samples_source] = f"upload {upload[0][:SHOWN_OF_DIGEST]}"
    return {
        source: words
        for same in found.values()
        if len(set(same.values())) > 1
        for source, words in same.items()
    }


def _counts(outline: Outline) -> str:
    return (
        f"{plural(outline.n_samples, 'sample')} · {plural(len(outline.models), 'model')} · "
        f"{plural(outline.n_metrics, 'metric')} · {say_moment(outline.created_at)}"
    )


def say_moment(created_at: str) -> str:
    """Say when a run was made: ``2026-11-30 21:15 UTC``; Markdown."""
    if not MOMENT.match(created_at):
        return "at an unknown time"
    return f"{created_at[:16].replace('T', ' ')} UTC"


def say_models(models: Sequence[ModelSpec]) -> str:
    """Count models, controls apart: ``11 models and 2 controls``."""
    n_controls = sum(spec.control is not None for spec in models)
    said = plural(len(models) - n_controls, "model")
    return f"{said} and {plural(n_controls, 'control')}" if n_controls else said


def say_status(entry: RunEntry) -> str:
    """Say how a run of the history stands: ``waiting behind 2 runs``."""
    if entry.status == "waiting":
        return f"waiting behind {plural(entry.n_ahead, 'run')}" if entry.n_ahead else "next in the queue"
    return entry.status


def say_room(room: Room) -> str:
    """Say how much a visitor keeps, and may: ``You keep 3 of 50 uploads, 1.2 MB of 5.00 GB``."""
    number = f"{room.n_kept:,} of {plural(room.most_things or 0, 'upload')}"
    return f"You keep {number}, {say_size(room.kept_bytes)} of {say_size(room.most_bytes or 0)}."


def say_size(size_bytes: int) -> str:
    """Write a size: ``3 kB``, ``1.2 MB``."""
    if size_bytes < 500:
        return "less than 1 kB"
    if size_bytes < 1e6:
        return f"{size_bytes / 1e3:.0f} kB"
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:,.2f} GB"


def compact(count: int | None) -> str:
    """Abbreviate a large number: ``230 k``; ``None`` is unknown."""
    return "unknown" if count is None else abbreviate(count)
