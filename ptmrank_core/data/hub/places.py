"""Names of datasets on the Hub: ``hf:owner/name``, with a revision and a configuration, or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ptmrank_core.errors import SamplesError

__all__ = ["HUB_PREFIX", "HubPlace", "is_hub_place", "read_place"]

HUB_PREFIX = "hf:"
EXPECTED = "Expected hf:owner/name, hf:owner/name:configuration or hf:owner/name@revision:configuration."
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?")
REVISION = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class HubPlace:
    """A dataset on the Hub.

    Parameters
    ----------
    repository
        ``owner/name``.
    revision
        A branch, a tag or a commit; ``None`` for the head of the main branch.
    config
        A configuration (subset); ``None`` for the only one, or the default.
    """

    repository: str
    revision: str | None = None
    config: str | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, which never changes."""
        return self.revision is not None and COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        revision = f"@{self.revision}" if self.revision else ""
        return f"{HUB_PREFIX}{self.repository}{revision}{f':{self.config}' if self.config else ''}"


def is_hub_place(source: str) -> bool:
    """Whether a source is named as a dataset on the Hub, rather than a path.

    Parameters
    ----------
    source
        ``"hf:owner/name"``, the address of a dataset's page, or ``"datasets/owner/name"`` where there is no
        such path.
    """
    if source.startswith((HUB_PREFIX, "http://", "https://")):
        return True
    return bool(re.fullmatch(r"datasets/[^/\\]+/[^/\\]+/?", source)) and not Path(source).exists()


def read_place(source: str) -> HubPlace:
    """Read the name of a dataset on the Hub.

    Parameters
    ----------
    source
        As ``is_hub_place`` takes it.

    Raises
    ------
    SamplesError
        If it cannot be the name of a dataset.
    """
    if source.startswith(("http://", "https://")):
        return _read_address(source)
    rest = source.removeprefix(HUB_PREFIX).removeprefix("//").strip("/")
    named, _, config = rest.removeprefix("datasets/").partition(":")
    repository, _, revision = named.partition("@")
    return _check(source, HubPlace(repository, revision or None, config or None))


def _read_address(source: str) -> HubPlace:
    """Read the address of a dataset's page, of its viewer or of its files at a revision."""
    parts = [unquote(part) for part in urlsplit(source).path.split("/") if part]
    if parts[:1] != ["datasets"] or len(parts) < 2:
        raise SamplesError(
            f"{source!r} is not the address of a dataset on the Hub.",
            hint=f"Its page has /datasets/owner/name in its address. {EXPECTED}",
        )
    rest = parts[1:]
    n_named = 1 if len(rest) == 1 or rest[1] in {"viewer", "tree", "blob", "resolve"} else 2
    repository, more = "/".join(rest[:n_named]), rest[n_named:]
    is_version = more[:1] and more[0] in {"tree", "blob", "resolve"}
    revision = more[1] if is_version and len(more) > 1 and more[1] != "main" else None
    config = more[1] if more[:1] == ["viewer"] and len(more) > 1 else None
    return _check(source, HubPlace(repository, revision, config))


def _check(source: str, place: HubPlace) -> HubPlace:
    """Refuse what cannot be a name."""
    is_named = REPOSITORY.fullmatch(place.repository) and ".." not in place.repository
    has_revision = place.revision is None or (
        REVISION.fullmatch(place.revision) and ".." not in place.revision
    )
    if not is_named or not has_revision:
        raise SamplesError(f"{source!r} cannot be the name of a dataset on the Hub.", hint=EXPECTED)
    return place
