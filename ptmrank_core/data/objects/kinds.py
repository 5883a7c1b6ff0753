"""What an object is, told by the names of its classes: none of their packages is imported."""

from __future__ import annotations

from typing import Any

__all__ = ["is_a"]


def is_a(thing: Any, package: str, *names: str) -> bool:
    """Whether an object is an instance of a class of a package.

    Parameters
    ----------
    thing
        Any object.
    package
        The top-level package in which the class is defined: ``"pandas"``.
    names
        Names of the class, or of several.
    """
    return any(
        base.__name__ in names and base.__module__.partition(".")[0] == package
        for base in type(thing).__mro__
    )
