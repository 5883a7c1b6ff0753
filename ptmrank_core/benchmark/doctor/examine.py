"""The table of checks: each looks at one kind of thing that is kept, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ptmrank_core.benchmark.doctor.diagnosis import CheckUpload, Diagnosis, Patient, ill
from ptmrank_core.benchmark.doctor.kept import (
    check_datasets,
    check_drafts,
    check_facts,
    check_features,
    check_leftovers,
    check_merged,
    check_results,
    check_uploads,
)
from ptmrank_core.benchmark.doctor.machine import check_libraries, check_machine, check_settings
from ptmrank_core.benchmark.doctor.places import check_folders, check_home
from ptmrank_core.benchmark.doctor.runs import check_runs, check_store
from ptmrank_core.config import Settings
from ptmrank_core.errors import PTMRankError
from ptmrank_core.faults import BY_THE_SYSTEM, explain

__all__ = ["CHECKS", "examine", "mend"]

Check = Callable[[Patient], Iterator[Diagnosis]]
# In the order in which one fault causes the next.
CHECKS: tuple[Check, ...] = (
    check_settings,
    check_libraries,
    check_machine,
    check_home,
    check_folders,
    check_store,
    check_runs,
    check_features,
    check_results,
    check_facts,
    check_uploads,
    check_datasets,
    check_merged,
    check_drafts,
    check_leftovers,
)


def examine(settings: Settings, *, check_upload: CheckUpload) -> list[Diagnosis]:
    """Look at everything that is kept; nothing is changed.

    Parameters
    ----------
    settings
        Where it is kept.
    check_upload
        Says what is wrong with the folder of an upload; empty if nothing is.
    """
    patient = Patient(settings, check_upload)
    return [diagnosis for check in CHECKS for diagnosis in _checked(check, patient)]


def _checked(check: Check, patient: Patient) -> Iterator[Diagnosis]:
    """Do one check; what the system refuses becomes what it found, and the next check goes on."""
    try:
        yield from check(patient)
    except (PTMRankError, *BY_THE_SYSTEM) as error:
        told = error if isinstance(error, PTMRankError) else explain(error)
        subject = check.__name__.removeprefix("check_")
        yield ill(subject, told.message, told.advice())


def mend(settings: Settings, *, check_upload: CheckUpload) -> list[Diagnosis]:
    """Mend what can be mended without losing anything, until nothing more can be.

    Returns
    -------
    list of Diagnosis
        What was done, each with what was wrong.
    """
    patient, done = Patient(settings, check_upload), []
    for check in CHECKS:  # the home before what is in it
        found = list(_checked(check, patient))  # all of it, before anything is changed
        done += [_mended(one, one.remedy) for one in found if one.remedy is not None]
    return done


def _mended(found: Diagnosis, remedy: Callable[[], str]) -> Diagnosis:
    try:
        said = remedy()
    except (PTMRankError, *BY_THE_SYSTEM) as error:
        told = error if isinstance(error, PTMRankError) else explain(error)
        return replace(found, advice=f"It could not be mended: {told}")
    return replace(found, is_well=True, advice=said)
