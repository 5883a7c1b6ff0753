"""Names in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["name_some", "name_source"]

NAMED = 5
# An upload is kept in a folder that is called by the digest of its content.
UPLOAD = re.compile(r".*[/\\][0-9a-f]{64}(?:[/\\](?P<file>.+))?")


def name_source(source: str) -> str:
    """Name a source in a sentence: an upload by its file, for its folder is nobody's business.

    Parameters
    ----------
    source
        As it is opened.

    Returns
    -------
    str
        Quoted, or ``the upload`` where several files were uploaded; what a user named stays as it was named.
    """
    upload = UPLOAD.fullmatch(source)
    if upload is None:
        return repr(source)
    return repr(upload["file"]) if upload["file"] else "the upload"


def name_some(names: Sequence[str]) -> str:
    """Name the first five of some classes, folders or columns, and say how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more
