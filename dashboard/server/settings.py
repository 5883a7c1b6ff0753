"""Streamlit's settings for the dashboard, which hold wherever it is started from.

Streamlit itself finds them only if it is started in the folder of the repository. Whoever starts it overrides
them: by an option, an environment variable, or settings of their own.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from streamlit import config

from dashboard.server.hosts import Door, own_door
from ptmrank_core.config import load_settings
from ptmrank_core.errors import InputError

__all__ = ["hold_settings", "open_door", "own_settings", "own_variables"]

_FRONT = Path(__file__).resolve().parent.parent
# In an installed package the settings are inside it, in the repository beside it.
PLACES = (_FRONT / "settings" / "config.toml", _FRONT.parent / ".streamlit" / "config.toml")
ADDRESS = "server.address"
HOSTS = "server.allowedHosts"
STEERED_BY = "client.allowedOrigins"
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
UNREAD = (
    "Nothing says which address the dashboard is to listen at, so the whole network would reach it. "
    "Start it with `ptmrank dashboard`, or pass --server.address localhost."
)


@cache
def own_settings() -> Mapping[str, Any]:
    """Read the settings, each under its full name, such as ``server.address``."""
    place = next(place for place in PLACES if place.is_file())
    return dict(_flat(tomllib.loads(place.read_text(encoding="utf-8")), ""))


def _flat(section: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the settings of a section and of the sections within it."""
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def own_variables() -> dict[str, str]:
    """Write each setting as the environment variable that Streamlit reads it from."""
    return {
        f"STREAMLIT_{HUMP.sub('_', name).replace('.', '_').upper()}": _spelled(value)
        for name, value in own_settings().items()
    }


def _spelled(value: Any) -> str:
    """Spell a value as Streamlit reads it from a variable: texts as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def hold_settings() -> None:
    """Set what nobody has set: the server calls this before it answers anyone.

    Raises
    ------
    SystemExit
        If no address was set: the server listens already, and not on this machine alone.
    """
    for name, value in own_settings().items():
        if config.is_manually_set(name):
            continue
        if name == ADDRESS:
            raise SystemExit(UNREAD)
        config.set_option(name, value)


def open_door() -> Door:
    """Read whom the server answers, and tell Streamlit, which has lists of its own.

    One names the pages that may steer this one from around it: by default those of Streamlit's own hosts.

    Raises
    ------
    SystemExit
        If an environment variable has a value that means nothing.
    """
    try:
        door = own_door(load_settings())
    except InputError as error:
        raise SystemExit(str(error)) from None
    if door.names is not None and not config.is_manually_set(HOSTS):
        config.set_option(HOSTS, sorted(name.strip("[]") for name in door.names))
    if not config.is_manually_set(STEERED_BY):
        config.set_option(STEERED_BY, [])
    return door
