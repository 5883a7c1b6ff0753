"""The embeddings section in each of its states."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache
from ptmrank_core.projection import encode_selection, nearest_samples, pca, trustworthiness
from ptmrank_core.records import Analyses, RunPlan
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.dashboard.reading import figures, open_section, parts_of, texts
from tests.ready_made import LABELS, draw_features, save_features

ALL_OF_IT = Analyses(half_samples=0)


def planned(
    settings: Settings, folder: Path, strengths: Sequence[float] = (3.0, 0.5), **arrays: Any
) -> RunPlan:
    """A run of ready-made features; the first model is the best."""
    for index, strength in enumerate(strengths):
        save_features(folder / "f" / f"m{index}.npz", embeddings=draw_features(strength, index), **arrays)
    return stored_features_plan(settings, folder / "f", ("logme", "hscore"), analyses=ALL_OF_IT)


def done(settings: Settings, plan: RunPlan) -> str:
    """Do a run here."""
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id


def points_of(app: AppTest, model: str) -> tuple[list[int], np.ndarray]:
    """The samples that are drawn under a model, and their places in [0, 1]."""
    parts = parts_of(app)
    panel = next(one for one in parts["map"]["panels"] if one["title"] == model)
    points = parts[panel["points"]]
    places = np.frombuffer(base64.b64decode(points["places"]), dtype="<u2").reshape(-1, 2) / 65535
    return np.frombuffer(base64.b64decode(points["rows"]), dtype="<u4").tolist(), places


def panels_of(app: AppTest) -> list[dict[str, Any]]:
    """The panels of the map."""
    return list(parts_of(app)["map"]["panels"])


def shown(app: AppTest, run: str) -> AppTest:
    """The embeddings of a run, reached by clicks."""
    app.run()
    app.button(key=f"open-{run}").click().run()
    open_section(app, "Embeddings")
    return app


def test_models_stand_side_by_side_with_their_trust(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """PCA of both models on one map, every sample by its index; the trust is that of the core."""
    shown(app, done(settings, planned(settings, tmp_path)))
    [pairs] = figures(app)
    features = draw_features(3.0, 0)
    projected = pca(features)
    rows, places = points_of(app, "m0")
    assert rows == list(range(60))
    low, side = projected.points.min(axis=0), np.ptp(projected.points, axis=0)
    np.testing.assert_allclose(places, (projected.points - low) / side, atol=1e-5)
    trust = trustworthiness(features, projected.points)
    assert trust is not None
    first, second = panels_of(app)
    assert [first["title"], second["title"]] == ["m0", "m1"]
    assert first["note"] == f"trustworthiness {trust.value:.3f}"
    shares = [f"{100 * ratio:.0f} %" for ratio in projected.explained_variance_ratio]
    assert [first["x"], first["y"]] == [f"component 1 ({shares[0]})", f"component 2 ({shares[1]})"]
    assert [trace["type"] for trace in pairs["data"]] == ["heatmap", "scatter"] * 2
    assert "Told apart least by" in texts(app)
    assert "UMAP comes with the extra" in app.button_group(key="plane").help


@pytest.mark.parametrize(
    ("method", "title"), [("lda", "discriminant 1"), ("tsne", "t-SNE 1 (perplexity 19.7)")]
)
def test_other_ways_into_the_plane_come_from_the_run(
    app: AppTest, settings: Settings, tmp_path: Path, method: str, title: str
) -> None:
    """LDA and t-SNE are drawn as the worker kept them."""
    shown(app, done(settings, planned(settings, tmp_path)))
    app.segmented_control(key="plane").set_value(method).run()
    assert not app.exception
    assert [panel["x"] for panel in panels_of(app)] == [title, title]


def test_a_named_sample_is_selected_and_has_neighbours(
    app: AppTest, settings: Settings, tmp_path: Path
) -> None:
    """Points are not sent again for it; the map marks it, the gallery and the neighbours follow."""
    shown(app, done(settings, planned(settings, tmp_path)))
    before = parts_of(app)
    app.text_input(key="sample").set_value("8").run()
    assert not app.exception
    after = parts_of(app)
    assert after.pop("map") == before.pop("map") | {"selected": "r8"}
    assert after == before
    near = nearest_samples(draw_features(3.0, 0), 7).rows
    same = int((LABELS[near] == LABELS[7]).sum())
    assert f"**m0**: {same} of 5 have its label" in texts(app)
    tables = [table.value for table in app.dataframe]
    names = list(tables[0]["sample"])
    assert len(names) == 1
    assert all(len(table) == 5 for table in tables[1:3])
    app.text_input(key="sample").set_value("9").run()
    assert not app.exception
    same = int((LABELS[nearest_samples(draw_features(3.0, 0), 8).rows] == LABELS[8]).sum())
    assert f"**m0**: {same} of 5 have its label" in texts(app)
    app.text_input(key="sample").set_value("nowhere").run()
    assert "No sample is called" in texts(app)
    assert parts_of(app)["map"]["selected"] == ""


def test_a_link_shows_the_same(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """Models, way into the plane, classes and sample stand in the address, and are taken from it."""
    run = done(settings, planned(settings, tmp_path))
    address = {
        "run": run,
        "section": "Embeddings",
        "plane": "t-SNE",
        "seen-models": "m1",
        "seen-classes": "2",
    }
    for name, value in (address | {"plane": "t-SNE", "sample": "3"}).items():
        app.query_params[name] = value
    app._page_hash = calc_hash("results")
    app.run()
    assert not app.exception
    [panel] = panels_of(app)
    assert panel["title"] == "m1"
    assert parts_of(app)["map"]["shown"] == [2]
    assert panel["x"].startswith("t-SNE")
    assert "1 sample selected" in texts(app)


def test_what_is_still_computed_says_so(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """PCA is there before the analyses are; t-SNE and the pairs of classes are announced."""
    plan = planned(settings, tmp_path)
    store = RunStore(settings)

    def stop() -> bool:
        return bool(store.findings(plan.run_id))

    run_here(plan.run_id, settings, sources=SOURCES, cancel=stop)
    store.start(plan.run_id, "{}")
    app.run()
    app.button(key=f"open-{plan.run_id}").click().run()
    app.button(key="see").click().run()
    open_section(app, "Embeddings")
    assert len(panels_of(app)) == 2
    assert "Which classes the models tell apart is being computed" in texts(app)
    app.segmented_control(key="plane").set_value("tsne").run()
    assert not app.exception
    assert "t-SNE of m0, m1 is being computed" in texts(app)
    assert "map" not in parts_of(app)


def test_numbers_have_no_lda_and_no_pairs(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A regression says why, and colours by the number."""
    plan = planned(settings, tmp_path, labels=None, targets=np.linspace(0, 1, 60))
    shown(app, done(settings, plan))
    assert list(app.segmented_control(key="plane").options) == ["PCA", "t-SNE"]
    assert "these labels are not classes" in texts(app)
    parts = parts_of(app)
    classes = parts[parts["map"]["classes"]]
    assert classes["ends"] == ["0", "1"]
    shares = np.frombuffer(base64.b64decode(classes["shares"]), dtype=np.uint8)
    np.testing.assert_allclose(shares / 255, np.linspace(0, 1, 60), atol=0.002)
    assert list(app.segmented_control(key="map-density").options) == ["None", "All samples"]
    app.text_input(key="sample").set_value("3").run()
    assert not app.exception
    assert "their numbers differ from its own by" in texts(app)


def test_several_labels_at_once(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """Multi-label samples are drawn as their first label, which is said; there is no LDA."""
    targets = np.stack([LABELS == 0, LABELS < 2], axis=1).astype(float)
    plan = planned(settings, tmp_path, labels=None, targets=targets)
    shown(app, done(settings, plan))
    assert "drawn as the first label" in texts(app)
    assert list(app.segmented_control(key="plane").options) == ["PCA", "t-SNE"]


def test_one_model_is_shown_alone(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """A run of one model has one panel and one matrix."""
    shown(app, done(settings, planned(settings, tmp_path, strengths=(2.0,))))
    [panel], [pairs] = panels_of(app), figures(app)
    assert panel["title"] == "m0"
    assert [trace["type"] for trace in pairs["data"]] == ["heatmap", "scatter"]


def test_of_many_models_the_reader_chooses_six(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """The best three stand at first; those beyond the best six have PCA and a reason for the rest."""
    plan = planned(settings, tmp_path, strengths=(8, 7, 6, 5, 4, 3, 0.0))
    shown(app, done(settings, plan))
    models = app.multiselect(key="seen-models")
    assert len(models.value) == 3
    last = models.options[-1]
    models.set_value([models.options[0], last]).run()
    assert len(panels_of(app)) == 2
    assert "only the six best models are" in texts(app)
    app.segmented_control(key="plane").set_value("tsne").run()
    assert f"No t-SNE of {last}: it is computed for the six best models alone" in texts(app)
    assert len(panels_of(app)) == 1


def test_classes_are_isolated(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """The chosen classes stand out; their samples and colours are the same as before."""
    shown(app, done(settings, planned(settings, tmp_path)))
    before = parts_of(app)
    app.multiselect(key="seen-classes").set_value(["2"]).run()
    after = parts_of(app)
    assert after.pop("map") == before.pop("map") | {"shown": [2]}
    assert after == before


def test_the_places_can_be_read_as_a_table(app: AppTest, settings: Settings, tmp_path: Path) -> None:
    """The switch shows every number of the figure in its place."""
    shown(app, done(settings, planned(settings, tmp_path)))
    app.toggle(key="projection-table").set_value(True).run()
    table = app.dataframe[0].value
    points = pca(draw_features(0.5, 1)).points
    np.testing.assert_allclose(table[["x1", "y1"]].to_numpy(), points)
    assert "map" not in parts_of(app)


def test_features_that_are_gone_are_told(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """A run whose cache was cleared names each model, and shows the rest of the section."""
    run = done(settings, stored_plan(settings, picture_zip, zoo))
    with FeatureCache(settings) as cache:
        cache.clear()
    shown(app, run)
    assert "map" not in parts_of(app)
    assert "no longer in the cache" in texts(app)
    assert "was made without projections" in texts(app)


def test_a_picture_is_shown_with_its_name_and_label(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Pictures are found by a part of their names; each has its label and file name under it."""
    run = done(settings, stored_plan(settings, picture_zip, zoo))
    shown(app, run)
    app.text_input(key="sample").set_value("stripes").run()
    assert not app.exception
    assert "6 samples selected" in texts(app)
    captions = [image.caption for picture in app.get("image") for image in picture.proto.imgs]
    assert all(caption.startswith("**stripes** · stripes") for caption in captions[:6])
    assert len(captions) == 6 + 3 * 5


def test_of_many_selected_samples_some_are_shown(
    app: AppTest, settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gallery takes them evenly and says how many; all of them are marked in the figure."""
    monkeypatch.setattr(import_module("dashboard.views.results.embeddings.selected"), "MAX_SHOWN", 3)
    run = done(settings, stored_plan(settings, picture_zip, zoo))
    shown(app, run)
    app.text_input(key="sample").set_value("stripes").run()
    assert "6 samples selected" in texts(app)
    assert "3 of them, evenly taken from the first to the last." in texts(app)
    assert len(app.get("image")) == 3 + 3 * 5
    assert len(app.selectbox(key="neighbours-of").options) == 3
    assert parts_of(app)["map"]["selected"] == encode_selection(find_rows(settings, run, "stripes"), 18)


def find_rows(settings: Settings, run: str, part: str) -> list[int]:
    """Indices of the samples of a run whose names have a part."""
    names = load_samples(RunStore(settings).plan(run).samples_source).names
    return [row for row, name in enumerate(names) if part in name]
