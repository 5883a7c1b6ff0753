"""What is said of a metric's agreement with fine-tuning: by situation, with the tables that it rests on."""

from __future__ import annotations

from ptmrank_core import reports
from ptmrank_core.metrics import METRICS, standard_metrics
from ptmrank_core.metrics.agreements import say_agreement, shared_regimes
from ptmrank_core.records import PriorAgreement, PublishedAgreement

PUBLISHED = PublishedAgreement(0.5, 11, 10, "arXiv:2207.03036")
AUTHORS = PublishedAgreement(0.8, 4, 4, "arXiv:2106.09362")
PRIOR = PriorAgreement(
    tuned={"a": 0.6, "b": 0.8}, few={"a": 0.2}, published=(PUBLISHED,), by_authors=(AUTHORS,)
)


def test_an_agreement_is_said_with_its_situations_and_sources() -> None:
    """Situations that rest on the same sets are named together; what does not count is said not to."""
    assert say_agreement(PRIOR) == (
        "Agreement with fine-tuning (weighted tau) +0.63, give or take 0.15, on 13 sets: many samples, models"
        " of unlike size, source near the target +0.70; few samples for the width +0.20; models of like size"
        " +0.50. Published tables: +0.50 on 11 sets x 10 models (arXiv:2207.03036). By its authors, not"
        " counted: +0.80 on 4 sets x 4 models (arXiv:2106.09362)."
    )


def test_a_set_that_only_a_probe_judged_is_told() -> None:
    """It counts in part, and a single value has no spread."""
    said = say_agreement(PriorAgreement(probed={"a": 0.5}))
    assert said.startswith("Agreement with fine-tuning (weighted tau) +0.37, on 1 set (1 of them judged by")


def test_nothing_measured_is_said() -> None:
    """A metric without a record, and one that only its authors compared."""
    assert say_agreement(PriorAgreement()) == "Never compared with fine-tuning."
    assert say_agreement(PriorAgreement(by_authors=(AUTHORS,))) == (
        "Compared with fine-tuning by its authors alone, which does not count: +0.80 on 4 sets x 4 models"
        " (arXiv:2106.09362)."
    )


def test_situations_are_shared_only_where_every_metric_agrees() -> None:
    """One metric with other sets of a situation separates it for all."""
    near = ["many samples", "models of unlike size", "source near the target"]
    assert near in shared_regimes([PRIOR])
    empty = ["few samples for the width", "models of like size", "source far from the target"]
    assert shared_regimes([PriorAgreement(tuned={"a": 0.5})]) == [near, empty]
    assert ["models of like size"] in shared_regimes([PriorAgreement(tuned={"a": 0.5}), PRIOR])


def test_every_list_of_metrics_cites_the_published_tables() -> None:
    """The text, the Markdown and the JSON name each source of each metric; a variant has none of its own."""
    text, table, payload = reports.metrics_text(), reports.metrics_markdown(), reports.metrics_payload()
    rows = {line.split("|")[1].strip(): line for line in table.partition("## Agreement")[2].splitlines()[9:]}
    for name in standard_metrics():
        prior = METRICS[name].prior_agreement
        assert say_agreement(prior) in text
        assert all(source in rows[f"`{name}`"] for source in prior.sources)
        assert [own["source"] for own in payload[name]["agreement"]["published"]] == list(prior.sources)
        assert payload[name]["agreement"]["tuned"] == dict(prior.tuned)
    assert any(METRICS[name].prior_agreement.sources for name in standard_metrics())
    assert payload["logme:thuml"]["agreement"] is None
