"""Names of models as people copy them -> ids of the Hub, and names that tell folders apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from ptmrank_core.catalogue.formats.table import format_of
from ptmrank_core.errors import InputError
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.names import printable

__all__ = ["hub_id", "named_apart"]

# As timm and open_clip write an id of the Hub.
_PREFIX = re.compile(r"(hf-hub|hf_hub|hf):(?!/)", re.IGNORECASE)
# As it stands in the address line of a browser: a model's page, or that of one of its revisions or files.
_ADDRESS = re.compile(
    r"((https?://)?(www\.)?(huggingface\.co|hf\.co)/|hf://)(?P<path>[^?#]+)([?#].*)?", re.IGNORECASE
)
_OF_REVISION = frozenset({"tree", "blob", "resolve", "raw", "commit", "commits"})
_OF_MODEL = frozenset({*_OF_REVISION, "discussions", "edit"})
_NO_MODEL = frozenset({"api", "datasets", "spaces", "collections", "papers", "docs", "models"})
# What of a repository belongs to the model at its top: its files, shards of its weights, and modules.
_PART_OF_MODEL = re.compile(
    r"\d+_\w+(/.*)?|[^/]+\.(json|txt|md|py|jinja)|([^/]+[.-])?\d+-of-\d+(\.safetensors)?|model\.safetensors",
    re.IGNORECASE,
)


def hub_id(name: str) -> str:
    """Return the id of the Hub that a name means: ``org/name`` or ``org/name@revision``.

    Parameters
    ----------
    name
        An id; an id after ``hf-hub:``, as timm and open_clip write it; or the address of a model's page or of
        one of its files.

    Returns
    -------
    str
        Any other name is returned unchanged, but for a slash at its end.

    Raises
    ------
    InputError
        If an address leads to a folder or a file of a repository that is not the model at its top.
    """
    name = _PREFIX.sub("", name.strip(), count=1)
    match = _ADDRESS.fullmatch(name)
    if match is None:
        return name.rstrip("/") or name
    parts = [part for part in match["path"].split("/") if part]
    if not parts or parts[0] in _NO_MODEL:
        return name
    # A model of the first days has no owner: the page of a revision stands right after its name.
    n_parts = 1 if len(parts) == 1 or parts[1] in _OF_MODEL else 2
    model, rest = "/".join(parts[:n_parts]).removesuffix(".git"), parts[n_parts:]
    if len(rest) < 2 or rest[0] not in _OF_REVISION or "@" in model:
        return model
    n_revision = 3 if rest[1] == "refs" else 1  # refs/pr/1
    _refuse_other_part(name, model, unquote("/".join(rest[1 + n_revision :])))
    revision = unquote("/".join(rest[1 : 1 + n_revision]))
    return model if revision == "main" else f"{model}@{revision}"


def _refuse_other_part(address: str, model: str, part: str) -> None:
    """Refuse the address of a folder or a file that is no part of the model at the top of a repository."""
    if not part or _PART_OF_MODEL.fullmatch(part):
        return
    known = format_of(part)
    words = f" ({known.words})" if known is not None else ""
    raise InputError(
        f"{address!r} leads to {part!r} of {model}{words}; only the model at the top of a repository "
        "is read.",
        hint=f"Give {model} for that model; or download the part, and give its folder if it holds "
        "config.json and model.safetensors.",
    )


def named_apart(specs: Sequence[ModelSpec]) -> list[ModelSpec]:
    """Put the names of parent folders before the ids of models that share one, until all differ.

    Parameters
    ----------
    specs
        Candidates; the same folder may be among them twice, and stays.

    Returns
    -------
    list of ModelSpec
        In the same order. Ids stay equal where folders cannot tell the models apart.
    """
    unique = {(spec.id, spec.source, spec.path): spec for spec in specs}
    names = {key: spec.id for key, spec in unique.items()}
    parents = {
        key: list(reversed(Path(spec.path).parent.parts))
        for key, spec in unique.items()
        if spec.source == "local" and spec.path and printable(Path(spec.path).name) == spec.id
    }
    while True:
        counts = Counter(names.values())
        shared = [key for key, left in parents.items() if counts[names[key]] > 1 and left]
        if not shared:
            break
        for key in shared:
            names[key] = f"{parents[key].pop(0)}/{names[key]}"
    return [replace(spec, id=names[spec.id, spec.source, spec.path]) for spec in specs]
