"""Errors on their way from the model process: ours come back as themselves, others under their own name."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from ptmrank_core import errors
from ptmrank_core.errors import InputField, PTMRankError
from ptmrank_core.records.names import reason_of

__all__ = ["CarriedError", "ForeignError", "carry", "restore"]

# A foreign exception stays a kind of these, so that whoever catches one of them still does.
KNOWN_BASES = {
    base.__name__: base
    for base in (
        ArithmeticError,
        AttributeError,
        ImportError,
        LookupError,
        MemoryError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
        Exception,
    )
}


@dataclass(frozen=True, slots=True)
class CarriedError:
    """An exception as the model process sends it.

    Parameters
    ----------
    name
        Its class.
    base
        The class of ours, or the built-in class, that it is or is derived from.
    message, hint, fields
        As in :class:`~ptmrank_core.errors.PTMRankError`; a foreign exception has a message only.
    trace
        The traceback, as text; empty for an error of ours.
    """

    name: str
    base: str
    message: str
    hint: str = ""
    fields: tuple[str, ...] = ()
    trace: str = ""


class ForeignError(Exception):
    """An exception of foreign code in the model process; each has a subclass with the name of its class."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class _RemoteTraceback(Exception):  # noqa: N818 - it is only shown as the cause of another
    """The traceback in the model process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def carry(error: BaseException) -> CarriedError:
    """Describe an exception so that :func:`restore` can raise it in another process."""
    ancestry = [base.__name__ for base in type(error).__mro__]
    if isinstance(error, PTMRankError):
        base = next(name for name in ancestry if hasattr(errors, name))
        fields = tuple(field.value for field in error.fields)
        return CarriedError(ancestry[0], base, error.message, error.hint, fields)
    base = next((name for name in ancestry if name in KNOWN_BASES), "Exception")
    trace = "".join(traceback.format_exception(error))
    return CarriedError(ancestry[0], base, reason_of(error), trace=trace)


def restore(carried: CarriedError) -> BaseException:
    """Return the exception that was carried: an error of ours, or one of the same name."""
    if not carried.trace:
        ours: type[PTMRankError] = getattr(errors, carried.base)
        error = ours.__new__(ours)  # not every class takes a message
        fields = [InputField(field) for field in carried.fields]
        PTMRankError.__init__(error, carried.message, hint=carried.hint, fields=fields)
        return error
    base = KNOWN_BASES[carried.base]
    bases = (ForeignError,) if base is Exception else (ForeignError, base)
    foreign: Exception = type(carried.name, bases, {"__module__": __name__})(carried.message)
    foreign.__cause__ = _RemoteTraceback(carried.trace)
    return foreign
