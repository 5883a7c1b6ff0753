"""The table of pieces: where each function is, and what its results depend on besides its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ptmrank_core.pieces.found import ListedScores, SeedValues
from ptmrank_core.records import ClassDistances, Neighbourhoods, ProbeResult, ProjectedEmbeddings

__all__ = ["PIECES", "PieceFunction"]


@dataclass(frozen=True, slots=True)
class PieceFunction:
    """A function of arrays and parameters that returns :class:`~ptmrank_core.pieces.Found`.

    Parameters
    ----------
    module, name
        Where it is; the module is imported where the function is called first.
    doing
        What happens to the model meanwhile, for a sentence that begins with "while".
    version
        Raise it whenever the same arguments can give another result: results that are kept are then no longer
        found.
    result
        Record of its results.
    packages
        Installed packages whose version can change a result; NumPy and SciPy always are among them.
    imports
        Modules that the function imports late and whose threads have to be bounded: imported before it runs.
    """

    module: str
    name: str
    doing: str
    version: int
    result: type[Any]
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


_HERE = "ptmrank_core.pieces"
PIECES: Mapping[str, PieceFunction] = MappingProxyType(
    {
        "parts": PieceFunction(
            f"{_HERE}.scores", "score_parts_of", "parts of the samples were being scored", 1, ListedScores
        ),
        "subsets": PieceFunction(
            f"{_HERE}.scores", "score_subsets", "fewer samples were being scored", 1, ListedScores
        ),
        "permuted": PieceFunction(
            f"{_HERE}.scores", "score_permuted", "permuted labels were being scored", 1, ListedScores
        ),
        "seeds": PieceFunction(
            f"{_HERE}.scores", "score_seeds", "further seeds were being scored", 1, SeedValues
        ),
        "probe": PieceFunction(
            f"{_HERE}.probe",
            "probe_features",
            "it was being probed",
            1,
            ProbeResult,
            packages=("scikit-learn",),
        ),
        "neighbours": PieceFunction(
            f"{_HERE}.geometry", "find_neighbours", "neighbours were being found", 1, Neighbourhoods
        ),
        "separability": PieceFunction(
            f"{_HERE}.geometry", "separate", "its classes were being compared", 1, ClassDistances
        ),
        "projection": PieceFunction(
            f"{_HERE}.geometry",
            "project",
            "its features were being projected",
            1,
            ProjectedEmbeddings,
            packages=("scikit-learn", "umap-learn"),
            imports=("sklearn.manifold",),
        ),
    }
)
