"""Decisions on the samples of a run, kept with it for its owner, and the run that they lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from dashboard.jobs.demo_only import require_open
from dashboard.jobs.home import store
from dashboard.jobs.runs import require_owner, start
from dashboard.jobs.sources import samples, samples_of
from ptmrank_core.data import apply_corrections, read_decisions
from ptmrank_core.errors import InputError
from ptmrank_core.records import Decision, Decisions, Finding, RunResult, Samples
from ptmrank_core.results.look import Look, corrected_options, look_at_samples

__all__ = ["decisions", "drop_decision", "import_decisions", "keep_decisions", "look", "start_corrected"]


@st.cache_resource(max_entries=8, show_spinner="Looking at the samples …")
def _look(run_id: str, n_findings: int, fingerprint: str, _result: RunResult, _samples: Samples) -> Look:  # noqa: ARG001 - what tells looks apart
    return look_at_samples(_result, _samples)


def look(found: RunResult, of_run: Samples) -> Look:
    """List the samples of a run that are worth a look, once for all sessions."""
    kinds = [finding for finding in found.findings if finding.kind != Decision.KIND]
    return _look(found.plan.run_id, len(kinds), of_run.fingerprint, found, of_run)


def decisions(run_id: str) -> Decisions:
    """Read the decisions on a run's samples, those of this moment."""
    kept = store().findings_of(run_id, Decision.KIND)
    return Decisions(tuple(one.content for one in kept if isinstance(one.content, Decision)))


def keep_decisions(run_id: str, made: Iterable[Decision]) -> None:
    """Keep decisions with a run, in the place of those on the same samples.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    """
    require_owner(run_id)
    require_open("decisions")
    store().add_findings(run_id, [Finding(Decision.KIND, one.sample, one, 0.0) for one in made])


def drop_decision(run_id: str, sample: str) -> None:
    """Take a decision back; raises as of ``keep_decisions``."""
    require_owner(run_id)
    store().drop_findings(run_id, Decision.KIND, subject=sample)


def import_decisions(found: RunResult, name: str, data: bytes) -> tuple[int, int]:
    """Keep the decisions of a table; return how many, and how many are about other samples and were not.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    InputError
        If it is no table of decisions, none of them is about a sample of this run, or a label is none of its.
    """
    require_owner(found.plan.run_id)
    read = read_decisions(name, data)
    known = set(samples_of(found).digests)
    own = [decision for decision in read if decision.sample in known]
    if not own:
        raise InputError(
            f"None of the {len(read):,} decisions of {name!r} is about a sample of this run.",
            hint="Take the table of a run on the same samples: they are told apart by their content.",
        )
    apply_corrections(samples_of(found), Decisions(tuple(own)).corrections())
    keep_decisions(found.plan.run_id, own)
    return len(own), len(read) - len(own)


def start_corrected(found: RunResult) -> str:
    """Start a run on the same source with the decisions on it; return its id. Features come from the cache.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    InputError
        If the samples cannot be corrected so, or are gone.
    """
    require_owner(found.plan.run_id)
    reading = corrected_options(found, decisions(found.plan.run_id))
    corrected = samples(found.plan.samples_source, reading)
    options = replace(found.plan, reading=reading)
    return start(corrected, task=found.plan.task, models=found.plan.models, options=options)
