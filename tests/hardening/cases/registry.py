"""All named cases that need no torch."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hardening.cases import archives, arrays, tables
from tests.hardening.cases.case import Case

__all__ = ["CASES"]

CASES: Mapping[str, Case] = {
    case.name: case for module in (tables, archives, arrays) for case in module.CASES
}
