"""The lessons, the quiz and the section for teachers of the Learn page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.learn.scenes import work
from ptmrank_core.lessons import Scene, cheap_metrics
from ptmrank_core.lessons.course import COURSE, Draw, Grid, Lesson
from ptmrank_core.lessons.teaching import EXERCISES, PLAN
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.html.sheet import teaching_sheet
from tests.dashboard.reading import buttons, figures, open_page, primary, texts

QUICK = tuple(lesson for lesson in COURSE if lesson.key in {"classes-apart", "wide-noise", "good-enough"})


@pytest.fixture(autouse=True)
def _nothing_goes_on(app: AppTest) -> Iterator[None]:
    """What a page has worked out beside it ends with its test, and takes nothing from the next one."""
    del app  # it forgets these at its end
    yield
    for later in (work.quickly(), work.slowly(), work.aside()):
        later._waiting.clear()


def links(app: AppTest) -> dict[str, dict[str, list[str]]]:
    """The links of a page: label -> what stands in the address."""
    found = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    found |= {link.proto.label: urlsplit(link.proto.url).query for link in app.get("link_button")}
    return {label: parse_qs(query) for label, query in found.items()}


def at_lesson(app: AppTest, lesson: Lesson, **query: str) -> None:
    """Open a lesson by its address."""
    open_page(app, "learn", section="Lessons", lesson=lesson.key, **query)


def predict(app: AppTest, lesson: Lesson, place: int) -> None:
    """Press the button of an answer."""
    app.button(key=f"answer-{lesson.key}-{place + 1}").click().run()
    assert not app.exception


def test_every_lesson_has_its_address(app: AppTest) -> None:
    """The list names all lessons in their order and opens each at its own address; nothing is told before."""
    open_page(app, "learn", section="Lessons")
    listed = [button.label for button in app.button if str(button.key).startswith("open-")]
    assert listed == [f"{place}. {lesson.title}" for place, lesson in enumerate(COURSE, start=1)]
    assert not any(lesson.sentence in texts(app) for lesson in COURSE)
    app.button(key=f"open-{QUICK[0].key}").click().run()
    assert app.query_params["lesson"] == QUICK[0].key
    assert QUICK[0].question in texts(app)
    app.button(key="all-lessons").click().run()
    assert "lesson" not in app.query_params


def test_a_lesson_asks_before_it_tells(app: AppTest) -> None:
    """What to look at and the question first; after the prediction numbers, what is right, the sentence."""
    lesson = QUICK[1]
    at_lesson(app, lesson)
    assert lesson.look in texts(app)
    assert lesson.question in texts(app)
    assert lesson.sentence not in texts(app)
    assert len(figures(app)) == len(lesson.scene.candidates)
    predict(app, lesson, 0)
    said = texts(app)
    found = lesson.reveal(Draw(0))
    assert found.said in said
    assert f"**{lesson.sentence}**" in said
    assert f"**{lesson.answers[lesson.right]}**: right" in said
    assert f"{lesson.answers[0]}: your prediction" in said
    assert app.query_params["predicted"] == f"{lesson.key}-1"
    assert not buttons(app) & {f"answer-{lesson.key}-{place}" for place in (1, 2, 3)}


def test_the_numbers_of_a_lesson_are_a_table_too(app: AppTest) -> None:
    """The table has the score of every metric as the core computes it, and says which are marked."""
    lesson = QUICK[1]
    at_lesson(app, lesson, predicted=f"{lesson.key}-1")
    app.toggle(key=f"lesson-{lesson.key}-table").set_value(True).run()
    exhibit = lesson.reveal(Draw(0)).exhibit
    assert isinstance(exhibit, Grid)
    table = app.dataframe[0].value
    assert table["row"].tolist() == [METRICS[name].title for name in cheap_metrics()]
    assert table["value_2"].tolist() == [values[1] for values in exhibit.values]


def test_another_draw_is_other_samples(app: AppTest) -> None:
    """The second draw shows the numbers of the second draw, and the lesson holds with it."""
    lesson = QUICK[0]
    at_lesson(app, lesson, predicted=f"{lesson.key}-1")
    app.segmented_control(key="lesson-draw").set_value(2).run()
    assert lesson.reveal(Draw(1)).said in texts(app)
    assert lesson.sentence in texts(app)


def test_a_prediction_counts_once_and_can_be_forgotten(app: AppTest) -> None:
    """The list shows what was predicted rightly; forgetting it takes it out of the address."""
    first, second = QUICK[:2]
    query = f"{first.key}-{first.right + 1}.{second.key}-{(second.right + 1) % 3 + 1}"
    open_page(app, "learn", section="Lessons", predicted=query)
    icons = {button.key: button.proto.icon for button in app.button}
    assert icons[f"open-{first.key}"] == ":material/check_circle:"
    assert icons[f"open-{second.key}"] == ":material/cancel:"
    app.button(key=f"open-{QUICK[2].key}").click().run()
    assert app.query_params["predicted"] == query
    app.button(key="all-lessons").click().run()
    app.button(key="forget").click().run()
    assert "predicted" not in app.query_params


def test_predict_again_forgets_one(app: AppTest) -> None:
    """The question is open again; other predictions stay."""
    first, second = QUICK[:2]
    at_lesson(app, second, predicted=f"{first.key}-1.{second.key}-1")
    app.button(key="again").click().run()
    assert app.query_params["predicted"] == f"{first.key}-1"
    assert f"answer-{second.key}-1" in buttons(app)


@pytest.mark.parametrize("garbage", ["no-such-lesson", "", "../..", "wide-noise-1"])
def test_an_address_of_no_lesson_shows_the_list(app: AppTest, garbage: str) -> None:
    """Whatever stands in the address, a lesson that there is none of is not opened."""
    open_page(app, "learn", section="Lessons", lesson=garbage, predicted="x-9..-.wide-noise-7.ü-1")
    assert f"open-{COURSE[0].key}" in buttons(app)


def test_the_recorded_lesson_reads_the_finished_run(app: AppTest) -> None:
    """Its numbers are those of the run that comes along, and its link opens that run."""
    lesson = next(own for own in COURSE if own.needs_recorded)
    at_lesson(app, lesson, predicted=f"{lesson.key}-2")
    assert "Over 11 models that were really fine-tuned" in texts(app)
    assert links(app)["Open the finished run"] == {"run": ["finished-digits"]}


def test_the_quiz_counts(app: AppTest) -> None:
    """A right and a wrong answer are counted, and the next question comes; no answer can be changed."""
    open_page(app, "learn", section="Lessons", quiz="true")
    first, second = COURSE[:2]
    predict(app, first, first.right)
    assert "**1 of 1** predicted rightly so far; 14 to go." in texts(app)
    assert first.sentence in texts(app)
    assert "again" not in buttons(app)
    app.button(key="next-question").click().run()
    predict(app, second, (second.right + 1) % 3)
    assert "**1 of 2** predicted rightly so far" in texts(app)


def test_the_quiz_ends_with_the_score(app: AppTest) -> None:
    """All right but one: the score says so, each lesson can be opened, and it can be started again."""
    all_right = {lesson.key: lesson.right + 1 for lesson in COURSE}
    last = COURSE[-1]
    wrong = all_right | {last.key: (last.right + 1) % len(last.answers) + 1}
    query = ".".join(f"{key}-{place}" for key, place in wrong.items())
    open_page(app, "learn", section="Lessons", quiz="true", predicted=query)
    assert [header.value for header in app.header] == [
        f"You predicted {len(COURSE) - 1} of {len(COURSE)} rightly"
    ]
    assert set(links(app)) == {lesson.title for lesson in COURSE}
    assert primary(app) == ["Start again"]
    app.button(key="start-again").click().run()
    assert "predicted" not in app.query_params
    assert f"answer-{COURSE[0].key}-1" in buttons(app)


def test_the_plan_opens_from_its_links(app: AppTest) -> None:
    """Each step has its minutes and a link: to a lesson, a scene or the quiz; each exercise to its scene."""
    open_page(app, "learn", section="For teachers")
    said = texts(app)
    for step, end in zip(PLAN, accumulate(step.minutes for step in PLAN), strict=True):
        assert f"**{end - step.minutes} to {end} min: {step.title}**" in said
    shown = list(links(app).values())
    opened = [step.opens for step in PLAN] + [exercise.scene for exercise in EXERCISES]
    assert len(shown) == len(opened)
    for query, own in zip(shown, opened, strict=True):
        if isinstance(own, Lesson):
            assert query["lesson"] == [own.key]
        elif own is None:
            assert query == {"section": ["Lessons"], "quiz": ["true"]}
        else:
            assert "section" not in query
    assert all(exercise.task in said and exercise.expected in said for exercise in EXERCISES)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.title)
def test_the_link_of_a_scene_sets_its_sliders(app: AppTest, exercise: Any) -> None:
    """The playground that an exercise opens has the settings of its scene."""
    from dashboard.views.learn.scenes.settings import scene_query  # noqa: PLC0415

    query: Mapping[str, Any] = scene_query(exercise.scene)
    open_page(app, "learn", **query)
    scene: Scene = exercise.scene
    for name, candidate in zip("ab", scene.candidates, strict=False):
        assert app.slider(key=f"{name}-separation").value == candidate.separation
        assert app.slider(key=f"{name}-n-noise-features").value == candidate.n_noise_features
    assert app.slider(key="n-per-class").value == scene.task.n_per_class
    assert app.slider(key="wrong-labels").value == scene.task.wrong_labels


def test_the_sheet_can_be_printed_and_asks_no_network() -> None:
    """Every address stands there in full; texts are escaped; nothing is loaded; answers stand apart."""
    addresses = [f"https://example.org/learn?step={place}&x=1" for place in range(len(PLAN))]
    scenes = [f"https://example.org/learn?scene={place}" for place in range(len(EXERCISES))]
    sheet = teaching_sheet(PLAN, EXERCISES, addresses, scenes)
    for address in [*addresses, *scenes]:
        assert f">{address.replace('&', '&amp;')}</a>" in sheet
        assert urlsplit(address).netloc == "example.org"
    assert "<script" not in sheet
    assert "default-src 'none'" in sheet
    assert all(source not in sheet for source in ("src=", "url(", "@import", "<link"))
    before, after = sheet.split('<section class="answers">')
    assert all(exercise.expected not in before for exercise in EXERCISES)
    assert sum(f". {exercise.title}</h3>" in after for exercise in EXERCISES) == 6
