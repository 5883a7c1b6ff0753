"""The Hub client's errors as ours, each with what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.errors import DownloadError, GatedModelError, ModelError, ModelNotFoundError
from ptmrank_core.records import ModelSpec

__all__ = ["explained", "is_unreachable"]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}
TRY_AGAIN = "Check the network and start the run again: files that are complete are not fetched twice."


def is_unreachable(error: Exception) -> bool:
    """Whether an error of a look-up means that no Hub answers: a local copy is then as good."""
    from huggingface_hub import errors  # noqa: PLC0415 - only Hub models need it

    if isinstance(error, errors.HfHubHTTPError):
        return error.response.status_code >= 500
    return isinstance(error, (errors.OfflineModeIsEnabled, errors.HTTPError))  # type: ignore[attr-defined]


@contextmanager
def explained(spec: ModelSpec) -> Iterator[None]:
    """Turn the errors of the Hub's client into ours for the time of the block.

    Raises
    ------
    GatedModelError, ModelNotFoundError
        If the Hub does not give the model.
    DownloadError
        If the connection or the disk does not carry it.
    """
    from huggingface_hub import errors  # noqa: PLC0415

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _refused(spec, error) from error
    except errors.HFValidationError as error:
        raise ModelNotFoundError(f"{spec.id!r} cannot be the id of a model: {error}") from error
    except errors.LocalEntryNotFoundError as error:  # the client's word for a file that it could not ask for
        cause = error.__cause__
        if isinstance(cause, errors.HfHubHTTPError):
            raise _refused(spec, cause) from error
        raise _broken(spec, cause or error) from error
    except (errors.OfflineModeIsEnabled, errors.FileMetadataError) as error:
        raise _broken(spec, error) from error
    except errors.HTTPError as error:  # type: ignore[attr-defined]
        raise _broken(spec, error) from error
    except OSError as error:
        raise _not_kept(spec, error) from error


def _refused(spec: ModelSpec, error: Exception) -> ModelError:
    """Explain an answer of the Hub that is no model."""
    from huggingface_hub import errors  # noqa: PLC0415

    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.GatedRepoError):  # a kind of RepositoryNotFoundError: asked first
        return _gated(spec, status)
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelNotFoundError(
            f"{spec.id!r} has no revision {spec.revision!r}.",
            hint="Expected a branch, a tag or a commit of the model's repository.",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ModelNotFoundError(
            f"There is no model {spec.id!r} on the Hub, or it is private.",
            hint="Check the spelling; for a private model log in with `hf auth login`.",
        )
    if isinstance(error, errors.DisabledRepoError):
        return ModelNotFoundError(f"The Hub has closed {spec.id!r}.", hint="Choose another model.")
    return _by_status(spec, error, status)


def _by_status(spec: ModelSpec, error: Exception, status: int) -> ModelError:
    """Explain an answer that has no error class of its own."""
    if status == 401:
        return GatedModelError(
            "The Hub does not accept the access token of this machine.",
            hint="Log in again with `hf auth login`, or remove HF_TOKEN.",
        )
    if status == 429:
        return DownloadError(
            f"The Hub asks for a pause: too many requests ({spec.id!r}).",
            hint="Wait some minutes and start the run again; with `hf auth login` more requests are allowed.",
        )
    if status >= 500:
        return DownloadError(f"The Hub is out of order (status {status}, {spec.id!r}).", hint=TRY_AGAIN)
    return ModelNotFoundError(f"The Hub did not give {spec.id!r}: {_line(error)}", hint="Try again later.")


def _gated(spec: ModelSpec, status: int) -> GatedModelError:
    """Tell a missing login from a missing licence."""
    if status == 401:
        return GatedModelError(
            f"{spec.id!r} is gated, and nobody is logged in here.",
            hint=f"Accept its conditions at hf.co/{spec.id.partition('@')[0]}, then log in with "
            "`hf auth login`.",
        )
    return GatedModelError(
        f"{spec.id!r} is gated, and this account has no access to it.",
        hint=f"Accept its conditions at hf.co/{spec.id.partition('@')[0]}; some models' owners answer each "
        "request.",
    )


def _broken(spec: ModelSpec, error: BaseException) -> DownloadError:
    return DownloadError(
        f"The connection broke while {spec.id!r} was fetched: {_line(error)}", hint=TRY_AGAIN
    )


def _not_kept(spec: ModelSpec, error: OSError) -> DownloadError:
    """Explain why this machine could not keep a file."""
    from huggingface_hub import constants  # noqa: PLC0415

    cache = constants.HF_HUB_CACHE
    if error.errno in NO_ROOM:
        return DownloadError(
            f"The disk is full: {spec.id!r} does not fit into {cache}.",
            hint="Make room, or set HF_HOME to a folder on another disk.",
        )
    if error.errno in NO_PERMISSION:
        return DownloadError(
            f"{spec.id!r} cannot be kept: the Hub cache {cache} cannot be written ({error.strerror}).",
            hint="Set HF_HOME to a folder that may be written.",
        )
    return DownloadError(f"The files of {spec.id!r} did not arrive whole: {_line(error)}", hint=TRY_AGAIN)


def _line(error: BaseException) -> str:
    """First line of an error's text, or its kind where it has none."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
