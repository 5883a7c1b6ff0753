"""What the command line, the Samples page and a script say of a source: whether they say the same."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import shlex
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from streamlit.testing.v1 import AppTest

from dashboard.state import UPLOADS, Draft
from ptmrank_core.benchmarker import Benchmarker
from ptmrank_core.catalogue import task_category
from ptmrank_core.cli import main
from ptmrank_core.data import load_objects, load_samples, read_options
from ptmrank_core.data.naming import name_source
from ptmrank_core.errors import PTMRankError, UnclearReadingError
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading, Samples, TargetKind
from ptmrank_core.reports import reading_payload
from ptmrank_core.results.reading_options import reading_words
from tests.dashboard.reading import cards
from tests.dashboard.serving import APP
from tests.data.layouts.layout import Asked, Layout, Read
from tests.waiting import PATIENCE_SECONDS

__all__ = [
    "UPLOADED_AS",
    "Said",
    "as_file_or_zip",
    "as_folder",
    "as_tar",
    "ask_all",
    "ask_command_line",
    "ask_frame",
    "ask_page",
    "ask_script",
    "differ",
]

TASKS: Mapping[Modality, str] = {
    "image": "image-classification",
    "text": "text-classification",
    "audio": "audio-classification",
    "video": "video-classification",
    "tabular": "tabular-classification",
}
READERS: Mapping[str, Callable[..., pd.DataFrame]] = {
    ".csv": pd.read_csv,
    ".parquet": pd.read_parquet,
    ".xlsx": lambda path: pd.read_excel(path, engine="calamine"),
    ".jsonl": lambda path: pd.read_json(path, lines=True),
}
ANSWER = "answer-"
WRAPPER = "what-i-have"
"""What the folder is called that a browser sends."""
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Said:
    """What a front says of a source.

    Parameters
    ----------
    outcome, sentence
        What comes of it; the question or the error, without the place of the source.
    counts
        Of what was read: samples, classes, the smallest class, entries that were left out.
    n_options
        Number of answers that are offered to a question.
    answered
        The counts once the first answer was given.
    """

    outcome: Literal["read", "asked", "refused"]
    sentence: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    n_options: int = 0
    answered: Mapping[str, int] = field(default_factory=dict)

    def in_words(self) -> str:
        """Write it in one line."""
        if self.outcome == "read":
            return f"read: {', '.join(f'{count:,} {name}' for name, count in self.counts.items())}"
        options = f" [{self.n_options} answers]" if self.n_options else ""
        return f"{self.outcome}: {self.sentence}{options}"


def _counts(report: Mapping[str, Any]) -> dict[str, int]:
    counts = {"samples": report["n"], "left out": len(report["left_out"])}
    if report["target_kind"] == "classification":
        counts |= {"classes": len(report["classes"]), "smallest class": min(report["classes"].values())}
    return counts


def ask_command_line(source: Path, reading: Reading = AS_RECOGNISED) -> Said:
    """``ptmrank samples PLACE --json``, and once more with the words of the first answer."""
    given = reading_words(_changed(reading))
    said, report = _run([str(source), *given])
    if report is not None:
        return Said("read", counts=_counts(report))
    sentence, is_asked, options = said.removeprefix("error: ").partition(" Choose:\n")
    sentence = sentence.replace(str(source), "SOURCE")
    if not is_asked:
        return Said("refused", sentence)
    answers = [shlex.split(line) for line in options.splitlines() if re.match(r"  \S", line)]
    words = answers[0] if not answers[0][0].startswith("--") else [str(source), *given, *answers[0]]
    _, report = _run(words)
    return Said("asked", sentence, n_options=len(answers), answered=_counts(report) if report else {})


def _changed(reading: Reading) -> dict[str, Any]:
    """The fields of a reading that are not as recognised."""
    fields = {own.name: getattr(reading, own.name) for own in dataclasses.fields(reading)}
    return {name: value for name, value in fields.items() if value != getattr(AS_RECOGNISED, name)}


def _run(words: list[str]) -> tuple[str, dict[str, Any] | None]:
    """Run the command in this process: what it says, and its report where there is one."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = main(["samples", *words, "--json"])
    assert status == (0 if out.getvalue() else 2), (status, said.getvalue())
    return said.getvalue().strip(), json.loads(out.getvalue()) if status == 0 else None


PACKED = ("'source.zip'", "'source.tar'", "the upload")


def as_file_or_zip(source: Path) -> list[tuple[str, bytes, str]]:
    """Upload a file as it is, and a folder as a zip."""
    if source.is_file():
        return [(source.name, source.read_bytes(), UNKNOWN)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, data in _files(source).items():
            opened.writestr(name, data)
    return [("source.zip", buffer.getvalue(), UNKNOWN)]


def as_tar(source: Path) -> list[tuple[str, bytes, str]]:
    """Upload a folder as a packed tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as opened:
        for name, data in _files(source).items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            opened.addfile(about, io.BytesIO(data))
    return [("source.tar.gz", buffer.getvalue(), UNKNOWN)]


def as_folder(source: Path) -> list[tuple[str, bytes, str]]:
    """Upload a folder as a browser sends it: every file with its path."""
    return [(f"{WRAPPER}/{name}", data, UNKNOWN) for name, data in _files(source).items()]


def _files(source: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(source.rglob("*")) if path.is_file())
    return {path.relative_to(source).as_posix(): path.read_bytes() for path in paths}


def ask_page(
    source: Path,
    pack: Callable[[Path], list[tuple[str, bytes, str]]] = as_file_or_zip,
    reading: Reading = AS_RECOGNISED,
) -> Said:
    """Upload it on the Samples page, and click the first answer."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS).run()
    app.button(key="own").click().run()
    app.file_uploader[0].set_value(pack(source)).run()
    draft: Draft = app.session_state["draft"]
    place = draft.samples_source or ""
    if reading != AS_RECOGNISED:
        draft.reading = reading
        app.session_state[UPLOADS] += 1  # as an answer does: the fields are drawn anew
        app.run()
    said = _shown(app, place)
    if said.outcome != "asked":
        return said
    next(button for button in app.button if str(button.key).startswith(ANSWER)).click().run()
    return dataclasses.replace(said, answered=_shown(app, place).counts)


def _shown(app: AppTest, place: str) -> Said:
    """What the page shows."""
    assert not app.exception, app.exception
    answers = [button for button in app.button if str(button.key).startswith(ANSWER)]
    if answers:
        assert {button.label for button in answers} == {"Read it this way"}
        [question] = [box.value for box in app.warning if box.icon == ":material/help:"]
        return Said("asked", _unescape(question, place), n_options=len(answers))
    if app.error:
        [error] = [box.value for box in app.error]
        return Said("refused", _unescape(error.removeprefix("**").partition("**\n\n")[0], place))
    shown = {name.lower(): int(value.replace(",", "")) for name, value in cards(app).items()}
    assert [button.label for button in app.button if button.proto.type == "primary"] == ["Choose candidates"]
    wanted = ("samples", "left out", "classes", "smallest class")
    return Said("read", counts={name: shown[name] for name in wanted if name in shown})


def _unescape(markdown: str, place: str) -> str:
    """What the reader of a page sees of Markdown."""
    seen = re.sub(r"\\(.)", r"\1", markdown.replace(":small[]", "")).strip("*\u2068\u2069")
    if place:
        seen = seen.replace(place, "SOURCE")
        named = name_source(place)  # a folder has the name that it was packed under, or none
        if named in PACKED:
            seen = seen.replace(named, "'SOURCE'").replace(named.capitalize(), "'SOURCE'")
    return seen.replace(f"{WRAPPER}/", "")


def ask_script(
    source: Path, reading: Reading, modality: Modality, target_kind: TargetKind = "classification"
) -> Said:
    """Hand it to a ``Benchmarker`` for a task of this modality, and once more with the first answer."""
    bench = Benchmarker("demo:none", logme=True, regression=target_kind == "regression")
    task = task_category(TASKS[modality])
    options = ({"target_kind": target_kind} if target_kind == "multilabel" else {}) | _changed(reading)
    try:
        return Said("read", counts=_loaded(bench, source, task, options))
    except UnclearReadingError as question:
        first = question.options[0]
        answered = _loaded(bench, first.place or source, task, options | dict(first.changes))
        sentence = question.message.replace(str(source), "SOURCE")
        return Said("asked", sentence, n_options=len(question.options), answered=answered)
    except PTMRankError as error:
        return Said("refused", error.message.replace(str(source), "SOURCE"))


def _loaded(bench: Benchmarker, source: Any, task: Any, options: Mapping[str, Any]) -> dict[str, int]:
    with contextlib.redirect_stderr(io.StringIO()):
        samples, _ = bench._load(source, task, options)
    return _counts(reading_payload(samples))


def ask_frame(source: Path, reading: Reading = AS_RECOGNISED) -> Said | None:
    """Hand over the table of a source as pandas reads it; nothing where it is not a table of samples."""
    reader = READERS.get(source.suffix)
    if reader is None:
        return None
    try:
        frame = reader(source)
    except pd.errors.ParserError:
        return None  # pandas makes no frame of it
    try:
        samples: Samples = load_objects(frame, read_options(_changed(reading)))
    except UnclearReadingError as question:
        options = _changed(reading) | dict(question.options[0].changes)
        answered = _counts(reading_payload(load_objects(frame, read_options(options))))
        sentence = _of_file(question.message, source)
        return Said("asked", sentence, n_options=len(question.options), answered=answered)
    except PTMRankError as error:
        return Said("refused", _of_file(error.message, source))
    return Said("read", counts=_counts(reading_payload(samples)))


def _of_file(sentence: str, source: Path) -> str:
    """Call a data frame, which has no name, as the file of the other fronts."""
    return sentence.replace("'frame'", f"'{source.name}'")


PACKS: Mapping[str, Callable[[Path], list[tuple[str, bytes, str]]]] = {
    "page": as_file_or_zip,
    "page, .tar.gz": as_tar,
    "page, a folder": as_folder,
}
UPLOADED_AS = tuple(PACKS)


def _read_with_answer(source: Path, reading: Reading) -> Samples:
    """What is read with the first answer to each question."""
    try:
        return load_samples(source, reading)
    except UnclearReadingError as question:
        first = question.options[0]
        return _read_with_answer(Path(first.place or source), dataclasses.replace(reading, **first.changes))


def ask_all(layout: Layout, source: Path, uploads: Sequence[str] = UPLOADED_AS) -> dict[str, Said | None]:
    """Bring a layout in every way: as a command, in kinds of upload, in a script, as a data frame.

    Nothing is said by those that it cannot be brought to.
    """
    expected, names = layout.expected, " ".join(layout.files())
    modality: Modality = "image" if ".png" in names else "audio" if ".wav" in names else "text"
    kind: TargetKind = "classification"
    is_asked = isinstance(expected, Asked)  # a script that predicts numbers says so before it is asked
    if isinstance(expected, Read):
        modality, kind = expected.modality, expected.target_kind
    elif isinstance(expected, Asked):
        answered = _read_with_answer(source, layout.reading)
        modality, kind = answered.modality, answered.target_kind
    ways = uploads if source.is_dir() else ("page",)  # a file is sent as it is
    return {
        "command line": ask_command_line(source, layout.reading),
        **{
            way: ask_page(source, PACKS[way], layout.reading) if way in ways else None
            for way in dict.fromkeys((*ways, *uploads))
        },
        "script": None
        if is_asked and kind == "regression"
        else ask_script(source, layout.reading, modality, kind),
        "script, data frame": ask_frame(source, layout.reading),
    }


def differ(said: Mapping[str, Said | None]) -> bool:
    """Whether some of the fronts say something else; the command line adds what to do to its sentence."""
    there = [own for own in said.values() if own is not None]
    ends = {(own.outcome, *own.counts.items(), "", *own.answered.items(), own.n_options) for own in there}
    shortest = min((own.sentence for own in there), key=len)
    return len(ends) > 1 or any(not own.sentence.startswith(shortest) for own in there)
