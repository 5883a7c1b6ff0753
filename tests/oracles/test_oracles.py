"""Every name of the registry against its second opinion, on every kind of samples."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from tests.oracles import emms, etran, gbc, hscore, leep, logme, nce, nleep, pactran, ped, sfda, transrate, wdje
from tests.oracles.cases import CASES
from tests.oracles.common import Array, one_hot

Given = dict[str, Any]


@dataclass(frozen=True)
class Opinion:
    """A definition, how closely the product has to agree, relative and absolute, and why not more closely."""

    value: Callable[[Given], float]
    rel: float
    why: str
    absolute: float = 1e-12


def _fit(function: Callable[..., float], *options: Any, **named: Any) -> Callable[[Given], float]:
    """Let a definition of features and labels read the arrays."""
    return lambda given: function(given["embeddings"], given["labels"], *options, **named)


def _probs(given: Given) -> Array:
    return np.asarray(softmax(given["source_logits"], axis=1))


def _pushed(given: Given) -> Array:
    return ped.push(given["embeddings"], given["labels"], given["reference_embeddings"])[0]


def _wdje(given: Given, m: float | None = None) -> float:
    hot = one_hot(given["labels"])
    width = max(hot.shape[1], given["source_labels"].shape[1])
    theirs, ours = (np.pad(y, ((0, 0), (0, width - y.shape[1]))) for y in (given["source_labels"], hot))
    return wdje.wdje(
        (given["source_embeddings"], given["embeddings"]),
        (theirs, ours),
        (given["source_error"], given["target_error"]),
        m=math.log(hot.shape[1]) if m is None else m,
        lip=wdje.lipschitz(wdje.unit_rows(given["embeddings"]), hot.shape[1]),
    )


ROUNDING = "sums in another order"
SMALL_DIRECTIONS = "a Gram matrix halves the digits of the smallest directions"
INVERSE = "an explicit inverse loses the digits of the condition number"
MIXTURE = "rounds of expectation maximisation amplify the rounding of the coordinates, and stop at 1e-3"
OPTIMUM = "the product stops at a gradient of 2e-8, and its flatness is linear in what is left"
PROGRAMME = "the linear programme is solved to 1e-7 in its constraints"

OPINIONS = {
    "logme": Opinion(_fit(lambda f, y: logme.logme(f, one_hot(y))), 1e-8, SMALL_DIRECTIONS),
    "logme:thuml": Opinion(_fit(lambda f, y: logme.logme(f, one_hot(y), published=True)), 1e-8, SMALL_DIRECTIONS),
    "leep": Opinion(lambda given: leep.leep(_probs(given), given["labels"]), 1e-12, ROUNDING),
    "nleep": Opinion(_fit(nleep.nleep, "full"), 1e-6, MIXTURE),
    "nleep:spherical": Opinion(_fit(nleep.nleep, "spherical"), 1e-6, MIXTURE),
    "nce": Opinion(lambda given: nce.nce(given["source_logits"], given["labels"]), 1e-12, ROUNDING),
    "pactran": Opinion(_fit(pactran.gaussian), 1e-6, OPTIMUM),
    "pactran:dirichlet": Opinion(
        lambda given: pactran.over_source_classes(_probs(given), given["labels"], "dirichlet"), 1e-9, ROUNDING
    ),
    "pactran:gamma": Opinion(
        lambda given: pactran.over_source_classes(_probs(given), given["labels"], "gamma"), 1e-9, ROUNDING
    ),
    "emms": Opinion(
        lambda given: emms.emms(given["embeddings"], list(given["label_embeddings"][:, given["labels"]])),
        1e-7,
        SMALL_DIRECTIONS,
    ),
    "emms:onehot": Opinion(_fit(lambda f, y: emms.emms(f, [one_hot(y)])), 1e-7, SMALL_DIRECTIONS),
    "wdje": Opinion(lambda given: _wdje(given, math.log(100)), 1e-7, PROGRAMME),
    "wdje:auto": Opinion(_wdje, 1e-7, PROGRAMME),
    "hscore": Opinion(_fit(hscore.hscore), 1e-8, INVERSE),
    "hscore:plain": Opinion(_fit(hscore.hscore_plain), 1e-7, INVERSE),
    "gbc": Opinion(_fit(gbc.gbc, "spherical"), 1e-8, SMALL_DIRECTIONS),
    "gbc:diagonal": Opinion(_fit(gbc.gbc, "diagonal"), 1e-8, SMALL_DIRECTIONS),
    "gbc:fulldet": Opinion(_fit(gbc.gbc, "fulldet"), 1e-8, SMALL_DIRECTIONS),
    "transrate": Opinion(_fit(transrate.transrate, "uniform"), 1e-8, "differences of rates cancel", 1e-8),
    "transrate:prior": Opinion(_fit(transrate.transrate, "prior"), 1e-8, "differences of rates cancel", 1e-8),
    "transrate:trace": Opinion(_fit(transrate.transrate, "trace"), 1e-8, "differences of rates cancel", 1e-8),
    "sfda": Opinion(_fit(lambda f, y: sfda.sfda(f, y).mean_p), 1e-6, INVERSE),
    "sfda:log": Opinion(_fit(lambda f, y: sfda.sfda(f, y).mean_log_p), 1e-6, INVERSE),
    "ped": Opinion(lambda given: sfda.sfda(_pushed(given), given["labels"]).mean_p, 1e-6, INVERSE),
    "ped:logme": Opinion(
        lambda given: logme.logme(_pushed(given), one_hot(given["labels"])), 1e-8, SMALL_DIRECTIONS
    ),
    "etran": Opinion(_fit(etran.nearest_means), 1e-10, ROUNDING),
    "etran:lda": Opinion(_fit(etran.discriminant), 1e-6, INVERSE),
}


def test_every_name_has_a_second_opinion() -> None:
    """No metric and no variant is without one."""
    assert OPINIONS.keys() == METRICS.keys()


def test_a_second_opinion_knows_nothing_of_the_first() -> None:
    """No module of a definition imports the product."""
    folder = Path(__file__).parent
    for path in folder.glob("*.py"):
        if not path.name.startswith("test_"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            modules |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
            assert not any(module.startswith("ptmrank_core") for module in modules), path


@pytest.mark.parametrize(("seed", "unit"), [(0, 0.3), (1, 0.05)])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OPINIONS)
def test_both_agree(name: str, case: str, seed: int, unit: float) -> None:
    """The product's value is that of the definition written out."""
    given = CASES[case].arrays(seed, unit)
    opinion = OPINIONS[name]
    found = compute(name, prepare_inputs(**given)).value
    assert found == pytest.approx(opinion.value(given), rel=opinion.rel, abs=opinion.absolute)
