"""The lessons: what each of them claims, asserted against what the functions of the product give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.benchmark.store.shipped import shipped_store
from ptmrank_core.errors import InputError
from ptmrank_core.lessons import KNOBS, cheap_metrics, make_world
from ptmrank_core.lessons.course import COURSE, DRAWS, Dots, Draw, Grid, Lesson, Lines, Recorded, Reveal
from ptmrank_core.lessons.course.agreement import CONSENSUS, PARAMETERS
from ptmrank_core.lessons.course.comparing import put_first, winners
from ptmrank_core.metrics import METRICS, compute, logme, prepare_inputs
from ptmrank_core.ranking import Agreement
from ptmrank_core.results import rank_result
from ptmrank_core.results.evidence import CONSENSUS as CONSENSUS_THERE
from ptmrank_core.results.evidence import PARAMETERS as PARAMETERS_THERE
from ptmrank_core.results.evidence import evidence_of

BY_KEY = {lesson.key: lesson for lesson in COURSE}


@cache
def recorded() -> Recorded:
    """How well the scores of the finished run agree with the recorded fine-tuning of its models."""
    result = shipped_store().result(SHIPPED_RUN)
    return evidence_of(result, rank_result(result))["recorded"]


@cache
def reveal(key: str, seed: int = 0) -> Reveal:
    """What a lesson reveals."""
    lesson = BY_KEY[key]
    return lesson.reveal(Draw(seed, recorded() if lesson.needs_recorded else {}))


def grid(key: str, seed: int = 0) -> dict[str, tuple[float | None, ...]]:
    """The scores of a lesson that puts them side by side, by the title of the metric."""
    exhibit = reveal(key, seed).exhibit
    assert isinstance(exhibit, Grid)
    return dict(zip(exhibit.rows, exhibit.values, strict=True))


def series(key: str, seed: int = 0) -> Mapping[str, tuple[float, ...]]:
    """The shares of a lesson."""
    exhibit = reveal(key, seed).exhibit
    assert isinstance(exhibit, Dots)
    return exhibit.series


@pytest.mark.parametrize("seed", DRAWS)
@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.key)
def test_the_sentence_of_a_lesson_is_true(lesson: Lesson, seed: int) -> None:
    """With every draw that is offered the sentence holds, and the right answer is the one that counts."""
    found = reveal(lesson.key, seed)
    assert found.holds, found.said
    assert found.right == lesson.right


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.key)
def test_a_lesson_is_a_question_and_one_sentence(lesson: Lesson) -> None:
    """Two to four different answers, a question, and one sentence to keep; the key fits into an address."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", lesson.key)
    assert 2 <= len(set(lesson.answers)) == len(lesson.answers) <= 4
    assert lesson.question.endswith("?")
    assert re.fullmatch(r"[^.?!]+\.", lesson.sentence)


def test_keys_and_titles_differ_and_right_answers_stand_in_different_places() -> None:
    """No lesson hides another, and who always takes the same place is wrong more often than right."""
    assert len(BY_KEY) == len(COURSE) == len({lesson.title for lesson in COURSE}) >= 10
    places = [lesson.right for lesson in COURSE]
    assert max(places.count(place) for place in set(places)) <= len(COURSE) / 2


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.key)
def test_the_scene_of_a_lesson_fits_the_sliders(lesson: Lesson) -> None:
    """The playground can show it: each setting lies on a step of its slider."""
    for own in (lesson.scene.task, *lesson.scene.candidates):
        for name, knob in KNOBS.items():
            value = getattr(own, name, None)
            if value is None:
                continue
            least, greatest, step = knob.shown
            assert least <= value <= greatest, name
            if name != "scale":
                assert (value - least) / step == pytest.approx(round((value - least) / step)), name
            else:
                assert value in knob.sweep


def test_recorded_training_is_asked_for() -> None:
    """Without recorded fine-tuning its lesson says what is missing; the results name things as it does."""
    lesson = BY_KEY["recorded-training"]
    with pytest.raises(InputError, match="takes recorded fine-tuning, and none was given"):
        lesson.reveal(Draw())
    assert (CONSENSUS, PARAMETERS) == (CONSENSUS_THERE, PARAMETERS_THERE)


def test_the_better_of_two_scores() -> None:
    """The greater one is better, what differs by round-off is a tie, and what has no rival is left out."""
    assert put_first("logme", 1.0, 2.0) == 1
    assert put_first("logme", 2.0, 1.0) == 0
    assert put_first("logme", 1.0, 1.0 + 1e-12) == -1
    assert winners({"logme": 1.0, "gbc": 2.0}, {"gbc": 1.0}) == {"gbc": 0}


def test_wide_noise_takes_in_some_and_not_others() -> None:
    """The five that fit the samples themselves put noise first; LogME, LEEP, NCE, H-Score and GBC do not."""
    scores = grid("wide-noise")
    fooled = {title for title, (good, noise) in scores.items() if noise > good}
    assert fooled == {METRICS[name].title for name in ("emms", "transrate", "sfda", "ped", "etran")}
    exhibit = reveal("wide-noise").exhibit
    assert isinstance(exhibit, Grid)
    assert {title for title, marks in zip(exhibit.rows, exhibit.marked, strict=True) if marks[1]} == fooled


def test_the_published_form_leaves_its_term_out_where_features_are_more_than_samples() -> None:
    """Up to as many features as samples both forms are one; beyond, the published one alone rises."""
    exhibit = reveal("as-published").exhibit
    assert isinstance(exhibit, Lines)
    full, published, good = exhibit.lines
    for width, own, theirs in zip(exhibit.places, full.values, published.values, strict=True):
        assert (theirs == pytest.approx(own, abs=1e-6)) == (width <= 150)
    assert published.values[-1] > good.values[-1] > max(full.values)


def test_only_the_metrics_that_read_the_head_follow_it() -> None:
    """LEEP and NCE put the model with the better head first, although its features are worse."""
    scores = grid("source-head")
    assert {title for title, (kin, stranger) in scores.items() if kin > stranger} == {"LEEP", "NCE"}


def test_other_units_change_some_scores() -> None:
    """ETran and PED notice the units, LogME and H-Score do not; only PED notices the rotation."""
    scores = grid("scale-and-rotation")
    for title in ("ETran", "PED"):
        assert scores[title][0] != pytest.approx(scores[title][1], rel=0.01)
    for title in ("LogME", "H-Score", "GBC"):
        assert scores[title][0] == pytest.approx(scores[title][1], rel=1e-4)
    turned = {title for title, own in scores.items() if own[0] != pytest.approx(own[2], rel=0.01)}
    assert turned == {"PED"}


def test_a_bootstrap_holds_samples_twice() -> None:
    """LogME of noise is greater in every bootstrap: its mean is above the score of the samples."""
    whole, mean = grid("bootstrap")["LogME"]
    assert whole is not None
    assert mean is not None
    assert mean > whole + 0.02


def test_copies_torn_apart_look_perfect() -> None:
    """Torn apart the probe is right everywhere; kept together it is near to a guess, as training is."""
    torn, kept, trained = series("copies")["knows nothing"]
    assert torn > 0.99
    assert kept < 0.6
    assert trained == pytest.approx(1 / 3, abs=0.1)


def test_exchanged_labels_reach_the_score_of_noise() -> None:
    """SFDA and PED of noise are reached by every exchange, those of the good model by none."""
    exhibit = reveal("controls").exhibit
    assert isinstance(exhibit, Dots)
    shares = {row: place for place, row in enumerate(exhibit.rows)}
    for title in ("SFDA", "PED"):
        assert exhibit.series["noise"][shares[title]] == 1.0
        assert exhibit.series["good"][shares[title]] == 0.0


def test_two_names_of_one_order() -> None:
    """SFDA and PED order the models nearly alike, LogME and TransRate hardly: over 20 models each."""
    agreement = reveal("same-metric").exhibit
    assert isinstance(agreement, Agreement)
    place = agreement.metrics.index
    assert agreement.tau[place("sfda"), place("ped")] > 0.8
    assert agreement.tau[place("logme"), place("transrate")] < 0.3
    assert agreement.n_models.min() == 20


def test_training_finds_what_the_probe_cannot() -> None:
    """The first model is ahead for the probe by ten points, the second after training."""
    ready, trainable = (series("probe-or-training")[name] for name in ("ready", "trainable"))
    assert ready[0] > trainable[0] + 0.1
    assert trainable[1] > ready[1] + 0.1


def test_recorded_training_is_that_of_the_finished_run() -> None:
    """Eleven models; nearest neighbours agree best; LEEP agrees less than the number of parameters."""
    taus = {
        name: estimate.value
        for name, evidence in recorded().items()
        if (estimate := evidence.correlations["weighted_tau"]) is not None
    }
    assert max((own for own in taus if own in METRICS), key=taus.__getitem__) == "nearest_neighbours"
    assert taus["leep"] < taus[PARAMETERS] < taus[CONSENSUS]
    assert "Over 11 models" in reveal("recorded-training").said


def test_scores_are_those_of_the_metrics() -> None:
    """A score on the page is what the public function of the metric returns on the arrays of the scene."""
    lesson = BY_KEY["wide-noise"]
    world = make_world(lesson.scene.task, lesson.scene.candidates[1])
    inputs = prepare_inputs(**world.arrays)
    scores = grid("wide-noise")
    for name in cheap_metrics():
        assert scores[METRICS[name].title][1] == compute(name, inputs).value
    assert scores["LogME"][1] == pytest.approx(logme(world.arrays["embeddings"], world.arrays["labels"]))
    assert np.asarray(world.arrays["embeddings"]).shape == (150, 152)
