"""Translation of the errors of the Hub's client and of the ``datasets`` library, each with what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.errors import SamplesError
from ptmrank_core.records.names import reason_of

__all__ = ["UnreachableError", "explained", "refuse_script"]

EXTRA = "Install the extra: pip install 'ptmrank[datasets]'; or download the repository as a folder."
CHECK = "Check the spelling; for a private dataset log in with `hf auth login`."
CONVERTED = "refs/convert/parquet"


class UnreachableError(SamplesError):
    """The Hub cannot be reached: what was taken from it before may be used."""


@contextmanager
def explained(place: HubPlace) -> Iterator[None]:
    """Translate errors within a ``with`` block.

    Raises
    ------
    UnreachableError
        If there is no connection.
    SamplesError
        If there is no such dataset, it is not accessible, or its files cannot be read.
    """
    from huggingface_hub import errors  # noqa: PLC0415 - only datasets of the Hub need it

    try:
        yield
    except SamplesError:
        raise
    except errors.HfHubHTTPError as error:
        raise _refused(place, error) from error
    except (errors.OfflineModeIsEnabled, errors.HTTPError, ConnectionError) as error:  # type: ignore[attr-defined]
        raise _unreachable(place) from error
    except _causes() as error:
        raise _by_cause(place, error) from error


def _causes() -> tuple[type[Exception], ...]:
    """Return what the library raises where a dataset cannot be read."""
    library = sys.modules.get("datasets.exceptions")
    own = (library.DatasetsError,) if library else ()
    return (OSError, ValueError, RuntimeError, TypeError, LookupError, ImportError, AttributeError, *own)


def _unreachable(place: HubPlace) -> UnreachableError:
    return UnreachableError(
        f"The Hub cannot be reached, and the dataset {place.repository!r} is not on this machine.",
        hint="Check the network, or name a local folder.",
    )


def _refused(place: HubPlace, error: Exception) -> SamplesError:
    """Explain an error response of the Hub."""
    from huggingface_hub import errors  # noqa: PLC0415 - the same

    name, status = place.repository, getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.GatedRepoError):  # a subclass of RepositoryNotFoundError, so checked first
        return _gated(place)
    if status == 429 or status >= 500:
        return UnreachableError(
            f"The Hub does not answer (status {status}, {name!r}).", hint="Try again in a few minutes."
        )
    known: tuple[tuple[type[Exception], str, str], ...] = (
        (
            errors.RevisionNotFoundError,
            f"The dataset {name!r} has no revision {place.revision!r}.",
            "Expected a branch, a tag or a commit of its repository.",
        ),
        (
            errors.RepositoryNotFoundError,
            f"There is no dataset {name!r} on the Hub, or it is private.",
            CHECK,
        ),
        (errors.DisabledRepoError, f"The Hub has disabled the dataset {name!r}.", "Choose another one."),
        (
            errors.HfHubHTTPError,
            "The Hub does not accept the access token of this machine."
            if status == 401
            else f"The Hub refused {name!r}: {reason_of(error)}.",
            "Log in again with `hf auth login`, or remove HF_TOKEN." if status == 401 else "Try again later.",
        ),
    )
    message, hint = next((said, hint) for kind, said, hint in known if isinstance(error, kind))
    return SamplesError(message, hint=hint)


def _gated(place: HubPlace) -> SamplesError:
    return SamplesError(
        f"The dataset {place.repository!r} is gated, and this account has no access to it.",
        hint=f"Accept its conditions at hf.co/datasets/{place.repository}, then log in with `hf auth login`.",
    )


def _by_cause(place: HubPlace, error: Exception) -> SamplesError:
    """Explain an error of the library: its class and its words tell the cause, or those of its cause."""
    from huggingface_hub import errors  # noqa: PLC0415 - the same

    away = (errors.OfflineModeIsEnabled, errors.HTTPError, ConnectionError)  # type: ignore[attr-defined]
    for cause in (error, error.__cause__, error.__context__):
        if isinstance(cause, errors.HfHubHTTPError):
            return _refused(place, cause)
        if isinstance(cause, away):
            return _unreachable(place)
    if "gated" in str(error):
        return _gated(place)
    if "scripts are no longer supported" in str(error):
        return refuse_script(place)
    return _by_class(place, error)


def _by_class(place: HubPlace, error: Exception) -> SamplesError:
    kind, name = type(error).__name__, place.repository
    if kind == "DatasetNotFoundError":
        return SamplesError(f"There is no dataset {name!r} on the Hub, or it is private.", hint=CHECK)
    if kind in {"EmptyDatasetError", "DataFilesNotFoundError"}:
        return SamplesError(
            f"The dataset {name!r} holds no files that can be read as samples.",
            hint="Download the repository and arrange its files as a folder of samples.",
        )
    return SamplesError(
        f"The dataset {name!r} cannot be read: {reason_of(error)}.",
        hint="Download the repository, and name its folder or one of its tables.",
    )


def refuse_script(place: HubPlace) -> SamplesError:
    """Make the error of a dataset that a program in its repository makes."""
    converted = HubPlace(place.repository, CONVERTED, place.config)
    return SamplesError(
        f"The dataset {place.repository!r} is made by a program in its repository, which is never run here.",
        hint=f"The Hub may have converted it: try {converted}.",
    )
