"""The Hub's search: models of a task category by their current downloads. Needs the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.table import known_candidate
from ptmrank_core.catalogue.tasks.kinds import TaskCategory
from ptmrank_core.errors import DownloadError
from ptmrank_core.records.names import reason_of

__all__ = ["search_hub"]

ANSWER_SECONDS = 20.0  # the client has no timeout
ASKED = ["config", "downloads", "gated", "library_name", "safetensors", "tags"]
BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
LICENCE_TAG = "license:"
ELSEWHERE = (
    "Use the shipped catalogue, a PeaTMOSS database, a mapping.json or a folder: they need no network."
)


def search_hub(task: TaskCategory, *, search: str = "", limit: int = 50) -> list[Candidate]:
    """Search the Hub for models of a task category.

    Parameters
    ----------
    task
        The category; one that the Hub has since merged into another is searched by its tag.
    search
        Text that must occur in the id; empty for any.
    limit
        Maximum number of models.

    Returns
    -------
    list of Candidate
        By downloads in the last month, with the facts of the shipped table where it has them.

    Raises
    ------
    DownloadError
        If the Hub cannot be reached, or refuses.
    """
    from huggingface_hub import HfApi, get_session  # noqa: PLC0415 - only the Hub's models need it

    hub, is_joined = HfApi(), task.hub_name is not None
    with _asked():
        get_session().head(hub.endpoint)  # fails fast: the search itself would be retried for half a minute
        entries = list(
            hub.list_models(
                pipeline_tag=None if is_joined else task.name,
                filter=[task.name] if is_joined else None,
                search=search.strip() or None,
                sort="downloads",
                limit=limit,
                expand=ASKED,  # type: ignore[arg-type] # a list of literals
            )
        )
    today = datetime.now(UTC).strftime("%Y-%m")
    return [_candidate(info, task, today) for info in entries]


@contextmanager
def _asked() -> Iterator[None]:
    """Limit the time to answer, and translate the client's errors."""
    from huggingface_hub import errors, get_session  # noqa: PLC0415

    try:
        client = get_session()
        before, client.timeout = client.timeout, ANSWER_SECONDS
        try:
            yield
        finally:
            client.timeout = before
    except errors.OfflineModeIsEnabled as error:
        raise DownloadError("The Hub's client is offline (HF_HUB_OFFLINE).", hint=ELSEWHERE) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise DownloadError(
            f"The Hub did not answer the search (status {status}).", hint=ELSEWHERE
        ) from error
    except errors.HTTPError as error:  # type: ignore[attr-defined]
        raise DownloadError(f"The Hub cannot be reached: {reason_of(error)}.", hint=ELSEWHERE) from error


def _candidate(info: Any, task: TaskCategory, today: str) -> Candidate:
    """Make a candidate from an entry of the Hub's list."""
    tags = list(info.tags or ())
    counts = dict(getattr(info.safetensors, "parameters", None) or {})
    licences = [tag.removeprefix(LICENCE_TAG) for tag in tags if tag.startswith(LICENCE_TAG)]
    listed = Candidate(
        id=info.id,
        modality=task.modality,
        tasks=(task.name,),
        model_type=(info.config or {}).get("model_type"),
        loader=info.library_name,
        n_parameters=sum(counts.values()) or None,
        licence=", ".join(licences) or None,
    )
    known = known_candidate(info.id)
    base = listed if known is None else replace(known, id=info.id)
    return replace(
        base,
        n_parameters=listed.n_parameters or base.n_parameters,
        licence=listed.licence or base.licence,
        is_gated=bool(info.gated),
        downloads=info.downloads,
        downloads_of=None if info.downloads is None else today,
        has_safetensors=info.safetensors is not None or "safetensors" in tags,
        size_bytes=sum(count * BYTES.get(dtype, 4) for dtype, count in counts.items()) or None,
    )
