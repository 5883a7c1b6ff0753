"""What is kept beside the runs: features, uploads, datasets, merged models, and what nobody uses."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ptmrank_core.benchmark.doctor.diagnosis import Diagnosis, Patient, ill, put_away, say_bytes
from ptmrank_core.benchmark.drafts import draft_files, read_draft
from ptmrank_core.benchmark.housekeeping import find_leftovers
from ptmrank_core.benchmark.housekeeping.places import datasets, merged_models, uploads
from ptmrank_core.benchmark.work.kept_results import WHAT as RESULTS_WHAT
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, StoreError
from ptmrank_core.faults import moved_aside, store_error, what_is_in_the_way
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache.database import database_of, is_sound
from ptmrank_core.features.cache.facts_file import FILES, FactsFile
from ptmrank_core.features.cache.safe_database import WHAT, set_aside

__all__ = [
    "check_datasets",
    "check_drafts",
    "check_facts",
    "check_features",
    "check_leftovers",
    "check_merged",
    "check_results",
    "check_uploads",
]

FEATURES, RESULTS = "feature cache", "kept results"
AGAIN = "Move it away, and begin an empty one; features are computed again where they are needed."


def check_features(patient: Patient) -> Iterator[Diagnosis]:
    """Check the database of the feature cache, and that the files of its values are there."""
    settings = patient.settings
    yield from _check_database(
        _Database(FEATURES, WHAT, settings.features_dir, AGAIN, "vectors", partial(_renew_features, settings))
    )


def check_results(patient: Patient) -> Iterator[Diagnosis]:
    """Check the database of the results that are kept, likewise."""
    settings = patient.settings
    remedy, again = partial(_renew_results, settings), AGAIN.replace("features", "results")
    yield from _check_database(
        _Database(RESULTS, RESULTS_WHAT, settings.results_dir, again, "results", remedy)
    )


@dataclass(frozen=True, slots=True)
class _Database:
    """A database of what is computed again where it is lost, and how it is spoken of."""

    subject: str
    what: str
    folder: Path
    again: str
    things: str
    remedy: Callable[[], str]


def _check_database(own: _Database) -> Iterator[Diagnosis]:
    path = database_of(own.folder)
    if what_is_in_the_way(own.folder, is_folder=True):
        return  # said of the folder
    if not os.path.lexists(path):
        yield Diagnosis(own.subject, "Nothing is cached yet.")
        return
    try:
        damage = "" if is_sound(path) else "its pages do not fit together"
        n_entries, n_missing = (0, 0) if damage else _count_values(path)
    except (OSError, sqlite3.Error) as error:
        told = store_error(error, own.what, path) or StoreError(f"{own.what} cannot be read: {error}.")
        yield ill(own.subject, told.message, own.again, own.remedy)
        return
    if damage:
        yield ill(own.subject, f"{path} is damaged: {damage}.", own.again, own.remedy)
    elif n_missing:
        said = f"{n_missing:,} of {n_entries:,} values are missing or cut off."
        yield ill(own.subject, said, "Remove their entries.", own.remedy)
    else:
        yield Diagnosis(own.subject, f"{n_entries:,} {own.things}.")


def _count_values(path: Path) -> tuple[int, int]:
    """Count the entries, and those whose file is missing or has another size."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        n_entries = int(db.execute("SELECT COUNT(*) FROM Cache").fetchone()[0])
        files = db.execute("SELECT filename, size FROM Cache WHERE filename IS NOT NULL").fetchall()
    return n_entries, sum(_size(path.parent / str(name)) != size for name, size in files)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _renew_features(settings: Settings) -> str:
    with FeatureCache(settings) as cache:
        report = cache.verify()
        if cache.fault is not None:
            raise cache.fault
        return " ".join(cache.notes) or f"Removed {report.n_damaged:,} damaged entries."


def _renew_results(settings: Settings) -> str:
    with KeptResults(settings) as kept:
        report = kept.verify()
        if kept.fault is not None:
            raise kept.fault
        return " ".join(kept.notes) or f"Removed {report.n_damaged:,} damaged entries."


def check_facts(patient: Patient) -> Iterator[Diagnosis]:
    """Check the small files in which facts of this machine are kept."""
    for name in FILES:
        path = patient.settings.home / name
        file = FactsFile(path)
        damage = "" if what_is_in_the_way(path.parent, is_folder=True) else file.damage()
        if damage:
            said = f"{path} cannot be read: {damage.rstrip('.')}."
            remedy = file.set_aside_if_damaged
            yield ill(name, said, "Move it away; only time is lost.", remedy)


def check_uploads(patient: Patient) -> Iterator[Diagnosis]:
    """Check that each upload is what was uploaded, as far as its name tells, and can be opened."""
    folders = uploads(patient.settings)
    bad = {folder: problem for folder in folders if (problem := patient.check_upload(folder))}
    for folder, problem in bad.items():
        advice = "Upload it again; the results of runs on it stay."
        yield ill("upload", f"{folder}: {problem}", advice)
    if len(bad) < len(folders):
        yield Diagnosis("uploads", f"{len(folders) - len(bad):,} are as they were uploaded.")


def check_datasets(patient: Patient) -> Iterator[Diagnosis]:
    """Check that what is known of each dataset of the Hub can be read."""
    advice = "Move it away; it is taken from the Hub again when it is needed."
    yield from _check_facts_in("dataset", datasets(patient.settings), advice)


def check_merged(patient: Patient) -> Iterator[Diagnosis]:
    """Check that what is known of each merged model can be read."""
    advice = "Move it away; the adapter is merged again when it is needed."
    yield from _check_facts_in("merged model", merged_models(patient.settings), advice)


def check_drafts(patient: Patient) -> Iterator[Diagnosis]:
    """Check that each draft of a run can be read."""
    n_well = 0
    for path in draft_files(patient.settings):
        try:
            read_draft(path)
        except InputError as error:
            advice = "Move it away; what was chosen there has to be chosen again."
            yield ill("draft", f"{path}: {error.message}", advice, partial(put_away, path))
        else:
            n_well += 1
    if n_well:
        yield Diagnosis("drafts", f"{n_well:,} can be read.")


def _check_facts_in(what: str, folders: list[Path], advice: str) -> Iterator[Diagnosis]:
    n_well = 0
    for folder in folders:
        problem = _problem_of(folder)
        if problem:
            said, remedy = f"{folder}: {problem}", partial(put_away, folder)
            yield ill(what, said, advice, remedy)
        n_well += not problem
    if n_well:
        yield Diagnosis(f"{what}s", f"{n_well:,} can be read.")


def _problem_of(folder: Path) -> str:
    """Say what is wrong with the JSON of a folder; empty if nothing is."""
    try:
        for path in sorted(folder.glob("*.json")):
            json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        return f"{path.name} cannot be read: {str(error).rstrip('.')}."
    return ""


def check_leftovers(patient: Patient) -> Iterator[Diagnosis]:
    """Say what nobody uses any more, and what was moved aside."""
    settings = patient.settings
    aside = [
        *set_aside(settings.home),
        *moved_aside(settings.runs_dir),
        *moved_aside(settings.drafts_dir, "*/*"),
    ]
    if aside:
        said = f"Moved aside because it was damaged: {', '.join(map(str, aside))}."
        yield Diagnosis("set aside", f"{said} Delete it once you do not need it.")
    try:
        leftovers = find_leftovers(settings)
    except (StoreError, OSError):
        return  # what nobody uses cannot be told; why is said of the store
    if leftovers:
        size = say_bytes(sum(leftover.size_bytes for leftover in leftovers))
        yield Diagnosis("leftovers", f"{len(leftovers):,}, of {size}: `ptmrank sweep` deletes them.")
