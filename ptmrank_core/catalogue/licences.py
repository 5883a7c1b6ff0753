"""Licences by the conditions that they set; not legal advice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

__all__ = ["LICENCE_CLASSES", "LicenceClass", "licence_class"]

LicenceClass: TypeAlias = Literal["permissive", "copyleft", "non-commercial", "other", "unknown"]
LICENCE_CLASSES: tuple[LicenceClass, ...] = (
    "permissive",
    "copyleft",
    "non-commercial",
    "other",
    "unknown",
)
# The Hub's licence tags. Tags in none of these lists have special conditions (openrail, llama, gemma, ...).
_PERMISSIVE = (
    "afl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc-by-2.0 "
    "cc-by-2.5 cc-by-3.0 cc-by-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 ecl-2.0 isc mit ms-pl "
    "ncsa odc-by ofl-1.1 pddl postgresql unlicense wtfpl zlib"
)
_COPYLEFT = (
    "agpl-3.0 cc-by-sa-3.0 cc-by-sa-4.0 cdla-sharing-1.0 epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 gfdl gpl gpl-2.0 "
    "gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 lgpl-lr mpl-2.0 odbl osl-3.0"
)
_NON_COMMERCIAL = (
    "apple-amlr cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 "
    "cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 fair-noncommercial-research-license intel-research"
)
_STRICTEST_FIRST: tuple[LicenceClass, ...] = (
    "non-commercial",
    "copyleft",
    "other",
    "unknown",
    "permissive",
)
_BY_TAG: Mapping[str, LicenceClass] = MappingProxyType(
    {
        **dict.fromkeys(_PERMISSIVE.split(), "permissive"),
        **dict.fromkeys(_COPYLEFT.split(), "copyleft"),
        **dict.fromkeys(_NON_COMMERCIAL.split(), "non-commercial"),
        "unknown": "unknown",
    }
)


def licence_class(licence: str | None) -> LicenceClass:
    """Return the class of a licence tag.

    Parameters
    ----------
    licence
        A licence tag as the Hub writes it, or several separated by commas; ``None`` if unknown.

    Returns
    -------
    LicenceClass
        ``"other"`` for a tag with special conditions, ``"unknown"`` where there is no tag; the strictest
        class of several tags.
    """
    tags = [tag.strip().lower() for tag in (licence or "").split(",") if tag.strip()]
    classes = {_BY_TAG.get(tag, "other") for tag in tags}
    return next((kind for kind in _STRICTEST_FIRST if kind in classes), "unknown")
