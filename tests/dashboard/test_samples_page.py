"""The samples page: warnings, the part that is used, and the chart of the classes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.data.hub.store import PartFacts, write_dataset, write_part
from ptmrank_core.records import Reading
from ptmrank_core.reports.tables.samples import CountBars
from tests.dashboard.reading import cards, figures, primary, texts
from tests.pictures import picture_files, write_zip


def upload(app: AppTest, path: Path) -> None:
    """Upload a zip."""
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([(path.name, path.read_bytes(), "application/zip")]).run()
    assert not app.exception


def test_nothing_is_asked_before_there_are_samples(app: AppTest) -> None:
    """An empty page has the upload and the demos, and no way on."""
    app.run()
    app.button(key="own").click().run()
    assert primary(app) == []
    assert figures(app) == []


def test_a_part_is_chosen_and_kept_for_the_run(app: AppTest) -> None:
    """The slider thins all classes alike; the candidates and the run have as many samples as it says."""
    app.run()
    app.button(key="own").click().run()
    app.button(key="digits").click().run()
    (slider,) = app.slider
    assert (slider.min, slider.max, slider.value) == (50, 600, 600)
    slider.set_value(100).run()
    assert not app.exception
    assert cards(app) == {"Samples": "100", "Classes": "10", "Smallest class": "10", "Left out": "0"}
    assert "100 of 600 samples are used" in texts(app)
    (bars,) = figures(app)
    assert bars["data"][0]["text"] == ["10"] * 10
    assert primary(app) == ["Choose candidates"]
    app.button(key="next").click().run()
    assert "on 100 samples" in texts(app)
    draft = app.session_state["draft"]
    assert draft.reading == Reading(max_samples=100)
    app.session_state["draft"].reading = Reading()


def test_the_command_line_takes_the_same_part(
    home: Path, tmp_path: Path, zoo: Path, picture_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--max-samples`` gives the page's part and warnings, and stands in the command of the run."""
    del home, tmp_path
    options = ("--task", "image-classification", "--samples", str(picture_zip), "--models", str(zoo))
    assert main(["rank", *options, "--metrics", "hscore", "--max-samples", "12", "--no-probe", "--json"]) == 0
    payload = json.loads(capsys.readouterr().out)
    part = load_samples(picture_zip, Reading(max_samples=12))
    assert payload["samples"]["n"] == part.n_samples == 12
    assert payload["samples"]["warnings"] == list(part.warnings)
    assert any("Fewer than five samples" in warning for warning in part.warnings)
    assert "--max-samples 12" in payload["command"]


def test_warnings_stand_first_and_say_what_to_do(app: AppTest, tmp_path: Path) -> None:
    """Each warning of the core stands on the page, with what to do about it."""
    files = picture_files(12)
    files = {name: data for name, data in files.items() if not name.startswith("dots/") or "/1.png" in name}
    files["dots/2.png"] = picture_files(3, first=20)["dots/21.png"]
    files["dots/copy.png"] = files["checks/0.png"]
    path = write_zip(tmp_path / "uneven.zip", files)
    upload(app, path)
    warnings = [box.value.replace("\\", "") for box in app.warning]
    samples = load_samples(path)
    assert len(warnings) == len(samples.warnings) == 2
    assert "the same content has different labels" in warnings[0]
    assert "say that each sample has several labels" in warnings[0]
    assert "Fewer than five samples in 'dots'" in warnings[1]


def test_many_classes_are_drawn_from_both_ends() -> None:
    """Forty bars at most: the largest and the smallest; the table has all."""
    whole = load_samples("demo:digits").summary()
    assert CountBars.of(whole).n_hidden == 0
    many = type(whole)(5000, {f"class {i}": i + 2 for i in range(100)}, (), ())
    bars = CountBars.of(many)
    assert (len(bars.names), bars.n_hidden) == (40, 60)
    assert (bars.counts[0], bars.counts[-1]) == (101, 2)


def store_dataset(settings: Settings, *configs: str) -> str:
    """Store a dataset of the Hub as it is once it was taken; return the name of the last configuration."""
    place = HubPlace("org/reviews")
    for config in configs:
        place = HubPlace("org/reviews", "c" * 40, config)
        asked = HubPlace("org/reviews", None, None if len(configs) == 1 else config)
        stored = write_dataset(settings.datasets_dir, place, asked, {"train": 40, "test": None}, 0.0)
        for split, n in (("train", 40), ("test", 10)):
            texts = {"text": [f"the {i}th text of {split}" for i in range(n)], "label": ["a", "b"] * (n // 2)}
            write_part(stored, split, pa.table(texts), PartFacts(n, n, n), 100)
    return str(place)


def ask_for(app: AppTest, name: str) -> None:
    """Name a dataset of the Hub."""
    app.run()
    app.button(key="own").click().run()
    [field] = [one for one in app.text_input if one.label == "A dataset on the Hub"]
    field.set_value(name)
    next(one for one in app.button if one.label == "Read it").click().run()
    assert not app.exception


def test_a_dataset_of_the_hub_is_named(app: AppTest, settings: Settings) -> None:
    """What was taken before is read again without a network; the run will name the commit."""
    source = store_dataset(settings, "default")
    ask_for(app, "org/reviews")
    assert cards(app) == {"Samples": "40", "Classes": "2", "Smallest class": "20", "Left out": "0"}
    assert "What was read: org/reviews" in texts(app)
    assert f"at commit {'c' * 40}" in texts(app)
    assert app.session_state["draft"].samples_source == source
    app.session_state["draft"].reading = Reading()


def test_a_dataset_that_cannot_be_had_says_why(app: AppTest, home: Path) -> None:
    """Neither a wrong name nor a missing network is a traceback."""
    del home
    ask_for(app, "org/other")
    assert "The Hub cannot be reached, and the dataset" in texts(app)
    [field] = [one for one in app.text_input if one.label == "A dataset on the Hub"]
    field.set_value("no name at all")
    next(one for one in app.button if one.label == "Read it").click().run()
    assert "cannot be the name of a dataset" in texts(app)


def test_a_repository_of_several_configurations_is_a_question(app: AppTest, tmp_path: Path) -> None:
    """Each answer reads one of them."""
    path = tmp_path / "repository.zip"
    rows = "text,label\n" + "".join(f"the {{}} text {i},{'ab'[i % 2]}\n" for i in range(20))
    write_zip(
        path,
        {f"{name}/train-00000-of-00001.csv": rows.format(*[name] * 20).encode() for name in ("de", "en")},
    )
    upload(app, path)
    assert "has 2 configurations" in texts(app)
    [button] = [one for one in app.button if str(one.key).startswith("answer-1")]
    button.click().run()
    assert not app.exception
    assert cards(app)["Samples"] == "20"


def test_the_rows_that_are_shown_are_of_a_part_that_is_taken(app: AppTest, tmp_path: Path) -> None:
    """Of tables of training and test, the page shows the one that is read; the other once chosen."""
    files = {}
    for part, first, n in (("test", 50, 3), ("train", 0, 6)):
        own = {
            f"{part}/{name.replace('/', '-')}": data for name, data in picture_files(n, first=first).items()
        }
        names = [name.partition("/")[2] for name in own]
        rows = "file_name,label\n" + "".join(f"{name},{name.partition('-')[0]}\n" for name in names)
        files |= own | {f"{part}/metadata.csv": rows.encode()}
    upload(app, write_zip(tmp_path / "photos.zip", files))
    assert cards(app)["Samples"] == "18"
    assert "The first of 18 rows" in texts(app)
    next(box for box in app.multiselect if box.label == "Parts").set_value(["test"]).run()
    assert cards(app)["Samples"] == "9"
    assert "The first of 9 rows" in texts(app)


def test_what_cannot_be_looked_at_has_the_fields_that_may_help(app: AppTest) -> None:
    """A text in an encoding that is not recognised is refused, with a field for its encoding."""
    rows = [f"\xe9\xe8\xff\x81\x8d {i} \x90\x9d,{'ab'[i % 2]}" for i in range(20)]
    data = "\n".join(["text,label", *rows]).encode("latin-1")
    app.run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value([("odd.csv", data, "text/csv")]).run()
    assert not app.exception
    [error] = app.error
    assert "Choose the encoding under **Encoding**." in error.value
    next(box for box in app.selectbox if box.label == "Encoding").set_value("cp866").run()
    assert not app.error
    assert cards(app)["Samples"] == "20"
    assert app.session_state["draft"].reading.encoding == "cp866"


def test_a_question_stands_above_the_fields(app: AppTest, tmp_path: Path) -> None:
    """Columns that may both be the label are asked about before the form that has all columns."""
    files = {name.replace("/", "-"): data for name, data in picture_files(4).items()}
    rows = [f"{name},{name.partition('-')[0]},{'xy'[i % 2]}" for i, name in enumerate(files)]
    table = "\n".join(["file,class,category", *rows]).encode()
    upload(app, write_zip(tmp_path / "two.zip", {**files, "labels.csv": table}))
    words = texts(app)
    assert words.index("**Which is right?**") < words.index("**How your upload is read**")
    next(button for button in app.button if button.label == "Read it this way").click().run()
    assert cards(app)["Classes"] == "3"
