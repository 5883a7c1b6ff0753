"""Translation of the Hub client's errors, each with what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.errors import DownloadError, GatedModelError, ModelError, ModelNotFoundError
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.names import reason_of

__all__ = ["explained", "is_unreachable"]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}
TRY_AGAIN = "Check the network and start the run again: complete files are not downloaded again."


def is_unreachable(error: Exception) -> bool:
    """Whether an error means that the Hub cannot be reached, so that a local copy may be used."""
    from huggingface_hub import errors  # noqa: PLC0415 - only Hub models need it

    if isinstance(error, errors.HfHubHTTPError):
        return error.response.status_code >= 500
    return isinstance(error, (errors.OfflineModeIsEnabled, errors.HTTPError))  # type: ignore[attr-defined]


@contextmanager
def explained(spec: ModelSpec) -> Iterator[None]:
    """Translate the errors of the Hub's client within a ``with`` block.

    Raises
    ------
    GatedModelError, ModelNotFoundError
        If the model does not exist or is not accessible.
    DownloadError
        If the connection fails or the disk is full.
    """
    from huggingface_hub import errors  # noqa: PLC0415

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _refused(spec, error) from error
    except errors.HFValidationError as error:
        raise ModelNotFoundError(f"{spec.id!r} cannot be the id of a model: {error}") from error
    except (
        errors.LocalEntryNotFoundError
    ) as error:  # the client raises it for a file that it could not request
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
    """Explain an error response of the Hub."""
    from huggingface_hub import errors  # noqa: PLC0415

    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.GatedRepoError):  # a subclass of RepositoryNotFoundError, so checked first
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
        return ModelNotFoundError(f"The Hub has disabled {spec.id!r}.", hint="Choose another model.")
    return _by_status(spec, error, status)


def _by_status(spec: ModelSpec, error: Exception, status: int) -> ModelError:
    """Explain an error response without an error class of the client."""
    if status == 401:
        return GatedModelError(
            "The Hub does not accept the access token of this machine.",
            hint="Log in again with `hf auth login`, or remove HF_TOKEN.",
        )
    if status == 429:
        return DownloadError(
            f"Too many requests to the Hub ({spec.id!r}).",
            hint="Wait a few minutes and start the run again; after `hf auth login` more are allowed.",
        )
    if status >= 500:
        return DownloadError(f"The Hub has a problem (status {status}, {spec.id!r}).", hint=TRY_AGAIN)
    return ModelNotFoundError(f"The Hub refused {spec.id!r}: {reason_of(error)}.", hint="Try again later.")


def _gated(spec: ModelSpec, status: int) -> GatedModelError:
    """Distinguish a missing login from missing access."""
    if status == 401:
        return GatedModelError(
            f"{spec.id!r} is gated, and nobody is logged in here.",
            hint=f"Accept its conditions at hf.co/{spec.id.partition('@')[0]}, then log in with "
            "`hf auth login`.",
        )
    return GatedModelError(
        f"{spec.id!r} is gated, and this account has no access to it.",
        hint=f"Accept its conditions at hf.co/{spec.id.partition('@')[0]}; some owners approve each request "
        "themselves.",
    )


def _broken(spec: ModelSpec, error: BaseException) -> DownloadError:
    return DownloadError(
        f"The connection broke while {spec.id!r} was downloaded: {reason_of(error)}.", hint=TRY_AGAIN
    )


def _not_kept(spec: ModelSpec, error: OSError) -> DownloadError:
    """Explain why a file could not be stored."""
    from huggingface_hub import constants  # noqa: PLC0415

    cache = constants.HF_HUB_CACHE
    if error.errno in NO_ROOM:
        return DownloadError(
            f"The disk is full: {spec.id!r} does not fit into {cache}.",
            hint="Free some space, or set HF_HOME to a folder on another disk.",
        )
    if error.errno in NO_PERMISSION:
        return DownloadError(
            f"{spec.id!r} cannot be stored: the Hub cache {cache} is not writable ({error.strerror}).",
            hint="Set HF_HOME to a writable folder.",
        )
    return DownloadError(f"The files of {spec.id!r} are incomplete: {reason_of(error)}.", hint=TRY_AGAIN)
