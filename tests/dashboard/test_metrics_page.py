"""The metrics page: cards, what does not apply and why, ready-made choices, and the start of a run."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.choice import choice_of
from ptmrank_core.benchmark import coverage_of_metrics, quick_metrics
from ptmrank_core.metrics import (
    METRIC_PRESETS,
    METRICS,
    default_metrics,
    evidence_metrics,
    standard_metrics,
)
from tests.dashboard.reading import buttons, open_page, primary, texts


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The page with the demo's pictures and its zoo."""
    app.run()
    app.button(key="own").click().run()
    app.button(key="digits").click().run()
    open_page(app, "metrics")
    return app


def ticked(app: AppTest) -> set[str]:
    """Metrics whose card is ticked."""
    return {(box.key or "").removeprefix("use-") for box in app.checkbox if box.value}


def test_without_samples_the_page_leads_to_them(app: AppTest) -> None:
    """Which metrics apply is not known yet, and the page says what comes first."""
    open_page(app, "metrics")
    assert "Choose samples first" in app.info[0].value
    assert primary(app) == ["Choose samples"]
    app.button(key="to-samples").click().run()
    assert app.title[0].value == "Samples"


def test_every_metric_has_a_card(page: AppTest) -> None:
    """Idea, needs, cost, use and failure of every metric; the quick ones are ticked, and one click starts."""
    said = texts(page)
    for name in default_metrics():
        spec = METRICS[name]
        assert f"{spec.idea} :" in said
        assert f"**Not to be trusted when** {spec.fails_when[0].lower()}{spec.fails_when[1:]}" in said
        use_when = spec.traits.use_when
        assert f"**Use it when** {use_when[0].lower()}{use_when[1:]}" in said
        assert f"about {spec.measured_seconds:.2g} s a model" in said
    assert [box.label for box in page.checkbox] == [
        f"**{METRICS[name].title}**" for name in default_metrics()
    ]
    assert ticked(page) == set(quick_metrics()) & set(default_metrics())
    assert primary(page) == ["Rank them"]
    assert "**11 models and 2 controls × 12 metrics on 600 samples**" in said


def test_presets_tick_the_cards(page: AppTest) -> None:
    """Each ready-made choice ticks its metrics; what is unticked then stays so on the way to and fro."""
    for name, preset in METRIC_PRESETS.items():
        page.button(key=f"preset-{name}").click().run()
        assert not page.exception
        assert ticked(page) == set(preset.metrics) & set(default_metrics())
    page.button(key="preset-proven").click().run()
    page.checkbox(key="use-logme").uncheck().run()
    page.multiselect(key="evidence").set_value([]).run()
    left = (set(METRIC_PRESETS["proven"].metrics) & set(default_metrics())) - {"logme"}
    assert ticked(page) == left
    open_page(page, "candidates")
    assert f"11 models and 2 controls × {len(left)} metric" in texts(page)
    open_page(page, "metrics")
    assert ticked(page) == left
    for metric in left:
        page.checkbox(key=f"use-{metric}").uncheck().run()
    page.multiselect(key="evidence").set_value([]).run()
    assert page.button(key="rank").disabled


def test_what_does_not_apply_is_grey_with_its_reason(app: AppTest) -> None:
    """For numbers to predict the metrics of classes cannot be ticked, and say why."""
    app.run()
    app.button(key="own").click().run()
    app.segmented_control(key="way").set_value("Features I have already").run()
    rows = "\n".join(f"{i},{i * i % 7}.5,{i / 3}" for i in range(40))
    table = f"a,b,score\n{rows}\n".encode()
    app.file_uploader[0].set_value([("own.csv", table, "")]).run()
    assert not app.exception
    app.button(key="next").click().run()
    assert app.title[0].value == "Metrics"
    off = {(box.key or "").removeprefix("off-") for box in app.checkbox if box.disabled}
    assert off == {name for name in default_metrics() if "regression" not in METRICS[name].tasks}
    assert "**Cannot be used here.** LEEP is defined for classification" in texts(app)
    assert ticked(app) <= {"logme", "emms", "etran"}


def test_a_metric_for_some_candidates_says_for_how_many(page: AppTest) -> None:
    """What is known of the candidates before the run is said on the card."""
    choice = choice_of(page.session_state["draft"])
    assert choice is not None
    with_head = sum(spec.n_source_classes is not None for spec in choice.models)
    assert 0 < with_head < len(choice.models)
    assert f"**Applies to {with_head} of 13 candidates.** LEEP needs" in texts(page)


def test_a_wrong_id_is_told_here_too(page: AppTest) -> None:
    """A model that cannot be one ends the page with a way back."""
    open_page(page, "candidates")
    page.text_input(key="own-models").set_value("a/b/c").run()
    open_page(page, "metrics")
    assert "'a/b/c' is neither a folder here nor a Hub id" in page.error[0].value
    assert "rank" not in buttons(page)
    page.button(key="back").click().run()
    assert page.title[0].value == "Candidates"


def test_variants_are_chosen_beside_the_cards(page: AppTest) -> None:
    """They count among the metrics of the run, and are taken out by a preset."""
    page.multiselect(key="variants").set_value(["logme:thuml"]).run()
    assert "× 13 metrics" in texts(page)
    page.button(key="preset-quick").click().run()
    assert "× 12 metrics" in texts(page)
    assert page.multiselect(key="variants").value == []


def test_a_card_leads_to_the_page_of_its_metric(page: AppTest) -> None:
    """The address in the link chooses the metric on the Learn page."""
    links = [link.proto for link in page.get("page_link")]
    assert len(links) == len(default_metrics())
    query = dict(part.split("=") for part in links[8].query_string.split("&"))
    open_page(page, "learn", **query)
    assert page.segmented_control(key="metric").value == default_metrics()[8]


def test_every_metric_was_measured_and_has_a_preset() -> None:
    """Every metric has a measured cost; presets hold default forms alone, the quick one none slow."""
    assert all(METRICS[name].measured_seconds > 0 for name in default_metrics())
    assert all(set(preset.metrics) <= set(standard_metrics()) for preset in METRIC_PRESETS.values())
    assert max(METRICS[name].measured_seconds for name in METRIC_PRESETS["quick"].metrics) < 2
    reach = coverage_of_metrics([], "image", "classification")
    assert all(own.n_reached == own.n_models for own in reach.values())


def test_evidence_beside_the_metrics_is_a_group_of_its_own(page: AppTest) -> None:
    """Simpler measures are offered below the cards, are chosen at first, and count in the run."""
    offered = page.multiselect(key="evidence")
    assert offered.options == [METRICS[name].title for name in evidence_metrics()]
    assert offered.value == list(evidence_metrics())
    offered.set_value(["nearest_mean"]).run()
    assert "× 10 metrics" in texts(page)
    assert METRICS["nearest_mean"].fails_when in texts(page)
    page.button(key="preset-proven").click().run()
    assert page.multiselect(key="evidence").value == [
        name for name in evidence_metrics() if name in METRIC_PRESETS["proven"].metrics
    ]
