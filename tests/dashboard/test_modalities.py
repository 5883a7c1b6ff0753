"""Samples of every modality and target on every page: read, corrected, planned, ranked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import jobs
from dashboard.components.sample_map.pictures import describe
from dashboard.views.pages import PAGES
from dashboard.wording import FIELDS, say_models
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.catalogue import demo_models, local_models
from ptmrank_core.config import Settings
from ptmrank_core.records import ModelSpec, Reading, RunResult, RunState
from ptmrank_core.worker import SOURCES
from tests.dashboard.reading import (
    answer,
    cards,
    figures,
    open_section,
    parts_of,
    texts,
    tick_demo_models,
)
from tests.language_checkpoints import save_language_model
from tests.pictures import picture_files, write_zip
from tests.ready_made import save_features, save_table
from tests.uploads import (
    clip_files,
    number_table,
    price_table,
    recording_files,
    review_table,
    sentence,
    topic_table,
    workbook_of_reviews,
    write_csv,
)


@pytest.fixture(scope="module")
def text_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two tiny text models."""
    root = tmp_path_factory.mktemp("text-models")
    save_language_model(root / "bert-a", "bert", seed=1)
    save_language_model(root / "bert-b", "bert", head="SequenceClassification", seed=2)
    return root


@pytest.fixture
def text_app(monkeypatch: pytest.MonkeyPatch, text_models: Path, app: AppTest) -> AppTest:
    """The dashboard on a machine with a folder of these models, and a demo zoo that only reads pictures."""
    monkeypatch.setenv("PTMRANK_MODELS", str(text_models))
    set_zoo(monkeypatch, [spec for spec in demo_models() if spec.modality == "image"])
    return app


def set_zoo(monkeypatch: pytest.MonkeyPatch, models: Sequence[ModelSpec]) -> None:
    """Put other models in the place of the demo zoo."""
    for place in ("", ".resolve", ".demo"):
        monkeypatch.setattr(f"ptmrank_core.catalogue{place}.demo_models", lambda: tuple(models))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are done where they are started."""
    monkeypatch.setattr(
        "dashboard.jobs.runs.start_worker", lambda run, own: run_here(run, own, sources=SOURCES)
    )


def upload(app: AppTest, name: str, data: bytes) -> None:
    """Upload one file on the samples page."""
    app.run()
    if not app.file_uploader:
        app.button(key="own").click().run()
    app.file_uploader[0].set_value([(name, data, "application/octet-stream")]).run()
    assert not app.exception


def upload_files(app: AppTest, folder: Path, files: dict[str, bytes]) -> None:
    """Upload a zip of files."""
    upload(app, "files.zip", write_zip(folder / "files.zip", files).read_bytes())


def go_on(app: AppTest) -> None:
    """Click from the report to the candidates."""
    app.button(key="next").click().run()
    assert not app.exception


def rank(app: AppTest) -> None:
    """Click from the candidates over the metrics to the run."""
    app.button(key="next").click().run()
    assert not app.exception
    app.button(key="rank").click().run()
    assert not app.exception


def field(app: AppTest, label: str) -> Any:
    """The field of this name, of whatever kind."""
    return next(box for box in (*app.selectbox, *app.multiselect) if box.label == label)


def last_result(settings: Settings) -> RunResult:
    """What the newest run has given."""
    store = RunStore(settings)
    [(plan, _)] = store.recent(1)
    return store.result(plan.run_id)


def test_a_table_of_texts_is_recognised_and_corrected(text_app: AppTest) -> None:
    """Guesses are filled in; another label column is read at once, and stays chosen on the way back."""
    upload(text_app, "reviews.csv", review_table())
    assert "Read as **texts** with **classes**" in texts(text_app)
    assert cards(text_app) == {
        "Samples": "60",
        "Classes": "5",
        "Smallest class": "12",
        "Groups": "7",
        "Left out": "0",
    }
    assert (field(text_app, "Text").value, field(text_app, "Label").value) == (["review"], ["stars"])
    assert field(text_app, "Group").value == "author"
    field(text_app, "Label").set_value(["mood"]).run()
    assert cards(text_app)["Classes"] == "3"
    go_on(text_app)
    text_app._page_hash = calc_hash("samples")  # what a click in the navigation sends
    text_app.run()
    assert field(text_app, "Label").value == ["mood"]
    assert cards(text_app)["Classes"] == "3"


def test_a_correction_is_planned_and_ranked(text_app: AppTest, settings: Settings, at_once: None) -> None:
    """What was corrected on the samples page is how the run reads them; the result shows the texts."""
    del at_once
    upload(text_app, "reviews.csv", review_table())
    field(text_app, "Label").set_value(["mood"]).run()
    field(text_app, "Group").select_index(0).run()
    assert "Groups" not in cards(text_app)
    go_on(text_app)
    rank(text_app)
    result = last_result(settings)
    assert result.state is RunState.FINISHED
    assert result.plan.reading == Reading(text_columns=("review",), label_columns=("mood",), group_column="")
    assert [spec.id for spec in result.plan.models] == ["local:bert-a", "local:bert-b"]
    assert text_app.title[0].value == "Results"
    assert "ranked on 60 samples in 3 classes" in texts(text_app)
    open_section(text_app, "Embeddings")
    parts = parts_of(text_app)
    assert set(parts[parts["map"]["classes"]]["names"]) == {"happy", "sad", "so-so"}
    assert [parts[panel["points"]]["count"] for panel in parts["map"]["panels"]] == [60, 60]
    samples = jobs.samples_of(result)
    assert all(len(describe(f"hover {row}", samples, row)["words"].split()) > 5 for row in range(60))


@pytest.mark.parametrize(
    ("name", "table", "words", "drawn"),
    [
        ("prices.csv", price_table(), "with numbers to predict", ("Samples", "histogram")),
        ("topics.csv", topic_table(), "with 3 labels", ("Embeddings", "points")),
    ],
)
def test_other_targets_are_ranked_too(
    text_app: AppTest,
    settings: Settings,
    at_once: None,
    name: str,
    table: bytes,
    words: str,
    drawn: tuple[str, str],
) -> None:
    """Numbers and several labels: fitting metrics are offered, the others greyed, the result is drawn."""
    del at_once
    upload(text_app, name, table)
    text_app.button(key="next").click().run()
    text_app.button(key="next").click().run()
    assert [box.key for box in text_app.checkbox if box.value] == ["use-logme", "use-emms", "use-etran"]
    assert "**Cannot be used here.** LEEP is defined for classification, not for" in texts(text_app)
    text_app.button(key="rank").click().run()
    assert not text_app.exception
    assert last_result(settings).state is RunState.FINISHED
    assert f"ranked on 40 samples {words}" in texts(text_app)
    section, kind = drawn
    open_section(text_app, section)
    kinds = [trace["type"] for one in figures(text_app) for trace in one["data"]]
    assert kind in [*kinds, *(part["kind"] for part in parts_of(text_app).values())]


def test_ambiguous_labels_are_asked_about(app: AppTest) -> None:
    """Integers that may be classes or numbers: the page says where to choose, and then reads them."""
    rng = np.random.default_rng(0)
    upload(app, "marks.csv", write_csv(["text", "label"], [[sentence(rng), 3 * i] for i in range(40)]))
    assert "which may be classes or numbers" in app.error[0].value
    assert "Say what they are under **The labels are**." in app.error[0].value
    assert "next" not in {button.key for button in app.button}
    field(app, "The labels are").set_value("regression").run()
    assert not app.error
    assert [trace["type"] for trace in figures(app)[0]["data"]] == ["histogram"]


def test_columns_that_nobody_can_guess_are_asked_for(app: AppTest) -> None:
    """Two columns that may both be the text: the page names the field, and one choice is enough."""
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), sentence(rng), "xy"[i % 2]] for i in range(30)]
    upload(app, "notes.csv", write_csv(["left", "right", "label"], rows))
    assert "'left', 'right'" in app.warning[0].value
    answers = [button for button in app.button if button.label == "Read it this way"]
    assert (len(answers), len(app.code)) == (3, 4)  # the third is the pair; the last code is the link
    answers[1].click().run()
    assert not app.error
    assert field(app, "Text").value == ["right"]
    assert cards(app)["Samples"] == "30"
    field(app, "Text").set_value(["left", "right"]).run()
    assert not app.error
    assert field(app, "Text").value == ["left", "right"]


def labels_of(app: AppTest) -> set[str]:
    """The labels of everything that can be chosen or switched."""
    return {widget.label for widget in (*app.selectbox, *app.multiselect, *app.toggle)}


def test_the_words_for_an_input_name_what_the_pages_have(app: AppTest, tmp_path: Path) -> None:
    """Whatever an error tells the reader to choose is a field of the Samples page or a page."""
    rng = np.random.default_rng(0)
    upload(app, "notes.csv", write_csv(["text", "label"], [[sentence(rng), "xy"[i % 2]] for i in range(30)]))
    fields = labels_of(app)
    upload(
        app, "rows.csv", write_csv(["a", "b", "label"], [[i % 7, i * 0.5, "xy"[i % 2]] for i in range(30)])
    )
    fields |= labels_of(app)
    upload_files(
        app,
        tmp_path,
        {
            f"{part}/{name}/{i}.txt": sentence(rng).encode()
            for part in ("train", "test")
            for name in "xy"
            for i in range(3)
        },
    )
    fields |= labels_of(app)
    pictures = {f"{i}.txt": sentence(rng).encode() for i in range(6)}
    table = "file,label\n" + "".join(f"{i}.txt,{'xy'[i % 2]}\n" for i in range(6))
    upload_files(app, tmp_path, {**pictures, "labels.csv": table.encode()})
    fields |= labels_of(app)
    upload(app, "book.xlsx", workbook_of_reviews("May", "June"))
    next(button for button in app.button if button.label == "Read it this way").click().run()
    fields |= labels_of(app)
    named = {name for words in FIELDS.values() for name in re.findall(r"\*\*(.+?)\*\*", words)}
    assert named <= fields | {page.title for page in PAGES.values()}


def test_recordings_can_be_heard(app: AppTest, tmp_path: Path) -> None:
    """A zip of recordings has players, and only audio categories with the demo's audio models."""
    upload_files(app, tmp_path, recording_files())
    assert "Read as **recordings** with **classes**" in texts(app)
    assert len(app.get("audio")) == 10
    assert [own.proto.imgs[0].alt[:14] for own in app.get("image")] == ["Spectrogram of"] * 10
    go_on(app)
    offered = field(app, "Task category").options
    assert offered[:2] == ["audio-classification", "automatic-speech-recognition"]
    assert all(name.endswith("(cannot be ranked)") for name in offered[2:])
    models = next(demo.models for demo in jobs.demos() if demo.facts.modality == "audio")
    tick_demo_models(app)
    assert f"{say_models(models)} ×" in texts(app)


def test_animations_are_pictures_or_videos(app: AppTest, tmp_path: Path) -> None:
    """What is recognised as pictures becomes videos by one choice; models are then named by the user."""
    upload_files(app, tmp_path, clip_files())
    assert "Read as **pictures**" in texts(app)
    field(app, "The samples are").set_value("video").run()
    assert "Read as **videos**" in texts(app)
    assert len(app.get("image")) == 6
    go_on(app)
    assert "No model of yours is here: choose from a list or by name below." in texts(app)
    assert app.button(key="next").disabled


def test_pictures_with_numbers_to_predict(
    app: AppTest, settings: Settings, at_once: None, tmp_path: Path
) -> None:
    """A table beside class folders decides what the labels are; the demo zoo ranks them."""
    del at_once
    files = dict(picture_files(8))
    rows = [[name, f"{index / 7:.4f}"] for index, name in enumerate(files)]
    upload_files(app, tmp_path, {**files, "scores.csv": write_csv(["file", "quality"], rows)})
    assert "Read as **pictures** with **numbers to predict**" in texts(app)
    assert field(app, "Label").value == ["quality"]
    go_on(app)
    tick_demo_models(app)
    app.text_input(key="own-models").set_value("").run()
    rank(app)
    assert last_result(settings).state is RunState.FINISHED
    open_section(app, "Embeddings")
    parts = parts_of(app)
    assert parts[parts["map"]["classes"]]["title"] == "quality"


def test_rows_of_numbers_are_ranked_as_they_are(app: AppTest, settings: Settings, at_once: None) -> None:
    """A table of numbers has one candidate, its columns, and no field for a text."""
    del at_once
    upload(app, "numbers.csv", number_table())
    assert "Read as **rows of numbers** with **classes**" in texts(app)
    assert [box.label for box in app.multiselect] == ["Not used", "Label"]
    go_on(app)
    offered = ["tabular-classification", "tabular-regression (for other labels)"]
    assert field(app, "Task category").options[:2] == offered
    rank(app)
    assert [spec.id for spec in last_result(settings).plan.models] == ["columns"]


def test_words_with_tags_go_to_their_own_category(app: AppTest) -> None:
    """A CoNLL file shows each word among its neighbours, and starts at token classification."""
    upload(app, "tags.conll", b"Anna NAME\nmet O\nBob NAME\n\nold O\nTom NAME\nsleeps O\n")
    shown = app.dataframe[-1].value
    assert "[Anna] met Bob" in set(shown["text"])
    go_on(app)
    assert field(app, "Task category").value == "token-classification"


@pytest.mark.parametrize("as_zip", [True, False])
def test_features_of_ones_own_are_ranked(
    app: AppTest, settings: Settings, at_once: None, tmp_path: Path, as_zip: bool
) -> None:
    """Files of features, loose or in a zip, need no models: after the report only metrics are chosen."""
    del at_once
    powers = {"strong.npz": 3.0, "weak.npz": 0.3}
    files = {name: save_features(tmp_path / name, power).read_bytes() for name, power in powers.items()}
    if as_zip:
        files = {"own.zip": write_zip(tmp_path / "own.zip", files).read_bytes()}
    open_features(app, files)
    assert "Features of 2 models: strong, weak" in texts(app)
    assert cards(app)["Samples"] == "60"
    go_on(app)
    assert app.title[0].value == "Metrics"
    assert "label-encoder" not in {box.key for box in app.selectbox}  # the files bring all there is
    app.button(key="rank").click().run()
    assert not app.exception
    result = last_result(settings)
    assert result.state is RunState.FINISHED
    assert result.plan.task == "features"
    assert "strong" in answer(app)


def open_features(app: AppTest, files: dict[str, bytes]) -> None:
    """Upload files of features."""
    app.run()
    app.button(key="own").click().run()
    app.segmented_control(key="way").set_value("Features I have already").run()
    app.file_uploader[0].set_value([(name, data, "") for name, data in files.items()]).run()
    assert not app.exception


def test_a_table_of_features_may_name_its_label(app: AppTest, tmp_path: Path) -> None:
    """Where the label of a table is not recognised, the page asks for its column."""
    path = save_table(tmp_path / "m.csv", name="zone")
    open_features(app, {path.name: path.read_bytes()})
    assert "Choose the label column under **Label**." in app.error[0].value
    field(app, "Label").set_value(["zone"]).run()
    assert not app.error
    assert cards(app)["Classes"] == "3"


@pytest.mark.parametrize(
    ("way", "files", "said"),
    [
        ("Files or a zip", {"t.csv": b"text,label\n"}, "no row"),
        ("Files or a zip", {"t.xlsx": b"PK\x03\x04"}, "damaged, or no spreadsheet"),
        ("Files or a zip", {f"{i}.png": b"x" for i in range(501)}, "501 files; at most 500"),
        ("A folder", {"a/1.png": b"x", "a/2.png": b"y"}, "unreadable image"),
        ("Features I have already", {"m.npz": b"nothing"}, "m.npz"),
        ("Features I have already", {"m.txt": b"nothing"}, "is a file of features"),
    ],
)
def test_what_cannot_be_used_is_told(app: AppTest, way: str, files: dict[str, bytes], said: str) -> None:
    """A bad upload is answered in words, with no way on and no traceback."""
    app.run()
    app.button(key="own").click().run()
    app.segmented_control(key="way").set_value(way).run()
    app.file_uploader[0].set_value([(name, data, "") for name, data in files.items()]).run()
    assert not app.exception
    assert said in texts(app).replace("\\", "")
    assert app.error
    assert "next" not in {button.key for button in app.button}


def test_options_go_into_the_plan(text_app: AppTest, settings: Settings, at_once: None) -> None:
    """Precision and hidden layers that are chosen are what the run is planned with."""
    del at_once
    upload(text_app, "reviews.csv", review_table())
    go_on(text_app)
    text_app.selectbox(key="dtype").set_value("float32").run()
    text_app.checkbox(key="layers").check().run()
    rank(text_app)
    options = last_result(settings).plan.options
    assert (options.dtype, options.layers) == ("float32", True)


def test_a_text_model_may_read_the_class_names(
    text_app: AppTest, settings: Settings, at_once: None, monkeypatch: pytest.MonkeyPatch, text_models: Path
) -> None:
    """Where the zoo has a text model it is offered for EMMS, and goes into the plan."""
    del at_once
    [own] = local_models(text_models / "bert-a", wanted="text", tasks=("feature-extraction",))
    spec = replace(own, id="demo:bert", source="demo", tasks=("text-classification", "feature-extraction"))
    set_zoo(monkeypatch, [spec])
    for place in ("resolve", "demo"):
        monkeypatch.setattr(f"ptmrank_core.catalogue.{place}.demo_model", lambda *_: spec)
    upload(text_app, "reviews.csv", review_table())
    go_on(text_app)
    text_app.button(key="next").click().run()
    text_app.selectbox(key="label-encoder").set_value("demo:bert").run()
    text_app.button(key="rank").click().run()
    assert not text_app.exception
    result = last_result(settings)
    assert result.plan.label_encoder is not None
    assert result.plan.label_encoder.id == "demo:bert"
    assert result.state is RunState.FINISHED
